//! The headline of an article page.

use ego_tree::NodeId;

use super::article::ArticleHint;
use super::links::Furniture;
use super::meta::Meta;
use super::page::{Page, called, is_hidden, text_within};
use crate::text;

/// Longest headline believed, characters.
const MAX_CHARS: usize = 300;

/// Fewest points of an element that is believed to be the headline: those of an `h2`, or of one called a title above the text.
const MIN_POINTS: i32 = 2;

/// The headline, and where it stands.
#[derive(Debug, Default)]
pub(crate) struct Headline {
    pub(crate) title: Option<String>,
    /// `None` if the meta data alone say it.
    pub(crate) at: Option<NodeId>,
}

/// Finds the headline: the heading that the page itself, or the listing that led to it, calls its title; else the heading
/// nearest above the body; else what the meta data say.
///
/// `text` is where the text of the article begins.
pub(crate) fn headline(page: &Page, meta: &Meta, text: Option<NodeId>, hint: &ArticleHint) -> Headline {
    let said: Vec<String> = meta.titles.iter().chain(&hint.title).map(|title| text::folded(title)).collect();
    let page_title = meta.page_title.as_deref().map(text::folded).unwrap_or_default();
    let mut furniture = Furniture::default();
    let mut best: Option<(i32, String, NodeId)> = None;
    let mut above = true;
    for el in page.html.root_element().descendent_elements() {
        above &= text.is_none_or(|text| text != el.id());
        let name = el.value().name();
        let level = match name {
            "h1" => 5,
            "h2" => 3,
            "h3" => 2,
            _ if is_hidden(name) || !names_headline(&called(el)) => continue,
            _ => 2,
        };
        let line = text_within(el, 2_000);
        let chars = line.chars().count();
        if !(8..=MAX_CHARS).contains(&chars) {
            continue;
        }
        let folded = text::folded(&line);
        let mut points = level;
        if said.contains(&folded) {
            points += 20;
        } else if said.iter().any(|said| said.starts_with(&folded) || folded.starts_with(said.as_str())) && chars > 20 {
            points += 12;
        } else if page_title.starts_with(&folded) || page_title.ends_with(&folded) {
            points += 10;
        }
        if chars < 20 {
            points -= 3;
        }
        let linked: usize = el
            .descendent_elements()
            .filter(|inner| inner.value().name() == "a")
            .map(|anchor| text_within(anchor, 2_000).chars().count())
            .sum();
        // The name of a section is a link to it; a headline that is one leads to itself.
        if linked * 2 > chars && points < 10 {
            continue;
        }
        if furniture.holds(el) {
            points -= 8;
        }
        // Of equal ones the last above the text is nearest to it. Below its beginning stand the headlines of its chapters, and
        // those of others.
        if !above && text != Some(el.id()) {
            points -= 4;
        }
        let better = best.as_ref().is_none_or(|(most, ..)| points > *most || points == *most && above);
        if points > 0 && better {
            best = Some((points, line, el.id()));
        }
    }
    if let Some((_, line, at)) = best.filter(|(points, ..)| *points >= MIN_POINTS) {
        return Headline { title: Some(line), at: Some(at) };
    }
    let own = meta.page_title.as_deref().map(|title| without_site(title, meta.site_name.as_deref()));
    Headline { title: meta.titles.iter().chain(&hint.title).cloned().chain(own).next(), at: None }
}

fn names_headline(called: &str) -> bool {
    called.split_ascii_whitespace().any(|token| {
        ["articleheader", "title", "tieude", "tieu-de", "headline", "article-header", "lbltieude", "lbltitle"]
            .iter()
            .any(|word| token.contains(word))
    })
}

/// A page's `<title>` without the name of the site behind it.
fn without_site(title: &str, site: Option<&str>) -> String {
    for mark in [" | ", " - ", " – ", " — ", " :: ", " » "] {
        if let Some((head, tail)) = title.rsplit_once(mark) {
            let is_site = site.is_some_and(|site| text::folded(site) == text::folded(tail));
            if is_site || head.chars().count() > tail.chars().count() && head.chars().count() >= 20 {
                return head.trim().to_owned();
            }
        }
    }
    title.to_owned()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::super::meta::meta;
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: Option<&str>) {
        let page = Page::parse(html, &Url::parse("https://a.example/x.html").unwrap());
        let text = page.first("#body").map(|el| el.id());
        assert_eq!(headline(&page, &meta(&page), text, &ArticleHint::default()).title.as_deref(), expected);
    }

    #[test]
    fn prefers_the_heading_that_the_meta_data_name() {
        check(
            "<meta property='og:title' content='Khánh thành cầu Bến Sậy'><h1><a href=/>THỜI SỰ TRONG TỈNH</a></h1>
             <h2>Khánh thành cầu Bến Sậy</h2><div id=body></div><h2>Một tin khác dài hơn nhiều</h2>",
            Some("Khánh thành cầu Bến Sậy"),
        );
    }

    #[test]
    fn without_meta_data_takes_the_heading_above_the_body() {
        check(
            "<title>Cổng thông tin điện tử tỉnh</title><div class=ArticleHeader>Khánh thành cầu Bến Sậy</div><div id=body></div>
             <h3>Các tin đã đưa trong tuần</h3>",
            Some("Khánh thành cầu Bến Sậy"),
        );
    }

    #[test]
    fn takes_the_title_of_the_page_without_the_name_of_the_site() {
        check("<title>Khánh thành cầu Bến Sậy - Báo Tỉnh</title><p>x</p>", Some("Khánh thành cầu Bến Sậy"));
    }

    #[test]
    fn a_page_without_any_title_has_none() {
        check("<p>x</p>", None);
    }
}
