//! The archetype of what portals give, rebuilt as a page around the text of the sample that is kept outside of this
//! repository: noise before the title, a counter that changes at every visit, a date without a year, placeholders before
//! captions, a credit line, a footer of counters.

mod common;

use std::path::Path;

use bantin::dates::Context;
use bantin::extract::html::profile::profile;
use bantin::extract::html::{Article, ArticleHint, article};
use bantin::model::DateFrom;
use common::{Desk, Page, stdout};
use serde_json::Value;
use url::Url;

/// The parts of the sample, cut out of its text.
struct Sample {
    title: String,
    paragraphs: Vec<String>,
    /// Each with the number of paragraphs before it.
    captions: Vec<(usize, String)>,
    credit: String,
}

fn sample() -> Option<Sample> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/seed"));
    let file = std::fs::read_dir(folder).ok().and_then(|mut files| files.next()?.ok());
    let Some(file) = file else {
        eprintln!("SKIPPED: `{}` is not there", folder.display());
        return None;
    };
    let text = std::fs::read_to_string(file.path()).expect("the sample");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let counter = lines.iter().position(|line| line.starts_with("Lượt xem")).expect("a counter");
    let credit = lines.iter().position(|line| line.starts_with("Nguồn ")).expect("a credit");
    let mut sample = Sample {
        title: lines[counter - 1].to_owned(),
        paragraphs: Vec::new(),
        captions: Vec::new(),
        credit: lines[credit].to_owned(),
    };
    let mut body = lines[counter + 1..credit].iter();
    while let Some(line) = body.next() {
        match *line {
            "anh tin bai" => {
                let caption = body.next().expect("a caption").to_string();
                sample.captions.push((sample.paragraphs.len(), caption));
            }
            line => sample.paragraphs.push(line.to_owned()),
        }
    }
    Some(sample)
}

/// How an editor sets a picture and its caption.
const HABITS: [fn(&str, &str) -> String; 7] = [
    |src, caption| {
        format!(
            "<p style=\"text-align: center;\"><img src=\"{src}\" alt=\"anh tin bai\"></p><p style=\"text-align: center;\"><i>{caption}</i></p>"
        )
    },
    |src, caption| {
        format!(
            "<figure class=\"image\"><img src=\"{src}\" alt=\"anh tin bai\"><figcaption>{caption}</figcaption></figure>"
        )
    },
    |src, caption| {
        format!(
            "<table align=\"center\"><tbody><tr><td><img src=\"{src}\" alt=\"anh tin bai\"></td></tr><tr><td>{caption}</td></tr></tbody></table>"
        )
    },
    |src, caption| format!("<p><img src=\"{src}\" alt=\"anh tin bai\"></p><p>&nbsp;</p><p><em>{caption}</em></p>"),
    |src, caption| format!("<p><img src=\"{src}\" alt=\"anh tin bai\"></p><p>{caption}</p>"),
    |src, caption| format!("<p><img src=\"{src}\" alt=\"anh tin bai\"><br>{caption}</p>"),
    |src, caption| {
        format!(
            "<div><img data-src=\"{src}\" src=\"data:image/gif;base64,R0lGOD\" alt=\"anh tin bai\"></div><p>anh tin bai</p><div align=\"center\">{caption}</div>"
        )
    },
];

