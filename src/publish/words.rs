//! What pages and feeds say to readers, in Vietnamese and in English.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;

use crate::config::Language;
use crate::model::Instant;

/// The words of one language. Sentences are whole: no sentence is put together from parts that another language would
/// order differently; where a number or name goes in, there is a function.
pub(super) struct Words {
    language: Language,
    pub skip: &'static str,
    pub home: &'static str,
    pub newest: &'static str,
    pub topics: &'static str,
    pub provinces: &'static str,
    pub provinces_short: &'static str,
    pub sources: &'static str,
    pub subscribe: &'static str,
    pub search: &'static str,
    pub search_label: &'static str,
    pub search_hint: &'static str,
    pub results: &'static str,
    pub search_empty: &'static str,
    pub search_empty_hint: &'static str,
    pub navigation: &'static str,
    pub about: &'static str,
    pub older: &'static str,
    pub newer: &'static str,
    pub pages: &'static str,
    pub what_is_a_feed: &'static str,
    pub how_to_subscribe: [&'static str; 3],
    pub all_in_one: &'static str,
    pub all_feeds: &'static str,
    pub opml_hint: &'static str,
    pub opml_sources_hint: &'static str,
    pub everything: &'static str,
    pub also_at: &'static str,
    pub credit: &'static str,
    pub read_at: &'static str,
    pub original_at: &'static str,
    pub carried_by: &'static str,
    pub origin: &'static str,
    pub related: &'static str,
    pub details: &'static str,
    pub untitled: &'static str,
    pub other_topics: &'static str,
    pub other_provinces: &'static str,
    pub no_stories: &'static str,
    pub no_stories_yet: &'static str,
    pub no_more: &'static str,
    pub no_sources: &'static str,
    /// Above [`Words::first_steps`].
    pub just_installed: &'static str,
    /// What whoever has just installed it does next, in order.
    pub first_steps: [&'static str; 3],
    pub not_found: &'static str,
    pub not_found_text: &'static str,
    pub gone: &'static str,
    pub gone_text: &'static str,
    pub busy: &'static str,
    pub busy_text: &'static str,
    pub broken: &'static str,
    pub broken_text: &'static str,
    pub back_home: &'static str,
    pub made_with: &'static str,
    pub rights_note: &'static str,
    pub website: &'static str,
}

/// The words of a language.
pub(super) fn of(language: Language) -> &'static Words {
    match language {
        Language::Vi => &VIETNAMESE,
        Language::En => &ENGLISH,
    }
}

static VIETNAMESE: Words = Words {
    language: Language::Vi,
    skip: "Đến phần tin",
    home: "Trang đầu",
    newest: "Tin mới nhất",
    topics: "Chủ đề",
    provinces: "Tỉnh, thành phố",
    provinces_short: "Tỉnh, thành",
    sources: "Nguồn tin",
    subscribe: "Theo dõi",
    search: "Tìm",
    search_label: "Tìm trong mọi tin",
    search_hint: "Gõ có dấu hay không dấu đều được: “dân vận khéo” hoặc “dan van kheo”.",
    results: "Kết quả",
    search_empty: "Không có tin nào khớp.",
    search_empty_hint: "Thử ít từ hơn, hoặc chỉ tên một xã, một phường. Tin mới được thêm vào suốt ngày, nên có thể quay lại sau.",
    navigation: "Điều hướng",
    about: "Về trang này",
    older: "Tin cũ hơn",
    newer: "Tin mới hơn",
    pages: "Các trang",
    what_is_a_feed: "Feed là một địa chỉ bạn dán một lần vào phần mềm đọc tin; từ đó tin mới tự đến với bạn, không cần tài khoản và không có thuật toán chen giữa.",
    how_to_subscribe: [
        "Cài một phần mềm đọc tin: NetNewsWire, Feeder, Thunderbird, Newsboat, FreshRSS hay phần mềm nào bạn quen dùng.",
        "Chép địa chỉ của một feed dưới đây (nhấn giữ hoặc nhấp chuột phải, rồi chọn “Sao chép địa chỉ liên kết”).",
        "Dán vào ô “Thêm feed” của phần mềm. Atom, RSS và JSON chỉ khác nhau về định dạng, nội dung như nhau.",
    ],
    all_in_one: "Nhận tất cả cùng lúc",
    all_feeds: "Mọi feed của trang này",
    opml_hint: "Danh sách mọi feed dưới đây, để nhập vào phần mềm đọc tin trong một lần",
    opml_sources_hint: "Danh sách các nguồn mà trang này tổng hợp",
    everything: "Tất cả tin",
    also_at: "Cũng đăng tại:",
    credit: "Theo",
    read_at: "Đọc toàn văn tại",
    original_at: "Xem bản gốc tại",
    carried_by: "Những nơi đã đăng",
    origin: "bản gốc",
    related: "Tin liên quan",
    details: "xem nơi đăng và tin liên quan",
    untitled: "(Không có tiêu đề)",
    other_topics: "Chủ đề khác",
    other_provinces: "Tỉnh, thành phố khác",
    no_stories: "Chưa có tin nào.",
    no_stories_yet: "Các nguồn đang được hỏi lần đầu; tin sẽ hiện ở đây trong vài phút nữa, bạn chỉ cần tải lại trang.",
    no_more: "Không còn tin nào cũ hơn.",
    no_sources: "Chưa có nguồn tin nào được bật.",
    just_installed: "Bạn vừa cài bantin? Ba bước tiếp theo:",
    first_steps: [
        "Mở /etc/bantin/feeds.toml, ghi địa chỉ của trang này (site.url, site.tag) và cách liên hệ với bạn (poll.contact).",
        "Chép nguồn tin và chủ đề từ danh sách mẫu /usr/share/doc/bantin/examples/feeds.toml.",
        "Chạy: bantin check && systemctl reload bantin. Có gì chưa ổn, bantin doctor nói rõ cần làm gì.",
    ],
    not_found: "Không có trang này",
    not_found_text: "Địa chỉ có thể đã bị gõ nhầm, hoặc tin đã được gỡ. Bạn có thể tìm trong mọi tin, hoặc về trang đầu.",
    gone: "Trang này đã ngừng",
    gone_text: "Chủ đề hoặc nguồn này không còn được tổng hợp nữa. Bạn có thể bỏ theo dõi địa chỉ này.",
    busy: "Đang quá đông",
    busy_text: "Có quá nhiều yêu cầu cùng lúc. Xin thử lại sau vài giây.",
    broken: "Có trục trặc",
    broken_text: "Máy chủ không lấy được trang này. Người quản trị đã được báo trong nhật ký; xin thử lại sau.",
    back_home: "Về trang đầu",
    made_with: "Tổng hợp tự động bằng bantin.",
    rights_note: "Bản quyền mỗi tin thuộc về nơi đăng tin đó.",
    website: "Trang gốc",
};

static ENGLISH: Words = Words {
    language: Language::En,
    skip: "Skip to the news",
    home: "Front page",
    newest: "Newest stories",
    topics: "Topics",
    provinces: "Provinces",
    provinces_short: "Provinces",
    sources: "Sources",
    subscribe: "Subscribe",
    search: "Search",
    search_label: "Search all stories",
    search_hint: "With or without Vietnamese accents: “dân vận khéo” or “dan van kheo”.",
    results: "Results",
    search_empty: "No story matches.",
    search_empty_hint: "Try fewer words, or only the name of a commune or ward. Stories are added all day, so it may be worth coming back.",
    navigation: "Navigation",
    about: "About this page",
    older: "Older stories",
    newer: "Newer stories",
    pages: "Pages",
    what_is_a_feed: "A feed is an address you paste into a feed reader once; from then on new stories come to you, without an account and without an algorithm in between.",
    how_to_subscribe: [
        "Install a feed reader: NetNewsWire, Feeder, Thunderbird, Newsboat, FreshRSS, or whichever you like.",
        "Copy the address of one of the feeds below (press and hold, or right-click, then “Copy link”).",
        "Paste it where the reader says “Add feed”. Atom, RSS and JSON are three formats of the same content.",
    ],
    all_in_one: "Everything at once",
    all_feeds: "All feeds of this site",
    opml_hint: "All the feeds below in one list, for a feed reader to import in one go",
    opml_sources_hint: "The sources that this site gathers from",
    everything: "All stories",
    also_at: "Also published by:",
    credit: "Credit:",
    read_at: "Read it in full at",
    original_at: "See the original at",
    carried_by: "Who carried it",
    origin: "original",
    related: "Related stories",
    details: "who carried it and related stories",
    untitled: "(Untitled)",
    other_topics: "Other topics",
    other_provinces: "Other provinces",
    no_stories: "No stories yet.",
    no_stories_yet: "The sources are being asked for the first time; stories will stand here within a few minutes. Just reload the page.",
    no_more: "There are no older stories.",
    no_sources: "No source is enabled yet.",
    just_installed: "You have just installed bantin? Three steps are next:",
    first_steps: [
        "Open /etc/bantin/feeds.toml and write the address of this site (site.url, site.tag) and how to reach you (poll.contact).",
        "Take sources and topics over from the long list, /usr/share/doc/bantin/examples/feeds.toml.",
        "Run: bantin check && systemctl reload bantin. Whatever is still amiss, bantin doctor says what to do about it.",
    ],
    not_found: "There is no such page",
    not_found_text: "The address may have been mistyped, or the story has been withdrawn. You can search all stories, or go to the front page.",
    gone: "This page has ended",
    gone_text: "This topic or source is no longer gathered. You can unsubscribe from this address.",
    busy: "Too busy",
    busy_text: "There are too many requests at once. Please try again in a few seconds.",
    broken: "Something went wrong",
    broken_text: "The server could not fetch this page. It is in the administrator's log; please try again later.",
    back_home: "Go to the front page",
    made_with: "Gathered automatically by bantin.",
    rights_note: "Each story belongs to whoever published it.",
    website: "Website",
};

impl Words {
    /// A point in time as people write it: `Thứ Hai, 23/11/2026 14:05`.
    pub fn date_time(&self, instant: Instant, zone: Tz) -> String {
        let local = instant.with_timezone(&zone);
        format!("{}, {} {}", self.weekday(&local), self.short_date(&local), clock(&local))
    }

