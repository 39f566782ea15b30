//! Cron expressions: reading them, and finding the next time they name.
//!
//! The calendar is the `cron` crate's; the reading is ours, because crontab(5) and the crate disagree and because a
//! sysadmin deserves to hear which field is wrong. Every field is read into a plain set here and handed to the crate as
//! numbers it cannot misread.
//!
//! | fields | order | weekdays as numbers | day of month and weekday both given |
//! |---|---|---|---|
//! | 5 | minute hour day month weekday | 0 or 7 = Sunday … 6 = Saturday, as in crontab(5) | either is enough, as in crontab(5); both if one of them begins with `*` |
//! | 6 | second, then the five | 1 = Sunday … 7 = Saturday, as in the `cron` crate and Quartz | both |
//! | 7 | the six, then the year | likewise | both |
//!
//! In every form: `*`, `?` for days, numbers, names (`jan`, `mon`), ranges `8-17`, steps `*/10`, `8-17/3`, `5/15` (from 5 on),
//! lists of these. With 6 or 7 fields a range that ends before it begins goes round, as in Quartz: `22-5` hours, `fri-mon`.
//! With 5 it is refused, as crontab does: half of those who write `5-1` mean `1-5`. Weeks may end on Sunday: `fri-sun`.
//! Short names: `@hourly`, `@daily` (`@midnight`), `@weekly`, `@monthly`, `@yearly` (`@annually`).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use cron::Schedule;

use crate::model::Instant;

/// Why an expression cannot be read. The message names the expression, what is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schedule `{expression}`: {problem}")]
pub struct CronError {
    expression: String,
    problem: Problem,
}

impl CronError {
    /// What is wrong, without the expression: for messages that have already named it.
    pub fn problem(&self) -> String {
        self.problem.to_string()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Fields(usize),
    Nickname,
    Value { field: &'static Field, text: String },
    Step { field: &'static Field, text: String },
    Backwards { field: &'static Field, text: String, round: String },
    Never,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(found) => {
                write!(f, "has {found} field{}, expected 5, 6 or 7", if *found == 1 { "" } else { "s" })
            }
            Self::Nickname => {
                write!(f, "is no known name, expected one of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`")
            }
            Self::Value { field, text } => write!(f, "{} `{text}`, expected {}", field.name, field.expected),
            Self::Step { field, text } => {
                write!(
                    f,
                    "{} `{text}`: a step is a number from 1 to {}, such as `*/{}`",
                    field.name,
                    field.max,
                    field.max.min(10)
                )
            }
            Self::Backwards { field, text, round } => {
                write!(
                    f,
                    "{} `{text}` ends before it begins, expected the smaller value first, or `{round}`",
                    field.name
                )
            }
            Self::Never => write!(f, "names a day that never comes"),
        }
    }
}

/// One field of an expression: what it is called and what may stand in it.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: &'static str,
    expected: &'static str,
    min: u32,
    max: u32,
    /// How many different values there are; a range may go round after so many.
    count: u32,
    names: &'static [&'static str],
    /// Whether `?` may stand for `*`.
    question_mark: bool,
}

impl Field {
    const fn numbers(name: &'static str, expected: &'static str, min: u32, max: u32) -> Self {
        Self { name, expected, min, max, count: max - min + 1, names: &[], question_mark: false }
    }

