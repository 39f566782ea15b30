//! `bantin read` on what portals give: listings, articles, sitemaps, JSON, told apart or named, one line a document.

mod common;

use std::path::{Path, PathBuf};

use common::{Desk, FAMILIES, bantin, stderr, stdout};
use serde_json::Value;

fn folder(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/portals").join(family)
}

fn expected(family: &str) -> Value {
    let text = std::fs::read_to_string(folder(family).join("expected.json")).expect("expected.json");
    serde_json::from_str(&text).expect("JSON")
}

/// The one line that `read` prints for a file.
#[track_caller]
fn read(file: &Path, args: &[&str]) -> Value {
    let output = bantin()
        .args(["read", "--timezone", "Asia/Ho_Chi_Minh", "--now", "2026-03-20T00:00:00Z"])
        .args(args)
        .arg(file)
        .output()
        .expect("the program runs");
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 1, "{text}{}", stderr(&output));
    let line: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(line["ok"].as_bool(), Some(output.status.success()), "{line}");
    line
}

fn base(family: &str, page: &str) -> String {
    expected(family)[page].as_str().expect("an address").to_owned()
}

fn links(line: &Value) -> Vec<&str> {
    line["items"].as_array().expect("a list").iter().filter_map(|item| item["link"].as_str()).collect()
}

#[test]
fn pages_of_every_family_are_told_apart() {
    for family in FAMILIES {
        let listing = read(&folder(family).join("listing.html"), &["--base", &base(family, "listing_url")]);
        let wanted = expected(family);
        let wanted: Vec<&str> = wanted["items"].as_array().unwrap().iter().filter_map(|i| i["link"].as_str()).collect();
        assert_eq!((listing["kind"].as_str(), links(&listing)), (Some("html"), wanted), "{family}");
        let article = read(&folder(family).join("article.html"), &["--base", &base(family, "article_url")]);
        assert_eq!(article["kind"], "article", "{family}");
    }
}

#[test]
fn an_article_is_one_item_with_all_its_parts() {
    for family in FAMILIES {
        let (wanted, base) = (&expected(family)["article"], base(family, "article_url"));
        for profile in [&["--profile", family][..], &[]] {
            let args = [&["--kind", "article", "--base", &base][..], profile].concat();
            let line = read(&folder(family).join("article.html"), &args);
            let items = line["items"].as_array().expect("a list");
            assert_eq!((items.len(), line["kind"].as_str()), (1, Some("article")), "{family}");
            let item = &items[0];
            // By itself a page's meta data are asked first, by profile its date line.
            let date_from = if profile.is_empty() { &[][..] } else { &["date_from"] };
            for key in ["title", "published", "credit", "authors"].iter().chain(date_from) {
                assert_eq!(item[*key], wanted[*key], "{family}, {key}");
            }
            let lines: Vec<&str> = item["text"].as_str().expect("a text").lines().collect();
            assert_eq!(serde_json::json!(lines), wanted["lines"], "{family}");
            assert_eq!(item["link"], base.as_str(), "{family}");
        }
    }
}

#[test]
fn an_article_from_a_file_needs_no_address() {
    let desk = Desk::new("");
    let paragraph = "Chiều qua, Hội Nông dân xã An Khê Hạ tổ chức hội nghị đầu bờ giới thiệu giống lúa chịu mặn mới cho hơn một trăm hộ.";
    let page = format!(
        "<html><head><title>Hội nghị đầu bờ</title></head><body><h1>Hội nghị đầu bờ ở An Khê Hạ</h1>\
         <div class=content><p>{paragraph}</p><p><img src=\"/anh/1.jpg\"></p><p>{paragraph} Bà con hỏi nhiều.</p></div></body></html>"
    );
    let line = read(&desk.write("bai.html", page), &["--kind", "article"]);
    let item = &line["items"][0];
    assert_eq!((item["title"].as_str(), &item["link"]), (Some("Hội nghị đầu bờ ở An Khê Hạ"), &Value::Null));
    assert_eq!(item["images"][0]["url"], "/anh/1.jpg", "relative as it was written, nothing is made up");
    assert!(!item["content"].as_str().expect("a body").contains("page.invalid"));
}

#[test]
fn a_page_tells_its_own_address() {
    let desk = Desk::new("");
    let row = |n: u32| {
        format!(
            "<div class=item><a href='/tin/dau-de-kha-dai-cua-bai-{n}00001.html'>Đầu đề khá dài của bài số {n}</a><span>20/12/2022</span></div>"
        )
    };
    let rows: String = (1..6).map(row).collect();
    let head = "<link rel=canonical href='https://tinh.example/tin-tuc'>";
    let line = read(&desk.write("co.html", format!("<html><head>{head}</head><body>{rows}")), &["--kind", "html"]);
    assert_eq!(links(&line)[0], "https://tinh.example/tin/dau-de-kha-dai-cua-bai-100001.html");
    let line = read(&desk.write("khong.html", format!("<html><body>{rows}")), &["--kind", "html"]);
    assert_eq!((links(&line).len(), line["items"].as_array().map(Vec::len)), (0, Some(5)));
    assert_eq!(line["problems"][0]["code"], "no-base");
}

