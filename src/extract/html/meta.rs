//! What the head of an article page says about it: JSON-LD, Open Graph, plain meta tags.

use serde_json::Value;
use url::Url;

use super::page::Page;
use crate::text;

/// Most JSON-LD blocks read: pages of shops repeat them hundreds of times. `tame` bounds how long one is.
const MAX_BLOCKS: usize = 20;

/// Statements of the page about its article. All texts are single lines, none is blank.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Meta {
    /// Best first: JSON-LD `headline`, `og:title`, …
    pub(crate) titles: Vec<String>,
    /// The `<title>` of the page, which often ends in the name of the site.
    pub(crate) page_title: Option<String>,
    pub(crate) description: Option<String>,
    /// Unread; best first.
    pub(crate) published: Vec<String>,
    /// Unread.
    pub(crate) modified: Vec<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) image: Option<String>,
    pub(crate) canonical: Option<String>,
    pub(crate) site_name: Option<String>,
}

/// Reads what the page says about itself.
pub(crate) fn meta(page: &Page) -> Meta {
    let mut meta = Meta::default();
    for block in page.all("script[type]").into_iter().take(MAX_BLOCKS) {
        let json: String = block.text().collect();
        if let Some(value) = lenient_json(&json) {
            read_json_ld(&value, 0, &mut meta);
        }
    }
    meta.titles.extend(["og:title", "twitter:title", "dc.title"].iter().filter_map(|name| page.meta(name)));
    meta.page_title = page
        .first("title")
        .map(|el| text::clean_line(&el.text().collect::<String>()).into_owned())
        .filter(|title| !title.is_empty());
    meta.description = ["og:description", "description", "twitter:description"]
        .iter()
        .find_map(|name| page.meta(name))
        .or(meta.description.take());
    const PUBLISHED: [&str; 12] = [
        "article:published_time",
        "og:article:published_time",
        "datePublished",
        "pubdate",
        "publishdate",
        "publish-date",
        "publish_date",
        "article.published",
        "dc.date",
        "dc.date.issued",
        "sailthru.date",
        "date",
    ];
    meta.published.extend(PUBLISHED.iter().filter_map(|name| page.meta(name)));
    const MODIFIED: [&str; 5] =
        ["article:modified_time", "og:updated_time", "dateModified", "lastmod", "article.updated"];
    meta.modified.extend(MODIFIED.iter().filter_map(|name| page.meta(name)));
    if meta.authors.is_empty() {
        meta.authors.extend(
            ["author", "article:author", "dc.creator"]
                .iter()
                .find_map(|name| page.meta(name))
                .filter(|name| is_name(name)),
        );
    }
    meta.image =
        meta.image.take().or_else(|| page.meta("og:image")).and_then(|image| page.resolve(&image)).map(String::from);
    let canonical =
        page.first("link[rel~='canonical'][href]").and_then(|el| el.attr("href")).and_then(|href| page.resolve(href));
    // A site that calls its home page the canonical address of every article says nothing.
    meta.canonical = canonical.filter(|url| url.path() != "/" || url.query().is_some()).map(String::from);
    meta.site_name = page.meta("og:site_name");
    meta
}

/// Whether the head of a page says that the page is one article.
pub(crate) fn calls_itself_article(html: &str) -> bool {
    let page = Page::parse(html, &nowhere());
    page.meta("og:type").is_some_and(|kind| kind.eq_ignore_ascii_case("article")) || !meta(&page).published.is_empty()
}

/// The address that a page gives for itself: `rel=canonical`, `og:url`, an absolute `<base>`.
pub(crate) fn own_address(html: &str) -> Option<Url> {
    let page = Page::parse(html, &nowhere());
    let canonical = page.first("link[rel~='canonical'][href]").and_then(|el| el.attr("href").map(str::to_owned));
    let base = page.first("base[href]").and_then(|el| el.attr("href").map(str::to_owned));
    let stated = [canonical, page.meta("og:url"), base];
    let absolute = |stated: String| Url::parse(stated.trim()).ok();
    stated.into_iter().flatten().filter_map(absolute).find(|url| matches!(url.scheme(), "http" | "https"))
}

/// For questions to a page that no address enters.
fn nowhere() -> Url {
    Url::parse("http://page.invalid/").expect("this address is well-formed")
}

/// JSON as sites write it: with line breaks inside of strings, and a semicolon at the end.
fn lenient_json(json: &str) -> Option<Value> {
    let json = json.trim().trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(json) {
        return Some(value);
    }
    let flat: String = json.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    serde_json::from_str(&flat).ok()
}

