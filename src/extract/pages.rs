//! Documents that are no feeds: pages with a list of articles, pages of one article, sitemaps, JSON endpoints.
//!
//! Each is read by its own module; here stands what they have in common: the address that relative ones refer to, what a
//! page is that gave nothing, and how `auto` tells them apart.

use std::collections::BTreeMap;

use url::Url;

use super::html::select::Selectors;
use super::html::{self, ArticleHint};
use super::{Document, DocumentKind, Input, Unreadable, jsonapi, sitemap, sniff};
use crate::dates::{self, DateOrder};
use crate::model::{FeedMeta, Problem, PublisherHints, RawItem};

/// What is known of the pages of a source before one is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct How<'a> {
    /// Selectors for listing and article; without any they are read by themselves.
    pub selectors: Option<&'a Selectors>,
    /// Where the parts of a JSON document are, by the keys of `[source.json]`.
    pub pointers: Option<&'a BTreeMap<String, String>>,
    /// The order of day and month that the source's dates have proved so far, for documents that prove none.
    pub usual_order: Option<DateOrder>,
    /// What the listing said of the article whose page this is.
    pub hint: Option<&'a ArticleHint>,
}

/// Characters of text from which on a page that calls itself an article is believed to be one. Some systems call every
/// page so; their listings have no such text.
const ARTICLE_CHARS: usize = 500;

/// Characters of text below which a page that could be a wall or an apology is taken for one.
const WALL_CHARS: usize = 400;

/// Fewest articles that make a page nobody called a listing one.
const LISTING_ITEMS: usize = 3;

/// Stands in for the address of a page that has none; what is relative to it is left relative or out.
const NOWHERE: &str = "http://page.invalid/";

/// Reads a page that lists articles.
pub(super) fn listing(text: &str, input: &Input<'_>, how: How<'_>) -> Result<Document, Unreadable> {
    let base = Base::of(text, input);
    let mut found = html::listing(text, &base.url, how.selectors, &dates(input));
    if how.usual_order == Some(DateOrder::MonthFirst) && input.date_order.is_none() && found.date_order.is_none() {
        // All of its dates could be either: then they are what the source's others were.
        let cx = dates::Context { order: how.usual_order, ..dates(input) };
        found = html::listing(text, &base.url, how.selectors, &cx);
    }
    if found.items.is_empty() {
        return Err(match sniff::page(text, input.url).unreadable() {
            Unreadable::Html { feed_links } => {
                let first = found.problems.into_iter().next();
                let reason =
                    first.map_or_else(|| "the page has no list of articles".to_owned(), |problem| problem.message);
                Unreadable::NoList { reason, feed_links }
            }
            wall => wall,
        });
    }
    let feed = FeedMeta { title: found.title, link: base.link(), ..FeedMeta::default() };
    let mut document = Document {
        feed,
        next: found.next.filter(|_| base.is_known),
        feed_links: found.feed_links,
        date_order: found.date_order,
        ..document(DocumentKind::Html, found.items, found.problems)
    };
    base.settle(&mut document);
    Ok(document)
}

/// Reads the page of one article.
pub(super) fn article(text: &str, input: &Input<'_>, how: How<'_>) -> Result<Document, Unreadable> {
    let base = Base::of(text, input);
    let selectors = how.selectors.and_then(|selectors| selectors.article.as_ref());
    let unknown = ArticleHint::default();
    let mut found = html::article(text, &base.url, selectors, &dates(input), how.hint.unwrap_or(&unknown));
    if found.text.chars().count() < WALL_CHARS {
        match sniff::page(text, input.url).unreadable() {
            Unreadable::Html { .. } if found.content_html.is_empty() => return Err(Unreadable::NoArticle),
            Unreadable::Html { .. } => {}
            // The word for "error" in the title of a page with pictures and paragraphs is an article's.
            Unreadable::ErrorPage { .. } if found.images.len() + found.text.lines().count() > 3 => {}
            wall => return Err(wall),
        }
    }
    let problems = std::mem::take(&mut found.problems);
    let link = base.link().or_else(|| found.canonical.clone());
    let mut document = document(DocumentKind::Article, vec![found.into_item(link)], problems);
    base.settle(&mut document);
    Ok(document)
}

/// Reads a sitemap or an index of sitemaps.
pub(super) fn sitemap(text: &str, input: &Input<'_>) -> Result<Document, Unreadable> {
    if sniff::looks(text) != sniff::Looks::Sitemap {
        return Err(super::refuse(text, input.url));
    }
    let base = Base::of("", input);
    let found = sitemap::sitemap(text, &base.url, &dates(input));
    let mut document = Document { index: found.index, ..document(DocumentKind::Sitemap, found.items, found.problems) };
    base.settle(&mut document);
    Ok(document)
}

/// Reads the answer of a JSON endpoint.
pub(super) fn json(text: &str, input: &Input<'_>, how: How<'_>) -> Result<Document, Unreadable> {
    match sniff::looks(text) {
        sniff::Looks::Json => {}
        // Some endpoints answer with the bare HTML of a listing, as fragment.
        sniff::Looks::Html => return listing(text, input, how),
        _ => return Err(super::refuse(text, input.url)),
    }
    let base = Base::of("", input);
    let none = BTreeMap::new();
    let pointers = how.pointers.unwrap_or(&none);
    let found = jsonapi::json_items(text, &base.url, pointers, how.selectors, &dates(input));
    if found.items.is_empty() {
        let first = found.problems.into_iter().next();
        // A list without anything in it is none that is missing.
        return match first {
            Some(problem) => Err(Unreadable::NoItems { reason: problem.message }),
            None => Ok(document(DocumentKind::Json, Vec::new(), Vec::new())),
        };
    }
    let mut document = document(DocumentKind::Json, found.items, found.problems);
    base.settle(&mut document);
    Ok(document)
}

