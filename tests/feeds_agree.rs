//! Another parser, `feed-rs`, reads the same out of clean feeds.

use std::path::Path;

use bantin::extract::{Document, Input, Kind, read};
use url::Url;

fn ours(bytes: &[u8], url: &Url) -> Document {
    let input = Input {
        bytes,
        content_type: None,
        url: Some(url),
        kind: Kind::Feed,
        zone: chrono_tz::UTC,
        date_order: None,
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
    };
    read(&input).unwrap()
}

#[test]
fn another_parser_reads_the_same_out_of_clean_feeds() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/feeds"));
    let url = Url::parse("https://tin.example.vn/rss").unwrap();
    for name in ["clean.xml", "full-item.xml", "atom.xml", "not-nfc.xml"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let ours = ours(&bytes, &url);
        let parser = feed_rs::parser::Builder::new().base_uri(Some(url.as_str())).build();
        let theirs = parser.parse(bytes.as_slice()).unwrap();
        assert_eq!(ours.items.len(), theirs.entries.len(), "{name}");
        assert_eq!(ours.feed.title, theirs.title.map(|title| title.content), "{name}");
        for (item, entry) in ours.items.iter().zip(&theirs.entries) {
            assert_eq!(item.id.as_deref(), Some(entry.id.trim()), "{name}");
            assert_eq!(item.published.map(|date| date.to_utc()), entry.published, "{name}");
            let names: Vec<&str> = entry.authors.iter().filter_map(|person| person.name.as_deref()).collect();
            assert_eq!(item.authors.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), names, "{name}");
        }
    }
}
