//! Abbreviations that one outlet writes out and the next does not.
//!
//! A copy of a report on a party committee differs from its original in dozens of places when `UBND` and `MTTQ` are
//! written out; none of them says anything. Only abbreviations that are no syllable of the language are here, so that
//! none can be mistaken for a word. All end in a consonant, which the reader uses to look up few words.

use super::tokens::{Flags, word, word_of};

/// Abbreviations with the words they stand for, folded.
static ABBREVIATIONS: [(u32, &[u32]); 18] = [
    (word("bch"), &[word("ban"), word("chap"), word("hanh")]),
    (word("bhxh"), &[word("bao"), word("hiem"), word("xa"), word("hoi")]),
    (word("bhyt"), &[word("bao"), word("hiem"), word("y"), word("te")]),
    (word("btv"), &[word("ban"), word("thuong"), word("vu")]),
    (word("cqdt"), &[word("co"), word("quan"), word("dieu"), word("tra")]),
    (word("csdt"), &[word("canh"), word("sat"), word("dieu"), word("tra")]),
    (word("csgt"), &[word("canh"), word("sat"), word("giao"), word("thong")]),
    (word("dbqh"), &[word("dai"), word("bieu"), word("quoc"), word("hoi")]),
    (word("hcm"), &[word("ho"), word("chi"), word("minh")]),
    (word("hdnd"), &[word("hoi"), word("dong"), word("nhan"), word("dan")]),
    (word("htx"), &[word("hop"), word("tac"), word("xa")]),
    (word("ktxh"), &[word("kinh"), word("te"), word("xa"), word("hoi")]),
    (word("mttq"), &[word("mat"), word("tran"), word("to"), word("quoc")]),
    (word("ntm"), &[word("nong"), word("thon"), word("moi")]),
    (word("tnhh"), &[word("trach"), word("nhiem"), word("huu"), word("han")]),
    (word("tp"), &[word("thanh"), word("pho")]),
    (word("tphcm"), &[word("thanh"), word("pho"), word("ho"), word("chi"), word("minh")]),
    (word("ubnd"), &[word("uy"), word("ban"), word("nhan"), word("dan")]),
];

/// The words that an abbreviation stands for, by its hash.
pub(super) fn long_form(abbreviation: u32) -> Option<&'static [u32]> {
    ABBREVIATIONS.iter().find(|(short, _)| *short == abbreviation).map(|(_, long)| *long)
}

/// Words that an abbreviation is made of at most.
const LONGEST: usize = 8;

/// Tells whether a word of `one` is made of the first letters of words that stand in a row in `other`, as `KTXH` is of
/// `kinh tế - xã hội`. Initials of any words may make a word by chance; here both stand in the same place of two texts.
pub(super) fn abbreviates(one: &[(u32, Flags)], other: &[(u32, Flags)]) -> bool {
    (0..other.len()).any(|start| {
        let letters: Vec<u8> =
            other[start..].iter().take(LONGEST - 1).map_while(|(_, flags)| flags.first_letter()).collect();
        (2..=letters.len()).any(|length| {
            let initials = word_of(&letters[..length]);
            one.iter().any(|(word, _)| *word == initials)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::tokens::TokenText;

    #[track_caller]
    fn check(one: &str, other: &str, expected: bool) {
        let words = |text: &str| {
            let text = TokenText::read(text);
            text.words().iter().copied().zip(text.flags().iter().copied()).collect::<Vec<_>>()
        };
        assert_eq!(abbreviates(&words(one), &words(other)), expected, "{one} / {other}");
    }

    #[test]
    fn initials_are_recognised_in_a_row_of_words() {
        check("NHNN", "Ngân hàng Nhà nước", true);
        check("của CA tỉnh", "của Công an tỉnh", true);
        check("ĐHQGHN", "Đại học Quốc gia Hà Nội", true);
        check("NHNN", "Ngân hàng Nhà", false);
        check("Hùng", "Trần Văn", false);
    }
}
