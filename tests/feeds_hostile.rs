//! Documents made to hurt: small ones from the shared corpus where it is present, large ones made here.
//!
//! Memory is counted by the allocator, time is the thread's own; both only mean something in a release build.

#[path = "common/cpu.rs"]
mod cpu;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use bantin::extract::{Document, Input, Kind, Unreadable, read};
use cpu::thread_time;
use url::Url;

/// Counts what this thread has allocated, and the most that ever was: tests run beside each other, and what another of
/// them makes meanwhile is not this document's memory.
struct Counting;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that is ending has no counters any more.
    let _ = NOW.try_with(|now| {
        now.set(now.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now.get())));
    });
}

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Reads a document; the bytes themselves are part of the memory it may take.
fn measured(bytes: &[u8]) -> (Result<Document, Unreadable>, Duration, usize) {
    let url = Url::parse("http://feeds.example.org/dir/feed.xml").unwrap();
    let input = Input {
        bytes,
        content_type: None,
        url: Some(&url),
        kind: Kind::Auto,
        zone: chrono_tz::UTC,
        date_order: None,
        now: chrono::DateTime::UNIX_EPOCH,
    };
    let before = NOW.get();
    PEAK.set(before);
    let start = thread_time();
    let result = read(&input);
    let took = thread_time() - start;
    (result, took, (PEAK.get() - before).unsigned_abs() + bytes.len())
}

#[track_caller]
fn check(name: &str, bytes: &[u8], time: Duration, memory: usize) -> Result<Document, Unreadable> {
    let (result, took, peak) = measured(bytes);
    let outcome = match &result {
        Ok(document) => format!("{} items", document.items.len()),
        Err(unreadable) => unreadable.code().to_owned(),
    };
    eprintln!("{name}: {outcome}, {} ms, {} KB over {} KB of input", took.as_millis(), peak >> 10, bytes.len() >> 10);
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: {name}: time and memory are only asserted in a release build");
    } else {
        assert!(took <= time, "{name} took {took:?}");
        assert!(peak <= memory, "{name} took {peak} bytes");
    }
    result
}

/// The limits for large documents.
#[track_caller]
fn check_large(name: &str, text: &str) -> Result<Document, Unreadable> {
    check(name, text.as_bytes(), Duration::from_secs(2), 256 << 20)
}

fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
}

/// How often a piece is repeated: as often as the limits are stated for, less often in a slow build.
fn times(release: usize) -> usize {
    if cfg!(debug_assertions) { release / 50 } else { release }
}

#[test]
fn survives_the_hostile_corpus() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/feeds"));
    let Ok(list) = std::fs::read_to_string(corpus.join("hostile.jsonl")) else {
        eprintln!("SKIPPED: the shared corpus is not beside this checkout");
        return;
    };
    for line in list.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = entry["file"].as_str().unwrap();
        let bytes = std::fs::read(corpus.join(name)).unwrap();
        let result = check(name, &bytes, Duration::from_secs(1), 64 << 20);
        if let Some(expected) = entry["entries"].as_u64() {
            assert_eq!(result.as_ref().map(|document| document.items.len() as u64), Ok(expected), "{name}");
        }
        assert_eq!(entry["not_a_feed"] == true, result.is_err(), "{name}");
    }
}

#[test]
fn refuses_millions_of_empty_items() {
    let result = check_large("5 million items", &rss(&"<item/>".repeat(times(5_000_000))));
    assert_eq!(result.unwrap_err(), Unreadable::TooManyItems { limit: 10_000 });
}

#[test]
fn reads_a_million_nested_elements_in_a_description() {
    let count = times(1_000_000);
    let text = format!("<description>{}tin{}</description>", "<b>".repeat(count), "</b>".repeat(count));
    let document = check_large("nested <b>", &rss(&format!("<item><title>a</title>{text}</item>"))).unwrap();
    assert_eq!(document.items.len(), 1);
}

