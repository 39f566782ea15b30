//! What a body is: from its first bytes, its markup, the words on the page.

use url::Url;

use super::Unreadable;
use super::address::absolute;
use super::plain;
use super::xml::attrs::Attributes;
use super::xml::refs::References;
use super::xml::token::{Token, Tokens};

/// Files that are known by their first bytes.
pub fn binary(bytes: &[u8]) -> Option<Unreadable> {
    let image = |format| Some(Unreadable::Image { format });
    let other = |format| Some(Unreadable::Binary { format });
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => image("PNG"),
        [0xff, 0xd8, 0xff, ..] => image("JPEG"),
        [b'G', b'I', b'F', b'8', ..] => image("GIF"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => image("WebP"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => image("AVIF"),
        [0, 0, 1, 0, n, 0, ..] if *n > 0 && *n < 20 => image("ICO"),
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => image("BMP"),
        [b'%', b'P', b'D', b'F', ..] => other("a PDF file"),
        [b'P', b'K', 3, 4, ..] => other("a ZIP file"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => other("an Office file"),
        [0x7f, b'E', b'L', b'F', ..] | [b'M', b'Z', 0x90, 0, ..] => other("a program"),
        [b'R', b'a', b'r', b'!', 0x1a, ..] | [b'7', b'z', 0xbc, 0xaf, ..] => other("an archive"),
        [b'w', b'O', b'F', b'F' | b'2', ..] => other("a font"),
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', b'f', ..] => other("a database"),
        [0xff, 0xfa..=0xfb | 0xf2..=0xf3, 0x10..=0xef, ..] => other("a sound file"),
        [b'O', b'g', b'g', b'S', ..] | [b'I', b'D', b'3', ..] => other("a sound file"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => other("a film"),
        [0x78, 0x01 | 0x9c | 0xda, ..] | [0xfd, b'7', b'z', b'X', b'Z', ..] => Some(Unreadable::Compressed),
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] | [b'B', b'Z', b'h', b'1'..=b'9', ..] => {
            Some(Unreadable::Compressed)
        }
        _ => None,
    }
}

/// Whether so many bytes are controls that this is no text at all: one in thirty; of random bytes it is one in ten.
pub fn is_noise(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    // Escapes switch the character set in ISO-2022; zeros pad, and are half of UTF-16.
    let controls = head.iter().filter(|&&b| b < 0x20 && !matches!(b, 0 | b'\t' | b'\n' | 0xc | b'\r' | 0x1b)).count();
    controls >= 2 && controls * 30 > head.len()
}

/// What a text is by its first element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looks {
    /// `{` or `[` comes first.
    Json,
    /// A page of HTML.
    Html,
    /// `urlset` or `sitemapindex`.
    Sitemap,
    /// `opml`.
    Opml,
    /// Another root.
    OtherXml(String),
    /// No markup at all.
    Text,
    /// Nothing but white space.
    Nothing,
}

/// Tells what a text that is no XML feed looks like.
pub fn looks(text: &str) -> Looks {
    let start = super::json::without_comments(text);
    match start.as_bytes().first() {
        None => return Looks::Nothing,
        Some(b'{' | b'[') => return Looks::Json,
        _ => {}
    }
    // `)]}',` stands before some JSON to keep it from being run, `callback(` to have it run.
    if let Some(at) = start.bytes().take(64).position(|b| matches!(b, b'{' | b'[')) {
        let before = start[..at].trim_end();
        // `typeof callback === "function" && callback(` is how some make sure that there is one.
        let is_call = before.ends_with('(')
            && before.bytes().all(|b| b.is_ascii_alphanumeric() || b"_$.(/* =&|!\"'".contains(&b));
        let is_guard = before.bytes().all(|b| b.is_ascii_punctuation() && b != b'<');
        if is_call || is_guard {
            return Looks::Json;
        }
    }
    let mut tokens = Tokens::new(start);
    let mut has_text = false;
    while let Some(token) = tokens.next(None) {
        match token {
            Token::Text(text) => has_text |= !text.trim().is_empty(),
            Token::Doctype(declaration) if declaration.trim_ascii_start().to_ascii_lowercase().starts_with("html") => {
                return Looks::Html;
            }
            Token::Start(tag) => {
                let (prefix, local) = super::xml::namespaces::split(tag.name);
                return match local.to_ascii_lowercase().as_str() {
                    "urlset" | "sitemapindex" => Looks::Sitemap,
                    "opml" => Looks::Opml,
                    "svg" => Looks::OtherXml("svg".to_owned()),
                    name if prefix.is_empty() && is_page_element(name) => Looks::Html,
                    // An element after words is a slip of the pen, or no element at all.
                    _ if has_text || !tag.name.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c)) => {
                        Looks::Text
                    }
                    _ => Looks::OtherXml(plain::floor(tag.name, 40).to_owned()),
                };
            }
            _ => {}
        }
    }
    Looks::Text
}

