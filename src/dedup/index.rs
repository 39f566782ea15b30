//! Finding the few stored items that may be the same story.
//!
//! Two questions are asked of an index: who shares fingerprints with this item and was seen within the window, and who
//! has the same text, beginning or address, whatever its age. What the answers mean is decided in
//! [`super::decide`]; an index only remembers. [`MemoryIndex`] is for evaluation and tests, the store has one in SQLite;
//! both must answer alike.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;

use chrono::TimeDelta;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::signature::{SHORTEST_EXACT, Signature};
use crate::model::Instant;

/// Stored items that are looked at for one fingerprint, newest first. A passage that stands in more of them is a notice
/// or a motto, and tells nothing about being a copy.
pub const MOST_POSTINGS: usize = 32;

/// Candidates that are compared word by word, by fingerprints shared.
pub const MOST_CANDIDATES: usize = 24;

/// The share of the fingerprints of the item with fewer of them that a candidate must share. Labelled copies share at
/// least 36 in 100, most of them nearly all; a summary above a long footer may share few.
///
/// Candidates are what costs: each is read from the store and compared word by word. At 0.1, where one sentence in
/// common is enough, they were a third of the time of a first poll of 1,000 sources; the verdicts over the labelled
/// corpus are the same at 0.1 and at 0.25.
const SHARED_FINGERPRINTS: f32 = 0.20;

/// A stored item that shares fingerprints with another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its number.
    pub item: i64,
    /// How many it shares.
    pub shared: u32,
}

/// How many fingerprints a stored item must share with another one to be worth comparing. An index leaves all others out:
/// most items share one or two with some hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enough {
    /// How many the other one has.
    own: u32,
    /// Whether there is hardly any text to have more.
    is_short: bool,
}

impl Enough {
    /// For an item with this signature and these traces.
    pub fn of(signature: &Signature, traces: &Traces) -> Self {
        Self { own: traces.fingerprints.len() as u32, is_short: signature.body.len() < SHORTEST_EXACT }
    }

    /// One is enough.
    pub const ONE: Self = Self { own: 1, is_short: true };

    /// Whether `shared` are, where the stored item has `of`.
    #[inline]
    pub fn is(self, shared: u32, of: u32) -> bool {
        let fewer = self.own.min(of).max(1);
        // One shared fingerprint is a stock phrase, unless there is hardly any text to have more.
        let least = if self.is_short || fewer <= 4 { 1 } else { 2 };
        shared >= least && shared as f32 >= SHARED_FINGERPRINTS * fewer as f32
    }
}

/// What an item is remembered by in an index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traces {
    /// For finding copies of every kind within the window: the text's fingerprints and one of the title, ascending.
    pub fingerprints: Vec<u32>,
    /// For recognising it for good: the whole text, its beginning, its address, each hashed with its own seed.
    pub keys: Vec<i64>,
}

/// Returns what an item with this signature and canonical address is remembered by.
pub fn traces(signature: &Signature, link: Option<&str>) -> Traces {
    let mut fingerprints = signature.fingerprints.clone();
    if let Some(title) = signature.title {
        let trace = xxh3_64_with_seed(&title.to_le_bytes(), 1) as u32;
        if let Err(at) = fingerprints.binary_search(&trace) {
            fingerprints.insert(at, trace);
        }
    }
    let text = [(signature.exact, 2), (signature.lead, 3)];
    let keys = text
        .into_iter()
        .filter_map(|(hash, seed)| hash.map(|hash| xxh3_64_with_seed(&hash.to_le_bytes(), seed)))
        .chain(link.map(|link| xxh3_64_with_seed(link.as_bytes(), 4)))
        .map(|key| key as i64)
        .collect();
    Traces { fingerprints, keys }
}

/// What remembers items by their [`Traces`].
pub trait Index {
    /// Why it could not answer.
    type Error;

