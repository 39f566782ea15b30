//! Start tags written anew: only attributes that may stay, addresses absolute, pictures and films made usable.
//!
//! Both roads of [`super::sanitise()`] write their tags here, so they cannot disagree about attributes.

use std::borrow::Cow;

use url::Url;

use super::element::{ADDRESSES, Element, GLOBAL};
use super::entity::{Place, decode};
use super::link::{absolute, absolute_srcset, absolute_web};
use super::token::Tag;
use crate::text::nfc;

/// Appends `tag`, an `element` that stays; `false` (and nothing) if it is better left out: a picture without an address,
/// or one that only counts readers.
pub(super) fn write_start(tag: &Tag<'_>, element: &Element, base: Option<&Url>, out: &mut String) -> bool {
    if element.name == "img" {
        return write_image(tag, base, out);
    }
    out.push('<');
    out.push_str(element.name);
    if !tag.attributes.is_empty() {
        let mut seen = 0u32;
        for (name, value) in tag.attributes() {
            let known = element.attributes.iter().chain(GLOBAL).position(|known| known.eq_ignore_ascii_case(name));
            let Some(at) = known.filter(|at| seen & (1 << at) == 0) else { continue };
            // Of an attribute given twice the first counts, even if it is refused.
            seen |= 1 << at;
            let known = element.attributes.iter().chain(GLOBAL).nth(at).expect("found there just now");
            write_attribute(known, value, base, out);
        }
        if matches!(element.name, "video" | "audio") && !out.ends_with("controls=\"\"") {
            write_attribute("controls", "", None, out);
        }
    }
    out.push('>');
    true
}

/// Appends ` name="value"` if the value is fit to be seen; `value` is as the source wrote it.
fn write_attribute(name: &str, value: &str, base: Option<&Url>, out: &mut String) {
    let value = decode(value, Place::Attribute);
    let value: Option<Cow<'_, str>> = match name {
        "href" => absolute(&value, base),
        "srcset" => absolute_srcset(&value, base).map(Cow::Owned),
        _ if ADDRESSES.contains(&name) => absolute_web(&value, base),
        "controls" | "reversed" | "open" => Some(Cow::Borrowed("")),
        "width" | "height" | "colspan" | "rowspan" | "span" | "start" | "value" => {
            Some(Cow::Borrowed(value.trim())).filter(|value| is_measure(value))
        }
        _ => Some(Cow::Borrowed(&*value)),
    };
    if let Some(value) = value {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(&nfc(&value), out);
        out.push('"');
    }
}

/// A number, perhaps of per cent or pixels.
fn is_measure(value: &str) -> bool {
    let digits = value.trim_end_matches('%').trim_end_matches("px");
    !digits.is_empty() && value.len() <= 8 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Where scripts keep the real address of a picture until it is scrolled into view; the best first.
const LAZY: &[&str] = &[
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-original-src",
    "data-srcset",
    "data-lazy-srcset",
];

/// What a placeholder's address holds, seen where lazy pictures are in use.
const PLACEHOLDERS: &[&str] = &[
    "data:",
    "about:",
    "blank.",
    "1x1",
    "spacer",
    "placeholder",
    "lazy",
    "transparent",
    "loading",
    "grey.gif",
    "pixel.gif",
];

/// Appends an `img`; `false` if it has no usable address or is a tracking pixel.
fn write_image(tag: &Tag<'_>, base: Option<&Url>, out: &mut String) -> bool {
    const PLAIN: [&str; 9] = ["src", "srcset", "sizes", "alt", "title", "width", "height", "lang", "dir"];
    let mut plain: [Option<&str>; PLAIN.len()] = [None; PLAIN.len()];
    let mut lazy: [Option<&str>; LAZY.len()] = [None; LAZY.len()];
    let mut style = "";
    for (name, value) in tag.attributes() {
        if let Some(at) = PLAIN.iter().position(|known| known.eq_ignore_ascii_case(name)) {
            plain[at].get_or_insert(value);
        } else if let Some(at) = LAZY.iter().position(|known| known.eq_ignore_ascii_case(name)) {
            lazy[at].get_or_insert(value);
        } else if name.eq_ignore_ascii_case("style") {
            style = value;
        }
    }
    let [src, srcset, sizes, alt, title, width, height, lang, dir] = plain;
    if is_pixel(width) && is_pixel(height) || hides(style) {
        return false;
    }
    let is_placeholder = |address: &str| {
        let lower = address.trim().to_ascii_lowercase();
        lower.is_empty() || PLACEHOLDERS.iter().any(|sign| lower.contains(sign))
    };
    let usable = |value: Option<&str>| {
        let value = decode(value?, Place::Attribute);
        absolute_web(&value, base).map(Cow::into_owned)
    };
    let lazy_src =
        || lazy[..5].iter().find_map(|&value| usable(value.filter(|v| !v.trim_start().starts_with("data:"))));
    let address = match src {
        Some(src) if !is_placeholder(src) && lazy == [None; LAZY.len()] => usable(Some(src)),
        Some(src) => lazy_src().or_else(|| usable(Some(src).filter(|src| !is_placeholder(src)))),
        None => lazy_src(),
    };
    let candidates = srcset
        .filter(|set| !set.trim_start().starts_with("data:"))
        .or(lazy[5])
        .or(lazy[6])
        .and_then(|set| absolute_srcset(&decode(set, Place::Attribute), base));
    // A picture with candidates only: the first of them is its address, for readers that know no `srcset`.
    let address = address.or_else(|| candidates.as_deref()?.split([' ', ',']).next().map(str::to_owned));
    let Some(address) = address else { return false };
    out.push_str("<img src=\"");
    escape(&address, out);
    out.push('"');
    if let Some(candidates) = candidates {
        out.push_str(" srcset=\"");
        escape(&candidates, out);
        out.push('"');
    }
    let rest = [
        ("sizes", sizes),
        ("alt", alt),
        ("title", title),
        ("width", width),
        ("height", height),
        ("lang", lang),
        ("dir", dir),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            write_attribute(name, value, base, out);
        }
    }
    out.push('>');
    true
}

