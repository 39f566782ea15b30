//! Numbers, days and times: one word each, however they are written.

use super::{
    Flags, MINUTE_WORDS, MIX, MONTH_WORD, Number, PAIR_BITS, PLAIN_BITS, Reader, YEAR_WORD, mix, number, seal,
};

impl<const SPANS: bool> Reader<'_, SPANS> {
    /// `15h`, `15 giờ`: the hour as a time at minute 0; the minutes may follow.
    pub(super) fn join_hour(&mut self) -> bool {
        let last = self.words.len() - 1;
        match number(self.words[last], self.flags[last]) {
            Some(Number::Plain(hour)) if hour <= 24 => {
                self.words[last] = PAIR_BITS | hour << 13;
                self.flags[last].0 |= Flags::PAIR;
                true
            }
            _ => false,
        }
    }

    /// `phút` behind a time says nothing.
    pub(super) fn ends_time(&self, hash: u32) -> bool {
        MINUTE_WORDS.contains(&hash) && self.flags.last().is_some_and(|flags| flags.is_pair())
    }

    /// Reads a run of digits with the marks between them, and appends it as one word if it is one number.
    pub(super) fn read_number(&mut self) {
        let start = self.at;
        let mut groups = [Group::default(); 4];
        let mut separators = [0u8; 4];
        let mut count = 0;
        loop {
            let group = self.read_digits();
            groups[count] = group;
            count += 1;
            let next = self.text.as_bytes().get(self.at).copied().unwrap_or(0);
            let after = self.text.as_bytes().get(self.at + 1).copied().unwrap_or(0);
            if count < 4 && matches!(next, b'.' | b',' | b'/' | b':' | b'-') && after.is_ascii_digit() {
                separators[count - 1] = next;
                self.at += 1;
            } else if count == 1 && matches!(next, b'h' | b'g') && after.is_ascii_digit() && group.value <= 24 {
                // `15h30`
                separators[0] = b':';
                self.at += 1;
            } else {
                break;
            }
        }
        self.emit_number(&groups[..count], &separators[..count], start);
    }

    fn read_digits(&mut self) -> Group {
        let bytes = self.text.as_bytes();
        let mut group = Group::default();
        while let Some(digit) = bytes.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            let digit = u64::from(digit - b'0');
            group.value = group.value.saturating_mul(10).saturating_add(digit);
            group.digits = group.digits.saturating_add(1);
            self.at += 1;
        }
        group
    }

    fn emit_number(&mut self, groups: &[Group], separators: &[u8], start: usize) {
        let end = self.at;
        match *groups {
            [one] => self.push_plain(one, start, end),
            // 2026-06-27
            [year, month, day] if year.is_year() && is_day(day.value, month.value) => {
                self.push_pair(day.value, month.value, start, end);
                self.keep_year(year.value);
            }
            // 27/6/2026, 27-6-26 with the same mark twice
            [day, month, year]
                if is_day(day.value, month.value)
                    && separators[0] == separators[1]
                    && separators[0] != b','
                    && (year.is_year() || year.digits == 2 && separators[0] != b':') =>
            {
                self.push_pair(day.value, month.value, start, end);
                self.keep_year(if year.digits == 2 { year.value + 2000 } else { year.value });
            }
            _ if is_grouped(groups, separators) => {
                let value = groups.iter().fold(0u64, |all, group| all.saturating_mul(1000).saturating_add(group.value));
                let digits = groups.iter().fold(0u8, |all, group| all.saturating_add(group.digits));
                self.push_plain(Group { value, digits }, start, end);
            }
            // 6/2026: two words, as `6 năm 2026` gives
            [month, year] if year.is_year() && month.value <= 12 => {
                self.push_plain(month, start, end);
                self.push_plain(year, start, end);
            }
            [first, second] => self.push_pair(first.value, second.value, start, end),
            _ => {
                for &group in groups {
                    self.push_plain(group, start, end);
                }
            }
        }
    }

    fn push_plain(&mut self, group: Group, start: usize, end: usize) {
        if self.join_date(group, end) {
            return;
        }
        let hash = match u32::try_from(group.value) {
            // Leading zeros of short numbers are a matter of taste (`05`); those of long ones are a telephone number.
            Ok(value) if value < 1 << 27 => PLAIN_BITS | value,
            _ => seal(mix(MIX, group.value)) & 0x7FFF_FFFF,
        };
        self.push(hash, Flags::NUMBER, start, end);
    }

    fn push_pair(&mut self, first: u64, second: u64, start: usize, end: usize) {
        let hash = if first < 1 << 13 && second < 1 << 13 {
            PAIR_BITS | (first as u32) << 13 | second as u32
        } else {
            seal(mix(mix(MIX, first), second)) & 0x7FFF_FFFF
        };
        self.push(hash, Flags::NUMBER | Flags::PAIR, start, end);
    }

    /// Lets a number complete what stands before it: `27 tháng` 6, `27/6 năm` 2026, `6 năm` 2026, `15 giờ` 30.
    fn join_date(&mut self, group: Group, end: usize) -> bool {
        let count = self.words.len();
        let before = |back: usize| {
            count.checked_sub(back).and_then(|index| number(self.words[index], self.flags[index]).map(|n| (index, n)))
        };
        if let Some((index, Number::Pair(hour, 0))) = before(1)
            && hour <= 24
            && group.value < 60
            && group.digits <= 2
        {
            self.words[index] |= group.value as u32;
            self.extend_span(index, end);
            return true;
        }
        if count >= 2
            && self.words[count - 1] == MONTH_WORD
            && let Some((index, Number::Plain(day))) = before(2)
            && is_day(u64::from(day), group.value)
        {
            self.truncate(count - 1);
            self.words[index] = PAIR_BITS | day << 13 | group.value as u32;
            self.flags[index].0 |= Flags::PAIR;
            self.extend_span(index, end);
            return true;
        }
        if group.is_year() && count >= 2 && self.words[count - 1] == YEAR_WORD {
            match before(2) {
                Some((index, Number::Pair(day, month))) if is_day(u64::from(day), u64::from(month)) => {
                    self.truncate(count - 1);
                    self.extend_span(index, end);
                    self.keep_year(group.value);
                    return true;
                }
                Some((_, Number::Plain(month))) if month <= 12 => self.truncate(count - 1),
                _ => {}
            }
        }
        false
    }

    fn extend_span(&mut self, index: usize, end: usize) {
        if SPANS && let Some(span) = self.spans.get_mut(index) {
            span.1 = end as u32;
        }
    }

    fn keep_year(&mut self, year: u64) {
        self.years = mix(self.years, year);
    }
}

/// A run of digits.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    value: u64,
    digits: u8,
}

impl Group {
    fn is_year(self) -> bool {
        self.digits == 4 && (1900..2100).contains(&self.value)
    }
}

fn is_day(day: u64, month: u64) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

/// `1.000`, `12,345,678`: groups of three after the first, all by one mark.
fn is_grouped(groups: &[Group], separators: &[u8]) -> bool {
    let mark = separators[0];
    matches!(mark, b'.' | b',')
        && groups[0].digits <= 3
        && groups[1..].iter().all(|group| group.digits == 3)
        && separators[..groups.len() - 1].iter().all(|&other| other == mark)
}