fn page(sample: &Sample, habit: usize, counter: &str) -> String {
    let mut body = String::new();
    for (i, paragraph) in sample.paragraphs.iter().enumerate() {
        let pictures = sample.captions.iter().enumerate().filter(|(_, (before, _))| *before == i);
        for (n, (_, caption)) in pictures {
            body.push_str(&HABITS[habit](&format!("https://storage-vnportal.example/hnm/{n}.jpg"), caption));
        }
        body.push_str(&format!("<p style=\"text-align: justify;\">{}</p>\n", paragraph.replace('\u{a0}', "&nbsp;")));
    }
    let after = sample.captions.iter().enumerate().filter(|(_, (before, _))| *before == sample.paragraphs.len());
    for (n, (_, caption)) in after {
        body.push_str(&HABITS[habit](&format!("https://storage-vnportal.example/hnm/{n}.jpg"), caption));
    }
    format!(
        "<!DOCTYPE html><html lang=vi><head><title>Cổng thông tin điện tử tỉnh Hà Nam</title></head><body><form method=post><div class=wrapper>
         <div class=top><span>Thứ Tư, 21/12/2022</span></div>
         <div class=Banner><img src=/banner.gif alt='Ảnh cờ động'></div><div class=Slider><ul>{slides}</ul></div>
         <div class=UIMenuTop><ul><li><a href=/gioi-thieu>Giới thiệu chung về tỉnh Hà Nam</a></li><li><a href=/tin-tuc>Tin tức</a></li></ul></div>
         <div class=UIArticleDetail_Default><div class=ArticleHeader>{title}</div><div class=ViewCount>Lượt xem: {counter}</div>
         <div class=ArticleContent>{body}<p style='text-align: right;'><strong>{credit}</strong></p></div></div>
         <div class=col-right><div class=heading>Thông tin mới nhất</div><div class=heading>Thống kê truy cập</div><ul><li>Đang online: {counter}</li>
         <li>Hôm nay: 1</li><li>Trong tuần: 0</li><li>Tất cả: 0</li></ul><a href=/login>Đăng nhập</a></div></div></form></body></html>",
        slides = "<li><div>No title...</div></li>".repeat(5),
        title = sample.title,
        credit = sample.credit,
    )
}

fn read(html: &str, by_profile: bool) -> Article {
    let cx = Context {
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        order: None,
        now: Some("2022-12-21T05:00:00Z".parse().expect("a time")),
    };
    let how = profile("vnportal").and_then(|profile| profile.selectors.article.as_ref()).filter(|_| by_profile);
    let url = Url::parse("https://hanam.example/ban-dan-van/tin-tuc/ban-dan-van-tinh-uy-trien-khai-nhiem-vu-123")
        .expect("an address");
    article(html, &url, how, &cx, &ArticleHint::default())
}

fn each(check: impl Fn(&Sample, usize, bool, &Article)) {
    let Some(sample) = sample() else { return };
    for habit in 0..HABITS.len() {
        for by_profile in [true, false] {
            let article = read(&page(&sample, habit, "591"), by_profile);
            check(&sample, habit, by_profile, &article);
        }
    }
}

#[test]
fn title_and_paragraphs_come_without_noise() {
    each(|sample, habit, by_profile, article| {
        let what = format!("habit {habit}, by profile: {by_profile}");
        assert_eq!(article.title.as_deref(), Some(sample.title.as_str()), "{what}");
        let expected: Vec<String> =
            sample.paragraphs.iter().map(|line| bantin::text::clean_line(line).into_owned()).collect();
        assert_eq!(article.text.split('\n').collect::<Vec<_>>(), expected, "{what}");
    });
}

#[test]
fn every_picture_has_the_caption_below_it() {
    each(|sample, habit, by_profile, article| {
        let found: Vec<Option<&str>> = article.images.iter().map(|image| image.caption.as_deref()).collect();
        let expected: Vec<Option<&str>> = sample.captions.iter().map(|(_, caption)| Some(caption.as_str())).collect();
        assert_eq!(found, expected, "habit {habit}, by profile: {by_profile}");
        assert_eq!(found.len(), 5);
        for (n, image) in article.images.iter().enumerate() {
            assert_eq!(image.url, format!("https://storage-vnportal.example/hnm/{n}.jpg"));
        }
    });
}

#[test]
fn the_credit_is_the_newspaper_and_the_date_comes_from_the_dateline() {
    each(|_, habit, by_profile, article| {
        let what = format!("habit {habit}, by profile: {by_profile}");
        assert_eq!(article.credit.as_deref(), Some("Báo Hà Nam"), "{what}");
        assert_eq!(article.published.map(|at| at.to_rfc3339()).as_deref(), Some("2022-12-20T12:00:00+07:00"), "{what}");
        assert_eq!(article.date_from, Some(DateFrom::Dateline), "{what}");
        assert!(article.authors.is_empty() && article.problems.is_empty(), "{what}: {article:?}");
    });
}

