//! The JSON line that `bantin read` prints for a document, and reading many documents from a list.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Document, How, Input, Kind, Unreadable, read_with};
use crate::config::DateOrder;
use crate::model::{Image, Instant, LocalInstant, Person, Problem, RawItem};

/// One line of `bantin read`. Absent values are `null`.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    file: &'a str,
    ok: bool,
    kind: Option<&'static str>,
    title: Option<&'a str>,
    link: Option<&'a str>,
    items: Vec<ItemReport<'a>>,
    problems: &'a [Problem],
    #[serde(skip_serializing_if = "is_zero")]
    empty_items: u32,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    feed_links: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorReport>,
}

#[derive(Debug, Serialize)]
struct ErrorReport {
    code: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
struct ItemReport<'a> {
    id: Option<&'a str>,
    title: Option<&'a str>,
    link: Option<&'a str>,
    published: Option<String>,
    updated: Option<String>,
    date_from: Option<&'static str>,
    authors: Vec<&'a str>,
    summary: Option<&'a str>,
    content: Option<&'a str>,
    text: Option<String>,
    categories: &'a [String],
    images: &'a [Image],
    credit: Option<&'a str>,
    language: Option<&'a str>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// The line for one document, without a line end. `file` is repeated as given.
pub fn report_line(file: &str, result: &Result<Document, Unreadable>) -> String {
    let report = match result {
        Ok(document) => Report {
            file,
            ok: true,
            kind: Some(document.kind.as_str()),
            title: document.feed.title.as_deref(),
            link: document.feed.link.as_deref(),
            items: document.items.iter().map(|item| item_report(item, &document.feed.authors)).collect(),
            problems: &document.problems,
            empty_items: document.empty_items,
            feed_links: &document.feed_links,
            error: None,
        },
        Err(unreadable) => Report {
            file,
            ok: false,
            kind: None,
            title: None,
            link: None,
            items: Vec::new(),
            problems: &[],
            empty_items: 0,
            feed_links: match unreadable {
                Unreadable::Html { feed_links } | Unreadable::NoList { feed_links, .. } => feed_links,
                _ => &[],
            },
            error: Some(ErrorReport { code: unreadable.code(), message: unreadable.to_string() }),
        },
    };
    serde_json::to_string(&report).expect("strings, numbers and lists always serialise")
}

fn item_report<'a>(item: &'a RawItem, feed_authors: &'a [Person]) -> ItemReport<'a> {
    let authors = if item.authors.is_empty() { feed_authors } else { &item.authors };
    let body = item.content.as_deref().or(item.summary.as_deref());
    ItemReport {
        id: item.id.as_deref(),
        title: item.title.as_deref(),
        link: item.link.as_deref(),
        published: item.published.map(|date| timestamp(&date)),
        updated: item.updated.map(|date| timestamp(&date)),
        date_from: item.date_from.map(crate::model::DateFrom::as_str),
        authors: authors.iter().map(|person| person.name.as_str()).collect(),
        summary: item.summary.as_deref(),
        content: item.content.as_deref(),
        text: item.text.clone().or_else(|| body.map(crate::text::html::to_text)),
        categories: &item.categories,
        images: &item.images,
        credit: item.credit.as_deref(),
        language: item.language.as_deref(),
    }
}

/// RFC 3339 with the source's offset; whole seconds unless it gave parts of one.
fn timestamp(date: &LocalInstant) -> String {
    date.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// What holds for all documents of a list.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// What the documents are expected to be.
    pub kind: Kind,
    /// For dates that carry no zone.
    pub zone: chrono_tz::Tz,
    /// For ambiguous dates.
    pub date_order: Option<DateOrder>,
    /// The time of reading.
    pub now: Instant,
    /// How pages are read.
    pub how: How<'a>,
    /// For documents of the list that name no type themselves.
    pub content_type: Option<&'a str>,
    /// For documents of the list that name no address themselves.
    pub base: Option<&'a Url>,
}

impl Options<'_> {
    /// Nothing known but these.
    pub fn new(kind: Kind, zone: chrono_tz::Tz, now: Instant) -> Self {
        Self { kind, zone, date_order: None, now, how: How::default(), content_type: None, base: None }
    }
}

/// One line of a list for `bantin read --batch`; other members are ignored.
#[derive(Debug, Deserialize)]
struct Entry {
    file: String,
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    http_content_type: Option<String>,
}

/// One answer of [`read_batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether the document could be read.
    pub ok: bool,
    /// The JSON, without a line end.
    pub json: String,
}

/// Reads every document that `list` names, one JSON object a line with `file` (relative to the list) and optionally
/// `base_url` and `http_content_type`; gives one line for each, in the same order, whether it can be read or not.
///
/// # Errors
///
/// The list itself cannot be opened.
pub fn read_batch<'a>(list: &Path, options: Options<'a>) -> std::io::Result<impl Iterator<Item = Line> + use<'a>> {
    let folder = list.parent().map_or_else(PathBuf::new, Path::to_owned);
    let lines = BufReader::new(fs::File::open(list)?).lines();
    let lines = lines.map_while(Result::ok).filter(|line| !line.trim().is_empty());
    Ok(lines.map(move |line| match serde_json::from_str::<Entry>(&line) {
        Ok(entry) => read_entry(&folder, &entry, options),
        Err(error) => {
            answer("", &Err(Unreadable::File { reason: format!("the line of the list is no entry: {error}") }))
        }
    }))
}

fn read_entry(folder: &Path, entry: &Entry, options: Options<'_>) -> Line {
    let bytes = match fs::read(folder.join(&entry.file)) {
        Ok(bytes) => bytes,
        Err(error) => return answer(&entry.file, &Err(Unreadable::File { reason: error.to_string() })),
    };
    let url = entry.base_url.as_deref().and_then(|url| Url::parse(url).ok());
    let input = Input {
        bytes: &bytes,
        content_type: entry.http_content_type.as_deref().or(options.content_type),
        url: url.as_ref().or(options.base),
        kind: options.kind,
        zone: options.zone,
        date_order: options.date_order,
        now: options.now,
    };
    answer(&entry.file, &read_with(&input, options.how))
}

fn answer(file: &str, result: &Result<Document, Unreadable>) -> Line {
    Line { ok: result.is_ok(), json: report_line(file, result) }
}
