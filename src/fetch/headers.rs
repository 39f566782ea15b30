//! What the head of an answer says that matters to us: dates, freshness, when to come back. Pure.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName, RETRY_AFTER};

use crate::model::Instant;

/// Reads a date in any of the three forms HTTP knows (RFC 9110 section 5.6.7), and in the ones seen besides (a zone as
/// an offset).
pub(super) fn http_date(text: &str) -> Option<Instant> {
    let text = text.trim();
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.with_timezone(&Utc));
    }
    // RFC 850 with its two-digit year, then C's asctime().
    let naive = NaiveDateTime::parse_from_str(text, "%A, %d-%b-%y %H:%M:%S GMT")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%a %b %e %H:%M:%S %Y"));
    naive.ok().map(|naive| naive.and_utc())
}

/// Returns the header as text if it is there once and is text.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// Returns the header as text whatever bytes it holds.
pub(super) fn lossy(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

/// The server's own idea of the time, which its other dates are to be measured by; else ours.
fn date(headers: &HeaderMap, now: Instant) -> Instant {
    text(headers, DATE).and_then(http_date).unwrap_or(now)
}

/// How long the server asks us to stay away, by `Retry-After` in seconds or as a date; a date that has passed means no
/// time at all.
pub(super) fn retry_after(headers: &HeaderMap, now: Instant) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER)?;
    if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // More digits than fit are as good as for ever; `schedule` has a bound.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let until = http_date(value)?;
    Some((until - date(headers, now)).to_std().unwrap_or(Duration::ZERO))
}

/// How long the answer calls itself fresh: `Cache-Control: max-age` less `Age`, else `Expires` less `Date`; `None` if it
/// does not, or says that it is not.
pub(super) fn fresh_for(headers: &HeaderMap, now: Instant) -> Option<Duration> {
    let mut max_age = None;
    let mut controlled = false;
    for value in headers.get_all(CACHE_CONTROL) {
        for directive in value.to_str().unwrap_or("").split(',') {
            let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-cache" | "no-store" => return None,
                "max-age" => {
                    controlled = true;
                    max_age = argument.trim().trim_matches('"').parse::<u64>().ok();
                }
                _ => {}
            }
        }
    }
    if controlled {
        let age = text(headers, AGE).and_then(|age| age.parse().ok()).unwrap_or(0);
        return max_age.and_then(|max_age| max_age.checked_sub(age)).filter(|left| *left > 0).map(Duration::from_secs);
    }
    let expires = http_date(text(headers, EXPIRES)?)?;
    (expires - date(headers, now)).to_std().ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Mon, 23 Nov 2026 03:00:00 GMT";

    fn now() -> Instant {
        http_date(NOW).expect("a good date")
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a good value")))
            .collect()
    }

    #[track_caller]
    fn check_retry(value: &str, expected: Option<u64>) {
        assert_eq!(
            retry_after(&headers(&[("retry-after", value)]), now()),
            expected.map(Duration::from_secs),
            "{value}"
        );
    }

    #[track_caller]
    fn check_fresh(pairs: &[(&'static str, &str)], expected: Option<u64>) {
        assert_eq!(fresh_for(&headers(pairs), now()), expected.map(Duration::from_secs), "{pairs:?}");
    }

    #[test]
    fn reads_the_three_forms_of_dates() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), http_date("Sunday, 06-Nov-94 08:49:37 GMT"));
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), http_date("Sun Nov  6 08:49:37 1994"));
        assert_eq!(http_date("Sun, 06 Nov 1994 15:49:37 +0700"), http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(http_date("soon"), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        check_retry("120", Some(120));
        check_retry(" 0 ", Some(0));
        check_retry("Mon, 23 Nov 2026 03:10:00 GMT", Some(600));
        check_retry("Mon, 23 Nov 2026 02:00:00 GMT", Some(0));
        check_retry("99999999999999999999999", Some(u64::from(u32::MAX)));
        check_retry("soon", None);
        check_retry("-5", None);
        check_retry("", None);
    }

    #[test]
    fn dates_are_measured_by_the_clock_of_the_server() {
        let an_hour_ahead =
            [("date", "Mon, 23 Nov 2026 04:00:00 GMT"), ("retry-after", "Mon, 23 Nov 2026 04:10:00 GMT")];
        assert_eq!(retry_after(&headers(&an_hour_ahead), now()), Some(Duration::from_secs(600)));
        check_fresh(
            &[("date", "Mon, 23 Nov 2026 04:00:00 GMT"), ("expires", "Mon, 23 Nov 2026 04:05:00 GMT")],
            Some(300),
        );
    }

    #[test]
    fn max_age_less_age_is_fresh() {
        check_fresh(&[("cache-control", "public, Max-Age=900")], Some(900));
        check_fresh(&[("cache-control", "max-age=\"900\""), ("age", "300")], Some(600));
        check_fresh(&[("cache-control", "max-age=900"), ("age", "1000")], None);
        check_fresh(&[("cache-control", "max-age=0"), ("expires", "Tue, 24 Nov 2026 03:00:00 GMT")], None);
        check_fresh(&[("cache-control", "s-maxage=900")], None);
        check_fresh(&[("cache-control", "max-age=900, no-cache")], None);
        check_fresh(&[("cache-control", "no-store")], None);
    }

    #[test]
    fn expires_is_fresh_where_there_is_no_max_age() {
        check_fresh(&[("expires", "Mon, 23 Nov 2026 03:30:00 GMT")], Some(1800));
        check_fresh(&[("expires", "Mon, 23 Nov 2026 02:30:00 GMT")], None);
        check_fresh(&[("expires", "0")], None);
        check_fresh(&[("cache-control", "public"), ("expires", "Mon, 23 Nov 2026 03:30:00 GMT")], Some(1800));
        check_fresh(&[], None);
    }
}
