//! Vietnamese encodings that no library reads: TCVN3 (ABC), which came with fonts of its own, and VISCII.
//!
//! Old pages and what was pasted out of them are met as bytes (`TØnh ñy` when taken for windows-1252) and as UTF-8 made from
//! such bytes. Nothing states these encodings, so the words must prove them: nearly all that have a letter beyond ASCII are
//! Vietnamese syllables once decoded, and are none before. French, German or Spanish never pass.

use std::collections::HashSet;

use crate::text::nfc;

/// A single-byte encoding of Vietnamese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Legacy {
    /// TCVN 5712:1993, third variant. It has no toned capitals.
    Tcvn3,
    /// RFC 1456.
    Viscii,
}

impl Legacy {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "TCVN3",
            Self::Viscii => "VISCII",
        }
    }
}

/// Bytes 0xa1 to 0xfe of TCVN3; a space where nothing stands.
const TCVN3: &str = "ĂÂÊÔƠƯĐăâêôơưđ      àảãáạ ằẳẵắ       ặầẩẫấậè ẻẽéẹềểễếệìỉ   ĩíịò ỏõóọồổỗốộờởỡớợù ủũúụừửữứựỳỷỹýỵ";

/// Bytes 0x80 to 0xff of VISCII.
const VISCII: &str = "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ";

/// The letters that VISCII has in place of controls.
const VISCII_LOW: [(u8, char); 6] = [(2, 'Ẳ'), (5, 'Ẵ'), (6, 'Ẫ'), (0x14, 'Ỷ'), (0x19, 'Ỹ'), (0x1e, 'Ỵ')];

/// How much of a text is judged.
const SAMPLE_BYTES: usize = 64 << 10;

/// Different syllables that a text must have to prove anything: `m²` alone is one, however often it stands there.
const MIN_SYLLABLES: usize = 5;

/// Reads bytes whose words prove one of these encodings; `None` where they do not.
pub fn decode(bytes: &[u8]) -> Option<(String, Legacy)> {
    // The space that does not break stands on any page, and in VISCII's `Õ`, which hardly a word has.
    let sample: Vec<u8> = bytes.iter().take(SAMPLE_BYTES).map(|&b| if b == 0xa0 { b' ' } else { b }).collect();
    let as_western: String = sample.iter().map(|&b| char::from(b)).collect();
    if share(&as_western)?.1 {
        return None;
    }
    [Legacy::Tcvn3, Legacy::Viscii].into_iter().find_map(|legacy| {
        let judged = share(&decoded(&sample, legacy));
        let proven = judged.is_some_and(|(syllables, is_vietnamese)| syllables >= MIN_SYLLABLES && is_vietnamese);
        proven.then(|| (decoded(bytes, legacy), legacy))
    })
}

/// Reads a text whose characters are all below U+0100 and were bytes of such an encoding.
pub fn decode_text(text: &str) -> Option<(String, Legacy)> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    decode(&bytes?)
}

fn decoded(bytes: &[u8], legacy: Legacy) -> String {
    let table: Vec<char> = match legacy {
        Legacy::Tcvn3 => TCVN3.chars().collect(),
        Legacy::Viscii => VISCII.chars().collect(),
    };
    let first = if legacy == Legacy::Tcvn3 { 0xa1 } else { 0x80 };
    bytes
        .iter()
        .map(|&b| {
            let low = VISCII_LOW.iter().find(|(low, _)| legacy == Legacy::Viscii && *low == b);
            let high = b.checked_sub(first).and_then(|at| table.get(usize::from(at))).filter(|&&c| c != ' ');
            low.map(|&(_, c)| c).or(high.copied()).unwrap_or(char::from(b))
        })
        .collect()
}

/// How many different Vietnamese syllables with a letter beyond ASCII a text has, and whether nine in ten of the words with
/// such a letter are syllables. `None` where there are none. What is one character long is no word: in these encodings `©`,
/// `»` and `·` are vowels.
fn share(text: &str) -> Option<(usize, bool)> {
    let (mut words, mut good) = (0_usize, 0_usize);
    let mut syllables = HashSet::new();
    for word in text.split(|c: char| c.is_ascii() && !c.is_ascii_alphabetic()) {
        let chars = word.chars().count();
        if word.is_ascii() || chars < 2 {
            continue;
        }
        words += 1;
        if chars <= LONGEST_SYLLABLE && is_syllable(word) {
            good += 1;
            syllables.insert(word);
        }
    }
    (words > 0).then_some((syllables.len(), good * 10 >= words * 9))
}

