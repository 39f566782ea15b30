//! Encodings with two and four bytes a character, told by their marks and by the zero bytes that they leave in markup.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Reads UTF-16 and UTF-32, marked or not.
pub(super) fn wide(bytes: &[u8]) -> Option<(String, &'static str)> {
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
