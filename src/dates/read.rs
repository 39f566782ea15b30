//! Walks over the tokens of a string, lets the grammar look at each place, and puts together what it found.

use std::ops::Range;

use chrono::{Days, FixedOffset, LocalResult, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::token::{Kind, Token, cut};
use super::words::Sense;
use super::{Context, DateOrder};
use crate::model::LocalInstant;

/// Tokens of a string that [`whole`] looks at.
const MAX_TOKENS: usize = 96;

/// Tokens that one date inside a text may be made of; keeps [`first`] linear.
const MAX_SPAN: usize = 28;

/// Years outside are nobody's date: 0001 is .NET's and Go's "never".
const YEARS: Range<i32> = 1900..3000;

/// The zone as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Offset {
    /// East of UTC.
    Minutes(i32),
    /// `Europe/Brussels`.
    Region(Tz),
}

/// A day as far as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Day {
    /// Year, month, day are sure.
    Full(i32, u32, u32),
    /// Two numbers whose order is open, and a year (of two digits: `short`).
    Open { a: u32, b: u32, year: i32, short: bool },
    /// Day and month; the year may come later in the string, or is inferred.
    NoYear { month: u32, day: u32 },
    /// Two numbers whose order is open, and no year at all.
    OpenNoYear { a: u32, b: u32 },
    /// Month and year.
    Month(i32, u32),
    /// A year.
    Year(i32),
    /// Yesterday, today: counted from now.
    Counted(NaiveDate),
    /// A moment counted from now.
    Moment(LocalInstant),
}

/// The half of the day that a clock of twelve hours belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Half {
    /// `AM`, `SA`, `sáng`
    Am,
    /// `PM`, `CH`, `chiều`, `tối`
    Pm,
    /// `trưa`: 11 to 13 o'clock.
    Noon,
    /// `đêm`: late at night or early.
    Night,
}

/// A clock as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub half: Option<Half>,
}

/// The tokens of one string, for the grammar's questions.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub raw: &'a str,
    pub tokens: &'a [Token],
    pub cx: &'a Context,
    /// Inside a longer text: only what cannot be anything but a date.
    pub strict: bool,
}

