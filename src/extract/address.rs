//! Addresses in documents: made absolute, or given up.

use std::borrow::Cow;

use url::Url;

use super::limits::MAX_LINK_BYTES;
use super::xml::attrs::Attributes;
use super::xml::refs::References;
use super::xml::token::{Token, Tokens};

/// Returns `href` as an absolute address, `None` where it cannot be one.
///
/// White space around and line breaks inside are no part of an address. One that is absolute and plain ASCII already
/// stays as it is, byte for byte; others are resolved against `base` and written as the URL standard says. Schemes that
/// run or hold something (`javascript:`, `data:`, `vbscript:`) are never returned.
pub fn absolute(base: Option<&Url>, href: &str) -> Option<String> {
    let href = tidy(href);
    let href = mended(&href, base).map_or(href, Cow::Owned);
    if href.is_empty() || href.len() > MAX_LINK_BYTES {
        return None;
    }
    let scheme = scheme(&href);
    if scheme.is_some_and(is_dangerous) {
        return None;
    }
    let is_web = scheme.is_some_and(|s| s.eq_ignore_ascii_case("http") || s.eq_ignore_ascii_case("https"));
    if is_web && href.bytes().all(is_plain) && has_host(&href) {
        return Some(href.into_owned());
    }
    let url = match (Url::parse(&href), base) {
        (Ok(url), _) => url,
        (Err(_), Some(base)) => base.join(&href).ok()?,
        (Err(_), None) => return None,
    };
    if is_dangerous(url.scheme()) {
        return None;
    }
    // `tin.example:8080/a` parses as a scheme; `http:///a` as a host.
    Some(url.into())
}

/// Mends what programs make of whole addresses: one put before another (`http://https://…`), one escaped as if it were a
/// parameter (`https%3A%2F%2F…`), one that was meant for a program's own eyes (`~/…`), one without its scheme (`www.…`, or the host of `base` again). `None` where there is nothing to
/// mend.
fn mended(href: &str, base: Option<&Url>) -> Option<String> {
    let starts = |text: &str, start: &str| text.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start));
    for first in ["http://", "https://"] {
        let Some(rest) = starts(href, first).then(|| &href[first.len()..]) else { continue };
        return (starts(rest, "http://") || starts(rest, "https://")).then(|| rest.to_owned());
    }
    if starts(href, "https%3a%2f%2f") || starts(href, "http%3a%2f%2f") {
        let mut whole = href.to_owned();
        for (escaped, plain) in [("3A", ":"), ("2F", "/"), ("3F", "?"), ("3D", "="), ("26", "&"), ("25", "%")] {
            whole =
                whole.replace(&format!("%{escaped}"), plain).replace(&format!("%{}", escaped.to_lowercase()), plain);
        }
        return Some(whole);
    }
    // How ASP.NET writes the root of its application.
    if let Some(path) = href.strip_prefix("~/") {
        return Some(format!("/{path}"));
    }
    let base = base.filter(|base| matches!(base.scheme(), "http" | "https"))?;
    let host = href.split(['/', '?', '#']).next().unwrap_or("");
    let is_www = starts(host, "www.") && host[4..].contains('.');
    let is_host = base.host_str().is_some_and(|own| own.contains('.') && own.eq_ignore_ascii_case(host));
    (is_www || is_host).then(|| format!("{}://{href}", base.scheme()))
}

/// The address in a text that should be nothing but one: the target of a link written as HTML, the first of two; `None` where a
/// program wrote its word for nothing, or its template.
pub fn stated(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if ["null", "undefined", "none", "nan", "#", "n/a"].iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.starts_with("{{")
    {
        return None;
    }
    if text.starts_with('<')
        && let Some(Token::Start(tag)) = Tokens::new(text).next(None)
    {
        let href = Attributes::new(tag.attributes).find(|attribute| attribute.name.eq_ignore_ascii_case("href"))?;
        return Some(href.resolved(&mut References::default()));
    }
    let is_web = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    match text.split_once(char::is_whitespace) {
        Some((first, second)) if is_web(first) && is_web(second.trim_start()) => Some(Cow::Borrowed(first)),
        // Words: nobody has a page at them.
        Some(_) if !text.contains(['/', '.', '?', '=', '#', '%']) => None,
        _ => Some(Cow::Borrowed(text)),
    }
}

