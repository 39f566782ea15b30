//! How the postings of some thousand items lie in the database: sorted, packed, and cut into chunks.
//!
//! A posting says that an item has a fingerprint. Kept one row each, they scatter over the whole table: an item with
//! 36 of them dirties 36 pages, and at a quarter of a million items most of the time goes into copying pages to the
//! log. Sorted by fingerprint and packed, they take about 5 bytes each instead of 14 to 20 and are written once.

/// The spot of a fingerprint (see [`spot`]) and the rank, within its segment, of an item that has it.
pub(super) type Posting = (u32, u32);

/// Of sorted postings those that count: of each spot the newest `most`.
pub(super) fn newest(postings: &[Posting], most: usize) -> Vec<Posting> {
    let mut newest = Vec::with_capacity(postings.len());
    for of_one in postings.chunk_by(|one, other| one.0 == other.0) {
        newest.extend_from_slice(&of_one[of_one.len().saturating_sub(most)..]);
    }
    newest
}

/// Where the postings of a fingerprint lie among all postings: fingerprints spread evenly, no two in one spot.
///
/// Of several fingerprints of a text the smallest is chosen, so they are crowded at the lower end. Spread evenly, the part
/// of a segment that must have one can be told from its spot alone, without a search.
pub(super) const fn spot(fingerprint: u32) -> u32 {
    // Multiplying by an odd number is a permutation; by this one, neighbours come far apart.
    fingerprint.wrapping_mul(0x9E37_79B1)
}

/// Bytes of a chunk from which the next spot starts another one. Decoding one takes less than a microsecond.
const CHUNK_BYTES: usize = 512;

/// Packs postings, which must be ascending, into chunks: the first spot of each, and its bytes.
///
/// All postings of one fingerprint are in one chunk, whatever its size.
pub(super) fn pack(postings: &[Posting]) -> Vec<(u32, Vec<u8>)> {
    let mut chunks: Vec<(u32, Vec<u8>)> = Vec::new();
    let mut last = 0;
    for &(spot, rank) in postings {
        match chunks.last_mut() {
            Some((_, bytes)) if spot == last || bytes.len() < CHUNK_BYTES => {
                push(bytes, spot - last);
                push(bytes, rank);
            }
            _ => {
                let mut bytes = Vec::with_capacity(CHUNK_BYTES + 16);
                push(&mut bytes, 0);
                push(&mut bytes, rank);
                chunks.push((spot, bytes));
            }
        }
        last = spot;
    }
    chunks
}

/// Calls `each` with every posting of a chunk, in order, until it returns `false`. Bytes that cannot have come from
/// [`pack`] end it.
pub(super) fn unpack(first: u32, mut bytes: &[u8], mut each: impl FnMut(Posting) -> bool) {
    let mut spot = first;
    while !bytes.is_empty() {
        let (Some(step), Some(rank)) = (pull(&mut bytes), pull(&mut bytes)) else { return };
        spot = spot.wrapping_add(step);
        if !each((spot, rank)) {
            return;
        }
    }
}

/// Appends the ranks of the items of a chunk that have the fingerprint of a spot, oldest first.
pub(super) fn ranks_with(spot: u32, first: u32, bytes: &[u8], ranks: &mut Vec<u32>) {
    unpack(first, bytes, |(found, rank)| {
        if found == spot {
            ranks.push(rank);
        }
        found <= spot
    });
}

/// Postings of a piece, on average at most: a look-up reads some of these few.
const PIECE: usize = 8;

/// The postings of one segment in memory: packed as chunks are, in small pieces that are found by the upper bits of a spot.
///
/// A search among the pieces (some fourteen steps, most of them a wait for memory) was two thirds of the time of a look-up.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// Lower bits of a spot; the upper ones are the number of its piece.
    bits: u32,
    /// Where each piece begins, as far as they have come.
    begins: Vec<u32>,
    bytes: Vec<u8>,
    last: u32,
}

impl Held {
    /// Nothing yet, for about `count` postings.
    pub fn new(count: usize) -> Self {
        let pieces = (count / PIECE).next_power_of_two().clamp(2, 1 << 24);
        let bits = u32::BITS - pieces.trailing_zeros();
        Self { bits, begins: Vec::with_capacity(pieces + 1), bytes: Vec::new(), last: 0 }
    }

    /// Adds the next posting; they must come in ascending order.
    pub fn push(&mut self, (spot, rank): Posting) {
        let piece = (spot >> self.bits) as usize;
        while self.begins.len() <= piece {
            self.last = (self.begins.len() as u32) << self.bits;
            self.begins.push(self.bytes.len() as u32);
        }
        push(&mut self.bytes, spot - self.last);
        push(&mut self.bytes, rank);
        self.last = spot;
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        self.bytes.len() + self.begins.len() * size_of::<u32>()
    }

    /// As [`ranks_with`], of the piece in which a spot would be.
    pub fn ranks_with(&self, spot: u32, ranks: &mut Vec<u32>) {
        let piece = (spot >> self.bits) as usize;
        let Some(&begin) = self.begins.get(piece) else { return };
        let end = self.begins.get(piece + 1).map_or(self.bytes.len(), |&next| next as usize);
        ranks_with(spot, (piece as u32) << self.bits, &self.bytes[begin as usize..end], ranks);
    }

    /// Gives back what it has reserved and does not need.
    pub fn fit(mut self) -> Self {
        self.bytes.shrink_to_fit();
        self.begins.shrink_to_fit();
        self
    }
}

