//! Raw item to item: identity ladder, canonical link, sanitised HTML, text, hashes.
//!
//! Pure: the clock is an argument. What comes out is safe to store and to publish; what cannot be one (nothing in it) was
//! already dropped by `extract`.

mod identity;
mod link;
mod renamed;

use std::collections::HashMap;

use url::Url;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

pub use self::identity::{Keys, is_absolute_iri, keys, shared_keys, story_key};
pub use self::link::canonical_link;
pub use self::renamed::{Appearance, FEWEST_RENAMED, renamed};
use crate::config::Source;
use crate::model::{DateFrom, FeedMeta, Instant, Item, LocalInstant, RawItem, SourceId};
use crate::text::credit::{self, CreditKind};
use crate::text::{self, html};

/// How long a title made from text may be, characters.
const TITLE_CHARS: usize = 100;

/// How long a summary may be, characters: "the first sentences up to about 300 characters".
const SUMMARY_CHARS: usize = 300;

/// A date this far ahead of our clock is taken for wrong rather than for a wrong clock, seconds.
const FUTURE_TOLERANCE_SECONDS: i64 = 3_600;

/// No Vietnamese source published on the web before this year; an earlier date is a fault (`0001-01-01`, 1970).
const FIRST_YEAR: i32 = 1995;

/// What normalising needs to know beside the item.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Who gave the document.
    pub source: &'a Source,
    /// What the document says of itself.
    pub feed: &'a FeedMeta,
    /// `site.tag`: authority of minted ids.
    pub tag: &'a str,
}

/// An item with the keys it is known by.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalised {
    /// What is stored.
    pub item: Item,
    /// How it is known again.
    pub keys: Keys,
    /// What search finds it by (see [`search_words`]).
    pub words: String,
}

/// The oldest id of a source: what its minted ids and keys are made with, so that a rename changes none of them.
pub fn scope(source: &Source) -> &SourceId {
    source.was.first().unwrap_or(&source.id)
}

/// Hash of everything a source gave for an item: equal means that there is nothing to do.
pub fn raw_hash(raw: &RawItem) -> i64 {
    let mut hash = Xxh3::new();
    let mut put = |text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for field in [
        &raw.id,
        &raw.link,
        &raw.title,
        &raw.summary,
        &raw.content,
        &raw.text,
        &raw.credit,
        &raw.language,
        &raw.rights,
        &raw.canonical,
    ] {
        put(field.as_deref().unwrap_or("\u{0}"));
    }
    for date in [raw.published, raw.updated] {
        put(&date.map_or_else(String::new, |date| date.timestamp().to_string()));
    }
    for person in &raw.authors {
        put(&person.name);
        put(person.uri.as_deref().unwrap_or_default());
        put(person.email.as_deref().unwrap_or_default());
    }
    for category in &raw.categories {
        put(category);
    }
    for image in &raw.images {
        put(&image.url);
        put(image.caption.as_deref().unwrap_or_default());
    }
    for enclosure in &raw.enclosures {
        put(&enclosure.url);
    }
    hash.digest().cast_signed()
}

/// The words of an item, folded, a blank after each: markup, white space, case and spelling of tones do not enter.
fn spaced(title: &str, text: &str) -> String {
    let mut folded = String::with_capacity(title.len() + text.len() + 1);
    text::fold(title, &mut folded);
    folded.push('\n');
    text::fold(text, &mut folded);
    text::spaced(&folded)
}

/// Hash of an item's words (see [`spaced`]).
fn words_hash(spaced: &str) -> i64 {
    xxh3_64(spaced.as_bytes()).cast_signed()
}

/// The words that search finds an item by: of title and text, without marks, each once. Where they stand and how they are
/// written is asked of the text itself, when it has been found.
pub fn search_words(title: &str, text: &str) -> String {
    search_words_of(&spaced(title, text))
}

fn search_words_of(spaced: &str) -> String {
    text::stripped(&text::once(spaced))
}

/// Finds the ids and links that name several different items of one document and therefore name none of them.
///
/// Seen in the wild: every guid is the site's address, or `0`; every link is the front page.
pub fn ambiguous<'a>(items: &'a [RawItem]) -> Ambiguous<'a> {
    let mut ids: HashMap<&str, Option<&RawItem>> = HashMap::new();
    let mut links: HashMap<&str, Option<&RawItem>> = HashMap::new();
    let note = |map: &mut HashMap<&'a str, Option<&'a RawItem>>, name: &'a str, item: &'a RawItem| {
        map.entry(name)
            .and_modify(|first| {
                if first
                    .is_some_and(|first| first.title != item.title && (first.link != item.link || first.id != item.id))
                {
                    *first = None;
                }
            })
            .or_insert(Some(item));
    };
    for item in items {
        if let Some(id) = &item.id {
            note(&mut ids, id, item);
        }
        if let Some(link) = &item.link {
            note(&mut links, link, item);
        }
    }
    let bad = |map: HashMap<&'a str, Option<&RawItem>>| {
        map.into_iter().filter(|(_, item)| item.is_none()).map(|(name, _)| name).collect()
    };
    Ambiguous { ids: bad(ids), links: bad(links) }
}

/// Names that several items of one document share; see [`ambiguous`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ambiguous<'a> {
    /// Such ids.
    pub ids: Vec<&'a str>,
    /// Such links.
    pub links: Vec<&'a str>,
}

