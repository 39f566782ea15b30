//! The database as a whole: copied while it is in use, put back, pruned. What must hold is that nobody who reads us notices.

mod common;

use std::collections::BTreeSet;

use common::daemon::Daemon;
use common::{BAO_A, Desk, Item, Page, assert_sound, item, mode, rss, stderr, stdout, wait_for};

fn article(n: u32) -> Item {
    item(
        &format!("https://bao.example/{n}.html"),
        &format!("Tin số {n} về đê sông Đáy"),
        &format!("Sun, {} Nov 2026 08:00:00 +0700", 1 + n),
    )
}

fn articles(numbers: std::ops::RangeInclusive<u32>) -> Page {
    Page::rss(rss("Báo A", &numbers.rev().map(article).collect::<Vec<_>>()))
}

fn desk() -> Desk {
    let desk = Desk::new(BAO_A);
    desk.press.put("/a.rss", articles(1..=3));
    desk
}

/// Entries of the merged feed as it lies in a file: id and date.
fn entries(desk: &Desk) -> Vec<(String, String)> {
    let feed = std::fs::read(desk.path("public/feed.json")).expect("it has been published");
    let feed: serde_json::Value = serde_json::from_slice(&feed).expect("it is JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
    feed["items"]
        .as_array()
        .expect("a feed has items")
        .iter()
        .map(|item| (text(&item["id"]), text(&item["date_published"])))
        .collect()
}

#[test]
fn a_backup_beside_the_daemon_is_whole_private_and_verified() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Tin số 3");
    let output = desk.run(&["backup", "copy.db"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("3 stories, 3 items, verified"), "{}", stderr(&output));
    daemon.waits_for_log("copied the database");
    assert_sound(&desk.path("copy.db"));
    assert_eq!(mode(&desk.path("copy.db")), 0o600);
    let refused = desk.run(&["backup", "copy.db"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("is there already"), "{}", stderr(&refused));
    assert!(desk.run(&["backup", "copy.db", "--overwrite"]).status.success());
    daemon.stops();
    let left: Vec<_> = names(&desk).into_iter().filter(|name| name.starts_with(".bantin-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// The names of all that lies beside the configuration.
fn names(desk: &Desk) -> Vec<String> {
    let entries = std::fs::read_dir(desk.folder.path()).expect("the folder is there").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_backup_where_the_daemon_may_not_write_is_fetched_from_beside_the_database() {
    use bantin::daemon::upkeep;
    let desk = desk();
    desk.succeeds(&["poll"]);
    let database = desk.path("bantin.db");
    // What a client of another user, or with a `/tmp` of its own, names: there is another file, or none.
    let there = desk.write("theirs.db", "");
    let (path, sound) = upkeep::copy(&database, &there, (0, 0)).expect("it copies");
    assert_ne!(path, there);
    assert_eq!((path.parent(), sound.items), (database.parent(), 3));
    assert_eq!(std::fs::read(&there).expect("it is there"), b"", "what is not ours is not touched");
    assert_sound(&path);
    upkeep::sweep(&database);
    assert!(!path.exists(), "what nobody fetched is removed at the next start");
}

#[test]
fn a_failed_backup_leaves_nothing_behind() {
    let desk = desk();
    let output = desk.run(&["backup", "copy.db"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("does not exist yet"), "{}", stderr(&output));
    desk.succeeds(&["poll"]);
    let output = desk.run(&["backup", "no/such/folder/copy.db"]);
    assert!(stderr(&output).contains("cannot be written to"), "{}", stderr(&output));
    assert!(stderr(&desk.run(&["backup", "bantin.db", "--overwrite"])).contains("the database itself"));
    assert_sound(&desk.path("bantin.db"));
}

/// Ctrl-C left a hidden file behind, as large as the database.
#[test]
fn a_backup_that_is_stopped_leaves_nothing_behind() {
    let desk = desk();
    desk.succeeds(&["poll"]);
    // Whoever holds it so lets nobody read for a while.
    let holder = rusqlite::Connection::open(desk.path("bantin.db")).expect("it opens");
    holder.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").expect("nobody else has it");
    let backup = std::fs::File::create(desk.path("said")).expect("it can be made");
    let child = desk.command(&["backup", "copy.db"]).stderr(backup).spawn().expect("the program starts");
    let mut backup = common::Running(child);
    let begun = || names(&desk).into_iter().find(|name| name.starts_with(".bantin-"));
    wait_for("the file that the copy is written into", begun);
    backup.signal(libc::SIGINT);
    assert_eq!(backup.ends().code(), Some(1));
    assert_eq!(begun(), None);
    assert!(!desk.path("copy.db").exists());
    drop(holder);
    desk.succeeds(&["backup", "copy.db"]);
}

#[test]
fn a_copy_that_nobody_fetches_any_more_is_removed() {
    use bantin::daemon::control::{Request, connect};
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Tin số 3");
    let asking = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    asking.block_on(async {
        let mut peer = connect(&desk.path("bantin.db")).await.expect("the daemon answers");
        // A file that the daemon does not see.
        let into = desk.path("theirs/copy.db");
        peer.send(&Request::Backup { into, seen_as: (0, 0) }).await.expect("it hears");
    });
    daemon.waits_for_log("copied the database");
    wait_for("nothing beside the database", || {
        names(&desk).iter().all(|name| !name.starts_with(".bantin-copy-")).then_some(())
    });
    daemon.stops();
}

#[test]
fn what_a_killed_restore_left_is_removed_at_the_next_start() {
    let desk = desk();
    desk.succeeds(&["poll"]);
    desk.write(".bantin-restore-x1", "half");
    let mut daemon = Daemon::start(&desk);
    assert!(!desk.path(".bantin-restore-x1").exists());
    daemon.stops();
}

#[test]
fn after_a_restore_nothing_old_comes_back_as_new_and_ids_stay() {
    let desk = desk();
    desk.succeeds(&["poll"]);
    desk.succeeds(&["backup", "monday.db"]);
    desk.press.put("/a.rss", articles(1..=6));
    desk.succeeds(&["poll"]);
    let before = entries(&desk);
    assert_eq!(before.len(), 6);

    desk.succeeds(&["restore", "monday.db"]);
    assert_sound(&desk.path("bantin.db"));
    // An article published since the backup, one after the restore.
    desk.press.put("/a.rss", articles(1..=7));
    desk.succeeds(&["poll"]);
    let after = entries(&desk);
    let ids = |entries: &[(String, String)]| entries.iter().cloned().collect::<BTreeSet<_>>();
    assert!(ids(&before).is_subset(&ids(&after)), "same ids, same dates: {before:?} {after:?}");
    assert_eq!(after.len(), 7);
    let order: Vec<&str> = after.iter().map(|(_, date)| &date[..10]).collect();
    let mut sorted = order.clone();
    sorted.sort_unstable_by(|one, two| two.cmp(one));
    assert_eq!(order, sorted, "what had been published before does not stand above what came later");
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("it opens");
    let now: i64 = db
        .query_row("SELECT count(*) FROM story WHERE included > unixepoch() - 3600", [], |row| row.get(0))
        .expect("it counts");
    assert_eq!(now, 0, "nothing is taken for news because it was restored");
}

#[test]
fn a_restore_keeps_the_one_before_and_refuses_what_is_no_backup() {
    let desk = desk();
    desk.succeeds(&["poll"]);
    desk.succeeds(&["backup", "copy.db"]);
    desk.write("text.db", "một tệp văn bản, không phải cơ sở dữ liệu".repeat(100));
    for (file, word) in [("text.db", "is damaged"), ("absent.db", "does not exist"), ("bantin.db", "itself")] {
        let output = desk.run(&["restore", file]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(stderr(&output).contains(word), "{file}: {}", stderr(&output));
    }
    assert_sound(&desk.path("bantin.db"));
    desk.succeeds(&["restore", "copy.db"]);
    let aside = std::fs::read_dir(desk.folder.path())
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().contains("bantin.db.before-restore-"))
        .expect("the old one is kept");
    assert_sound(&aside);
    assert_sound(&desk.path("bantin.db"));
    assert!(desk.path("copy.db").exists(), "the backup stays");
}

#[test]
fn a_damaged_database_is_replaced_by_its_backup() {
    let desk = desk();
    desk.succeeds(&["poll"]);
    desk.succeeds(&["backup", "copy.db"]);
    desk.write("bantin.db", "hỏng rồi".repeat(2000));
    desk.succeeds(&["restore", "copy.db"]);
    assert_sound(&desk.path("bantin.db"));
    assert!(stdout(&desk.run(&["search", "đê sông Đáy"])).contains("Tin số 1"));
}

#[test]
fn a_restore_waits_for_no_daemon() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Tin số 3");
    desk.succeeds(&["backup", "copy.db"]);
    let output = desk.run(&["restore", "copy.db"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("stop it first"), "{}", stderr(&output));
    daemon.stops();
    desk.succeeds(&["restore", "copy.db"]);
    let daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Tin số 3");
}

/// Makes every item but the newest look as if it had been seen five hundred days ago.
fn age(desk: &Desk) {
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("it opens");
    db.busy_timeout(common::PATIENCE).expect("it can be set");
    db.execute_batch(
        "UPDATE item SET first_seen = first_seen - 43200000, updated = updated - 43200000, included = included - 43200000
         WHERE no < (SELECT max(no) FROM item);
         UPDATE story SET included = included - 43200000 WHERE no < (SELECT max(no) FROM story);",
    )
    .expect("the past can be made up");
}

#[test]
fn what_is_pruned_leaves_the_feeds_and_never_comes_back() {
    let desk = desk();
    desk.succeeds(&["poll"]);
    age(&desk);
    let printed = desk.succeeds(&["prune"]);
    assert!(printed.starts_with("2 stories and 2 items older"), "{printed}");
    assert_sound(&desk.path("bantin.db"));
    desk.press.put("/a.rss", articles(1..=4));
    desk.succeeds(&["poll"]);
    let titles: Vec<String> = entries(&desk).into_iter().map(|(_, date)| date[..10].to_owned()).collect();
    assert_eq!(titles, ["2026-11-05", "2026-11-04"], "two were pruned and are still listed by the source");
}

#[test]
fn pruning_beside_the_daemon_goes_through_it() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Tin số 1");
    age(&desk);
    let printed = desk.succeeds(&["prune"]);
    assert!(printed.starts_with("2 stories and 2 items older"), "{printed}");
    wait_for("the feed without them", || (!daemon.get("/feed.atom").text().contains("Tin số 1")).then_some(()));
    assert!(daemon.get("/feed.atom").text().contains("Tin số 3"));
    daemon.stops();
    assert_sound(&desk.path("bantin.db"));
}
