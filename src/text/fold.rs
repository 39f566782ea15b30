//! The forms in which texts are compared.
//!
//! One Vietnamese word reaches us in many spellings: precomposed or with combining marks, `uỷ` or `ủy`, in capitals,
//! with a no-break or zero-width space in the middle, in typographic or plain quotes. A source, or one page of it, mixes
//! them freely. [`fold`] gives all of them one form; [`strip_marks`] takes the marks off that form for readers and
//! sources that write without any. Nothing folded is ever shown to people.
//!
//! ```
//! let mut folded = String::new();
//! bantin::text::fold("  UỶ BAN\u{a0}nhân  dân “tỉnh Hoà Bình” ", &mut folded);
//! assert_eq!(folded, "uỷ ban nhân dân \"tỉnh hoà bình\"");
//! ```

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::chars::{Kind, kind};
use super::latin::{self, LETTERS};

/// Appends the folded form of `s`, with marks, to `out`.
///
/// NFC; the tone of `oa`, `oe`, `uy` (and of vowels after `qu` and `gi`) on the second letter, wherever the writer put
/// it; lower case; every run of white space one blank, none at the ends; characters without width gone; typographic
/// quotes, dashes and the ellipsis in ASCII. The form is stable: folding it again changes nothing.
///
/// What stands in `out` before is left alone and does not count as text before `s`.
pub fn fold(s: &str, out: &mut String) {
    let start = out.len();
    if !fold_quickly(s, out) {
        out.truncate(start);
        fold_thoroughly(s, out);
    }
    if out.len() > start && out.ends_with(' ') {
        out.pop();
    }
}

/// [`fold`] into a new string, for short texts and tests.
pub fn folded(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    fold(s, &mut out);
    out
}

/// Appends `s` to `out` without any marks: `đ` as `d`, vowels bare, other letters without their combining marks.
///
/// `s` should have been folded; capitals of the Latin table come out lower case all the same. Characters that are not
/// letters are copied.
pub fn strip_marks(s: &str, out: &mut String) {
    out.reserve(s.len());
    let table = &**LETTERS;
    let mut rest = s;
    while !rest.is_empty() {
        let plain_end = rest.bytes().position(|b| b >= 0x80).unwrap_or(rest.len());
        out.push_str(&rest[..plain_end]);
        rest = &rest[plain_end..];
        let Some(c) = rest.chars().next() else { break };
        rest = &rest[c.len_utf8()..];
        match latin::index(c as u32).map(|at| table[at].plain) {
            Some(plain) if plain != 0 => out.push(plain as char),
            Some(_) => out.push(c),
            None if is_mark(c) => {}
            None => out.extend(std::iter::once(c).nfd().filter(|&c| !is_mark(c))),
        }
    }
}

/// [`strip_marks`] into a new string.
pub fn stripped(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    strip_marks(s, &mut out);
    out
}

/// Tells whether any letter of `s` carries a mark (`đ` counts), precomposed or combining.
///
/// Vietnamese without a single one was typed without marks and has to be compared so.
pub fn has_marks(s: &str) -> bool {
    if s.is_ascii() {
        return false;
    }
    s.chars().any(|c| !c.is_ascii() && (is_mark(c) || latin::letter(c).is_some_and(|letter| letter.plain != 0)))
}

/// Tells whether `c` combines with the letter before it.
#[inline]
pub(super) fn is_mark(c: char) -> bool {
    c >= '\u{300}' && unicode_normalization::char::is_combining_mark(c)
}