    /// A date and clock without weekday, for lists: `23/11/2026 14:05`.
    pub fn brief(&self, instant: Instant, zone: Tz) -> String {
        let local = instant.with_timezone(&zone);
        format!("{} {}", self.short_date(&local), clock(&local))
    }

    /// The clock alone: `14:05`.
    pub fn clock(&self, instant: Instant, zone: Tz) -> String {
        clock(&instant.with_timezone(&zone))
    }

    /// A day as a heading: `Thứ Hai, 23 tháng 11, 2026`.
    pub fn day(&self, day: NaiveDate) -> String {
        let weekday = self.weekdays()[day.weekday().num_days_from_monday() as usize];
        match self.language {
            Language::Vi => format!("{weekday}, {} tháng {}, {}", day.day(), day.month(), day.year()),
            Language::En => {
                format!("{weekday}, {} {} {}", day.day(), ENGLISH_MONTHS[day.month0() as usize], day.year())
            }
        }
    }

    /// How many places carried a story: `3 nơi đăng`.
    pub fn places(&self, count: usize) -> String {
        match self.language {
            Language::Vi => format!("{count} nơi đăng"),
            Language::En => format!("carried by {count}"),
        }
    }

    /// The title of the page number `number` of something.
    pub fn page_title(&self, title: &str, number: usize) -> String {
        match self.language {
            Language::Vi => format!("{title}, trang {number}"),
            Language::En => format!("{title}, page {number}"),
        }
    }

