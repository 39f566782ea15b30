//! Real feeds as real papers sent them, served over loopback and polled.

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use common::{Desk, Page};
use serde_json::Value;

const FILES: [(&str, &str); 4] = [
    ("thoi-su", "vnexpress-thoi-su-20170325T204232.xml"),
    ("tin-moi-thang-7", "vnexpress-tin-moi-nhat-20170726T195520.xml"),
    ("tin-moi-thang-11", "vnexpress-tin-moi-nhat-20171114T174244.xml"),
    ("chep-tay", "transcribed-items-202401.xml"),
];

/// The documents by the id of their source; none where the shared corpus is not there.
fn documents(test: &str) -> Option<BTreeMap<&'static str, String>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/vn/rss"));
    if !folder.is_dir() {
        eprintln!("SKIPPED: {test} needs ../shared/corpus/vn/rss");
        return None;
    }
    let read =
        |file: &str| String::from_utf8(std::fs::read(folder.join(file)).expect("it can be read")).expect("UTF-8");
    Some(FILES.iter().map(|(id, file)| (*id, read(file))).collect())
}

/// A desk whose sources are these documents, polled once.
fn polled(documents: &BTreeMap<&str, String>) -> Desk {
    let sources: String =
        documents.keys().map(|id| format!("[[source]]\nid = \"{id}\"\nurl = \"PRESS/{id}.rss\"\n")).collect();
    let desk = Desk::new(&sources);
    let text = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    desk.write("feeds.toml", text.replace("[publish]\n", "[publish]\nitems = 1000\n"));
    for (id, document) in documents {
        desk.press.put(&format!("/{id}.rss"), Page::rss(document.clone()));
    }
    desk.succeeds(&["poll"]);
    desk
}

fn exported(desk: &Desk) -> Vec<Value> {
    desk.succeeds(&["export", "jsonl"])
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// Link and date of every item that has a link, as the document writes them.
fn written(document: &str) -> Vec<(String, DateTime<Utc>)> {
    let of = |item: &str, name: &str| {
        let (_, rest) = item.split_once(&format!("<{name}>"))?;
        let value = rest.split_once(&format!("</{name}>"))?.0;
        let value = value.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>").trim();
        (!value.is_empty()).then(|| value.replace("&amp;", "&"))
    };
    let date = |text: String| {
        let parsed = DateTime::parse_from_rfc2822(&text)
            .or_else(|_| DateTime::parse_from_str(&text, "%a, %d %b %y %H:%M:%S %z"));
        parsed.unwrap_or_else(|error| panic!("`{text}`: {error}")).to_utc()
    };
    document.split("<item>").skip(1).filter_map(|item| Some((of(item, "link")?, date(of(item, "pubDate")?)))).collect()
}

#[test]
fn every_item_is_stored_once_with_its_date_and_the_empty_one_is_dropped_and_counted() {
    let Some(documents) = documents("every_item_is_stored_once") else { return };
    let desk = polled(&documents);
    let items = exported(&desk);
    let mut expected = BTreeMap::new();
    for (id, document) in &documents {
        for (link, date) in written(document) {
            assert!(expected.insert(((*id).to_owned(), link.clone()), date).is_none(), "{link} is listed twice");
        }
    }
    assert_eq!(expected.len(), 25 + 25 + 24 + 3);
    let found: BTreeMap<(String, String), DateTime<Utc>> = items
        .iter()
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
            let date = DateTime::parse_from_rfc3339(&text("published")).expect("every item has a date").to_utc();
            ((text("source"), text("url")), date)
        })
        .collect();
    assert_eq!(items.len(), expected.len(), "each is stored once");
    assert_eq!(found, expected);
    let polls: Value =
        serde_json::from_str(&desk.succeeds(&["sources", "tin-moi-thang-11", "--format", "json"])).expect("JSON");
    assert_eq!((&polls[0]["new"], &polls[0]["dropped"]), (&24.into(), &1.into()));
    assert!(items.iter().all(|item| {
        let title = item["title"].as_str().unwrap_or_default();
        !title.is_empty() && !title.contains("&atilde;") && !title.contains('<')
    }));
    // A second look at the same documents brings nothing new.
    let again: Value = serde_json::from_str(&desk.succeeds(&["poll", "--format", "json"])).expect("JSON");
    assert!(again.as_array().expect("a table").iter().all(|row| row["new"] == 0 && row["edited"] == 0), "{again}");
}

#[test]
fn an_offset_of_seven_hours_is_understood_and_kept() {
    let Some(_) = documents("an_offset_of_seven_hours") else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/vn/rss");
    for (_, file) in FILES {
        let output = common::bantin().arg("read").arg(format!("{folder}/{file}")).output().expect("the program runs");
        let line: Value = serde_json::from_slice(&output.stdout).expect("a line is JSON");
        assert_eq!(line["ok"], true, "{file}");
        for item in line["items"].as_array().expect("a list") {
            let date = item["published"].as_str().expect("every item has a date");
            assert!(date.ends_with("+07:00"), "{file}: {date}");
        }
    }
}

#[test]
fn an_article_with_http_and_https_links_is_one_story() {
    let Some(mut documents) = documents("http_and_https") else { return };
    documents.retain(|id, _| *id == "tin-moi-thang-11");
    let secure = documents["tin-moi-thang-11"].clone();
    let plain = secure.replace("<link>https://", "<link>http://").replace("<guid>https://", "<guid>http://");
    assert_ne!(plain, secure, "the document has https links");
    documents.insert("khong-ma-hoa", plain);
    let desk = polled(&documents);
    assert_eq!(exported(&desk).len(), 2 * 24);
    let feed: Value =
        serde_json::from_slice(&std::fs::read(desk.path("public/feed.json")).expect("published")).expect("JSON");
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(24), "each article is published once");
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("the database opens");
    let mut stories = db.prepare("SELECT items FROM stories").expect("there is a view for people who like SQL");
    let items = stories.query_map([], |row| row.get::<_, i64>(0)).expect("it can be read");
    assert_eq!(items.collect::<Result<Vec<_>, _>>().expect("it can be read"), [2; 24], "each story has both");
}
