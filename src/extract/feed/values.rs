//! What to do with the text of an element once it is complete.

use std::borrow::Cow;

use url::Url;

use super::capture::{Capture, Mode, escape, floor, looks_like_html};
use super::item::{Body, DateSlot, Medium, has_room};
use super::link::Link;
use super::meta::{FeedBuilder, language_tag};
use super::names::Name;
use super::person;
use super::reader::Reader;
use super::scope::Scope;
use crate::extract::address::{absolute, stated};
use crate::extract::limits::{MAX_ATTRIBUTES, MAX_LINE_BYTES, MAX_LINK_BYTES};
use crate::extract::plain;
use crate::extract::problems::Fault;
use crate::extract::xml::attrs::Attributes;
use crate::extract::xml::token::Tag;
use crate::model::Person;

impl<'a> Reader<'a, '_> {
    /// The value of the first of `names` among `attributes`, references resolved, white space around it removed.
    pub(super) fn attribute(&mut self, attributes: &str, names: &[&str]) -> Option<String> {
        let found = Attributes::new(attributes)
            .take(MAX_ATTRIBUTES)
            .find(|attribute| names.iter().any(|name| attribute.name.eq_ignore_ascii_case(name)))?;
        if !found.quoted && !found.value.is_empty() {
            self.problems.note_with(Fault::UnquotedAttribute, found.name);
        }
        let value = found.resolved(&mut self.references);
        Some(floor(value.trim(), MAX_LINK_BYTES).to_owned())
    }

    /// What the text of `name` is, and whether it is a body rather than a line.
    pub(super) fn mode_of(&mut self, name: Name, tag: &Tag<'a>) -> (Mode, bool) {
        let is_body = match name {
            Name::Description
            | Name::Summary
            | Name::Content
            | Name::Encoded
            | Name::AltSummary
            | Name::MediaDescription => true,
            Name::XhtmlBody => return (Mode::Xhtml, true),
            // Atom's markup in a title is kept until it is removed on purpose.
            _ => false,
        };
        let is_text = is_body || matches!(name, Name::Title | Name::Subtitle | Name::Rights);
        if !is_text || tag.attributes.is_empty() {
            return (if self.is_atom && is_text { Mode::Unstated } else { Mode::Loose }, is_body);
        }
        let stated = self.attribute(tag.attributes, &["type"]).map(|stated| stated.to_ascii_lowercase());
        let mode = self.attribute(tag.attributes, &["mode"]).map(|mode| mode.to_ascii_lowercase());
        if mode.as_deref() == Some("base64") {
            return (Mode::Opaque, is_body);
        }
        let escaped = mode.as_deref() == Some("escaped");
        let essence = stated.as_deref().map(|stated| stated.split(';').next().unwrap_or("").trim());
        let mode = match essence {
            None => {
                if self.is_atom {
                    Mode::Unstated
                } else {
                    Mode::Loose
                }
            }
            Some("text") => Mode::Text,
            Some("html") => Mode::Html,
            Some("xhtml") => Mode::Xhtml,
            // Atom 0.3 wrote media types, and many have not stopped.
            Some("text/html" | "application/xhtml+xml" | "text/xhtml") if escaped => Mode::Html,
            Some("text/plain") if escaped => Mode::Unstated,
            Some("text/plain") => Mode::Text,
            Some("application/xhtml+xml" | "text/xhtml" | "application/xhtml") => Mode::Xhtml,
            Some("text/html") => Mode::Html,
            Some("") => Mode::Unstated,
            Some(essence) if name == Name::Content => {
                let is_media_type = essence.contains('/');
                if !is_media_type {
                    self.problems.note_with(Fault::BadType, essence);
                }
                if is_media_type && !essence.starts_with("text/") { Mode::Opaque } else { Mode::Unstated }
            }
            Some(essence) => {
                self.problems.note_with(Fault::BadType, essence);
                Mode::Unstated
            }
        };
        (mode, is_body)
    }

    /// Puts a finished text where it belongs.
    pub(super) fn value(&mut self, capture: &Capture<'a>, value: String) {
        let keeps_bytes = matches!(capture.name, Name::Guid | Name::Id | Name::Identifier);
        let value = if keeps_bytes { value } else { without_section_marks(value) };
        match capture.scope {
            Scope::Feed => self.feed_value(capture, value),
            Scope::Item => self.item_value(capture, value),
            Scope::Media => self.media_value(capture, value),
            Scope::Person => self.person_value(capture, &value),
            Scope::Source => {
                let mut source = std::mem::take(&mut self.source);
                self.meta_value(&mut source, capture, value);
                self.source = source;
            }
            Scope::Image => {
                if capture.name == Name::Url || (capture.name == Name::Link && self.image_url.is_none()) {
                    self.image_url = absolute(capture.base.as_deref(), &value).or(self.image_url.take());
                }
            }
            Scope::Skip => match capture.name {
                Name::Hour => self.hints.hour(&value),
                Name::Day => self.hints.day(&value),
                _ => {}
            },
            Scope::Ignored => {}
        }
    }

    fn feed_value(&mut self, capture: &Capture<'a>, value: String) {
        match capture.name {
            Name::Ttl => self.hints.ttl(&value),
            Name::UpdatePeriod => self.hints.period(&value),
            Name::UpdateFrequency => self.hints.frequency(&value),
            Name::UpdateBase => self.hints.base = Some(value),
            _ => {
                let mut feed = std::mem::take(&mut self.feed);
                self.meta_value(&mut feed, capture, value);
                self.feed = feed;
            }
        }
    }

    /// A value of a feed, ours or the one that an item was taken from.
    fn meta_value(&mut self, feed: &mut FeedBuilder, capture: &Capture<'a>, value: String) {
        let is_ours = capture.scope == Scope::Feed;
        match capture.name {
            Name::Title => set(&mut feed.title, self.title(capture, &value)),
            Name::AltTitle => set(&mut feed.alt_title, self.title(capture, &value)),
            Name::Subtitle | Name::Description => set(&mut feed.subtitle, self.title(capture, &value)),
            Name::Id => set(&mut feed.id, id(&value)),
            Name::Link => {
                let href = self.attribute(capture.attributes, &["href"]);
                match href.filter(|href| !href.is_empty()) {
                    Some(href) => {
                        let link = self.link(capture, &href);
                        if let Some(link) = link.filter(|_| has_room(&feed.links)) {
                            feed.links.push(link);
                        }
                    }
                    None => set(&mut feed.page, self.address(capture, &value)),
                }
            }
            Name::Updated | Name::LastBuildDate if has_room(&feed.updated) => feed.updated.insert(0, value),
            Name::PubDate | Name::DublinDate | Name::Published if has_room(&feed.updated) => feed.updated.push(value),
            Name::Author | Name::ManagingEditor | Name::Creator | Name::ItunesAuthor => {
                add_person(&mut feed.authors, person::from_text(&self.title(capture, &value).unwrap_or_default()));
            }
            Name::Rights => set(&mut feed.rights, self.title(capture, &value)),
            Name::Language => set(&mut feed.language, some_text(value.trim())),
            Name::Generator => set(&mut feed.generator, some_text(&plain::line(&value))),
            _ => {}
        }
        if is_ours {
            self.feed_language(feed, capture);
        }
    }

    /// `xml:lang` of a feed's own title is the feed's language where nothing else says it.
    fn feed_language(&self, feed: &mut FeedBuilder, capture: &Capture<'a>) {
        if feed.language.is_none()
            && capture.name == Name::Title
            && let Some(lang) = capture.lang.as_deref().filter(|lang| !lang.is_empty())
        {
            feed.language = Some(lang.to_owned());
        }
    }

    fn item_value(&mut self, capture: &Capture<'a>, value: String) {
        let Some(mut item) = self.item.take() else { return };
        match capture.name {
            Name::Title => set(&mut item.title, self.title(capture, &value)),
            Name::AltTitle => set(&mut item.alt_title, self.title(capture, &value)),
            Name::MediaTitle => set(&mut item.media_title, self.title(capture, &value)),
            Name::Description => set(&mut item.description, self.body(capture, value)),
            Name::Summary => set(&mut item.summary, self.body(capture, value)),
            Name::Content | Name::XhtmlBody => set(&mut item.content, self.body(capture, value)),
            Name::Encoded => set(&mut item.encoded, self.body(capture, value)),
            Name::AltSummary | Name::MediaDescription | Name::Subtitle => {
                set(&mut item.alt_summary, self.body(capture, value));
            }
            Name::Guid if item.guid.is_none() => {
                item.guid = id(&value);
                let stated = self.attribute(capture.attributes, &["isPermaLink"]);
                item.guid_is_link = !stated.is_some_and(|stated| stated.eq_ignore_ascii_case("false"));
            }
            Name::Id => set(&mut item.atom_id, id(&value)),
            Name::Identifier => set(&mut item.identifier, id(&value)),
            Name::Link => {
                let href = self.attribute(capture.attributes, &["href", "rdf:resource"]);
                match href.filter(|href| !href.is_empty()) {
                    Some(href) => {
                        if let Some(link) = self.link(capture, &href).filter(|_| has_room(&item.links)) {
                            item.links.push(link);
                        }
                    }
                    // Only a link without relation is the page: `<link rel="enclosure">address</link>` is not.
                    None if capture.attributes.contains("rel=") => {
                        if let Some(link) = self.link(capture, &value).filter(|_| has_room(&item.links)) {
                            item.links.push(link);
                        }
                    }
                    None => set(&mut item.page, self.address(capture, &value)),
                }
            }
            Name::Enclosure => {
                let href = self.attribute(capture.attributes, &["url", "href"]);
                let media_type = self.attribute(capture.attributes, &["type"]);
                let length = self.attribute(capture.attributes, &["length"]);
                if let Some(href) = href.and_then(|href| absolute(capture.base.as_deref(), &href))
                    && has_room(&item.media)
                {
                    let length = length.and_then(|length| length.parse().ok());
                    let media_type = media_type.filter(|t| !t.is_empty());
                    item.media.push(Medium { url: Some(href), media_type, length, ..Medium::default() });
                }
            }
            Name::PubDate | Name::Published => date(&mut item.dates, DateSlot::Published, value),
            Name::Issued => date(&mut item.dates, DateSlot::Issued, value),
            Name::Created => date(&mut item.dates, DateSlot::Created, value),
            Name::DublinDate => date(&mut item.dates, DateSlot::Dublin, value),
            Name::Updated | Name::LastBuildDate => date(&mut item.dates, DateSlot::Updated, value),
            Name::Author => add_person(&mut item.authors, self.person_of(capture, &value)),
            Name::Creator => add_person(&mut item.creators, self.person_of(capture, &value)),
            Name::ItunesAuthor | Name::ManagingEditor | Name::MediaCredit => {
                add_person(&mut item.other_people, self.person_of(capture, &value));
            }
            Name::Category => {
                let label = self.attribute(capture.attributes, &["label"]).filter(|label| !label.is_empty());
                let label = label.or_else(|| some_text(value.trim()));
                let label = label.or_else(|| self.attribute(capture.attributes, &["term"]));
                add_label(&mut item.categories, label);
            }
            Name::Subject => add_label(&mut item.categories, some_text(value.trim())),
            Name::Rights => set(&mut item.rights, self.title(capture, &value)),
            Name::Language => set(&mut item.language, some_text(&language_tag(&value))),
            Name::Source => {
                let title = self.title(capture, &value);
                let href = self.attribute(capture.attributes, &["url", "href"]);
                item.source_url = href.and_then(|href| absolute(capture.base.as_deref(), &href));
                let source = item.source.get_or_insert_default();
                set(&mut source.title, title);
            }
            Name::Image | Name::ItunesImage => {
                let href = self.attribute(capture.attributes, &["href", "url", "src"]).or_else(|| some_text(&value));
                let url = href.and_then(|href| absolute(capture.base.as_deref(), &href));
                if has_room(&item.media) {
                    item.media.push(Medium { url, is_thumbnail: true, ..Medium::default() });
                }
            }
            Name::MediaThumbnail => self.thumbnail(&mut item.media, capture, &value),
            _ => {}
        }
        if item.language.is_none()
            && matches!(capture.name, Name::Title | Name::Content)
            && capture.attributes.contains("xml:lang")
            && let Some(lang) = capture.lang.as_deref()
        {
            item.language = some_text(&language_tag(lang));
        }
        self.item = Some(item);
    }

    fn media_value(&mut self, capture: &Capture<'a>, value: String) {
        let Some(mut item) = self.item.take() else { return };
        match capture.name {
            Name::MediaThumbnail => self.thumbnail(&mut item.media, capture, &value),
            Name::MediaTitle => set(&mut item.media_title, self.title(capture, &value)),
            Name::MediaDescription => {
                let caption = self.title(capture, &value);
                if let Some(medium) = item.media.iter_mut().rev().find(|medium| !medium.is_thumbnail) {
                    medium.caption = medium.caption.take().or(caption);
                }
                set(&mut item.alt_summary, self.body(capture, value));
            }
            Name::MediaCredit => add_person(&mut item.other_people, self.person_of(capture, &value)),
            _ => {}
        }
        self.item = Some(item);
    }

    fn thumbnail(&mut self, media: &mut Vec<Medium>, capture: &Capture<'a>, value: &str) {
        let href = self.attribute(capture.attributes, &["url"]).or_else(|| some_text(value));
        let url = href.and_then(|href| absolute(capture.base.as_deref(), &href));
        if url.is_some() && has_room(media) {
            media.push(Medium { url, is_thumbnail: true, ..Medium::default() });
        }
    }

    /// `media:content` opens.
    pub(super) fn media_content(&mut self, tag: &Tag<'a>, base: Option<&Url>) {
        let url = self.attribute(tag.attributes, &["url"]).and_then(|href| absolute(base, &href));
        let media_type = self.attribute(tag.attributes, &["type"]).filter(|t| !t.is_empty());
        let medium = self.attribute(tag.attributes, &["medium"]);
        let length = self.attribute(tag.attributes, &["fileSize"]).and_then(|length| length.parse().ok());
        if let Some(item) = &mut self.item
            && has_room(&item.media)
        {
            item.media.push(Medium { url, media_type, medium, length, ..Medium::default() });
        }
    }

    /// The root or the channel opens.
    pub(super) fn begin_feed(&mut self, tag: &Tag<'a>, name: Name, lang: Option<&str>) {
        if name == Name::Rss {
            let version = self.attribute(tag.attributes, &["version"]).unwrap_or_default();
            if !["2.0", "0.91", "0.92"].contains(&version.as_str()) {
                self.problems.note_with(Fault::Version, &version);
            }
        }
        if tag.name.bytes().any(|b| b.is_ascii_uppercase()) && name != Name::RdfRoot {
            self.problems.note_with(Fault::WrongCase, tag.name);
        }
        if let Some(lang) = lang.filter(|lang| !lang.trim().is_empty())
            && self.feed.language.is_none()
        {
            self.feed.language = Some(lang.to_owned());
        }
    }

    fn person_value(&mut self, capture: &Capture<'a>, value: &str) {
        match capture.name {
            Name::Person => self.person.name = plain::title(value),
            Name::Email => self.person.email = some_text(&plain::line(value)),
            Name::Url => self.person.uri = absolute(capture.base.as_deref(), value),
            _ => {}
        }
    }

    /// A person with parts is complete.
    pub(super) fn end_person(&mut self, slot: Name) {
        let mut person = std::mem::take(&mut self.person);
        if person.name.is_empty() {
            person.name = person.email.clone().or_else(|| person.uri.clone()).unwrap_or_default();
        }
        if person.name.is_empty() || slot == Name::Contributor {
            return;
        }
        match (self.scope(), &mut self.item) {
            (Scope::Source, _) => add_person(&mut self.source.authors, Some(person)),
            (_, Some(item)) => add_person(&mut item.authors, Some(person)),
            (_, None) => add_person(&mut self.feed.authors, Some(person)),
        }
    }

    /// The feed that an item was taken from begins; what stood in its attributes is kept.
    pub(super) fn begin_source(&mut self, capture: &Capture<'a>) {
        self.source = FeedBuilder::default();
        let href = self.attribute(capture.attributes, &["url"]);
        if let Some(item) = &mut self.item {
            item.source_url = href.and_then(|href| absolute(capture.base.as_deref(), &href));
        }
    }

    /// The feed that an item was taken from is complete.
    pub(super) fn end_source(&mut self) {
        let source = std::mem::take(&mut self.source);
        if let Some(item) = &mut self.item
            && item.source.is_none()
        {
            item.source = Some(source);
        }
    }

    /// A picture with parts is complete.
    pub(super) fn end_image(&mut self) {
        let url = self.image_url.take();
        if let Some(item) = &mut self.item
            && url.is_some()
            && has_room(&item.media)
        {
            item.media.push(Medium { url, is_thumbnail: true, ..Medium::default() });
        }
    }

    fn link(&mut self, capture: &Capture<'a>, href: &str) -> Option<Link> {
        let href = self.address(capture, href)?;
        let rel = self.attribute(capture.attributes, &["rel"]);
        let media_type = self.attribute(capture.attributes, &["type"]);
        let length = self.attribute(capture.attributes, &["length"]);
        Some(Link::new(href, rel.as_deref(), media_type.as_deref(), length.as_deref()))
    }

    /// An absolute address; one that cannot be used is counted.
    fn address(&mut self, capture: &Capture<'a>, href: &str) -> Option<String> {
        let href = if href.contains("&amp;") { Cow::Owned(href.replace("&amp;", "&")) } else { Cow::Borrowed(href) };
        let found = stated(&href).and_then(|href| absolute(capture.base.as_deref(), &href));
        if found.is_none() && !href.trim().is_empty() {
            self.problems.note_with(Fault::BadLink, &href);
        }
        found
    }

    /// One line of plain text, `None` where nothing is left.
    fn title(&mut self, capture: &Capture<'a>, value: &str) -> Option<String> {
        if capture.has_markup && capture.mode != Mode::Xhtml && capture.mode != Mode::Html {
            self.problems.note_with(Fault::MarkupInText, capture.tag);
        }
        some_text(&if capture.mode == Mode::Text && !capture.has_markup {
            plain::line(value)
        } else {
            plain::title(value)
        })
    }

    fn person_of(&mut self, capture: &Capture<'a>, value: &str) -> Option<Person> {
        person::from_text(&self.title(capture, floor(value, MAX_LINE_BYTES))?)
    }

    /// A text that may hold markup, as HTML; `None` where there is none.
    fn body(&mut self, capture: &Capture<'a>, value: String) -> Option<Body> {
        if capture.mode == Mode::Opaque || value.trim().is_empty() {
            return None;
        }
        let html = match capture.mode {
            Mode::Text if !capture.has_markup => escape(&value).into_owned(),
            // By the specification it is text; by habit it is HTML if it looks like it.
            Mode::Unstated if !capture.has_markup && !looks_like_html(&value) && !value.contains('&') => {
                escape(&value).into_owned()
            }
            _ => value,
        };
        let stated = self.is_atom || capture.base.as_deref() != self.root_base.as_deref();
        let base = if stated { capture.base.clone() } else { None };
        let html = match plain::nfc(&html) {
            Cow::Owned(composed) => composed,
            Cow::Borrowed(_) => html,
        };
        Some(Body { html, base })
    }
}

