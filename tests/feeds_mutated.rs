//! Small feeds with random damage: whatever is done to them, reading ends with an answer that keeps its promises.

use std::path::Path;
use std::sync::LazyLock;

use bantin::extract::report::report_line;
use bantin::extract::{Document, Input, Kind, Unreadable, read};
use proptest::prelude::*;
use url::Url;

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/feeds"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_document = |path: &Path| !path.to_str().unwrap().ends_with(".expected.json");
    paths.into_iter().filter(|path| is_document(path)).map(|path| std::fs::read(path).unwrap()).collect()
});

/// Pieces of markup that mean something to a reader.
const PIECES: [&[u8]; 40] = [
    b"<",
    b">",
    b"\"",
    b"'",
    b"&",
    b";",
    b"/",
    b"=",
    b"]]>",
    b"<![CDATA[",
    b"-->",
    b"<!--",
    b"<item>",
    b"</item>",
    b"<entry ",
    b"</entry>",
    b"<title>",
    b"</title>",
    b"<link",
    b"</channel>",
    b"<rss>",
    b"<feed",
    b"&#x110;",
    b"&nbsp;",
    b"&#",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe1\xbb",
    b"\xcc\x80",
    b"<?xml ",
    b"?>",
    b"<!DOCTYPE x [",
    b"xmlns:a=\"b\"",
    b"xml:base='d/'",
    b"{",
    b"}",
    b"[",
    b"\\ud83d",
    b"<source><title>",
];

#[derive(Debug, Clone)]
enum Damage {
    Flip(usize, u8),
    Insert(usize, usize),
    Remove(usize, usize),
    Repeat(usize, usize, usize),
    Cut(usize),
    Join(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<usize>();
    prop_oneof![
        (at, any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        (at, 0..PIECES.len()).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        (at, 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (at, 1..60_usize, 1..300_usize).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        at.prop_map(Damage::Cut),
        at.prop_map(Damage::Join),
    ]
}

fn damaged(seed: usize, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = SEEDS[seed % SEEDS.len()].clone();
    for damage in damages {
        let length = bytes.len().max(1);
        match *damage {
            Damage::Flip(at, byte) => {
                if let Some(slot) = bytes.get_mut(at % length) {
                    *slot = byte;
                }
            }
            Damage::Insert(at, piece) => {
                let at = at % length;
                bytes.splice(at.min(bytes.len())..at.min(bytes.len()), PIECES[piece].iter().copied());
            }
            Damage::Remove(at, count) => {
                let from = (at % length).min(bytes.len());
                bytes.drain(from..(from + count).min(bytes.len()));
            }
            Damage::Repeat(at, count, times) => {
                let from = (at % length).min(bytes.len());
                let piece = bytes[from..(from + count).min(bytes.len())].repeat(times);
                bytes.splice(from..from, piece);
            }
            Damage::Cut(at) => bytes.truncate(at % length),
            Damage::Join(other) => bytes.extend_from_slice(&SEEDS[other % SEEDS.len()]),
        }
    }
    bytes
}

/// Whether XML 1.0 allows every character of `text`.
fn is_clean(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..))
}

fn promises(result: &Result<Document, Unreadable>) {
    assert_ne!(result.as_ref().err(), Some(&Unreadable::Panicked));
    let line = report_line("x", result);
    assert!(!line.contains('\n') && serde_json::from_str::<serde_json::Value>(&line).is_ok());
    let Ok(document) = result else { return };
    for item in &document.items {
        let texts = [&item.title, &item.summary, &item.content, &item.id, &item.rights];
        assert!(texts.into_iter().flatten().all(|text| is_clean(text)), "{item:?}");
        assert!(item.title.as_ref().is_none_or(|title| !title.is_empty() && !title.contains('\n')), "{item:?}");
        let addresses = item.link.iter().chain(item.images.iter().map(|image| &image.url));
        for address in addresses.chain(item.enclosures.iter().map(|enclosure| &enclosure.url)) {
            assert!(Url::parse(address).is_ok_and(|url| !["javascript", "data"].contains(&url.scheme())), "{address}");
        }
        assert!(item.authors.iter().all(|person| !person.name.trim().is_empty()), "{item:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1_500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_breaks_a_promise(seed in any::<usize>(), damages in prop::collection::vec(damage(), 0..8), kind in 0..3) {
        let bytes = damaged(seed, &damages);
        let url = Url::parse("https://tin.example.vn/rss").unwrap();
        let input = Input {
            bytes: &bytes,
            content_type: [None, Some("text/xml; charset=windows-1258"), Some("application/json")][usize::try_from(kind).unwrap()],
            url: Some(&url),
            kind: Kind::Auto,
            zone: chrono_tz::Asia::Ho_Chi_Minh,
            date_order: None,
            now: "2026-03-13T00:00:00Z".parse().unwrap(),
        };
        promises(&read(&input));
    }
}