fn is_page_element(name: &str) -> bool {
    super::feed::is_html(name)
        || matches!(name, "html" | "head" | "body" | "meta" | "title" | "link" | "base" | "frameset")
}

/// What can be told about a page of HTML from its head and a few words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title, plain text.
    pub title: String,
    /// The feeds it links to with `rel="alternate"`, absolute, in document order.
    pub feed_links: Vec<String>,
    /// Whether there is a field for a password.
    has_password: bool,
    /// Whether its script sets a cookie and loads the page again, or a known firewall speaks.
    is_challenge: bool,
    /// Whether it is made of little but an apology.
    is_error: bool,
    /// How much visible text it has, bytes.
    text_bytes: usize,
}

/// How much of a page is looked at.
const PAGE_BYTES: usize = 512 << 10;

/// Reads what is needed to tell pages apart. Linear, and only in the first half megabyte.
pub fn page(text: &str, url: Option<&Url>) -> Page {
    let text = plain::floor(text, PAGE_BYTES);
    let mut page = Page::default();
    let mut base = url.cloned();
    let mut tokens = Tokens::new(text);
    let mut inside: Option<&str> = None;
    let mut script = String::new();
    let mut visible = String::new();
    while let Some(token) = tokens.next(None) {
        match token {
            Token::Start(tag) => {
                let name = tag.name.to_ascii_lowercase();
                match name.as_str() {
                    "title" if page.title.is_empty() => inside = Some("title"),
                    "script" | "style" | "noscript" if !tag.empty => {
                        inside = Some("script");
                        script.push_str(plain::floor(tag.attributes, 1 << 10));
                    }
                    "base" => {
                        if let Some(href) = attribute(tag.attributes, "href") {
                            base = absolute(base.as_ref(), &href).and_then(|href| Url::parse(&href).ok()).or(base);
                        }
                    }
                    "link" => feed_link(tag.attributes, base.as_ref(), &mut page.feed_links),
                    "input" => {
                        page.has_password |= attribute(tag.attributes, "type")
                            .is_some_and(|t| t.trim().eq_ignore_ascii_case("password"));
                    }
                    _ => {}
                }
            }
            Token::End(name) => {
                let is_raw = ["style", "noscript"].iter().any(|raw| raw.eq_ignore_ascii_case(name));
                if is_raw || inside.is_some_and(|inside| inside.eq_ignore_ascii_case(name)) {
                    inside = None;
                }
            }
            Token::Text(raw) | Token::CData(raw) => match inside {
                Some("title") => page.title.push_str(raw),
                Some(_) => script.push_str(plain::floor(raw, 1 << 14)),
                None => {
                    page.text_bytes += raw.trim().len();
                    if visible.len() < 4096 {
                        visible.push_str(plain::floor(raw, 4096));
                    }
                }
            },
            _ => {}
        }
    }
    page.title = plain::title(plain::floor(&page.title, 400));
    let title = page.title.to_lowercase();
    let visible = References::default().resolve(&visible).to_lowercase();
    page.is_challenge = is_challenge(&title, &visible, &script, page.text_bytes);
    page.is_error = is_error(&title, &visible, page.text_bytes);
    page
}

