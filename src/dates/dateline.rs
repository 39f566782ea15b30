//! The date in an article's own first words: `Chiều ngày 20/12, …`, `(CTO) - Ngày 8-1, …`.
//!
//! Measured over 330 articles of one portal, with the day after publication as now: 215 have a dateline, 211 of these name
//! the day of publication or one of the three before it; the others tell of decisions that were older.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use super::Context;
use super::read::{Clock, Cursor, Day, place, year_before};
use super::token::cut;
use super::words::Sense;
use crate::model::LocalInstant;

/// Bytes at the head of the text in which a dateline may stand: a bracketed agency and a first clause.
const HEAD_BYTES: usize = 300;

/// Bytes in which years are looked for.
const YEAR_BYTES: usize = 6000;

/// A date this short before now needs no year in the text to be believed.
const RECENT_DAYS: i64 = 45;

/// Tokens before a day in which a document's number makes it the document's day: `số 12/KH-UBND, ngày`.
const REFERENCE_TOKENS: usize = 8;

/// From this month on an article that names two years in a row speaks of this year and the next.
const PLANNING_MONTH: u32 = 7;

/// Reads the day from the dateline of a text, at 12:00 local unless it names a clock.
///
/// The day is announced by `ngày` or a time of day (`Sáng 5/3`, `Tối 20-12`) in the first words; the days of documents and
/// anniversaries that are named there, and days to come, are passed over. Its year is, in this order:
/// written there; the one that puts the day nearest to `reference` (another date known of the article) without lying more
/// than three days ahead of it; the same by `cx.now`, if that is at most 45 days ago or the text names that year only; a
/// year that the text names (`năm 2022`). Of two consecutive years the text looks back on one and plans the other: in the
/// second half of the year the day belongs to the earlier, in the first half to the later.
pub fn from_dateline(text: &str, cx: &Context, reference: Option<LocalInstant>) -> Option<LocalInstant> {
    let head = super::head(text, HEAD_BYTES);
    let mut tokens = Vec::with_capacity(80);
    cut(head, 80, &mut tokens);
    let cursor = Cursor { raw: head, tokens: &tokens, cx, strict: true };
    let base = reference.or(cx.now.map(|now| now.fixed_offset()));
    // A day and no more, for clocks that are wrong: what lies further ahead is announced, not reported.
    let limit = base.and_then(|at| at.with_timezone(&cx.zone).date_naive().checked_add_days(Days::new(1)));
    let mut clock: Option<(Clock, usize)> = None;
    let (mut i, mut passed) = (0, 0);
    while i < tokens.len() {
        if let Some((found, next)) = cursor.clock_at(i) {
            clock = Some((found, next));
            i = next;
            continue;
        }
        let Some((day, next)) = announced(cursor, i) else {
            i += 1;
            continue;
        };
        let date = if is_reference(cursor, passed, i, next) { None } else { dated(day, text, cx, reference) };
        if let Some(date) = date.filter(|date| limit.is_none_or(|limit| *date <= limit)) {
            let near = clock.filter(|(_, end)| i <= end + 3).map(|(clock, _)| clock);
            let near = near.or_else(|| cursor.clock_at(cursor.skip_marks(next, ",", 1)).map(|(clock, _)| clock));
            let seconds = near.and_then(|clock| clock.seconds(true)).unwrap_or(12 * 3600);
            return place(date, seconds, None, cx);
        }
        passed = next;
        i = next;
    }
    None
}

/// Whether the day that stands from `i` to `next` is not the day of the news but part of what it refers to: a document
/// (`Quyết định số 23, ngày 30/7/2021 của …`), an anniversary, a term. `passed` is where
/// the last such day ended.
fn is_reference(cursor: Cursor<'_>, passed: usize, i: usize, next: usize) -> bool {
    let word = |i: usize| cursor.text(i).to_lowercase();
    let before = i.saturating_sub(REFERENCE_TOKENS).max(passed)..i;
    matches!(word(next).as_str(), "của" | "tới")
        || i > 0 && matches!(word(i - 1).as_str(), "trước" | "sau" | "hết" | "từ")
        // "2855/QĐ-UBND ngày"
        || i > 1 && cursor.word(i - 1) == Some(Sense::Unknown) && matches!(cursor.mark(i - 2), Some('-' | '/')) && !cursor.spaced(i - 1)
        || before.clone().any(|k| word(k) == "số" && cursor.number(k + 1).is_some())
        || before.clone().any(|k| word(k) == "niệm")
}

