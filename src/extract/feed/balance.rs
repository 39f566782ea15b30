//! Which element a tag belongs to when tags are missing, misspelt or in the wrong place.
//!
//! The rules, in the order in which they are asked: an item never stands in an item. A text ends where an element of a
//! feed begins, unless its own end tag still comes before the item is over (then it is HTML that happens to have an
//! element of that name). An end tag closes the innermost element of its name and all that is open inside it; one that
//! matches nothing closes a line of text, whose end tag was misspelt, and nothing else.

use super::capture::{Capture, Mode};
use super::names::{Name, is_html};
use super::reader::{Frame, Reader};
use super::scope::Scope;
use crate::extract::limits::MAX_ATTRIBUTES;
use crate::extract::problems::Fault;
use crate::extract::xml::attrs::Attributes;
use crate::extract::xml::namespaces::{Vocabulary, split};
use crate::extract::xml::token::Tag;
use crate::model::Person;

impl<'a> Reader<'a, '_> {
    /// A tag inside an element whose text is being collected. Returns whether it was dealt with; otherwise the collection
    /// has ended and the tag is to be opened like any other.
    pub(super) fn start_inside_capture(&mut self, tag: &Tag<'a>) -> bool {
        let (prefix, local) = split(tag.name);
        let vocabulary = self.vocabulary_inside(tag, prefix);
        let name = Name::of(vocabulary, local);
        let Some(capture) = &self.capture else { return false };
        if let Some(scope) = becomes(capture.name, name, local) {
            let tag = capture.tag;
            if scope != Scope::Ignored || self.closes_in_time(tag) {
                self.convert(scope);
                return false;
            }
        }
        let Some(capture) = &mut self.capture else { return false };
        if name == Name::Item && capture.mode != Mode::Opaque {
            self.missing_end(capture_tag(&self.capture));
            self.end_capture();
            return false;
        }
        // Ours, or another vocabulary's: neither stands inside a text, unless it is HTML too.
        let is_element = name != Name::Unknown || (!prefix.is_empty() && vocabulary != Vocabulary::Xhtml);
        let from = self.tokens.position();
        let mut closes_in_time = |tag| closes_in_time(self.text, from, tag, &mut self.lookahead);
        let ends = if capture.is_body {
            let has_html_attributes = name.is_also_html(local) && tag.attributes.contains('=') && name != Name::Link;
            is_element && capture.mode != Mode::Opaque && !has_html_attributes && !closes_in_time(capture.tag)
        } else if is_html(local) {
            false
        } else {
            // `<Bản tin>` in a title is text; an element of anybody's is not.
            is_element || tag.empty || !capture.name.is_text() || closes_in_time(tag.name)
        };
        if ends {
            self.missing_end(capture_tag(&self.capture));
            self.end_capture();
            return false;
        }
        if capture.is_body || is_html(local) {
            if capture.is_body && tag.name.eq_ignore_ascii_case(capture.tag) && !tag.empty {
                capture.nested += 1;
            }
            capture.start(tag);
        } else {
            self.tokens.repairs.bare_less_than += 1;
            capture.literal(tag);
        }
        true
    }

    pub(super) fn missing_end(&mut self, tag: &str) {
        self.problems.note_with(Fault::MissingEndTag, tag);
    }

    /// The vocabulary of a tag inside a text, its own declarations counted.
    fn vocabulary_inside(&mut self, tag: &Tag<'a>, prefix: &str) -> Vocabulary {
        let mark = self.namespaces.mark();
        if tag.attributes.contains("xmlns") {
            for attribute in Attributes::new(tag.attributes).take(MAX_ATTRIBUTES) {
                if let Some(prefix) = attribute.name.strip_prefix("xmlns") {
                    self.namespaces.bind(prefix.strip_prefix(':').unwrap_or(prefix), attribute.value, false);
                }
            }
        }
        let (vocabulary, _) = self.namespaces.vocabulary(prefix);
        self.namespaces.restore(mark);
        vocabulary
    }

    /// What was taken for a text has parts: it becomes an element like any other.
    fn convert(&mut self, scope: Scope) {
        let Some(capture) = self.capture.take() else { return };
        self.person_slot = capture.name;
        match scope {
            Scope::Person => self.person = Person::default(),
            Scope::Source => self.begin_source(&capture),
            Scope::Image => self.image_url = None,
            _ => {}
        }
        let Capture { tag, name, base, lang, mark, .. } = capture;
        self.push(Frame { tag, name, scope, base, lang, mark });
    }

    /// Whether the end tag of an open `tag` comes before the item it stands in is over.
    pub(super) fn closes_in_time(&mut self, tag: &str) -> bool {
        closes_in_time(self.text, self.tokens.position(), tag, &mut self.lookahead)
    }

    /// Closes what was left open and cannot hold `name`.
    pub(super) fn close_for(&mut self, name: Name) {
        if name == Name::Item {
            if let Some(frame) = self.item_frame() {
                self.missing_end(self.stack[frame].tag);
                self.pop_to(frame);
            }
            // Stray markup between items is over; a list round them is not.
            while self.stack.last().is_some_and(|frame| frame.scope == Scope::Ignored && frame.name != Name::Known) {
                self.pop();
            }
            return;
        }
        while let Some((scope, tag)) = self.stack.last().map(|frame| (frame.scope, frame.tag)) {
            let ends = match scope {
                Scope::Person => {
                    !matches!(
                        name,
                        Name::Person | Name::Email | Name::Url | Name::Unknown | Name::Known | Name::ItunesImage
                    ) && !self.closes_in_time(tag)
                }
                Scope::Image => {
                    matches!(
                        name,
                        Name::Guid
                            | Name::PubDate
                            | Name::LastBuildDate
                            | Name::Content
                            | Name::Encoded
                            | Name::Enclosure
                            | Name::Generator
                            | Name::Ttl
                    ) && !self.closes_in_time(tag)
                }
                Scope::Source => {
                    matches!(name, Name::Guid | Name::PubDate | Name::Content | Name::Encoded | Name::Enclosure)
                }
                Scope::Skip => !matches!(name, Name::Hour | Name::Day | Name::Unknown),
                Scope::Media => name.ends_foreign(),
                Scope::Ignored => name.ends_foreign() && !self.closes_in_time(tag),
                Scope::Feed | Scope::Item => false,
            };
            if !ends {
                return;
            }
            self.missing_end(tag);
            self.pop();
        }
    }

    /// An end tag: closes the element it belongs to and what was left open inside it.
    pub(super) fn end(&mut self, tag: &'a str) {
        if self.skipped > 0 {
            let name = Name::of(Vocabulary::Core, split(tag).1);
            if !matches!(name, Name::Item | Name::Channel | Name::Rss | Name::Feed | Name::RdfRoot) {
                self.skipped -= 1;
                return;
            }
            self.skipped = 0;
        }
        let closes_frame = self.open_frame(tag);
        if let Some(capture) = &mut self.capture {
            if tag.eq_ignore_ascii_case(capture.tag) {
                if capture.nested > 0 {
                    capture.nested -= 1;
                    capture.end(tag);
                } else {
                    self.end_capture();
                }
                return;
            }
            let (_, local) = split(tag);
            let is_opaque = capture.mode == Mode::Opaque;
            match closes_frame {
                Some(_) if !is_opaque || Name::of(Vocabulary::Core, local) == Name::Item => {
                    self.missing_end(capture_tag(&self.capture));
                    self.end_capture();
                }
                _ if capture.is_body => {
                    capture.end(tag);
                    return;
                }
                _ if is_html(local) => {
                    if capture.has_markup {
                        capture.end(tag);
                    }
                    return;
                }
                _ => {
                    self.problems.note_with(Fault::WrongEndTag, tag);
                    self.end_capture();
                    return;
                }
            }
        }
        let found = closes_frame.or_else(|| {
            // `<entry>` closed by `</item>`, or with another prefix.
            let (_, local) = split(tag);
            if Name::of(Vocabulary::Core, local) == Name::Item { self.item_frame() } else { None }
        });
        let Some(frame) = found else {
            // A root closed twice is no junk.
            let is_root = matches!(
                Name::of(Vocabulary::Core, split(tag).1),
                Name::Rss | Name::Feed | Name::Channel | Name::RdfRoot | Name::Item
            );
            let fault = if self.stack.is_empty() && !is_root { Fault::TrailingJunk } else { Fault::WrongEndTag };
            self.problems.note_with(fault, tag);
            return;
        };
        if self.stack[frame].tag != tag {
            self.problems.note_with(Fault::WrongCase, tag);
        }
        for open in (frame + 1)..self.stack.len() {
            if self.stack[open].name != Name::Unknown {
                self.problems.note_with(Fault::MissingEndTag, self.stack[open].tag);
            }
        }
        self.pop_to(frame);
    }
}

