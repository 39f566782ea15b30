//! The whole chain, poll to published bytes, over real HTTP and a real database file, with a clock that the test owns.
//!
//! What `bantin poll` puts together is put together here: parts, polls, publisher. The promises of PRODUCT.md §6 are
//! held on what stands in the published files, not on what the floors say of themselves.

mod common;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bantin::config;
use bantin::daemon::run::{self, Options};
use bantin::daemon::setup::Setup;
use bantin::model::SourceId;
use bantin::store::Library as _;
use chrono::TimeDelta;
use common::world::{Entry, ONE, TWO, World, start};
use common::{Item, Page, item, rss, wait_for};

fn news() -> Vec<Item> {
    vec![
        item("https://bao.example/lua-1.html", "Nông dân Hoa Lư xuống đồng vụ mới", "Mon, 23 Nov 2026 13:00:00 +0700"),
        item("https://bao.example/cau-2.html", "Thông xe cầu Sông Vân", "Sun, 22 Nov 2026 09:30:00 +0700"),
        item("https://bao.example/hoc-3.html", "Học sinh Tam Điệp trở lại trường", "Sat, 21 Nov 2026 07:15:00 +0700"),
    ]
}

fn late() -> Item {
    item("https://bao.example/cu-9.html", "Chuyện cũ đăng muộn", "Wed, 01 Jul 2026 08:00:00 +0700")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_polled_stands_in_every_format() {
    let world = World::new(ONE);
    world.put("/a.rss", &news());
    let polled = world.poll().await;
    assert!(polled["bao-a"].ok);
    assert_eq!(polled["bao-a"].new, 3);
    let ids: Vec<String> = news().into_iter().filter_map(|item| item.guid).collect();
    assert_eq!(world.ids("feed"), ids, "newest first, ids byte for byte");
    for name in ["feed.atom", "feed.rss", "feed.json"] {
        let bytes = std::fs::read(world.public().join(name)).expect("published");
        let feed = feed_rs::parser::parse(&bytes[..]).expect("a feed");
        assert_eq!(feed.entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>(), ids, "{name}");
        let first = &feed.entries[0];
        assert_eq!(first.published.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-23T06:00:00+00:00"), "{name}");
    }
    let page = std::fs::read_to_string(world.public().join("index.html")).expect("published");
    assert!(page.contains("Thông xe cầu Sông Vân"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_poll_counts_items_by_their_own_dates_later_ones_by_the_time_of_the_poll() {
    let mut world = World::new(TWO);
    world.put("/a.rss", &news());
    world.put("/b.rss", &[]);
    world.poll().await;
    world.later(TimeDelta::hours(1));
    // A source that is read for the first time does not flood: its item takes its place by its own date.
    world.put(
        "/b.rss",
        &[late()
            .link("https://bao-b.example/7.html")
            .guid("https://bao-b.example/7.html")
            .title("Tin của báo mới")
            .text("Tòa soạn vừa mở chuyên mục về nghề thủ công ở các làng ven sông, mỗi tuần một bài.")],
    );
    world.open(&format!("{ONE}[[source]]\nid = \"bao-c\"\nurl = \"PRESS/b.rss\"\n"));
    world.poll().await;
    assert_eq!(world.titles("feed").last().map(String::as_str), Some("Tin của báo mới"));
    world.later(TimeDelta::hours(1));
    // What a known source brings late stands on top, whatever its date: who reads once a day misses nothing.
    world.put("/a.rss", &[&[late()][..], &news()].concat());
    world.poll().await;
    assert_eq!(world.titles("feed").first().map(String::as_str), Some("Chuyện cũ đăng muộn"));
    let page = std::fs::read_to_string(world.public().join("index.html")).expect("published");
    let place = |title: &str| page.find(title).unwrap_or_else(|| panic!("`{title}` is not on the page"));
    assert!(place("Chuyện cũ đăng muộn") > place("Học sinh Tam Điệp"), "pages sort by the article's date");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_poll_sends_the_stored_validators_and_renders_nothing_anew() {
    let world = World::new(TWO);
    let tag = "W/\"bản-1, \\\\ lạ\"";
    let date = "Mon, 23 Nov 2026 06:00:01 GMT";
    world.press.put("/a.rss", Page::rss(rss("Báo A", &news())).etag("W/\"r1-\\a,b\"").last_modified(date));
    world.press.put("/b.rss", Page::rss(rss("Báo B", &[late()])).etag(tag));
    world.poll().await;
    let before = world.files();
    assert!(before.len() > 10, "{:?}", before.keys());
    assert_eq!(world.press.last_seen("/a.rss").header("if-none-match"), None);

    world.later(TimeDelta::minutes(20));
    let polled = world.poll().await;
    let request = world.press.last_seen("/a.rss");
    assert_eq!(request.header("if-none-match"), Some("W/\"r1-\\a,b\""));
    assert_eq!(request.header("if-modified-since"), Some(date));
    assert_eq!(request.status, 304);
    assert_eq!(world.press.last_seen("/b.rss").header("if-none-match"), Some(tag), "bytes, not characters");
    assert_eq!(polled["bao-a"].outcome, "not-modified");
    assert_eq!(world.files(), before);
    assert!(world.publish().await.documents.is_empty(), "an unchanged feed costs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn validators_survive_a_restart_and_a_200_with_the_same_bytes_changes_nothing() {
    let mut world = World::new(ONE);
    world.press.put("/a.rss", Page::rss(rss("Báo A", &news())).etag("\"1\""));
    world.poll().await;
    let before = world.files();
    world.open(ONE);
    world.later(TimeDelta::minutes(20));
    world.poll().await;
    assert_eq!(world.press.last_seen("/a.rss").status, 304);
    // The tag changes, the document does not: the new tag is what is sent next.
    world.press.put("/a.rss", Page::rss(rss("Báo A", &news())).etag("\"2\""));
    world.later(TimeDelta::minutes(20));
    assert_eq!(world.poll().await["bao-a"].outcome, "unchanged");
    world.later(TimeDelta::minutes(20));
    world.poll().await;
    assert_eq!(world.press.last_seen("/a.rss").header("if-none-match"), Some("\"2\""));
    assert_eq!(world.press.last_seen("/a.rss").status, 304);
    assert_eq!(world.files(), before);
    // A start renders everything, finds every byte as it lies there, and touches no file.
    let published = world.publish_as(true).await;
    assert!(!published.documents.is_empty());
    assert_eq!(published.files, 0);
    assert_eq!(world.files(), before);
}

/// Polls [`news`], then `again`, and expects that nothing in it is new.
async fn never_comes_back(again: Vec<Item>) {
    let world = World::new(ONE);
    world.put("/a.rss", &news());
    world.poll().await;
    let (ids, items) = (world.ids("feed"), world.items());
    world.later(TimeDelta::hours(2));
    world.put("/a.rss", &again);
    let polled = world.poll().await;
    assert_eq!(polled["bao-a"].new, 0, "{}", polled["bao-a"].message);
    assert_eq!(world.ids("feed"), ids, "the ids and places of the first time");
    assert_eq!(world.items(), items);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_known_by_its_guid_when_the_link_changes() {
    let moved = news().into_iter().map(|item| {
        let link = item.link.clone().unwrap_or_default().replace("bao.example/", "bao.example/moi/");
        let title = format!("{} (cập nhật)", item.title);
        // Another title too, so that only the guid is left to know it by.
        item.link(&link).title(&title)
    });
    never_comes_back(moved.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_known_by_its_link_however_it_is_written() {
    let forms = [
        "http://www.bao.example/lua-1.html#binh-luan",
        "http://bao.example/cau-2.html?utm_source=zalo",
        "https://www.bao.example/hoc-3.html/",
    ];
    let again = news().into_iter().zip(forms).enumerate().map(|(at, (item, link))| {
        let title = format!("{} (cập nhật)", item.title);
        item.link(link).guid(&format!("moi-{at}")).title(&title)
    });
    never_comes_back(again.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_known_by_title_and_date_after_the_guid_scheme_and_the_links_change() {
    let again = news()
        .into_iter()
        .enumerate()
        .map(|(at, item)| item.guid(&format!("node:{at}")).link(&format!("https://bao.example/2026/bai-{at}")));
    never_comes_back(again.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_bulletins_with_one_title_and_minute_are_two_items() {
    let world = World::new(ONE);
    let bulletin = |n: u32| {
        item(&format!("https://bao.example/gia-{n}.html"), "Giá vàng hôm nay", "Mon, 23 Nov 2026 07:00:00 +0700")
            .text(&format!("Giá vàng bán ra sáng nay ở cửa hàng số {n} là {n}0 triệu đồng."))
    };
    world.put("/a.rss", &[bulletin(1), bulletin(2)]);
    world.poll().await;
    assert_eq!(world.items(), 2);
    world.later(TimeDelta::hours(1));
    world.put("/a.rss", &[bulletin(1), bulletin(2), bulletin(3)]);
    assert_eq!(world.poll().await["bao-a"].new, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_words_moves_updated_to_when_it_was_seen_and_keeps_the_place() {
    let world = World::new(ONE);
    world.put("/a.rss", &news());
    world.poll().await;
    let before = world.feed("feed");
    world.later(TimeDelta::hours(3));
    let mut edited = news();
    edited[1] = edited[1].clone().text("Cầu Sông Vân thông xe sớm hơn dự kiến hai tháng.");
    world.put("/a.rss", &edited);
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].new, polled["bao-a"].edited), (0, 1));
    let after = world.feed("feed");
    assert_eq!(after[1].updated, "2026-11-23T11:00:00Z");
    assert_eq!(after[1].published, before[1].published);
    let but_updated = |entries: &[Entry]| -> Vec<Entry> {
        entries.iter().map(|entry| Entry { updated: String::new(), ..entry.clone() }).collect()
    };
    assert_eq!(but_updated(&after), but_updated(&before));
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    let atom = std::fs::read_to_string(world.public().join("feed.atom")).expect("published");
    assert!(atom.contains("sớm hơn dự kiến"), "readers get the new words");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_markup_only_moves_nothing() {
    let world = World::new(ONE);
    let with = |text: &str| {
        let mut items = news();
        items[0] = items[0].clone().text(text);
        items
    };
    world.put("/a.rss", &with("<p>Nông dân <b>xuống đồng</b> từ sáng sớm.</p>"));
    world.poll().await;
    let before = world.feed("feed");
    world.later(TimeDelta::hours(3));
    world.put("/a.rss", &with("<div class=\"moi\"><p>Nông  dân <i>xuống đồng</i>\n từ sáng sớm.</p></div>"));
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].new, polled["bao-a"].edited), (0, 0));
    assert_eq!(world.feed("feed"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_with_nothing_in_it_is_dropped_and_counted() {
    let world = World::new(ONE);
    world.put("/a.rss", &[&news()[..], &[Item::default()]].concat());
    world.poll().await;
    assert_eq!(world.items(), 3);
    assert_eq!(world.last_poll("bao-a").dropped, 1);
    assert_eq!(world.last_poll("bao-a").new, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sources_with_one_link_are_one_story_with_a_copy() {
    let world = World::new(TWO);
    let copy = item(
        "http://www.bao.example/cau-2.html?utm_medium=rss",
        "Thông xe cầu Sông Vân",
        "Sun, 22 Nov 2026 10:00:00 +0700",
    )
    .guid("b-77");
    world.put("/a.rss", &news());
    world.put("/b.rss", &[]);
    world.poll().await;
    world.later(TimeDelta::hours(1));
    world.put("/b.rss", &[copy]);
    world.poll().await;
    assert_eq!((world.items(), world.stories()), (4, 3));
    let feed = world.feed("feed");
    assert_eq!(feed.len(), 3, "published once");
    assert_eq!(feed[1].id, "https://bao.example/cau-2.html", "under the id it was first published under");
    let story = world.parts().engine.library().items_named(&feed[1].id, &[]).expect("it answers");
    assert_eq!(story[0].story_items, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sources_with_one_iri_for_an_id_are_one_story_with_a_copy() {
    let world = World::new(TWO);
    let id = "tag:hang-tin.example,2026:tin/4711";
    let of = |link: &str, date: &str| item(link, "Khánh thành hồ chứa nước Đồng Chương", date).guid(id);
    world.put("/a.rss", &[of("https://bao-a.example/ho.html", "Sun, 22 Nov 2026 10:00:00 +0700")]);
    world.put("/b.rss", &[of("https://bao-b.example/x/ho-nuoc", "Sun, 22 Nov 2026 11:00:00 +0700")]);
    world.poll().await;
    let feed = world.feed("feed");
    assert_eq!(feed.len(), 1);
    assert_eq!(feed[0].id, id);
    assert_eq!(feed[0].url, "https://bao-a.example/ho.html", "the earlier one is the origin");
    assert_eq!(feed[0].copies, ["https://bao-b.example/x/ho-nuoc"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sources_that_both_number_from_one_do_not_collide() {
    let world = World::new(TWO);
    let of = |site: &str, title: &str| {
        item(&format!("https://{site}.example/1"), title, "Sun, 22 Nov 2026 10:00:00 +0700").guid("1")
    };
    world.put("/a.rss", &[of("bao-a", "Mưa lớn ở thượng nguồn")]);
    world.put("/b.rss", &[of("bao-b", "Khai mạc hội thao mùa đông")]);
    world.poll().await;
    let ids: HashSet<String> = world.ids("feed").into_iter().collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().all(|id| id.starts_with("tag:tin.example.vn,2026:item/")), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_source_keeps_its_items_ids_and_validators() {
    let mut world = World::new(ONE);
    let items: Vec<Item> = news().into_iter().enumerate().map(|(at, item)| item.guid(&format!("{at}"))).collect();
    world.press.put("/a.rss", Page::rss(rss("Báo A", &items)).etag("\"1\""));
    world.poll().await;
    let before = world.feed("feed");
    world.later(TimeDelta::hours(1));
    let renamed = "[[source]]\nid = \"bao-moi\"\nwas = [\"bao-a\"]\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\n";
    world.open(renamed);
    world.poll().await;
    assert_eq!(world.press.last_seen("/a.rss").status, 304);
    // What is not byte for byte as before has to be known by its guid, under the name the source had.
    let mut changed = items.clone();
    changed[0] = changed[0].clone().link("https://bao.example/moi.html").title("Nông dân Hoa Lư đã gặt xong");
    changed.insert(0, late().guid("9"));
    world.put("/a.rss", &changed);
    world.later(TimeDelta::hours(1));
    let polled = world.poll().await;
    assert_eq!((polled["bao-moi"].new, polled["bao-moi"].edited), (1, 1));
    let ids = |entries: &[Entry]| entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&world.feed("feed")[1..]), ids(&before));
    assert_eq!(world.items(), 4);
}

const TOPICS: &str = "[[topic]]\nid = \"nong-nghiep\"\ntitle = \"Nông nghiệp\"\nstrong = [\"nông dân\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn changed_rules_judge_stories_anew_and_none_shows_as_new() {
    let mut world = World::new(&format!("{ONE}{TOPICS}"));
    world.put("/a.rss", &news());
    world.poll().await;
    let merged = world.feed("feed");
    assert_eq!(world.titles("topics/nong-nghiep"), ["Nông dân Hoa Lư xuống đồng vụ mới"]);
    world.later(TimeDelta::hours(1));
    let rules = "[[topic]]\nid = \"nong-nghiep\"\ntitle = \"Nông nghiệp\"\nstrong = [\"thuỷ lợi\"]\n\
                 [[topic]]\nid = \"giao-thong\"\ntitle = \"Giao thông\"\nstrong = [\"thông xe\"]\n";
    world.open(&format!("{ONE}{rules}"));
    world.poll().await;
    assert_eq!(world.titles("topics/giao-thong"), ["Thông xe cầu Sông Vân"]);
    assert_eq!(world.titles("topics/nong-nghiep"), [""; 0]);
    assert_eq!(world.feed("feed"), merged);
    let entry = &world.feed("topics/giao-thong")[0];
    assert_eq!(entry.updated, "2026-11-22T02:30:00Z", "nothing of it has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_in_two_topics_stands_in_both_once() {
    let rules = "[[topic]]\nid = \"giao-thong\"\ntitle = \"Giao thông\"\nstrong = [\"thông xe\"]\n\
                 [[topic]]\nid = \"song-van\"\ntitle = \"Sông Vân\"\nstrong = [\"Sông Vân\", \"cầu\"]\n";
    let world = World::new(&format!("{TWO}{rules}"));
    world.put("/a.rss", &news());
    world.put("/b.rss", &[news()[1].clone()]);
    world.poll().await;
    for topic in ["topics/giao-thong", "topics/song-van"] {
        assert_eq!(world.titles(topic), ["Thông xe cầu Sông Vân"], "{topic}");
    }
    assert_eq!(world.titles("feed").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_in_the_future_is_clamped_and_counted_and_pins_nothing() {
    let world = World::new(ONE);
    let future = item("https://bao.example/mai.html", "Tin của năm sau", "Sat, 20 Nov 2027 07:00:00 +0700");
    world.put("/a.rss", &[&[future][..], &news()].concat());
    world.poll().await;
    assert_eq!(world.last_poll("bao-a").clamped, 1);
    let now = start().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert!(world.feed("feed").iter().all(|entry| entry.published <= now && entry.updated <= now));
    world.later(TimeDelta::hours(1));
    let fresh = item("https://bao.example/nay.html", "Tin của chiều nay", "Mon, 23 Nov 2026 15:50:00 +0700");
    world.put("/a.rss", &[&[fresh][..], &news()].concat());
    world.poll().await;
    assert_eq!(world.titles("feed")[..2], ["Tin của chiều nay", "Tin của năm sau"]);
    let page = std::fs::read_to_string(world.public().join("index.html")).expect("published");
    assert!(page.find("Tin của chiều nay") < page.find("Tin của năm sau"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_left_the_configuration_keeps_what_was_published() {
    let mut world = World::new(TWO);
    world.put("/a.rss", &news());
    world.put("/b.rss", &[late()]);
    world.poll().await;
    let before = world.feed("feed");
    world.later(TimeDelta::hours(1));
    world.open(ONE);
    let polled = world.poll().await;
    assert_eq!(polled.keys().map(String::as_str).collect::<Vec<_>>(), ["bao-a"]);
    assert_eq!(world.feed("feed"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn summaries_only_are_published_unless_a_source_says_full() {
    let body =
        format!("<p>Mở đầu bài báo.</p><p>{}</p><p>Câu cuối cùng của bài.</p>", "Đoạn giữa rất dài. ".repeat(80));
    let mut world = World::new(ONE);
    world.put("/a.rss", &[news()[0].clone().text(&body)]);
    world.poll().await;
    let everything = |world: &World| -> String {
        ["feed.atom", "feed.rss", "feed.json", "index.html"]
            .iter()
            .map(|name| std::fs::read_to_string(world.public().join(name)).expect("published"))
            .collect()
    };
    assert!(everything(&world).contains("Mở đầu bài báo"));
    assert!(!everything(&world).contains("Câu cuối cùng"), "the body belongs to the newspaper");
    world.open(&format!("{ONE}content = \"full\"\n"));
    world.poll().await;
    for name in ["feed.atom", "feed.rss", "feed.json"] {
        let text = std::fs::read_to_string(world.public().join(name)).expect("published");
        assert!(text.contains("Câu cuối cùng"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_from_nothing_gives_the_same_ids_and_stories() {
    let unnamed = item("", "Bài không có địa chỉ", "Fri, 20 Nov 2026 08:00:00 +0700").guid("").link("");
    let linked =
        item("https://bao.example/khong-guid.html", "Bài không có guid", "Fri, 20 Nov 2026 09:00:00 +0700").guid("");
    let numbered = item("https://bao.example/so.html", "Bài đánh số", "Fri, 20 Nov 2026 10:00:00 +0700").guid("17");
    let items = [&news()[..], &[unnamed, linked, numbered]].concat();
    let mut runs = Vec::new();
    for _ in 0..2 {
        let world = World::new(TWO);
        world.put("/a.rss", &items);
        world.put("/b.rss", &items[1..2]);
        world.poll().await;
        world.later(TimeDelta::hours(1));
        world.poll().await;
        runs.push(world.feed("feed").into_iter().map(|entry| (entry.id, entry.story)).collect::<Vec<_>>());
    }
    assert_eq!(runs[0].len(), 6);
    assert_eq!(runs[0], runs[1]);
}

/// The article of three papers within five minutes, as long in each.
fn told_by_three() -> [Item; 3] {
    ["c", "a", "b"].map(|paper| {
        let link = format!("https://bao-{paper}.example/cau.html");
        item(&link, "Khởi công cầu qua sông Hoàng Long", "Sun, 22 Nov 2026 10:00:00 +0700").text(
            "Sáng nay, công trình cầu bắc qua sông Hoàng Long được khởi công tại xã Gia Hưng, nối hai bờ vốn chỉ có đò \
             ngang. Cầu dài bốn trăm hai mươi mét, rộng mười hai mét, dự kiến thông xe sau mười tám tháng thi công.",
        )
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_story_that_several_give_at_once_does_not_depend_on_who_answered_first() {
    let sources: String = ["a", "b", "c"]
        .map(|paper| ONE.replace("bao-a", &format!("bao-{paper}")).replace("/a.rss", &format!("/{paper}.rss")))
        .concat();
    let [c, a, b] = told_by_three();
    let mut runs = Vec::new();
    for slow in [["a", "b"], ["b", "c"], ["c", "a"]] {
        let mut world = World::new(&sources);
        for (paper, item) in [("a", &a), ("b", &b), ("c", &c)] {
            let page = Page::rss(rss("Báo", std::slice::from_ref(item)));
            // Each in a transaction of its own, one after the other.
            let delay = slow.iter().position(|slow| *slow == paper).map_or(0, |place| 300 * (place as u64 + 1));
            world.press.put(&format!("/{paper}.rss"), page.slow(Duration::from_millis(delay)));
        }
        world.poll().await;
        let feed = world.feed("feed");
        assert_eq!(feed.len(), 1, "{feed:?}");
        assert_eq!((feed[0].id.as_str(), &feed[0].url), ("https://bao-a.example/cau.html", &feed[0].id));
        assert_eq!(feed[0].updated, feed[0].published, "who came first is no change of words");
        runs.push(feed[0].story.clone());
        // From now on readers know it: whoever turns out to be the origin, the id stays.
        world.later(TimeDelta::hours(1));
        world.open(&sources);
        let credited = b.clone().text(&format!("{} Theo Báo C", told_by_three()[1].text));
        world.put("/b.rss", &[credited]);
        world.poll().await;
        assert_eq!(world.ids("feed"), ["https://bao-a.example/cau.html"]);
    }
    assert!(runs.windows(2).all(|pair| pair[0] == pair[1]), "{runs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_source_harms_nobody_and_its_errors_are_never_items() {
    let world = World::new(TWO);
    world.put("/a.rss", &news());
    world.press.put("/b.rss", Page::error(503));
    let polled = world.poll().await;
    assert_eq!((polled["bao-a"].ok, polled["bao-b"].ok), (true, false));
    assert_eq!(world.titles("feed").len(), 3);
    world.press.put("/b.rss", Page::new("text/html", "<!doctype html><html><title>Bảo trì</title><p>Bảo trì</html>"));
    assert!(!world.poll().await["bao-b"].ok);
    assert_eq!(world.titles("feed").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_are_the_compressed_forms_too() {
    let world = World::new(&format!("{ONE}{TOPICS}"));
    world.put("/a.rss", &news());
    world.poll().await;
    let files = world.files();
    for name in ["feed.atom", "feed.rss", "feed.json", "index.html", "topics/nong-nghiep.atom", "opml.xml"] {
        let of = |suffix: &str| {
            &files.get(Path::new(&format!("{name}{suffix}"))).unwrap_or_else(|| panic!("{name}{suffix}")).0
        };
        assert_eq!(&common::gunzip(of(".gz")), of(""), "{name}");
        assert_eq!(&common::unbrotli(of(".br")), of(""), "{name}");
    }
    assert!(!files.keys().any(|file| file.to_string_lossy().contains(".bantin-")), "nothing half written is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_shows_the_newest_articles_first_whenever_they_came() {
    let world = World::new(TWO);
    let of = |n: u32, date: &str| {
        item(&format!("https://bao.example/de-{n}.html"), &format!("Kè sông Hoàng Long đoạn {n}"), date)
    };
    world.put("/a.rss", &[of(3, "Mon, 23 Nov 2026 09:00:00 +0700"), of(1, "Sat, 21 Nov 2026 09:00:00 +0700")]);
    world.put("/b.rss", &[]);
    world.poll().await;
    world.later(TimeDelta::hours(1));
    world.put("/b.rss", &[of(2, "Sun, 22 Nov 2026 09:00:00 +0700")]);
    world.poll().await;
    let titles = |offset, limit| -> Vec<String> {
        let found = world.parts().engine.library().search("ke song", offset, limit).expect("the database answers");
        found.entries.into_iter().map(|entry| entry.title).collect()
    };
    let all = [3, 2, 1].map(|n| format!("Kè sông Hoàng Long đoạn {n}"));
    assert_eq!(titles(0, 10), all);
    assert_eq!([titles(0, 2), titles(2, 2)].concat(), all, "page by page too");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_while_stopped_is_caught_up_once() {
    let mut world = World::new(&format!("{ONE}schedule = \"*/20 * * * *\"\n"));
    world.put("/a.rss", &news()[1..]);
    world.poll().await;
    let config = world.config(&format!("{ONE}schedule = \"*/20 * * * *\"\n"));
    world.close();
    world.later(TimeDelta::hours(9));
    world.put("/a.rss", &news());
    let mut config = config;
    config.server.listen = vec![config::Listen::Tcp("127.0.0.1:0".parse().expect("an address"))];
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let options = Options {
        config,
        reload: None,
        clock: world.clock(),
        tick: run::TICK,
        ready: Box::new(|_| {}),
        standalone: false,
    };
    let daemon = tokio::spawn(run::run(options, async move { drop(stopped.await) }));
    let feed = world.public().join("feed.json");
    tokio::task::block_in_place(|| {
        wait_for("the story that was missed", || {
            std::fs::read_to_string(&feed).ok()?.contains("xuống đồng").then_some(())
        });
    });
    stop.send(()).expect("the daemon runs");
    daemon.await.expect("the daemon does not panic").expect("it starts");
    assert_eq!(world.press.seen("/a.rss").len(), 2, "27 polls were missed, one makes up for them");
}

/// The source of [`ONE`], read by other settings.
const ONE_OTHERWISE: &str =
    "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\ntimezone = \"UTC\"\n";

fn tagged() -> Page {
    Page::rss(rss("Báo", &news())).etag("\"1\"")
}

/// What the last request for the source asked "has it changed?" with.
fn asked_with(world: &World) -> Option<String> {
    world.press.seen("/a.rss").last().expect("it was asked").header("if-none-match").map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_ends_under_other_settings_does_not_hide_that_the_source_is_to_be_read_anew() {
    let world = World::new(ONE);
    world.press.put("/a.rss", tagged().slow(Duration::from_millis(500)));
    let other = Setup::new(world.config(ONE_OTHERWISE)).expect("good schedules");
    let engine = Arc::clone(&world.parts().engine);
    let change = async {
        let asked = async {
            while world.press.seen("/a.rss").is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the source is asked");
        engine.set_setup(Arc::new(other));
    };
    tokio::join!(world.poll(), change);
    world.poll().await;
    assert_eq!(asked_with(&world), None);
    world.poll().await;
    assert_eq!(asked_with(&world).as_deref(), Some("\"1\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_to_be_read_anew_still_is_after_a_failure_and_a_restart() {
    let mut world = World::new(ONE);
    world.press.put("/a.rss", tagged());
    world.poll().await;
    let other = Setup::new(world.config(ONE_OTHERWISE)).expect("good schedules");
    world.parts().engine.set_setup(Arc::new(other));
    world.press.put("/a.rss", Page::error(500));
    world.poll().await;
    world.open(ONE_OTHERWISE);
    world.press.put("/a.rss", tagged());
    world.poll().await;
    assert_eq!(asked_with(&world), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_polls_is_cut_once_a_day() {
    let world = World::new(ONE);
    world.put("/a.rss", &news());
    world.poll().await;
    let older = rusqlite::Connection::open(world.database()).expect("a database");
    older
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
             INSERT INTO poll SELECT source, at - i * 60, outcome, detail, status, bytes, duration_ms, new, updated, dropped,
             clamped FROM poll, n",
        )
        .expect("there is room for a history");
    let kept =
        || world.parts().engine.library().polls(&SourceId::new("bao-a"), 9999).expect("the database answers").len();
    world.later(TimeDelta::hours(1));
    world.poll().await;
    assert_eq!(kept(), 1002, "not at every poll");
    world.later(TimeDelta::hours(25));
    world.poll().await;
    assert_eq!(kept(), 505, "and the one that cut it");
}
