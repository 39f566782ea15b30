//! What every published document says about who publishes it: the part of the configuration that readers see.

use chrono::{NaiveDate, NaiveTime, TimeZone, Utc};
use url::Url;

use crate::config::{Config, Content, Site, SourceKind};
use crate::model::{FeedKey, Instant, Map, ProvinceSlug, SourceId, TopicId};

use super::words::{self, Words};

/// A province as pages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Province {
    /// Part of addresses.
    pub slug: ProvinceSlug,
    /// As people write it: `Ninh Bình`.
    pub name: String,
    /// Slugs of the provinces that were merged into it; their addresses lead here.
    pub former: Vec<String>,
}

/// A source as pages and outlines name it: nothing of how it is polled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Part of addresses.
    pub id: SourceId,
    /// Ids it had before; their addresses lead to the present one.
    pub was: Vec<SourceId>,
    /// Shown to people.
    pub title: String,
    /// What is polled, without user name and password.
    pub url: Url,
    /// What kind of document that is.
    pub kind: SourceKind,
    /// Where it belongs.
    pub province: Option<ProvinceSlug>,
    /// What its entries carry.
    pub content: Content,
    /// Whether it is polled.
    pub enabled: bool,
}

/// The part of the configuration that readers see, looked up by id.
#[derive(Debug, Clone)]
pub struct Masthead {
    site: Site,
    items: usize,
    content: Content,
    topics: Vec<(TopicId, String)>,
    private_topics: Vec<(TopicId, String)>,
    provinces: Vec<Province>,
    sources: Vec<SourceLine>,
    source_index: Map<SourceId, usize>,
    worded_at: Option<Instant>,
}

impl Masthead {
    /// Takes from `config` what readers see. `provinces` are all that a slug can name, in the order they are listed.
    ///
    /// `worded_at` is when the configuration last changed (the time of its file): a document is no older than the words
    /// on it, so this is the least `Last-Modified`. Without it a new title would reach a client that asks by date
    /// only with the next story.
    pub fn new(config: &Config, provinces: Vec<Province>, worded_at: Option<Instant>) -> Self {
        let sources: Vec<SourceLine> = config
            .sources
            .iter()
            .map(|source| SourceLine {
                id: source.id.clone(),
                was: source.was.clone(),
                title: source.title.clone(),
                url: without_credentials(&source.url),
                kind: source.kind,
                province: source.province.clone(),
                content: source.content,
                enabled: source.enabled,
            })
            .collect();
        let named = |private: bool| {
            let topics = config.topics.iter().filter(move |topic| topic.token.is_some() == private);
            topics.map(|topic| (topic.id.clone(), topic.title.clone())).collect()
        };
        let source_index = sources.iter().enumerate().map(|(at, source)| (source.id.clone(), at)).collect();
        Self {
            site: config.site.clone(),
            items: config.publish.items,
            content: config.publish.content,
            topics: named(false),
            private_topics: named(true),
            provinces,
            sources,
            source_index,
            worded_at,
        }
    }

    /// `[site]`
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Entries in a feed.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Ids and titles of the topics that everybody may read, in the order of the file.
    pub fn topics(&self) -> &[(TopicId, String)] {
        &self.topics
    }

    /// Ids and titles of the topics that ask for a token. Nothing that others read names them.
    pub fn private_topics(&self) -> &[(TopicId, String)] {
        &self.private_topics
    }

    /// Whether a feed asks for a token of its own: it is listed nowhere, and no file of it is written.
    pub fn is_private(&self, key: &FeedKey) -> bool {
        matches!(key, FeedKey::Topic(id) if self.private_topics.iter().any(|(topic, _)| topic == id))
    }

    /// All provinces.
    pub fn provinces(&self) -> &[Province] {
        &self.provinces
    }

    /// The sources, in the order of the file, disabled ones too.
    pub fn sources(&self) -> &[SourceLine] {
        &self.sources
    }

    /// The source of this id, if it is (still) configured.
    pub fn source(&self, id: &SourceId) -> Option<&SourceLine> {
        self.source_index.get(id).map(|&at| &self.sources[at])
    }

