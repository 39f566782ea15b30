//! One item while it is being read.

use std::rc::Rc;

use url::Url;

use super::link::{Link, article};
use super::meta::FeedBuilder;
use crate::extract::address::{absolute, absolute_in_html};
use crate::extract::limits::MAX_LIST;
use crate::model::{Enclosure, FeedMeta, Image, Person, RawItem};

/// Which of an item's dates a text is; the smaller is believed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateSlot {
    /// RSS `pubDate`, Atom `published`.
    Published,
    /// Atom 0.3 and Dublin Core `issued`.
    Issued,
    /// `dc:date`: whichever date there is.
    Dublin,
    /// Atom 0.3 and Dublin Core `created`.
    Created,
    /// Atom `updated`, Atom 0.3 and Dublin Core `modified`.
    Updated,
}

/// A body of text and how it was written.
#[derive(Debug, Clone)]
pub struct Body {
    pub html: String,
    pub base: Option<Rc<Url>>,
}

/// A media element of an item.
#[derive(Debug, Clone, Default)]
pub struct Medium {
    pub url: Option<String>,
    pub media_type: Option<String>,
    pub medium: Option<String>,
    pub length: Option<u64>,
    pub caption: Option<String>,
    pub is_thumbnail: bool,
}

impl Medium {
    fn is_image(&self) -> bool {
        self.is_thumbnail
            || self.medium.as_deref().is_some_and(|medium| medium.eq_ignore_ascii_case("image"))
            || self.media_type.as_deref().is_some_and(|t| t.trim().to_ascii_lowercase().starts_with("image"))
            || (self.medium.is_none()
                && self.media_type.is_none()
                && self.url.as_deref().is_some_and(has_image_extension))
    }
}

/// Whether the path of an address ends like a picture's.
pub fn has_image_extension(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp"].iter().any(|end| path.ends_with(end))
}

/// An item's values while they are being read.
#[derive(Debug, Clone, Default)]
pub struct ItemBuilder {
    pub base: Option<Rc<Url>>,
    pub guid: Option<String>,
    /// Whether the guid may be the address, as `isPermaLink` says.
    pub guid_is_link: bool,
    pub atom_id: Option<String>,
    pub about: Option<String>,
    pub identifier: Option<String>,
    pub title: Option<String>,
    pub alt_title: Option<String>,
    pub media_title: Option<String>,
    /// RSS `link`, absolute.
    pub page: Option<String>,
    pub links: Vec<Link>,
    pub dates: Vec<(DateSlot, String)>,
    pub authors: Vec<Person>,
    pub creators: Vec<Person>,
    pub other_people: Vec<Person>,
    pub description: Option<Body>,
    pub summary: Option<Body>,
    pub content: Option<Body>,
    pub encoded: Option<Body>,
    pub alt_summary: Option<Body>,
    pub categories: Vec<String>,
    pub media: Vec<Medium>,
    pub language: Option<String>,
    pub rights: Option<String>,
    pub source: Option<FeedBuilder>,
    /// The address of RSS `source`.
    pub source_url: Option<String>,
}

/// An item whose dates are still as written: they are read once all of the document's are known.
#[derive(Debug)]
pub struct FinishedItem {
    pub item: RawItem,
    /// Whether there is nothing in it that could be shown or recognised again.
    pub is_empty: bool,
    pub dates: Vec<(DateSlot, String)>,
    /// Of the feed it was taken from.
    pub source_dates: Vec<String>,
}

/// Whether `list` may still grow.
pub fn has_room<T>(list: &[T]) -> bool {
    list.len() < MAX_LIST
}

