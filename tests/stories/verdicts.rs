//! Verdicts one by one: what is merged, what is only related, and the sentence that says why.

use super::texts::{Facts, articles, bulletin};
use super::{Item, are_one, item, judge, stories};

fn bridge() -> Item {
    articles().remove(0)
}

/// Why the second item joined the first, or why it did not, in words.
#[track_caller]
fn evidence(one: &Item, other: &Item) -> String {
    let judged = judge(&[one.clone(), other.clone()]).remove(1);
    let matched = judged.verdict.joins.or_else(|| judged.verdict.related.into_iter().next());
    matched.map(|matched| matched.evidence.to_string()).unwrap_or_default()
}

#[test]
fn a_copy_without_some_of_its_sentences_is_a_copy_and_the_evidence_says_how_much() {
    let whole = bridge();
    let cut = Item { text: whole.text.lines().take(2).collect::<Vec<_>>().join("\n"), ..bridge() };
    assert!(are_one(&whole, &cut));
    let why = evidence(&whole, &cut);
    assert!(why.starts_with("100 % of the ") && why.contains("the titles are the same"), "{why}");
    let verbatim = evidence(&whole, &whole);
    assert!(verbatim.contains("both texts have the same "), "{verbatim}");
}

#[test]
fn another_title_hides_no_copy() {
    let copy = Item { title: "Người lái phà cuối cùng trên sông Vạc".into(), ..bridge() };
    assert!(are_one(&bridge(), &copy));
}

#[test]
fn the_same_words_in_another_order_are_not_the_same_title() {
    // Three papers that number their reports, one of them corrected: they were merged crosswise.
    let report = |number: u32, paper: u32, more: &str| {
        let title = format!("Tin số {number} của báo {paper} về kênh mương");
        item(&title, &format!("{title}: bản tin do phóng viên ghi tại chỗ.{more}"))
    };
    assert!(!are_one(&report(0, 2, ""), &report(2, 0, " Sửa lần thứ 2.")));
    assert!(!are_one(&report(1, 0, " Sửa lần thứ 3."), &report(0, 1, "")));
}

#[test]
fn another_report_of_the_same_event_is_another_story() {
    let other = item(
        "Cầu Bến Đá chính thức thông xe",
        "Sau bốn năm thi công, cầu Bến Đá bắc qua sông Vạc đã thông xe sáng nay trong niềm vui của bà con hai xã.\n\
         Có mặt từ sớm, nhiều người già mặc áo dài, mang theo máy ảnh để ghi lại khoảnh khắc bến phà cũ ngừng hoạt động. Cây cầu \
         dài 312 m được xây bằng nguồn vốn của tỉnh và đóng góp của doanh nghiệp. Ông Thuỷ, người lái phà, nói ông sẽ nhớ những \
         câu chuyện trên mặt sông hơn là nhớ con phà. Đường dẫn hai đầu cầu dự kiến trải nhựa vào cuối năm.",
    );
    assert!(!are_one(&bridge(), &other));
}

#[test]
fn a_rewritten_half_is_related_and_never_hidden() {
    let whole = bridge();
    let half = whole.text.lines().nth(1).unwrap_or_default();
    let rewritten = item(
        "Yên Khánh có thêm một cây cầu",
        &format!(
            "Người dân hai xã ven sông từ hôm nay không còn phải chờ phà mỗi sáng như bao năm qua.\n{}\n\
             Nhiều hộ đã tính chuyện mở quán nước, sửa xe ở hai đầu cầu, nơi dòng người qua lại ngày một đông hơn. Lãnh đạo xã mong \
             sớm có đèn đường vì đoạn dốc xuống chợ buổi tối rất tối, đã có vài vụ va chạm nhỏ. Đoàn thanh niên nhận chăm bồn hoa.",
            half.split_inclusive(". ").take(3).collect::<String>()
        ),
    );
    let judged = judge(&[whole.clone(), rewritten.clone()]).remove(1);
    assert_eq!(judged.verdict.joins, None, "{}", evidence(&whole, &rewritten));
    assert_eq!(judged.verdict.related.len(), 1);
    assert!(evidence(&whole, &rewritten).contains("not merged: "), "{}", evidence(&whole, &rewritten));
}

