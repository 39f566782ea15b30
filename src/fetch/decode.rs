//! Unpacking bodies: gzip, deflate, brotli and zstd, never further than a limit.
//!
//! What servers say in `Content-Encoding` is often not what they do; seen in the wild and coped with: plain text called
//! gzip, raw deflate called deflate, charset names, `.gz` files served as they are, rubbish behind the last byte. A body that
//! ends too early is not taken: half a document looks like a document whose other half was withdrawn.

use std::error::Error;
use std::io::{self, BufRead, Cursor, Read};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// Codings on top of each other beyond this are mischief.
const MOST_LAYERS: usize = 3;
/// Largest window a zstd body may ask for (RFC 9659): the decoder allocates it at once.
const LARGEST_ZSTD_WINDOW: u64 = 8 * 1024 * 1024;
/// How much the decoders read ahead.
const BUFFER_BYTES: usize = 16 * 1024;

type Packed = Box<dyn BufRead + Send>;

/// One content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Why a body cannot be unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum DecodeError {
    /// It ends before its end.
    #[error("the packed body ends too early")]
    Truncated,
    /// It is not what it is called.
    #[error("{0}")]
    Bad(String),
}

/// A packed body on its way to being unpacked.
pub(super) struct Unpacker {
    reader: Packed,
}

impl Unpacker {
    /// Prepares to unpack `body`, which `content_encoding` (the header, if there was one) says is packed. Gives the body back
    /// if it is not.
    pub(super) fn new(body: Vec<u8>, content_encoding: Option<&str>) -> Result<Result<Self, Vec<u8>>, DecodeError> {
        let mut codings = Vec::new();
        for name in content_encoding.unwrap_or("").split(',').map(str::trim) {
            match name.to_ascii_lowercase().as_str() {
                "" | "identity" | "none" => {}
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "deflate" => codings.push(Coding::Deflate),
                "br" => codings.push(Coding::Brotli),
                "zstd" => codings.push(Coding::Zstd),
                // `utf-8` and other misunderstandings.
                _ if looks_like_text(&body) => {}
                _ => return Err(DecodeError::Bad(format!("Content-Encoding `{name}` is unknown"))),
            }
        }
        if codings.len() > MOST_LAYERS {
            return Err(DecodeError::Bad(format!("{} codings on top of each other", codings.len())));
        }
        if looks_like_text(&body) {
            // Whatever the head says. None of the four can begin like this: gzip and zstd have other first bytes, and a
            // brotli or deflate body of which that is the beginning would be invalid within its first bytes.
            codings.clear();
        } else if codings.is_empty() && is_gzip(&body) {
            // A `.gz` file served as it is, as sitemaps are.
            codings.push(Coding::Gzip);
        }
        if codings.is_empty() {
            return Ok(Err(body));
        }
        let mut reader: Packed = Box::new(Cursor::new(body));
        // The last coding named was applied last.
        for coding in codings.into_iter().rev() {
            reader = open(coding, reader)?;
        }
        Ok(Ok(Self { reader }))
    }

    /// Unpacks up to `room` more bytes to the end of `out`; returns whether that was the end of the body. The body has more than
    /// was asked for exactly if this never happens.
    pub(super) fn unpack(&mut self, out: &mut Vec<u8>, room: usize) -> Result<bool, DecodeError> {
        let until = out.len() + room;
        while out.len() < until {
            let chunk = self.reader.fill_buf().map_err(|error| explain(&error))?;
            if chunk.is_empty() {
                return Ok(true);
            }
            let taken = chunk.len().min(until - out.len());
            out.extend_from_slice(&chunk[..taken]);
            self.reader.consume(taken);
        }
        let rest = self.reader.fill_buf().map_err(|error| explain(&error))?;
        Ok(rest.is_empty())
    }
}

fn open(coding: Coding, mut packed: Packed) -> Result<Packed, DecodeError> {
    let buffered =
        |reader: Box<dyn Read + Send>| Box::new(io::BufReader::with_capacity(BUFFER_BYTES, reader)) as Packed;
    let start = packed.fill_buf().map_err(|error| explain(&error))?;
    if start.is_empty() {
        return Err(DecodeError::Truncated);
    }
    Ok(match coding {
        Coding::Gzip => buffered(Box::new(GzipMembers(Some(GzDecoder::new(packed))))),
        Coding::Deflate => {
            // RFC 9110 means zlib; some servers send the bare thing.
            let is_zlib = start.len() >= 2
                && start[0] & 0x0f == 8
                && (u16::from(start[0]) << 8 | u16::from(start[1])).is_multiple_of(31);
            if is_zlib {
                buffered(Box::new(ZlibDecoder::new(packed)))
            } else {
                buffered(Box::new(DeflateDecoder::new(packed)))
            }
        }
        Coding::Brotli => {
            let packed = Noted { packed, ended: false };
            buffered(Box::new(BrotliStream(brotli::Decompressor::new(packed, BUFFER_BYTES))))
        }
        Coding::Zstd => buffered(Box::new(ZstdFrames(Some(open_zstd(packed).map_err(|error| explain(&error))?)))),
    })
}

