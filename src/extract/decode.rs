//! Bytes to text: which encoding a document is in, as its bytes prove it, not as it says.
//!
//! What is believed, in this order: a byte order mark; the pattern of zero bytes that UTF-16 and UTF-32 leave in markup;
//! UTF-8 that is valid and holds multi-byte characters (no legacy text passes that test by chance); the `charset` of the
//! HTTP answer; the declaration of the document; what the bytes look like. Single invalid bytes in a text that is UTF-8
//! otherwise are read as windows-1252 one by one. Characters that XML 1.0 forbids are removed.

mod utf8;
mod wide;

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};

use super::legacy;
use super::limits::MAX_DOCUMENT_BYTES;
use super::plain;
use super::problems::{Fault, Problems};
use utf8::{has_utf8, mostly_utf8, partly_twice_encoded, patched_utf8, twice_encoded};
use wide::wide;

/// A text and what it was read as.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// The text, without byte order mark and forbidden characters.
    pub text: Cow<'a, str>,
    /// The name of the encoding.
    pub encoding: &'static str,
}

/// Unpacks a body that is still a gzip file, as some servers send it without saying so; one that was packed twice too.
///
/// `None` where it is none or does not unpack within the limit. Of a file that is cut off, damaged or followed by something
/// else, what unpacks is used: the document's own reader tells what is missing.
pub fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let once = gunzip_within(bytes, MAX_DOCUMENT_BYTES)?;
    Some(gunzip_within(&once, MAX_DOCUMENT_BYTES).unwrap_or(once))
}

fn gunzip_within(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b, 8]) {
        return None;
    }
    let mut unpacked = Vec::new();
    let ended = flate2::read::MultiGzDecoder::new(bytes).take(limit as u64 + 1).read_to_end(&mut unpacked);
    let is_usable = ended.is_ok() || !unpacked.is_empty();
    (is_usable && unpacked.len() <= limit).then_some(unpacked)
}

