//! Finds many words of whole syllables in one pass over a text.
//!
//! Vietnamese writes every syllable apart, so the automaton steps by syllables, not bytes: a hash of each syllable is made
//! while it is read, most syllables are in no rule at all and end the matter, and the table of the others is small enough
//! for the nearest caches.

use std::collections::HashMap;

use crate::text::{is_word, syllables};

/// A trie of words by their syllables.
#[derive(Debug, Default)]
pub(super) struct Finder {
    /// The hashes of all syllables, open addressing, a power of two long, at most half full; 0 marks a free place. Empty
    /// if there are no words.
    hashes: Vec<u64>,
    /// What stands in the same place of `hashes`.
    syllables: Vec<Syllable>,
    /// All syllables, one after the other.
    letters: String,
    /// By hash of state and syllable, likewise.
    steps: Vec<Step>,
    /// What each state has found; state 0 is the start.
    found: Vec<Vec<usize>>,
}

/// A syllable of some word.
#[derive(Debug, Clone, Copy, Default)]
struct Syllable {
    /// Where it stands in `letters`.
    start: u32,
    len: u32,
    /// Above [`BREAK`].
    number: u32,
    /// The state that it leads to from the start; 0 if no word begins with it.
    first: u32,
}

/// A step from one state to another.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    /// Never 0 in a step, which marks a free place.
    from: u32,
    by: u32,
    to: u32,
}

/// The number that stands for punctuation between two syllables.
const BREAK: u32 = 1;

/// What stands between two syllables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// A single blank, hyphen or apostrophe: the word may go on.
    Plain,
    /// Punctuation: it goes on only where the rule has some too.
    Break,
    /// The end of a line, over which no word goes.
    End,
}

