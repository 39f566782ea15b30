//! Addresses inside HTML: made absolute, or refused.

use std::borrow::Cow;

use url::Url;

/// Returns `address` as an absolute `http`, `https` or `mailto` address, resolved against `base`; `None` for anything
/// else: other schemes, what cannot be read, what is relative while there is no base.
///
/// An address that is absolute already stays as it is written.
pub(super) fn absolute<'a>(address: &'a str, base: Option<&Url>) -> Option<Cow<'a, str>> {
    let address = trimmed(address);
    if is_plainly_absolute(address) {
        return Some(Cow::Borrowed(address));
    }
    if address.is_empty() {
        // By the standard this is the page itself, which as a picture or a link is always an oversight.
        return None;
    }
    let url = match base {
        Some(base) => base.join(address),
        None => Url::parse(address),
    };
    let url = url.ok()?;
    let is_allowed = matches!(url.scheme(), "http" | "https" | "mailto");
    is_allowed.then(|| Cow::Owned(url.into()))
}

/// Returns `address` like [`absolute`], of the web only: for pictures and everything else a reader loads.
pub(super) fn absolute_web<'a>(address: &'a str, base: Option<&Url>) -> Option<Cow<'a, str>> {
    absolute(address, base).filter(|address| address.starts_with("http"))
}

/// Returns the candidates of a `srcset` with absolute addresses, those that have none left out; `None` if none remain.
pub(super) fn absolute_srcset(srcset: &str, base: Option<&Url>) -> Option<String> {
    /// More pictures of different size than any page offers.
    const MOST_CANDIDATES: usize = 32;
    let mut out = String::new();
    let mut rest = srcset;
    for _ in 0..MOST_CANDIDATES {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let address_end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, tail) = rest.split_at(address_end);
        // Commas are legal inside an address; only one at its end separates.
        let bare = address.trim_end_matches(',');
        let descriptor = if bare.len() == address.len() {
            let end = tail.find(',').unwrap_or(tail.len());
            rest = &tail[end..];
            tail[..end].trim()
        } else {
            rest = tail;
            ""
        };
        let is_descriptor = descriptor.len() <= 12
            && descriptor.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'w' | b'x' | b'h' | b'.'));
        let Some(address) = absolute_web(bare, base) else { continue };
        if !is_descriptor || address.contains([',', ' ']) {
            continue;
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&address);
        if !descriptor.is_empty() {
            out.push(' ');
            out.push_str(descriptor);
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Without the blanks and control characters that URL parsers cut from both ends.
fn trimmed(address: &str) -> &str {
    address.trim_matches(|c: char| c <= ' ' || c == '\u{A0}' || c == '\u{200B}' || c == '\u{FEFF}')
}

/// Tells whether `address` is so plain an absolute web address that parsing it could neither fail nor change its meaning.
fn is_plainly_absolute(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")) else { return false };
    let host_end = rest.bytes().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (host, tail) = rest.split_at(host_end);
    let labels = || host.split('.');
    // Every label a plain word, none that the IDNA rules look into, the last not a number (that would be an IPv4 address).
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.as_bytes().get(2..4).is_none_or(|hyphens| hyphens != b"--")
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    host.len() <= 253
        && labels().count() >= 2
        && labels().all(is_label)
        && labels().next_back().is_some_and(|label| label.starts_with(|c: char| c.is_ascii_lowercase()))
        && tail.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@!$()*+,;=%&[]".contains(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Option<&str>) {
        let base = Url::parse("https://baotinh.example/tin/2026/bai-1.html").expect("a valid address");
        assert_eq!(absolute(address, Some(&base)).as_deref(), expected, "{address}");
    }

    #[test]
    fn resolves_every_relative_form() {
        check("anh.jpg", Some("https://baotinh.example/tin/2026/anh.jpg"));
        check("/anh.jpg", Some("https://baotinh.example/anh.jpg"));
        check("//cdn.example/a.jpg", Some("https://cdn.example/a.jpg"));
        check("?page=2", Some("https://baotinh.example/tin/2026/bai-1.html?page=2"));
        check("#nguon", Some("https://baotinh.example/tin/2026/bai-1.html#nguon"));
        check(" /anh có dấu.jpg\n", Some("https://baotinh.example/anh%20c%C3%B3%20d%E1%BA%A5u.jpg"));
        check("\\anh.jpg", Some("https://baotinh.example/anh.jpg"));
    }

    #[test]
    fn keeps_absolute_addresses_as_written() {
        check("http://a.example/B?x=%C3%A0#c", Some("http://a.example/B?x=%C3%A0#c"));
        check("mailto:toasoan@baotinh.example", Some("mailto:toasoan@baotinh.example"));
    }

    #[test]
    fn refuses_every_other_scheme() {
        for address in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "ftp://a.example/",
            "tel:+8430",
            "http://",
            "https://[",
            "http://a.example:99999/",
            "",
        ] {
            check(address, None);
        }
    }

    #[test]
    fn without_a_base_only_absolute_addresses_stand() {
        assert_eq!(absolute("/a", None), None);
        assert_eq!(absolute("https://a.example/", None).as_deref(), Some("https://a.example/"));
    }

    #[test]
    fn a_srcset_keeps_its_good_candidates() {
        let base = Url::parse("https://a.example/").expect("a valid address");
        let check =
            |srcset, expected| assert_eq!(absolute_srcset(srcset, Some(&base)).as_deref(), expected, "{srcset}");
        check("a.jpg 1x, /b.jpg 2x", Some("https://a.example/a.jpg 1x, https://a.example/b.jpg 2x"));
        check("a.jpg 320w,b.jpg 640w", Some("https://a.example/a.jpg 320w, https://a.example/b.jpg 640w"));
        check("a.jpg, b.jpg 2x", Some("https://a.example/a.jpg, https://a.example/b.jpg 2x"));
        check("javascript:x 1x, data:image/png,x 2x", None);
        check("a.jpg expression(1)", None);
        check(" , ", None);
    }

    proptest! {
        #[test]
        fn what_looks_plainly_absolute_is_readable(address in "https?://[a-z0-9.-]{1,20}(:[0-9]{1,3})?([/?#][a-zA-Z0-9%&=.,;:@!~_/-]{0,12})?") {
            if is_plainly_absolute(&address) {
                let url = Url::parse(&address);
                prop_assert!(url.is_ok(), "{}", address);
            }
        }
    }
}
