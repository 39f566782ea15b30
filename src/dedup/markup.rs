//! HTML residue in plain text: how long a tag or an entity is, and what it says.
//!
//! Texts arrive clean, mostly; what extraction or a careless source left over must not change a verdict. This is no
//! parser: it looks at one tag or entity at a time, and takes for text what is not plainly one of them.

use super::fold::{UPPER, is_silent, table};

/// Tags longer than this are text. Inline images as `data:` addresses are longer, and are dropped by `normalise`.
const LONGEST_TAG: usize = 4096;

/// A tag in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    /// Bytes up to and with `>`; for `script` and `style` with all of their content.
    pub length: usize,
    /// Whether a reader would see a new line there.
    pub ends_line: bool,
}

/// Reads the tag or comment that `text` starts with, `<` included.
pub(super) fn tag(text: &str) -> Option<Tag> {
    if let Some(comment) = text.strip_prefix("<!--") {
        // As in HTML, a comment that is not closed hides the rest; so does a script.
        let length = comment.find("-->").map_or(text.len(), |end| end + 7);
        return Some(Tag { length, ends_line: false });
    }
    let rest = text.strip_prefix('<')?;
    let closing = rest.starts_with('/');
    let name_text = rest.strip_prefix(['/', '!', '?']).unwrap_or(rest);
    let name_length = name_text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name_text.len());
    if !name_text.starts_with(|c: char| c.is_ascii_alphabetic()) || name_length > 16 {
        return None;
    }
    let name = &name_text.as_bytes()[..name_length];
    let window = &rest.as_bytes()[..rest.len().min(LONGEST_TAG)];
    let end = window.iter().position(|&byte| byte == b'>' || byte == b'<').filter(|&end| window[end] == b'>')?;
    let mut length = 1 + end + 1;
    if !closing && (name.eq_ignore_ascii_case(b"script") || name.eq_ignore_ascii_case(b"style")) {
        length += hidden_content(&text.as_bytes()[length..], name);
    }
    Some(Tag { length, ends_line: !is_inline(name) })
}

/// Tells whether `text` starts with a tag that may stand inside a word.
pub(super) fn is_inline_tag(text: &str) -> bool {
    tag(text).is_some_and(|tag| !tag.ends_line)
}

fn is_inline(name: &[u8]) -> bool {
    const INLINE: [&[u8]; 14] = [
        b"a", b"abbr", b"b", b"em", b"font", b"i", b"mark", b"small", b"span", b"strong", b"sub", b"sup", b"u", b"wbr",
    ];
    INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline))
}

/// Bytes of a script or style sheet before its closing tag; all that is left where that is missing.
fn hidden_content(content: &[u8], name: &[u8]) -> usize {
    content
        .windows(name.len() + 2)
        .position(|window| &window[..2] == b"</" && window[2..].eq_ignore_ascii_case(name))
        .unwrap_or(content.len())
}

/// A character reference in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entity {
    /// Bytes up to and with `;`.
    pub length: usize,
    meaning: Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Letter(u8),
    Silent,
    Blank,
}

impl Entity {
    /// Whether it is a letter of a word.
    pub fn is_letter(self) -> bool {
        matches!(self.meaning, Meaning::Letter(_))
    }

    /// Whether a word goes on over it.
    pub fn is_silent(self) -> bool {
        self.meaning == Meaning::Silent
    }

    /// The folded letter, with [`UPPER`]; a blank where it is none.
    pub fn letter(self) -> u8 {
        if let Meaning::Letter(letter) = self.meaning { letter } else { b' ' }
    }
}

/// Reads the character reference that `text` starts with, `&` included, however often it was escaped (`&amp;nbsp;`).
///
/// Named letters are told by their form: `&ocirc;`, `&Agrave;`, `&dstrok;` are their first letter and a mark.
pub(super) fn entity(text: &str) -> Option<Entity> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while bytes[at..].starts_with(b"amp;") && at < 32 {
        at += 4;
    }
    let name_length = bytes[at..].iter().take(32).position(|&byte| byte == b';').unwrap_or(0);
    if name_length == 0 {
        return (at > 1).then_some(Entity { length: at, meaning: Meaning::Blank });
    }
    let name = &bytes[at..at + name_length];
    let length = at + name_length + 1;
    let meaning = if let Some(code) = name.strip_prefix(b"#") {
        numeric(code)?
    } else if name.iter().all(u8::is_ascii_alphanumeric) {
        named(name)
    } else if at > 1 {
        return Some(Entity { length: at, meaning: Meaning::Blank });
    } else {
        return None;
    };
    Some(Entity { length, meaning })
}

