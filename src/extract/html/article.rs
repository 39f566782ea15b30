//! An article page: its title, text, date, pictures with captions, and who is credited.

use chrono::{NaiveTime, Timelike};
use ego_tree::NodeId;
use scraper::ElementRef;
use url::Url;

use super::around::Surroundings;
use super::body;
use super::fields;
use super::habits;
use super::headline;
use super::links;
use super::listing::{escape, read_date};
use super::meta::{Meta, is_name, meta};
use super::page::{Page, image_address, text_within};
use super::parts::{self, Part};
use super::select::{ArticleSelectors, CompiledSelector};
use super::tame::tame;
use crate::dates::{self, Context};
use crate::model::{DateFrom, Image, Instant, LocalInstant, Person, Problem, RawItem};
use crate::text;

/// What is known of an article before its page is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArticleHint {
    /// Its title in the listing.
    pub title: Option<String>,
    /// Its date in the listing.
    pub published: Option<LocalInstant>,
    /// `Last-Modified` of its page.
    pub last_modified: Option<Instant>,
}

/// What an article page gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Article {
    /// Plain text.
    pub title: Option<String>,
    /// Plain text: the paragraph that stands out above the body, where there is one.
    pub lead: Option<String>,
    /// Plain text: lead and body, paragraphs separated by a line break; no captions, credits or noise. Empty if none was found.
    pub text: String,
    /// The same as HTML, with pictures and captions in their places. Addresses are absolute; not sanitised.
    pub content_html: String,
    /// First publication.
    pub published: Option<LocalInstant>,
    /// Last change, where the page says so and it is later.
    pub updated: Option<LocalInstant>,
    /// Where `published` was found.
    pub date_from: Option<DateFrom>,
    /// In the order of the page.
    pub authors: Vec<Person>,
    /// The outlet that a credit line names, without the words around it.
    pub credit: Option<String>,
    /// In the order of the page.
    pub images: Vec<Image>,
    /// `rel=canonical`, absolute.
    pub canonical: Option<String>,
    /// BCP 47 tag of the page.
    pub language: Option<String>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Article {
    /// The article as an item at `link`.
    pub fn into_item(self, link: Option<String>) -> RawItem {
        RawItem {
            link,
            title: self.title,
            published: self.published,
            updated: self.updated,
            date_from: self.date_from,
            authors: self.authors,
            summary: self.lead.as_deref().map(escape),
            content: Some(self.content_html).filter(|html| !html.is_empty()),
            text: Some(self.text).filter(|text| !text.is_empty()),
            images: self.images,
            credit: self.credit,
            language: self.language,
            canonical: self.canonical,
            ..RawItem::default()
        }
    }
}