impl Page {
    /// Why this page is not what was asked for.
    pub fn unreadable(self) -> Unreadable {
        let Self { title, feed_links, .. } = self;
        if self.is_challenge {
            return Unreadable::Challenge { title };
        }
        if self.has_password && feed_links.is_empty() && self.text_bytes < 4_000 {
            return Unreadable::LoginPage { title };
        }
        if self.is_error && feed_links.is_empty() {
            return Unreadable::ErrorPage { title };
        }
        Unreadable::Html { feed_links }
    }
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let found = Attributes::new(attributes).find(|attribute| attribute.name.eq_ignore_ascii_case(name))?;
    Some(found.resolved(&mut References::default()).into_owned())
}

fn feed_link(attributes: &str, base: Option<&Url>, links: &mut Vec<String>) {
    let is_alternate = attribute(attributes, "rel")
        .is_some_and(|rel| rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("alternate")));
    let is_feed = attribute(attributes, "type").is_some_and(|media_type| {
        let media_type = media_type.trim().to_ascii_lowercase();
        ["rss+xml", "atom+xml", "rdf+xml", "feed+json"].iter().any(|kind| media_type.contains(kind))
            || ["text/xml", "application/xml"].contains(&media_type.as_str())
    });
    if !is_alternate || !is_feed || links.len() >= 100 {
        return;
    }
    if let Some(href) = attribute(attributes, "href").and_then(|href| absolute(base, &href))
        && !links.contains(&href)
    {
        links.push(href);
    }
}

/// Signs of firewalls that ask for a browser: Cloudflare, Incapsula, Sucuri, DDoS-Guard, the cookie scripts of
/// Vietnamese hosters (D1N, seen on laodong.vn), vDDoS, captchas.
fn is_challenge(title: &str, visible: &str, script: &str, text_bytes: usize) -> bool {
    let titles = [
        "just a moment",
        "attention required",
        "ddos-guard",
        "verifying you are",
        "checking your browser",
        "robot check",
        "security check",
        "human verification",
        "access denied | ",
    ];
    let scripts = [
        "_cf_chl",
        "cf-challenge",
        "/cdn-cgi/challenge",
        "_incapsula_",
        "sucuri_cloudproxy",
        "d1n=",
        "d1n\"",
        "__ddg",
        "g-recaptcha",
        "h-captcha",
        "awswafintegration",
        "vddosw3data.js",
    ];
    if titles.iter().any(|sign| title.contains(sign)) {
        return true;
    }
    let script = script.to_lowercase();
    let reloads = script.contains("document.cookie")
        && ["location.reload", "location.href", "location=", "location =", "location.replace"]
            .iter()
            .any(|r| script.contains(r));
    text_bytes < 2_000
        && (reloads
            || scripts.iter().any(|sign| script.contains(sign))
            || [
                "enable javascript and cookies",
                "checking your browser",
                "xác minh bạn không phải",
                "xác minh bạn là con người",
                "unusual traffic",
            ]
            .iter()
            .any(|sign| visible.contains(sign)))
}