fn read_json_ld(value: &Value, depth: usize, meta: &mut Meta) {
    if depth > 4 {
        return;
    }
    match value {
        Value::Array(values) => values.iter().take(100).for_each(|value| read_json_ld(value, depth + 1, meta)),
        Value::Object(object) => {
            let is = |value: &Value| {
                value
                    .as_str()
                    .is_some_and(|kind| kind.ends_with("Article") || kind.ends_with("Posting") || kind == "Report")
            };
            let is_article = object
                .get("@type")
                .is_some_and(|kind| is(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(is)));
            if is_article {
                let line = |key: &str| {
                    object
                        .get(key)
                        .and_then(Value::as_str)
                        .map(text::clean_line)
                        .filter(|line| !line.is_empty())
                        .map(std::borrow::Cow::into_owned)
                };
                meta.titles.extend(line("headline").or_else(|| line("name")));
                meta.published.extend(line("datePublished"));
                meta.modified.extend(line("dateModified"));
                meta.description = meta.description.take().or_else(|| line("description"));
                meta.image = meta.image.take().or_else(|| object.get("image").and_then(address));
                if let Some(author) = object.get("author") {
                    names(author, &mut meta.authors);
                }
            }
            for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                if let Some(inner) = object.get(key) {
                    read_json_ld(inner, depth + 1, meta);
                }
            }
        }
        _ => {}
    }
}

fn address(value: &Value) -> Option<String> {
    match value {
        Value::String(address) => Some(address.clone()),
        Value::Array(values) => values.first().and_then(address),
        Value::Object(object) => object.get("url").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

fn names(value: &Value, authors: &mut Vec<String>) {
    match value {
        Value::String(name) => {
            let name = text::clean_line(name).into_owned();
            if is_name(&name) && !authors.contains(&name) {
                authors.push(name);
            }
        }
        Value::Array(values) => values.iter().take(10).for_each(|value| names(value, authors)),
        Value::Object(object) => {
            // The publisher as author is no author.
            if object.get("@type").and_then(Value::as_str) != Some("Organization")
                && let Some(name) = object.get("name")
            {
                names(name, authors);
            }
        }
        _ => {}
    }
}

/// Whether a text may be the name of a person: short, no address, not a word of the system.
pub(crate) fn is_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    (2..=80).contains(&name.chars().count())
        && !name.contains("://")
        && !name.contains('@')
        && !["admin", "administrator", "editor", "quản trị", "biên tập viên", "btv", "webmaster"]
            .contains(&lower.as_str())
        && name.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Meta {
        meta(&Page::parse(head, &Url::parse("https://a.example/tin/x.html").unwrap()))
    }

    #[test]
    fn reads_json_ld_whatever_wraps_the_article() {
        for wrapped in [
            r#"{"@type":"NewsArticle","headline":"Tin","datePublished":"2026-03-02"}"#,
            r#"[{"@type":"WebPage"},{"@type":["Thing","NewsArticle"],"headline":"Tin","datePublished":"2026-03-02"}]"#,
            r#"{"@graph":[{"@type":"Organization"},{"@type":"BlogPosting","name":"Tin","datePublished":"2026-03-02"}]}"#,
        ] {
            let meta = read(&format!("<script type='application/ld+json'>{wrapped}</script>"));
            assert_eq!(
                (meta.titles, meta.published),
                (vec!["Tin".to_owned()], vec!["2026-03-02".to_owned()]),
                "{wrapped}"
            );
        }
    }

    #[test]
    fn reads_json_with_raw_line_breaks() {
        let meta =
            read("<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Một\nhai\"};</script>");
        assert_eq!(meta.titles, ["Một hai"]);
    }

    #[test]
    fn names_of_the_system_and_of_the_publisher_are_no_authors() {
        let json = r#"{"@type":"NewsArticle","author":[{"@type":"Person","name":"Lê Thị Mận"},{"@type":"Organization","name":"Báo"},"admin"]}"#;
        assert_eq!(read(&format!("<script type='application/ld+json'>{json}</script>")).authors, ["Lê Thị Mận"]);
    }

    #[test]
    fn a_canonical_address_that_is_the_home_page_is_none() {
        assert_eq!(read("<link rel=canonical href='/'>").canonical, None);
        assert_eq!(read("<link rel=canonical href='/a.html'>").canonical.as_deref(), Some("https://a.example/a.html"));
    }

    #[test]
    fn nested_json_has_an_end() {
        let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&format!("<script type='application/ld+json'>{json}</script>")), Meta::default());
    }
}