impl Finder {
    /// Builds a finder of `words`, each folded as the texts will be, with the number to report.
    ///
    /// Punctuation inside a word may be missing in the text. Words without syllables are never found.
    pub(super) fn new<'a>(words: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut steps: HashMap<(u32, u32), u32> = HashMap::new();
        let mut found: Vec<Vec<usize>> = vec![Vec::new()];
        for (word, report) in words {
            let mut with_breaks = Vec::new();
            let mut end = None;
            for syllable in syllables(word) {
                let start = syllable.as_ptr() as usize - word.as_ptr() as usize;
                if end.is_some_and(|end| gap(&word[end..start]) != Gap::Plain) {
                    with_breaks.push(BREAK);
                }
                end = Some(start + syllable.len());
                let next = numbers.len() as u32 + BREAK + 1;
                with_breaks.push(*numbers.entry(syllable).or_insert(next));
            }
            let without: Vec<u32> = with_breaks.iter().copied().filter(|&number| number != BREAK).collect();
            let paths = if without.len() == with_breaks.len() { vec![without] } else { vec![without, with_breaks] };
            for path in paths.into_iter().filter(|path| !path.is_empty()) {
                let mut state = 0;
                for number in path {
                    state = *steps.entry((state, number)).or_insert_with(|| {
                        found.push(Vec::new());
                        found.len() as u32 - 1
                    });
                }
                let reports = &mut found[state as usize];
                if !reports.contains(&report) {
                    reports.push(report);
                }
            }
        }
        let mut finder = Self { found, ..Self::default() };
        finder.fill_syllables(&numbers, &steps);
        finder.fill_steps(&steps);
        finder
    }

    fn fill_syllables(&mut self, numbers: &HashMap<&str, u32>, steps: &HashMap<(u32, u32), u32>) {
        if numbers.is_empty() {
            return;
        }
        let len = (numbers.len() * 2).next_power_of_two();
        self.hashes = vec![0; len];
        self.syllables = vec![Syllable::default(); len];
        for (&text, &number) in numbers {
            let hash = text.bytes().fold(0, mix).max(1);
            let mut at = slot(hash, len);
            while self.hashes[at] != 0 {
                at = (at + 1) & (len - 1);
            }
            let first = steps.get(&(0, number)).copied().unwrap_or(0);
            self.hashes[at] = hash;
            self.syllables[at] = Syllable { start: self.letters.len() as u32, len: text.len() as u32, number, first };
            self.letters.push_str(text);
        }
    }

    fn fill_steps(&mut self, steps: &HashMap<(u32, u32), u32>) {
        let steps = steps.iter().filter(|((from, _), _)| *from != 0);
        self.steps = vec![Step::default(); (steps.clone().count() * 2).next_power_of_two().max(2)];
        for (&(from, by), &to) in steps {
            let mut at = step_slot(from, by, self.steps.len());
            while self.steps[at].from != 0 {
                at = (at + 1) & (self.steps.len() - 1);
            }
            self.steps[at] = Step { from, by, to };
        }
    }

    /// Calls `found` for every word in `text` (folded, lines ended by `\n`) with its number and the offset of its end.
    pub(super) fn find(&self, text: &str, mut found: impl FnMut(usize, usize)) {
        if self.hashes.is_empty() {
            return;
        }
        let bytes = text.as_bytes();
        // The states of all words that may be going on here: as many as the longest word has syllables, at most.
        let mut active: Vec<u32> = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let gap_start = at;
            while let Some(&b) = bytes.get(at) {
                if IN_WORD[usize::from(b)] || b >= 0x80 && rare_word(text, at) > 0 {
                    break;
                }
                at += width(b);
            }
            if !active.is_empty() && &bytes[gap_start..at] != b" " {
                match gap(&text[gap_start..at]) {
                    Gap::Plain => {}
                    Gap::Break => self.step(&mut active, BREAK),
                    Gap::End => active.clear(),
                }
            }
            let start = at;
            let mut hash = 0;
            while let Some(&b) = bytes.get(at) {
                if IN_WORD[usize::from(b)] {
                    hash = mix(hash, b);
                    at += 1;
                    continue;
                }
                let len = if b < 0x80 { 0 } else { rare_word(text, at) };
                if len == 0 {
                    break;
                }
                hash = bytes[at..at + len].iter().copied().fold(hash, mix);
                at += len;
            }
            let Some(syllable) = self.syllable(hash.max(1), &bytes[start..at]) else {
                active.clear();
                continue;
            };
            if !active.is_empty() {
                self.step(&mut active, syllable.number);
            }
            if syllable.first != 0 {
                active.push(syllable.first);
            }
            for &state in &active {
                for &word in &self.found[state as usize] {
                    found(word, at);
                }
            }
        }
    }

    /// Moves every state on by `number`; those that cannot go are gone.
    fn step(&self, active: &mut Vec<u32>, number: u32) {
        let mut kept = 0;
        for from in 0..active.len() {
            let next = self.next(active[from], number);
            if next != 0 {
                active[kept] = next;
                kept += 1;
            }
        }
        active.truncate(kept);
    }

    /// The state behind `state` by `number`; 0 if there is none.
    #[inline]
    fn next(&self, state: u32, number: u32) -> u32 {
        let mut at = step_slot(state, number, self.steps.len());
        loop {
            let step = self.steps[at];
            if step.from == 0 {
                return 0;
            }
            if step.from == state && step.by == number {
                return step.to;
            }
            at = (at + 1) & (self.steps.len() - 1);
        }
    }

    #[inline]
    fn syllable(&self, hash: u64, text: &[u8]) -> Option<Syllable> {
        let mut at = slot(hash, self.hashes.len());
        loop {
            let here = self.hashes[at];
            if here == 0 {
                return None;
            }
            if here == hash {
                let syllable = self.syllables[at];
                let range = syllable.start as usize..(syllable.start + syllable.len) as usize;
                // Up to eight bytes the hash is the text itself.
                if text.len() <= 8 && syllable.len <= 8 || &self.letters.as_bytes()[range] == text {
                    return Some(syllable);
                }
            }
            at = (at + 1) & (self.hashes.len() - 1);
        }
    }
}

/// Hashes one byte more. Syllables of up to eight bytes, none of them 0, are packed as they are.
#[inline]
fn mix(hash: u64, b: u8) -> u64 {
    hash.rotate_left(8) ^ u64::from(b)
}

/// Where a syllable is looked for first.
#[inline]
fn slot(hash: u64, len: usize) -> usize {
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (len - 1)
}

/// Where a step is looked for first.
#[inline]
fn step_slot(from: u32, by: u32, len: usize) -> usize {
    let hash = (u64::from(from) << 32 | u64::from(by)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash >> 32) as usize & (len - 1)
}

/// Sorts what stands between two syllables.
#[inline]
fn gap(between: &str) -> Gap {
    match between.as_bytes() {
        b" " | b"-" | b"'" => Gap::Plain,
        bytes if bytes.contains(&b'\n') => Gap::End,
        _ => Gap::Break,
    }
}

/// The bytes that are part of a syllable wherever they stand in a folded text: ASCII letters and digits, the first bytes
/// of U+00C0 to U+01FF (folding leaves no `×` and `÷`), and all later bytes of a character whose first was let in. All of
/// U+1000 to U+1FFF is let in too, because what is no letter there is not Vietnamese either.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = (b as u8).is_ascii_alphanumeric() || matches!(b, 0x80..=0xBF | 0xC3..=0xC7 | 0xE1);
        b += 1;
    }
    table
};

