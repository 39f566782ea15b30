//! What tells two bulletins from the same mould apart: other days, numbers, places and people in the same places.
//!
//! A copy loses sentences, gains captions, has words replaced by an editor's. What an editor does not do is to put
//! another number where a number was. Two texts are therefore laid side by side, and every gap between two common runs
//! that is filled in both is looked at: a *slot*. Numbers against other numbers, a province against another, a name
//! against another count as different; a number against a word, a name against its initials, words against words do not.

use std::ops::Range;

use super::abbreviations;
use super::align::Run;
use super::compare::share;
use super::places;
use super::signature::Signature;
use super::tokens::{Flags, Number, TokenText, number};

/// Words of a gap that may still be one thing put for another; in longer ones sentences were rewritten.
const LONGEST_SLOT: usize = 12;

/// Words at the beginning of a text where one other day or place says that the whole text is about another one.
const LEAD_WORDS: usize = 60;

/// Below so many words a single difference of numbers or places is decisive.
const SHORT_TEXT: usize = 150;

/// Distinct numbers that both texts must have before their numbers are compared as a whole.
const FEW_NUMBERS: usize = 4;

/// Counts of what differs and what agrees in the places that two texts have in common.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Differences {
    /// Slots with other numbers; the same two numbers count once.
    pub numbers: usize,
    /// Slots with other provinces.
    pub places: usize,
    /// Slots with other names.
    pub names: usize,
    /// Numbers that agree.
    pub equal_numbers: usize,
    /// Words of names that agree.
    pub equal_names: usize,
    /// Slots with other days or places.
    pub days_or_places: usize,
    /// Slots with other numbers or places within the first words of either text.
    pub in_lead: usize,
    /// Words of the shorter text.
    pub words: usize,
    /// Share of the numbers of the text with fewer of them that the other has too; 1 where one has hardly any.
    pub number_overlap: f32,
    /// The first two numbers that stand against each other, for people.
    pub example: Option<(Number, Number)>,
}

impl Differences {
    /// How much differs, in places: a name counts half, because names are also shortened and transcribed.
    fn weight(&self) -> f32 {
        (self.numbers + self.places) as f32 + 0.5 * self.names as f32
    }

    /// The share of the compared places that differ: 0 to 1.
    pub fn share(&self) -> f32 {
        let differing = self.weight();
        if differing == 0.0 {
            return 0.0;
        }
        differing / (differing + self.equal_numbers as f32 + 0.2 * self.equal_names as f32)
    }

    /// Tells whether these are two texts from one mould. `differing` is the share from which it is.
    ///
    /// In a short text another day or place is enough. One differing number in a long text may be a misprint that the
    /// copy has mended, unless it stands in the lead; so may one name that was transcribed otherwise.
    pub fn contradict(&self, differing: f32) -> bool {
        let short = self.words < SHORT_TEXT;
        if short && self.days_or_places > 0 {
            return true;
        }
        // Each kind by itself: many names that agree do not make up for the numbers that do not.
        let hard = self.numbers + self.places;
        if hard >= 2 && share(hard, hard + self.equal_numbers) >= 1.5 * differing {
            return true;
        }
        if self.names >= 3 && share(3 * self.names, 3 * self.names + self.equal_names) >= 1.5 * differing {
            return true;
        }
        let decisive = if short || self.in_lead > 0 { 1.0 } else { 1.5 };
        self.weight() >= decisive && self.share() >= differing
    }
}

/// Looks at the gaps between the runs of `chain`, which stand in the same order in both texts.
pub(super) fn differences(short: &Signature, long: &Signature, chain: &[Run]) -> Differences {
    let mut found =
        Differences { words: short.body.len(), number_overlap: number_overlap(short, long), ..Differences::default() };
    let slots = slots(short.body.len(), long.body.len(), chain);
    let names = if slots.is_empty() { Vec::new() } else { names_of(&[short, long]) };
    for run in chain {
        for at in run.short..run.short_end() {
            let (word, flags) = (short.body.words()[at], short.body.flags()[at]);
            if flags.is_number() {
                found.equal_numbers += 1;
            } else if names.binary_search(&word).is_ok() {
                found.equal_names += 1;
            }
        }
    }
    let mut seen = Vec::new();
    for (here, there) in slots {
        // Where both sides lost other sentences, other sentences stand against each other, and say nothing.
        if is_sentences(&short.body, &here)
            && is_sentences(&long.body, &there)
            && !are_alike(short, &here, long, &there)
        {
            continue;
        }
        look(&mut found, &mut seen, Gap::new(&short.body, here, &names), Gap::new(&long.body, there, &names));
    }
    found
}

/// Pairs of gaps that may hold one thing put for another: between two runs, before the first, behind the last.
fn slots(short: usize, long: usize, chain: &[Run]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut slots = Vec::new();
    let mut add = |here: Range<usize>, there: Range<usize>| {
        if !here.is_empty() && !there.is_empty() && here.len() <= LONGEST_SLOT && there.len() <= LONGEST_SLOT {
            slots.push((here, there));
        }
    };
    if let Some(first) = chain.first() {
        // Before the first run as far back as both go: the shorter may be a piece from anywhere in the longer.
        let back = first.short.min(LONGEST_SLOT);
        if first.short <= LONGEST_SLOT {
            add(first.short - back..first.short, first.long.saturating_sub(back)..first.long);
        }
    }
    for two in chain.windows(2) {
        add(two[0].short_end()..two[1].short, two[0].long_end()..two[1].long);
    }
    if let Some(last) = chain.last() {
        let left = short - last.short_end();
        add(last.short_end()..short, last.long_end()..long.min(last.long_end() + left));
    }
    slots
}

