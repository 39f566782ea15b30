//! One document in the codings it is sent in.

use std::io::{Read, Write};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use xxhash_rust::xxh3::xxh3_128;

use crate::model::Instant;

/// Level of gzip. A feed of 100 summaries (110 KB): level 4 gives 23.9 KB, 6 gives 23.0 KB in 0.8 ms, 9 gives 22.7 KB in
/// twice the time.
const GZIP_LEVEL: u32 = 6;
/// Quality of brotli. The same feed: 3 gives 23.9 KB, 5 gives 20.8 KB in 1.5 to 2.5 ms, 9 gives 20.3 KB in 18 ms.
const BROTLI_QUALITY: i32 = 5;
/// Base-2 logarithm of brotli's window: 256 KiB, more than nearly all our documents have.
const BROTLI_WINDOW: i32 = 18;

/// How the bytes of a representation are coded (RFC 9110 §8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// As they are.
    Identity,
    /// gzip.
    Gzip,
    /// Brotli.
    Brotli,
}

impl Coding {
    /// The value of `Content-Encoding`; none for identity.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// The end of the file beside the plain one.
    pub fn file_suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => ".gz",
            Self::Brotli => ".br",
        }
    }
}

/// Bytes and the entity tag they are known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// What is sent.
    pub bytes: Bytes,
    /// Strong, with its quotes.
    pub etag: String,
}

/// One document: its bytes, plain and compressed, each with a strong entity tag of its own.
///
/// Cloning is cheap. The compressed bytes are made at most once, when they are first asked for: a province feed in a
/// format that nobody fetches costs nothing. [`prepare`](Self::prepare) makes them at once, [`packed`](Self::packed)
/// keeps the compressed bytes instead of the plain ones.
#[derive(Debug, Clone)]
pub struct Representation {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    content_type: &'static str,
    last_modified: Option<Instant>,
    hash: u128,
    length: usize,
    /// Gone once packed; then gzip is there.
    plain: Option<Bytes>,
    gzip: OnceLock<Option<Bytes>>,
    brotli: OnceLock<Option<Bytes>>,
}

