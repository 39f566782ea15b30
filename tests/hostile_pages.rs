//! Pages made to hurt: whatever their size and nesting, reading them takes bounded time and never panics.

#[path = "common/cpu.rs"]
mod cpu;

use std::time::Duration;

use bantin::dates::Context;
use bantin::extract::html::{ArticleHint, article, listing};
use cpu::thread_time;
use url::Url;

/// Time of the thread: far above what it needs (the worst takes half a second in release), far below what quadratic work takes.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 2 });

const MEGABYTE: usize = 1024 * 1024;

fn read(html: &str) {
    let cx = Context { zone: chrono_tz::UTC, order: None, now: None };
    let url = Url::parse("https://a.example/tin/").expect("an address");
    let started = thread_time();
    let list = listing(html, &url, None, &cx);
    let listed = thread_time() - started;
    let found = article(html, &url, None, &cx, &ArticleHint::default());
    let both = thread_time() - started;
    let head: String = html.chars().take(60).collect();
    eprintln!("{:6} ms listing, {:6} ms article: {head}", listed.as_millis(), (both - listed).as_millis());
    assert!(both < 2 * PATIENCE, "{head}: {both:?}");
    assert!(list.items.len() <= 1_000 && found.text.len() <= 2 * html.len() + 1_000, "{head}");
}

/// `unit` repeated up to `bytes`; in debug a tenth of it.
fn repeated(unit: &str, bytes: usize) -> String {
    let bytes = if cfg!(debug_assertions) { bytes / 10 } else { bytes };
    unit.repeat(bytes / unit.len())
}

#[test]
fn five_megabytes_of_nested_divs() {
    read(&repeated("<div>", 5 * MEGABYTE));
    read(&format!("{}<p>Lời</p>{}", repeated("<div class=a id=b>", 3 * MEGABYTE), repeated("</div>", 2 * MEGABYTE)));
}

#[test]
fn five_megabytes_of_anything_else() {
    let sentence = "Một câu văn khá dài, có dấu phẩy, có chữ số 12 và có cả dấu chấm ở cuối câu. ";
    for unit in [
        "<p>",
        "<a href=/tin/bai-bao-so-mot-hai-ba-12345.html>Một đầu đề khá dài của bài báo</a>",
        "<b><i><u>",
        "<font color=red>x",
        "<table><tr><td>",
        "<li>Một mục <a href=#>x</a>",
        "<img src=/a.jpg alt='anh tin bai'>",
        "<br>",
        "&amp;&nbsp;",
        "<",
        "<div class='date time title sapo author'>12/12/2022</div>",
        "<h1>Đầu đề của bài báo này</h1>",
        "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"x\"}</script>",
        "<meta property=og:title content=x>",
        "<iframe src=https://www.youtube.com/embed/x></iframe>",
        "<time datetime=2022-12-20>x</time>",
        sentence,
    ] {
        read(&repeated(unit, 5 * MEGABYTE));
    }
    read(&repeated(&format!("<p>{sentence}</p>"), 5 * MEGABYTE));
    read(&repeated(
        &format!("<div><h3><a href=/tin/bai-bao-so-mot-hai-ba-1.html>{sentence}</a></h3><p>{sentence}</p></div>"),
        5 * MEGABYTE,
    ));
}

#[test]
fn many_different_links_and_blocks() {
    let count = if cfg!(debug_assertions) { 2_000 } else { 40_000 };
    let blocks: String = (0..count)
        .map(|i| format!("<div class=c{i}><a href=/tin/bai-bao-so-mot-hai-{i}.html>Đầu đề khá dài của bài báo số {i}</a><span>{}/12/2022</span></div>", i % 28 + 1))
        .collect();
    read(&format!("<div>{blocks}</div>"));
}

#[test]
fn a_listing_of_five_hundred_blocks_is_read_whole() {
    let blocks: String = (0..500)
        .map(|i| {
            format!(
                "<div class=item><a href=/tin/bai-bao-so-mot-hai-{i}.html><img src=/anh/{i}.jpg></a><h3><a href=/tin/bai-bao-so-mot-hai-{i}.html>Đầu đề khá dài
                 của bài báo số {i}</a></h3><span class=date>{}/12/2022 15:30</span><p>Một câu dẫn đủ dài để được coi là sa pô của bài báo {i}.</p></div>",
                i % 28 + 1
            )
        })
        .collect();
    let html = format!("<html><body><div class=list>{blocks}</div></body></html>");
    let cx = Context { zone: chrono_tz::UTC, order: None, now: None };
    let started = thread_time();
    let found = listing(&html, &Url::parse("https://a.example/tin/").expect("an address"), None, &cx);
    let took = thread_time() - started;
    assert!(took < PATIENCE, "{took:?}");
    assert_eq!(found.items.len(), 500);
    assert!(
        found.items.iter().all(|item| item.published.is_some() && item.summary.is_some() && item.images.len() == 1)
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: if cfg!(debug_assertions) { 24 } else { 300 },
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::default()
    })]
    #[test]
    fn scraps_of_markup_in_any_order_are_a_page(scraps in proptest::collection::vec(proptest::sample::select(vec![
        "<div class=item>", "</div>", "<p>", "</p>", "<a href='/tin/mot-hai-ba-bon-nam-123.html'>", "</a>", "<table>", "<tr>", "<td>", "</td>",
        "</table>", "<ul>", "<li>", "</ul>", "<h1>", "</h1>", "<b>", "</b>", "<img src=a.jpg alt='anh tin bai'>", "<br>", "<figure>", "</figure>",
        "<figcaption>", "</figcaption>", "<form>", "</form>", "<time datetime='2022-13-40'>", "</time>", "20/12/2022", "Lượt xem: 5",
        "Một câu văn đủ dài để làm một đoạn của bài báo, có dấu phẩy và có dấu chấm.", "Nguồn Báo Hà Nam", "Theo", "(TTXVN)", "\u{feff}", "\u{0}",
        "&#x110000;", "<!--", "-->", "<script>", "</script>", "<base href='//'>", "<a href='http://['>", "<video src=x>", "<meta property=og:title content='",
        "'>", "<link rel=canonical href='", "<span class='date'>", "</span>", "<em>", "</em>", "Tin liên quan", "ẹ̃", "<svg>", "</svg>",
    ]), 0..120)) {
        let html = scraps.concat();
        let cx = Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: Some("2026-01-01T00:00:00Z".parse().expect("a time")) };
        let url = Url::parse("https://a.example/tin/").expect("an address");
        let first = (listing(&html, &url, None, &cx), article(&html, &url, None, &cx, &ArticleHint::default()));
        let again = (listing(&html, &url, None, &cx), article(&html, &url, None, &cx, &ArticleHint::default()));
        proptest::prop_assert_eq!(first, again);
    }
}
