//! Text as it is kept and shown: NFC, nothing XML cannot carry, white space in order.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::chars::{in_xml, is_litter, is_space};

/// Returns `s` in Unicode's normal form C; borrowed where it already is.
pub fn nfc(s: &str) -> Cow<'_, str> {
    // Everything below U+0300, the Vietnamese block and general punctuation compose with nothing: no need to ask Unicode.
    match first_doubtful(s) {
        None => Cow::Borrowed(s),
        // Asked from one character earlier, which a mark at the border could still join.
        Some(_) if is_nfc_quick(s.chars()) == IsNormalized::Yes => Cow::Borrowed(s),
        Some(_) => {
            let mut composed = String::with_capacity(s.len());
            composed.extend(s.nfc());
            if composed == s { Cow::Borrowed(s) } else { Cow::Owned(composed) }
        }
    }
}

/// Returns `s` in NFC without the characters that XML 1.0 forbids; line breaks and blanks stay as they are.
pub fn clean(s: &str) -> Cow<'_, str> {
    if s.bytes().all(|b| (b' '..0xEF).contains(&b) || matches!(b, b'\t' | b'\n' | b'\r')) || s.chars().all(in_xml) {
        return nfc(s);
    }
    let kept: String = s.chars().filter(|&c| in_xml(c)).collect();
    match nfc(&kept) {
        Cow::Borrowed(_) => Cow::Owned(kept),
        Cow::Owned(composed) => Cow::Owned(composed),
    }
}

/// Returns `s` as one line: [`clean`], every run of white space one blank, none at the ends, litter without width gone.
pub fn clean_line(s: &str) -> Cow<'_, str> {
    if is_tidy(s.as_bytes()) {
        return clean(s);
    }
    let cleaned = clean(s);
    let mut out = String::with_capacity(cleaned.len());
    push_line(&cleaned, &mut out);
    // Litter may have stood between a letter and its mark.
    match nfc(&out) {
        Cow::Borrowed(_) => Cow::Owned(out),
        Cow::Owned(composed) => Cow::Owned(composed),
    }
}

/// Returns `s` as paragraphs: each line tidied as by [`clean_line`], empty ones left out, one line break between them.
pub fn clean_paragraphs(s: &str) -> Cow<'_, str> {
    if !s.is_empty() && s.split('\n').all(|line| !line.is_empty() && is_tidy(line.as_bytes())) {
        return clean(s);
    }
    let cleaned = clean(s);
    let mut out = String::with_capacity(cleaned.len());
    for line in cleaned.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']) {
        let before = out.len();
        if before > 0 {
            out.push('\n');
        }
        push_line(line, &mut out);
        if out.len() == before + usize::from(before > 0) {
            out.truncate(before);
        }
    }
    match nfc(&out) {
        Cow::Borrowed(_) => Cow::Owned(out),
        Cow::Owned(composed) => Cow::Owned(composed),
    }
}

/// Tells whether a line needs no tidying, judging by its bytes: no doubled, outer or exotic white space, no litter.
///
/// The first bytes C2 (NBSP, soft hyphen), E1 9A (ogham space), E2 80 and E2 81, E3 80 (other blanks) and EF are suspects;
/// typographic quotes are E2 80 too, so these are looked at more closely.
fn is_tidy(line: &[u8]) -> bool {
    let mut previous = b' ';
    for (at, &b) in line.iter().enumerate() {
        let tidy = match b {
            b' ' => previous != b' ',
            0..=0x1F => false,
            0xC2 => !matches!(line.get(at + 1), Some(0x85 | 0xA0 | 0xAD)),
            0xE1 => line.get(at + 1) != Some(&0x9A),
            0xE2 => match line.get(at + 1) {
                // U+2010 to U+2027: dashes, quotes, bullets, the ellipsis.
                Some(0x80) => matches!(line.get(at + 2), Some(0x90..=0xA7)),
                Some(0x81) => false,
                _ => true,
            },
            0xE3 => line.get(at + 1) != Some(&0x80),
            0xEF => false,
            _ => true,
        };
        if !tidy {
            return false;
        }
        previous = b;
    }
    line.is_empty() || previous != b' '
}