fn numeric(code: &[u8]) -> Option<Meaning> {
    let text = std::str::from_utf8(code).ok()?;
    let value = match text.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => text.parse().ok()?,
    };
    let c = char::from_u32(value)?;
    if is_silent(c) {
        return Some(Meaning::Silent);
    }
    Some(match table().get(value as usize) {
        Some(&class) if (class & !UPPER).is_ascii_alphanumeric() => Meaning::Letter(class),
        _ => Meaning::Blank,
    })
}

fn named(name: &[u8]) -> Meaning {
    const MARKS: [&[u8]; 11] =
        [b"acute", b"grave", b"circ", b"tilde", b"uml", b"ring", b"cedil", b"caron", b"breve", b"strok", b"slash"];
    let first = name[0];
    if name == b"shy" || name == b"zwj" || name == b"zwnj" {
        Meaning::Silent
    } else if name == b"eth" || name == b"ETH" {
        // The đ of old editors.
        Meaning::Letter(b'd' | if first == b'E' { UPPER } else { 0 })
    } else if first.is_ascii_alphabetic() && MARKS.contains(&&name[1..]) {
        Meaning::Letter(first.to_ascii_lowercase() | if first.is_ascii_uppercase() { UPPER } else { 0 })
    } else {
        Meaning::Blank
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_tag(text: &str, expected: Option<(usize, bool)>) {
        assert_eq!(tag(text).map(|tag| (tag.length, tag.ends_line)), expected, "{text}");
    }

    #[test]
    fn a_tag_ends_at_its_bracket() {
        check_tag("<b>đậm", Some((3, false)));
        check_tag("</p>tiếp", Some((4, true)));
        check_tag("<a href=\"https://x.example/?a=1&b=2\">xem", Some((37, false)));
    }

    #[test]
    fn less_than_is_no_tag() {
        check_tag("< 5 độ", None);
        check_tag("<5 độ>", None);
        check_tag("<b không có đuôi", None);
        check_tag("<p <p>", None);
    }

    #[test]
    fn scripts_go_with_their_content() {
        let text = "<script>var a = '<b>';</script>";
        check_tag(text, Some((text.len() - "</script>".len(), true)));
        let unclosed = "<style>không có đuôi";
        check_tag(unclosed, Some((unclosed.len(), true)));
        check_tag("<!-- a --> b", Some((10, false)));
    }

    #[test]
    fn an_endless_tag_is_text() {
        check_tag(&format!("<p {}>", "x".repeat(5000)), None);
    }

    #[track_caller]
    fn check_entity(text: &str, expected: Option<(usize, u8)>) {
        assert_eq!(entity(text).map(|entity| (entity.length, entity.letter())), expected, "{text}");
    }

    #[test]
    fn entities_are_letters_or_blanks() {
        check_entity("&nbsp;a", Some((6, b' ')));
        check_entity("&ocirc;ng", Some((7, b'o')));
        check_entity("&Agrave;", Some((8, b'a' | UPPER)));
        check_entity("&ETH;", Some((5, b'd' | UPPER)));
        check_entity("&#7911;y", Some((7, b'u')));
        check_entity("&#x1EE6;Y", Some((8, b'u' | UPPER)));
        check_entity("&#999999999999;", None);
    }

    #[test]
    fn escaped_twice_is_escaped() {
        check_entity("&amp;nbsp;a", Some((10, b' ')));
        check_entity("&amp;amp; a", Some((9, b' ')));
    }

    #[test]
    fn a_bare_ampersand_is_none() {
        check_entity("&ĐT tỉnh; hai", None);
        check_entity("& ", None);
        check_entity("&", None);
    }
}
