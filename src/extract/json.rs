//! JSON as it is met: read value by value, without a tree, so that neither depth nor width can hurt.
//!
//! Line breaks in strings, comments, commas too many or too few, quotation marks inside strings, unknown escapes, half surrogates and a missing end are put
//! up with. What nobody asks for is skipped in a loop, not by recursion.

use std::borrow::Cow;

use memchr::memchr3;

/// What the next value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A number, `true` or `false`.
    Scalar,
    /// `null`
    Null,
    /// The text has ended.
    End,
}

/// Reads values from a text.
#[derive(Debug, Clone)]
pub struct Json<'a> {
    text: &'a str,
    at: usize,
    /// How many faults were put up with.
    pub repairs: u32,
    /// Whether the text ended inside a value.
    pub cut_off: bool,
}

impl<'a> Json<'a> {
    /// Starts at the first bracket or brace of `text`: some servers put `)]}',` or a function's name before it.
    pub fn new(text: &'a str) -> Self {
        let text = without_comments(text);
        let at = text.find(['{', '[']).unwrap_or(text.len());
        let at = if text.trim_start().starts_with(")]}") { text[at..].find('\n').map_or(at, |n| at + n) } else { at };
        Self { text, at, repairs: 0, cut_off: false }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        loop {
            while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
                self.at += 1;
            }
            let Some(length) = comment(self.rest()) else { return };
            self.at += length;
            self.repairs += 1;
        }
    }

    /// Whether nothing has been read yet of the object or array that was entered last.
    fn is_at_first(&self) -> bool {
        matches!(self.text.as_bytes()[..self.at].trim_ascii_end().last(), Some(b'{' | b'['))
    }

    /// Counts commas that are missing or too many.
    fn check_commas(&mut self, found: u32, wanted: u32) {
        self.repairs += u32::from(found != wanted);
    }

    /// What comes next.
    pub fn value(&mut self) -> Value {
        self.space();
        match self.peek() {
            None => Value::End,
            Some(b'{') => Value::Object,
            Some(b'[') => Value::Array,
            Some(b'"') => Value::String,
            Some(b'n') => Value::Null,
            Some(_) => Value::Scalar,
        }
    }

    /// Enters the object or array that comes next.
    pub fn enter(&mut self) {
        self.space();
        if matches!(self.peek(), Some(b'{' | b'[')) {
            self.at += 1;
        }
    }

    /// Passes over commas, which are counted, to what stands next in the object or array that was entered; `None` behind its
    /// end, which is `close`, and at the end of the text.
    fn next_inside(&mut self, close: u8, commas: &mut u32) -> Option<u8> {
        loop {
            self.space();
            match self.peek() {
                None => {
                    self.cut_off = true;
                    return None;
                }
                Some(b) if b == close => {
                    self.check_commas(*commas, 0);
                    self.at += 1;
                    return None;
                }
                Some(b',') => {
                    *commas += 1;
                    self.at += 1;
                }
                next => return next,
            }
        }
    }

    /// The next key of the object that was entered, its value to be read or skipped next; `None` at its end.
    pub fn key(&mut self) -> Option<Cow<'a, str>> {
        let wanted = u32::from(!self.is_at_first());
        let mut commas = 0;
        loop {
            match self.next_inside(b'}', &mut commas)? {
                // An object that is closed as an array was not closed at all.
                b']' => {
                    self.repairs += 1;
                    return None;
                }
                b'"' => {
                    self.check_commas(commas, wanted);
                    let key = self.string();
                    self.space();
                    if self.peek() == Some(b':') {
                        self.at += 1;
                    } else if !self.cut_off {
                        self.repairs += 1;
                    }
                    return Some(key);
                }
                _ => {
                    self.repairs += 1;
                    self.step();
                }
            }
        }
    }

    /// Whether the array that was entered has another element, to be read or skipped next.
    pub fn element(&mut self) -> bool {
        let wanted = u32::from(!self.is_at_first());
        let mut commas = 0;
        while let Some(next) = self.next_inside(b']', &mut commas) {
            if !matches!(next, b'}' | b':') {
                self.check_commas(commas, wanted);
                return true;
            }
            self.repairs += 1;
            self.at += 1;
        }
        false
    }

    /// The first string of the text, key or value at any depth, that is what is wanted.
    pub fn find_string(text: &'a str, wanted: impl Fn(&str) -> bool) -> Option<Cow<'a, str>> {
        let mut json = Self { text, at: 0, repairs: 0, cut_off: false };
        loop {
            json.at += memchr::memchr(b'"', &json.text.as_bytes()[json.at..])?;
            let string = json.string();
            if wanted(&string) {
                return Some(string);
            }
        }
    }

    /// One character forward.
    fn step(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
    }

    /// The string that comes next.
    pub fn string(&mut self) -> Cow<'a, str> {
        self.space();
        if self.peek() != Some(b'"') {
            return Cow::Borrowed("");
        }
        let from = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut out = String::new();
        let mut copied = from;
        loop {
            let Some(hit) = memchr3(b'"', b'\\', b'\n', &bytes[at..]).map(|n| at + n) else {
                self.cut_off = true;
                self.at = bytes.len();
                out.push_str(&self.text[copied..]);
                return Cow::Owned(out);
            };
            match bytes[hit] {
                b'"' if !self.closes_string(hit) => {
                    self.repairs += 1;
                    at = hit + 1;
                }
                b'"' => {
                    self.at = hit + 1;
                    if copied == from {
                        return Cow::Borrowed(&self.text[from..hit]);
                    }
                    out.push_str(&self.text[copied..hit]);
                    return Cow::Owned(out);
                }
                b'\n' => {
                    self.repairs += 1;
                    at = hit + 1;
                }
                _ => {
                    out.push_str(&self.text[copied..hit]);
                    at = self.escape(hit, &mut out);
                    copied = at;
                }
            }
        }
    }

    /// Whether the quotation mark at `at` ends a string, as what follows it shows: people write HTML into strings and forget to
    /// escape its quotation marks.
    fn closes_string(&self, at: usize) -> bool {
        let rest = self.text[at + 1..].trim_ascii_start();
        match rest.as_bytes().first() {
            None | Some(b':' | b'}' | b']' | b')' | b'"' | b'\'' | b'/' | b';' | b'{' | b'[') => true,
            Some(b',') => {
                let next = rest[1..].trim_ascii_start();
                next.starts_with(['"', '\'', '{', '[', '}', ']', ',', '/', '-'])
                    || next.starts_with(|c: char| c.is_ascii_digit())
                    || ["null", "true", "false"].iter().any(|word| next.starts_with(word))
                    || next.is_empty()
            }
            Some(_) => false,
        }
    }

    /// Resolves the escape at `at`, which is a backslash; returns where the string goes on.
    fn escape(&mut self, at: usize, out: &mut String) -> usize {
        let bytes = self.text.as_bytes();
        let Some(&kind) = bytes.get(at + 1) else { return at + 1 };
        let simple = match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' | b'f' => ' ',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(at, out),
            _ => {
                // The backslash was meant as itself, or as nothing.
                self.repairs += 1;
                return at + 1;
            }
        };
        out.push(simple);
        at + 2
    }

    fn unicode(&mut self, at: usize, out: &mut String) -> usize {
        let unit = |at: usize| -> Option<u32> {
            let digits = self.text.as_bytes().get(at..at + 6)?;
            if !digits.starts_with(b"\\u") || !digits[2..].iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            u32::from_str_radix(std::str::from_utf8(&digits[2..]).ok()?, 16).ok()
        };
        let Some(first) = unit(at) else {
            self.repairs += 1;
            return at + 2;
        };
        if (0xd800..0xdc00).contains(&first)
            && let Some(second) = unit(at + 6).filter(|second| (0xdc00..0xe000).contains(second))
        {
            out.extend(char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
            return at + 12;
        }
        match char::from_u32(first).filter(|&c| c >= ' ' || matches!(c, '\t' | '\n' | '\r')) {
            Some(c) if !matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(c),
            _ => self.repairs += 1,
        }
        at + 6
    }

    /// A string, or a number or truth value as text; `None` (and skipped) for anything else.
    pub fn text(&mut self) -> Option<Cow<'a, str>> {
        match self.value() {
            Value::String => Some(self.string()),
            Value::Scalar => {
                let from = self.at;
                while self.peek().is_some_and(|b| !b.is_ascii_whitespace() && !b",:{}[]\"".contains(&b)) {
                    self.at += 1;
                }
                if self.at == from {
                    self.step();
                }
                Some(Cow::Borrowed(&self.text[from..self.at]))
            }
            _ => {
                self.skip();
                None
            }
        }
    }

    /// Skips the value that comes next, however deep.
    pub fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.space();
            match self.peek() {
                None => {
                    self.cut_off = true;
                    return;
                }
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    if depth == 0 {
                        return;
                    }
                    depth -= 1;
                    self.at += 1;
                }
                Some(b'"') => {
                    self.skip_string();
                }
                Some(_) => {
                    while self.peek().is_some_and(|b| !b",{}[]\" \t\r\n".contains(&b)) {
                        self.at += 1;
                    }
                    if depth > 0 && self.peek() == Some(b',') {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        while let Some(hit) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()).map(|n| at + n) {
            at = match bytes[hit] {
                b'"' if self.closes_string(hit) => {
                    self.at = hit + 1;
                    return;
                }
                b'"' => hit + 1,
                _ => hit + 2,
            };
        }
        self.cut_off = true;
        self.at = bytes.len();
    }
}

