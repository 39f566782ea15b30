//! What stands around the text of an article and belongs to it: its date, its lead, its author.

use std::sync::LazyLock;

use ego_tree::NodeId;
use scraper::ElementRef;
use url::Url;

use super::article::has_clock;
use super::fields::{beside_clock, is_date_line, is_publication_line, names_lead};
use super::habits::author_of;
use super::links::{is_article_shaped, is_headline};
use super::listing::read_date;
use super::meta::{Meta, is_name};
use super::page::{called, is_block, own_text, text_within};
use crate::dates::{self, Context};
use crate::model::LocalInstant;
use crate::text::{self, credit};

/// Of these, how many are near enough for a date below the text to be the article's.
const NEAR_SCOPES: usize = 2;

/// Elements around the body that are looked through, from the inside to the outside.
const MAX_SCOPES: usize = 6;

/// Elements between a date and the entry of a list that it stands in, and the most text of an entry, characters.
const MAX_ENTRY_DEPTH: usize = 4;
const MAX_ENTRY_CHARS: usize = 500;

/// What relative addresses are judged by: only their shape matters.
static ANYWHERE: LazyLock<Url> =
    LazyLock::new(|| Url::parse("http://page.invalid/").expect("this address is well-formed"));

/// Characters at the head of the body in which its date may stand, and how many make it likely that the text has begun.
const HEAD_CHARS: usize = 600;
const PROSE_CHARS: usize = 80;

/// The body of an article in its page.
pub(crate) struct Surroundings<'a> {
    /// The element that holds the text.
    pub(crate) container: ElementRef<'a>,
    /// The element that holds the headline, if one does.
    pub(crate) headline: Option<NodeId>,
}

impl<'a> Surroundings<'a> {
    /// The elements around the text, the innermost first. The last may be the whole page.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = ElementRef<'a>> {
        let container = self.container;
        std::iter::once(container)
            .chain(container.ancestors().filter_map(ElementRef::wrap))
            .take_while(|el| el.value().name() != "html")
            .take(MAX_SCOPES)
    }

    /// The elements of `scope` in the order of the page. Once a narrower scope holds the headline, only those behind it: in
    /// front of it stands what belongs to the site, its date of today for one.
    fn elements(&self, scope: ElementRef<'a>) -> impl Iterator<Item = ElementRef<'a>> {
        let headline = self.headline;
        let narrower =
            self.scopes().take_while(|narrower| *narrower != scope).any(|narrower| self.holds_headline(narrower));
        let whole = scope.value().name() == "body";
        let skip = move |el: &ElementRef<'_>| (whole || narrower) && Some(el.id()) != headline;
        scope.descendent_elements().skip_while(skip)
    }

    fn holds_headline(&self, scope: ElementRef<'_>) -> bool {
        let ancestors = |at| scope.tree().get(at).into_iter().flat_map(|at| std::iter::once(at).chain(at.ancestors()));
        self.headline.is_some_and(|at| ancestors(at).any(|up| up.id() == scope.id()))
    }

    /// Whether what an element says is of another article: it stands in an entry of a list, beside the headline that leads
    /// there.
    fn dates_another(&self, el: ElementRef<'_>, scope: ElementRef<'_>) -> bool {
        let leads_away = |around: ElementRef<'_>| {
            around.descendent_elements().take(60).filter(|inner| inner.value().name() == "a").any(|anchor| {
                let target = anchor.attr("href").and_then(|href| ANYWHERE.join(href.trim()).ok());
                target.is_some_and(|url| is_article_shaped(&url)) && is_headline(&text_within(anchor, 400))
            })
        };
        // Only as far as the entry: the article itself stands among such lists.
        el.ancestors()
            .filter_map(ElementRef::wrap)
            .take_while(|up| *up != scope && !self.holds_headline(*up))
            .take(MAX_ENTRY_DEPTH)
            .take_while(|up| text_within(*up, MAX_ENTRY_CHARS + 1).chars().count() <= MAX_ENTRY_CHARS)
            .any(leads_away)
    }

    fn is_inside(&self, el: ElementRef<'_>) -> bool {
        el != self.container && el.ancestors().any(|up| up.id() == self.container.id())
    }

    /// The visible date in the smallest scope that has one: the first below the headline, else the last above it; one that
    /// names a clock rather than one that does not.
    pub(crate) fn date(&self, cx: &Context) -> Option<LocalInstant> {
        self.scopes().find_map(|scope| self.date_in(scope, cx))
    }

    fn date_in(&self, scope: ElementRef<'a>, cx: &Context) -> Option<LocalInstant> {
        let (mut below, mut read, mut behind_text) = (!self.holds_headline(scope), 0, false);
        let is_near = self.scopes().take(NEAR_SCOPES).any(|near| near == scope);
        let (mut before, mut behind): (Option<LocalInstant>, Option<LocalInstant>) = (None, None);
        for el in self.elements(scope) {
            below |= Some(el.id()) == self.headline;
            let own = own_text(el);
            // Behind the text and farther from it stand the dates of other articles, of comments, of the site itself.
            behind_text |= el == self.container;
            if behind_text && !is_near && !self.is_inside(el) && el != self.container {
                break;
            }
            let is_text = self.is_inside(el) && read >= PROSE_CHARS;
            if self.is_inside(el) {
                // The head of the body may hold the date, its paragraphs do not.
                read += own.trim().chars().count();
                if read > HEAD_CHARS {
                    break;
                }
            }
            let is_date = if is_text { is_publication_line } else { is_date_line };
            let Some(at) = date_of(el, &own, is_date, cx).filter(|_| !self.dates_another(el, scope)) else { continue };
            match below {
                true => behind = behind.filter(|known| has_clock(*known) || !has_clock(at)).or(Some(at)),
                false => before = before.filter(|known| has_clock(*known) && !has_clock(at)).or(Some(at)),
            }
        }
        behind.or(before)
    }

    /// The lead above the body: an element between headline and body that is called so, or that says what the page's
    /// description says.
    pub(crate) fn lead(&self, title: Option<&str>, meta: &Meta) -> Option<String> {
        let description = meta.description.as_deref().filter(|line| line.chars().count() >= 60).map(text::folded);
        for scope in self.scopes().skip(1) {
            for el in self.elements(scope).take_while(|el| *el != self.container) {
                let around = self.container.ancestors().any(|up| up.id() == el.id());
                if around || matches!(el.value().name(), "a" | "ul" | "h1" | "figure" | "img") {
                    continue;
                }
                let named = names_lead(&called(el));
                if !named && own_text(el).trim().len() < 10 {
                    continue;
                }
                let line = text_within(el, 4_000);
                if is_lead(&line, title)
                    && !in_figure(el)
                    && (named
                        || description.as_ref().is_some_and(|said| text::folded(&line).starts_with(said.as_str())))
                {
                    return Some(line);
                }
            }
        }
        None
    }

    /// The date in an element that is called so right above the headline, where the site's own date of today may stand too:
    /// only for what another date of the page confirms.
    pub(crate) fn date_above(&self, cx: &Context) -> Option<LocalInstant> {
        let headline = self.headline.and_then(|at| self.container.tree().get(at)).and_then(ElementRef::wrap)?;
        let around = std::iter::once(headline).chain(headline.ancestors().filter_map(ElementRef::wrap)).take(2);
        around.flat_map(|el| el.prev_siblings().filter_map(ElementRef::wrap).take(3)).find_map(|el| {
            let called = called(el);
            let says_so = el.value().name() == "time"
                || ["date", "time", "ngay", "publish"].iter().any(|word| called.contains(word));
            date_of(el, &own_text(el), is_date_line, cx).filter(|_| says_so)
        })
    }

    /// The outlet that a line right beside the text credits: `Nguồn tin: Đài PT-TH tỉnh`.
    pub(crate) fn credit(&self) -> Option<String> {
        for scope in self.scopes().take(NEAR_SCOPES + 1) {
            for el in self.elements(scope).filter(|el| *el != self.container && !self.is_inside(*el)) {
                if el.value().name() == "a" || holds_blocks(el) {
                    continue;
                }
                let line = text_within(el, 200);
                let announced = line.split_once(':').is_some_and(|(head, _)| {
                    let head = text::stripped(&text::folded(head));
                    head.starts_with("nguon") && head.chars().count() <= 20
                });
                if announced
                    && line.chars().count() <= 120
                    && let Some(credit) = credit::read(&line)
                {
                    return Some(credit.outlet);
                }
            }
        }
        None
    }

    /// The author, named in an element that is called so, or in a line that says so.
    pub(crate) fn author(&self) -> Option<String> {
        const NAMES: [&str; 6] = ["author", "tacgia", "tac-gia", "tac_gia", "butdanh", "byline"];
        for scope in self.scopes() {
            for el in self.elements(scope).filter(|el| *el != self.container) {
                let called = called(el);
                let named = NAMES.iter().any(|name| called.contains(name));
                // By-lines inside of the body have been taken from its text. A line is that of one paragraph.
                if !named && (self.is_inside(el) || holds_blocks(el)) {
                    continue;
                }
                let line = text_within(el, 200);
                if !(2..=100).contains(&line.chars().count()) {
                    continue;
                }
                if let Some(author) = author_of(&line) {
                    return Some(author);
                }
                if named && looks_like_name(&line) {
                    return Some(line);
                }
            }
        }
        None
    }
}