#[test]
fn another_counter_value_changes_nothing() {
    each(|sample, habit, by_profile, article| {
        let again = read(&page(sample, habit, "1.204"), by_profile);
        assert_eq!(&again, article, "habit {habit}, by profile: {by_profile}");
    });
}

#[test]
fn the_program_reads_it_and_puts_it_under_its_topic() {
    let Some(sample) = sample() else { return };
    let desk = Desk::new("");
    desk.write("bai.html", page(&sample, 0, "591"));
    let base = "https://hanam.example/ban-dan-van/tin-tuc/ban-dan-van-tinh-uy-trien-khai-nhiem-vu-123";
    let line = desk.succeeds(&[
        "read",
        "--kind",
        "article",
        "--timezone",
        "Asia/Ho_Chi_Minh",
        "--now",
        "2022-12-21T12:00:00+07:00",
        "--base",
        base,
        "bai.html",
    ]);
    let line: Value = serde_json::from_str(&line).expect("JSON");
    let item = &line["items"][0];
    assert_eq!(
        (&line["ok"], &line["kind"], line["items"].as_array().map(Vec::len)),
        (&true.into(), &"article".into(), Some(1))
    );
    assert_eq!(item["title"], "Ban Dân vận Tỉnh ủy triển khai nhiệm vụ năm 2023");
    assert_eq!((&item["published"], &item["date_from"]), (&"2022-12-20T12:00:00+07:00".into(), &"dateline".into()));
    assert_eq!((&item["credit"], item["images"].as_array().map(Vec::len)), (&"Báo Hà Nam".into(), Some(5)));
    let example = serde_json::json!({"id": "1", "source": "hanam", "title": item["title"], "url": base, "published": item["published"], "text": item["text"]});
    desk.write("examples.jsonl", format!("{example}\n"));
    let topics = desk.succeeds(&["eval", "topics", "examples.jsonl"]);
    assert!(topics.starts_with("1\tdan-van,xay-dung-dang"), "{topics}");
}

#[test]
fn polled_twice_with_another_counter_it_is_unchanged() {
    let Some(sample) = sample() else { return };
    let desk = Desk::new(
        "[[source]]\nid = \"hanam\"\ntitle = \"Cổng TTĐT Hà Nam\"\nurl = \"PRESS/tin-tuc\"\nkind = \"html\"\nprofile = \"vnportal\"\narticle = true\n",
    );
    let path = "/tin-tuc/ban-dan-van-tinh-uy-trien-khai-nhiem-vu-nam-2023-123456";
    let listing = |counter: &str| {
        format!(
            "<html><body><div class=UIListNews_Default><div class=item><a href=\"{path}\">{}</a></div></div><p>Lượt xem: {counter}</p></body></html>",
            sample.title
        )
    };
    let poll = |counter: &str| {
        desk.press.put("/tin-tuc", Page::html(listing(counter)));
        desk.press.put(path, Page::html(page(&sample, 0, counter)));
        let rows: Value = serde_json::from_str(&stdout(&desk.run(&["poll", "--format", "json"]))).expect("JSON");
        (rows[0]["new"].clone(), rows[0]["edited"].clone(), desk.succeeds(&["export", "jsonl"]))
    };
    let (new, _, first) = poll("591");
    assert_eq!(new, 1);
    let db = rusqlite::Connection::open(desk.path("bantin.db")).expect("a database");
    db.execute("UPDATE article SET words = words + 1, due = due - 7200", []).expect("its page is to be read again");
    let (new, edited, second) = poll("1.204");
    assert_eq!((new, edited, desk.press.seen(path).len()), (0.into(), 0.into(), 2));
    assert_eq!(first, second);
}