/// The length of the comment that `text` begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        Some(text.find('\n').unwrap_or(text.len()))
    } else {
        let inside = text.strip_prefix("/*")?;
        Some(inside.find("*/").map_or(text.len(), |end| end + 4))
    }
}

/// `text` without white space and comments at its head.
pub fn without_comments(text: &str) -> &str {
    let mut text = text.trim_start();
    while let Some(length) = comment(text) {
        text = text[length..].trim_start();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_string(json: &str, expected: &str) {
        let text = format!("[{json}]");
        let mut json = Json::new(&text);
        json.enter();
        assert!(json.element());
        assert_eq!(json.string(), expected);
    }

    #[test]
    fn resolves_escapes() {
        check_string(r#""a\n\"b\" \u0110\u1ED3 \ud83d\ude00 \/""#, "a\n\"b\" Đồ 😀 /");
    }

    #[test]
    fn puts_up_with_bad_escapes() {
        check_string(r#""a\xb \ud83d c \u12 d""#, "axb  c 12 d");
        check_string("\"a\nb\"", "a\nb");
    }

    #[test]
    fn reads_keys_and_skips_values() {
        let mut json = Json::new(r#"{"a": {"b": [1, {"c": "}"}]}, "d" "e", , "f": null,}"#);
        json.enter();
        let mut keys = Vec::new();
        while let Some(key) = json.key() {
            if key == "d" {
                assert_eq!(json.string(), "e");
            } else {
                json.skip();
            }
            keys.push(key.into_owned());
        }
        assert_eq!(keys, ["a", "d", "f"]);
        assert!(!json.cut_off);
    }

    #[test]
    fn counts_commas_that_are_missing_or_too_many_and_comments() {
        for (text, repairs) in [
            ("[1, 2]", 0),
            ("[1, 2,]", 1),
            ("[1 2]", 1),
            ("[,1]", 1),
            ("[1,,2]", 1),
            ("// a\n[1, /* b, */ 2 // c\n]", 2),
        ] {
            let mut json = Json::new(text);
            json.enter();
            let mut elements = 0;
            while json.element() {
                json.skip();
                elements += 1;
            }
            assert_eq!((json.repairs, elements > 0), (repairs, true), "{text}");
            let object = text.replace('[', "{").replace(']', "}").replace('1', "\"a\": 1").replace('2', "\"b\": 2");
            let mut json = Json::new(&object);
            json.enter();
            while json.key().is_some() {
                json.skip();
            }
            assert_eq!(json.repairs, repairs, "{object}");
        }
    }

    #[test]
    fn skips_a_million_levels_without_recursion() {
        let text = format!("{{\"x\": {}{}, \"y\": 1}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let mut json = Json::new(&text);
        json.enter();
        assert_eq!(json.key().as_deref(), Some("x"));
        json.skip();
        assert_eq!(json.key().as_deref(), Some("y"));
    }

    #[test]
    fn knows_that_a_text_is_cut_off() {
        for text in ["{\"a\": [1, 2", "{\"a\": \"b", "{\"a\"", "[{\"a\":{\"b\":"] {
            let mut json = Json::new(text);
            json.skip();
            assert!(json.cut_off, "{text}");
        }
    }
}