/// A day behind `ngày` or a time of day.
fn announced(cursor: Cursor<'_>, i: usize) -> Option<(Day, usize)> {
    let at = match cursor.word(i)? {
        Sense::Ngay => i,
        Sense::Am | Sense::Pm | Sense::Noon | Sense::Night => i + 1,
        _ => return None,
    };
    // "Sáng thứ Ba, ngày 20/12", "Sáng nay (20/12)"
    let at = match cursor.weekday_at(at) {
        Some((_, next)) => cursor.skip_marks(next, ",(", 1),
        None if cursor.word(at) == Some(Sense::Nay) => cursor.skip_marks(at + 1, ",(", 1),
        None => at,
    };
    if let Some((day, _, next)) = cursor.date_at(at) {
        return Some((day, next));
    }
    // "Ngày 19 và 20/12", "ngày 19, 20/12": the last day.
    let first = at + usize::from(cursor.word(at) == Some(Sense::Ngay));
    cursor.small(first).filter(|_| matches!(cursor.text(first + 1), "và" | ","))?;
    let (day, _, next) = cursor.date_at(first + 2)?;
    Some((day, next))
}

/// Gives the day its year.
fn dated(day: Day, text: &str, cx: &Context, reference: Option<LocalInstant>) -> Option<NaiveDate> {
    let (month, day) = match day {
        Day::Full(year, month, day) => return NaiveDate::from_ymd_opt(year, month, day),
        Day::Open { a, b, year, .. } => {
            return NaiveDate::from_ymd_opt(year, b, a).or_else(|| NaiveDate::from_ymd_opt(year, a, b));
        }
        Day::NoYear { month, day } => (month, day),
        Day::OpenNoYear { a, b } => (b, a),
        _ => return None,
    };
    if let Some(reference) = reference {
        return year_before(month, day, reference.with_timezone(&cx.zone).date_naive());
    }
    let named = named_years(text);
    let today = cx.now.map(|now| now.with_timezone(&cx.zone).date_naive());
    let by_now = today.and_then(|today| year_before(month, day, today));
    if let (Some(date), Some(today)) = (by_now, today) {
        let recent = today - date <= TimeDelta::days(RECENT_DAYS);
        if recent || named.is_empty() || named.iter().all(|year| *year == date.year()) {
            return Some(date);
        }
    }
    // Years ahead of now are plans.
    let limit = by_now.map_or(i32::MAX, |date| date.year());
    let last = *named.iter().rev().find(|year| **year <= limit).or(named.first())?;
    let earlier = named.contains(&(last - 1)) && month >= PLANNING_MONTH;
    NaiveDate::from_ymd_opt(if earlier { last - 1 } else { last }, month, day).or(by_now)
}

