//! Portals without feeds, polled by the program over HTTP: listings, the pages of their articles, sitemaps, JSON.

mod common;

use std::path::Path;

use common::{Desk, FAMILIES, Page, stdout};
use serde_json::Value;

/// Polls everything once; the row of the only source.
#[track_caller]
fn poll(desk: &Desk) -> Value {
    let output = desk.run(&["poll", "--format", "json"]);
    let rows: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    rows[0].clone()
}

/// What is stored, oldest first.
fn stored(desk: &Desk) -> Vec<Value> {
    let lines = desk.succeeds(&["export", "jsonl"]);
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn titles(items: &[Value]) -> Vec<&str> {
    let mut titles: Vec<&str> = items.iter().filter_map(|item| item["title"].as_str()).collect();
    titles.sort_unstable();
    titles
}

/// How often a page was asked for.
fn asked(desk: &Desk, path: &str) -> usize {
    desk.press.seen(path).len()
}

fn path(n: usize) -> String {
    format!("/tin/{}-10{n:04}.html", TITLES[n % TITLES.len()].0)
}

/// Headlines with the words of their addresses.
const TITLES: [(&str, &str); 8] = [
    ("khanh-thanh-cau-ben-say", "Khánh thành cầu Bến Sậy nối hai bờ sông"),
    ("thu-vien-luu-dong", "Thư viện lưu động về với học sinh vùng cao"),
    ("hop-tac-xa-xuat-buoi", "Hợp tác xã Long Bãi xuất lô bưởi đầu tiên"),
    ("dien-tap-ung-pho-sat-lo", "Diễn tập ứng phó sạt lở ở Thanh Lộc Đông"),
    ("giai-dua-thuyen", "Giải đua thuyền truyền thống thu hút hai mươi đội"),
    ("tram-y-te-kham-tu-xa", "Trạm y tế An Khê Hạ khám bệnh từ xa"),
    ("tuyen-duong-hoa", "Tuyến đường hoa do hội viên phụ nữ chăm sóc"),
    ("so-hoa-ho-so-dat-dai", "Nà Khoang số hóa hồ sơ đất đai của nhân dân"),
];

fn title(n: usize) -> String {
    match n / TITLES.len() {
        0 => TITLES[n].1.to_owned(),
        round => format!("{} kỳ {round}", TITLES[n % TITLES.len()].1),
    }
}

/// A listing of the articles `range`, newest first; `counter` is what changes at every visit.
fn listing(range: std::ops::Range<usize>, counter: u32) -> String {
    listing_with(range, counter, |n| format!("<span class=\"ngay\">{:02}/11/2026</span>", 1 + n % 20))
}

fn listing_with(range: std::ops::Range<usize>, counter: u32, date: impl Fn(usize) -> String) -> String {
    let row = |n: usize| {
        format!(
            "<div class=\"tin\"><h3><a href=\"{}\">{}</a></h3>{}<p class=\"tom-tat\">Bản tin số {n} của xã, có ảnh và lời kể của bà con trong vùng.</p></div>\n",
            path(n),
            title(n),
            date(n)
        )
    };
    let rows: String = range.map(row).collect();
    format!(
        "<html><head><title>Tin tức</title></head><body><div id=ds>{rows}</div><div>Tổng lượt truy cập: {counter}</div></body></html>"
    )
}

/// The page of an article.
fn article(n: usize, counter: u32) -> String {
    let words = format!(
        "Đây là đoạn văn thuật lại sự việc thứ {n} xảy ra trong tuần qua tại địa phương, có đông đảo nhân dân và đại diện chính quyền tham dự."
    );
    format!(
        "<html><head><title>{title} - Cổng thông tin</title></head><body><div class=menu><a href=/>Trang chủ</a></div>\
         <div class=\"chi-tiet\"><h1>{title}</h1><div class=\"ngay-dang\">Đăng ngày {day:02}/11/2026 | 08:{n:02}</div>\
         <div>Lượt xem: {counter}</div><div class=\"noi-dung\"><p>{words}</p><p>{words} Buổi lễ kết thúc lúc trưa.</p>\
         <p style=\"text-align:center\"><img src=\"/anh/{n}.jpg\" alt=\"anh tin bai\"></p><p style=\"text-align:center\"><em>Quang cảnh buổi lễ số {n}.</em></p>\
         <p>{words} Mọi người ra về.</p><p style=\"text-align:right\">Nguồn: Báo Tân Sậy</p></div></div>\
         <div class=foot>Đang online: {counter}</div></body></html>",
        title = title(n),
        day = 1 + n % 20,
        n = n % 60
    )
}

const SOURCE: &str =
    "[[source]]\nid = \"xa\"\ntitle = \"Cổng xã\"\nurl = \"PRESS/tin-tuc\"\nkind = \"html\"\narticle = true\n";

/// A desk whose source lists the first `articles` articles, with their pages.
fn portal(articles: usize) -> Desk {
    let desk = Desk::new(SOURCE);
    desk.press.put("/tin-tuc", Page::html(listing(0..articles, 7)));
    for n in 0..articles {
        desk.press.put(&path(n), Page::html(article(n, 591)));
    }
    desk
}

#[test]
fn a_new_item_has_what_its_page_says() {
    let desk = portal(4);
    let row = poll(&desk);
    assert_eq!((&row["outcome"], &row["new"]), (&"new-items".into(), &4.into()));
    let items = stored(&desk);
    let item = items.iter().find(|item| item["title"] == title(1)).expect("the second article");
    let text = item["text"].as_str().expect("a text");
    assert!(text.contains("sự việc thứ 1") && text.lines().count() == 3, "{text}");
    assert!(!text.contains("Lượt xem") && !text.contains("anh tin bai") && !text.contains("Nguồn"), "{text}");
    assert_eq!((&item["credit"], &item["published"]), (&"Báo Tân Sậy".into(), &"2026-11-02T01:01:00Z".into()));
    let why = desk.succeeds(&["why", &desk.press.url(&path(1))]);
    assert!(why.contains("(from: page)"), "{why}");
    assert!(item["content"].as_str().is_some_and(|html| html.contains("Quang cảnh buổi lễ số 1")), "{item}");
}

#[test]
fn a_page_is_read_once_and_counters_change_nothing() {
    let desk = portal(4);
    poll(&desk);
    let before = stored(&desk);
    let feed = std::fs::read(desk.path("public/feed.atom")).expect("a feed");
    desk.press.put("/tin-tuc", Page::html(listing(0..4, 8)));
    (0..4).for_each(|n| desk.press.put(&path(n), Page::html(article(n, 1_205))));
    let row = poll(&desk);
    assert_eq!((&row["outcome"], &row["new"], &row["edited"]), (&"no-new-items".into(), &0.into(), &0.into()));
    assert_eq!((asked(&desk, "/tin-tuc"), asked(&desk, &path(0))), (2, 1));
    assert_eq!(stored(&desk), before);
    assert!(feed == std::fs::read(desk.path("public/feed.atom")).expect("a feed"), "not a byte has changed");
}

#[test]
fn a_page_is_read_again_only_when_the_listing_says_something_else() {
    let desk = portal(4);
    poll(&desk);
    let text = listing(0..4, 8).replace("Bản tin số 2", "Cập nhật: bản tin số 2");
    desk.press.put("/tin-tuc", Page::html(text));
    let page = article(2, 1_205).replace("Mọi người ra về", "Đính chính: lễ hoãn sang chiều");
    desk.press.put(&path(2), Page::html(page));
    poll(&desk);
    assert_eq!(asked(&desk, &path(2)), 1, "not within the hour");
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("a database");
    db.execute("UPDATE article SET due = due - 7200", []).expect("two hours pass");
    let row = poll(&desk);
    assert_eq!((&row["edited"], asked(&desk, &path(2)), asked(&desk, &path(1))), (&1.into(), 2, 1));
    let items = stored(&desk);
    assert_eq!(items.len(), 4);
    assert!(items.iter().any(|item| item["text"].as_str().is_some_and(|text| text.contains("Đính chính"))));
}

#[test]
fn a_page_that_fails_is_tried_again_and_then_the_item_is_kept_as_listed() {
    let desk = portal(4);
    desk.press.put(&path(1), Page::error(500));
    desk.press.put(&path(2), Page::error(404));
    desk.press.put(&path(3), Page::error(410));
    assert_eq!(poll(&desk)["new"], 2, "the one that is there, and the one that is gone for good");
    desk.press.put(&path(1), Page::html(article(1, 1)));
    assert_eq!(poll(&desk)["new"], 1, "the listing has not changed, the waiting page is read all the same");
    let row = poll(&desk);
    assert_eq!((&row["outcome"], &row["new"]), (&"new-items".into(), &1.into()));
    assert_eq!(
        (asked(&desk, &path(0)), asked(&desk, &path(1)), asked(&desk, &path(2)), asked(&desk, &path(3))),
        (1, 2, 3, 1)
    );
    poll(&desk);
    assert_eq!(asked(&desk, &path(2)), 3, "three times are enough");
    let items = stored(&desk);
    assert_eq!(items.len(), 4);
    let lost = items.iter().find(|item| item["title"] == title(2)).expect("kept as listed");
    assert!(lost["text"].as_str().is_some_and(|text| text.starts_with("Bản tin số 2 của xã")), "{lost}");
}

#[test]
fn a_failing_refresh_does_not_take_the_text_away() {
    let desk = portal(3);
    poll(&desk);
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("a database");
    db.execute("UPDATE article SET due = due - 7200", []).expect("two hours pass");
    let before = stored(&desk);
    desk.press.put("/tin-tuc", Page::html(listing(0..3, 8).replace("Bản tin số 2", "Mới: bản tin số 2")));
    desk.press.put(&path(2), Page::error(410));
    assert_eq!(poll(&desk)["edited"], 0);
    assert_eq!(stored(&desk), before);
}

#[test]
fn five_hundred_new_items_are_read_in_bounded_steps() {
    let desk = portal(230);
    let new: Vec<u64> = (0..3).map(|_| poll(&desk)["new"].as_u64().expect("a number")).collect();
    assert_eq!(new, [100, 100, 30]);
    assert!((0..230).all(|n| asked(&desk, &path(n)) == 1), "each page once");
    // All of them stood in the first listing: they take their places by their own dates and flood no reader.
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("a database");
    let late: i64 = db.query_row("SELECT count(*) FROM item WHERE included > published", [], |row| row.get(0)).unwrap();
    assert_eq!(late, 0);
}

#[test]
fn pages_that_lead_elsewhere_are_no_articles() {
    let desk = portal(4);
    desk.press.put(
        "/",
        Page::html(format!(
            "<html><head><title>Cổng thông tin</title></head><body><h1>Chào mừng</h1>{}",
            "<p>Cổng thông tin điện tử phục vụ nhân dân và doanh nghiệp mọi lúc mọi nơi.</p>".repeat(9)
        )),
    );
    desk.press.put(&path(1), Page::redirect(302, "/"));
    desk.press.put(&path(2), Page::redirect(301, "/luu-tru/2.html"));
    desk.press.put("/luu-tru/2.html", Page::html(article(2, 3)));
    desk.press.put(&path(3), Page::redirect(302, "http://192.168.255.254:1/x"));
    (0..3).for_each(|_| drop(poll(&desk)));
    let items = stored(&desk);
    assert_eq!(items.len(), 4);
    let text = |n: usize| {
        items.iter().find(|item| item["title"] == title(n)).expect("kept")["text"].as_str().unwrap().to_owned()
    };
    assert!(text(1).starts_with("Bản tin số 1"), "{}", text(1));
    assert!(text(2).contains("sự việc thứ 2"), "an article that has moved is read where it is");
}

#[test]
fn robots_are_heeded_for_the_pages_of_articles() {
    let desk = portal(3);
    desk.press.put("/robots.txt", Page::new("text/plain", "User-agent: *\nDisallow: /tin/\n"));
    assert_eq!(poll(&desk)["new"], 3);
    assert_eq!(asked(&desk, &path(0)), 0);
    assert!(stored(&desk)[0]["text"].as_str().is_some_and(|text| text.starts_with("Bản tin số")));
    // Each poll of this test is a process of its own.
    assert_eq!(asked(&desk, "/robots.txt"), 1);
    poll(&desk);
    assert_eq!(asked(&desk, "/robots.txt"), 1, "what it said is remembered for a day");
}

const WALL: &str =
    "<html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue</body></html>";

#[test]
fn a_challenge_is_an_outcome_and_never_an_item() {
    let desk = portal(3);
    (0..3).for_each(|n| desk.press.put(&path(n), Page::html(WALL)));
    let row = poll(&desk);
    assert_eq!((&row["outcome"], &row["new"]), (&"login-or-challenge".into(), &0.into()));
    (0..3).for_each(|n| desk.press.put(&path(n), Page::html(article(n, 1))));
    assert_eq!(poll(&desk)["new"], 3);
    desk.press.put("/tin-tuc", Page::html(WALL));
    assert_eq!(poll(&desk)["outcome"], "login-or-challenge");
    assert_eq!(stored(&desk).len(), 3);
}

#[test]
fn a_server_that_is_asked_too_often_is_left_alone() {
    let desk = portal(5);
    desk.press.put(&path(1), Page::error(429).header("Retry-After", "900"));
    assert_eq!(poll(&desk)["new"], 1);
    assert_eq!(asked(&desk, &path(2)), 0, "after the first no there is no further question");
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("a database");
    let state: String = db.query_row("SELECT state FROM source", [], |row| row.get(0)).expect("a state");
    let state: Value = serde_json::from_str(&state).expect("JSON");
    assert!(state["hold"]["until"].is_string(), "the quarter of an hour that it wants is kept: {state}");
}

#[test]
fn a_page_that_was_listed_without_a_date_may_have_one() {
    let desk = portal(3);
    desk.press.put("/tin-tuc", Page::html(listing_with(0..3, 1, |_| String::new())));
    let bare = article(1, 1).replace("Đăng ngày 02/11/2026 | 08:01", "");
    desk.press.put(&path(1), Page::html(bare).header("Last-Modified", "Tue, 03 Nov 2026 05:00:00 GMT"));
    let bare = article(2, 1).replace("Đăng ngày 03/11/2026 | 08:02", "");
    desk.press.put(&path(2), Page::html(bare));
    poll(&desk);
    for (n, from) in
        [(0, "(from: page)"), (1, "(from: last-modified)"), (2, "none given, counted from when it was first seen")]
    {
        let why = desk.succeeds(&["why", &desk.press.url(&path(n))]);
        assert!(why.contains(from), "{n}: {why}");
    }
}

#[test]
fn the_address_that_a_page_calls_its_own_tells_whose_copy_it_is() {
    let stories = |canonical: &str| {
        let desk = Desk::new(&format!("[[source]]\nid = \"bao\"\ntitle = \"Báo\"\nurl = \"PRESS/tin.rss\"\n{SOURCE}"));
        let news = [common::item(
            &desk.press.url(&format!("/chinh-tri{}", path(0))),
            &title(0),
            "Sun, 22 Nov 2026 09:30:00 +0700",
        )];
        desk.press.put("/tin.rss", Page::rss(common::rss("Báo", &news)));
        desk.press.put("/tin-tuc", Page::html(listing(0..3, 7)));
        for n in 0..3 {
            let head = format!(
                "<link rel=canonical href=\"{}\"></head>",
                desk.press.url(&canonical.replace("PATH", &path(n)))
            );
            desk.press.put(&path(n), Page::html(article(n, 591).replace("</head>", &head)));
        }
        desk.run(&["poll"]);
        assert_eq!(stored(&desk).len(), 4);
        let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("a database");
        db.query_row("SELECT count(DISTINCT story) FROM items", [], |row| row.get::<_, i64>(0)).expect("a count")
    };
    assert_eq!(stories("/chinh-triPATH"), 3, "the same article in a section and in a feed");
    for nothing in ["/", "/tin-tuc", "/chinh-tri/tat-ca-cac-tin-bai-trong-ngay-100999.html"] {
        assert_eq!(stories(nothing), 4, "{nothing} is no article of these");
    }
}

// ---- listings

const LISTING: &str = "[[source]]\nid = \"xa\"\ntitle = \"Cổng xã\"\nurl = \"PRESS/tin-tuc\"\nkind = \"html\"\n";

#[test]
fn a_relative_date_that_moves_at_every_look_changes_nothing() {
    let desk = Desk::new(LISTING);
    desk.press.put(
        "/tin-tuc",
        Page::html(listing_with(0..4, 1, |n| format!("<span class=time>{} phút trước</span>", 20 + n))),
    );
    assert_eq!(poll(&desk)["new"], 4);
    let (items, feed) = (stored(&desk), std::fs::read(desk.path("public/feed.atom")).expect("a feed"));
    desk.press.put(
        "/tin-tuc",
        Page::html(listing_with(0..4, 2, |n| format!("<span class=time>{} phút trước</span>", 25 + n))),
    );
    let row = poll(&desk);
    assert_eq!((&row["new"], &row["edited"]), (&0.into(), &0.into()));
    assert_eq!(stored(&desk), items);
    assert!(feed == std::fs::read(desk.path("public/feed.atom")).expect("a feed"));
}

#[test]
fn the_pages_behind_a_listing_are_read_with_the_first_poll_only() {
    let desk = Desk::new(LISTING);
    let page = |from: usize, next: usize| {
        listing(from..from + 5, 1)
            .replace("</body>", &format!("<a class=next rel=next href=\"/tin-tuc?trang={next}\">Trang sau</a></body>"))
    };
    desk.press.put("/tin-tuc", Page::html(page(0, 2)));
    (2..9).for_each(|n| desk.press.put(&format!("/tin-tuc?trang={n}"), Page::html(page((n - 1) * 5, n + 1))));
    assert_eq!(poll(&desk)["new"], 25, "the first page and four behind it");
    desk.press.put("/tin-tuc", Page::html(page(0, 2).replace("Bản tin", "Tin")));
    poll(&desk);
    assert_eq!((asked(&desk, "/tin-tuc?trang=2"), asked(&desk, "/tin-tuc?trang=6")), (1, 0));
}

#[test]
fn a_site_that_changes_is_told_and_keeps_what_it_had() {
    let desk = Desk::new(&format!("{LISTING}[source.html]\nitem = \".tin\"\ndate = \".ngay\"\n"));
    desk.press.put("/tin-tuc", Page::html(listing(0..5, 1)));
    assert_eq!(poll(&desk)["new"], 5);
    let items = stored(&desk);
    desk.press.put("/tin-tuc", Page::html(listing(0..6, 1).replace("class=\"tin\"", "class=\"bai\"")));
    let row = poll(&desk);
    assert_eq!(row["outcome"], "site-changed", "{row}");
    assert!(row["message"].as_str().is_some_and(|text| text.contains("no longer found")), "{row}");
    desk.press.put(
        "/tin-tuc",
        Page::html(listing(0..6, 1).replace("class=\"ngay\"", "class=\"time\"").replace("/11/2026", "")),
    );
    let row = poll(&desk);
    assert!(row["message"].as_str().is_some_and(|text| text.contains("no item of its list has a date")), "{row}");
    assert_eq!(stored(&desk), items, "nothing of a page that is not believed is kept");
    let sources = desk.succeeds(&["sources", "--format", "json"]);
    assert!(sources.contains("site-changed"), "{sources}");
    desk.press.put("/tin-tuc", Page::html(listing(0..6, 2)));
    assert_eq!(poll(&desk)["new"], 1);
}

#[test]
fn a_list_that_drops_its_dates_for_good_is_taken_as_it_is_after_a_week() {
    let desk = Desk::new(LISTING);
    desk.press.put("/tin-tuc", Page::html(listing(0..5, 1)));
    assert_eq!(poll(&desk)["new"], 5);
    let bare = |last: usize| Page::html(listing_with(0..last, 1, |_| String::new()));
    desk.press.put("/tin-tuc", bare(6));
    (0..3).for_each(|_| assert_eq!(poll(&desk)["outcome"], "site-changed"));
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("a database");
    let changed =
        db.execute("UPDATE source SET state = json_set(state, '$.habits.doubt.since', '2026-01-01T00:00:00Z')", []);
    assert_eq!(changed.expect("eight days pass"), 1);
    let row = poll(&desk);
    assert_eq!((&row["outcome"], &row["new"]), (&"new-items".into(), &1.into()), "{row}");
    desk.press.put("/tin-tuc", bare(7));
    assert_eq!(poll(&desk)["new"], 1, "from then on it is a list like others");
    assert_eq!(stored(&desk).len(), 7, "and nothing old has come back as new");
}

#[test]
fn articles_that_lose_their_text_are_told_and_not_kept_so() {
    let desk = portal(6);
    poll(&desk);
    let long =
        |n: usize| article(n, 1).replace("Buổi lễ kết thúc", &"Câu chuyện còn dài và được kể lại tỉ mỉ. ".repeat(60));
    let short = |n: usize| {
        format!(
            "<html><head><title>{0}</title></head><body><h1>{0}</h1><div><p>Nội dung đang cập nhật.</p></div></body></html>",
            title(n)
        )
    };
    (6..12).for_each(|n| desk.press.put(&path(n), Page::html(long(n))));
    desk.press.put("/tin-tuc", Page::html(listing(0..12, 1)));
    assert_eq!(poll(&desk)["new"], 6);
    (12..16).for_each(|n| desk.press.put(&path(n), Page::html(short(n))));
    desk.press.put("/tin-tuc", Page::html(listing(6..16, 1)));
    let row = poll(&desk);
    assert_eq!((&row["outcome"], &row["new"]), (&"site-changed".into(), &0.into()), "{row}");
    (12..16).for_each(|n| desk.press.put(&path(n), Page::html(long(n))));
    assert_eq!(poll(&desk)["new"], 4, "mended, they are read");
}

// ---- other kinds

#[test]
fn an_index_of_sitemaps_is_read_and_its_parts_are_asked_conditionally() {
    let desk = Desk::new("[[source]]\nid = \"xa\"\ntitle = \"Báo\"\nurl = \"PRESS/sitemap.xml\"\nkind = \"sitemap\"\n");
    let part = |range: std::ops::Range<usize>| {
        let url = |n: usize| {
            format!(
                "<url><loc>{}</loc><news:news><news:publication_date>2026-11-{:02}T08:00:00+07:00</news:publication_date><news:title>{}</news:title></news:news></url>",
                path(n),
                1 + n,
                title(n)
            )
        };
        format!(
            "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{}</urlset>",
            range.map(url).collect::<String>()
        )
    };
    let packed = |text: String| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packed, text.as_bytes()).expect("memory");
        packed.finish().expect("memory")
    };
    let index = "<sitemapindex><sitemap><loc>/cu.xml</loc><lastmod>2020-01-01</lastmod></sitemap><sitemap><loc>/moi.xml.gz</loc></sitemap></sitemapindex>";
    desk.press.put("/sitemap.xml", Page::new("text/xml", index).etag("\"1\""));
    desk.press.put("/moi.xml.gz", Page::new("application/gzip", packed(part(0..3))).etag("\"a\""));
    desk.press.put("/cu.xml", Page::new("text/xml", part(3..5)).etag("\"o\""));
    assert_eq!(poll(&desk)["new"], 5);
    let row = poll(&desk);
    assert_eq!(row["outcome"], "not-modified", "{row}");
    assert_eq!(desk.press.last_seen("/moi.xml.gz").status, 304);
    desk.press.put("/moi.xml.gz", Page::new("application/gzip", packed(part(0..4))).etag("\"b\""));
    desk.press.put("/moi.xml.gz", Page::new("application/gzip", packed(part(5..6))).etag("\"b\""));
    assert_eq!(poll(&desk)["new"], 1, "an index that has not changed may have parts that have");
    assert_eq!(stored(&desk).len(), 6);
}

