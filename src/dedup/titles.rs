//! What two titles say about their texts: much when they contradict, little when they agree.
//!
//! `Giá vàng hôm nay` stands over another article every day, and a copy often has a title of its own; so an equal title
//! proves nothing, and an unlike one neither. But `Dự báo thời tiết Nghệ An ngày 6/6` and `… Hà Tĩnh ngày 7/6` are two.

use super::places;
use super::signature::Signature;
use super::tokens::{Flags, Number, TokenText, number};

/// How two titles compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Titles {
    /// Word for word the same, and not empty.
    pub equal: bool,
    /// Words of the shorter title.
    pub words: usize,
    /// … that the longer one has too.
    pub common: usize,
    /// All words of the shorter one stand in the longer one in the same order: the same title, cut or with something
    /// added. `Tin số 2 của báo 0` and `Tin số 0 của báo 2` have the same words and are two.
    pub contained: bool,
    /// What they contradict each other in.
    pub conflict: Option<TitleConflict>,
    /// In hundredths, how much of the shorter item's title stands in the longer item's text, in pairs of words.
    pub short_in_text: u8,
    /// In hundredths, how much of the longer item's title stands in the shorter item's text, in pairs of words.
    pub long_in_text: u8,
}

/// What two titles contradict each other in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitleConflict {
    /// Another day (or any other number of two parts).
    Dates(Number, Number),
    /// Other numbers.
    Numbers,
    /// Other provinces.
    Places,
}

impl Titles {
    /// The share of the shorter title's words that the longer one has: 0 to 1.
    pub fn overlap(&self) -> f32 {
        super::compare::share(self.common, self.words)
    }

    /// How far the two items are about the same thing as far as titles tell: the titles are alike, or one says what
    /// the other's text says. 0 to 1; titles made by another editor reach .3, those of other articles 0.
    pub fn kinship(&self) -> f32 {
        // One word in common is chance.
        let overlap = if self.common >= 2 { self.overlap() } else { 0.0 };
        overlap.max(f32::from(self.short_in_text.max(self.long_in_text)) / 100.0)
    }
}

/// Compares the titles of two items, that with the shorter text first; their texts are asked whether what one title says is also said by the other item.
pub(super) fn compare(one: &Signature, other: &Signature) -> Titles {
    let in_text = |title: &TokenText, text: &TokenText| {
        let pairs = title.words().windows(2);
        // A title of one word or none is about anything.
        let found = pairs.clone().filter(|pair| text.words().windows(2).any(|two| two == *pair)).count();
        if pairs.len() == 0 { 50 } else { (found * 100 / pairs.len()) as u8 }
    };
    let (short, long) = if one.heading.len() <= other.heading.len() {
        (&one.heading, &other.heading)
    } else {
        (&other.heading, &one.heading)
    };
    let common = short.words().iter().filter(|word| long.words().contains(word)).count();
    let equal = short.words() == long.words();
    // Looking titles up in texts is only worth it where they differ.
    let unlike = common * 2 < short.len() || short.is_empty();
    Titles {
        short_in_text: if unlike { in_text(&one.heading, &other.body) } else { 100 },
        long_in_text: if unlike { in_text(&other.heading, &one.body) } else { 100 },
        equal: equal && !short.is_empty(),
        words: short.len(),
        common,
        contained: !short.is_empty() && (equal || common_in_order(short.words(), long.words()) == short.len()),
        conflict: conflict(one, other),
    }
}

fn conflict(one: &Signature, other: &Signature) -> Option<TitleConflict> {
    let (here, there) = (&one.heading, &other.heading);
    if let Some((date, other_date)) = first_date(here, there).zip(first_date(there, here))
        && dates(here).all(|date| dates(there).all(|other| other != date))
    {
        return Some(TitleConflict::Dates(date, other_date));
    }
    // A title made from the text says what the other item says elsewhere; where the titles are from one mould, only
    // they count.
    let mould = is_one_mould(here, there);
    let alone = |word: u32, item: &Signature| {
        !item.heading.words().contains(&word) && (mould || item.numbers.binary_search(&word).is_err())
    };
    let lone = |title: &TokenText, item: &Signature, pairs: bool| {
        numbers(title).any(|(word, flags)| flags.is_pair() == pairs && alone(word, item))
    };
    if [true, false].into_iter().any(|pairs| lone(here, other, pairs) && lone(there, one, pairs)) {
        return Some(TitleConflict::Numbers);
    }
    let lone_place = |title: &TokenText, item: &Signature| {
        places(title).any(|place| {
            places(&item.heading).all(|other| other != place)
                && (mould || places(&item.body).all(|other| other != place))
        })
    };
    (lone_place(here, other) && lone_place(there, one)).then_some(TitleConflict::Places)
}

/// Tells whether two titles are the same but for numbers, places and at most every fifth word.
fn is_one_mould(one: &TokenText, other: &TokenText) -> bool {
    let common = common_in_order(one.words(), other.words());
    let fixed =
        |title: &TokenText| title.len() - numbers(title).count() - 2 * places(title).count().min(title.len() / 2);
    let longest = fixed(one).max(fixed(other));
    longest >= 3 && common * 5 >= longest.min(one.len()) * 4
}

/// The length of the longest common subsequence. Titles are short; those that are not are cut.
fn common_in_order(one: &[u32], other: &[u32]) -> usize {
    const LONGEST: usize = 64;
    let (one, other) = (&one[..one.len().min(LONGEST)], &other[..other.len().min(LONGEST)]);
    let mut lengths = [0usize; LONGEST + 1];
    for word in one {
        let mut diagonal = 0;
        for (at, candidate) in other.iter().enumerate() {
            let above = lengths[at + 1];
            lengths[at + 1] = if word == candidate { diagonal + 1 } else { above.max(lengths[at]) };
            diagonal = above;
        }
    }
    lengths[other.len()]
}

fn numbers(title: &TokenText) -> impl Iterator<Item = (u32, Flags)> + '_ {
    title.words().iter().copied().zip(title.flags().iter().copied()).filter(|(_, flags)| flags.is_number())
}

/// Pairs that can be a day and a month.
fn dates(title: &TokenText) -> impl Iterator<Item = Number> + '_ {
    numbers(title).filter_map(|(word, flags)| number(word, flags)).filter(
        |number| matches!(number, Number::Pair(day, month) if (1..=31).contains(day) && (1..=12).contains(month)),
    )
}

fn first_date(title: &TokenText, other: &TokenText) -> Option<Number> {
    dates(title).find(|date| dates(other).all(|there| there != *date))
}

fn places(text: &TokenText) -> impl Iterator<Item = [u32; 2]> + '_ {
    text.words().windows(2).map(|two| [two[0], two[1]]).filter(|two| places::is_place(two[0], two[1]))
}
