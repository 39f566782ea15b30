//! `bantin inspect`: from a page to lines for `feeds.toml` that do what was shown.

mod common;

use std::path::Path;

use common::{Desk, FAMILIES, Page, item, rss, stderr, stdout};

fn fixture(family: &str, name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/portals").join(family);
    std::fs::read_to_string(folder.join(name)).expect(name)
}

/// Titles of what is stored, sorted.
fn stored(desk: &Desk) -> Vec<String> {
    let lines = desk.succeeds(&["export", "jsonl"]);
    let mut titles: Vec<String> = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["title"].as_str().unwrap().to_owned()
        })
        .collect();
    titles.sort_unstable();
    titles
}

/// Configures what was printed as the only sources and polls them.
fn pasted(desk: &Desk, toml: &str) -> Vec<String> {
    desk.configure("Bản tin thử", toml);
    desk.succeeds(&["check"]);
    desk.run(&["poll"]);
    stored(desk)
}

#[test]
fn what_is_printed_can_be_pasted_and_gives_what_was_shown() {
    for family in FAMILIES {
        let expected: serde_json::Value = serde_json::from_str(&fixture(family, "expected.json")).expect("JSON");
        let mut wanted: Vec<&str> =
            expected["items"].as_array().unwrap().iter().filter_map(|item| item["title"].as_str()).collect();
        wanted.sort_unstable();
        let listing_url = expected["listing_url"].as_str().expect("an address");
        let origin = url::Url::parse(listing_url).expect("an address").origin().ascii_serialization();
        let desk = Desk::new("");
        let here = desk.press.url("");
        // Without the feeds that some of them offer: those have a test of their own.
        let page = fixture(family, "listing.html").replace("rel=\"alternate\"", "rel=\"x\"").replace("/rss", "/x");
        desk.press.put("/tin", Page::html(page.replace(&origin, &here).replace("/feed", "/x")));
        let toml = desk.succeeds(&["inspect", &desk.press.url("/tin")]);
        for title in &wanted {
            assert!(toml.contains(&format!(" {title}\n")), "{family}: {title} in\n{toml}");
        }
        let toml = toml.replace("article = true\n", "");
        assert_eq!(pasted(&desk, &toml), wanted, "{family}:\n{toml}");
    }
}

#[test]
fn the_feeds_of_a_page_come_first() {
    let desk = Desk::new("");
    let head = "<html><head><title>Báo Sơn Trà</title><link rel=alternate type=application/rss+xml href=/tin.rss><link rel=alternate type=application/rss+xml href=/hong.rss></head>";
    desk.press.put("/", Page::html(format!("{head}<body><p>Chào</body></html>")));
    desk.press.put(
        "/tin.rss",
        Page::rss(rss("Báo", &[item("https://bao.example/1.html", "Một", "Sun, 22 Nov 2026 09:30:00 +0700")])),
    );
    let toml = desk.succeeds(&["inspect", &desk.press.url("/")]);
    assert!(toml.contains("/tin.rss (1 item, the newest of 2026-11-22 09:30)"), "{toml}");
    assert!(toml.contains("/hong.rss (cannot be had"), "{toml}");
    assert_eq!(pasted(&desk, &toml), ["Một"]);
    let toml = desk.succeeds(&["inspect", &desk.press.url("/tin.rss")]);
    assert!(toml.starts_with("# This is a source as it stands (rss)."), "{toml}");
    assert_eq!(pasted(&desk, &toml), ["Một"]);
}

fn row(class: &str, n: usize, title: &str) -> String {
    format!(
        "<div class=\"{class}\"><h3><a href=\"/tin/bai-viet-so-{n}-10{n:04}.html\">{title}</a></h3><span class=\"{class}-ngay\">{:02}/11/2026</span><p>Lời dẫn của bài viết số {n} kể chuyện trong xã.</p></div>",
        n % 28 + 1
    )
}

const TITLES: [&str; 6] = [
    "Khánh thành cầu Bến Sậy nối hai bờ sông",
    "Thư viện lưu động về với học sinh vùng cao",
    "Hợp tác xã Long Bãi xuất lô bưởi đầu tiên",
    "Diễn tập ứng phó sạt lở ở Thanh Lộc Đông",
    "Giải đua thuyền truyền thống thu hút hai mươi đội",
    "Trạm y tế An Khê Hạ khám bệnh từ xa",
];

