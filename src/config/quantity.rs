//! Durations and sizes as people write them: `"30s"`, `"1h 30min"`, `"10 MiB"`.

use std::time::Duration;

/// Milliseconds of one unit, by every name it may be written with.
const TIME_UNITS: &[(&str, u64)] = &[
    ("d", 86_400_000),
    ("day", 86_400_000),
    ("days", 86_400_000),
    ("h", 3_600_000),
    ("hour", 3_600_000),
    ("hours", 3_600_000),
    ("hr", 3_600_000),
    ("min", 60_000),
    // As systemd does: a month is no duration, so `m` can only be the minute.
    ("m", 60_000),
    ("mins", 60_000),
    ("minute", 60_000),
    ("minutes", 60_000),
    ("s", 1_000),
    ("sec", 1_000),
    ("secs", 1_000),
    ("second", 1_000),
    ("seconds", 1_000),
    ("ms", 1),
    ("w", 604_800_000),
    ("week", 604_800_000),
    ("weeks", 604_800_000),
    ("y", 31_536_000_000),
    ("year", 31_536_000_000),
    ("years", 31_536_000_000),
];

/// Bytes of one unit. A bare `K`, `M`, `G` is binary, as in systemd.
const SIZE_UNITS: &[(&str, u64)] = &[
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
    ("T", 1 << 40),
    ("G", 1 << 30),
    ("M", 1 << 20),
    ("K", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
];

/// What a duration looks like, for messages.
pub(super) const DURATION_FORM: &str = "a number with a unit, such as `30s`, `5 min`, `2h` or `400d`";

/// What a size looks like, for messages.
pub(super) const SIZE_FORM: &str = "a number with a unit, such as `512 KiB`, `10 MiB` or `1 GiB`";

/// Reads a duration: one or more numbers with units (`ms`, `s`, `min`, `h`, `d`, `w`, `y` and their long forms), blanks
/// allowed anywhere between them. A fraction may be written with a point. `None` for everything else, also for numbers
/// without a unit and for more than 500 years.
pub fn parse_duration(text: &str) -> Option<Duration> {
    const LONGEST_MS: u64 = 500 * 31_536_000_000;
    let ms = parse(text, |unit| find(TIME_UNITS, &unit.to_ascii_lowercase()))?;
    (ms <= LONGEST_MS).then(|| Duration::from_millis(ms))
}

/// Reads a size in bytes: a number with a unit (`B`, `KiB`, `MiB`, `GiB`, `TiB`; `kB`, `MB`, … are powers of 1,000).
/// `None` for everything else, also for numbers without a unit.
pub fn parse_size(text: &str) -> Option<u64> {
    parse(text, |unit| {
        find(SIZE_UNITS, unit)
            .or_else(|| SIZE_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|&(_, bytes)| bytes))
    })
}

fn find(units: &[(&str, u64)], unit: &str) -> Option<u64> {
    units.iter().find(|(name, _)| *name == unit).map(|&(_, amount)| amount)
}

/// Adds up `number unit` pairs; `None` where there is no pair, one is broken, or the sum does not fit.
fn parse(text: &str, amount: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let mut rest = text.trim();
    let mut sum: u64 = 0;
    let mut pairs = 0;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len()));
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        sum = sum.checked_add(times(number, amount(unit)?)?)?;
        rest = after.trim_start();
        pairs += 1;
    }
    (pairs > 0).then_some(sum)
}

/// `number` (digits, perhaps a point and up to six more) times `amount`, rounded down.
fn times(number: &str, amount: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if fraction.is_empty() || fraction.len() > 6 || fraction.contains('.') {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(amount)?;
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(amount) / scale;
    whole.checked_add(u64::try_from(part).ok()?)
}

/// Prints a duration in the form it is written in: `30s`, `1h 30min`, `400d`; whole milliseconds, nothing finer.
///
/// What comes out is read back by [`parse_duration`] as the same value.
pub fn show_duration(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut parts = Vec::new();
    for (unit, ms) in [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)] {
        let count = rest / ms;
        rest %= ms;
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
    }
    parts.join(" ")
}

/// Prints a size with the largest binary unit that divides it: `10 MiB`, `1500 B`.
///
/// What comes out is read back by [`parse_size`] as the same value.
pub fn show_size(bytes: u64) -> String {
    let (unit, amount) = SIZE_UNITS[..5]
        .iter()
        .find(|(_, amount)| bytes >= *amount && bytes.is_multiple_of(*amount))
        .copied()
        .unwrap_or(("B", 1));
    format!("{} {unit}", bytes / amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn duration(text: &str, seconds: f64) {
        assert_eq!(parse_duration(text), Some(Duration::from_secs_f64(seconds)), "{text}");
    }

    #[track_caller]
    fn size(text: &str, bytes: u64) {
        assert_eq!(parse_size(text), Some(bytes), "{text}");
    }

    #[test]
    fn reads_durations_as_people_write_them() {
        duration("30s", 30.0);
        duration("30 s", 30.0);
        duration("5 min", 300.0);
        duration("5m", 300.0);
        duration("1h 30min", 5_400.0);
        duration("1h30m", 5_400.0);
        duration("400d", 34_560_000.0);
        duration("2 Hours", 7_200.0);
        duration("1.5s", 1.5);
        duration("250ms", 0.25);
        duration("0s", 0.0);
        duration("2w", 1_209_600.0);
        duration("1 year", 31_536_000.0);
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in [
            "",
            " ",
            "30",
            "s",
            "30 parsecs",
            "-5s",
            "1..5s",
            "1.s",
            ".5",
            "5 min 3",
            "600y",
            "99999999999999999999s",
            "1e3s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn reads_sizes_as_people_write_them() {
        size("10 MiB", 10_485_760);
        size("10MiB", 10_485_760);
        size("10M", 10_485_760);
        size("10 MB", 10_000_000);
        size("512 KiB", 524_288);
        size("1.5 GiB", 1_610_612_736);
        size("10 mib", 10_485_760);
        size("0 B", 0);
    }

    #[test]
    fn refuses_what_is_no_size() {
        for text in ["", "10", "MiB", "10 MX", "-1 KiB", "99999999 TiB", "10 %"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn prints_what_people_would_write() {
        assert_eq!(show_duration(Duration::from_secs(30)), "30s");
        assert_eq!(show_duration(Duration::from_secs(5_400)), "1h 30min");
        assert_eq!(show_duration(Duration::from_secs(400 * 86_400)), "400d");
        assert_eq!(show_duration(Duration::ZERO), "0s");
        assert_eq!(show_size(10 << 20), "10 MiB");
        assert_eq!(show_size(1_500), "1500 B");
        assert_eq!(show_size(0), "0 B");
    }

    proptest! {
        #[test]
        fn printed_durations_read_back(ms in 0_u64..400 * 31_536_000_000) {
            let duration = Duration::from_millis(ms);
            prop_assert_eq!(parse_duration(&show_duration(duration)), Some(duration));
        }

        #[test]
        fn printed_sizes_read_back(bytes: u64) {
            prop_assert_eq!(parse_size(&show_size(bytes)), Some(bytes));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            let _ = (parse_duration(&text), parse_size(&text));
        }
    }
}