/// Reads the page of one article, served from `base`.
///
/// What `how` selects is read where it says; the rest is found by itself. The date is taken from, in this order: what
/// `how.date` selects, the page's meta data, its visible date (the one that names a clock, if both name the same day), the
/// hint's listing, the address, the dateline of the text, `Last-Modified`.
pub fn article(html: &str, base: &Url, how: Option<&ArticleSelectors>, cx: &Context, hint: &ArticleHint) -> Article {
    let tamed = tame(html);
    let page = Page::parse_tamed(&tamed, base);
    let by_itself = ArticleSelectors::default();
    let how = how.unwrap_or(&by_itself);
    let meta = meta(&page);
    let root = page.html.root_element();
    let selected: Vec<ElementRef<'_>> =
        how.body.as_ref().map(|body| outermost(body.elements(root))).unwrap_or_default();
    let mut problems = Vec::new();
    if how.body.is_some() && selected.is_empty() {
        problems.push(problem("selector-matches-nothing", "the `body` selector matches nothing on the page"));
    }
    let (container, parts) = if selected.is_empty() {
        body::find(&page, &tamed, how).map_or((None, Vec::new()), |found| (Some(found.element), found.parts))
    } else {
        (selected.first().copied(), parts::parts(&selected, &page, how))
    };
    let value = |selector: &Option<CompiledSelector>| selector.as_ref().and_then(|selector| selector.value(root));
    let headline = headline::headline(&page, &meta, text_start(&parts), hint);
    let parts = below_headline(parts, headline.at);
    let title = value(&how.title).or(headline.title).or_else(|| first_line(&parts));
    let surroundings = container.map(|container| Surroundings { container, headline: headline.at });
    let near = |selector: &Option<CompiledSelector>| {
        let selector = selector.as_ref()?;
        surroundings
            .as_ref()
            .and_then(|around| around.scopes().find_map(|scope| selector.value(scope)))
            .or_else(|| selector.value(root))
    };
    let mut lead = near(&how.lead).or_else(|| surroundings.as_ref()?.lead(title.as_deref(), &meta));
    let mut made = habits::make(parts, title.as_deref(), &page, cx);
    // "(CTO) - Ngày 8-1, …" begins the lead as it begins a text.
    let credited = lead.as_mut().and_then(habits::take_dateline);
    made.credit = made.credit.or(credited);
    lead = lead.filter(|lead| !lead.is_empty());
    // A lead that the body begins with is not said twice.
    if let Some(first) = made.lines.first()
        && lead.as_ref().is_some_and(|lead| same_words(lead, first))
    {
        lead = made.lines.first().cloned();
    }
    let says_it = |line: &String, lead: &str| same_words(line, lead) || line.contains(lead);
    let lead_outside = lead.as_ref().filter(|lead| !made.lines.iter().take(4).any(|line| says_it(line, lead)));
    let mut lines: Vec<String> = lead_outside.cloned().into_iter().chain(made.lines.iter().cloned()).collect();
    lines.retain(|line| !line.is_empty());
    let text = lines.join("\n");
    if let Some(lead) = lead_outside {
        made.html.insert_str(0, &format!("<p>{}</p>\n", escape(lead)));
    }
    if text.is_empty() {
        problems.push(problem("no-text", "the page has no text that could be recognised as an article"));
    }
    if let Some(image) = &how.image {
        add_pictures(image, &page, &mut made);
    }
    let around = || surroundings.as_ref().and_then(|surroundings| surroundings.credit());
    let credit = near(&how.credit).and_then(|line| habits::credit_of(&line)).or(made.credit).or_else(around);
    let beside = || surroundings.as_ref().and_then(|surroundings| surroundings.author());
    let authors = authors(near(&how.author), made.author.or_else(beside), &meta);
    let below = made.dated_below.as_deref();
    let dates = Dates { cx, how, page: &page, meta: &meta, surroundings: surroundings.as_ref(), below, hint };
    let (published, date_from) = dates.published(&text).unzip();
    let updated =
        meta.modified.iter().find_map(|raw| dates::parse(raw, cx)).filter(|at| published.is_some_and(|p| *at > p));
    Article {
        title,
        lead,
        text,
        content_html: made.html,
        published,
        updated,
        date_from,
        authors,
        credit,
        images: made.images,
        canonical: meta.canonical.clone(),
        language: page.language(),
        problems,
    }
}

fn problem(code: &str, message: &str) -> Problem {
    Problem { code: code.to_owned(), message: message.to_owned(), count: 1 }
}

/// Puts pictures from outside of the body in front of it.
fn add_pictures(selector: &CompiledSelector, page: &Page, made: &mut habits::Made) {
    let address = selector.value_by(page.html.root_element(), |el, attribute| match attribute {
        Some(attribute) => page.resolve(el.attr(attribute)?).map(String::from),
        None => image_address(el, page),
    });
    if let Some(url) = address.filter(|url| !made.images.iter().any(|image| image.url == *url)) {
        made.html.insert_str(0, &format!("<figure><img src=\"{}\" alt=\"\"></figure>\n", escape(&url)));
        made.images.insert(0, Image { url, caption: None });
    }
}

/// Where the text begins: its first paragraph that is too long for a headline.
fn text_start(parts: &[Part]) -> Option<NodeId> {
    let texts = || parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
    let first = |chars: usize| texts().find(|text| text.kept && text.chars() >= chars).map(|text| text.at);
    first(120).or_else(|| first(60)).or_else(|| first(1))
}

/// Without the lines above the headline, where it stands among the parts and no text above it: the name of the site on a page
/// for printers.
fn below_headline(mut parts: Vec<Part>, headline: Option<NodeId>) -> Vec<Part> {
    let is_headline = |part: &Part| matches!(part, Part::Text(text) if Some(text.at) == headline);
    let is_text = |part: &Part| matches!(part, Part::Text(text) if text.chars() >= 80);
    let Some(at) = parts.iter().position(is_headline).filter(|at| !parts[..*at].iter().any(is_text)) else {
        return parts;
    };
    let mut number = 0;
    parts.retain(|part| {
        number += 1;
        number > at || !matches!(part, Part::Text(_))
    });
    parts
}

/// The headline of a page that marks none: a first line that stands above the text and ends in no full stop.
fn first_line(parts: &[Part]) -> Option<String> {
    let first = parts.iter().find_map(|part| if let Part::Text(text) = part { Some(text) } else { None })?;
    let line = first.lines.first()?;
    let ends = line.ends_with(['.', '!', ';', ':', ',']);
    let followed = parts.iter().any(|part| matches!(part, Part::Text(text) if text.chars() >= 120));
    let is = links::is_headline(line) && line.chars().count() <= 150 && !ends && !first.is_links() && followed;
    is.then(|| line.clone())
}

/// Without the elements that stand inside of others.
fn outermost(elements: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let ids: Vec<_> = elements.iter().map(|el| el.id()).collect();
    elements.into_iter().filter(|el| !el.ancestors().any(|up| ids.contains(&up.id()))).collect()
}

