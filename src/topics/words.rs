//! The words of topic rules, compiled so that one pass over a text finds them all.
//!
//! Rules and texts are folded alike, and a word counts only where whole syllables match: `gia` is not found in `quốc
//! gia`. Punctuation inside a rule word may be there or not in the text (`phòng, chống` finds `phòng chống`, `covid-19`
//! finds `covid 19`); punctuation that the rule does not have is respected, so that `nhân dân, vận động` is no `dân vận`.

use std::collections::HashMap;

use super::finder::Finder;
use crate::config::Topic;
use crate::text::{folded, has_marks, is_word, stripped, syllables};

/// Which list of a topic a word stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Strong,
    Weak,
    None,
}

/// One word of one topic.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Index of the topic.
    pub topic: usize,
    pub kind: Kind,
    /// As the rule writes it.
    pub text: String,
    /// How many it has.
    pub syllables: usize,
    /// The next longer words of the same topic and kind of use that contain this one: where they match, this one does not count.
    pub within: Vec<usize>,
}

/// All words of all topics, grouped by topic, and the means to find them.
#[derive(Debug)]
pub(super) struct Words {
    pub list: Vec<Word>,
    marked: Finder,
    plain: Finder,
    capitals: Capitals,
}

/// A text to look for words in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    /// Folded, with marks.
    pub folded: &'a str,
    /// Whether to compare without marks, because the writer used none at all.
    pub is_unmarked: bool,
}

impl Words {
    /// Compiles the words of `topics`, those of the first topic first.
    pub(super) fn new(topics: &[Topic]) -> Self {
        let mut list: Vec<Word> = Vec::new();
        // Every spelling that rules give, with the word it stands for.
        let mut spellings: Vec<(&str, usize)> = Vec::new();
        for (at, topic) in topics.iter().enumerate() {
            let first = list.len();
            let mut keys: Vec<String> = Vec::new();
            for (kind, texts) in [(Kind::Strong, &topic.strong), (Kind::Weak, &topic.weak), (Kind::None, &topic.none)] {
                for text in texts {
                    let key = key(text);
                    if key.is_empty() {
                        continue;
                    }
                    // The same word twice (perhaps with other punctuation): the first list it stands in counts. A veto
                    // is no use beside a hit, but it is what is asked for.
                    let is_veto = kind == Kind::None;
                    let mut known = keys.iter().zip(&list[first..]);
                    if let Some(at) = known.position(|(k, word)| *k == key && (word.kind == Kind::None) == is_veto) {
                        spellings.push((text, first + at));
                        continue;
                    }
                    spellings.push((text, list.len()));
                    let syllables = key.split(' ').count();
                    list.push(Word { topic: at, kind, text: text.clone(), syllables, within: Vec::new() });
                    keys.push(key);
                }
            }
            nest(&mut list[first..], &keys, first);
        }
        let (capitals, caseless): (Vec<_>, Vec<_>) =
            spellings.into_iter().partition(|(text, _)| is_capitals_only(text));
        let marked: Vec<(String, usize)> = caseless.into_iter().map(|(text, word)| (folded(text), word)).collect();
        // One syllable without its marks is too many words at once (`lũ`, `lụ`, `lu`).
        let is_clear = |(text, _): &&(String, usize)| !has_marks(text) || syllables(text).nth(1).is_some();
        let plain: Vec<(String, usize)> =
            marked.iter().filter(is_clear).map(|(text, word)| (stripped(text), *word)).collect();
        let finder = |words: &[(String, usize)]| Finder::new(words.iter().map(|(text, word)| (text.as_str(), *word)));
        let capitals = Capitals::new(capitals.into_iter().map(|(text, word)| (text.trim(), word)));
        Self { marked: finder(&marked), plain: finder(&plain), capitals, list }
    }

    /// Calls `found` with the index of the word and the offset of its end, for every word in `text`.
    pub(super) fn find(&self, text: Text<'_>, found: impl FnMut(usize, usize)) {
        let finder = if text.is_unmarked { &self.plain } else { &self.marked };
        finder.find(text.folded, found);
    }