/// Appends a number, seven bits a byte, the lowest first.
fn push(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn pull(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Tells without a look into the database that a segment has no item with a fingerprint.
///
/// A Bloom filter with sixteen bits for each fingerprint, all five that belong to one of them within one cache line: about
/// one in three hundred times it sends us to look for nothing (a look costs as much as twenty questions), and each question
/// costs one access to memory. It is answered without a branch, so that the next one is asked before this one's memory has
/// come.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    blocks: Vec<Block>,
}

/// Bits of a filter for each fingerprint.
const FILTER_BITS: usize = 16;

/// One cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Block([u64; 8]);

impl Filter {
    /// An empty filter that will do for `count` fingerprints.
    pub fn new(count: usize) -> Self {
        Self { blocks: vec![Block([0; 8]); count * FILTER_BITS / 512 + 1] }
    }

    /// Notes the fingerprint of a spot.
    pub fn add(&mut self, spot: u32) {
        let (block, bits) = self.place(spot);
        for bit in bits {
            self.blocks[block].0[bit / 64] |= 1 << (bit % 64);
        }
    }

    /// Whether the fingerprint of a spot may have been noted.
    #[inline]
    pub fn may_have(&self, spot: u32) -> bool {
        let (block, bits) = self.place(spot);
        let block = &self.blocks[block].0;
        bits.into_iter().fold(1, |all, bit| all & block[bit / 64] >> (bit % 64)) & 1 != 0
    }

    /// Its block, by the upper bits of its spot, and the bits there, by the lower ones.
    #[inline]
    fn place(&self, spot: u32) -> (usize, [usize; 5]) {
        let block = ((u64::from(spot) * self.blocks.len() as u64) >> 32) as usize;
        let bits = u64::from(spot).wrapping_add(1).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (block, std::array::from_fn(|turn| (bits >> (19 + 9 * turn)) as usize & 511))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postings(count: u32) -> Vec<Posting> {
        // Spread like hashes, with one fingerprint that many items share.
        let mut postings: Vec<Posting> = (0..count)
            .map(|at| if at % 10 == 0 { (77_777, at) } else { (at.wrapping_mul(2_654_435_761), at % 4096) })
            .collect();
        postings.sort_unstable();
        postings.dedup();
        postings
    }

    #[test]
    fn what_is_packed_is_unpacked_again() {
        for postings in [vec![], vec![(0, 0)], vec![(u32::MAX, u32::MAX)], postings(20_000)] {
            let mut found = Vec::new();
            for (first, bytes) in pack(&postings) {
                unpack(first, &bytes, |posting| {
                    found.push(posting);
                    true
                });
            }
            assert_eq!(found, postings);
        }
    }

    #[test]
    fn a_fingerprint_is_in_one_chunk_only() {
        let chunks = pack(&postings(20_000));
        assert!(chunks.len() > 20, "{} chunks", chunks.len());
        assert!(chunks.windows(2).all(|two| two[0].0 < two[1].0));
        let with_common = chunks.iter().filter(|(first, bytes)| {
            let mut found = false;
            unpack(*first, bytes, |(fingerprint, _)| {
                found |= fingerprint == 77_777;
                true
            });
            found
        });
        assert_eq!(with_common.count(), 1);
    }

    #[test]
    fn what_is_held_gives_the_ranks_of_every_fingerprint_and_of_no_other() {
        let postings = postings(20_000);
        let mut held = Held::new(postings.len());
        assert_eq!(held.bytes(), 0);
        postings.iter().for_each(|&posting| held.push(posting));
        let held = held.fit();
        assert!(held.bytes() < postings.len() * 8, "{} bytes", held.bytes());
        let ranks = |fingerprint| {
            let mut ranks = Vec::new();
            held.ranks_with(fingerprint, &mut ranks);
            ranks
        };
        for all in postings.chunk_by(|one, other| one.0 == other.0) {
            assert_eq!(ranks(all[0].0), all.iter().map(|posting| posting.1).collect::<Vec<_>>());
        }
        let absent = [0, 77_776, 77_778, u32::MAX - 1, u32::MAX]
            .into_iter()
            .filter(|it| postings.iter().all(|one| one.0 != *it));
        assert!(absent.flat_map(ranks).next().is_none());
    }

    #[test]
    fn broken_bytes_end_a_chunk() {
        let mut found = 0;
        unpack(0, &[0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], |_| {
            found += 1;
            true
        });
        assert_eq!(found, 1);
    }

    #[test]
    fn a_filter_never_denies_what_it_has_and_seldom_affirms_what_it_has_not() {
        let mut filter = Filter::new(10_000);
        let fingerprint = |at: u32| at.wrapping_mul(2_654_435_761);
        (0..10_000).for_each(|at| filter.add(fingerprint(at)));
        assert!((0..10_000).all(|at| filter.may_have(fingerprint(at))));
        let wrong = (10_000..110_000).filter(|&at| filter.may_have(fingerprint(at))).count();
        assert!(wrong < 600, "{wrong} of 100,000");
    }

    #[test]
    fn crowded_fingerprints_lie_evenly_spread() {
        let mut spots: Vec<u32> = (0..10_000).map(|at| spot(at * 3)).collect();
        spots.sort_unstable();
        spots.dedup();
        assert_eq!(spots.len(), 10_000);
        let fullest = spots.chunk_by(|one, other| one >> 20 == other >> 20).map(<[u32]>::len).max();
        assert!(fullest.is_some_and(|fullest| fullest <= 8), "{fullest:?} of 10,000 in one of 4,096 parts");
    }
}
