//! What readers are shown: entries, feeds, stories. Filled by `store`, rendered by `publish`, asked for by `serve`.

use super::{Enclosure, FeedMeta, Image, Instant, Person, ProvinceSlug, SourceId, StoryKey, TopicId};

/// Names one of the feeds that we publish.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FeedKey {
    /// Everything: `/feed.atom`.
    Merged,
    /// `/topics/ID.atom`.
    Topic(TopicId),
    /// `/provinces/SLUG.atom`.
    Province(ProvinceSlug),
    /// `/sources/ID.atom`.
    Source(SourceId),
}

impl FeedKey {
    /// The path below the site's address, without extension or leading slash: `feed`, `topics/dan-van`, …
    pub fn path(&self) -> String {
        match self {
            Self::Merged => "feed".to_owned(),
            Self::Topic(id) => format!("topics/{id}"),
            Self::Province(slug) => format!("provinces/{slug}"),
            Self::Source(id) => format!("sources/{id}"),
        }
    }
}

/// The source behind an entry or a copy, as provenance needs it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntrySource {
    /// Its id in `feeds.toml`; `None` once it has left the configuration.
    pub id: Option<SourceId>,
    /// Its title: ours from `feeds.toml`, else its own.
    pub title: String,
    /// How credit lines name it.
    pub outlet: Option<String>,
    /// The address we poll.
    pub url: String,
    /// The document's own id, links, authors, rights, updated.
    pub meta: FeedMeta,
}

/// Somebody who carried a story besides the one whose text we show.
#[derive(Debug, Clone, PartialEq)]
pub struct Carrier {
    /// Who.
    pub source: EntrySource,
    /// Their title.
    pub title: String,
    /// Their address.
    pub link: Option<String>,
    /// Their date, else when we saw it.
    pub published: Instant,
    /// Whether theirs is the text that the others were copied from.
    pub is_origin: bool,
}

/// One story as a feed or page shows it: text and link of its origin, under the id it was first published with.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Key of its page `/stories/KEY`.
    pub story: StoryKey,
    /// Never changes once published.
    pub atom_id: String,
    /// Plain text.
    pub title: String,
    /// The article, absolute.
    pub link: Option<String>,
    /// Plain text.
    pub summary: String,
    /// Sanitised HTML; `None` where the source gave no body or the site publishes summaries.
    pub content: Option<String>,
    /// First publication; clamped to `first_seen` where the source's date lies in the future.
    pub published: Instant,
    /// Last change of words; never before `published`.
    pub updated: Instant,
    /// When it first stood in this feed; what a feed is ordered by.
    pub included: Instant,
    /// Never empty: the item's authors, else the feed's, else the source's title.
    pub authors: Vec<Person>,
    /// The source's labels.
    pub categories: Vec<String>,
    /// Best first.
    pub topics: Vec<TopicId>,
    /// Where the source belongs.
    pub province: Option<ProvinceSlug>,
    /// Pictures.
    pub images: Vec<Image>,
    /// Files.
    pub enclosures: Vec<Enclosure>,
    /// Who a credit line names.
    pub credit: Option<String>,
    /// BCP 47, where known.
    pub language: Option<String>,
    /// Plain text.
    pub rights: Option<String>,
    /// Where it was taken from.
    pub source: EntrySource,
    /// The item's own original publisher, if it names one; wins over `source` as `atom:source`.
    pub original_source: Option<FeedMeta>,
    /// Everyone else who carried it, in order of time.
    pub copies: Vec<Carrier>,
}

/// A feed's content, newest inclusion first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedContent {
    /// At most as many as asked for.
    pub entries: Vec<Entry>,
    /// The latest of inclusion and change over its entries; `None` while it is empty.
    pub updated: Option<Instant>,
}

/// One story with all that is known of it, for its page.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryView {
    /// As a feed shows it, with full content whatever `publish.content` says.
    pub entry: Entry,
    /// The whole text as plain text, paragraphs separated by a line break.
    pub text: String,
    /// Everyone who carried it, the origin too, in order of time.
    pub carriers: Vec<Carrier>,
    /// Alike but not the same: key, title, date.
    pub related: Vec<(StoryKey, String, Instant)>,
}

/// A page of entries out of more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// In the order asked for.
    pub entries: Vec<Entry>,
    /// Whether there are more behind these.
    pub more: bool,
}
