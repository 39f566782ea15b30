//! The next requests, as far as they can be known: what `plan` prints. Pure.
//!
//! Time is played forward as if every source went on as it does now: one that works keeps working, one that fails keeps
//! failing and backs off further. robots.txt and article pages come on top.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::Serialize;
use url::Url;

use crate::model::{Instant, SourceId};

use super::due::{Because, Timetable, next_due};
use super::host::{Host, HostState};
use super::state::SourceState;

/// More requests to one source than this are not listed (a schedule for every second has 86,400 in a day).
const MOST_OF_ONE_SOURCE: usize = 10_000;

/// A source as [`plan`] sees it.
#[derive(Debug, Clone)]
pub struct PlannedSource<'a> {
    /// Its id.
    pub id: &'a SourceId,
    /// The configured address.
    pub url: &'a Url,
    /// Its timetable.
    pub timetable: &'a Timetable,
    /// What is known of it.
    pub state: &'a SourceState,
}

/// One request to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedRequest {
    /// When; requests that are overdue stand at the beginning of the plan.
    pub at: Instant,
    /// Of which source.
    pub source: SourceId,
    /// What decided the time.
    pub because: Because,
}

/// The requests one host will see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostPlan {
    /// The host.
    pub host: Host,
    /// In order of time.
    pub requests: Vec<PlannedRequest>,
    /// The minute in which it sees most of them, and how many.
    pub busiest_minute: Option<(Instant, usize)>,
}

/// All requests of a time to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// By host name.
    pub hosts: Vec<HostPlan>,
    /// The minute with most requests over all hosts, and how many.
    pub busiest_minute: Option<(Instant, usize)>,
}

/// Lists the requests from `now` on, for as long as `ahead`.
pub fn plan<'a>(
    sources: impl IntoIterator<Item = PlannedSource<'a>>,
    hosts: &BTreeMap<Host, HostState>,
    now: Instant,
    ahead: TimeDelta,
) -> Plan {
    let end = now + ahead;
    let mut requests: BTreeMap<Host, Vec<PlannedRequest>> = BTreeMap::new();
    for source in sources {
        let host = Host::of(&source.state.effective_url(source.url));
        let host_state = hosts.get(&host).cloned().unwrap_or_default();
        let mut state = source.state.clone();
        let mut from = now;
        let mut planned = Vec::new();
        while let Some(due) = next_due(source.timetable, &state, &host_state, from) {
            let at = due.at.max(from);
            if at >= end || planned.len() >= MOST_OF_ONE_SOURCE {
                break;
            }
            planned.push(PlannedRequest { at, source: source.id.clone(), because: due.because });
            go_on_as_before(&mut state, at);
            from = at;
        }
        if !planned.is_empty() {
            requests.entry(host).or_default().append(&mut planned);
        }
    }
    let mut all = BTreeMap::new();
    let hosts = requests
        .into_iter()
        .map(|(host, mut requests)| {
            requests.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
            let mut minutes = BTreeMap::new();
            for request in &requests {
                let minute = minute_of(request.at);
                *minutes.entry(minute).or_insert(0) += 1;
                *all.entry(minute).or_insert(0) += 1;
            }
            HostPlan { host, requests, busiest_minute: busiest(&minutes) }
        })
        .collect();
    Plan { hosts, busiest_minute: busiest(&all) }
}

/// The state after one more poll like the last one.
fn go_on_as_before(state: &mut SourceState, at: Instant) {
    state.polled_at = Some(at);
    state.forgiven = false;
    state.hold = None;
    if let Some(standing) = &mut state.standing
        && standing.failures > 0
    {
        standing.failures += 1;
    }
    if state.parked_at.is_some() {
        state.parked_at = Some(at);
    }
}

fn minute_of(at: Instant) -> Instant {
    at - TimeDelta::seconds(at.timestamp().rem_euclid(60))
        - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos()))
}

/// The first of the fullest minutes.
fn busiest(minutes: &BTreeMap<Instant, usize>) -> Option<(Instant, usize)> {
    minutes
        .iter()
        .max_by_key(|(minute, count)| (**count, std::cmp::Reverse(**minute)))
        .map(|(minute, count)| (*minute, *count))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Asia::Ho_Chi_Minh;

    use super::*;
    use crate::model::Outcome;
    use crate::schedule::{Cron, Standing};

    fn now() -> Instant {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn timetable(id: &str, schedule: &str) -> (SourceId, Timetable) {
        let id = SourceId::new(id);
        let timetable = Timetable::new(Cron::parse(schedule).expect("a good expression"), Ho_Chi_Minh, &id);
        (id, timetable)
    }

    fn plan_of(schedules: &[(&str, &str, &str, SourceState)]) -> Plan {
        let prepared: Vec<_> = schedules
            .iter()
            .map(|(id, url, schedule, state)| {
                (timetable(id, schedule), url.parse::<Url>().expect("a good address"), state)
            })
            .collect();
        let sources = prepared.iter().map(|((id, timetable), url, state)| PlannedSource { id, url, timetable, state });
        plan(sources, &BTreeMap::new(), now(), TimeDelta::hours(24))
    }

    #[test]
    fn lists_a_day_by_host() {
        let polled = || SourceState { polled_at: Some(now() - TimeDelta::minutes(15)), ..SourceState::default() };
        let plan = plan_of(&[
            ("a", "http://bao.example.vn/a", "*/20 * * * *", polled()),
            ("b", "http://bao.example.vn:81/b", "0 6 * * *", polled()),
            ("c", "http://dai.example.vn/c", "0 * * * *", polled()),
        ]);
        let counts: Vec<_> = plan.hosts.iter().map(|host| (host.host.as_str(), host.requests.len())).collect();
        assert_eq!(counts, [("bao.example.vn", 72 + 1), ("dai.example.vn", 24)]);
        assert!(plan.hosts.iter().all(|host| host.requests.is_sorted_by_key(|request| request.at)));
    }

    #[test]
    fn names_the_busiest_minute() {
        let fresh = SourceState::default;
        let plan = plan_of(&[
            ("a", "http://bao.example.vn/a", "*/20 * * * *", fresh()),
            ("b", "http://bao.example.vn/b", "*/20 * * * *", fresh()),
            ("c", "http://dai.example.vn/c", "*/20 * * * *", fresh()),
        ]);
        assert_eq!(plan.busiest_minute, Some((now(), 3)), "all are polled for the first time at once");
        assert_eq!(plan.hosts[0].busiest_minute, Some((now(), 2)));
    }

    #[test]
    fn a_failing_source_is_planned_to_go_on_failing() {
        let standing = Standing { outcome: Outcome::NotFound, since: now(), broken_since: Some(now()), failures: 3 };
        let state = SourceState { polled_at: Some(now()), standing: Some(standing), ..SourceState::default() };
        let plan = plan_of(&[("a", "http://bao.example.vn/a", "*/20 * * * *", state)]);
        let requests = &plan.hosts[0].requests;
        assert!((3..6).contains(&requests.len()), "{requests:?}");
        assert!(requests.iter().all(|request| request.because == Because::BackOff));
    }

    #[test]
    fn a_schedule_for_every_second_does_not_fill_the_memory() {
        let plan = plan_of(&[("a", "http://bao.example.vn/a", "* * * * * *", SourceState::default())]);
        assert_eq!(plan.hosts[0].requests.len(), MOST_OF_ONE_SOURCE);
    }
}
