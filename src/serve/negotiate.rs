//! What a client accepts and what it already has (RFC 9110 §8.8, §12.5, §13.1). Pure functions over header values.

use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH};

use crate::model::Instant;
use crate::publish::Coding;

/// In order of preference where the client has none.
const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Gzip, Coding::Identity];

/// The codings that the client takes, best first. Identity always stands there, at the latest at the end: a client that
/// forbids everything gets a document it can read after all, which the RFC allows in place of 406.
pub(super) fn codings(headers: &HeaderMap) -> Vec<Coding> {
    let given: Vec<(String, u16)> = list(headers, ACCEPT_ENCODING)
        .map(|element| {
            let (name, quality) = with_quality(element);
            let name = name.to_ascii_lowercase();
            (if name == "x-gzip" { "gzip".to_owned() } else { name }, quality)
        })
        .collect();
    let quality = |name: &str| given.iter().find(|(given, _)| given == name).map(|&(_, quality)| quality);
    let any = quality("*");
    let mut accepted: Vec<(Coding, u16)> = CODINGS
        .into_iter()
        .map(|coding| {
            let quality = match coding.name() {
                Some(name) => quality(name).or(any).unwrap_or(0),
                // Acceptable unless excluded, but last among what is named (RFC 9110 §12.5.3).
                None => quality("identity").or(any).unwrap_or(1),
            };
            (coding, quality)
        })
        .filter(|&(_, quality)| quality > 0)
        .collect();
    // The sort is stable: among equals our own order holds.
    accepted.sort_by_key(|&(_, quality)| std::cmp::Reverse(quality));
    let mut codings: Vec<_> = accepted.into_iter().map(|(coding, _)| coding).collect();
    if !codings.contains(&Coding::Identity) {
        codings.push(Coding::Identity);
    }
    codings
}

/// Tells whether a browser asks: `text/html` is listed before any type of feed or XML.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    const FEEDS: [&str; 8] = [
        "application/atom+xml",
        "application/rss+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
        "application/x-netcdf",
    ];
    list(headers, ACCEPT)
        .map(|element| with_quality(element).0.to_ascii_lowercase())
        .find_map(|name| match name.as_str() {
            "text/html" => Some(true),
            name if FEEDS.contains(&name) => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

/// Tells whether the client already has this representation, so that a 304 is the answer.
///
/// `If-None-Match` is compared weakly and wins: with it, `If-Modified-Since` is not even read. An unreadable date is
/// ignored.
pub(super) fn has_it(headers: &HeaderMap, etag: &str, last_modified: Option<Instant>) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return matches_any(headers, etag);
    }
    let Some(since) = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    match (httpdate::parse_http_date(since.trim()), last_modified) {
        // Whole seconds on both sides: that is all the header can say.
        (Ok(since), Some(modified)) => seconds(since) >= modified.timestamp(),
        _ => false,
    }
}

fn seconds(time: SystemTime) -> i64 {
    chrono::DateTime::<chrono::Utc>::from(time).timestamp()
}

fn matches_any(headers: &HeaderMap, etag: &str) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        let value = value.trim();
        value == "*" || tags(value).any(|tag| tag == etag)
    })
}

/// The entity tags of a list, quotes included, `W/` removed. A tag may hold commas, so this is no split.
fn tags(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let start = rest.find('"')?;
        let length = rest[start + 1..].find('"')?;
        let tag = &rest[start..start + length + 2];
        rest = &rest[start + length + 2..];
        Some(tag)
    })
}

/// The elements of a list header, over all its lines.
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