/// `base` with `xml:base` applied; an unusable one changes nothing.
pub fn rebase(base: Option<&Url>, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.len() > MAX_LINK_BYTES {
        return None;
    }
    match base {
        Some(base) => base.join(href).ok(),
        None => Url::parse(href).ok(),
    }
    .filter(|url| !url.cannot_be_a_base())
}

fn tidy(href: &str) -> Cow<'_, str> {
    let href =
        href.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}'));
    if href.bytes().any(|b| matches!(b, b'\n' | b'\r' | b'\t')) {
        Cow::Owned(href.split(['\n', '\r', '\t']).map(str::trim).collect())
    } else {
        Cow::Borrowed(href)
    }
}

/// The scheme of an address, if it has one.
pub fn scheme(href: &str) -> Option<&str> {
    let end = href.bytes().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')))?;
    (end > 0 && href.as_bytes()[end] == b':' && href.as_bytes()[0].is_ascii_alphabetic()).then(|| &href[..end])
}

fn is_dangerous(scheme: &str) -> bool {
    ["javascript", "data", "vbscript", "blob", "file", "about"].iter().any(|bad| scheme.eq_ignore_ascii_case(bad))
}

fn is_plain(b: u8) -> bool {
    (0x21..0x7f).contains(&b) && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}

