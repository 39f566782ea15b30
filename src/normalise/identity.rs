//! Who an item is: the id it is published under, and the keys by which it is known again.
//!
//! The ladder, best first (PUBLISHING.md rules 5 to 7):
//!
//! 1. the source's id, within the source;
//! 2. the canonical link, within the source: survives a new guid scheme;
//! 3. title and date together, within the source: survives a redesign that changes both of the above;
//! 4. across sources: the source's id where it is an absolute IRI, and the canonical link: these join stories.
//!
//! Keys are 64-bit hashes; at thirty million of them the chance of a single collision is 2 in 100,000.

use chrono::NaiveTime;
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_64;

use crate::model::{LocalInstant, SourceId, StoryKey};
use crate::text;

/// The keys of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Rungs 1 to 3 of the ladder in order, as far as the item has them: the same item of the same source.
    pub own: Vec<i64>,
    /// Of `own`, the key by title and date, which two different items of one document may share.
    pub title_date: Option<i64>,
    /// Rung 4: the same story, whoever gave it.
    pub shared: Vec<i64>,
}

/// Makes the keys. `scope` is the source's oldest id, so that a rename keeps what it knew.
pub fn keys(
    scope: &SourceId,
    guid: Option<&str>,
    canonical_link: Option<&str>,
    title: &str,
    date: Option<LocalInstant>,
) -> Keys {
    let mut keys = Keys::default();
    if let Some(guid) = guid {
        // An id that differs only in its scheme is the same: one feed switched to https in all of its guids at once.
        let guid = guid.strip_prefix("https://").or_else(|| guid.strip_prefix("http://")).unwrap_or(guid);
        keys.own.push(key("guid", scope.as_str(), guid));
    }
    if let Some(link) = canonical_link {
        keys.own.push(key("link", scope.as_str(), link));
    }
    // A date without a clock is shared by everything of a day, and titles such as "Lịch công tác" by every week.
    if let Some(date) = date.filter(|date| date.time() != NaiveTime::MIN) {
        let mut folded = String::with_capacity(title.len());
        text::fold(title, &mut folded);
        if !folded.is_empty() {
            let at = key("title", scope.as_str(), &format!("{}\n{folded}", date.timestamp()));
            keys.own.push(at);
            keys.title_date = Some(at);
        }
    }
    keys.shared = shared_keys(guid, canonical_link);
    keys
}

/// Rung 4 alone: the keys by which an id or canonical link is known whoever gave it.
pub fn shared_keys(guid: Option<&str>, canonical_link: Option<&str>) -> Vec<i64> {
    let iri = guid.filter(|guid| is_absolute_iri(guid)).map(|guid| key("iri", "", guid));
    iri.into_iter().chain(canonical_link.map(|link| key("url", "", link))).collect()
}

fn key(kind: &str, scope: &str, value: &str) -> i64 {
    let mut bytes = Vec::with_capacity(kind.len() + scope.len() + value.len() + 2);
    for part in [kind, scope, value] {
        bytes.extend_from_slice(part.as_bytes());
        bytes.push(0);
    }
    xxh3_64(&bytes).cast_signed()
}

/// Tells whether `id` can be an `atom:id` as it stands: an absolute IRI of a known shape, without white space or
/// characters that IRIs forbid (RFC 3987 §2.2).
pub fn is_absolute_iri(id: &str) -> bool {
    let Some((scheme, rest)) = id.split_once(':') else { return false };
    let scheme_ok = scheme.len() >= 2
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let rest_ok = !rest.is_empty()
        && id.len() <= 2_000
        && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
        && well_formed_escapes(rest);
    let shape_ok = match scheme.to_ascii_lowercase().as_str() {
        // A host and something behind it: `http://` or `https://site/` names no article.
        "http" | "https" => rest.strip_prefix("//").is_some_and(|rest| {
            let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
            !host.is_empty() && path.len() > 1
        }),
        "tag" | "urn" | "info" | "ni" | "doi" | "at" | "ftp" => true,
        // Whatever else has a colon in it (`post:17`, `node:4`, `C:\x`) is a name of the source's own.
        _ => false,
    };
    scheme_ok && rest_ok && shape_ok
}

fn well_formed_escapes(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .all(|(at, _)| bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)))
}

