//! The page that says what a feed is and lists all of ours.

use crate::model::FeedKey;
use crate::publish::markup::Markup;
use crate::publish::masthead::Masthead;

use super::frame::{Frame, frame, write_formats};
use super::path;

/// Renders the page of all feeds. It depends on the configuration alone.
pub fn subscribe(masthead: &Masthead) -> String {
    let words = masthead.words();
    let head = Frame {
        title: words.subscribe,
        path: "subscribe",
        description: words.what_is_a_feed,
        feed: None,
        canonical: None,
        indexed: true,
        query: "",
    };
    frame(masthead, &head, |body| {
        body.element("main", &[("id", "main"), ("class", "single")], |main| {
            main.leaf("h1", &[("class", "subject")], words.subscribe);
            main.leaf("p", &[("class", "explained")], words.what_is_a_feed);
            main.element("ol", &[("class", "steps")], |steps| {
                for step in words.how_to_subscribe {
                    steps.leaf("li", &[], step);
                }
            });
            main.line();
            main.element("section", &[("class", "feeds"), ("aria-labelledby", "all")], |section| {
                section.leaf("h2", &[("id", "all")], words.all_in_one);
                section.element("ul", &[], |list| {
                    write_feed(masthead, &FeedKey::Merged, words.everything, list);
                    for (path, name, hint) in
                        [("opml.xml", "OPML", words.opml_hint), ("sources.opml", "OPML", words.opml_sources_hint)]
                    {
                        let href = masthead.local(path);
                        list.element("li", &[], |item| {
                            item.leaf("span", &[("class", "of")], hint);
                            item.element("span", &[("class", "formats")], |formats| {
                                formats.leaf("a", &[("href", &href), ("aria-label", hint)], name);
                            });
                        });
                    }
                });
            });
            main.line();
            let topics = masthead.topics().iter().map(|(id, title)| (FeedKey::Topic(id.clone()), title.as_str()));
            write_group(masthead, "topics", words.topics, topics.collect(), main);
            let provinces = masthead.covered_provinces();
            let provinces =
                provinces.map(|province| (FeedKey::Province(province.slug.clone()), province.name.as_str()));
            write_group(masthead, "provinces", words.provinces, provinces.collect(), main);
            let sources = masthead.sources().iter().filter(|source| source.enabled);
            let sources = sources.map(|source| (FeedKey::Source(source.id.clone()), source.title.as_str()));
            write_group(masthead, "sources", words.sources, sources.collect(), main);
        });
    })
}

fn write_group(masthead: &Masthead, id: &str, title: &str, feeds: Vec<(FeedKey, &str)>, main: &mut Markup) {
    if feeds.is_empty() {
        return;
    }
    main.element("section", &[("class", "feeds"), ("aria-labelledby", id)], |section| {
        section.leaf("h2", &[("id", id)], title);
        section.element("ul", &[], |list| {
            for (key, name) in &feeds {
                write_feed(masthead, key, name, list);
            }
        });
    });
    main.line();
}

fn write_feed(masthead: &Masthead, key: &FeedKey, name: &str, list: &mut Markup) {
    let href = masthead.local(&path(key, 1));
    list.element("li", &[], |item| {
        item.leaf("a", &[("class", "of"), ("href", &href)], name);
        write_formats(masthead, key, item);
    });
    list.line();
}
