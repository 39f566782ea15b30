//! What is one word, and what is not.

use unicode_normalization::UnicodeNormalization;

use super::*;

/// The words of `text` as text again, for reading: numbers as they are, other words as the source has them.
fn shown(text: &str) -> Vec<String> {
    let (tokens, spans) = TokenText::read_with_spans(text);
    assert_eq!(tokens, TokenText::read(text), "spans must not change the words");
    tokens
        .words()
        .iter()
        .zip(tokens.flags())
        .zip(spans)
        .map(|((&word, &flags), span)| match number(word, flags) {
            Some(Number::Plain(value)) => value.to_string(),
            Some(Number::Pair(first, second)) => format!("{first}/{second}"),
            _ => text[span].to_lowercase(),
        })
        .collect()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(shown(text).join(" "), expected, "{text:?}");
}

#[track_caller]
fn check_same(one: &str, other: &str) {
    let (one_read, other_read) = (TokenText::read(one), TokenText::read(other));
    assert_eq!(one_read.words(), other_read.words(), "{one:?} {other:?}");
    assert_eq!(one_read.exact(), other_read.exact(), "{one:?} {other:?}");
}

#[track_caller]
fn check_different(one: &str, other: &str) {
    assert_ne!(TokenText::read(one).words(), TokenText::read(other).words(), "{one:?} {other:?}");
}

#[test]
fn words_are_letters_and_numbers_are_digits() {
    check("Vụ mùa năm nay: được mùa, được giá!", "vụ mùa năm nay được mùa được giá");
    check("U20 Việt Nam, COVID-19, BN4352", "u 20 việt nam covid 19 bn 4352");
}

#[test]
fn marks_case_and_normal_form_do_not_matter() {
    let text = "Chủ tịch UBND tỉnh chỉ đạo: khẩn trương khắc phục sạt lở ở Mường Xén";
    check_same(text, &text.nfd().collect::<String>());
    check_same(text, &text.to_uppercase());
    check_same(text, &text.to_lowercase());
    check_same("uỷ ban, hoà bình, thuý, kỹ sư, lý do", "ủy ban, hòa bình, thúy, kĩ sư, lí do");
    check_same(text, "Chu tich UBND tinh chi dao: khan truong khac phuc sat lo o Muong Xen");
}

#[test]
fn different_words_stay_different() {
    check_different("tàu cá Bình Định", "tàu cá Bình Thuận");
    check_different("mưa to", "mưa");
    check_different("ab c", "a bc");
    check_different("abcdefgh i", "abcdefghi");
}

#[test]
fn invisible_characters_and_full_width_letters_are_seen_through() {
    check_same("Thanh\u{00AD} Hoá\u{200B}, mưa\u{FEFF} lớn", "Thanh Hóa, mưa lớn");
    check_same("ＴＨＡＮＨ　Ｈóa 𝗺ưa", "thanh hóa mưa");
}

#[test]
fn one_day_is_one_word_however_written() {
    for day in
        ["27/6", "27-6", "27.6", "27/06", "27 tháng 6", "27/6/2026", "27-06-2026", "27.6.26", "27 tháng 6 năm 2026"]
    {
        assert_eq!(shown(&format!("ngày {day}, tại"))[1], "27/6", "{day}");
    }
    check("ngày 27/6 năm 2026 tại", "ngày 27/6 tại");
    check("2026-06-27", "27/6");
}

#[test]
fn the_year_of_a_day_is_in_the_exact_hash_only() {
    let (one, other) = (TokenText::read("lễ hội ngày 10/3/2025"), TokenText::read("lễ hội ngày 10/3/2026"));
    assert_eq!(one.words(), other.words());
    assert_ne!(one.exact(), other.exact());
}

#[test]
fn months_and_years_are_plain_numbers() {
    check("tháng 6/2026", "tháng 6 2026");
    check_same("tháng 6/2026", "tháng 6 năm 2026");
    check("năm 2026", "năm 2026");
}

#[test]
fn one_time_is_one_word_however_written() {
    for time in ["15h30", "15:30", "15g30", "15 giờ 30", "15 giờ 30 phút", "15h30 phút"] {
        check(&format!("lúc {time} tại"), "lúc 15/30 tại");
    }
    check_same("lúc 15h, tại", "lúc 15 giờ, tại");
}