    /// The value itself, or what it is after going round.
    fn fold(&self, value: u32) -> u32 {
        self.min + (value - self.min) % self.count
    }
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: &[&str] = &["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

static SECOND: Field = Field::numbers("second", "0 to 59", 0, 59);
static MINUTE: Field = Field::numbers("minute", "0 to 59", 0, 59);
static HOUR: Field = Field::numbers("hour", "0 to 23", 0, 23);
static DAY: Field = Field { question_mark: true, ..Field::numbers("day of month", "1 to 31", 1, 31) };
static MONTH: Field = Field { names: MONTHS, ..Field::numbers("month", "1 to 12 or `jan` to `dec`", 1, 12) };
/// crontab(5): both 0 and 7 are Sunday.
static CRONTAB_WEEKDAY: Field = Field {
    count: 7,
    names: DAYS,
    question_mark: true,
    ..Field::numbers("weekday", "0 to 7 (0 and 7 = Sunday) or `sun` to `sat`", 0, 7)
};
static QUARTZ_WEEKDAY: Field = Field {
    names: DAYS,
    question_mark: true,
    ..Field::numbers("weekday", "`sun` to `sat` or 1 to 7 (here 1 = Sunday; only 5 fields count as crontab does)", 1, 7)
};
/// The years the `cron` crate knows.
static YEAR: Field = Field::numbers("year", "1970 to 2100", 1970, 2100);

/// A cron expression, read and checked once.
///
/// # Examples
///
/// ```
/// use bantin::schedule::Cron;
/// use chrono::{TimeZone, Utc};
///
/// let mornings = Cron::parse("30 6 * * 1-5").unwrap();
/// let friday_noon = Utc.with_ymd_and_hms(2026, 11, 20, 5, 0, 0).unwrap();
/// let next = mornings.next_after(friday_noon, chrono_tz::Asia::Ho_Chi_Minh);
/// assert_eq!(next, Some(Utc.with_ymd_and_hms(2026, 11, 22, 23, 30, 0).unwrap())); // Monday 06:30 in Việt Nam
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cron {
    expression: String,
    /// One, or two of which the earlier counts (day of month or weekday).
    calendars: Vec<Schedule>,
    least_gap: TimeDelta,
    every_hour: bool,
}

impl Cron {
    /// Reads an expression; see the table above for what may stand in it.
    ///
    /// # Errors
    ///
    /// [`CronError`], whose message is ready for people: ``schedule `*/5 * *`: has 3 fields, expected 5, 6 or 7``.
    pub fn parse(expression: &str) -> Result<Self, CronError> {
        Self::read(expression.trim()).map_err(|problem| CronError { expression: expression.trim().to_owned(), problem })
    }

    fn read(expression: &str) -> Result<Self, Problem> {
        let written = if expression.starts_with('@') { nickname(expression)? } else { expression };
        let fields: Vec<&str> = written.split_whitespace().collect();
        let (second, minute, hour, day, month, weekday, year) = match fields[..] {
            [minute, hour, day, month, weekday] => ("0", minute, hour, day, month, weekday, "*"),
            [second, minute, hour, day, month, weekday] => (second, minute, hour, day, month, weekday, "*"),
            [second, minute, hour, day, month, weekday, year] => (second, minute, hour, day, month, weekday, year),
            _ => return Err(Problem::Fields(fields.len())),
        };
        let crontab = fields.len() == 5;
        let seconds = values(second, &SECOND, crontab)?;
        let minutes = values(minute, &MINUTE, crontab)?;
        let hours = values(hour, &HOUR, crontab)?;
        let days = values(day, &DAY, crontab)?;
        let months = values(month, &MONTH, crontab)?;
        let weekdays: BTreeSet<u32> = if crontab {
            values(weekday, &CRONTAB_WEEKDAY, true)?.into_iter().map(|day| day % 7 + 1).collect()
        } else {
            values(weekday, &QUARTZ_WEEKDAY, false)?
        };
        let years = values(year, &YEAR, crontab)?;

        let calendar = |days: &BTreeSet<u32>, weekdays: &BTreeSet<u32>| {
            let written = format!(
                "{} {} {} {} {} {} {}",
                list(&seconds, &SECOND),
                list(&minutes, &MINUTE),
                list(&hours, &HOUR),
                list(days, &DAY),
                list(&months, &MONTH),
                list(weekdays, &QUARTZ_WEEKDAY),
                list(&years, &YEAR),
            );
            Schedule::from_str(&written).expect("every value was checked against the bounds of its field")
        };
        let given = |text: &str| !text.starts_with(['*', '?']);
        let calendars = if crontab && given(day) && given(weekday) {
            let any_day = (1..=31).collect();
            let any_weekday = (1..=7).collect();
            vec![calendar(&days, &any_weekday), calendar(&any_day, &weekdays)]
        } else {
            vec![calendar(&days, &weekdays)]
        };
        let every_hour = hours.len() == 24;
        let epoch = DateTime::UNIX_EPOCH.naive_utc();
        if calendars.iter().all(|calendar| next_on(calendar, epoch).is_none()) {
            return Err(Problem::Never);
        }
        Ok(Self {
            expression: expression.to_owned(),
            least_gap: least_gap(&seconds, &minutes, &hours),
            calendars,
            every_hour,
        })
    }

    /// The expression as it was written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// A lower bound of the time between two runs, from the fields for second, minute and hour: at least one second, at
    /// most a day. What a source's offset is measured by.
    pub fn least_gap(&self) -> TimeDelta {
        self.least_gap
    }

    /// Returns the first instant strictly after `after` that the expression names in `zone`; `None` once its years are over.
    ///
    /// Where clocks jump forward, what was due in the missing time runs once, at the jump. Where an hour comes twice, an
    /// expression for every hour runs through both, any other only in the first (as crontab does).
    pub fn next_after(&self, after: Instant, zone: Tz) -> Option<Instant> {
        let mut from = after;
        let mut local = after.naive_utc() + offset_at(zone, after);
        // Each round ends in an answer, behind a change of the clocks, or behind one time of a repeated hour (3,600 at
        // most); the years of the calendar have not more than some hundred changes.
        for _ in 0..10_000 {
            let offset = offset_at(zone, from);
            let next_local = self.next_local(local)?;
            let next = (next_local - offset).and_utc();
            let Some(change) = first_change(zone, from, next) else {
                if self.every_hour || !is_second_pass(zone, next) {
                    return Some(next);
                }
                local = next_local;
                continue;
            };
            let offset_after = offset_at(zone, change);
            let local_after = change.naive_utc() + offset_after;
            if offset_after > offset && next_local < local_after {
                return Some(change);
            }
            from = change;
            // One second earlier, for the change itself may be named.
            local = local_after - TimeDelta::seconds(1);
        }
        None
    }

    fn next_local(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        self.calendars.iter().filter_map(|calendar| next_on(calendar, after)).min()
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}

fn nickname(name: &str) -> Result<&'static str, Problem> {
    Ok(match name {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        _ => return Err(Problem::Nickname),
    })
}

/// The values a field names; `crontab` tells whether ranges must begin with the smaller value.
fn values(text: &str, field: &'static Field, crontab: bool) -> Result<BTreeSet<u32>, Problem> {
    let wrong = || Problem::Value { field, text: text.to_owned() };
    let mut found = BTreeSet::new();
    for part in text.split(',') {
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => {
                let step = step.parse().ok().filter(|step| (1..=field.max).contains(step));
                (span, Some(step.ok_or_else(|| Problem::Step { field, text: text.to_owned() })?))
            }
            None => (part, None),
        };
        let star_last = field.min + field.count - 1;
        let (first, last) = if span == "*" || (span == "?" && field.question_mark) {
            (field.min, star_last)
        } else if let Some((first, last)) = span.split_once('-') {
            (field.fold(value(first, field).ok_or_else(wrong)?), value(last, field).ok_or_else(wrong)?)
        } else {
            let first = field.fold(value(span, field).ok_or_else(wrong)?);
            (first, if step.is_some() { star_last } else { first })
        };
        // A year that goes round is a slip of the pen.
        if last < first && field == &YEAR {
            return Err(wrong());
        }
        let ends_on_sunday = field == &CRONTAB_WEEKDAY && last == 0;
        if last < first && crontab && !ends_on_sunday {
            let (begin, end) = span.split_once('-').unwrap_or((span, span));
            let round = format!("{begin}-{star_last},{}-{end}", field.min);
            return Err(Problem::Backwards { field, text: text.to_owned(), round });
        }
        let length = if last < first { last + field.count - first } else { last - first };
        found.extend((0..=length).step_by(step.unwrap_or(1) as usize).map(|passed| field.fold(first + passed)));
    }
    Ok(found)
}

/// One number or name; names may be shortened to three letters or more (`mon`, `tues`, `September`).
fn value(text: &str, field: &Field) -> Option<u32> {
    let value: u32 = if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()?
    } else {
        let text = text.to_ascii_lowercase();
        let position = field.names.iter().position(|name| text.len() >= 3 && name.starts_with(&text))?;
        field.min + u32::try_from(position).ok()?
    };
    (field.min..=field.max).contains(&value).then_some(value)
}