/// A text without the marks of a CDATA section around it that were escaped, or stood inside another section, and so became
/// part of it.
fn without_section_marks(value: String) -> String {
    let trimmed = value.trim();
    let without_start = ["<![CDATA[", "&lt;![CDATA["].into_iter().find_map(|mark| trimmed.strip_prefix(mark));
    let inside = without_start.unwrap_or(trimmed);
    let without_end = ["]]>", "]]&gt;"].into_iter().find_map(|mark| inside.strip_suffix(mark));
    let inside = without_end.unwrap_or(inside);
    if inside.len() == trimmed.len() { value } else { inside.to_owned() }
}

fn set<T>(field: &mut Option<T>, value: Option<T>) {
    if field.is_none() {
        *field = value;
    }
}

/// An id, byte for byte but for white space and byte order marks around it; a program's word for nothing is none.
fn id(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    some_text(text).filter(|id| !["null", "undefined"].contains(&id.as_str()))
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn date(dates: &mut Vec<(DateSlot, String)>, slot: DateSlot, value: String) {
    let value = value.trim();
    if !value.is_empty() && has_room(dates) {
        dates.push((slot, floor(value, 256).to_owned()));
    }
}

fn add_person(list: &mut Vec<Person>, person: Option<Person>) {
    if let Some(person) = person
        && has_room(list)
        && !list.contains(&person)
    {
        list.push(person);
    }
}

fn add_label(list: &mut Vec<String>, label: Option<String>) {
    let Some(label) = label.map(|label| plain::title(&label)).filter(|label| !label.is_empty()) else { return };
    if has_room(list) && !list.contains(&label) {
        list.push(label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_a_section_are_no_text_however_they_are_written() {
        for (value, expected) in [
            ("<![CDATA[<p>x</p>]]>", "<p>x</p>"),
            ("&lt;![CDATA[<p>x</p>]]&gt;", "<p>x</p>"),
            (" Hai]]> ", "Hai"),
            (" Hai ", " Hai "),
            ("]]> Hai", "]]> Hai"),
        ] {
            assert_eq!(without_section_marks(value.to_owned()), expected, "{value}");
        }
    }
}
