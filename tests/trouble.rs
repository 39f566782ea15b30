//! What becomes of readers, sources and the database when the database is in trouble: its file system full or read-only, its
//! file damaged. The trouble is real: file systems of a few megabytes in memory, and bytes overwritten.

mod common;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::daemon::{Daemon, Manager};
use common::{Desk, Item, Page, assert_sound, item, rss, stderr, wait_for};

/// A file system in memory; gone with this value.
struct Volume(PathBuf);

impl Volume {
    /// Mounts one of `size` at `folder`; `None`, and a line, where we may not.
    fn mount(folder: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("SKIPPED: a file system can only be mounted as root, with CAP_SYS_ADMIN");
        None
    }

    fn remount(&self, how: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status();
        assert!(status.is_ok_and(|status| status.success()), "remount {how}");
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut ballast = std::fs::File::create(self.0.join("ballast")).expect("a file can be made");
        while ballast.write_all(&[7; 4096]).is_ok() {}
    }

    fn empty(&self) {
        std::fs::remove_file(self.0.join("ballast")).expect("it is there");
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Lazily: a failing test leaves a daemon that has files open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Polled as often as possible.
const EAGER: &str =
    "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\nschedule = \"* * * * * *\"\n";

fn article(n: u32) -> Item {
    item(
        &format!("https://bao.example/{n}.html"),
        &format!("Tin số {n} về đê sông Đáy"),
        &format!("Sun, {} Nov 2026 08:00:00 +0700", 1 + n),
    )
    .text(&format!("Đoạn {n} của tuyến đê được gia cố trước mùa lũ. ").repeat(40))
}

fn articles(count: u32) -> Page {
    Page::rss(rss("Báo A", &(1..=count).rev().map(article).collect::<Vec<_>>()))
}

/// A desk whose database lies in `state`, a file system of its own.
fn desk() -> Option<(Desk, Volume)> {
    let desk = Desk::new(EAGER);
    let volume = Volume::mount(desk.path("state"), "12m")?;
    let text = std::fs::read_to_string(desk.path("feeds.toml")).expect("it has been written");
    desk.write("feeds.toml", text.replace("\"bantin.db\"", "\"state/bantin.db\""));
    desk.press.put("/a.rss", articles(3));
    Some((desk, volume))
}

fn start(desk: &Desk) -> (Daemon, Manager) {
    let manager = Manager::new(desk);
    let mut command = desk.command(&["run"]);
    command.env("NOTIFY_SOCKET", &manager.path).env("WATCHDOG_USEC", "1000000");
    (Daemon::start_as(desk, command), manager)
}

/// Waits until `/health` says so; it says that readers are served all the while.
fn waits_for_health(daemon: &Daemon, text: &str) -> String {
    wait_for(&format!("`{text}` in /health"), || {
        let health = daemon.get("/health");
        assert_eq!(health.status, 200, "{}", health.text());
        health.text().contains(text).then(|| health.text().to_owned())
    })
}

/// Nobody is asked for anything while a probe fails.
fn stands_still(desk: &Desk, daemon: &Daemon) {
    let asked = desk.press.all_seen().len();
    daemon.waits_for_log("polls still cannot be kept");
    assert_eq!(desk.press.all_seen().len(), asked, "a site was asked for what cannot be kept");
}

#[test]
fn a_full_disk_stops_polling_and_nothing_else_and_ends_by_itself() {
    let Some((desk, volume)) = desk() else { return };
    let (mut daemon, manager) = start(&desk);
    daemon.waits_for_page("/feed.atom", "Tin số 3");
    volume.fill();
    desk.press.put("/a.rss", articles(9));
    let health = waits_for_health(&daemon, "polling stopped at");
    assert!(health.contains("database or disk is full; make room on its file system"), "{health}");
    stands_still(&desk, &daemon);
    let asked = desk.press.all_seen().len();
    let poll = desk.run(&["poll"]);
    assert!(poll.status.code() == Some(1) && stderr(&poll).contains("polling stopped at"), "{}", stderr(&poll));
    assert_eq!(desk.press.all_seen().len(), asked, "nor is one asked by command");

    assert!(daemon.get("/feed.atom").text().contains("Tin số 3"));
    assert!(daemon.get("/search?q=de+song+day").text().contains("Tin số 2"), "also what is read from the database");
    let beats = manager.count("WATCHDOG=1");
    manager.hears("WATCHDOG=1", beats + 3);
    assert!(manager.heard().iter().any(|line| line.starts_with("STATUS=polling stopped at")), "{:?}", manager.heard());
    let doctor = desk.run(&["doctor"]);
    assert!(common::stdout(&doctor).contains("polling stopped at"), "{}", common::stdout(&doctor));
    let sources = desk.run(&["sources"]);
    assert!(stderr(&sources).contains("polling stopped at"), "{}", stderr(&sources));
    assert!(stderr(&sources).contains("make room on its file system"), "the way out, too: {}", stderr(&sources));

    volume.empty();
    daemon.waits_for_log("the database takes polls again");
    daemon.waits_for_page("/feed.atom", "Tin số 9");
    wait_for("a healthy daemon", || (!daemon.get("/health").text().contains("polling stopped")).then_some(()));
    let sources = desk.run(&["sources"]);
    assert!(sources.status.success() && sources.stderr.is_empty(), "{}", stderr(&sources));
    daemon.stops();
    assert_sound(&volume.0.join("bantin.db"));
}

/// A daemon that starts over a database that cannot be written serves what it has, says `why`, asks nobody, and polls once
/// `mend` has made it writable.
fn starts_serves_and_polls_once_mended(desk: &Desk, volume: &Volume, why: &str, mend: impl FnOnce()) {
    let asked = desk.press.all_seen().len();
    let (mut daemon, _manager) = start(desk);
    assert!(daemon.get("/feed.atom").text().contains("Tin số 3"));
    let health = waits_for_health(&daemon, "polling stopped at");
    assert!(health.contains(why), "{health}");
    assert!(daemon.get("/search?q=de+song+day").text().contains("Tin số 2"));
    assert_eq!(desk.press.all_seen().len(), asked, "nothing could have been kept");
    mend();
    daemon.waits_for_log("the database takes polls again");
    daemon.waits_for_page("/feed.atom", "Tin số 9");
    daemon.waits_for_page("/search?q=de+song+day", "Tin số 9");
    daemon.stops();
    assert_sound(&volume.0.join("bantin.db"));
}

#[test]
fn a_daemon_that_starts_on_a_full_disk_serves_what_it_has_and_polls_once_there_is_room() {
    let Some((desk, volume)) = desk() else { return };
    desk.succeeds(&["poll"]);
    desk.press.put("/a.rss", articles(9));
    volume.fill();
    starts_serves_and_polls_once_mended(&desk, &volume, "polling stopped at", || volume.empty());
}

#[test]
fn a_daemon_that_starts_on_a_read_only_file_system_serves_what_it_has_and_polls_once_it_may_write() {
    let Some((desk, volume)) = desk() else { return };
    desk.succeeds(&["poll"]);
    desk.press.put("/a.rss", articles(9));
    volume.remount("ro");
    let why = "their file system not mounted read-only";
    starts_serves_and_polls_once_mended(&desk, &volume, why, || volume.remount("rw"));
}

#[test]
fn a_poll_that_cannot_be_kept_asks_nobody() {
    let Some((desk, volume)) = desk() else { return };
    desk.succeeds(&["poll"]);
    volume.remount("ro");
    let asked = desk.press.all_seen().len();
    let output = desk.run(&["poll"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not mounted read-only"), "{}", stderr(&output));
    assert_eq!(desk.press.all_seen().len(), asked);
    assert!(desk.succeeds(&["search", "de song day"]).contains("Tin số 2"), "what only reads goes on");
}

#[test]
fn a_poll_that_cannot_be_kept_harms_no_other_of_the_first_batch() {
    let mut sources = "[[source]]\nid = \"bao-hong\"\nurl = \"PRESS/hong.rss\"\n".to_owned();
    for n in 0..4 {
        sources.push_str(&format!("[[source]]\nid = \"bao-{n}\"\nurl = \"PRESS/{n}.rss\"\n"));
    }
    let desk = Desk::new(&sources);
    let path = |name: &str| format!("https://bao.example/{name}.html");
    let put = |name: &str, wait: u64| {
        let articles = [item(&path(name), &format!("Tin của báo {name}"), "20 Nov 2026 08:00:00 +0700")];
        desk.press.put(&format!("/{name}.rss"), Page::rss(rss("Báo", &articles)).slow(Duration::from_millis(wait)));
    };
    put("hong", 0);
    // Some in the batch of the first one, others after it.
    [(0, 0), (1, 0), (2, 150), (3, 150)].into_iter().for_each(|(n, wait)| put(&n.to_string(), wait));
    let database = desk.path("bantin.db");
    drop(bantin::store::sqlite::Store::open(&database).expect("a new file opens"));
    let db = rusqlite::Connection::open(&database).expect("it opens");
    db.execute_batch(
        "CREATE TRIGGER hong BEFORE INSERT ON item WHEN NEW.link LIKE '%hong%'
         BEGIN SELECT RAISE(ABORT, 'on purpose'); END",
    )
    .expect("a trigger can be made");
    db.close().expect("it closes");
    let output = desk.run(&["poll"]);
    let kept = || -> Vec<String> {
        let db = rusqlite::Connection::open(&database).expect("it opens");
        let mut titles = db.prepare("SELECT title FROM item ORDER BY title").expect("it is a table");
        titles.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("it can be read")
    };
    let others: Vec<String> = (0..4).map(|n| format!("Tin của báo {n}")).collect();
    assert_eq!(kept(), others, "{output:?}");
    rusqlite::Connection::open(&database).and_then(|db| db.execute_batch("DROP TRIGGER hong")).expect("it is mended");
    desk.succeeds(&["poll"]);
    assert_eq!(kept().len(), 5);
    assert_sound(&database);
}

/// Overwrites the pages that hold a table.
fn damage(database: &Path, table: &str) {
    let db = rusqlite::Connection::open(database).expect("it opens");
    let pages: Vec<i64> = db
        .prepare("SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf'")
        .and_then(|mut find| find.query_map([table], |row| row.get(0))?.collect())
        .expect("SQLite tells where its tables lie");
    let size: i64 = db.query_row("PRAGMA page_size", [], |row| row.get(0)).expect("it tells");
    db.close().expect("it closes");
    assert!(!pages.is_empty(), "{table}");
    let mut bytes = std::fs::read(database).expect("it is there");
    for page in pages {
        let begin = usize::try_from((page - 1) * size).expect("a place in the file");
        bytes[begin..begin + usize::try_from(size).expect("a page")].fill(0x5a);
    }
    std::fs::write(database, bytes).expect("it can be written");
}

#[test]
fn a_damaged_database_is_served_as_far_as_it_can_be_read_and_the_way_back_is_said() {
    let desk = Desk::new(EAGER);
    desk.press.put("/a.rss", articles(3));
    desk.succeeds(&["poll"]);
    desk.succeeds(&["backup", "good.db"]);
    damage(&desk.path("bantin.db"), "words_data");
    let (mut daemon, manager) = start(&desk);
    let broken = daemon.get("/search?q=de+song+day");
    assert_eq!(broken.status, 500, "{}", broken.text());
    let health = waits_for_health(&daemon, "polling stopped at");
    assert!(health.contains("is damaged") && health.contains("`bantin restore FILE`"), "{health}");
    stands_still(&desk, &daemon);
    assert!(daemon.get("/feed.atom").text().contains("Tin số 3"), "what can be read is served");
    let beats = manager.count("WATCHDOG=1");
    manager.hears("WATCHDOG=1", beats + 2);
    daemon.stops();

    desk.succeeds(&["restore", "good.db"]);
    let (mut daemon, _manager) = start(&desk);
    daemon.waits_for_page("/search?q=de+song+day", "Tin số 2");
    daemon.stops();
    assert_sound(&desk.path("bantin.db"));
}

/// Starts over a database of which one table is damaged: the way back is said, nobody is asked for what could not be kept, the
/// watchdog beats, and a restore makes all well. `is_served`: whether readers have their feed all the same.
#[track_caller]
fn starts_over_a_damaged(table: &str, is_served: bool) {
    let desk = Desk::new(EAGER);
    desk.press.put("/a.rss", articles(3));
    desk.succeeds(&["poll"]);
    desk.succeeds(&["backup", "good.db"]);
    let asked = desk.press.all_seen().len();
    damage(&desk.path("bantin.db"), table);
    let (mut daemon, manager) = start(&desk);
    let health = wait_for(&format!("the damage of `{table}` in /health"), || {
        Some(daemon.get("/health")).filter(|health| health.text().contains("is damaged"))
    });
    assert_eq!(health.status, if is_served { 200 } else { 503 }, "{table}: {}", health.text());
    assert!(health.text().contains("`bantin restore FILE`"), "{table}: {}", health.text());
    let feed = daemon.get("/feed.atom");
    match is_served {
        true => assert!(feed.text().contains("Tin số 3"), "{table}"),
        false => assert_eq!(feed.status, 500, "{table}"),
    }
    let file = std::fs::read_to_string(desk.path("public/feed.atom")).expect("it has been published");
    assert!(file.contains("Tin số 3"), "{table}: who reads the files has what was published before");
    manager.hears("READY=1", 1);
    let beats = manager.count("WATCHDOG=1");
    manager.hears("WATCHDOG=1", beats + 2);
    daemon.waits_for_log("polls still cannot be kept");
    let poll = desk.run(&["poll"]);
    assert_eq!(poll.status.code(), Some(1), "{table}");
    assert!(stderr(&poll).contains("polling stopped at"), "{table}: {}", stderr(&poll));
    assert_eq!(desk.press.all_seen().len(), asked, "{table}: a site was asked for what cannot be kept");
    let prune = desk.run(&["prune"]);
    assert!(stderr(&prune).contains("nothing is pruned: polling stopped at"), "{table}: {}", stderr(&prune));
    daemon.stops();

    desk.succeeds(&["restore", "good.db"]);
    let (mut daemon, _manager) = start(&desk);
    daemon.waits_for_page("/feed.atom", "Tin số 3");
    daemon.stops();
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn a_daemon_that_starts_over_damaged_facts_serves_and_does_not_poll() {
    starts_over_a_damaged("meta", true);
}

#[test]
fn a_daemon_that_starts_over_damaged_sources_says_that_it_does_not_serve() {
    starts_over_a_damaged("source", false);
}

#[test]
fn a_daemon_that_starts_over_damaged_changes_of_feeds_serves_and_does_not_poll() {
    starts_over_a_damaged("feed", true);
}

#[test]
fn a_daemon_that_starts_over_damaged_items_says_that_it_does_not_serve() {
    starts_over_a_damaged("item", false);
}

#[test]
fn a_daemon_that_starts_over_damaged_stories_says_that_it_does_not_serve() {
    starts_over_a_damaged("story", false);
}

/// A daemon could not judge stories by new rules nor fill the index of copies again, because it started where nothing can be
/// written; both were left undone until the next start.
#[test]
fn what_a_start_in_trouble_left_undone_is_done_once_the_trouble_is_over() {
    let Some((desk, volume)) = desk() else { return };
    desk.succeeds(&["poll"]);
    let text = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    desk.write("feeds.toml", text + "[[topic]]\nid = \"de-dieu\"\ntitle = \"Đê điều\"\nstrong = [\"đê sông Đáy\"]\n");
    let db = rusqlite::Connection::open(volume.0.join("bantin.db")).expect("it opens");
    db.execute("UPDATE likeness_meta SET signature_version = signature_version - 1", []).expect("it can be written");
    db.close().expect("it closes");
    volume.remount("ro");
    let (mut daemon, _manager) = start(&desk);
    daemon.waits_for_log("stories could not be judged by the new rules");
    daemon.waits_for_log("the index of copies is not whole");
    assert!(!daemon.get("/topics/de-dieu.atom").text().contains("Tin số 3"));
    volume.remount("rw");
    daemon.waits_for_page("/topics/de-dieu.atom", "Tin số 3");
    daemon.waits_for_log("the index of copies is whole again: 3 items");
    daemon.stops();
    assert_sound(&volume.0.join("bantin.db"));
}

/// Names in a folder that are not `known`.
fn others(folder: &Path, known: &[&str]) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("it is there").flatten().map(|entry| entry.file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| !known.contains(&name.as_str())).collect()
}

#[test]
fn a_backup_that_does_not_fit_is_refused_and_leaves_nothing() {
    let desk = Desk::new(EAGER);
    let Some(volume) = Volume::mount(desk.path("away"), "100k") else { return };
    desk.press.put("/a.rss", articles(9));
    desk.succeeds(&["poll"]);
    let refused = |beside: &str| {
        let output = desk.run(&["backup", "away/copy.db"]);
        assert_eq!(output.status.code(), Some(1), "{beside}");
        let said = stderr(&output);
        assert!(said.contains("away`: it takes about 1 MiB, and 0 MiB are free there; make room"), "{beside}: {said}");
        assert_eq!(others(&volume.0, &[]), [""; 0], "{beside}");
    };
    refused("without a daemon");
    let (mut daemon, _manager) = start(&desk);
    refused("beside a daemon");
    assert!(!daemon.get("/health").text().contains("polling stopped"), "that is no trouble of the database");
    daemon.stops();
}

#[test]
fn a_place_that_fills_up_while_it_is_copied_to_is_named_and_the_database_is_not_blamed() {
    use bantin::store::sqlite::upkeep;
    let desk = Desk::new(EAGER);
    let Some(volume) = Volume::mount(desk.path("away"), "100k") else { return };
    desk.press.put("/a.rss", articles(9));
    desk.succeeds(&["poll"]);
    let error = upkeep::copy(&desk.path("bantin.db"), &volume.0.join("copy.db")).expect_err("it does not fit");
    let said = error.to_string();
    assert!(said.starts_with("no copy of the database can be made at `") && said.contains("away/copy.db`"), "{said}");
    assert!(said.contains("full; make room there"), "{said}");
    assert_eq!(error.trouble(), bantin::store::Trouble::Other, "nothing is wrong with the database");
}

#[test]
fn a_backup_beside_a_database_that_would_be_left_without_room_is_refused() {
    let Some((desk, volume)) = desk() else { return };
    desk.succeeds(&["poll"]);
    let output = desk.run(&["backup", "state/copy.db"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("of which the daemon beside it needs 64 MiB"), "{}", stderr(&output));
    assert_eq!(others(&volume.0, &["bantin.db", "bantin.db.lock", "bantin.db-wal", "bantin.db-shm"]), [""; 0]);
    desk.succeeds(&["backup", "copy.db"]);
}

#[test]
fn a_restore_onto_a_full_file_system_changes_nothing_and_says_so() {
    let Some((desk, volume)) = desk() else { return };
    desk.succeeds(&["poll"]);
    desk.succeeds(&["backup", "good.db"]);
    volume.fill();
    let output = desk.run(&["restore", "good.db"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("no copy of the database can be made at `") && said.contains("make room there"), "{said}");
    assert_eq!(
        others(&volume.0, &["bantin.db", "bantin.db.lock", "bantin.db-wal", "bantin.db-shm", "ballast"]),
        [""; 0]
    );
    assert!(desk.succeeds(&["search", "de song day"]).contains("Tin số 2"));
    volume.empty();
    desk.succeeds(&["restore", "good.db"]);
    assert_sound(&volume.0.join("bantin.db"));
}

#[test]
fn files_that_find_no_room_stay_as_they_were_and_are_written_once_there_is_some() {
    let desk = Desk::new(EAGER);
    let Some(volume) = Volume::mount(desk.path("public"), "2m") else { return };
    desk.press.put("/a.rss", articles(3));
    let (mut daemon, _manager) = start(&desk);
    let file = || std::fs::read_to_string(volume.0.join("feed.atom")).unwrap_or_default();
    wait_for("the file of the feed", || file().contains("Tin số 3").then_some(()));
    volume.fill();
    let before = file();
    desk.press.put("/a.rss", articles(9));
    // Who asks the daemon has all of it.
    daemon.waits_for_page("/feed.atom", "Tin số 9");
    let health = waits_for_health(&daemon, "publishing: ");
    assert!(health.contains("see to `publish.directory`") && !health.contains("polling stopped"), "{health}");
    assert_eq!(file(), before, "who reads the file has it whole, as it was");
    let hidden = || others(&volume.0, &["ballast"]).into_iter().find(|name| name.starts_with('.'));
    assert_eq!(hidden(), None, "nothing half is left");

    volume.empty();
    desk.press.put("/a.rss", articles(10));
    wait_for("the file of the feed", || file().contains("Tin số 10").then_some(()));
    daemon.waits_for_log("publishing works again");
    wait_for("a healthy daemon", || (!daemon.get("/health").text().contains("publishing")).then_some(()));
    daemon.stops();
}
