//! Markup to tokens, whatever the markup looks like.
//!
//! The tokens borrow from the text and together cover it. Nothing is refused: a `<` that opens nothing is text, a tag
//! without `>` ends where the next one begins, a CDATA section without `]]>` ends with the element around it. Each
//! search that fails is remembered, so that the time is linear in the text whatever it holds.

use memchr::{memchr, memchr2, memchr3, memmem};

use crate::extract::limits::{MAX_DOCTYPE_BYTES, MAX_SCRIPT_BYTES};

/// One piece of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Characters, references not yet resolved.
    Text(&'a str),
    /// The inside of a CDATA section.
    CData(&'a str),
    /// A start tag or an empty-element tag.
    Start(Tag<'a>),
    /// An end tag: its qualified name.
    End(&'a str),
    /// A document type declaration: what stands between `<!DOCTYPE` and its `>`.
    Doctype(&'a str),
    /// A comment, a processing instruction, another declaration.
    Other(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The qualified name as written.
    pub name: &'a str,
    /// What follows the name, without the closing `/` or `>`; read it with [`super::attrs::Attributes`].
    pub attributes: &'a str,
    /// Whether it closes itself.
    pub empty: bool,
    /// Whether the slash that closes it stands right after a value without quotes, whose end it may be
    /// (`<entry xml:base=http://tin.example/>`).
    pub is_slash_glued: bool,
}

/// What the tokenizer had to put right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repairs {
    /// A `<` that opens nothing.
    pub bare_less_than: u32,
    /// A tag that the next tag cut short, or an attribute value without its closing quote.
    pub broken_tags: u32,
    /// A CDATA section or comment that is never closed.
    pub unclosed_sections: u32,
    /// Whether the text ends inside a tag.
    pub cut_off: bool,
}

/// Reads tokens from a text.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// From here on there is no `>`.
    no_gt_from: usize,
    /// From here on there is no `"`, no `'`.
    no_quote_from: [usize; 2],
    /// Whether there was a script without end.
    has_open_script: bool,
    /// Where the next `-->` and the next `]]>` are, as far as is known.
    comment_end: Next,
    cdata_end: Next,
    /// Whether a document type declaration was read; only one may have an internal subset.
    has_doctype: bool,
    /// What was put right so far.
    pub repairs: Repairs,
}

impl<'a> Tokens<'a> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'a str) -> Self {
        Self::from(text, 0)
    }

    /// Starts at byte `at` of `text`, which must be a character boundary.
    pub fn from(text: &'a str, at: usize) -> Self {
        let never = usize::MAX;
        Self {
            text,
            at,
            no_gt_from: never,
            no_quote_from: [never; 2],
            has_open_script: false,
            comment_end: Next::default(),
            cdata_end: Next::default(),
            has_doctype: false,
            repairs: Repairs::default(),
        }
    }

    /// Where the next token begins.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next token, or `None` at the end.
    ///
    /// `inside` is the qualified name of the element whose text is being read, if any: a CDATA section that is never
    /// closed ends at its end tag.
    pub fn next(&mut self, inside: Option<&str>) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let start = self.at;
        let open = if bytes[start] == b'<' {
            start
        } else {
            match memchr(b'<', &bytes[start..]) {
                Some(n) => {
                    self.at = start + n;
                    return Some(Token::Text(&self.text[start..start + n]));
                }
                None => {
                    self.at = bytes.len();
                    return Some(Token::Text(&self.text[start..]));
                }
            }
        };
        let token = match bytes.get(open + 1) {
            Some(b'!') => self.declaration(open, inside),
            Some(b'?') => self.instruction(open),
            Some(b'/') => self.end_tag(open, open + 1),
            Some(b' ') => self.spaced_end_tag(open),
            Some(&b) if is_name_start(b) => self.start_tag(open),
            _ => None,
        };
        Some(token.unwrap_or_else(|| {
            // Not markup: text up to the next `<`.
            if matches!(&bytes[open..], b"<" | b"</" | b"<!" | b"<?") {
                self.repairs.cut_off = true;
            } else {
                self.repairs.bare_less_than += 1;
            }
            let end = memchr(b'<', &bytes[open + 1..]).map_or(bytes.len(), |n| open + 1 + n);
            self.at = end;
            Token::Text(&self.text[open..end])
        }))
    }

    fn declaration(&mut self, open: usize, inside: Option<&str>) -> Option<Token<'a>> {
        let rest = &self.text.as_bytes()[open..];
        if rest.starts_with(b"<!--") {
            return Some(self.comment(open));
        }
        if let Some(length) = cdata_opening(rest) {
            return Some(self.cdata(open, open + length, inside));
        }
        if rest.len() >= 9 && rest[..9].eq_ignore_ascii_case(b"<!DOCTYPE") {
            return Some(self.doctype(open));
        }
        // Another declaration (`<!ENTITY` outside a DTD) or a bogus comment, as HTML calls it.
        if !rest.get(2).is_some_and(u8::is_ascii_alphabetic) && rest.get(2) != Some(&b'[') {
            return None;
        }
        let end = self.find_gt(open + 2)?;
        self.at = end + 1;
        Some(Token::Other(&self.text[open..=end]))
    }

    fn comment(&mut self, open: usize) -> Token<'a> {
        let bytes = self.text.as_bytes();
        let from = open + 4;
        // HTML takes these for comments with nothing in them.
        for empty in ["<!-->", "<!--->"] {
            if self.text[open..].starts_with(empty) {
                self.at = open + empty.len();
                return Token::Other(&self.text[open..self.at]);
            }
        }
        if let Some(close) = self.comment_end.find(bytes, from, b"-->") {
            // A second opening before the end means that the first was never closed.
            if memmem::find(&bytes[from..close], b"<!--").is_none() {
                self.at = close + 3;
                return Token::Other(&self.text[open..self.at]);
            }
        }
        // Never closed: what follows may still be items, so only the opening is skipped.
        self.repairs.unclosed_sections += 1;
        self.at = from;
        Token::Other(&self.text[open..from])
    }

    fn cdata(&mut self, open: usize, from: usize, inside: Option<&str>) -> Token<'a> {
        let bytes = self.text.as_bytes();
        let close = self.cdata_end.find(bytes, from, b"]]>");
        // A second opening before the end, with the end tag of the element between them: the end belongs to the second.
        let limit = match close {
            Some(close) => match memmem::find(&bytes[from..close], b"<![CDATA[") {
                Some(second) => from + second,
                None => {
                    self.at = close + 3;
                    return Token::CData(&self.text[from..close]);
                }
            },
            None => bytes.len(),
        };
        let end = inside.and_then(|name| find_end_tag(&bytes[from..limit], name)).map(|n| from + n);
        match (end, close) {
            (Some(end), _) => {
                self.repairs.unclosed_sections += 1;
                self.at = end;
                Token::CData(&self.text[from..end])
            }
            (None, Some(close)) => {
                self.at = close + 3;
                Token::CData(&self.text[from..close])
            }
            (None, None) if inside.is_none() => {
                self.repairs.unclosed_sections += 1;
                self.at = from;
                Token::Other(&self.text[open..from])
            }
            (None, None) => {
                self.repairs.unclosed_sections += 1;
                self.at = bytes.len();
                Token::CData(&self.text[from..])
            }
        }
    }

    fn doctype(&mut self, open: usize) -> Token<'a> {
        let end = if self.has_doctype { None } else { doctype_end(&self.text.as_bytes()[open..]).map(|n| open + n) };
        self.has_doctype = true;
        let end = end.or_else(|| self.find_gt(open + 9)).unwrap_or(self.text.len() - 1);
        self.at = end + 1;
        let inner = self.text.get(open + 9..end).unwrap_or("");
        Token::Doctype(inner)
    }

    fn instruction(&mut self, open: usize) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        if !bytes.get(open + 2).copied().is_some_and(is_name_start) {
            return None;
        }
        // `?>` ends it; a lone `>` does too, as in `<?xml version="1.0">`, unless it stands in quotes (none is nested).
        let end = self.find_gt(open + 2)?;
        self.at = end + 1;
        Some(Token::Other(&self.text[open..=end]))
    }

    /// `< /title>` is wrong and meant; `Giá < /kg giảm` is text.
    fn spaced_end_tag(&mut self, open: usize) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let blanks = bytes[open + 1..].iter().take(8).take_while(|&&b| b == b' ').count();
        let slash = open + 1 + blanks;
        let is_named = bytes.get(slash) == Some(&b'/') && bytes.get(slash + 1).copied().is_some_and(is_name_start);
        let is_end = is_named && {
            let behind = &bytes[name_end(bytes, slash + 1)..];
            behind.iter().take(8).find(|b| !b.is_ascii_whitespace()) == Some(&b'>')
        };
        if is_end { self.end_tag(open, slash) } else { None }
    }

    fn end_tag(&mut self, open: usize, slash: usize) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        // `</ title>` is wrong and meant.
        let blanks = bytes[slash + 1..].iter().take(8).take_while(|b| b.is_ascii_whitespace()).count();
        let name_start = slash + 1 + blanks;
        if !bytes.get(name_start).copied().is_some_and(is_name_start) {
            // `</>` means nothing and is skipped.
            if bytes.get(name_start) == Some(&b'>') {
                self.at = name_start + 1;
                return Some(Token::Other(&self.text[open..self.at]));
            }
            return None;
        }
        let name_end = name_end(bytes, name_start);
        let name = &self.text[name_start..name_end];
        match memchr2(b'>', b'<', &bytes[name_end..]).map(|n| name_end + n) {
            Some(end) if bytes[end] == b'>' => self.at = end + 1,
            Some(end) => {
                self.repairs.broken_tags += 1;
                self.at = end;
            }
            None => {
                self.repairs.cut_off = true;
                self.at = bytes.len();
            }
        }
        Some(Token::End(name))
    }

    fn start_tag(&mut self, open: usize) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let name_start = open + 1;
        let name_end = name_end(bytes, name_start);
        // A space that does not break, from a template that was copied off a page, is a space.
        let word = &self.text[name_start..name_end];
        let space = if word.is_ascii() { None } else { word.find('\u{a0}') };
        let name_end = space.map_or(name_end, |n| name_start + n);
        if name_end == name_start {
            return None;
        }
        let name = &self.text[name_start..name_end];
        if bytes.get(name_end) == Some(&b'>') {
            self.at = name_end + 1;
            return Some(Token::Start(Tag { name, attributes: "", empty: false, is_slash_glued: false }));
        }
        let mut at = name_end;
        loop {
            let Some(n) = memchr3(b'>', b'<', b'=', &bytes[at..]) else {
                // The text ends inside this tag. Where no `>` is left at all this is the cut-off end of a document.
                if !self.text[name_end..].bytes().all(|b| b.is_ascii_whitespace())
                    && !bytes[name_end..].contains(&b'=')
                    && !is_cut_off_tag(&bytes[name_end..])
                {
                    return None;
                }
                self.repairs.cut_off = true;
                self.at = bytes.len();
                return Some(Token::Other(&self.text[open..]));
            };
            let hit = at + n;
            match bytes[hit] {
                b'>' => {
                    let mut attributes = &self.text[name_end..hit];
                    let empty = attributes.ends_with('/');
                    if empty {
                        attributes = &attributes[..attributes.len() - 1];
                    }
                    self.at = hit + 1;
                    let is_slash_glued = empty && is_in_unquoted_value(attributes);
                    return Some(Token::Start(Tag { name, attributes, empty, is_slash_glued }));
                }
                b'<' => {
                    let attributes = &self.text[name_end..hit];
                    // `<title<link>` and `<link href="…"<title>` are tags; `3 <b and 4 <c` is not.
                    if !attributes.contains('=') && !attributes.bytes().all(|b| b.is_ascii_whitespace()) {
                        return None;
                    }
                    self.repairs.broken_tags += 1;
                    let attributes = attributes.trim_end();
                    let empty = attributes.ends_with('/');
                    self.at = hit;
                    let attributes = attributes.trim_end_matches('/');
                    return Some(Token::Start(Tag { name, attributes, empty, is_slash_glued: false }));
                }
                _ => at = self.after_value(hit + 1),
            }
        }
    }

    /// Where the attribute value that begins (after white space) at `at` ends.
    fn after_value(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = at;
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let (quote, memory) = match bytes.get(at) {
            Some(b'"') => (b'"', 0),
            Some(b'\'') => (b'\'', 1),
            // An unquoted value may hold `=`, which must not be taken for another attribute's.
            _ => {
                while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'<')) {
                    at += 1;
                }
                return at;
            }
        };
        let from = at + 1;
        if from >= self.no_quote_from[memory] {
            self.repairs.broken_tags += 1;
            return from;
        }
        match memchr3(quote, b'>', b'<', &bytes[from.min(bytes.len())..]).map(|n| from + n) {
            Some(hit) if bytes[hit] == quote => hit + 1,
            Some(hit) if bytes[hit] == b'<' => match self.find_quote(quote, memory, hit) {
                // `<` in a value is wrong but meant (`title="<b>…"`), unless the quote was forgotten.
                Some(close) if !bytes[hit..close].contains(&b'=') || hit == from => close + 1,
                _ => {
                    self.repairs.broken_tags += 1;
                    hit
                }
            },
            Some(hit) => match self.find_quote(quote, memory, hit) {
                // `>` in a value is right; with a `<` behind it before the quote comes, or a word right after the quote,
                // the quote was forgotten.
                Some(close)
                    if memchr(b'<', &bytes[hit..close]).is_none()
                        && !bytes.get(close + 1).copied().is_some_and(is_name) =>
                {
                    close + 1
                }
                _ => {
                    self.repairs.broken_tags += 1;
                    hit
                }
            },
            None => {
                self.no_quote_from[memory] = self.no_quote_from[memory].min(from);
                bytes.len()
            }
        }
    }

    /// Passes over the inside of a `script` or `style` that stands among elements: up to its end tag, if it is near.
    ///
    /// One that begins with an element instead of code has no inside, or was never closed. After one that has no end there is no
    /// further try.
    pub fn skip_script(&mut self, name: &str) {
        let starts_with_tag =
            matches!(self.text[self.at..].trim_ascii_start().as_bytes(), [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'/', ..]);
        if self.has_open_script || starts_with_tag {
            return;
        }
        let window = &self.text.as_bytes()[self.at..];
        match find_end_tag(&window[..window.len().min(MAX_SCRIPT_BYTES)], name) {
            Some(n) => self.at += n,
            None => self.has_open_script = true,
        }
    }

    fn find_quote(&mut self, quote: u8, memory: usize, from: usize) -> Option<usize> {
        if from >= self.no_quote_from[memory] {
            return None;
        }
        let found = memchr(quote, &self.text.as_bytes()[from..]).map(|n| from + n);
        if found.is_none() {
            self.no_quote_from[memory] = from;
        }
        found
    }

    fn find_gt(&mut self, from: usize) -> Option<usize> {
        if from >= self.no_gt_from {
            return None;
        }
        let found = self.text.as_bytes().get(from..).and_then(|rest| memchr(b'>', rest)).map(|n| from + n);
        if found.is_none() {
            self.no_gt_from = from;
        }
        found
    }
}