/// Decodes a document. `host` helps to guess where nothing is stated (`.vn` makes windows-1258 likelier).
pub fn decode<'a>(
    bytes: &'a [u8],
    content_type: Option<&str>,
    host: Option<&str>,
    problems: &mut Problems,
) -> Decoded<'a> {
    let stated_by_server = content_type.and_then(charset);
    let stated_by_document = declared(bytes);
    let stated = stated_by_server.or(stated_by_document.as_deref());
    let known = match (stated_by_server.and_then(encoding_for), stated_by_document.as_deref().and_then(encoding_for)) {
        // Latin-1 is what servers say of everything; a document that names another legacy encoding knows better.
        (Some(server), Some(document)) if server == WINDOWS_1252 && document != UTF_8 => Some(document),
        (server, document) => server.or(document),
    };

    if let Some((text, encoding)) = wide(bytes) {
        let stated_by_document = declared(plain::floor(&text, 4096).as_bytes());
        let stated = stated_by_server.or(stated_by_document.as_deref());
        if stated.is_some_and(|label| !label.to_ascii_lowercase().contains(&encoding[..6].to_ascii_lowercase())) {
            problems.note_with(Fault::WrongEncoding, stated.unwrap_or(encoding));
        }
        return Decoded { text: Cow::Owned(clean(Cow::Owned(text), problems).into_owned()), encoding };
    }
    let (bytes, marked) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (rest, true),
        // A mark of UTF-16 before text that is none, else it would have been read above.
        [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] => (rest, false),
        _ => (bytes, false),
    };
    // As `str::from_utf8`, which takes five times as long for Vietnamese.
    if let Some(Cow::Borrowed(text)) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        let escapes = text.is_ascii().then_some(known).flatten().filter(|e| !e.is_ascii_compatible());
        if let Some(encoding) = escapes.filter(|_| text.contains('\u{1b}')) {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            return Decoded { text: clean(text, problems), encoding: encoding.name() };
        }
        if let Some(label) = stated
            && known.is_none_or(|e| e != UTF_8)
            && (!text.is_ascii() || known.is_some_and(|e| e == UTF_16LE || e == UTF_16BE))
        {
            problems.note_with(Fault::WrongEncoding, label);
        }
        if let Some(undone) = twice_encoded(text).or_else(|| partly_twice_encoded(text)) {
            problems.note(Fault::TwiceEncoded);
            let undone = twice_encoded(&undone).unwrap_or(undone);
            return Decoded { text: clean(Cow::Owned(undone), problems), encoding: "UTF-8" };
        }
        if let Some((undone, legacy)) = legacy::decode_text(text) {
            problems.note_with(Fault::WrongEncoding, stated.unwrap_or("utf-8"));
            return Decoded { text: clean(Cow::Owned(undone), problems), encoding: legacy.name() };
        }
        return Decoded { text: clean(Cow::Borrowed(text), problems), encoding: "UTF-8" };
    }
    let is_utf8 = marked || mostly_utf8(bytes, known == Some(UTF_8));
    if !is_utf8
        && known.is_none_or(|encoding| encoding == UTF_8 || encoding == WINDOWS_1252)
        && let Some((text, legacy)) = legacy::decode(bytes)
    {
        problems.note_with(Fault::UnknownEncoding, stated.unwrap_or(legacy.name()));
        return Decoded { text: clean(Cow::Owned(text), problems), encoding: legacy.name() };
    }
    if let Some(label) = stated.filter(|_| known.is_none()) {
        problems.note_with(Fault::UnknownEncoding, label);
    }
    let encoding = match known {
        // Stated and possible: believed, unless the multi-byte characters say UTF-8.
        // Latin-1 is also what editors say of Vietnamese whose tones are marks of their own.
        Some(encoding) if encoding == WINDOWS_1252 && !is_utf8 && looks_like_windows_1258(bytes) => {
            problems.note_with(Fault::WrongEncoding, stated.unwrap_or("windows-1252"));
            WINDOWS_1258
        }
        Some(encoding) if encoding != UTF_8 && !is_utf8 => widen(encoding),
        Some(_) | None if is_utf8 => UTF_8,
        _ => {
            if known == Some(UTF_8) {
                problems.note_with(Fault::WrongEncoding, "utf-8");
            } else if stated.is_none() {
                problems.note(Fault::UnknownEncoding);
            }
            match guess(bytes, host) {
                // What looks Western may still hold a few characters of UTF-8: read as such they come out right.
                encoding if encoding == WINDOWS_1252 => UTF_8,
                // A few stray bytes look like anything; the statement counts for more where some of them are UTF-8.
                encoding if known == Some(UTF_8) && encoding != WINDOWS_1258 && has_utf8(bytes) => UTF_8,
                encoding => encoding,
            }
        }
    };
    let text = if encoding == UTF_8 {
        Cow::Owned(patched_utf8(bytes, is_utf8, problems))
    } else {
        encoding.decode_without_bom_handling(bytes).0
    };
    Decoded { text: clean(text, problems), encoding: encoding.name() }
}

/// The encoding of a label, some spellings beyond the WHATWG's included. UTF-16 is never believed here: with it the
/// bytes would have shown it already.
fn encoding_for(label: &str) -> Option<&'static Encoding> {
    let trimmed = label.trim().trim_matches(['"', '\'']);
    if let Some(encoding) = Encoding::for_label(trimmed.as_bytes()) {
        return Some(encoding);
    }
    let folded: String = trimmed.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    match folded.as_str() {
        "utf8" | "unicode11utf8" | "utf8mb4" | "utf8bom" => Some(UTF_8),
        "cp1258" | "win1258" | "windows1258" | "vietnamese" => Some(WINDOWS_1258),
        "cp1252" | "win1252" | "iso88591" | "latin1" | "ansi" => Some(WINDOWS_1252),
        "gb2312" | "gbk" | "cp936" => Some(GBK),
        _ => Encoding::for_label(folded.as_bytes()),
    }
}

