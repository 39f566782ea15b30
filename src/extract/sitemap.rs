//! Sitemaps: addresses of articles with what news sitemaps say of them, and indexes of further sitemaps.
//!
//! Sources: sitemaps.org, Google's extensions for news and images. An ordinary sitemap names every page of a site, its
//! sections too; of those only addresses that look like an article's are taken. Elements are told by their local names
//! and the element around them, since namespaces are often missing or misspelt.

use url::Url;

use super::address::absolute;
use super::html::links::is_article_shaped;
use super::limits::MAX_LINE_BYTES;
use super::plain;
use super::xml::namespaces::split;
use super::xml::refs::References;
use super::xml::token::{Token, Tokens};
use crate::dates::{self, Context};
use crate::model::{DateFrom, Image, LocalInstant, Problem, RawItem};

/// Most entries read. A sitemap may have 50,000 by its specification; a news sitemap at most 1,000.
const MAX_ENTRIES: usize = 50_000;

/// Most items given. What a sitemap has beyond the newest thousand is no news.
const MAX_ITEMS: usize = 1_000;

/// Most pictures of one entry.
const MAX_IMAGES: usize = 10;

/// Deepest nesting that is followed: `url`, `news:news`, `news:publication`, `news:name` is the deepest there is.
const MAX_DEPTH: usize = 16;

/// What a sitemap gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sitemap {
    /// Further sitemaps, the one that changed last first; those without a date follow in the order of the document.
    pub index: Vec<SitemapLink>,
    /// Articles, at most a thousand: those of a news sitemap in the order of the document, else the newest first.
    pub items: Vec<RawItem>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

/// One sitemap of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct SitemapLink {
    /// Absolute.
    pub url: String,
    /// When it last changed, by the index.
    pub modified: Option<LocalInstant>,
}

/// Reads a decoded, unpacked sitemap that was served from `base`. Anything else gives nothing.
pub fn sitemap(text: &str, base: &Url, cx: &Context) -> Sitemap {
    let mut reader = Reader {
        base,
        cx,
        found: Sitemap::default(),
        plain: Vec::new(),
        references: References::default(),
        unusable: 0,
    };
    reader.read(text);
    let Reader { mut found, mut plain, unusable, .. } = reader;
    // Without the articles that only their address tells: a news sitemap says what is news.
    if found.items.is_empty() {
        plain.sort_by_key(|item| std::cmp::Reverse(item.updated));
        found.items = plain;
    }
    found.items.truncate(MAX_ITEMS);
    found.index.sort_by_key(|link| std::cmp::Reverse(link.modified));
    if unusable > 0 {
        found.problems.push(Problem {
            code: "bad-link".to_owned(),
            message: "entries of the sitemap have no usable `loc`".to_owned(),
            count: unusable,
        });
    }
    found
}

/// One `url` or `sitemap` element while it is read.
#[derive(Debug, Default)]
struct Entry {
    link: Option<String>,
    modified: Option<String>,
    title: Option<String>,
    published: Option<String>,
    language: Option<String>,
    keywords: Option<String>,
    images: Vec<Image>,
    is_news: bool,
}

struct Reader<'a> {
    base: &'a Url,
    cx: &'a Context,
    found: Sitemap,
    /// Entries without news elements.
    plain: Vec<RawItem>,
    references: References,
    unusable: u32,
}

