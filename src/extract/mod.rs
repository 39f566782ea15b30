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
mod legacy;
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
mod wrapped;
pub mod xml;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono_tz::Tz;
use url::Url;

pub use self::pages::How;
pub use self::unreadable::Unreadable;
use crate::config::DateOrder;
use crate::model::{FeedMeta, Instant, Problem, PublisherHints, RawItem};
use feed::Found;
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
        Kind::Feed => read_feed(text, input, &mut problems),
        Kind::Auto => match read_feed(text, input, &mut problems) {
            Ok(found) => Ok(found),
            Err(why_not) => pages::whatever(text, input, how, why_not),
        },
        Kind::Html => pages::listing(text, input, how),
        Kind::Article => pages::article(text, input, how),
        Kind::Sitemap => pages::sitemap(text, input),
        Kind::Json => pages::json(text, input, how),
    };
    let document = document.map_err(|why_not| match why_not {
        // Among random bytes there is always a `<` before a letter.
        Unreadable::OtherXml { .. } | Unreadable::PlainText { .. } | Unreadable::Html { .. }
            if !decoded.encoding.starts_with("UTF-16")
                && !decoded.encoding.starts_with("UTF-32")
                && sniff::is_noise(bytes) =>
        {
            Unreadable::Binary { format: "data of an unknown kind" }
        }
        why_not => why_not,
    })?;
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
    let is_json = text.trim_start().starts_with('"') || sniff::looks(text) == sniff::Looks::Json;
    let found = if is_json { read_json(text, &cx, problems) } else { Err(Unreadable::Json) };
    let found = match found {
        // What begins like JSON may be a server's message (`[warn] …`) before a feed.
        Err(Unreadable::Json) => match feed::find_root(text) {
            Some(root) => read_markup(text, root, &cx, problems)?,
            None if is_json => return Err(Unreadable::Json),
            None => read_inside(text, &cx, problems)?,
        },
        found => found?,
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

/// The feed whose root is at `root`. On a page a stray element of a feed's name is none.
fn read_markup(text: &str, root: feed::Root, cx: &feed::Context, problems: &mut Problems) -> Result<Found, Unreadable> {
    let found = feed::read(text, root, cx, problems)?;
    if root.in_page && found.items.is_empty() && found.feed.title.is_none() {
        return Err(refuse(text, cx.url));
    }
    Ok(found)
}

/// A JSON Feed, or a feed of markup that is a string in JSON.
fn read_json(text: &str, cx: &feed::Context, problems: &mut Problems) -> Result<Found, Unreadable> {
    let why_not = match jsonfeed::read(text, cx, problems) {
        Err(why_not @ Unreadable::Json) => why_not,
        found => return found,
    };
    let Some(inner) = wrapped::in_json(text) else { return Err(why_not) };
    let Some(root) = feed::find_root(&inner) else { return Err(why_not) };
    problems.note(Fault::Escaped);
    read_markup(&inner, root, cx, problems)
}

/// A feed inside a document of markup or words that is none itself.
fn read_inside(text: &str, cx: &feed::Context, problems: &mut Problems) -> Result<Found, Unreadable> {
    if let Some(inner) = wrapped::in_markup(text)
        && let Some(root) = feed::find_root(&inner)
    {
        problems.note(Fault::Escaped);
        return read_markup(&inner, root, cx, problems);
    }
    if let Some(at) = wrapped::json_feed_start(text) {
        // What is found wrong in a text that turns out to be none of these is no repair.
        let mut noted = Problems::default();
        if let Ok(found) = jsonfeed::read(&text[at..], cx, &mut noted)
            && !found.items.is_empty()
        {
            problems.note_with(Fault::LeadingJunk, &text[..at]);
            problems.append(noted);
            return Ok(found);
        }
    }
    Err(refuse(text, cx.url))
}

/// Names what a text is that is no feed.
fn refuse(text: &str, url: Option<&Url>) -> Unreadable {
    match sniff::looks(text) {
        sniff::Looks::Nothing => Unreadable::Empty,
        sniff::Looks::Json => Unreadable::Json,
        sniff::Looks::Html => sniff::page(text, url).unreadable(),
        sniff::Looks::Sitemap => Unreadable::Sitemap,
        sniff::Looks::Opml => Unreadable::Opml,
        sniff::Looks::OtherXml(root) if root == "svg" => Unreadable::Image { format: "SVG" },
        sniff::Looks::OtherXml(root) => Unreadable::OtherXml { root },
        sniff::Looks::Text => Unreadable::PlainText { start: plain::line(plain::floor(text.trim_start(), 60)) },
    }
}
