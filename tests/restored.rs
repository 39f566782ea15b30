//! A restored backup and what sources did meanwhile: nothing old comes back as new, and nothing is held that should not be.

mod common;

use bantin::model::Instant;
use bantin::store::sqlite::upkeep;
use chrono::TimeDelta;
use common::world::{Entry, ONE, TITLES, World};
use common::{Item, Page, item};

fn article(host: &str, n: usize, title: &str, date: &str) -> Item {
    item(&format!("https://{host}.example/tin/{n}.html"), title, date)
        .text(&format!("{title}. Bài viết do phóng viên gửi về từ cơ sở, có ảnh kèm theo ở cuối trang."))
}

/// Eight articles, day by day, the last on the 22nd.
fn before() -> Vec<Item> {
    let of = |(n, title): (usize, &&str)| article("cu", n, title, &format!("{} Nov 2026 08:00:00 +0700", 22 - n));
    TITLES.iter().enumerate().map(of).collect()
}

/// The same under other names and all dated on the 24th: the source was redesigned.
fn after() -> Vec<Item> {
    let of = |(n, title): (usize, &&str)| article("moi", 900 + n, title, "Tue, 24 Nov 2026 09:00:00 +0700");
    TITLES.iter().enumerate().map(of).collect()
}

/// A source polled on the 23rd at three in the afternoon, and a backup of that moment.
async fn world() -> World {
    let world = World::new(ONE);
    world.put("/a.rss", &before());
    world.poll().await;
    backup(&world);
    world
}

fn backup(world: &World) {
    let file = world.folder.path().join("backup.db");
    let _ = std::fs::remove_file(&file);
    upkeep::copy(&world.database(), &file).expect("it can be copied");
}

/// Puts the backup back, and starts again; returns when that was.
fn restore(world: &mut World) -> Instant {
    world.close();
    let [backup, copy, aside] = ["backup.db", "copy.db", "aside.db"].map(|name| world.folder.path().join(name));
    upkeep::copy(&backup, &copy).expect("it can be copied");
    let now = *world.clock.lock().expect("no holder panics");
    upkeep::replace(&world.database(), &copy, &aside, now).expect("it can be put back");
    world.open(ONE);
    world.later(TimeDelta::minutes(1));
    now
}

/// What stands in the feeds since `at`, and is news for whoever reads them.
fn news_since(world: &World, at: Instant) -> Vec<String> {
    let db = rusqlite::Connection::open(world.database()).expect("it opens");
    let mut find = db
        .prepare(
            "SELECT item.title FROM story JOIN item ON item.no = story.origin WHERE story.included >= ?1 ORDER BY story.no",
        )
        .expect("SQL");
    let titles = find.query_map([at.timestamp()], |row| row.get(0)).expect("it answers");
    titles.collect::<Result<_, _>>().expect("titles")
}

fn ids_and_dates(entries: &[Entry]) -> Vec<(String, String, String)> {
    entries.iter().map(|entry| (entry.id.clone(), entry.published.clone(), entry.updated.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_were_changed_after_the_backup_are_held_and_taken_over_again() {
    let mut world = world().await;
    let was = world.feed("feed");
    world.later(TimeDelta::hours(20));
    world.put("/a.rss", &after());
    assert_eq!(world.poll().await["bao-a"].outcome, "mass-change");
    world.later(TimeDelta::minutes(20));
    assert_eq!(world.poll().await["bao-a"].outcome, "no-new-items", "its new names are taken over");

    world.later(TimeDelta::hours(1));
    restore(&mut world);
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].outcome.as_str(), polled["bao-a"].new), ("mass-change", 0));
    assert_eq!(world.feed("feed"), was, "nothing has moved, nothing is there twice, and the files show it");
    world.later(TimeDelta::minutes(20));
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].outcome.as_str(), polled["bao-a"].new), ("no-new-items", 0));
    assert_eq!(ids_and_dates(&world.feed("feed")), ids_and_dates(&was));
    assert_eq!(world.feed("feed")[0].url, "https://moi.example/tin/900.html");
    assert_eq!(world.items(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_new_names_were_held_goes_on_from_there() {
    let mut world = world().await;
    let was = world.feed("feed");
    world.later(TimeDelta::hours(20));
    world.put("/a.rss", &after());
    assert_eq!(world.poll().await["bao-a"].outcome, "mass-change");
    backup(&world);
    world.later(TimeDelta::minutes(20));
    assert_eq!(world.poll().await["bao-a"].outcome, "no-new-items");
    world.later(TimeDelta::hours(1));
    restore(&mut world);
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].outcome.as_str(), polled["bao-a"].new), ("no-new-items", 0), "it was seen before");
    assert_eq!(ids_and_dates(&world.feed("feed")), ids_and_dates(&was));
    assert_eq!(world.items(), 8);
}

/// Articles that source a has published since the backup, on the 23rd in the evening: a whole page of them.
fn since() -> Vec<Item> {
    let of = |n: usize| {
        let title = format!("Tin thứ {n} sau bản sao lưu về đê sông Đáy");
        article("cu", 100 + n, &title, &format!("Mon, 23 Nov 2026 2{n}:00:00 +0700"))
    };
    (0..4).rev().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_news_since_the_backup_is_no_mass_change_and_takes_its_place_in_time() {
    let mut world = world().await;
    world.later(TimeDelta::hours(43));
    world.put("/a.rss", &since());
    let at = restore(&mut world);
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].outcome.as_str(), polled["bao-a"].new), ("new-items", 4));
    assert_eq!(news_since(&world, at), [""; 0], "they stood in the feeds before");
    // From the next poll on, what comes is news.
    world.later(TimeDelta::minutes(20));
    world.put("/a.rss", &[article("cu", 200, "Tin mới sau khi phục hồi", "Mon, 23 Nov 2026 19:00:00 +0700")]);
    world.poll().await;
    assert_eq!(news_since(&world, at), ["Tin mới sau khi phục hồi"], "it came late, and no reader may miss it");
}

/// The first poll after a restore failed, and at the next one everything since the backup came back on top of all feeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_at_first_floods_nobody_once_it_answers() {
    let mut world = world().await;
    world.later(TimeDelta::hours(43));
    let at = restore(&mut world);
    world.press.put("/a.rss", Page::error(503));
    assert_eq!(world.poll().await["bao-a"].outcome, "server-error");
    world.later(TimeDelta::hours(1));
    world.put("/a.rss", &since());
    assert_eq!(world.poll().await["bao-a"].new, 4);
    assert_eq!(news_since(&world, at), [""; 0], "readers have seen them");
}