impl Reader<'_> {
    fn read(&mut self, text: &str) {
        let mut tokens = Tokens::new(text);
        let mut open: Vec<String> = Vec::new();
        let mut entry: Option<Entry> = None;
        let mut value = String::new();
        let mut entries = 0;
        while let Some(token) = tokens.next(None) {
            match token {
                Token::Start(tag) => {
                    let name = split(tag.name).1.to_ascii_lowercase();
                    value.clear();
                    // An entry that was never closed ends where the next one begins.
                    if matches!(name.as_str(), "url" | "sitemap") {
                        if let Some(last) = entry.take() {
                            self.finish(last, open.iter().any(|open| open == "sitemap"));
                        }
                        open.truncate(1);
                        entries += 1;
                        if entries > MAX_ENTRIES {
                            return;
                        }
                        entry = Some(Entry::default());
                    }
                    if !tag.empty && open.len() < MAX_DEPTH {
                        open.push(name);
                    }
                }
                Token::Text(raw) if value.len() < MAX_LINE_BYTES => {
                    let resolved = self.references.resolve(plain::floor(raw, MAX_LINE_BYTES));
                    value.push_str(&resolved);
                }
                Token::CData(raw) if value.len() < MAX_LINE_BYTES => value.push_str(plain::floor(raw, MAX_LINE_BYTES)),
                Token::End(name) => {
                    let name = split(name).1.to_ascii_lowercase();
                    let Some(at) = open.iter().rposition(|open| *open == name) else { continue };
                    let parent = at.checked_sub(1).map_or("", |up| open[up].as_str()).to_owned();
                    open.truncate(at);
                    match (&mut entry, name.as_str()) {
                        (Some(_), "url" | "sitemap") => {
                            if let Some(done) = entry.take() {
                                self.finish(done, name == "sitemap");
                            }
                        }
                        (Some(entry), _) => self.field(entry, &parent, &name, &value),
                        (None, _) => {}
                    }
                    value.clear();
                }
                _ => {}
            }
        }
        if let Some(last) = entry {
            self.finish(last, open.iter().any(|open| open == "sitemap"));
        }
    }

    fn field(&self, entry: &mut Entry, parent: &str, name: &str, value: &str) {
        let line = || Some(plain::line(value)).filter(|line| !line.is_empty());
        match (parent, name) {
            ("url" | "sitemap", "loc") => entry.link = absolute(Some(self.base), value),
            ("url" | "sitemap", "lastmod") => entry.modified = line(),
            ("news", "title") => {
                entry.is_news = true;
                entry.title = Some(plain::title(value)).filter(|title| !title.is_empty());
            }
            ("news", "publication_date") => {
                entry.is_news = true;
                entry.published = line();
            }
            ("news", "keywords") => entry.keywords = line(),
            ("publication", "language") => entry.language = line(),
            ("image", "loc") if entry.images.len() < MAX_IMAGES => {
                let url = absolute(Some(self.base), value);
                entry.images.extend(url.map(|url| Image { url, caption: None }));
            }
            ("image", "caption" | "title") => {
                if let Some(image) = entry.images.last_mut() {
                    let caption = Some(plain::title(value)).filter(|title| !title.is_empty());
                    image.caption = caption.or(image.caption.take());
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, entry: Entry, is_sitemap: bool) {
        let read = |raw: &Option<String>| raw.as_deref().and_then(|raw| dates::parse(raw, self.cx));
        let Some(link) = entry.link.clone().filter(|link| link.starts_with("http")) else {
            self.unusable += 1;
            return;
        };
        let modified = read(&entry.modified);
        if is_sitemap {
            self.found.index.push(SitemapLink { url: link, modified });
            return;
        }
        let published = read(&entry.published);
        let is_article = || Url::parse(&link).is_ok_and(|url| is_article_shaped(&url));
        if !entry.is_news && !is_article() {
            return;
        }
        let keywords = entry.keywords.unwrap_or_default();
        let categories = keywords.split([',', ';']).map(str::trim).filter(|word| !word.is_empty()).take(20);
        let stated = published.or(modified).map(|_| DateFrom::Item);
        let told = || dates::from_url(&link, self.cx);
        let published = if stated.is_some() { published } else { told() };
        let item = RawItem {
            title: entry.title,
            published,
            updated: modified,
            date_from: stated.or(published.map(|_| DateFrom::Url)),
            link: Some(link),
            categories: categories.map(str::to_owned).collect(),
            images: entry.images,
            language: entry.language,
            ..RawItem::default()
        };
        if entry.is_news { self.found.items.push(item) } else { self.plain.push(item) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Sitemap {
        let cx = Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: None };
        sitemap(xml, &Url::parse("https://bao.example/sitemap.xml").unwrap(), &cx)
    }

    fn links(found: &Sitemap) -> Vec<&str> {
        found.items.iter().filter_map(|item| item.link.as_deref()).collect()
    }

    const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
                xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><loc> https://bao.example/khanh-thanh-cau-a1.html?a=1&amp;b=2 </loc><lastmod>2026-03-18T17:00:00+07:00</lastmod>
         <news:news><news:publication><news:name>Báo Sơn Trà</news:name><news:language>vi</news:language></news:publication>
         <news:publication_date>2026-03-18T16:30:00+07:00</news:publication_date>
         <news:title><![CDATA[Khánh thành cầu &quot;Bến Sậy&quot;]]></news:title><news:keywords>cầu, Bến Sậy</news:keywords></news:news>
         <image:image><image:loc>/anh/1.jpg</image:loc><image:caption>Cầu mới</image:caption></image:image></url>
        <url><loc>https://bao.example/chinh-tri</loc></url></urlset>"#;

    #[test]
    fn reads_the_fields_of_a_news_sitemap() {
        let found = read(NEWS);
        assert_eq!(links(&found), ["https://bao.example/khanh-thanh-cau-a1.html?a=1&b=2"]);
        let item = &found.items[0];
        assert_eq!(item.title.as_deref(), Some("Khánh thành cầu \"Bến Sậy\""));
        assert_eq!(item.published.unwrap().to_rfc3339(), "2026-03-18T16:30:00+07:00");
        assert_eq!(item.updated.unwrap().to_rfc3339(), "2026-03-18T17:00:00+07:00");
        assert_eq!(item.categories, ["cầu", "Bến Sậy"]);
        assert_eq!(item.language.as_deref(), Some("vi"));
        assert_eq!(item.images[0].url, "https://bao.example/anh/1.jpg");
        assert_eq!(item.images[0].caption.as_deref(), Some("Cầu mới"));
    }

    #[test]
    fn an_index_names_the_freshest_sitemap_first() {
        let found = read(
            "<sitemapindex><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/b.xml</loc><lastmod>2026-01-01</lastmod></sitemap>
             <sitemap><loc>/c.xml</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>",
        );
        let urls: Vec<&str> = found.index.iter().map(|link| link.url.as_str()).collect();
        assert_eq!(urls, ["https://bao.example/c.xml", "https://bao.example/b.xml", "https://bao.example/a.xml"]);
        assert!(found.items.is_empty() && found.problems.is_empty());
    }

    #[test]
    fn of_an_ordinary_sitemap_only_articles_count_newest_first() {
        let found = read(
            "<urlset><url><loc>https://bao.example/van-hoa/</loc></url>
             <url><loc>https://bao.example/mot-bai-bao-cu-100001.html</loc><lastmod>2026-01-01</lastmod></url>
             <url><loc>https://bao.example/mot-bai-bao-moi-100002.html</loc><lastmod>2026-02-01</lastmod></url></urlset>",
        );
        assert_eq!(
            links(&found),
            ["https://bao.example/mot-bai-bao-moi-100002.html", "https://bao.example/mot-bai-bao-cu-100001.html"]
        );
    }

    #[test]
    fn reads_on_where_tags_are_missing() {
        let found = read(
            "<urlset><url><loc>https://bao.example/mot-hai-ba-bon-100001.html</loc><url><loc>https://bao.example/mot-hai-ba-bon-100002.html",
        );
        assert_eq!(found.items.len(), 1);
        assert_eq!(found.problems.len(), 1, "the second entry was cut off before its address ended");
    }

    #[test]
    fn entries_without_an_address_are_counted() {
        let found = read(
            "<urlset><url><loc>javascript:alert(1)</loc></url><url/><url><lastmod>2026-01-01</lastmod></url></urlset>",
        );
        assert_eq!(found.problems[0].count, 3);
    }

    #[test]
    fn hostile_sitemaps_take_bounded_time() {
        let started = std::time::Instant::now();
        for unit in [
            "<url>",
            "<loc>",
            "<url><loc>https://a.example/x-1234567.html</loc></url>",
            "&amp;",
            "<image:image><image:loc>/a</image:loc>",
        ] {
            let found = read(&unit.repeat(2_000_000 / unit.len()));
            assert!(found.items.len() <= MAX_ITEMS);
        }
        assert!(started.elapsed().as_secs() < 30);
    }
}
