//! What the three formats of a feed say alike: ids, dates, addresses, people, provenance, the line about copies.
//!
//! Decided once here, so that Atom, RSS and JSON Feed cannot disagree.

use std::collections::HashSet;

use chrono::{Datelike, SecondsFormat};
use url::Url;

use crate::config::{Content, Language, SourceKind};
use crate::model::{Carrier, Enclosure, Entry, EntrySource, FeedContent, FeedKey, FeedMeta, Instant, Person, TopicId};

use super::markup::{Markup, allowed};
use super::masthead::Masthead;
use super::words::Words;

/// Copies named in one entry. A release that forty portals carry needs no forty links; the story's page has them all.
const MAX_COPIES: usize = 12;

/// One entry with everything checked that a format would otherwise have to check itself.
pub(super) struct Prepared<'a> {
    pub entry: &'a Entry,
    pub id: String,
    pub title: String,
    pub published: Instant,
    pub updated: Instant,
    /// The article, else our page of the story.
    pub url: String,
    /// Never empty.
    pub authors: Vec<Person>,
    /// Only where it differs from the site's.
    pub language: Option<String>,
    pub rights: Option<String>,
    /// Plain text; may be empty.
    pub summary: String,
    /// Sanitised HTML: the source's body with our lines at its end, where bodies are published.
    pub content: Option<String>,
    /// The summary as HTML with our lines at its end, where there are such lines and no body.
    pub annotated_summary: Option<String>,
    /// At most [`MAX_COPIES`], each with an address, no address twice, none the article's own.
    pub copies: Vec<Copied>,
    pub categories: Vec<Category>,
    pub enclosures: Vec<&'a Enclosure>,
    pub provenance: Provenance,
    /// The document we poll.
    pub via: Option<String>,
}

/// Somebody else who carried the story.
pub(super) struct Copied {
    pub name: String,
    pub title: String,
    pub url: String,
    pub published: Instant,
}

/// A label of an entry.
pub(super) struct Category {
    /// What machines compare: a topic's id, a province's slug, the source's label as it is.
    pub term: String,
    /// Which vocabulary the term is of; `None` for the source's own labels.
    pub scheme: Option<String>,
    /// What people read.
    pub label: String,
}

/// The feed an entry was first published in: what `atom:source` says.
pub(super) struct Provenance {
    pub id: String,
    pub title: String,
    pub updated: Instant,
    pub alternate: Option<String>,
    pub self_link: Option<String>,
    pub authors: Vec<Person>,
    pub rights: Option<String>,
    /// BCP 47, where known and well-formed.
    pub language: Option<String>,
}

/// Prepares the entries of a feed in their order; of two with the same id the first stays: one entry per id
/// in a document (RFC 4287 §4.1.1).
pub(super) fn prepare<'a>(masthead: &Masthead, content: &'a FeedContent) -> Vec<Prepared<'a>> {
    let mut seen = HashSet::new();
    content
        .entries
        .iter()
        .map(|entry| prepare_one(masthead, entry))
        .filter(|prepared| seen.insert(prepared.id.clone()))
        .collect()
}

/// `updated` of a feed: the store's, else the latest of its entries, else a date that never moves.
pub(super) fn feed_updated(masthead: &Masthead, content: &FeedContent) -> Instant {
    content
        .updated
        .or_else(|| content.entries.iter().map(|entry| entry.included.max(entry.updated)).max())
        .unwrap_or_else(|| masthead.since())
}

fn prepare_one<'a>(masthead: &Masthead, entry: &'a Entry) -> Prepared<'a> {
    let words = masthead.words();
    let link = entry.link.as_deref().and_then(web_address);
    let provenance = provenance(masthead, entry);
    let copies = copies(&entry.copies, link.as_deref());
    let notes = notes(masthead, entry, &copies);
    let language = foreign_language(masthead, entry);
    let site_language = masthead.site().language.tag();
    // Our own lines are in the site's language, also below an English article.
    let notes = notes.map(|notes| notes.finish(language.as_ref().map(|_| site_language)));
    let content = entry
        .content
        .as_deref()
        .filter(|content| !content.trim().is_empty())
        .map(|content| format!("{}{}", allowed(content), notes.as_deref().unwrap_or_default()));
    let summary = allowed(entry.summary.trim()).into_owned();
    let annotated_summary = match (&content, notes) {
        (None, Some(notes)) => Some(format!("{}{notes}", paragraphs(&summary))),
        _ => None,
    };
    let authors = {
        let authors: Vec<_> = entry.authors.iter().filter_map(person).collect();
        if authors.is_empty() { vec![Person { name: provenance.title.clone(), ..Person::default() }] } else { authors }
    };
    // Without a line of its own an entry would inherit the rights of our feed (RFC 4287 §4.2.10).
    let rights = non_blank(entry.rights.as_deref())
        .or_else(|| provenance.rights.clone())
        .or_else(|| masthead.site().rights.as_ref().map(|_| format!("© {}", outlet_name(&entry.source))));
    let title = allowed(entry.title.trim()).into_owned();
    Prepared {
        id: allowed(&entry.atom_id).into_owned(),
        title: if title.is_empty() { words.untitled.to_owned() } else { title },
        published: entry.published,
        updated: entry.updated.max(entry.published),
        url: link.unwrap_or_else(|| masthead.absolute(&format!("stories/{}", entry.story))),
        authors,
        language,
        rights,
        summary,
        content,
        annotated_summary,
        copies,
        categories: categories(masthead, entry),
        enclosures: entry.enclosures.iter().filter(|file| web_address(&file.url).is_some()).collect(),
        provenance,
        via: web_address(&entry.source.url),
        entry,
    }
}