/// Whether two lines say the same, whatever their case, spelling and punctuation.
pub(crate) fn same_words(a: &str, b: &str) -> bool {
    a == b || {
        let (a, b) = (text::folded(a), text::folded(b));
        text::syllables(&a).eq(text::syllables(&b))
    }
}

fn authors(selected: Option<String>, by_line: Option<String>, meta: &Meta) -> Vec<Person> {
    let mut names: Vec<String> = Vec::new();
    match (selected, by_line) {
        // Where the system says "admin", the by-line of the text knows better.
        (Some(selected), by_line) if is_name(&selected) || by_line.is_none() => {
            names.extend(habits::author_of(&selected).or(Some(selected)));
        }
        (_, Some(by_line)) => names.push(by_line),
        (_, None) => names.extend(meta.authors.iter().cloned()),
    }
    names.into_iter().filter(|name| is_name(name)).map(|name| Person { name, ..Person::default() }).collect()
}

/// The search for the date.
struct Dates<'a> {
    cx: &'a Context,
    how: &'a ArticleSelectors,
    page: &'a Page,
    meta: &'a Meta,
    surroundings: Option<&'a Surroundings<'a>>,
    /// The date line that was taken off the end of the text.
    below: Option<&'a str>,
    hint: &'a ArticleHint,
}

impl Dates<'_> {
    fn published(&self, text: &str) -> Option<(LocalInstant, DateFrom)> {
        let cx = self.cx;
        let root = self.page.html.root_element();
        let raw_date = |el: ElementRef<'_>, attribute: Option<&str>| {
            let raw = match attribute {
                Some(attribute) => el.attr(attribute)?.to_owned(),
                None => text_within(el, 1000),
            };
            read_date(&raw, cx).map(|_| fields::beside_clock(el, &raw).unwrap_or(raw))
        };
        // The nearest to the text: the head of the page may have one that is called the same.
        let selected = self.how.date.as_ref().and_then(|selector| {
            let around = self.surroundings.into_iter().flat_map(Surroundings::scopes);
            around.chain([root]).find_map(|scope| selector.value_by(scope, raw_date))
        });
        let below = || self.below.and_then(|line| read_date(line, cx));
        let seen = selected.and_then(|raw| read_date(&raw, cx)).or_else(|| self.surroundings?.date(cx)).or_else(below);
        let said = self.meta.published.iter().find_map(|raw| dates::parse(raw, cx));
        let listed = self.hint.published;
        let first = match (said, seen) {
            // Many say the day in their meta data and the minute on the page.
            (Some(said), Some(seen)) if !has_clock(said) && has_clock(seen) && same_day(said, seen) => {
                Some((seen, DateFrom::Page))
            }
            (Some(said), None) if !has_clock(said) => {
                let above = self.surroundings.and_then(|around| around.date_above(cx));
                let above = above.filter(|above| has_clock(*above) && same_day(said, *above));
                above.map(|above| (above, DateFrom::Page)).or(Some((said, DateFrom::Meta)))
            }
            (Some(said), _) if self.how.date.is_none() || seen.is_none() => Some((said, DateFrom::Meta)),
            (_, Some(seen)) => Some((seen, DateFrom::Page)),
            (said, None) => said.map(|said| (said, DateFrom::Meta)),
        };
        let first = match (first, listed) {
            (Some((at, _)), Some(listed)) if !has_clock(at) && has_clock(listed) && same_day(at, listed) => {
                Some((listed, DateFrom::Listing))
            }
            (Some(first), _) => Some(first),
            (None, listed) => listed.map(|listed| (listed, DateFrom::Listing)),
        };
        let url = || dates::from_url(self.page.address.as_str(), cx).map(|at| (at, DateFrom::Url));
        let modified = self.hint.last_modified.map(|at| at.with_timezone(&cx.zone).fixed_offset());
        let dateline = || dates::from_dateline(text, cx, modified).map(|at| (at, DateFrom::Dateline));
        first.or_else(url).or_else(dateline).or_else(|| modified.map(|at| (at, DateFrom::LastModified)))
    }
}

/// Whether a date names a time of day. Midnight is what a date without one is read as.
pub(crate) fn has_clock(at: LocalInstant) -> bool {
    at.time().with_nanosecond(0) != Some(NaiveTime::MIN)
}

fn same_day(a: LocalInstant, b: LocalInstant) -> bool {
    a.date_naive() == b.with_timezone(a.offset()).date_naive()
}

/// The text of a part as one line, for comparing.
pub(crate) fn part_line(part: &Part) -> String {
    match part {
        Part::Text(paragraph) => paragraph.line(),
        Part::Table { lines, .. } => lines.join(" "),
        Part::Picture(_) | Part::Embed { .. } => String::new(),
    }
}
