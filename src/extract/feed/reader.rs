//! The walk over the tokens of a feed: which element is open, where a stray tag belongs, what is collected.

use std::rc::Rc;

use memchr::memmem;
use url::Url;

use super::balance::{is_script, is_void};
use super::capture::{Capture, floor};
use super::dates::Dates;
use super::item::{FinishedItem, ItemBuilder};
use super::meta::{FeedBuilder, HintsBuilder, language_tag};
use super::names::Name;
use super::root::{Root, is_declaration};
use super::scope::Scope;
use crate::config::DateOrder;
use crate::extract::address::rebase;
use crate::extract::limits::{MAX_ATTRIBUTES, MAX_BODY_BYTES, MAX_DEPTH, MAX_ITEMS, MAX_LINE_BYTES, MAX_LINK_BYTES};
use crate::extract::problems::{Fault, Problems};
use crate::extract::xml::attrs::Attributes;
use crate::extract::xml::namespaces::{Namespaces, Vocabulary, split};
use crate::extract::xml::refs::References;
use crate::extract::xml::token::{Tag, Token, Tokens};
use crate::extract::{DocumentKind, Unreadable};
use crate::model::{FeedMeta, Instant, Person, PublisherHints, RawItem};

/// What the reader must be told beside the text.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Where the document was served from.
    pub url: Option<&'a Url>,
    /// Zone of dates that carry none.
    pub zone: chrono_tz::Tz,
    /// Order of day and month where the source is known to have one.
    pub order: Option<DateOrder>,
    /// The time of reading.
    pub now: Instant,
}

/// What a feed holds.
#[derive(Debug)]
pub struct Found {
    /// Which format.
    pub kind: DocumentKind,
    /// What it says about itself.
    pub feed: FeedMeta,
    /// Its items in document order.
    pub items: Vec<RawItem>,
    /// What it asks of those who poll it.
    pub hints: PublisherHints,
    /// Items dropped because nothing was in them.
    pub empty_items: u32,
}

/// An open element.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) tag: &'a str,
    pub(super) name: Name,
    /// What stands directly inside it.
    pub(super) scope: Scope,
    pub(super) base: Option<Rc<Url>>,
    pub(super) lang: Option<Rc<str>>,
    /// Namespace bindings to forget when it ends.
    pub(super) mark: usize,
}

/// The state of one reading.
pub(super) struct Reader<'a, 'p> {
    pub(super) cx: &'p Context<'p>,
    pub(super) text: &'a str,
    pub(super) tokens: Tokens<'a>,
    pub(super) references: References,
    pub(super) namespaces: Namespaces<'a>,
    pub(super) stack: Vec<Frame<'a>>,
    /// Hashes of the names in `stack`, which an end tag is first looked up in.
    open_names: Vec<u32>,
    pub(super) capture: Option<Capture<'a>>,
    /// Elements open below the depth limit.
    pub(super) skipped: usize,
    /// Bytes that may still be looked at ahead of the tokens, over the whole document.
    pub(super) lookahead: usize,
    pub(super) root_base: Option<Rc<Url>>,
    pub(super) is_atom: bool,
    pub(super) feed: FeedBuilder,
    pub(super) hints: HintsBuilder,
    pub(super) item: Option<Box<ItemBuilder>>,
    /// The person, picture or source being read inside `item` or `feed`.
    pub(super) person: Person,
    pub(super) person_slot: Name,
    pub(super) source: FeedBuilder,
    pub(super) image_url: Option<String>,
    pub(super) items: Vec<FinishedItem>,
    item_starts: usize,
    channel_closed: bool,
    has_root: bool,
    pub(super) problems: &'p mut Problems,
}

/// Reads the feed that begins at `root` in `text`.
///
/// # Errors
///
/// [`Unreadable::TooManyItems`] or [`Unreadable::TooDeep`] where a limit was reached before anything of use was read.
pub fn read(text: &str, root: Root, cx: &Context, problems: &mut Problems) -> Result<Found, Unreadable> {
    let mut references = References::default();
    if let Some(at) = root.doctype
        && let Some(Token::Doctype(declaration)) = Tokens::from(text, at).next(None)
    {
        references.declare(declaration);
    }
    if root.has_junk {
        problems.note_with(Fault::LeadingJunk, &text[..root.at]);
    }
    problems.add(Fault::StrayDeclaration, root.stray_declarations);
    let root_base = cx.url.cloned().map(Rc::new);
    let mut reader = Reader {
        cx,
        text,
        tokens: Tokens::from(text, root.at),
        references,
        namespaces: Namespaces::default(),
        stack: Vec::new(),
        open_names: Vec::new(),
        capture: None,
        skipped: 0,
        lookahead: text.len().saturating_mul(4).max(1 << 16),
        root_base,
        is_atom: false,
        feed: FeedBuilder::default(),
        hints: HintsBuilder::default(),
        item: None,
        person: Person::default(),
        person_slot: Name::Author,
        source: FeedBuilder::default(),
        image_url: None,
        items: Vec::new(),
        item_starts: 0,
        channel_closed: false,
        has_root: false,
        problems,
    };
    let kind = root.kind(text);
    reader.is_atom = kind == DocumentKind::Atom;
    reader.run()?;
    reader.finish(kind)
}