/// How a source is called in credit lines: its outlet, else its title, else its address.
pub(super) fn outlet_name(source: &EntrySource) -> String {
    non_blank(source.outlet.as_deref())
        .or_else(|| non_blank(Some(&source.title)))
        .or_else(|| web_address(&source.url))
        .unwrap_or_else(|| "?".to_owned())
}

/// Tells whether a credit line says more than the name of the outlet that is shown anyway.
pub(super) fn credit_of(entry: &Entry) -> Option<String> {
    non_blank(entry.credit.as_deref()).filter(|credit| {
        let credit = credit.to_lowercase();
        credit != outlet_name(&entry.source).to_lowercase()
    })
}

/// Who else carried a story whose article stands at `article`; see [`Prepared::copies`].
pub(super) fn copies(carriers: &[Carrier], article: Option<&str>) -> Vec<Copied> {
    let mut seen: HashSet<String> = article.map(str::to_owned).into_iter().collect();
    carriers
        .iter()
        .filter_map(|carrier| {
            let url = carrier.link.as_deref().and_then(web_address)?;
            seen.insert(url.clone()).then(|| Copied {
                name: outlet_name(&carrier.source),
                title: allowed(carrier.title.trim()).into_owned(),
                url,
                published: carrier.published,
            })
        })
        .take(MAX_COPIES)
        .collect()
}

/// Our lines at the end of a text: whom a credit line names, and who else carried it.
struct Notes(Markup);

impl Notes {
    fn finish(self, language: Option<&'static str>) -> String {
        match language {
            Some(tag) => {
                let mut out = Markup::default();
                let inside = self.0.finish();
                out.element("div", &[("lang", tag)], |div| div.trusted(&inside));
                out.finish()
            }
            None => self.0.finish(),
        }
    }
}

fn notes(masthead: &Masthead, entry: &Entry, copies: &[Copied]) -> Option<Notes> {
    let words = masthead.words();
    // A body usually ends with its credit line itself.
    let credit = credit_of(entry).filter(|credit| !entry.content.as_ref().is_some_and(|body| body.contains(credit)));
    if credit.is_none() && copies.is_empty() {
        return None;
    }
    let mut out = Markup::default();
    if let Some(credit) = credit {
        out.leaf("p", &[], &format!("{} {credit}", words.credit));
    }
    write_also(words, copies, &[], &mut out);
    Some(Notes(out))
}