/// A width or height of at most one pixel.
fn is_pixel(size: Option<&str>) -> bool {
    size.is_some_and(|size| matches!(size.trim().trim_end_matches("px"), "0" | "1"))
}

/// Tells whether a style hides its element, or shrinks it to a pixel.
fn hides(style: &str) -> bool {
    if style.is_empty() {
        return false;
    }
    let style: String = style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    let has = |declaration: &str| style.split(';').any(|found| found.trim_end_matches("px") == declaration);
    has("display:none")
        || has("visibility:hidden")
        || has("width:1") && has("height:1")
        || has("width:0") && has("height:0")
}

/// The address under which people can watch what an `iframe` shows, and the name of its host; `None` if it is no film.
///
/// A frame runs whatever its host sends, in the reader's place; of those seen in news articles only films are worth a link.
pub(super) fn film(tag: &Tag<'_>, base: Option<&Url>) -> Option<(String, &'static str)> {
    let address = ["src", "data-src", "data-lazy-src"].into_iter().find_map(|wanted| {
        let (_, value) = tag.attributes().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        absolute_web(&decode(value, Place::Attribute), base).and_then(|address| Url::parse(&address).ok())
    })?;
    let host = address.host_str()?.trim_start_matches("www.").trim_start_matches("m.");
    let last = address.path_segments()?.rfind(|segment| !segment.is_empty())?;
    let is_id = last.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    match host {
        "youtube.com" | "youtube-nocookie.com" if is_id && last != "videoseries" => {
            Some((format!("https://www.youtube.com/watch?v={last}"), "youtube.com"))
        }
        "youtu.be" => Some((address.into(), "youtube.com")),
        "player.vimeo.com" if is_id => Some((format!("https://vimeo.com/{last}"), "vimeo.com")),
        "dailymotion.com" | "geo.dailymotion.com" if is_id => {
            Some((format!("https://www.dailymotion.com/video/{last}"), "dailymotion.com"))
        }
        "facebook.com" => {
            let (_, film) = address.query_pairs().find(|(name, _)| name == "href")?;
            let film = absolute_web(&film, None)?.into_owned();
            Some((film, "facebook.com"))
        }
        "tiktok.com" => Some((address.into(), "tiktok.com")),
        _ => None,
    }
}

/// Appends a link to a film.
pub(super) fn write_film(address: &str, host: &str, out: &mut String) {
    out.push_str("<a href=\"");
    escape(address, out);
    out.push_str("\">Video: ");
    out.push_str(host);
    out.push_str("</a>");
}

/// Appends `text` escaped as the HTML serialiser of the standard does it in attributes; good for text too, where it
/// escapes quotes without need.
pub(super) fn escape(text: &str, out: &mut String) {
    push_escaped(text, true, out);
}

/// Appends `text` escaped as the HTML serialiser of the standard does it between tags.
pub(super) fn escape_text(text: &str, out: &mut String) {
    push_escaped(text, false, out);
}

fn push_escaped(text: &str, quotes: bool, out: &mut String) {
    let bytes = text.as_bytes();
    let mut run = 0;
    let mut at = 0;
    while at < bytes.len() {
        let (instead, len) = match bytes[at] {
            b'&' => ("&amp;", 1),
            b'<' => ("&lt;", 1),
            b'>' => ("&gt;", 1),
            b'"' if quotes => ("&quot;", 1),
            0xC2 if bytes.get(at + 1) == Some(&0xA0) => ("&nbsp;", 2),
            _ => {
                at += 1;
                continue;
            }
        };
        out.push_str(&text[run..at]);
        out.push_str(instead);
        at += len;
        run = at;
    }
    out.push_str(&text[run..]);
}