    /// The same for words that count in capitals only, in a text as it is written.
    ///
    /// A text that is all in capitals says nothing about a word like `AI`, which could be a common syllable; one like
    /// `FDI` counts all the same.
    pub(super) fn find_capitals(&self, text: &str, found: impl FnMut(usize)) {
        self.capitals.find(text, found);
    }
}

/// Words that count in capitals only; looked for in the text as it is written.
#[derive(Debug, Default)]
struct Capitals {
    words: HashMap<String, Vec<usize>>,
}

impl Capitals {
    fn new<'a>(words: impl Iterator<Item = (&'a str, usize)>) -> Self {
        let mut capitals = Self::default();
        for (word, at) in words {
            capitals.words.entry(word.to_owned()).or_default().push(at);
        }
        capitals
    }

    fn find(&self, text: &str, mut found: impl FnMut(usize)) {
        if self.words.is_empty() {
            return;
        }
        let bytes = text.as_bytes();
        let mut shouts = None;
        let mut at = 0;
        while at < bytes.len() {
            // Two capitals in a row are rare; anything else is passed over quickly.
            let Some(next) =
                bytes[at..].windows(2).position(|two| two[0].is_ascii_uppercase() && two[1].is_ascii_uppercase())
            else {
                return;
            };
            let start = at + next;
            let end = start + bytes[start..].iter().take_while(|b| b.is_ascii_uppercase()).count();
            at = end;
            if let Some(words) = self.words.get(&text[start..end])
                && is_whole(text, start, end)
                && !(could_be_syllable(&text[start..end]) && *shouts.get_or_insert_with(|| is_all_capitals(text)))
            {
                words.iter().for_each(|&word| found(word));
            }
        }
    }
}

/// Tells whether `start..end` begins and ends between syllables of `text`.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let free = |c: Option<char>| c.is_none_or(|c| !is_word(c));
    free(text[..start].chars().next_back()) && free(text[end..].chars().next())
}

/// What a word is compared by within its topic: its syllables; with capitals where they matter.
fn key(text: &str) -> String {
    if is_capitals_only(text) {
        return text.trim().to_owned();
    }
    syllables(&folded(text)).collect::<Vec<_>>().join(" ")
}

