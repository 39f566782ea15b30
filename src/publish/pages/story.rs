//! The page of one story: its text or summary, everyone who carried it in order of time, and what is like it.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;

use crate::model::{Carrier, StoryView};
use crate::publish::entry::{
    copies, credit_of, foreign_language, is_full, outlet_name, paragraphs, rfc3339, web_address, write_also,
};
use crate::publish::markup::Markup;
use crate::publish::masthead::Masthead;

use super::clipped;
use super::frame::{Frame, frame};
use super::river::{SEPARATOR, write_labels, write_outlet};

/// Characters of a title on its own page.
const MAX_TITLE: usize = 400;
/// Characters of a summary on its own page.
const MAX_SUMMARY: usize = 1500;
/// Carriers listed on a page.
const MAX_CARRIERS: usize = 200;

/// Renders the page of a story.
///
/// The text stands there only where bodies of its source are published (`publish.content`, or the source's own
/// `content`); else the summary does.
pub fn story(masthead: &Masthead, view: &StoryView) -> String {
    let words = masthead.words();
    let zone = masthead.site().timezone;
    let entry = &view.entry;
    let title =
        if entry.title.trim().is_empty() { words.untitled.to_owned() } else { clipped(&entry.title, MAX_TITLE) };
    let path = format!("stories/{}", entry.story);
    let link = entry.link.as_deref().and_then(web_address);
    let full = is_full(masthead, entry);
    let head = Frame {
        title: &title,
        path: &path,
        description: &entry.summary,
        feed: None,
        // A whole text is at home where it was published.
        canonical: link.as_deref().filter(|_| full),
        indexed: true,
        query: "",
    };
    let language = foreign_language(masthead, entry);
    let mut attributes = vec![("class", "whole")];
    if let Some(tag) = &language {
        attributes.push(("lang", tag));
    }
    let site_language = masthead.site().language.tag();
    frame(masthead, &head, |body| {
        body.element("main", &[("id", "main"), ("class", "single")], |main| {
            main.element("article", &attributes, |article| {
                write_labels(masthead, None, entry, article);
                article.leaf("h1", &[], &title);
                article.element("p", &[("class", "byline"), ("lang", site_language)], |line| {
                    write_outlet(masthead, entry, line);
                    let own_name = outlet_name(&entry.source);
                    for author in entry.authors.iter().filter(|author| author.name != own_name).take(5) {
                        line.text(SEPARATOR);
                        line.text(&clipped(&author.name, 80));
                    }
                    line.text(SEPARATOR);
                    line.leaf(
                        "time",
                        &[("datetime", &rfc3339(entry.published))],
                        &words.date_time(entry.published, zone),
                    );
                    if let Some(credit) = credit_of(entry) {
                        line.text(SEPARATOR);
                        line.text(&format!("{} {}", words.credit, clipped(&credit, 80)));
                    }
                });
                article.line();
                let has_text = write_text(view, full, article);
                if let Some(href) = &link {
                    article.element("p", &[("class", "onward"), ("lang", site_language)], |line| {
                        let invitation = if has_text { words.original_at } else { words.read_at };
                        let name = format!("{invitation} {}", clipped(&outlet_name(&entry.source), 80));
                        line.leaf("a", &[("href", href)], &format!("{name} →"));
                    });
                }
                let also = copies(&entry.copies, link.as_deref());
                write_also(words, &also, &[("class", "also"), ("lang", site_language)], article);
            });
            main.line();
            write_carriers(masthead, &view.carriers, main);
            write_related(masthead, view, main);
        });
    })
}

/// Writes the whole text where it is published, else the summary; tells whether it was the whole text.
fn write_text(view: &StoryView, full: bool, article: &mut Markup) -> bool {
    let body = view.entry.content.as_deref().filter(|body| full && !body.trim().is_empty());
    let has_text = body.is_some() || (full && !view.text.trim().is_empty());
    let html = match body {
        Some(body) => for_page(body),
        None if has_text => paragraphs(&view.text),
        None => paragraphs(&clipped(&view.entry.summary, MAX_SUMMARY)),
    };
    if !html.is_empty() {
        article.element("div", &[("class", "text")], |text| text.trusted(&html));
        article.line();
    }
    has_text
}

