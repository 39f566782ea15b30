//! Character references: `&amp;`, `&#7843;`, `&aacute`.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

/// Where a reference stands; a name without `;` is read more strictly in attributes, for the sake of `?a=1&copy=2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Between tags.
    Text,
    /// In the value of an attribute.
    Attribute,
}

/// The longest name in the standard is `CounterClockwiseContourIntegral;`.
const LONGEST_NAME: usize = 32;

/// Returns `s` with its character references decoded once, by the rules of the WHATWG standard.
pub(super) fn decode(s: &str, place: Place) -> Cow<'_, str> {
    let Some(first) = s.find('&') else { return Cow::Borrowed(s) };
    let mut out = String::with_capacity(s.len());
    out.push_str(&s[..first]);
    let mut rest = &s[first..];
    let mut changed = false;
    while !rest.is_empty() {
        match reference(rest, place) {
            Some((one, two, len)) => {
                out.push(one);
                out.extend(two);
                rest = &rest[len..];
                changed = true;
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
        let next = rest.find('&').unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    if changed { Cow::Owned(out) } else { Cow::Borrowed(s) }
}

/// Reads the reference that `s` starts with: one or two characters, and how many bytes it took.
fn reference(s: &str, place: Place) -> Option<(char, Option<char>, usize)> {
    let bytes = s.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        return numeric(bytes).map(|(c, len)| (c, None, len));
    }
    // The few that make up nearly all.
    for (name, c) in [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&nbsp;", '\u{A0}')] {
        if s.starts_with(name) {
            return Some((c, None, name.len()));
        }
    }
    let mut len = bytes[1..].iter().take(LONGEST_NAME).take_while(|b| b.is_ascii_alphanumeric()).count();
    if len == 0 {
        return None;
    }
    let has_semicolon = bytes.get(1 + len) == Some(&b';');
    if has_semicolon {
        len += 1;
    }
    // The longest known name that is a prefix; prefixes of names are in the table too, with nothing behind them.
    while len > 0 {
        if let Some(&(one, two)) = NAMED_ENTITIES.get(&s[1..=len])
            && one != 0
        {
            let ends_well = bytes[len] == b';';
            let next = bytes.get(len + 1);
            if !ends_well && place == Place::Attribute && next.is_some_and(|&b| b == b'=' || b.is_ascii_alphanumeric())
            {
                return None;
            }
            let one = char::from_u32(one)?;
            return Some((one, char::from_u32(two).filter(|&c| c != '\0'), len + 1));
        }
        len -= 1;
    }
    None
}

/// Reads `&#1234;` or `&#x12aB;`.
fn numeric(bytes: &[u8]) -> Option<(char, usize)> {
    let (radix, from) = match bytes.get(2) {
        Some(b'x' | b'X') => (16, 3),
        _ => (10, 2),
    };
    let mut code: u32 = 0;
    let mut at = from;
    while let Some(digit) = bytes.get(at).and_then(|&b| (b as char).to_digit(radix)) {
        // Beyond Unicode once is beyond Unicode for good.
        code = code.saturating_mul(radix).saturating_add(digit).min(0x11_0000);
        at += 1;
    }
    if at == from {
        return None;
    }
    if bytes.get(at) == Some(&b';') {
        at += 1;
    }
    let c = match code {
        0x80..=0x9F => WINDOWS_1252[(code - 0x80) as usize],
        0 => '\u{FFFD}',
        _ => char::from_u32(code).unwrap_or('\u{FFFD}'),
    };
    Some((c, at))
}

/// What numbers in the C1 range mean: the characters that windows-1252 has there.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(decode(text, Place::Text), expected, "{text}");
    }

    #[test]
    fn decodes_names_and_numbers() {
        check("&aacute;&#7843;&#x1ea3;&amp;&hellip;&nbsp;&#39;", "áảả&…\u{a0}'");
        check("&NotEqualTilde;", "≂\u{338}");
    }

    #[test]
    fn decodes_what_old_pages_leave_open() {
        check("&copy 2026 &notit; &notin;", "© 2026 ¬it; ∉");
        check("&#233 &#xE9", "é é");
        assert_eq!(decode("?a=1&copy=2&lt3&amp", Place::Attribute), "?a=1&copy=2&lt3&");
    }

    #[test]
    fn leaves_what_is_no_reference() {
        check("AT&T, R&D; a & b &; &#; &#x; &bảntin; &", "AT&T, R&D; a & b &; &#; &#x; &bảntin; &");
    }

    #[test]
    fn never_makes_an_impossible_character() {
        check("&#0;&#xD800;&#x110000;&#99999999999999;&#x80;", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}€");
    }

    #[test]
    fn hostile_names_take_linear_time() {
        let bomb = format!("&{}", "a".repeat(31)).repeat(20_000);
        assert_eq!(decode(&bomb, Place::Text), bomb);
    }

    proptest! {
        #[test]
        fn agrees_with_the_html_parser(text in "(&(#x?)?[a-zA-Z0-9]{0,6};?|&(amp|lt|copy|not|aacute|Eacute|hellip|sup2);?|[ =ab]){0,8}") {
            let parsed = ammonia::Builder::empty().clean(&text).to_string();
            let escaped = decode(&text, Place::Text)
                .replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\u{A0}', "&nbsp;").replace('\r', "\n");
            prop_assert_eq!(escaped, parsed.replace('\r', "\n"));
        }
    }
}
