//! The front door for documents: bytes in; kind, feed, items and problems out.
//!
//! Everything that comes from a source is hostile, so three things hold for every document: reading it takes time and
//! memory in proportion to its size, whatever it holds; one bad item never loses the rest; nothing panics through. What
//! had to be put right is named in [`Document::problems`].
//!
//! A document goes through [`decode`] (bytes to text), [`sniff`] (what is it?) and then its reader: [`feed`] for RSS, RDF
//! and Atom, [`jsonfeed`] for JSON Feed, [`html`] for pages, [`sitemap`] and [`jsonapi`]. The markup of items is passed on as given, addresses made absolute; cleaning it is
//! the business of `normalise`.
//!
//! It never asks the network, the database or the clock.

pub mod address;
pub mod decode;
pub mod feed;
pub mod html;
pub mod inspect;
pub mod json;
pub mod jsonapi;
pub mod jsonfeed;
pub mod limits;
pub mod opml;
mod pages;
pub mod plain;
pub mod pool;
pub mod problems;
pub mod report;
pub mod sitemap;
pub mod sniff;
mod unreadable;
pub mod xml;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono_tz::Tz;
use url::Url;

pub use self::pages::How;
pub use self::unreadable::Unreadable;
use crate::config::DateOrder;
use crate::model::{FeedMeta, Instant, Problem, PublisherHints, RawItem};
use problems::{Fault, Problems};

/// What the caller expects a document to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Find out.
    #[default]
    Auto,
    /// RSS, RDF, Atom or JSON Feed.
    Feed,
    /// A page that lists articles.
    Html,
    /// The page of one article.
    Article,
    /// A news sitemap or an index of sitemaps.
    Sitemap,
    /// The answer of a JSON endpoint.
    Json,
}

/// A document and what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The body, transfer and content encodings undone.
    pub bytes: &'a [u8],
    /// The `Content-Type` it came with.
    pub content_type: Option<&'a str>,
    /// The address it was finally served from; relative addresses refer to it.
    pub url: Option<&'a Url>,
    /// What it is expected to be.
    pub kind: Kind,
    /// For dates that carry no zone.
    pub zone: Tz,
    /// For ambiguous dates; `None`: by majority, else day first.
    pub date_order: Option<DateOrder>,
    /// The time of reading.
    pub now: Instant,
}

/// What a document turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// RSS 0.9x and 2.0.
    Rss,
    /// RSS 0.90, 1.0 and 1.1, which are RDF.
    Rdf,
    /// Atom 0.3 and 1.0.
    Atom,
    /// JSON Feed 1.0 and 1.1.
    JsonFeed,
    /// A page that lists articles.
    Html,
    /// The page of one article.
    Article,
    /// A sitemap.
    Sitemap,
    /// The answer of a JSON endpoint.
    Json,
}

impl DocumentKind {
    /// The name as `read` prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Rdf => "rdf",
            Self::Atom => "atom",
            Self::JsonFeed => "json-feed",
            Self::Html => "html",
            Self::Article => "article",
            Self::Sitemap => "sitemap",
            Self::Json => "json",
        }
    }
}

/// What a document holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it turned out to be.
    pub kind: DocumentKind,
    /// What it says about itself.
    pub feed: FeedMeta,
    /// Its items in document order.
    pub items: Vec<RawItem>,
    /// What it asks of those who poll it.
    pub hints: PublisherHints,
    /// What was repaired or given up.
    pub problems: Vec<Problem>,
    /// Items dropped because nothing was in them.
    pub empty_items: u32,
    /// The feeds that a page links to with `rel="alternate"`, absolute.
    pub feed_links: Vec<String>,
    /// The page with older items of a listing, absolute.
    pub next: Option<String>,
    /// The sitemaps of an index, the freshest first.
    pub index: Vec<sitemap::SitemapLink>,
    /// The order of day and month that the dates of a listing prove.
    pub date_order: Option<DateOrder>,
}

/// Reads a document of a source of which nothing else is known.
///
/// # Errors
///
/// As [`read_with`].
pub fn read(input: &Input) -> Result<Document, Unreadable> {
    read_with(input, How::default())
}

/// Reads a document.
///
/// # Errors
///
/// [`Unreadable`] where it is none of the expected kinds or nothing of use is in it. Never panics: a panic of a library
/// becomes [`Unreadable::Panicked`].
pub fn read_with(input: &Input, how: How<'_>) -> Result<Document, Unreadable> {
    catch_unwind(AssertUnwindSafe(|| read_uncaught(input, how))).unwrap_or(Err(Unreadable::Panicked))
}

