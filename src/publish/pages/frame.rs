//! What all pages have around them: head, masthead, navigation, footer.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::model::FeedKey;
use crate::publish::Format;
use crate::publish::markup::Markup;
use crate::publish::masthead::Masthead;

use super::clipped;

const STYLE: &str = include_str!("style.css");

/// A sheet of paper with a red line on top, as an address of its own: no request for an icon ever leaves the page.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='6' fill='%23a3231f'/%3E%3Cpath d='M8 9h16M8 15h16M8 19h16M8 23h10' stroke='%23fff' stroke-width='2.4'/%3E%3C/svg%3E";

/// One page, as its head describes it.
pub(super) struct Frame<'a> {
    /// Before the site's title in `<title>`; the site's title alone where empty.
    pub title: &'a str,
    /// Without leading slash.
    pub path: &'a str,
    /// For search engines and for those who share the address.
    pub description: &'a str,
    /// The feed this page shows, besides the merged one.
    pub feed: Option<&'a FeedKey>,
    /// Where the text belongs, if not here.
    pub canonical: Option<&'a str>,
    /// Whether search engines should keep it.
    pub indexed: bool,
    /// What stands in the search field.
    pub query: &'a str,
}

/// Writes a whole page; `inside` writes what stands in `<main>` and beside it.
pub(super) fn frame(masthead: &Masthead, page: &Frame<'_>, inside: impl FnOnce(&mut Markup)) -> String {
    let site = masthead.site();
    let words = masthead.words();
    let mut out = Markup::starting_with("<!doctype html>\n");
    out.element("html", &[("lang", site.language.tag())], |html| {
        html.element("head", &[], |head| write_head(masthead, page, head));
        html.line();
        html.element("body", &[], |body| {
            body.leaf("a", &[("class", "skip"), ("href", "#main")], words.skip);
            body.line();
            write_header(masthead, page, body);
            body.line();
            inside(body);
            body.line();
            write_footer(masthead, body);
        });
    });
    out.line();
    out.finish()
}

