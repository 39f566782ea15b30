//! What there is to tell a sysadmin about a source. Pure: the same for the log, the metrics, `bantin sources` and `/status`.

use chrono::TimeDelta;

use crate::model::{Instant, Outcome, Severity};

use super::rhythm::Silence;
use super::state::SourceState;

/// A certificate that ends within this time is mentioned: time enough for a publisher's office to act.
pub const CERTIFICATE_WARNING: TimeDelta = TimeDelta::days(14);

/// Something about a source that a sysadmin may want to act on.
#[derive(Debug, Clone, PartialEq)]
pub enum Concern {
    /// Nothing succeeds any more.
    Broken {
        /// How the last poll went.
        outcome: Outcome,
        /// Since when nothing succeeds.
        since: Instant,
        /// Polls that failed in a row.
        failures: u32,
    },
    /// It said twice that it is gone, and is left alone.
    Parked {
        /// Since when.
        since: Instant,
    },
    /// It answers, but in a way that is worth a look if it stays so.
    Odd {
        /// How.
        outcome: Outcome,
        /// Since when.
        since: Instant,
    },
    /// It answers but has had nothing new for much longer than it ever pauses.
    Silent(Silence),
    /// It has moved for good; the new address is asked already, and belongs into `feeds.toml`.
    Moved {
        /// Where to.
        url: String,
        /// When that was believed.
        at: Instant,
    },
    /// Its certificate ends soon, or has ended.
    Certificate {
        /// When.
        expires: Instant,
    },
}

impl Concern {
    /// Whether the source gives nothing until somebody acts, or its own trouble passes.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Broken { .. } | Self::Parked { .. })
    }
}

/// Everything there is to tell about a source, what matters most first.
pub fn concerns(state: &SourceState, now: Instant) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if let Some(since) = state.parked_at {
        concerns.push(Concern::Parked { since });
    } else if let Some(standing) = &state.standing {
        let outcome = standing.outcome.clone();
        if standing.failures > 0 {
            let since = standing.broken_since.unwrap_or(standing.since);
            concerns.push(Concern::Broken { outcome, since, failures: standing.failures });
        } else if outcome.severity() == Severity::Notice {
            concerns.push(Concern::Odd { outcome, since: standing.since });
        }
    }
    concerns.extend(state.silence(now).map(Concern::Silent));
    if let Some(adopted) = &state.adopted {
        concerns.push(Concern::Moved { url: adopted.url.clone(), at: adopted.at });
    }
    if state.certificate_ends_within(CERTIFICATE_WARNING, now).is_some()
        && let Some(expires) = state.certificate_expires
    {
        concerns.push(Concern::Certificate { expires });
    }
    concerns
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::state::{Adopted, Standing};
    use super::*;

    fn day(days: i64) -> Instant {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + days)
    }

    fn standing(outcome: Outcome, failures: u32) -> SourceState {
        let broken_since = (failures > 0).then(|| day(1));
        SourceState {
            standing: Some(Standing { outcome, since: day(2), broken_since, failures }),
            ..SourceState::default()
        }
    }

    #[test]
    fn a_source_that_works_gives_no_concern() {
        assert_eq!(concerns(&SourceState::default(), day(9)), []);
        assert_eq!(concerns(&standing(Outcome::NotModified, 0), day(9)), []);
    }

    #[test]
    fn a_broken_source_is_broken_since_nothing_succeeds() {
        let outcome = Outcome::ServerError { status: 500 };
        let expected = Concern::Broken { outcome: outcome.clone(), since: day(1), failures: 7 };
        assert_eq!(concerns(&standing(outcome, 7), day(9)), [expected]);
    }

    #[test]
    fn a_parked_source_is_told_as_such_and_only_so() {
        let state = SourceState { parked_at: Some(day(3)), ..standing(Outcome::Gone, 2) };
        assert_eq!(concerns(&state, day(9)), [Concern::Parked { since: day(3) }]);
    }

    #[test]
    fn moves_certificates_and_odd_documents_are_told_together() {
        let url = "https://bao.example.vn/rss".to_owned();
        let state = SourceState {
            adopted: Some(Adopted { url: url.clone(), at: day(4), status: 301 }),
            certificate_expires: Some(day(12)),
            ..standing(Outcome::Empty, 0)
        };
        let expected = [
            Concern::Odd { outcome: Outcome::Empty, since: day(2) },
            Concern::Moved { url, at: day(4) },
            Concern::Certificate { expires: day(12) },
        ];
        assert_eq!(concerns(&state, day(9)), expected);
        assert_eq!(concerns(&SourceState { certificate_expires: Some(day(30)), ..SourceState::default() }, day(9)), []);
    }

    #[test]
    fn a_silent_source_is_told_with_its_habit() {
        let mut state = standing(Outcome::NotModified, 0);
        state.rhythm.learn(&(0..10).map(day).collect::<Vec<_>>(), day(10));
        assert_eq!(concerns(&state, day(11)), []);
        let [Concern::Silent(silence)] = concerns(&state, day(20))[..] else { panic!("it is silent") };
        assert_eq!((silence.since, silence.usual_gap_seconds), (day(9), 86_400));
    }
}