fn push_line(line: &str, out: &mut String) {
    if is_tidy(line.as_bytes()) {
        out.push_str(line);
        return;
    }
    let start = out.len();
    // Words are copied whole: white space and litter are rare among characters.
    let mut word = 0;
    let mut gap = false;
    let mut flush = |from: usize, to: usize, gap: bool| {
        if from < to {
            if gap && out.len() > start {
                out.push(' ');
            }
            out.push_str(&line[from..to]);
        }
        from < to
    };
    for (at, c) in line.char_indices() {
        if c == ' ' || !c.is_ascii_graphic() && (is_space(c) || is_litter(c)) {
            if flush(word, at, gap) {
                gap = false;
            }
            gap |= is_space(c);
            word = at + c.len_utf8();
        }
    }
    flush(word, line.len(), gap);
}

/// Where the first character stands that might not be in NFC, judging by blocks; `None` if there is none.
fn first_doubtful(s: &str) -> Option<usize> {
    let bytes = s.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        at += match b {
            0..=0x7F => 1,
            // U+0080 to U+02FF
            0xC2..=0xCB => 2,
            // U+1E00 to U+1EFF
            0xE1 if matches!(bytes.get(at + 1), Some(0xB8..=0xBB)) => 3,
            // U+2002 to U+203F; U+2000 and U+2001 are not in NFC
            0xE2 if bytes.get(at + 1) == Some(&0x80) && bytes.get(at + 2).is_some_and(|&b| b >= 0x82) => 3,
            _ => return Some(at),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nfc_borrows_what_is_composed_already() {
        assert!(matches!(nfc("Tỉnh ủy “Ninh Bình” – 2023…"), Cow::Borrowed(_)));
        assert!(matches!(nfc("Москва 北京"), Cow::Borrowed(_)));
        assert_eq!(nfc("e\u{302}\u{301}"), "ế");
        assert_eq!(nfc("\u{2001}"), "\u{2003}");
    }

    #[test]
    fn clean_drops_what_xml_forbids() {
        assert_eq!(clean("a\u{0}b\u{8}c\u{b}d\u{fffe}e\t\n"), "abcde\t\n");
        assert_eq!(clean("e\u{1}\u{301}"), "é");
    }

    #[test]
    fn a_line_has_single_blanks_only() {
        assert_eq!(clean_line("  Tỉnh\u{a0}\u{a0}ủy\n\u{200b} Hà Nam \u{feff}"), "Tỉnh ủy Hà Nam");
        assert_eq!(clean_line("o\u{200b}\u{300}"), "ò");
        assert_eq!(clean_line(" \u{a0} "), "");
        assert!(matches!(clean_line("“Dân vận khéo” – mô hình"), Cow::Borrowed(_)));
    }

    #[test]
    fn paragraphs_lose_empty_lines() {
        assert_eq!(clean_paragraphs("\n Một \r\n\r\n\u{a0}\nHai\u{2028}ba  bốn\n"), "Một\nHai\nba bốn");
        assert_eq!(clean_paragraphs(" \n "), "");
        assert!(matches!(clean_paragraphs("Một\nHai"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nfc_agrees_with_unicode(text in any::<String>()) {
            prop_assert_eq!(nfc(&text), text.nfc().collect::<String>());
        }

        #[test]
        fn cleaning_twice_is_cleaning_once(text in "[a-zàếộĐ \u{a0}\u{200b}\u{301}\u{0}\n\r\u{fffe}“–\u{ad}]{0,40}") {
            for f in [clean, clean_line, clean_paragraphs] {
                let once = f(&text).into_owned();
                prop_assert_eq!(&f(&once), &once);
                prop_assert!(once.chars().all(in_xml));
            }
        }

        #[test]
        fn the_quick_way_to_a_line_agrees_with_the_long_one(text in "[ab “”\u{a0}\u{2009}\u{3000}\u{1680}é\u{205f}…]{0,12}") {
            let long: Vec<&str> = text.split_whitespace().collect();
            prop_assert_eq!(clean_line(&text), long.join(" "));
        }
    }
}
