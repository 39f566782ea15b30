//! Whether it is us: when most hosts fail at once in ways that a broken uplink causes, nobody is blamed.
//!
//! Only failures below HTTP count as a sign that our network is down: no answer from name servers, no route, no
//! connection in time. Whatever a host says, be it 500 or an expired certificate, it has been reached. "Refused", "no
//! such name" and broken connections prove neither: a firewall or a provider's resolver on our side can say so as well
//! as the other end. And only hosts count that were not out of reach already: an outage is a change.

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::model::{Instant, Map, Outcome, Phase, Set, SourceId};

use super::host::Host;

/// Fewer hosts than this tell nothing: two newspapers can be down on the same night.
const ENOUGH_HOSTS: usize = 3;
/// The share of hosts, in percent, that must be out of reach.
const MOST_PERCENT: usize = 75;
/// How long what a poll told about the network stays true.
const RECENT: TimeDelta = TimeDelta::minutes(5);
/// While the network is down, one source is tried every so often; less often as an outage grows old, by a tenth of its age.
const TRY_EVERY: TimeDelta = TimeDelta::seconds(10);
/// But never less often than this.
const TRY_AT_LEAST_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Results remembered at most.
const REMEMBERED: usize = 4096;

/// What a row of results tells about our own network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkVerdict {
    /// Hosts are reached, or too little is known: failures are those of the hosts.
    Up,
    /// Most hosts are out of reach: it is us.
    Down,
}

/// What one outcome proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    Reached,
    OutOfReach,
    Neither,
}

fn evidence(outcome: &Outcome) -> Evidence {
    match outcome {
        Outcome::Dns { no_such_name: false }
        | Outcome::Timeout { phase: Phase::Dns | Phase::Connect }
        | Outcome::Unreachable { .. } => Evidence::OutOfReach,
        Outcome::Dns { no_such_name: true }
        | Outcome::Refused
        | Outcome::Interrupted { .. }
        | Outcome::BlockedAddress { .. }
        | Outcome::Robots { .. }
        | Outcome::Proxy { .. }
        | Outcome::Misconfigured { .. } => Evidence::Neither,
        _ => Evidence::Reached,
    }
}

/// Judges our own network by the recent results, oldest first. The last result of each host counts.
pub fn network_verdict<'a>(recent: impl IntoIterator<Item = (&'a Host, &'a Outcome)>) -> NetworkVerdict {
    let results = recent.into_iter().map(|(host, outcome)| (host, evidence(outcome)));
    judge(results)
}

fn judge<'a>(results: impl IntoIterator<Item = (&'a Host, Evidence)>) -> NetworkVerdict {
    let mut last = Map::default();
    for (host, evidence) in results {
        if evidence != Evidence::Neither {
            last.insert(host, evidence);
        }
    }
    let out_of_reach = last.values().filter(|evidence| **evidence == Evidence::OutOfReach).count();
    if last.len() >= ENOUGH_HOSTS && out_of_reach * 100 >= last.len() * MOST_PERCENT {
        NetworkVerdict::Down
    } else {
        NetworkVerdict::Up
    }
}

/// Our own network as the polls show it. One for the daemon; not stored, for a restart starts looking anew.
///
/// ```text
/// if !network.admits(now) { wait }            // while down, a poll now and then
/// let outcome = …;
/// match network.observe(&source, &host, &outcome, now) {
///     Some(NetworkChange::Down { forgive }) => for id in forgive { schedule::forgive(state of id) },
///     Some(NetworkChange::Up { .. })        => wake the loop: all that was forgiven is due at once,
///     None => {}
/// }
/// facts.network_down = network.is_down();     // then `apply`
/// ```
#[derive(Debug, Clone, Default)]
pub struct Network {
    recent: VecDeque<(Instant, SourceId, Host, Evidence)>,
    /// Hosts that were out of reach while the network was up, or when it came back: that they still are tells nothing.
    unreached: Set<Host>,
    down_since: Option<Instant>,
    tried_at: Option<Instant>,
}

/// A change of the state of our network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkChange {
    /// It went down; the failures of these sources are to be taken back.
    Down {
        /// Sources that failed in the last minutes, before it was clear why; the one just observed is not among them.
        forgive: Vec<SourceId>,
    },
    /// It is back.
    Up {
        /// Since when it had been down.
        since: Instant,
    },
}

