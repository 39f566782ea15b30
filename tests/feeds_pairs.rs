//! One small document for every class of fault that feeds are met with, and what is read of it.
//!
//! `tests/fixtures/feeds/NAME.xml` (`.json`, `.html`) stands beside `NAME.expected.json`: the kind, the title, the items with
//! the members that matter, and the codes of the problems that must be named (none at all where the list is empty); or the
//! code of the error.

use std::path::{Path, PathBuf};

use bantin::extract::report::report_line;
use bantin::extract::{Input, Kind, read};
use serde_json::Value;
use url::Url;

fn documents() -> Vec<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/feeds"));
    let paths = std::fs::read_dir(folder).expect("the fixtures").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths.filter(|path| !path.to_string_lossy().ends_with(".expected.json")).collect();
    paths.sort();
    paths
}

/// What is read of the document at `path`, as `read` prints it, with the codes of its problems and the shells dropped.
fn found(path: &Path) -> Value {
    let bytes = std::fs::read(path).expect("a document");
    let url = Url::parse("https://tin.example.vn/rss/tin-moi.rss").expect("an address");
    let result = read(&Input {
        bytes: &bytes,
        content_type: None,
        url: Some(&url),
        kind: Kind::Feed,
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        date_order: None,
        now: "2026-11-23T00:00:00Z".parse().expect("an instant"),
    });
    let mut line: Value = serde_json::from_str(&report_line("x", &result)).expect("one line of JSON");
    let problems = line["problems"].as_array().expect("a list").iter().map(|problem| problem["code"].clone()).collect();
    line["problems"] = Value::Array(problems);
    line["error"] = line["error"]["code"].clone();
    match result {
        Ok(document) => line["empty_items"] = document.empty_items.into(),
        Err(bantin::extract::Unreadable::Html { feed_links }) => line["feed_links"] = feed_links.into(),
        Err(_) => {}
    }
    line
}

/// Whether everything that `expected` says is so in `found`; what it does not mention is left open.
fn holds(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), found) => {
            expected.iter().all(|(name, value)| match (name.as_str(), value, &found[name]) {
                ("problems", Value::Array(wanted), Value::Array(codes)) if !wanted.is_empty() => {
                    wanted.iter().all(|code| codes.contains(code))
                }
                (_, value, found) => holds(value, found),
            })
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(expected, found)| holds(expected, found))
        }
        (expected, found) => expected == found,
    }
}

#[test]
fn every_class_of_fault_is_read_as_expected() {
    let mut faults = Vec::new();
    let documents = documents();
    for path in &documents {
        let text = std::fs::read_to_string(path.with_extension("expected.json")).expect("what is expected of it");
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        let found = found(path);
        if !holds(&expected, &found) {
            faults.push(format!("{}\n  expected {expected}\n  found    {found}", path.display()));
        }
    }
    assert!(faults.is_empty(), "{} of {} differ:\n{}", faults.len(), documents.len(), faults.join("\n"));
    assert!(documents.len() >= 108, "only {} documents", documents.len());
}