/// The members of a gzip file one after the other; what follows the last one is passed over, as browsers do.
struct GzipMembers(Option<GzDecoder<Packed>>);

impl Read for GzipMembers {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let read = member.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            let mut rest = self.0.take().expect("looked at just now").into_inner();
            if is_gzip(rest.fill_buf()?) {
                self.0 = Some(GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

/// A brotli stream; its decoder says "invalid" also for what only ends too early.
struct BrotliStream(brotli::Decompressor<Noted>);

/// A reader that knows whether more was asked of it than there was.
struct Noted {
    packed: Packed,
    ended: bool,
}

impl Read for Noted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.packed.read(out)?;
        self.ended |= read == 0;
        Ok(read)
    }
}

impl Read for BrotliStream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData && self.0.get_ref().ended {
                io::ErrorKind::UnexpectedEof.into()
            } else {
                error
            }
        })
    }
}

/// The frames of a zstd body one after the other; what follows the last one is passed over.
struct ZstdFrames(Option<StreamingDecoder<Packed, FrameDecoder>>);

impl Read for ZstdFrames {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(frame) = &mut self.0 {
            let read = frame.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            let (mut rest, _) = self.0.take().expect("looked at just now").into_parts();
            if rest.fill_buf()?.starts_with(&ZSTD_MAGIC) {
                self.0 = Some(open_zstd(rest)?);
            }
        }
        Ok(0)
    }
}

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

fn open_zstd(mut packed: Packed) -> io::Result<StreamingDecoder<Packed, FrameDecoder>> {
    if let Some(window) = zstd_window(packed.fill_buf()?).filter(|window| *window > LARGEST_ZSTD_WINDOW) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("zstd with a window of {window} bytes")));
    }
    StreamingDecoder::new(packed).map_err(io::Error::other)
}

/// The window that the header of a zstd frame asks for (RFC 8878 section 3.1.1.1), if it is one.
fn zstd_window(start: &[u8]) -> Option<u64> {
    let rest = start.strip_prefix(&ZSTD_MAGIC)?;
    let (descriptor, rest) = rest.split_first()?;
    let single_segment = descriptor & 0x20 != 0;
    if !single_segment {
        let window = rest.first()?;
        let base = 1u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // The window is the content; its size stands behind the dictionary id.
    let dictionary_bytes = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size_bytes = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let size = rest.get(dictionary_bytes..dictionary_bytes + size_bytes)?;
    let value = size.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    Some(if size_bytes == 2 { value + 256 } else { value })
}

/// What a decoder's error means.
fn explain(error: &io::Error) -> DecodeError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let io_error = error.downcast_ref::<io::Error>();
        if io_error.is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) {
            return DecodeError::Truncated;
        }
        cause = match io_error.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    DecodeError::Bad(error.to_string())
}

fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&[0x1f, 0x8b, 0x08])
}