impl Representation {
    /// Takes the bytes of a document. `last_modified` is when they last changed, where that is known.
    pub fn new(content_type: &'static str, bytes: Vec<u8>, last_modified: Option<Instant>) -> Self {
        let hash = xxh3_128(&bytes);
        let inner = Inner {
            content_type,
            last_modified,
            hash,
            length: bytes.len(),
            plain: Some(Bytes::from(bytes)),
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The value of `Content-Type`.
    pub fn content_type(&self) -> &'static str {
        self.inner.content_type
    }

    /// When the bytes last changed, where that is known.
    pub fn last_modified(&self) -> Option<Instant> {
        self.inner.last_modified
    }

    /// The same document with another date of change. What has been compressed stays.
    #[must_use]
    pub fn modified_at(&self, instant: Instant) -> Self {
        self.with(Some(instant), self.inner.plain.clone())
    }

    /// The same document in about a fifth of the memory: the plain bytes are dropped, and unpacked for those few who take
    /// no gzip. For what is kept for long and asked for by many. Compresses, unless that is done.
    #[must_use]
    pub fn packed(&self) -> Self {
        match self.encoded(Coding::Gzip) {
            Some(_) => self.with(self.inner.last_modified, None),
            None => self.clone(),
        }
    }

    fn with(&self, last_modified: Option<Instant>, plain: Option<Bytes>) -> Self {
        let inner = Inner {
            content_type: self.inner.content_type,
            last_modified,
            hash: self.inner.hash,
            length: self.inner.length,
            plain,
            gzip: self.inner.gzip.clone(),
            brotli: self.inner.brotli.clone(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The document as it is; unpacks it if it was [`packed`](Self::packed).
    pub fn plain(&self) -> Bytes {
        match (&self.inner.plain, self.inner.gzip.get()) {
            (Some(plain), _) => plain.clone(),
            (None, Some(Some(gzip))) => {
                let mut plain = Vec::with_capacity(self.inner.length);
                // Our own bytes, whole and in memory: they decode.
                let _ = GzDecoder::new(&gzip[..]).read_to_end(&mut plain);
                Bytes::from(plain)
            }
            (None, _) => Bytes::new(),
        }
    }

    /// Length of the document as it is, in bytes.
    pub fn len(&self) -> usize {
        self.inner.length
    }

    /// Tells whether the document is empty.
    pub fn is_empty(&self) -> bool {
        self.inner.length == 0
    }

    /// Tells whether two representations have the same bytes, by their hashes.
    pub fn same_bytes(&self, other: &Self) -> bool {
        (self.inner.hash, self.inner.length) == (other.inner.hash, other.inner.length)
    }

    /// The entity tag in a coding: a hash of the plain bytes, then the coding.
    ///
    /// Known before anything is compressed, so that a 304 never costs a compression; it is strong because our encoders
    /// give the same bytes for the same bytes.
    pub fn etag(&self, coding: Coding) -> String {
        let suffix = match coding {
            Coding::Identity => "",
            Coding::Gzip => "-gz",
            Coding::Brotli => "-br",
        };
        format!("\"{:032x}{suffix}\"", self.inner.hash)
    }

    /// Tells whether this coding costs nothing any more.
    pub fn is_ready(&self, coding: Coding) -> bool {
        match coding {
            Coding::Identity => self.inner.plain.is_some(),
            Coding::Gzip => self.inner.gzip.get().is_some(),
            Coding::Brotli => self.inner.brotli.get().is_some(),
        }
    }

    /// The document in a coding, or `None` where that would not be smaller. Compresses on the first call: some
    /// milliseconds of CPU.
    pub fn encoded(&self, coding: Coding) -> Option<Encoded> {
        let bytes = match coding {
            Coding::Identity => Some(self.plain()),
            Coding::Gzip => self.inner.gzip.get_or_init(|| self.smaller(gzip)).clone(),
            Coding::Brotli => self.inner.brotli.get_or_init(|| self.smaller(brotli)).clone(),
        };
        bytes.map(|bytes| Encoded { bytes, etag: self.etag(coding) })
    }

    /// Makes the compressed bytes now.
    pub fn prepare(&self) {
        self.encoded(Coding::Gzip);
        self.encoded(Coding::Brotli);
    }

    fn smaller(&self, compress: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Bytes> {
        let compressed = compress(&self.plain()).filter(|compressed| compressed.len() < self.inner.length)?;
        Some(Bytes::from(compressed))
    }
}

/// No time and no name in the header: the same bytes give the same bytes.
fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::with_capacity(plain.len() / 4), Compression::new(GZIP_LEVEL));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

fn brotli(plain: &[u8]) -> Option<Vec<u8>> {
    let parameters = ::brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut out = Vec::with_capacity(plain.len() / 4);
    ::brotli::BrotliCompress(&mut &plain[..], &mut out, &parameters).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn sample() -> Representation {
        let text = "<p>Nhân dân xã Đồng Lý góp công làm đường.</p>\n".repeat(200);
        Representation::new("text/html; charset=utf-8", text.into_bytes(), None)
    }

    #[test]
    fn every_coding_gives_the_same_document_back() {
        let sample = sample();
        let gzip = sample.encoded(Coding::Gzip).unwrap().bytes;
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, sample.plain());
        let brotli = sample.encoded(Coding::Brotli).unwrap().bytes;
        let mut unpacked = Vec::new();
        ::brotli::Decompressor::new(&brotli[..], 4096).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, sample.plain());
        assert!(brotli.len() < sample.plain().len() / 10);
    }

    #[test]
    fn every_coding_has_its_own_strong_tag() {
        let sample = sample();
        let tags = [Coding::Identity, Coding::Gzip, Coding::Brotli].map(|coding| sample.etag(coding));
        assert!(tags.iter().all(|tag| tag.starts_with('"') && tag.ends_with('"')));
        assert_ne!(tags[0], tags[1]);
        assert_ne!(tags[0], tags[2]);
        assert_ne!(tags[1], tags[2]);
    }

    #[test]
    fn the_same_bytes_give_the_same_bytes_and_tags() {
        let (one, other) = (sample(), sample());
        for coding in [Coding::Identity, Coding::Gzip, Coding::Brotli] {
            assert_eq!(one.encoded(coding), other.encoded(coding));
        }
    }

    #[test]
    fn what_does_not_shrink_is_sent_plain() {
        let tiny = Representation::new("text/plain", b"ok".to_vec(), None);
        assert_eq!(tiny.encoded(Coding::Gzip), None);
        assert_eq!(tiny.encoded(Coding::Brotli), None);
        assert_eq!(tiny.encoded(Coding::Identity).unwrap().bytes, "ok");
    }

    #[test]
    fn packed_it_is_the_same_document() {
        let (plain, packed) = (sample(), sample().packed());
        assert!(plain.same_bytes(&packed) && !packed.is_ready(Coding::Identity));
        assert_eq!(packed.len(), plain.len());
        for coding in [Coding::Identity, Coding::Gzip, Coding::Brotli] {
            assert_eq!(plain.encoded(coding), packed.encoded(coding));
        }
        assert_eq!(packed.packed().modified_at(Instant::UNIX_EPOCH).plain(), plain.plain());
        let tiny = Representation::new("text/plain", b"ok".to_vec(), None).packed();
        assert_eq!(tiny.plain(), "ok");
    }

    #[test]
    fn compresses_only_when_asked() {
        let sample = sample();
        assert!(!sample.is_ready(Coding::Brotli));
        sample.etag(Coding::Brotli);
        assert!(!sample.is_ready(Coding::Brotli));
        sample.prepare();
        assert!(sample.is_ready(Coding::Brotli) && sample.is_ready(Coding::Gzip));
    }
}
