//! What a page could be as a source: the feeds it offers, else selectors for its list, proposed and tried out.
//!
//! Selectors are found from examples. The list is found by itself, or by titles that are known from before the page was
//! redesigned. Then every class and tag around and in its blocks is a candidate, and the candidate that gives the
//! wanted elements, no more and no fewer, with the fewest words is proposed. Nothing is proposed that does not give what
//! the preview shows.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Selector};
use url::Url;

use super::html::page::Page;
use super::html::profile::{profile, profile_names};
use super::html::select::{CompiledSelector, Selectors};
use super::html::{Block, Fields, Listing, known_blocks, listing, read_fields};
use super::{Document, DocumentKind, Input, Kind, Unreadable};
use crate::dates::Context;
use crate::model::{RawItem, is_slug};
use crate::text;

/// Blocks that candidates are taken from and tried on.
const EXAMPLES: usize = 12;

/// Candidates tried for one key.
const MAX_CANDIDATES: usize = 300;

/// Share of the examples that a selector for a part of an item must give right.
const MIN_RIGHT: f32 = 0.8;

/// Fewest items of a list worth proposing.
const MIN_ITEMS: usize = 2;

/// What a page could be as a source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proposal {
    /// The feeds it offers, absolute, those of its head first.
    pub feeds: Vec<String>,
    /// The shipped profile that fits it.
    pub profile: Option<&'static str>,
    /// Selectors for its list by key, where no profile fits.
    pub selectors: BTreeMap<String, String>,
    /// How many of the known titles the page has.
    pub known_titles: usize,
    /// What the proposal gives, newest as the page has it.
    pub preview: Vec<RawItem>,
    /// To paste into `feeds.toml`: the feeds if there are any, else the page. Empty if the page is neither.
    pub toml: String,
}

/// Looks at a page that was served from `base` and proposes how to make a source of it.
///
/// `known_titles` are recent titles of a source whose page no longer reads; without any the list is found by itself.
pub fn inspect(html: &str, base: &Url, known_titles: &[String], cx: &Context) -> Proposal {
    let page = Page::parse(html, base);
    let mut proposal = Proposal { feeds: feeds(&page), ..Proposal::default() };
    let known: Vec<String> = known_titles.iter().map(|title| text::folded(title)).collect();
    let (blocks, found) = known_blocks(&page, &known, cx);
    proposal.known_titles = found;
    let fields: Vec<Fields> = blocks.iter().map(|block| read_fields(block, &page, cx)).collect();
    let wanted: BTreeSet<&str> = blocks.iter().map(|block| block.url.as_str()).collect();
    if wanted.len() >= MIN_ITEMS {
        // One without a selector for the list fits every page and says nothing.
        let fits = |name: &&str| {
            let selectors =
                profile(name).map(|profile| &profile.selectors).filter(|selectors| selectors.item.is_some());
            selectors.is_some_and(|selectors| same_links(&listing(html, base, Some(selectors), cx), &wanted))
        };
        proposal.profile = profile_names().into_iter().find(fits);
        if proposal.profile.is_none() {
            proposal.selectors = selectors(&page, &blocks, &fields);
        }
        let how = match proposal.profile.and_then(profile) {
            Some(profile) => Some(profile.selectors.clone()),
            None => Selectors::compile(&proposal.selectors, &BTreeMap::new()).ok(),
        };
        let tried = listing(html, base, how.as_ref(), cx);
        let filled = |listing: &Listing| -> usize {
            listing
                .items
                .iter()
                .map(|item| usize::from(item.published.is_some()) + usize::from(item.summary.is_some()))
                .sum()
        };
        // In a flat list the date and the lead stand beside what selectors can name.
        let by_itself = listing(html, base, None, cx);
        let poorer = same_links(&by_itself, &wanted) && filled(&tried) * 2 < filled(&by_itself);
        if proposal.profile.is_none() && (!same_links(&tried, &wanted) || poorer) {
            // Selectors that give something else than the list are no help; the page is still read by itself.
            proposal.selectors.clear();
            proposal.preview = by_itself.items;
        } else {
            proposal.preview = tried.items;
        }
    }
    proposal.toml = toml(&page, base, &proposal);
    proposal
}