fn write_head(masthead: &Masthead, page: &Frame<'_>, head: &mut Markup) {
    let site = masthead.site();
    head.empty("meta", &[("charset", "utf-8")]);
    let title = match page.title {
        "" => site.title.clone(),
        title => format!("{} · {}", clipped(title, 200), site.title),
    };
    head.leaf("title", &[], &title);
    head.line();
    head.empty("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
    head.empty("meta", &[("name", "color-scheme"), ("content", "light dark")]);
    head.empty("meta", &[("name", "generator"), ("content", "bantin")]);
    let description = clipped(page.description, 300);
    if !description.is_empty() {
        head.empty("meta", &[("name", "description"), ("content", &description)]);
    }
    if !page.indexed {
        head.empty("meta", &[("name", "robots"), ("content", "noindex")]);
    }
    head.line();
    let address = masthead.absolute(page.path);
    if page.indexed {
        head.empty("link", &[("rel", "canonical"), ("href", page.canonical.unwrap_or(&address))]);
        let shared = [
            ("og:title", if page.title.is_empty() { site.title.as_str() } else { page.title }),
            ("og:site_name", &site.title),
            ("og:url", &address),
            ("og:description", &description),
            ("og:locale", masthead.words().locale()),
        ];
        for (property, content) in shared.into_iter().filter(|(_, content)| !content.is_empty()) {
            head.empty("meta", &[("property", property), ("content", content)]);
        }
        head.line();
    }
    for key in page.feed.into_iter().filter(|key| **key != FeedKey::Merged).chain([&FeedKey::Merged]) {
        for format in Format::ALL {
            let href = feed_address(masthead, key, format);
            let title = format!("{} ({})", masthead.feed_title(key), format.name());
            let attributes =
                [("rel", "alternate"), ("type", format.media_type()), ("title", title.as_str()), ("href", &href)];
            head.empty("link", &attributes);
            head.line();
        }
    }
    head.empty("link", &[("rel", "icon"), ("href", ICON)]);
    head.line();
    head.element("style", &[], |style| style.trusted(STYLE));
}

fn write_header(masthead: &Masthead, page: &Frame<'_>, body: &mut Markup) {
    let site = masthead.site();
    let words = masthead.words();
    let home = masthead.local("");
    let is_front = page.path.is_empty();
    body.element("header", &[("class", "masthead")], |header| {
        header.element("div", &[("class", "title")], |title| {
            let link = |name: &mut Markup| name.leaf("a", &[("href", &home)], &site.title);
            if is_front {
                title.element("h1", &[], link);
            } else {
                title.element("p", &[("class", "name")], link);
            }
            if let Some(subtitle) = &site.subtitle {
                title.leaf("p", &[("class", "subtitle")], subtitle);
            }
        });
        header.line();
        header.element("nav", &[("aria-label", words.navigation)], |nav| {
            nav.element("ul", &[], |list| {
                let anchor = |name: &str| {
                    if is_front { format!("#{name}") } else { format!("{}#{name}", masthead.local("subscribe")) }
                };
                let links = [
                    (words.home, home.clone()),
                    (words.topics, anchor("topics")),
                    (words.provinces_short, anchor("provinces")),
                    (words.subscribe, masthead.local("subscribe")),
                ];
                for (name, href) in links {
                    let is_here = !href.contains('#') && href == masthead.local(page.path);
                    let mut attributes = vec![("href", href.as_str())];
                    if is_here {
                        attributes.push(("aria-current", "page"));
                    }
                    list.element("li", &[], |item| item.leaf("a", &attributes, name));
                }
            });
            let action = masthead.local("search");
            nav.element("form", &[("action", &action), ("role", "search")], |form| {
                let field = [
                    ("type", "search"),
                    ("name", "q"),
                    ("aria-label", words.search_label),
                    ("placeholder", words.search_label),
                    ("maxlength", "200"),
                    ("value", page.query),
                ];
                form.empty("input", &field);
                form.leaf("button", &[], words.search);
            });
        });
    });
}

fn write_footer(masthead: &Masthead, body: &mut Markup) {
    let site = masthead.site();
    let words = masthead.words();
    body.element("footer", &[("class", "colophon")], |footer| {
        footer.element("p", &[], |p| {
            if let Some(rights) = &site.rights {
                p.text(rights);
                p.text(" ");
            }
            p.text(words.rights_note);
            p.text(" ");
            p.text(words.made_with);
        });
        footer.element("ul", &[], |list| {
            let links = [("subscribe", words.all_feeds), ("opml.xml", "OPML"), ("sources.opml", words.sources)];
            for (path, name) in links {
                let href = masthead.local(path);
                list.element("li", &[], |item| item.leaf("a", &[("href", &href)], name));
            }
        });
    });
}

/// The address of a feed as pages link to it.
pub(super) fn feed_address(masthead: &Masthead, key: &FeedKey, format: Format) -> String {
    masthead.local(&format!("{}.{}", key.path(), format.extension()))
}

/// Writes links to the formats of a feed.
pub(super) fn write_formats(masthead: &Masthead, key: &FeedKey, out: &mut Markup) {
    let subject = masthead.subject(key).unwrap_or_default();
    out.element("span", &[("class", "formats")], |formats| {
        for format in Format::ALL {
            let href = feed_address(masthead, key, format);
            let label = format!("{} ({})", subject, format.name());
            let attributes = [("href", href.as_str()), ("type", format.media_type()), ("aria-label", &label)];
            formats.leaf("a", &attributes, format.name());
            formats.text(" ");
        }
    });
}

/// The `Content-Security-Policy` of pages: nothing but the stylesheet in the page itself, named by its hash.
pub fn security_policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, "data:"));
    &POLICY
}

/// The same for story pages of sites that publish whole bodies: pictures may come from where the story does.
pub fn security_policy_with_pictures() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, "data: https: http:"));
    &POLICY
}

/// A policy that allows this one stylesheet, in the page itself, and pictures from `pictures`.
pub(super) fn policy(style: &str, pictures: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src {pictures}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_named_by_its_hash_as_browsers_write_it() {
        // SHA-256 of nothing, with padding.
        assert!(policy("", "data:").contains(" style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "));
    }

    #[test]
    fn the_stylesheet_cannot_end_itself_or_fetch_anything() {
        assert!(!STYLE.contains('<'));
        assert!(!STYLE.contains("url("));
        assert!(!STYLE.contains("@import"));
    }

    #[test]
    fn pages_may_load_nothing() {
        assert!(security_policy().starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!security_policy().contains("http"));
        assert!(!security_policy().contains("unsafe"));
    }
}
