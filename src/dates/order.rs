//! Which order of day and month a whole document proves.

use chrono::NaiveDate;

use super::DateOrder;
use super::read::{Cursor, Day, is_weekday};
use super::token::cut;
use super::{Context, MAX_BYTES, head};

/// Dates of one document that are looked at; a majority does not need more.
const MAX_DATES: usize = 1000;

/// Decides by majority which order the dates of a document are written in.
///
/// A date proves an order when one of its numbers is above 12, or when its weekday fits only one order. `None` when nothing
/// is proved, or as much for one order as for the other.
pub fn majority_order<'a>(raws: impl Iterator<Item = &'a str>) -> Option<DateOrder> {
    let mut balance = 0i64;
    let mut tokens = Vec::with_capacity(24);
    for raw in raws.take(MAX_DATES) {
        tokens.clear();
        cut(head(raw, MAX_BYTES), 24, &mut tokens);
        let cx = Context { zone: chrono_tz::UTC, order: None, now: None };
        let cursor = Cursor { raw, tokens: &tokens, cx: &cx, strict: false };
        balance += match proof(cursor) {
            Some(DateOrder::DayFirst) => 1,
            Some(DateOrder::MonthFirst) => -1,
            None => 0,
        };
    }
    match balance {
        1.. => Some(DateOrder::DayFirst),
        0 => None,
        _ => Some(DateOrder::MonthFirst),
    }
}

/// What one date proves.
fn proof(cursor: Cursor<'_>) -> Option<DateOrder> {
    let mut weekday = None;
    let mut i = 0;
    while i < cursor.tokens.len() {
        if let Some((found, next)) = cursor.weekday_at(i) {
            weekday = Some(found);
            i = next;
            continue;
        }
        if let Some((Day::Open { a, b, year, short: _ }, _)) = cursor.numeric_at(i) {
            let day_first = NaiveDate::from_ymd_opt(year, b, a);
            let month_first = NaiveDate::from_ymd_opt(year, a, b);
            let fits = |date: Option<NaiveDate>| match (date, weekday) {
                (Some(date), Some(weekday)) => is_weekday(date, weekday),
                (date, _) => date.is_some(),
            };
            return match (day_first.is_some(), month_first.is_some()) {
                (true, false) => Some(DateOrder::DayFirst),
                (false, true) => Some(DateOrder::MonthFirst),
                _ if a == b => None,
                _ => match (fits(day_first), fits(month_first)) {
                    (true, false) => Some(DateOrder::DayFirst),
                    (false, true) => Some(DateOrder::MonthFirst),
                    _ => None,
                },
            };
        }
        i += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_order(raws: &[&str], expected: Option<DateOrder>) {
        assert_eq!(majority_order(raws.iter().copied()), expected, "{raws:?}");
    }

    #[test]
    fn the_majority_of_a_document_proves_its_order() {
        check_order(&["04/10/2026 08:30:00", "20/12/2022"], Some(DateOrder::DayFirst));
        check_order(
            &["9/14/2026 6:44:00 PM", "4/10/2026 6:44:00 PM", "4/11/2026 6:44:00 PM"],
            Some(DateOrder::MonthFirst),
        );
        check_order(&["20/12/2022", "21/12/2022", "12/20/2022"], Some(DateOrder::DayFirst));
        check_order(&["Mon, 01/02/2006"], Some(DateOrder::MonthFirst));
        check_order(&["20/12/2022", "12/20/2022"], None);
        check_order(&["04/10/2026", "2022-12-20", "Tue, 20 Dec 2022", ""], None);
        check_order(&["Thứ Ba, 20/12/2022 | 15:30"], Some(DateOrder::DayFirst));
    }
}
