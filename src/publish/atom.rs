//! The Atom writer (RFC 4287).

use crate::model::{FeedContent, FeedKey, Person};

use super::entry::{self, Category, Prepared, Provenance, is_media_type, rfc3339, web_address};
use super::markup::{Markup, allowed};
use super::masthead::Masthead;
use super::{FEED_STYLE_PATH, Format};

/// Renders a feed as an Atom 1.0 document.
///
/// Every entry ends with its own author and its own `atom:source`, so that nothing of it is attributed to us by
/// inheritance (RFC 4287 §4.2.1, §4.2.10), and links to its copies with `rel="related"`.
pub fn atom(masthead: &Masthead, key: &FeedKey, content: &FeedContent) -> Vec<u8> {
    write(masthead, key, content, &entry::prepare(masthead, content))
}

pub(super) fn write(masthead: &Masthead, key: &FeedKey, content: &FeedContent, entries: &[Prepared<'_>]) -> Vec<u8> {
    let site = masthead.site();
    let mut out = Markup::starting_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    // For people who click on a feed: `serve` tells browsers that it is XML, and they apply this.
    let style = masthead.local(FEED_STYLE_PATH);
    out.trusted("<?xml-stylesheet type=\"text/css\" href=\"");
    out.text(&style);
    out.trusted("\"?>\n");
    let language = site.language.tag();
    out.element("feed", &[("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", language)], |feed| {
        feed.line();
        line(feed, "id", &masthead.feed_id(key));
        line(feed, "title", &allowed(&masthead.feed_title(key)));
        if let Some(subtitle) = entry::non_blank(site.subtitle.as_deref()) {
            line(feed, "subtitle", &subtitle);
        }
        line(feed, "updated", &rfc3339(entry::feed_updated(masthead, content)));
        let address = masthead.absolute(&format!("{}.{}", key.path(), Format::Atom.extension()));
        feed.empty("link", &[("rel", "self"), ("type", Format::Atom.media_type()), ("href", &address)]);
        feed.line();
        let page = masthead.absolute(&super::pages::path(key, 1));
        feed.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &page)]);
        feed.line();
        feed.element("author", &[], |author| {
            let name = entry::non_blank(site.author.as_deref());
            author.leaf("name", &[], name.as_deref().unwrap_or(&site.title));
            author.leaf("uri", &[], site.url.as_str());
        });
        feed.line();
        if let Some(rights) = entry::non_blank(site.rights.as_deref()) {
            line(feed, "rights", &rights);
        }
        line(feed, "generator", "bantin");
        for prepared in entries {
            write_entry(feed, prepared, language);
        }
    });
    out.line();
    out.finish().into_bytes()
}

fn write_entry(feed: &mut Markup, prepared: &Prepared<'_>, feed_language: &str) {
    let attributes: &[_] = match &prepared.language {
        Some(tag) => &[("xml:lang", tag.as_str())],
        None => &[],
    };
    feed.element("entry", attributes, |entry| {
        entry.line();
        line(entry, "id", &prepared.id);
        line(entry, "title", &prepared.title);
        entry.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &prepared.url)]);
        entry.line();
        for copy in &prepared.copies {
            let title =
                if copy.title.is_empty() { copy.name.clone() } else { format!("{}: {}", copy.name, copy.title) };
            entry.empty("link", &[("rel", "related"), ("type", "text/html"), ("title", &title), ("href", &copy.url)]);
            entry.line();
        }
        if let Some(via) = &prepared.via {
            entry.empty("link", &[("rel", "via"), ("href", via)]);
            entry.line();
        }
        for file in &prepared.enclosures {
            let href = web_address(&file.url).unwrap_or_default();
            let length = file.length.map(|length| length.to_string());
            let mut attributes = vec![("rel", "enclosure"), ("href", href.as_str())];
            if let Some(media_type) = file.media_type.as_deref().filter(|media_type| is_media_type(media_type)) {
                attributes.push(("type", media_type));
            }
            if let Some(length) = &length {
                attributes.push(("length", length));
            }
            entry.empty("link", &attributes);
            entry.line();
        }
        line(entry, "published", &rfc3339(prepared.published));
        line(entry, "updated", &rfc3339(prepared.updated));
        write_people(entry, &prepared.authors);
        for category in &prepared.categories {
            write_category(entry, category);
        }
        if let Some(rights) = &prepared.rights {
            line(entry, "rights", rights);
        }
        match &prepared.annotated_summary {
            Some(html) => entry.leaf("summary", &[("type", "html")], html),
            None if prepared.summary.is_empty() => {}
            None => entry.leaf("summary", &[], &prepared.summary),
        }
        if let Some(content) = &prepared.content {
            entry.line();
            entry.leaf("content", &[("type", "html")], content);
        }
        entry.line();
        write_source(entry, &prepared.provenance, prepared.language.as_deref().unwrap_or(feed_language));
    });
    feed.line();
}

fn write_source(out: &mut Markup, provenance: &Provenance, entry_language: &str) {
    let language = provenance.language.as_deref().filter(|tag| entry::is_other_language(tag, entry_language));
    let attributes: &[_] = match language {
        Some(tag) => &[("xml:lang", tag)],
        None => &[],
    };
    out.element("source", attributes, |source| {
        source.line();
        line(source, "id", &provenance.id);
        line(source, "title", &provenance.title);
        line(source, "updated", &rfc3339(provenance.updated));
        if let Some(href) = &provenance.alternate {
            source.empty("link", &[("rel", "alternate"), ("href", href)]);
            source.line();
        }
        if let Some(href) = &provenance.self_link {
            source.empty("link", &[("rel", "self"), ("href", href)]);
            source.line();
        }
        write_people(source, &provenance.authors);
        if let Some(rights) = &provenance.rights {
            line(source, "rights", rights);
        }
    });
    out.line();
}

fn write_people(out: &mut Markup, people: &[Person]) {
    for person in people {
        out.element("author", &[], |author| {
            author.leaf("name", &[], &person.name);
            if let Some(uri) = &person.uri {
                author.leaf("uri", &[], uri);
            }
            if let Some(email) = &person.email {
                author.leaf("email", &[], email);
            }
        });
        out.line();
    }
}

fn write_category(entry: &mut Markup, category: &Category) {
    match &category.scheme {
        Some(scheme) => {
            entry.empty("category", &[("term", &category.term), ("scheme", scheme), ("label", &category.label)]);
        }
        None => entry.empty("category", &[("term", &category.term)]),
    }
    entry.line();
}

fn line(out: &mut Markup, name: &'static str, text: &str) {
    out.leaf(name, &[], text);
    out.line();
}
