//! One story, once, through the whole chain: who is the origin, where copies stand, what a restart or an update changes
//! (nothing), and that another order or another feed makes no other stories.

mod common;

use std::collections::BTreeSet;

use bantin::daemon::overrule::{self, Wish};
use bantin::daemon::{relearn, upkeep};
use bantin::model::StoryKey;
use bantin::publish::pages;
use bantin::store::Library as _;
use chrono::TimeDelta;
use common::world::{Entry, World};
use common::{Item, item};
use serde_json::Value;

const PRESS: &str = "[[source]]\nid = \"cong-a\"\ntitle = \"Cổng A\"\nurl = \"PRESS/a.rss\"\ncontent = \"full\"\n\
    province = \"ninh-binh\"\n\
    [[source]]\nid = \"bao-b\"\ntitle = \"Báo B\"\noutlet = \"Báo Bến Đá\"\nurl = \"PRESS/b.rss\"\ncontent = \"full\"\n\
    [[source]]\nid = \"bao-c\"\ntitle = \"Báo C\"\nurl = \"PRESS/c.rss\"\n\
    [[topic]]\nid = \"giao-thong\"\ntitle = \"Giao thông\"\nstrong = [\"khánh thành cầu\"]\n\
    [[topic]]\nid = \"nong-thon\"\ntitle = \"Nông thôn\"\nstrong = [\"bến phà\"]\n";

const LEAD: &str = "Sáng nay huyện Yên Khánh khánh thành cầu Bến Đá nối hai xã ven sông Vạc sau bốn năm thi công.";

const BODY: &str = "Cây cầu thay cho bến phà mà người dân hai bờ đã đi lại suốt nhiều thế hệ, nhất là học sinh phải dậy từ tờ mờ \
    sáng để kịp giờ học. Người lái phà cuối cùng được mời đi chuyến xe đầu tiên qua cầu. Huyện sẽ trải nhựa tuyến đường dẫn hai \
    đầu cầu trong mùa khô tới, đồng thời lắp thêm đèn chiếu sáng cho đoạn dốc xuống chợ.";

const DYKE: &str = "Đoàn công tác của sở kiểm tra kè sông Đáy đoạn qua phường ven đê, nơi mùa mưa vừa rồi xuất hiện nhiều cung sạt. \
    Đơn vị thi công cam kết đưa đủ máy móc, nhân lực để hoàn thành phần chân kè trước khi nước lên, bảo đảm an toàn cho khu dân cư.";

fn bridge(host: &str, date: &str) -> Item {
    item(&format!("https://{host}.example/cau.html"), "Khánh thành cầu Bến Đá", date)
        .text(&format!("<p>{LEAD}</p><p>{BODY}</p>"))
}

fn dyke(host: &str, date: &str) -> Item {
    item(&format!("https://{host}.example/ke.html"), "Kiểm tra kè sông Đáy", date).text(&format!("<p>{DYKE}</p>"))
}

fn portal() -> Item {
    bridge("cong-a", "Mon, 23 Nov 2026 10:00:00 +0700")
        .text(&format!("<p>{LEAD}</p><p>{BODY}</p><p>Nguồn: Báo Bến Đá</p>"))
}

fn paper() -> Item {
    bridge("bao-b", "Mon, 23 Nov 2026 14:30:00 +0700")
        .title("Cầu Bến Đá thông xe")
        .text(&format!("<p>{LEAD}</p><p>{BODY}</p><p>Ảnh: phóng viên Báo Bến Đá chụp sáng nay.</p>"))
}

