//! Pages made on request, kept while nothing changed and there is room.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::publish::Representation;

/// Documents by path, the least recently used leaving first.
///
/// Everything in it belongs to one *generation*; when the store changes, a new one begins and all of it is forgotten.
/// A document is put in under the generation in which its making began, so that one made from the state before a
/// change never outlives the change.
#[derive(Debug)]
pub(super) struct Cache {
    inner: Mutex<Inner>,
    capacity_bytes: usize,
}

#[derive(Debug, Default)]
struct Inner {
    generation: u64,
    clock: u64,
    bytes: usize,
    kept: HashMap<String, Kept>,
}

#[derive(Debug)]
struct Kept {
    representation: Representation,
    weight: usize,
    used: u64,
}

impl Cache {
    pub fn new(capacity_bytes: usize) -> Self {
        Self { inner: Mutex::default(), capacity_bytes }
    }

    /// Forgets everything, and what is being made now with it.
    pub fn renew(&self) {
        let mut inner = self.lock();
        inner.generation += 1;
        inner.bytes = 0;
        inner.kept.clear();
    }

    /// The generation to put in what is made from now on.
    pub fn generation(&self) -> u64 {
        self.lock().generation
    }

    pub fn get(&self, path: &str) -> Option<Representation> {
        let mut inner = self.lock();
        inner.clock += 1;
        let clock = inner.clock;
        let kept = inner.kept.get_mut(path)?;
        kept.used = clock;
        Some(kept.representation.clone())
    }

    pub fn put(&self, path: String, generation: u64, representation: Representation) {
        // The compressed forms weigh too, together less than half of the plain one in practice.
        let weight = representation.len() * 3 / 2 + path.len() + 256;
        let mut inner = self.lock();
        // No document may push out more than a few others.
        if generation != inner.generation || weight > self.capacity_bytes / 4 {
            return;
        }
        inner.clock += 1;
        let used = inner.clock;
        inner.bytes += weight;
        if let Some(old) = inner.kept.insert(path, Kept { representation, weight, used }) {
            inner.bytes -= old.weight;
        }
        while inner.bytes > self.capacity_bytes {
            // A walk over some hundred entries, rarely: simpler than a list through a map, and it cannot go wrong.
            let Some(oldest) = inner.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(path, _)| path.clone()) else {
                break;
            };
            if let Some(old) = inner.kept.remove(&oldest) {
                inner.bytes -= old.weight;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // A panic while it was held leaves at worst a wrong sum of bytes; readers must be served on.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(bytes: usize) -> Representation {
        Representation::new("text/plain", vec![b'x'; bytes], None)
    }

    fn put(cache: &Cache, path: &str, bytes: usize) {
        cache.put(path.to_owned(), cache.generation(), page(bytes));
    }

    #[test]
    fn forgets_the_least_recently_used_when_full() {
        let cache = Cache::new(10_000);
        for path in ["a", "b", "c", "d"] {
            put(&cache, path, 1000);
        }
        cache.get("a").unwrap();
        for path in ["e", "f"] {
            put(&cache, path, 1000);
        }
        assert!(cache.get("b").is_none());
        assert!(cache.get("a").is_some() && cache.get("f").is_some());
    }

    #[test]
    fn never_holds_more_than_it_may() {
        let cache = Cache::new(20_000);
        for n in 0..500 {
            put(&cache, &format!("stories/{n}"), 100 + n * 7 % 3000);
            put(&cache, "stories/same", 1000);
            let inner = cache.lock();
            assert!(inner.bytes <= 20_000);
            assert_eq!(inner.bytes, inner.kept.values().map(|kept| kept.weight).sum::<usize>());
        }
    }

    #[test]
    fn one_giant_does_not_empty_it() {
        let cache = Cache::new(10_000);
        put(&cache, "a", 1000);
        put(&cache, "giant", 9000);
        assert!(cache.get("a").is_some() && cache.get("giant").is_none());
    }

    #[test]
    fn what_was_made_before_a_change_does_not_outlive_it() {
        let cache = Cache::new(10_000);
        let before = cache.generation();
        put(&cache, "a", 10);
        cache.renew();
        cache.put("b".to_owned(), before, page(10));
        assert!(cache.get("a").is_none() && cache.get("b").is_none());
        put(&cache, "b", 10);
        assert!(cache.get("b").is_some());
    }
}