/// Cleans a body once more for a page of ours: no ids or classes of its own that could meet ours, no heading above the
/// page's, no form or frame whatever let it through before.
fn for_page(html: &str) -> String {
    static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = Builder::default();
        builder
            .tags(HashSet::from([
                "a",
                "abbr",
                "b",
                "blockquote",
                "br",
                "caption",
                "cite",
                "code",
                "col",
                "colgroup",
                "dd",
                "del",
                "dl",
                "dt",
                "em",
                "figcaption",
                "figure",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "hr",
                "i",
                "img",
                "ins",
                "li",
                "ol",
                "p",
                "pre",
                "q",
                "rp",
                "rt",
                "ruby",
                "s",
                "small",
                "strong",
                "sub",
                "sup",
                "table",
                "tbody",
                "td",
                "tfoot",
                "th",
                "thead",
                "tr",
                "u",
                "ul",
            ]))
            .generic_attributes(HashSet::from(["lang", "dir", "title"]))
            .url_schemes(HashSet::from(["http", "https", "mailto"]))
            .url_relative(ammonia::UrlRelative::Deny)
            .set_tag_attribute_value("img", "loading", "lazy")
            .link_rel(Some("noopener nofollow"));
        builder
    });
    CLEANER.clean(html).to_string()
}

fn write_carriers(masthead: &Masthead, carriers: &[Carrier], main: &mut Markup) {
    let words = masthead.words();
    let zone = masthead.site().timezone;
    if carriers.is_empty() {
        return;
    }
    main.element("section", &[("class", "carriers"), ("aria-labelledby", "carriers")], |section| {
        section.leaf("h2", &[("id", "carriers")], words.carried_by);
        section.element("ol", &[], |list| {
            for carrier in carriers.iter().take(MAX_CARRIERS) {
                list.element("li", &[], |item| {
                    let at = words.brief(carrier.published, zone);
                    item.leaf("time", &[("datetime", &rfc3339(carrier.published))], &at);
                    item.element("div", &[], |what| {
                        what.element("p", &[("class", "who")], |who| {
                            who.leaf("strong", &[], &clipped(&outlet_name(&carrier.source), 80));
                            if carrier.is_origin && carriers.len() > 1 {
                                who.text(" ");
                                who.leaf("span", &[("class", "origin")], words.origin);
                            }
                        });
                        let title = clipped(&carrier.title, MAX_TITLE);
                        let title = if title.is_empty() { words.untitled } else { &title };
                        what.element("p", &[], |line| match carrier.link.as_deref().and_then(web_address) {
                            Some(href) => line.leaf("a", &[("href", &href)], title),
                            None => line.text(title),
                        });
                    });
                });
                list.line();
            }
        });
    });
    main.line();
}

fn write_related(masthead: &Masthead, view: &StoryView, main: &mut Markup) {
    let words = masthead.words();
    let zone = masthead.site().timezone;
    if view.related.is_empty() {
        return;
    }
    main.element("section", &[("class", "related"), ("aria-labelledby", "related")], |section| {
        section.leaf("h2", &[("id", "related")], words.related);
        section.element("ul", &[], |list| {
            for (key, title, at) in &view.related {
                let href = masthead.local(&format!("stories/{key}"));
                list.element("li", &[], |item| {
                    item.leaf("a", &[("href", &href)], &clipped(title, MAX_TITLE));
                    item.text(" ");
                    item.leaf("time", &[("datetime", &rfc3339(*at))], &words.brief(*at, zone));
                });
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_brings_nothing_that_could_act_or_pretend() {
        let hostile = "<p id=\"main\" class=\"skip\" style=\"position:fixed\" onclick=\"x()\">Tin</p><script>x()</script>\
            <iframe src=\"https://x.example/\"></iframe><form><input name=\"q\"></form><h1>To</h1>\
            <a href=\"javascript:x()\">a</a><img src=\"x.png\" onerror=\"x()\"><svg><script>x()</script></svg>\
            <a href=\"https://bao.example.vn/\">b</a>";
        let clean = for_page(hostile);
        for bad in ["script", "iframe", "form", "input", "onclick", "onerror", "style", "id=", "class=", "<h1", "svg"] {
            assert!(!clean.contains(bad), "{bad} in {clean}");
        }
        assert!(clean.contains("<a href=\"https://bao.example.vn/\" rel=\"noopener nofollow\">b</a>"), "{clean}");
    }

    #[test]
    fn a_body_keeps_pictures_tables_and_ruby() {
        let body = "<figure><img src=\"https://bao.example.vn/a.jpg\" alt=\"Đê\"><figcaption>Đê biển</figcaption></figure>\
            <table><tbody><tr><td>1</td></tr></tbody></table><ruby>漢<rt>hán</rt></ruby>";
        let clean = for_page(body);
        for good in ["alt=\"Đê\"", "loading=\"lazy\"", "<figcaption>", "<td>1</td>", "<ruby>漢<rt>hán</rt></ruby>"]
        {
            assert!(clean.contains(good), "{good} not in {clean}");
        }
    }
}
