use url::Url;

use super::*;

fn read(body: &str) -> Vec<Part> {
    let page = Page::parse(&format!("<div id=b>{body}</div>"), &Url::parse("https://a.example/tin/x.html").unwrap());
    parts(&page.all("#b"), &page, &ArticleSelectors::default())
}

/// The paragraphs, lines separated by ` / `.
#[track_caller]
fn lines(body: &str, expected: &[&str]) {
    let texts = read(body).into_iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.lines.join(" / ")),
        Part::Table { lines, .. } => Some(lines.join(" / ")),
        Part::Picture(_) | Part::Embed { .. } => None,
    });
    assert_eq!(texts.collect::<Vec<_>>(), expected);
}

#[track_caller]
fn captions(body: &str, expected: &[Option<&str>]) {
    let parts = read(body);
    let captions = parts.iter().filter_map(|part| match part {
        Part::Picture(picture) => Some(picture.caption.as_deref()),
        _ => None,
    });
    assert_eq!(captions.collect::<Vec<_>>(), expected);
}

#[track_caller]
fn html(body: &str, expected: &str) {
    match &read(body)[..] {
        [Part::Text(text)] => assert_eq!(text.html, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn paragraphs_end_where_blocks_do_and_at_two_line_breaks() {
    lines("Một<br><br>hai<br>ba<div>bốn</div>năm<p>sáu <b>bảy</b></p>", &["Một", "hai / ba", "bốn", "năm", "sáu bảy"]);
}

#[test]
fn lines_of_the_source_break_nothing() {
    lines("<p>một\n   hai\r\nba</p>", &["một hai ba"]);
}

#[test]
fn boxes_for_sharing_and_related_articles_are_no_text() {
    lines(
        "<p>Lời</p><div class='social-share'>Chia sẻ</div><ul class=tin-lien-quan><li>Khác</ul><p style='display: none'>ẩn</p>",
        &["Lời"],
    );
}

#[test]
fn a_box_with_the_text_in_it_may_be_called_anything() {
    let long = "Câu văn dài của bài báo. ".repeat(60);
    lines(&format!("<div class=share-content><p>{long}</p></div>"), &[long.trim()]);
}

#[test]
fn the_row_below_a_picture_is_its_caption() {
    captions("<table><tr><td><img src=/a.jpg></td></tr><tr><td>Chú thích</td></tr></table>", &[Some("Chú thích")]);
    captions("<table><tr><td><img src=/a.jpg><br>Chú thích</td></tr></table>", &[Some("Chú thích")]);
}

#[test]
fn a_figure_and_a_caption_class_mark_captions() {
    captions("<figure><img src=/a.jpg><figcaption>Một</figcaption></figure>", &[Some("Một")]);
    captions("<img src=/a.jpg><p class=PhotoCMS_Caption>Hai</p>", &[Some("Hai")]);
    captions("<figure><img src=/a.jpg></figure><p>Lời</p>", &[None]);
}

#[test]
fn pictures_side_by_side_share_the_caption_below() {
    captions(
        "<figure><img src=/a.jpg><img src=/b.jpg><figcaption>Chung</figcaption></figure><img src=/c.jpg>",
        &[Some("Chung"), Some("Chung"), None],
    );
}

#[test]
fn a_table_of_data_stays_a_table() {
    let body = "<table><tr><th>Xã</th><th>Hộ</th></tr><tr><td>Tân Sậy</td><td>120</td></tr></table>";
    lines(body, &["Xã Hộ / Tân Sậy 120"]);
    assert!(matches!(&read(body)[..], [Part::Table { html, .. }] if html.contains("<tr><th>Xã</th><th>Hộ</th></tr>")));
}

#[test]
fn a_table_for_layout_is_none() {
    lines("<table><tr><td><p>Một</p><p>Hai</p></td></tr></table>", &["Một", "Hai"]);
}

#[test]
fn markup_is_simplified_closed_and_escaped() {
    html(
        "<p onclick=x><b>A <i>&lt;b&gt;</i></b> <span style='color:red'>c</span></p>",
        "<strong>A <em>&lt;b&gt;</em></strong> c",
    );
    html("<a href='/x?a=1&amp;b=\"2'>đọc</a>", "<a href=\"https://a.example/x?a=1&amp;b=%222\">đọc</a>");
    html("<a href='javascript:alert(1)'>đọc</a>", "đọc");
}

#[test]
fn a_block_inside_of_inline_markup_leaves_nothing_open() {
    for part in read("<b>một<p>hai</p>ba</b>") {
        if let Part::Text(text) = part {
            assert_eq!(text.html.matches("<strong>").count(), text.html.matches("</strong>").count(), "{}", text.html);
        }
    }
}

#[test]
fn films_become_addresses_and_trackers_nothing() {
    let embeds = |body: &str| {
        let urls = read(body).into_iter().filter_map(|part| match part {
            Part::Embed { url } => Some(url),
            _ => None,
        });
        urls.collect::<Vec<_>>()
    };
    assert_eq!(
        embeds("<iframe src='//www.youtube.com/embed/a-b_1?rel=0'></iframe>"),
        ["https://www.youtube.com/watch?v=a-b_1"]
    );
    assert_eq!(embeds("<video><source src=/phim/a.mp4></video>"), ["https://a.example/phim/a.mp4"]);
    assert_eq!(embeds("<iframe src='https://www.googletagmanager.com/ns.html'></iframe>"), [""; 0]);
}

#[test]
fn a_protected_mail_address_becomes_a_link() {
    html(
        "<p>Thư: <a href='/cdn-cgi/l/email-protection#2a4b6a48045c44'>[email]</a></p>",
        "Thư: <a href=\"mailto:a@b.vn\">a@b.vn</a>",
    );
}