/// An element without parameters, and its quality in thousandths. An unreadable quality is none: 1.
fn with_quality(element: &str) -> (&str, u16) {
    let mut parts = element.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .and_then(|(_, value)| value.trim().parse::<f32>().ok())
        .filter(|value| (0.0..=1.0).contains(value));
    // In thousandths, and never less than one of them: what is not excluded is not excluded.
    (name, quality.map_or(1000, |value| if value == 0.0 { 0 } else { ((value * 1000.0) as u16).max(1) }))
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[track_caller]
    fn first(accepted: &str, expected: Coding) {
        assert_eq!(codings(&headers(&[(ACCEPT_ENCODING, accepted)]))[0], expected, "{accepted}");
    }

    #[test]
    fn sends_brotli_to_those_who_take_everything() {
        first("gzip, deflate, br, zstd", Coding::Brotli);
        first("*", Coding::Brotli);
    }

    #[test]
    fn sends_gzip_to_those_who_take_no_brotli() {
        first("gzip, deflate", Coding::Gzip);
        first("x-gzip", Coding::Gzip);
        first("GZIP;q=0.5", Coding::Gzip);
        first("br;q=0, *", Coding::Gzip);
    }

    #[test]
    fn follows_the_clients_own_order() {
        first("br;q=0.4, gzip;q=0.8", Coding::Gzip);
        first("gzip;q=0.5, identity;q=0.9", Coding::Identity);
        first("br;q=0.001, identity;q=0", Coding::Brotli);
    }

    #[test]
    fn sends_plain_bytes_to_the_rest() {
        assert_eq!(codings(&HeaderMap::new()), [Coding::Identity]);
        first("", Coding::Identity);
        first("zstd, deflate", Coding::Identity);
        first("gzip;q=0, br;q=0", Coding::Identity);
        first("*;q=0", Coding::Identity);
        first("identity;q=0", Coding::Identity);
        first(";;;,,q=,=", Coding::Identity);
    }

    #[test]
    fn knows_browsers_by_what_they_list_first() {
        let asks = |accept: &str| is_browser(&headers(&[(ACCEPT, accept)]));
        assert!(asks("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
        assert!(!asks("application/atom+xml, application/rss+xml, text/html;q=0.5, */*;q=0.1"));
        assert!(!asks("*/*"));
        assert!(!is_browser(&HeaderMap::new()));
    }

    const MONDAY: i64 = 1_795_417_500;

    #[track_caller]
    fn has(pairs: &[(HeaderName, &str)], expected: bool) {
        let modified = Instant::from_timestamp(MONDAY, 0);
        assert_eq!(has_it(&headers(pairs), "\"abc-gz\"", modified), expected, "{pairs:?}");
    }

    #[test]
    fn compares_tags_weakly_and_in_lists() {
        has(&[(IF_NONE_MATCH, "\"abc-gz\"")], true);
        has(&[(IF_NONE_MATCH, "W/\"abc-gz\"")], true);
        has(&[(IF_NONE_MATCH, "\"x,y\", W/\"z\" ,\"abc-gz\"")], true);
        has(&[(IF_NONE_MATCH, "*")], true);
        has(&[(IF_NONE_MATCH, "\"x\""), (IF_NONE_MATCH, "\"abc-gz\"")], true);
        has(&[(IF_NONE_MATCH, "\"abc\"")], false);
        has(&[(IF_NONE_MATCH, "abc-gz")], false);
        has(&[(IF_NONE_MATCH, "\"abc-gz")], false);
        has(&[(IF_NONE_MATCH, "")], false);
    }

    #[test]
    fn a_tag_wins_over_a_date() {
        has(&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, "Mon, 23 Nov 2026 07:05:00 GMT")], false);
    }

    #[test]
    fn compares_dates_in_all_three_styles() {
        has(&[(IF_MODIFIED_SINCE, "Mon, 23 Nov 2026 07:05:00 GMT")], true);
        has(&[(IF_MODIFIED_SINCE, "Mon, 23 Nov 2026 07:05:01 GMT")], true);
        has(&[(IF_MODIFIED_SINCE, "Mon, 23 Nov 2026 07:04:59 GMT")], false);
        has(&[(IF_MODIFIED_SINCE, "Monday, 23-Nov-26 07:05:00 GMT")], true);
        has(&[(IF_MODIFIED_SINCE, "Mon Nov 23 07:05:00 2026")], true);
        has(&[(IF_MODIFIED_SINCE, "yesterday")], false);
    }
}
