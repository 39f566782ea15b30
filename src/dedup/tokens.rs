//! One pass over a text: words and numbers as 32-bit hashes, without an allocation per word.
//!
//! Two texts are compared by what a reader would call the same words, so this reader drops whatever republishing
//! changes: marks and case, tags and entities, white space, credit lines, placeholders of editors, captions' credits,
//! the outlet's name before a dateline. Numbers and dates become canonical, because the same day is written `27/6`,
//! `27-6`, `27.6`, `27/06/2026` and `27 tháng 6`, and because numbers are what tells one bulletin from the next.
//!
//! ```
//! use bantin::dedup::TokenText;
//!
//! let one = TokenText::read("Chiều 27/6, UỶ BAN họp tại Hoà Bình.\nNguồn: Báo Hà Nam");
//! let two = TokenText::read("(Chinhphu.vn) - Chiều 27 tháng 6,&nbsp;<b>Ủy ban</b> họp tại Hòa Bình.");
//! assert_eq!(one.words(), two.words());
//! ```

mod numbers;

use std::ops::Range;

use super::abbreviations;
use super::fold::{self, BREAK, SKIP, SLOW, TABLE_END, UPPER};
use super::junk;
use super::markup;

/// Words of one text that are looked at; the rest is ignored, so that a hostile text of megabytes costs no more.
///
/// The longest article of the labelled corpus has 7,000 words.
pub const MAX_TOKENS: usize = 16_384;

/// What is known of one word besides its hash: a set of bits, and its first letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u16);

impl Flags {
    const NUMBER: u16 = 1;
    const PAIR: u16 = 2;
    const CAPITAL: u16 = 4;
    const ALL_CAPITALS: u16 = 8;
    const STARTS_SENTENCE: u16 = 16;
    const INITIAL: u16 = 32;
    /// The first letter stands above this bit, `a` as 1.
    const FIRST_LETTER: u32 = 8;

    /// It is a number, a date, a time, a score: something made of digits.
    pub fn is_number(self) -> bool {
        self.0 & Self::NUMBER != 0
    }

    /// It is two numbers in one: a date `27/6`, a time `15h30`, a decimal `36,5`, a score `2-1`.
    pub fn is_pair(self) -> bool {
        self.0 & Self::PAIR != 0
    }

    /// It was written with a capital inside a sentence whose words are not all capitals: part of a name.
    pub fn is_name(self) -> bool {
        self.0 & (Self::CAPITAL | Self::STARTS_SENTENCE) == Self::CAPITAL
    }

    /// It is one letter, or two consonants: how reports shorten the names of the accused (`Nguyễn Văn T.`, `Tr.`).
    pub fn is_initial(self) -> bool {
        self.0 & Self::INITIAL != 0
    }

    /// The folded first letter, where it is one of `a` to `z`.
    pub fn first_letter(self) -> Option<u8> {
        let letter = (self.0 >> Self::FIRST_LETTER) as u8;
        (1..=26).contains(&letter).then(|| b'a' - 1 + letter)
    }

    /// It is the first word of a sentence.
    pub fn starts_sentence(self) -> bool {
        self.0 & Self::STARTS_SENTENCE != 0
    }
}

/// A text as duplicates are compared by: one hash and a few flags for each word. About 6 bytes a word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenText {
    words: Vec<u32>,
    flags: Vec<Flags>,
    exact: u64,
}

impl TokenText {
    /// Reads plain text; HTML residue in it (tags, entities) is tolerated and dropped.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader::<false>::new(text);
        reader.run();
        reader.finish().0
    }

    /// Like [`TokenText::read`], with the byte range of each word in `text`: for showing people what was compared.
    pub fn read_with_spans(text: &str) -> (Self, Vec<Range<usize>>) {
        let mut reader = Reader::<true>::new(text);
        reader.run();
        let (tokens, spans) = reader.finish();
        (tokens, spans.into_iter().map(|(start, end)| start as usize..end as usize).collect())
    }

    /// The words' hashes in order. Numbers below 2²⁷ and pairs of small numbers are kept as they are, see [`number`].
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The words' flags, as many as words.
    pub fn flags(&self) -> &[Flags] {
        &self.flags
    }

    /// How many words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word at all.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Hash of all words in order. Years that stand with a day are in it, though they are in no word: the same words on
    /// the same day of another year are another text.
    pub fn exact(&self) -> u64 {
        self.exact
    }

    /// Bytes from which [`TokenText::from_bytes`] makes an equal text: for a cache outside of memory.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.words.len() * 6);
        bytes.extend_from_slice(&self.exact.to_le_bytes());
        for word in &self.words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        for flags in &self.flags {
            bytes.extend_from_slice(&flags.0.to_le_bytes());
        }
        bytes
    }

    /// The inverse of [`TokenText::to_bytes`]; `None` where `bytes` cannot have come from it.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (exact, rest) = bytes.split_first_chunk::<8>()?;
        if rest.len() % 6 != 0 || rest.len() / 6 > MAX_TOKENS {
            return None;
        }
        let (words, flags) = rest.split_at(rest.len() / 6 * 4);
        let words =
            words.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
        let flags = flags.chunks_exact(2).map(|bits| Flags(u16::from_le_bytes([bits[0], bits[1]]))).collect();
        Some(Self { words, flags, exact: u64::from_le_bytes(*exact) })
    }
}

