//! The search page.

use crate::model::Page;
use crate::publish::masthead::Masthead;

use super::frame::{Frame, frame};
use super::river::{write_pager, write_story};

/// Renders the results of a search; `query` is what was asked, trimmed, and may be empty: then only the hint stands
/// there. `number` counts from 1.
pub fn search(masthead: &Masthead, query: &str, number: usize, page: &Page) -> String {
    let words = masthead.words();
    let zone = masthead.site().timezone;
    let title = if query.is_empty() { words.search_label.to_owned() } else { words.results_for(query) };
    let head =
        Frame { title: &title, path: "search", description: "", feed: None, canonical: None, indexed: false, query };
    frame(masthead, &head, |body| {
        body.element("main", &[("id", "main"), ("class", "single")], |main| {
            main.leaf("h1", &[("class", "subject")], &title);
            main.line();
            if query.is_empty() {
                main.leaf("p", &[("class", "hint")], words.search_hint);
            } else if page.entries.is_empty() {
                main.element("div", &[("class", "nothing")], |nothing| {
                    nothing.leaf(
                        "p",
                        &[("class", "strong")],
                        if number > 1 { words.no_more } else { words.search_empty },
                    );
                    nothing.leaf("p", &[], words.search_empty_hint);
                    nothing.leaf("p", &[], words.search_hint);
                });
            }
            if !page.entries.is_empty() {
                main.leaf("h2", &[("class", "unseen")], words.results);
                main.element("div", &[("class", "dated")], |list| {
                    for entry in &page.entries {
                        write_story(masthead, None, entry, &words.brief(entry.published, zone), list);
                    }
                });
            }
            let address = |number: usize| {
                let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
                let page = if number > 1 { format!("&page={number}") } else { String::new() };
                masthead.local(&format!("search?q={query}{page}"))
            };
            let newer = (number > 1).then(|| (address(number - 1), words.newer));
            let older = (page.more && number < super::MAX_NUMBER).then(|| (address(number + 1), words.older));
            write_pager(words.pages, newer, older, main);
        });
    })
}
