//! Selectors as `feeds.toml` and profiles write them: CSS, with `@` for attributes, several to try in order.
//!
//! | written | means |
//! |---|---|
//! | `.PostDate` | the text of the first element that matches |
//! | `time@datetime` | that attribute of the first element that matches and has it |
//! | `@href` | an attribute of the item's own element |
//! | `.date, time@datetime` | the first of these that gives something, in the order written |
//!
//! For `item` and for `body`, `remove`, `caption` the parts of a list are not tried in order: all that match count.

use std::collections::BTreeMap;

use scraper::{ElementRef, Selector};

use super::page::text_of;
use crate::text;

/// The keys of `[source.html]` that are selectors for the listing.
pub const LISTING_KEYS: [&str; 7] = ["item", "link", "title", "date", "lead", "image", "next"];

/// The keys of `article = { … }` in `[source.html]`.
pub const ARTICLE_KEYS: [&str; 9] = ["title", "lead", "body", "date", "author", "credit", "image", "caption", "remove"];

/// Longest value, bytes; the longest of any profile has 160.
const MAX_BYTES: usize = 1000;

/// Most `(` of a value: the parser goes one call deeper for each.
const MAX_BRACKETS: usize = 32;

/// How to read the listing of one site, and its article pages.
#[derive(Debug, Clone, Default)]
pub struct Selectors {
    /// The element around each article of the list; without it the list is found by itself.
    pub item: Option<CompiledSelector>,
    /// Inside of an item: its address. Default: the first link with a text, else the first link.
    pub link: Option<CompiledSelector>,
    /// Inside of an item.
    pub title: Option<CompiledSelector>,
    /// Inside of an item.
    pub date: Option<CompiledSelector>,
    /// Inside of an item.
    pub lead: Option<CompiledSelector>,
    /// Inside of an item.
    pub image: Option<CompiledSelector>,
    /// The next page of the listing.
    pub next: Option<CompiledSelector>,
    /// For the article pages; `None`: by themselves.
    pub article: Option<ArticleSelectors>,
}

/// How to read the article pages of one site; what is missing is found by itself.
#[derive(Debug, Clone, Default)]
pub struct ArticleSelectors {
    /// The headline.
    pub title: Option<CompiledSelector>,
    /// The element, or elements, that hold the text.
    pub body: Option<CompiledSelector>,
    /// The date of publication.
    pub date: Option<CompiledSelector>,
    /// The lead, where it is not part of the body.
    pub lead: Option<CompiledSelector>,
    /// Who wrote it.
    pub author: Option<CompiledSelector>,
    /// The line that credits another outlet.
    pub credit: Option<CompiledSelector>,
    /// Pictures that stand outside of the body.
    pub image: Option<CompiledSelector>,
    /// Elements of the body that are captions of the picture before them.
    pub caption: Option<CompiledSelector>,
    /// Elements of the body that are no text of the article.
    pub remove: Option<CompiledSelector>,
}

/// A selector value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("selector `{key}`: `{value}` {reason}")]
pub struct SelectorError {
    /// The key it was given for: `date`, `article.body`.
    pub key: String,
    /// As written.
    pub value: String,
    /// The rest of the sentence: where it goes wrong and how.
    pub reason: String,
}

impl Selectors {
    /// Compiles selectors from their keys, those of the listing and those of the article page.
    ///
    /// # Errors
    ///
    /// Every value that is no selector and every key that is none of [`LISTING_KEYS`] and [`ARTICLE_KEYS`], all at once.
    pub fn compile(
        listing: &BTreeMap<String, String>,
        article: &BTreeMap<String, String>,
    ) -> Result<Self, Vec<SelectorError>> {
        let mut errors = Vec::new();
        let mut selectors = Self::default();
        for (key, value) in listing {
            let compiled = compile(key, value, &mut errors);
            match key.as_str() {
                "item" => selectors.item = compiled,
                "link" => selectors.link = compiled,
                "title" => selectors.title = compiled,
                "date" => selectors.date = compiled,
                "lead" => selectors.lead = compiled,
                "image" => selectors.image = compiled,
                "next" => selectors.next = compiled,
                _ => errors.push(unknown(key, value, &LISTING_KEYS)),
            }
        }
        if !article.is_empty() {
            let mut rules = ArticleSelectors::default();
            for (key, value) in article {
                let compiled = compile(&format!("article.{key}"), value, &mut errors);
                match key.as_str() {
                    "title" => rules.title = compiled,
                    "body" => rules.body = compiled,
                    "date" => rules.date = compiled,
                    "lead" => rules.lead = compiled,
                    "author" => rules.author = compiled,
                    "credit" => rules.credit = compiled,
                    "image" => rules.image = compiled,
                    "caption" => rules.caption = compiled,
                    "remove" => rules.remove = compiled,
                    _ => errors.push(unknown(&format!("article.{key}"), value, &ARTICLE_KEYS)),
                }
            }
            selectors.article = Some(rules);
        }
        if errors.is_empty() { Ok(selectors) } else { Err(errors) }
    }
}