/// A number as words hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// An integer below 2²⁷.
    Plain(u32),
    /// A date, a time, a decimal, a score: two numbers below 2¹³ each.
    Pair(u32, u32),
    /// Something longer, of which only the hash is known.
    Long,
}

/// Says what number the word with this hash and these flags is; `None` for other words.
pub fn number(word: u32, flags: Flags) -> Option<Number> {
    if !flags.is_number() {
        return None;
    }
    Some(match word >> 27 {
        0b11110 => Number::Plain(word & 0x07FF_FFFF),
        0b11100 | 0b11101 if flags.is_pair() => Number::Pair((word >> 13) & 0x1FFF, word & 0x1FFF),
        _ => Number::Long,
    })
}

const PLAIN_BITS: u32 = 0b11110 << 27;
const PAIR_BITS: u32 = 0b1110 << 28;

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// Starts or continues the hash of a word by up to eight of its letters, packed into `eight`.
const fn mix(state: u64, eight: u64) -> u64 {
    let h = (state ^ eight).wrapping_mul(MIX);
    h ^ (h >> 29)
}

/// The hash of a word that has been read to its end.
const fn seal(state: u64) -> u32 {
    (state.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32) as u32
}

/// The hash of the word that `letters` (lower-case ASCII, at most eight) would be.
pub(super) fn word_of(letters: &[u8]) -> u32 {
    let eight = letters.iter().take(8).rev().fold(0, |eight, &letter| eight << 8 | u64::from(letter));
    seal(mix(if letters.len() < 8 { 0 } else { mix(0, eight) }, if letters.len() < 8 { eight } else { 0 }))
}

/// The hash of a folded word (lower-case ASCII), as [`TokenText::words`] holds it.
pub(super) const fn word(letters: &str) -> u32 {
    let bytes = letters.as_bytes();
    let mut state = 0;
    let mut eight = 0;
    let mut shift = 0;
    let mut i = 0;
    while i < bytes.len() {
        let mut letter = bytes[i];
        if i + 1 == bytes.len() && i > 0 {
            letter = final_letter(letter, bytes[i - 1]);
        }
        eight |= (letter as u64) << shift;
        shift += 8;
        if shift == 64 {
            state = mix(state, eight);
            eight = 0;
            shift = 0;
        }
        i += 1;
    }
    seal(mix(state, eight))
}

const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// `y` after these letters at a word's end is written `i` by the other school: `kỹ`/`kĩ`, `lý`/`lí`, `sỹ`/`sĩ`.
const fn final_letter(letter: u8, before: u8) -> u8 {
    if letter == b'y' && matches!(before, b'h' | b'k' | b'l' | b'm' | b's' | b't') { b'i' } else { letter }
}

const YEAR_WORD: u32 = word("nam");
const MONTH_WORD: u32 = word("thang");
const HOUR_WORDS: [u32; 2] = [word("gio"), word("h")];
const MINUTE_WORDS: [u32; 2] = [word("phut"), word("p")];

/// The reader's state: input, output, and the word, sentence, line and parenthesis that are open.
struct Reader<'a, const SPANS: bool> {
    text: &'a str,
    at: usize,
    words: Vec<u32>,
    flags: Vec<Flags>,
    spans: Vec<(u32, u32)>,
    /// Years taken out of dates, folded into the exact hash.
    years: u64,
    /// Index of the first word of the open line.
    line: usize,
    /// Where the open line starts in the text.
    line_at: usize,
    /// Whether the lines above are titles of other articles, below a heading that said so.
    links: bool,
    /// Index of the first word of the open sentence.
    sentence: usize,
    /// Of the open sentence: words all in capitals, and words with any letter.
    capitals: (u32, u32),
    /// Index of the first word behind the open parenthesis.
    parenthesis: Option<usize>,
    /// Whether the dateline before the text may still come.
    prefix_open: bool,
    full: bool,
}

