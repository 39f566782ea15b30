//! The RSS 2.0 writer, over the `rss` crate.

use std::collections::BTreeMap;

use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Enclosure, Guid, Item, Source};

use crate::model::{FeedContent, FeedKey};

use super::entry::{self, Prepared, is_media_type, rfc822, rfc3339, web_address};
use super::markup::{allowed, escaped};
use super::masthead::Masthead;
use super::{FEED_STYLE_PATH, Format};

/// Renders a feed as an RSS 2.0 document.
///
/// `guid` is the Atom id; authors are `dc:creator`, because RSS wants `author` to be a mail address; what RSS has no
/// word for (`updated`, links to copies) is said with Atom's.
pub fn rss(masthead: &Masthead, key: &FeedKey, content: &FeedContent) -> Vec<u8> {
    write(masthead, key, content, &entry::prepare(masthead, content))
}

pub(super) fn write(masthead: &Masthead, key: &FeedKey, content: &FeedContent, entries: &[Prepared<'_>]) -> Vec<u8> {
    let site = masthead.site();
    let title = allowed(&masthead.feed_title(key)).into_owned();
    let address = masthead.absolute(&format!("{}.{}", key.path(), Format::Rss.extension()));
    let own = vec![atom_link(&[("rel", "self"), ("type", Format::Rss.media_type()), ("href", &address)])];
    let channel = Channel {
        description: entry::non_blank(site.subtitle.as_deref()).unwrap_or_else(|| title.clone()),
        title,
        link: masthead.absolute(&super::pages::path(key, 1)),
        language: Some(site.language.tag().to_owned()),
        copyright: entry::non_blank(site.rights.as_deref()),
        last_build_date: Some(rfc822(entry::feed_updated(masthead, content))),
        generator: Some("bantin".to_owned()),
        namespaces: BTreeMap::from([("atom".to_owned(), "http://www.w3.org/2005/Atom".to_owned())]),
        extensions: atom_extensions(own, None),
        items: entries.iter().map(item).collect(),
        ..Channel::default()
    };
    // Writing to memory fails only where memory does.
    let written = channel.write_to(Vec::with_capacity(16 * 1024)).unwrap_or_default();
    with_style(&written, &masthead.local(FEED_STYLE_PATH))
}

/// Puts the stylesheet for browsers behind the XML declaration, which the `rss` crate cannot.
fn with_style(written: &[u8], style: &str) -> Vec<u8> {
    let end = written.windows(2).position(|two| two == b"?>").map_or(0, |at| at + 2);
    let mut out = Vec::with_capacity(written.len() + 80);
    out.extend_from_slice(&written[..end]);
    out.extend_from_slice(format!("\n<?xml-stylesheet type=\"text/css\" href=\"{}\"?>\n", escaped(style)).as_bytes());
    out.extend_from_slice(&written[end..]);
    out.push(b'\n');
    out
}

fn item(prepared: &Prepared<'_>) -> Item {
    let mut links = Vec::new();
    for copy in &prepared.copies {
        links.push(atom_link(&[("rel", "related"), ("title", &copy.name), ("href", &copy.url)]));
    }
    // RSS has room for one enclosure, and wants its length and type.
    let enclosure = prepared.enclosures.iter().find_map(|file| {
        let mime_type = file.media_type.clone().filter(|media_type| is_media_type(media_type))?;
        let length = file.length.unwrap_or(0).to_string();
        Some(Enclosure { url: web_address(&file.url)?, length, mime_type })
    });
    let provenance = &prepared.provenance;
    let description = match &prepared.annotated_summary {
        Some(html) => html.clone(),
        None => escaped(&prepared.summary),
    };
    Item {
        title: Some(prepared.title.clone()),
        link: Some(prepared.url.clone()),
        description: Some(description).filter(|description| !description.is_empty()),
        categories: prepared
            .categories
            .iter()
            .map(|category| Category { name: category.label.clone(), domain: category.scheme.clone() })
            .collect(),
        enclosure,
        guid: Some(Guid { value: prepared.id.clone(), permalink: false }),
        pub_date: Some(rfc822(prepared.published)),
        source: provenance
            .self_link
            .clone()
            .or_else(|| prepared.via.clone())
            .or_else(|| provenance.alternate.clone())
            .map(|url| Source { url, title: Some(provenance.title.clone()) }),
        content: prepared.content.clone(),
        extensions: atom_extensions(links, Some(rfc3339(prepared.updated))),
        dublin_core_ext: Some(DublinCoreExtension {
            creators: prepared.authors.iter().map(|author| author.name.clone()).collect(),
            languages: prepared.language.iter().cloned().collect(),
            rights: prepared.rights.iter().cloned().collect(),
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

fn atom_link(attributes: &[(&str, &str)]) -> Extension {
    Extension {
        name: "atom:link".to_owned(),
        attrs: attributes.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..Extension::default()
    }
}

fn atom_extensions(links: Vec<Extension>, updated: Option<String>) -> ExtensionMap {
    let mut elements = BTreeMap::new();
    if !links.is_empty() {
        elements.insert("link".to_owned(), links);
    }
    if let Some(updated) = updated {
        let element = Extension { name: "atom:updated".to_owned(), value: Some(updated), ..Extension::default() };
        elements.insert("updated".to_owned(), vec![element]);
    }
    BTreeMap::from([("atom".to_owned(), elements)])
}