#[test]
fn a_round_up_is_none_of_the_stories_that_it_quotes() {
    let articles = articles();
    let lead = |article: &Item| article.text.split_inclusive(". ").take(3).collect::<String>();
    let quoted: Vec<String> =
        articles.iter().take(4).map(|article| format!("{}. {}", article.title, lead(article))).collect();
    let round_up = item("Điểm báo sáng 11/6", &quoted.join("\n")).on(11, 7);
    let summary = Item { text: lead(&articles[0]), ..articles[0].clone() };
    for of in [&articles[0], &summary, &articles[2]] {
        assert!(!are_one(of, &round_up), "{}", evidence(of, &round_up));
        assert!(!are_one(&round_up, of));
    }
}

#[test]
fn a_list_of_other_articles_below_a_summary_hides_no_copy() {
    let whole = bridge();
    let lead = whole.text.lines().next().unwrap_or_default();
    for heading in ["Tin liên quan", ">> Tin cùng chuyên mục", "Xem thêm:", "CÁC TIN KHÁC"] {
        let summary = Item {
            text: format!(
                "{lead}\n{heading}\nLàng lụa Nha Xá giữ nghề bằng đơn hàng trực tuyến\nBắt nhóm trộm cáp viễn thông liên huyện\n\
                 Hơn 300 học sinh vùng cao thử làm nhà khoa học\nVì sao giá rau tăng gấp đôi trong một tuần?"
            ),
            ..bridge()
        };
        assert!(are_one(&whole, &summary), "{heading}: {}", evidence(&whole, &summary));
    }
    // A paragraph below such a heading is text: here it is all that the two have in common.
    let behind = Item { text: format!("Xem thêm\n{}", whole.text.lines().nth(1).unwrap_or_default()), ..bridge() };
    assert!(are_one(&whole, &behind), "{}", evidence(&whole, &behind));
}

#[test]
fn a_summary_without_numbers_does_not_unite_the_bulletins_of_two_days() {
    let of = |day| bulletin(0, &Facts { day, province: "Hà Tĩnh", numbers: (24, 33) }).on(day, 6);
    let summary = item(
        "Dự báo thời tiết Hà Tĩnh",
        "Trong cơn dông có khả năng xảy ra tố, lốc và gió giật mạnh. Người dân cần theo dõi các bản tin tiếp theo để chủ động \
         phòng tránh.",
    )
    .on(4, 7);
    let found = stories(&[of(4), summary, of(5)]);
    assert_ne!(found[2], found[0], "{found:?}");
}

#[test]
fn one_address_is_one_story_unless_a_template_gives_it_to_all() {
    let url = "https://bao.example/cau-ben-da.html";
    let edited = Item {
        text: "Cầu Bến Đá đã thông xe sau bốn năm thi công, thay cho bến phà mà người dân hai bờ đã dùng hơn 40 năm, nhất là học \
               sinh phải dậy từ 4 giờ sáng để kịp giờ học."
            .into(),
        ..bridge()
    };
    assert!(are_one(
        &bridge().at(url),
        &edited.clone().at("http://www.bao.example/cau-ben-da.html?utm_source=rss#top")
    ));
    let unlike = Item { text: articles()[1].text.clone(), ..bridge() };
    assert!(!are_one(&bridge().at(""), &unlike.at("")), "no address is none");
    let articles = articles();
    assert!(!are_one(&articles[0].clone().at(url), &articles[1].clone().at(url)));
}

#[test]
fn very_short_items_are_one_only_by_a_telling_title_on_the_same_day() {
    let short = |title: &str, text: &str| item(title, text);
    let telling = "Tạm dừng phà Bính để sửa chữa cầu dẫn phía nam từ chiều nay";
    assert!(are_one(&short(telling, ""), &short(telling, "").on(10, 11)));
    assert!(!are_one(&short(telling, ""), &short(telling, "").on(12, 8)), "a series comes back after a day");
    assert!(!are_one(&short("Tin vắn trong ngày", ""), &short("Tin vắn trong ngày", "").on(10, 10)));
    assert!(!are_one(&short("Ảnh", "Xem ảnh tại đây."), &short("Video", "Xem ảnh tại đây.")));
}

#[test]
fn the_evidence_of_two_bulletins_names_what_differs() {
    let of = |day, province| bulletin(1, &Facts { day, province, numbers: (5, 17) });
    let days = evidence(&of(4, "Sơn La"), &of(6, "Sơn La"));
    assert!(days.contains("not merged: the titles name 4/6 and 6/6"), "{days}");
    let places = evidence(&of(4, "Sơn La"), &of(4, "An Giang"));
    assert!(places.contains("not merged: the titles name different provinces"), "{places}");
}
