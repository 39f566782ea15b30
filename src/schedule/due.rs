//! When a source is due: the one place where schedule, publisher's wishes, holds and back-off meet. Pure.
//!
//! A source is polled at the *slots* of its schedule, each moved by the source's own steady offset. Whatever slows it down
//! (a `ttl`, a `Retry-After`, failures) gives an earliest time, and the first slot that fits is taken; nothing ever
//! adds a slot. If the earliest time lies just behind a slot, the poll moves behind that slot with it, so that
//! "fresh for an hour" on an hourly schedule does not mean every second hour.

use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::config;
use crate::model::{Instant, Map, SourceId};

use super::apply::LONGEST_WAIT;
use super::cron::{Cron, CronError};
use super::host::{Hold, HostState};
use super::state::SourceState;

/// Largest offset of a source from its schedule: enough to spread a thousand sources, little enough for `0 6 * * *` to
/// mean the early morning.
const LARGEST_OFFSET: TimeDelta = TimeDelta::minutes(10);
/// Facts that lie further in the future than this come from a clock that was wrong.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// With facts that cannot be trusted, a slot this recent is still taken.
const SLOT_WINDOW: TimeDelta = TimeDelta::minutes(1);
/// The first pause after a failure is one gap of the schedule, but never less than this.
const LEAST_BACK_OFF: TimeDelta = TimeDelta::minutes(1);
/// A poll that failed through our own network is made up for, but no sooner than this.
const FORGIVEN_PAUSE: TimeDelta = TimeDelta::seconds(15);
/// A parked source is looked at again after this long: publishers say 410 by mistake, too.
const PARKED_LOOK: TimeDelta = TimeDelta::days(7);

/// A schedule as one source follows it: with its zone and its own offset.
#[derive(Debug, Clone)]
pub struct Timetable {
    /// Shared with all that have the same schedule.
    cron: Arc<Cron>,
    zone: Tz,
    seed: u64,
    offset: TimeDelta,
    /// How far a poll may lie behind its slot without being taken for another one.
    slack: TimeDelta,
}

impl Timetable {
    /// The timetable of the source `id`. `zone` is the site's.
    ///
    /// The offset depends on the id and the schedule alone, so it is the same after every restart and on every machine:
    /// whole seconds, less than half the schedule's least gap and less than ten minutes.
    pub fn new(cron: impl Into<Arc<Cron>>, zone: Tz, id: &SourceId) -> Self {
        let cron = cron.into();
        let seed = xxh3_64(id.as_str().as_bytes());
        let slack = (cron.least_gap() / 2).min(LARGEST_OFFSET);
        let bound = slack.num_seconds().max(1);
        #[expect(clippy::cast_possible_wrap, reason = "the remainder is less than 600")]
        let offset = TimeDelta::seconds((seed % bound.unsigned_abs()) as i64);
        Self { cron, zone, seed, offset, slack }
    }

    /// How far the source's polls lie behind the times its schedule names.
    pub fn offset(&self) -> TimeDelta {
        self.offset
    }

    /// The schedule.
    pub fn cron(&self) -> &Cron {
        &self.cron
    }

    /// The first slot strictly after `after`; `None` once the schedule is over.
    pub fn slot_after(&self, after: Instant) -> Option<Instant> {
        self.cron.next_after(after - self.offset, self.zone).map(|slot| slot + self.offset)
    }

    /// The first time from `earliest` on at which to poll: `earliest` itself where a slot has just passed, else a slot.
    fn settle(&self, earliest: Instant) -> Option<Instant> {
        // The slot at the very beginning of the slack counts as passed long ago.
        self.slot_after(earliest - self.slack).map(|slot| slot.max(earliest))
    }

    /// A steady number from 0 to 99 for this source and `salt`.
    fn percent(&self, salt: u32) -> i32 {
        let mixed = xxh3_64(&[self.seed.to_le_bytes(), u64::from(salt).to_le_bytes()].concat());
        i32::try_from(mixed % 100).unwrap_or(0)
    }
}

