//! `[[source]]`: what is polled.

use std::io::Read as _;
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use super::address::{Fault, fault, parse_http};
use super::desk::Desk;
use super::field::{Field, Place, fields, peek};
use super::remark::{Note, listed};
use super::sections::{CONTENTS, read_polling, read_timezone};
use super::types::{DateOrder, HtmlRules, Source, SourceKind};
use crate::model::{Map, SourceId, TopicId, is_slug};

/// What an id looks like, for messages.
pub(super) const ID_FORM: &str = "1 to 64 of `a-z`, `0-9` and `-`, such as `bao-quang-ninh-kinh-te`";

pub(super) const SOURCE_KEYS: &[&str] = &[
    "id",
    "was",
    "title",
    "url",
    "kind",
    "enabled",
    "province",
    "outlet",
    "aliases",
    "section",
    "tags",
    "rank",
    "schedule",
    "language",
    "timezone",
    "date_order",
    "content",
    "article",
    "profile",
    "html",
    "json",
    "timeout",
    "max_body",
    "user_agent",
    "proxy",
    "headers",
    "robots",
    "allow_private_addresses",
    "tls_fetch_intermediate",
    "ca",
    "tls_pin",
];

/// Keys of `[source.html]`, the selectors of a listing page; `article` holds those of an article page.
pub const HTML_KEYS: &[&str] = &["item", "link", "title", "date", "lead", "image", "next", "article"];

/// Keys of `article = { … }` in `[source.html]`: the selectors of an article page.
pub const ARTICLE_KEYS: &[&str] = &["title", "lead", "body", "date", "author", "credit", "image", "caption", "remove"];

/// Keys of `[source.json]`: JSON Pointers, `items` into the document and the others into an item.
pub const JSON_KEYS: &[&str] =
    &["items", "id", "link", "title", "date", "updated", "lead", "body", "image", "author", "category"];

const KINDS: &[(&str, SourceKind)] = &[
    ("auto", SourceKind::Auto),
    ("feed", SourceKind::Feed),
    ("html", SourceKind::Html),
    ("sitemap", SourceKind::Sitemap),
    ("json", SourceKind::Json),
];

/// Remembers what may stand once only.
#[derive(Default)]
pub(super) struct Seen<'a> {
    ids: Map<&'a str, usize>,
    former_ids: Map<&'a str, usize>,
    urls: Map<String, usize>,
}