impl ItemBuilder {
    /// Whether there is nothing in it that could be shown or recognised again.
    ///
    /// VnExpress, 14 November 2017: an item of an empty title, the description `No Description`, and nothing else.
    pub fn is_empty(&self) -> bool {
        let blank = |body: &Option<Body>| {
            body.as_ref().is_none_or(|body| {
                let text = body.html.trim();
                text.is_empty() || text.eq_ignore_ascii_case("no description")
            })
        };
        self.guid.is_none()
            && self.atom_id.is_none()
            && self.about.is_none()
            && self.identifier.is_none()
            && self.page.is_none()
            && self.links.is_empty()
            && self.title.is_none()
            && self.alt_title.is_none()
            && self.media_title.is_none()
            && self.media.is_empty()
            && [&self.description, &self.summary, &self.content, &self.encoded, &self.alt_summary]
                .into_iter()
                .all(blank)
    }

    /// Whether enough of it was read to recognise it again and to show it: a title, and an id or, in a feed whose items
    /// have none, an address.
    pub fn is_identified(&self, by_id: bool) -> bool {
        let has_id = self.guid.is_some() || self.atom_id.is_some() || self.about.is_some();
        self.title.is_some() && (has_id || (!by_id && (self.page.is_some() || article(&self.links).is_some())))
    }

    /// The finished item but for its dates.
    pub fn finish(self) -> FinishedItem {
        let is_web = |id: &&String| {
            id.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("http://"))
                || id.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("https://"))
        };
        let permalink = self.guid.as_ref().filter(|_| self.guid_is_link);
        let base = self.base.as_deref();
        let link = self
            .page
            .clone()
            .or_else(|| article(&self.links).map(|link| link.href.clone()))
            .or_else(|| permalink.and_then(|guid| absolute(base, guid)))
            .or_else(|| {
                let ids = [&self.about, &self.atom_id, &self.identifier];
                ids.into_iter().flatten().find(is_web).and_then(|id| absolute(None, id))
            });

        let mut enclosures = Vec::new();
        for link in self.links.iter().filter(|link| link.rel == "enclosure") {
            enclosures.push(Enclosure {
                url: link.href.clone(),
                media_type: Some(link.media_type.clone()).filter(|t| !t.is_empty()),
                length: link.length,
            });
        }
        let mut images: Vec<Image> = Vec::new();
        for medium in self.media {
            let is_image = medium.is_image();
            let Some(url) = medium.url else { continue };
            if is_image {
                match images.iter_mut().find(|image| image.url == url) {
                    Some(image) => image.caption = image.caption.take().or(medium.caption),
                    None => images.push(Image { url, caption: medium.caption }),
                }
            } else if !enclosures.iter().any(|enclosure| enclosure.url == url) {
                enclosures.push(Enclosure { url, media_type: medium.media_type, length: medium.length });
            }
        }

        let mut authors = self.authors;
        for person in self.creators {
            if !authors.iter().any(|author| author.name == person.name) {
                authors.push(person);
            }
        }
        if authors.is_empty() {
            authors = self.other_people;
        }

        let fallback_base = link.as_deref().and_then(|link| Url::parse(link).ok());
        let resolved = |body: Body| match body.base.as_deref().or(fallback_base.as_ref()) {
            Some(base) => absolute_in_html(&body.html, base).into_owned(),
            None => body.html,
        };
        let summary = self.summary.or(self.description);
        let content = self.encoded.or(self.content);
        let summary = if summary.is_none() && content.is_none() { self.alt_summary } else { summary };

        let mut source_dates = Vec::new();
        let source = self.source.map(|builder| {
            let (mut meta, dates) = builder.finish();
            source_dates = dates;
            meta.self_link = meta.self_link.take().or(self.source_url.clone());
            meta
        });
        let source = source.filter(|source| *source != FeedMeta::default());

        let item = RawItem {
            id: self.guid.or(self.atom_id).or(self.about).or(self.identifier),
            link,
            title: self.title.or(self.alt_title).or(self.media_title),
            authors,
            summary: summary.map(resolved),
            content: content.map(resolved),
            categories: self.categories,
            images,
            enclosures,
            language: self.language,
            rights: self.rights,
            source,
            ..RawItem::default()
        };
        FinishedItem { item, is_empty: false, dates: self.dates, source_dates }
    }
}
