//! How many requests came and how they ended, for the metrics of the sysadmin.

use std::sync::atomic::{AtomicU64, Ordering};

use super::route::Kind;

const KINDS: [(Kind, &str); 8] = [
    (Kind::Feed, "feed"),
    (Kind::Page, "page"),
    (Kind::Story, "story"),
    (Kind::Search, "search"),
    (Kind::Outline, "outline"),
    (Kind::Asset, "asset"),
    (Kind::Health, "health"),
    (Kind::Other, "other"),
];

/// Every status this server sends itself.
const STATUSES: [u16; 11] = [200, 204, 301, 304, 401, 404, 405, 410, 500, 503, 0];

/// Counts of requests by what was asked for and how it ended.
#[derive(Debug, Default)]
pub struct Counters {
    requests: [[AtomicU64; STATUSES.len()]; KINDS.len()],
    bytes: AtomicU64,
}

/// One line of the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// What was asked for: `feed`, `page`, `story`, …
    pub kind: &'static str,
    /// How it ended.
    pub status: u16,
    /// How often.
    pub requests: u64,
}

impl Counters {
    pub(super) fn add(&self, kind: Kind, status: u16, bytes: usize) {
        let row = KINDS.iter().position(|(known, _)| *known == kind).unwrap_or(KINDS.len() - 1);
        let column = STATUSES.iter().position(|&known| known == status).unwrap_or(STATUSES.len() - 1);
        self.requests[row][column].fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Every combination that has occurred. Status 0 stands for any that this server does not send itself.
    pub fn requests(&self) -> Vec<Count> {
        let mut counts = Vec::new();
        for ((_, kind), row) in KINDS.iter().zip(&self.requests) {
            for (status, count) in STATUSES.iter().zip(row) {
                let requests = count.load(Ordering::Relaxed);
                if requests > 0 {
                    counts.push(Count { kind, status: *status, requests });
                }
            }
        }
        counts
    }

    /// Bytes of bodies sent.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_kind_and_status() {
        let counters = Counters::default();
        counters.add(Kind::Feed, 200, 1000);
        counters.add(Kind::Feed, 304, 0);
        counters.add(Kind::Feed, 304, 0);
        counters.add(Kind::Other, 418, 5);
        let count = |kind, status, requests| Count { kind, status, requests };
        assert_eq!(counters.requests(), [count("feed", 200, 1), count("feed", 304, 2), count("other", 0, 1)]);
        assert_eq!(counters.bytes(), 1005);
    }
}
