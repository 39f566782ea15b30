//! The habits of Vietnamese newsrooms, one by one, on article pages of which nothing is known.

use bantin::dates::Context;
use bantin::extract::html::{Article, ArticleHint, article};
use bantin::model::DateFrom;
use url::Url;

const FIRST: &str = "Sáng nay, Ủy ban nhân dân xã tổ chức lễ khánh thành cầu Bến Sậy. Công trình do ngân sách tỉnh và nhân dân cùng đóng góp, \
    tổng mức đầu tư hai mươi mốt tỷ đồng, trong đó người dân trong xã hiến đất làm đường dẫn hai đầu cầu.";
const SECOND: &str = "Trước đây, mỗi mùa nước nổi, học sinh ở bờ tả phải đi đò hơn nửa giờ mới tới trường. Bà Nguyễn Thị Mẫn, người chèo đò gần ba mươi \
    năm ở bến, nói rằng bà mừng vì từ nay lũ trẻ không còn phải chờ con nước.";
const THIRD: &str = "Cầu được thiết kế cho xe tải trọng tám tấn, mặt cầu rộng bốn mét rưỡi, có lan can và đèn chiếu sáng dùng điện mặt trời. Đơn vị thi công \
    bảo hành công trình trong hai năm và hướng dẫn tổ tự quản của ấp cách chăm sóc hệ thống đèn.";

fn context() -> Context {
    Context {
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        order: None,
        now: Some("2026-03-20T05:00:00Z".parse().expect("a time")),
    }
}

fn read_at(url: &str, html: &str, hint: &ArticleHint) -> Article {
    article(html, &Url::parse(url).expect("an address"), None, &context(), hint)
}

/// A page whose body holds `inside` between the first and the second paragraph.
fn page(inside: &str) -> String {
    body(&format!("<p>{FIRST}</p>{inside}<p>{SECOND}</p><p>{THIRD}</p>"))
}

fn body(body: &str) -> String {
    format!(
        "<html><head><title>Khánh thành cầu Bến Sậy | Báo Tỉnh</title></head><body><div class=dau><a href=/thoi-su>Thời sự</a></div>
         <div class=bai><h1>Khánh thành cầu Bến Sậy</h1><div class=noi-dung>{body}</div></div></body></html>"
    )
}

fn read(html: &str) -> Article {
    read_at("https://tinh.example/tin/khanh-thanh-cau.html", html, &ArticleHint::default())
}

/// The three paragraphs and nothing else come out.
#[track_caller]
fn nothing_of(inside: &str) {
    let found = read(&page(inside));
    assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD], "{inside}");
}

#[track_caller]
fn caption(inside: &str, expected: Option<&str>) {
    let found = read(&page(inside));
    assert_eq!(found.images.len(), 1, "{inside}");
    assert_eq!(found.images[0].caption.as_deref(), expected, "{inside}");
    assert_eq!(found.text.split('\n').count(), 3 + usize::from(expected.is_none()), "{inside}");
}

#[test]
fn widgets_and_counters_are_no_text() {
    for inside in [
        "<p>Lượt xem: 591</p>",
        "<div>A- A A+</div>",
        "<p>In bài viết</p>",
        "<div class=social-like><a href=#>Chia sẻ</a></div>",
        "<p>Khánh thành cầu Bến Sậy</p>",
        "<p>No title...</p>",
        "<p>anh tin bai</p>",
        "<p><a href=/tin/mot-bai-bao-khac-cua-trang-nay-123456.html>Một bài báo khác của chính trang này</a></p>",
        "<p>&gt;&gt; <a href=/tin/x>Xem thêm: Những cây cầu mới</a></p>",
    ] {
        nothing_of(inside);
    }
}

#[test]
fn what_stands_below_the_text_is_left_out() {
    for below in [
        "<h3>Tin liên quan</h3><ul><li><a href=/tin/a-b-c-d-e-f-1.html>Một bài báo khác của trang</a></li><li><a href=/tin/a-b-c-d-e-f-2.html>Bài báo thứ hai của trang</a></li></ul>",
        "<p><b>Các tin khác:</b></p><p><a href=/a>Một bài báo khác của trang</a> (19/03/2026)</p><p><a href=/b>Bài báo thứ hai</a> (18/03/2026)</p>",
        "<p>Lượt xem: 12</p><p>Đăng nhập</p>",
    ] {
        let found = read(&body(&format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{below}")));
        assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD], "{below}");
    }
}

