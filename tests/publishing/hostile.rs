//! Whatever a source says, documents stay well-formed and pages inert.

use std::sync::Arc;

use bantin::config::Content;
use bantin::model::{Carrier, Entry, FeedKey, FeedMeta, Page, Person, StoryView};
use bantin::publish::{self, pages};
use proptest::prelude::*;
use proptest::sample::select;

use crate::newsroom::{self, content, masthead, masthead_with};
use crate::{canal, xml};

/// Pieces that end, open, hide or forge something in XML, HTML, JSON or HTTP.
const PIECES: &[&str] = &[
    "<script>alert(1)</script>",
    "</title>",
    "</style>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml?>",
    "<!doctype html>",
    "&",
    "&amp;",
    "&#0;",
    "&#x1;",
    "&nbsp;",
    "\"",
    "'",
    "`",
    "<",
    ">",
    "/>",
    "\0",
    "\u{1}",
    "\u{8}",
    "\u{b}",
    "\u{1f}",
    "\u{7f}",
    "\u{85}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{fffd}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\\",
    "\\u0000",
    " onerror=alert(1) ",
    "javascript:alert(1)",
    "https://x.example/\"><img src=x>",
    "data:text/html,<b>",
    "{{x}}",
    "%3Cscript%3E",
    "Dân vận",
    "đường",
    "Nguye\u{302}\u{303}n",
    "ầ",
    "𠀀",
    "<svg onload=alert(1)>",
    "<a href='javascript:x()'>",
    "<p>",
    "</p></div></body></html>",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => select(PIECES).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text())
}

prop_compose! {
    fn hostile_entry()(
        atom_id in text(), title in text(), summary in text(), content in maybe(), link in maybe(), author in text(),
        category in text(), credit in maybe(), language in maybe(),
    )(
        rights in maybe(), source_title in text(), outlet in maybe(), url in text(), meta_id in maybe(), meta_title in maybe(),
        meta_link in maybe(), meta_self in maybe(), copy_title in text(), copy_link in maybe(),
        entry in Just({
            let mut entry: Entry = canal();
            entry.atom_id = format!("x:{atom_id}");
            entry.title = title;
            entry.summary = summary;
            entry.content = content;
            entry.link = link;
            entry.authors = vec![Person { name: author.clone(), uri: Some(author.clone()), email: Some(author) }];
            entry.categories = vec![category];
            entry.credit = credit;
            entry.language = language;
            entry
        }),
    ) -> Entry {
        let mut entry = entry;
        entry.rights = rights;
        entry.source.title = source_title;
        entry.source.outlet = outlet.clone();
        entry.source.url = url;
        let meta = FeedMeta { id: meta_id, title: meta_title, link: meta_link, self_link: meta_self, ..FeedMeta::default() };
        entry.source.meta = meta.clone();
        entry.original_source = outlet.map(|_| meta);
        entry.copies.push(Carrier { title: copy_title, link: copy_link, ..entry.copies[0].clone() });
        entry
    }
}

/// The elements that our pages are made of; anything else was smuggled in.
const OURS: &[&str] = &[
    "html", "head", "meta", "title", "link", "style", "body", "a", "header", "div", "h1", "h2", "h3", "p", "nav", "ul",
    "ol", "li", "form", "input", "button", "main", "section", "article", "time", "span", "aside", "footer", "strong",
];

/// Whether a page is well-formed, made of our elements alone, and links nowhere but to the web.
#[track_caller]
fn inert(page: &str) {
    let root = xml::parse(page.as_bytes());
    for node in root.walk() {
        assert!(OURS.contains(&node.name.as_str()), "<{}> in\n{page}", node.name);
        for (name, value) in &node.attributes {
            assert!(!name.starts_with("on") && name != "style" && name != "src", "{name} in <{}>", node.name);
            let is_address = matches!(name.as_str(), "href" | "action");
            let is_fine =
                ["/", "#", "https://", "http://", "data:image/svg+xml,"].iter().any(|start| value.starts_with(start));
            assert!(!is_address || is_fine, "{name}={value}");
        }
        if node.name == "style" {
            assert!(node.children.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, max_shrink_iters: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn feeds_stay_well_formed_and_equal(entries in proptest::collection::vec(hostile_entry(), 1..4)) {
        let documents = publish::feeds(&masthead(), &FeedKey::Merged, &content(entries));
        let [atom, rss, json] = documents.map(|document| document.representation.plain().clone());
        let atom = xml::parse(&atom);
        let rss = xml::parse(&rss).child("channel").clone();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let atom: Vec<_> = atom.all("entry").map(|entry| (entry.text_of("id"), entry.text_of("title"))).collect();
        let rss: Vec<_> = rss.all("item").map(|item| (item.text_of("guid"), item.text_of("title"))).collect();
        let json: Vec<_> = json["items"].as_array().unwrap().iter()
            .map(|item| (item["id"].as_str().unwrap(), item["title"].as_str().unwrap())).collect();
        prop_assert_eq!(&atom, &rss);
        prop_assert_eq!(&atom, &json);
    }

    #[test]
    fn lists_stay_well_formed_and_inert(entries in proptest::collection::vec(hostile_entry(), 1..4)) {
        let page = Page { entries, more: true };
        inert(&pages::river(&masthead(), &FeedKey::Merged, 1, &page, &Default::default()));
        inert(&pages::search(&masthead(), "kênh", 2, &page));
    }

    #[test]
    fn searches_stay_well_formed_and_inert(query in text()) {
        inert(&pages::search(&masthead(), &query, 1, &Page::default()));
    }

    #[test]
    fn stories_stay_well_formed_and_inert(entry in hostile_entry(), text in text(), title in text()) {
        let carriers = entry.copies.clone();
        let related = vec![(canal().story, title, canal().published)];
        let view = StoryView { entry, text, carriers, related };
        inert(&pages::story(&masthead(), &view));
    }

    #[test]
    fn bodies_on_pages_act_on_nothing(entry in hostile_entry(), text in text()) {
        let full = masthead_with(|config| {
            config.publish.content = Content::Full;
            config.sources.iter_mut().for_each(|source| Arc::make_mut(source).content = Content::Full);
        });
        let view = StoryView { entry, text, carriers: Vec::new(), related: Vec::new() };
        let page = pages::story(&full, &view).to_lowercase();
        // Escaped they may stand there; as markup they may not.
        for bad in ["<script", "<svg", "<iframe", "<form action=\"http", "href=\"javascript:", "<!--", "<![cdata["] {
            prop_assert!(!page.contains(bad), "{} in {}", bad, page);
        }
        prop_assert_eq!(page.matches("</body>").count(), 1);
    }
}

#[test]
fn a_headline_of_a_megabyte_stays_a_headline() {
    let mut entry = canal();
    entry.title = "Tin rất dài ".repeat(90_000);
    entry.summary = "ầ".repeat(500_000);
    entry.credit = Some("x".repeat(100_000));
    let page = Page { entries: vec![entry], more: false };
    let html = pages::river(&newsroom::masthead(), &FeedKey::Merged, 1, &page, &Default::default());
    assert!(html.len() < 40_000, "{} bytes", html.len());
}
