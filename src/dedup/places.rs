//! Names of provinces in a row of words: what tells one province's bulletin from another's.
//!
//! Folded and told by hash, so that capitals and accents do not matter. These are the 63 provinces and cities up to
//! June 2025, among them the 34 of today, and the names by which bulletins divide the country. Names of one syllable
//! (`Huế`) count only with capitals elsewhere; they are too common as ordinary words.

use super::tokens::word;

const fn pair(first: &str, second: &str) -> [u32; 2] {
    [word(first), word(second)]
}

/// Provinces and regions by their first two syllables.
const PLACES: [[u32; 2]; 71] = [
    pair("an", "giang"),
    pair("ba", "ria"),
    pair("vung", "tau"),
    pair("bac", "giang"),
    pair("bac", "kan"),
    pair("bac", "lieu"),
    pair("bac", "ninh"),
    pair("ben", "tre"),
    pair("binh", "dinh"),
    pair("binh", "duong"),
    pair("binh", "phuoc"),
    pair("binh", "thuan"),
    pair("ca", "mau"),
    pair("can", "tho"),
    pair("cao", "bang"),
    pair("da", "nang"),
    pair("dak", "lak"),
    pair("dac", "lac"),
    pair("dak", "nong"),
    pair("dac", "nong"),
    pair("dien", "bien"),
    pair("dong", "nai"),
    pair("dong", "thap"),
    pair("gia", "lai"),
    pair("ha", "giang"),
    pair("ha", "nam"),
    pair("ha", "noi"),
    pair("ha", "tinh"),
    pair("hai", "duong"),
    pair("hai", "phong"),
    pair("hau", "giang"),
    pair("hoa", "binh"),
    pair("hung", "yen"),
    pair("khanh", "hoa"),
    pair("kien", "giang"),
    pair("kon", "tum"),
    pair("lai", "chau"),
    pair("lam", "dong"),
    pair("lang", "son"),
    pair("lao", "cai"),
    pair("long", "an"),
    pair("nam", "dinh"),
    pair("nghe", "an"),
    pair("ninh", "binh"),
    pair("ninh", "thuan"),
    pair("phu", "tho"),
    pair("phu", "yen"),
    pair("quang", "binh"),
    pair("quang", "nam"),
    pair("quang", "ngai"),
    pair("quang", "ninh"),
    pair("quang", "tri"),
    pair("soc", "trang"),
    pair("son", "la"),
    pair("tay", "ninh"),
    pair("thai", "binh"),
    pair("thai", "nguyen"),
    pair("thanh", "hoa"),
    pair("thua", "thien"),
    pair("tien", "giang"),
    pair("ho", "chi"),
    pair("tra", "vinh"),
    pair("tuyen", "quang"),
    pair("vinh", "long"),
    pair("vinh", "phuc"),
    pair("yen", "bai"),
    pair("mien", "bac"),
    pair("mien", "trung"),
    pair("mien", "nam"),
    pair("tay", "nguyen"),
    pair("sai", "gon"),
];

/// Which first syllables there are, by the upper eleven bits of their hashes: nearly every pair of words of a text is
/// asked about, and thirty of thirty-one are answered by one bit.
static FIRST: [u64; 32] = first_syllables();

const fn first_syllables() -> [u64; 32] {
    let mut bits = [0; 32];
    let mut at = 0;
    while at < PLACES.len() {
        let hash = PLACES[at][0] >> 21;
        bits[hash as usize / 64] |= 1 << (hash % 64);
        at += 1;
    }
    bits
}

/// Tells whether `first second` is such a place.
pub(super) fn is_place(first: u32, second: u32) -> bool {
    let hash = first >> 21;
    FIRST[hash as usize / 64] & 1 << (hash % 64) != 0 && PLACES.contains(&[first, second])
}

/// Tells whether any place stands in `words`.
pub(super) fn mentions(words: &[u32]) -> bool {
    words.windows(2).any(|two| is_place(two[0], two[1]))
}