/// GBK is written as GB 18030 by those who say GB 2312.
fn widen(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

/// The `charset` parameter of a media type.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'', ' ']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

/// The encoding that the head of a document declares: in an XML declaration or an HTML `meta`.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(4096)];
    let head = String::from_utf8_lossy(head);
    let lower = head.to_ascii_lowercase();
    let after = |needle: &str, within: &str, offset: usize| -> Option<String> {
        let at = within.find(needle)? + needle.len();
        let rest = head[offset + at..].trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
        let rest = rest.trim_start_matches(['"', '\'']);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.:".contains(c))).unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_owned())
    };
    let mut from = 0;
    // The last declaration before the root counts: the first of two was put there by somebody else's program.
    let mut found = None;
    while let Some(at) = lower[from..].find("<?xml").map(|n| from + n) {
        let end = lower[at..].find('>').map_or(lower.len(), |n| at + n);
        found = after("encoding", &lower[at..end], at).or(found);
        from = end;
    }
    if found.is_some() {
        return found;
    }
    let meta = lower.find("<meta")?;
    after("charset", &lower[meta..], meta)
}

/// What the bytes look like, where nothing believable is stated.
fn guess(bytes: &[u8], host: Option<&str>) -> &'static Encoding {
    if looks_like_windows_1258(bytes) {
        return WINDOWS_1258;
    }
    let tld = host.and_then(|host| host.rsplit('.').next()).map(str::to_ascii_lowercase);
    let tld = tld.filter(|tld| !tld.is_empty() && tld.bytes().all(|b| b.is_ascii_lowercase()));
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    // Enough to be sure; a larger body would only cost more.
    detector.feed(&bytes[..bytes.len().min(256 << 10)], true);
    let guess = detector.guess(tld.as_deref().map(str::as_bytes), chardetng::Utf8Detection::Deny);
    // Vietnamese without its tone marks is none.
    if guess == WINDOWS_1258 { WINDOWS_1252 } else { guess }
}