    /// The title of a topic, private or not, if it is configured.
    pub fn topic_title(&self, id: &TopicId) -> Option<&str> {
        self.topics.iter().chain(&self.private_topics).find(|(topic, _)| topic == id).map(|(_, title)| title.as_str())
    }

    /// The name of a province, if there is such a one.
    pub fn province_name(&self, slug: &ProvinceSlug) -> Option<&str> {
        self.provinces.iter().find(|province| province.slug == *slug).map(|province| province.name.as_str())
    }

    /// Tells whether this feed exists: the merged one always, the others while what they are about is configured.
    pub fn knows(&self, key: &FeedKey) -> bool {
        self.subject(key).is_some()
    }

    /// What a feed is about: the site's title, a topic's, a province's name, a source's title.
    pub fn subject(&self, key: &FeedKey) -> Option<&str> {
        match key {
            FeedKey::Merged => Some(&self.site.title),
            FeedKey::Topic(id) => self.topic_title(id),
            FeedKey::Province(slug) => self.province_name(slug),
            FeedKey::Source(id) => self.source(id).map(|source| source.title.as_str()),
        }
    }

    /// The title of a feed: its subject and, but for the merged one, the site's title.
    pub fn feed_title(&self, key: &FeedKey) -> String {
        match (key, self.subject(key)) {
            (FeedKey::Merged, _) => self.site.title.clone(),
            (_, Some(subject)) => format!("{subject} · {}", self.site.title),
            (_, None) => format!("{} · {}", key.path(), self.site.title),
        }
    }

    /// The id of a feed: a `tag:` URI (RFC 4151) that no change of host, format or title changes.
    pub fn feed_id(&self, key: &FeedKey) -> String {
        match key {
            FeedKey::Merged => format!("tag:{}:feed", self.site.tag),
            other => format!("tag:{}:feed/{}", self.site.tag, other.path()),
        }
    }

    /// A minted name beside the ids of feeds and items: `tag:SITE.TAG:NAME`.
    pub(super) fn minted(&self, name: &str) -> String {
        format!("tag:{}:{name}", self.site.tag)
    }

    /// The absolute address of a path below the site.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.site.url)
    }

    /// The same address as pages link to it: from the path of `site.url`, whatever host the reader came by.
    pub fn local(&self, path: &str) -> String {
        format!("{}{path}", self.site.url.path())
    }

    /// What the entries of a source carry; sources that have left the configuration go by the site's default.
    pub fn content_of(&self, source: Option<&SourceId>) -> Content {
        source.and_then(|id| self.source(id)).map_or(self.content, |source| source.content)
    }

    /// The provinces that any source belongs to, in the order of all provinces.
    pub fn covered_provinces(&self) -> impl Iterator<Item = &Province> {
        self.provinces.iter().filter(|province| {
            self.sources.iter().any(|source| source.enabled && source.province.as_ref() == Some(&province.slug))
        })
    }

    /// When a document with this last change was last modified: no earlier than the words on it.
    pub(super) fn modified(&self, changed: Option<Instant>) -> Option<Instant> {
        changed.max(self.worded_at)
    }

    /// `updated` of a feed that has no entries yet: the date of `site.tag`, because it must be there and must not move.
    pub(super) fn since(&self) -> Instant {
        let date = self.site.tag.rsplit(',').next().unwrap_or_default();
        let mut numbers = date.split('-').map(|part| part.parse::<u32>().ok());
        let year = numbers.next().flatten().and_then(|year| i32::try_from(year).ok()).unwrap_or(1970);
        let month = numbers.next().flatten().unwrap_or(1);
        let day = numbers.next().flatten().unwrap_or(1);
        NaiveDate::from_ymd_opt(year.clamp(1970, 9999), month, day)
            .map(|date| Utc.from_utc_datetime(&date.and_time(NaiveTime::MIN)))
            .unwrap_or(Instant::UNIX_EPOCH)
    }

    pub(super) fn words(&self) -> &'static Words {
        words::of(self.site.language)
    }
}

fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both refuse only addresses that cannot carry credentials in the first place.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}
