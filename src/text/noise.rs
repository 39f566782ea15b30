//! Lines of a page that are not part of the article: counters, statistics, buttons, headings of lists.
//!
//! Observed on Vietnamese portals (2020 to 2026): a view counter below the title changes at every visit, the visitor
//! statistics of the footer are glued to the heading before them, captions of an empty slider stand above the title. None of
//! it may enter text, or the same article would look changed at every poll. What this must never do is take a sentence:
//! a line counts as noise only when it consists of nothing but known phrases, numbers and marks.

use super::fold::{folded, stripped};

/// A longer line is text, or several widgets in one; those few survive.
const MAX_BYTES: usize = 400;

/// Phrases that are noise wherever they stand alone: buttons, widgets, headings of lists. Folded, without marks.
const PHRASES: &[&str] = &[
    "a a",
    "a a a",
    "anh co dong",
    "anh tin bai",
    "bai lien quan",
    "bai viet cung chuyen muc",
    "bai viet khac",
    "bai viet lien quan",
    "ban in",
    "binh luan",
    "cac bai viet khac",
    "cac tin cu hon",
    "cac tin da dang",
    "cac tin da dua",
    "cac tin khac",
    "cac tin lien quan",
    "cac tin moi hon",
    "chia se",
    "chia se bai viet",
    "chia se facebook",
    "chia se len facebook",
    "chia se zalo",
    "co chu",
    "copy link",
    "danh gia bai viet",
    "dang ky",
    "dang ky nhan tin",
    "dang nhap",
    "dang xuat",
    "dau trang",
    "doc bai viet",
    "doc nhieu",
    "doc nhieu nhat",
    "email",
    "facebook",
    "giam co chu",
    "google",
    "gui binh luan",
    "gui cho ban be",
    "gui email",
    "gui mail",
    "gui y kien",
    "in",
    "in bai",
    "in bai viet",
    "in trang",
    "in trang nay",
    "instagram",
    "len dau trang",
    "lien ket website",
    "like",
    "linkedin",
    "luu bai viet",
    "mac dinh",
    "mat khau",
    "menu",
    "messenger",
    "moi nhat",
    "nghe bai viet",
    "nghe doc bai",
    "no title",
    "noi dung lien quan",
    "phong to",
    "pinterest",
    "print",
    "quay lai",
    "quen mat khau",
    "sao chep lien ket",
    "share",
    "so do cong",
    "so do website",
    "tang co chu",
    "tag",
    "tags",
    "telegram",
    "ten dang nhap",
    "thanh vien dang nhap",
    "theo doi chung toi",
    "theo doi tren google news",
    "theo dong su kien",
    "thong ke",
    "thong ke luot truy cap",
    "thong ke truy cap",
    "thong tin moi nhat",
    "thu nho",
    "thu vien anh",
    "tim kiem",
    "tin bai khac",
    "tin bai lien quan",
    "tin cu hon",
    "tin cung chuyen muc",
    "tin da dua",
    "tin doc nhieu",
    "tin khac",
    "tin lien quan",
    "tin moi",
    "tin moi hon",
    "tin moi nhat",
    "tin noi bat",
    "tin tieu diem",
    "tin xem nhieu",
    "trang chu",
    "trang truoc",
    "trang sau",
    "tro ve",
    "tro ve dau trang",
    "tu khoa",
    "tuong phan",
    "tweet",
    "twitter",
    "ve dau trang",
    "ve trang chu",
    "viber",
    "xem nhieu",
    "xem nhieu nhat",
    "xem them",
    "y kien ban doc",
    "youtube",
    "zalo",
];