/// The quick road: precomposed text, copied in runs. `false` (and rubbish in `out`) if `s` needs the thorough one.
///
/// One table look-up and one branch that is hardly ever taken decide about most characters: whether something must be
/// done about it at all ([`ALWAYS`]) or only after a blank or a tone. Guessing wrong is what costs time here, so the
/// code point is put together without branches.
fn fold_quickly(s: &str, out: &mut String) -> bool {
    out.reserve(s.len() + 4);
    let flags = &**FLAGS;
    let bytes = s.as_bytes();
    let start = out.len();
    // What lies between `run` and `at` is copied as it is, as late as possible.
    let mut run = 0;
    let mut at = 0;
    let mut before = BLANK;
    let mut proven_nfc = false;
    while at < bytes.len() {
        if let Some(&[a, b, c]) = bytes[at..].first_chunk::<3>() {
            let (a, b, c) = (usize::from(a), usize::from(b & 0x3F), usize::from(c & 0x3F));
            let (two, three) = ((a & 0x1F) << 6 | b, (a & 0x1F) << 12 | b << 6 | c);
            let lead = LEADS[a];
            let code = a & usize::from(lead.one) | two & usize::from(lead.two) | three & usize::from(lead.three);
            let flag = flags[code & FLAGGED];
            if flag & ALWAYS == 0 && (flag >> 2) & before == 0 {
                before = flag & (BLANK | TONED);
                at += usize::from(lead.len);
                continue;
            }
        }
        let Some(c) = s[at..].chars().next() else { break };
        out.push_str(&s[run..at]);
        at += c.len_utf8();
        run = at;
        match latin::letter(c) {
            Some(letter) if letter.is_word => {
                let flag = flags[usize::from(letter.lower)];
                let lower = char::from_u32(u32::from(letter.lower)).unwrap_or('\u{FFFD}');
                if (flag >> 2) & before & TONED == 0 {
                    out.push(lower);
                    before = flag & TONED;
                } else {
                    place(lower, out, start);
                    before = out[start..]
                        .chars()
                        .next_back()
                        .and_then(latin::letter)
                        .map_or(0, |l| flags[usize::from(l.lower)] & TONED);
                }
            }
            _ => match kind(c) {
                Kind::Space => {
                    if out.len() > start && !out.ends_with(' ') {
                        out.push(' ');
                    }
                    before = BLANK;
                }
                Kind::As(instead) => {
                    out.push_str(instead);
                    before = 0;
                }
                Kind::Invisible => {}
                Kind::Plain => {
                    if !proven_nfc && c >= '\u{300}' {
                        let here = at - c.len_utf8();
                        if is_nfc_quick(s[here..].chars()) != IsNormalized::Yes || s[here..].chars().any(is_mark) {
                            return false;
                        }
                        proven_nfc = true;
                    }
                    push_lower(c, out);
                    before = 0;
                }
            },
        }
    }
    out.push_str(&s[run..]);
    true
}

/// A flag: the character is a blank.
const BLANK: u8 = 1;
/// A flag: the character is a vowel with a tone.
const TONED: u8 = 2;
/// A flag: something must be done about the character whatever stands before it. ([`BLANK`] and [`TONED`] shifted by two
/// say: something must be done if that stands before it.)
const ALWAYS: u8 = 1 << 4;
/// The last code point of [`FLAGS`], and the mask that holds any index below it.
const FLAGGED: usize = 0x1FFF;

/// What the first byte of a character says: how many bytes, and (as masks) which way of reading its code point holds.
#[derive(Clone, Copy)]
struct Lead {
    len: u16,
    one: u16,
    two: u16,
    three: u16,
}

/// By first byte. Other characters of three bytes and those of four are read as U+0000, about which something must be done too.
const LEADS: [Lead; 256] = {
    let mut table = [Lead { len: 0, one: 0, two: 0, three: 0 }; 256];
    let mut b = 0;
    while b < 256 {
        match b {
            0..0x80 => table[b] = Lead { len: 1, one: FLAGGED as u16, two: 0, three: 0 },
            0xC0..=0xDF => table[b] = Lead { len: 2, one: 0, two: FLAGGED as u16, three: 0 },
            0xE1 => table[b] = Lead { len: 3, one: 0, two: 0, three: FLAGGED as u16 },
            _ => {}
        }
        b += 1;
    }
    table
};

