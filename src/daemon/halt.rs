//! When nothing is polled because nothing could be kept: decided here, carried out by the engine and its loop.
//!
//! A disk that is full stays full for hours, and a site that is polled meanwhile is asked for nothing. So the first poll that
//! cannot be kept closes polling, and no poll opens it again: what opens it is a probe, which writes to the database and
//! asks nobody. Probes come after a pause that doubles; trouble that returns right after a probe has found nothing goes
//! on with the pauses it had reached, for then the probe is too small to find it.

use chrono::TimeDelta;

use crate::model::Instant;
use crate::store::Trouble;

/// The pause before the first probe, seconds; each further one is twice as long.
const FIRST_PAUSE_SECONDS: i64 = 5;

/// The longest.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// Whether polls may be made.
#[derive(Debug, Default)]
pub struct Halt {
    closed: Option<Closed>,
    /// When it last ended, and after how many probes.
    ended: Option<(Instant, u32)>,
}

#[derive(Debug)]
struct Closed {
    since: Instant,
    /// Probes that failed.
    probes: u32,
    until: Instant,
    is_probing: bool,
    kind: Trouble,
    why: String,
}

/// What may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Polls.
    Polls,
    /// A probe; whoever asked makes it, and nobody else is told to.
    Probe,
    /// Nothing before then.
    Nothing(Instant),
}

/// Why nothing is polled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standstill {
    /// Since when.
    pub since: Instant,
    /// What is wrong with the database.
    pub kind: Trouble,
    /// What it said, and the way out.
    pub why: String,
}

impl std::fmt::Display for Standstill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "polling stopped at {}: {}", self.since.format("%Y-%m-%d %H:%M UTC"), self.why)
    }
}

impl Halt {
    /// A poll could not be kept, or the database not read. Returns whether polling is closed by this.
    pub fn close(&mut self, kind: Trouble, why: String, now: Instant) -> bool {
        if let Some(closed) = &mut self.closed {
            // Polls that were under way together count once; damage outdoes the rest.
            if kind == Trouble::Damaged {
                (closed.kind, closed.why) = (kind, why);
            }
            return false;
        }
        let probes = match self.ended {
            Some((at, probes)) if (now - at).abs() < LONGEST_PAUSE => probes + 1,
            _ => 0,
        };
        self.closed = Some(Closed { since: now, probes, until: now + pause(probes), is_probing: false, kind, why });
        true
    }

    /// A probe failed too.
    pub fn probe_failed(&mut self, kind: Trouble, why: String, now: Instant) {
        if let Some(closed) = &mut self.closed {
            closed.probes += 1;
            closed.until = now + pause(closed.probes);
            closed.is_probing = false;
            (closed.kind, closed.why) = (kind, why);
        }
    }

    /// A probe found nothing wrong: polls are made again. Returns why they were not.
    pub fn open(&mut self, now: Instant) -> Option<Standstill> {
        let standstill = self.standstill();
        if let Some(closed) = self.closed.take() {
            self.ended = Some((now, closed.probes));
        }
        standstill
    }

    /// What may be done now.
    pub fn admit(&mut self, now: Instant) -> Admission {
        let Some(closed) = &mut self.closed else { return Admission::Polls };
        // A clock that was set back must not close polling for as long.
        closed.until = closed.until.min(now + LONGEST_PAUSE);
        if closed.is_probing || closed.until > now {
            return Admission::Nothing(closed.until);
        }
        closed.is_probing = true;
        Admission::Probe
    }

    /// Why nothing is polled; `None` while polls are made.
    pub fn standstill(&self) -> Option<Standstill> {
        let closed = self.closed.as_ref()?;
        Some(Standstill { since: closed.since, kind: closed.kind, why: closed.why.clone() })
    }
}

fn pause(probes: u32) -> TimeDelta {
    TimeDelta::seconds(FIRST_PAUSE_SECONDS << probes.min(7)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    fn closed() -> Halt {
        let mut halt = Halt::default();
        assert!(halt.close(Trouble::Full, "full".to_owned(), at(0)));
        halt
    }

    /// Lets probes fail from `now` on; returns how long each pause was.
    fn pauses(halt: &mut Halt, mut now: Instant, count: usize) -> Vec<i64> {
        let mut pauses = Vec::new();
        while pauses.len() < count {
            let Admission::Nothing(until) = halt.admit(now) else { panic!("nothing may be done in a pause") };
            pauses.push((until - now).num_seconds());
            now = until;
            assert_eq!(halt.admit(now), Admission::Probe);
            halt.probe_failed(Trouble::Full, "still full".to_owned(), now);
        }
        pauses
    }

    #[test]
    fn polls_are_made_until_one_cannot_be_kept() {
        let mut halt = Halt::default();
        assert_eq!((halt.admit(at(0)), halt.standstill()), (Admission::Polls, None));
        halt.close(Trouble::Full, "full".to_owned(), at(1));
        assert_eq!(halt.admit(at(1)), Admission::Nothing(at(6)));
        assert_eq!(
            halt.standstill().expect("it stands still").to_string(),
            "polling stopped at 2024-10-04 00:00 UTC: full"
        );
    }

    #[test]
    fn pauses_double_up_to_ten_minutes() {
        assert_eq!(pauses(&mut closed(), at(0), 9), [5, 10, 20, 40, 80, 160, 320, 600, 600]);
    }

    #[test]
    fn one_probe_is_made_at_a_time() {
        let mut halt = closed();
        assert_eq!(halt.admit(at(10)), Admission::Probe);
        assert!(matches!(halt.admit(at(500)), Admission::Nothing(_)));
    }

    #[test]
    fn polls_that_were_under_way_together_count_once() {
        let mut halt = closed();
        assert!(!halt.close(Trouble::Full, "full".to_owned(), at(1)));
        assert_eq!(pauses(&mut halt, at(0), 2), [5, 10]);
    }

    #[test]
    fn damage_outdoes_a_full_disk_in_what_is_said() {
        let mut halt = closed();
        halt.close(Trouble::Damaged, "damaged".to_owned(), at(1));
        halt.close(Trouble::Full, "full".to_owned(), at(2));
        let standstill = halt.standstill().expect("it stands still");
        assert_eq!((standstill.kind, standstill.why.as_str(), standstill.since), (Trouble::Damaged, "damaged", at(0)));
    }

    #[test]
    fn only_a_probe_opens_it_and_tells_since_when_it_was_closed() {
        let mut halt = closed();
        assert_eq!(halt.admit(at(10)), Admission::Probe);
        assert_eq!(halt.open(at(11)).expect("it stood still").since, at(0));
        assert_eq!((halt.admit(at(11)), halt.open(at(12))), (Admission::Polls, None));
    }

    #[test]
    fn trouble_that_a_probe_is_too_small_to_find_goes_on_with_longer_pauses() {
        let mut halt = closed();
        assert_eq!(pauses(&mut halt, at(0), 3), [5, 10, 20]);
        halt.open(at(200));
        halt.close(Trouble::Full, "full".to_owned(), at(201));
        assert_eq!(halt.admit(at(201)), Admission::Nothing(at(201 + 80)));
        halt.open(at(400));
        halt.close(Trouble::Full, "full".to_owned(), at(4000));
        assert_eq!(halt.admit(at(4000)), Admission::Nothing(at(4005)), "that is another time");
    }

    #[test]
    fn a_clock_that_was_set_back_closes_it_for_no_longer() {
        let mut halt = closed();
        assert_eq!(halt.admit(at(-90_000)), Admission::Nothing(at(-90_000 + 600)));
    }
}
