//! What polls tell people: in the log, on the terminal, in the tables of `sources` and `check --fetch`.

mod common;

use std::process::{Command, Stdio};

use common::{Desk, Page, bantin, item, rss, stderr, stdout, wait_for};
use serde_json::Value;

const CONFIGURATION: &str = "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\n\
    [[source]]\nid = \"bao-b\"\ntitle = \"Báo B\"\nurl = \"PRESS/b.rss\"\nrobots = \"văn bản đồng ý số 12\"\n";

/// A desk with a source that answers and one that is not found.
fn desk() -> Desk {
    let desk = Desk::new(CONFIGURATION);
    let news = [item("https://bao.example/cau.html", "Thông xe cầu", "Sun, 22 Nov 2026 09:30:00 +0700")];
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &news)));
    desk.press.put("/b.rss", Page::error(404));
    desk
}

#[track_caller]
fn rows(desk: &Desk, args: &[&str]) -> Vec<Value> {
    let printed = stdout(&desk.run(&[args, &["--format", "json"]].concat()));
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("no table ({error}): {printed}"))
}

fn seconds() -> i64 {
    chrono::Utc::now().timestamp()
}

#[test]
fn every_poll_is_one_line_in_the_log() {
    let desk = desk();
    for (round, came) in ["1 new item", "the same document as last time"].into_iter().enumerate() {
        let said = stderr(&desk.run(&["poll", "--log", "info"]));
        // That a source has broken or works again is told beside its polls.
        let polls = said.lines().filter(|line| line.contains("polled source") || line.contains("poll of source"));
        let polls: Vec<_> = polls.collect();
        let of = |source: &str| polls.iter().filter(|line| line.contains(source)).copied().collect::<Vec<_>>();
        let [good] = of("`bao-a`")[..] else { panic!("round {round}: {said}") };
        assert!(good.contains("INFO") && good.contains(&format!("polled source `bao-a`: {came}")), "{good}");
        let [bad] = of("`bao-b`")[..] else { panic!("round {round}: {said}") };
        assert!(bad.contains("WARN") && bad.contains("poll of source `bao-b` failed") && bad.contains("404"), "{bad}");
    }
}

#[test]
fn poll_shows_a_bar_on_a_terminal_and_none_elsewhere() {
    let desk = desk();
    desk.press.put("/b.rss", Page::rss(rss("Báo B", &[])));
    let plain = desk.run(&["poll"]);
    assert!(!stderr(&plain).contains("/2"), "{}", stderr(&plain));
    let program = bantin().get_program().to_owned();
    let output = Command::new("script")
        .args(["-qec", &format!("'{}' poll", program.to_string_lossy()), "/dev/null"])
        .current_dir(desk.path("."))
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: `script`, which gives programs a terminal, is not installed");
        return;
    };
    let shown = stdout(&output);
    assert!(output.status.success() && shown.contains("0/2") && shown.contains("1/2"), "{shown}");
}

#[test]
fn sources_show_the_outcome_since_when_and_what_to_do() {
    let desk = desk();
    desk.run(&["poll"]);
    let first = rows(&desk, &["sources"]);
    desk.run(&["poll"]);
    let bad = &rows(&desk, &["sources"])[1];
    assert_eq!(bad["outcome"], "not-found");
    assert_eq!(
        (&bad["since"], &bad["broken_since"]),
        (&first[1]["since"], &first[1]["since"]),
        "not since the last poll"
    );
    let note = bad["note"].as_str().expect("there is something to do");
    assert!(note.contains("(HTTP 404); look for its new address"), "{note}");
    assert!(note.ends_with("robots.txt is ignored: văn bản đồng ý số 12"), "{note}");
    let good = &rows(&desk, &["sources"])[0];
    assert_eq!((&good["broken_since"], &good["note"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_source_that_is_gone_twice_is_parked_and_sources_say_so() {
    let desk = desk();
    desk.press.put("/b.rss", Page::error(410));
    desk.run(&["poll"]);
    let note = |desk: &Desk| rows(desk, &["sources"])[1]["note"].as_str().expect("a note").to_owned();
    assert!(!note(&desk).contains("parked"), "{}", note(&desk));
    desk.run(&["poll"]);
    assert!(note(&desk).contains("parked: asked only once a week"), "{}", note(&desk));
}

#[test]
fn poll_leaves_a_source_alone_that_asked_for_it_unless_it_is_named() {
    let desk = desk();
    desk.press.put("/b.rss", Page::error(503).header("Retry-After", "3600"));
    let asked = |desk: &Desk| desk.press.seen("/b.rss").len();
    for _ in 0..2 {
        let polls = rows(&desk, &["poll"]);
        assert_eq!(polls.iter().filter(|poll| poll["outcome"] == "throttled").count(), 1, "{polls:?}");
        assert_eq!(asked(&desk), 1);
    }
    let output = desk.run(&["poll"]);
    assert!(stdout(&output).contains("not asked: the server wants to be left alone until"), "{}", stdout(&output));
    assert_eq!(output.status.code(), Some(1));
    desk.run(&["poll", "bao-b"]);
    assert_eq!(asked(&desk), 2);
}

#[test]
fn the_history_of_a_source_has_times_bytes_and_durations() {
    let desk = desk();
    for _ in 0..3 {
        desk.run(&["poll", "bao-a"]);
        // The history counts in seconds.
        let ended = seconds();
        wait_for("the next second", || (seconds() > ended).then_some(()));
    }
    let polls = rows(&desk, &["sources", "bao-a"]);
    let outcomes: Vec<_> = polls.iter().map(|poll| poll["outcome"].as_str().expect("a name")).collect();
    assert_eq!(outcomes, ["unchanged", "unchanged", "new-items"], "the last first");
    for poll in &polls {
        assert!(poll["bytes"].as_u64().is_some_and(|bytes| bytes > 100), "{poll}");
        assert!(poll["duration_ms"].is_u64() && poll["at"].as_str().is_some_and(|at| at.len() >= 16), "{poll}");
        assert_eq!(poll["status"], 200);
    }
    assert!(polls.is_sorted_by(|later, earlier| later["at"].as_str() >= earlier["at"].as_str()));
}

#[test]
fn check_tells_of_each_source_what_was_found() {
    let desk = desk();
    let found = rows(&desk, &["check", "--fetch"]);
    let told: Vec<_> = found.iter().map(|row| (row["source"].as_str(), row["outcome"].as_str())).collect();
    assert_eq!(told, [(Some("bao-a"), Some("new-items")), (Some("bao-b"), Some("not-found"))], "{found:?}");
    assert_eq!((&found[0]["kind"], &found[0]["items"]), (&"rss".into(), &1.into()));
    let table = desk.run(&["check", "--fetch"]);
    assert!(stdout(&table).contains("404"), "{}", stdout(&table));
}