/// Whether a word can be a Vietnamese syllable: an initial, a nucleus with one tone at most, a final.
fn is_syllable(word: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let mut tones = 0;
    let toneless: String = word
        .to_lowercase()
        .nfd()
        .filter(|c| {
            let is_tone = matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
            tones += usize::from(is_tone);
            !is_tone
        })
        .collect();
    let toneless = nfc(&toneless);
    let initials = [
        "ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g", "h", "k", "l", "m",
        "n", "p", "r", "s", "t", "v", "x", "",
    ];
    let finals = ["ng", "nh", "ch", "c", "m", "n", "p", "t", ""];
    tones <= 1
        && initials
            .iter()
            .filter_map(|initial| toneless.strip_prefix(initial))
            .any(|rest| finals.iter().filter_map(|end| rest.strip_suffix(end)).any(|nucleus| NUCLEI.contains(&nucleus)))
}

/// Characters of `nghiêng`.
const LONGEST_SYLLABLE: usize = 7;

const NUCLEI: [&str; 59] = [
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia",
    "iê", "iu", "oa", "oă", "oe", "oi", "oo", "ôi", "ơi", "ua", "uâ", "uê", "ui", "uô", "uơ", "ươ", "ưa", "ưi", "ưu",
    "uy", "uya", "uyê", "uyu", "yê", "oai", "oay", "oao", "oeo", "uây", "uôi", "ươi", "ươu", "iêu", "yêu", "uai",
    "uao", "uă", "ue",
];

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Tỉnh ủy họp bàn việc làng xã ở Đồng Nai, được bà con đồng tình";

    fn bytes(text: &str, legacy: Legacy) -> Vec<u8> {
        let table: Vec<char> = (0..=255).flat_map(|b| decoded(&[b], legacy).chars().collect::<Vec<_>>()).collect();
        text.chars().map(|c| u8::try_from(table.iter().rposition(|&t| t == c).unwrap()).unwrap()).collect()
    }

    #[test]
    fn reads_what_the_words_prove() {
        for legacy in [Legacy::Tcvn3, Legacy::Viscii] {
            assert_eq!(decode(&bytes(TEXT, legacy)), Some((TEXT.to_owned(), legacy)));
        }
    }

    #[test]
    fn knows_the_tables_by_their_published_places() {
        assert_eq!(decoded(b"T\xd8nh \xf1y h\xe4p b\xb5n vi\xd6c", Legacy::Tcvn3), "Tỉnh ủy họp bàn việc");
        assert_eq!(decoded(b"T\xefnh \xfcy h\xf7p b\xe0n vi\xaec", Legacy::Viscii), "Tỉnh ủy họp bàn việc");
    }

    #[test]
    fn reads_what_was_made_utf_8_of_such_bytes() {
        let text: String = bytes(TEXT, Legacy::Tcvn3).into_iter().map(char::from).collect();
        assert_eq!(decode_text(&text).map(|(text, _)| text), Some(TEXT.to_owned()));
    }

    #[test]
    fn leaves_other_languages_alone() {
        for text in [
            "L'été a été très chaud à la frontière, où les élèves déjà fatigués rêvaient",
            "Für größere Städte wäre es schöner, über Züge zurückzukehren, müde Gäste",
            "El año pasado la situación mejoró según el señor Muñoz, también en España",
            "Bà Nà là nơi có khí hậu mát, xã có trà và cà phê ngon lành",
            "Þetta er íslenska með öllum sínum stöfum, það er gaman",
            "© 2026 – café",
        ] {
            assert_eq!(decode_text(text), None, "{text}");
        }
    }

    #[test]
    fn signs_and_blanks_prove_nothing() {
        for sign in ["©", "»", "«", "·", "§", "£", "\u{a0}", "°C", "±", "½", "5\u{a0}m", "m² (ha)", "a\u{a0}"]
        {
            let text = format!("<p>The council met {sign} 2026</p>\n").repeat(20);
            assert_eq!(decode_text(&text), None, "{sign:?}");
        }
        let text: String = ["he", "theo", "to", "a", "o"].map(|word| format!("{word}\u{a0}5 ")).concat();
        assert_eq!(decode_text(&text), None);
    }
}