    /// Heading of search results.
    pub fn results_for(&self, query: &str) -> String {
        match self.language {
            Language::Vi => format!("Kết quả cho “{query}”"),
            Language::En => format!("Results for “{query}”"),
        }
    }

    /// What stands where stories will be: how many sources are being asked.
    pub fn asking(&self, sources: usize) -> String {
        match self.language {
            Language::Vi => format!("{sources} nguồn được hỏi theo lịch:"),
            Language::En if sources == 1 => "One source is asked on schedule:".to_owned(),
            Language::En => format!("{sources} sources are asked on schedule:"),
        }
    }

    /// What an empty topic, province or source says.
    pub fn nothing_about(&self, subject: &str) -> String {
        match self.language {
            Language::Vi => {
                format!("Chưa có tin nào về “{subject}”. Khi một nguồn đăng tin, trang này và feed của nó sẽ có ngay.")
            }
            Language::En => {
                format!(
                    "There is nothing about “{subject}” yet. As soon as a source publishes something, this page and its feed will have it."
                )
            }
        }
    }

    /// A count with the thousands grouped as the language does: `12.345`.
    pub fn number(&self, count: u64) -> String {
        let digits = count.to_string();
        let mut out = String::with_capacity(digits.len() + 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(match self.language {
                    Language::Vi => '.',
                    Language::En => ',',
                });
            }
            out.push(digit);
        }
        out
    }

