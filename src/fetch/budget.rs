//! Memory for bodies: how much all of them together may take.
//!
//! A body grows piece by piece and asks before each piece; when there is nothing left it waits until another is done.
//! Waiting while holding could go round in a circle, so a part of the memory, enough for the largest body there can
//! be, is set apart: whoever gets that part can always finish. The memory is given back when the body is dropped, that
//! is, after it has been parsed.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is counted in: small enough for feeds, large enough for a semaphore of 32-bit counts.
const GRANULE_BYTES: u64 = 1024;

/// The memory for all bodies; one for the whole daemon, cheap to clone.
#[derive(Debug, Clone)]
pub struct Budget {
    common: Arc<Semaphore>,
    set_apart: Arc<Semaphore>,
    largest: u64,
}

/// A piece of the budget, given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Budget,
    common: Option<OwnedSemaphorePermit>,
    /// Held by one at a time.
    set_apart: Option<OwnedSemaphorePermit>,
    granules: u64,
}

impl Budget {
    /// A budget of `total_bytes`, in which no single body will need more than `largest_bytes` (what it takes packed and
    /// unpacked together). If that is more than half of all, half of all is the most a single body gets.
    pub fn new(total_bytes: u64, largest_bytes: u64) -> Self {
        let total = (total_bytes / GRANULE_BYTES).clamp(2, u64::from(u32::MAX / 2));
        let largest = largest_bytes.div_ceil(GRANULE_BYTES).clamp(1, total / 2);
        let permits =
            |granules: u64| Arc::new(Semaphore::new(usize::try_from(granules).unwrap_or(Semaphore::MAX_PERMITS)));
        Self { common: permits(total - largest), set_apart: permits(1), largest }
    }

    /// The most a single body can take, bytes.
    pub fn largest_bytes(&self) -> u64 {
        self.largest * GRANULE_BYTES
    }

    /// An empty reservation, to be grown.
    pub fn reserve(&self) -> Reservation {
        Reservation { budget: self.clone(), common: None, set_apart: None, granules: 0 }
    }

    /// Bytes that are free now, without the part set apart.
    pub fn free_bytes(&self) -> u64 {
        self.common.available_permits() as u64 * GRANULE_BYTES
    }
}

impl Reservation {
    /// The most it can grow to.
    pub fn largest_bytes(&self) -> u64 {
        self.budget.largest_bytes()
    }

    /// The bytes reserved.
    pub fn bytes(&self) -> u64 {
        self.granules * GRANULE_BYTES
    }

    /// Grows the reservation to at least `bytes`, waiting until there is room. Returns `false`, and reserves nothing more,
    /// if that is more than any single body gets.
    pub async fn grow_to(&mut self, bytes: u64) -> bool {
        let wanted = bytes.div_ceil(GRANULE_BYTES);
        if wanted > self.budget.largest {
            return false;
        }
        if wanted <= self.granules {
            return true;
        }
        // Whoever has the part set apart has room for the largest body beside what it already holds.
        if self.set_apart.is_none() {
            let more =
                u32::try_from(wanted - self.granules).expect("no body is larger than the budget, which is 32-bit");
            let common = &self.budget.common;
            let permit = match Arc::clone(common).try_acquire_many_owned(more) {
                Ok(permit) => Some(permit),
                Err(_) => {
                    tokio::select! {
                        biased;
                        permit = Arc::clone(common).acquire_many_owned(more) => permit.ok(),
                        permit = Arc::clone(&self.budget.set_apart).acquire_owned() => {
                            self.set_apart = permit.ok();
                            None
                        }
                    }
                }
            };
            match (&mut self.common, permit) {
                (Some(held), Some(permit)) => held.merge(permit),
                (held @ None, Some(permit)) => *held = Some(permit),
                (_, None) => {}
            }
        }
        self.granules = wanted;
        true
    }