/// Reads one source; `None` where it has no id or address. What it does not say comes from `template`.
pub(super) fn read_source<'a, 'i>(
    number: usize,
    at: usize,
    table: &'a DeTable<'i>,
    desk: &'a Desk<'a, 'i>,
    template: &Source,
    seen: &mut Seen<'a>,
) -> Option<Source> {
    let id = peek(table, "id");
    let place = id.map_or(Place::Numbered("source", number), |(_, id)| Place::One("source", id));
    let mut source = template.clone();
    let (mut title, mut url, mut has_article) = (None, None, false);
    for field in fields(&desk.notes, place, table) {
        if desk.refuses("source", &field) {
            continue;
        }
        match field.name() {
            "id" => {
                field.raw();
            }
            "was" => source.was = read_former_ids(&field, desk, seen),
            "title" => title = field.text(),
            "url" => url = field.parsed(parse_http).map(|url| (field.at(), url)),
            "kind" => source.kind = field.word(KINDS).unwrap_or(source.kind),
            "enabled" => source.enabled = field.flag().unwrap_or(source.enabled),
            "province" => read_province(&field, desk, &mut source),
            "outlet" => source.outlet = field.text(),
            "aliases" => source.aliases = field.texts().unwrap_or_default(),
            "section" => source.section = read_topics(&field, desk),
            "tags" => source.tags = field.texts().unwrap_or_default(),
            "rank" => {
                let rank = field.integer(-1_000..=1_000).and_then(|rank| i32::try_from(rank).ok());
                source.rank = rank.unwrap_or(source.rank);
            }
            "language" => source.language = field.parsed(parse_language),
            "timezone" => source.timezone = read_timezone(&field).unwrap_or(source.timezone),
            "date_order" => {
                source.date_order =
                    field.word(&[("day-first", DateOrder::DayFirst), ("month-first", DateOrder::MonthFirst)]);
            }
            "content" => source.content = field.word(CONTENTS).unwrap_or(source.content),
            "article" => {
                has_article = true;
                source.article = field.flag().unwrap_or(false);
            }
            "profile" => source.profile = read_profile(&field, desk),
            "html" => source.html = read_html(&field, desk),
            "json" => read_json(&field, desk, &mut source),
            "ca" => source.ca = read_ca(&field, desk),
            "tls_pin" => source.tls_pin = field.parsed(parse_pin),
            _ if read_polling(&field, desk, &mut source) => {}
            _ => desk.unknown("source", &field),
        }
    }
    if !has_article && !source.html.article.is_empty() {
        source.article = true;
    }
    let id = match id {
        Some((id_at, id)) => read_id("source", id_at, id, desk, &mut seen.ids),
        None if table.contains_key("id") => None,
        None => {
            desk.missing(at, place, "id", ID_FORM);
            None
        }
    };
    if !table.contains_key("url") {
        desk.missing(at, place, "url", "the address to poll");
    }
    source.id = SourceId::new(id?);
    let (url_at, url) = url?;
    if source.enabled
        && let Some(first) = seen.urls.insert(url.as_str().to_owned(), url_at)
    {
        desk.notes.warn(Note::at(url_at, format!("{place}url `{url}` is polled twice")).first_at(first));
    }
    source.url = url;
    source.title_is_default = title.is_none();
    source.title = title.unwrap_or_else(|| source.id.to_string());
    check_together(at, place, &source, desk);
    Some(source)
}

/// Checks the form of an id and that it stands once.
pub(super) fn read_id<'a>(
    kind: &'static str,
    at: usize,
    id: &'a str,
    desk: &Desk<'_, '_>,
    seen: &mut Map<&'a str, usize>,
) -> Option<&'a str> {
    let place = Place::One(kind, id);
    if !is_slug(id) {
        desk.notes.error(Note::at(at, format!("{place}id is not one that an address can hold")).expected(ID_FORM));
        return None;
    }
    if let Some(&first) = seen.get(id) {
        desk.notes.error(Note::at(at, format!("{place}id is used twice")).first_at(first));
        return None;
    }
    seen.insert(id, at);
    Some(id)
}

fn read_former_ids<'a, 'i>(field: &Field<'a, 'i>, desk: &Desk<'a, 'i>, seen: &mut Seen<'a>) -> Vec<SourceId> {
    let mut ids = Vec::new();
    for (at, id) in field.strings().unwrap_or_default() {
        if !is_slug(id) {
            field.error(field.wrong_text(at, id, "is not an id").expected(ID_FORM));
        } else if desk.source_ids.contains(id) {
            field.error(field.wrong_text(at, id, "is the id of a source that is still there"));
        } else if let Some(&first) = seen.former_ids.get(id) {
            field.error(field.wrong_text(at, id, "is claimed twice").first_at(first));
        } else {
            seen.former_ids.insert(id, at);
            ids.push(SourceId::new(id));
        }
    }
    ids
}

fn read_province(field: &Field<'_, '_>, desk: &Desk<'_, '_>, source: &mut Source) {
    let Some(name) = field.raw() else { return };
    match desk.provinces.find(name) {
        Some(found) => {
            source.province = Some(found.province.slug.clone());
            source.former_province = found.former.map(|former| former.name.clone());
        }
        None => field.error(unknown_province(field, field.at(), name, desk)),
    }
}

