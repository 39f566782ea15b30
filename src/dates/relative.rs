//! Dates counted from now: `26 phút trước`, `hôm qua 15:30`, `2 hours ago`, `vừa xong`.

use chrono::{Days, Months, TimeDelta};

use super::read::{Cursor, Day};
use super::words::Sense;
use crate::model::LocalInstant;

/// A larger count is not believed, whatever it counts.
const MAX_COUNT: u64 = 9999;

/// Further back than this nobody counts on a news page.
const MAX_DAYS: i64 = 50 * 366;

/// A span that is counted back.
#[derive(Clone, Copy)]
enum Back {
    Seconds(i64),
    Months(u32),
}

impl Cursor<'_> {
    /// Reads a date counted from now; nothing without `now`.
    pub fn relative_at(&self, i: usize) -> Option<(Day, usize)> {
        let now: LocalInstant = self.cx.now?.with_timezone(&self.cx.zone).fixed_offset();
        if let Some((at, next)) = self.counted_at(i, now) {
            return Some((Day::Moment(at), next));
        }
        let day = |back: u64, next: usize| {
            let date = now.date_naive().checked_sub_days(Days::new(back))?;
            Some((Day::Counted(date), next))
        };
        match (self.word(i)?, self.word(i + 1)) {
            (Sense::Hom, Some(Sense::Qua)) => day(1, i + 2),
            (Sense::Hom, Some(Sense::Nay)) => day(0, i + 2),
            (Sense::Hom, Some(Sense::Kia)) => day(2, i + 2),
            (Sense::Yesterday, _) => day(1, i + 1),
            (Sense::Today, _) => day(0, i + 1),
            (Sense::Vua | Sense::Moi, Some(Sense::Xong | Sense::Moi)) if !self.strict => {
                Some((Day::Moment(now), i + 2))
            }
            (Sense::Moi | Sense::Vua, Some(Sense::Day)) if !self.strict => Some((Day::Moment(now), i + 2)),
            (Sense::Vua, Some(Sense::Xong)) => Some((Day::Moment(now), i + 2)),
            (Sense::Just, Some(Sense::Now)) => Some((Day::Moment(now), i + 2)),
            // Last week, last month, last year.
            (unit @ (Sense::Week | Sense::Thang), Some(Sense::Truoc)) if !self.strict => {
                Some((Day::Moment(back(now, span(unit, 1)?)?), i + 2))
            }
            (Sense::Nam, Some(Sense::Truoc | Sense::Ngoai)) if !self.strict => {
                Some((Day::Moment(back(now, Back::Months(12))?), i + 2))
            }
            _ => None,
        }
    }

    /// `4 giờ trước`, `1 giờ 20 phút trước`, `an hour ago`, `cách đây 3 ngày`.
    fn counted_at(&self, i: usize, now: LocalInstant) -> Option<(LocalInstant, usize)> {
        let before = self.word(i) == Some(Sense::Cach) && self.word(i + 1) == Some(Sense::Day);
        let mut at = if before { i + 2 } else { i };
        let mut earlier = now;
        for count in 0..3 {
            let Some((number, unit, next)) = self.count_at(at) else {
                if count == 0 {
                    return None;
                }
                break;
            };
            earlier = back(earlier, span(unit, number)?)?;
            at = self.skip_marks(next, ",", 1);
        }
        if now - earlier > TimeDelta::days(MAX_DAYS) {
            return None;
        }
        match self.word(at) {
            Some(Sense::Truoc | Sense::Ago) => Some((earlier, at + 1)),
            _ => before.then_some((earlier, at)),
        }
    }

    /// A number and a unit.
    fn count_at(&self, i: usize) -> Option<(u64, Sense, usize)> {
        let number = match (self.number(i), self.word(i)) {
            (Some((number, _)), _) if number <= MAX_COUNT => number,
            (None, Some(Sense::Digit(number))) => u64::from(number),
            (None, Some(Sense::Letter(b'a'))) => 1,
            _ => return None,
        };
        if self.is_mark(i + 1, '\'') {
            return Some((number, Sense::Minute, i + 2));
        }
        Some((number, self.word(i + 1)?, i + 2))
    }
}

fn span(unit: Sense, count: u64) -> Option<Back> {
    let seconds = match unit {
        Sense::Second | Sense::Letter(b's') => 1,
        Sense::Minute | Sense::Letter(b'm' | b'p') => 60,
        Sense::Hour | Sense::Gio | Sense::Letter(b'h' | b'g') => 3600,
        Sense::Day | Sense::Ngay | Sense::Letter(b'd') => 86_400,
        Sense::Week | Sense::Letter(b'w') => 7 * 86_400,
        Sense::Months | Sense::Thang => return Some(Back::Months(u32::try_from(count).ok()?)),
        Sense::Year | Sense::Nam | Sense::Letter(b'y') => return Some(Back::Months(u32::try_from(count * 12).ok()?)),
        _ => return None,
    };
    Some(Back::Seconds(i64::try_from(count).ok()? * seconds))
}

fn back(from: LocalInstant, span: Back) -> Option<LocalInstant> {
    match span {
        Back::Seconds(seconds) => from.checked_sub_signed(TimeDelta::seconds(seconds)),
        Back::Months(months) => from.checked_sub_months(Months::new(months)),
    }
}
