//! The grammar of days: weekdays, dates in numbers, dates in words, compact dates.
//!
//! Every function looks at the tokens from one place on and answers with what it read and the place behind it.

use chrono::{DateTime, Datelike, NaiveDate, Weekday};

use super::read::{Clock, Cursor, Day, full_year, place};
use super::words::Sense;
use crate::model::LocalInstant;

/// What stands between a day and its month, or a month and its year.
const BETWEEN: &str = "-–/.,'";

/// The years of Unix times in numbers alone: before 1980 they are more likely something else.
const UNIX_SECONDS: std::ops::Range<i64> = 315_532_800..4_102_444_800;

impl Cursor<'_> {
    /// Reads a weekday: 1 is Monday.
    pub fn weekday_at(&self, i: usize) -> Option<(u32, usize)> {
        let sense = self.word(i)?;
        let weekday = match sense {
            Sense::Chu => return (self.word(i + 1) == Some(Sense::Nhat)).then_some((7, i + 2)),
            Sense::Thu => {
                if let Some(weekday) = self.word(i + 1).and_then(vietnamese_weekday) {
                    return Some((weekday, i + 2));
                }
                if let Some(weekday) = self.numbered_weekday(i + 1) {
                    // "Thu 5 Apr 2012" is English, "Thu 5, 28/05/2026" is Vietnamese without its marks.
                    if !self.text(i).is_ascii() || self.begins_date(i + 2) {
                        return Some((weekday, i + 2));
                    }
                }
                4
            }
            // T2 to T7; "Th 2" is a weekday before a whole date, else a month.
            Sense::Letter(b't') if !self.spaced(i + 1) => {
                return Some((self.numbered_weekday(i + 1)?, i + 2)).filter(|_| !self.is_mark(i + 2, ':'));
            }
            Sense::Th => return self.begins_date(i + 2).then(|| Some((self.numbered_weekday(i + 1)?, i + 2)))?,
            // In "mar., 01 déc. 2020" the weekday is also a month.
            Sense::MonthOrWeekday(..) | Sense::Qua => {
                let next = self.skip_marks(i + 1, ".,", 2);
                let day_and_month = self.small(next).is_some_and(|_| {
                    let after = self.skip_marks(next + 1, BETWEEN, 2);
                    self.month_at(after).is_some()
                });
                (day_and_month || self.numeric_at(next).is_some()).then(|| sense.weekday())?? as u32
            }
            sense => u32::from(sense.weekday()?),
        };
        Some((weekday, self.skip_marks(i + 1, ".", 1)))
    }

    /// The number of a Vietnamese weekday: 2 is Monday.
    fn numbered_weekday(&self, i: usize) -> Option<u32> {
        self.small(i).filter(|n| (2..=7).contains(n)).map(|n| n - 1)
    }

    /// Whether a whole date stands here, behind a comma or its like.
    fn begins_date(&self, i: usize) -> bool {
        let i = self.skip_marks(i, ",-–|.", 2);
        self.word(i) == Some(Sense::Ngay)
            || self.numeric_at(i).is_some()
            || self.year(i).is_some() && self.mark(i + 1).is_some()
            || self.clock_at(i).is_some_and(|(_, next)| self.numeric_at(self.skip_marks(next, ",-–|", 1)).is_some())
    }

    /// Reads a date; the clock comes with the compact forms.
    pub fn date_at(&self, i: usize) -> Option<(Day, Option<Clock>, usize)> {
        let without_clock = |(day, next)| (day, None, next);
        if self.word(i) == Some(Sense::Ngay) {
            let i = self.skip_marks(i + 1, ":", 1);
            return self
                .numeric_at(i)
                .or_else(|| self.day_month_at(i))
                .or_else(|| self.no_year_at(i))
                .map(without_clock);
        }
        let Some((_, digits)) = self.number(i) else {
            return self.month_first_at(i).map(without_clock);
        };
        match digits {
            1 | 2 => self
                .numeric_at(i)
                .or_else(|| self.day_month_at(i))
                .or_else(|| self.blank_separated_at(i))
                .or_else(|| self.no_year_at(i))
                .map(without_clock),
            4 => self.year_first_at(i).map(without_clock),
            7 | 8 | 12 | 14 | 17 if !self.strict => self.compact_at(i),
            _ => None,
        }
    }

    /// `20/12/2022`, `20-12-22`, `20. 12. 2022`.
    pub fn numeric_at(&self, i: usize) -> Option<(Day, usize)> {
        let (a, b) = (self.small(i)?, self.small(i + 2)?);
        let between = self.mark(i + 1).filter(|m| "/-.".contains(*m))?;
        if !self.is_mark(i + 3, between) {
            return None;
        }
        if self.strict && (2..5).any(|k| self.spaced(i + k)) {
            return None;
        }
        let (year, digits) = self.number(i + 4)?;
        let (year, short) = match digits {
            4 => (self.year(i + 4)?, false),
            2 => (full_year(year as u32), true),
            // 06/1/2
            1 if !self.strict && self.number(i)?.1 == 2 => {
                return Some((Day::Full(full_year(a), b, year as u32), i + 5));
            }
            _ => return None,
        };
        // 1.2.3.4 is an address, 20.12.22:30 nothing we know.
        let goes_on =
            self.is_mark(i + 5, between) && self.number(i + 6).is_some() && !self.spaced(i + 6) && between != '-';
        let clock = short && self.is_mark(i + 5, ':');
        (!goes_on && !clock).then_some((Day::Open { a, b, year, short }, i + 5))
    }

    /// `11 04 2020`.
    fn blank_separated_at(&self, i: usize) -> Option<(Day, usize)> {
        if self.strict {
            return None;
        }
        let (a, b, year) = (self.small(i)?, self.small(i + 1)?, self.year(i + 2)?);
        Some((Day::Open { a, b, year, short: false }, i + 3))
    }

    /// `20/12`, `20/12 năm 2022`, `12/2022`.
    fn no_year_at(&self, i: usize) -> Option<(Day, usize)> {
        let between = self.mark(i + 1).filter(|m| "/-".contains(*m))?;
        if let (Some(month), Some(year), false) = (self.small(i), self.year(i + 2), self.strict) {
            return (1..=12).contains(&month).then_some((Day::Month(year, month), i + 3));
        }
        // "5-6/12" are two days; things are reported after the last.
        if between == '-' && self.is_mark(i + 3, '/') && self.number(i + 4).is_some() {
            return self.numeric_at(i + 2).or_else(|| self.no_year_at(i + 2));
        }
        let (a, b) = (self.small(i)?, self.small(i + 2)?);
        if self.spaced(i + 1) || self.spaced(i + 2) || a == 0 || b == 0 || a > 31 || b > 31 || (a > 12 && b > 12) {
            return None;
        }
        if self.is_mark(i + 3, between) && self.number(i + 4).is_some() || self.is_mark(i + 3, ':') {
            return None;
        }
        // "07-01T01:55:07" has lost its year in front; its order is not ours.
        if self.letter(i + 3) == Some(b't') && self.number(i + 4).is_some() {
            return None;
        }
        let after = self.skip_marks(i + 3, ",", 1);
        if let (Some(Sense::Nam), Some(year)) = (self.word(after), self.year(after + 1)) {
            return Some((Day::Open { a, b, year, short: false }, after + 2));
        }
        Some((Day::OpenNoYear { a, b }, i + 3))
    }

    /// `20 Dec 2022`, `16th of November 2020`, `20 tháng 12 năm 2022`, `5 août`.
    fn day_month_at(&self, i: usize) -> Option<(Day, usize)> {
        let day = self.small(i)?;
        let mut at = i + 1;
        if matches!(self.word(at), Some(Sense::Ordinal | Sense::Th)) && !self.spaced(at) && self.small(at + 1).is_none()
        {
            at += 1;
        }
        at = self.skip_between(at);
        let (month, next) = self.month_at(at)?;
        let next = self.skip_marks(next, ".", 1);
        match self.year_behind(next, true) {
            Some((year, next)) => Some((Day::Full(year, month, day), next)),
            None => Some((Day::NoYear { month, day }, next)),
        }
    }

    /// `December 20, 2022`, `Tháng Mười Hai 20, 2022`, `Nov. 2020`, `Jul 15`.
    fn month_first_at(&self, i: usize) -> Option<(Day, usize)> {
        let (month, next) = self.month_at(i)?;
        let next = self.skip_between(next);
        if let Some(year) = self.year(next) {
            return Some((Day::Month(year, month), next + 1));
        }
        // "Mai 20/12/2022": an author's name.
        if self.numeric_at(next).is_some() || self.is_mark(next + 1, '/') && self.no_year_at(next).is_some() {
            return None;
        }
        if self.word(next) == Some(Sense::Nam) {
            return Some((Day::Month(self.year(next + 1)?, month), next + 2));
        }
        let next = if self.word(next) == Some(Sense::Ngay) { next + 1 } else { next };
        let day = self.small(next).filter(|_| !self.is_clock(next))?;
        let mut after = next + 1;
        if matches!(self.word(after), Some(Sense::Ordinal | Sense::Th)) && !self.spaced(after) {
            after += 1;
        }
        // In "Jun, 20 Mar 2022" the first word is a misspelt weekday.
        if self.month_at(self.skip_between(after)).is_some() {
            return None;
        }
        // A short year needs a mark in front of it: "Jul 15 01:16", "Jul 15, 20".
        let marked = self.mark(after).is_some();
        match self.year_behind(after, marked) {
            Some((year, next)) => Some((Day::Full(year, month, day), next)),
            None => Some((Day::NoYear { month, day }, after)),
        }
    }

    /// A year behind marks and small words, of two digits only if `short` allows; never the hour of a clock.
    fn year_behind(&self, i: usize, short: bool) -> Option<(i32, usize)> {
        let at = self.skip_between(i);
        let at = if self.word(at) == Some(Sense::Nam) { at + 1 } else { at };
        if let Some(year) = self.year(at) {
            return Some((year, at + 1));
        }
        let (year, digits) = self.number(at)?;
        (digits == 2 && short && !self.strict && !self.is_clock(at)).then(|| (full_year(year as u32), at + 1))
    }

    /// Passes over what may stand between the parts of a date.
    fn skip_between(&self, i: usize) -> usize {
        let i = self.skip_marks(i, BETWEEN, 2);
        if self.word(i) == Some(Sense::Of) { i + 1 } else { i }
    }

    /// Whether the number at `i` is the hour of a clock.
    fn is_clock(&self, i: usize) -> bool {
        self.is_mark(i + 1, ':') && self.number(i + 2).is_some()
            || self.letter(i + 1) == Some(b'h')
            || self.word(i + 1) == Some(Sense::Gio)
    }

    /// Reads a month: a name, `tháng 12`, `tháng mười hai`, `Th12`.
    pub fn month_at(&self, i: usize) -> Option<(u32, usize)> {
        let sense = self.word(i)?;
        if let Some(month) = sense.month() {
            return Some((u32::from(month), i + 1));
        }
        let at = match sense {
            Sense::Thang => self.skip_marks(i + 1, ".", 1),
            Sense::Th if !self.spaced(i + 1) || self.number(i + 1).is_some() => i + 1,
            _ => return None,
        };
        if let Some(month) = self.small(at) {
            return (1..=12).contains(&month).then_some((month, at + 1));
        }
        if sense == Sense::Th {
            return None;
        }
        match (self.word(at)?, self.word(at + 1)) {
            (Sense::Digit(10), Some(Sense::Digit(unit @ 1..=2))) => Some((10 + u32::from(unit), at + 2)),
            (Sense::Digit(month), _) => Some((u32::from(month), at + 1)),
            (Sense::Nam, _) => Some((5, at + 1)),
            _ => None,
        }
    }

    /// `2022-12-20`, `2022/12`, `2022年12月20日`, `2022-354`, `2022-W51-2`, `2004-július-13`, `2022`.
    fn year_first_at(&self, i: usize) -> Option<(Day, usize)> {
        let year = self.year(i)?;
        if let Some(Sense::Glyph(0)) = self.word(i + 1) {
            let month = self.small(i + 2)?;
            if self.word(i + 3) != Some(Sense::Glyph(1)) {
                return None;
            }
            return Some(match (self.small(i + 4), self.word(i + 5)) {
                (Some(day), Some(Sense::Glyph(2))) => (Day::Full(year, month, day), i + 6),
                _ => (Day::Month(year, month), i + 4),
            });
        }
        let at = self.skip_marks(i + 1, "-–/.,", 1);
        let between = self.mark(i + 1);
        if self.letter(at) == Some(b'w') {
            return self.week_at(year, at + 1);
        }
        if let Some((month, next)) = self.month_at(at) {
            let day = self.skip_between(next);
            return Some(match self.small(day).filter(|_| !self.is_clock(day)) {
                Some(number) => (Day::Full(year, month, number), day + 1),
                None => (Day::Month(year, month), next),
            });
        }
        let between = between.filter(|m| "-–/.".contains(*m));
        match (between, self.number(at)) {
            (Some(between), Some((month, 1 | 2))) => {
                let month = month as u32;
                if self.is_mark(at + 1, between)
                    && let Some(day) = self.small(at + 2)
                {
                    return Some((Day::Full(year, month, day), at + 3));
                }
                (!self.is_mark(at + 1, ':')).then_some((Day::Month(year, month), at + 1))
            }
            (Some('-'), Some((ordinal, 3))) if !self.spaced(at) => {
                let date = NaiveDate::from_yo_opt(year, ordinal as u32)?;
                Some((Day::Full(year, date.month(), date.day()), at + 1))
            }
            // 2022 12 20
            (None, Some((month, 2))) if !self.strict && !self.is_clock(at) => {
                let day = self.small(at + 1).filter(|_| !self.is_clock(at + 1))?;
                Some((Day::Full(year, month as u32, day), at + 2))
            }
            _ => Some((Day::Year(year), i + 1)),
        }
    }

    /// The week of an ISO week date, `i` stands behind the `W`.
    fn week_at(&self, year: i32, i: usize) -> Option<(Day, usize)> {
        let (week, digits) = self.number(i)?;
        let (week, weekday, next) = match digits {
            3 => (week / 10, week % 10, i + 1),
            2 if self.is_mark(i + 1, '-') && self.number(i + 2).is_some_and(|n| n.1 == 1) => {
                (week, self.number(i + 2)?.0, i + 3)
            }
            2 => (week, 1, i + 1),
            _ => return None,
        };
        let weekday = Weekday::try_from((weekday as u8).checked_sub(1)?).ok()?;
        let date = NaiveDate::from_isoywd_opt(year, week as u32, weekday)?;
        Some((Day::Full(date.year(), date.month(), date.day()), next))
    }

    /// `20221220`, `2022354`, `202212201530`, `20221220153059`, and milliseconds behind that.
    fn compact_at(&self, i: usize) -> Option<(Day, Option<Clock>, usize)> {
        let (value, digits) = self.number(i)?;
        if digits == 7 {
            let date = NaiveDate::from_yo_opt((value / 1000) as i32, (value % 1000) as u32)?;
            return Some((Day::Full(date.year(), date.month(), date.day()), None, i + 1));
        }
        let (date, clock) = stamp(value, digits)?;
        Some((Day::Full(date.year(), date.month(), date.day()), clock, i + 1))
    }

    /// Reads a string that is one number: a compact date, else Unix seconds or milliseconds. The outer `None` means that
    /// it is not one number.
    pub fn number_alone(&self) -> Option<Option<LocalInstant>> {
        let fraction = self.tokens.len() == 3 && self.is_mark(1, '.') && self.number(2).is_some() && !self.spaced(2);
        if self.tokens.len() != 1 && !fraction {
            return None;
        }
        let (value, digits) = self.number(0)?;
        let unix = |seconds: u64| {
            let seconds = i64::try_from(seconds).ok().filter(|s| UNIX_SECONDS.contains(s))?;
            Some(DateTime::from_timestamp(seconds, 0)?.fixed_offset())
        };
        Some(match digits {
            9 | 10 => unix(value),
            13 => unix(value / 1000),
            16 => unix(value / 1_000_000),
            // 6 digits: year, month, day; else year and month.
            6 if !fraction => {
                let (first, second, third) = (value / 10_000, value / 100 % 100, value % 100);
                let date = NaiveDate::from_ymd_opt(full_year(first as u32), second as u32, third as u32)
                    .or_else(|| NaiveDate::from_ymd_opt((value / 100) as i32, third as u32, 1))?;
                place(date, 0, None, self.cx)
            }
            _ => return None,
        })
    }
}

/// Reads a run of digits that begins with year, month and day, of 8, 12 or at least 14 digits.
pub(super) fn stamp(value: u64, digits: usize) -> Option<(NaiveDate, Option<Clock>)> {
    let (day, time) = match digits {
        8 => (value, None),
        12 => (value / 10_000, Some(value % 10_000 * 100)),
        14 => (value / 1_000_000, Some(value % 1_000_000)),
        15..=17 => return stamp(value / 10u64.pow(digits as u32 - 14), 14),
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt((day / 10_000) as i32, (day / 100 % 100) as u32, (day % 100) as u32)?;
    let clock = match time {
        None => None,
        Some(time) => {
            let (hour, minute, second) = ((time / 10_000) as u32, (time / 100 % 100) as u32, (time % 100) as u32);
            (hour < 24 && minute < 60 && second < 60).then_some(())?;
            Some(Clock { hour, minute, second, half: None })
        }
    };
    Some((date, clock))
}

/// Monday is `hai`, two; `năm` is five here.
fn vietnamese_weekday(sense: Sense) -> Option<u32> {
    match sense {
        Sense::Digit(n @ 2..=7) => Some(u32::from(n) - 1),
        Sense::Nam => Some(4),
        _ => None,
    }
}
