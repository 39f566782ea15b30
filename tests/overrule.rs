//! What people decide over our heads: split, merge, takedown. For good, at once, by the program itself, with a daemon and
//! without.

mod common;

use std::process::Stdio;

use common::daemon::Daemon;
use common::{Desk, Item, Page, Running, assert_sound, item, rss, stderr, wait_for};
use serde_json::Value;

/// Sources that are polled when the daemon starts or somebody asks, and not again for a year.
const SOURCES: &str = "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\nschedule = \"0 0 1 1 *\"\n\
    province = \"ninh-binh\"\n\
    [[source]]\nid = \"bao-b\"\ntitle = \"Báo B\"\nurl = \"PRESS/b.rss\"\nschedule = \"0 0 1 1 *\"\n\
    [[source]]\nid = \"bao-c\"\ntitle = \"Báo C\"\nurl = \"PRESS/c.rss\"\nschedule = \"0 0 1 1 *\"\n\
    [[topic]]\nid = \"giao-thong\"\ntitle = \"Giao thông\"\nstrong = [\"khánh thành cầu\"]\n\
    [[topic]]\nid = \"thuy-loi\"\ntitle = \"Thủy lợi\"\nstrong = [\"kè sông\"]\n";

const BRIDGE: &str = "Sáng nay huyện Hoa Lư khánh thành cầu Bến Đá nối hai xã ven sông, kinh phí do tỉnh cấp sau bốn năm thi công. \
    Cây cầu thay cho bến phà cũ mà người dân hai bờ đã đi lại suốt nhiều thế hệ, nhất là học sinh phải dậy từ tờ mờ sáng. \
    Lãnh đạo huyện cho biết tuyến đường dẫn hai đầu cầu sẽ được trải nhựa trong mùa khô tới.";

const DYKE: &str = "Đoàn công tác của sở kiểm tra kè sông Đáy đoạn qua phường ven đê, nơi mùa mưa vừa rồi xuất hiện nhiều cung sạt. \
    Đơn vị thi công cam kết đưa đủ máy móc, nhân lực để hoàn thành phần chân kè trước khi nước lên, bảo đảm an toàn cho khu dân cư.";

fn bridge(host: &str) -> Item {
    item(&format!("https://{host}.example/cau.html"), "Khánh thành cầu Bến Đá", "Sun, 22 Nov 2026 09:30:00 +0700")
        .text(BRIDGE)
}

fn dyke(host: &str) -> Item {
    item(&format!("https://{host}.example/ke.html"), "Kiểm tra kè sông Đáy mùa mưa", "Sun, 22 Nov 2026 10:00:00 +0700")
        .text(DYKE)
}

fn put(desk: &Desk, source: &str, items: &[Item]) {
    desk.press.put(&format!("/{source}.rss"), Page::rss(rss("Báo", items)));
}

/// Báo A has both articles, Báo B a copy of the bridge, Báo C nothing yet; polled in this order.
fn polled() -> Desk {
    let desk = Desk::new(SOURCES);
    put(&desk, "a", &[bridge("bao-a"), dyke("bao-a")]);
    put(&desk, "b", &[bridge("bao-b")]);
    put(&desk, "c", &[]);
    for source in ["bao-a", "bao-b", "bao-c"] {
        desk.succeeds(&["poll", source]);
    }
    desk
}

/// Báo A has both articles, the others nothing yet, and a daemon has published them.
fn running() -> (Desk, Daemon) {
    let desk = Desk::new(SOURCES);
    put(&desk, "a", &[bridge("bao-a"), dyke("bao-a")]);
    put(&desk, "b", &[]);
    put(&desk, "c", &[]);
    let daemon = Daemon::start(&desk);
    for page in ["cau", "ke"] {
        daemon.waits_for_page("/feed.json", &url("bao-a", page));
    }
    (desk, daemon)
}

/// An entry of a published feed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    id: String,
    url: String,
    story: String,
    copies: Vec<String>,
}

/// What a feed holds, from its file; nothing for one that was never written.
fn feed(desk: &Desk, name: &str) -> Vec<Entry> {
    let Ok(bytes) = std::fs::read(desk.path(&format!("public/{name}.json"))) else { return Vec::new() };
    let feed: Value = serde_json::from_slice(&bytes).expect("it is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entry = |item: &Value| Entry {
        id: text(&item["id"]),
        url: text(&item["url"]),
        story: text(&item["_bantin"]["story"]).rsplit('/').next().unwrap_or_default().to_owned(),
        copies: item["_bantin"]["copies"].as_array().into_iter().flatten().map(|copy| text(&copy["url"])).collect(),
    };
    feed["items"].as_array().expect("a feed has items").iter().map(entry).collect()
}