fn compile(key: &str, value: &str, errors: &mut Vec<SelectorError>) -> Option<CompiledSelector> {
    CompiledSelector::parse(value)
        .map_err(|reason| errors.push(SelectorError { key: key.to_owned(), value: value.to_owned(), reason }))
        .ok()
}

fn unknown(key: &str, value: &str, known: &[&str]) -> SelectorError {
    let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
    SelectorError {
        key: key.to_owned(),
        value: value.to_owned(),
        reason: format!("is given for an unknown key, expected one of {}", known.join(", ")),
    }
}

/// Tells whether `value` is a selector, for those who only check.
///
/// # Errors
///
/// The rest of a sentence that began with the value, such as ``is no selector from character 7 on: …``.
pub fn check(value: &str) -> Result<(), String> {
    CompiledSelector::parse(value).map(drop)
}

/// One value of `[source.html]`, ready for use.
#[derive(Debug, Clone)]
pub struct CompiledSelector {
    alternatives: Vec<Alternative>,
}

#[derive(Debug, Clone)]
struct Alternative {
    /// `None`: the element itself.
    css: Option<Selector>,
    /// `None`: the text.
    attribute: Option<String>,
}

impl CompiledSelector {
    /// Compiles one value.
    ///
    /// # Errors
    ///
    /// The rest of a sentence that began with the value: where it goes wrong (characters count from 1) and how.
    pub fn parse(value: &str) -> Result<Self, String> {
        if value.len() > MAX_BYTES {
            return Err(format!("is {} bytes long, expected at most {MAX_BYTES}", value.len()));
        }
        if value.bytes().filter(|&b| b == b'(').count() > MAX_BRACKETS {
            return Err(format!("has more than {MAX_BRACKETS} brackets"));
        }
        let mut alternatives = Vec::new();
        for (start, part) in split_list(value) {
            let (css, attribute) = match split_attribute(part) {
                Some((css, attribute)) => (css, Some(attribute)),
                None => (part, None),
            };
            let position = |offset: usize| value[..start + offset].chars().count() + 1;
            if let Some(name) = attribute
                && (name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b)))
            {
                return Err(format!(
                    "has no attribute name behind the `@` at character {}, expected one such as `@href`",
                    position(css.len())
                ));
            }
            let trimmed = css.trim();
            if trimmed.is_empty() && attribute.is_none() {
                return Err(format!("is empty at character {}, expected a selector such as `.date`", position(0)));
            }
            let lead = css.len() - css.trim_start().len();
            let css = match trimmed {
                "" => None,
                css => Some(Selector::parse(css).map_err(|_| {
                    let fault = fault(css);
                    let (place, rest) = (position(lead + fault), css[fault..].trim_start());
                    format!("is no selector from character {place} on: `{rest}`")
                })?),
            };
            alternatives.push(Alternative { css, attribute: attribute.map(str::to_ascii_lowercase) });
        }
        Ok(Self { alternatives })
    }

    /// All elements below `scope` that match any alternative, in document order.
    pub(crate) fn elements<'a>(&self, scope: ElementRef<'a>) -> Vec<ElementRef<'a>> {
        match &self.alternatives[..] {
            [Alternative { css: Some(css), .. }] => scope.select(css).collect(),
            alternatives => scope
                .descendent_elements()
                .filter(|el| *el != scope)
                .filter(|el| alternatives.iter().any(|one| one.css.as_ref().is_some_and(|css| css.matches(el))))
                .collect(),
        }
    }

    /// The first element that matches an alternative, tried in order.
    pub(crate) fn element<'a>(&self, scope: ElementRef<'a>) -> Option<ElementRef<'a>> {
        self.alternatives.iter().find_map(|one| match &one.css {
            Some(css) => scope.select(css).next(),
            None => Some(scope),
        })
    }

    /// Whether `el` matches any alternative.
    pub(crate) fn matches(&self, el: ElementRef<'_>) -> bool {
        self.alternatives.iter().any(|one| one.css.as_ref().is_some_and(|css| css.matches(&el)))
    }

    /// The first value that is not blank, as one line: alternatives in order, elements in document order.
    pub(crate) fn value(&self, scope: ElementRef<'_>) -> Option<String> {
        self.value_by(scope, |el, attribute| match attribute {
            Some(attribute) => Some(text::clean_line(el.attr(attribute)?).into_owned()),
            None => Some(text_of(el)),
        })
    }

    /// The first value that `read` makes of an element and the attribute asked for; blank ones do not count.
    pub(crate) fn value_by(
        &self,
        scope: ElementRef<'_>,
        read: impl Fn(ElementRef<'_>, Option<&str>) -> Option<String>,
    ) -> Option<String> {
        let read = |el, one: &Alternative| read(el, one.attribute.as_deref()).filter(|value| !value.is_empty());
        self.alternatives.iter().find_map(|one| match &one.css {
            Some(css) => scope.select(css).find_map(|el| read(el, one)),
            None => read(scope, one),
        })
    }
}