/// What a document of any kind could be as a source.
#[derive(Debug, Clone, PartialEq)]
pub enum Inspected {
    /// It is a source as it stands: a feed, a sitemap, a JSON endpoint. With the lines for `feeds.toml`.
    Source(Box<Document>, String),
    /// It is a page.
    Page(Box<Proposal>),
}

/// Looks at a document and proposes how to make a source of it; see [`inspect`].
///
/// # Errors
///
/// [`Unreadable`] where it is neither a page nor anything else that could be a source.
pub fn inspect_document(input: &Input<'_>, base: &Url, known_titles: &[String]) -> Result<Inspected, Unreadable> {
    let any = super::read(&Input { kind: Kind::Auto, url: Some(base), ..*input });
    if let Ok(document) = any
        && !matches!(document.kind, DocumentKind::Html | DocumentKind::Article)
    {
        let kind = match document.kind {
            DocumentKind::Sitemap => "kind = \"sitemap\"\n",
            DocumentKind::Json => "kind = \"json\"\n",
            _ => "",
        };
        let id = id_of(base);
        let toml = source_lines(&id, document.feed.title.as_deref().unwrap_or(&id), base.as_str()) + kind;
        return Ok(Inspected::Source(Box::new(document), toml));
    }
    let text = super::page_text(input)?;
    match super::sniff::page(&text, Some(base)).unreadable() {
        Unreadable::Html { .. } => {}
        wall => return Err(wall),
    }
    let cx = Context { zone: input.zone, order: input.date_order, now: Some(input.now) };
    // Whatever a library makes of a page, the command says something.
    let proposal = std::panic::catch_unwind(|| inspect(&text, base, known_titles, &cx));
    proposal.map(|proposal| Inspected::Page(Box::new(proposal))).map_err(|_| Unreadable::Panicked)
}

impl Proposal {
    /// The lines for `feeds.toml` that make a source called `id` of the page itself. Empty if it is none.
    pub fn page_toml(&self, id: &str, title: &str, url: &str) -> String {
        if self.preview.is_empty() {
            return String::new();
        }
        let mut lines = source_lines(id, title, url);
        lines.push_str("kind = \"html\"\n");
        if let Some(profile) = self.profile {
            lines.push_str(&format!("profile = {}\n", quoted(profile)));
        }
        if self.has_only_titles() {
            lines.push_str("article = true\n");
        }
        if self.profile.is_none() && !self.selectors.is_empty() {
            lines.push_str("[source.html]\n");
            for key in super::html::select::LISTING_KEYS {
                if let Some(css) = self.selectors.get(key) {
                    lines.push_str(&format!("{key} = {}\n", quoted(css)));
                }
            }
        }
        lines
    }

    /// Whether most of what the list gives is nothing but titles: then the pages of the articles are worth reading.
    fn has_only_titles(&self) -> bool {
        self.preview.iter().filter(|item| item.summary.is_some()).count() * 2 < self.preview.len()
    }
}

fn source_lines(id: &str, title: &str, url: &str) -> String {
    format!("[[source]]\nid = {}\ntitle = {}\nurl = {}\n", quoted(id), quoted(title), quoted(url))
}

/// Whether a listing has all wanted articles, and hardly any others.
fn same_links(listing: &Listing, wanted: &BTreeSet<&str>) -> bool {
    let given: BTreeSet<&str> = listing.items.iter().filter_map(|item| item.link.as_deref()).collect();
    let both = given.intersection(wanted).count();
    both == wanted.len() && given.len() <= wanted.len() + wanted.len() / 5
}

/// The feeds of the head, and those that the page links to.
fn feeds(page: &Page) -> Vec<String> {
    let mut feeds = page.feed_links();
    for anchor in page.all("a[href]") {
        let Some(url) = anchor.attr("href").and_then(|href| page.resolve(href)) else { continue };
        let path = url.path().to_ascii_lowercase();
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let is_feed = [".rss", ".atom"].iter().any(|end| last.ends_with(end))
            || matches!(last, "rss" | "feed" | "rss.xml" | "feed.xml" | "atom.xml" | "rss.aspx")
            || path.contains("/rss/") && !last.ends_with(".html");
        let url = String::from(url);
        if is_feed && !feeds.contains(&url) && feeds.len() < 100 {
            feeds.push(url);
        }
    }
    feeds
}