/// Phrases that are noise beside a number: `Lượt xem: 591`, `12 bình luận`, `Hôm nay: 1`. Folded, without marks.
const COUNTERS: &[&str] = &[
    "binh luan",
    "comment",
    "comments",
    "da xem",
    "dang online",
    "dang truc tuyen",
    "dang truy cap",
    "dang xem",
    "hom nay",
    "hom qua",
    "khach",
    "khach truc tuyen",
    "lan doc",
    "lan xem",
    "likes",
    "luot",
    "luot chia se",
    "luot doc",
    "luot nguoi truy cap",
    "luot thich",
    "luot truy cap",
    "luot xem",
    "luot xem tin",
    "may chu tim kiem",
    "nam nay",
    "online",
    "share",
    "shares",
    "so lan doc",
    "so lan xem",
    "so luot doc",
    "so luot truy cap",
    "so luot xem",
    "so nguoi dang xem",
    "tat ca",
    "thang nay",
    "thang truoc",
    "thanh vien",
    "thanh vien online",
    "tong",
    "tong cong",
    "tong luot truy cap",
    "tong so",
    "tong so luot truy cap",
    "tong truy cap",
    "trong nam",
    "trong ngay",
    "trong thang",
    "trong tuan",
    "truc tuyen",
    "truy cap",
    "truy cap hom nay",
    "truy cap trong ngay",
    "tuan nay",
    "tuan truoc",
    "view",
    "viewed",
    "views",
];

/// What counters count. Folded, without marks.
const UNITS: &[&str] =
    &["lan", "lan doc", "lan xem", "luot", "luot doc", "luot truy cap", "luot xem", "nguoi", "views"];

/// Captions that say nothing about their picture: what editors insert when nobody writes one. Folded, without marks.
const PLACEHOLDERS: &[&str] = &[
    "anh",
    "anh bai viet",
    "anh chi mang tinh minh hoa",
    "anh chup man hinh",
    "anh co dong",
    "anh dai dien",
    "anh internet",
    "anh minh hoa",
    "anh minh hoa internet",
    "anh minh hoa nguon internet",
    "anh nguon internet",
    "anh tin bai",
    "anh trong bai",
    "chua co anh",
    "hinh",
    "hinh anh",
    "hinh anh minh hoa",
    "hinh dai dien",
    "hinh minh hoa",
    "illustration",
    "image",
    "img",
    "khong co chu thich",
    "no caption",
    "no image",
    "no title",
    "photo",
    "picture",
    "screenshot",
    "thumbnail",
    "tin bai",
    "untitled",
];

/// Tells whether a line of a page is noise: it holds nothing but counters, statistics, widgets, buttons and headings of
/// lists, glued or repeated as they may be. `anh tin bai`, the default `alt` of one portal's editor, is noise as well; what
/// may stand as a caption (`Ảnh minh họa`) is for [`is_placeholder_caption`]. A blank line is no noise.
pub fn is_noise(line: &str) -> bool {
    if line.len() > MAX_BYTES {
        return false;
    }
    let bare = stripped(&folded(line));
    let mut rest = skip_marks(&bare);
    if rest.is_empty() || is_font_widget(&bare) {
        return is_font_widget(&bare);
    }
    // A number in front belongs to the counter behind it, and only one that counts makes a line of numbers noise.
    while !rest.is_empty() {
        let (number, behind) = number(rest);
        let counted = phrase(COUNTERS, behind);
        let with_number = counted.and_then(|behind| match (number, self::number(skip_marks(behind))) {
            (true, _) => Some(behind),
            (false, (true, behind)) => Some(unit(behind)),
            (false, (false, _)) => None,
        });
        let next = with_number.or_else(|| if number { None } else { phrase(PHRASES, rest) });
        match next {
            Some(behind) => rest = skip_marks(behind),
            None => return false,
        }
    }
    true
}

/// Tells whether a caption (or `alt`) says nothing: an editor's default, a bare "illustration", the name of a file, a number.
pub fn is_placeholder_caption(line: &str) -> bool {
    if line.len() > MAX_BYTES {
        return false;
    }
    let bare = stripped(&folded(line));
    let words: Vec<&str> = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&&str| word.bytes().all(|b| b.is_ascii_digit());
    let worded: Vec<&str> = words.iter().filter(|word| !is_number(word)).copied().collect();
    worded.is_empty() || PLACEHOLDERS.contains(&worded.join(" ").as_str()) || is_file_name(&bare)
}

