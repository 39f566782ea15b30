//! How often a source usually has something new, and whether it has fallen silent.
//!
//! Provincial newspapers write by day, rest at night and slow down at weekends; a portal's section may have three items a
//! month. So there is no fixed bound: each source is measured by the longest pause it has lately made.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize, Serializer};

use crate::model::Instant;

use super::brief::{self, Brief};

/// Weight of the newest gap in the average.
const NEWEST_WEIGHT: f64 = 0.1;
/// What of the longest pause is still believed after each item: a pause is half forgotten after about 70 items.
const PAUSE_MEMORY: f64 = 0.99;
/// Fewer gaps than this tell nothing.
const ENOUGH_GAPS: u32 = 5;
/// How many times its longest pause a source may be quiet before it is called silent.
const SILENT_AFTER_PAUSES: f64 = 3.0;
/// No source is called silent sooner: a weekend and a day.
const SILENT_AFTER: TimeDelta = TimeDelta::days(3);

/// What the dates of a source's items tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Rhythm {
    /// Moving average of the time between items, seconds.
    pub usual_gap_seconds: f64,
    /// The longest pause lately made, slowly forgotten, seconds.
    pub longest_gap_seconds: f64,
    /// How many gaps were seen.
    pub gaps: u32,
    /// Date of the newest item.
    #[serde(with = "brief::option")]
    pub newest: Option<Instant>,
}

/// A row without names, see [`brief`]; read with names too.
impl Serialize for Rhythm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { usual_gap_seconds, longest_gap_seconds, gaps, newest } = self;
        (usual_gap_seconds, longest_gap_seconds, gaps, newest.map(Brief)).serialize(serializer)
    }
}

/// A source that gives nothing although it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Date of its newest item.
    pub since: Instant,
    /// Seconds that usually pass between two items.
    pub usual_gap_seconds: u64,
    /// Seconds of the longest pause it has lately made.
    pub longest_gap_seconds: u64,
}

impl Rhythm {
    /// Takes in the dates of new items, in any order; dates later than `now` and older than the newest known are no news
    /// about the rhythm and are passed over.
    pub fn learn(&mut self, dates: &[Instant], now: Instant) {
        let mut dates: Vec<Instant> = dates
            .iter()
            .copied()
            .filter(|date| *date <= now && self.newest.is_none_or(|newest| *date > newest))
            .collect();
        dates.sort_unstable();
        dates.dedup();
        for date in dates {
            if let Some(newest) = self.newest {
                #[expect(clippy::cast_precision_loss, reason = "seconds of some years fit a double exactly")]
                let gap = (date - newest).num_seconds() as f64;
                self.usual_gap_seconds = if self.gaps == 0 {
                    gap
                } else {
                    self.usual_gap_seconds + (gap - self.usual_gap_seconds) * NEWEST_WEIGHT
                };
                self.longest_gap_seconds = gap.max(self.longest_gap_seconds * PAUSE_MEMORY);
                self.gaps = self.gaps.saturating_add(1);
            }
            self.newest = Some(date);
        }
    }

    /// How long the source must be quiet to be called silent; `None` while too little is known of it.
    pub fn silent_after(&self) -> Option<TimeDelta> {
        #[expect(clippy::cast_possible_truncation, reason = "a pause is far shorter than 2^63 seconds")]
        let bound = TimeDelta::seconds((self.longest_gap_seconds * SILENT_AFTER_PAUSES).min(1e10) as i64);
        (self.gaps >= ENOUGH_GAPS).then(|| bound.max(SILENT_AFTER))
    }

    /// Tells whether the source has been quiet for much longer than it ever is.
    pub fn silence(&self, now: Instant) -> Option<Silence> {
        let (since, bound) = (self.newest?, self.silent_after()?);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "gaps are positive and far shorter"
        )]
        (now - since > bound).then_some(Silence {
            since,
            usual_gap_seconds: self.usual_gap_seconds as u64,
            longest_gap_seconds: self.longest_gap_seconds as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn day(day: i64, hour: i64) -> Instant {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day) + TimeDelta::hours(hour)
    }

    fn daily_paper() -> Rhythm {
        let mut rhythm = Rhythm::default();
        for number in 0..20 {
            let dates: Vec<_> = (6..22).map(|hour| day(number, hour)).collect();
            rhythm.learn(&dates, day(number, 23));
        }
        rhythm
    }

    #[test]
    fn learns_from_one_document_and_from_many() {
        let mut at_once = Rhythm::default();
        let dates: Vec<_> = (0..20).flat_map(|number| (6..22).map(move |hour| day(number, hour))).rev().collect();
        at_once.learn(&dates, day(20, 0));
        assert_eq!(at_once, daily_paper());
        assert!((3600.0..4.0 * 3600.0).contains(&at_once.usual_gap_seconds), "{at_once:?}");
    }

    #[test]
    fn it_is_kept_as_it_is_and_read_as_older_versions_kept_it() {
        let rhythm =
            Rhythm { usual_gap_seconds: 5400.5, longest_gap_seconds: 28_800.0, gaps: 304, newest: Some(day(0, 0)) };
        let kept = serde_json::to_string(&rhythm).expect("plain data");
        assert_eq!(kept, "[5400.5,28800.0,304,1728000000]");
        let older =
            r#"{"usual_gap_seconds":5400.5,"longest_gap_seconds":28800.0,"gaps":304,"newest":"2024-10-04T00:00:00Z"}"#;
        for text in [kept.as_str(), older] {
            assert_eq!(serde_json::from_str::<Rhythm>(text).expect("readable"), rhythm, "{text}");
        }
        let kept = serde_json::to_string(&Rhythm::default()).expect("plain data");
        assert_eq!(serde_json::from_str::<Rhythm>(&kept).expect("readable"), Rhythm::default());
    }

    #[test]
    fn a_night_and_a_weekend_are_no_silence() {
        assert_eq!(daily_paper().silence(day(20, 7)), None);
        assert_eq!(daily_paper().silence(day(21, 23)), None);
    }

    #[test]
    fn a_daily_paper_is_silent_after_some_days() {
        let silence = daily_paper().silence(day(23, 0)).expect("quiet for more than three days");
        assert_eq!(silence.since, day(19, 21));
        assert_eq!(silence.longest_gap_seconds / 3600, 7);
    }

    #[test]
    fn a_monthly_section_is_not_silent_after_some_days() {
        let mut rhythm = Rhythm::default();
        rhythm.learn(&(0..8).map(|number| day(number * 30, 8)).collect::<Vec<_>>(), day(300, 0));
        assert_eq!(rhythm.silence(day(270, 0)), None);
        assert!(rhythm.silence(day(210 + 95, 0)).is_some());
    }

    #[test]
    fn little_known_sources_are_not_called_silent() {
        let mut rhythm = Rhythm::default();
        rhythm.learn(&[day(0, 0), day(1, 0)], day(1, 1));
        assert_eq!(rhythm.silence(day(100, 0)), None);
    }

    #[test]
    fn dates_in_the_future_do_not_confuse_it() {
        let mut rhythm = daily_paper();
        let before = rhythm;
        rhythm.learn(&[day(9_999, 0)], day(20, 0));
        assert_eq!(rhythm, before);
    }
}