impl<'a> Cursor<'a> {
    /// The number at `i`: value and count of digits.
    pub fn number(&self, i: usize) -> Option<(u64, usize)> {
        match self.tokens.get(i)?.kind {
            Kind::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }

    /// The number at `i` if it has one or two digits.
    pub fn small(&self, i: usize) -> Option<u32> {
        self.number(i).filter(|n| n.1 <= 2).map(|n| n.0 as u32)
    }

    /// The year of four digits at `i`.
    pub fn year(&self, i: usize) -> Option<i32> {
        self.number(i).filter(|n| n.1 == 4).map(|n| n.0 as i32).filter(|y| YEARS.contains(y))
    }

    /// The word at `i`.
    pub fn word(&self, i: usize) -> Option<Sense> {
        match self.tokens.get(i)?.kind {
            Kind::Word(sense) => Some(sense),
            _ => None,
        }
    }

    /// The single letter at `i`, lower case.
    pub fn letter(&self, i: usize) -> Option<u8> {
        match self.word(i)? {
            Sense::Letter(letter) => Some(letter),
            _ => None,
        }
    }

    /// The mark at `i`.
    pub fn mark(&self, i: usize) -> Option<char> {
        match self.tokens.get(i)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// Whether the mark at `i` is `mark`.
    pub fn is_mark(&self, i: usize, mark: char) -> bool {
        self.mark(i) == Some(mark)
    }

    /// Whether white space stands before the token at `i`.
    pub fn spaced(&self, i: usize) -> bool {
        self.tokens.get(i).is_none_or(|t| t.spaced)
    }

    /// The token at `i` as written.
    pub fn text(&self, i: usize) -> &'a str {
        self.tokens.get(i).map_or("", |t| &self.raw[t.start..t.end])
    }

    /// Passes over at most `max` of the given marks.
    pub fn skip_marks(&self, mut i: usize, marks: &str, max: usize) -> usize {
        for _ in 0..max {
            match self.mark(i) {
                Some(mark) if marks.contains(mark) => i += 1,
                _ => break,
            }
        }
        i
    }
}

/// What one walk found.
#[derive(Debug, Default)]
struct Found {
    weekday: Option<u32>,
    day: Option<Day>,
    clock: Option<Clock>,
    offset: Option<Offset>,
    /// The zone was one of the abbreviations of the United States, whose order of numbers is theirs too.
    american: bool,
    /// Words or numbers that are no part of a date were passed over.
    strange: bool,
    /// The first and the last token that are part of the date.
    span: Option<(usize, usize)>,
}

impl Found {
    fn take(&mut self, from: usize, next: usize) -> usize {
        self.span = Some((self.span.map_or(from, |s| s.0), next - 1));
        next
    }
}

/// Reads a string that is a date, whatever stands around it.
pub(super) fn whole(raw: &str, cx: &Context) -> Option<LocalInstant> {
    let mut tokens = Vec::with_capacity(24);
    cut(raw, MAX_TOKENS, &mut tokens);
    if let Some(stripped) = without_comments(raw, &tokens, cx) {
        let cursor = Cursor { raw, tokens: &stripped, cx, strict: false };
        if let Some(at) = walk(cursor, 0, MAX_TOKENS).finish(cursor) {
            return Some(at);
        }
    }
    let cursor = Cursor { raw, tokens: &tokens, cx, strict: false };
    if let Some(at) = cursor.number_alone() {
        return at;
    }
    walk(cursor, 0, MAX_TOKENS).finish(cursor)
}

/// Finds the first date of a longer text, and the bytes it takes.
pub(super) fn first(text: &str, cx: &Context) -> Option<(Range<usize>, LocalInstant)> {
    let mut tokens = Vec::with_capacity(text.len() / 4);
    cut(text, text.len(), &mut tokens);
    let cursor = Cursor { raw: text, tokens: &tokens, cx, strict: true };
    let mut at = 0;
    while at < tokens.len() {
        let begins = match tokens[at].kind {
            Kind::Number { digits, .. } => digits <= 14,
            Kind::Word(sense) => sense != Sense::Unknown && !matches!(sense, Sense::Filler | Sense::Of),
            Kind::Mark(_) => false,
        };
        if begins {
            let found = walk(cursor, at, MAX_SPAN);
            if let (Some((from, to)), Some(instant)) = (found.span, found.finish(cursor)) {
                return Some((tokens[from].start..tokens[to].end, instant));
            }
        }
        at += 1;
    }
    None
}

/// The tokens without RFC 822's comments `(…)`, except those that hold nothing but a zone or a clock; `None` if there are none.
fn without_comments(raw: &str, tokens: &[Token], cx: &Context) -> Option<Vec<Token>> {
    tokens.iter().find(|t| t.kind == Kind::Mark('('))?;
    let mut kept = Vec::with_capacity(tokens.len());
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i].kind != Kind::Mark('(') {
            kept.push(tokens[i]);
            i += 1;
            continue;
        }
        let open = i;
        let mut depth = 0;
        while i < tokens.len() {
            match tokens[i].kind {
                Kind::Mark('(') => depth += 1,
                Kind::Mark(')') => depth -= 1,
                Kind::Mark('\\') => i += 1,
                _ => {}
            }
            i += 1;
            if depth == 0 {
                break;
            }
        }
        let inner = tokens.get(open + 1..i.saturating_sub(1)).unwrap_or_default();
        let cursor = Cursor { raw, tokens: inner, cx, strict: false };
        let all = |next: Option<usize>| next == Some(inner.len());
        if all(cursor.zone_at(0).map(|z| z.1)) || all(cursor.clock_at(0).map(|c| c.1)) {
            kept.extend_from_slice(inner);
        }
    }
    Some(kept)
}