    /// Gives back all but `bytes`.
    pub fn shrink_to(&mut self, bytes: u64) {
        let wanted = bytes.div_ceil(GRANULE_BYTES).min(self.granules);
        let held = self.common.as_ref().map_or(0, |permit| permit.num_permits() as u64);
        if self.set_apart.is_some() {
            // What is held in common covers it: the part set apart is free for the next.
            if wanted <= held {
                self.set_apart = None;
            } else {
                self.granules = wanted;
                return;
            }
        }
        if let Some(permit) = &mut self.common {
            drop(permit.split(usize::try_from(held - wanted).unwrap_or(0)));
        }
        self.granules = wanted;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KIB: u64 = 1024;

    /// Long enough for whatever does not have to wait for anybody.
    async fn soon<F: Future>(future: F) -> Option<F::Output> {
        tokio::time::timeout(Duration::from_millis(50), future).await.ok()
    }

    #[tokio::test]
    async fn what_is_dropped_is_free_again() {
        let budget = Budget::new(100 * KIB, 20 * KIB);
        let mut body = budget.reserve();
        assert!(body.grow_to(20 * KIB).await);
        assert_eq!(budget.free_bytes(), 60 * KIB);
        drop(body);
        assert_eq!(budget.free_bytes(), 80 * KIB);
    }

    #[tokio::test]
    async fn grows_in_steps_and_shrinks() {
        let budget = Budget::new(100 * KIB, 20 * KIB);
        let mut body = budget.reserve();
        for bytes in [1, KIB, 5 * KIB, 3 * KIB, 10 * KIB] {
            assert!(body.grow_to(bytes).await);
        }
        assert_eq!((body.bytes(), budget.free_bytes()), (10 * KIB, 70 * KIB));
        body.shrink_to(2 * KIB);
        assert_eq!((body.bytes(), budget.free_bytes()), (2 * KIB, 78 * KIB));
        body.shrink_to(50 * KIB);
        assert_eq!(body.bytes(), 2 * KIB);
    }

    #[tokio::test]
    async fn refuses_what_is_larger_than_any_body() {
        let budget = Budget::new(100 * KIB, 20 * KIB);
        assert!(!budget.reserve().grow_to(21 * KIB).await);
        assert_eq!(Budget::new(10 * KIB, 20 * KIB).largest_bytes(), 5 * KIB);
    }

    #[tokio::test]
    async fn bodies_that_all_want_more_all_get_it_in_turn() {
        let budget = Budget::new(100 * KIB, 20 * KIB);
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let budget = budget.clone();
                tokio::spawn(async move {
                    let mut body = budget.reserve();
                    for step in 1..=20 {
                        assert!(body.grow_to(step * KIB).await);
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            tokio::time::timeout(Duration::from_secs(30), task).await.expect("no circle").expect("no panic");
        }
        assert_eq!(budget.free_bytes(), 80 * KIB);
        assert_eq!(budget.set_apart.available_permits(), 1);
    }

    #[tokio::test]
    async fn never_holds_more_than_the_budget() {
        let budget = Budget::new(100 * KIB, 20 * KIB);
        let mut bodies = Vec::new();
        for _ in 0..5 {
            let mut body = budget.reserve();
            assert_eq!(soon(body.grow_to(20 * KIB)).await, Some(true));
            bodies.push(body);
        }
        let mut sixth = budget.reserve();
        assert_eq!(soon(sixth.grow_to(KIB)).await, None, "4 in common and 1 in the part set apart are all");
        bodies.pop();
        assert_eq!(soon(sixth.grow_to(KIB)).await, Some(true));
    }

    #[tokio::test]
    async fn the_part_set_apart_is_given_back_by_shrinking() {
        let budget = Budget::new(40 * KIB, 20 * KIB);
        let (mut first, mut second) = (budget.reserve(), budget.reserve());
        assert!(first.grow_to(15 * KIB).await);
        assert!(second.grow_to(5 * KIB).await);
        assert_eq!(soon(second.grow_to(10 * KIB)).await, Some(true), "out of the part set apart");
        assert_eq!(soon(first.grow_to(16 * KIB)).await, None);
        second.shrink_to(5 * KIB);
        assert_eq!(soon(first.grow_to(16 * KIB)).await, Some(true));
    }
}
