//! What is done with a body before the writer sees it: read, compared with the last time, made into items. Blocking work
//! without side effects but for one read of the database; runs on the parsing pool.

use std::sync::Arc;

use url::Url;

use super::articles;
use super::ingest::{self, Prepared};
use super::setup::Setup;
use super::writer::Read;
use crate::config::{DateOrder, Source, SourceKind};
use crate::dedup;
use crate::extract::sitemap::SitemapLink;
use crate::extract::{self, DocumentKind, How, Input, Kind, Unreadable};
use crate::fetch::Document;
use crate::model::{DateFrom, Instant, Outcome, PublisherHints, RawItem, SiteChange, Wall};
use crate::normalise;
use crate::schedule::{Habits, SourceState};
use crate::store::StoreError;
use crate::store::sqlite::SqliteLibrary;
use crate::topics::{Matcher, Subject};

/// What a body is read for.
#[derive(Clone)]
pub struct Asked {
    /// The source.
    pub source: Arc<Source>,
    /// What the body is expected to be.
    pub kind: Kind,
    /// How the source usually is, where it is no feed.
    pub habits: Option<Box<Habits>>,
    /// Whether the source has been read as a feed: then a page for people in its place is none of its documents.
    pub was_feed: bool,
    /// The time.
    pub now: Instant,
    /// The configuration in force.
    pub setup: Arc<Setup>,
    /// What is known of items.
    pub library: Arc<SqliteLibrary>,
}