/// Reads what is no feed: by what it looks like. `why_not` is what the reader of feeds made of it, and the answer where
/// nothing else fits.
pub(super) fn whatever(
    text: &str,
    input: &Input<'_>,
    how: How<'_>,
    why_not: Unreadable,
) -> Result<Document, Unreadable> {
    match why_not {
        Unreadable::Sitemap => sitemap(text, input),
        Unreadable::Json => json(text, input, how).map_err(|_| Unreadable::Json).and_then(|document| {
            // Any list of objects with names is not yet one of articles.
            let linked = document.items.iter().filter(|item| item.link.is_some()).count();
            if linked > 0 { Ok(document) } else { Err(Unreadable::Json) }
        }),
        Unreadable::Html { feed_links } => {
            any_page(text, input, how).map(offer_feed).ok_or(Unreadable::Html { feed_links })
        }
        other => Err(other),
    }
}

/// A page of which only the page itself tells what it is: an article where the page calls itself one and has its text, or
/// where it has a text that is not made of what it lists; else a listing where it lists several.
fn any_page(text: &str, input: &Input<'_>, how: How<'_>) -> Option<Document> {
    let selected = how.selectors.is_some_and(|selectors| selectors.item.is_some());
    let least = if selected { 1 } else { LISTING_ITEMS };
    let listing = listing(text, input, how).ok();
    let body = |found: &Document| found.items.first().and_then(|item| item.text.clone()).unwrap_or_default();
    let article = article(text, input, how).ok().filter(|found| body(found).chars().count() >= ARTICLE_CHARS);
    if let Some(article) = article
        && (html::calls_itself_article(text) || !is_made_of(&body(&article), listing.as_ref()))
    {
        return Some(article);
    }
    listing.filter(|found| found.items.len() >= least)
}

/// Whether the text that was found on a page is the titles and leads that the page lists.
fn is_made_of(text: &str, listing: Option<&Document>) -> bool {
    let Some(listing) = listing else { return false };
    let said = |item: &&RawItem| {
        let lead = item.summary.as_deref().map(crate::text::html::to_text);
        [item.title.as_deref(), lead.as_deref()].into_iter().flatten().any(|line| text.contains(line))
    };
    listing.items.iter().filter(said).count() * 4 >= listing.items.len()
}

/// Says that a page offers a feed, which is a better source than the page.
fn offer_feed(mut document: Document) -> Document {
    if let Some(first) = document.feed_links.first() {
        document.problems.push(Problem {
            code: "offers-feed".to_owned(),
            message: format!("the page offers a feed, `{first}`: a better source than the page itself"),
            count: u32::try_from(document.feed_links.len()).unwrap_or(u32::MAX),
        });
    }
    document
}

fn document(kind: DocumentKind, items: Vec<RawItem>, problems: Vec<Problem>) -> Document {
    Document {
        kind,
        feed: FeedMeta::default(),
        items,
        hints: PublisherHints::default(),
        problems,
        empty_items: 0,
        feed_links: Vec::new(),
        next: None,
        index: Vec::new(),
        date_order: None,
    }
}

fn dates(input: &Input<'_>) -> dates::Context {
    dates::Context { zone: input.zone, order: input.date_order, now: Some(input.now) }
}

/// What relative addresses refer to.
struct Base {
    url: Url,
    /// Whether anybody said so: a page read from a file without `--base` may know its own address, or not.
    is_known: bool,
    /// Whether it is the document's own address.
    is_own: bool,
}

impl Base {
    fn of(text: &str, input: &Input<'_>) -> Self {
        if let Some(url) = input.url {
            return Self { url: url.clone(), is_known: true, is_own: true };
        }
        match html::own_address(text) {
            Some(url) => Self { url, is_known: true, is_own: true },
            None => {
                let url = Url::parse(NOWHERE).expect("this address is well-formed");
                Self { url, is_known: false, is_own: false }
            }
        }
    }

    fn link(&self) -> Option<String> {
        self.is_own.then(|| self.url.to_string())
    }

    /// Takes the placeholder out of a document again.
    fn settle(&self, document: &mut Document) {
        if self.is_known {
            return;
        }
        let mut left_out = 0;
        for item in &mut document.items {
            if item.link.as_ref().is_some_and(|link| link.starts_with(NOWHERE)) {
                item.link = None;
                left_out += 1;
            }
            for image in &mut item.images {
                if let Some(path) = image.url.strip_prefix(NOWHERE) {
                    image.url = format!("/{path}");
                }
            }
            for html in [&mut item.content, &mut item.summary].into_iter().flatten() {
                if html.contains(NOWHERE) {
                    *html = html.replace(NOWHERE, "/");
                }
            }
        }
        if left_out > 0 {
            document.problems.push(Problem {
                code: "no-base".to_owned(),
                message: "links are relative and the address of the document is not known: give it with `--base`"
                    .to_owned(),
                count: left_out,
            });
        }
    }
}
