//! What happened since the start, counted: told in passing by those who do it, read by `/metrics`. Never waits.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::model::Outcome;

/// Upper bounds of the classes of durations, seconds: from a 304 next door to a source that uses all of its `timeout`.
pub const BOUNDS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Durations by classes, as Prometheus wants them.
#[derive(Debug, Default)]
pub struct Histogram {
    /// Not cumulated; the last is for what is above all bounds.
    classes: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Histogram {
    fn add(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let class = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        self.classes[class].fetch_add(1, Ordering::Relaxed);
        self.microseconds.fetch_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many were at most as long as each of [`BOUNDS`], then how many there were, and seconds of all together.
    pub fn read(&self) -> ([u64; BOUNDS.len()], u64, f64) {
        let mut sum = 0;
        let cumulated = std::array::from_fn(|at| {
            sum += self.classes[at].load(Ordering::Relaxed);
            sum
        });
        let all = sum + self.classes[BOUNDS.len()].load(Ordering::Relaxed);
        (cumulated, all, Duration::from_micros(self.microseconds.load(Ordering::Relaxed)).as_secs_f64())
    }
}

/// What came of one poll, as far as it is counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct PollCounts {
    /// Items never seen before, copies included.
    pub new: u32,
    /// Of these, those that joined a story which was there.
    pub copies: u32,
    /// Items whose words changed.
    pub edited: u32,
    /// Items with nothing in them.
    pub dropped: u32,
    /// Items whose date lay in the future.
    pub clamped: u32,
    /// Items that have been pruned once and are still listed.
    pub old: u32,
    /// On the wire.
    pub bytes: u64,
}

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    polls: Mutex<BTreeMap<&'static str, u64>>,
    /// From the first request of a poll to its decision.
    pub poll_durations: Histogram,
    /// Of polls, on the wire.
    pub poll_bytes: AtomicU64,
    /// Polls whose outcome could not be kept.
    pub polls_lost: AtomicU64,
    /// Items never seen before, copies included.
    pub items_new: AtomicU64,
    /// Items that joined a story which was there.
    pub items_copied: AtomicU64,
    /// Items whose words changed.
    pub items_edited: AtomicU64,
    /// Items with nothing in them.
    pub items_dropped: AtomicU64,
    /// Items whose date lay in the future.
    pub items_clamped: AtomicU64,
    /// Items that have been pruned and were still listed.
    pub items_old: AtomicU64,
    /// Of rounds of publishing that had something to do.
    pub publish_durations: Histogram,
    /// Feeds rendered.
    pub feeds_rendered: AtomicU64,
    /// Bytes of documents rendered, before compression.
    pub bytes_rendered: AtomicU64,
    /// Files that changed on disk.
    pub files_written: AtomicU64,
    /// Rounds that did not do all they should.
    pub publish_failures: AtomicU64,
    /// When a round last did all it should, seconds since 1970; 0 before the first.
    pub published_at: AtomicI64,
    /// Milliseconds that the loop was late at its last beat.
    pub loop_lag_ms: AtomicU64,
    /// Beats of the loop.
    pub beats: AtomicU64,
    /// Configurations taken on SIGHUP.
    pub reloads: AtomicU64,
    /// Configurations refused.
    pub reloads_refused: AtomicU64,
}

impl Metrics {
    /// Counts a poll that was kept.
    pub fn polled(&self, outcome: &Outcome, duration: Duration, counts: PollCounts) {
        *self.polls.lock().expect("no holder of this lock can panic").entry(outcome.name()).or_default() += 1;
        self.poll_durations.add(duration);
        for (counter, count) in [
            (&self.poll_bytes, counts.bytes),
            (&self.items_new, counts.new.into()),
            (&self.items_copied, counts.copies.into()),
            (&self.items_edited, counts.edited.into()),
            (&self.items_dropped, counts.dropped.into()),
            (&self.items_clamped, counts.clamped.into()),
            (&self.items_old, counts.old.into()),
        ] {
            counter.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Counts a round of publishing: feeds and bytes rendered, files that changed.
    pub fn published(&self, duration: Duration, feeds: usize, bytes: usize, files: usize) {
        if feeds > 0 {
            self.publish_durations.add(duration);
        }
        for (counter, count) in
            [(&self.feeds_rendered, feeds), (&self.bytes_rendered, bytes), (&self.files_written, files)]
        {
            counter.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// Polls by the name of their outcome.
    pub fn polls(&self) -> BTreeMap<&'static str, u64> {
        self.polls.lock().expect("no holder of this lock can panic").clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_counted_in_every_class_they_fit_into() {
        let histogram = Histogram::default();
        for milliseconds in [1, 70, 70, 700, 90_000] {
            histogram.add(Duration::from_millis(milliseconds));
        }
        let (cumulated, all, seconds) = histogram.read();
        assert_eq!(cumulated, [1, 3, 3, 3, 4, 4, 4, 4, 4, 4]);
        assert_eq!(all, 5);
        assert!((seconds - 90.841).abs() < 1e-9, "{seconds}");
    }

    #[test]
    fn polls_are_counted_by_outcome() {
        let metrics = Metrics::default();
        let counts = PollCounts { new: 3, copies: 1, bytes: 1000, ..PollCounts::default() };
        metrics.polled(&Outcome::NewItems { new: 3, edited: 0 }, Duration::from_millis(10), counts);
        metrics.polled(&Outcome::NotModified, Duration::from_millis(10), PollCounts::default());
        metrics.polled(&Outcome::NotModified, Duration::from_millis(10), PollCounts::default());
        assert_eq!(metrics.polls(), BTreeMap::from([("new-items", 1), ("not-modified", 2)]));
        assert_eq!(metrics.items_copied.load(Ordering::Relaxed), 1);
        assert_eq!(metrics.poll_bytes.load(Ordering::Relaxed), 1000);
    }
}
