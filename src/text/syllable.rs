//! Syllables, the atoms of Vietnamese words, and what is made of them.

use super::fold::{folded, is_mark, stripped};

/// Returns the syllables of a folded text: its runs of letters and digits, in order.
///
/// Vietnamese writes every syllable apart, so these are the atoms of words; `covid-19` has two.
pub fn syllables(folded: &str) -> Syllables<'_> {
    Syllables { rest: folded }
}

/// See [`syllables`].
#[derive(Debug, Clone)]
pub struct Syllables<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Syllables<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        while at < bytes.len() && !word_at(self.rest, bytes, at) {
            at += usize::from(LEADS[usize::from(bytes[at])].width);
        }
        let start = at;
        while at < bytes.len() && word_at(self.rest, bytes, at) {
            at += usize::from(LEADS[usize::from(bytes[at])].width);
        }
        let syllable = &self.rest[start..at];
        self.rest = &self.rest[at..];
        (!syllable.is_empty()).then_some(syllable)
    }
}

/// What the first byte of a character says of it.
#[derive(Clone, Copy)]
struct Lead {
    /// How many bytes it has.
    width: u8,
    /// Whether it belongs to a syllable; `None` where that must be asked.
    is_word: Option<bool>,
}

/// By first byte. Of U+0100 to U+01FF all are letters.
const LEADS: [Lead; 256] = {
    let mut table = [Lead { width: 1, is_word: None }; 256];
    let mut lead = 0;
    while lead < 256 {
        let byte = lead as u8;
        table[lead] = match byte {
            0..0x80 => Lead { width: 1, is_word: Some(byte.is_ascii_alphanumeric()) },
            0x80..0xC0 => Lead { width: 1, is_word: None },
            0xC4..=0xC7 => Lead { width: 2, is_word: Some(true) },
            0xC0..0xE0 => Lead { width: 2, is_word: None },
            0xE0..0xF0 => Lead { width: 3, is_word: None },
            0xF0.. => Lead { width: 4, is_word: None },
        };
        lead += 1;
    }
    table
};

/// Tells whether the character that starts at `at` belongs to a syllable.
#[inline]
fn word_at(s: &str, bytes: &[u8], at: usize) -> bool {
    let lead = bytes[at];
    if let Some(is_word) = LEADS[usize::from(lead)].is_word {
        return is_word;
    }
    match lead {
        // Of U+00C0 to U+00FF all but `×` and `÷` are letters, of U+1E00 to U+1EFF all.
        0xC3 => !matches!(bytes[at + 1], 0x97 | 0xB7),
        0xE1 if matches!(bytes[at + 1], 0xB8..=0xBB) => true,
        _ => s[at..].chars().next().is_some_and(is_word),
    }
}

/// Tells whether `c` is part of a syllable: a letter, a digit, or a combining mark.
#[inline]
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

/// Returns `s` as part of an address: folded, without marks, everything but letters and digits one `-`.
///
/// At most 64 bytes, cut at a `-` where there is one; empty if `s` has no Latin letter or digit. Never starts or ends with `-`.
pub fn slug(s: &str) -> String {
    const LONGEST: usize = 64;
    let plain = stripped(&folded(s));
    let mut slug = String::new();
    for word in plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let gap = usize::from(!slug.is_empty());
        let room = LONGEST - slug.len();
        if gap + word.len() > room {
            if slug.is_empty() {
                slug.push_str(&word[..LONGEST]);
            }
            break;
        }
        if gap == 1 {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_into_syllables() {
        let words: Vec<_> = syllables("phòng, chống covid-19 (đợt 2)...").collect();
        assert_eq!(words, ["phòng", "chống", "covid", "19", "đợt", "2"]);
        assert_eq!(syllables(" - ").count(), 0);
    }

    #[test]
    fn the_blocks_taken_for_letters_are_letters() {
        for c in ('\u{C0}'..='\u{1FF}').chain('\u{1E00}'..='\u{1EFF}') {
            let text = c.to_string();
            assert_eq!(syllables(&text).count() == 1, c.is_alphanumeric(), "{c}");
        }
    }

    #[test]
    fn slugs_are_fit_for_addresses() {
        assert_eq!(slug("Xây dựng Đảng"), "xay-dung-dang");
        assert_eq!(slug("  “Học & làm theo” Bác! "), "hoc-lam-theo-bac");
        assert_eq!(slug("…"), "");
        assert!(slug(&"dân vận ".repeat(40)).len() <= 64);
        assert!(crate::model::is_slug(&slug(&"x".repeat(200))));
    }
}