/// What an element taken for a text is when `name` begins inside it: a person, a picture or a source with parts.
fn becomes(capture: Name, name: Name, local: &str) -> Option<Scope> {
    match (capture, name) {
        (Name::Author | Name::Contributor | Name::Creator, Name::Person | Name::Email | Name::Url) => {
            Some(Scope::Person)
        }
        // A label with an id and an address of its own.
        (Name::Category, Name::Id | Name::Title | Name::Link | Name::Url | Name::Description | Name::Person) => {
            Some(Scope::Ignored)
        }
        (Name::Image, _) if !is_html(local) && name != Name::Item => Some(Scope::Image),
        (
            Name::Source,
            Name::Id
            | Name::Title
            | Name::Link
            | Name::Updated
            | Name::Author
            | Name::Rights
            | Name::Subtitle
            | Name::Generator
            | Name::Category
            | Name::Contributor
            | Name::Known,
        ) => Some(Scope::Source),
        _ => None,
    }
}

fn capture_tag<'a>(capture: &Option<Capture<'a>>) -> &'a str {
    capture.as_ref().map_or("", |capture| capture.tag)
}

/// Elements of HTML that have no end tag.
pub(super) fn is_void(tag: &str) -> bool {
    ["br", "img", "hr", "input", "meta", "wbr", "col", "embed", "param"]
        .iter()
        .any(|name| tag.eq_ignore_ascii_case(name))
}