/// Selectors for the blocks of a list and for the parts in them.
fn selectors(page: &Page, blocks: &[Block<'_>], fields: &[Fields]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let tops: Vec<ElementRef<'_>> = blocks.iter().filter_map(|block| block.elements.first().copied()).collect();
    let flat = blocks.iter().filter(|block| block.elements.len() > 1).count() * 2 > blocks.len();
    let Some(item) = item_selector(page, &tops) else { return found };
    found.insert("item".to_owned(), item);
    // The parts of a flat list stand beside its elements, where no selector inside of them reaches.
    if flat {
        return found;
    }
    let link = part_selector(&tops, |i, el, css| {
        let Ok(css) = Selector::parse(css) else { return Verdict::Wrong };
        let first = el.select(&css).next().and_then(|anchor| page.resolve(anchor.attr("href")?));
        Verdict::of(first.map(|mut url| {
            url.set_fragment(None);
            url.as_str() == blocks[i].url
        }))
    });
    found.extend(link.filter(|css| css != "a").map(|css| ("link".to_owned(), css)));
    let parts: [(&str, FieldOf); 3] = [
        ("title", |fields| fields.title.as_ref()),
        ("date", |fields| fields.date.as_ref()),
        ("lead", |fields| fields.lead.as_ref()),
    ];
    for (key, part) in parts {
        let css = part_selector(&tops, |i, el, css| {
            let Ok(css) = CompiledSelector::parse(css) else { return Verdict::Wrong };
            let given = css.value(el);
            match (given, part(&fields[i])) {
                (Some(given), Some(wanted)) => {
                    Verdict::of(Some(given == *wanted || given.starts_with(wanted.as_str()) && key == "lead"))
                }
                (None, None) => Verdict::Absent,
                (Some(_), None) => Verdict::Wrong,
                (None, Some(_)) => Verdict::of(None),
            }
        });
        // The text of the link is the title anyway.
        let same_as_link = key == "title" && css == found.get("link").cloned();
        found.extend(css.filter(|_| !same_as_link).map(|css| (key.to_owned(), css)));
    }
    found
}

/// One part of the fields.
type FieldOf = fn(&Fields) -> Option<&String>;

/// How a candidate did on one example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Right,
    Wrong,
    /// Nothing was wanted and nothing was given.
    Absent,
}

impl Verdict {
    fn of(right: Option<bool>) -> Self {
        if right == Some(true) { Self::Right } else { Self::Wrong }
    }
}