/// Makes an item of a raw one.
///
/// `unusable` are the names found by [`ambiguous`] over the same document.
pub fn item(raw: &RawItem, unusable: &Ambiguous<'_>, cx: Context<'_>) -> Normalised {
    let scope = scope(cx.source);
    let guid = raw.id.as_deref().filter(|id| !id.is_empty() && !unusable.ids.contains(id));
    let link = raw.link.as_deref().filter(|link| is_web_address(link));
    let identity_link = link.filter(|link| !unusable.links.contains(link));
    let stated = raw.canonical.as_deref().and_then(canonical_link);
    let canonical = identity_link.and_then(canonical_link).or_else(|| stated.clone());

    let base = link.and_then(|link| Url::parse(link).ok()).or_else(|| Some(cx.source.url.clone()));
    let clean = |html: &str| html::sanitise(html, base.as_ref());
    let content = raw.content.as_deref().map(clean).filter(|html| !html.trim().is_empty());
    let summary_text = raw.summary.as_deref().map(html::to_text).unwrap_or_default();
    let content_text = content.as_deref().map(html::to_text).unwrap_or_default();
    // A source that puts its whole body into the summary and gives no content means it as the body.
    let content = content.or_else(|| {
        let html = raw.summary.as_deref().filter(|html| html.contains('<') && !summary_text.is_empty())?;
        Some(clean(html)).filter(|html| !html.trim().is_empty())
    });
    let own_text = raw.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let text = match own_text {
        Some(text) => text.to_owned(),
        None if !content_text.is_empty() => content_text,
        None => summary_text.clone(),
    };
    let summary = match summary_text.chars().count() {
        0 => html::summary_of(&text, SUMMARY_CHARS),
        // A "summary" as long as an article is one: readers get its beginning.
        long if long > 4 * SUMMARY_CHARS => html::summary_of(&summary_text, SUMMARY_CHARS),
        _ => summary_text.clone(),
    };
    let title = match raw.title.as_deref().map(str::trim).filter(|title| !title.is_empty()) {
        Some(title) => title.to_owned(),
        None => html::summary_of(text.lines().next().unwrap_or_default(), TITLE_CHARS),
    };
    let title = if title.is_empty() { link.or(guid).unwrap_or("(không có tiêu đề)").to_owned() } else { title };

    // Where the extractor has not read it: feeds bring it within the text. Who names itself at the head is not copied.
    let credit = raw
        .credit
        .clone()
        .or_else(|| credit::read(&text).filter(|credit| credit.kind == CreditKind::Source).map(|credit| credit.outlet));
    let date = raw.published.or(raw.updated);
    let mut keys = keys(scope, guid, canonical.as_deref(), &title, date);
    // Another address of the same article makes no other item of it, but tells whose copy it is.
    if let Some(stated) = stated.filter(|stated| canonical.as_ref() != Some(stated)) {
        keys.shared.extend(shared_keys(None, Some(&stated)));
    }
    let atom_id = match (guid, canonical.as_deref()) {
        (Some(guid), _) if is_absolute_iri(guid) => guid.to_owned(),
        (Some(guid), _) => identity::mint(cx.tag, scope, "guid", guid),
        (None, Some(link)) => identity::mint(cx.tag, scope, "link", link),
        (None, None) => {
            let date = date.map_or_else(String::new, |date| date.timestamp().to_string());
            identity::mint(cx.tag, scope, "title", &format!("{date}\n{title}"))
        }
    };

    let spaced = spaced(&title, &text);
    let derived = match &content {
        Some(_) => own_text.is_none(),
        None => text == summary,
    };
    Normalised {
        item: Item {
            source: cx.source.id.clone(),
            atom_id,
            guid: raw.id.clone().filter(|id| !id.is_empty()),
            link: link.map(str::to_owned),
            canonical_link: canonical,
            title,
            summary,
            content,
            body_is_own: !derived,
            text,
            published: raw.published.or(raw.updated).and_then(plausible),
            updated: raw.updated.and_then(plausible),
            date_from: match date.and_then(plausible) {
                Some(_) => raw.date_from.unwrap_or(DateFrom::Item),
                None => DateFrom::FirstSeen,
            },
            authors: if raw.authors.is_empty() { cx.feed.authors.clone() } else { raw.authors.clone() },
            categories: raw.categories.clone(),
            images: raw.images.iter().filter(|image| is_web_address(&image.url)).cloned().collect(),
            enclosures: raw.enclosures.iter().filter(|file| is_web_address(&file.url)).cloned().collect(),
            credit,
            language: raw
                .language
                .clone()
                .or_else(|| cx.feed.language.clone())
                .or_else(|| cx.source.language.clone())
                .map(|tag| tag.replace('_', "-")),
            rights: raw.rights.clone(),
            original_source: raw.source.clone(),
            raw_hash: raw_hash(raw),
            words_hash: words_hash(&spaced),
        },
        keys,
        words: search_words_of(&spaced),
    }
}

/// Clamps a source's date for ordering: one that lies in the future would pin the top of every page.
///
/// Returns the date to order by and whether it was clamped.
pub fn clamp(published: Option<Instant>, first_seen: Instant) -> (Instant, bool) {
    match published {
        Some(at) if at.timestamp() > first_seen.timestamp() + FUTURE_TOLERANCE_SECONDS => (first_seen, true),
        Some(at) => (at.min(first_seen), false),
        None => (first_seen, false),
    }
}

fn plausible(date: LocalInstant) -> Option<Instant> {
    use chrono::Datelike as _;
    (FIRST_YEAR..=2200).contains(&date.year()).then(|| date.to_utc())
}

fn is_web_address(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