#[test]
fn a_json_endpoint_is_read_where_the_pointers_point() {
    let desk = Desk::new(
        "[[source]]\nid = \"xa\"\ntitle = \"Cổng\"\nurl = \"PRESS/api\"\nkind = \"json\"\n\
         [source.json]\nitems = \"/d/rows\"\ntitle = \"/T\"\nlink = \"/chi-tiet?id={/I}\"\ndate = \"/N\"\nlead = \"/S\"\n",
    );
    let rows = r#"{"d":{"rows":[{"I":17001,"T":"Khánh thành cầu Bến Sậy","N":"20/11/2026 15:30","S":"Cầu mới"},{"I":17002,"T":"Thư viện lưu động","N":"19/11/2026 10:00","S":"Sách"}]}}"#;
    desk.press.put("/api", Page::new("application/json", rows));
    assert_eq!(poll(&desk)["new"], 2);
    let items = stored(&desk);
    assert!(
        items
            .iter()
            .any(|item| item["url"] == desk.press.url("/chi-tiet?id=17001")
                && item["published"] == "2026-11-20T08:30:00Z"),
        "{items:?}"
    );
    desk.press.put("/api", Page::new("application/json", r#"{"d":{"list":[{"T":"x"}]}}"#));
    assert_eq!(poll(&desk)["outcome"], "site-changed");
    desk.press
        .put("/api", Page::new("application/json", rows.replace("[{", "[{\"I\":17003,\"T\":\"Giải đua thuyền\"},{")));
    assert_eq!(poll(&desk)["new"], 1);
}

const AUTO: &str = "[[source]]\nid = \"xa\"\ntitle = \"Cổng xã\"\nurl = \"PRESS/tin-tuc\"\n";

#[test]
fn auto_finds_out_what_a_source_is() {
    for (body, kind) in [
        (listing(0..5, 1), "text/html"),
        (format!("<urlset><url><loc>{}</loc></url></urlset>", path(1)), "text/xml"),
        (format!("[{{\"title\":\"{}\",\"url\":\"{}\"}}]", title(1), path(1)), "application/json"),
        (
            common::rss("Báo", &[common::item("https://bao.example/1.html", "Một", "Sun, 22 Nov 2026 09:30:00 +0700")]),
            "text/xml",
        ),
    ] {
        let desk = Desk::new(AUTO);
        desk.press.put("/tin-tuc", Page::new(kind, body));
        assert_eq!(poll(&desk)["outcome"], "new-items", "{kind}");
    }
    let desk = Desk::new(AUTO);
    desk.press.put("/tin-tuc", Page::html(article(1, 1)));
    assert_eq!(poll(&desk)["outcome"], "html-instead-of-feed", "the page of one article is no source");
}

#[test]
fn auto_follows_a_page_to_the_feed_it_offers_and_says_so() {
    let desk = Desk::new(AUTO);
    let head = "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/comments/feed\"><link rel=\"alternate\" type=\"application/rss+xml\" href=\"/tin.rss\">";
    desk.press.put("/tin-tuc", Page::html(listing(0..5, 1).replace("</head>", &format!("{head}</head>"))));
    let news = [common::item("https://bao.example/1.html", "Một", "Sun, 22 Nov 2026 09:30:00 +0700")];
    desk.press.put("/tin.rss", Page::rss(common::rss("Báo", &news)).etag("\"1\""));
    let output = desk.command(&["--log", "warn", "poll", "--format", "json"]).output().expect("the program runs");
    assert!(common::stderr(&output).contains("offers the feed"), "{}", common::stderr(&output));
    assert_eq!(titles(&stored(&desk)), ["Một"]);
    assert_eq!(poll(&desk)["outcome"], "not-modified");
    assert_eq!((asked(&desk, "/tin-tuc"), asked(&desk, "/tin.rss")), (1, 2));
    let sources = desk.succeeds(&["sources", "xa"]);
    assert!(sources.contains("/tin.rss"), "{sources}");
}

#[test]
fn a_page_in_the_place_of_a_feed_is_no_listing() {
    let desk = Desk::new(AUTO);
    let news = [common::item("https://bao.example/1.html", "Một", "Sun, 22 Nov 2026 09:30:00 +0700")];
    desk.press.put("/tin-tuc", Page::rss(common::rss("Báo", &news)));
    poll(&desk);
    desk.press.put("/tin-tuc", Page::html(listing(0..5, 1)));
    assert_eq!(poll(&desk)["outcome"], "html-instead-of-feed");
    assert_eq!(stored(&desk).len(), 1);
}

// ---- the families

/// The site of a family behind a press of its own, polled until nothing waits; what is stored, with the press's address
/// taken out.
fn polled(family: &str, keys: &str) -> (Value, Vec<Value>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/portals").join(family);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect(name);
    let expected: Value = serde_json::from_str(&read("expected.json")).expect("JSON");
    let address = |key: &str| url::Url::parse(expected[key].as_str().expect("an address")).expect("an address");
    let (list, page) = (address("listing_url"), address("article_url"));
    let origin = list.origin().ascii_serialization();
    let at = |url: &url::Url| url[url::Position::BeforePath..].to_owned();
    let desk = Desk::new(&format!(
        "[[source]]\nid = \"xa\"\ntitle = \"Cổng\"\nurl = \"PRESS{}\"\nkind = \"html\"\narticle = true\n{keys}",
        at(&list)
    ));
    let here = desk.press.url("");
    desk.press.put(&at(&list), Page::html(read("listing.html").replace(&origin, &here)));
    // Some listings add to the address of an article where they link to it.
    let listed = expected["items"].as_array().expect("a list").iter().filter_map(|item| item["link"].as_str());
    for link in listed.filter(|link| link.starts_with(page.as_str())) {
        let path = at(&url::Url::parse(link).expect("an address"));
        desk.press.put(&path, Page::html(read("article.html").replace(&origin, &here)));
    }
    (0..3).for_each(|_| drop(poll(&desk)));
    let mut items = stored(&desk);
    items.sort_by_key(|item| item["url"].as_str().map(str::to_owned));
    let items = items
        .iter()
        .map(|item| {
            let url = item["url"].as_str().unwrap_or_default().replace(&here, &origin);
            serde_json::json!({"title": item["title"], "url": url, "published": item["published"], "text": item["text"], "credit": item["credit"]})
        })
        .collect();
    (expected, items)
}

#[test]
fn every_family_gives_the_same_items_by_its_profile_and_by_itself() {
    for family in FAMILIES {
        let (expected, by_profile) = polled(family, &format!("profile = \"{family}\"\n"));
        let (_, by_itself) = polled(family, "");
        assert_eq!(by_profile, by_itself, "{family}");
        let mut wanted: Vec<&str> =
            expected["items"].as_array().unwrap().iter().filter_map(|i| i["title"].as_str()).collect();
        wanted.sort_unstable();
        assert_eq!(titles(&by_profile), wanted, "{family}");
        let article = &expected["article"];
        let lines: Vec<&str> = article["lines"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let read = by_profile.iter().find(|item| item["title"] == article["title"]).expect("the article");
        assert_eq!((&read["text"], &read["credit"]), (&lines.join("\n").into(), &article["credit"]), "{family}");
    }
}
