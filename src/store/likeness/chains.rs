//! Postings in memory that are not sorted yet: a chain for each spot, without an allocation for each.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::segment::Posting;

/// What came, by spot, newest first.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// For each spot its newest link.
    newest: HashMap<u32, u32, BuildHasherDefault<AsIs>>,
    /// What was pushed, and the next older link of the same spot, or [`NO_LINK`].
    links: Vec<(u32, u32)>,
}

const NO_LINK: u32 = u32::MAX;

/// Spots are hashes already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0 << 8 | u64::from(byte);
        }
    }

    fn write_u32(&mut self, spot: u32) {
        // The table takes its bits from both ends.
        self.0 = u64::from(spot).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Chains {
    pub fn push(&mut self, spot: u32, rank: u32) {
        let link = self.links.len() as u32;
        let older = self.newest.insert(spot, link).unwrap_or(NO_LINK);
        self.links.push((rank, older));
    }

    /// How often something was pushed.
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// What was pushed for a spot, newest first.
    pub fn with(&self, spot: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.newest.get(&spot).map(|&link| self.links[link as usize]);
        std::iter::successors(first, |&(_, older)| self.links.get(older as usize).copied()).map(|(rank, _)| rank)
    }

    /// All postings, in no order.
    pub fn postings(&self) -> Vec<Posting> {
        let mut postings = Vec::with_capacity(self.links.len());
        for (&spot, &newest) in &self.newest {
            let mut link = newest;
            while let Some(&(rank, older)) = self.links.get(link as usize) {
                postings.push((spot, rank));
                link = older;
            }
        }
        postings
    }
}