#[test]
fn the_last_lines_name_author_outlet_and_photographer() {
    for (last, author, credit) in [
        ("<p>Thu Mận (Theo Báo Nhân Dân)</p>", Some("Thu Mận"), Some("Báo Nhân Dân")),
        ("<p>Thu Mận/Báo Tin tức</p>", Some("Thu Mận"), Some("Báo Tin tức")),
        ("<p>Tin, ảnh: Thu Mận</p><p>Nguồn: Báo Hà Nam</p>", Some("Thu Mận"), Some("Báo Hà Nam")),
        ("<p>Bài: Thu Mận - Ảnh: Lê Bưởi</p>", Some("Thu Mận"), None),
        ("<p>Nguồn: Báo Hà Nam</p><p>Ảnh: TTXVN</p>", None, Some("Báo Hà Nam")),
        ("<p><em>Ảnh: TTXVN</em></p>", None, None),
        ("<p style='text-align:right'><strong>Thu Mận</strong></p><p>(Nguồn ảnh: Internet)</p>", Some("Thu Mận"), None),
    ] {
        let found = read(&body(&format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{last}")));
        assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD], "{last}");
        assert_eq!(found.authors.first().map(|person| person.name.as_str()), author, "{last}");
        assert_eq!(found.credit.as_deref(), credit, "{last}");
    }
}

/// A page around `text`, the whole of what stands below the menu.
fn around(text: &str) -> Article {
    read(&format!("<html><body><div class=dau><a href=/thoi-su>Thời sự</a></div>{text}</body></html>"))
}

#[track_caller]
fn all_of_it(found: &Article) {
    assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD]);
}

const LINKS_BELOW: &str = "<div class=khac><b>Các tin khác</b><ul><li><a href=/tin/mot-bai-bao-khac-cua-trang-1001.html>Một bài báo khác của trang</a></li>
    <li><a href=/tin/bai-bao-thu-hai-cua-trang-1002.html>Bài báo thứ hai của trang này</a></li></ul></div>";

#[test]
fn the_credit_stays_where_a_list_of_other_articles_follows() {
    let found = around(&format!(
        "<div class=tieu-de>Khánh thành cầu Bến Sậy</div><div>{FIRST}</div><div class=t><div>{SECOND}</div><div>{THIRD}</div>
         <div style='text-align:right'>Theo Báo Hà Nam</div></div>{LINKS_BELOW}"
    ));
    assert_eq!(found.credit.as_deref(), Some("Báo Hà Nam"));
    all_of_it(&found);
}

#[test]
fn the_outlet_in_front_of_a_lead_is_a_credit() {
    for outlet in ["BTO", "HQ Online", "Báo Hà Nam"] {
        let found = around(&format!(
            "<h1>Khánh thành cầu Bến Sậy</h1><h4 class=sapo>({outlet}) - {FIRST}</h4><div class=t><p>{SECOND}</p><p>{THIRD}</p></div>"
        ));
        assert_eq!(found.credit.as_deref(), Some(outlet));
        assert_eq!(found.lead.as_deref(), Some(FIRST));
        all_of_it(&found);
    }
}

#[test]
fn author_and_outlet_in_lines_beside_the_text_are_told_apart() {
    let found = around(&format!(
        "<h1>Khánh thành cầu Bến Sậy</h1><div class=t><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div>
         <div><p><b>Tác giả:</b> Ngọc Mận</p><p><b>Nguồn tin:</b> Đài PT-TH tỉnh</p></div>{LINKS_BELOW}"
    ));
    assert_eq!(found.authors.first().map(|person| person.name.as_str()), Some("Ngọc Mận"));
    assert_eq!(found.credit.as_deref(), Some("Đài PT-TH tỉnh"));
    all_of_it(&found);
}

