//! `kill -9` at twenty instants of a poll: nothing that was published is lost, nothing is doubled, and every file that a
//! reader could fetch at that instant is whole.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{Desk, Item, Page, Running, assert_sound, gunzip, item, published_files, rss, unbrotli};
use serde_json::Value;

const SOURCES: usize = 3;
const KILLS: usize = 20;

/// The instants are the same in every run, as far as a machine lets them be.
const SEED: u64 = 20_261_123;

/// A number of a steady sequence (Knuth's linear congruence), from 0 to 1.
fn next(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

fn configuration() -> String {
    let mut text = String::new();
    for n in 0..SOURCES {
        text.push_str(&format!("[[source]]\nid = \"bao-{n}\"\nurl = \"PRESS/{n}.rss\"\n"));
    }
    text.push_str("[[topic]]\nid = \"thuy-loi\"\ntitle = \"Thuỷ lợi\"\nstrong = [\"kênh mương\"]\n");
    text
}

/// What source `n` lists after `round` rounds: two items more each time, and an older one reworded.
fn listed(n: usize, round: usize) -> Vec<Item> {
    let mut items: Vec<Item> = (0..=round * 2 + 1)
        .rev()
        .map(|k| {
            let date = format!("{:02} Nov 2026 {:02}:{:02}:00 +0700", 1 + k / 24, k % 24, n);
            item(&format!("https://bao-{n}.example/{k}.html"), &format!("Tin số {k} của báo {n} về kênh mương"), &date)
        })
        .collect();
    let reworded = round % items.len();
    items[reworded].text.push_str(&format!(" Sửa lần thứ {round}."));
    items
}

fn ids_of(feed: &[u8]) -> Vec<String> {
    let feed: Value = serde_json::from_slice(feed).expect("a published file is whole");
    let items = feed["items"].as_array().expect("a feed has items");
    items.iter().map(|item| item["id"].as_str().expect("an item has an id").to_owned()).collect()
}

/// Every file is one whole document, in whichever coding.
#[track_caller]
fn assert_whole(public: &Path) {
    for file in published_files(public) {
        let name = file.to_string_lossy().into_owned();
        if name.contains(".bantin-") {
            continue; // Half written beside its place: no reader ever asks for it.
        }
        let bytes = std::fs::read(public.join(&file)).expect("it can be read");
        let (plain, kind) = match name.rsplit_once('.') {
            Some((kind, "gz")) => (gunzip(&bytes), kind),
            Some((kind, "br")) => (unbrotli(&bytes), kind),
            _ => (bytes, name.as_str()),
        };
        let text = std::str::from_utf8(&plain).expect("documents are UTF-8").trim_end();
        match kind.rsplit('.').next() {
            Some("json") => drop(ids_of(&plain)),
            Some("atom" | "rss") => {
                feed_rs::parser::parse(&plain[..]).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            Some("html") => assert!(text.ends_with("</html>"), "{name}"),
            Some("xml" | "opml") => assert!(text.ends_with("</opml>"), "{name}"),
            _ => assert!(!text.is_empty(), "{name}"),
        }
    }
}

/// The compressed forms beside each file are its own.
#[track_caller]
fn assert_forms_agree(public: &Path) {
    let read = |name: &str| std::fs::read(public.join(name)).expect("it can be read");
    for file in published_files(public) {
        let name = file.to_string_lossy().into_owned();
        assert!(!name.contains(".bantin-"), "{name} was left behind");
        if let Some(plain) = name.strip_suffix(".gz") {
            assert!(gunzip(&read(&name)) == read(plain), "{name}");
        } else if let Some(plain) = name.strip_suffix(".br") {
            assert!(unbrotli(&read(&name)) == read(plain), "{name}");
        }
    }
}

#[test]
fn a_poll_that_is_killed_at_any_instant_loses_and_doubles_nothing() {
    let desk = Desk::new(&configuration());
    let text = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    desk.write("feeds.toml", text.replace("[publish]\n", "[publish]\nitems = 1000\n"));
    let public = desk.path("public");
    let put = |round: usize| {
        for n in 0..SOURCES {
            let page = Page::rss(rss(&format!("Báo {n}"), &listed(n, round))).etag(&format!("\"{round}\""));
            desk.press.put(&format!("/{n}.rss"), page);
        }
    };
    put(0);
    let began = Instant::now();
    desk.succeeds(&["poll"]);
    let mut usual = began.elapsed().min(Duration::from_secs(3));

    let mut chance = SEED;
    let mut seen = BTreeSet::new();
    let mut killed = 0;
    for round in 1..=KILLS {
        put(round);
        let mut command = desk.command(&["poll"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut process = Running(child);
        // The instant is the subject of the test, not a wait for anything.
        std::thread::sleep(usual.mul_f64(next(&mut chance)));
        process.signal(libc::SIGKILL);
        if process.ends().code().is_none() {
            killed += 1;
        } else {
            // The machine is not as busy any more as it was when the first poll was measured.
            usual = usual.mul_f64(0.7);
        }

        assert_whole(&public);
        let before = ids_of(&std::fs::read(public.join("feed.json")).expect("it has been published"));
        assert!(seen.is_subset(&before.iter().cloned().collect()), "round {round}: published items are gone");
        seen.extend(before);

        // Mostly the next kill comes before a whole poll does.
        if round % 4 == 0 {
            desk.succeeds(&["poll"]);
            let bytes = std::fs::read(public.join("feed.json")).expect("it has been published");
            let ids = ids_of(&bytes);
            let distinct: BTreeSet<String> = ids.iter().cloned().collect();
            assert_eq!(distinct.len(), ids.len(), "round {round}: an item is there twice");
            let expected: BTreeSet<String> =
                (0..SOURCES).flat_map(|n| listed(n, round)).filter_map(|item| item.guid).collect();
            assert_eq!(distinct, expected, "round {round}");
            assert!(
                String::from_utf8_lossy(&bytes).contains(&format!("Sửa lần thứ {round}.")),
                "round {round}: an edit is lost"
            );
            assert_sound(&desk.path("bantin.db"));
        }
    }
    assert!(killed >= KILLS / 2, "only {killed} of {KILLS} polls were still running when they were to be killed");
    let topic = ids_of(&std::fs::read(public.join("topics/thuy-loi.json")).expect("it has been published"));
    assert_eq!(topic.len(), SOURCES * (KILLS * 2 + 2), "the topic has them all too");
    // The daemon sweeps what kills have left half written.
    let mut daemon = Running(
        desk.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts"),
    );
    common::wait_for("the daemon", || desk.path("control.sock").exists().then_some(()));
    common::wait_for("the sweep", || {
        let left = published_files(&public).iter().any(|file| file.to_string_lossy().contains(".bantin-"));
        (!left).then_some(())
    });
    daemon.signal(libc::SIGTERM);
    assert_eq!(daemon.ends().code(), Some(0));
    assert_whole(&public);
    assert_forms_agree(&public);
    assert_sound(&desk.path("bantin.db"));
}