/// Elements of HTML whose inside is no markup.
pub(super) fn is_script(tag: &str) -> bool {
    ["script", "style"].iter().any(|name| tag.eq_ignore_ascii_case(name))
}

/// Whether the end tag of an open `tag` comes after `from` and before the item it stands in ends or another begins.
/// Elements of the same name that open and close between do not count.
fn closes_in_time(text: &str, from: usize, tag: &str, budget: &mut usize) -> bool {
    let bytes = &text.as_bytes()[from.min(text.len())..];
    let bytes = &bytes[..bytes.len().min(*budget)];
    let (mut at, mut open) = (0, 0_usize);
    while let Some(n) = memchr::memchr(b'<', &bytes[at..]) {
        let rest = &bytes[at + n + 1..];
        let (closing, rest) = match rest.first() {
            Some(b'/') => (true, &rest[1..]),
            _ => (false, rest),
        };
        let starts = |name: &str| {
            rest.len() > name.len()
                && rest[..name.len()].eq_ignore_ascii_case(name.as_bytes())
                && !(rest[name.len()].is_ascii_alphanumeric() || matches!(rest[name.len()], b'-' | b'_' | b':' | b'.'))
        };
        if starts(tag) {
            if closing && open == 0 {
                *budget -= at + n;
                return true;
            }
            open = if closing { open - 1 } else { open + 1 };
        }
        if starts("item") || starts("entry") || (closing && (starts("channel") || starts("feed"))) {
            *budget -= at + n;
            return false;
        }
        at += n + 1;
    }
    *budget = budget.saturating_sub(bytes.len());
    false
}
