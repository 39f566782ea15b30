//! Pages that say why there is no page.

use crate::publish::masthead::Masthead;

use super::frame::{Frame, frame};

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    /// There is nothing at this address (404).
    NotFound,
    /// There was something, and it will not come back (410).
    Gone,
    /// Too many ask at once (503).
    Busy,
    /// We are in trouble (500).
    Broken,
}

/// Renders a notice, with a way on.
pub fn notice(masthead: &Masthead, notice: Notice) -> String {
    let words = masthead.words();
    let (title, text) = match notice {
        Notice::NotFound => (words.not_found, words.not_found_text),
        Notice::Gone => (words.gone, words.gone_text),
        Notice::Busy => (words.busy, words.busy_text),
        Notice::Broken => (words.broken, words.broken_text),
    };
    let head = Frame { title, path: "-", description: "", feed: None, canonical: None, indexed: false, query: "" };
    frame(masthead, &head, |body| {
        body.element("main", &[("id", "main"), ("class", "single")], |main| {
            main.leaf("h1", &[("class", "subject")], title);
            main.leaf("p", &[], text);
            let home = masthead.local("");
            main.element("p", &[], |line| line.leaf("a", &[("href", &home)], &format!("← {}", words.back_home)));
        });
    })
}