/// The timetables of all sources of a configuration, equal expressions read once.
///
/// # Errors
///
/// Every schedule that cannot be read, with its source, in file order.
pub fn timetables(
    sources: &[Arc<config::Source>],
    zone: Tz,
) -> Result<Map<SourceId, Timetable>, Vec<(SourceId, CronError)>> {
    let mut read: Map<&str, Result<Arc<Cron>, CronError>> = Map::default();
    let mut found = Map::with_capacity_and_hasher(sources.len(), Default::default());
    let mut errors = Vec::new();
    for source in sources {
        match read.entry(&source.schedule).or_insert_with(|| Cron::parse(&source.schedule).map(Arc::new)) {
            Ok(cron) => {
                found.insert(source.id.clone(), Timetable::new(Arc::clone(cron), zone, &source.id));
            }
            Err(error) => errors.push((source.id.clone(), error.clone())),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// When a source is due, and why not sooner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The time; in the past if it was missed (the machine was off, the queue was long), and then due now, once.
    pub at: Instant,
    /// What decided.
    pub because: Because,
}

/// What decided when a source is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// It has never been polled under this address.
    First,
    /// Its schedule says so.
    Schedule,
    /// RSS `ttl`.
    Ttl,
    /// `sy:updatePeriod` and its kind.
    UpdatePeriod,
    /// `Cache-Control: max-age` or `Expires`.
    Freshness,
    /// `skipHours` or `skipDays`.
    Skipped,
    /// It fails.
    BackOff,
    /// `Retry-After` of this address.
    UrlHold,
    /// The host throttled us repeatedly.
    HostHold,
    /// It said twice that it is gone.
    Parked,
    /// The last poll failed through our own network.
    OwnNetwork,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "never polled",
            Self::Schedule => "schedule",
            Self::Ttl => "its ttl",
            Self::UpdatePeriod => "its sy:updatePeriod",
            Self::Freshness => "its max-age",
            Self::Skipped => "its skipHours or skipDays",
            Self::BackOff => "back-off after failures",
            Self::UrlHold => "Retry-After",
            Self::HostHold => "Retry-After of its host",
            Self::Parked => "parked, gone",
            Self::OwnNetwork => "our network failed",
        })
    }
}

/// Tells when a source is due; `None` once its schedule is over.
///
/// A pure function of the facts: nothing need be stored of its answer, and it gives the same one after a restart. `now`
/// only matters for a source never polled and for facts that lie in the future because the clock was wrong: those are
/// not believed, and the source follows its schedule. However much was missed, there is one answer, so a machine that
/// slept catches up once.
pub fn next_due(timetable: &Timetable, state: &SourceState, host: &HostState, now: Instant) -> Option<Due> {
    let Some(polled_at) = state.polled_at else {
        return Some(held(timetable, state, host, now, Due { at: now, because: Because::First }));
    };
    if polled_at > now + CLOCK_TOLERANCE {
        // Nothing in the state can be counted from. Slots are still where they are: whoever asks at a slot, or a
        // little later, is told "now", and otherwise the next one.
        let at = timetable.slot_after(now - SLOT_WINDOW)?;
        return Some(held(timetable, state, host, now, Due { at, because: Because::Schedule }));
    }
    if state.forgiven {
        let due = Due { at: polled_at + FORGIVEN_PAUSE, because: Because::OwnNetwork };
        return Some(held(timetable, state, host, now, due));
    }
    let mut due = Due { at: timetable.slot_after(polled_at + timetable.slack)?, because: Because::Schedule };
    if let Some(parked_at) = state.parked_at {
        due = Due { at: timetable.settle(parked_at + PARKED_LOOK)?, because: Because::Parked };
    } else if let Some((earliest, because)) = earliest(timetable, state, polled_at)
        && earliest > due.at
    {
        due = Due { at: timetable.settle(earliest)?, because };
    }
    let due = leave_out_skipped(timetable, state, polled_at, due);
    Some(held(timetable, state, host, now, due))
}

