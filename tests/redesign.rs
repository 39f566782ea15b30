//! A source that gives all of its articles new names at once: a redesign, another domain, a merged province.

mod common;

use chrono::TimeDelta;
use common::world::{Entry, ONE, TITLES, World};
use common::{Item, item};

/// The source as it was: day by day, oldest last.
fn before() -> Vec<Item> {
    let of = |(n, title): (usize, &&str)| {
        item(&format!("https://cu.example/tin/{n}.html"), title, &format!("{} Nov 2026 08:00:00 +0700", 22 - n))
            .text(&format!("{title}. Bài viết do phóng viên số {n} gửi về từ cơ sở, có ảnh kèm theo ở cuối trang."))
    };
    TITLES.iter().enumerate().map(of).collect()
}

/// The same after a redesign: other guids and links, all dated on the day of the move, the summaries cut otherwise.
fn after() -> Vec<Item> {
    let of = |(n, title): (usize, &&str)| {
        item(&format!("https://moi.example/bai-viet?id={}", 900 + n), title, "Mon, 23 Nov 2026 15:10:00 +0700")
            .guid(&format!("moi-{n}"))
            .text(&format!("{title}. Bài viết do phóng viên số {n} gửi về từ cơ sở..."))
    };
    TITLES.iter().enumerate().map(of).collect()
}

fn tidings() -> Item {
    item("https://moi.example/bai-viet?id=999", "Tin vừa mới xảy ra chiều nay", "Mon, 23 Nov 2026 15:15:00 +0700")
}

async fn world() -> World {
    let world = World::new(ONE);
    world.put("/a.rss", &before());
    world.poll().await;
    world.later(TimeDelta::minutes(20));
    world
}

fn ids_and_dates(entries: &[Entry]) -> Vec<(String, String, String)> {
    entries.iter().map(|entry| (entry.id.clone(), entry.published.clone(), entry.updated.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_held_reported_and_taken_over_when_confirmed() {
    let world = world().await;
    let was = world.feed("feed");
    world.put("/a.rss", &[&[tidings()][..], &after()].concat());
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].outcome.as_str(), polled["bao-a"].new), ("mass-change", 1));
    assert!(polled["bao-a"].message.contains("9 items look new, but 8 of them are stored"), "{:?}", polled["bao-a"]);
    let held = world.feed("feed");
    assert_eq!(held[0].title, "Tin vừa mới xảy ra chiều nay", "what is new beyond doubt comes at once");
    assert_eq!(held[1..], was, "nothing else has changed");
    assert_eq!(world.last_poll("bao-a").outcome, "mass-change");

    // Within minutes nothing is confirmed: somebody polls by hand.
    world.later(TimeDelta::minutes(1));
    assert_eq!(world.poll().await["bao-a"].outcome, "mass-change");
    world.later(TimeDelta::minutes(20));
    assert_eq!(world.poll().await["bao-a"].outcome, "no-new-items");
    let taken = world.feed("feed");
    assert_eq!(ids_and_dates(&taken), ids_and_dates(&held), "no id, no date and no place has changed");
    assert_eq!(taken[1].url, "https://moi.example/bai-viet?id=900", "readers are led to where the article is now");
    assert_eq!((world.items(), world.stories()), (9, 9));

    // From now on they are known by their new names, and an edit is an edit.
    world.later(TimeDelta::minutes(20));
    let mut edited = after();
    edited[0] = edited[0].clone().title("Nông dân Hoa Lư đã gặt xong");
    world.put("/a.rss", &edited);
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].new, polled["bao-a"].edited), (0, 1));
    assert_eq!(world.items(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_names_that_are_put_right_again_leave_no_trace() {
    let mut world = world().await;
    let files = world.files();
    world.put("/a.rss", &after());
    world.poll().await;
    // A restart in between changes nothing.
    world.open(ONE);
    world.put("/a.rss", &before());
    world.later(TimeDelta::minutes(20));
    assert_eq!(world.poll().await["bao-a"].outcome, "no-new-items");
    assert_eq!(world.files(), files);
    world.later(TimeDelta::minutes(20));
    world.put("/a.rss", &after());
    assert_eq!(world.poll().await["bao-a"].outcome, "mass-change", "the next time is a first time again");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_items_that_are_known_by_nothing_take_their_place_in_time() {
    let world = world().await;
    let strangers: Vec<Item> = (0..3)
        .map(|n| {
            item(
                &format!("https://moi.example/bai-viet?id=80{n}"),
                &format!("Bài cũ thứ {n} chưa từng thấy"),
                &format!("{} Oct 2026 08:00:00 +0700", 10 + n),
            )
        })
        .collect();
    world.put("/a.rss", &[&after()[..], &strangers].concat());
    assert_eq!(world.poll().await["bao-a"].new, 0);
    world.later(TimeDelta::minutes(20));
    assert_eq!(world.poll().await["bao-a"].new, 3);
    let titles = world.titles("feed");
    assert_eq!(titles[0], TITLES[0]);
    assert!(titles[8..].iter().all(|title| title.starts_with("Bài cũ")), "{titles:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_flood_of_news_comes_through_at_once() {
    let world = world().await;
    let news: Vec<Item> = (0..8)
        .map(|n| {
            item(
                &format!("https://cu.example/tin/10{n}.html"),
                &format!("Tin mới thứ {n} trong ngày bầu cử"),
                "Mon, 23 Nov 2026 15:10:00 +0700",
            )
        })
        .collect();
    world.put("/a.rss", &news);
    assert_eq!((world.poll().await["bao-a"].new, world.feed("feed").len()), (8, 16));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_titles_every_morning_are_new_every_morning() {
    let regions = ["Bắc Bộ", "Bắc Trung Bộ", "Nam Trung Bộ", "Tây Nguyên", "Nam Bộ", "vùng biển phía bắc"];
    let morning = |day: u32| -> Vec<Item> {
        let of = |(n, region): (usize, &&str)| {
            item(
                &format!("https://cu.example/thoi-tiet/{day}-{n}.html"),
                &format!("Dự báo thời tiết {region} hôm nay"),
                &format!("{day} Nov 2026 06:00:00 +0700"),
            )
            .text(&format!(
                "Hôm nay {day}/11, {region} nhiều mây, có lúc có mưa rào và dông, gió nhẹ. Trong cơn dông có khả năng xảy ra tố, \
                 lốc. Nhiệt độ thấp nhất {} độ, cao nhất {} độ. Người dân theo dõi các bản tin tiếp theo để chủ động phòng tránh.",
                day - n as u32,
                day + 9,
            ))
        };
        regions.iter().enumerate().map(of).collect()
    };
    let world = World::new(ONE);
    for day in [21, 22, 23] {
        world.put("/a.rss", &morning(day));
        let polled = world.poll().await;
        assert_eq!((polled["bao-a"].outcome.as_str(), polled["bao-a"].new), ("new-items", 6), "day {day}");
        world.later(TimeDelta::days(1));
    }
    assert_eq!(world.stories(), 18);
}