/// Says that there is no such province.
pub(super) fn unknown_province(field: &Field<'_, '_>, at: usize, name: &str, desk: &Desk<'_, '_>) -> Note {
    field
        .wrong_text(at, name, "is not a province")
        .expected("a name or slug of one of the 34 provinces or their predecessors, such as `ninh-binh` or `Hà Nam`")
        .hint_if(desk.notes.did_you_mean(name, desk.provinces.spellings()))
}

/// A list of topic ids, each of which must be one of the file.
pub(super) fn read_topics(field: &Field<'_, '_>, desk: &Desk<'_, '_>) -> Vec<TopicId> {
    let mut ids = Vec::new();
    for (at, id) in field.strings().unwrap_or_default() {
        if desk.topic_ids.contains(id) {
            ids.push(TopicId::new(id));
            continue;
        }
        let note = field.wrong_text(at, id, "is not the id of a topic").expected("the `id` of one of the `[[topic]]`s");
        desk.notes.absence(note.hint_if(desk.notes.did_you_mean(id, desk.topic_ids.iter().copied())));
    }
    ids
}

fn read_profile(field: &Field<'_, '_>, desk: &Desk<'_, '_>) -> Option<String> {
    let name = field.raw()?;
    let known = desk.around.profiles.map(|profiles| profiles());
    let is_known = match &known {
        Some(known) => known.contains(&name),
        None => is_slug(name),
    };
    if is_known {
        return Some(name.to_owned());
    }
    let note = field.wrong_text(field.at(), name, "is not a profile");
    field.error(match &known {
        Some(known) => note
            .expected(format!("one of {}", listed(known.iter().copied())))
            .hint_if(desk.notes.did_you_mean(name, known.iter().copied())),
        None => note.expected(ID_FORM),
    });
    None
}

/// `[source.html]`
fn read_html<'i>(field: &Field<'_, 'i>, desk: &Desk<'_, 'i>) -> HtmlRules {
    let mut rules = HtmlRules::default();
    let selector = |field: &Field<'_, 'i>| {
        field.parsed(|text| {
            if text.trim().is_empty() {
                return Err(fault("is empty").expected("a CSS selector"));
            }
            (desk.around.check_selector)(text).map_err(fault)?;
            Ok(text.to_owned())
        })
    };
    for field in field.inner("html.", "a table of selectors `[source.html]`") {
        match field.name() {
            "article" => {
                for field in field.inner("html.article.", "a table of selectors such as `{ body = \".content\" }`") {
                    if !ARTICLE_KEYS.contains(&field.name()) {
                        desk.unknown("source.html.article", &field);
                    } else if let Some(selector) = selector(&field) {
                        rules.article.insert(field.name().to_owned(), selector);
                    }
                }
            }
            name if HTML_KEYS.contains(&name) => {
                if let Some(selector) = selector(&field) {
                    rules.listing.insert(name.to_owned(), selector);
                }
            }
            _ => desk.unknown("source.html", &field),
        }
    }
    rules
}

/// `[source.json]`
fn read_json<'i>(field: &Field<'_, 'i>, desk: &Desk<'_, 'i>, source: &mut Source) {
    for field in field.inner("json.", "a table of JSON Pointers `[source.json]`") {
        if !JSON_KEYS.contains(&field.name()) {
            desk.unknown("source.json", &field);
        } else if let Some(pointer) = field.parsed(parse_pointer) {
            source.json.insert(field.name().to_owned(), pointer);
        }
    }
}

/// RFC 6901 §3.
fn parse_pointer(text: &str) -> Result<String, Fault> {
    let escapes_hold = text.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    if (text.is_empty() || text.starts_with('/')) && escapes_hold {
        return Ok(text.to_owned());
    }
    Err(fault("is not a JSON Pointer").expected("`/data/items` and its kind; empty for the whole"))
}

