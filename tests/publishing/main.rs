//! The rules that published documents keep, held by reading the documents back.
//!
//! | file | what it holds |
//! |---|---|
//! | `feeds.rs` | one format at a time: Atom, RSS, JSON Feed, OPML |
//! | `rules.rs` | what no validator sees: identity, provenance, time, the equality of the formats |
//! | `pages.rs` | the pages for people |
//! | `hostile.rs` | whatever a source says, documents stay well-formed and pages inert |
//! | `judges.rs` | other people's grammars and parsers |

mod feeds;
mod hostile;
mod judges;
#[path = "../newsroom/mod.rs"]
mod newsroom;
mod pages;
mod rules;
mod xml;

use bantin::model::{Entry, FeedKey};
use bantin::publish::{self, Masthead};
use serde_json::Value;

use crate::xml::Node;

/// A feed of these entries as Atom, read back.
#[track_caller]
fn atom_of(masthead: &Masthead, entries: Vec<Entry>) -> Node {
    xml::parse(&publish::atom(masthead, &FeedKey::Merged, &newsroom::content(entries)))
}

/// One entry as Atom, read back.
#[track_caller]
fn atom_entry(entry: Entry) -> Node {
    atom_of(&newsroom::masthead(), vec![entry]).child("entry").clone()
}

/// A feed of these entries as RSS, read back; the `channel`.
#[track_caller]
fn rss_of(masthead: &Masthead, entries: Vec<Entry>) -> Node {
    let rss = xml::parse(&publish::rss(masthead, &FeedKey::Merged, &newsroom::content(entries)));
    assert_eq!((rss.name.as_str(), rss.attribute("version")), ("rss", Some("2.0")));
    rss.child("channel").clone()
}

/// One entry as RSS, read back.
#[track_caller]
fn rss_item(entry: Entry) -> Node {
    rss_of(&newsroom::masthead(), vec![entry]).child("item").clone()
}

/// A feed of these entries as JSON Feed, read back.
#[track_caller]
fn json_of(masthead: &Masthead, entries: Vec<Entry>) -> Value {
    let bytes = publish::json(masthead, &FeedKey::Merged, &newsroom::content(entries));
    serde_json::from_slice(&bytes).expect("JSON")
}

/// One entry as JSON Feed, read back.
#[track_caller]
fn json_item(entry: Entry) -> Value {
    json_of(&newsroom::masthead(), vec![entry])["items"][0].clone()
}

/// The first story of the newsroom: with an author, labels and three copies.
fn canal() -> Entry {
    newsroom::entries().remove(0)
}

/// A story with nothing special about it.
fn plain() -> Entry {
    newsroom::entries().remove(1)
}
