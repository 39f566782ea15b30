//! Finding the element that holds an article's text, on a page of which nothing is known.
//!
//! The general case is left to `trafilatura`, in its mode that favours recall: on the 86 sample pages it alone has F1 0.969,
//! the next best crate without a trained model 0.943. It gives words; what is needed here are places: which paragraphs of
//! *our* tree it kept, so that pictures, captions and alignment are known. So its words become a set of four-word runs, and a
//! paragraph of the page counts as kept when most of its runs are in the set.
//!
//! Its rules were made for the newspapers of the West, though, and on a page of Báo Cần Thơ (January 2026) it takes the list
//! of other articles and leaves the text. So the page is also weighed, plainly: prose counts for an element, links and
//! scraps of text against it. The heaviest element alone would be a poor answer (F1 0.912), but it is never blind to a page
//! full of prose: where the first answer has next to no prose and the second has plenty, the second is taken.

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use xxhash_rust::xxh3::Xxh3;

use super::page::Page;
use super::parts::{self, Paragraph, Part};
use super::select::ArticleSelectors;

/// Words of a run. One word more and captions of a few words would not count, one less and phrases of menus would.
const RUN_WORDS: usize = 4;

/// Share of a paragraph's runs that must be among the kept ones.
const MIN_SHARE: f32 = 0.5;

/// Share of the kept text that the body element must hold. The rest are paragraphs taken from elsewhere by mistake.
const MIN_HELD: f32 = 0.85;

/// Kept text outside of the body that is put up with, up to a share: the imprint below a short article.
const STRAY_CHARS: f32 = 150.0;
const LEAST_HELD: f32 = 0.75;

/// Fewest characters of a paragraph of prose; teasers and captions are mostly shorter.
const MIN_PROSE_CHARS: usize = 80;

/// An answer with less prose than this, in characters, is doubted.
const LITTLE_PROSE: usize = 400;

/// How many times as much prose the heaviest element must have to be taken instead.
const MUCH_MORE: usize = 4;

/// What was found.
pub(crate) struct Body<'a> {
    /// The innermost element that holds nearly all of the text.
    pub(crate) element: ElementRef<'a>,
    /// What stands in it, noise and all; paragraphs know whether they are kept.
    pub(crate) parts: Vec<Part>,
}

/// Finds the body of the article; `None` where the page has no text to speak of. `tamed` is the page as it was parsed.
pub(crate) fn find<'a>(page: &'a Page, tamed: &str, rules: &ArticleSelectors) -> Option<Body<'a>> {
    let everything = parts::all_parts(page, rules);
    let small = page.html.root_element().descendent_elements().nth(MAX_ELEMENTS).is_none();
    let by_words = if small { by_words(page, &everything, tamed, rules) } else { None };
    let found = by_words.as_ref().map_or(0, |body| prose(&body.parts));
    if found >= LITTLE_PROSE {
        return by_words;
    }
    let by_weight = by_weight(page, &everything, rules);
    let more = by_weight.as_ref().map_or(0, |body| prose(&body.parts));
    if more > found * MUCH_MORE || by_words.is_none() { by_weight } else { by_words }
}

/// Most elements of a page that `trafilatura` is asked about; the largest sample has 1,600, and its time grows faster than
/// they do.
const MAX_ELEMENTS: usize = 20_000;

/// Characters of kept prose.
fn prose(parts: &[Part]) -> usize {
    let chars = |part: &Part| match part {
        Part::Text(text) if text.kept && unlinked(text) >= MIN_PROSE_CHARS => unlinked(text),
        _ => 0,
    };
    parts.iter().map(chars).sum()
}

fn unlinked(text: &Paragraph) -> usize {
    text.chars().saturating_sub(2 * text.linked_chars)
}

/// Adds `worth` to the element of a paragraph and to all around it.
fn count<N: Copy + Default + std::ops::AddAssign>(sums: &mut HashMap<NodeId, N>, page: &Page, at: NodeId, worth: N) {
    if let Some(at) = page.html.tree.get(at) {
        for node in std::iter::once(at).chain(at.ancestors()) {
            *sums.entry(node.id()).or_default() += worth;
        }
    }
}

