//! Bytes to text: which encoding a document is in, as its bytes prove it, not as it says.
//!
//! What is believed, in this order: a byte order mark; the pattern of zero bytes that UTF-16 and UTF-32 leave in markup;
//! UTF-8 that is valid and holds multi-byte characters (no legacy text passes that test by chance); the `charset` of the
//! HTTP answer; the declaration of the document; what the bytes look like. Single invalid bytes in a text that is UTF-8
//! otherwise are read as windows-1252 one by one. Characters that XML 1.0 forbids are removed.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
use memchr::memmem;

use super::legacy;
use super::limits::MAX_DOCUMENT_BYTES;
use super::plain;
use super::problems::{Fault, Problems};
use super::xml::refs::{windows_1252, windows_1252_byte};

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

/// Reads UTF-16 and UTF-32, marked or not.
fn wide(bytes: &[u8]) -> Option<(String, &'static str)> {
    let utf32 = |bytes: &[u8], big: bool| -> String {
        bytes
            .chunks_exact(4)
            .map(|c| {
                let c = [c[0], c[1], c[2], c[3]];
                let value = if big { u32::from_be_bytes(c) } else { u32::from_le_bytes(c) };
                char::from_u32(value).unwrap_or('\u{fffd}')
            })
            .collect()
    };
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => return Some((utf32(rest, false), "UTF-32LE")),
        [0, 0, 0xfe, 0xff, rest @ ..] => return Some((utf32(rest, true), "UTF-32BE")),
        // The zero bytes of markup show which half comes first, whatever the mark says of it.
        [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] if has_zeros(rest) => {
            let big = match by_zeros(rest) {
                Some(("UTF-16BE", _)) => true,
                Some(("UTF-16LE", _)) => false,
                _ => bytes[0] == 0xfe,
            };
            let encoding = if big { UTF_16BE } else { UTF_16LE };
            return Some((utf16(rest, encoding), encoding.name()));
        }
        _ => {}
    }
    let (encoding, big) = by_zeros(bytes)?;
    let text = match encoding {
        "UTF-32BE" | "UTF-32LE" => utf32(bytes, big),
        _ => utf16(bytes, if big { UTF_16BE } else { UTF_16LE }),
    };
    Some((text, encoding))
}

/// Which encoding without a mark the zero bytes at the head of markup show, and whether its first byte is the high one.
fn by_zeros(bytes: &[u8]) -> Option<(&'static str, bool)> {
    // Without a mark: markup has so many ASCII characters that the zero bytes stand in every second or fourth place.
    let head = &bytes[..bytes.len().min(256) & !3];
    if head.len() < 8 {
        return None;
    }
    let mut zeros = [0_usize; 4];
    for (at, &b) in head.iter().enumerate() {
        zeros[at % 4] += usize::from(b == 0);
    }
    let group = head.len() / 4;
    let most = |n: usize| n * 10 >= group * 7;
    let few = |n: usize| n * 10 <= group * 3;
    match zeros {
        [a, b, c, d] if most(a) && most(b) && most(c) && few(d) => Some(("UTF-32BE", true)),
        [a, b, c, d] if few(a) && most(b) && most(c) && most(d) => Some(("UTF-32LE", false)),
        [a, b, c, d] if most(a) && few(b) && most(c) && few(d) => Some(("UTF-16BE", true)),
        [a, b, c, d] if few(a) && most(b) && few(c) && most(d) => Some(("UTF-16LE", false)),
        _ => None,
    }
}

/// Whether there are zero bytes near the head: a mark of UTF-16 before 8-bit text is a lie.
fn has_zeros(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    head.contains(&0) || std::str::from_utf8(head).is_err()
}

fn utf16(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Whether the multi-byte sequences of a text that is not valid UTF-8 still show that UTF-8 was meant: there are more of
/// them than invalid bytes. Sequences of three bytes and more count thrice, since no legacy text has them by chance, and
/// neither has one the pairs of surrogates that some databases write.
///
/// Where UTF-8 `is_stated`, characters that were cut off speak against it as little as surrogates do.
fn mostly_utf8(bytes: &[u8], is_stated: bool) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    let mut rest = bytes;
    while let Some(chunk) = rest.utf8_chunks().next() {
        good += chunk.valid().bytes().map(|b| usize::from(b >= 0xc2) + 2 * usize::from(b >= 0xe0)).sum::<usize>();
        rest = &rest[chunk.valid().len()..];
        let invalid = chunk.invalid().len();
        if let Some((character, length)) = surrogates(rest) {
            good += if character.is_some() { length } else { 0 };
            rest = &rest[length..];
        } else if rest.starts_with(JAVA_ZERO) {
            rest = &rest[JAVA_ZERO.len()..];
        } else {
            bad += usize::from(invalid == 1 || (invalid > 1 && !is_stated));
            rest = &rest[invalid..];
        }
    }
    good > bad * 2 || (good > 0 && good >= bad && bad <= 2) || (is_stated && bad == 0)
}

/// Whether there is a multi-byte sequence of UTF-8 for every tenth invalid byte, where there are few enough of these.
fn has_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|&b| b >= 0xc2).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good * 10 >= bad && bad <= 100
}

