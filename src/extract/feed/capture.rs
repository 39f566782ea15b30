//! The text of one element, collected while its tokens go by.

use std::rc::Rc;

use url::Url;

use super::names::{Name, is_html};
use super::scope::Scope;
use crate::extract::xml::attrs::Attributes;
use crate::extract::xml::namespaces::split;
use crate::extract::xml::refs::References;
use crate::extract::xml::token::Tag;

/// What the text of an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// RSS and its kin: HTML, escaped, in CDATA or written straight into the XML.
    Loose,
    /// Atom text of no stated type: text by the specification, HTML by habit.
    Unstated,
    /// Atom `type="text"`.
    Text,
    /// Atom `type="html"`.
    Html,
    /// Atom `type="xhtml"`: the markup is part of the XML.
    Xhtml,
    /// A media type we do not read: binary data, other XML.
    Opaque,
}

/// An element whose text is being collected.
#[derive(Debug)]
pub struct Capture<'a> {
    /// What it is.
    pub name: Name,
    /// Where it stands.
    pub scope: Scope,
    /// Its qualified name as written.
    pub tag: &'a str,
    /// Its attributes as written.
    pub attributes: &'a str,
    /// What its text is.
    pub mode: Mode,
    /// What relative addresses in it refer to.
    pub base: Option<Rc<Url>>,
    /// `xml:lang` in force.
    pub lang: Option<Rc<str>>,
    /// Namespace bindings to forget when it ends.
    pub mark: usize,
    /// Whether it holds a text with markup rather than one line.
    pub is_body: bool,
    /// Elements of the same name open inside it.
    pub nested: u32,
    /// Whether markup was met inside it.
    pub has_markup: bool,
    /// The text, or from the first markup on the HTML.
    buffer: String,
    /// Where in `buffer` the text since the last markup begins.
    segment: usize,
    /// Whether that text is from CDATA alone.
    segment_is_cdata: bool,
    /// Elements open inside it (XHTML only).
    depth: u32,
    /// Whether the outermost `div` of XHTML is open, which is no part of the content.
    wrapper_open: bool,
    limit: usize,
    /// Whether the text was longer than allowed.
    pub is_cut: bool,
}

