//! Atom, RSS, JSON Feed, OPML and pages as bytes; files replaced atomically.
//!
//! Everything here is a function of its arguments: the same [`Masthead`] and the same content give the same bytes, on
//! any machine, at any time. Nothing is queried and no clock is read; which documents need to be made anew is for the
//! caller to know.
//!
//! ```text
//! FeedContent ─┬─ atom ─┐
//!              ├─ rss  ─┼─ Representation (identity, gzip, br, one ETag each) ─┬─ serve
//!              └─ json ─┘                                                      └─ files
//! Page, StoryView ── pages ── Representation ── …
//! ```
//!
//! Choices that hold everywhere:
//!
//! - Dates in feeds are UTC and end in `Z`: the same string in all three formats, and no change of `site.timezone`
//!   changes a feed. Pages show the site's time zone.
//! - The id of a feed is minted from `site.tag` and its [`FeedKey`], so it survives a change of host and is the same in
//!   every format.
//! - Links inside pages start at the path of `site.url`, without scheme and host; those in feeds are absolute.

mod atom;
mod entry;
pub mod files;
mod json;
mod markup;
mod masthead;
mod opml;
pub mod pages;
mod representation;
mod rss;
mod words;

pub use self::atom::atom;
pub use self::json::json;
pub use self::masthead::{Masthead, Province, SourceLine};
pub use self::opml::{opml_feeds, opml_sources};
pub use self::representation::{Coding, Encoded, Representation};
pub use self::rss::rss;

use crate::model::{FeedContent, FeedKey, Page};

/// A document with the names it goes by.
#[derive(Debug, Clone)]
pub struct Document {
    /// Below the site's address, without leading slash: `feed.atom`, `topics/dan-van`; empty for the front page.
    pub path: String,
    /// Below `publish.directory`: as `path`, with `.html` for pages (`index.html` for the front page).
    pub file: String,
    /// What is sent and written.
    pub representation: Representation,
}

/// The formats every feed is published in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// The end of its addresses, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Json => "json",
        }
    }

    /// The format that addresses with this end have.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// The media type without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// The value of `Content-Type`. The charset is named because old readers let the header win over the prolog.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Atom => "Atom",
            Self::Rss => "RSS",
            Self::Json => "JSON",
        }
    }
}

/// `Content-Type` of pages.
pub const HTML: &str = "text/html; charset=utf-8";
/// `Content-Type` of outlines. There is no registered type; this is what outliners and readers send and expect.
pub const OPML: &str = "text/x-opml; charset=utf-8";
/// `Content-Type` of plain text.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// `Content-Type` of the stylesheet that browsers apply to feeds.
pub const CSS: &str = "text/css; charset=utf-8";

/// The path of the stylesheet that browsers apply to feeds.
pub const FEED_STYLE_PATH: &str = "feed.css";
/// The path of what crawlers ask for first.
pub const ROBOTS_PATH: &str = "robots.txt";
/// Searches are made on request; a crawler that followed every page of every search would only burn both sides' time.
const ROBOTS: &str = "User-agent: *\nDisallow: /search\n";
const FEED_STYLE: &str = include_str!("feed.css");

/// Renders one feed in one format.
pub fn feed(masthead: &Masthead, key: &FeedKey, format: Format, content: &FeedContent) -> Document {
    feed_of(masthead, key, format, content, &entry::prepare(masthead, content))
}

/// Renders one feed in all its formats: the same ids in the same order with the same `updated` in each.
pub fn feeds(masthead: &Masthead, key: &FeedKey, content: &FeedContent) -> [Document; 3] {
    let entries = entry::prepare(masthead, content);
    Format::ALL.map(|format| feed_of(masthead, key, format, content, &entries))
}

fn feed_of(
    masthead: &Masthead,
    key: &FeedKey,
    format: Format,
    content: &FeedContent,
    entries: &[entry::Prepared<'_>],
) -> Document {
    let bytes = match format {
        Format::Atom => atom::write(masthead, key, content, entries),
        Format::Rss => rss::write(masthead, key, content, entries),
        Format::Json => json::write(masthead, key, content, entries),
    };
    let path = format!("{}.{}", key.path(), format.extension());
    let modified = masthead.modified(content.updated);
    Document { file: path.clone(), path, representation: Representation::new(format.content_type(), bytes, modified) }
}

/// Renders the page of a feed: the front page for [`FeedKey::Merged`], else `/topics/ID` and its kind.
///
/// `number` counts from 1; `page` holds [`pages::ENTRIES`] entries behind those of the pages before it. Only the front
/// page reads `counts`.
pub fn page(masthead: &Masthead, key: &FeedKey, number: usize, page: &Page, counts: &pages::Counts) -> Document {
    let path = pages::path(key, number);
    let file = if path.is_empty() { "index.html".to_owned() } else { format!("{path}.html") };
    let html = pages::river(masthead, key, number, page, counts);
    Document { path, file, representation: Representation::new(HTML, html.into_bytes(), None) }
}

/// Renders what depends on the configuration alone: the outlines, the page that explains feeds, the stylesheet.
pub fn standing(masthead: &Masthead) -> Vec<Document> {
    let modified = masthead.modified(None);
    let document = |path: &str, file: &str, content_type, bytes| Document {
        path: path.to_owned(),
        file: file.to_owned(),
        representation: Representation::new(content_type, bytes, modified),
    };
    vec![
        document("opml.xml", "opml.xml", OPML, opml_feeds(masthead).into_bytes()),
        document("sources.opml", "sources.opml", OPML, opml_sources(masthead).into_bytes()),
        document("subscribe", "subscribe.html", HTML, pages::subscribe(masthead).into_bytes()),
        document(FEED_STYLE_PATH, FEED_STYLE_PATH, CSS, FEED_STYLE.as_bytes().to_vec()),
        document(ROBOTS_PATH, ROBOTS_PATH, TEXT, ROBOTS.as_bytes().to_vec()),
    ]
}