/// Tells whether a rule word counts in capitals only: one of at most five ASCII letters, written in capitals (`AI`, `FDI`).
pub(super) fn is_capitals_only(text: &str) -> bool {
    let text = text.trim();
    (2..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Notes for each word of one topic which longer ones contain it directly.
fn nest(words: &mut [Word], keys: &[String], first: usize) {
    let contains = |long: usize, short: usize| {
        let (long, short) = (&keys[long], &keys[short]);
        long.len() > short.len() && format!(" {long} ").contains(&format!(" {short} "))
    };
    for short in 0..words.len() {
        let is_veto = words[short].kind == Kind::None;
        let longer: Vec<usize> = (0..words.len())
            .filter(|&long| (words[long].kind == Kind::None) == is_veto && contains(long, short))
            .collect();
        words[short].within = longer
            .iter()
            .filter(|&&long| !longer.iter().any(|&between| contains(long, between)))
            .map(|&long| first + long)
            .collect();
    }
}

/// Tells whether `text` is written in capitals throughout, as the titles of some portals are.
fn is_all_capitals(text: &str) -> bool {
    let mut letters = 0;
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        letters += usize::from(c.is_uppercase());
    }
    letters >= 8
}

/// Tells whether `word` (ASCII capitals) could be a syllable of Vietnamese in capitals without marks: an onset, then
/// vowels, then perhaps a final consonant. `AI` and `EU` could, `FDI`, `WTO` and `VNPT` could not.
fn could_be_syllable(word: &str) -> bool {
    const ONSETS: [&str; 26] = [
        "NGH", "CH", "GH", "GI", "KH", "NG", "NH", "PH", "QU", "TH", "TR", "B", "C", "D", "G", "H", "K", "L", "M", "N",
        "R", "S", "T", "V", "X", "",
    ];
    const FINALS: [&str; 9] = ["CH", "NG", "NH", "C", "M", "N", "P", "T", ""];
    let is_vowels = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b"AEIOUY".contains(&b));
    ONSETS
        .iter()
        .filter_map(|onset| word.strip_prefix(onset))
        .any(|rest| FINALS.iter().filter_map(|end| rest.strip_suffix(end)).any(is_vowels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_words_in_capitals_insist_on_them() {
        for (word, insists) in [
            ("AI", true),
            ("FDI", true),
            ("ASEAN", true),
            ("HĐND", false),
            ("Ai", false),
            ("PAR INDEX", false),
            ("5G", false),
        ] {
            assert_eq!(is_capitals_only(word), insists, "{word}");
        }
    }

    #[test]
    fn knows_what_could_be_a_syllable() {
        for word in ["AI", "EU", "HOA", "NGHE", "TIN"] {
            assert!(could_be_syllable(word), "{word}");
        }
        for word in ["FDI", "WTO", "PCI", "VNPT", "USD"] {
            assert!(!could_be_syllable(word), "{word}");
        }
    }

    fn topic(strong: &[&str]) -> Topic {
        Topic {
            strong: strong.iter().map(|&word| word.to_owned()).collect(),
            ..Topic::without_rules(crate::model::TopicId::new("a"), String::new())
        }
    }

    fn found(words: &[&str], text: &str) -> Vec<String> {
        let words = Words::new(&[topic(words)]);
        let folded = folded(text);
        let mut found = Vec::new();
        words.find(Text { folded: &folded, is_unmarked: !has_marks(&folded) }, |word, _| {
            found.push(words.list[word].text.clone())
        });
        words.find_capitals(text, |word| found.push(words.list[word].text.clone()));
        found
    }

    #[test]
    fn text_without_marks_is_compared_without_but_for_single_syllables() {
        let words = ["lũ", "marathon", "bão số"];
        assert_eq!(found(&words, "giai marathon, bao so 3, mua lu"), ["marathon", "bão số"]);
        assert_eq!(found(&words, "giải marathon, bao so 3, mua lu"), ["marathon"]);
    }

    #[test]
    fn a_word_listed_twice_is_one_word_with_both_spellings() {
        let words = ["khám chữa bệnh", "khám, chữa bệnh", "Khám chữa bệnh"];
        assert_eq!(Words::new(&[topic(&words)]).list.len(), 1);
        assert_eq!(found(&words, "khám, chữa bệnh; khám chữa bệnh"), ["khám chữa bệnh", "khám chữa bệnh"]);
    }

    #[test]
    fn capitals_count_where_the_rule_is_in_capitals() {
        let words = ["AI", "FDI", "nền tảng AI"];
        assert_eq!(found(&words, "Ai ứng dụng AI? vốn FDI, fdi, OpenAI, AIA"), ["AI", "FDI"]);
        assert_eq!(found(&words, "nền tảng ai"), ["nền tảng AI"]);
    }

    #[test]
    fn a_title_all_in_capitals_says_nothing_about_syllables() {
        assert_eq!(found(&["AI", "FDI"], "AI SẼ VÔ ĐỊCH, VỐN FDI TĂNG"), ["FDI"]);
        assert_eq!(found(&["AI"], "AI"), ["AI"]);
    }

    #[test]
    fn longer_words_are_noted_where_they_hold_shorter_ones() {
        let topic = topic(&["dân vận", "ban dân vận", "ban dân vận tỉnh ủy", "vận"]);
        let words = Words::new(&[topic]);
        let within: Vec<&[usize]> = words.list.iter().map(|word| &*word.within).collect();
        assert_eq!(within, [&[1][..], &[2], &[], &[0]]);
    }
}