/// `IMG_1234.jpg`, `z5966211821663_c90fbdb3f1d1501a`, `dsc 0123`: what cameras, messengers and editors call their files.
fn is_file_name(bare: &str) -> bool {
    let bare = bare.trim();
    let (stem, extension) = bare.rsplit_once('.').unwrap_or((bare, ""));
    let blank = bare.contains(' ');
    if matches!(extension, "jpg" | "jpeg" | "png" | "gif" | "webp" | "bmp" | "heic" | "jfif") {
        return stem.split(' ').count() < 8;
    }
    let camera = ["img", "dsc", "dscn", "dcim", "image", "photo", "picture", "pic", "screenshot", "z"]
        .iter()
        .any(|name| stem.strip_prefix(name).is_some_and(|rest| is_serial(rest) && rest.len() > 1));
    camera || (!blank && stem.len() >= 12 && is_serial(stem))
}

/// Nothing but digits, hexadecimal letters and joints, with at least a third digits.
fn is_serial(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits * 3 >= text.len() && text.bytes().all(|b| b.is_ascii_hexdigit() || b"_- ().".contains(&b))
}

/// `A- A A+`, `+ -`: the marks of a font-size widget.
fn is_font_widget(bare: &str) -> bool {
    bare.contains('+') && bare.chars().all(|c| c == 'a' || !c.is_alphanumeric())
}

/// Passes over everything but letters and digits.
fn skip_marks(text: &str) -> &str {
    text.trim_start_matches(|c: char| !c.is_alphanumeric())
}

/// Passes over a number in front, with its dots and blanks, and `k` for thousands: whether there was one, and what follows.
fn number(text: &str) -> (bool, &str) {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return (false, text);
    }
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit() || ".,".contains(c));
    let behind = behind.strip_prefix('k').filter(|rest| !rest.starts_with(char::is_alphanumeric)).unwrap_or(behind);
    // "20/12", "15:30" and "3-1" are no counts.
    if behind.starts_with(['/', ':', '-']) && behind[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return (false, text);
    }
    (true, skip_marks(behind))
}

/// Passes over the unit behind a counter's number: `Đã xem: 12 lượt`.
fn unit(text: &str) -> &str {
    match phrase(UNITS, text) {
        Some(behind) if !number(skip_marks(behind)).0 => behind,
        _ => text,
    }
}

/// What stands behind the longest of `phrases` that `text` begins with. The phrase must end with its word, or another
/// phrase must be glued to it.
fn phrase<'a>(phrases: &[&str], text: &'a str) -> Option<&'a str> {
    let mut best: Option<&str> = None;
    for phrase in phrases {
        let Some(behind) = text.strip_prefix(phrase) else { continue };
        let glued = || phrase.len() > 3 && begins_with_phrase(behind);
        if (!behind.starts_with(char::is_alphabetic) || glued()) && best.is_none_or(|best| behind.len() < best.len()) {
            best = Some(behind);
        }
    }
    best
}

