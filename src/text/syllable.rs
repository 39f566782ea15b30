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

/// Returns the syllables of a folded text, a blank after each: what a text says, without how it is set.
///
/// One pass that hardly ever branches. Asked one by one, as [`syllables`] gives them, they cost a twentieth of a first poll:
/// where a word of four or five letters ends cannot be guessed.
pub fn spaced(folded: &str) -> String {
    let bytes = folded.as_bytes();
    let mut out = vec![0; bytes.len() + 1];
    let (mut at, mut read) = (0, 0);
    let mut is_blank_due = false;
    while let Some(&byte) = bytes.get(read) {
        let next = bytes.get(read + 1).copied().unwrap_or(0);
        // `×` and `÷` among the letters of U+00C0 to U+00FF; the letters U+1E00 to U+1EFF among much else.
        let in_latin_1 = byte == 0xC3 && next | 0x20 == 0xB7;
        let is_odd = KINDS[usize::from(byte)] == ODD && !(byte == 0xE1 && (0xB8..=0xBB).contains(&next));
        if is_odd | in_latin_1 {
            let Some(c) = folded[read..].chars().next() else { break };
            let width = c.len_utf8();
            if is_word(c) {
                out[at..at + width].copy_from_slice(&bytes[read..read + width]);
                at += width;
            } else {
                out[at] = b' ';
                at += usize::from(is_blank_due);
            }
            is_blank_due = is_word(c);
            read += width;
            continue;
        }
        let is_letter = KINDS[usize::from(byte)] != BLANK;
        out[at] = if is_letter { byte } else { b' ' };
        at += usize::from(is_letter | is_blank_due);
        is_blank_due = is_letter;
        read += 1;
    }
    out[at] = b' ';
    out.truncate(at + usize::from(is_blank_due));
    // As `String::from_utf8`, which looks at each byte by itself: 2 % of a first poll.
    let checked = encoding_rs::UTF_8.decode_without_bom_handling_and_without_replacement(&out);
    checked.expect("whole characters of a string, and blanks").into_owned()
}

/// Kinds of bytes: of none of a syllable, of one, and those of characters that must be asked.
const BLANK: u8 = 0;
const LETTER: u8 = 1;
const ODD: u8 = 2;

/// By byte; those behind the first of a character belong to it.
const KINDS: [u8; 256] = {
    let mut table = [ODD; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            0..0x80 if (byte as u8).is_ascii_alphanumeric() => LETTER,
            0..0x80 => BLANK,
            0x80..0xC0 | 0xC3..=0xC7 => LETTER,
            _ => ODD,
        };
        byte += 1;
    }
    table
};

/// Leaves of a [`spaced`] text each word where it stands first: half of a Vietnamese article is words that it has said
/// already. Of a very long text some may stand twice, and of one whose words were chosen to be hard to tell apart.
pub fn once(spaced: &str) -> String {
    let bytes = spaced.as_bytes();
    let mut out = String::with_capacity(spaced.len() / 2);
    // Hash of a word and where it begins, plus one. Words have five bytes and a blank on the average.
    let size = (bytes.len() / 4).next_power_of_two().clamp(64, 1 << 14);
    let mut seen = vec![(0u32, 0u32); size];
    let mut free = size * 3 / 4;
    let mut start = 0;
    while start < bytes.len() {
        let (hash, end) = word(bytes, start);
        let word = &spaced[start..end];
        let mut slot = hash as usize & (size - 1);
        let mut steps = 0;
        let is_new = loop {
            let (its, place) = seen[slot];
            if place == 0 {
                if free > 0 {
                    seen[slot] = (hash, start as u32 + 1);
                    free -= 1;
                }
                break true;
            }
            // With the blank behind it, so that no word is taken for a longer one.
            if its == hash && bytes[place as usize - 1..].starts_with(&bytes[start..(end + 1).min(bytes.len())]) {
                break false;
            }
            steps += 1;
            if steps == MOST_STEPS {
                break true;
            }
            slot = (slot + 1) & (size - 1);
        };
        if is_new {
            out.push_str(word);
            out.push(' ');
        }
        start = end + 1;
    }
    out
}

/// Places of the table that are looked at for one word: who knows the hash can make all words fall into one.
const MOST_STEPS: usize = 64;

/// Hashes the word that begins at `start`, and returns where it ends: eight bytes at a time, without asking each.
#[inline]
fn word(bytes: &[u8], start: usize) -> (u32, usize) {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let (mut hash, mut at) = (0u64, start);
    loop {
        let mut eight = [b' '; 8];
        match bytes.get(at..at + 8) {
            Some(all) => eight.copy_from_slice(all),
            None => eight[..bytes.len() - at].copy_from_slice(&bytes[at..]),
        }
        let eight = u64::from_le_bytes(eight);
        let apart = eight ^ (LOW * u64::from(b' '));
        let blanks = apart.wrapping_sub(LOW) & !apart & (LOW << 7);
        let length = blanks.trailing_zeros() / 8;
        let kept = if length == 8 { eight } else { eight & ((1 << (8 * length)) - 1) };
        hash = (hash.rotate_left(23) ^ kept).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        at += length as usize;
        if length < 8 {
            return ((hash >> 32) as u32, at);
        }
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
    fn a_spaced_text_is_its_syllables() {
        let all: String = ('\0'..='\u{2FFF}').chain('\u{FE00}'..='\u{1F0FF}').collect();
        let mixed: String = all.chars().flat_map(|c| ['a', c, 'đ', c, c, '-', c, '1']).collect();
        let texts = ["", " ", "a", "-a-", "phòng, chống covid-19 (đợt 2)...", "×", "a×b÷ắ  ệ", &all, &mixed];
        for text in texts {
            let by_one: String = syllables(text).flat_map(|word| [word, " "]).collect();
            assert!(spaced(text) == by_one, "{text:.40}");
        }
    }

    #[test]
    fn each_word_stays_once_where_it_stood_first() {
        let words = "bão số 3 gây mưa lớn mưa rất lớn ba b bã nghiêng-nghiêng nghiêngnghiêng nghiêngnghiên 3 ";
        assert_eq!(once(&spaced(words)), "bão số 3 gây mưa lớn rất ba b bã nghiêng nghiêngnghiêng nghiêngnghiên ");
        assert_eq!(once(""), "");
        // So many that not all fit in the table: none is lost.
        let many: String = (0..100_000).map(|n| format!("{} ", n % 30_000)).collect();
        let left = once(&many);
        let mut numbers: Vec<u32> = left.split_ascii_whitespace().map(|n| n.parse().unwrap()).collect();
        numbers.dedup();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 30_000);
        assert!(left.len() < many.len());
    }

    #[test]
    fn words_that_were_chosen_to_fall_into_one_place_are_not_looked_for_among_all() {
        let alike: Vec<String> =
            (0..3_000_000).map(|n| format!("{n:07}")).filter(|w| word(w.as_bytes(), 0).0 & 0x3FFF == 0).collect();
        assert!(alike.len() > 2 * MOST_STEPS, "{}", alike.len());
        let text: String = alike.iter().chain(&alike).map(|word| format!("{word} ")).collect();
        let left = once(&text);
        let count = left.split_ascii_whitespace().count();
        assert_eq!(count, 2 * alike.len() - MOST_STEPS, "what is beyond stands twice");
        assert!(alike.iter().all(|word| left.contains(word.as_str())), "and none is lost");
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
