//! Simplified HTML: writing it, closing it, and what embedded things become in it.

use scraper::ElementRef;
use url::Url;

use crate::extract::html::page::unprotect_mail;

/// Appends text as HTML.
pub(crate) fn push_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

/// The HTML of one paragraph, which this file has written, with every tag closed and no end without a beginning.
pub(super) fn balanced(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.trim_matches(char::is_whitespace);
    while let Some(less) = rest.find('<') {
        out.push_str(&rest[..less]);
        let end = rest[less..].find('>').map_or(rest.len(), |i| less + i + 1);
        let tag = &rest[less..end];
        rest = &rest[end..];
        let name = tag.trim_start_matches(['<', '/']).split([' ', '>']).next().unwrap_or_default();
        if tag.starts_with("</") {
            if open.contains(&name) {
                while let Some(last) = open.pop() {
                    out.push_str(&format!("</{last}>"));
                    if last == name {
                        break;
                    }
                }
            }
            continue;
        }
        if name != "br" {
            open.push(name);
        }
        out.push_str(tag);
    }
    out.push_str(rest);
    while let Some(last) = open.pop() {
        out.push_str(&format!("</{last}>"));
    }
    let out = out.trim_matches(char::is_whitespace);
    let out = out.trim_start_matches("<br>").trim_end_matches("<br>");
    out.to_owned()
}

/// The address at which an embedded film or sound can be followed as a link; `None` for adverts and tools.
pub(super) fn watchable(url: &Url, element: &str) -> Option<String> {
    let host = url.host_str()?.trim_start_matches("www.");
    let last = url.path_segments().and_then(|mut segments| segments.rfind(|part| !part.is_empty())).unwrap_or_default();
    match host {
        "youtube.com" | "youtube-nocookie.com" | "m.youtube.com" => {
            let id = url.path().strip_prefix("/embed/").map(|_| last)?;
            let usable = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            usable.then(|| format!("https://www.youtube.com/watch?v={id}"))
        }
        "player.vimeo.com" => Some(format!("https://vimeo.com/{last}")),
        "facebook.com" if url.path().starts_with("/plugins/video") => {
            url.query_pairs().find(|(key, _)| key == "href").map(|(_, href)| href.into_owned())
        }
        "facebook.com"
        | "platform.twitter.com"
        | "googletagmanager.com"
        | "doubleclick.net"
        | "sp.zalo.me"
        | "google.com" => None,
        _ if matches!(element, "video" | "audio") => Some(url.as_str().to_owned()),
        _ => {
            let path = url.path().to_ascii_lowercase();
            let film = [".mp4", ".m3u8", ".mp3", ".webm", "/embed", "/player", "/video"]
                .iter()
                .any(|word| path.contains(word));
            film.then(|| url.as_str().to_owned())
        }
    }
}

/// The mail address behind a protected link.
pub(super) fn protected_mail(anchor: ElementRef<'_>) -> Option<String> {
    let code = anchor
        .attr("data-cfemail")
        .or_else(|| anchor.attr("href")?.split_once("/email-protection#").map(|(_, code)| code))?;
    unprotect_mail(code)
}