/// The longest of what asks us to wait longer than the schedule does.
fn earliest(timetable: &Timetable, state: &SourceState, polled_at: Instant) -> Option<(Instant, Because)> {
    let after = |wait: TimeDelta| polled_at + wait.clamp(TimeDelta::zero(), LONGEST_WAIT);
    let seconds = |seconds: u64| i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds).unwrap_or(LONGEST_WAIT);
    let standing = state.standing.as_ref();
    if let Some(failures) = standing.map(|standing| standing.failures).filter(|failures| *failures > 0) {
        return Some((after(back_off(timetable, failures)), Because::BackOff));
    }
    let ttl = state.hints.ttl_minutes.map(|minutes| (after(TimeDelta::minutes(i64::from(minutes))), Because::Ttl));
    let period = state.hints.update_every_seconds.filter(|seconds| *seconds > 0).map(|every| {
        let every = seconds(every);
        // With a base, the publisher updates at base, base + period, …: nothing is to be had before the next of these.
        let wait = match state.hints.update_base {
            Some(base) => {
                let passed = (polled_at - base).num_seconds().rem_euclid(every.num_seconds());
                TimeDelta::seconds(every.num_seconds() - passed)
            }
            None => every,
        };
        (after(wait), Because::UpdatePeriod)
    });
    let freshness = state.fresh_for_seconds.map(|fresh| (after(seconds(fresh)), Because::Freshness));
    [ttl, period, freshness].into_iter().flatten().max_by_key(|(earliest, _)| *earliest)
}

/// How long to wait after `failures` in a row: one gap of the schedule, doubled with each further failure, up to a day; up
/// to a tenth less, steadily by source, lest all that failed together come back together.
fn back_off(timetable: &Timetable, failures: u32) -> TimeDelta {
    let first = timetable.cron.least_gap().max(LEAST_BACK_OFF);
    let mut wait = first;
    for _ in 1..failures {
        if wait >= LONGEST_WAIT {
            break;
        }
        wait = wait * 2;
    }
    let wait = wait.min(LONGEST_WAIT);
    wait - wait / 1000 * timetable.percent(failures)
}

/// Moves a poll out of the hours and days (GMT) that the publisher wants left out, but never further than a day.
fn leave_out_skipped(timetable: &Timetable, state: &SourceState, polled_at: Instant, due: Due) -> Due {
    let hints = &state.hints;
    if hints.skip_hours.is_empty() && hints.skip_days.is_empty() {
        return due;
    }
    let limit = (polled_at + LONGEST_WAIT).max(due.at);
    let skipped = |at: Instant| {
        let weekday = u8::try_from(at.weekday().num_days_from_monday()).unwrap_or(0);
        let hour = u8::try_from(at.hour()).unwrap_or(0);
        hints.skip_days.contains(&weekday) || hints.skip_hours.contains(&hour)
    };
    let mut at = due.at;
    // At most the 24 hours up to the limit.
    while skipped(at) && at < limit {
        let next_hour = at.date_naive().and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(i64::from(at.hour()) + 1);
        let Some(settled) = timetable.settle(next_hour.min(limit)) else { return due };
        at = settled;
    }
    if at == due.at { due } else { Due { at, because: Because::Skipped } }
}

/// Holds go before everything else.
fn held(timetable: &Timetable, state: &SourceState, host: &HostState, now: Instant, due: Due) -> Due {
    match longest_hold(state, host, now) {
        Some((until, because)) if until > due.at => Due { at: timetable.settle(until).unwrap_or(until), because },
        _ => due,
    }
}

/// Until when a source is to be left alone because its server asked for that; `None` where it may be asked `now`.
pub fn held_until(state: &SourceState, host: &HostState, now: Instant) -> Option<Instant> {
    longest_hold(state, host, now).map(|(until, _)| until).filter(|until| *until > now)
}

fn longest_hold(state: &SourceState, host: &HostState, now: Instant) -> Option<(Instant, Because)> {
    let holds = [(state.hold, Because::UrlHold), (host.hold, Because::HostHold)];
    holds
        .into_iter()
        .filter_map(|(hold, because)| Some((believable(hold?, now)?, because)))
        .max_by_key(|(until, _)| *until)
}

/// When a hold ends, unless it was set by a clock that was wrong.
fn believable(hold: Hold, now: Instant) -> Option<Instant> {
    (hold.set_at <= now + CLOCK_TOLERANCE).then(|| hold.until.min(hold.set_at + LONGEST_WAIT))
}

#[cfg(test)]
mod tests;