/// Whether a page that says little says that something is wrong.
fn is_error(title: &str, visible: &str, text_bytes: usize) -> bool {
    let words = [
        "404",
        "403",
        "500",
        "502",
        "503",
        "504",
        "not found",
        "forbidden",
        "bad gateway",
        "error",
        "unavailable",
        "maintenance",
        "access denied",
        "không tìm thấy",
        "không tồn tại",
        "lỗi",
        "bảo trì",
        "từ chối truy cập",
        "suspended",
        "under construction",
    ];
    let has = |text: &str| {
        words.iter().any(|word| {
            text.match_indices(word).any(|(at, _)| {
                let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + word.len()..].chars().next())
            })
        })
    };
    text_bytes < 3_000 && (has(title) || (text_bytes < 600 && has(visible)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreadable(html: &str) -> Unreadable {
        page(html, Some(&Url::parse("https://tin.example/rss.html").unwrap())).unreadable()
    }

    #[test]
    fn finds_the_feeds_of_a_page() {
        let html = "<html><head><title>RSS</title><link rel='alternate' type='application/rss+xml' href='/rss/a.rss?x=1&amp;y=2'>\
                    <link rel=stylesheet href=a.css><LINK REL='alternate' TYPE='application/atom+xml' HREF='b.atom'></head><p>Các kênh";
        assert_eq!(
            unreadable(html),
            Unreadable::Html {
                feed_links: vec![
                    "https://tin.example/rss/a.rss?x=1&y=2".to_owned(),
                    "https://tin.example/b.atom".to_owned()
                ]
            }
        );
    }

    #[test]
    fn tells_a_challenge() {
        let html = "<html><body><script>document.cookie=\"D1N=abc\"+\"; path=/\";window.location.reload(true);</script></body></html>";
        assert!(matches!(unreadable(html), Unreadable::Challenge { .. }));
        let html = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue";
        assert!(matches!(unreadable(html), Unreadable::Challenge { .. }));
    }

    #[test]
    fn tells_a_login_page() {
        let html = "<html><title>Đăng nhập</title><form><input name=u><input type=\"password\" name=p></form>";
        assert_eq!(unreadable(html), Unreadable::LoginPage { title: "Đăng nhập".to_owned() });
    }

    #[test]
    fn tells_an_error_page() {
        let html = "<html><head><title>404 - Không tìm thấy trang</title></head><body><h1>Trang không tồn tại</h1></body></html>";
        assert_eq!(unreadable(html), Unreadable::ErrorPage { title: "404 - Không tìm thấy trang".to_owned() });
        assert!(matches!(unreadable("<h1>Service Unavailable</h1>"), Unreadable::ErrorPage { .. }));
    }

    #[test]
    fn takes_a_page_that_only_mentions_a_number_for_a_page() {
        let html = "<html><title>Quốc lộ 1404 thông xe</title><body>Hôm nay khánh thành.</body></html>";
        assert_eq!(unreadable(html), Unreadable::Html { feed_links: vec![] });
    }

    #[test]
    fn knows_files_by_their_first_bytes() {
        assert_eq!(binary(b"\x89PNG\r\n\x1a\n"), Some(Unreadable::Image { format: "PNG" }));
        assert_eq!(binary(b"%PDF-1.7"), Some(Unreadable::Binary { format: "a PDF file" }));
        assert_eq!(binary(b"\x7fELF\x02\x01"), Some(Unreadable::Binary { format: "a program" }));
        assert_eq!(binary(b"\x78\x9c\x01"), Some(Unreadable::Compressed));
        assert_eq!(binary(b"<rss>"), None);
    }

    #[test]
    fn tells_texts_apart() {
        assert_eq!(looks(" \n"), Looks::Nothing);
        assert_eq!(looks("\n{\"a\":1}"), Looks::Json);
        assert_eq!(looks(")]}',\n{\"a\":1}"), Looks::Json);
        assert_eq!(looks("tin.nhan({\"a\":1});"), Looks::Json);
        assert_eq!(looks("<!doctype HTML><p>"), Looks::Html);
        assert_eq!(looks("<div>a</div>"), Looks::Html);
        assert_eq!(looks("<?xml version='1.0'?><urlset>"), Looks::Sitemap);
        assert_eq!(looks("<opml version='2.0'>"), Looks::Opml);
        assert_eq!(looks("<svg:svg>"), Looks::OtherXml("svg".to_owned()));
        assert_eq!(looks("Không có gì"), Looks::Text);
        assert_eq!(looks("a <qY> b"), Looks::Text);
        assert_eq!(looks("<a\u{9d}b>"), Looks::Text);
        assert_eq!(looks("/* 1 */ // 2\n{\"a\":1}"), Looks::Json);
        assert_eq!(looks("/**/typeof f === 'function' && f({\"a\":1});"), Looks::Json);
    }
}