fn ids(desk: &Desk, name: &str) -> Vec<String> {
    let mut ids: Vec<String> = feed(desk, name).into_iter().map(|entry| entry.id).collect();
    ids.sort();
    ids
}

fn url(host: &str, page: &str) -> String {
    format!("https://{host}.example/{page}.html")
}

/// The entry under an id.
#[track_caller]
fn entry(desk: &Desk, id: &str) -> Entry {
    let feed = feed(desk, "feed");
    feed.iter().find(|entry| entry.id == id).unwrap_or_else(|| panic!("no entry `{id}` in {feed:?}")).clone()
}

#[track_caller]
fn refuses(desk: &Desk, args: &[&str], word: &str) {
    let output = desk.run(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(word), "{args:?}: no word of `{word}` in {}", stderr(&output));
    assert!(output.stdout.is_empty(), "{args:?} says what it did not do");
}

fn published_bytes(desk: &Desk) -> String {
    common::published_files(&desk.path("public"))
        .into_iter()
        .filter(|path| !path.extension().is_some_and(|ending| ending == "gz" || ending == "br"))
        .map(|path| {
            String::from_utf8_lossy(&std::fs::read(desk.path("public").join(path)).expect("it is there")).into_owned()
        })
        .collect()
}

#[test]
fn a_copy_that_is_split_off_is_a_story_of_its_own_under_its_own_id() {
    let desk = polled();
    assert_eq!(ids(&desk, "feed"), [url("bao-a", "cau"), url("bao-a", "ke")], "the copy was recognised");
    let before = entry(&desk, &url("bao-a", "cau"));
    let said = desk.succeeds(&["split", &url("bao-b", "cau")]);
    assert!(said.contains(&before.story) && said.contains("apart"), "{said}");
    let kept = entry(&desk, &url("bao-a", "cau"));
    assert_eq!((&kept.story, kept.copies.len()), (&before.story, 0), "published at once");
    let founded = entry(&desk, &url("bao-b", "cau"));
    assert_eq!(founded.url, url("bao-b", "cau"));
    assert_eq!(feed(&desk, "feed")[0], founded, "nobody has seen it yet, so it stands on top");
    assert_eq!(ids(&desk, "topics/giao-thong"), [url("bao-a", "cau"), url("bao-b", "cau")], "each is in its topics");
    assert_eq!(ids(&desk, "provinces/ninh-binh"), [url("bao-a", "cau"), url("bao-a", "ke")]);
    let why = desk.succeeds(&["why", &url("bao-b", "cau")]);
    assert!(why.contains("by hand") && why.contains(&kept.story), "{why}");
    refuses(&desk, &["split", &url("bao-b", "cau")], "alone in its story");
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn the_founder_keeps_the_id_when_it_is_asked_to_leave() {
    let desk = polled();
    let before = entry(&desk, &url("bao-a", "cau"));
    desk.succeeds(&["split", &url("bao-a", "cau")]);
    let kept = entry(&desk, &url("bao-a", "cau"));
    assert_eq!((&kept.url, &kept.story), (&url("bao-a", "cau"), &before.story));
    assert_eq!(entry(&desk, &url("bao-b", "cau")).url, url("bao-b", "cau"));
}

#[test]
fn what_was_split_never_comes_together_again() {
    let desk = polled();
    desk.succeeds(&["split", &url("bao-b", "cau")]);
    // Its words are edited to be the very same again, it comes under another name, and another copy arrives.
    put(&desk, "b", &[bridge("bao-b").text(&format!("{BRIDGE} Tin của Báo B."))]);
    desk.succeeds(&["poll", "bao-b"]);
    put(&desk, "b", &[bridge("bao-b").link("https://bao-b.example/cau-moi.html").guid("moi")]);
    desk.succeeds(&["poll", "bao-b"]);
    put(&desk, "c", &[bridge("bao-c")]);
    desk.succeeds(&["poll", "bao-c"]);
    assert_eq!(ids(&desk, "feed"), [url("bao-a", "cau"), url("bao-a", "ke"), url("bao-b", "cau")]);
    let copies: Vec<String> = feed(&desk, "feed").into_iter().flat_map(|entry| entry.copies).collect();
    assert!(copies.contains(&url("bao-c", "cau")), "the further copy joined one of the two: {copies:?}");
    let of_a = entry(&desk, &url("bao-a", "cau"));
    assert!(!of_a.copies.iter().any(|copy| copy.contains("bao-b")), "{of_a:?}");
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn stories_that_are_merged_stay_merged_under_the_elder_s_id() {
    let desk = polled();
    let (cau, ke) = (entry(&desk, &url("bao-a", "cau")), entry(&desk, &url("bao-a", "ke")));
    let said = desk.succeeds(&["merge", &url("bao-a", "ke"), &cau.story]);
    assert!(said.contains(&cau.story) && said.contains(&ke.story), "{said}");
    // The bridge has the earlier date, and on a first poll that is when it first stood in the feed.
    assert_eq!(ids(&desk, "feed"), [url("bao-a", "cau")]);
    let merged = entry(&desk, &url("bao-a", "cau"));
    assert_eq!(merged.story, cau.story);
    assert_eq!(merged.copies.len(), 2, "{merged:?}");
    assert_eq!(ids(&desk, "topics/thuy-loi"), [url("bao-a", "cau")], "it stands where either stood");
    assert!(desk.succeeds(&["merge", &url("bao-a", "ke"), &cau.story]).contains("one story already"));
    put(&desk, "c", &[dyke("bao-c")]);
    desk.succeeds(&["poll", "bao-c"]);
    assert_eq!(ids(&desk, "feed"), [url("bao-a", "cau")], "a copy of the one is a copy of both");
    let why = desk.succeeds(&["why", &ke.story]);
    assert!(why.contains("was merged into it") && why.contains(&ke.story), "{why}");
    assert_sound(&desk.path("bantin.db"));
    // People may change their minds: the id and the page come back as they were.
    desk.succeeds(&["split", &url("bao-a", "ke")]);
    assert_eq!(entry(&desk, &url("bao-a", "ke")).story, ke.story);
    assert_eq!(entry(&desk, &url("bao-a", "cau")).story, cau.story);
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn what_is_taken_down_is_nowhere_and_its_copies_never_come() {
    let desk = polled();
    let said = desk.succeeds(&["takedown", &url("bao-b", "cau")]);
    assert!(said.contains("2 items"), "{said}");
    let published = published_bytes(&desk);
    for trace in ["Bến Đá", "cau.html"] {
        assert!(!published.contains(trace), "`{trace}` is still published");
    }
    assert_eq!(ids(&desk, "feed"), [url("bao-a", "ke")]);
    assert_eq!(desk.succeeds(&["search", "Bến Đá"]), "");
    // An edit, the same article by another name, another outlet's copy, and its summary.
    put(&desk, "a", &[bridge("bao-a").text(&format!("{BRIDGE} Bổ sung một câu nữa.")), dyke("bao-a")]);
    put(&desk, "b", &[bridge("bao-b").link("https://bao-b.example/cau-moi.html").guid("moi")]);
    let summary = BRIDGE.split_inclusive(". ").take(2).collect::<String>();
    put(
        &desk,
        "c",
        &[bridge("bao-c"), bridge("bao-c").link("https://bao-c.example/tom-tat.html").guid("tt").text(&summary)],
    );
    desk.succeeds(&["poll"]);
    assert_eq!(ids(&desk, "feed"), [url("bao-a", "ke")]);
    assert!(!published_bytes(&desk).contains("Bến Đá"));
    assert_eq!(desk.succeeds(&["search", "Bến Đá"]), "");
    let why = desk.succeeds(&["why", &url("bao-c", "cau")]);
    assert!(why.contains("published nowhere") && why.contains("taken down"), "{why}");
    assert!(desk.succeeds(&["takedown", &url("bao-a", "cau")]).contains("already"));
    refuses(&desk, &["merge", &url("bao-a", "cau"), &url("bao-a", "ke")], "taken down");
    refuses(&desk, &["split", &url("bao-a", "cau")], "taken down");
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn what_nobody_knows_is_said_with_a_way_out() {
    let desk = Desk::new(SOURCES);
    for args in [&["split", "x"][..], &["merge", "x", "y"], &["takedown", "https://bao.example/x"]] {
        refuses(&desk, args, "does not exist yet");
    }
    assert!(!desk.path("bantin.db").exists(), "nothing is made where there is nothing to change");
    let desk = polled();
    for args in [
        &["split", "https://bao.example/khong-co.html"][..],
        &["merge", &url("bao-a", "cau"), "https://bao.example/khong-co.html"],
        &["takedown", "https://bao.example/khong-co.html"],
    ] {
        refuses(&desk, args, "is not known");
    }
    let key = entry(&desk, &url("bao-a", "cau")).story;
    refuses(&desk, &["split", &key], "names 2 items, of `bao-a`, `bao-b`");
    refuses(&desk, &["split", &key, "--source", "bao-x"], "bao-x");
    desk.succeeds(&["split", &key, "--source", "bao-b"]);
    assert_eq!(desk.run(&["split"]).status.code(), Some(2));
    assert_eq!(desk.run(&["merge", "x"]).status.code(), Some(2));
}

#[test]
fn a_running_daemon_carries_it_out_and_readers_see_it_at_once() {
    let (desk, mut daemon) = running();
    put(&desk, "b", &[bridge("bao-b")]);
    desk.succeeds(&["poll", "bao-b"]);
    daemon.waits_for_page("/feed.json", &url("bao-b", "cau"));
    let page = |url: &str| format!("/stories/{}", entry(&desk, url).story);
    let (cau, ke) = (page(&url("bao-a", "cau")), page(&url("bao-a", "ke")));
    assert_eq!(daemon.get(&cau).status, 200);

    desk.succeeds(&["split", &url("bao-b", "cau")]);
    assert_eq!(daemon.get("/feed.json").json()["items"].as_array().map(Vec::len), Some(3), "without waiting");
    assert!(daemon.get(&cau).text().contains("/stories/"), "the two are shown as related");
    desk.succeeds(&["merge", &url("bao-a", "cau"), &url("bao-a", "ke")]);
    assert_eq!(daemon.get("/feed.json").json()["items"].as_array().map(Vec::len), Some(2));
    let moved = daemon.get(&ke);
    assert_eq!((moved.status, moved.header("location").unwrap_or_default().ends_with(&cau)), (301, true));
    let at = format!("https://tin.example.vn{cau}");
    desk.succeeds(&["takedown", &at]);
    for page in [&cau, &ke] {
        assert_eq!(daemon.get(page).status, 410, "{page}");
    }
    for page in ["/", "/feed.atom", "/feed.rss", "/topics/thuy-loi", "/provinces/ninh-binh.json", "/sources/bao-a.atom"]
    {
        assert!(!daemon.get(page).text().contains(&url("bao-a", "cau")), "{page}");
    }
    assert!(!daemon.get("/search?q=k%C3%A8").text().contains("/stories/"), "search does not find it either");
    let refused = desk.run(&["takedown", "https://bao.example/khong-co.html"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("is not known"), "{}", stderr(&refused));
    daemon.waits_for_log("decided by command");
    daemon.stops();
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn a_copy_that_is_on_its_way_while_its_story_is_taken_down_does_not_arrive() {
    let (desk, mut daemon) = running();
    let copy = Page::rss(rss("Báo", &[bridge("bao-b"), dyke("bao-b")])).slow(std::time::Duration::from_secs(2));
    let before = desk.press.seen("/b.rss").len();
    desk.press.put("/b.rss", copy);
    let mut command = desk.command(&["poll", "bao-b"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut poll = Running(command.spawn().expect("the program starts"));
    wait_for("the request", || (desk.press.seen("/b.rss").len() > before).then_some(()));
    desk.succeeds(&["takedown", &url("bao-a", "cau")]);
    assert!(poll.ends().success());
    daemon.waits_for_page("/feed.json", &url("bao-b", "ke"));
    assert!(!daemon.get("/feed.json").text().contains("cau.html"));
    daemon.stops();
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn a_killed_daemon_has_forgotten_no_decision() {
    let (desk, mut daemon) = running();
    desk.succeeds(&["takedown", &url("bao-a", "cau")]);
    daemon.process.signal(libc::SIGKILL);
    daemon.process.ends();
    put(&desk, "b", &[bridge("bao-b")]);
    let daemon = Daemon::start(&desk);
    desk.succeeds(&["poll", "bao-b"]);
    wait_for("the poll", || (!desk.press.seen("/b.rss").is_empty()).then_some(()));
    assert!(!daemon.get("/feed.json").text().contains("cau.html"));
    assert!(daemon.get("/feed.json").text().contains("ke.html"));
}
