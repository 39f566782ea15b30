//! One item from arrival to verdict: look up, fetch, decide. What the daemon and `bantin eval stories` both run.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::decide::{Candidate, Subject, Thresholds, Verdict, decide};
use super::index::{Index, Traces, candidates, traces};
use super::signature::Signature;
use crate::model::Instant;

/// A stored item as it is compared with a new one.
#[derive(Debug, Clone)]
pub struct Known {
    /// The number of its story.
    pub story: i64,
    /// Its title and text.
    pub signature: Arc<Signature>,
    /// When it was published, as far as we know.
    pub published: Instant,
    /// Its canonical address.
    pub link: Option<String>,
    /// The outlet that its credit line names.
    pub credit: Option<String>,
    /// The names by which credit lines know its source.
    pub outlets: Arc<[String]>,
}

/// Where stored items are fetched from by their number.
pub trait KnownItems {
    /// Why an item could not be fetched.
    type Error;

    /// The item, or `None` where it is no longer there. Those of a story that was taken down are given too: its copies
    /// stay away with it.
    fn known(&mut self, item: i64) -> Result<Option<Known>, Self::Error>;
}

/// Decides about an item that arrives at `at`, and returns what it is to be remembered by in the index.
///
/// Nothing is written: whoever carries the verdict out stores the item and calls [`Index::insert`] in one transaction.
///
/// # Errors
///
/// Those of the index and of the items.
pub fn judge<E>(
    item: &Subject<'_>,
    at: Instant,
    index: &mut impl Index<Error = E>,
    items: &mut impl KnownItems<Error = E>,
    thresholds: &Thresholds,
) -> Result<(Verdict, Traces), E> {
    let traces = traces(item.signature, item.link);
    let mut found: Vec<(i64, Known)> = Vec::new();
    for id in candidates(index, item.signature, &traces, at, thresholds.window)? {
        if let Some(known) = items.known(id)? {
            found.push((id, known));
        }
    }
    let candidates: Vec<Candidate<'_>> = found
        .iter()
        .map(|(id, known)| Candidate {
            id: *id,
            story: known.story,
            item: Subject {
                signature: &known.signature,
                published: known.published,
                link: known.link.as_deref(),
                credit: known.credit.as_deref(),
                outlets: &known.outlets,
            },
        })
        .collect();
    Ok((decide(item, &candidates, thresholds), traces))
}

/// The signatures of the items that were last stored or compared, so that most candidates need not be read again.
///
/// Three quarters of all copies follow within a day. An item of average length takes 3 KiB.
#[derive(Debug)]
pub struct SignatureCache {
    signatures: HashMap<i64, Arc<Signature>>,
    /// In order of arrival, with what each takes.
    order: VecDeque<(i64, usize)>,
    bytes: usize,
    most_bytes: usize,
}

impl SignatureCache {
    /// An empty cache that will hold about `most_bytes`.
    pub fn new(most_bytes: usize) -> Self {
        Self { signatures: HashMap::new(), order: VecDeque::new(), bytes: 0, most_bytes }
    }

    /// The signature of an item, if it is still here.
    pub fn get(&self, item: i64) -> Option<Arc<Signature>> {
        self.signatures.get(&item).cloned()
    }

    /// Keeps a signature, and lets the oldest ones go. An item that is here already is replaced.
    pub fn put(&mut self, item: i64, signature: Arc<Signature>) {
        let size = signature.memory_bytes();
        if size > self.most_bytes {
            return;
        }
        self.remove(item);
        self.signatures.insert(item, signature);
        self.order.push_back((item, size));
        self.bytes += size;
        while self.bytes > self.most_bytes
            && let Some((oldest, size)) = self.order.pop_front()
        {
            self.signatures.remove(&oldest);
            self.bytes -= size;
        }
    }

    /// Forgets an item whose text has changed or which was withdrawn.
    pub fn remove(&mut self, item: i64) {
        if self.signatures.remove(&item).is_some()
            && let Some(at) = self.order.iter().position(|(other, _)| *other == item)
            && let Some((_, size)) = self.order.remove(at)
        {
            self.bytes -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::signature::sign;
    use super::*;

    #[test]
    fn the_cache_keeps_the_newest_within_its_bounds() {
        let signature = Arc::new(sign("Tên", &"mưa lũ sạt lở ".repeat(100)));
        let size = signature.memory_bytes();
        let mut cache = SignatureCache::new(3 * size);
        for item in 0..5 {
            cache.put(item, signature.clone());
        }
        assert_eq!((0..5).filter(|item| cache.get(*item).is_some()).collect::<Vec<_>>(), [2, 3, 4]);
        cache.put(2, signature.clone());
        cache.put(5, signature);
        assert_eq!((0..6).filter(|item| cache.get(*item).is_some()).collect::<Vec<_>>(), [2, 4, 5]);
        cache.remove(4);
        assert!(cache.get(4).is_none());
        assert_eq!(cache.bytes, 2 * size);
    }
}