fn read_uncaught(input: &Input, how: How<'_>) -> Result<Document, Unreadable> {
    let limit = limits::MAX_DOCUMENT_BYTES;
    if input.bytes.len() > limit {
        return Err(Unreadable::TooLarge { bytes: input.bytes.len(), limit });
    }
    if input.bytes.iter().all(|b| b.is_ascii_whitespace() || *b == 0) {
        return Err(Unreadable::Empty);
    }
    let mut problems = Problems::default();
    let unpacked = decode::gunzip(input.bytes);
    if unpacked.is_some() {
        problems.note(Fault::Compressed);
    }
    let bytes = unpacked.as_deref().unwrap_or(input.bytes);
    if let Some(unreadable) = sniff::binary(bytes) {
        return Err(unreadable);
    }
    let host = input.url.and_then(Url::host_str);
    let decoded = decode::decode(bytes, input.content_type, host, &mut problems);
    let text = decoded.text.as_ref();
    let document = match input.kind {
        Kind::Feed => read_feed(text, input, &mut problems)?,
        Kind::Auto => match read_feed(text, input, &mut problems) {
            Ok(found) => found,
            Err(why_not) => pages::whatever(text, input, how, why_not)?,
        },
        Kind::Html => pages::listing(text, input, how)?,
        Kind::Article => pages::article(text, input, how)?,
        Kind::Sitemap => pages::sitemap(text, input)?,
        Kind::Json => pages::json(text, input, how)?,
    };
    note_repeated_ids(&document.items, &mut problems);
    let mut problems = problems.into_list();
    problems.extend(document.problems);
    Ok(Document { problems, ..document })
}

/// The text of a document that is to be looked at as a page.
fn page_text(input: &Input) -> Result<String, Unreadable> {
    let limit = limits::MAX_DOCUMENT_BYTES;
    if input.bytes.len() > limit {
        return Err(Unreadable::TooLarge { bytes: input.bytes.len(), limit });
    }
    let unpacked = decode::gunzip(input.bytes);
    let bytes = unpacked.as_deref().unwrap_or(input.bytes);
    if let Some(unreadable) = sniff::binary(bytes) {
        return Err(unreadable);
    }
    let host = input.url.and_then(Url::host_str);
    Ok(decode::decode(bytes, input.content_type, host, &mut Problems::default()).text.into_owned())
}

fn read_feed(text: &str, input: &Input, problems: &mut Problems) -> Result<Document, Unreadable> {
    let cx = feed::Context { url: input.url, zone: input.zone, order: input.date_order, now: input.now };
    let found = match feed::find_root(text) {
        Some(root) => {
            let found = feed::read(text, root, &cx, problems)?;
            if root.in_page && found.items.is_empty() && found.feed.title.is_none() {
                return Err(refuse(text, input.url));
            }
            found
        }
        None if sniff::looks(text) == sniff::Looks::Json => jsonfeed::read(text, &cx, problems)?,
        None => match unescaped(text) {
            Some(inner) => {
                problems.note(Fault::Escaped);
                let Some(root) = feed::find_root(&inner) else { return Err(refuse(text, input.url)) };
                feed::read(&inner, root, &cx, problems)?
            }
            None => return Err(refuse(text, input.url)),
        },
    };
    Ok(Document {
        kind: found.kind,
        feed: found.feed,
        items: found.items,
        hints: found.hints,
        problems: Vec::new(),
        empty_items: found.empty_items,
        feed_links: Vec::new(),
        next: None,
        index: Vec::new(),
        date_order: None,
    })
}

/// Ids are what items are recognised by: one that stands on two items hides one of them.
fn note_repeated_ids(items: &[RawItem], problems: &mut Problems) {
    let mut seen = HashSet::with_capacity(items.len());
    for id in items.iter().filter_map(|item| item.id.as_deref()) {
        if !seen.insert(id) {
            problems.note_with(Fault::RepeatedId, id);
        }
    }
}

/// A feed that stands escaped in another document, as web services wrap it (`<string>&lt;rss …`).
fn unescaped(text: &str) -> Option<String> {
    let head = plain::floor(text, 4096);
    let is_feed = ["&lt;rss", "&lt;feed", "&lt;rdf:RDF"].iter().any(|root| head.contains(root));
    is_feed.then(|| xml::refs::References::default().resolve(text).into_owned())
}

/// Names what a text is that is no feed.
fn refuse(text: &str, url: Option<&Url>) -> Unreadable {
    match sniff::looks(text) {
        sniff::Looks::Nothing => Unreadable::Empty,
        sniff::Looks::Json => Unreadable::Json,
        sniff::Looks::Html => sniff::page(text, url).unreadable(),
        sniff::Looks::Sitemap => Unreadable::Sitemap,
        sniff::Looks::Opml => Unreadable::Opml,
        sniff::Looks::OtherXml(root) => Unreadable::OtherXml { root },
        sniff::Looks::Text => Unreadable::PlainText { start: plain::line(plain::floor(text.trim_start(), 60)) },
    }
}