#[test]
fn after_a_redesign_the_list_is_found_by_the_titles_that_are_known() {
    let desk = Desk::new(
        "[[source]]\nid = \"xa\"\ntitle = \"Cổng xã\"\nurl = \"PRESS/tin-tuc\"\nkind = \"html\"\n[source.html]\nitem = \".tin\"\n",
    );
    let list = |class: &str, titles: &[&str]| -> String {
        let rows: String = titles.iter().enumerate().map(|(n, title)| row(class, n, title)).collect();
        format!("<section class=\"{class}-ds\">{rows}</section>")
    };
    desk.press.put("/tin-tuc", Page::html(format!("<html><body>{}</body></html>", list("tin", &TITLES))));
    desk.succeeds(&["poll"]);
    // A longer list of something else stands above the news now.
    let notices: Vec<String> =
        (0..12).map(|n| format!("Thông báo số {n} về việc lấy ý kiến nhân dân trong xã")).collect();
    let notices: Vec<&str> = notices.iter().map(String::as_str).collect();
    let page = format!("<html><body>{}{}</body></html>", list("thong-bao", &notices), list("card", &TITLES[..4]));
    desk.press.put("/tin-tuc", Page::html(page));
    let output = desk.run(&["poll", "--format", "json"]);
    assert!(stdout(&output).contains("site-changed"), "{}", stdout(&output));
    let toml = desk.succeeds(&["inspect", &desk.press.url("/tin-tuc"), "--from", "xa"]);
    assert!(toml.contains("# 4 of the last 6 titles of `xa` are on the page."), "{toml}");
    assert!(toml.contains("id = \"xa\"") && toml.contains("card") && !toml.contains("Thông báo"), "{toml}");
    desk.configure("Bản tin thử", &toml);
    let output = desk.run(&["poll", "--format", "json"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert_eq!(stored(&desk).len(), 6, "nothing old comes back as new");
}

#[test]
fn a_flat_list_is_left_to_itself() {
    let desk = Desk::new("");
    let rows: String = TITLES
        .iter()
        .enumerate()
        .map(|(n, title)| {
            format!(
                "<h4><a href=\"/tin/bai-viet-so-{n}-10{n:04}.html\">{title}</a></h4><p class=d>{:02}/11/2026</p><p>Lời dẫn của bài viết số {n} kể chuyện trong xã.</p>",
                n + 1
            )
        })
        .collect();
    desk.press.put("/tin", Page::html(format!("<html><body>{rows}</body></html>")));
    let toml = desk.succeeds(&["inspect", &desk.press.url("/tin")]);
    assert!(
        toml.contains("# No selectors needed") && toml.contains(&format!("2026-11-01 00:00 {}", TITLES[0])),
        "{toml}"
    );
    assert_eq!(pasted(&desk, &toml).len(), TITLES.len(), "{toml}");
}

#[test]
fn an_index_of_sitemaps_is_a_source_as_it_stands() {
    let desk = Desk::new("");
    let index = format!("<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>", desk.press.url("/moi.xml"));
    desk.press.put("/sitemap.xml", Page::new("text/xml", index));
    let part = format!(
        "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>{}</loc><news:news><news:publication_date>2026-11-20T08:00:00+07:00</news:publication_date><news:title>{}</news:title></news:news></url></urlset>",
        desk.press.url("/tin/1.html"),
        TITLES[0]
    );
    desk.press.put("/moi.xml", Page::new("text/xml", part));
    let toml = desk.succeeds(&["inspect", &desk.press.url("/sitemap.xml")]);
    assert!(toml.contains("# It is an index of 1 sitemaps"), "{toml}");
    assert_eq!(pasted(&desk, &toml), [TITLES[0]]);
}

#[test]
fn says_what_is_wrong() {
    let desk = Desk::new("");
    desk.press.put("/trong", Page::html("<html><body><p>Chào</p></body></html>"));
    for (args, told) in [
        (vec!["inspect".to_owned(), desk.press.url("/trong")], "no list of articles could be recognised"),
        (vec!["inspect".to_owned(), desk.press.url("/khong")], "404"),
        (vec!["inspect".to_owned(), "feeds.toml".to_owned()], "with `--base`"),
        (vec!["inspect".to_owned(), desk.press.url("/trong"), "--from".to_owned(), "ai".to_owned()], "no source `ai`"),
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = desk.run(&args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains(told), "{args:?}: {}", stderr(&output));
    }
}
