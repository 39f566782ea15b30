//! What is remembered of a text so that its copies can be found: hashes and fingerprints.
//!
//! Half of the copies are summaries, so nothing that describes a text as a whole (SimHash, MinHash) finds them; what
//! holds is that a copy *contains* long runs of the original. Fingerprints are chosen so that common runs must share
//! one, whatever surrounds them (winnowing: the smallest hash of every window of shingles), and more densely at the
//! beginning, where summaries come from.

use super::tokens::TokenText;

/// Raised whenever the same text would get other hashes or fingerprints, or these would lie elsewhere in the index: stored
/// ones are then rebuilt.
pub const SIGNATURE_VERSION: u32 = 5;

/// Words of a shingle. Three syllables are about two words: specific enough, and still there when every tenth is edited.
pub const SHINGLE: usize = 3;

/// Words that a fingerprint is made of. Of 35 fingerprints of three words a third stands in another one of 4,000
/// articles, because officials have their phrases; of five words hardly any, and the index has fewer false friends.
const FINGERPRINT: usize = 5;

/// Fingerprints of a window: every common run of 35 words shares one.
const WINDOW: usize = 31;

/// Fingerprints of a window in the lead: every common run of 12 words there shares one.
const LEAD_WINDOW: usize = 8;

/// Shingles that count as the lead.
const LEAD: usize = 64;

/// Texts with fewer words have no [`Signature::exact`]: too many different items are that short.
pub const SHORTEST_EXACT: usize = 12;

/// Words of the lead hash.
const LEAD_WORDS: usize = 24;

/// What is remembered of one item's title and text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signature {
    /// Hash of all words of the text; `None` below [`SHORTEST_EXACT`] words.
    pub exact: Option<u64>,
    /// Hash of the title's words; `None` where it has none.
    pub title: Option<u64>,
    /// Hash of the text's first 24 words; `None` where it has fewer.
    pub lead: Option<u64>,
    /// Ascending, without repetition.
    pub fingerprints: Vec<u32>,
    /// The title as it is compared.
    pub heading: TokenText,
    /// The text as it is compared.
    pub body: TokenText,
    /// The numbers of the text, ascending, without repetition.
    pub(super) numbers: Vec<u32>,
}

/// Reads an item's title and text (plain text, lead first) and returns what its copies are found by.
///
/// # Examples
///
/// ```
/// let portal = bantin::dedup::sign("Hà Nam họp bàn", "Sáng 5/6, UBND tỉnh họp bàn về vụ mùa.\nNguồn: Báo Hà Nam");
/// let paper = bantin::dedup::sign("HÀ NAM HỌP BÀN", "Sáng 5-6, UBND tỉnh họp bàn về vụ mùa.");
/// assert_eq!(portal.fingerprints, paper.fingerprints);
/// assert_eq!(portal.title, paper.title);
/// ```
pub fn sign(title: &str, text: &str) -> Signature {
    Signature::of(TokenText::read(title), TokenText::read(text))
}

impl Signature {
    /// The signature of a title and a text that have been read before (see [`TokenText::from_bytes`]).
    pub fn of(heading: TokenText, body: TokenText) -> Self {
        let mut numbers: Vec<u32> = body
            .words()
            .iter()
            .zip(body.flags())
            .filter(|(_, flags)| flags.is_number())
            .map(|(&word, _)| word)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self {
            exact: (body.len() >= SHORTEST_EXACT).then(|| body.exact()),
            title: (!heading.is_empty()).then(|| heading.exact()),
            lead: body.words().get(..LEAD_WORDS).map(hash_words),
            fingerprints: fingerprints(body.words()),
            heading,
            body,
            numbers,
        }
    }

    /// What it takes in memory, roughly.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + 6 * (self.heading.len() + self.body.len())
            + 4 * (self.fingerprints.len() + self.numbers.len())
    }
}

fn hash_words(words: &[u32]) -> u64 {
    words.iter().fold(0x51_7C_C1_B7_27_22_0A_95, |hash, &word| mix(hash ^ u64::from(word)))
}

const fn mix(value: u64) -> u64 {
    let value = value.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    value ^ (value >> 32)
}

/// The hash of three words in a row.
pub(super) fn shingle(first: u32, second: u32, third: u32) -> u32 {
    let joined = (first as u64).wrapping_mul(0xA24B_AED4_963E_E407)
        ^ (second as u64).wrapping_mul(0x9FB2_1C65_1E98_DF25).rotate_left(21)
        ^ (third as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F).rotate_left(42);
    let joined = (joined ^ (joined >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (joined >> 32) as u32
}

/// Chooses the fingerprints of a text: ascending, without repetition.
fn fingerprints(words: &[u32]) -> Vec<u32> {
    let hashes: Vec<u32> = words
        .windows(FINGERPRINT)
        .map(|five| shingle(five[0], five[1], five[2]).wrapping_add(shingle(five[3], five[4], five[2]).rotate_left(7)))
        .collect();
    let mut chosen = Vec::with_capacity(words.len() / (WINDOW / 2) + LEAD / 3);
    winnow::<LEAD_WINDOW>(&hashes[..hashes.len().min(LEAD)], &mut chosen);
    winnow::<WINDOW>(&hashes, &mut chosen);
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Pushes the smallest hash of every window of `WIDTH` (of the only window, where there are fewer hashes), none twice in a
/// row.
///
/// A window covers the end of one block of as many hashes and the beginning of the next: its smallest is the smaller of the
/// two parts' own, which are known from one pass over each block. No step depends on a guess.
fn winnow<const WIDTH: usize>(hashes: &[u32], chosen: &mut Vec<u32>) {
    if hashes.len() <= WIDTH {
        chosen.extend(hashes.iter().min());
        return;
    }
    let mut last = None;
    let mut ends = [0; WIDTH];
    for (at, block) in hashes.chunks_exact(WIDTH).enumerate() {
        let mut least = u32::MAX;
        for (end, &hash) in ends.iter_mut().zip(block).rev() {
            least = least.min(hash);
            *end = least;
        }
        let mut begin = u32::MAX;
        let next = &hashes[(at + 1) * WIDTH..];
        // The window that is the block itself, then those that reach into the next one, as far as there is one.
        for (&end, before) in ends.iter().zip(std::iter::once(u32::MAX).chain(next.iter().copied())) {
            begin = begin.min(before);
            let least = end.min(begin);
            if last != Some(least) {
                last = Some(least);
                chosen.push(least);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_hash_of_every_window_is_chosen_and_no_other() {
        let hashes: Vec<u32> = (0..100u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 7) ^ (at % 3)).collect();
        for length in 0..hashes.len() {
            let hashes = &hashes[..length];
            let mut chosen = Vec::new();
            winnow::<7>(hashes, &mut chosen);
            chosen.sort_unstable();
            chosen.dedup();
            let windows = hashes.windows(7.min(length.max(1)));
            let mut expected: Vec<u32> = windows.filter_map(|window| window.iter().min().copied()).collect();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(chosen, expected, "{length} hashes");
        }
    }
}
