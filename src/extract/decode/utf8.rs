//! UTF-8 that programs have spoilt: stray bytes, characters cut in two, surrogates, and text that was encoded twice.

use memchr::memmem;

use crate::extract::problems::{Fault, Problems};
use crate::extract::xml::refs::{windows_1252, windows_1252_byte};

/// Whether the multi-byte sequences of a text that is not valid UTF-8 still show that UTF-8 was meant: there are more of
/// them than invalid bytes. Sequences of three bytes and more count thrice, since no legacy text has them by chance, and
/// neither has one the pairs of surrogates that some databases write.
///
/// Where UTF-8 `is_stated`, characters that were cut off speak against it as little as surrogates do.
pub(super) fn mostly_utf8(bytes: &[u8], is_stated: bool) -> bool {
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
pub(super) fn has_utf8(bytes: &[u8]) -> bool {
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
pub(super) fn patched_utf8(bytes: &[u8], is_utf8: bool, problems: &mut Problems) -> String {
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
pub(super) fn twice_encoded(text: &str) -> Option<String> {
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
pub(super) fn partly_twice_encoded(text: &str) -> Option<String> {
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
