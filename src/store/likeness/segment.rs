//! How the postings of some thousand items lie in the database: sorted, packed, and cut into chunks.
//!
//! A posting says that an item has a fingerprint. Kept one row each, they scatter over the whole table: an item with
//! 36 of them dirties 36 pages, and at a quarter of a million items most of the time goes into copying pages to the
//! log. Sorted by fingerprint and packed, they take about 5 bytes each instead of 14 to 20 and are written once.

/// A fingerprint and the rank, within its segment, of an item that has it.
pub(super) type Posting = (u32, u32);

/// Bytes of a chunk from which the next fingerprint starts another one. Decoding one takes less than a microsecond.
const CHUNK_BYTES: usize = 512;

/// Packs postings, which must be ascending, into chunks: the first fingerprint of each, and its bytes.
///
/// All postings of one fingerprint are in one chunk, whatever its size.
pub(super) fn pack(postings: &[Posting]) -> Vec<(u32, Vec<u8>)> {
    let mut chunks: Vec<(u32, Vec<u8>)> = Vec::new();
    let mut last = 0;
    for &(fingerprint, rank) in postings {
        match chunks.last_mut() {
            Some((_, bytes)) if fingerprint == last || bytes.len() < CHUNK_BYTES => {
                push(bytes, fingerprint - last);
                push(bytes, rank);
            }
            _ => {
                let mut bytes = Vec::with_capacity(CHUNK_BYTES + 16);
                push(&mut bytes, 0);
                push(&mut bytes, rank);
                chunks.push((fingerprint, bytes));
            }
        }
        last = fingerprint;
    }
    chunks
}

/// Calls `each` with every posting of a chunk, in order, until it returns `false`. Bytes that cannot have come from
/// [`pack`] end it.
pub(super) fn unpack(first: u32, mut bytes: &[u8], mut each: impl FnMut(Posting) -> bool) {
    let mut fingerprint = first;
    while !bytes.is_empty() {
        let (Some(step), Some(rank)) = (pull(&mut bytes), pull(&mut bytes)) else { return };
        fingerprint = fingerprint.wrapping_add(step);
        if !each((fingerprint, rank)) {
            return;
        }
    }
}

/// Appends the ranks of the items of a chunk that have a fingerprint, oldest first.
pub(super) fn ranks_with(fingerprint: u32, first: u32, bytes: &[u8], ranks: &mut Vec<u32>) {
    unpack(first, bytes, |(found, rank)| {
        if found == fingerprint {
            ranks.push(rank);
        }
        found <= fingerprint
    });
}

/// Bytes of a piece from which the next fingerprint starts another one: a look-up reads ten postings, not a hundred.
const PIECE_BYTES: usize = 64;

/// The postings of one segment in memory: packed as chunks are, in smaller pieces.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    /// The first fingerprint of each piece, and where its bytes begin.
    pieces: Vec<(u32, u32)>,
    bytes: Vec<u8>,
    last: u32,
}

impl Held {
    /// Adds the next posting; they must come in ascending order.
    pub fn push(&mut self, (fingerprint, rank): Posting) {
        let begins = self.pieces.last().map(|(_, begin)| *begin as usize);
        match begins {
            Some(begin) if fingerprint == self.last || self.bytes.len() - begin < PIECE_BYTES => {
                push(&mut self.bytes, fingerprint - self.last);
            }
            _ => {
                self.pieces.push((fingerprint, self.bytes.len() as u32));
                push(&mut self.bytes, 0);
            }
        }
        push(&mut self.bytes, rank);
        self.last = fingerprint;
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        self.bytes.len() + self.pieces.len() * size_of::<(u32, u32)>()
    }

    /// As [`ranks_with`], of the piece in which a fingerprint would be.
    pub fn ranks_with(&self, fingerprint: u32, ranks: &mut Vec<u32>) {
        let Some(at) = self.pieces.partition_point(|(first, _)| *first <= fingerprint).checked_sub(1) else { return };
        let (first, begin) = self.pieces[at];
        let end = self.pieces.get(at + 1).map_or(self.bytes.len(), |(_, next)| *next as usize);
        ranks_with(fingerprint, first, &self.bytes[begin as usize..end], ranks);
    }

    /// Gives back what it has reserved and does not need.
    pub fn fit(mut self) -> Self {
        self.bytes.shrink_to_fit();
        self.pieces.shrink_to_fit();
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
/// A Bloom filter with about ten bits for each fingerprint, all five that belong to one of them within one cache line:
/// about one in fifty times it sends us to look for nothing, and each question costs one access to memory.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    blocks: Vec<Block>,
}

/// One cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Block([u64; 8]);

impl Filter {
    /// An empty filter that will do for `count` fingerprints.
    pub fn new(count: usize) -> Self {
        Self { blocks: vec![Block([0; 8]); count * 10 / 512 + 1] }
    }

    /// Notes a fingerprint.
    pub fn add(&mut self, fingerprint: u32) {
        let (block, bits) = self.place(fingerprint);
        for bit in bits {
            self.blocks[block].0[bit / 64] |= 1 << (bit % 64);
        }
    }

    /// Whether the fingerprint may have been noted.
    pub fn may_have(&self, fingerprint: u32) -> bool {
        let (block, mut bits) = self.place(fingerprint);
        let block = &self.blocks[block].0;
        bits.all(|bit| block[bit / 64] & 1 << (bit % 64) != 0)
    }

    fn place(&self, fingerprint: u32) -> (usize, impl Iterator<Item = usize> + use<>) {
        let hash = u64::from(fingerprint).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let block = (((hash >> 32) * self.blocks.len() as u64) >> 32) as usize;
        let bits = (hash ^ (hash >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (block, (0..5).map(move |turn| (bits >> (10 + 9 * turn)) as usize & 511))
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
        let mut held = Held::default();
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
        let absent = [0, 77_776, 77_778, u32::MAX].into_iter().filter(|it| postings.iter().all(|one| one.0 != *it));
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
        assert!(wrong < 4_000, "{wrong} of 100,000");
    }
}
