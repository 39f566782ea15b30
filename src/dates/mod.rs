//! Reads every date string that sources write.
//!
//! Sources write dates as they please: RFC 822 with every sloppiness, ISO 8601 in part or whole, a dozen languages,
//! `Thứ hai, 5/2/2024, 08:00 (GMT+7)`, `26 phút trước`, or nothing but `Chiều ngày 20/12` at the head of the text. There is
//! no list of format strings here: two direct readers take the common forms byte by byte (`fast`); everything else is cut
//! into numbers, words and marks (`token`), and a small grammar (`grammar`, `clock`, `relative`) looks at each place for a
//! weekday, a date, a clock or a zone (`read`).
//!
//! What it never does: ask what time it is (`now` is passed in), roll an impossible day over (32 July is no date), trust
//! the input's size (only the head of a string is looked at, in time linear in it), or panic.
//!
//! Speed matters a little, since this runs for every item of every poll. Measured in a release build on one core of a small
//! virtual machine (November 2026): RFC 3339 and RFC 822 0.14 µs, `20/12/2022 15:30` 0.3 µs, `26 phút trước` 0.6 µs, the long
//! Vietnamese forms and JavaScript's 0.7 to 1.1 µs, a sentence without any date 3 µs; [`find`] over 4 KB of nothing but
//! near-dates 0.25 ms, the worst that was found.
//!
//! ```
//! use bantin::dates::{self, Context};
//!
//! let cx = Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: None };
//! let written = dates::parse("Thứ Ba, 20/12/2022 | 15:30 GMT+7", &cx).map(|at| at.to_rfc3339());
//! assert_eq!(written.as_deref(), Some("2022-12-20T15:30:00+07:00"));
//! ```

mod clock;
mod dateline;
mod eval;
mod fast;
mod grammar;
mod order;
#[cfg(test)]
mod properties;
mod read;
mod relative;
#[cfg(test)]
mod tests;
mod token;
mod url;
mod words;

use std::ops::Range;

use chrono_tz::Tz;

pub use self::dateline::from_dateline;
pub use self::eval::eval_line;
pub use self::order::majority_order;
pub use self::url::from_url;
use crate::model::{Instant, LocalInstant};

/// Which of two numbers of a date comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateOrder {
    /// `20/12/2022`: the rule in Vietnam.
    DayFirst,
    /// `12/20/2022`: seen on one national portal.
    MonthFirst,
}

/// What a date string does not say itself.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// For dates that carry no zone, and for what "yesterday" means.
    pub zone: Tz,
    /// For `4/10/2026`; `None`: what the string itself proves, else day first.
    pub order: Option<DateOrder>,
    /// For `26 phút trước`, dates without year, and a few judgements of plausibility; without it those forms are unreadable.
    pub now: Option<Instant>,
}

/// Bytes of a string that [`parse`] looks at: the longest real one seen (a JavaScript date with its zone's long name) has 70.
const MAX_BYTES: usize = 320;

/// Bytes of a text that [`find`] looks at: the lines around an article's title are shorter by far.
const MAX_TEXT_BYTES: usize = 4096;

/// Reads a date string.
///
/// The instant has the offset that was written, else the one `cx.zone` had at that time; a date without clock is its
/// midnight, a month its first day. White space and unknown words around the date are passed over. Fractions of seconds are
/// dropped, second 60 is 59, 24:00 is the next day's 0:00; a clock that overruns (25:14:55, seen in feeds) is carried, a day
/// or month never. `None` when there is no date in the first few hundred bytes or it does not exist in the calendar.
///
/// Numbers alone are read as `yyyymmdd` with or without clock, else as Unix seconds or milliseconds.
pub fn parse(raw: &str, cx: &Context) -> Option<LocalInstant> {
    let raw = head(raw.trim(), MAX_BYTES);
    // What .NET's older JSON writes: "/Date(1671525000000+0700)/", always UTC.
    if let Some(rest) = raw.strip_prefix("/Date(") {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return read::whole(&rest[..digits], cx);
    }
    if let Some(at) = fast::rfc3339(raw.as_bytes(), cx).or_else(|| fast::rfc822(raw.as_bytes(), cx)) {
        return at;
    }
    read::whole(raw, cx)
}

/// Finds the first date inside a longer visible text (`Đăng ngày 20/12/2022 | Lượt xem: 12`): where it stands, in bytes of
/// `text`, and what it says. Only whole dates count, and `26 phút trước`; the first few kilobytes are looked at.
pub fn find(text: &str, cx: &Context) -> Option<(Range<usize>, LocalInstant)> {
    read::first(head(text, MAX_TEXT_BYTES), cx)
}

/// The first `max` bytes of `text`, or a few less: never half a character.
fn head(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