/// Writes who else carried a story, each with a link; nothing where nobody did.
pub(super) fn write_also(words: &Words, copies: &[Copied], attributes: &[(&'static str, &str)], out: &mut Markup) {
    if copies.is_empty() {
        return;
    }
    out.element("p", attributes, |p| {
        p.text(words.also_at);
        for (at, copy) in copies.iter().enumerate() {
            p.text(if at == 0 { " " } else { ", " });
            p.leaf("a", &[("href", &copy.url)], &copy.name);
        }
    });
}

/// Plain text as HTML paragraphs; nothing for nothing.
pub(super) fn paragraphs(text: &str) -> String {
    let mut out = Markup::default();
    for paragraph in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.leaf("p", &[], paragraph);
    }
    out.finish()
}

fn categories(masthead: &Masthead, entry: &Entry) -> Vec<Category> {
    let mut found = Vec::new();
    let is_private = |topic: &&TopicId| masthead.is_private(&FeedKey::Topic(TopicId::clone(topic)));
    for topic in entry.topics.iter().filter(|topic| !is_private(topic)) {
        let label = masthead.topic_title(topic).unwrap_or(topic.as_str()).to_owned();
        found.push(Category { term: topic.to_string(), scheme: Some(masthead.minted("topics")), label });
    }
    if let Some(slug) = &entry.province {
        let label = masthead.province_name(slug).unwrap_or(slug.as_str()).to_owned();
        found.push(Category { term: slug.to_string(), scheme: Some(masthead.minted("provinces")), label });
    }
    let mut seen = HashSet::new();
    for label in entry.categories.iter().filter_map(|label| non_blank(Some(label))) {
        if seen.insert(label.clone()) {
            found.push(Category { term: label.clone(), scheme: None, label });
        }
    }
    found
}

/// Which feed an entry came from: the original publisher it names, if that can be identified, else the source.
fn provenance(masthead: &Masthead, entry: &Entry) -> Provenance {
    let named = entry.original_source.as_ref().and_then(|meta| {
        let id = identity(meta).or_else(|| meta.link.as_deref().and_then(web_address))?;
        let title = non_blank(meta.title.as_deref()).unwrap_or_else(|| id.clone());
        let self_link = meta.self_link.as_deref().and_then(web_address);
        Some(from_meta(meta, id, title, self_link, entry))
    });
    named.unwrap_or_else(|| {
        let source = &entry.source;
        let kind = source.id.as_ref().and_then(|id| masthead.source(id)).map(|line| line.kind);
        let polled = web_address(&source.url);
        // A listing page is no feed: it is the page of the source, not its `self`.
        let is_page = matches!(kind, Some(SourceKind::Html | SourceKind::Sitemap | SourceKind::Json));
        let self_link = source.meta.self_link.as_deref().and_then(web_address);
        let self_link = self_link.or_else(|| polled.clone().filter(|_| !is_page));
        // What is polled is an address of the web; were it not, an id must be one all the same.
        let id = identity(&source.meta).or_else(|| polled.clone()).unwrap_or_else(|| {
            masthead.minted(&format!("source/{}", source.id.as_ref().map_or("unknown", |id| id.as_str())))
        });
        let title = non_blank(Some(&source.title)).unwrap_or_else(|| outlet_name(source));
        let mut found = from_meta(&source.meta, id, title, self_link, entry);
        found.alternate = found.alternate.or_else(|| polled.filter(|_| is_page));
        found
    })
}

/// The id of a source's document: its Atom id byte for byte where that is an IRI, else its `self` link.
fn identity(meta: &FeedMeta) -> Option<String> {
    let id = meta.id.as_deref().map(|id| allowed(id).into_owned()).filter(|id| is_iri(id));
    id.or_else(|| meta.self_link.as_deref().and_then(web_address))
}

fn from_meta(meta: &FeedMeta, id: String, title: String, self_link: Option<String>, entry: &Entry) -> Provenance {
    Provenance {
        id,
        title,
        updated: meta.updated.unwrap_or(entry.updated.max(entry.published)),
        alternate: meta.link.as_deref().and_then(web_address),
        self_link,
        authors: meta.authors.iter().filter_map(person).collect(),
        rights: non_blank(meta.rights.as_deref()),
        language: meta.language.as_deref().and_then(language_tag),
    }
}

/// A person fit to print: a name that is not blank, an address only if it is one.
fn person(person: &Person) -> Option<Person> {
    let name = non_blank(Some(&person.name))?;
    let email = non_blank(person.email.as_deref())
        .filter(|email| !email.contains(char::is_whitespace))
        .filter(|email| email.split_once('@').is_some_and(|(who, at)| !who.is_empty() && !at.is_empty()));
    Some(Person { name, uri: person.uri.as_deref().and_then(web_address), email })
}

/// Returns `text` trimmed and without forbidden characters, unless nothing is left.
pub(super) fn non_blank(text: Option<&str>) -> Option<String> {
    text.map(|text| allowed(text).trim().to_owned()).filter(|text| !text.is_empty())
}

/// Returns `address` as it may stand in a link: absolute, `http` or `https`, without credentials, white space or quotes.
///
/// `javascript:`, `data:` and relative addresses give `None`, whatever let them through before.
pub(super) fn web_address(address: &str) -> Option<String> {
    if is_plain_web_address(address) {
        return Some(address.to_owned());
    }
    let mut url = Url::parse(address.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
    }
    Some(url.into())
}

/// Tells whether an address is so ordinary that parsing it would give the same: what nearly all of them are, because
/// `normalise` has parsed them before.
fn is_plain_web_address(address: &str) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let Some((host, path)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
    host.starts_with(|c: char| c.is_ascii_lowercase())
        && host.ends_with(|c: char| c.is_ascii_lowercase())
        && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
        && !host.contains("xn--")
        && !path.contains("/.")
        && !path.starts_with('.')
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/?&=%+,;:!*()#".contains(&b))
}

/// Tells whether `id` has the shape of an absolute IRI: a scheme, a colon, something behind it, no white space.
fn is_iri(id: &str) -> bool {
    id.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
            && !rest.is_empty()
            && !id.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// The language of an entry, where it is not the site's: its own, else its source's. Where neither says, it is
/// Vietnamese, which is what we gather: an English site must not call it English by inheritance.
pub(super) fn foreign_language(masthead: &Masthead, entry: &Entry) -> Option<String> {
    let given = entry.language.as_deref().and_then(language_tag);
    let given = given.or_else(|| entry.source.meta.language.as_deref().and_then(language_tag));
    let tag = given.unwrap_or_else(|| Language::Vi.tag().to_owned());
    is_other_language(&tag, masthead.site().language.tag()).then_some(tag)
}

/// Tells whether two tags name different languages; regions and scripts do not make one.
pub(super) fn is_other_language(one: &str, other: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    primary(one) != primary(other)
}

/// Returns a language tag as BCP 47 writes it (`vi_VN` is `vi-VN`), or `None` for what is none.
pub(super) fn language_tag(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let well_formed = (2..=8).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    well_formed.then_some(tag)
}

/// Tells whether `media_type` has the shape of one.
pub(super) fn is_media_type(media_type: &str) -> bool {
    media_type.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty())
        && media_type.bytes().all(|b| b.is_ascii_graphic())
}

/// Writes an instant as RFC 3339 in UTC, whole seconds, capital `T` and `Z`.
pub(super) fn rfc3339(instant: Instant) -> String {
    printable(instant).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Writes an instant as RSS wants it: RFC 822 with four digits of year and a numeric zone.
pub(super) fn rfc822(instant: Instant) -> String {
    printable(instant).format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Years that four digits cannot hold would make a document invalid; `normalise` clamps them, this is the last door.
fn printable(instant: Instant) -> Instant {
    if (0..=9999).contains(&instant.year()) { instant } else { Instant::UNIX_EPOCH }
}

/// Tells whether bodies of this source are published.
pub(super) fn is_full(masthead: &Masthead, entry: &Entry) -> bool {
    masthead.content_of(entry.source.id.as_ref()) == Content::Full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn address(given: &str, expected: Option<&str>) {
        assert_eq!(web_address(given).as_deref(), expected);
    }

    #[test]
    fn refuses_addresses_that_are_no_web_pages() {
        address("javascript:alert(1)", None);
        address("java\nscript:alert(1)", None);
        address("data:text/html,x", None);
        address("/tin-tuc/1", None);
        address("//bao.example.vn/1", None);
        address("http://", None);
        address("mailto:toa-soan@bao.example.vn", None);
    }

    #[test]
    fn leaves_credentials_out_of_addresses() {
        address("https://user:secret@bao.example.vn/rss", Some("https://bao.example.vn/rss"));
    }

    #[test]
    fn writes_addresses_without_white_space_or_quotes() {
        address(" https://bao.example.vn/a b\"c<d> ", Some("https://bao.example.vn/a%20b%22c%3Cd%3E"));
        address(
            "https://bao.example.vn/tin/đê-điều?x=1&y=2",
            Some("https://bao.example.vn/tin/%C4%91%C3%AA-%C4%91i%E1%BB%81u?x=1&y=2"),
        );
    }

    #[test]
    fn ordinary_addresses_are_what_parsing_them_gives() {
        for plain in [
            "https://bao.example.vn/",
            "https://bao.example.vn/tin/123.html?a=1&b=%20#c",
            "http://a1.b-2.vn/x;y=1,2:3!(4)*",
        ] {
            assert!(is_plain_web_address(plain));
            assert_eq!(Url::parse(plain).unwrap().as_str(), plain);
        }
        for special in [
            "https://bao.example.vn",
            "https://BAO.example.vn/",
            "https://a@b.vn/",
            "https://b.vn:80/",
            "https://b.vn/a/../b",
        ] {
            assert!(!is_plain_web_address(special), "{special}");
        }
    }

    #[test]
    fn reads_language_tags_as_sources_write_them() {
        assert_eq!(language_tag("vi_VN").as_deref(), Some("vi-VN"));
        assert_eq!(language_tag(" en ").as_deref(), Some("en"));
        assert_eq!(language_tag("Tiếng Việt"), None);
        assert_eq!(language_tag("\"><script>"), None);
        assert_eq!(language_tag(""), None);
    }

    #[test]
    fn takes_only_iris_for_ids() {
        assert!(is_iri("tag:bao.example.vn,2020:rss"));
        assert!(is_iri("urn:uuid:60a76c80-d399-11d9-b93C-0003939e0af6"));
        assert!(!is_iri("1"));
        assert!(!is_iri("tin mới: số 1"));
        assert!(!is_iri("https:"));
    }

    #[test]
    fn writes_dates_in_utc_in_both_styles() {
        let instant = Instant::from_timestamp(1_795_417_500, 0).unwrap();
        assert_eq!(rfc3339(instant), "2026-11-23T07:05:00Z");
        assert_eq!(rfc822(instant), "Mon, 23 Nov 2026 07:05:00 +0000");
        assert_eq!(rfc3339(Instant::MAX_UTC), "1970-01-01T00:00:00Z");
    }
}
