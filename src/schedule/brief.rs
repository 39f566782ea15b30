//! How facts are kept of every poll: in few bytes, and read without much ado.
//!
//! Instants are whole seconds since 1970 as a number, which is shorter than text and needs no calendar to be read. What has
//! parts of a second stays text (RFC 3339), and text is read, as older versions wrote it.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

use crate::model::{Instant, Outcome};

/// For `#[serde(with)]`.
pub fn serialize<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    match at.timestamp_subsec_nanos() {
        0 => serializer.serialize_i64(at.timestamp()),
        _ => at.serialize(serializer),
    }
}

/// For `#[serde(with)]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
    struct Either;
    impl Visitor<'_> for Either {
        type Value = Instant;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("seconds since 1970, or a date as of RFC 3339")
        }

        fn visit_i64<E: Error>(self, seconds: i64) -> Result<Instant, E> {
            Instant::from_timestamp(seconds, 0).ok_or_else(|| E::invalid_value(Unexpected::Signed(seconds), &self))
        }

        fn visit_u64<E: Error>(self, seconds: u64) -> Result<Instant, E> {
            match i64::try_from(seconds) {
                Ok(seconds) => self.visit_i64(seconds),
                Err(_) => Err(E::invalid_value(Unexpected::Unsigned(seconds), &self)),
            }
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Instant, E> {
            text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Either)
}

/// An instant, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Brief(#[serde(with = "self")] pub Instant);

/// The same of an instant that may be missing: of a field that has a default.
pub mod option {
    use serde::de::Deserializer;
    use serde::{Deserialize, Serialize, Serializer};

    use super::Brief;
    use crate::model::Instant;

    /// For `#[serde(with)]`.
    pub fn serialize<S: Serializer>(at: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(Brief).serialize(serializer)
    }

    /// For `#[serde(with)]`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
        Ok(Option::<Brief>::deserialize(deserializer)?.map(|brief| brief.0))
    }
}

/// Text that is shared from the moment it is read: the standard way makes it twice.
pub mod text {
    use std::fmt;
    use std::sync::Arc;

    use serde::de::{Deserialize, Deserializer, Error, Visitor};

    /// For `#[serde(deserialize_with)]`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Arc<str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Arc<str>, E> {
                Ok(text.into())
            }
        }
        deserializer.deserialize_str(Text)
    }

    /// The same of text that may be missing: of a field that has a default.
    pub fn deserialize_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<str>>, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(transparent)]
        struct Shared(#[serde(deserialize_with = "deserialize")] Arc<str>);
        Ok(Option::<Shared>::deserialize(deserializer)?.map(|text| text.0))
    }
}

/// The outcome that most polls have, by its name alone; any other as it is.
#[derive(Debug)]
pub struct BriefOutcome<'a>(pub &'a Outcome);

impl Serialize for BriefOutcome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Outcome::NotModified => serializer.serialize_str(self.0.name()),
            other => other.serialize(serializer),
        }
    }
}

/// Reads what [`BriefOutcome`] wrote.
pub mod outcome {
    use std::fmt;

    use serde::Deserialize;
    use serde::de::value::MapAccessDeserializer;
    use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

    use crate::model::Outcome;

    /// For `#[serde(deserialize_with)]`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Outcome, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Outcome;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an outcome")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Outcome, E> {
                match name == Outcome::NotModified.name() {
                    true => Ok(Outcome::NotModified),
                    false => Err(E::invalid_value(Unexpected::Str(name), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Outcome, A::Error> {
                Outcome::deserialize(MapAccessDeserializer::new(fields))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A struct written without the names of its fields, and without those at its end that say nothing.
pub struct Row<S> {
    fields: S,
    left: usize,
}

impl<S: SerializeSeq> Row<S> {
    /// Begins it; `says` tells of each field whether it says anything.
    pub fn begin<T: Serializer<SerializeSeq = S, Error = S::Error>>(
        serializer: T,
        says: &[bool],
    ) -> Result<Self, S::Error> {
        let left = says.iter().rposition(|says| *says).map_or(0, |last| last + 1);
        Ok(Self { fields: serializer.serialize_seq(Some(left))?, left })
    }

    /// Writes the next field, unless nothing is said from here on.
    pub fn put(&mut self, field: &impl Serialize) -> Result<(), S::Error> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.fields.serialize_element(field)
            }
            None => Ok(()),
        }
    }

    /// Ends it.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Kept {
        #[serde(with = "super")]
        at: Instant,
        #[serde(default, with = "super::option")]
        before: Option<Instant>,
    }

    #[track_caller]
    fn check(json: &str, at: &str, before: Option<&str>) {
        let instant = |text: &str| text.parse::<Instant>().expect("a good date");
        let kept: Kept = serde_json::from_str(json).expect("readable");
        assert_eq!(kept, Kept { at: instant(at), before: before.map(instant) });
        let again = serde_json::to_string(&kept).expect("plain data");
        assert_eq!(serde_json::from_str::<Kept>(&again).expect("written by us"), kept, "{again}");
    }

    #[test]
    fn numbers_and_text_are_read_and_nothing_is_lost_of_either() {
        check(r#"{"at":1764302006}"#, "2025-11-28T03:53:26Z", None);
        check(r#"{"at":-1,"before":null}"#, "1969-12-31T23:59:59Z", None);
        check(
            r#"{"at":"2026-11-28T03:53:26Z","before":"2026-11-28T03:53:26.5Z"}"#,
            "2026-11-28T03:53:26Z",
            Some("2026-11-28T03:53:26.5Z"),
        );
    }

    #[test]
    fn whole_seconds_are_numbers() {
        let at = "2026-11-28T03:53:26Z".parse().expect("a good date");
        let json = serde_json::to_string(&Kept { at, before: Some(at) }).expect("plain data");
        assert_eq!(json, r#"{"at":1795838006,"before":1795838006}"#);
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for json in [r#"{"at":9223372036854775807}"#, r#"{"at":18446744073709551615}"#, r#"{"at":"soon"}"#] {
            assert!(serde_json::from_str::<Kept>(json).is_err(), "{json}");
        }
    }
}