#[test]
fn numbers_are_values() {
    check("1.250.000 đồng, 12,5 triệu, 12.5%, 3 000", "1250000 đồng 12/5 triệu 12/5 3 0");
    check_same("1.000 hộ", "1,000 hộ");
    check("tỷ số 2-1, đi 2 – 3 km", "tỷ số 2/1 đi 2 3 km");
    check("0912345678", "0912345678");
    check("99999999999999999999999999", "99999999999999999999999999");
}

#[test]
fn tags_and_entities_leave_no_trace() {
    check_same("<p>Tỉnh <b>Qu</b>ảng&nbsp;Ninh</p><script>var a = 1;</script>", "Tỉnh Quảng Ninh");
    check_same("&#272;&ocirc;ng Tri&#x1EC1;u &amp; U&ocirc;ng B&iacute;", "Đông Triều Uông Bí");
    check_same("A&amp;nbsp;B &quot;C&quot;", "A B C");
    check_same("nhiệt độ < 20 độ", "nhiệt độ 20 độ");
}

#[test]
fn what_republishing_adds_is_dropped() {
    let text = "Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.";
    for copy in [
        "(Chinhphu.vn) - Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.",
        "TTO - Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.",
        "GD&TĐ – Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.",
        "Báo Hà Nam - Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.",
        "Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.\nNguồn: Báo Hà Nam\nTác giả: Trần Thị B",
        "Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m. Theo TTXVN",
        "Sáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.\n(Theo Dân trí)",
        "Sáng 5/6, tỉnh khởi công cầu mới.\nanh tin bai\nẢnh minh họa\nCầu dài 900 m.",
        "Sáng 5/6, tỉnh khởi công cầu mới. (Ảnh: Trần C/TTXVN) Cầu dài 900 m.",
        "Lượt xem: 591\nSáng 5/6, tỉnh khởi công cầu mới. Cầu dài 900 m.",
    ] {
        check_same(copy, text);
    }
}

#[test]
fn a_province_before_a_dash_is_kept() {
    check("Nghệ An - Ngày mai có mưa", "nghệ an ngày mai có mưa");
    check("(Hà Tĩnh) - Ngày mai có mưa", "hà tĩnh ngày mai có mưa");
}

#[test]
fn a_text_of_nothing_but_a_credit_is_empty() {
    check("Nguồn: Báo Hà Nam", "");
    check("", "");
    check("\u{200B}\u{301} … — !!! <br/>", "");
}

#[test]
fn abbreviations_are_written_out() {
    check_same("UBND và MTTQ TPHCM", "Ủy ban nhân dân và Mặt trận Tổ quốc Thành phố Hồ Chí Minh");
}

#[test]
fn names_are_known_by_their_capitals_inside_a_sentence() {
    let names = |text: &str| {
        let (tokens, spans) = TokenText::read_with_spans(text);
        let names = tokens.flags().iter().zip(spans).filter(|(flags, _)| flags.is_name());
        names.map(|(_, span)| text[span].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("Ông Trần Văn B đến Mường La. Sau đó ông về."), ["Trần", "Văn", "B", "Mường", "La"]);
    assert_eq!(names("ÔNG TRẦN VĂN B ĐẾN MƯỜNG LA."), [""; 0]);
}

#[test]
fn a_hostile_text_costs_no_more_than_its_first_words() {
    let long = "mưa lũ ".repeat(100_000);
    assert_eq!(TokenText::read(&long).len(), MAX_TOKENS);
    let one = "a".repeat(1_000_000);
    assert_eq!(TokenText::read(&one).len(), 1);
    for open in ["<", "&", "<script>", "(((", "&amp;", "<!--", "1/2/3/4/5/", "1,"] {
        TokenText::read(&open.repeat(50_000));
    }
}

#[test]
fn bytes_give_the_same_text_again() {
    let text = TokenText::read("Ngày 27/6, UBND tỉnh họp.");
    assert_eq!(TokenText::from_bytes(&text.to_bytes()), Some(text));
    assert_eq!(TokenText::from_bytes(b"short"), None);
    assert_eq!(TokenText::from_bytes(&[0; 13]), None);
}
