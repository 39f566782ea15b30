//! The hour in which the daemon tidies its database, by a clock that the test owns.

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bantin::daemon::run::parts_unread;
use bantin::daemon::upkeep::{TIDIED, keep_tidy};
use bantin::model::Instant;
use chrono::TimeDelta;
use common::world::{ONE, World};
use common::{Item, item, wait_for};

fn article(n: u32) -> Item {
    item(
        &format!("https://bao.example/{n}.html"),
        &format!("Tin số {n} về đê sông Đáy"),
        "Mon, 23 Nov 2026 08:00:00 +0700",
    )
}

/// Three items that are older than `store.keep`, and a fourth that is not; it is 15:00 in Hanoi, a year and a half later.
async fn world() -> World {
    let world = World::new(ONE);
    world.put("/a.rss", &[article(1), article(2), article(3)]);
    world.poll().await;
    world.later(TimeDelta::days(500));
    world.put("/a.rss", &[article(4)]);
    world.poll().await;
    assert_eq!(world.items(), 4);
    world
}

/// Whoever keeps the database tidy; stops with this value.
struct Keeper(tokio::task::JoinHandle<()>);

impl Keeper {
    fn begins(world: &World) -> Self {
        Self(tokio::spawn(keep_tidy(Arc::clone(&world.parts().engine), Duration::from_millis(5))))
    }

    async fn ends(self) {
        self.0.abort();
        let _ = self.0.await;
    }
}

/// Waits until the keeper has had time to see what the clock shows, and to do what it does then.
#[track_caller]
fn has_looked(world: &World) {
    let before = world.looks.load(Relaxed);
    // One round that was under way, one that tidies (three looks), and one after it.
    wait_for("somebody who looks at the clock", || (world.looks.load(Relaxed) >= before + 6).then_some(()));
}

fn tidied_at(world: &World) -> Option<Instant> {
    let fact = world.parts().engine.library().meta(TIDIED).expect("the database answers")?;
    Instant::from_timestamp(fact.parse().expect("seconds"), 0)
}

fn now(world: &World) -> Instant {
    *world.clock.lock().expect("no holder panics")
}

#[track_caller]
fn tidies(world: &World) {
    let now = now(world);
    wait_for(&format!("tidying at {now}"), || (tidied_at(world) == Some(now)).then_some(()));
}

#[track_caller]
fn leaves_alone(world: &World, last: Option<Instant>) {
    has_looked(world);
    assert_eq!(tidied_at(world), last, "at {}", now(world));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_tidied_once_a_day_in_its_hour_by_the_zone_of_the_site() {
    let world = world().await;
    let keeper = Keeper::begins(&world);
    has_looked(&world);
    // 03:39 in Hanoi: the default of `store.tidy` is 03:40, there.
    world.later(TimeDelta::minutes(12 * 60 + 39));
    assert_eq!(now(&world).format("%H:%M").to_string(), "20:39");
    leaves_alone(&world, None);
    assert_eq!(world.items(), 4);
    world.later(TimeDelta::minutes(1));
    tidies(&world);
    assert_eq!(world.items(), 1, "what is older than `store.keep` is gone");
    let db = rusqlite::Connection::open(world.database()).expect("it opens");
    let free: i64 = db.query_row("PRAGMA freelist_count", [], |row| row.get(0)).expect("it tells");
    assert_eq!(free, 0, "its room has been given back");
    let first = tidied_at(&world);
    for minutes in [0, 1, 7 * 60, 12 * 60] {
        world.later(TimeDelta::minutes(minutes));
        leaves_alone(&world, first);
    }
    world.later(TimeDelta::minutes(24 * 60 - 19 * 60 - 1));
    tidies(&world);
    keeper.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_names_its_hour_and_its_zone() {
    let mut world = world().await;
    world.close();
    let mut config = world.config(ONE);
    "15 9 * * *".clone_into(&mut config.store.tidy);
    config.site.timezone = chrono_tz::UTC;
    world.parts = Some(parts_unread(config, world.clock()).expect("the store opens"));
    let keeper = Keeper::begins(&world);
    has_looked(&world);
    world.later(TimeDelta::minutes(74));
    leaves_alone(&world, None);
    world.later(TimeDelta::minutes(1));
    tidies(&world);
    keeper.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_was_off_in_every_hour_tidies_soon_after_a_start() {
    let mut world = world().await;
    let keeper = Keeper::begins(&world);
    has_looked(&world);
    world.later(TimeDelta::minutes(12 * 60 + 40));
    tidies(&world);
    keeper.ends().await;
    let first = tidied_at(&world);

    // Off over the next night only: the hour after that is soon enough.
    world.close();
    world.later(TimeDelta::days(2));
    world.open(ONE);
    let keeper = Keeper::begins(&world);
    world.later(TimeDelta::minutes(30));
    leaves_alone(&world, first);
    keeper.ends().await;

    world.close();
    world.later(TimeDelta::days(2));
    world.open(ONE);
    let keeper = Keeper::begins(&world);
    leaves_alone(&world, first);
    world.later(TimeDelta::minutes(9));
    leaves_alone(&world, first);
    world.later(TimeDelta::minutes(1));
    tidies(&world);
    keeper.ends().await;
}