/// The set as the `cron` crate reads it, `*` where it is everything (which it handles fastest).
fn list(values: &BTreeSet<u32>, field: &Field) -> String {
    if u32::try_from(values.len()) == Ok(field.count) {
        return "*".to_owned();
    }
    values.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

fn least_gap(seconds: &BTreeSet<u32>, minutes: &BTreeSet<u32>, hours: &BTreeSet<u32>) -> TimeDelta {
    let smallest = |values: &BTreeSet<u32>, cycle: u32| {
        let round = values.first().map(|first| first + cycle);
        let gaps = values.iter().zip(values.iter().skip(1).copied().chain(round)).map(|(a, b)| b - a);
        i64::from(gaps.min().unwrap_or(cycle))
    };
    if seconds.len() > 1 {
        TimeDelta::seconds(smallest(seconds, 60))
    } else if minutes.len() > 1 {
        TimeDelta::minutes(smallest(minutes, 60))
    } else {
        TimeDelta::hours(smallest(hours, 24))
    }
}

/// The next local time after `after` by one calendar. Local times are handed to the crate as if they were UTC: that
/// keeps its own idea of zones out of the way.
fn next_on(calendar: &Schedule, after: NaiveDateTime) -> Option<NaiveDateTime> {
    calendar.after(&after.and_utc()).next().map(|next| next.naive_utc())
}

fn offset_at(zone: Tz, at: DateTime<Utc>) -> TimeDelta {
    TimeDelta::seconds(i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()))
}

/// The first instant in `(from, to]` at which the clocks of `zone` change, if they do.
fn first_change(zone: Tz, from: Instant, to: Instant) -> Option<Instant> {
    let before = offset_at(zone, from);
    let mut low = from;
    let mut high = None;
    // A change and its reversal lie at least four weeks apart (Morocco's pause of summer time in Ramadan): a look every
    // twenty days steps over none.
    while low < to {
        let next = (low + TimeDelta::days(20)).min(to);
        if offset_at(zone, next) != before {
            high = Some(next);
            break;
        }
        low = next;
    }
    let mut high = high?;
    while high - low > TimeDelta::seconds(1) {
        let middle = low + (high - low) / 2;
        let middle = DateTime::from_timestamp(middle.timestamp(), 0)?.max(low + TimeDelta::milliseconds(1));
        if offset_at(zone, middle) == before {
            low = middle;
        } else {
            high = middle;
        }
    }
    DateTime::from_timestamp(high.timestamp(), 0)
}

/// Whether the local time of `at` has stood on the clock once before, because the clocks were set back.
fn is_second_pass(zone: Tz, at: Instant) -> bool {
    let local = at.naive_utc() + offset_at(zone, at);
    zone.from_local_datetime(&local).earliest().is_some_and(|earliest| earliest.with_timezone(&Utc) < at)
}

#[cfg(test)]
mod tests;
