//! Validators: what a server gave us to ask "has it changed?" with.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::brief;

/// The value of a header, byte for byte: never parsed, never normalised, sent back exactly.
///
/// Serialised as text with one character per byte (U+0000 to U+00FF): readable for what servers usually send, and
/// nothing is lost of what they sometimes send.
///
/// Shared: a poll of an unchanged source hands it on again and again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Opaque(Arc<[u8]>);

impl Opaque {
    /// Takes the bytes as they came.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(bytes.as_ref().into())
    }

    /// The bytes as they came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl Serialize for Opaque {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.iter().map(|byte| char::from(*byte)).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Opaque {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Opaque;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text of characters up to U+00FF")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Opaque, E> {
                if text.is_ascii() {
                    return Ok(Opaque::new(text));
                }
                text.chars()
                    .map(u8::try_from)
                    .collect::<Result<_, _>>()
                    .map(Opaque)
                    .map_err(|_| E::custom("a validator has a character beyond U+00FF"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The validators of one document.
///
/// They belong to the address that gave them (the last one, after redirects) and are sent to no other: an ETag means
/// nothing elsewhere, and `If-Modified-Since` could keep us from ever seeing what stands at a new address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The address they came from.
    #[serde(deserialize_with = "brief::text::deserialize")]
    pub url: Arc<str>,
    /// `ETag`, sent back as `If-None-Match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<Opaque>,
    /// `Last-Modified`, sent back as `If-Modified-Since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Opaque>,
}

impl Validators {
    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }

    /// Takes in what a 304 carried: a header that the 304 repeats replaces ours; one that it leaves out
    /// stays (RFC 9110 section 15.4.5 lets servers send only the ETag).
    pub fn refresh(&mut self, newer: &Self) {
        if self.url != newer.url {
            self.clone_from(newer);
            return;
        }
        for (ours, theirs) in [(&mut self.etag, &newer.etag), (&mut self.last_modified, &newer.last_modified)] {
            if theirs.is_some() && ours != theirs {
                ours.clone_from(theirs);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validators(etag: Option<&str>, last_modified: Option<&str>) -> Validators {
        Validators {
            url: "https://bao.example.vn/rss".into(),
            etag: etag.map(Opaque::new),
            last_modified: last_modified.map(Opaque::new),
        }
    }

    #[test]
    fn every_byte_survives_storage() {
        let all = Opaque::new((0..=255).collect::<Vec<u8>>());
        let json = serde_json::to_string(&all).expect("plain data");
        assert_eq!(serde_json::from_str::<Opaque>(&json).expect("written by us"), all);
    }

    #[test]
    fn what_was_not_stored_by_us_is_refused() {
        assert!(serde_json::from_str::<Opaque>("\"ệ\"").is_err());
    }

    #[test]
    fn a_304_replaces_what_it_repeats_and_keeps_the_rest() {
        let mut known = validators(Some("\"a\""), Some("Mon, 23 Nov 2026 03:00:00 GMT"));
        known.refresh(&validators(Some("\"b\""), None));
        assert_eq!(known, validators(Some("\"b\""), Some("Mon, 23 Nov 2026 03:00:00 GMT")));
    }

    #[test]
    fn a_304_of_another_address_takes_nothing_over() {
        let mut known = validators(Some("\"a\""), Some("Mon, 23 Nov 2026 03:00:00 GMT"));
        let new = Validators { url: "https://elsewhere.example.vn/".into(), ..validators(Some("\"b\""), None) };
        known.refresh(&new);
        assert_eq!(known, new);
    }
}
