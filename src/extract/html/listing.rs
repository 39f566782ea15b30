//! A listing page: the articles it links to, the page after it, the feeds it offers.

use std::collections::HashSet;

use scraper::ElementRef;
use url::Url;

use super::discover;
use super::fields::{self, Block, Fields};
use super::links::{Furniture, Link, Territories, is_headline};
use super::page::{Page, text_of};
use super::parts::push_escaped;
use super::select::{CompiledSelector, Selectors};
use crate::dates::{self, Context, DateOrder};
use crate::model::{DateFrom, Image, LocalInstant, Problem, RawItem};

/// Most items taken from one page. The longest listing seen has 60, a year's archive 400.
const MAX_ITEMS: usize = 1_000;

/// What a listing page gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// What the page calls itself.
    pub title: Option<String>,
    /// In the order of the page, each address once. Title and link are never absent; summaries are HTML.
    pub items: Vec<RawItem>,
    /// The page with older items, absolute.
    pub next: Option<String>,
    /// Feeds that the page's head offers, absolute: better sources than the page.
    pub feed_links: Vec<String>,
    /// The order of day and month that its dates prove.
    pub date_order: Option<DateOrder>,
    /// What is wrong with page or selectors.
    pub problems: Vec<Problem>,
}

/// Reads a listing page that was served from `base`.
///
/// With an `item` selector the items are what it selects, but for those in most-read boxes; without one the list is found by
/// structure. Parts of an item
/// for which there is no selector are found by themselves. Dates are read in the order (day or month first) that `cx`
/// says, else the one that the page's own dates prove.
pub fn listing(html: &str, base: &Url, how: Option<&Selectors>, cx: &Context) -> Listing {
    let page = Page::parse(html, base);
    let by_itself = Selectors::default();
    let how = how.unwrap_or(&by_itself);
    let mut problems = Vec::new();
    let blocks = match &how.item {
        Some(item) => selected(item, how.link.as_ref(), &page, &mut problems),
        None => discover::discover(&page, cx),
    };
    let fields: Vec<(Block<'_>, Fields)> = blocks
        .into_iter()
        .take(MAX_ITEMS)
        .map(|block| {
            let fields = fields::read(&block, how, &page, cx);
            (block, fields)
        })
        .collect();
    if fields.is_empty() && problems.is_empty() {
        problems.push(problem("no-list", "the page has no list of articles that could be recognised".to_owned(), 1));
    }
    let raws = fields.iter().filter_map(|(_, fields)| fields.date.as_deref());
    let date_order = dates::majority_order(raws);
    let cx = Context { order: cx.order.or(date_order), ..*cx };
    let (mut items, mut seen, mut untitled) = (Vec::new(), HashSet::new(), 0);
    for (block, fields) in fields {
        if fields.title.is_none() {
            untitled += 1;
        } else if seen.insert(block.url.clone()) {
            items.push(item(block.url, fields, &cx));
        }
    }
    if untitled > 0 {
        problems.push(problem("untitled-item", "items of the list have no title".to_owned(), untitled));
    }
    if how.date.is_some() && !items.is_empty() && items.iter().all(|item| item.date_from != Some(DateFrom::Listing)) {
        problems.push(problem(
            "no-dates",
            "no item of the list has a date where the `date` selector looks".to_owned(),
            1,
        ));
    }
    let title = page.first("title").map(super::page::text_of_title).filter(|title| !title.is_empty());
    Listing {
        title,
        date_order,
        next: next_page(&page, how.next.as_ref()),
        feed_links: page.feed_links(),
        items,
        problems,
    }
}

fn problem(code: &str, message: String, count: u32) -> Problem {
    Problem { code: code.to_owned(), message, count }
}

fn item(url: String, fields: Fields, cx: &Context) -> RawItem {
    let listed = fields.date.as_deref().and_then(|raw| read_date(raw, cx)).map(|at| (at, DateFrom::Listing));
    let dated = listed.or_else(|| dates::from_url(&url, cx).map(|at| (at, DateFrom::Url)));
    RawItem {
        link: Some(url),
        title: fields.title,
        published: dated.map(|(at, _)| at),
        date_from: dated.map(|(_, from)| from),
        summary: fields.lead.as_deref().map(escape),
        images: fields.image.map(|url| Image { url, caption: None }).into_iter().collect(),
        ..RawItem::default()
    }
}

/// Reads a date that may stand among other words.
pub(crate) fn read_date(raw: &str, cx: &Context) -> Option<LocalInstant> {
    dates::find(raw, cx).map(|(_, at)| at).or_else(|| dates::parse(raw, cx))
}

/// Plain text as HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    push_escaped(text, &mut html);
    html
}