impl Asked {
    /// How a source is read, by what is known of it.
    pub fn of(
        source: &Arc<Source>,
        state: &SourceState,
        now: Instant,
        setup: &Arc<Setup>,
        library: &Arc<SqliteLibrary>,
    ) -> Self {
        Self {
            source: Arc::clone(source),
            kind: kind(source.kind),
            habits: state.habits.clone(),
            was_feed: state.habits.is_none() && state.body_hash.is_some(),
            now,
            setup: Arc::clone(setup),
            library: Arc::clone(library),
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Taken {
    /// A document, its items prepared.
    Document(Box<Read>, PublisherHints, Box<Beyond>),
    /// Not one that can be read.
    Not(Outcome),
    /// Not one that can be read, but it offers feeds.
    Offers(Outcome, Vec<String>),
}

/// What a document that is no feed says beyond its items.
#[derive(Debug, Clone, PartialEq)]
pub struct Beyond {
    /// What it is.
    pub kind: DocumentKind,
    /// How many of its items have a date.
    pub dated: usize,
    /// The order of day and month that its dates prove.
    pub order: Option<DateOrder>,
    /// The page with older items.
    pub next: Option<String>,
    /// The sitemaps of an index, the freshest first.
    pub index: Vec<SitemapLink>,
    /// The feeds that it offers.
    pub feeds: Vec<String>,
}

impl Beyond {
    /// Nothing beyond a document of this kind.
    pub fn of(kind: DocumentKind) -> Self {
        Self { kind, dated: 0, order: None, next: None, index: Vec::new(), feeds: Vec::new() }
    }

    /// Whether the document is a feed.
    pub fn is_feed(&self) -> bool {
        use DocumentKind::{Atom, JsonFeed, Rdf, Rss};
        matches!(self.kind, Rss | Rdf | Atom | JsonFeed)
    }
}

/// Reads a body and prepares those of its items about which something is new.
///
/// # Errors
///
/// [`StoreError`] when what is known of items cannot be looked up.
pub fn take(asked: &Asked, document: &Document, url: &Url) -> Result<Taken, StoreError> {
    let Asked { source, setup, library, .. } = asked;
    let is_partial = document.status == 226;
    let input = Input { kind: asked.kind, ..input(source, document, url, asked.now) };
    let usual_order = asked.habits.as_ref().and_then(|habits| habits.date_order());
    let how = How { usual_order, pointers: Some(&source.json), selectors: setup.selectors(&source.id), hint: None };
    let document = match extract::read_with(&input, how) {
        Ok(document) if asked.kind == Kind::Auto && !is_expected(document.kind, asked.was_feed) => {
            return Ok(Taken::Not(Outcome::HtmlInsteadOfFeed));
        }
        Ok(document) => document,
        Err(Unreadable::Html { feed_links })
            if asked.kind == Kind::Auto && !asked.was_feed && !feed_links.is_empty() =>
        {
            return Ok(Taken::Offers(Outcome::HtmlInsteadOfFeed, feed_links));
        }
        Err(unreadable) => return Ok(Taken::Not(missed(&unreadable, asked))),
    };
    let mut document = document;
    let all = document.items.len();
    document.items.retain(|item| !is_shell(item));
    let shells = u32::try_from(all - document.items.len()).unwrap_or(u32::MAX);
    let seen = library.seen(&source.id, &source.was)?;
    let mut hashes: Vec<i64> = document.items.iter().map(normalise::raw_hash).collect();
    let unusable = normalise::ambiguous(&document.items);
    let cx = normalise::Context { source, feed: &document.feed, tag: &setup.config.site.tag };
    let (mut items, mut listed) = (Vec::new(), Vec::new());
    for (raw, hash) in document.items.iter().zip(&hashes) {
        // Without an address of its own an article has no page.
        let has_page = || raw.link.as_deref().is_some_and(|link| !unusable.links.contains(&link));
        if source.article && has_page() {
            listed.push(articles::listed(raw, &unusable, cx));
        } else if seen.binary_search(hash).is_err() {
            items.push(prepare(raw, &unusable, cx, &setup.matcher));
        }
    }
    if is_partial {
        // A part of a feed: what it leaves out still stands in it.
        hashes.extend(&seen);
    }
    let beyond = Beyond {
        kind: document.kind,
        // A date out of an address says nothing of the page.
        dated: document.items.iter().filter(|item| item.date_from.is_some_and(|from| from != DateFrom::Url)).count(),
        order: document.date_order,
        next: document.next,
        index: document.index,
        feeds: document.feed_links,
    };
    let read = Read {
        names: ingest::names(&document.items, &unusable),
        total: document.items.len(),
        items,
        listed,
        seen: hashes,
        dropped: document.empty_items + shells,
        problems: document.problems,
        meta: document.feed,
    };
    Ok(Taken::Document(Box::new(read), document.hints, Box::new(beyond)))
}

/// Whether a source that leaves open what it is may be this. The page of one article is no source, and a page in the place
/// of a feed is what a site shows whose feed is gone.
fn is_expected(kind: DocumentKind, was_feed: bool) -> bool {
    match kind {
        DocumentKind::Article => false,
        DocumentKind::Html => !was_feed,
        _ => true,
    }
}

/// The outcome that an unreadable document means for a source of which something is known.
fn missed(unreadable: &Unreadable, asked: &Asked) -> Outcome {
    let had_list = asked.habits.as_ref().is_some_and(|habits| habits.has_items);
    match unreadable {
        Unreadable::NoList { .. } | Unreadable::NoItems { .. } | Unreadable::Html { .. } if had_list => {
            Outcome::SiteChanged { change: SiteChange::NoList }
        }
        other => outcome(other),
    }
}

/// Whether nothing is in an item that a reader could read or follow; the front door gives such items where a document has
/// no others.
pub fn is_shell(item: &RawItem) -> bool {
    [&item.id, &item.link, &item.title, &item.summary, &item.content, &item.text]
        .into_iter()
        .all(|field| field.is_none())
}

/// Makes an item of a raw one, with all that needs no database.
pub fn prepare(
    raw: &RawItem,
    unusable: &normalise::Ambiguous<'_>,
    cx: normalise::Context<'_>,
    matcher: &Matcher,
) -> Prepared {
    let normalised = normalise::item(raw, unusable, cx);
    let topics = ingest::topic_ids(&matcher.classify(&subject(&normalised.item, cx.source)));
    let signature = Arc::new(dedup::sign(&normalised.item.title, &normalised.item.text));
    Prepared { normalised, topics, signature }
}

/// An item as topics judge it.
pub fn subject<'a>(item: &'a crate::model::Item, source: &'a Source) -> Subject<'a> {
    Subject {
        title: &item.title,
        lead: &item.summary,
        body: &item.text,
        source: &source.id,
        sections: &source.section,
        province: source.province.as_ref(),
        tags: &source.tags,
        categories: &item.categories,
    }
}

/// A body as the front door takes it.
pub fn input<'a>(source: &Source, document: &'a Document, url: &'a Url, now: Instant) -> Input<'a> {
    Input {
        bytes: document.body.bytes(),
        content_type: document.content_type.as_deref(),
        url: Some(url),
        kind: kind(source.kind),
        zone: source.timezone,
        date_order: source.date_order,
        now,
    }
}

/// What the documents of a source of this kind are expected to be.
pub fn kind(kind: SourceKind) -> Kind {
    match kind {
        SourceKind::Auto => Kind::Auto,
        SourceKind::Feed => Kind::Feed,
        SourceKind::Html => Kind::Html,
        SourceKind::Sitemap => Kind::Sitemap,
        SourceKind::Json => Kind::Json,
    }
}

/// The outcome that an unreadable document means.
pub fn outcome(unreadable: &Unreadable) -> Outcome {
    match unreadable {
        Unreadable::Html { .. } => Outcome::HtmlInsteadOfFeed,
        Unreadable::LoginPage { .. } => Outcome::LoginOrChallenge { wall: Wall::Login },
        Unreadable::Challenge { .. } => Outcome::LoginOrChallenge { wall: Wall::Challenge },
        other => Outcome::Unreadable { cause: other.to_string() },
    }
}