/// What folding must do about each code point.
static FLAGS: LazyLock<Box<[u8; FLAGGED + 1]>> = LazyLock::new(|| {
    let mut table = Box::new([ALWAYS; FLAGGED + 1]);
    for code in 0..FLAGGED as u32 {
        let (Some(c), Some(index)) = (char::from_u32(code), latin::index(code)) else { continue };
        let letter = LETTERS[index];
        table[code as usize] = match kind(c) {
            Kind::Space if c == ' ' => BLANK | BLANK << 2,
            Kind::Plain if !letter.is_lower => ALWAYS,
            Kind::Plain if letter.tone != 0 => TONED,
            Kind::Plain if letter.vowel != 0 => TONED << 2,
            Kind::Plain => 0,
            _ => ALWAYS,
        };
    }
    table
});

/// The general road, character by character: for combining marks and other scripts.
fn fold_thoroughly(s: &str, out: &mut String) {
    // Characters without width go first, so that a mark behind one still finds its letter.
    let mut lowered = String::with_capacity(s.len());
    for c in s.chars().filter(|&c| kind(c) != Kind::Invisible).nfc() {
        match latin::letter(c) {
            Some(letter) => lowered.push(char::from_u32(u32::from(letter.lower)).unwrap_or(c)),
            None => push_lower(c, &mut lowered),
        }
    }
    let start = out.len();
    let mut after_space = true;
    // Composed once more: a lower-case letter can have a precomposed form that its capital has not (U+1E96).
    for c in lowered.nfc() {
        match kind(c) {
            Kind::Space if after_space => {}
            Kind::Space => {
                out.push(' ');
                after_space = true;
            }
            Kind::Invisible => {}
            Kind::As(instead) => {
                out.push_str(instead);
                after_space = false;
            }
            Kind::Plain => {
                place(c, out, start);
                after_space = false;
            }
        }
    }
}

/// Appends `c`, already lower case, moving the tone of the vowel before it onto `c` where it belongs there.
///
/// Two schools place the tone of an open `oa`, `oe`, `uy`: `hòa` and `hoà`, `khỏe` and `khoẻ`, `ủy` and `uỷ`. Moving it
/// to the second vowel is right for the newer school, and needs no look at what follows, because in closed syllables
/// both write it there (`hoàn`). In `qu` and `gi` the vowel belongs to the consonant and can carry no tone (`quý`,
/// `già`), yet people type `qúy` and `gìa`. A tone anywhere else stays where it is: `của`, `mía`, `thuở`.
fn place(c: char, out: &mut String, start: usize) {
    if let Some((first, tone)) = misplaced_tone(c, &out[start..])
        && let Some(here) = latin::letter(c).and_then(|letter| latin::with_tone(letter.vowel, tone))
    {
        out.pop();
        out.push(first);
        out.push(here);
    } else {
        out.push(c);
    }
}

/// The bare vowel and the tone of the last letter of `before`, if that tone belongs to `c`, which follows it.
fn misplaced_tone(c: char, before: &str) -> Option<(char, u8)> {
    let here = latin::letter(c)?;
    if here.vowel == 0 || here.tone != 0 {
        return None;
    }
    let mut back = before.chars().rev();
    let last = latin::letter(back.next()?)?;
    if last.tone == 0 {
        return None;
    }
    let onset = back.next();
    if onset.and_then(latin::letter).is_some_and(|letter| letter.tone != 0) {
        return None;
    }
    let first = char::from_u32(u32::from(last.vowel))?;
    let moves = match (first, c) {
        ('o', 'a' | 'e' | 'ă') | ('u', 'y') => true,
        ('y', 'ê') => onset == Some('u'),
        ('u', _) => onset == Some('q'),
        ('i', 'a' | 'ă' | 'â' | 'e' | 'ê' | 'o' | 'ô' | 'ơ' | 'u' | 'ư') => onset == Some('g'),
        _ => false,
    };
    moves.then_some((first, last.tone))
}

