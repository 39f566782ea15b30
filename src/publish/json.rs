//! The JSON Feed 1.1 writer.

use serde::Serialize;

use crate::model::{FeedContent, FeedKey, Person};

use super::Format;
use super::entry::{self, Prepared, is_media_type, rfc3339, web_address};
use super::markup::allowed;
use super::masthead::Masthead;

/// Renders a feed as a JSON Feed 1.1 document.
///
/// Provenance, which JSON Feed has no word for, stands in `_bantin`: where the item was taken from, who else carried
/// it, and the story's page.
pub fn json(masthead: &Masthead, key: &FeedKey, content: &FeedContent) -> Vec<u8> {
    write(masthead, key, content, &entry::prepare(masthead, content))
}

pub(super) fn write(masthead: &Masthead, key: &FeedKey, content: &FeedContent, entries: &[Prepared<'_>]) -> Vec<u8> {
    let site = masthead.site();
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: allowed(&masthead.feed_title(key)).into_owned(),
        home_page_url: masthead.absolute(&super::pages::path(key, 1)),
        feed_url: masthead.absolute(&format!("{}.{}", key.path(), Format::Json.extension())),
        description: entry::non_blank(site.subtitle.as_deref()),
        language: site.language.tag(),
        authors: vec![Author {
            name: entry::non_blank(site.author.as_deref()).unwrap_or_else(|| site.title.clone()),
            url: Some(site.url.to_string()),
        }],
        bantin: FeedExtension {
            id: masthead.feed_id(key),
            updated: rfc3339(entry::feed_updated(masthead, content)),
            rights: entry::non_blank(site.rights.as_deref()),
        },
        items: entries.iter().map(|prepared| item(masthead, prepared)).collect(),
    };
    // Writing to memory fails only for maps with keys that are no strings; there are none.
    let mut out = serde_json::to_vec(&document).unwrap_or_default();
    out.push(b'\n');
    out
}

#[derive(Serialize)]
struct Document {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    language: &'static str,
    authors: Vec<Author>,
    #[serde(rename = "_bantin")]
    bantin: FeedExtension,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct FeedExtension {
    id: String,
    updated: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<String>,
}

#[derive(Serialize)]
struct Author {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Item {
    id: String,
    url: String,
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    date_published: String,
    date_modified: String,
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    #[serde(rename = "_bantin")]
    bantin: ItemExtension,
}

#[derive(Serialize)]
struct Attachment {
    url: String,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

#[derive(Serialize)]
struct ItemExtension {
    story: String,
    source: SourceExtension,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copies: Vec<CopyExtension>,
}

#[derive(Serialize)]
struct SourceExtension {
    id: String,
    title: String,
    updated: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
}

#[derive(Serialize)]
struct CopyExtension {
    outlet: String,
    title: String,
    url: String,
    date_published: String,
}

fn item(masthead: &Masthead, prepared: &Prepared<'_>) -> Item {
    let entry = prepared.entry;
    let content_html = prepared.content.clone().or_else(|| prepared.annotated_summary.clone());
    // JSON Feed wants one of the two contents.
    let content_text = content_html
        .is_none()
        .then(|| if prepared.summary.is_empty() { prepared.title.clone() } else { prepared.summary.clone() });
    let provenance = &prepared.provenance;
    Item {
        id: prepared.id.clone(),
        url: prepared.url.clone(),
        title: prepared.title.clone(),
        summary: prepared.summary.clone(),
        content_html,
        content_text,
        // Pictures are part of the body: where bodies are not published, they are not either.
        image: prepared.content.as_ref().and_then(|_| entry.images.iter().find_map(|image| web_address(&image.url))),
        date_published: rfc3339(prepared.published),
        date_modified: rfc3339(prepared.updated),
        authors: prepared.authors.iter().map(author).collect(),
        tags: prepared.categories.iter().map(|category| category.label.clone()).collect(),
        language: prepared.language.clone(),
        attachments: prepared
            .enclosures
            .iter()
            .filter_map(|file| {
                Some(Attachment {
                    url: web_address(&file.url)?,
                    mime_type: file.media_type.clone().filter(|media_type| is_media_type(media_type))?,
                    size_in_bytes: file.length,
                })
            })
            .collect(),
        bantin: ItemExtension {
            story: masthead.absolute(&format!("stories/{}", entry.story)),
            source: SourceExtension {
                id: provenance.id.clone(),
                title: provenance.title.clone(),
                updated: rfc3339(provenance.updated),
                url: provenance.alternate.clone(),
                feed_url: provenance.self_link.clone(),
            },
            credit: entry::credit_of(entry),
            rights: prepared.rights.clone(),
            copies: prepared
                .copies
                .iter()
                .map(|copy| CopyExtension {
                    outlet: copy.name.clone(),
                    title: copy.title.clone(),
                    url: copy.url.clone(),
                    date_published: rfc3339(copy.published),
                })
                .collect(),
        },
    }
}

fn author(person: &Person) -> Author {
    Author { name: person.name.clone(), url: person.uri.clone() }
}
