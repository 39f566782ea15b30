//! The grammar of clocks, halves of the day, and zones.

use chrono_tz::Tz;

use super::read::{Clock, Cursor, Half, Offset};
use super::words::Sense;

/// A clock may run into the next day this far; 25:14:55 has been seen.
const LAST_HOUR: u32 = 29;

impl Cursor<'_> {
    /// Reads a clock that shows by its own marks that it is one: `15:30`, `15:30:59.5`, `15h30'`, `15 giờ 30 phút`, `3pm`.
    pub fn clock_at(&self, i: usize) -> Option<(Clock, usize)> {
        let hour = self.small(i).filter(|h| *h <= LAST_HOUR)?;
        if self.is_mark(i + 1, ':') {
            let minute = self.small(i + 2)?;
            let mut second = 0;
            let mut next = i + 3;
            if self.is_mark(next, ':')
                && let Some(number) = self.small(next + 1)
            {
                second = number;
                next = self.skip_fraction(next + 2);
            }
            return Some(self.with_half(Clock { hour, minute, second, half: None }, next));
        }
        let (minutes_may_follow, mut next) = match self.word(i + 1)? {
            Sense::Letter(b'h' | b'g') if !self.spaced(i + 1) || self.letter(i + 1) == Some(b'h') => (true, i + 2),
            Sense::Gio | Sense::Glyph(3) => (true, i + 2),
            Sense::Am | Sense::Pm | Sense::SaturdayOrAm | Sense::Letter(b'a' | b'p') if hour <= 12 => (false, i + 1),
            _ => return None,
        };
        let mut clock = Clock { hour, minute: 0, second: 0, half: None };
        if minutes_may_follow {
            let at = self.skip_marks(next, ":", 1);
            if let Some(minute) = self.small(at).filter(|m| *m < 60 && !self.is_date_mark(at + 1)) {
                let glued = !self.spaced(at);
                let named =
                    matches!(self.word(at + 1), Some(Sense::Minute | Sense::Glyph(4) | Sense::Letter(b'm' | b'p')));
                if glued || named || self.word(i + 1) == Some(Sense::Gio) {
                    clock.minute = minute;
                    next = at + 1 + usize::from(named);
                    next = self.skip_marks(next, "'\":", 1);
                    let seconds_named =
                        matches!(self.word(next + 1), Some(Sense::Second | Sense::Glyph(5) | Sense::Letter(b's')));
                    if let Some(second) = self.small(next).filter(|s| *s < 60 && seconds_named) {
                        clock.second = second;
                        next += 2;
                    }
                }
            }
            return Some(self.with_half(clock, next));
        }
        let (half, next) = self.half_at(next)?;
        clock.half = Some(half);
        Some((clock, next))
    }

    /// Reads a clock that is one only by its place: behind the `T` of ISO 8601 (`T153059`, `T15`), or `15.30` behind a date.
    pub fn bare_clock_at(&self, i: usize, behind_date: bool) -> Option<(Clock, usize)> {
        if !behind_date {
            return None;
        }
        if self.letter(i) == Some(b't') {
            let (value, digits) = self.number(i + 1)?;
            let value = value as u32;
            let (hour, minute, second) = match digits {
                6 => (value / 10_000, value / 100 % 100, value % 100),
                4 => (value / 100, value % 100, 0),
                2 if !self.is_mark(i + 2, ':') => (value, 0, 0),
                _ => return self.clock_at(i + 1),
            };
            let clock = Clock { hour, minute, second, half: None };
            return (hour <= LAST_HOUR).then(|| (clock, self.skip_fraction(i + 2)));
        }
        if self.is_mark(i + 1, '.') && !self.spaced(i + 2) && !self.strict {
            let (hour, minute) = (self.small(i)?, self.small(i + 2)?);
            let mut next = i + 3;
            let mut second = 0;
            if self.is_mark(next, '.') && !self.spaced(next + 1) {
                second = self.small(next + 1)?;
                next += 2;
            }
            if hour < 24 && minute < 60 && second < 60 && self.number(i + 2)?.1 == 2 {
                return Some(self.with_half(Clock { hour, minute, second, half: None }, next));
            }
        }
        None
    }

    /// Passes over `.538` or `,538` behind seconds.
    fn skip_fraction(&self, i: usize) -> usize {
        let fraction =
            matches!(self.mark(i), Some('.' | ',' | ':')) && self.number(i + 1).is_some() && !self.spaced(i + 1);
        // "10:14:55,20/12/2022" goes on with a date.
        if fraction && !self.is_date_mark(i + 2) { i + 2 } else { i }
    }

    fn is_date_mark(&self, i: usize) -> bool {
        self.mark(i).is_some_and(|m| "/-.".contains(m))
            && self.number(i + 1).is_some()
            && self.mark(i) == self.mark(i + 2)
            || self.is_mark(i, '/')
    }

    /// Adds the half of the day that stands behind a clock.
    fn with_half(&self, clock: Clock, next: usize) -> (Clock, usize) {
        match self.half_at(next) {
            Some((half, next)) => (Clock { half: Some(half), ..clock }, next),
            None => (clock, next),
        }
    }

    /// Reads `AM`, `p.m.`, `SA`, `CH`, `sáng`, `chiều`, ….
    pub fn half_at(&self, i: usize) -> Option<(Half, usize)> {
        match self.word(i)? {
            Sense::Am | Sense::SaturdayOrAm => Some((Half::Am, i + 1)),
            Sense::Pm => Some((Half::Pm, i + 1)),
            Sense::Noon => Some((Half::Noon, i + 1)),
            Sense::Night => Some((Half::Night, i + 1)),
            Sense::Letter(letter @ (b'a' | b'p')) => {
                let at = self.skip_marks(i + 1, ".", 1);
                if self.letter(at) != Some(b'm') {
                    return None;
                }
                Some((if letter == b'a' { Half::Am } else { Half::Pm }, self.skip_marks(at + 1, ".", 1)))
            }
            _ => None,
        }
    }

    /// Reads a zone behind a clock: `+0700`, `+7`, `GMT+7`, `UTC+07:00`, `(ICT)`, `Europe/Brussels`, `Z`, `EST`.
    pub fn zone_at(&self, i: usize) -> Option<(Offset, usize)> {
        if let Some((minutes, next)) = self.signed_at(i) {
            return Some((Offset::Minutes(minutes), next));
        }
        // "+" is a blank where an address was decoded twice: "09:30:00 0700".
        if let Some((value, 4)) = self.number(i) {
            let before = i.checked_sub(1).and_then(|i| self.number(i)).is_some();
            let plausible = value <= 1400 && value % 100 % 15 == 0 && value % 100 < 60 && !self.is_date_mark(i + 1);
            return (before && plausible && !self.strict)
                .then_some((Offset::Minutes((value / 100 * 60 + value % 100) as i32), i + 1));
        }
        let sense = self.word(i)?;
        if let Some(zone) = self.region_at(i) {
            return Some(zone);
        }
        let upper = self.text(i).bytes().all(|b| b.is_ascii_uppercase());
        match sense {
            Sense::Utc => Some(match self.signed_at(i + 1) {
                Some((minutes, next)) => (Offset::Minutes(minutes), next),
                None => (Offset::Minutes(0), i + 1),
            }),
            Sense::Zone(minutes) if upper => Some(match self.signed_at(i + 1) {
                Some((minutes, next)) => (Offset::Minutes(minutes), next),
                None => (Offset::Minutes(i32::from(minutes)), i + 1),
            }),
            Sense::ZoneName(minutes) => {
                let daylight = self.word(i + 1) == Some(Sense::Daylight);
                let named = daylight || self.word(i + 1) == Some(Sense::Filler);
                let next = i + 2 + usize::from(self.word(i + 2) == Some(Sense::Filler));
                named.then(|| (Offset::Minutes(i32::from(minutes) + if daylight { 60 } else { 0 }), next))
            }
            Sense::Letter(b'z') => Some((Offset::Minutes(0), i + 1)),
            // RFC 822 got the military letters wrong; RFC 5322 §4.3 says to read all of them as UTC.
            Sense::Letter(letter) if upper && letter != b'j' && !self.strict => {
                let last = i + 1 == self.tokens.len() || self.year(i + 1).is_some();
                last.then_some((Offset::Minutes(0), i + 1))
            }
            _ => None,
        }
    }

    /// Reads a zone behind a date without clock (`2003-12-31Z`, `2003-12-31+01:00`).
    pub fn date_zone_at(&self, i: usize) -> Option<(Offset, usize)> {
        if self.spaced(i) || self.strict {
            return None;
        }
        match self.mark(i) {
            Some('+') => self.signed_at(i).map(|(minutes, next)| (Offset::Minutes(minutes), next)),
            _ if self.letter(i) == Some(b'z') => Some((Offset::Minutes(0), i + 1)),
            _ => None,
        }
    }

    /// `+07:00`, `-0330`, `+7`, `+530`, `-01:01`; never a dash before a date or a range of hours.
    fn signed_at(&self, i: usize) -> Option<(i32, usize)> {
        let sign = match self.mark(i)? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (value, digits) = self.number(i + 1)?;
        if self.spaced(i + 1) && digits != 4 {
            return None;
        }
        let mut next = i + 2;
        let (hours, minutes) = match digits {
            1 | 2 => {
                let colon = self.is_mark(next, ':') || self.is_mark(next, '.') && !self.spaced(next + 1);
                match self.small(next + 1).filter(|_| colon && !self.spaced(next + 1)) {
                    Some(minutes) => {
                        next += 2;
                        (value, u64::from(minutes))
                    }
                    None => (value, 0),
                }
            }
            3 | 4 => (value / 100, value % 100),
            _ => return None,
        };
        let goes_on = self.mark(next).is_some_and(|m| "/-.".contains(m)) && self.number(next + 1).is_some();
        let named = sign < 0 && digits <= 2 && self.month_at(self.skip_marks(next, "-.", 1)).is_some();
        if hours > 15 || minutes > 59 || goes_on || named {
            return None;
        }
        Some((sign * (hours * 60 + minutes) as i32, next))
    }

    /// `Asia/Ho_Chi_Minh`, `Etc/GMT-7`.
    fn region_at(&self, i: usize) -> Option<(Offset, usize)> {
        if !self.is_mark(i + 1, '/') || self.word(i + 2).is_none() {
            return None;
        }
        let start = self.tokens[i].start;
        let name = &self.raw[start..];
        let len = name.bytes().take(40).take_while(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(b)).count();
        let zone: Tz = name[..len].parse().ok()?;
        let next = (i..self.tokens.len()).find(|&k| self.tokens[k].start >= start + len).unwrap_or(self.tokens.len());
        Some((Offset::Region(zone), next))
    }
}