/// Splits at commas outside of brackets and quotes; each part with where it starts.
fn split_list(value: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0usize, None, false);
    for (i, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '"' | '\'' => quote = Some(c),
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push((start, &value[start..i]));
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push((start, &value[start..]));
    parts
}

/// Splits `css@attribute`; an `@` inside of brackets or quotes is part of the selector.
fn split_attribute(part: &str) -> Option<(&str, &str)> {
    let at = part.rfind('@')?;
    let behind = &part[at + 1..];
    (!behind.contains([']', ')', '"', '\''])).then(|| (&part[..at], behind.trim()))
}

/// The byte at which `css`, which is no selector, goes wrong: where its longest beginning that is one ends.
fn fault(css: &str) -> usize {
    let ends = css.char_indices().map(|(i, _)| i).rev();
    ends.take(256).find(|&end| end > 0 && Selector::parse(&css[..end]).is_ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::super::page::Page;
    use super::*;

    const BLOCK: &str = "<div class=item><a class=pic href=/a.html><img data-src=/a.jpg></a>
        <a class=title href=/a.html title='Tên đầy đủ'>Tên</a><time datetime='2026-03-02T08:00:00+07:00'></time>
        <span class=d>2/3/2026</span></div>";

    #[track_caller]
    fn value(selector: &str, expected: Option<&str>) {
        let page = Page::parse(BLOCK, &Url::parse("https://a.example/").unwrap());
        let item = page.first(".item").unwrap();
        let compiled = CompiledSelector::parse(selector).unwrap();
        assert_eq!(compiled.value(item).as_deref(), expected, "{selector}");
    }

    #[track_caller]
    fn error(selector: &str, expected: &str) {
        assert_eq!(CompiledSelector::parse(selector).map(drop).unwrap_err(), expected);
    }

    #[test]
    fn gives_text_or_an_attribute() {
        value("a.title", Some("Tên"));
        value("a.title@title", Some("Tên đầy đủ"));
        value("time@datetime", Some("2026-03-02T08:00:00+07:00"));
        value("@class", Some("item"));
        value("a[href='/a@b']@x", None);
    }

    #[test]
    fn tries_alternatives_in_the_order_written() {
        value("time, .d", Some("2/3/2026"));
        value(".missing, .d, time@datetime", Some("2/3/2026"));
        value("time@datetime, .d", Some("2026-03-02T08:00:00+07:00"));
    }

    #[test]
    fn a_comma_or_at_sign_inside_of_brackets_divides_nothing() {
        value("a:not(.pic, .x)@title", Some("Tên đầy đủ"));
        value("a[title='Tên đầy đủ']", Some("Tên"));
    }

    #[test]
    fn errors_say_where_and_how() {
        error("a > > b", "is no selector from character 3 on: `> > b`");
        error("img@", "has no attribute name behind the `@` at character 4, expected one such as `@href`");
        error(".a, ", "is empty at character 4, expected a selector such as `.date`");
        error("", "is empty at character 1, expected a selector such as `.date`");
        error(".ngày, ..x", "is no selector from character 8 on: `..x`");
    }

    #[test]
    fn compiling_reports_every_bad_value_at_once() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let errors =
            Selectors::compile(&map(&[("item", "li[[")]), &map(&[("body", "#a"), ("date", "b >"), ("bdoy", "#b")]))
                .unwrap_err();
        let keys: Vec<&str> = errors.iter().map(|error| error.key.as_str()).collect();
        assert_eq!(keys, ["item", "article.bdoy", "article.date"]);
        assert!(errors[1].to_string().contains("expected one of `title`, `lead`"), "{}", errors[1]);
    }

    #[test]
    fn an_item_may_be_any_of_several_and_comes_in_document_order() {
        let page = Page::parse("<p class=b>1</p><p class=a>2</p><p>3</p>", &Url::parse("https://a.example/").unwrap());
        let items = CompiledSelector::parse(".a, .b").unwrap().elements(page.html.root_element());
        assert_eq!(items.into_iter().map(text_of).collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn an_endless_value_is_refused_in_good_time() {
        assert!(CompiledSelector::parse(&"a>".repeat(50_000)).is_err());
        assert!(CompiledSelector::parse(&":not(".repeat(5_000)).is_err());
    }
}