/// Whether the authority is a plain name, with a port at most: anything else is left to the URL parser.
fn has_host(href: &str) -> bool {
    let Some((scheme, rest)) = href.split_once("://") else { return false };
    if scheme.contains(':') {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let is_name = host
        .split('.')
        .all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') && !part.is_empty());
    // A last part that begins like a number makes the name an address (`0X` is 0), and punycode may be wrong.
    let last = host.rsplit('.').next().unwrap_or("");
    let is_plain = last.bytes().all(|b| b.is_ascii_alphabetic()) && !host.to_ascii_lowercase().contains("xn--");
    is_name && is_plain && port.parse::<u16>().is_ok()
}

/// Attributes of HTML that hold one address.
const SINGLE: [&str; 9] = ["href", "src", "poster", "cite", "data", "action", "background", "longdesc", "data-src"];

/// Resolves the relative addresses in `html` against `base`; borrows where all are absolute.
///
/// Meant for formats with `xml:base`, before the markup leaves its document. The markup itself is not touched.
pub fn absolute_in_html<'a>(html: &'a str, base: &Url) -> Cow<'a, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next(None) {
        let Token::Start(tag) = token else { continue };
        for attribute in Attributes::new(tag.attributes) {
            let is_set = attribute.name.eq_ignore_ascii_case("srcset");
            if attribute.value.is_empty()
                || !(is_set || SINGLE.iter().any(|name| attribute.name.eq_ignore_ascii_case(name)))
            {
                continue;
            }
            let resolved = if is_set {
                source_set(attribute.value, base)
            } else {
                relative(attribute.value).and_then(|href| base.join(&href).ok()).map(|url| escape(url.as_str()))
            };
            let Some(resolved) = resolved else { continue };
            // The value is a slice of `html`: its place is the distance between the two.
            let start = attribute.value.as_ptr() as usize - html.as_ptr() as usize;
            out.push_str(&html[copied..start]);
            if attribute.quoted {
                out.push_str(&resolved);
            } else {
                out.push('"');
                out.push_str(&resolved);
                out.push('"');
            }
            copied = start + attribute.value.len();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

/// The address in an attribute value, if it is a relative one worth resolving.
fn relative(value: &str) -> Option<String> {
    let value = value.trim();
    if value.is_empty() || value.starts_with('#') || value.len() > MAX_LINK_BYTES || scheme(value).is_some() {
        return None;
    }
    Some(value.replace("&amp;", "&"))
}

fn source_set(value: &str, base: &Url) -> Option<String> {
    let mut changed = false;
    let parts: Vec<String> = value
        .split(", ")
        .map(|part| {
            let part = part.trim();
            let (href, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
            match relative(href).and_then(|href| base.join(&href).ok()) {
                Some(url) => {
                    changed = true;
                    format!("{} {rest}", escape(url.as_str())).trim_end().to_owned()
                }
                None => part.to_owned(),
            }
        })
        .collect();
    changed.then(|| parts.join(", "))
}

fn escape(address: &str) -> String {
    address.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(href: &str, expected: Option<&str>) {
        let base = Url::parse("http://tin.example/rss/chinh-tri.rss").unwrap();
        assert_eq!(absolute(Some(&base), href).as_deref(), expected, "for {href:?}");
    }

    #[test]
    fn keeps_an_absolute_address_byte_for_byte() {
        check("\n HTTP://Tin.Example/A?b=%7e&amp;c#d \n", Some("HTTP://Tin.Example/A?b=%7e&amp;c#d"));
    }

    #[test]
    fn resolves_relative_addresses() {
        check("/tin-2.html", Some("http://tin.example/tin-2.html"));
        check("tin-2.html?a=1", Some("http://tin.example/rss/tin-2.html?a=1"));
        check("//cdn.example/a.jpg", Some("http://cdn.example/a.jpg"));
    }

    #[test]
    fn mends_addresses_that_programs_spoilt() {
        check("http://https://tin.example/1", Some("https://tin.example/1"));
        check("https%3A%2F%2Ftin.example%2f1%3Fa%3D%2520", Some("https://tin.example/1?a=%20"));
        check("www.tin.example/1.html", Some("http://www.tin.example/1.html"));
        check("tin.example/1.html", Some("http://tin.example/1.html"));
        check("www/1.html", Some("http://tin.example/rss/www/1.html"));
        check("khac.example/1.html", Some("http://tin.example/rss/khac.example/1.html"));
        check("~/tin-tuc/1.html", Some("http://tin.example/tin-tuc/1.html"));
        check("~lan/1.html", Some("http://tin.example/rss/~lan/1.html"));
        check("http://web.example/http://tin.example/1", Some("http://web.example/http://tin.example/1"));
    }

    #[test]
    fn finds_the_address_in_what_is_stated() {
        for (text, expected) in [
            ("\n /tin/1.html ", Some("/tin/1.html")),
            ("<a href=\"http://tin.example/1?a=1&amp;b=2\">xem</a>", Some("http://tin.example/1?a=1&b=2")),
            ("<b>xem</b>", None),
            ("http://tin.example/1 http://tin.example/2", Some("http://tin.example/1")),
            ("http://tin.example/tin\n  tuc/1", Some("http://tin.example/tin\n  tuc/1")),
            ("tin tức/1.html", Some("tin tức/1.html")),
            ("Tin thứ nhất", None),
            ("1234", Some("1234")),
            ("NULL", None),
            ("undefined", None),
            ("#", None),
            ("{{ item.link }}", None),
        ] {
            assert_eq!(stated(text).as_deref(), expected, "for {text:?}");
        }
    }

    #[test]
    fn writes_other_characters_as_a_url() {
        check("http://tin.example/tin tức.html", Some("http://tin.example/tin%20t%E1%BB%A9c.html"));
        check("http://tin.example/a\n  b.html", Some("http://tin.example/ab.html"));
    }

    #[test]
    fn refuses_what_is_no_address() {
        check("javascript:alert(1)", None);
        check("JavaScript:alert(1)", None);
        check("java\nscript:alert(1)", None);
        check("data:text/html,x", None);
        check("  ", None);
        check("http://[xấu", None);
        check("http://xml:base='d/'/a", None);
        check("http://300.1.2.3/a", None);
        check("http://tin.example.0X/a", None);
        check("http://xn--a.example/a", None);
        check("https:https:https://tin.example/a", None);
        assert_eq!(absolute(None, "/tin-2.html"), None);
    }

    #[test]
    fn resolves_addresses_in_html() {
        let base = Url::parse("http://tin.example/a/").unwrap();
        let html =
            r#"<p><a href='b?c=1&amp;d'>b</a> <img src=/e.jpg alt="/f" srcset="g.jpg 1x, http://h.example/i 2x"></p>"#;
        let expected = r#"<p><a href='http://tin.example/a/b?c=1&amp;d'>b</a> <img src="http://tin.example/e.jpg" alt="/f" srcset="http://tin.example/a/g.jpg 1x, http://h.example/i 2x"></p>"#;
        assert_eq!(absolute_in_html(html, &base), expected);
    }

    #[test]
    fn leaves_html_without_relative_addresses_alone() {
        let base = Url::parse("http://tin.example/a/").unwrap();
        for html in ["<a href=\"https://b.example/\">b</a> <a href=#c>c</a> <a href='mailto:d@e.example'>", "a < b", ""]
        {
            assert!(matches!(absolute_in_html(html, &base), Cow::Borrowed(_)), "{html}");
        }
    }
}