/// The shortest selector that selects the blocks and nothing else, or as near to it as there is.
fn item_selector(page: &Page, tops: &[ElementRef<'_>]) -> Option<String> {
    let mut candidates: BTreeSet<String> = BTreeSet::new();
    for top in tops.iter().take(EXAMPLES) {
        let own = names(*top);
        let around: Vec<String> = top
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take(3)
            .flat_map(|up| names(up).into_iter().filter(|name| name.contains(['.', '#'])))
            .collect();
        for name in &own {
            candidates.insert(name.clone());
            for up in &around {
                candidates.insert(format!("{up} {name}"));
            }
        }
        let parent: Vec<String> = top.parent().and_then(ElementRef::wrap).map(names).unwrap_or_default();
        for (name, up) in own.iter().flat_map(|name| parent.iter().map(move |up| (name, up))) {
            candidates.insert(format!("{up} > {name}"));
        }
    }
    let wanted: BTreeSet<_> = tops.iter().map(|top| top.id()).collect();
    let judge = |css: String| {
        let selector = Selector::parse(&css).ok()?;
        let given: BTreeSet<_> = page.html.select(&selector).take(5_000).map(|el| el.id()).collect();
        let both = given.intersection(&wanted).count() as f32;
        let score = 2.0 * both / (given.len() + wanted.len()).max(1) as f32;
        Some((score, css))
    };
    best(candidates.into_iter().take(MAX_CANDIDATES).filter_map(judge), 0.6)
}

/// The shortest selector that gives the right part in nearly every block.
fn part_selector(tops: &[ElementRef<'_>], judge: impl Fn(usize, ElementRef<'_>, &str) -> Verdict) -> Option<String> {
    let mut candidates: BTreeSet<String> = BTreeSet::new();
    for top in tops.iter().take(EXAMPLES) {
        for el in top.descendent_elements().filter(|el| el != top).take(60) {
            let own = names(el);
            let parent = el.parent().and_then(ElementRef::wrap).filter(|up| up != top).map(names).unwrap_or_default();
            for name in &own {
                candidates.insert(name.clone());
                candidates.extend(parent.iter().map(|up| format!("{up} {name}")));
                for attribute in ["datetime", "title"] {
                    if el.attr(attribute).is_some() {
                        candidates.insert(format!("{name}@{attribute}"));
                    }
                }
            }
        }
    }
    let rate = |css: String| {
        let verdicts: Vec<Verdict> =
            tops.iter().take(EXAMPLES).enumerate().map(|(i, top)| judge(i, *top, &css)).collect();
        let count = |wanted: Verdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        let judged = verdicts.len() - count(Verdict::Absent);
        (judged > 0).then(|| (count(Verdict::Right) as f32 / judged as f32, css))
    };
    best(candidates.into_iter().take(MAX_CANDIDATES).filter_map(rate), MIN_RIGHT)
}

/// The best candidate from `least` on; of equal ones a class before a tag, then the shortest, then the first by name.
fn best(rated: impl Iterator<Item = (f32, String)>, least: f32) -> Option<String> {
    let plain = |css: &str| !css.contains(['.', '#']);
    rated
        .filter(|(score, _)| *score >= least)
        .max_by(|(a, x), (b, y)| {
            a.total_cmp(b)
                .then_with(|| plain(y).cmp(&plain(x)))
                .then_with(|| y.len().cmp(&x.len()))
                .then_with(|| y.cmp(x))
        })
        .map(|(_, css)| css)
}

/// What an element can be called in a selector: its tag, its classes, its id. Names that look generated are left out.
fn names(el: ElementRef<'_>) -> Vec<String> {
    let usable = |name: &str| {
        let digits = name.bytes().filter(u8::is_ascii_digit).count();
        (2..=40).contains(&name.len())
            && digits <= 2
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !["clearfix", "row", "active", "first", "last"].contains(&name)
            && !name.starts_with("col-")
    };
    let tag = el.value().name();
    let mut names = vec![tag.to_owned()];
    for class in el.attr("class").unwrap_or_default().split_ascii_whitespace().filter(|class| usable(class)).take(4) {
        names.push(format!(".{class}"));
        names.push(format!("{tag}.{class}"));
    }
    names.extend(el.attr("id").filter(|id| usable(id)).map(|id| format!("#{id}")));
    names
}

/// The proposal as lines for `feeds.toml`.
fn toml(page: &Page, base: &Url, proposal: &Proposal) -> String {
    let title = page.first("title").map(super::html::page::text_of_title).unwrap_or_default();
    if !proposal.feeds.is_empty() {
        let mut ids = BTreeSet::new();
        let lines = proposal.feeds.iter().take(20).filter_map(|feed| {
            let url = Url::parse(feed).ok()?;
            let id = unused(id_of(&url), &mut ids);
            Some(source_lines(&id, if title.is_empty() { &id } else { &title }, feed))
        });
        return lines.collect::<Vec<_>>().join("\n");
    }
    let id = id_of(base);
    proposal.page_toml(&id, if title.is_empty() { &id } else { &title }, base.as_str())
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// An id for a source: the name of its site and the words of its path.
fn id_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    let name = host.split('.').next().unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let path = path.rsplit_once('.').map_or(path, |(stem, end)| if end.contains('/') { path } else { stem });
    let mut id = text::slug(&format!("{name} {}", path.replace('/', " ")));
    id.truncate(60);
    let id = id.trim_matches('-').to_owned();
    if is_slug(&id) { id } else { "source".to_owned() }
}

fn unused(id: String, ids: &mut BTreeSet<String>) -> String {
    let mut candidate = id.clone();
    let mut number = 2;
    while !ids.insert(candidate.clone()) {
        candidate = format!("{id}-{number}");
        number += 1;
    }
    candidate
}