/// How many bytes the character at `at` has if it belongs to a syllable although its first byte does not say so, else 0.
#[cold]
fn rare_word(text: &str, at: usize) -> usize {
    text[at..].chars().next().filter(|&c| is_word(c)).map_or(0, char::len_utf8)
}

/// How many bytes the character has that starts with `lead`.
#[inline]
fn width(lead: u8) -> usize {
    match lead {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(words: &[&str], text: &str) -> Vec<usize> {
        let finder = Finder::new(words.iter().enumerate().map(|(at, &word)| (word, at)));
        let mut found = Vec::new();
        finder.find(text, |word, _| found.push(word));
        found.sort_unstable();
        found
    }

    #[test]
    fn finds_whole_syllables_only() {
        assert_eq!(found(&["gia"], "quốc gia, gia đình"), [0, 0]);
        assert!(found(&["gia"], "giao thông, giai đoạn, ngogia").is_empty());
        assert_eq!(found(&["một cửa"], "bộ phận một cửa"), [0]);
    }

    #[test]
    fn finds_words_inside_and_across_each_other() {
        assert_eq!(found(&["dân vận", "dân vận khéo", "ban dân vận", "vận khéo"], "ban dân vận khéo"), [0, 1, 2, 3]);
        assert_eq!(found(&["a a", "a a a"], "a a a a"), [0, 0, 0, 1, 1]);
    }

    #[test]
    fn respects_punctuation_that_the_rule_does_not_have() {
        assert!(found(&["dân vận"], "nhân dân, vận động; dân. vận dân (vận) dân\nvận").is_empty());
        assert_eq!(found(&["dân vận"], "công tác \"dân vận\"."), [0]);
    }

    #[test]
    fn punctuation_of_the_rule_may_be_missing() {
        for text in ["phòng, chống", "phòng chống", "phòng - chống", "phòng-chống"] {
            assert_eq!(found(&["phòng, chống"], text), [0], "{text}");
        }
        for text in ["covid-19", "covid 19"] {
            assert_eq!(found(&["covid-19"], text), [0], "{text}");
        }
    }

    #[test]
    fn no_word_goes_over_the_end_of_a_line() {
        assert!(found(&["dân vận", "dân, vận"], "nhân dân\nvận động").is_empty());
        assert!(found(&["dân, vận"], "nhân dân,\nvận động").is_empty());
    }

    #[test]
    fn says_where_a_word_ends() {
        let finder = Finder::new([("hai", 7)]);
        let mut ends = Vec::new();
        finder.find("một hai ba hai", |word, end| ends.push((word, end)));
        assert_eq!(ends, [(7, "một hai".len()), (7, "một hai ba hai".len())]);
    }

    #[test]
    fn without_words_nothing_is_found() {
        assert!(found(&[], "một hai").is_empty());
        assert!(found(&["", " - "], "một - hai").is_empty());
    }

    #[test]
    fn reads_other_scripts_and_symbols() {
        assert_eq!(found(&["москва", "a", "đ"], "→ москва • a × đ ÷ 北京"), [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_way_of_looking(
            words in proptest::collection::vec("[abđế]{1,2}( [abđế]{1,2}){0,2}", 1..6),
            text in "([abđế]{1,2}[ ,.\n-]{1,2}){0,20}",
        ) {
            let refs: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut expected = Vec::new();
            for (at, word) in words.iter().enumerate() {
                for piece in &plain_pieces(&text) {
                    let count = (0..piece.len()).filter(|&from| {
                        let wanted: Vec<&str> = word.split(' ').collect();
                        piece[from..].iter().map(String::as_str).take(wanted.len()).eq(wanted.iter().copied())
                            && piece.len() - from >= wanted.len()
                    }).count();
                    expected.extend(std::iter::repeat_n(at, count));
                }
            }
            prop_assert_eq!(found(&refs, &text), expected);
        }
    }

    /// Cuts a text where words cannot go on, and each piece into syllables: slow and simple.
    fn plain_pieces(text: &str) -> Vec<Vec<String>> {
        let mut pieces = vec![Vec::new()];
        let mut gap = String::new();
        let mut syllable = String::new();
        for c in text.chars().chain(['\n']) {
            if c.is_alphanumeric() {
                if syllable.is_empty() && !gap.is_empty() && gap != " " && gap != "-" {
                    pieces.push(Vec::new());
                }
                gap.clear();
                syllable.push(c);
            } else {
                if !syllable.is_empty() {
                    pieces.last_mut().expect("starts with one").push(std::mem::take(&mut syllable));
                }
                gap.push(c);
            }
        }
        pieces
    }
}