/// How Java writes U+0000.
const JAVA_ZERO: &[u8] = &[0xc0, 0x80];

/// Decodes UTF-8, each invalid byte as windows-1252. In a text that `is_utf8` two and more bytes of a longer character are
/// one that was cut off, as programs do that shorten a text by bytes: nothing can be said of it.
fn patched_utf8(bytes: &[u8], is_utf8: bool, problems: &mut Problems) -> String {
    let mut text = String::with_capacity(bytes.len() + 64);
    let mut stray = 0_u32;
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(chunk) = rest.utf8_chunks().next() else { break };
        text.push_str(chunk.valid());
        rest = &rest[chunk.valid().len()..];
        if chunk.invalid().is_empty() {
            continue;
        }
        stray = stray.saturating_add(1);
        if let Some((character, length)) = surrogates(rest) {
            text.extend(character);
            rest = &rest[length..];
        } else if rest.starts_with(JAVA_ZERO) {
            rest = &rest[JAVA_ZERO.len()..];
        } else if is_utf8 && chunk.invalid().len() > 1 {
            rest = &rest[chunk.invalid().len()..];
        } else {
            text.extend(chunk.invalid().iter().map(|&byte| windows_1252(byte)));
            rest = &rest[chunk.invalid().len()..];
        }
    }
    problems.add(Fault::StrayBytes, stray);
    text
}

/// Reads surrogates written as UTF-8 at the head of `bytes`, as databases that call it `utf8` do: a pair is a character,
/// half of one is nothing. Returns how long it is.
fn surrogates(bytes: &[u8]) -> Option<(Option<char>, usize)> {
    let unit = |bytes: &[u8]| match bytes {
        [0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, ..] => Some(0xd000 | (u32::from(b & 0x3f) << 6) | u32::from(c & 0x3f)),
        _ => None,
    };
    let first = unit(bytes)?;
    let second = unit(&bytes[3..]).filter(|second| (0xd800..0xdc00).contains(&first) && *second >= 0xdc00);
    match second {
        Some(second) => Some((char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 6)),
        None => Some((None, 3)),
    }
}

/// Undoes a UTF-8 text that was taken for windows-1252 and written as UTF-8 once more (`Tá»‰nh` for `Tỉnh`).
///
/// Only a text is undone in which every character beyond ASCII takes part: where one does not, the text is what it seems.
fn twice_encoded(text: &str) -> Option<String> {
    let first = text.bytes().position(|b| b >= 0x80)?;
    let mut bytes: Vec<u8> = Vec::new();
    let mut at = first;
    let mut sequences = 0_usize;
    while at < text.len() {
        let rest = &text[at..];
        let ascii = rest.bytes().position(|b| b >= 0x80).unwrap_or(rest.len());
        bytes.extend_from_slice(&rest.as_bytes()[..ascii]);
        let rest = &rest[ascii..];
        // One run of characters beyond ASCII must be one run of UTF-8.
        let run = rest.char_indices().find(|(_, c)| c.is_ascii()).map_or(rest.len(), |(end, _)| end);
        let start = bytes.len();
        for c in rest[..run].chars() {
            bytes.push(windows_1252_byte(c)?);
        }
        std::str::from_utf8(&bytes[start..]).ok()?;
        sequences += usize::from(run > 0);
        at += ascii + run;
    }
    let decoded = String::from_utf8(bytes).ok()?;
    // One sequence alone must be what is met everywhere: a Latin letter or a quotation mark.
    let is_usual = |c: char| c.len_utf8() == 2 || matches!(c, '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{2122}');
    let is_usual_only = decoded.chars().filter(|c| !c.is_ascii()).all(is_usual);
    (sequences >= 2 || (sequences == 1 && is_usual_only)).then(|| format!("{}{decoded}", &text[..first]))
}

/// Undoes the runs of a text that were encoded twice where others were not, as a program writes that puts items of another
/// encoding into a template of its own. Vietnamese proves it: no language writes `á»‰`. `None` where no run does.
fn partly_twice_encoded(text: &str) -> Option<String> {
    // The lead byte of every letter with two marks (U+1E00 to U+1EFF), read as windows-1252.
    let is_suspicious = memmem::find(text.as_bytes(), "\u{e1}\u{ba}".as_bytes()).is_some()
        || memmem::find(text.as_bytes(), "\u{e1}\u{bb}".as_bytes()).is_some();
    if !is_suspicious {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut is_proven = false;
    let mut rest = text;
    while let Some(from) = rest.find(|c: char| !c.is_ascii()) {
        let (plain, tail) = rest.split_at(from);
        out.push_str(plain);
        let (run, tail) = tail.split_at(tail.find(|c: char| c.is_ascii()).unwrap_or(tail.len()));
        let bytes: Option<Vec<u8>> = run.chars().map(windows_1252_byte).collect();
        match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(undone) => {
                is_proven |= undone.chars().any(|c| matches!(c, '\u{1ea0}'..='\u{1ef9}'));
                out.push_str(&undone);
            }
            None => out.push_str(run),
        }
        rest = tail;
    }
    out.push_str(rest);
    is_proven.then_some(out)
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