/// The certificates must be there and look like some when the configuration is read, not at the first poll.
fn read_ca(field: &Field<'_, '_>, desk: &Desk<'_, '_>) -> Option<PathBuf> {
    /// Mozilla's whole list is a quarter of it.
    const LONGEST: u64 = 1 << 20;

    let path = field.path(&desk.folder)?;
    let mut text = Vec::new();
    let outcome = std::fs::File::open(&path).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
    if let Err(error) = outcome {
        field.error(field.wrong(format_args!("`{}` cannot be read: {error}", path.display())));
        return None;
    }
    if !String::from_utf8_lossy(&text).contains("-----BEGIN CERTIFICATE-----") {
        let note = field.wrong(format_args!("`{}` holds no certificate", path.display()));
        field.error(note.expected("a PEM file with `-----BEGIN CERTIFICATE-----`"));
        return None;
    }
    Some(path)
}

/// 64 hexadecimal digits, colons between them or not, `sha256:` before them or not.
fn parse_pin(text: &str) -> Result<[u8; 32], Fault> {
    let digits: Vec<u8> = text
        .trim()
        .trim_start_matches("sha256:")
        .bytes()
        .filter(|&b| b != b':')
        .map(|b| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0xFF))
        .collect();
    let mut pin = [0; 32];
    if digits.len() != 64 || digits.contains(&0xFF) {
        return Err(fault("is not a fingerprint").expected("the SHA-256 of the certificate, 64 hexadecimal digits"));
    }
    for (byte, pair) in pin.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Ok(pin)
}

/// The shape of a BCP 47 tag: subtags of 1 to 8 letters and digits joined by hyphens, the first of letters only.
fn parse_language(text: &str) -> Result<String, Fault> {
    let mut subtags = text.split('-');
    let first = subtags.next().unwrap_or_default();
    let holds = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()));
    if holds {
        return Ok(text.to_owned());
    }
    let fault = fault("is not a language tag").expected("a tag such as `vi`, `en` or `zh-Hans`");
    let hyphened = text.replace('_', "-");
    Err(if text.contains('_') && parse_language(&hyphened).is_ok() {
        fault.hint(format!("did you mean `{hyphened}`?"))
    } else {
        fault
    })
}

/// What single keys cannot tell: keys that have no meaning beside others.
fn check_together(at: usize, place: Place<'_>, source: &Source, desk: &Desk<'_, '_>) {
    let say = |what: &str, expected: &str| {
        desk.notes.error(Note::at(at, format!("{place}{what}")).expected(expected));
    };
    let reads_listings = matches!(source.kind, SourceKind::Auto | SourceKind::Html);
    if !source.html.listing.is_empty() && !reads_listings {
        say(
            "`[source.html]` has selectors of a listing page, and the kind is another",
            "`kind = \"html\"`, or `article` selectors only",
        );
    }
    if !source.json.is_empty() && source.kind != SourceKind::Json {
        say("`[source.json]` has no meaning for this kind", "`kind = \"json\"`");
    }
    if source.url.scheme() == "http" && (source.ca.is_some() || source.tls_pin.is_some()) {
        say("`ca` and `tls_pin` have no meaning for an `http://` address", "an `https://` address");
    }
}

/// The table of an element of `[[source]]` or `[[topic]]`.
pub(super) fn elements<'a, 'i>(
    name: &'static str,
    value: Option<&'a toml::Spanned<DeValue<'i>>>,
    desk: &Desk<'_, 'i>,
) -> Vec<(usize, &'a DeTable<'i>)> {
    let Some(value) = value else { return Vec::new() };
    let DeValue::Array(list) = value.get_ref() else {
        let note = Note::at(value.span().start, format!("`{name}` is not a list of tables"));
        desk.notes.error(note.expected(format!("`[[{name}]]`, with two brackets")));
        return Vec::new();
    };
    let mut tables = Vec::with_capacity(list.len());
    for element in list.iter() {
        match element.get_ref() {
            DeValue::Table(table) => tables.push((element.span().start, table)),
            _ => desk.notes.error(
                Note::at(element.span().start, format!("`{name}` holds something that is not a table"))
                    .expected(format!("`[[{name}]]`")),
            ),
        }
    }
    tables
}