    /// Items seen between `from` and `to` that share `enough` of `fingerprints`: of each fingerprint the newest
    /// [`MOST_POSTINGS`] count. One that was remembered again counts as that version which shares most. In any order.
    fn near(
        &mut self,
        fingerprints: &[u32],
        enough: Enough,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Hit>, Self::Error>;

    /// Items of any age that have one of `keys`: of each key the [`MOST_SAME`] with the highest numbers, however often each was
    /// remembered. In any order, perhaps repeated.
    fn same(&mut self, keys: &[i64]) -> Result<Vec<i64>, Self::Error>;

    /// Remembers an item, which was seen at `at`. One whose text or address has changed is remembered again.
    fn insert(&mut self, item: i64, at: Instant, traces: &Traces) -> Result<(), Self::Error>;
}

/// Returns the items that are worth comparing with one that has these traces: at most [`MOST_CANDIDATES`] by
/// fingerprints, best first, then those with an equal key. An item that is judged again finds itself, too.
///
/// # Errors
///
/// Those of the index.
pub fn candidates<I: Index>(
    index: &mut I,
    signature: &Signature,
    traces: &Traces,
    at: Instant,
    window: TimeDelta,
) -> Result<Vec<i64>, I::Error> {
    // Items may be seen out of order by a little: a poll has one clock, but several polls run at once.
    let enough = Enough::of(signature, traces);
    let mut hits = index.near(&traces.fingerprints, enough, at - window, at + TimeDelta::days(1))?;
    hits.sort_unstable_by_key(|hit| Reverse((hit.shared, hit.item)));
    let mut found: Vec<i64> = hits.iter().take(MOST_CANDIDATES).map(|hit| hit.item).collect();
    for item in index.same(&traces.keys)? {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    Ok(found)
}

/// Items that are looked at for one permanent key, newest first.
pub const MOST_SAME: usize = 8;

/// An index in memory. It forgets nothing: for evaluation and tests.
#[derive(Debug, Default)]
pub struct MemoryIndex {
    /// Places in `versions`.
    postings: HashMap<u32, Vec<usize>>,
    keys: HashMap<i64, BTreeSet<i64>>,
    /// Item, when it was seen, how many fingerprints it has; as they came.
    versions: Vec<(i64, Instant, u32)>,
}

impl Index for MemoryIndex {
    type Error = Infallible;

    fn near(
        &mut self,
        fingerprints: &[u32],
        enough: Enough,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Hit>, Infallible> {
        let mut shared: HashMap<usize, u32> = HashMap::new();
        for fingerprint in fingerprints {
            let postings = self.postings.get(fingerprint).into_iter().flatten().rev();
            let within = postings.filter(|version| (from..=to).contains(&self.versions[**version].1));
            for version in within.take(MOST_POSTINGS) {
                *shared.entry(*version).or_default() += 1;
            }
        }
        let mut most: BTreeMap<i64, u32> = BTreeMap::new();
        for (version, shared) in shared {
            let (item, _, of) = self.versions[version];
            if enough.is(shared, of) {
                let most = most.entry(item).or_default();
                *most = shared.max(*most);
            }
        }
        Ok(most.into_iter().map(|(item, shared)| Hit { item, shared }).collect())
    }

    fn same(&mut self, keys: &[i64]) -> Result<Vec<i64>, Infallible> {
        let known = keys.iter().filter_map(|key| self.keys.get(key));
        Ok(known.flat_map(|items| items.iter().rev().take(MOST_SAME)).copied().collect())
    }

    fn insert(&mut self, item: i64, at: Instant, traces: &Traces) -> Result<(), Infallible> {
        for &fingerprint in &traces.fingerprints {
            self.postings.entry(fingerprint).or_default().push(self.versions.len());
        }
        for &key in &traces.keys {
            self.keys.entry(key).or_default().insert(item);
        }
        self.versions.push((item, at, traces.fingerprints.len() as u32));
        Ok(())
    }
}