/// Appends the lower case of a character beyond the Latin table; full-width ASCII becomes ASCII.
fn push_lower(c: char, out: &mut String) {
    if ('\u{FF01}'..='\u{FF5E}').contains(&c) {
        let ascii = char::from_u32(c as u32 - 0xFEE0).expect("U+FF01 to U+FF5E mirror U+0021 to U+007E");
        out.push(if ascii == '`' { '\'' } else { ascii.to_ascii_lowercase() });
    } else {
        out.extend(c.to_lowercase());
    }
}

/// Returns the tone-placed form of a pattern: NFC and [`fold`]'s tone placement, everything else kept.
///
/// For rules written as regular expressions, where `\S` and `\s` differ; they match whatever the case, so it does not
/// matter that a vowel whose tone moved comes out in lower case.
pub fn fold_pattern(pattern: &str) -> String {
    let composed: Cow<'_, str> = super::nfc(pattern);
    let mut out = String::with_capacity(composed.len());
    for c in composed.chars() {
        place(c, &mut out, 0);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(folded(text), expected, "{text:?}");
        assert_eq!(folded(&text.nfd().collect::<String>()), expected, "NFD of {text:?}");
    }

    #[test]
    fn lowers_case_and_folds_white_space() {
        check("  TỈNH\u{a0}ỦY \n\t Ninh  Bình ", "tỉnh uỷ ninh bình");
    }

    #[test]
    fn unites_both_schools_of_tone_placement() {
        for (old, new) in
            [("hòa", "hoà"), ("khỏe", "khoẻ"), ("ủy", "uỷ"), ("thúy", "thuý"), ("Tòa", "toà"), ("lõa xõa", "loã xoã")]
        {
            check(old, &new.to_lowercase());
            check(new, new);
        }
        check("HÒA THÚY", "hoà thuý");
    }

    #[test]
    fn leaves_tones_that_are_in_their_only_place() {
        for word in
            ["của", "mía", "mùa", "chịu", "thuở", "hoàn", "khuỷu", "quỳnh", "giếng", "nghĩa", "lúa", "vừa", "bìa"]
        {
            check(word, word);
        }
    }

    #[test]
    fn knows_that_in_qu_and_gi_the_vowel_belongs_to_the_consonant() {
        check("qúy Qúy quý", "quý quý quý");
        check("qủy", "quỷ");
        check("qùa qủa", "quà quả");
        check("gìa gía gỉai", "già giá giải");
        check("gì gìn", "gì gìn");
    }

    #[test]
    fn moves_a_tone_across_an_invisible_character() {
        check("ho\u{300}\u{200b}a", "hoà");
        check("u\u{ad}\u{309}y ban", "uỷ ban");
    }

    #[test]
    fn folds_quotes_and_dashes() {
        check("“Dân vận khéo” – ‘khéo’ … «Hà Nam»", "\"dân vận khéo\" - 'khéo' ... \"hà nam\"");
        check("2021—2025", "2021-2025");
        check("3×4÷2", "3x4/2");
    }

    #[test]
    fn drops_characters_without_width() {
        check("dân\u{200b} v\u{ad}ận\u{feff}", "dân vận");
        check("a\u{0}b", "ab");
    }

    #[test]
    fn reads_eth_as_the_vietnamese_letter() {
        check("Ðảng bộ", "đảng bộ");
    }

    #[test]
    fn folds_other_scripts_and_full_width_forms() {
        check("МОСКВА Ｃｏｖｉｄ－１９ 北京", "москва covid-19 北京");
    }

    #[test]
    fn does_not_mistake_long_characters_for_letters() {
        // Their first three bytes differ from those of U+1E00 to U+1EFF in the lead only.
        check("a\u{78000}\u{38E80}\u{1F600}b", "a\u{78000}\u{38E80}\u{1F600}b");
    }

    #[test]
    fn keeps_what_stood_in_the_buffer() {
        let mut out = String::from("trước ");
        fold(" SAU ", &mut out);
        assert_eq!(out, "trước sau");
        fold("   ", &mut out);
        assert_eq!(out, "trước sau");
    }

    #[test]
    fn does_not_move_a_tone_of_what_stood_in_the_buffer() {
        let mut out = String::from("hò");
        fold("a", &mut out);
        assert_eq!(out, "hòa");
    }

    #[test]
    fn strips_every_mark() {
        assert_eq!(stripped("đường về quê hương, phường ỷ ỹ ạ"), "duong ve que huong, phuong y y a");
        assert_eq!(stripped("café naïve x\u{323}"), "cafe naive x");
        assert_eq!(stripped("й"), "и");
    }

    #[test]
    fn sees_marks_of_every_kind() {
        assert!(has_marks("xin chào"));
        assert!(has_marks("da\u{300}"));
        assert!(has_marks("đi"));
        assert!(!has_marks("Tin tuc tinh Ninh Binh – “moi”"));
    }

    #[test]
    fn a_pattern_keeps_its_classes() {
        assert_eq!(fold_pattern(r"\S+ Ủy\s+Ban|hòa"), r"\S+ uỷ\s+Ban|hoà");
    }

    /// Text as sources write it: Vietnamese syllables, capitals, punctuation, odd white space.
    fn vietnamese() -> impl Strategy<Value = String> {
        proptest::string::string_regex(
            "([bcdđghklmnpqrstvxBĐHQ]{0,2}[aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵAÀÒỦÝ]{1,3}[cmnptiuoy]{0,2}[ ,.“-]){0,12}",
        )
        .expect("a valid pattern")
    }

    proptest! {
        #[test]
        fn normal_forms_never_change_it(text in vietnamese()) {
            let expected = folded(&text);
            prop_assert_eq!(&folded(&text.nfd().collect::<String>()), &expected);
            prop_assert_eq!(&folded(&text.nfc().collect::<String>()), &expected);
        }

        #[test]
        fn case_never_changes_it(text in vietnamese()) {
            let expected = folded(&text);
            prop_assert_eq!(&folded(&text.to_uppercase()), &expected);
            prop_assert_eq!(&folded(&text.to_lowercase()), &expected);
        }

        #[test]
        fn white_space_and_zero_width_never_change_it(text in vietnamese(), at in 0usize..200, zero in 0usize..5) {
            let expected = folded(&text);
            let wide: String = text.replace(' ', "\u{a0}\n \u{2003}");
            prop_assert_eq!(&folded(&wide), &expected);
            let mut chars: Vec<char> = text.chars().collect();
            let at = at.min(chars.len());
            chars.insert(at, ['\u{200b}', '\u{200d}', '\u{feff}', '\u{ad}', '\u{2060}'][zero]);
            prop_assert_eq!(&folded(&chars.into_iter().collect::<String>()), &expected);
        }

        #[test]
        fn tone_placement_never_changes_it(onset in "[bcdhklmnpstx]{0,2}", tone in 1usize..6, pair in 0usize..3, coda in "[cimnpt]?") {
            let (first, second) = [('o', 'a'), ('o', 'e'), ('u', 'y')][pair];
            let toned = |vowel: char| latin::with_tone(vowel as u16, tone as u8).expect("a vowel");
            let old: String = format!("{onset}{}{second}{coda}", toned(first));
            let new: String = format!("{onset}{first}{}{coda}", toned(second));
            prop_assert_eq!(folded(&old), folded(&new));
        }

        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let once = folded(&text);
            prop_assert_eq!(&folded(&once), &once);
        }

        #[test]
        fn folding_vietnamese_twice_is_folding_it_once(text in vietnamese()) {
            let once = folded(&text);
            prop_assert_eq!(&folded(&once), &once);
        }

        #[test]
        fn both_roads_lead_to_the_same_form(text in vietnamese()) {
            let mut quick = String::new();
            prop_assert!(fold_quickly(&text, &mut quick));
            let mut thorough = String::new();
            fold_thoroughly(&text, &mut thorough);
            prop_assert_eq!(quick.trim_end(), thorough.trim_end());
        }

        #[test]
        fn stripped_text_has_no_marks(text in any::<String>()) {
            let plain = stripped(&folded(&text));
            prop_assert!(!has_marks(&plain), "{plain:?}");
        }
    }
}