fn begins_with_phrase(text: &str) -> bool {
    PHRASES.iter().chain(COUNTERS).any(|phrase| {
        phrase.len() > 3 && text.strip_prefix(phrase).is_some_and(|behind| !behind.starts_with(char::is_alphabetic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expected: bool) {
        for line in lines {
            assert_eq!(is_noise(line), expected, "{line:?}");
        }
    }

    #[test]
    fn counters_of_views_are_noise_whatever_they_count() {
        check(
            &[
                "Lượt xem: 591",
                "Lượt xem: 592",
                "lượt xem 1.204",
                "Số lượt xem : 12",
                "1.204 lượt xem",
                "Đã xem: 12 lần xem",
                "12 bình luận",
                "Views: 1,204",
                "Luot xem: 7",
                "Lươ\u{323}t xem: 591",
                "15k lượt xem",
            ],
            true,
        );
    }

    #[test]
    fn statistics_of_visitors_are_noise() {
        check(
            &[
                "Đang online: 0",
                "• Hôm nay: 1",
                "Trong tuần: 0",
                "Tất cả: 0",
                "Thống kê truy cập",
                "Thông tin mới nhấtThống kê truy cập",
                "Đang online: 0 Hôm nay: 1 Trong tuần: 0 Tất cả: 15.204",
                "Hôm qua 33 | Tháng này 1200",
                "Tổng số lượt truy cập: 3.141.592",
            ],
            true,
        );
    }

    #[test]
    fn buttons_widgets_and_headings_of_lists_are_noise() {
        check(
            &[
                "Đăng nhập",
                "Chia sẻ Facebook Zalo",
                "In trang | Gửi email",
                "A- A A+",
                "+ -",
                "Cỡ chữ: A A",
                "No title... No title... No title...",
                "Ảnh cờ động",
                "Tin liên quan",
                "CÁC TIN KHÁC:",
                "Tin cùng chuyên mục",
                "Trở về đầu trang",
                "anh tin bai",
                "Từ khóa:",
                "Quay lại",
            ],
            true,
        );
    }

    #[test]
    fn sentences_are_never_noise() {
        check(
            &[
                "Huy",
                "A",
                "",
                "   ",
                "Hôm nay",
                "Hôm nay, 12 xã ra quân làm thủy lợi.",
                "Hôm nay 20/12",
                "Tất cả vì học sinh thân yêu",
                "Tổng số 12 hộ",
                "Tin liên quan đến vụ cháy đã được làm rõ.",
                "In bài viết này ra giấy rồi nộp cho thôn.",
                "Thống kê truy cập đất đai năm 2022",
                "Lượt xem: 591 người dân xếp hàng",
                "12",
                "20/12/2022",
                "Đăng nhập hệ thống để nộp hồ sơ",
                "Tăng cường chia sẻ kinh nghiệm",
                "Ảnh minh họa",
                "Nguồn: Báo Sông Con",
            ],
            false,
        );
    }

    #[test]
    fn captions_of_editors_and_cameras_say_nothing() {
        for line in [
            "anh tin bai",
            "Ảnh minh họa",
            "(Ảnh minh hoạ)",
            "Ảnh minh họa. Nguồn: Internet",
            "Hình ảnh 3",
            "Ảnh 1",
            "No title...",
            "IMG_1234.jpg",
            "z5966211821663_c90fbdb3f1d1501a4aa911e89a771647.jpg",
            "z5966211821663_c90fbdb3f1d1501a4aa911e89a771647",
            "DSC_0123",
            "image001.png",
            "12",
            "",
        ] {
            assert!(is_placeholder_caption(line), "{line:?}");
        }
        for line in [
            "Các đại biểu dự hội nghị.",
            "Ảnh: Minh An",
            "Ảnh minh họa cách trồng sen ở Ao Sen",
            "Trao 10 suất quà",
            "Đồng chí Bí thư Đảng ủy xã phát biểu",
            "Zalo của xã",
        ] {
            assert!(!is_placeholder_caption(line), "{line:?}");
        }
    }

    /// The page that all this began with: what is noise on it, and that nothing else is.
    #[test]
    fn the_seed_keeps_its_text_and_loses_its_noise() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/seed/000_27ba131a02d350d8.txt");
        let Ok(page) = std::fs::read_to_string(path) else {
            eprintln!("SKIPPED: the_seed_keeps_its_text_and_loses_its_noise: no {path}");
            return;
        };
        let lines: Vec<&str> = page.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let (noise, text): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| is_noise(line));
        assert_eq!(noise.iter().filter(|line| is_placeholder_caption(line) && line.starts_with("anh")).count(), 5);
        assert_eq!(noise.len(), 5 + 3 + 6, "{noise:?}");
        assert!(text.iter().all(|line| line.len() > 15), "{text:?}");
        let counted = |number: &str| is_noise(&format!("Lượt xem: {number}"));
        assert!(counted("591") && counted("592") && counted("12.345"));
    }
}