/// Mints an id for an item whose source gives no usable one: `tag:AUTHORITY,DATE:item/HASH` (RFC 4151).
///
/// `tag` is `site.tag`, fixed for ever; `scope` the source's oldest id; `rung` and `value` the best of what the item has
/// (guid, else link, else title and date).
pub fn mint(tag: &str, scope: &SourceId, rung: &str, value: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [scope.as_str(), rung, value] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    format!("tag:{tag}:item/{}", base32(&hasher.finalize(), 20))
}

/// The key of the story that is first published under `atom_id`: 12 letters and digits.
pub fn story_key(atom_id: &str) -> StoryKey {
    StoryKey::new(base32(&Sha256::digest(atom_id.as_bytes()), 12))
}

/// The first `length` digits of `bytes` in base 32 of lower-case letters and digits without `i`, `l`, `o`, `u`.
fn base32(bytes: &[u8], length: usize) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    (0..length)
        .map(|digit| {
            let bit = digit * 5;
            let pair = u16::from(bytes[bit / 8]) << 8 | u16::from(bytes.get(bit / 8 + 1).copied().unwrap_or(0));
            char::from(DIGITS[usize::from(pair >> (11 - bit % 8) & 31)])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(id: &str) -> SourceId {
        SourceId::new(id)
    }

    #[test]
    fn an_id_of_the_web_can_be_published_as_it_stands() {
        for id in [
            "https://bao.example/a/1.html",
            "http://bao.example/?p=12",
            "tag:bao.example,2026:7",
            "urn:uuid:60a76c80-d399-11d9-b93C-0003939e0af6",
        ] {
            assert!(is_absolute_iri(id), "{id}");
        }
    }

    #[test]
    fn a_name_of_the_source_s_own_cannot() {
        for id in [
            "1",
            "post-17",
            "post:17",
            "https://bao.example/",
            "https://bao.example",
            "http://",
            "https://bao.example/a b",
            "https://bao.example/%zz",
            "C:\\tin",
            "",
            "/a/1",
            "https://bao.example/<1>",
        ] {
            assert!(!is_absolute_iri(id), "{id}");
        }
    }

    #[test]
    fn the_same_name_in_two_sources_does_not_collide() {
        let one = keys(&source("a"), Some("post-17"), None, "", None);
        let two = keys(&source("b"), Some("post-17"), None, "", None);
        assert_ne!(one.own, two.own);
        assert!(one.shared.is_empty());
        assert_ne!(mint("x,2026", &source("a"), "guid", "1"), mint("x,2026", &source("b"), "guid", "1"));
    }

    #[test]
    fn the_same_iri_in_two_sources_is_shared() {
        let id = Some("https://bao.example/a/1.html");
        assert_eq!(keys(&source("a"), id, None, "", None).shared, keys(&source("b"), id, None, "", None).shared);
    }

    #[test]
    fn a_guid_that_switches_to_https_is_the_same() {
        let old = keys(&source("a"), Some("http://bao.example/1"), None, "", None);
        let new = keys(&source("a"), Some("https://bao.example/1"), None, "", None);
        assert_eq!(old.own, new.own);
    }

    #[test]
    fn tone_placement_in_a_title_makes_no_new_item() {
        let date = chrono::DateTime::parse_from_rfc3339("2026-03-05T08:00:00+07:00").ok();
        let old = keys(&source("a"), None, None, "Họp cấp uỷ", date);
        let new = keys(&source("a"), None, None, "Họp cấp ủy", date);
        assert_eq!(old.title_date, new.title_date);
        assert!(old.title_date.is_some());
    }

    #[test]
    fn a_day_without_a_clock_names_no_item() {
        let day = chrono::DateTime::parse_from_rfc3339("2026-11-23T00:00:00+07:00").ok();
        assert_eq!(keys(&source("a"), None, None, "Lịch công tác", day).title_date, None);
    }

    #[test]
    fn minted_ids_are_tags_and_never_change() {
        // Written down once: a change of this value would show every item of every installation as new.
        assert_eq!(
            mint("tin.example.vn,2026", &source("bao-ha-giang"), "guid", "post-17"),
            "tag:tin.example.vn,2026:item/fv1vtqyqs9bhjzj36p9h"
        );
        assert_eq!(story_key("https://bao.example/a/1.html").as_str().len(), 12);
    }
}