/// The date that an element states, if it is the one of the article and not today's.
fn date_of(el: ElementRef<'_>, own: &str, is_date: fn(&str, &Context) -> bool, cx: &Context) -> Option<LocalInstant> {
    const TODAY: [&str; 6] = ["today", "datenow", "current", "hientai", "homnay", "clock"];
    if let Some(at) = el.attr("datetime").and_then(|raw| dates::parse(raw, cx)) {
        return Some(at);
    }
    if own.trim().is_empty() || el.value().name() == "a" || TODAY.iter().any(|word| called(el).contains(word)) {
        return None;
    }
    let line = text_within(el, 400);
    let line = if line.chars().count() > 120 { text::clean_line(own).into_owned() } else { line };
    if !is_date(&line, cx) {
        return None;
    }
    let with_clock = beside_clock(el, &line).and_then(|line| read_date(&line, cx));
    with_clock.or_else(|| read_date(&line, cx))
}

/// Whether a line may be a lead: a sentence, and not headline and date in one box.
fn is_lead(line: &str, title: Option<&str>) -> bool {
    (40..=1_500).contains(&line.chars().count())
        && line.ends_with(['.', '!', '?', '…', '"', '”', '\'', '’', ')'])
        && !line.ends_with("...")
        && title.is_none_or(|title| !line.contains(title))
}

/// Whether an element holds paragraphs or boxes.
fn holds_blocks(el: ElementRef<'_>) -> bool {
    el.descendent_elements().any(|inner| inner != el && is_block(inner.value().name()))
}

fn in_figure(el: ElementRef<'_>) -> bool {
    el.ancestors().filter_map(ElementRef::wrap).any(|up| up.value().name() == "figure")
}

/// A few words, each with a capital, and no others.
fn looks_like_name(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    is_name(line)
        && words.len() <= 6
        && !line.contains([':', '|', '/', '?', '!', '+'])
        && !line.bytes().any(|b| b.is_ascii_digit())
        && words.iter().all(|word| word.chars().next().is_some_and(|first| !first.is_lowercase()))
}