/// Whether vowels are followed by windows-1258's combining tone marks, as in every second Vietnamese word: at least two
/// different marks, on a good part of all bytes above ASCII.
fn looks_like_windows_1258(bytes: &[u8]) -> bool {
    let mut marks = [false; 256];
    let (mut toned, mut high) = (0_usize, 0_usize);
    for pair in bytes.windows(2) {
        if pair[1] < 0x80 {
            continue;
        }
        high += 1;
        let vowel = matches!(pair[0].to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
            || matches!(pair[0], 0xc2 | 0xc3 | 0xca | 0xd4 | 0xd5 | 0xdd | 0xe2 | 0xe3 | 0xea | 0xf4 | 0xf5 | 0xfd);
        if vowel && matches!(pair[1], 0xcc | 0xd2 | 0xde | 0xec | 0xf2) {
            toned += 1;
            marks[pair[1] as usize] = true;
        }
    }
    toned >= 3 && toned * 5 >= high && marks.iter().filter(|&&m| m).count() >= 2
}

/// Removes a byte order mark at the head and the characters that XML 1.0 forbids anywhere.
fn clean<'a>(text: Cow<'a, str>, problems: &mut Problems) -> Cow<'a, str> {
    let marks = text.len() - text.trim_start_matches('\u{feff}').len();
    let Some(first) = first_forbidden(&text.as_bytes()[marks..]).map(|n| marks + n) else {
        return match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[marks..]),
            Cow::Owned(mut text) => {
                text.drain(..marks);
                Cow::Owned(text)
            }
        };
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[marks..first]);
    let mut removed = 0_u32;
    let mut rest = &text[first..];
    while let Some(c) = rest.chars().next() {
        // The first character of `rest` is forbidden.
        removed = removed.saturating_add(1);
        rest = &rest[c.len_utf8()..];
        let next = first_forbidden(rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    problems.add(Fault::ForbiddenCharacters, removed);
    Cow::Owned(out)
}

/// Offset of the first character that XML 1.0 forbids: controls but tab and line ends, U+FFFE, U+FFFF.
fn first_forbidden(bytes: &[u8]) -> Option<usize> {
    let suspicious = |b: u8| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0xef;
    let mut from = 0;
    loop {
        // A block at a time, so that the clean case runs at memory speed.
        let block =
            bytes[from..].chunks(64).position(|block| block.iter().fold(false, |any, &b| any | suspicious(b)))?;
        let start = from + block * 64;
        let at = start + bytes[start..].iter().position(|&b| suspicious(b))?;
        if bytes[at] != 0xef || matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::refs::windows_1252;
    use super::*;

    const VIETNAMESE: &str = "<?xml version=\"1.0\" encoding=\"X\"?><t>Tỉnh ủy họp bàn việc làng xã ở Đồng Nai</t>";

    fn decoded(bytes: &[u8], content_type: Option<&str>) -> (String, &'static str, Vec<String>) {
        let mut problems = Problems::default();
        let decoded = decode(bytes, content_type, Some("tin.example.vn"), &mut problems);
        let codes = problems.into_list().into_iter().map(|p| p.code).collect();
        (decoded.text.into_owned(), decoded.encoding, codes)
    }

    #[track_caller]
    fn check(bytes: &[u8], content_type: Option<&str>, expected: &str, encoding: &str) {
        let (text, found, _) = decoded(bytes, content_type);
        assert_eq!((text.as_str(), found), (expected, encoding));
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    fn utf32(text: &str, big: bool) -> Vec<u8> {
        text.chars().flat_map(|c| if big { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() }).collect()
    }

    #[test]
    fn reads_utf_16_and_32_without_a_mark_whatever_is_declared() {
        for big in [true, false] {
            check(&utf16(VIETNAMESE, big), None, VIETNAMESE, if big { "UTF-16BE" } else { "UTF-16LE" });
            check(&utf32(VIETNAMESE, big), None, VIETNAMESE, if big { "UTF-32BE" } else { "UTF-32LE" });
        }
    }

    #[test]
    fn reads_utf_16_and_32_with_a_mark() {
        for big in [true, false] {
            let marked = format!("\u{feff}{VIETNAMESE}");
            check(&utf16(&marked, big), None, VIETNAMESE, if big { "UTF-16BE" } else { "UTF-16LE" });
            check(&utf32(&marked, big), None, VIETNAMESE, if big { "UTF-32BE" } else { "UTF-32LE" });
        }
    }

    #[test]
    fn believes_valid_utf_8_before_any_statement() {
        let text = VIETNAMESE.replace("X", "iso-8859-1");
        let (read, encoding, problems) = decoded(text.as_bytes(), Some("text/xml; charset=windows-1251"));
        assert_eq!((read, encoding), (text, "UTF-8"));
        assert_eq!(problems, ["wrong-encoding"]);
    }

    #[test]
    fn does_not_believe_a_statement_of_utf_16_about_8_bit_text() {
        let text = VIETNAMESE.replace("X", "utf-16");
        check(text.as_bytes(), None, &text, "UTF-8");
        check(b"\xff\xfe<rss>a</rss>", None, "<rss>a</rss>", "UTF-8");
    }

    #[test]
    fn believes_the_server_before_the_declaration() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode("<?xml version='1.0' encoding='koi8-r'?>Привет");
        let (text, encoding, _) = decoded(&bytes, Some("text/xml; charset=\"windows-1251\""));
        assert!(text.ends_with("Привет"));
        assert_eq!(encoding, "windows-1251");
    }

    #[test]
    fn believes_the_declaration_before_a_server_that_says_latin_1_of_everything() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode("<?xml version='1.0' encoding='windows-1251'?>Привет");
        assert_eq!(decoded(&bytes, Some("text/xml; charset=ISO-8859-1")).1, "windows-1251");
    }

    #[test]
    fn reads_windows_1258_declared_or_not() {
        // Windows-1258 writes a tone as a mark of its own after the vowel.
        let text =
            "<t>Ti\u{309}nh u\u{309}y ho\u{323}p ba\u{300}n viê\u{323}c la\u{300}ng xa\u{303} đê\u{301}n nay</t>";
        let (bytes, _, bad) = WINDOWS_1258.encode(text);
        assert!(!bad);
        let (text, encoding, _) = decoded(&bytes, None);
        assert_eq!(encoding, "windows-1258");
        assert!(text.contains("viê\u{323}c"));
        let mut declared = b"<?xml version='1.0' encoding='windows-1258'?>".to_vec();
        declared.extend_from_slice(&bytes);
        assert_eq!(decoded(&declared, None).1, "windows-1258");
    }

    #[test]
    fn reads_stray_bytes_singly() {
        let mut bytes = "<t>Tỉnh ủy họp bàn ".as_bytes().to_vec();
        bytes.extend_from_slice(b"\x93vi\x94</t>");
        let (text, encoding, problems) = decoded(&bytes, None);
        assert_eq!((text.as_str(), encoding), ("<t>Tỉnh ủy họp bàn “vi”</t>", "UTF-8"));
        assert_eq!(problems, ["stray-bytes"]);
    }

    #[test]
    fn reads_western_text_that_claims_utf_8() {
        let (text, encoding, problems) =
            decoded(b"<?xml version='1.0' encoding='utf-8'?><t>caf\xe9 \x93ol\xe9\x94</t>", None);
        assert!(text.ends_with("<t>café “olé”</t>"));
        assert_eq!(encoding, "UTF-8");
        assert_eq!(problems, ["wrong-encoding", "stray-bytes"]);
    }

    #[test]
    fn undoes_what_was_encoded_twice() {
        let text = "<t>Tỉnh ủy họp, đồng bào “vui” ở Đà Nẵng</t>";
        let latin: String = text.bytes().map(windows_1252).collect();
        let (read, _, problems) = decoded(latin.as_bytes(), None);
        assert_eq!(read, text);
        assert_eq!(problems, ["twice-encoded"]);
        for right in ["<t>café, Ã©</t>", "<t>Tỉnh</t>", "<t>naïve café</t>"] {
            assert_eq!(decoded(right.as_bytes(), None).0, right);
        }
    }

    #[test]
    fn undoes_what_was_encoded_twice_in_parts_or_three_times() {
        let twice = |text: &str| -> String { text.bytes().map(windows_1252).collect() };
        let text = "<t>Tỉnh ủy họp</t>";
        check(format!("<a>Bản tin</a>{}", twice(text)).as_bytes(), None, &format!("<a>Bản tin</a>{text}"), "UTF-8");
        check(twice(&twice(text)).as_bytes(), None, text, "UTF-8");
        // Not Vietnamese: may be meant.
        check("<t>họp “nóng” Ã©</t>".as_bytes(), None, "<t>họp “nóng” Ã©</t>", "UTF-8");
    }

    #[test]
    fn believes_tone_marks_before_a_statement_of_latin_1() {
        let text =
            "<t>Ti\u{309}nh u\u{309}y ho\u{323}p ba\u{300}n viê\u{323}c la\u{300}ng xa\u{303} đê\u{301}n nay</t>";
        let (bytes, _, _) = WINDOWS_1258.encode(text);
        for label in ["iso-8859-1", "windows-1252"] {
            let declared = [format!("<?xml version='1.0' encoding='{label}'?>").as_bytes(), &bytes].concat();
            let (_, encoding, problems) = decoded(&declared, None);
            assert_eq!((encoding, problems), ("windows-1258", vec!["wrong-encoding".to_owned()]));
        }
    }

    #[test]
    fn believes_utf_8_of_tone_marks_before_a_stray_byte() {
        let text = "<t>Ti\u{309}nh u\u{309}y ho\u{323}p ba\u{300}n</t>";
        let bytes = [b"<?xml version='1.0' encoding='iso-8859-1'?>", text.as_bytes(), b"<t>co\xf2n</t>"].concat();
        let (read, encoding, _) = decoded(&bytes, None);
        assert_eq!(encoding, "UTF-8");
        assert!(read.contains(text), "{read}");
    }

    #[test]
    fn believes_the_zeros_before_a_mark_of_the_other_half() {
        let swapped = [&[0xff, 0xfe][..], &utf16(VIETNAMESE, true)].concat();
        check(&swapped, None, VIETNAMESE, "UTF-16BE");
    }

    #[test]
    fn drops_a_character_that_a_program_cut_in_two() {
        let text = "<t>Tỉnh ủy họp</t><t>Đồng Nai m".as_bytes();
        let cut = [text, &"ở".as_bytes()[..2], b"...</t>"].concat();
        let (read, _, problems) = decoded(&cut, None);
        assert_eq!(read, "<t>Tỉnh ủy họp</t><t>Đồng Nai m...</t>");
        assert_eq!(problems, ["stray-bytes"]);
    }

    #[test]
    fn reads_encodings_that_only_vietnamese_had() {
        let bytes = b"<t>T\xd8nh \xf1y h\xe4p b\xb5n vi\xd6c l\xb5ng x\xb7</t>";
        let expected = "<t>Tỉnh ủy họp bàn việc làng xã</t>";
        check(bytes, Some("text/xml; charset=iso-8859-1"), expected, "TCVN3");
        let as_utf_8: String = bytes.iter().map(|&b| char::from(b)).collect();
        check(as_utf_8.as_bytes(), None, expected, "TCVN3");
    }

    #[test]
    fn joins_surrogates_written_as_utf_8() {
        let bytes = b"<t>\xe1\xbb\x89nh \xe1\xbb\xa7y \xed\xa0\xbd\xed\xb8\x80 \xed\xa0\xbd \xc0\x80</t>";
        check(bytes, None, "<t>ỉnh ủy 😀  </t>", "UTF-8");
    }

    #[test]
    fn removes_what_xml_forbids_and_marks_at_the_head() {
        check(
            "\u{feff}\u{feff}a\0b\u{8}c\u{fffe}d\u{ffff}e\u{fffd}ｆ\t\r\n".as_bytes(),
            None,
            "abcde\u{fffd}ｆ\t\r\n",
            "UTF-8",
        );
    }

    #[test]
    fn takes_the_last_of_two_declarations() {
        let bytes =
            b"<?xml version='1.0' encoding='utf-8'?>\n<?xml version='1.0' encoding='koi8-r'?><t>\xf0\xd2\xc9</t>";
        assert!(decoded(bytes, None).0.ends_with("<t>При</t>"));
    }

    #[test]
    fn unpacks_gzip_within_limits_only() {
        use std::io::Write;
        let packed = |bytes: &[u8]| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(bytes).unwrap();
            packer.finish().unwrap()
        };
        assert_eq!(gunzip(&packed(b"<rss/>")).unwrap(), b"<rss/>");
        assert_eq!(gunzip(b"\x1f\x8b\x08\x00\x00\x00\x00\x00"), None);
        assert_eq!(gunzip_within(&packed(&[b' '; 1_000]), 1_000).map(|unpacked| unpacked.len()), Some(1_000));
        assert_eq!(gunzip_within(&packed(&[b' '; 1_001]), 1_000), None);
        assert_eq!(gunzip(&packed(&packed(b"<rss/>"))).unwrap(), b"<rss/>");
        let text: Vec<u8> =
            (0..9_999_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect();
        let whole = packed(&text);
        let cut = gunzip(&whole[..whole.len() / 2]).unwrap();
        assert!(text.starts_with(&cut) && cut.len() > text.len() / 4, "{} of {}", cut.len(), text.len());
        let mut damaged = whole.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(gunzip(&damaged).unwrap(), text);
        assert_eq!(gunzip(&[&whole[..], b"<!-- 0.1 s -->"].concat()).unwrap(), text);
    }
}