/// Where something comes next: looked for once, remembered until it is passed.
#[derive(Debug, Clone, Copy, Default)]
enum Next {
    #[default]
    Unknown,
    At(usize),
    Nowhere,
}

impl Next {
    fn find(&mut self, bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
        match *self {
            Self::At(at) if at >= from => return Some(at),
            Self::Nowhere => return None,
            Self::At(_) | Self::Unknown => {}
        }
        let found = bytes.get(from..).and_then(|rest| memmem::find(rest, needle)).map(|n| from + n);
        *self = found.map_or(Self::Nowhere, Self::At);
        found
    }
}

/// Whether `b` can begin a name.
pub fn is_name_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b == b':' || b >= 0x80
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'-' | b'.') || b >= 0x80
}

fn name_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while bytes.get(at).copied().is_some_and(is_name) {
        at += 1;
    }
    at
}

/// Whether what follows a tag's name, up to the end of the text, looks like a tag that was cut: words without a full
/// sentence's length.
fn is_cut_off_tag(rest: &[u8]) -> bool {
    rest.len() <= 16 && !rest.contains(&b' ')
}

/// Whether `attributes` end inside a value that has no quotes.
fn is_in_unquoted_value(attributes: &str) -> bool {
    let last = attributes.rsplit(|c: char| c.is_ascii_whitespace()).next().unwrap_or("");
    last.contains('=') && !last.ends_with(['"', '\'', '='])
}