impl<'a> Reader<'a, '_> {
    fn run(&mut self) -> Result<(), Unreadable> {
        loop {
            let inside = match &self.capture {
                Some(capture) => Some(capture.tag),
                None => self.stack.last().map(|frame| frame.tag),
            };
            let Some(token) = self.tokens.next(inside) else { return Ok(()) };
            match token {
                Token::Text(raw) => {
                    if let Some(capture) = &mut self.capture {
                        capture.text(raw, &mut self.references);
                    } else if self.stack.is_empty() && !raw.trim().is_empty() {
                        self.problems.note(Fault::TrailingJunk);
                    }
                }
                Token::CData(text) => {
                    if let Some(capture) = &mut self.capture {
                        capture.cdata(text);
                    }
                }
                Token::Start(tag) => self.start(tag),
                Token::End(tag) => self.end(tag),
                Token::Other(raw) => {
                    if is_declaration(raw) && self.capture.is_none() {
                        self.problems.note(Fault::StrayDeclaration);
                    }
                }
                Token::Doctype(_) => {}
            }
            if self.item_starts > MAX_ITEMS {
                if self.items.iter().all(|item| item.is_empty) {
                    return Err(Unreadable::TooManyItems { limit: MAX_ITEMS });
                }
                self.problems.note(Fault::TooManyItems);
                return Ok(());
            }
        }
    }

    /// Where the next element stands.
    pub(super) fn scope(&self) -> Scope {
        self.stack.last().map_or(Scope::Feed, |frame| frame.scope)
    }

    /// The innermost open element of this name, whatever its case.
    pub(super) fn open_frame(&self, tag: &str) -> Option<usize> {
        // Looking at all of them needs no branches, so that a hundred stray end tags in a hundred open elements cost nothing.
        let hash = hash(tag);
        if !self.open_names.iter().fold(false, |any, &name| any | (name == hash)) {
            return None;
        }
        self.stack.iter().rposition(|frame| frame.tag.eq_ignore_ascii_case(tag))
    }

    /// Whether an item is open, and in which frame.
    pub(super) fn item_frame(&self) -> Option<usize> {
        self.stack.iter().rposition(|frame| frame.scope == Scope::Item)
    }

    fn start(&mut self, tag: Tag<'a>) {
        if self.skipped > 0 {
            // The next item ends what is too deep, however many end tags are missing; so does an element of the item's own
            // if the one it stands in is never closed.
            let name = Name::of(Vocabulary::Core, split(tag.name).1);
            let innermost = self.stack.last().filter(|frame| frame.scope == Scope::Ignored).map(|frame| frame.tag);
            let is_lost = name.ends_foreign() && innermost.is_some_and(|tag| !self.closes_in_time(tag));
            if name != Name::Item && !is_lost {
                if !tag.empty {
                    self.skipped += 1;
                }
                return;
            }
            self.skipped = 0;
        }
        let (prefix, local) = split(tag.name);
        let empty = tag.empty && !(tag.is_slash_glued && Name::of(Vocabulary::Core, local).is_container());
        let tag = Tag { empty, ..tag };
        if self.capture.is_some() && self.start_inside_capture(&tag) {
            return;
        }
        let mark = self.namespaces.mark();
        let (mut base, mut lang) = match self.stack.last() {
            Some(frame) => (frame.base.clone(), frame.lang.clone()),
            None => (self.root_base.clone(), None),
        };
        if memmem::find(tag.attributes.as_bytes(), b"xml").is_some() {
            self.special_attributes(tag, &mut base, &mut lang);
        }
        if self.stack.is_empty() && !prefix.is_empty() {
            // The root's own prefix is a feed format, whatever it is bound to.
            let root = Name::of(Vocabulary::Core, local);
            if matches!(root, Name::Rss | Name::Feed | Name::Channel | Name::Item)
                && !matches!(self.namespaces.vocabulary(prefix).0, Vocabulary::Core | Vocabulary::Atom)
            {
                self.namespaces.adopt(prefix, Vocabulary::Core);
            }
        }
        let (vocabulary, declared) = self.namespaces.vocabulary(prefix);
        let name = Name::of(vocabulary, local);
        if !declared && !prefix.is_empty() && name != Name::Unknown {
            self.problems.note_with(Fault::UndeclaredPrefix, tag.name);
        }
        self.open(tag, name, base, lang, mark);
    }

    /// Namespace declarations, `xml:base` and `xml:lang`.
    fn special_attributes(&mut self, tag: Tag<'a>, base: &mut Option<Rc<Url>>, lang: &mut Option<Rc<str>>) {
        let (_, local) = split(tag.name);
        let on_root = self.stack.len() <= 1
            || matches!(Name::of(Vocabulary::Core, local), Name::Rss | Name::Feed | Name::Channel | Name::Item);
        for attribute in Attributes::new(tag.attributes).take(MAX_ATTRIBUTES) {
            if let Some(prefix) = attribute.name.strip_prefix("xmlns") {
                let prefix = prefix.strip_prefix(':').unwrap_or(prefix);
                self.namespaces.bind(prefix, attribute.value, on_root);
            } else if attribute.name.eq_ignore_ascii_case("xml:base") {
                let href = attribute.resolved(&mut self.references);
                match rebase(base.as_deref(), &href) {
                    Some(url) if url.as_str().len() <= MAX_LINK_BYTES => *base = Some(Rc::new(url)),
                    _ => self.problems.note_with(Fault::BadLink, &href),
                }
            } else if attribute.name.eq_ignore_ascii_case("xml:lang") {
                *lang = Some(Rc::from(attribute.resolved(&mut self.references).trim()));
            }
        }
    }

    /// Opens an element that stands outside any text.
    fn open(&mut self, tag: Tag<'a>, name: Name, base: Option<Rc<Url>>, lang: Option<Rc<str>>, mark: usize) {
        self.close_for(name);
        if self.stack.len() >= MAX_DEPTH {
            self.problems.note(Fault::TooDeep);
            self.namespaces.restore(mark);
            if !tag.empty {
                self.skipped = 1;
            }
            return;
        }
        let scope = self.scope();
        let frame = |scope: Scope| Frame { tag: tag.name, name, scope, base: base.clone(), lang: lang.clone(), mark };
        if self.stack.is_empty() && self.has_root && !matches!(name, Name::Item | Name::Channel) {
            self.problems.note(Fault::TrailingJunk);
        }
        self.has_root = true;
        let inner = match (scope, name) {
            (_, Name::Item) => {
                if self.channel_closed || self.stack.is_empty() {
                    self.problems.note(Fault::Misplaced);
                }
                self.begin_item(&tag, base.clone(), lang.clone());
                Some(Scope::Item)
            }
            (Scope::Feed, Name::Rss | Name::RdfRoot | Name::Feed | Name::Channel) => {
                self.begin_feed(&tag, name, lang.as_deref());
                Some(Scope::Feed)
            }
            (Scope::Feed, Name::TextInput) => Some(Scope::Ignored),
            (Scope::Feed, Name::SkipHours | Name::SkipDays) => Some(Scope::Skip),
            (Scope::Item | Scope::Media, Name::MediaGroup) => Some(Scope::Media),
            (Scope::Item | Scope::Media, Name::MediaContent) => {
                self.media_content(&tag, base.as_deref());
                Some(Scope::Media)
            }
            _ if name.is_container() && name != Name::Image => Some(Scope::Ignored),
            (Scope::Ignored, _) | (_, Name::Unknown | Name::Known) => Some(Scope::Ignored),
            _ => None,
        };
        if let Some(inner) = inner {
            self.push(frame(inner));
            if tag.empty || (name == Name::Unknown && is_void(tag.name)) {
                self.pop();
            } else if name == Name::Unknown && is_script(tag.name) {
                // A hoster's advertisement: what it writes into pages is no item.
                self.tokens.skip_script(tag.name);
            }
            return;
        }
        let (mode, is_body) = self.mode_of(name, &tag);
        let limit = if is_body {
            MAX_BODY_BYTES
        } else if matches!(name, Name::Title | Name::Subtitle | Name::Rights | Name::AltTitle) {
            MAX_LINE_BYTES
        } else {
            MAX_LINK_BYTES
        };
        let capture = Capture::new(name, scope, tag, mode, is_body, base, lang, mark, limit);
        self.capture = Some(capture);
        if tag.empty {
            self.end_capture();
        }
    }

    pub(super) fn push(&mut self, frame: Frame<'a>) {
        self.open_names.push(hash(frame.tag));
        self.stack.push(frame);
    }

    pub(super) fn pop_to(&mut self, frame: usize) {
        while self.stack.len() > frame {
            self.pop();
        }
    }

    pub(super) fn pop(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        self.open_names.pop();
        self.namespaces.restore(frame.mark);
        match frame.scope {
            Scope::Item => self.end_item(),
            Scope::Person => self.end_person(frame.name),
            Scope::Image => self.end_image(),
            Scope::Source => self.end_source(),
            Scope::Feed if frame.name == Name::Channel => {
                // In RDF the items stand beside the channel.
                self.channel_closed = !self.stack.iter().any(|frame| frame.name == Name::RdfRoot);
            }
            _ => {}
        }
    }

    /// The text of an element is complete.
    pub(super) fn end_capture(&mut self) {
        let Some(mut capture) = self.capture.take() else { return };
        self.namespaces.restore(capture.mark);
        let value = capture.finish();
        if capture.is_cut {
            self.problems.note_with(Fault::TooLong, floor(&value, 80));
        }
        self.value(&capture, value);
    }

    fn begin_item(&mut self, tag: &Tag<'a>, base: Option<Rc<Url>>, lang: Option<Rc<str>>) {
        self.item_starts += 1;
        let mut item = ItemBuilder { base, guid_is_link: true, ..ItemBuilder::default() };
        if memmem::find(tag.attributes.as_bytes(), b"xml:lang").is_some() {
            item.language = lang.map(|lang| language_tag(&lang)).filter(|tag| !tag.is_empty());
        }
        if let Some(about) = self.attribute(tag.attributes, &["rdf:about", "about", "rdf:resource"]) {
            item.about = Some(about).filter(|about| !about.is_empty());
        }
        self.item = Some(Box::new(item));
    }

    fn end_item(&mut self) {
        let Some(item) = self.item.take() else { return };
        let is_empty = item.is_empty();
        if is_empty {
            self.problems.note(Fault::EmptyItem);
        }
        self.items.push(FinishedItem { is_empty, ..item.finish() });
    }

    fn finish(mut self, kind: DocumentKind) -> Result<Found, Unreadable> {
        let cut_off = self.capture.is_some() || !self.stack.is_empty();
        if self.item.is_some() {
            self.keep_or_drop_the_last();
        }
        if self.capture.as_ref().is_some_and(|capture| capture.scope == Scope::Feed) {
            self.end_capture();
        }
        if cut_off || self.tokens.repairs.cut_off {
            self.problems.note(Fault::CutOff);
        }
        let repairs = self.tokens.repairs;
        self.problems.add(Fault::BareLessThan, repairs.bare_less_than);
        self.problems.add(Fault::BrokenTag, repairs.broken_tags);
        self.problems.add(Fault::UnclosedSection, repairs.unclosed_sections);
        let repairs = self.references.repairs;
        self.problems.add(Fault::BareAmpersand, repairs.bare_ampersands);
        self.problems.add(Fault::BadReference, repairs.bad_references);
        self.problems.add(Fault::HtmlEntity, repairs.html_entities);
        self.problems.add(Fault::EntityExpansion, repairs.too_much_expansion);
        if self.namespaces.overflow {
            self.problems.note(Fault::TooLong);
        }
        if self.items.is_empty() && self.feed.title.is_none() && self.problems.has(Fault::TooDeep) {
            return Err(Unreadable::TooDeep { limit: MAX_DEPTH });
        }
        Ok(self.assemble(kind))
    }

    /// The document ended inside an item. It is kept, without the text that was being read, if it can be recognised again:
    /// an item whose id is among what is missing would come back as another one with the next poll.
    fn keep_or_drop_the_last(&mut self) {
        let others_have_ids = self.items.iter().any(|item| item.item.id.is_some());
        let is_known = self.item.as_ref().is_some_and(|item| item.is_identified(others_have_ids));
        let only_end_tags_are_missing = self.capture.is_none() && !self.tokens.repairs.cut_off;
        self.capture = None;
        if is_known || (self.items.is_empty() && only_end_tags_are_missing) {
            self.pop_to(0);
        } else {
            self.item = None;
        }
    }

    fn assemble(self, kind: DocumentKind) -> Found {
        let Self { cx, feed, mut hints, mut items, problems, .. } = self;
        // Shells among real items are dropped. Where there is nothing else they are given as they are: that elements were
        // found and hold nothing is worth knowing to whoever looks for the reason.
        let found = items.len();
        if items.iter().any(|item| !item.is_empty) {
            items.retain(|item| !item.is_empty);
        }
        let empty_items = u32::try_from(found - items.len()).expect("capped by MAX_ITEMS");
        let (mut feed, feed_dates) = feed.finish();
        let dates = Dates::new(cx, &items, &feed_dates);
        feed.updated = dates.first(feed_dates.iter().map(String::as_str)).map(|date| date.to_utc());
        let base_date = hints.base.take();
        let mut hints = hints.finish();
        hints.update_base = base_date.and_then(|raw| dates.read(&raw)).map(|date| date.to_utc());
        let items = items.into_iter().map(|item| dates.apply(item, problems)).collect();
        Found { kind, feed, items, hints, empty_items }
    }
}

/// FNV-1a of a name in lower case.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193))
}