/// The body by the words that `trafilatura` keeps.
fn by_words<'a>(page: &'a Page, everything: &[Part], tamed: &str, rules: &ArticleSelectors) -> Option<Body<'a>> {
    let kept = kept_runs(tamed);
    let mut held: HashMap<NodeId, usize> = HashMap::new();
    let mut total = 0;
    for part in everything {
        if let Part::Text(text) = part
            && text.chars() >= 20
            && is_kept(&text.line(), &kept)
        {
            // Lists of other articles beside a short text would draw the whole page in.
            total += unlinked(text);
            count(&mut held, page, text.at, unlinked(text));
        }
    }
    let total = total as f32;
    let least = (total * MIN_HELD).min((total - STRAY_CHARS).max(total * LEAST_HELD));
    let enough = |el: &ElementRef<'_>| held.get(&el.id()).is_some_and(|&held| held as f32 >= least);
    let mut element = page.first("body").filter(|_| total > 0.0)?;
    while let Some(inner) = element.child_elements().find(enough) {
        element = inner;
    }
    let mut parts = parts::parts(&[element], page, rules);
    parts.retain_mut(|part| match part {
        Part::Text(text) => {
            text.kept = is_kept(&text.line(), &kept);
            true
        }
        Part::Table { lines, .. } => is_kept(&lines.join(" "), &kept),
        Part::Picture(_) | Part::Embed { .. } => true,
    });
    Some(Body { element, parts })
}

/// The body by weight: the element in which prose outweighs links and scraps the most.
fn by_weight<'a>(page: &'a Page, everything: &[Part], rules: &ArticleSelectors) -> Option<Body<'a>> {
    let mut sums: HashMap<NodeId, i64> = HashMap::new();
    for part in everything {
        let Part::Text(text) = part else { continue };
        let (chars, linked) = (text.chars() as i64, text.linked_chars as i64);
        let weight = match chars {
            _ if chars - linked >= MIN_PROSE_CHARS as i64 => chars - 3 * linked,
            _ if linked * 2 > chars => -2 * linked - 30,
            _ => chars.min(40) - 40,
        };
        count(&mut sums, page, text.at, weight);
    }
    let elements = page.html.root_element().descendent_elements();
    // Of equal ones the last is the innermost.
    let (sum, mut element) =
        elements.filter_map(|el| Some((*sums.get(&el.id())?, el))).max_by(|(a, _), (b, _)| a.cmp(b))?;
    if sum <= 0 {
        return None;
    }
    // A paragraph is no body; what stands around it is.
    while matches!(
        element.value().name(),
        "p" | "li" | "span" | "strong" | "em" | "b" | "i" | "font" | "h1" | "h2" | "h3"
    ) {
        element = element.parent().and_then(ElementRef::wrap)?;
    }
    Some(Body { element, parts: parts::parts(&[element], page, rules) })
}

/// The runs of words of what `trafilatura` takes for the text of the page.
fn kept_runs(tamed: &str) -> HashSet<u64> {
    let mut options = trafilatura::Options::default();
    options.exclude_comments = true;
    options.focus = trafilatura::ExtractionFocus::FavorRecall;
    options.html_date_mode = trafilatura::HtmlDateMode::Disabled;
    let Ok(result) = trafilatura::extract(tamed, &options) else { return HashSet::new() };
    let mut kept = HashSet::new();
    let fragment = Html::parse_fragment(&result.content_html);
    let mut all = String::new();
    for text in fragment.root_element().text() {
        // A short line counts as a whole, a long one by its runs.
        runs(text, |run| {
            kept.insert(run);
        });
        all.push_str(text);
        all.push(' ');
    }
    runs(&all, |run| {
        kept.insert(run);
    });
    kept
}

/// Whether most of a paragraph is among the kept words. One shorter than a run has to be there as a whole.
fn is_kept(line: &str, kept: &HashSet<u64>) -> bool {
    let (mut all, mut found) = (0, 0);
    runs(line, |run| {
        all += 1;
        found += usize::from(kept.contains(&run));
    });
    all > 0 && found as f32 >= all as f32 * MIN_SHARE
}

/// Hashes of all runs of words of a text; a text shorter than a run is one.
fn runs(text: &str, mut each: impl FnMut(u64)) {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let hash = |run: &[&str]| {
        let mut hasher = Xxh3::new();
        for word in run {
            hasher.update(word.as_bytes());
            hasher.update(b" ");
        }
        hasher.digest()
    };
    if (1..RUN_WORDS).contains(&words.len()) {
        each(hash(&words));
    }
    for run in words.windows(RUN_WORDS) {
        each(hash(run));
    }
}