/// Looks at each token from `start` on for a part of a date. In a strict cursor the walk ends at the first strange token.
fn walk(cursor: Cursor<'_>, start: usize, max: usize) -> Found {
    let mut found = Found::default();
    let mut half = None;
    let end = cursor.tokens.len().min(start.saturating_add(max));
    let mut i = start;
    while i < end {
        if found.day.is_none()
            && found.weekday.is_none()
            && let Some((weekday, next)) = cursor.weekday_at(i)
        {
            found.weekday = Some(weekday);
            i = found.take(i, next);
            continue;
        }
        if found.day.is_none()
            && let Some((day, next)) = cursor.relative_at(i)
        {
            found.day = Some(day);
            i = found.take(i, next);
            continue;
        }
        if found.clock.is_none() {
            if let Some((clock, next)) = cursor.clock_at(i).or_else(|| cursor.bare_clock_at(i, found.day.is_some())) {
                found.clock = Some(Clock { half: clock.half.or(half), ..clock });
                i = found.take(i, next);
                continue;
            }
        } else if found.offset.is_none()
            && let Some((offset, next)) = cursor.zone_at(i)
        {
            found.american = cursor.word(i).is_some_and(is_american);
            found.offset = Some(offset);
            i = found.take(i, next);
            continue;
        }
        match found.day {
            None => {
                if let Some((day, clock, next)) = cursor.date_at(i) {
                    found.day = Some(day);
                    found.clock = found.clock.or(clock);
                    i = found.take(i, next);
                    continue;
                }
            }
            // "Sun Jul 15 01:16:00 +0000 2012", "20/12, năm 2022"
            Some(Day::NoYear { month, day }) => {
                if let Some(year) = cursor.year(i) {
                    found.day = Some(Day::Full(year, month, day));
                    i = found.take(i, i + 1);
                    continue;
                }
            }
            Some(Day::OpenNoYear { a, b }) => {
                if let (Some(year), Some(Sense::Nam)) = (cursor.year(i), i.checked_sub(1).and_then(|i| cursor.word(i)))
                {
                    found.day = Some(Day::Open { a, b, year, short: false });
                    i = found.take(i, i + 1);
                    continue;
                }
            }
            // An XML Schema date may have a zone without a clock.
            Some(Day::Full(..)) if found.clock.is_none() && found.offset.is_none() => {
                if let Some((offset, next)) = cursor.date_zone_at(i) {
                    found.offset = Some(offset);
                    i = found.take(i, next);
                    continue;
                }
            }
            Some(_) => {}
        }
        if let Some((before, next)) = cursor.half_at(i) {
            half = Some(before);
            i = next;
            continue;
        }
        let familiar = match cursor.tokens[i].kind {
            Kind::Mark(mark) => !cursor.strict || ",|-–()[]·•.'/".contains(mark),
            Kind::Word(
                Sense::Filler | Sense::Of | Sense::Ngay | Sense::Nam | Sense::Letter(b't' | b'z') | Sense::Gio,
            ) => true,
            Kind::Word(sense) => found.weekday.is_none() && sense.weekday().is_some() && sense.month().is_none(),
            Kind::Number { .. } => false,
        };
        if !familiar {
            if cursor.strict {
                break;
            }
            found.strange = true;
            // A weekday far from its date is another word of another language: "số" is no Sunday.
            if found.day.is_none() {
                found.weekday = None;
            }
        }
        if cursor.strict && found.span.is_none() {
            break;
        }
        i += 1;
    }
    found
}

fn is_american(sense: Sense) -> bool {
    matches!(sense, Sense::Zone(-600..=-300) | Sense::Zone(-240))
}

impl Found {
    /// Puts the parts together; `None` where they are no date.
    fn finish(&self, cursor: Cursor<'_>) -> Option<LocalInstant> {
        let cx = cursor.cx;
        let date = match self.day? {
            Day::Moment(at) => return Some(at),
            // "Hôm nay: 12" is a counter of visitors.
            Day::Counted(date) => (!cursor.strict || self.clock.is_some()).then_some(date)?,
            Day::Full(year, month, day) => NaiveDate::from_ymd_opt(year, month, day)?,
            Day::Open { a, b, year, short } => {
                if short && cursor.strict && self.clock.is_none() {
                    return None;
                }
                self.ordered(a, b, year, short, cx)?
            }
            Day::NoYear { month, day } => {
                self.sure_without_year(cursor)?;
                nearest(month, day, cx)?
            }
            Day::OpenNoYear { a, b } => {
                self.sure_without_year(cursor)?;
                let (day, month) = if cx.order == Some(DateOrder::MonthFirst) && a <= 12 { (b, a) } else { (a, b) };
                nearest(month, day, cx)?
            }
            Day::Month(year, month) => {
                (!cursor.strict && !self.strange).then(|| NaiveDate::from_ymd_opt(year, month, 1))??
            }
            Day::Year(year) => {
                let alone = !cursor.strict && !self.strange && self.clock.is_none() && self.weekday.is_none();
                alone.then(|| NaiveDate::from_ymd_opt(year, 1, 1))??
            }
        };
        let seconds = match self.clock {
            Some(clock) => clock.seconds(cursor.strict)?,
            None => 0,
        };
        place(date, seconds, self.offset, cx)
    }

    /// "20/12" is a date only beside a clock, or when nothing else stands in the string.
    fn sure_without_year(&self, cursor: Cursor<'_>) -> Option<()> {
        (if cursor.strict { self.clock.is_some() } else { !self.strange }).then_some(())
    }

