//! How much of two texts is the same, in words.

use super::align::{self, Positions, Run};
use super::differ::{self, Differences};
use super::signature::Signature;
use super::titles::{self, Titles};

/// Words of a common run that is more than a stock phrase: `theo quy định của pháp luật` has six.
pub(super) const LONG_RUN: usize = 6;

/// Words of the beginning, which a copy keeps when it keeps anything.
const LEAD_WORDS: usize = 24;

/// What comparing two items gives. Symmetric: it does not matter which of the two came first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Words of the shorter text.
    pub short_words: usize,
    /// Words of the longer text.
    pub long_words: usize,
    /// Words of the shorter text that stand in common runs of three and more.
    pub shared: usize,
    /// Words of the shorter text that stand in common runs of six and more.
    pub in_long_runs: usize,
    /// Words of the shorter text in common runs that stand in the same order in both.
    pub in_order: usize,
    /// Where the longer text starts to be the shorter one.
    pub starts_at: usize,
    /// How many words of the longer text lie between the first and the last common run.
    pub spread: usize,
    /// The share of the beginning of one text that the other has somewhere: the greater of both directions, 0 to 1.
    pub lead: f32,
    /// What stands in one place of both texts and is not the same.
    pub differences: Differences,
    /// How the titles compare.
    pub titles: Titles,
    /// Whether both texts are the same, word for word.
    pub equal: bool,
    /// The common runs in order of the shorter text.
    pub(super) runs: Vec<Run>,
    /// Whether the first of the two is the shorter one.
    pub(super) first_is_short: bool,
}

impl Comparison {
    /// The share of the shorter text that is in the longer one: 0 to 1.
    pub fn containment(&self) -> f32 {
        share(self.shared, self.short_words)
    }

    /// The share of the shorter text that is in the longer one in runs of six words and more: 0 to 1.
    pub fn run_coverage(&self) -> f32 {
        share(self.in_long_runs, self.short_words)
    }

    /// The share of the shorter text that is in the longer one in the same order: 0 to 1.
    pub fn order(&self) -> f32 {
        share(self.in_order, self.short_words)
    }

    /// The share of both texts together that is common: 0 to 1.
    pub fn resemblance(&self) -> f32 {
        share(self.shared, self.short_words + self.long_words - self.shared.min(self.short_words))
    }
}

/// The share of the first words of a text that are in runs; `start` says where a run starts in it.
fn lead(runs: &[Run], words: usize, start: impl Fn(&Run) -> usize) -> f32 {
    let end = LEAD_WORDS.min(words);
    let mut covered = [false; LEAD_WORDS];
    for run in runs {
        let from = start(run).min(end);
        covered[from..(start(run) + run.length).min(end)].fill(true);
    }
    share(covered[..end].iter().filter(|covered| **covered).count(), end)
}

pub(super) fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

/// Compares two items.
pub fn compare(one: &Signature, other: &Signature) -> Comparison {
    Comparer::new(one).with(other)
}

/// Compares one item with several; what is needed of it every time is worked out once.
pub(super) struct Comparer<'a> {
    item: &'a Signature,
    positions: Option<Positions>,
}

impl<'a> Comparer<'a> {
    pub fn new(item: &'a Signature) -> Self {
        Self { item, positions: None }
    }

    pub fn with(&mut self, other: &Signature) -> Comparison {
        // By size, then by content: the same two items compare the same in either order.
        let rank = |signature: &Signature| (signature.body.len(), signature.body.exact());
        if rank(self.item) > rank(other) {
            let positions = self.positions.get_or_insert_with(|| Positions::of(self.item.body.words()));
            measure(other, self.item, positions, false)
        } else {
            measure(self.item, other, &Positions::of(other.body.words()), true)
        }
    }
}

fn measure(short: &Signature, long: &Signature, positions: &Positions, first_is_short: bool) -> Comparison {
    let equal = short.body.words() == long.body.words();
    let runs = align::runs(&short.body, &long.body, positions);
    let chain = align::in_order(&runs);
    let words = |runs: &mut dyn Iterator<Item = &Run>| runs.map(|run| run.length).sum::<usize>();
    Comparison {
        short_words: short.body.len(),
        long_words: long.body.len(),
        shared: words(&mut runs.iter()),
        in_long_runs: words(&mut runs.iter().filter(|run| run.length >= LONG_RUN)),
        in_order: words(&mut chain.iter()),
        starts_at: chain.first().map_or(0, |run| run.long),
        spread: chain.last().map_or(0, |run| run.long_end()) - chain.first().map_or(0, |run| run.long),
        lead: lead(&runs, short.body.len(), |run| run.short).max(lead(&runs, long.body.len(), |run| run.long)),
        differences: differ::differences(short, long, &chain),
        titles: titles::compare(short, long),
        equal,
        runs,
        first_is_short,
    }
}