impl<'a, const SPANS: bool> Reader<'a, SPANS> {
    fn new(text: &'a str) -> Self {
        // Vietnamese words take six bytes with their space.
        let expected = (text.len() / 5 + 8).min(MAX_TOKENS);
        Self {
            text,
            at: 0,
            words: Vec::with_capacity(expected),
            flags: Vec::with_capacity(expected),
            spans: Vec::new(),
            years: 0,
            line: 0,
            line_at: 0,
            links: false,
            sentence: 0,
            capitals: (0, 0),
            parenthesis: None,
            prefix_open: true,
            full: false,
        }
    }

    fn run(&mut self) {
        let table = fold::table();
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() && !self.full {
            let byte = bytes[self.at];
            let class = if byte < 0x80 { table[byte as usize] } else { BREAK };
            if class.wrapping_sub(b'0') < 10 {
                self.read_number();
            } else if class > SLOW || byte >= 0x80 {
                self.read_word(table);
            } else {
                self.read_mark(byte);
            }
        }
    }

    /// Reads one word, or a single code point above ASCII that turns out to be none.
    fn read_word(&mut self, table: &[u8; TABLE_END as usize]) {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start;
        let (mut state, mut eight, mut shift) = (0u64, 0u64, 0u32);
        let (mut letters, mut uppers, mut first_upper) = (0u32, 0u32, false);
        let (mut first, mut last, mut before) = (0u8, 0u8, 0u8);
        while at < bytes.len() {
            let byte = bytes[at];
            let (class, width) = if byte < 0x80 {
                (table[byte as usize], 1)
            } else if byte < 0xE0 {
                // Two bytes: U+0080 to U+07FF. `text` is valid UTF-8, so the second is there.
                let code = (byte as usize & 0x1F) << 6 | bytes[at + 1] as usize & 0x3F;
                (table[code], 2)
            } else if byte == 0xE1 {
                // Three bytes: U+1000 to U+1FFF, the Vietnamese letters among them.
                let code = 0x1000 | (bytes[at + 1] as usize & 0x3F) << 6 | bytes[at + 2] as usize & 0x3F;
                if code < TABLE_END as usize { (table[code], 3) } else { (SLOW, 3) }
            } else {
                (SLOW, if byte < 0xF0 { 3 } else { 4 })
            };
            if class > SLOW {
                let letter = class & !UPPER;
                if letter <= b'9' {
                    // Digits are words of their own: `U20`, `COVID-19`, `BN4352`.
                    break;
                }
                let upper = class & UPPER != 0;
                if letters == 0 {
                    (first, first_upper) = (letter, upper);
                }
                uppers += u32::from(upper);
                letters += 1;
                before = last;
                last = letter;
                eight |= u64::from(letter) << shift;
                shift += 8;
                if shift == 64 {
                    state = mix(state, eight);
                    (eight, shift) = (0, 0);
                }
            } else if class == SKIP {
                // Nothing to say.
            } else if class == SLOW {
                let c = self.text[at..].chars().next().expect("`at` is a character boundary inside the text");
                if !fold::is_silent(c) {
                    if !c.is_alphanumeric() {
                        break;
                    }
                    fold::decompose(c, |part, upper| {
                        if letters == 0 {
                            (first, first_upper) = (if part.is_ascii() { part as u32 as u8 } else { 0 }, upper);
                        }
                        uppers += u32::from(upper);
                        letters += 1;
                        (before, last) = (last, part as u32 as u8);
                        // Aligned to what ASCII letters get, so that `Ａ` and `a` are the same word.
                        if part.is_ascii() {
                            eight |= u64::from(part as u32) << shift;
                            shift += 8;
                            if shift == 64 {
                                state = mix(state, eight);
                                (eight, shift) = (0, 0);
                            }
                        } else {
                            state = mix(mix(state, eight), u64::from(part as u32));
                            (eight, shift) = (0, 0);
                        }
                    });
                }
            } else if byte == b'<' && markup::is_inline_tag(&self.text[at..]) {
                // `<b>Q</b>uảng`: a tag inside a word does not end it.
                at += markup::tag(&self.text[at..]).map_or(1, |tag| tag.length);
                continue;
            } else if byte == b'&' {
                match markup::entity(&self.text[at..]) {
                    Some(entity) if entity.is_letter() && letters > 0 => {
                        let letter = entity.letter();
                        uppers += u32::from(letter & UPPER != 0);
                        letters += 1;
                        (before, last) = (last, letter & !UPPER);
                        eight |= u64::from(letter & !UPPER) << shift;
                        shift += 8;
                        if shift == 64 {
                            state = mix(state, eight);
                            (eight, shift) = (0, 0);
                        }
                        at += entity.length;
                        continue;
                    }
                    Some(entity) if entity.is_silent() => {
                        at += entity.length;
                        continue;
                    }
                    _ => break,
                }
            } else {
                break;
            }
            at += width;
        }
        if letters == 0 {
            self.at = at;
            self.read_symbol(start);
            return;
        }
        if final_letter(last, before) != last && shift > 0 {
            eight ^= u64::from(b'y' ^ b'i') << (shift - 8);
        }
        let mut flags = u16::from(first.wrapping_sub(b'a' - 1)).min(27) << Flags::FIRST_LETTER;
        if first_upper {
            flags |= Flags::CAPITAL;
        }
        if letters > 1 && uppers == letters {
            flags |= Flags::ALL_CAPITALS;
        }
        if letters == 1 || letters == 2 && !is_vowel(before) && !is_vowel(last) {
            flags |= Flags::INITIAL;
        }
        self.capitals.0 += u32::from(uppers == letters);
        self.capitals.1 += 1;
        self.at = at;
        let hash = seal(mix(state, eight));
        if letters <= 5
            && !is_vowel(last)
            && let Some(long_form) = abbreviations::long_form(hash)
        {
            for &part in long_form {
                self.push_word(part, flags & !Flags::INITIAL, start, at);
            }
        } else {
            self.push_word(hash, flags, start, at);
        }
    }