    /// Decides which of `a` and `b` is the day: what only one order allows, then what the context says, then what the
    /// weekday or an American zone says, else day first.
    fn ordered(&self, a: u32, b: u32, year: i32, short: bool, cx: &Context) -> Option<NaiveDate> {
        let day_first = NaiveDate::from_ymd_opt(year, b, a);
        let month_first = NaiveDate::from_ymd_opt(year, a, b);
        if short && let Some(date) = year_first(a, b, year, day_first.or(month_first), cx) {
            return Some(date);
        }
        let (day_first, month_first) = match (day_first, month_first) {
            (Some(day_first), Some(month_first)) => (day_first, month_first),
            (one, other) => return one.or(other),
        };
        match cx.order {
            Some(DateOrder::DayFirst) => return Some(day_first),
            Some(DateOrder::MonthFirst) => return Some(month_first),
            None => {}
        }
        if let Some(weekday) = self.weekday {
            match (is_weekday(day_first, weekday), is_weekday(month_first, weekday)) {
                (true, false) => return Some(day_first),
                (false, true) => return Some(month_first),
                _ => {}
            }
        }
        let english_clock = self.clock.is_some_and(|c| matches!(c.half, Some(Half::Am | Half::Pm)));
        let american = self.american
            || english_clock && cx.now.is_some_and(|now| later(day_first, now) && !later(month_first, now));
        Some(if american { month_first } else { day_first })
    }
}

/// Reads `03-12-31` as year, month, day where the day in front makes no date, or one far ahead of now.
fn year_first(a: u32, b: u32, year: i32, usual: Option<NaiveDate>, cx: &Context) -> Option<NaiveDate> {
    let last = year.rem_euclid(100) as u32;
    let turned = NaiveDate::from_ymd_opt(full_year(a), b, last)?;
    match (usual, cx.now) {
        (None, _) => Some(turned),
        (Some(usual), Some(now)) => (later(usual, now) && !later(turned, now)).then_some(turned),
        (Some(_), None) => None,
    }
}

/// The century of a year of two digits, as RFC 5322 §4.3 has it: 49 is 2049, 50 is 1950.
pub(super) fn full_year(two_digits: u32) -> i32 {
    two_digits as i32 + if two_digits < 50 { 2000 } else { 1900 }
}

pub(super) fn is_weekday(date: NaiveDate, weekday: u32) -> bool {
    use chrono::Datelike;
    date.weekday().number_from_monday() == weekday
}

/// Whether a date is further ahead of now than clocks and zones explain.
fn later(date: NaiveDate, now: crate::model::Instant) -> bool {
    date > now.date_naive() + Days::new(7)
}

/// The date of that day and month that is nearest to now without lying more than a few days ahead of it.
fn nearest(month: u32, day: u32, cx: &Context) -> Option<NaiveDate> {
    let today = cx.now?.with_timezone(&cx.zone).date_naive();
    year_before(month, day, today)
}

/// The latest date of that day and month not more than three days after `today`. Looks back eight years, for 29 February.
pub(super) fn year_before(month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike;
    let limit = today.checked_add_days(Days::new(3))?;
    (0..9).find_map(|back| NaiveDate::from_ymd_opt(limit.year() - back, month, day).filter(|date| *date <= limit))
}

impl Clock {
    /// Seconds since midnight. A clock that overruns is carried where the whole string is a date, but never in a text.
    pub fn seconds(self, strict: bool) -> Option<u32> {
        let hour = match (self.half, self.hour) {
            (Some(Half::Am), 12) => 0,
            (Some(Half::Pm | Half::Noon), 1..=11) if self.half != Some(Half::Noon) || self.hour < 6 => self.hour + 12,
            (Some(Half::Pm), 0) => 12,
            (Some(Half::Night), 6..=12) => self.hour + 12,
            (_, hour) => hour,
        };
        let second = if self.second == 60 { 59 } else { self.second };
        let seconds = hour * 3600 + self.minute * 60 + second;
        let proper = self.minute < 60 && second < 60 && (hour < 24 || (hour == 24 && seconds == 24 * 3600));
        (proper || !strict).then_some(seconds)
    }
}

/// Puts a date, a clock and a zone together. `seconds` may run into the next day.
///
/// A local time that the zone skipped (summer time began) is read with the offset before the gap; one that it had twice is
/// the earlier.
pub(super) fn place(date: NaiveDate, seconds: u32, offset: Option<Offset>, cx: &Context) -> Option<LocalInstant> {
    use chrono::Datelike;
    if !YEARS.contains(&date.year()) {
        return None;
    }
    let local = date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::seconds(i64::from(seconds)))?;
    let zone = match offset {
        Some(Offset::Minutes(minutes)) => {
            return FixedOffset::east_opt(minutes * 60)?.from_local_datetime(&local).single();
        }
        Some(Offset::Region(zone)) => zone,
        None => cx.zone,
    };
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.fixed_offset()),
        LocalResult::None => {
            let before = zone.from_local_datetime(&(local - TimeDelta::hours(3))).earliest()?.offset().fix();
            before.from_local_datetime(&local).single()
        }
    }
}
