//! The shared vocabulary: what a source gives, what we keep of it, and how a poll went.
//!
//! | word | meaning |
//! |---|---|
//! | *source* | one thing we poll: a feed address, an HTML listing page, a sitemap |
//! | *item* | one article as one source gave it |
//! | *story* | one or more items that are the same article text, wherever they were published |
//! | *origin* | the item of a story that the others were copied from; *copies* are the rest |
//! | *topic* | a named set of rules; a story may fall under several |
//! | *feed* | what we publish; never what we poll |
//! | *poll* | one attempt at one source, with an *outcome* |
//!
//! Types only: nothing here decides, reads or writes. Every instant is UTC unless its type carries an offset.

mod outcome;
mod view;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};

pub use self::outcome::{Outcome, Phase, Severity, SiteChange, TlsProblem, Wall, every_case, one_of_each};
pub use self::view::{Carrier, Entry, EntrySource, FeedContent, FeedKey, Page, StoryView};

/// How many of what, in English: `1 story`, `2 stories`.
pub fn counted<N: fmt::Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    if count == N::from(1) {
        return format!("{count} {what}");
    }
    match what.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {what}s"),
    }
}

/// A map of what every poll looks up, by ids and names of hosts: the standard library's hash took 6 % of the instructions of a
/// round of 1,000 unchanged sources. Not for keys that documents choose by the thousand: it is seeded, but made for speed.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// The like set.
pub type Set<T> = std::collections::HashSet<T, foldhash::fast::RandomState>;

/// A point in time, UTC. The store keeps whole seconds.
pub type Instant = DateTime<Utc>;

/// A point in time with the offset in which its source wrote it.
pub type LocalInstant = DateTime<FixedOffset>;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps an id that has been checked at the door (see [`is_slug`]).
            pub fn new(id: impl Into<Arc<str>>) -> Self {
                Self(id.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id_type!(
    /// The stable id of a source, as `feeds.toml` gives it; part of public addresses.
    SourceId
);
id_type!(
    /// The id of a topic, as `feeds.toml` gives it; part of public addresses.
    TopicId
);
id_type!(
    /// The slug of one of the 34 present provinces, such as `ninh-binh` (`data/provinces.toml`).
    ProvinceSlug
);
id_type!(
    /// The key of a story: about 12 lower-case letters and digits, from its first item's id; part of public addresses.
    StoryKey
);

/// Tells whether `id` may be the id of a source, topic or province: 1 to 64 of `a-z`, `0-9` and `-`, no `-` at an end.
///
/// Ids are parts of addresses and file names, so nothing that a path or a shell could misread is let in.
pub fn is_slug(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && !id.starts_with('-')
        && !id.ends_with('-')
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Who wrote something. At least `name` is never blank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Plain text, NFC, trimmed.
    pub name: String,
    /// Absolute `http(s)` address, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Mail address, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Where the date of an item was found; `read` and `why` print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateFrom {
    /// The item's own date element.
    Item,
    /// JSON-LD or a meta tag of the article page.
    Meta,
    /// The visible date of the article page.
    Page,
    /// The listing that linked to it.
    Listing,
    /// Its address (`/20221220/`, a 17-digit stamp).
    Url,
    /// The dateline of its text (`Chiều ngày 20/12`); without a clock it means 12:00.
    Dateline,
    /// The HTTP `Last-Modified` of its page.
    LastModified,
    /// Nowhere: the time at which we first saw it.
    FirstSeen,
}

impl DateFrom {
    /// The name as `read` prints it and the store keeps it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Meta => "meta",
            Self::Page => "page",
            Self::Listing => "listing",
            Self::Url => "url",
            Self::Dateline => "dateline",
            Self::LastModified => "last-modified",
            Self::FirstSeen => "first-seen",
        }
    }
}

/// A picture of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Absolute address.
    pub url: String,
    /// What stands below it, plain text; an editor's placeholder (`anh tin bai`) is never a caption.
    pub caption: Option<String>,
}

/// A file that belongs to an item (RSS `enclosure`, Atom `link rel="enclosure"`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute address.
    pub url: String,
    /// Media type as given.
    pub media_type: Option<String>,
    /// Length in bytes as given.
    pub length: Option<u64>,
}

/// The feed that an item names as its original publisher (RSS `source`, Atom `source`), or what we know of a source's own document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedMeta {
    /// Atom id, byte for byte; `None` for formats without one.
    pub id: Option<String>,
    /// Plain text, NFC.
    pub title: Option<String>,
    /// Plain text, NFC.
    pub subtitle: Option<String>,
    /// The page the feed belongs to (RSS channel `link`, Atom `alternate`), absolute.
    pub link: Option<String>,
    /// Its own address as it states it (`rel="self"`), absolute.
    pub self_link: Option<String>,
    /// Its WebSub hub, absolute.
    pub hub: Option<String>,
    /// When the publisher says the document last changed.
    pub updated: Option<Instant>,
    /// Feed-level authors.
    pub authors: Vec<Person>,
    /// Plain text.
    pub rights: Option<String>,
    /// BCP 47 with hyphens, as given otherwise.
    pub language: Option<String>,
    /// What made it.
    pub generator: Option<String>,
}