/// Whether this is certainly not packed: it begins as XML, HTML or JSON does, perhaps behind a mark and white space.
fn looks_like_text(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = body.trim_ascii_start();
    body.starts_with(b"<?xml")
        || body.starts_with(b"<!")
        || body.starts_with(b"{\"")
        || [b"<rss".as_slice(), b"<feed", b"<html", b"<HTML", b"<rdf:"].iter().any(|start| body.starts_with(start))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "<rss><channel><title>B\u{e1}o S\u{f4}ng L\u{1ed1}</title></channel></rss>";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn brotli(bytes: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        brotli::CompressorWriter::new(&mut packed, 4096, 5, 22).write_all(bytes).expect("memory");
        packed
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn unpack_within(body: Vec<u8>, encoding: &str, limit: usize) -> Result<(Vec<u8>, bool), DecodeError> {
        match Unpacker::new(body, Some(encoding))? {
            Err(body) => Ok((body, true)),
            Ok(mut unpacker) => {
                let mut out = Vec::new();
                while out.len() < limit {
                    let room = 1000.min(limit - out.len());
                    if unpacker.unpack(&mut out, room)? {
                        return Ok((out, true));
                    }
                }
                Ok((out, false))
            }
        }
    }

    #[track_caller]
    fn check(body: &[u8], encoding: &str) {
        let unpacked = unpack_within(body.to_vec(), encoding, 1 << 20).expect("it can be unpacked");
        assert_eq!(unpacked, (TEXT.as_bytes().to_vec(), true), "{encoding}");
    }

    #[track_caller]
    fn check_error(body: &[u8], encoding: &str, expected: &DecodeError) {
        assert_eq!(unpack_within(body.to_vec(), encoding, 1 << 20).as_ref(), Err(expected), "{encoding}");
    }

    #[test]
    fn unpacks_every_coding() {
        let text = TEXT.as_bytes();
        check(text, "");
        check(&gzip(text), "gzip");
        check(&gzip(text), "X-GZIP");
        check(&zlib(text), "deflate");
        check(&raw_deflate(text), "deflate");
        check(&brotli(text), "br");
        check(&zstd(text), "zstd");
        check(&gzip(&brotli(text)), "br, gzip");
    }

    #[test]
    fn believes_the_bytes_more_than_the_head() {
        for encoding in ["gzip", "br", "zstd", "deflate", "utf-8"] {
            check(TEXT.as_bytes(), encoding);
        }
        check(&gzip(TEXT.as_bytes()), "");
        check(&gzip(TEXT.as_bytes()), "identity");
    }

    #[test]
    fn unpacks_members_and_frames_in_a_row_and_passes_over_rubbish_behind() {
        let (start, end) = TEXT.as_bytes().split_at(9);
        check(&[gzip(start), gzip(end)].concat(), "gzip");
        check(&[zstd(start), zstd(end)].concat(), "zstd");
        check(&[gzip(TEXT.as_bytes()), b"\0\0\0 rubbish".to_vec()].concat(), "gzip");
        check(&[zstd(TEXT.as_bytes()), b"rubbish".to_vec()].concat(), "zstd");
        check(&[zlib(TEXT.as_bytes()), b"rubbish".to_vec()].concat(), "deflate");
    }

    #[test]
    fn half_a_body_is_no_body() {
        let long = TEXT.repeat(50);
        for (packed, encoding) in [
            (gzip(long.as_bytes()), "gzip"),
            (brotli(long.as_bytes()), "br"),
            (zstd(long.as_bytes()), "zstd"),
            (zlib(long.as_bytes()), "deflate"),
        ] {
            check_error(&packed[..packed.len() / 2], encoding, &DecodeError::Truncated);
        }
        check_error(b"", "gzip", &DecodeError::Truncated);
    }

    #[test]
    fn nonsense_is_named() {
        for encoding in ["gzip", "zstd"] {
            assert!(matches!(unpack_within(vec![7; 100], encoding, 1 << 20), Err(DecodeError::Bad(_))), "{encoding}");
        }
        check_error(&[7; 100], "lzma", &DecodeError::Bad("Content-Encoding `lzma` is unknown".to_owned()));
        let many = "gzip, gzip, gzip, gzip";
        check_error(&[7; 100], many, &DecodeError::Bad("4 codings on top of each other".to_owned()));
        let mut broken = gzip(TEXT.repeat(50).as_bytes());
        let middle = broken.len() / 2;
        broken[middle] ^= 0xff;
        assert!(unpack_within(broken, "gzip", 1 << 20).is_err());
    }

    #[test]
    fn bombs_of_every_coding_stop_at_the_limit() {
        let bomb = vec![b' '; 4 << 20];
        for (packed, encoding) in [
            (gzip(&bomb), "gzip"),
            (brotli(&bomb), "br"),
            (zstd(&bomb), "zstd"),
            (zlib(&bomb), "deflate"),
            (gzip(&gzip(&bomb)), "gzip, gzip"),
        ] {
            assert!(packed.len() < 50_000, "{encoding} packs well");
            let (out, ended) = unpack_within(packed, encoding, 100_000).expect("it can be unpacked");
            assert_eq!((out.len(), ended), (100_000, false), "{encoding}");
        }
    }

    #[test]
    fn a_body_of_exactly_the_limit_is_within_it() {
        let text = vec![b'x'; 100_000];
        for (packed, encoding) in [(gzip(&text), "gzip"), (brotli(&text), "br"), (zstd(&text), "zstd")] {
            assert_eq!(unpack_within(packed, encoding, 100_000), Ok((text.clone(), true)), "{encoding}");
        }
    }

    #[test]
    fn a_zstd_window_larger_than_http_allows_is_refused() {
        // A window of 64 MiB, then nothing: it must be refused before it is allocated.
        let header = [&ZSTD_MAGIC[..], &[0x00, 16 << 3]].concat();
        let expected = DecodeError::Bad("zstd with a window of 67108864 bytes".to_owned());
        check_error(&header, "zstd", &expected);
        assert_eq!(zstd_window(&[&ZSTD_MAGIC[..], &[0x60, 0, 1]].concat()), Some(512), "single segment");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn never_panics(body in prop::collection::vec(any::<u8>(), 0..300), encoding in "(gzip|br|zstd|deflate)?") {
            let _ = unpack_within(body.clone(), &encoding, 10_000);
            let _ = unpack_within([&ZSTD_MAGIC[..], &body].concat(), "zstd", 10_000);
            let _ = unpack_within([&[0x1f, 0x8b, 0x08][..], &body].concat(), "gzip", 10_000);
        }

        #[test]
        fn gives_back_what_was_packed(text in prop::collection::vec(any::<u8>(), 0..5000)) {
            prop_assume!(!looks_like_text(&text));
            for (packed, encoding) in [(gzip(&text), "gzip"), (brotli(&text), "br"), (zstd(&text), "zstd"), (zlib(&text), "deflate")] {
                prop_assert_eq!(unpack_within(packed, encoding, 10_000), Ok((text.clone(), true)));
            }
        }
    }
}