impl Network {
    /// Takes in how a poll went.
    pub fn observe(
        &mut self,
        source: &SourceId,
        host: &Host,
        outcome: &Outcome,
        now: Instant,
    ) -> Option<NetworkChange> {
        let evidence = evidence(outcome);
        if evidence == Evidence::Reached {
            self.unreached.remove(host);
        }
        if let Some(since) = self.down_since {
            match evidence {
                Evidence::Reached => {
                    self.down_since = None;
                    self.tried_at = None;
                    self.unreached.extend(self.recent.drain(..).map(|(.., host, _)| host).filter(|gone| gone != host));
                    self.remember(source, host, evidence, now);
                    return Some(NetworkChange::Up { since });
                }
                Evidence::OutOfReach => self.remember(source, host, evidence, now),
                Evidence::Neither => {}
            }
            return None;
        }
        while self.recent.front().is_some_and(|(at, ..)| now - *at > RECENT || *at > now + RECENT) {
            if let Some((.., host, Evidence::OutOfReach)) = self.recent.pop_front() {
                self.unreached.insert(host);
            }
        }
        if evidence == Evidence::Neither || self.unreached.contains(host) {
            return None;
        }
        self.remember(source, host, evidence, now);
        // A success ends the matter without counting.
        if evidence == Evidence::Reached
            || judge(self.recent.iter().map(|(_, _, host, evidence)| (host, *evidence))) == NetworkVerdict::Up
        {
            return None;
        }
        let since =
            self.recent.iter().find(|(.., evidence)| *evidence == Evidence::OutOfReach).map_or(now, |first| first.0);
        self.down_since = Some(since);
        self.tried_at = Some(now);
        self.recent.retain(|(.., evidence)| *evidence == Evidence::OutOfReach);
        let mut forgive: Vec<SourceId> =
            self.recent.iter().filter(|(_, id, ..)| id != source).map(|(_, id, ..)| id.clone()).collect();
        forgive.sort_unstable();
        forgive.dedup();
        Some(NetworkChange::Down { forgive })
    }

    fn remember(&mut self, source: &SourceId, host: &Host, evidence: Evidence, now: Instant) {
        if self.recent.len() >= REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((now, source.clone(), host.clone(), evidence));
    }

    /// Whether it is down, and since when.
    pub fn down_since(&self) -> Option<Instant> {
        self.down_since
    }

    /// Whether it is down.
    pub fn is_down(&self) -> bool {
        self.down_since.is_some()
    }

    /// Whether a poll may start now. While the network is down, one may every ten seconds to a minute, to find out when it is
    /// back; asking counts as starting it. Take the source that is due longest: so the tries go round.
    pub fn admits(&mut self, now: Instant) -> bool {
        let Some(since) = self.down_since else { return true };
        let pause = try_every(since, now);
        let admitted = self.tried_at.is_none_or(|tried_at| now - tried_at >= pause || tried_at > now);
        if admitted {
            self.tried_at = Some(now);
        }
        admitted
    }

    /// When the next poll may start, if not at once.
    pub fn next_try(&self) -> Option<Instant> {
        let tried_at = self.tried_at?;
        self.down_since.map(|since| tried_at + try_every(since, tried_at))
    }
}

