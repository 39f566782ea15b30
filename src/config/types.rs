//! What `feeds.toml` says, checked: every value here has been through the door.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use url::Url;

pub use crate::dates::DateOrder;

use super::address::{Listen, Network, Proxy};
use super::provinces::Provinces;
use super::secret::Secret;
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
    /// `[stories]`
    pub stories: Stories,
    /// `[[source]]`, in file order, disabled ones too.
    pub sources: Vec<Arc<Source>>,
    /// `[[topic]]`, in file order.
    pub topics: Vec<Topic>,
    /// The provinces that `province` keys were understood by: compiled in, or the sysadmin's own table.
    pub provinces: Arc<Provinces>,
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

/// `[server]`
#[derive(Debug, Clone)]
pub struct Server {
    /// Public listeners.
    pub listen: Vec<Listen>,
    /// Whether `listen` was written in the file.
    pub listen_is_default: bool,
    /// Mode of the Unix sockets among `listen`.
    pub socket_mode: u32,
    /// The admin listener, off if absent.
    pub admin: Option<Listen>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Asked of every reader, if given.
    pub token: Option<Secret>,
}

/// `[store]`
#[derive(Debug, Clone)]
pub struct Store {
    /// The database file.
    pub path: PathBuf,
    /// Age after which items are pruned.
    pub keep: Duration,
    /// When they are, and free space is given back: cron, as written, in `site.timezone`.
    pub tidy: String,
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
}

/// Whether `robots.txt` is asked before HTML pages are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Robots {
    /// `robots = true`, the default.
    Respect,
    /// `robots = "why it is ignored"`: never without a written reason, which `bantin sources` shows.
    Ignore {
        /// In the sysadmin's words.
        reason: String,
    },
}

/// What an entry of our feeds carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Title, summary, link, credit.
    Summary,
    /// The whole sanitised body.
    Full,
}

/// One of the three forms in which a feed is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Atom 1.0, `.atom`.
    Atom,
    /// RSS 2.0, `.rss`.
    Rss,
    /// JSON Feed 1.1, `.json`.
    Json,
}

impl Format {
    /// The word in `feeds.toml`, which is also the extension of the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Json => "json",
        }
    }
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
    /// The forms that are published, never empty, without repetition.
    pub formats: Vec<Format>,
}

/// `[stories]`: how alike is the same story.
#[derive(Debug, Clone, PartialEq)]
pub struct Stories {
    /// How far apart in time two items may be and still be compared word by word; exact copies are recognised at any
    /// distance. Default `"30d"`.
    pub window: Duration,
    /// The share of the shorter text that the longer one must contain to be called the same story. Default 0.7.
    pub same: f64,
    /// The share from which two stories are shown as related. Default 0.5.
    pub related: f64,
}

impl Default for Stories {
    fn default() -> Self {
        Self { window: Duration::from_secs(30 * 24 * 3600), same: 0.7, related: 0.5 }
    }
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

/// `[source.html]`: CSS selectors as written, each accepted by the checker that the caller passed in.
///
/// They override those of the source's `profile` one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HtmlRules {
    /// For the listing page, by key: [`HTML_KEYS`](super::HTML_KEYS) without `article`.
    pub listing: BTreeMap<String, String>,
    /// For the article page, by key: [`ARTICLE_KEYS`](super::ARTICLE_KEYS).
    pub article: BTreeMap<String, String>,
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
    /// The name of the former province where the file names one that has been merged (`Hà Nam`).
    pub former_province: Option<String>,
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
    pub user_agent: Option<Secret>,
    /// Explicit proxy.
    pub proxy: Option<Proxy>,
    /// Extra request headers, names in lower case; those of `[poll]` and those of the source together.
    pub headers: BTreeMap<String, Secret>,
    /// Whether robots.txt is asked.
    pub robots: Robots,
    /// Whether `http://127.0.0.1/` and its kind may be polled.
    pub allow_private_addresses: bool,
    /// Whether a missing intermediate certificate is fetched from the address that the leaf names.
    pub tls_fetch_intermediate: bool,
    /// PEM file of further certificates that are trusted for this source, absolute or relative to the working directory.
    pub ca: Option<PathBuf>,
    /// SHA-256 of the leaf certificate (DER) that must be presented.
    pub tls_pin: Option<[u8; 32]>,
    /// Whether each new item's page is read.
    pub article: bool,
    /// A named set of selectors.
    pub profile: Option<String>,
    /// `[source.html]`
    pub html: HtmlRules,
    /// `[source.json]`: JSON Pointers (RFC 6901) by key, see [`JSON_KEYS`](super::JSON_KEYS).
    pub json: BTreeMap<String, String>,
}

impl Source {
    /// A source of which only id and address are known; everything else has the default.
    pub fn new(id: SourceId, url: Url) -> Self {
        Self {
            title: id.to_string(),
            id,
            was: Vec::new(),
            title_is_default: true,
            url,
            kind: SourceKind::Auto,
            enabled: true,
            province: None,
            former_province: None,
            outlet: None,
            aliases: Vec::new(),
            section: Vec::new(),
            tags: Vec::new(),
            rank: 0,
            schedule: super::DEFAULT_SCHEDULE.to_owned(),
            language: None,
            timezone: Tz::Asia__Ho_Chi_Minh,
            date_order: None,
            content: Content::Summary,
            timeout: super::DEFAULT_TIMEOUT,
            max_body: super::DEFAULT_MAX_BODY,
            user_agent: None,
            proxy: None,
            headers: BTreeMap::new(),
            robots: Robots::Respect,
            allow_private_addresses: false,
            tls_fetch_intermediate: false,
            ca: None,
            tls_pin: None,
            article: false,
            profile: None,
            html: HtmlRules::default(),
            json: BTreeMap::new(),
        }
    }
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
    /// Asked of the readers of this topic's feeds, if given.
    pub token: Option<Secret>,
}

impl Topic {
    /// A topic that nothing falls under, to be filled.
    pub fn without_rules(id: TopicId, title: String) -> Self {
        Self {
            id,
            title,
            strong: Vec::new(),
            weak: Vec::new(),
            none: Vec::new(),
            provinces: Vec::new(),
            sources: Vec::new(),
            sections: Vec::new(),
            tags: Vec::new(),
            regex: Vec::new(),
            token: None,
        }
    }
}
