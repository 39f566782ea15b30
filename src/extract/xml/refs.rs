//! Character and entity references: numeric ones, HTML's named ones, those of an internal DTD.
//!
//! An external entity is never fetched and an internal one never expanded inside another, so that neither a file nor a
//! billion laughs can come in this way.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::memchr;

use crate::extract::limits::{MAX_ENTITIES, MAX_ENTITY_BYTES, MAX_EXPANSION_BYTES};

/// What had to be put right about references.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repairs {
    /// `&` that begins no reference.
    pub bare_ampersands: u32,
    /// Numeric references to what is no character of XML, or without their `;`.
    pub bad_references: u32,
    /// HTML's named entities, which XML does not know.
    pub html_entities: u32,
    /// Uses of entities beyond what one document may add.
    pub too_much_expansion: u32,
}

/// Resolves references, with the entities that the document itself declared.
#[derive(Debug, Clone, Default)]
pub struct References {
    declared: HashMap<String, String>,
    expanded: usize,
    /// What was put right so far.
    pub repairs: Repairs,
}

/// Windows-1252 for the references 128 to 159, which people who wrote them meant.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];

impl References {
    /// Learns the internal entities of a document type declaration; the first declaration of a name holds.
    pub fn declare(&mut self, doctype: &str) {
        let mut rest = doctype;
        while let Some(at) = rest.find("<!ENTITY") {
            rest = rest[at + 8..].trim_ascii_start();
            let Some(name_end) = rest.find(|c: char| c.is_ascii_whitespace()) else { return };
            let (name, after) = rest.split_at(name_end);
            rest = after.trim_ascii_start();
            // `%` begins a parameter entity, SYSTEM and PUBLIC an external one: neither has a quote here.
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some(end) = rest[1..].find(quote) else { return };
            let value = &rest[1..=end];
            rest = &rest[end + 2..];
            if self.declared.len() >= MAX_ENTITIES || value.len() > MAX_ENTITY_BYTES || name.len() > 64 {
                continue;
            }
            let mut resolved = String::new();
            References::default().resolve_into(value, &mut resolved);
            self.declared.entry(name.to_owned()).or_insert(resolved);
        }
    }

    /// Resolves the references in `raw`; borrows where there is none.
    pub fn resolve<'a>(&mut self, raw: &'a str) -> Cow<'a, str> {
        if memchr(b'&', raw.as_bytes()).is_none() {
            return Cow::Borrowed(raw);
        }
        let mut out = String::with_capacity(raw.len());
        self.resolve_into(raw, &mut out);
        Cow::Owned(out)
    }

    /// Appends `raw` to `out` with its references resolved.
    pub fn resolve_into(&mut self, raw: &str, out: &mut String) {
        let mut rest = raw;
        while let Some(at) = memchr(b'&', rest.as_bytes()) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let used = self.one(rest, out);
            rest = &rest[used..];
        }
        out.push_str(rest);
    }

    /// Resolves the reference at the head of `text`, which begins with `&`; returns how much of it was used.
    fn one(&mut self, text: &str, out: &mut String) -> usize {
        let bytes = text.as_bytes();
        if bytes.get(1) == Some(&b'#') {
            return self.numeric(text, out);
        }
        let name_end = 1 + bytes[1..]
            .iter()
            .take(64)
            .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'.' | b'-' | b'_'))
            .unwrap_or(bytes.len().min(65) - 1);
        let name = &text[1..name_end];
        if bytes.get(name_end) != Some(&b';') || name.is_empty() {
            self.repairs.bare_ampersands += 1;
            out.push('&');
            return 1;
        }
        match name {
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "amp" => out.push('&'),
            "quot" => out.push('"'),
            "apos" => out.push('\''),
            _ => {
                if let Some(value) = self.declared.get(name) {
                    if self.expanded + value.len() > MAX_EXPANSION_BYTES {
                        self.repairs.too_much_expansion += 1;
                    } else {
                        self.expanded += value.len();
                        out.push_str(value);
                    }
                } else if html_entity(&text[1..=name_end], out) {
                    self.repairs.html_entities += 1;
                } else {
                    self.repairs.bare_ampersands += 1;
                    out.push('&');
                    return 1;
                }
            }
        }
        name_end + 1
    }

    fn numeric(&mut self, text: &str, out: &mut String) -> usize {
        let Some((mut value, mut used)) = number(text) else {
            self.repairs.bare_ampersands += 1;
            out.push('&');
            return 1;
        };
        if text.as_bytes()[used - 1] != b';' {
            self.repairs.bad_references += 1;
        }
        // A character beyond U+FFFF written as two references, as programs that think in UTF-16 do.
        if (0xd800..0xdc00).contains(&value)
            && let Some((low, more)) = text[used..].starts_with("&#").then(|| number(&text[used..])).flatten()
            && (0xdc00..0xe000).contains(&low)
        {
            self.repairs.bad_references += 1;
            value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
            used += more;
        }
        match character(value) {
            Some(c) => {
                if (0x80..0xa0).contains(&value) {
                    self.repairs.bad_references += 1;
                }
                out.push(c);
            }
            None => self.repairs.bad_references += 1,
        }
        used
    }
}