/// Tells whether at least two in five words of the shorter gap are in the longer one.
fn are_alike(one: &Signature, here: &Range<usize>, other: &Signature, there: &Range<usize>) -> bool {
    let (here, there) = (&one.body.words()[here.clone()], &other.body.words()[there.clone()]);
    let (few, many) = if here.len() <= there.len() { (here, there) } else { (there, here) };
    few.iter().filter(|word| many.contains(word)).count() * 5 >= few.len() * 2
}

/// Tells whether a gap is made of whole sentences: its first word and the one behind it start one. A number in a list
/// (`3.`) is no sentence.
fn is_sentences(text: &TokenText, gap: &Range<usize>) -> bool {
    let starts = |at: usize| text.flags().get(at).is_none_or(|flags| flags.starts_sentence());
    gap.len() >= 4 && starts(gap.start) && starts(gap.end)
}

/// One side of a slot.
struct Gap<'a> {
    text: &'a TokenText,
    range: Range<usize>,
    names: &'a [u32],
}

impl<'a> Gap<'a> {
    fn new(text: &'a TokenText, range: Range<usize>, names: &'a [u32]) -> Self {
        Self { text, range, names }
    }

    fn words(&self) -> impl Iterator<Item = (u32, Flags)> + '_ {
        self.range.clone().map(|at| (self.text.words()[at], self.text.flags()[at]))
    }

    fn holds(&self, wanted: u32) -> bool {
        self.words().any(|(word, _)| word == wanted)
    }

    fn numbers(&self) -> impl Iterator<Item = (u32, Flags)> + '_ {
        self.words().filter(|(_, flags)| flags.is_number())
    }

    /// Provinces, also those that share a syllable with what stands around the gap: `Quảng [Nam]`, `[Thái] Bình`.
    fn places(&self) -> impl Iterator<Item = [u32; 2]> + '_ {
        let from = self.range.start.saturating_sub(1);
        let to = (self.range.end + 1).min(self.text.len());
        self.text.words()[from..to]
            .windows(2)
            .map(|two| [two[0], two[1]])
            .filter(|two| places::is_place(two[0], two[1]))
    }

    fn names(&self) -> impl Iterator<Item = u32> + '_ {
        self.words()
            .filter(|(word, flags)| !flags.is_number() && !flags.is_initial() && self.names.binary_search(word).is_ok())
            .map(|(word, _)| word)
    }
}

/// Counts what stands against what in one slot. The same two numbers count once, however often they stand there: a
/// misread `1/2.000` is misread every time.
fn look(found: &mut Differences, seen: &mut Vec<(u32, u32)>, here: Gap<'_>, there: Gap<'_>) {
    let mut example = None;
    let mut words = (0, 0);
    let numbers = here.numbers().filter(|(word, _)| !there.holds(*word)).any(|(word, flags)| {
        there
            .numbers()
            .filter(|(other, _)| !here.holds(*other))
            // A date against a plain number is another way of putting it: `22/2/2015` and `tháng 2/2015`.
            .find(|(_, other)| other.is_pair() == flags.is_pair())
            .inspect(|&(other, other_flags)| {
                words = (word, other);
                example = number(word, flags).zip(number(other, other_flags));
            })
            .is_some()
    });
    let places = || {
        here.places().any(|place| there.places().all(|other| other != place))
            && there.places().any(|place| here.places().all(|other| other != place))
    };
    let names = || {
        let one_sided = here.names().any(|name| !there.holds(name)) && there.names().any(|name| !here.holds(name));
        let (here, there): (Vec<_>, Vec<_>) = (here.words().collect(), there.words().collect());
        one_sided && !abbreviations::abbreviates(&here, &there) && !abbreviations::abbreviates(&there, &here)
    };
    let is_day = |number: Number| matches!(number, Number::Pair(1..=31, 1..=12));
    if numbers {
        if seen.contains(&words) {
            return;
        }
        seen.push(words);
        found.numbers += 1;
        found.days_or_places += usize::from(example.is_some_and(|(one, other)| is_day(one) && is_day(other)));
        found.example = found.example.or(example);
    } else if places() {
        found.places += 1;
        found.days_or_places += 1;
    } else if names() {
        found.names += 1;
        return;
    } else {
        return;
    }
    if here.range.start.min(there.range.start) < LEAD_WORDS {
        found.in_lead += 1;
    }
}

/// Words that are written as names anywhere in these items, ascending. A name that starts a sentence, or stands in a
/// headline all in capitals, is known by its other occurrences.
fn names_of(items: &[&Signature]) -> Vec<u32> {
    let mut names: Vec<u32> = items
        .iter()
        .flat_map(|item| [&item.heading, &item.body])
        .flat_map(|text| text.words().iter().zip(text.flags()))
        .filter(|(_, flags)| flags.is_name() && !flags.is_number())
        .map(|(&word, _)| word)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn number_overlap(short: &Signature, long: &Signature) -> f32 {
    let (few, many) = if short.numbers.len() <= long.numbers.len() { (short, long) } else { (long, short) };
    if few.numbers.len() < FEW_NUMBERS {
        return 1.0;
    }
    let common = few.numbers.iter().filter(|number| many.numbers.binary_search(number).is_ok()).count();
    common as f32 / few.numbers.len() as f32
}