/// How long the opening of a CDATA section at the head of `bytes` is: `<![CDATA[`, or what people take for it.
fn cdata_opening(bytes: &[u8]) -> Option<usize> {
    let rest = bytes.get(2..bytes.len().min(24))?;
    let bracket = usize::from(rest.first() == Some(&b'['));
    let blanks = rest[bracket..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let word = bracket + blanks;
    if !rest.get(word..word + 5)?.eq_ignore_ascii_case(b"CDATA") {
        return None;
    }
    let blanks = rest[word + 5..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    (rest.get(word + 5 + blanks) == Some(&b'[')).then_some(2 + word + 5 + blanks + 1)
}

/// Offset of `</name` in `bytes`, compared without regard to ASCII case.
pub fn find_end_tag(bytes: &[u8], name: &str) -> Option<usize> {
    let name = name.as_bytes();
    memmem::find_iter(bytes, b"</").find(|&at| {
        let from = at + 2;
        bytes.get(from..from + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
            && !bytes.get(from + name.len()).copied().is_some_and(is_name)
    })
}

/// Offset of the `>` that ends the document type declaration at the head of `bytes`.
fn doctype_end(bytes: &[u8]) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(MAX_DOCTYPE_BYTES)];
    let mut at = 9;
    let mut in_subset = false;
    while at < bytes.len() {
        match bytes[at] {
            b'[' if !in_subset => in_subset = true,
            b']' if in_subset => in_subset = false,
            b'>' if !in_subset => return Some(at),
            // An element begins: the declaration was never closed.
            b'<' if !in_subset || bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => return None,
            quote @ (b'"' | b'\'') => match memchr(quote, &bytes[at + 1..]) {
                Some(n) => at += n + 1,
                None => return None,
            },
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes tokens so that a test is one line: text as is, `[…]` CDATA, `<n|attributes>`, `<n|…/>`, `</n>`, `(…)` other.
    fn shown(text: &str) -> String {
        let mut tokens = Tokens::new(text);
        let mut out = String::new();
        while let Some(token) = tokens.next(Some("title")) {
            match token {
                Token::Text(t) => out.push_str(&format!("{{{t}}}")),
                Token::CData(t) => out.push_str(&format!("[{t}]")),
                Token::Start(t) => {
                    out.push_str(&format!("<{}|{}{}>", t.name, t.attributes.trim(), if t.empty { "/" } else { "" }))
                }
                Token::End(n) => out.push_str(&format!("</{n}>")),
                Token::Doctype(d) => out.push_str(&format!("(doctype{d})")),
                Token::Other(_) => out.push_str("()"),
            }
        }
        out
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text), expected, "for {text:?}");
    }

    #[test]
    fn an_end_tag_with_a_space_in_front_is_told_from_text() {
        check("a< /title >b", "{a}</title>{b}");
        check("Giá < /kg giảm</title>", "{Giá }{< /kg giảm}</title>");
        check("a < /b", "{a }{< /b}");
    }

    #[test]
    fn reads_plain_markup() {
        check("<a b='c'>d</a><e/>", "<a|b='c'>{d}</a><e|/>");
    }

    #[test]
    fn takes_a_less_than_that_opens_nothing_for_text() {
        check("3 < 5 <b", "{3 }{< 5 }()");
        check("giá <5 triệu</t>", "{giá }{<5 triệu}</t>");
        check("x <y và z</t>", "{x }{<y và z}</t>");
    }

    #[test]
    fn ends_a_tag_where_the_next_begins() {
        check("<link href=\"a\"<title>", "<link|href=\"a\"><title|>");
        check("<title<link>", "<title|><link|>");
        check("</title<link>", "</title><link|>");
    }

    #[test]
    fn lets_attribute_values_hold_angle_brackets() {
        check("<a t=\"1 > 0\">x", "<a|t=\"1 > 0\">{x}");
        check("<a t=\"<b>\">x", "<a|t=\"<b>\">{x}");
    }

    #[test]
    fn ends_a_value_whose_quote_was_forgotten() {
        check("<a t=\"u>x</a><b c=\"d\">", "<a|t=\"u>{x}</a><b|c=\"d\">");
        check("<a t=\"u>x</a>", "<a|t=\"u>{x}</a>");
        check("<a t=\"u>nói \"x\"</a>", "<a|t=\"u>{nói \"x\"}</a>");
    }

    #[test]
    fn keeps_equal_signs_in_unquoted_values() {
        check("<a t=u?v=w x=y/>", "<a|t=u?v=w x=y/>");
    }

    #[test]
    fn ends_an_unclosed_cdata_with_its_element() {
        check("<![CDATA[a</title><b><![CDATA[c]]></b>", "[a]</title><b|>[c]</b>");
        check("<![CDATA[a</title><b/>", "[a]</title><b|/>");
        check("<![CDATA[a <![CDATA[ b ]]> c", "[a <![CDATA[ b ]{ c}");
        check("<![CDATA[a", "[a]");
    }

    #[test]
    fn knows_misspelt_openings() {
        check("<![ cdata [a]]><!CDATA[b]]></ title >", "[a][b]</title>");
        check("<![CDATA", "{<![CDATA}");
    }

    #[test]
    fn skips_comments_closed_or_not() {
        check("<!-- <a> -->b", "(){b}");
        check("<!-- <a>", "(){ }<a|>");
        check("<!-- <a><!-- b -->", "(){ }<a|>()");
    }

    #[test]
    fn finds_the_end_of_a_document_type_with_entities() {
        check("<!DOCTYPE rss [<!ENTITY a \"]>\">]><rss>", "(doctype rss [<!ENTITY a \"]>\">])<rss|>");
        check("<!DOCTYPE rss <rss>", "(doctype rss <rss)");
    }

    #[test]
    fn names_a_document_cut_inside_a_tag() {
        let mut tokens = Tokens::new("<a>b<link href=\"http://x");
        while tokens.next(None).is_some() {}
        assert!(tokens.repairs.cut_off);
    }

    #[test]
    fn takes_linear_time_on_repeated_openings() {
        for piece in [
            "<![CDATA[x</title>",
            "<a b=\"",
            "<a b='>",
            "<![CDATA[",
            "<!--",
            "<a ",
            "</a",
            "<!DOCTYPE a [",
            "<?x ",
            "<a b=\"<",
        ] {
            let text = piece.repeat(400_000 / piece.len()) + "-->]]>";
            let mut tokens = Tokens::new(&text);
            let mut count = 0_usize;
            while tokens.next(Some("title")).is_some() {
                count += 1;
            }
            assert!(count <= text.len(), "{piece}");
        }
    }
}
