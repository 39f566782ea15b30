//! Invented news in any amount, for benches: Vietnamese syllables in the lengths and repetitions of real articles.
//!
//! About one item in eight is a copy (whole, shortened, or the lead only) of one that came up to a month before, most
//! of them within a day; one in thirty is a bulletin that differs from yesterday's by its numbers alone.

use chrono::{DateTime, TimeDelta, Utc};

/// An item as it arrives.
pub struct NewsItem {
    /// Its title.
    pub title: String,
    /// Lead, line break, body.
    pub text: String,
    /// When it is seen.
    #[allow(dead_code)] // not every bench asks
    pub at: DateTime<Utc>,
    /// The number of the item it was copied from.
    #[allow(dead_code)] // not every bench asks
    pub copy_of: Option<usize>,
}

/// An endless newsroom. The same seed gives the same news.
pub struct Newsroom {
    random: u64,
    syllables: Vec<String>,
    phrases: Vec<String>,
    /// Seeds of the originals, so that a copy can be made of any of them without keeping its text.
    originals: Vec<(usize, u64)>,
    count: usize,
    items_a_day: usize,
}

const ONSETS: [&str; 22] = [
    "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "s", "t", "th", "tr", "v",
    "x",
];
const RIMES: [&str; 48] = [
    "a", "ai", "an", "ang", "anh", "ao", "au", "ay", "ăn", "ăng", "ân", "âu", "ây", "e", "em", "en", "eo", "ê", "êm",
    "ên", "i", "iên", "iêu", "im", "in", "inh", "o", "oa", "oi", "om", "on", "ong", "ô", "ôi", "ôn", "ông", "ơ", "ơi",
    "ơn", "u", "ui", "ung", "uôn", "ư", "ưa", "ưng", "ươi", "ương",
];
const TONES: [&str; 6] = ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"];

impl Newsroom {
    /// Opens a newsroom that writes so many items a day.
    pub fn new(seed: u64, items_a_day: usize) -> Self {
        let mut room = Self {
            random: seed | 1,
            syllables: Vec::new(),
            phrases: Vec::new(),
            originals: Vec::new(),
            count: 0,
            items_a_day,
        };
        for onset in ONSETS {
            for rime in RIMES {
                let tone = TONES[room.below(TONES.len())];
                // The tone goes on the first vowel; composed as sources write it.
                let vowel = rime.chars().next().expect("rimes are not empty").len_utf8();
                let syllable = format!("{onset}{}{tone}{}", &rime[..vowel], &rime[vowel..]);
                room.syllables.push(unicode_normalization::UnicodeNormalization::nfc(syllable.as_str()).collect());
            }
        }
        room.phrases = (0..400).map(|_| room.words(4)).collect();
        room
    }

    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 11) as usize) % end
    }

    /// Low numbers often, high ones seldom, as words are used.
    fn often_low(&mut self, end: usize) -> usize {
        let fraction = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((end as f64).powf(fraction) - 1.0) as usize
    }

    fn words(&mut self, count: usize) -> String {
        let mut text = String::new();
        for at in 0..count {
            if at > 0 {
                text.push(' ');
            }
            let word = self.often_low(self.syllables.len());
            text.push_str(&self.syllables[word]);
        }
        text
    }

    fn sentence(&mut self) -> String {
        let count = 8 + self.below(24);
        let mut text = self.words(count);
        for _ in 0..self.below(3) {
            let phrase = self.often_low(self.phrases.len());
            text = format!("{text} {}", self.phrases[phrase]);
        }
        if self.below(2) == 0 {
            text = format!("{text} {}/{} {}", 1 + self.below(28), 1 + self.below(12), self.below(5000));
        }
        let first = text.chars().next().expect("sentences have words");
        text.replacen(first, &first.to_uppercase().to_string(), 1) + "."
    }

    /// The article that a seed stands for: title, and sentences of which the first is the lead.
    fn article(&mut self, seed: u64) -> (String, Vec<String>) {
        // A stream of its own, so that no article is a piece of the newsroom's.
        let own = (seed ^ (seed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let outside = std::mem::replace(&mut self.random, (own ^ (own >> 29)) | 1);
        let title = self.words(11);
        // 447 words on average, some much longer.
        let sentences = 4 + self.below(14) + self.below(14);
        let text = (0..sentences).map(|_| self.sentence()).collect();
        self.random = outside;
        (title, text)
    }

    fn bulletin(&mut self, family: u64) -> (String, Vec<String>) {
        let (_, mut text) = self.article(family);
        text.truncate(5);
        let day = self.count / self.items_a_day;
        let title = format!("Bản tin số {} ngày {}/{}", family % 97, 1 + day % 28, 1 + day / 28 % 12);
        for sentence in &mut text {
            *sentence = format!("{sentence} Mức {} và {} điểm.", self.below(100_000), self.below(1000));
        }
        (title, text)
    }
}

impl Iterator for Newsroom {
    type Item = NewsItem;

    fn next(&mut self) -> Option<NewsItem> {
        let number = self.count;
        let mut copy_of = None;
        let (title, sentences) = match self.below(240) {
            0..8 => {
                let family = 1 + self.below(60) as u64 * 1_000_003;
                self.bulletin(family)
            }
            8..38 if self.originals.len() > 10 => {
                // Most copies follow within a day, one in twenty within a month.
                let days = if self.below(20) == 0 { 30 } else { 1 };
                let back = self.below((days * self.items_a_day * 4 / 5).min(self.originals.len()));
                let (original, seed) = self.originals[self.originals.len() - 1 - back];
                copy_of = Some(original);
                let (title, mut text) = self.article(seed);
                match self.below(4) {
                    0 => text.truncate(1),
                    1 => text.truncate(text.len() * 3 / 4),
                    2 => drop(text.remove(text.len() / 2)),
                    _ => {}
                }
                (title, text)
            }
            _ => {
                let seed = self.next() | 1;
                self.originals.push((number, seed));
                self.article(seed)
            }
        };
        let (lead, body) = sentences.split_first().expect("articles have a lead");
        let at = DateTime::from_timestamp(1_767_225_600, 0).expect("2026 is a year")
            + TimeDelta::milliseconds((number as i64) * 86_400_000 / self.items_a_day as i64);
        self.count += 1;
        Some(NewsItem { title, text: format!("{lead}\n{}", body.join(" ")), at, copy_of })
    }
}

/// Processor time that this process has used, user and system, in seconds.
#[allow(dead_code)] // not every bench asks
pub fn cpu_seconds() -> f64 {
    // SAFETY: `usage` is a plain struct that the call fills in.
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
