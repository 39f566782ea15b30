//! OPML 2.0: our feeds for readers to import in one go, and our sources.

use crate::config::SourceKind;
use crate::model::FeedKey;

use super::Format;
use super::markup::Markup;
use super::masthead::{Masthead, SourceLine};

/// Renders the list of our feeds: the merged one, then topics, then the provinces that have sources.
pub fn opml_feeds(masthead: &Masthead) -> String {
    let words = masthead.words();
    outline(&masthead.site().title, |body| {
        feed(masthead, body, &FeedKey::Merged);
        group(body, words.topics, masthead.topics().iter().map(|(id, _)| FeedKey::Topic(id.clone())), masthead);
        let provinces = masthead.covered_provinces().map(|province| FeedKey::Province(province.slug.clone()));
        group(body, words.provinces, provinces, masthead);
    })
}

/// Renders the list of our sources by province, as other programs can import it.
///
/// Only feeds are named as such; listing pages stand as links, because no other program could subscribe to them.
pub fn opml_sources(masthead: &Masthead) -> String {
    let words = masthead.words();
    let title = format!("{} · {}", words.sources, masthead.site().title);
    let enabled = || masthead.sources().iter().filter(|source| source.enabled);
    outline(&title, |body| {
        for province in masthead.covered_provinces() {
            body.element("outline", &[("text", &province.name)], |group| {
                group.line();
                for source in enabled().filter(|source| source.province.as_ref() == Some(&province.slug)) {
                    write_source(group, source);
                }
            });
            body.line();
        }
        let listed =
            |source: &SourceLine| source.province.as_ref().is_some_and(|slug| masthead.province_name(slug).is_some());
        for source in enabled().filter(|source| !listed(source)) {
            write_source(body, source);
        }
    })
}

fn outline(title: &str, inside: impl FnOnce(&mut Markup)) -> String {
    let mut out = Markup::starting_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.element("opml", &[("version", "2.0")], |opml| {
        opml.line();
        opml.element("head", &[], |head| head.leaf("title", &[], title));
        opml.line();
        opml.element("body", &[], |body| {
            body.line();
            inside(body);
        });
        opml.line();
    });
    out.line();
    out.finish()
}

fn group(body: &mut Markup, name: &str, keys: impl Iterator<Item = FeedKey>, masthead: &Masthead) {
    let mut keys = keys.peekable();
    if keys.peek().is_none() {
        return;
    }
    body.element("outline", &[("text", name)], |group| {
        group.line();
        keys.for_each(|key| feed(masthead, group, &key));
    });
    body.line();
}

fn feed(masthead: &Masthead, out: &mut Markup, key: &FeedKey) {
    let title = masthead.subject(key).unwrap_or_default();
    let address = masthead.absolute(&format!("{}.{}", key.path(), Format::Atom.extension()));
    let page = masthead.absolute(&super::pages::path(key, 1));
    // `type` is `rss` for every format of feed: it is the only value that readers look for.
    out.empty(
        "outline",
        &[("type", "rss"), ("text", title), ("title", title), ("xmlUrl", &address), ("htmlUrl", &page)],
    );
    out.line();
}

fn write_source(out: &mut Markup, source: &SourceLine) {
    let (title, url) = (source.title.as_str(), source.url.as_str());
    if matches!(source.kind, SourceKind::Auto | SourceKind::Feed) {
        out.empty("outline", &[("type", "rss"), ("text", title), ("title", title), ("xmlUrl", url)]);
    } else {
        out.empty("outline", &[("type", "link"), ("text", title), ("title", title), ("url", url)]);
    }
    out.line();
}
