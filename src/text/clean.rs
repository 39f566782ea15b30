//! Text as it is kept and shown: NFC, nothing XML cannot carry, white space in order.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::chars::{in_xml, is_litter, is_space};

/// Returns `s` in Unicode's normal form C; borrowed where it already is.
pub fn nfc(s: &str) -> Cow<'_, str> {
    if is_surely_nfc(s.as_bytes()) || is_nfc_quick(s.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(s);
    }
    let mut composed = String::with_capacity(s.len());
    composed.extend(s.nfc());
    if composed == s { Cow::Borrowed(s) } else { Cow::Owned(composed) }
}

/// Returns `s` in NFC without the characters that XML 1.0 forbids; line breaks and blanks stay as they are.
pub fn clean(s: &str) -> Cow<'_, str> {
    let suspect = |_, _, b: u8| (b < b' ') & (b != b'\t') & (b != b'\n') & (b != b'\r') | (b >= 0xEF);
    if !any_byte(s.as_bytes(), 0, suspect) || s.chars().all(in_xml) {
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
    let untidy = |second: u8, first: u8, b: u8| {
        (b < b' ')
            | (b == b' ') & (first == b' ')
            | (first == 0xC2) & ((b == 0x85) | (b == 0xA0) | (b == 0xAD))
            | (first == 0xE1) & (b == 0x9A)
            // U+2010 to U+2027 are welcome: dashes, quotes, bullets, the ellipsis.
            | (second == 0xE2) & (first == 0x80) & !(0x90..=0xA7).contains(&b)
            | (first == 0xE2) & (b == 0x81)
            | (first == 0xE3) & (b == 0x80)
            | (b == 0xEF)
    };
    line.last() != Some(&b' ') && !any_byte(line, b' ', untidy)
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

/// Tells by blocks that a text is in NFC: everything below U+0300, the Vietnamese block and general punctuation compose with
/// nothing. `false` says only that Unicode must be asked.
fn is_surely_nfc(bytes: &[u8]) -> bool {
    let doubtful = |second: u8, first: u8, b: u8| {
        // Of the first bytes, C2 to CB begin U+0080 to U+02FF,
        (b >= 0xCC) & (b != 0xE1) & (b != 0xE2)
            // E1 B8 to E1 BB begin U+1E00 to U+1EFF,
            | (first == 0xE1) & !(0xB8..=0xBB).contains(&b)
            // and E2 80 U+2002 to U+203F; U+2000 and U+2001 are not in NFC.
            | (first == 0xE2) & (b != 0x80)
            | (second == 0xE2) & (b < 0x82)
    };
    !any_byte(bytes, 0, doubtful)
}

/// Whether `is` holds for any byte, judged with the two before it (the nearer one second; `edge` before the first).
///
/// Thirty-two bytes at a time and without branches, so that the compiler judges all of them at once: byte by byte, two such
/// looks at each text were a tenth of the time that reading a feed takes.
#[inline(always)]
fn any_byte(bytes: &[u8], edge: u8, is: impl Fn(u8, u8, u8) -> bool) -> bool {
    const BLOCK: usize = 32;
    let (mut second, mut first) = (edge, edge);
    for &b in bytes.iter().take(2) {
        if is(second, first, b) {
            return true;
        }
        (second, first) = (first, b);
    }
    let Some(last) = bytes.len().checked_sub(2) else { return false };
    let mut at = 0;
    while at < last {
        let end = (at + BLOCK).min(last);
        let (seconds, firsts, block) = (&bytes[at..end], &bytes[at + 1..end + 1], &bytes[at + 2..end + 2]);
        let found = match (seconds.first_chunk(), firsts.first_chunk(), block.first_chunk()) {
            (Some(seconds), Some(firsts), Some(block)) => any_of::<BLOCK>(seconds, firsts, block, &is),
            _ => (0..block.len()).any(|at| is(seconds[at], firsts[at], block[at])),
        };
        if found {
            return true;
        }
        at = end;
    }
    false
}

#[inline(always)]
fn any_of<const BLOCK: usize>(
    seconds: &[u8; BLOCK],
    firsts: &[u8; BLOCK],
    block: &[u8; BLOCK],
    is: impl Fn(u8, u8, u8) -> bool,
) -> bool {
    let mut found = 0;
    for at in 0..BLOCK {
        found |= u8::from(is(seconds[at], firsts[at], block[at]));
    }
    found != 0
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

    #[test]
    fn a_text_is_looked_at_to_its_end_however_long_it_is() {
        for length in 0..100 {
            let text = "x".repeat(length);
            assert_eq!(nfc(&format!("{text}e\u{301}")), format!("{text}é"));
            assert_eq!(nfc(&format!("{text}\u{2001}")), format!("{text}\u{2003}"));
            assert_eq!(clean_line(&format!("{text}a\u{a0}b")), format!("{text}a b"));
            assert_eq!(clean_line(&format!("{text}a  b")), format!("{text}a b"));
            assert_eq!(clean_line(&format!("{text} ")), text);
            assert_eq!(clean(&format!("{text}\u{1}")), text);
            assert!(matches!(clean_line(&format!("{text}ế “Hà Nội”")), Cow::Borrowed(_)));
        }
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
