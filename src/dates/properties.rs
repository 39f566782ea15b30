//! Dates in every form, made up and read back; the corpora of real ones; and strings that are nothing.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeZone, Timelike};
use proptest::prelude::*;

use super::tests::{utc, vietnam};
use super::*;

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
const FRENCH_MONTHS: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const VIETNAMESE_MONTHS: [&str; 12] =
    ["Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai"];
const ENGLISH_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const FRENCH_DAYS: [&str; 7] = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
const VIETNAMESE_DAYS: [&str; 7] = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"];
const NUMBERED_DAYS: [&str; 7] = ["Thứ 2", "Thứ 3", "Thứ 4", "Thứ 5", "Thứ 6", "Thứ 7", "Chủ nhật"];
const SHORT_DAYS: [&str; 7] = ["T2", "T3", "T4", "T5", "T6", "T7", "CN"];

/// How much of the instant a form writes down.
#[derive(Clone, Copy, PartialEq)]
enum Keeps {
    /// All, with the offset.
    Zone,
    /// Seconds, no zone.
    Seconds,
    /// Minutes, no zone.
    Minutes,
    /// The day.
    Day,
}

/// What stands around the dates of portals: forms that only pages have, not feeds.
fn on_pages(at: DateTime<FixedOffset>) -> Vec<(String, Keeps)> {
    use Keeps::{Day, Minutes, Seconds};
    let (y, m, d) = (at.year(), at.month(), at.day());
    let (hh, mm, ss) = (at.hour(), at.minute(), at.second());
    let weekday = at.weekday().num_days_from_monday() as usize;
    let (long, numbered, short) = (VIETNAMESE_DAYS[weekday], NUMBERED_DAYS[weekday], SHORT_DAYS[weekday]);
    let small = long.to_lowercase();
    let bare = ["thu hai", "thu ba", "thu tu", "thu nam", "thu sau", "thu bay", "chu nhat"][weekday];
    let sunday = if weekday == 6 { "Chúa nhật" } else { long };
    let month = VIETNAMESE_MONTHS[at.month0() as usize].to_lowercase();
    let (h12, half) = (if hh % 12 == 0 { 12 } else { hh % 12 }, if hh < 12 { "SA" } else { "CH" });
    let wide = |text: String| -> String {
        text.chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_digit()).unwrap_or(c))
            .collect()
    };
    let mut forms = vec![
        (format!("{long}, {d:02}/{m:02}/{y}, {hh:02}:{mm:02} (GMT+7)"), Minutes),
        (format!("{numbered}, {d:02}/{m:02}/{y} {hh:02}:{mm:02}:{ss:02} GMT+7"), Seconds),
        (format!("{d:02}/{m:02}/{y} | {hh:02}:{mm:02} GMT+7"), Minutes),
        (format!("{d:02}.{m:02}.{y} {hh:02}h{mm:02}"), Minutes),
        (format!("{hh} giờ {mm} phút, ngày {d:02}/{m:02}/{y}"), Minutes),
        (format!("{hh}g{mm:02} {d}/{m}/{y}"), Minutes),
        (format!("{small}, {d}/{m}/{y} - {hh:02}:{mm:02}"), Minutes),
        (format!("{sunday} {d}/{m}/{y} {hh:02}:{mm:02}"), Minutes),
        (format!("{bare}, {d}/{m}/{y} {hh:02}:{mm:02}"), Minutes),
        (format!("{} NGÀY {d:02}/{m:02}/{y} {hh:02}:{mm:02}", long.to_uppercase()), Minutes),
        (format!("Cập nhật: {d:02}/{m:02}/{y} {hh:02}:{mm:02}"), Minutes),
        (format!("Cập nhật lúc {hh:02}:{mm:02}, {long}, {d:02}/{m:02}/{y} (GMT+7)"), Minutes),
        (format!("Đăng lúc: {hh:02}:{mm:02} - {d:02}/{m:02}/{y}"), Minutes),
        (format!("Ngày đăng {d:02}-{m:02}-{y} {hh:02}:{mm:02}"), Minutes),
        (format!("{d:02}/{m:02}/{y} {hh:02}:{mm:02} | Lượt xem: 1234"), Minutes),
        (format!("[{d:02}/{m:02}/{y} {hh:02}:{mm:02}]"), Minutes),
        (format!("{d:02}/{m:02}/{y}\u{a0}{hh:02}:{mm:02}"), Minutes),
        (format!("\u{200b}{d} / {m} / {y} - {hh:02} : {mm:02}"), Minutes),
        (format!("{d:02}–{m:02}–{y} {hh:02}:{mm:02}"), Minutes),
        (format!("{h12}:{mm:02} {half} {d:02}/{m:02}/{y}"), Minutes),
        (format!("{d}/{m}/{y} {h12}:{mm:02}:{ss:02} {half}"), Seconds),
        (format!("Ngày: {d:02}/{m:02}/{y} Giờ: {hh:02}:{mm:02}"), Minutes),
        (wide(format!("{d:02}/{m:02}/{y} {hh:02}:{mm:02}")), Minutes),
        (format!("{short}, {d:02}/{m:02}/{:02}", y % 100), Day),
        (format!("({d}/{m}/{y})"), Day),
        (format!("Đăng ngày {d:02}/{m:02}/{y}"), Day),
        (format!("Đăng bởi: Thu Mận - {d:02}/{m:02}/{y}"), Day),
        (format!("{d:02}/{m:02}/{y} | Lượt xem: 12"), Day),
        (format!("Hà Nam, ngày {d:02} tháng {m:02} năm {y}"), Day),
        (format!("ngày {d} tháng {month} năm {y}"), Day),
        (format!("{d} Thg {m}, {y}"), Day),
    ];
    // In words of the half of the day.
    let hour = match hh {
        1..=10 => Some((hh, "sáng")),
        13..=17 => Some((hh - 12, "chiều")),
        18..=22 => Some((hh - 12, "tối")),
        _ => None,
    };
    if let Some((hour, half)) = hour {
        forms.push((format!("{hour}:{mm:02} {half} {d:02}/{m:02}/{y}"), Minutes));
        forms.push((format!("{hour} giờ {mm} phút {half} ngày {d:02}/{m:02}/{y}"), Minutes));
    }
    forms
}

