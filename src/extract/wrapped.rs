//! Feeds that stand inside another document: escaped or in a CDATA section of a web service's answer, as a string of JSON;
//! and JSON Feeds that come after a message of the server's.

use std::borrow::Cow;

use super::json::Json;
use super::plain;
use super::xml::refs::References;

/// How far into a document a feed inside it may begin.
const HEAD_BYTES: usize = 4096;

/// What feeds begin with.
const BEGINNINGS: [&str; 4] = ["<?xml", "<rss", "<feed", "<rdf:RDF"];

/// The feed that stands as one text in a document of markup (`<string>&lt;rss …`, `<string><![CDATA[<rss …`).
pub fn in_markup(text: &str) -> Option<String> {
    let head = plain::floor(text, HEAD_BYTES);
    if ["&lt;rss", "&lt;feed", "&lt;rdf:RDF"].iter().any(|root| head.contains(root)) {
        return Some(References::default().resolve(text).into_owned());
    }
    const OPENING: &str = "<![CDATA[";
    let (at, _) = head.match_indices(OPENING).find(|(at, _)| begins_feed(&text[at + OPENING.len()..]))?;
    // A section inside a section is written as two that meet.
    Some(text[at + OPENING.len()..].replace("]]]]><![CDATA[>", "]]>"))
}

/// The feed that is a string of a JSON document, or the whole of it.
pub fn in_json(text: &str) -> Option<Cow<'_, str>> {
    Json::find_string(text, begins_feed)
}

/// Where the JSON Feed begins that other text stands before.
pub fn json_feed_start(text: &str) -> Option<usize> {
    let head = plain::floor(text, HEAD_BYTES);
    let version = head.find("jsonfeed.org/version")?;
    head[..version].rfind('{').filter(|&at| at > 0)
}

fn begins_feed(text: &str) -> bool {
    let text = text.trim_start();
    BEGINNINGS.iter().any(|start| text.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start)))
}
