//! The two forms that nearly every feed writes, read byte by byte: `2022-12-20T15:30:00+07:00` and
//! `Tue, 20 Dec 2022 15:30:00 +0700`. Anything else, also a near miss, is left to the grammar.

use chrono::NaiveDate;

use super::Context;
use super::read::{Offset, place};
use crate::model::LocalInstant;

/// A cursor over bytes.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    /// Exactly `n` digits.
    fn digits(&mut self, n: usize) -> Option<u32> {
        let (head, tail) = self.0.split_at_checked(n)?;
        let mut value = 0;
        for &b in head {
            if !b.is_ascii_digit() {
                return None;
            }
            value = value * 10 + u32::from(b - b'0');
        }
        self.0 = tail;
        Some(value)
    }

    /// `hh:mm:ss` as seconds of the day, as far as clocks go.
    fn clock(&mut self) -> Option<u32> {
        let hour = self.digits(2)?;
        let minute = self.eat(b':').then(|| self.digits(2))??;
        let second = self.eat(b':').then(|| self.digits(2))??;
        (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
    }

    /// `+07:00` or `+0700`, and nothing behind it.
    fn offset(&mut self) -> Option<Offset> {
        let east = match self.0.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.digits(2)?;
        self.eat(b':');
        let minutes = self.digits(2)?;
        (self.0.is_empty() && hours < 16 && minutes < 60)
            .then_some(Offset::Minutes(east * (hours as i32 * 60 + minutes as i32)))
    }
}

/// RFC 3339, or the part of ISO 8601 closest to it: date alone, blank for `T`, no zone.
///
/// The outer `None` means "not mine"; the inner one is the verdict.
pub(super) fn rfc3339(raw: &[u8], cx: &Context) -> Option<Option<LocalInstant>> {
    let mut at = Bytes(raw);
    let year = at.digits(4)?;
    let month = at.eat(b'-').then(|| at.digits(2))??;
    let day = at.eat(b'-').then(|| at.digits(2))??;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    if at.0.is_empty() {
        return Some(place(date, 0, None, cx));
    }
    if !(at.eat(b'T') || at.eat(b' ')) {
        return None;
    }
    let seconds = at.clock()?;
    if at.eat(b'.') {
        let digits = at.0.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        at.0 = &at.0[digits..];
    }
    let offset = match at.0 {
        [] => None,
        b"Z" => Some(Offset::Minutes(0)),
        _ => Some(at.offset()?),
    };
    Some(place(date, seconds, offset, cx))
}

/// RFC 822 as RFC 5322 has it, with a year of four digits and the zone as a number, `GMT`, `UTC` or `Z`.
///
/// The outer `None` means "not mine"; the inner one is the verdict.
pub(super) fn rfc822(raw: &[u8], cx: &Context) -> Option<Option<LocalInstant>> {
    let mut at = Bytes(raw);
    if raw.get(3) == Some(&b',') && raw.get(4) == Some(&b' ') && !raw[0].is_ascii_digit() {
        at.0 = &raw[5..];
    }
    let day = match at.digits(2) {
        Some(day) => day,
        None => at.digits(1)?,
    };
    if !at.eat(b' ') {
        return None;
    }
    let (name, rest) = at.0.split_at_checked(3)?;
    let month = match name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    at.0 = rest;
    let year = at.eat(b' ').then(|| at.digits(4))??;
    let seconds = at.eat(b' ').then(|| at.clock())??;
    if !at.eat(b' ') {
        return None;
    }
    let offset = match at.0 {
        b"GMT" | b"UTC" | b"Z" => Offset::Minutes(0),
        _ => at.offset()?,
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(place(date, seconds, Some(offset), cx))
}