/// Reads `&#…` or `&#x…`: the number, capped, and the bytes it takes with its `;` if it has one.
fn number(text: &str) -> Option<(u32, usize)> {
    let bytes = text.as_bytes();
    let (radix, from) = if matches!(bytes.get(2), Some(b'x' | b'X')) { (16, 3) } else { (10, 2) };
    let mut value: u32 = 0;
    let mut at = from;
    while let Some(digit) = bytes.get(at).and_then(|b| char::from(*b).to_digit(radix)) {
        value = value.saturating_mul(radix).saturating_add(digit).min(0x0020_0000);
        at += 1;
    }
    if at == from {
        return None;
    }
    if bytes.get(at) == Some(&b';') {
        at += 1;
    }
    Some((value, at))
}

/// What windows-1252 means by a byte; the five it has nothing for stand for themselves.
pub fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The byte that windows-1252 has for a character beyond ASCII.
pub fn windows_1252_byte(c: char) -> Option<u8> {
    if let Ok(byte @ 0x80..) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    let at = WINDOWS_1252.iter().position(|&known| known == c)?;
    Some(0x80 + u8::try_from(at).expect("the table has 32 entries"))
}

/// The character a numeric reference means, `None` where it means none that XML 1.0 allows.
fn character(value: u32) -> Option<char> {
    match value {
        0x80..=0x9f => u8::try_from(value).ok().map(windows_1252),
        0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x0010_ffff => char::from_u32(value),
        _ => None,
    }
}

/// Appends what HTML means by `name`, which ends in `;`; entities in capitals are understood too (`&NBSP;`).
fn html_entity(name: &str, out: &mut String) -> bool {
    let found = lookup(name).or_else(|| lookup(&name.to_ascii_lowercase()));
    if let Some((first, second)) = found {
        out.push(first);
        out.extend(second);
        return true;
    }
    false
}

fn lookup(name: &str) -> Option<(char, Option<char>)> {
    // The table holds every prefix of a name too, as (0, 0).
    let &(first, second) = html5ever::data::NAMED_ENTITIES.get(name)?;
    let first = char::from_u32(first).filter(|&c| c != '\0')?;
    Some((first, char::from_u32(second).filter(|&c| c != '\0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(References::default().resolve(raw), expected, "for {raw:?}");
    }

    #[test]
    fn resolves_what_xml_knows() {
        check("&lt;b&gt; &amp; &quot;&apos;", "<b> & \"'");
        check("&#272;&#7891;ng &#x110;&#X1ED3;ng", "Đồng Đồng");
    }

    #[test]
    fn resolves_what_html_knows() {
        check("L&agrave;n s&oacute;ng&nbsp;&hellip;", "Làn sóng\u{a0}…");
        check("&NBSP;&NotEqualTilde;", "\u{a0}≂̸");
    }

    #[test]
    fn keeps_an_ampersand_that_begins_no_reference() {
        check("AT&T & B&;", "AT&T & B&;");
        check("?a=1&copy=2&reg;ion=3&khong-co;", "?a=1&copy=2®ion=3&khong-co;");
        check("&", "&");
        check("&ồ;", "&ồ;");
    }

    #[test]
    fn resolves_once_only() {
        check("&amp;lt;", "&lt;");
    }

    #[test]
    fn drops_references_to_what_is_no_character() {
        check("a&#0;b&#8;c&#xFFFE;d&#99999999999999999999;e&#xD800;f", "abcdef");
    }

    #[test]
    fn reads_references_to_windows_1252() {
        check("&#147;tin&#148;&#x96;", "“tin”–");
    }

    #[test]
    fn joins_surrogates() {
        check("&#55357;&#56832;", "😀");
        check("&#xD83D;&#xDE00", "😀");
    }

    #[test]
    fn needs_no_semicolon_after_a_number() {
        check("&#272 A&#x110", "Đ A\u{110}");
        check("&#;&#x;", "&#;&#x;");
    }

    #[test]
    fn knows_internal_entities_and_does_not_nest_them() {
        let mut references = References::default();
        references
            .declare("r [<!ENTITY a \"A&#272;\"><!ENTITY b '&a;&a;'><!ENTITY % p \"x\"><!ENTITY x SYSTEM \"/etc\">]");
        assert_eq!(references.resolve("&a;|&b;|&x;|&p;"), "AĐ|&a;&a;|&x;|&p;");
    }

    #[test]
    fn stops_expanding_entities_in_time() {
        let mut references = References::default();
        references.declare(&format!("r [<!ENTITY a \"{}\">]", "x".repeat(1000)));
        let text = "&a;".repeat(100_000);
        assert!(references.resolve(&text).len() <= MAX_EXPANSION_BYTES);
        assert!(references.repairs.too_much_expansion > 0);
    }
}
