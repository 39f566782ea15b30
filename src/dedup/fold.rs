//! From any code point to the plain ASCII letter that duplicates are compared by.
//!
//! Outlets write the same word as NFC, NFD, `uỷ` or `ủy`, in capitals, or without any accents. Dropping every mark and
//! reading `đ` as `d` makes them all one (`uy`), and on labelled news it costs no precision: three syllables in a row
//! are hardly ever ambiguous. One table of 8 KiB answers for everything below U+1F00, so that ordinary text needs no
//! Unicode machinery at all; what lies above is decomposed one code point at a time.

use std::sync::LazyLock;

use unicode_normalization::char::decompose_compatible;

/// Neither letter nor digit: a word ends here.
pub(super) const BREAK: u8 = 0;
/// Belongs to the word but says nothing: combining marks, joiners, soft hyphens.
pub(super) const SKIP: u8 = 1;
/// A letter or digit that is not one ASCII letter: look at [`decompose`].
pub(super) const SLOW: u8 = 2;
/// Set beside a letter that was written as a capital.
pub(super) const UPPER: u8 = 0x80;

/// Code points below this are answered by [`table`].
pub(super) const TABLE_END: u32 = 0x1F00;

/// Letters that no decomposition takes apart.
const STROKED: [(char, u8); 13] = [
    ('đ', b'd'),
    ('Đ', b'd' | UPPER),
    // U+00D0 looks like Đ and is what some old keyboards gave.
    ('Ð', b'd' | UPPER),
    ('ð', b'd'),
    ('Ɖ', b'd' | UPPER),
    ('ɖ', b'd'),
    ('ø', b'o'),
    ('Ø', b'o' | UPPER),
    ('ł', b'l'),
    ('Ł', b'l' | UPPER),
    ('ħ', b'h'),
    ('ı', b'i'),
    ('ŧ', b't'),
];

/// What each code point below [`TABLE_END`] is: a class, or a lower-case ASCII letter or digit, with [`UPPER`].
pub(super) fn table() -> &'static [u8; TABLE_END as usize] {
    static TABLE: LazyLock<Box<[u8; TABLE_END as usize]>> = LazyLock::new(|| {
        let mut table = Box::new([BREAK; TABLE_END as usize]);
        for (code, class) in (0..TABLE_END).zip(table.iter_mut()) {
            if let Some(c) = char::from_u32(code) {
                *class = classify(c);
            }
        }
        table
    });
    &TABLE
}

fn classify(c: char) -> u8 {
    if let Some(&(_, letter)) = STROKED.iter().find(|(stroked, _)| *stroked == c) {
        return letter;
    }
    if is_silent(c) {
        return SKIP;
    }
    if c.is_ascii() {
        return match c {
            'a'..='z' | '0'..='9' => c as u8,
            'A'..='Z' => c.to_ascii_lowercase() as u8 | UPPER,
            _ => BREAK,
        };
    }
    if !c.is_alphanumeric() {
        return BREAK;
    }
    // One ASCII letter and marks is a letter; anything else (æ, Ж, ²) takes the slow road.
    let mut base = None;
    let mut plain = true;
    decompose_compatible(c, |part| {
        if part.is_ascii_alphabetic() && base.is_none() {
            base = Some(part);
        } else if !is_silent(part) {
            plain = false;
        }
    });
    match base {
        Some(letter) if plain => {
            letter.to_ascii_lowercase() as u8 | if letter.is_ascii_uppercase() { UPPER } else { 0 }
        }
        _ => SLOW,
    }
}

/// Tells whether a code point above the table (or any other) belongs to a word without saying anything.
pub(super) fn is_silent(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}'
        | '\u{FEFF}' | '\u{00AD}' | '\u{061C}' | '\u{180E}')
}

/// Gives the letters and digits that `c` stands for, lower-case and without marks, each with whether it was a capital.
///
/// Full-width and mathematical letters become ASCII; other scripts stay what they are.
pub(super) fn decompose(c: char, mut emit: impl FnMut(char, bool)) {
    decompose_compatible(c, |part| {
        if is_silent(part) || !part.is_alphanumeric() {
            return;
        }
        let upper = part.is_uppercase();
        for lower in part.to_lowercase() {
            if !is_silent(lower) {
                emit(lower, upper);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let folded: String = text
            .chars()
            .filter_map(|c| match table()[c as usize] {
                BREAK => Some(' '),
                SKIP => None,
                letter => Some((letter & !UPPER) as char),
            })
            .collect();
        assert_eq!(folded, expected, "{text:?}");
    }

    #[test]
    fn every_vietnamese_letter_loses_its_marks() {
        check("Đặng Thuỳ Trâm, Nguyễn Ước, Hoà Ỹ", "dang thuy tram  nguyen uoc  hoa y");
    }

    #[test]
    fn decomposed_text_gives_the_same_letters() {
        let text = "Ủy ban nhân dân tỉnh Quảng Ngãi chỉ đạo khẩn trương ứng phó";
        let nfd: String = text.nfd().collect();
        check(&nfd, "uy ban nhan dan tinh quang ngai chi dao khan truong ung pho");
    }

    #[test]
    fn the_whole_vietnamese_block_is_in_the_fast_table() {
        for code in 0x1EA0..=0x1EF9 {
            let class = table()[code];
            assert!((class & !UPPER).is_ascii_lowercase(), "U+{code:04X} is {class}");
            assert_eq!(class & UPPER != 0, code % 2 == 0, "U+{code:04X}: capitals have even numbers in this block");
        }
    }

    #[test]
    fn other_scripts_and_compatibility_forms_are_taken_apart() {
        let mut seen = String::new();
        for c in "Ａ１ᴮ𝗖ж漢ﬁ".chars() {
            decompose(c, |part, _| seen.push(part));
        }
        assert_eq!(seen, "a1bcж漢fi");
    }
}