/// The blocks that the `item` selector finds. Where it selects links, the block of each is what stands around it alone.
fn selected<'a>(
    item: &CompiledSelector,
    link: Option<&CompiledSelector>,
    page: &'a Page,
    problems: &mut Vec<Problem>,
) -> Vec<Block<'a>> {
    let elements = item.elements(page.html.root_element());
    if elements.is_empty() {
        problems.push(problem(
            "selector-matches-nothing",
            "the `item` selector matches nothing on the page".to_owned(),
            1,
        ));
    }
    let address = |anchor: ElementRef<'_>| {
        let mut url = page.resolve(anchor.attr("href")?)?;
        url.set_fragment(None);
        Some(String::from(url))
    };
    let mut links: Vec<Link<'a>> = Vec::new();
    let mut blocks = Vec::new();
    let mut linkless = 0;
    for el in elements {
        if el.value().name() == "a" && link.is_none() {
            match address(el) {
                Some(url) => {
                    links.push(Link { anchor: el, url, headline: is_headline(&text_of(el)) });
                }
                None => linkless += 1,
            }
            continue;
        }
        let anchor = match link {
            Some(link) => link.element(el).filter(|anchor| address(*anchor).is_some()),
            None => best_link(el, &address),
        };
        let chosen = link.and_then(|link| {
            link.value_by(el, |el, attribute| el.attr(attribute.unwrap_or("href")).map(str::to_owned))
        });
        let url = chosen.and_then(|href| page.resolve(&href).map(String::from)).or_else(|| address(anchor?));
        match (url, anchor) {
            (Some(url), anchor) => {
                let same =
                    |other: &ElementRef<'_>| other.value().name() == "a" && address(*other).as_ref() == Some(&url);
                let mut anchors: Vec<ElementRef<'a>> = el.descendent_elements().filter(same).collect();
                if anchors.is_empty() {
                    anchors.push(anchor.unwrap_or(el));
                }
                blocks.push(Block { elements: vec![el], anchors, url });
            }
            (None, _) => linkless += 1,
        }
    }
    if linkless > 0 {
        problems.push(problem("item-without-link", "items of the list have no link".to_owned(), linkless));
    }
    blocks.extend(around_links(&links));
    without_furniture(blocks)
}

/// Without the blocks that stand in most-read boxes and the like, where others do not: sites call the links of both alike.
fn without_furniture(mut blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let mut furniture = Furniture::default();
    let in_furniture: Vec<bool> = blocks.iter().map(|block| furniture.holds(block.elements[0])).collect();
    if in_furniture.contains(&false) {
        let mut at = 0;
        blocks.retain(|_| {
            at += 1;
            !in_furniture[at - 1]
        });
    }
    blocks
}

/// The link of an item: its first one with a text like a headline, else the first with an address.
fn best_link<'a>(el: ElementRef<'a>, address: &dyn Fn(ElementRef<'_>) -> Option<String>) -> Option<ElementRef<'a>> {
    let anchors = || el.descendent_elements().filter(|a| a.value().name() == "a" && address(*a).is_some());
    anchors().find(|a| is_headline(&text_of(*a))).or_else(|| anchors().next())
}

/// Blocks around links that a selector chose. Links of navigation that it chose as well are left out where they can be
/// told: a short text, no article around it.
fn around_links<'a>(links: &[Link<'a>]) -> Vec<Block<'a>> {
    let mut urls: Vec<&str> = Vec::new();
    let mut numbers = std::collections::HashMap::new();
    for link in links {
        numbers.entry(link.url.as_str()).or_insert_with(|| {
            urls.push(&link.url);
            urls.len() - 1
        });
    }
    let territories = Territories::of(links.iter().map(|link| (link.anchor, numbers[link.url.as_str()])));
    let mut blocks = Vec::new();
    for (number, url) in urls.iter().enumerate() {
        let own: Vec<&Link<'a>> = links.iter().filter(|link| numbers[link.url.as_str()] == number).collect();
        let main = own.iter().find(|link| link.headline).unwrap_or(&own[0]);
        let top = territories.block_of(main.anchor);
        let inside =
            |anchor: &ElementRef<'_>| anchor.id() == top.id() || anchor.ancestors().any(|up| up.id() == top.id());
        let anchors = own.iter().map(|link| link.anchor).filter(inside).collect();
        blocks.push(Block { elements: vec![top], anchors, url: (*url).to_owned() });
    }
    discover::widen(&mut blocks, &territories);
    blocks
}

/// The page with older items: where the selector says, else `rel=next`, else a link that is called so, else the number
/// behind the current one.
fn next_page(page: &Page, selector: Option<&CompiledSelector>) -> Option<String> {
    let other = |href: &str| {
        let url = page.resolve(href)?;
        let same = url.host_str() == page.address.host_str() && url != page.address;
        same.then(|| String::from(url))
    };
    if let Some(selector) = selector {
        let href = selector.value_by(page.html.root_element(), |el, attribute| {
            el.attr(attribute.unwrap_or("href")).map(str::to_owned)
        });
        return href.and_then(|href| other(&href));
    }
    let marked = page
        .all("link[rel~='next'][href], a[rel~='next'][href]")
        .into_iter()
        .chain(page.all("li.next a[href], a.next[href], a.next-page[href], a.nextpostslink[href]"));
    if let Some(next) = marked.filter_map(|el| el.attr("href")).find_map(other) {
        return Some(next);
    }
    const WORDS: [&str; 12] =
        ["»", "›", ">", ">>", "→", "sau", "tiếp", "trang sau", "trang tiếp", "tiếp theo", "trang tiếp theo", "next"];
    let mut by_number = None;
    let mut current: Option<u32> = None;
    for anchor in page.all("a[href], .active, .current, .selected, [aria-current]") {
        let text = text_of(anchor).to_lowercase();
        if text.len() > 24 {
            continue;
        }
        let href = anchor.attr("href");
        if let Some(next) = href.and_then(other) {
            if WORDS.contains(&text.trim_matches(['\u{a0}', ' ', '.'])) {
                return Some(next);
            }
            if let (Ok(number), None) = (text.parse::<u32>(), &by_number)
                && number == current.map_or(2, |current| current + 1)
            {
                by_number = Some(next);
                continue;
            }
        }
        if let Ok(number) = text.parse::<u32>()
            && href.and_then(other).is_none()
            && number < 10_000
        {
            current = Some(number);
        }
    }
    by_number
}