/// A world in which nothing has been published yet.
async fn world() -> World {
    let world = World::new(PRESS);
    for page in ["/a.rss", "/b.rss", "/c.rss"] {
        world.put(page, &[]);
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn the_origin_that_arrives_later_takes_the_entry_over_and_the_id_stays() {
    let world = world().await;
    world.put("/a.rss", &[portal(), dyke("cong-a", "Mon, 23 Nov 2026 09:00:00 +0700")]);
    world.poll().await;
    let before = world.feed("feed");
    assert_eq!(before[0].url, "https://cong-a.example/cau.html");
    world.later(TimeDelta::hours(1));
    world.put("/b.rss", &[paper()]);
    world.poll().await;
    let after = world.feed("feed");
    assert_eq!(after.len(), 2, "one entry per feed");
    assert_eq!((&after[0].id, &after[0].story), (&before[0].id, &before[0].story));
    // Later than its copy, and credited by it: that is what decides.
    assert_eq!(after[0].url, "https://bao-b.example/cau.html");
    assert_eq!(after[0].title, "Cầu Bến Đá thông xe");
    assert_eq!(after[0].copies, ["https://cong-a.example/cau.html"]);
    assert_eq!(after[0].updated, "2026-11-23T09:00:00Z", "other words are shown since the poll at 16:00");
    assert_eq!(after[1], before[1]);
    let atom = std::fs::read_to_string(world.public().join("feed.atom")).expect("published");
    let related = "<link rel=\"related\" type=\"text/html\" title=\"";
    assert!(atom.contains(related) && atom.contains("href=\"https://cong-a.example/cau.html\""), "{atom}");
    let json = std::fs::read(world.public().join("feed.json")).expect("published");
    let json: Value = serde_json::from_slice(&json).expect("it is JSON");
    let html = json["items"][0]["content_html"].as_str().expect("its content is published");
    assert!(html.contains("Cũng đăng tại: <a href=\"https://cong-a.example/cau.html\">Cổng A</a>"), "{html}");
    assert_eq!(json["items"][0]["authors"][0]["name"], "Báo B", "{}", json["items"][0]);
    let key = StoryKey::new(after[0].story.rsplit('/').next().unwrap_or_default());
    let view = world.parts().engine.library().story(&key).expect("the database answers").expect("it is there");
    let page = pages::story(world.parts().engine.setup().masthead(), &view);
    assert!(page.contains("Cũng đăng tại: <a href=\"https://cong-a.example/cau.html\">Cổng A</a>"), "{page}");
    let found = world.parts().engine.library().search("phóng viên Báo Bến Đá", 0, 10).expect("the database answers");
    assert_eq!(found.entries.len(), 1, "it is found by the words that are shown");
    // The change is one change: further polls and copies move nothing.
    world.later(TimeDelta::hours(1));
    world.put("/c.rss", &[bridge("bao-c", "Mon, 23 Nov 2026 16:30:00 +0700").text(&format!("<p>{LEAD}</p>"))]);
    world.poll().await;
    let last = world.feed("feed");
    assert_eq!((&last[0].updated, &last[0].url, last[0].copies.len()), (&after[0].updated, &after[0].url, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_with_the_very_same_words_changes_the_link_and_no_date() {
    let world = world().await;
    world.put("/a.rss", &[bridge("cong-a", "Mon, 23 Nov 2026 10:00:00 +0700")]);
    world.poll().await;
    let before = world.feed("feed").remove(0);
    world.later(TimeDelta::hours(1));
    world.put("/b.rss", &[bridge("bao-b", "Mon, 23 Nov 2026 08:00:00 +0700")]);
    world.poll().await;
    let after = world.feed("feed").remove(0);
    assert_eq!((&after.id, after.url.as_str()), (&before.id, "https://bao-b.example/cau.html"), "the earlier one");
    assert_eq!(after.updated, before.updated, "nobody is shown anything new");
    assert_eq!(after.published, "2026-11-23T01:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_with_copies_stands_once_in_each_feed_that_it_belongs_to() {
    let world = world().await;
    world.put("/a.rss", &[portal()]);
    world.put("/b.rss", &[paper()]);
    world.put("/c.rss", &[bridge("bao-c", "Mon, 23 Nov 2026 16:30:00 +0700").text(&format!("<p>{LEAD}</p>"))]);
    world.poll().await;
    for feed in ["feed", "topics/giao-thong", "topics/nong-thon", "provinces/ninh-binh"] {
        assert_eq!(world.feed(feed).len(), 1, "{feed}");
    }
}

/// Polls in which everything happens that changes stories, one document an hour; `between` is called after each.
async fn history(between: impl Fn(&mut World)) -> Vec<Entry> {
    let mut world = world().await;
    let summary = bridge("bao-c", "Mon, 23 Nov 2026 16:30:00 +0700").text(&format!("<p>{LEAD}</p>"));
    let kè = |host: &str, day: u32| dyke(host, &format!("Mon, {day} Nov 2026 09:00:00 +0700"));
    for (page, items) in [
        ("/a.rss", vec![portal()]),
        ("/c.rss", vec![summary.clone()]),
        ("/b.rss", vec![kè("bao-b", 23)]),
        ("/b.rss", vec![paper(), kè("bao-b", 23)]),
        ("/a.rss", vec![portal().title("Yên Khánh khánh thành cầu Bến Đá"), kè("cong-a", 22)]),
        ("/c.rss", vec![summary, kè("bao-c", 21).text(&format!("<p>{DYKE} Tin của Báo C.</p>"))]),
    ] {
        world.put(page, &items);
        world.poll().await;
        between(&mut world);
        world.later(TimeDelta::hours(1));
    }
    world.publish_as(true).await;
    world.feed("feed")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_anywhere_in_between_makes_no_other_stories() {
    let whole = history(|_| {}).await;
    assert_eq!(whole.iter().map(|entry| entry.copies.len()).collect::<Vec<_>>(), [2, 2], "{whole:?}");
    assert_eq!(history(|world| world.open(PRESS)).await, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_alike_but_not_the_same_is_shown_as_related() {
    let world = world().await;
    world.put("/a.rss", &[bridge("cong-a", "Mon, 23 Nov 2026 10:00:00 +0700")]);
    world.poll().await;
    world.later(TimeDelta::hours(1));
    let half: String = BODY.split_inclusive(". ").take(2).collect();
    world.put(
        "/b.rss",
        &[item("https://bao-b.example/pha.html", "Bến phà cũ lui về dĩ vãng", "Mon, 23 Nov 2026 15:00:00 +0700").text(
            &format!(
                "<p>Từ hôm nay tiếng còi phà quen thuộc không còn vang trên khúc sông này nữa, nhiều cụ già bật khóc. {half} Bà con \
                 hai bên bờ góp tiền dựng một tấm bia nhỏ cạnh bến. Trên bia ghi tên những người lái đò qua các thời.</p>"
            ),
        )],
    );
    world.poll().await;
    let feed = world.feed("feed");
    assert_eq!(feed.len(), 2, "never hidden: {feed:?}");
    for (at, entry) in feed.iter().enumerate() {
        let key = StoryKey::new(entry.story.rsplit('/').next().unwrap_or_default());
        let view = world.parts().engine.library().story(&key).expect("the database answers").expect("it is there");
        let related: Vec<&str> = view.related.iter().map(|(_, title, _)| title.as_str()).collect();
        assert_eq!(related, [feed[1 - at].title.as_str()]);
    }
}

/// What an update that reads texts otherwise leaves: the index of another signature version.
fn by_another_version(world: &mut World) {
    world.close();
    let db = rusqlite::Connection::open(world.database()).expect("the database opens");
    db.execute("UPDATE likeness_meta SET signature_version = signature_version - 1", []).expect("it can be written");
    drop(db);
    world.open(PRESS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_another_version_is_filled_again_beside_the_polls() {
    let mut world = world().await;
    world.put("/a.rss", &[portal(), dyke("cong-a", "Mon, 23 Nov 2026 09:00:00 +0700")]);
    world.poll().await;
    by_another_version(&mut world);
    // What comes before the first slice does is known to the index, and is not brought back twice.
    world.later(TimeDelta::hours(1));
    let news = item("https://bao-c.example/cho.html", "Chợ quê họp lại sau Tết", "Mon, 23 Nov 2026 15:30:00 +0700")
        .text("Sau một tháng sửa mái, chợ quê bên bến sông họp lại từ sáng sớm với đủ rau, cá và tiếng mặc cả râm ran cả khúc đê.");
    world.put("/c.rss", &[news]);
    world.poll().await;
    assert_eq!(relearn::fill(&world.parts().engine).await.expect("the database answers"), 3);
    assert_eq!(relearn::fill(&world.parts().engine).await.expect("the database answers"), 0, "once is enough");
    world.later(TimeDelta::hours(1));
    world.put("/b.rss", &[paper(), dyke("bao-b", "Mon, 23 Nov 2026 15:00:00 +0700")]);
    world.poll().await;
    let feed = world.feed("feed");
    let urls: BTreeSet<&str> = feed.iter().map(|entry| entry.url.as_str()).collect();
    assert_eq!(
        urls,
        BTreeSet::from([
            "https://bao-b.example/cau.html",
            "https://cong-a.example/ke.html",
            "https://bao-c.example/cho.html"
        ]),
        "copies are recognised as before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_outlast_pruning_and_the_window_in_which_copies_are_looked_for() {
    let world = world().await;
    world.put(
        "/a.rss",
        &[bridge("cong-a", "Mon, 23 Nov 2026 10:00:00 +0700"), dyke("cong-a", "Mon, 23 Nov 2026 09:00:00 +0700")],
    );
    let market = |host: &str| {
        item(&format!("https://{host}.example/cho.html"), "Chợ quê họp lại sau Tết", "Mon, 23 Nov 2026 11:30:00 +0700")
            .text("Sau một tháng sửa mái, chợ quê bên bến sông họp lại từ sáng sớm với đủ rau, cá và tiếng mặc cả râm ran cả khúc đê.")
    };
    world.put("/b.rss", &[market("bao-b")]);
    world.poll().await;
    let engine = std::sync::Arc::clone(&world.parts().engine);
    let decide = |wish: Wish| {
        let engine = std::sync::Arc::clone(&engine);
        async move { tokio::task::spawn_blocking(move || overrule::carry_out(&engine, &wish)).await.expect("no panic") }
    };
    let ke = "https://cong-a.example/ke.html".to_owned();
    decide(Wish::Takedown { what: "https://cong-a.example/cau.html".to_owned() }).await.expect("it is taken down");
    decide(Wish::Merge { one: ke.clone(), other: "https://bao-b.example/cho.html".to_owned() }).await.expect("merged");

    // A year and a half on, with a poll now and then.
    for month in 0..18 {
        world.later(TimeDelta::days(31));
        let news = item(
            &format!("https://bao-b.example/{month}.html"),
            &format!("Bản tin tháng thứ {month} của tòa soạn"),
            "Mon, 23 Nov 2026 11:30:00 +0700",
        );
        world.put("/b.rss", &[news]);
        world.poll().await;
        let (keep, now) = (std::time::Duration::from_secs(400 * 86_400), engine.now());
        upkeep::tidy(engine.writer(), keep, now, |_| {}).await.expect("it is pruned");
    }
    let refused = decide(Wish::Split { what: ke.clone(), source: None }).await.expect_err("it has been pruned");
    assert!(refused.to_string().contains("has been pruned"), "{refused}");
    world.put("/c.rss", &[bridge("bao-c", "Mon, 23 Nov 2026 16:30:00 +0700").text(&format!("<p>{LEAD}</p>"))]);
    world.put(
        "/a.rss",
        &[bridge("cong-a", "Mon, 23 Nov 2026 10:00:00 +0700").guid("moi").link("https://cong-a.example/moi.html")],
    );
    world.poll().await;
    assert!(!world.feed("feed").iter().any(|entry| entry.title.contains("Bến Đá")), "not even its summary comes back");
}