/// One article as a document gave it: decoded, addresses resolved, text NFC; HTML **not yet sanitised**.
///
/// Made by `extract`, consumed by `normalise`; kept as JSON while the page of the article is still to be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawItem {
    /// The source's own id (guid, atom:id, rdf:about, JSON id), byte for byte but for white space around it.
    pub id: Option<String>,
    /// Absolute address of the article.
    pub link: Option<String>,
    /// Plain text: entities decoded as often as the source encoded them, tags removed, white space folded.
    pub title: Option<String>,
    /// First publication, with the offset the source wrote (or the configured zone's where it wrote none).
    pub published: Option<LocalInstant>,
    /// Last change, likewise.
    pub updated: Option<LocalInstant>,
    /// Where `published` (or else `updated`) was found.
    pub date_from: Option<DateFrom>,
    /// In document order; never the feed's own authors (those are in [`FeedMeta`]).
    pub authors: Vec<Person>,
    /// HTML, as given, addresses resolved.
    pub summary: Option<String>,
    /// HTML, as given, addresses resolved.
    pub content: Option<String>,
    /// The clean body as plain text where the extractor already made it (article pages); paragraphs separated by a line break.
    pub text: Option<String>,
    /// Labels of categories, in document order.
    pub categories: Vec<String>,
    /// Pictures.
    pub images: Vec<Image>,
    /// Files.
    pub enclosures: Vec<Enclosure>,
    /// The outlet that a credit line names (`Báo Hà Nam`), without the words around it.
    pub credit: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Plain text.
    pub rights: Option<String>,
    /// `rel=canonical` of the article page, where it was read, absolute.
    pub canonical: Option<String>,
    /// The original publisher the item names.
    pub source: Option<FeedMeta>,
}

/// What a publisher asks of those who poll it, as read from the document. Advice: it may slow us down, never speed us up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublisherHints {
    /// RSS `ttl`, minutes.
    pub ttl_minutes: Option<u32>,
    /// RSS `skipHours`, 0 to 23, GMT.
    pub skip_hours: Vec<u8>,
    /// RSS `skipDays`, 0 = Monday to 6 = Sunday, GMT.
    pub skip_days: Vec<u8>,
    /// Seconds between updates by `sy:updatePeriod` and `sy:updateFrequency`.
    pub update_every_seconds: Option<u64>,
    /// `sy:updateBase`.
    pub update_base: Option<Instant>,
}

/// Something about a document that was repaired or given up, in words a sysadmin can send to the publisher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A short stable name: `bare-ampersand`, `wrong-encoding`, `empty-item`, …
    pub code: String,
    /// One sentence, naming the object and the value.
    pub message: String,
    /// How often it occurred.
    pub count: u32,
}

/// One article as we keep it: what `normalise` makes of a [`RawItem`]. Everything in it is safe to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Who gave it.
    pub source: SourceId,
    /// The `atom:id` under which it is published if it founds a story: the source's id byte for byte where that is an
    /// absolute IRI, else a minted `tag:` URI (RFC 4151). Never derived from title or content where there is an id or link.
    pub atom_id: String,
    /// The source's own id, if it gave one.
    pub guid: Option<String>,
    /// Absolute `http(s)` address.
    pub link: Option<String>,
    /// The form of `link` (or of `rel=canonical`) by which items are compared across sources: no scheme, `www.`,
    /// fragment, tracking parameters or trailing slash.
    pub canonical_link: Option<String>,
    /// Plain text, never empty (made from the text where the source gave none).
    pub title: String,
    /// Plain text: the source's summary, else the lead, else the first sentences up to about 300 characters; may be empty.
    pub summary: String,
    /// Sanitised HTML with absolute addresses, if the source gave a body.
    pub content: Option<String>,
    /// The body (or summary) as plain text, paragraphs separated by a line break: what search, topics and dedup read.
    pub text: String,
    /// Whether `text` is neither the text of `content` nor `summary` (an article page was read), so that it must be kept.
    pub body_is_own: bool,
    /// First publication by the source's date.
    pub published: Option<Instant>,
    /// Last change by the source's date.
    pub updated: Option<Instant>,
    /// Where the date came from.
    pub date_from: DateFrom,
    /// Own authors, else the feed's; may be empty (the source's title stands in when publishing).
    pub authors: Vec<Person>,
    /// Labels.
    pub categories: Vec<String>,
    /// Pictures.
    pub images: Vec<Image>,
    /// Files.
    pub enclosures: Vec<Enclosure>,
    /// The outlet a credit line names.
    pub credit: Option<String>,
    /// BCP 47 tag where it differs from or is known beside the site's.
    pub language: Option<String>,
    /// Plain text: the item's, else the feed's.
    pub rights: Option<String>,
    /// The original publisher the item names.
    pub original_source: Option<FeedMeta>,
    /// Hash of all that the source gave for this item; equal means there is nothing to do.
    pub raw_hash: i64,
    /// Hash of the folded words of title and text; markup, counters and placeholders do not enter. A change moves `updated`.
    pub words_hash: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_all_else_plural() {
        let counts = [counted(0_u32, "item"), counted(1_usize, "item"), counted(2_u64, "item"), counted(-1_i64, "day")];
        assert_eq!(counts, ["0 items", "1 item", "2 items", "-1 days"]);
        assert_eq!([counted(1_u32, "story"), counted(7_u32, "story")], ["1 story", "7 stories"]);
    }
}
