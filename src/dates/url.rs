//! Dates in the addresses of articles.

use chrono::{Days, NaiveDate};

use super::Context;
use super::grammar::stamp;
use super::read::{Clock, place};
use crate::model::LocalInstant;

/// Bytes of an address that are looked at.
const MAX_BYTES: usize = 2048;

/// News on the web is not older; a number that says so is an id.
const FIRST_YEAR: i32 = 1995;

/// Reads the date out of an article's address.
///
/// | seen | in |
/// |---|---|
/// | `/2022/12/20/`, `/2022-12-20/`, `/2022-6-7/` | many; `/portal/Pages/yyyy-m-d/` of SharePoint portals |
/// | `/20221220/`, `-20221220.html` | many |
/// | `/d20220607082731436.htm`, `-20220607082731436.htm` | year to millisecond, 17 digits; 14 to 16 likewise |
/// | `-220607082731436.html` | the same with a short year, 15 digits |
/// | `-102220607082731436.htm` | the same behind a site's number of three digits, 18 digits |
///
/// Year and month alone (`/202212/`, `/2022/12/`) are too little, dates with the day in front belong to the title, and a
/// date more than two days ahead of `cx.now` is an announcement's or an id.
/// Without clock the day's midnight is meant, in `cx.zone` always.
pub fn from_url(url: &str, cx: &Context) -> Option<LocalInstant> {
    let url = super::head(url, MAX_BYTES);
    let path = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    let path = path.split('#').next().unwrap_or_default();
    let bytes = path.as_bytes();
    let mut best: Option<(bool, LocalInstant)> = None;
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let len = digits(bytes, at);
        let found = match len {
            4 => separated(bytes, at),
            // A short letter in front is a site's mark ("d2022…"), a long word before eight digits an id's.
            8 if !preceded_by_letter(bytes, at) => number(bytes, at, 8).and_then(|n| stamp(n, 8)),
            14..=17 => number(bytes, at, len).and_then(|n| long(n, len)),
            18 => number(bytes, at + 3, 15).and_then(short_year),
            _ => None,
        };
        if let Some((date, clock)) = found.filter(|(date, _)| plausible(*date, cx)) {
            let seconds = clock.map_or(0, |c| c.hour * 3600 + c.minute * 60 + c.second);
            let better = best.is_none_or(|(exact, _)| !exact && clock.is_some());
            if let Some(instant) = place(date, seconds, None, cx).filter(|_| better) {
                best = Some((clock.is_some(), instant));
            }
        }
        at += len;
    }
    best.map(|(_, instant)| instant)
}

fn digits(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count()
}

fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    std::str::from_utf8(bytes.get(at..at + len)?).ok()?.parse().ok()
}

fn preceded_by_letter(bytes: &[u8], at: usize) -> bool {
    at >= 2 && bytes[at - 1].is_ascii_alphabetic() && bytes[at - 2].is_ascii_alphabetic()
}

/// `2022/12/20`, `2022-6-7`, at the digits of the year; the day must end there.
fn separated(bytes: &[u8], at: usize) -> Option<(NaiveDate, Option<Clock>)> {
    let between = *bytes.get(at + 4).filter(|b| b"/-_".contains(b))?;
    let month_at = at + 5;
    let month_len = digits(bytes, month_at);
    let day_at = month_at + month_len + 1;
    if !(1..=2).contains(&month_len) || bytes.get(day_at - 1) != Some(&between) {
        return None;
    }
    let day_len = digits(bytes, day_at);
    if !(1..=2).contains(&day_len) {
        return None;
    }
    let number = |at, len| number(bytes, at, len).and_then(|n| u32::try_from(n).ok());
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(at, 4)?).ok()?,
        number(month_at, month_len)?,
        number(day_at, day_len)?,
    )?;
    Some((date, None))
}

fn long(value: u64, len: usize) -> Option<(NaiveDate, Option<Clock>)> {
    stamp(value, len).filter(|(date, _)| in_time(*date)).or_else(|| (len == 15).then(|| short_year(value))?)
}

/// `220607082731436`: fifteen digits with a year of two.
fn short_year(value: u64) -> Option<(NaiveDate, Option<Clock>)> {
    (value < 1_000_000_000_000_000).then(|| stamp(20_000_000_000_000 + value / 1000, 14))?
}

fn in_time(date: NaiveDate) -> bool {
    use chrono::Datelike;
    (FIRST_YEAR..2100).contains(&date.year())
}

fn plausible(date: NaiveDate, cx: &Context) -> bool {
    in_time(date) && cx.now.is_none_or(|now| date <= now.date_naive() + Days::new(2))
}

#[cfg(test)]
mod tests {
    use super::super::tests::vietnam;
    use super::*;

    #[track_caller]
    fn check_url(url: &str, expected: &str) {
        let got = from_url(url, &vietnam()).map(|at| at.to_rfc3339()).unwrap_or_default();
        assert_eq!(got, expected, "{url}");
    }

    #[test]
    fn reads_dates_in_addresses() {
        check_url("https://tin.example.vn/20221220/hoi-nghi.htm", "2022-12-20T00:00:00+07:00");
        check_url("https://tin.example.vn/hoi-nghi-20221220.htm", "2022-12-20T00:00:00+07:00");
        check_url("https://tin.example.vn/2022/12/20/hoi-nghi", "2022-12-20T00:00:00+07:00");
        check_url("https://tin.example.vn/portal/Pages/2022-6-7/hoi-nghi.aspx", "2022-06-07T00:00:00+07:00");
        check_url("https://tin.example.vn/hoi-nghi/d20220607082731436.htm", "2022-06-07T08:27:31+07:00");
        check_url("https://tin.example.vn/hoi-nghi-20220607082731436.htm", "2022-06-07T08:27:31+07:00");
        check_url("https://tin.example.vn/hoi-nghi-220607082731436.html", "2022-06-07T08:27:31+07:00");
        check_url("https://tin.example.vn/hoi-nghi-102220607082731436.htm", "2022-06-07T08:27:31+07:00");
        check_url("https://tin.example.vn/2022/06/07/hoi-nghi-20220607082731.htm", "2022-06-07T08:27:31+07:00");
        check_url("/20221220/hoi-nghi.htm", "2022-12-20T00:00:00+07:00");
        check_url("https://tin.example.vn/xem?ngay=2022-12-20", "2022-12-20T00:00:00+07:00");
    }

    #[test]
    fn numbers_in_addresses_that_are_no_dates_stay_numbers() {
        check_url("https://tin.example.vn/202212/hoi-nghi-1234567/", "");
        check_url("https://tin.example.vn/2022/12/hoi-nghi.htm", "");
        check_url("https://tin.example.vn/hoi-nghi-a196670.html", "");
        check_url("https://tin.example.vn/hoi-nghi-20225599.html", "");
        check_url("https://20221220.example.vn/hoi-nghi", "");
        check_url("https://tin.example.vn/hoi-nghi-ngay-20-12-2022.htm", "");
        check_url("https://tin.example.vn/le-hoi/2026/12/20/", "");
        check_url("https://tin.example.vn/post20221220.html", "");
        check_url("https://tin.example.vn/18010101/", "");
        check_url("", "");
    }
}
