//! What is done with a body before the writer sees it: read, compared with the last time, made into items. Blocking work
//! without side effects but for one read of the database; runs on the parsing pool.

use std::sync::Arc;

use url::Url;

use super::ingest::{self, Prepared};
use super::setup::Setup;
use super::writer::Read;
use crate::config::{Source, SourceKind};
use crate::dedup;
use crate::extract::{self, How, Input, Kind, Unreadable};
use crate::fetch::Document;
use crate::model::{Instant, Outcome, PublisherHints, RawItem, Wall};
use crate::normalise;
use crate::store::StoreError;
use crate::store::sqlite::SqliteLibrary;
use crate::topics::{Matcher, Subject};

/// What came of it.
#[derive(Debug)]
pub enum Taken {
    /// A document, its items prepared.
    Document(Box<Read>, PublisherHints),
    /// Not one that can be read.
    Not(Outcome),
}

/// Reads a body and prepares those of its items about which something is new.
///
/// # Errors
///
/// [`StoreError`] when the hashes of the last document cannot be looked up.
pub fn take(
    source: &Source,
    document: &Document,
    url: &Url,
    now: Instant,
    setup: &Setup,
    library: &SqliteLibrary,
) -> Result<Taken, StoreError> {
    let is_partial = document.status == 226;
    let input = input(source, document, url, now);
    let how = How { selectors: setup.selectors(&source.id), pointers: Some(&source.json), hint: None };
    let document = match extract::read_with(&input, how) {
        Ok(document) => document,
        Err(unreadable) => return Ok(Taken::Not(outcome(&unreadable))),
    };
    let mut document = document;
    let all = document.items.len();
    document.items.retain(|item| !is_shell(item));
    let shells = u32::try_from(all - document.items.len()).unwrap_or(u32::MAX);
    let seen = library.seen(&source.id, &source.was)?;
    let mut hashes: Vec<i64> = document.items.iter().map(normalise::raw_hash).collect();
    let unusable = normalise::ambiguous(&document.items);
    let cx = normalise::Context { source, feed: &document.feed, tag: &setup.config.site.tag };
    let items = document
        .items
        .iter()
        .zip(&hashes)
        .filter(|(_, hash)| seen.binary_search(hash).is_err())
        .map(|(raw, _)| prepare(raw, &unusable, cx, &setup.matcher))
        .collect();
    if is_partial {
        // A part of a feed: what it leaves out still stands in it.
        hashes.extend(&seen);
    }
    let read = Read {
        names: ingest::names(&document.items, &unusable),
        total: document.items.len(),
        items,
        seen: hashes,
        dropped: document.empty_items + shells,
        problems: document.problems,
        meta: document.feed,
    };
    Ok(Taken::Document(Box::new(read), document.hints))
}

/// Whether nothing is in an item that a reader could read or follow; the front door gives such items where a document has
/// no others.
fn is_shell(item: &RawItem) -> bool {
    [&item.id, &item.link, &item.title, &item.summary, &item.content, &item.text]
        .into_iter()
        .all(|field| field.is_none())
}

fn prepare(
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

fn kind(kind: SourceKind) -> Kind {
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
