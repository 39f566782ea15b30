//! What republishing puts around an article without changing it: datelines, credits, placeholders, view counters.
//!
//! Seen on portals and papers (2016 to 2026): `TTO - `, `(Chinhphu.vn) - `, `Báo Hà Nam - ` before the text; `Nguồn:
//! Báo Hà Nam`, `Theo TTXVN`, `(Theo Dân trí)`, `Tác giả: …` after it; `anh tin bai`, `Ảnh minh họa`, `(Ảnh: TTXVN)`,
//! `Lượt xem: 591` inside. Everything is told by its folded words, never by case or by line breaks alone, because those
//! change on the way. Dropping too much costs a few words of likeness; what must never be dropped is a place before a
//! dash, because there it may be all that tells two provinces' bulletins apart.

use super::places;
use super::tokens::{Flags, word};

/// The alternative text that the portals' editor puts below each picture.
pub(super) const PLACEHOLDER: [u32; 3] = [word("anh"), word("tin"), word("bai")];

/// Words that a dateline may have.
pub(super) const LONGEST_DATELINE: usize = 5;

const NEWSPAPER: u32 = word("bao");
const BY: u32 = word("theo");
const SOURCE: u32 = word("nguon");
const PICTURE: u32 = word("anh");
const VIDEO: u32 = word("video");

/// Beginnings of lines that are about the article and not of it, with the most words such a line has.
const ABOUT: [(&[u32], usize); 19] = [
    (&[SOURCE], 12),
    (&[word("theo"), word("nguon")], 12),
    (&[word("tac"), word("gia")], 10),
    (&[word("bai"), word("va"), word("anh")], 10),
    (&[word("tin"), word("bai")], 10),
    (&[word("tin"), word("va"), word("anh")], 10),
    (&[word("tin"), word("anh")], 10),
    (&[word("bai"), word("anh")], 10),
    (&[word("anh"), word("minh"), word("hoa")], 8),
    (&[word("luot"), word("xem")], 4),
    (&[word("so"), word("luot"), word("xem")], 5),
    (&[word("luot"), word("doc")], 4),
    (&[word("xem"), word("them")], 30),
    (&[word("doc"), word("them")], 30),
    (&[word("tin"), word("lien"), word("quan")], 30),
    (&[word("bai"), word("lien"), word("quan")], 30),
    (&[word("dang"), word("online")], 4),
    (&[word("chia"), word("se"), word("facebook")], 16),
    (&[word("cap"), word("nhat")], 8),
];

/// Headings above titles of other articles, which portals put below, and cheap feeds into, every text. Seen: `Tin liên
/// quan`, `>> Tin cùng chuyên mục`, `Các tin khác`, `Xem thêm:`, `Có thể bạn quan tâm`.
const LINKS: [&[u32]; 13] = [
    &[word("tin"), word("lien"), word("quan")],
    &[word("bai"), word("lien"), word("quan")],
    &[word("bai"), word("viet"), word("lien"), word("quan")],
    &[word("tin"), word("cung"), word("chuyen"), word("muc")],
    &[word("bai"), word("cung"), word("chuyen"), word("muc")],
    &[word("cung"), word("chuyen"), word("muc")],
    &[word("tin"), word("bai"), word("khac")],
    &[word("tin"), word("khac")],
    &[word("cac"), word("tin"), word("khac")],
    &[word("tin"), word("doc"), word("nhieu")],
    &[word("xem"), word("them")],
    &[word("doc"), word("them")],
    &[word("co"), word("the"), word("ban"), word("quan"), word("tam")],
];

/// Words of a title in such a list.
pub(super) const LONGEST_LINK: usize = 28;

/// Tells whether a whole line is a heading above titles of other articles, and nothing else.
pub(super) fn heads_links(words: &[u32]) -> bool {
    LINKS.contains(&words)
}

/// Tells whether the last words are the placeholder; it is no sentence in Vietnamese, wherever it stands.
pub(super) fn ends_in_placeholder(words: &[u32]) -> bool {
    words.ends_with(&PLACEHOLDER)
}

/// Tells whether `words`, standing before a dash or in parentheses at the very beginning, name an outlet.
pub(super) fn is_dateline(words: &[u32], flags: &[Flags]) -> bool {
    let newspaper = words.first() == Some(&NEWSPAPER);
    let longest = if newspaper { LONGEST_DATELINE } else { 3 };
    !words.is_empty()
        && words.len() <= longest
        && !flags[..words.len()].iter().any(|flags| flags.is_number())
        && (newspaper || !places::mentions(words))
}

/// Tells whether a parenthesis only says whose text or picture it was: `(Ảnh: TTXVN)`, `(Theo Dân trí)`.
pub(super) fn is_credit_in_parentheses(words: &[u32]) -> bool {
    match words.first() {
        Some(&PICTURE | &SOURCE | &VIDEO) => words.len() <= 12,
        Some(&BY) => words.len() <= 6,
        _ => false,
    }
}

/// Tells whether a whole line is about the article.
pub(super) fn is_credit_line(words: &[u32]) -> bool {
    ABOUT.iter().any(|(beginning, longest)| words.len() <= *longest && words.starts_with(beginning))
}

/// Returns how many words are left when a credit at the very end, with or without a line of its own, is gone.
/// `sentence` is where the last sentence starts.
pub(super) fn trailing_credit(words: &[u32], sentence: usize) -> usize {
    let last = &words[sentence.min(words.len())..];
    // At least something must stand before it: a text that is all credit is all we have.
    if sentence > 0 && last.first() == Some(&BY) && last.len() <= 6 { sentence } else { words.len() }
}