#[test]
fn survives_nested_bases() {
    let count = times(50_000);
    let open = "<a xml:base=\"d/\">".repeat(count);
    let result =
        check_large("nested xml:base", &format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title>{open}"));
    assert!(result.unwrap().problems.iter().any(|problem| problem.code == "too-deep"));
    let open = "<entry xml:base=\"d/\"><x xml:base=\"e/\">".repeat(count);
    check_large("nested entries with bases", &format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{open}")).ok();
}

#[test]
fn survives_nested_media_groups() {
    let count = times(100_000);
    let groups = format!("{}{}", "<media:group>".repeat(count), "</media:group>".repeat(count));
    let items = format!("<item><title>a</title>{groups}</item><item><title>b</title></item>");
    let document = check_large("nested media:group", &rss(&items)).unwrap();
    assert_eq!(document.items.len(), 2);
}

#[test]
fn cuts_an_endless_title() {
    let title = "tin ".repeat(times(50 << 20) / 4);
    let document =
        check_large("50 MB title", &rss(&format!("<item><title>{title}</title><guid>1</guid></item>"))).unwrap();
    assert!(document.items[0].title.as_ref().unwrap().len() <= 8 << 10);
    assert!(document.problems.iter().any(|problem| problem.code == "too-long"));
}

#[test]
fn survives_fifty_megabytes_of_one_thing() {
    let of = |piece: &str| piece.repeat(times(50 << 20) / piece.len());
    check_large("stray end tags under open elements", &rss(&format!("{}{}", "<x>".repeat(190), of("</y>")))).ok();
    check_large("text encoded twice", &rss(&of("á»‰"))).ok();
    check_large("attributes", &rss(&format!("<item><title>a</title><link {}/></item>", of("a='b' ")))).ok();
    check_large("entities", &rss(&format!("<item><description>{}</description></item>", of("&nbsp;")))).ok();
    check_large("categories", &rss(&format!("<item>{}</item>", of("<category>a</category>")))).ok();
    check_large("tags of JSON", &format!("{{\"items\":[{{\"url\":\"/a\",\"tags\":[{}]}}]}}", of("\"a\","))).ok();
    check_large("items of JSON", &format!("{{\"items\":[{}]}}", of("{\"url\":\"/a\"},"))).ok();
    let mut bytes = b"<rss><channel><title>".to_vec();
    bytes.resize(times(50 << 20), 0xff);
    let (_, took, _) = measured(&bytes);
    assert!(cfg!(debug_assertions) || took < Duration::from_secs(2), "invalid bytes took {took:?}");
}

#[test]
fn takes_linear_time_whatever_is_repeated() {
    let pieces = [
        "<item><description>x<link>",
        "<item><title>x",
        "<description>x<pubDate>",
        "<title>x<title>",
        "<item><foo:a><title>",
        "<item><media:content><title>x",
        "<![CDATA[",
        "<item><title><![CDATA[",
        "&a",
        "&#",
        "<a b=\"",
        "<a b='<",
        "</item>",
        "</b>",
        "<!--",
        "<!DOCTYPE a [",
        "<!DOCTYPE a [<!ENTITY b \"c\">",
        "<item><source><title>",
        "<item><author><name>",
        "<image><url>",
        "<item xmlns:a=\"b\" xml:base=\"c/\">",
        "<x xmlns:a=\"b\">",
        "<item><guid>a</guid><link/>",
        "<item><category>a</category><enclosure url='b'/>",
        "<item><content:encoded><p><a href='b'>",
        "<item><pubDate>1/2/2026</pubDate></item>",
        "{\"items\":[",
        "[",
        "{\"a\":\"",
        "{\"items\":[{\"title\":\"a \"b",
        "\" , ",
        "<script>a",
        "<item><category><id>",
        "< /title>",
        "\u{300}",
        "a\u{300}\u{316}",
        "\u{1}",
    ];
    for piece in pieces {
        for (name, text) in [
            ("alone", piece.repeat(times(2 << 20) / piece.len())),
            ("in a channel", rss(&piece.repeat(times(2 << 20) / piece.len()))),
            ("in an item", rss(&format!("<item><title>{}</title></item>", piece.repeat(times(2 << 20) / piece.len())))),
            ("in a text", rss(&format!("<item><description>{}", piece.repeat(times(2 << 20) / piece.len())))),
        ] {
            check(&format!("{piece:?} {name}"), text.as_bytes(), Duration::from_secs(1), 128 << 20).ok();
        }
    }
}

#[test]
fn refuses_what_is_larger_than_any_document() {
    let bytes = vec![b' '; (64 << 20) + 1];
    assert!(matches!(measured(&bytes).0, Err(Unreadable::TooLarge { .. })));
}
