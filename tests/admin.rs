//! The pages for the sysadmin, on an address of their own.

mod common;

use std::collections::BTreeSet;

use common::daemon::Daemon;
use common::{Answer, BAO_A, Desk, Page, ask, item, rss, wait_for};

const BROKEN: &str = "[[source]]\nid = \"bao-hong\"\ntitle = \"Báo Hỏng\"\nurl = \"PRESS/gone.rss\"\nschedule = \"0 0 1 1 *\"\n\
     [[source]]\nid = \"bao-tat\"\nurl = \"PRESS/off.rss\"\nenabled = false\n";

/// A desk whose daemon has an admin address, one source that works, one that does not and one that is off.
fn desk() -> Desk {
    let desk = Desk::new(&format!("{BAO_A}{BROKEN}"));
    desk.opens_admin();
    let first = item("https://bao.example/1.html", "Lễ hội mùa thu", "Sun, 22 Nov 2026 08:00:00 +0700");
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first])));
    desk
}

#[track_caller]
fn get(address: &str, path: &str) -> Answer {
    ask(address, path, &[]).expect("the admin address answers")
}

/// Waits until both sources have been asked.
#[track_caller]
fn metrics(address: &str) -> String {
    wait_for("both polls", || {
        let text = get(address, "/metrics").text().to_owned();
        let both = text.contains("outcome=\"not-found\"} 1") && text.contains("outcome=\"new-items\"} 1");
        both.then_some(text)
    })
}

#[test]
fn metrics_tell_what_happened_and_each_family_is_declared_once() {
    let desk = desk();
    let daemon = Daemon::start(&desk);
    let admin = daemon.admin();
    daemon.waits_for_page("/feed.atom", "Lễ hội");
    metrics(&admin);
    let answer = get(&admin, "/metrics");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let text = answer.text();
    for line in [
        "bantin_items_new_total 1",
        "bantin_poll_duration_seconds_count 2",
        "bantin_source_failures{source=\"bao-hong\"} 1",
        "bantin_source_failures{source=\"bao-a\"} 0",
        "bantin_source_silent{source=\"bao-a\"} 0",
        "bantin_sources_enabled 2",
        "bantin_network_up 1",
        "bantin_polling_paused 0",
        "bantin_http_requests_total{route=\"feed\",status=\"2xx\"}",
        "bantin_source_newest_item_timestamp_seconds{source=\"bao-a\"} 1795309200",
        "process_open_fds ",
    ] {
        assert!(text.lines().any(|found| found.starts_with(line)), "`{line}` in\n{text}");
    }
    assert!(!text.contains("bao-tat"), "a source that is off is not watched");
    let mut families = BTreeSet::new();
    let mut current = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            current = rest.split(' ').next().expect("a name");
            assert!(families.insert(current), "{current} is declared twice");
        } else if !line.starts_with('#') {
            assert!(line.starts_with(current), "`{line}` belongs to {current}");
            let value = line.rsplit(' ').next().expect("a value");
            value.parse::<f64>().unwrap_or_else(|_| panic!("`{line}` ends with a number"));
        }
    }
}

#[test]
fn status_says_who_is_broken_why_and_what_to_do() {
    let desk = desk();
    let daemon = Daemon::start(&desk);
    let admin = daemon.admin();
    metrics(&admin);
    let answer = get(&admin, "/status");
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    let page = answer.text();
    for part in
        ["Hỏng (1)", "Báo Hỏng", "không có gì ở địa chỉ này (HTTP 404)", "bantin inspect", "Bình thường (1)", "bao-tat"]
    {
        assert!(page.contains(part), "`{part}` in {page}");
    }
    assert!(!page.contains("<script"));
}

#[test]
fn the_admin_pages_are_nowhere_else_and_nothing_else_is_there() {
    let desk = desk();
    let daemon = Daemon::start(&desk);
    let admin = daemon.admin();
    for path in ["/status", "/metrics", "/debug"] {
        assert_eq!(daemon.get(path).status, 404, "{path} on the public address");
        assert_eq!(get(&admin, path).status, 200, "{path}");
    }
    let front = get(&admin, "/");
    assert_eq!((front.status, front.header("location")), (307, Some("/status")));
    assert_eq!(get(&admin, "/feed.atom").status, 404);
    assert!(get(&admin, "/debug").text().contains("tasks alive"));
}

#[test]
fn nothing_is_served_where_no_admin_address_is_given() {
    let desk = Desk::new(BAO_A);
    let daemon = Daemon::start(&desk);
    assert!(!daemon.log().contains("for you at"));
}
