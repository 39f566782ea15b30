//! The one table behind folding: every Latin letter that Vietnamese or its neighbours write as a single code point.
//!
//! It covers U+0000 to U+023F and U+1E00 to U+1EFF, which is all of precomposed Vietnamese; anything else takes the
//! slow, general road of `unicode-normalization`. Built once, on first use, from Unicode's own data.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// First code point after the low block.
const LOW_END: usize = 0x240;
/// The block "Latin Extended Additional", where the Vietnamese letters with two marks live.
const HIGH: std::ops::Range<usize> = 0x1E00..0x1F00;

/// What folding needs to know of one code point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Letter {
    /// Its lower case as a code point; itself where it has none.
    pub lower: u16,
    /// Whether it is a letter or a digit.
    pub is_word: bool,
    /// Whether it is its own lower case.
    pub is_lower: bool,
    /// The ASCII letter or digit it is without marks, lower case; 0 for whatever is none.
    pub plain: u8,
    /// Which Vietnamese tone it carries: 0 none, 1 `à`, 2 `á`, 3 `ả`, 4 `ã`, 5 `ạ`.
    pub tone: u8,
    /// The vowel without its tone as a code point (`ế` is `ê`), lower case; 0 for consonants and the rest.
    pub vowel: u16,
}

/// The vowels of Vietnamese, each with its six tones in the order of [`Letter::tone`].
const VOWELS: [[char; 6]; 12] = [
    ['a', 'à', 'á', 'ả', 'ã', 'ạ'],
    ['ă', 'ằ', 'ắ', 'ẳ', 'ẵ', 'ặ'],
    ['â', 'ầ', 'ấ', 'ẩ', 'ẫ', 'ậ'],
    ['e', 'è', 'é', 'ẻ', 'ẽ', 'ẹ'],
    ['ê', 'ề', 'ế', 'ể', 'ễ', 'ệ'],
    ['i', 'ì', 'í', 'ỉ', 'ĩ', 'ị'],
    ['o', 'ò', 'ó', 'ỏ', 'õ', 'ọ'],
    ['ô', 'ồ', 'ố', 'ổ', 'ỗ', 'ộ'],
    ['ơ', 'ờ', 'ớ', 'ở', 'ỡ', 'ợ'],
    ['u', 'ù', 'ú', 'ủ', 'ũ', 'ụ'],
    ['ư', 'ừ', 'ứ', 'ử', 'ữ', 'ự'],
    ['y', 'ỳ', 'ý', 'ỷ', 'ỹ', 'ỵ'],
];

/// The table; index by [`index`].
pub(super) static LETTERS: LazyLock<Box<[Letter; LOW_END + 0x100]>> = LazyLock::new(build);

/// Where `code` stands in [`LETTERS`]; `None` for code points beyond the table.
#[inline]
pub(super) fn index(code: u32) -> Option<usize> {
    let code = code as usize;
    if code < LOW_END {
        Some(code)
    } else if HIGH.contains(&code) {
        Some(LOW_END + (code - HIGH.start))
    } else {
        None
    }
}

/// The letter `c` as the table knows it; `None` beyond the table.
#[inline]
pub(super) fn letter(c: char) -> Option<Letter> {
    index(c as u32).map(|at| LETTERS[at])
}

/// `vowel` (a code point as in [`Letter::vowel`]) with `tone`; `None` where it is no vowel of Vietnamese.
pub(super) fn with_tone(vowel: u16, tone: u8) -> Option<char> {
    VOWELS.iter().find(|row| row[0] as u32 == u32::from(vowel)).map(|row| row[usize::from(tone)])
}

fn build() -> Box<[Letter; LOW_END + 0x100]> {
    let mut table = Box::new([Letter::default(); LOW_END + 0x100]);
    for code in (0..LOW_END).chain(HIGH) {
        let c = char::from_u32(code as u32).expect("no surrogates below U+1F00");
        let lower = lower(c);
        let at = index(code as u32).expect("both ranges are in the table");
        let entry = &mut table[at];
        entry.lower = u16::try_from(lower as u32).unwrap_or(code as u16);
        entry.is_word = c.is_alphanumeric();
        entry.is_lower = usize::from(entry.lower) == code;
        entry.plain = plain(lower);
        for row in &VOWELS {
            if let Some(tone) = row.iter().position(|&v| v == lower) {
                entry.tone = tone as u8;
                entry.vowel = row[0] as u16;
            }
        }
    }
    table
}

/// Lower case of one code point as one code point.
///
/// `Ð` and `ð` (eth) become `đ`: texts converted from old Vietnamese font encodings carry them in its place.
/// `İ` becomes `i`, because its own lower case would be two code points.
fn lower(c: char) -> char {
    match c {
        'Ð' | 'ð' | 'Đ' | 'Ɖ' => 'đ',
        'İ' => 'i',
        _ => {
            let mut lowered = c.to_lowercase();
            match (lowered.next(), lowered.next()) {
                (Some(one), None) if index(one as u32).is_some() => one,
                _ => c,
            }
        }
    }
}

/// The ASCII letter or digit under the marks of `lower`, or 0.
fn plain(lower: char) -> u8 {
    match lower {
        'đ' => b'd',
        'ø' => b'o',
        'ł' => b'l',
        'ı' => b'i',
        _ => {
            let base = std::iter::once(lower).nfd().next().unwrap_or(lower);
            if base.is_ascii_alphanumeric() { base as u8 } else { 0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_vowel_with_its_tone_in_both_cases() {
        for row in &VOWELS {
            for (tone, &v) in row.iter().enumerate() {
                for c in [v, v.to_uppercase().next().expect("every vowel has an upper case")] {
                    let letter = letter(c).expect("every Vietnamese letter is in the table");
                    assert_eq!(letter.lower, v as u16, "{c}");
                    assert_eq!(usize::from(letter.tone), tone, "{c}");
                    assert_eq!(letter.vowel, row[0] as u16, "{c}");
                    assert_eq!(with_tone(letter.vowel, letter.tone), Some(v), "{c}");
                }
            }
        }
    }

    #[test]
    fn knows_the_plain_letter_under_marks() {
        for (c, plain) in [('ế', b'e'), ('Đ', b'd'), ('Ð', b'd'), ('ự', b'u'), ('ñ', b'n'), ('9', b'9'), ('×', 0)]
        {
            assert_eq!(letter(c).map(|l| l.plain), Some(plain), "{c}");
        }
    }

    #[test]
    fn ends_where_the_table_ends() {
        assert_eq!(letter('ɐ'), None);
        assert_eq!(letter('я'), None);
        assert!(letter('ỿ').is_some());
    }
}