    /// Looks at what stopped a word before its first letter; always moves on by at least one character.
    fn read_symbol(&mut self, start: usize) {
        if self.at >= self.text.len() {
            return;
        }
        if self.at > start {
            return;
        }
        let c = self.text[start..].chars().next().expect("`start` is a character boundary inside the text");
        self.at = start + c.len_utf8();
        match c {
            '\u{2028}' | '\u{2029}' | '\u{85}' => self.end_line(),
            '…' | '。' => self.end_sentence(),
            '–' | '—' => self.see_dash(start),
            _ => {}
        }
    }

    /// Reads one ASCII character that is neither letter nor digit.
    fn read_mark(&mut self, byte: u8) {
        let start = self.at;
        self.at += 1;
        match byte {
            b'\n' => self.end_line(),
            b'.' | b'!' | b'?' => self.end_sentence(),
            b'-' => self.see_dash(start),
            b'(' | b'[' => self.parenthesis = Some(self.words.len()),
            b')' | b']' => self.close_parenthesis(),
            b'<' => {
                if let Some(tag) = markup::tag(&self.text[start..]) {
                    self.at = start + tag.length;
                    if tag.ends_line {
                        self.end_line();
                    }
                }
            }
            b'&' => {
                if let Some(entity) = markup::entity(&self.text[start..]) {
                    self.at = start + entity.length;
                    if entity.is_letter() {
                        self.read_entity_word(entity, start);
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads a word whose first letter is an entity: `&#272;&ocirc;ng`. Rare, so the rest is read through a copy.
    fn read_entity_word(&mut self, first: markup::Entity, start: usize) {
        let mut copy = String::new();
        let mut letter = Some(first.letter());
        while let Some(next) = letter.take() {
            let plain = (next & !UPPER) as char;
            copy.push(if next & UPPER != 0 { plain.to_ascii_uppercase() } else { plain });
            // Ordinary letters up to the next entity; longer than any word is nobody's word.
            let rest = &self.text[self.at..];
            let end = rest.find(|c: char| !c.is_alphabetic() && !fold::is_silent(c)).unwrap_or(rest.len());
            copy.push_str(&rest[..end]);
            self.at += end;
            if copy.len() > 256 {
                break;
            }
            if let Some(entity) = markup::entity(&self.text[self.at..])
                && entity.is_letter()
            {
                self.at += entity.length;
                letter = Some(entity.letter());
            }
        }
        let mut inner = Reader::<false>::new(&copy);
        inner.prefix_open = false;
        inner.read_word(fold::table());
        if let (Some(&hash), Some(flags)) = (inner.words.first(), inner.flags.first()) {
            self.capitals.0 += inner.capitals.0;
            self.capitals.1 += inner.capitals.1;
            self.push_word(hash, flags.0 & !Flags::STARTS_SENTENCE, start, self.at);
        }
    }

    /// Appends a word and lets what it completes (a placeholder, a time) take back what it stands for.
    fn push_word(&mut self, hash: u32, flags: u16, start: usize, end: usize) {
        let behind_number = self.flags.last().is_some_and(|flags| flags.is_number());
        if behind_number && (HOUR_WORDS.contains(&hash) && self.join_hour() || self.ends_time(hash)) {
            return;
        }
        self.push(hash, flags, start, end);
        if junk::ends_in_placeholder(&self.words) {
            self.truncate(self.words.len() - junk::PLACEHOLDER.len());
        }
    }

    fn push(&mut self, hash: u32, flags: u16, start: usize, end: usize) {
        if self.words.len() == MAX_TOKENS {
            self.full = true;
            return;
        }
        let starts = if self.words.len() == self.sentence { Flags::STARTS_SENTENCE } else { 0 };
        self.words.push(hash);
        self.flags.push(Flags(flags | starts));
        if SPANS {
            self.spans.push((start as u32, end as u32));
        }
    }

    fn truncate(&mut self, count: usize) {
        self.words.truncate(count);
        self.flags.truncate(count);
        if SPANS {
            self.spans.truncate(count);
        }
        self.sentence = self.sentence.min(count);
    }

    /// A dash between blanks near the beginning ends an outlet's dateline: `TTO - `, `(Chinhphu.vn) – `.
    fn see_dash(&mut self, start: usize) {
        if !self.prefix_open || self.words.is_empty() {
            return;
        }
        let spaced = self.text[..start].ends_with(|c: char| c.is_whitespace() || c == ')')
            && self.text[self.at..].starts_with(|c: char| c.is_whitespace() || c == '&');
        if spaced {
            self.prefix_open = false;
            if junk::is_dateline(&self.words, &self.flags) {
                self.truncate(0);
            }
        }
    }

    fn close_parenthesis(&mut self) {
        let Some(open) = self.parenthesis.take().filter(|&open| open < self.words.len()) else { return };
        let inside = &self.words[open..];
        if open == 0 && self.prefix_open && junk::is_dateline(inside, &self.flags)
            || junk::is_credit_in_parentheses(inside)
        {
            self.truncate(open);
        }
    }

    fn end_sentence(&mut self) {
        // `TP.HCM`, `G.Ma-tít`, `baochinhphu.vn`: a dot between letters ends nothing.
        if self.text[self.at..].starts_with(|c: char| c.is_alphanumeric()) {
            return;
        }
        self.settle_capitals();
        self.sentence = self.words.len();
        if self.words.len() > junk::LONGEST_DATELINE {
            self.prefix_open = false;
        }
    }

    /// In a sentence all in capitals, capitals do not tell names.
    fn settle_capitals(&mut self) {
        let (capitals, words) = self.capitals;
        if words >= 3 && capitals * 5 >= words * 4 {
            for flags in &mut self.flags[self.sentence..] {
                flags.0 &= !(Flags::CAPITAL | Flags::ALL_CAPITALS);
            }
        }
        self.capitals = (0, 0);
    }

    fn end_line(&mut self) {
        let start = self.line.min(self.words.len());
        let line = &self.words[start..];
        // A title ends without a full stop; a paragraph of the text does not.
        let is_title = || !self.text[self.line_at..self.at].trim_end().ends_with('.');
        let heads = junk::heads_links(line);
        let is_link = self.links && (line.is_empty() || line.len() <= junk::LONGEST_LINK && is_title());
        if heads || is_link || junk::is_credit_line(line) {
            self.truncate(start);
        }
        self.links = heads || is_link;
        self.line = self.words.len();
        self.line_at = self.at;
        self.parenthesis = None;
    }

    fn finish(mut self) -> (TokenText, Vec<(u32, u32)>) {
        self.end_line();
        let tail = junk::trailing_credit(&self.words, self.sentence);
        self.settle_capitals();
        self.truncate(tail);
        let mut exact = mix(self.years, self.words.len() as u64);
        for &hash in &self.words {
            exact = mix(exact, u64::from(hash));
        }
        (TokenText { words: self.words, flags: self.flags, exact: exact.wrapping_mul(MIX) }, self.spans)
    }
}

#[cfg(test)]
mod tests;