/// The years that a text names with `năm`, in ascending order.
fn named_years(text: &str) -> Vec<i32> {
    let head = super::head(text, YEAR_BYTES);
    let mut tokens = Vec::with_capacity(head.len() / 4);
    cut(head, head.len(), &mut tokens);
    let cx = Context { zone: chrono_tz::UTC, order: None, now: None };
    let cursor = Cursor { raw: head, tokens: &tokens, cx: &cx, strict: true };
    let mut years: Vec<i32> = (0..tokens.len())
        .filter(|&i| cursor.word(i) == Some(Sense::Nam))
        .filter_map(|i| cursor.year(i + 1))
        .filter(|year| (1995..2100).contains(year))
        .collect();
    years.sort_unstable();
    years.dedup();
    years
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::tests::vietnam;
    use super::*;

    #[track_caller]
    fn check_dateline(text: &str, now: Option<&str>, expected: &str) {
        let cx = Context { now: now.map(|now| now.parse().expect("a date")), ..vietnam() };
        let got = from_dateline(text, &cx, None).map(|at| at.to_rfc3339()).unwrap_or_default();
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn reads_the_day_of_a_dateline_at_noon() {
        let now = Some("2022-12-21T03:00:00Z");
        check_dateline("Chiều ngày 20/12, Hội Làm vườn xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("(BBD) - Ngày 8-1, xã Ao Sen họp", now, "2022-01-08T12:00:00+07:00");
        check_dateline("Sáng 20/12, xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("Sáng nay (20/12), xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("Sáng thứ Ba, ngày 20/12, xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("Ngày 20 tháng 12, xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("Ngày 20/12/2021, xã Ao Sen họp", now, "2021-12-20T12:00:00+07:00");
        check_dateline("Vào lúc 15h30 ngày 20/12, xã Ao Sen họp", now, "2022-12-20T15:30:00+07:00");
        check_dateline("Từ ngày 19 đến ngày 20/12, xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("Trong 2 ngày 19-20/12, xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("Trong các ngày 5-6/12, xã Ao Sen họp", now, "2022-12-06T12:00:00+07:00");
        check_dateline("Ngày 19 và 20/12, xã Ao Sen họp", now, "2022-12-20T12:00:00+07:00");
        check_dateline("Xã Ao Sen có 3/4 số hộ đạt 20-12 tiêu chí", now, "");
        check_dateline("Ngày 32/12, xã Ao Sen họp", now, "");
    }

    #[test]
    fn the_days_of_documents_and_anniversaries_are_no_datelines() {
        let now = Some("2022-12-21T03:00:00Z");
        let noon = "2022-12-20T12:00:00+07:00";
        check_dateline("Thực hiện Kế hoạch số 12/KH-ĐU, ngày 05/3/2022, sáng 20/12, xã Ao Sen họp", now, noon);
        check_dateline("Theo Quyết định ngày 05/3/2022 của Đảng ủy xã, ngày 20/12, xã Ao Sen họp", now, noon);
        check_dateline("Nhân kỷ niệm ngày 22/12, chiều ngày 20/12, xã Ao Sen họp mặt", now, noon);
        check_dateline("Để xong trước ngày 15/12, ngày 20/12 xã Ao Sen họp", now, noon);
        check_dateline("Xã vừa có Quyết định 12/QĐ-UBND ngày 4/12/2022. Chiều 20/12, xã Ao Sen họp", now, noon);
        check_dateline("Lúc 15h ngày 23/12 tới, xã sẽ họp. Ngày 20/12, xã Ao Sen dọn dẹp", now, noon);
        check_dateline("Từ ngày 15/12, chợ mở cửa. Ngày 20/12, xã Ao Sen khai trương", now, noon);
        check_dateline("Lễ hội khai mạc ngày 15/1/2023. Ngày 20/12, xã Ao Sen họp", now, noon);
        check_dateline("Quyết định số 23, ngày 30/7/2021 của Đảng ủy xã Ao Sen", now, "");
    }

    #[test]
    fn the_year_of_a_dateline_is_the_one_that_has_been() {
        let plan = "Chiều ngày 20/12, xã Ao Sen tổng kết công tác năm 2022, triển khai nhiệm vụ năm 2023.";
        check_dateline(plan, Some("2022-12-21T03:00:00Z"), "2022-12-20T12:00:00+07:00");
        check_dateline(plan, Some("2026-06-10T03:00:00Z"), "2022-12-20T12:00:00+07:00");
        check_dateline(plan, None, "2022-12-20T12:00:00+07:00");
        let review = "Sáng 5/1, xã Ao Sen tổng kết công tác năm 2022, triển khai nhiệm vụ năm 2023.";
        check_dateline(review, Some("2026-06-10T03:00:00Z"), "2023-01-05T12:00:00+07:00");
        check_dateline("Sáng 5/1, xã Ao Sen họp.", Some("2026-06-10T03:00:00Z"), "2026-01-05T12:00:00+07:00");
        check_dateline("Sáng 5/1, xã Ao Sen họp.", None, "");
        check_dateline("Sáng 31/12, xã Ao Sen họp.", Some("2023-01-02T03:00:00Z"), "2022-12-31T12:00:00+07:00");
        let plan_only = "Sáng 20/12, xã Ao Sen triển khai nhiệm vụ năm 2023.";
        check_dateline(plan_only, Some("2022-12-21T03:00:00Z"), "2022-12-20T12:00:00+07:00");
    }

    #[test]
    fn another_date_of_the_article_decides_the_year_of_its_dateline() {
        let reference = parse("02/01/2021", &vietnam());
        let got = from_dateline("Chiều ngày 28/12, xã Ao Sen họp năm 2022", &vietnam(), reference);
        assert_eq!(got.map(|at| at.to_rfc3339()).as_deref(), Some("2020-12-28T12:00:00+07:00"));
    }
}