const SITEMAP: &str = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>\
    <url><loc>https://bao.example/khanh-thanh-cau-100001.html</loc><news:news><news:publication><news:name>Báo</news:name><news:language>vi</news:language></news:publication>\
    <news:publication_date>2026-03-18T16:30:00+07:00</news:publication_date><news:title>Khánh thành cầu</news:title></news:news></url></urlset>";

#[test]
fn sitemaps_are_read_named_and_unnamed_packed_and_plain() {
    let desk = Desk::new("");
    let plain = desk.write("sitemap.xml", SITEMAP);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, SITEMAP.as_bytes()).expect("memory");
    let packed = desk.write("sitemap.xml.gz", packed.finish().expect("memory"));
    for (file, args) in
        [(&plain, &["--kind", "sitemap"][..]), (&plain, &[]), (&packed, &["--kind", "sitemap"]), (&packed, &[])]
    {
        let line = read(file, args);
        let item = &line["items"][0];
        assert_eq!((line["kind"].as_str(), item["title"].as_str()), (Some("sitemap"), Some("Khánh thành cầu")));
        assert_eq!((&item["published"], &item["date_from"]), (&"2026-03-18T16:30:00+07:00".into(), &"item".into()));
        assert_eq!(item["language"], "vi");
    }
    let line = read(&desk.write("trang.html", "<html><p>Không phải"), &["--kind", "sitemap"]);
    assert_eq!(line["error"]["code"], "html");
}

#[test]
fn json_of_endpoints_is_read_by_the_names_that_are_usual() {
    let desk = Desk::new("");
    let json = r#"{"data":{"total":2,"items":[
        {"Id":7,"TieuDe":"Khánh thành cầu Bến Sậy","Url":"/tin/7.html","NgayDang":"/Date(1671523200000)/","TomTat":"Cầu <b>mới</b>"},
        {"Id":8,"TieuDe":"Thư viện lưu động","Url":"/tin/8.html","NgayDang":"20/12/2022 15:30"}]}}"#;
    let file = desk.write("tin.json", json);
    for args in [&["--kind", "json"][..], &[]] {
        let line = read(&file, &[args, &["--base", "https://tinh.example/api"]].concat());
        assert_eq!(line["kind"], "json");
        assert_eq!(links(&line), ["https://tinh.example/tin/7.html", "https://tinh.example/tin/8.html"]);
        assert_eq!(line["items"][1]["published"], "2022-12-20T15:30:00+07:00");
        assert_eq!(line["items"][0]["id"], "7");
    }
    let other = desk.write("cau-hinh.json", r#"{"names":[{"name":"a"},{"name":"b"}]}"#);
    assert_eq!(read(&other, &[])["error"]["code"], "json", "a list of names is no list of articles");
}

#[test]
fn a_list_of_documents_is_read_with_the_same_options() {
    let desk = Desk::new("");
    let mut list = String::new();
    for family in ["vnportal", "dataimages"] {
        let page = std::fs::read(folder(family).join("article.html")).expect("a page");
        desk.write(&format!("{family}.html"), page);
        let entry =
            serde_json::json!({"file": format!("{family}.html"), "base_url": base(family, "article_url"), "other": 1});
        list.push_str(&format!("{entry}\n"));
    }
    list.push_str("{\"file\": \"missing.html\"}\n");
    desk.write("list.jsonl", list);
    let args = ["read", "--kind", "article", "--timezone", "Asia/Ho_Chi_Minh", "--batch", "list.jsonl"];
    let output = desk.run(&args);
    assert_eq!(output.status.code(), Some(1), "one of them is missing");
    let lines: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3);
    for (line, family) in lines.iter().zip(["vnportal", "dataimages"]) {
        assert_eq!(line["file"], format!("{family}.html"));
        assert_eq!(line["items"][0]["published"], expected(family)["article"]["published"]);
    }
    assert_eq!(lines[2]["ok"], false);
}

#[test]
fn walls_and_empty_pages_are_no_articles() {
    let desk = Desk::new("");
    for (name, page, code) in [
        (
            "wall",
            "<html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue",
            "challenge",
        ),
        (
            "lost",
            "<html><head><title>404 - Không tìm thấy trang</title></head><body><h1>Trang không tồn tại</h1>",
            "error-page",
        ),
        (
            "login",
            "<html><title>Đăng nhập</title><form><input name=u><input type=password name=p></form>",
            "login-page",
        ),
        (
            "menu",
            "<html><title>Cổng</title><ul><li><a href=/a>Trang chủ</a><li><a href=/b>Giới thiệu</a></ul>",
            "no-article",
        ),
    ] {
        let line = read(&desk.write(name, page), &["--kind", "article"]);
        assert_eq!(line["error"]["code"], code, "{name}: {line}");
    }
    let line = read(&desk.write("menu.html", "<html><title>Cổng</title><p>Chào"), &["--kind", "html"]);
    assert_eq!(line["error"]["code"], "no-list");
}

#[test]
fn an_unknown_profile_is_wrong_usage_and_the_known_ones_are_named() {
    let output = bantin().args(["read", "--profile", "vnportl", "x.html"]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("vnportal"), "{}", stderr(&output));
}