#[test]
fn a_headline_without_any_mark_is_the_first_line() {
    let found = around(&format!(
        "<table><tr><td><b>Khánh thành cầu Bến Sậy nối hai bờ</b><br><i>Thứ Ba, 17/3/2026, 16h42</i><br><br>{FIRST}<br><br>{SECOND}<br><br>{THIRD}</td></tr></table>"
    ));
    assert_eq!(found.title.as_deref(), Some("Khánh thành cầu Bến Sậy nối hai bờ"));
    assert_eq!(found.published.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-17T16:42:00+07:00"));
    all_of_it(&found);
}

#[test]
fn the_name_of_the_site_above_the_headline_is_no_text() {
    let found = read(&format!(
        "<html><body><p>Cổng thông tin điện tử tỉnh</p><p>In trang</p><h1>Khánh thành cầu Bến Sậy</h1><p>Ngày đăng: 17/03/2026 4:42 CH</p>
         <p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></body></html>"
    ));
    assert_eq!(found.published.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-17T16:42:00+07:00"));
    all_of_it(&found);
}

#[test]
fn a_lead_that_is_a_heading_is_text() {
    let found = around(&format!(
        "<h1>Khánh thành cầu Bến Sậy</h1><p>Thứ ba, 17/03/2026 | 16:42</p><h2>{FIRST}</h2><p>{SECOND}</p><p>{THIRD}</p>"
    ));
    all_of_it(&found);
}

#[test]
fn the_day_and_its_clock_may_stand_anywhere_near_the_text() {
    let text = format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>");
    for page in [
        format!("<h1>Khánh thành cầu Bến Sậy</h1><i>16:42</i> | <i>17/03/2026</i><div>{text}</div>"),
        format!(
            "<div class=n><h1>Khánh thành cầu Bến Sậy</h1>{text}<div class=d>Cập nhật: 17/03/2026 16:42</div></div>"
        ),
        format!(
            "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"datePublished\":\"2026-03-17\"}}</script>
             <div class=pubdate>17/03/2026 - 16:42</div><h1>Khánh thành cầu Bến Sậy</h1><div>{text}</div>"
        ),
    ] {
        let found = around(&page);
        assert_eq!(found.published.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-17T16:42:00+07:00"), "{page}");
        all_of_it(&found);
    }
}

#[test]
fn the_day_of_an_event_is_text_and_no_date_of_the_article() {
    for last in [
        "Lễ hội kéo dài đến ngày 20/3/2026.",
        "Hạn nộp hồ sơ: 17 giờ ngày 20/3/2026.",
        "Thời gian: 8 giờ ngày 20/3/2026",
        "Vòng chung kết: 20/3/2026 tại sân tỉnh",
    ] {
        for text in [&[FIRST, SECOND, THIRD, last][..], &[FIRST, SECOND, last]] {
            let paragraphs: String = text.iter().map(|line| format!("<p>{line}</p>")).collect();
            let found = around(&format!(
                "<h1>Khánh thành cầu Bến Sậy</h1><i>17/03/2026 16:42</i><div class=t>{paragraphs}</div>"
            ));
            assert_eq!(
                found.published.map(|at| at.to_rfc3339()).as_deref(),
                Some("2026-03-17T16:42:00+07:00"),
                "{last}"
            );
            assert_eq!(found.text.split('\n').collect::<Vec<_>>(), text, "{last}");
        }
    }
}

#[test]
fn todays_date_above_the_headline_is_not_the_articles() {
    let found = around(&format!(
        "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"datePublished\":\"2026-03-17\"}}</script>
         <div class=ngay>20/03/2026 12:00</div><h1>Khánh thành cầu Bến Sậy</h1><div><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div>"
    ));
    assert_eq!(found.published.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-17T00:00:00+07:00"));
}

#[test]
fn the_by_line_knows_better_than_the_name_of_the_system() {
    let found = around(&format!(
        "<h1>Khánh thành cầu Bến Sậy</h1><meta name=author content=admin><span class=author><a href=/author/admin>admin</a></span>
         <div><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>Thu Mận (Theo Báo Nhân Dân)</p></div>"
    ));
    assert_eq!(found.authors.first().map(|person| person.name.as_str()), Some("Thu Mận"));
}

#[test]
fn captions_stand_below_their_picture_in_three_ways() {
    caption(
        "<table><tr><td><img src=/a.jpg></td></tr><tr><td>Cắt băng khánh thành.</td></tr></table>",
        Some("Cắt băng khánh thành."),
    );
    caption(
        "<figure><img src=/a.jpg><figcaption>Cắt băng khánh thành.</figcaption></figure>",
        Some("Cắt băng khánh thành."),
    );
    caption(
        "<p><img src=/a.jpg></p><p style='text-align:center'>Cắt băng khánh thành.</p>",
        Some("Cắt băng khánh thành."),
    );
    caption("<div><img src=/a.jpg></div><div align=center>Cắt băng khánh thành.</div>", Some("Cắt băng khánh thành."));
    caption("<p><img src=/a.jpg></p><p><em>Cắt băng khánh thành.</em></p>", Some("Cắt băng khánh thành."));
    caption("<p><img src=/a.jpg alt='anh tin bai'></p><p>Cắt băng khánh thành.</p>", Some("Cắt băng khánh thành."));
    caption(
        "<p><img src=/a.jpg></p><p>Cắt băng khánh thành. Ảnh: Lê Mận</p>",
        Some("Cắt băng khánh thành. Ảnh: Lê Mận"),
    );
}

#[test]
fn a_paragraph_below_a_picture_is_no_caption_by_that_alone() {
    caption(
        &format!(
            "<p><img src=/a.jpg></p><p>{}</p>",
            "Dịp này, ban tổ chức trao năm mươi xe đạp cho học sinh có hoàn cảnh khó khăn học giỏi của ba ấp ven sông."
        ),
        None,
    );
}

#[test]
fn in_a_text_that_is_centred_throughout_being_centred_tells_nothing() {
    let html = body(&format!(
        "<center><p>{FIRST}</p><p><img src=/a.jpg></p><p>Dịp này, ban tổ chức trao xe đạp.</p><p>{SECOND}</p><p>{THIRD}</p></center>"
    ));
    let found = read(&html);
    assert_eq!(found.images[0].caption, None);
    assert_eq!(found.text.split('\n').count(), 4);
}

#[test]
fn pictures_in_a_row_share_the_caption_below_them() {
    let found =
        read(&page("<p><img src=/a.jpg><img src=/b.jpg></p><p style='text-align: center'><i>Hai đầu cầu.</i></p>"));
    let captions: Vec<Option<&str>> = found.images.iter().map(|image| image.caption.as_deref()).collect();
    assert_eq!(captions, [Some("Hai đầu cầu."), Some("Hai đầu cầu.")]);
}

#[test]
fn credits_are_taken_from_the_text_and_kept() {
    for (line, outlet) in [
        ("<p style='text-align:right'><b>Nguồn: Báo Hà Nam</b></p>", "Báo Hà Nam"),
        ("<p>Theo TTXVN</p>", "TTXVN"),
        ("<p>(TTXVN)</p>", "TTXVN"),
        ("<p align=right>BBT (tổng hợp)</p>", "BBT"),
    ] {
        let found = read(&body(&format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{line}")));
        assert_eq!(found.credit.as_deref(), Some(outlet), "{line}");
        assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD], "{line}");
        assert!(
            !found.content_html.contains("Nguồn") && !found.content_html.contains("TTXVN"),
            "{}",
            found.content_html
        );
    }
}

#[test]
fn by_lines_are_taken_from_the_text_and_kept() {
    for (line, author) in [
        ("<p style='text-align:right'><strong>NGUYỄN THỊ LÀI</strong></p>", "NGUYỄN THỊ LÀI"),
        ("<p><strong>Bài, ảnh: Lê Mận</strong></p>", "Lê Mận"),
        ("<p>Tác giả: Đỗ Thị Hạnh</p>", "Đỗ Thị Hạnh"),
    ] {
        let found = read(&body(&format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{line}")));
        let authors: Vec<&str> = found.authors.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(authors, [author], "{line}");
        assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD], "{line}");
    }
}

#[test]
fn pictures_films_and_mail_addresses_are_made_usable() {
    let found = read(&page(
        "<p><img src=/blank.gif data-src=../anh/a.jpg></p><p><iframe src=//www.youtube.com/embed/abc123></iframe></p>
         <p>Mọi ý kiến của bạn đọc về công trình xin gửi về địa chỉ của tòa soạn: <a class=__cf_email__ data-cfemail=2a4b6a48045c44>[email&#160;protected]</a>, xin cảm ơn.</p>",
    ));
    assert_eq!(found.images[0].url, "https://tinh.example/anh/a.jpg");
    assert!(found.content_html.contains("<a href=\"https://www.youtube.com/watch?v=abc123\">Video</a>"));
    assert!(found.text.contains("tòa soạn: a@b.vn, xin cảm ơn."), "{}", found.text);
}

#[test]
fn a_table_of_figures_stays_in_the_text() {
    let found = read(&page(
        "<table><tr><th>Thôn</th><th>Số hộ dân</th></tr><tr><td>Thôn Thượng</td><td>120 hộ</td></tr><tr><td>Thôn Hạ</td><td>98 hộ</td></tr></table>",
    ));
    assert!(found.content_html.contains("<td>Thôn Thượng</td><td>120 hộ</td>"), "{}", found.content_html);
}

#[test]
fn the_lead_above_the_body_is_its_first_paragraph() {
    let lead = "Sau mười bốn tháng thi công, cây cầu đã được đưa vào sử dụng.";
    let html = body(&format!("<p>{FIRST}</p><p>{SECOND}</p>"))
        .replace("<div class=noi-dung>", &format!("<div class=sapo>{lead}</div><div class=noi-dung>"));
    let found = read(&html);
    assert_eq!(found.lead.as_deref(), Some(lead));
    assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [lead, FIRST, SECOND]);
    assert!(found.content_html.starts_with(&format!("<p>{lead}</p>")));
}

/// Where the date of a page is found, with the hint of a listing and of the server.
#[track_caller]
fn dated(url: &str, html: &str, hint: &ArticleHint, expected: &str, from: DateFrom) {
    let found = read_at(url, html, hint);
    assert_eq!(found.published.map(|at| at.to_rfc3339()).as_deref(), Some(expected));
    assert_eq!(found.date_from, Some(from));
}

const PLAIN: &str = "https://tinh.example/tin/khanh-thanh-cau.html";

#[test]
fn dates_are_looked_for_from_the_surest_place_to_the_least() {
    let text = format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>");
    let none = ArticleHint::default();
    let listed = ArticleHint { published: Some("2026-03-17T09:00:00+07:00".parse().expect("a time")), ..none.clone() };
    let modified = ArticleHint { last_modified: Some("2026-03-16T01:00:00Z".parse().expect("a time")), ..none.clone() };
    let with_head = |head: &str| body(&text).replace("<head>", &format!("<head>{head}"));
    let with_date = |line: &str| body(&text).replace("</h1>", &format!("</h1><span>{line}</span>"));
    let said = "<meta property='article:published_time' content='2026-03-18T08:30:00+07:00'>";
    dated(PLAIN, &with_head(said), &listed, "2026-03-18T08:30:00+07:00", DateFrom::Meta);
    dated(PLAIN, &with_date("Thứ Tư, 18/03/2026 | 15:30"), &listed, "2026-03-18T15:30:00+07:00", DateFrom::Page);
    dated(PLAIN, &body(&text), &listed, "2026-03-17T09:00:00+07:00", DateFrom::Listing);
    dated(
        "https://tinh.example/d20260315082731436.htm",
        &body(&text),
        &modified,
        "2026-03-15T08:27:31+07:00",
        DateFrom::Url,
    );
    let line = body(&text.replacen("Sáng nay,", "Sáng ngày 14/3,", 1));
    dated(PLAIN, &line, &none, "2026-03-14T12:00:00+07:00", DateFrom::Dateline);
    dated(PLAIN, &body(&text), &modified, "2026-03-16T08:00:00+07:00", DateFrom::LastModified);
    assert_eq!(read(&body(&text)).date_from, None);
}

#[test]
fn of_two_dates_of_one_day_the_one_with_a_clock_is_taken() {
    let text = format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>");
    let html = body(&text)
        .replace("<head>", "<head><meta name=pubdate content='2026-03-18'>")
        .replace("</h1>", "</h1><i>18/03/2026 - 18:21</i>");
    dated(PLAIN, &html, &ArticleHint::default(), "2026-03-18T18:21:00+07:00", DateFrom::Page);
    let listed =
        ArticleHint { published: Some("2026-03-18T09:00:00+07:00".parse().expect("a time")), ..ArticleHint::default() };
    let html = body(&text).replace("</h1>", "</h1><i>18/03/2026</i>");
    dated(PLAIN, &html, &listed, "2026-03-18T09:00:00+07:00", DateFrom::Listing);
}

/// A column of other articles with their dates, as it stands beside every article.
const OTHERS: &str = "<div class=cot-phai><h3>Tin đọc nhiều</h3><ul>\
    <li><a href=/tin/hoi-nghi-tong-ket-cong-tac-nam-102456.html>Hội nghị tổng kết công tác năm của đơn vị</a><span>01/02/2026</span></li>\
    <li><a href=/tin/le-ra-quan-dau-xuan-tai-xa-102457.html>Lễ ra quân đầu xuân tại các xã trong vùng</a><span>02/02/2026</span></li>\
    <li><a href=/tin/trao-qua-cho-ho-ngheo-dip-tet-102458.html>Trao quà cho hộ nghèo dịp Tết Nguyên đán</a><span>03/02/2026</span></li></ul></div>";

#[test]
fn the_dates_of_other_articles_are_not_the_article_s() {
    let text = format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>").replacen("Sáng nay,", "Sáng ngày 14/3,", 1);
    let none = ArticleHint::default();
    let beside = |html: String| html.replace("</body>", &format!("{OTHERS}<p>Cập nhật 05/01/2020</p></body>"));
    dated(PLAIN, &beside(body(&text)), &none, "2026-03-14T12:00:00+07:00", DateFrom::Dateline);
    let above = body(&text).replace("<div class=bai>", &format!("{OTHERS}<div class=bai>"));
    dated(PLAIN, &above, &none, "2026-03-14T12:00:00+07:00", DateFrom::Dateline);
    let own = body(&text).replace("</h1>", "</h1><p class=ng>Đăng ngày: 15/3/2026</p>");
    dated(PLAIN, &beside(own), &none, "2026-03-15T00:00:00+07:00", DateFrom::Page);
}

#[test]
fn a_date_at_the_head_of_a_short_text_without_heading_is_found_beside_long_lists() {
    let html = format!(
        "<html><head><title>Khánh thành cầu Bến Sậy | Báo Tỉnh</title></head><body><div class=bv><p class=tt>Khánh thành cầu Bến Sậy</p>\
         <p class=ng>Đăng ngày: 12/3/2026</p><p>{FIRST}</p><p>{SECOND}</p></div>{OTHERS}{OTHERS}<p>Cơ quan chủ quản: Ủy ban nhân dân xã. \
         Giấy phép số 12/GP-TTĐT do Sở Thông tin và Truyền thông cấp.</p></body></html>"
    );
    dated(PLAIN, &html, &ArticleHint::default(), "2026-03-12T00:00:00+07:00", DateFrom::Page);
    assert_eq!(read(&html).text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND]);
}

#[test]
fn signatures_of_several_parts_are_told_apart() {
    for (line, credit, author) in [
        ("Bài, ảnh: Minh Anh (Nguồn: Báo Hà Nam)", Some("Báo Hà Nam"), Some("Minh Anh")),
        ("Báo Hà Nam", Some("Báo Hà Nam"), None),
        ("Theo VOV.VN", Some("VOV.VN"), None),
        ("Nguyễn Văn An - Đài Truyền thanh xã", None, Some("Nguyễn Văn An")),
    ] {
        let found = read(&body(&format!(
            "<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p style='text-align:right'><b>{line}</b></p>"
        )));
        assert_eq!(found.credit.as_deref(), credit, "{line}");
        assert_eq!(found.authors.first().map(|author| author.name.as_str()), author, "{line}");
        assert_eq!(found.text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD], "{line}");
    }
}

#[test]
fn a_beginning_in_bold_is_text() {
    let html = body(&format!("<b>{FIRST}</b><br><br>{SECOND}<br><br>{THIRD}"));
    assert_eq!(read(&html).text.split('\n').collect::<Vec<_>>(), [FIRST, SECOND, THIRD]);
}

#[test]
fn a_page_without_text_says_so() {
    let found = read("<html><body><h1>Không tìm thấy trang</h1><a href=/>Trang chủ</a></body></html>");
    assert_eq!(found.text, "");
    assert_eq!(found.problems[0].code, "no-text");
}

#[test]
fn the_same_page_gives_the_same_article() {
    let html = page("<p><img src=/a.jpg alt='anh tin bai'></p><p>Cắt băng.</p>");
    assert_eq!(read(&html), read(&html));
}