impl<'a> Capture<'a> {
    /// Begins to collect the text of `tag`; at most `limit` bytes of it are kept.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        name: Name,
        scope: Scope,
        tag: Tag<'a>,
        mode: Mode,
        is_body: bool,
        base: Option<Rc<Url>>,
        lang: Option<Rc<str>>,
        mark: usize,
        limit: usize,
    ) -> Self {
        Self {
            name,
            scope,
            tag: tag.name,
            attributes: tag.attributes,
            mode,
            base,
            lang,
            mark,
            is_body,
            nested: 0,
            has_markup: false,
            buffer: String::new(),
            segment: 0,
            segment_is_cdata: false,
            depth: 0,
            wrapper_open: false,
            limit,
            is_cut: false,
        }
    }

    /// Whether it has room for more.
    fn has_room(&mut self) -> bool {
        if self.buffer.len() < self.limit {
            return true;
        }
        self.is_cut = true;
        false
    }

    fn fitting<'t>(&mut self, text: &'t str) -> &'t str {
        self.is_cut |= text.len() > self.limit;
        floor(text, self.limit)
    }

    /// Adds characters, references not yet resolved.
    pub fn text(&mut self, raw: &str, references: &mut References) {
        if !self.has_room() {
            return;
        }
        let raw = self.fitting(raw);
        if self.mode == Mode::Xhtml {
            // Part of the markup already: only entities that HTML does not know must go.
            self.buffer.push_str(&escape(&references.resolve(raw)));
            return;
        }
        if self.buffer.len() == self.segment {
            self.segment_is_cdata = false;
        }
        references.resolve_into(raw, &mut self.buffer);
    }

    /// Adds the inside of a CDATA section.
    pub fn cdata(&mut self, text: &str) {
        if !self.has_room() {
            return;
        }
        let text = self.fitting(text);
        if self.mode == Mode::Xhtml {
            self.buffer.push_str(&escape(text));
            return;
        }
        if self.buffer[self.segment..].trim().is_empty() {
            self.segment_is_cdata = true;
        }
        // One that was closed with `]]` alone, or opened inside another.
        let text = text.strip_suffix("]]").unwrap_or(text);
        match memchr::memmem::find(text.as_bytes(), b"<![CDATA[") {
            Some(_) => self.buffer.push_str(&text.replace("<![CDATA[", "")),
            None => self.buffer.push_str(text),
        }
    }

    /// Adds a start tag.
    pub fn start(&mut self, tag: &Tag<'a>) {
        let (prefix, local) = split(tag.name);
        let name = if prefix.is_empty() || !is_html(local) { tag.name } else { local };
        if self.mode == Mode::Xhtml {
            if !tag.empty {
                self.depth += 1;
            }
            if self.depth == 1 && !tag.empty && local.eq_ignore_ascii_case("div") && self.buffer.trim().is_empty() {
                self.wrapper_open = true;
                return;
            }
        }
        self.markup();
        if !self.has_room() {
            return;
        }
        self.buffer.push('<');
        self.buffer.push_str(name);
        for attribute in Attributes::new(tag.attributes) {
            if attribute.name.starts_with("xmlns") {
                continue;
            }
            self.buffer.push(' ');
            self.buffer.push_str(attribute.name);
            self.buffer.push_str("=\"");
            self.buffer.push_str(&attribute.value.replace('"', "&quot;").replace('<', "&lt;"));
            self.buffer.push('"');
        }
        self.buffer.push_str(if tag.empty { "/>" } else { ">" });
        self.segment = self.buffer.len();
    }

    /// Adds what looks like a start tag and is text.
    pub fn literal(&mut self, tag: &Tag<'a>) {
        if self.has_room() {
            let close = if tag.empty { "/>" } else { ">" };
            for part in ["<", tag.name, tag.attributes, close] {
                self.buffer.push_str(part);
            }
        }
    }

    /// Adds an end tag.
    pub fn end(&mut self, tag: &str) {
        let (prefix, local) = split(tag);
        let name = if prefix.is_empty() || !is_html(local) { tag } else { local };
        if self.mode == Mode::Xhtml {
            let was = self.depth;
            self.depth = self.depth.saturating_sub(1);
            if was == 1 && self.wrapper_open {
                self.wrapper_open = false;
                return;
            }
        }
        self.markup();
        if !self.has_room() {
            return;
        }
        self.buffer.push_str("</");
        self.buffer.push_str(name);
        self.buffer.push('>');
        self.segment = self.buffer.len();
    }

    /// Markup comes: what was text before it becomes HTML, unless it was HTML in disguise.
    fn markup(&mut self) {
        self.has_markup = true;
        if self.mode == Mode::Xhtml {
            return;
        }
        let text = &self.buffer[self.segment..];
        if text.contains(['<', '&']) && !self.segment_is_cdata && !looks_like_html(text) {
            let escaped = escape(text).into_owned();
            self.buffer.truncate(self.segment);
            self.buffer.push_str(&escaped);
        }
        self.segment = self.buffer.len();
        self.segment_is_cdata = false;
    }

    /// The collected text as one line of plain text would have it: as collected, if no markup was met.
    pub fn finish(&mut self) -> String {
        if self.has_markup && self.mode != Mode::Xhtml {
            self.markup();
        }
        if self.buffer.len() > self.limit {
            self.is_cut = true;
            let end = floor(&self.buffer, self.limit).len();
            self.buffer.truncate(end);
        }
        std::mem::take(&mut self.buffer)
    }
}

/// At most `limit` bytes of `text`, cut between characters.
pub fn floor(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `text` as HTML that shows exactly it.
pub fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['<', '>', '&']) {
        return std::borrow::Cow::Borrowed(text);
    }
    std::borrow::Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// Whether a text holds tags of HTML.
pub fn looks_like_html(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let end = name.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
        if is_html(&name[..end]) && name[end..].starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace()) {
            return true;
        }
    }
    false
}
