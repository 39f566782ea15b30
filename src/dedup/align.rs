//! Where two texts say the same: common runs of words, and what stands in the gaps between them.

use super::signature::{SHINGLE, shingle};
use super::tokens::TokenText;

/// Words that stand in both texts, in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// First word in the shorter text.
    pub short: usize,
    /// First word in the longer text.
    pub long: usize,
    /// How many.
    pub length: usize,
}

impl Run {
    pub fn short_end(self) -> usize {
        self.short + self.length
    }

    pub fn long_end(self) -> usize {
        self.long + self.length
    }
}

/// Occurrences of one shingle that are tried; a text that repeats one phrase more often is padding.
const MOST_OCCURRENCES: usize = 16;

/// Runs that are put in order; the longest ones, where there are more.
const MOST_RUNS: usize = 256;

const NONE: u32 = u32::MAX;

/// Where each shingle of a text stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Positions {
    /// Open addressing: shingle and its first position, [`NONE`] where empty.
    slots: Vec<(u32, u32)>,
    /// For each position the next one with the same shingle.
    next: Vec<u32>,
    mask: usize,
}

impl Positions {
    /// Notes the shingles of `words`.
    pub fn of(words: &[u32]) -> Self {
        let count = words.len().saturating_sub(SHINGLE - 1);
        let size = (count * 2).next_power_of_two().max(4);
        let mut positions = Self { slots: vec![(0, NONE); size], next: vec![NONE; count], mask: size - 1 };
        // From the end, so that chains run forward.
        for at in (0..count).rev() {
            let hash = shingle(words[at], words[at + 1], words[at + 2]);
            let slot = positions.slot(hash);
            let (_, first) = positions.slots[slot];
            positions.next[at] = first;
            positions.slots[slot] = (hash, at as u32);
        }
        positions
    }

    fn slot(&self, hash: u32) -> usize {
        let mut slot = hash as usize & self.mask;
        while self.slots[slot].1 != NONE && self.slots[slot].0 != hash {
            slot = (slot + 1) & self.mask;
        }
        slot
    }

    fn of_shingle(&self, hash: u32) -> impl Iterator<Item = usize> + '_ {
        let first = self.slots[self.slot(hash)].1;
        std::iter::successors((first != NONE).then_some(first), |&at| {
            Some(self.next[at as usize]).filter(|&next| next != NONE)
        })
        .take(MOST_OCCURRENCES)
        .map(|at| at as usize)
    }
}

/// Covers `short` from left to right with the longest runs that `long` has; every word is in one run at most.
pub(super) fn runs(short: &TokenText, long: &TokenText, positions: &Positions) -> Vec<Run> {
    let (a, b) = (short.words(), long.words());
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    while at + SHINGLE <= a.len() {
        let expected = runs.last().map_or(at, |run| run.long_end() + (at - run.short_end()));
        let hash = shingle(a[at], a[at + 1], a[at + 2]);
        let best = positions
            .of_shingle(hash)
            .map(|start| {
                let length = a[at..].iter().zip(&b[start..]).take_while(|(x, y)| x == y).count();
                (length, start)
            })
            .max_by_key(|&(length, start)| (length, std::cmp::Reverse(start.abs_diff(expected))));
        match best {
            Some((length, start)) if length >= SHINGLE => {
                runs.push(Run { short: at, long: start, length });
                at += length;
            }
            _ => at += 1,
        }
    }
    runs
}

/// The runs that stand in the same order in both texts and cover most words.
pub(super) fn in_order(runs: &[Run]) -> Vec<Run> {
    let mut kept: Vec<Run> = runs.to_vec();
    if kept.len() > MOST_RUNS {
        kept.sort_by_key(|run| (std::cmp::Reverse(run.length), run.short));
        kept.truncate(MOST_RUNS);
        kept.sort_by_key(|run| run.short);
    }
    // The heaviest chain that ends with each run, and the run before it.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(kept.len());
    for (at, run) in kept.iter().enumerate() {
        let before = (0..at).filter(|&other| kept[other].long_end() <= run.long).max_by_key(|&other| best[other].0);
        best.push((run.length + before.map_or(0, |other| best[other].0), before));
    }
    let mut chain = Vec::new();
    let mut next = (0..kept.len()).max_by_key(|&at| best[at].0);
    while let Some(at) = next {
        chain.push(kept[at]);
        next = best[at].1;
    }
    chain.reverse();
    chain
}