fn try_every(down_since: Instant, now: Instant) -> TimeDelta {
    ((now - down_since) / 10).clamp(TRY_EVERY, TRY_AT_LEAST_EVERY)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const OUT: Outcome = Outcome::Timeout { phase: Phase::Connect };
    const DOWN: Outcome = Outcome::ServerError { status: 502 };

    fn host(number: usize) -> Host {
        Host::of(&format!("http://bao{number}.example.vn/").parse().expect("a good address"))
    }

    fn id(number: usize) -> SourceId {
        SourceId::new(format!("bao-{number}"))
    }

    fn second(seconds: i64) -> Instant {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    #[track_caller]
    fn check(outcomes: &[Outcome], expected: NetworkVerdict) {
        let hosts: Vec<Host> = (0..outcomes.len()).map(host).collect();
        assert_eq!(network_verdict(hosts.iter().zip(outcomes)), expected);
    }

    #[test]
    fn most_hosts_out_of_reach_is_our_fault() {
        check(&[OUT, OUT, Outcome::Dns { no_such_name: false }], NetworkVerdict::Down);
        check(&[OUT, OUT, OUT, Outcome::NotModified], NetworkVerdict::Down);
    }

    #[test]
    fn a_third_of_the_hosts_is_not() {
        check(&[OUT, Outcome::NotModified, DOWN], NetworkVerdict::Up);
    }

    #[test]
    fn hosts_that_answer_with_errors_are_reached() {
        check(&[DOWN, DOWN, DOWN, Outcome::NotFound, Outcome::Timeout { phase: Phase::Body }], NetworkVerdict::Up);
    }

    #[test]
    fn refusals_prove_nothing() {
        check(&[Outcome::Refused, Outcome::Refused, Outcome::Refused, Outcome::Refused, OUT], NetworkVerdict::Up);
    }

    #[test]
    fn one_host_with_many_sources_is_one_host() {
        let one = host(1);
        assert_eq!(network_verdict(vec![(&one, &OUT); 50]), NetworkVerdict::Up);
    }

    #[test]
    fn the_last_result_of_a_host_counts() {
        let hosts = [host(0), host(1), host(2)];
        let all = hosts.iter().map(|host| (host, &OUT)).chain(hosts.iter().map(|host| (host, &Outcome::NotModified)));
        assert_eq!(network_verdict(all), NetworkVerdict::Up);
    }

    #[test]
    fn an_outage_is_noticed_forgiven_tried_and_over() {
        let mut network = Network::default();
        for number in 0..8 {
            assert_eq!(network.observe(&id(number), &host(number), &Outcome::NotModified, second(0)), None);
        }
        // Ten minutes later nothing goes through any more.
        for number in 0..2 {
            assert_eq!(network.observe(&id(number), &host(number), &OUT, second(600)), None);
        }
        let change = network.observe(&id(2), &host(2), &OUT, second(601));
        assert_eq!(change, Some(NetworkChange::Down { forgive: vec![id(0), id(1)] }));
        assert_eq!(network.down_since(), Some(second(600)));

        let tries = (602..702).filter(|at| network.admits(second(*at))).count();
        assert_eq!(tries, 9);
        assert_eq!(network.observe(&id(3), &host(3), &OUT, second(702)), None);
        let change = network.observe(&id(4), &host(4), &DOWN, second(703));
        assert_eq!(change, Some(NetworkChange::Up { since: second(600) }));
        assert!(network.admits(second(703)) && network.admits(second(703)));
    }

    #[test]
    fn old_results_do_not_hide_an_outage() {
        let mut network = Network::default();
        for number in 0..50 {
            network.observe(&id(number), &host(number), &Outcome::NotModified, second(0));
        }
        let down = (0..3).filter_map(|number| network.observe(&id(number), &host(number), &OUT, second(400))).count();
        assert_eq!(down, 1);
    }

    #[test]
    fn an_outage_of_hours_is_tried_once_a_minute() {
        let mut network = Network::default();
        for number in 0..3 {
            network.observe(&id(number), &host(number), &OUT, second(0));
        }
        let tries = (7200..10_800).filter(|at| network.admits(second(*at))).count();
        assert_eq!(tries, 60);
    }

    #[test]
    fn dead_hosts_are_taken_for_an_outage_at_most_once() {
        let mut network = Network::default();
        let mut outages = 0;
        for round in 0..40 {
            for number in 0..4 {
                let outcome = if number < 3 { OUT } else { Outcome::NotModified };
                let change = network.observe(&id(number), &host(number), &outcome, second(round * 60));
                outages += usize::from(matches!(change, Some(NetworkChange::Down { .. })));
            }
        }
        assert_eq!(outages, 1, "at the very start, when nobody had been reached yet");
    }

    #[test]
    fn hosts_back_from_the_dead_count_again() {
        let mut network = Network::default();
        let all = |network: &mut Network, outcome: &Outcome, at| {
            (0..6).filter_map(|number| network.observe(&id(number), &host(number), outcome, second(at))).count()
        };
        assert_eq!(all(&mut network, &OUT, 0), 1);
        assert_eq!(all(&mut network, &Outcome::NotModified, 60), 1);
        assert_eq!(all(&mut network, &OUT, 600), 1, "the next outage is one, too");
    }

    #[test]
    fn an_outage_of_hours_costs_nobody_anything_and_ends_at_once() {
        use chrono_tz::Asia::Ho_Chi_Minh;

        use crate::schedule::{Cron, HostState, PollFacts, SourceState, Timetable, apply, forgive, next_due};

        const SOURCES: usize = 40;
        let cron = Cron::parse("*/20 * * * *").expect("a good expression");
        let timetables: Vec<_> = (0..SOURCES).map(|n| Timetable::new(cron.clone(), Ho_Chi_Minh, &id(n))).collect();
        let mut states = vec![SourceState::default(); SOURCES];
        let mut network = Network::default();
        let (outage, end) = (second(3600)..second(4 * 3600), second(5 * 3600));
        let mut polls = Vec::new();
        let mut now = second(0);
        while now < end {
            let dues = (0..SOURCES).filter_map(|number| {
                let due = next_due(&timetables[number], &states[number], &HostState::default(), now)?;
                Some((due.at, number))
            });
            let (at, number) = dues.min().expect("no schedule ends here");
            if at > now || !network.admits(now) {
                now += TimeDelta::seconds(1);
                continue;
            }
            let outcome = if outage.contains(&now) { OUT } else { Outcome::NotModified };
            match network.observe(&id(number), &host(number), &outcome, now) {
                Some(NetworkChange::Down { forgive: blamed }) => {
                    for state in (0..SOURCES).filter(|n| blamed.contains(&id(*n))) {
                        forgive(&mut states[state]);
                    }
                }
                Some(NetworkChange::Up { since }) => assert!(since < outage.start + TimeDelta::minutes(10)),
                None => {}
            }
            let url = format!("http://bao{number}.example.vn/").parse().expect("a good address");
            let mut facts = PollFacts::new(now, outcome, url);
            facts.network_down = network.is_down();
            apply(&mut states[number], &mut HostState::default(), &facts, now);
            polls.push(now);
        }
        assert!(states.iter().all(|state| !state.is_failing()), "nobody is blamed");
        let during = polls.iter().filter(|at| outage.contains(at)).count();
        assert!(during < 3 * 60 + 60, "one try a minute at last, {during} polls");
        let soon = outage.end..outage.end + TimeDelta::minutes(3);
        let caught_up = polls.iter().filter(|at| soon.contains(at)).count();
        assert!((SOURCES..SOURCES + 10).contains(&caught_up), "all are made up for once: {caught_up}");
    }
}