    /// The locale of Open Graph.
    pub fn locale(&self) -> &'static str {
        match self.language {
            Language::Vi => "vi_VN",
            Language::En => "en_GB",
        }
    }

    fn weekday(&self, local: &DateTime<Tz>) -> &'static str {
        self.weekdays()[local.weekday().num_days_from_monday() as usize]
    }

    fn weekdays(&self) -> &'static [&'static str; 7] {
        match self.language {
            Language::Vi => &["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"],
            Language::En => &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        }
    }

    fn short_date(&self, local: &DateTime<Tz>) -> String {
        match self.language {
            Language::Vi => format!("{:02}/{:02}/{}", local.day(), local.month(), local.year()),
            Language::En => {
                format!("{} {} {}", local.day(), &ENGLISH_MONTHS[local.month0() as usize][..3], local.year())
            }
        }
    }
}

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn clock(local: &DateTime<Tz>) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = Tz::Asia__Ho_Chi_Minh;

    fn monday() -> Instant {
        Instant::from_timestamp(1_795_417_500, 0).unwrap()
    }

    #[test]
    fn writes_dates_as_vietnamese_papers_do() {
        let words = of(Language::Vi);
        assert_eq!(words.date_time(monday(), ZONE), "Thứ Hai, 23/11/2026 14:05");
        assert_eq!(words.brief(monday(), ZONE), "23/11/2026 14:05");
        assert_eq!(words.day(monday().with_timezone(&ZONE).date_naive()), "Thứ Hai, 23 tháng 11, 2026");
    }

    #[test]
    fn writes_dates_as_english_papers_do() {
        let words = of(Language::En);
        assert_eq!(words.date_time(monday(), ZONE), "Monday, 23 Nov 2026 14:05");
        assert_eq!(words.day(monday().with_timezone(&ZONE).date_naive()), "Monday, 23 November 2026");
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_site() {
        let late = Instant::from_timestamp(1_795_417_500 + 10 * 3600, 0).unwrap();
        assert_eq!(of(Language::Vi).date_time(late, ZONE), "Thứ Ba, 24/11/2026 00:05");
    }

    #[test]
    fn groups_thousands_as_each_language_does() {
        assert_eq!(of(Language::Vi).number(1_234_567), "1.234.567");
        assert_eq!(of(Language::En).number(12_345), "12,345");
        assert_eq!(of(Language::Vi).number(999), "999");
    }
}