/// Every form there is, with what it keeps.
fn written(at: DateTime<FixedOffset>) -> Vec<(String, Keeps)> {
    use Keeps::{Day, Minutes, Seconds, Zone};
    let (y, m, d) = (at.year(), at.month(), at.day());
    let (hh, mm, ss) = (at.hour(), at.minute(), at.second());
    let month = at.month0() as usize;
    let weekday = at.weekday().num_days_from_monday() as usize;
    let (english, french) = (ENGLISH_MONTHS[month], FRENCH_MONTHS[month]);
    let (german, vietnamese) = (GERMAN_MONTHS[month], VIETNAMESE_MONTHS[month]);
    let short = y % 100;
    let h12 = if hh % 12 == 0 { 12 } else { hh % 12 };
    let (en_half, vn_half) = if hh < 12 { ("AM", "SA") } else { ("PM", "CH") };
    let dots = if hh < 12 { "a.m." } else { "p.m." };
    let minutes = at.offset().local_minus_utc() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let (oh, om) = (minutes.abs() / 60, minutes.abs() % 60);
    let ordinal = match d {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    let mut forms = vec![
        (at.to_rfc3339(), Zone),
        (at.to_rfc2822(), Zone),
        (format!("{y}-{m:02}-{d:02} {hh:02}:{mm:02}:{ss:02} {sign}{oh:02}{om:02}"), Zone),
        (format!("{y}{m:02}{d:02}T{hh:02}{mm:02}{ss:02}{sign}{oh:02}{om:02}"), Zone),
        (format!("{y}-{m}-{d}T{hh}:{mm}:{ss}.123 {sign}{oh:02}:{om:02}"), Zone),
        (format!("{}, {d} {english} {y} {hh}:{mm:02}:{ss:02} {sign}{oh:02}:{om:02}", ENGLISH_DAYS[weekday]), Zone),
        (
            format!(
                "{} {} {d:2} {hh:02}:{mm:02}:{ss:02} {sign}{oh:02}{om:02} {y}",
                &ENGLISH_DAYS[weekday][..3],
                &english[..3]
            ),
            Zone,
        ),
        (
            format!(
                "{}, {d} {} {short:02} {hh:02}:{mm:02}:{ss:02} {sign}{oh:02}{om:02}",
                &ENGLISH_DAYS[weekday][..3],
                &english[..3]
            ),
            Zone,
        ),
        (format!("{english} {d}{ordinal}, {y} {h12}:{mm:02}:{ss:02} {en_half} GMT{sign}{oh:02}:{om:02}"), Zone),
        (
            format!("{}, {d:02}/{m:02}/{y} | {hh:02}:{mm:02}:{ss:02} UTC{sign}{oh:02}:{om:02}", NUMBERED_DAYS[weekday]),
            Zone,
        ),
        (format!("{} {d:02} {french} {y} {hh:02}:{mm:02}:{ss:02} {sign}{oh:02}{om:02}", FRENCH_DAYS[weekday]), Zone),
        (format!("{y}-{m:02}-{d:02} {hh:02}:{mm:02}:{ss:02}"), Seconds),
        (format!("{y}/{m}/{d} {hh}:{mm}:{ss}"), Seconds),
        (format!("{d:02}-{m:02}-{y} {hh:02}:{mm:02}:{ss:02}"), Seconds),
        (format!("{d}/{m}/{y} {h12}:{mm:02}:{ss:02} {vn_half}"), Seconds),
        (format!("{hh:02}:{mm:02}:{ss:02} {d:02}/{m:02}/{y}"), Seconds),
        (format!("{y}{m:02}{d:02}{hh:02}{mm:02}{ss:02}"), Seconds),
        (format!("{d}. {german} {y}, {hh:02}:{mm:02}:{ss:02} Uhr"), Seconds),
        (format!("{d:02}/{m:02}/{y} {hh:02}:{mm:02}"), Minutes),
        (format!("{d:02}/{m:02}/{y} - {hh:02}:{mm:02}"), Minutes),
        (format!("{d}/{m}/{y} | {hh}:{mm:02}"), Minutes),
        (format!("{hh:02}:{mm:02}, {d:02}/{m:02}/{y}"), Minutes),
        (format!("{hh:02}:{mm:02} | {d:02}.{m:02}.{y}"), Minutes),
        (format!("{d:02}-{m:02}-{y}, {hh:02}:{mm:02}"), Minutes),
        (format!("{}, {d:02}/{m:02}/{y}, {hh:02}:{mm:02}", VIETNAMESE_DAYS[weekday]), Minutes),
        (format!("{}, {d:02}/{m:02}/{y} {hh:02}h{mm:02}", SHORT_DAYS[weekday]), Minutes),
        (format!("{} ngày {d} tháng {m} năm {y}, {hh}h{mm:02}'", VIETNAMESE_DAYS[weekday].to_lowercase()), Minutes),
        (format!("lúc {hh} giờ {mm} phút, ngày {d}/{m}/{y}"), Minutes),
        (format!("Đăng lúc: {hh:02}h{mm:02} ngày {d:02}/{m:02}/{y}"), Minutes),
        (format!("{d} Tháng {vietnamese}, {y} {hh:02}:{mm:02}"), Minutes),
        (format!("Cập nhật {d:02}/{m:02}/{y} {h12:02}:{mm:02} {en_half}"), Minutes),
        (format!("{}. {d}, {y}, {h12}:{mm:02} {dots}", &english[..3]), Minutes),
        (format!("{d:02}/{m:02}/{y}"), Day),
        (format!("{d}-{m}-{y}"), Day),
        (format!("{d}.{m}.{y}"), Day),
        (format!("Ngày {d} tháng {m} năm {y}"), Day),
        (format!("{}, ngày {d:02} tháng {m:02} năm {y}", VIETNAMESE_DAYS[weekday]), Day),
        (format!("{d} Th{m}, {y}"), Day),
        (format!("Tháng {vietnamese} {d}, {y}"), Day),
        (format!("{english} {d}, {y}"), Day),
        (format!("{d} {french} {y}"), Day),
        (format!("{d}. {german} {y}"), Day),
        (format!("{y}年{m}月{d}日"), Day),
        (format!("{y}-{:03}", at.ordinal()), Day),
        (format!("{y}{m:02}{d:02}"), Day),
    ];
    if d > 12 {
        forms.push((format!("{m}/{d}/{y} {h12}:{mm:02}:{ss:02} {en_half}"), Seconds));
        forms.push((format!("{d:02}-{m:02}-{short:02} {hh:02}:{mm:02}"), Minutes));
    }
    forms
}

fn kept(at: DateTime<FixedOffset>, keeps: Keeps) -> DateTime<FixedOffset> {
    let local = at.naive_local();
    let local = match keeps {
        Keeps::Zone => return at,
        Keeps::Seconds => local,
        Keeps::Minutes => local.with_second(0).expect("0 is a second"),
        Keeps::Day => local.date().and_time(chrono::NaiveTime::MIN),
    };
    vietnam().zone.from_local_datetime(&local).single().expect("Vietnam has no summer time").fixed_offset()
}

/// 2000 to 2025, whole seconds, any offset of a quarter of an hour.
fn instants() -> impl Strategy<Value = DateTime<FixedOffset>> {
    (946_684_800i64..1_766_000_000, -48i32..=56).prop_map(|(seconds, quarters)| {
        let offset = FixedOffset::east_opt(quarters * 15 * 60).expect("within 14 hours");
        offset.timestamp_opt(seconds, 0).single().expect("within the years of chrono")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_form_is_read_back(at in instants(), decomposed: bool) {
        use unicode_normalization::UnicodeNormalization;
        for (raw, keeps) in written(at) {
            let raw = if decomposed { raw.nfd().collect() } else { raw };
            prop_assert_eq!(parse(&raw, &vietnam()), Some(kept(at, keeps)), "{}", raw);
        }
    }

    #[test]
    fn every_form_of_pages_is_read_back(at in instants(), decomposed: bool) {
        use unicode_normalization::UnicodeNormalization;
        for (raw, keeps) in on_pages(at) {
            let raw = if decomposed { raw.nfd().collect() } else { raw };
            prop_assert_eq!(parse(&raw, &vietnam()), Some(kept(at, keeps)), "{}", raw);
        }
    }

    #[test]
    fn what_is_counted_from_now_is_counted_back(now in instants(), n in 1i64..=50, decomposed: bool) {
        use chrono::TimeDelta;
        use unicode_normalization::UnicodeNormalization;
        let cx = Context { now: Some(now.to_utc()), ..vietnam() };
        let local = now.with_timezone(&cx.zone).fixed_offset();
        let yesterday = (local.date_naive() - chrono::Days::new(1)).and_hms_opt(15, 30, 0).expect("a time");
        let yesterday = cx.zone.from_local_datetime(&yesterday).single().expect("no summer time").fixed_offset();
        for (raw, at) in [
            (format!("{n} giây trước"), local - TimeDelta::seconds(n)),
            (format!("{n} phút trước"), local - TimeDelta::minutes(n)),
            (format!("{n} giờ trước"), local - TimeDelta::hours(n)),
            (format!("{n}h trước"), local - TimeDelta::hours(n)),
            (format!("Cách đây {n} giờ"), local - TimeDelta::hours(n)),
            (format!("Khoảng {n} ngày trước"), local - TimeDelta::days(n)),
            (format!("{n} tuần trước"), local - TimeDelta::weeks(n)),
            ("Hôm qua 15:30".to_owned(), yesterday),
            ("15h30 hôm qua".to_owned(), yesterday),
            ("hôm qua, lúc 15:30".to_owned(), yesterday),
        ] {
            let raw = if decomposed { raw.nfd().collect() } else { raw };
            prop_assert_eq!(parse(&raw, &cx), Some(at), "{}", raw);
        }
    }

    #[test]
    fn dates_inside_a_text_are_found(at in instants()) {
        for (raw, keeps) in written(at) {
            // What needs the whole string to be sure is not looked for in a text.
            if keeps != Keeps::Minutes || raw.contains('.') {
                continue;
            }
            let text = format!("Bản tin số 7 {raw} . Xã Ao Sen có 12 thôn");
            let (range, found) = find(&text, &vietnam()).ok_or_else(|| TestCaseError::fail(text.clone()))?;
            prop_assert_eq!(found, kept(at, keeps), "{}", raw);
            prop_assert!(range.start >= "Bản tin số 7 ".len() && range.end <= text.len() - " . Xã Ao Sen có 12 thôn".len());
        }
    }

    #[test]
    fn the_direct_readers_agree_with_the_grammar(at in instants(), mutation in any::<(prop::sample::Index, char)>()) {
        for mut raw in [at.to_rfc3339(), at.to_rfc2822(), at.format("%Y-%m-%d %H:%M:%S").to_string()] {
            prop_assert_eq!(parse(&raw, &vietnam()), read::whole(&raw, &vietnam()), "{}", raw);
            // One character changed: whoever reads it, reads the same.
            let place = mutation.0.index(raw.len());
            raw.replace_range(place..=place, &mutation.1.to_string());
            let direct = fast::rfc3339(raw.as_bytes(), &vietnam()).or_else(|| fast::rfc822(raw.as_bytes(), &vietnam()));
            if let Some(direct) = direct {
                prop_assert_eq!(direct, read::whole(&raw, &vietnam()), "{}", raw);
            }
        }
    }

    #[test]
    fn no_string_panics(raw in "\\PC{0,80}") {
        let _ = (parse(&raw, &vietnam()), find(&raw, &vietnam()), from_url(&raw, &utc()), from_dateline(&raw, &utc(), None));
    }

    #[test]
    fn no_mixture_of_the_parts_of_dates_panics(parts in prop::collection::vec(prop::sample::select(PARTS), 0..20)) {
        let raw = parts.concat();
        let whole = parse(&raw, &vietnam());
        if let Some(at) = whole {
            prop_assert!((1900..3001).contains(&at.year()), "{}", raw);
        }
        let (found, urled) = (find(&raw, &vietnam()), from_url(&raw, &vietnam()));
        if let Some((range, _)) = found {
            prop_assert!(raw.get(range).is_some(), "{}", raw);
        }
        prop_assert!(urled.is_none_or(|at| at.year() >= 1995));
        let _ = (from_dateline(&raw, &vietnam(), whole), majority_order([raw.as_str()].into_iter()));
    }
}

const PARTS: &[&str] = &[
    " ",
    " ",
    "/",
    "-",
    ".",
    ":",
    ",",
    "|",
    "(",
    ")",
    "+",
    "'",
    "\\",
    "T",
    "Z",
    "h",
    "1",
    "5",
    "12",
    "31",
    "99",
    "007",
    "2022",
    "1899",
    "20221220",
    "99999999999999999999",
    "Mar",
    "mar.",
    "Dec",
    "thứ",
    "Thu",
    "chủ nhật",
    "T2",
    "Th",
    "tháng",
    "năm",
    "ngày",
    "mười",
    "hai",
    "giờ",
    "phút",
    "trước",
    "hôm",
    "qua",
    "nay",
    "AM",
    "p.m.",
    "chiều",
    "đêm",
    "GMT",
    "+7",
    "-0700",
    "Asia/Saigon",
    "Etc/GMT+5",
    "EST",
    "年",
    "月",
    "W",
    "0",
    "24",
    "60",
    "ago",
    "an",
    "hour",
    "vừa xong",
    "\u{301}",
    "\u{200b}",
    "cách",
    "đây",
    "tuần",
    "9999",
];

/// A file of the workshop's corpus, or a loud word that it is not here.
fn corpus(test: &str, path: &str) -> Option<String> {
    let path = format!("{}/../shared/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("SKIPPED: {test}: no {path}");
    }
    text
}

#[test]
fn reads_the_corpus_of_dates() {
    let Some(lines) = corpus("reads_the_corpus_of_dates", "corpus/feeds/dates.jsonl") else { return };
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("the corpus is JSON");
        let expected =
            format!("{}\t{}", row["raw"].as_str().unwrap_or_default(), row["expect"].as_str().unwrap_or_default());
        let got = eval_line(line, &Context { now: None, ..utc() });
        if got.as_deref() != Some(&expected) {
            wrong.push(format!("{got:?} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn reads_every_date_of_a_portal_that_mixes_its_layouts() {
    let name = "reads_every_date_of_a_portal_that_mixes_its_layouts";
    let Some(lines) = corpus(name, "corpus/vn/portal/danang-articles.jsonl") else { return };
    for line in lines.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("the corpus is JSON");
        let raw = row["public_time"].as_str().expect("every article has its time");
        let numbers: Vec<u32> = raw.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        let date = NaiveDate::from_ymd_opt(numbers[2] as i32, numbers[1], numbers[0]).expect("a day in front");
        let local = date.and_hms_opt(*numbers.get(3).unwrap_or(&0), *numbers.get(4).unwrap_or(&0), 0);
        assert_eq!(parse(raw, &vietnam()).map(|at| at.naive_local()), local, "{raw}");
    }
}

#[test]
fn reads_the_times_that_news_sites_show() {
    let Some(text) = corpus("reads_the_times_that_news_sites_show", "corpus/vn/text/docbao-article_data.json") else {
        return;
    };
    let data: serde_json::Value = serde_json::from_str(&text).expect("the corpus is JSON");
    let cx = Context { now: "2021-01-31T04:13:00Z".parse().ok(), ..vietnam() };
    for article in data["article_list"].as_array().expect("a list of articles") {
        let shown = article["publish_time"].as_str().expect("every article has its time");
        assert!(parse(shown, &cx).is_some(), "{shown}");
        let counted = article["update_time"].as_str().expect("every article has its age");
        let at = parse(counted, &cx).unwrap_or_else(|| panic!("{counted:?} is unreadable"));
        assert!(cx.now.is_some_and(|now| at <= now), "{counted}");
    }
}

/// A portal page with a view counter, a dateline without year, and a plan for the year after.
#[test]
fn reads_the_dateline_of_the_seed() {
    let Some(page) = corpus("reads_the_dateline_of_the_seed", "seed/000_27ba131a02d350d8.txt") else { return };
    let body = page.lines().position(|line| line.starts_with("Chiều ngày")).expect("the lead has its dateline");
    let text = page.lines().skip(body).collect::<Vec<_>>().join("\n");
    for now in ["2022-12-21T03:00:00Z", "2026-06-10T03:00:00Z"] {
        let cx = Context { now: now.parse().ok(), ..vietnam() };
        let at = from_dateline(&text, &cx, None).map(|at| at.to_rfc3339());
        assert_eq!(at.as_deref(), Some("2022-12-20T12:00:00+07:00"), "read at {now}");
    }
}
