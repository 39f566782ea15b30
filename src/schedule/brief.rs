//! Instants as they are kept of every poll: whole seconds since 1970 as a number, which is shorter than text and needs no
//! calendar to be read. What has parts of a second stays text (RFC 3339), and text is read, as older versions wrote it.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use crate::model::Instant;

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

/// The same of an instant that may be missing: of a field that has a default.
pub mod option {
    use serde::de::Deserializer;
    use serde::{Deserialize, Serialize, Serializer};

    use crate::model::Instant;

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Brief(#[serde(with = "super")] Instant);

    /// For `#[serde(with)]`.
    pub fn serialize<S: Serializer>(at: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(Brief).serialize(serializer)
    }

    /// For `#[serde(with)]`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
        Ok(Option::<Brief>::deserialize(deserializer)?.map(|brief| brief.0))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

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
