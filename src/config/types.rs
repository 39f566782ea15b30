//! What `feeds.toml` says, checked: every value here has been through the door.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use url::Url;

use crate::model::{ProvinceSlug, SourceId, TopicId};

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from; relative paths have been resolved against its folder.
    pub file: Option<PathBuf>,
    /// `[site]`
    pub site: Site,
    /// `[server]`
    pub server: Server,
    /// `[store]`
    pub store: Store,
    /// `[poll]`: the daemon-wide part; per-source defaults have been copied into each [`Source`].
    pub poll: Poll,
    /// `[publish]`
    pub publish: Publish,
    /// `[[source]]`, in file order, disabled ones too.
    pub sources: Vec<Source>,
    /// `[[topic]]`, in file order.
    pub topics: Vec<Topic>,
}

/// Language of pages and `xml:lang`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// What readers see.
#[derive(Debug, Clone)]
pub struct Site {
    /// Of the merged feed and the pages.
    pub title: String,
    /// One sentence below it.
    pub subtitle: Option<String>,
    /// Public address, ends with `/`.
    pub url: Url,
    /// Authority and date of minted ids (RFC 4151): `tin.example.vn,2026`.
    pub tag: String,
    /// Whether `tag` was written in the file (a warning otherwise).
    pub tag_is_default: bool,
    /// Of the interface.
    pub language: Language,
    /// For schedules, and for dates that carry no zone.
    pub timezone: Tz,
    /// Author of the feeds.
    pub author: Option<String>,
    /// Rights of the feeds.
    pub rights: Option<String>,
}

/// One address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// `127.0.0.1:8080`, `[::]:8080`
    Tcp(std::net::SocketAddr),
    /// `unix:PATH`
    Unix(PathBuf),
}

/// `[server]`
#[derive(Debug, Clone)]
pub struct Server {
    /// Public listeners.
    pub listen: Vec<Listen>,
    /// Whether `listen` was written in the file.
    pub listen_is_default: bool,
    /// The admin listener, off if absent.
    pub admin: Option<Listen>,
}

/// `[store]`
#[derive(Debug, Clone)]
pub struct Store {
    /// The database file.
    pub path: PathBuf,
    /// Age after which items are pruned.
    pub keep: Duration,
}

/// `[poll]`, what is not per source.
#[derive(Debug, Clone)]
pub struct Poll {
    /// Requests under way at once.
    pub concurrency: usize,
    /// Least time between two requests to one host.
    pub host_interval: Duration,
    /// For all bodies and parsing together, bytes.
    pub memory: u64,
    /// Goes into the User-Agent.
    pub contact: Option<String>,
    /// Whether `http://127.0.0.1/` and its kind may be polled.
    pub allow_private_addresses: bool,
}

/// What an entry of our feeds carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Title, summary, link, credit.
    Summary,
    /// The whole sanitised body.
    Full,
}

/// `[publish]`
#[derive(Debug, Clone)]
pub struct Publish {
    /// Entries in a feed.
    pub items: usize,
    /// Where files go; `None`: no files.
    pub directory: Option<PathBuf>,
    /// Default for sources that do not say.
    pub content: Content,
}

/// What kind of document a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Find out.
    Auto,
    /// RSS, Atom, JSON Feed.
    Feed,
    /// A listing page.
    Html,
    /// A news sitemap.
    Sitemap,
    /// A JSON endpoint.
    Json,
}

/// Which of two numbers of a date comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateOrder {
    /// `20/12/2022`: the rule in Vietnam.
    DayFirst,
    /// `12/20/2022`: seen on one national portal.
    MonthFirst,
}

/// `[[source]]`, with the defaults of `[poll]` and `[site]` filled in.
#[derive(Debug, Clone)]
pub struct Source {
    /// Stable; part of addresses.
    pub id: SourceId,
    /// Ids it had before: items stored under them stay its own.
    pub was: Vec<SourceId>,
    /// Shown to people; the id where the file gives none.
    pub title: String,
    /// Whether `title` was written in the file (else the document's own title may be shown).
    pub title_is_default: bool,
    /// What is polled.
    pub url: Url,
    /// What kind of document.
    pub kind: SourceKind,
    /// Whether it is polled.
    pub enabled: bool,
    /// The present province; old names in the file have been translated.
    pub province: Option<ProvinceSlug>,
    /// How credit lines name it.
    pub outlet: Option<String>,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Topics its editor has already chosen.
    pub section: Vec<TopicId>,
    /// Free labels that topics may ask for.
    pub tags: Vec<String>,
    /// Who is taken for the origin when nothing else decides; higher wins.
    pub rank: i32,
    /// As written; parsed once by `schedule`.
    pub schedule: String,
    /// Language of its items where they do not say.
    pub language: Option<String>,
    /// For its dates without zone.
    pub timezone: Tz,
    /// For its ambiguous dates; `None`: by majority, else day first.
    pub date_order: Option<DateOrder>,
    /// What its entries carry.
    pub content: Content,
    /// Whole request.
    pub timeout: Duration,
    /// Bytes after decompression.
    pub max_body: u64,
    /// Whole `User-Agent`, instead of ours.
    pub user_agent: Option<String>,
    /// Explicit proxy.
    pub proxy: Option<Url>,
    /// Extra request headers.
    pub headers: BTreeMap<String, String>,
}

/// `[[topic]]`
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Part of addresses.
    pub id: TopicId,
    /// Shown to people.
    pub title: String,
    /// One hit in title or lead is enough.
    pub strong: Vec<String>,
    /// Two different hits, or one beside the section.
    pub weak: Vec<String>,
    /// A hit keeps the story out.
    pub none: Vec<String>,
    /// Only stories of these provinces.
    pub provinces: Vec<ProvinceSlug>,
    /// Only stories of these sources.
    pub sources: Vec<SourceId>,
    /// Stories whose source's editor chose one of these sections.
    pub sections: Vec<TopicId>,
    /// Only stories of sources with one of these tags.
    pub tags: Vec<String>,
    /// For the rest; syntax of the `regex` crate, checked at the door.
    pub regex: Vec<String>,
}
