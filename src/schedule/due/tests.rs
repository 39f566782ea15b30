use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Ho_Chi_Minh;
use chrono_tz::Europe::Berlin;
use proptest::prelude::*;

use super::*;
use crate::model::{Outcome, PublisherHints};
use crate::schedule::{PollFacts, Standing, apply};

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).expect("a test writes its times right").with_timezone(&Utc)
}

fn timetable_of(id: &str, schedule: &str, zone: Tz) -> Timetable {
    Timetable::new(Cron::parse(schedule).expect("a good expression"), zone, &SourceId::new(id))
}

/// A source followed by a loop as the daemon's, with a clock of its own.
struct Simulation {
    timetable: Timetable,
    state: SourceState,
    host: HostState,
    now: Instant,
    polls: Vec<(Instant, Because)>,
}

impl Simulation {
    fn new(schedule: &str) -> Self {
        Self::in_zone(schedule, Ho_Chi_Minh, "2026-11-23T00:00:00+07:00")
    }

    fn in_zone(schedule: &str, zone: Tz, now: &str) -> Self {
        let timetable = timetable_of("bao-ha-nam", schedule, zone);
        Self { timetable, state: SourceState::default(), host: HostState::default(), now: at(now), polls: Vec::new() }
    }

    fn due(&self) -> Due {
        next_due(&self.timetable, &self.state, &self.host, self.now).expect("no schedule ends here")
    }

    /// Lets the clock run to the next due time, polls, and tells the pause before.
    fn poll(&mut self, outcome: Outcome) -> TimeDelta {
        self.poll_with(outcome, |_| {})
    }

    fn poll_with(&mut self, outcome: Outcome, more: impl FnOnce(&mut PollFacts)) -> TimeDelta {
        let due = self.due();
        let before = self.now;
        self.now = self.now.max(due.at);
        // It takes a moment until the host's turn has come.
        let polled_at = self.now + TimeDelta::milliseconds(700);
        let mut facts = PollFacts::new(polled_at, outcome, "http://bao.example.vn/rss".parse().expect("good"));
        more(&mut facts);
        self.now = polled_at + TimeDelta::milliseconds(900);
        apply(&mut self.state, &mut self.host, &facts, self.now);
        self.polls.push((polled_at, due.because));
        // As after a restart: nothing but what was stored is known.
        self.state = SourceState::read(&self.state.lasting(), Some(&self.state.latest())).expect("ours");
        polled_at - before
    }

    fn run_for(&mut self, days: i64, mut outcome: impl FnMut(usize) -> Outcome) {
        let end = self.now + TimeDelta::days(days);
        while self.due().at < end {
            let outcome = outcome(self.polls.len());
            self.poll(outcome);
        }
    }

    fn pauses(&self) -> impl Iterator<Item = TimeDelta> {
        self.polls.windows(2).map(|pair| pair[1].0 - pair[0].0)
    }
}

fn hints(hints: PublisherHints) -> impl FnOnce(&mut PollFacts) {
    |facts| facts.hints = Some(hints)
}

const DOWN: Outcome = Outcome::ServerError { status: 500 };

#[test]
fn a_month_of_answers_takes_every_slot_once() {
    for (schedule, per_day) in
        [("*/20 * * * *", 72), ("*/10 6-22 * * *", 17 * 6), ("0 6 * * *", 1), ("*/5 * * * *", 288)]
    {
        let mut simulation = Simulation::new(schedule);
        simulation.poll(Outcome::Unchanged);
        let first = simulation.polls.len() as i64;
        simulation.run_for(30, |number| {
            if number % 7 == 0 { Outcome::NewItems { new: 2, edited: 0 } } else { Outcome::NotModified }
        });
        let taken = simulation.polls.len() as i64 - first;
        assert!((taken - 30 * per_day).abs() <= 1, "{schedule}: {taken}");
        let expected: BTreeSet<_> = simulation
            .polls
            .iter()
            .skip(1)
            .map(|(at, because)| {
                let behind = *at - simulation.timetable.offset();
                assert_eq!(*because, Because::Schedule);
                (behind.timestamp() % 60, behind.timestamp_subsec_millis())
            })
            .collect();
        assert_eq!(expected, BTreeSet::from([(0, 700)]), "{schedule}: every poll lies its offset behind a full minute");
    }
}

#[test]
fn a_source_never_polled_is_due_at_once() {
    let simulation = Simulation::new("0 6 * * *");
    assert_eq!(simulation.due(), Due { at: simulation.now, because: Because::First });
}

#[test]
fn offsets_are_steady_spread_and_less_than_half_the_gap() {
    let offsets: Vec<_> = (0..1000)
        .map(|number| timetable_of(&format!("bao-{number}"), "*/10 * * * *", Ho_Chi_Minh).offset().num_seconds())
        .collect();
    assert!(offsets.iter().all(|offset| (0..300).contains(offset)));
    for minute in 0..5 {
        let in_minute = offsets.iter().filter(|offset| *offset / 60 == minute).count();
        assert!((150..250).contains(&in_minute), "minute {minute} has {in_minute}");
    }
    assert_eq!(
        timetable_of("bao-ha-nam", "*/10 * * * *", Ho_Chi_Minh).offset(),
        timetable_of("bao-ha-nam", "*/10 * * * *", Berlin).offset()
    );
    // What another machine or version must agree with.
    assert_eq!(timetable_of("bao-ha-nam", "*/20 * * * *", Ho_Chi_Minh).offset().num_seconds(), 230);
    assert_eq!(timetable_of("bao-ha-nam", "* * * * * *", Ho_Chi_Minh).offset(), TimeDelta::zero());
}

#[test]
fn what_was_missed_is_caught_up_once() {
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.poll(Outcome::Unchanged);
    simulation.poll(Outcome::Unchanged);
    simulation.now += TimeDelta::days(3);
    assert!(simulation.poll(Outcome::Unchanged) < TimeDelta::seconds(1));
    let pause = simulation.poll(Outcome::Unchanged);
    assert!(pause >= TimeDelta::minutes(9) && pause <= TimeDelta::minutes(31), "{pause}");
}

#[test]
fn a_slot_right_after_a_catch_up_is_left_out() {
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.poll(Outcome::Unchanged);
    let slot = simulation.timetable.slot_after(simulation.now + TimeDelta::hours(5)).expect("every twenty minutes");
    simulation.now = slot - TimeDelta::minutes(2);
    simulation.poll(Outcome::Unchanged);
    assert_eq!(simulation.due().at, slot + TimeDelta::minutes(20));
}

#[test]
fn failures_back_off_to_a_day_and_never_stop() {
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.poll(Outcome::Unchanged);
    let pauses: Vec<_> = (0..15).map(|_| simulation.poll(DOWN)).map(|pause| pause.num_minutes()).collect();
    for (number, (pause, longest)) in
        pauses.iter().zip([31, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440, 1440]).enumerate()
    {
        assert!(*pause <= longest + 10 && *pause >= longest * 9 / 10 - 11, "failure {number}: {pauses:?}");
    }
    assert_eq!(simulation.polls.last().expect("polled").1, Because::BackOff);
    simulation.poll(Outcome::Unchanged);
    assert!(simulation.poll(Outcome::Unchanged).num_minutes() <= 31, "all is forgotten after one success");
}

#[test]
fn sources_that_fail_together_do_not_come_back_together() {
    let moment = at("2026-11-23T08:00:00+07:00");
    let times: BTreeSet<_> = (0..100)
        .map(|number| back_off(&timetable_of(&format!("bao-{number}"), "0 * * * *", Ho_Chi_Minh), 5))
        .map(|wait| moment + wait)
        .collect();
    assert!(times.len() > 50, "{}", times.len());
}

#[test]
fn a_daily_source_that_fails_is_asked_every_day() {
    let mut simulation = Simulation::new("0 6 * * *");
    simulation.run_for(30, |_| DOWN);
    assert!((29..=31).contains(&simulation.polls.len()), "{:?}", simulation.polls);
}

#[test]
fn freshness_of_one_hour_is_kept_and_does_not_cost_every_second_slot() {
    for schedule in ["*/20 * * * *", "7 * * * *"] {
        let mut simulation = Simulation::new(schedule);
        for _ in 0..48 {
            simulation
                .poll_with(Outcome::NotModified, |facts| facts.fresh_for = Some(std::time::Duration::from_secs(3600)));
        }
        let pauses: Vec<_> = simulation.pauses().skip(1).collect();
        assert!(pauses.iter().all(|pause| *pause >= TimeDelta::hours(1)), "{schedule}: {pauses:?}");
        let day = simulation.polls[47].0 - simulation.polls[1].0;
        assert!(day < TimeDelta::hours(46 + 16), "{schedule}: {day}");
    }
}

#[test]
fn hints_slow_down_but_never_speed_up() {
    let two_hours = PublisherHints { ttl_minutes: Some(120), ..PublisherHints::default() };
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.poll_with(Outcome::Unchanged, hints(two_hours));
    let pause = simulation.poll(Outcome::Unchanged);
    assert!((120..=140).contains(&pause.num_minutes()), "{pause}");
    assert_eq!(simulation.polls[1].1, Because::Ttl);

    let one_minute =
        PublisherHints { ttl_minutes: Some(1), update_every_seconds: Some(60), ..PublisherHints::default() };
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.poll_with(Outcome::Unchanged, hints(one_minute));
    simulation.poll(Outcome::Unchanged);
    assert_eq!(simulation.poll(Outcome::Unchanged).num_minutes(), 19);
    assert_eq!(simulation.polls[2].1, Because::Schedule);
}

#[test]
fn nonsense_is_capped_at_a_day() {
    for nonsense in [
        PublisherHints { ttl_minutes: Some(u32::MAX), ..PublisherHints::default() },
        PublisherHints { update_every_seconds: Some(u64::MAX), ..PublisherHints::default() },
        PublisherHints { skip_hours: (0..24).collect(), ..PublisherHints::default() },
        PublisherHints { skip_days: (0..7).collect(), ..PublisherHints::default() },
    ] {
        let mut simulation = Simulation::new("*/20 * * * *");
        simulation.poll_with(Outcome::Unchanged, hints(nonsense));
        let pause = simulation.poll(Outcome::Unchanged).num_minutes();
        assert!((1439..=1460).contains(&pause), "{pause}");
    }
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation
        .poll_with(Outcome::Unchanged, |facts| facts.fresh_for = Some(std::time::Duration::from_secs(31_536_000)));
    assert!((1439..=1460).contains(&simulation.poll(Outcome::Unchanged).num_minutes()));
}

#[test]
fn an_update_base_tells_when_the_next_update_comes() {
    let base = at("2026-11-23T05:00:00+07:00");
    let hourly =
        PublisherHints { update_every_seconds: Some(6 * 3600), update_base: Some(base), ..PublisherHints::default() };
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.now = at("2026-11-23T09:30:00+07:00");
    simulation.poll_with(Outcome::Unchanged, hints(hourly));
    let due = simulation.due();
    assert_eq!(due.because, Because::UpdatePeriod);
    assert!(
        due.at >= base + TimeDelta::hours(6) && due.at <= base + TimeDelta::hours(6) + TimeDelta::minutes(20),
        "{due:?}"
    );
}

#[test]
fn hours_and_days_to_skip_are_skipped() {
    // 0 to 5 GMT is 7 to 12 in Việt Nam; 5 is Saturday.
    let quiet = PublisherHints { skip_hours: (0..6).collect(), skip_days: vec![5], ..PublisherHints::default() };
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.poll_with(Outcome::Unchanged, hints(quiet));
    simulation.run_for(14, |_| Outcome::Unchanged);
    let at_bad_times: Vec<_> = simulation
        .polls
        .iter()
        .skip(1)
        .filter(|(at, _)| at.hour() < 6 || at.weekday() == chrono::Weekday::Sat)
        .collect();
    // From Friday 23:40 GMT it is longer than a day to the end of Sunday's quiet hours: those two are at the cap.
    assert!(at_bad_times.len() <= 4, "{at_bad_times:?}");
    assert!(simulation.pauses().all(|pause| pause <= TimeDelta::hours(25)));
    assert!(simulation.polls.len() > 12 * 48, "{}", simulation.polls.len());
}

#[test]
fn retry_after_holds_and_then_the_schedule_goes_on() {
    let mut simulation = Simulation::new("*/5 * * * *");
    simulation.poll(Outcome::Unchanged);
    simulation.poll(Outcome::Throttled { status: 429, retry_after_seconds: Some(3600) });
    let pause = simulation.poll(Outcome::Unchanged);
    assert!((60..=65).contains(&pause.num_minutes()), "{pause}");
    assert_eq!(simulation.polls[2].1, Because::UrlHold);
    assert!(simulation.poll(Outcome::Unchanged).num_minutes() <= 8);
}

#[test]
fn a_held_host_holds_its_other_sources_even_new_ones() {
    let mut simulation = Simulation::new("*/5 * * * *");
    let until = simulation.now + TimeDelta::hours(2);
    simulation.host.hold = Some(Hold { set_at: simulation.now, until });
    let due = simulation.due();
    assert_eq!(due.because, Because::HostHold);
    assert!(due.at >= until && due.at <= until + TimeDelta::minutes(5), "{due:?}");
}

#[test]
fn a_parked_source_is_looked_at_once_a_week() {
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.run_for(30, |_| Outcome::Gone);
    assert!((5..=6).contains(&simulation.polls.len()), "{:?}", simulation.polls);
}

#[test]
fn an_outage_of_our_own_is_made_up_for_at_once() {
    let mut simulation = Simulation::new("0 6 * * *");
    simulation.poll(Outcome::Unchanged);
    simulation.poll_with(Outcome::Dns { no_such_name: false }, |facts| facts.network_down = true);
    assert_eq!(simulation.due().because, Because::OwnNetwork);
    let pause = simulation.poll(Outcome::Unchanged);
    assert_eq!(pause.num_seconds(), 14);
    assert!(simulation.poll(Outcome::Unchanged) > TimeDelta::hours(23));
}

#[test]
fn a_clock_set_back_makes_neither_flood_nor_pause() {
    for back in [TimeDelta::minutes(30), TimeDelta::hours(20), TimeDelta::days(4000)] {
        let mut simulations: Vec<_> = ["*/20 * * * *", "7 * * * *"].into_iter().map(Simulation::new).collect();
        for simulation in &mut simulations {
            simulation.poll(Outcome::Unchanged);
            simulation.poll_with(Outcome::Throttled { status: 429, retry_after_seconds: Some(60) }, |_| {});
            simulation.poll(DOWN);
            simulation.now -= back;
            let gap = simulation.timetable.cron.least_gap();
            let pauses: Vec<_> = (0..5).map(|_| simulation.poll(Outcome::Unchanged)).collect();
            assert!(pauses[0] <= gap, "{back} {pauses:?}");
            assert!(pauses[1..].iter().all(|pause| *pause >= gap / 2 && *pause <= gap * 2), "{back} {pauses:?}");
        }
    }
}

#[test]
fn a_clock_set_forward_polls_once() {
    let mut simulation = Simulation::new("*/20 * * * *");
    simulation.poll(Outcome::Unchanged);
    simulation.now += TimeDelta::days(4000);
    let pauses: Vec<_> = (0..4).map(|_| simulation.poll(Outcome::Unchanged).num_minutes()).collect();
    assert!(pauses[0] < 1 && pauses[1..].iter().all(|pause| (9..=31).contains(pause)), "{pauses:?}");
}

#[test]
fn a_hold_set_by_a_clock_in_the_future_is_void() {
    let mut simulation = Simulation::new("*/20 * * * *");
    let future = simulation.now + TimeDelta::days(400);
    simulation.state.hold = Some(Hold { set_at: future, until: future + TimeDelta::hours(1) });
    assert_eq!(simulation.due().at, simulation.now);
}

#[test]
fn a_schedule_that_is_over_is_never_due() {
    let timetable = timetable_of("bao-ha-nam", "0 0 6 * * * 2025", Ho_Chi_Minh);
    let state = SourceState { polled_at: Some(at("2026-11-23T00:00:00Z")), ..SourceState::default() };
    assert_eq!(next_due(&timetable, &state, &HostState::default(), at("2026-11-24T00:00:00Z")), None);
}

#[test]
fn a_month_with_a_change_of_clocks_has_no_pause_and_no_rush() {
    let mut simulation = Simulation::in_zone("*/20 * * * *", Berlin, "2026-10-10T00:00:00Z");
    simulation.run_for(30, |_| Outcome::Unchanged);
    assert!(simulation.pauses().skip(1).all(|pause| pause == TimeDelta::minutes(20)));
}

proptest! {
    #[test]
    fn whatever_a_source_says_it_is_asked_within_two_days_and_never_before_its_next_slot(
        ttl in prop::option::of(any::<u32>()),
        every in prop::option::of(any::<u64>()),
        base in prop::option::of(-1_000_000_000_000i64..1_000_000_000_000),
        fresh in prop::option::of(any::<u64>()),
        skip_hours in prop::collection::vec(any::<u8>(), 0..30),
        skip_days in prop::collection::vec(any::<u8>(), 0..9),
        failures in 0u32..1000,
        hold in prop::option::of((-100_000i64..100_000, -1_000_000i64..1_000_000)),
        polled in -1_000_000i64..1_000_000,
    ) {
        let now = at("2026-11-23T03:00:00Z");
        let polled_at = now + TimeDelta::seconds(polled);
        let timetable = timetable_of("bao-ha-nam", "*/20 * * * *", Ho_Chi_Minh);
        let state = SourceState {
            polled_at: Some(polled_at),
            hints: PublisherHints {
                ttl_minutes: ttl,
                update_every_seconds: every,
                update_base: base.and_then(|base| DateTime::from_timestamp(base, 0)),
                skip_hours,
                skip_days,
            },
            fresh_for_seconds: fresh,
            hold: hold.map(|(set, lasts)| Hold {
                set_at: now + TimeDelta::seconds(set),
                until: now + TimeDelta::seconds(set + lasts),
            }),
            standing: Some(Standing { outcome: DOWN, since: polled_at, broken_since: None, failures }),
            ..SourceState::default()
        };
        let due = next_due(&timetable, &state, &HostState::default(), now).expect("no schedule ends here");
        let believed = polled_at.min(now + CLOCK_TOLERANCE);
        prop_assert!(due.at <= believed.max(now) + TimeDelta::hours(48), "{due:?}");
        if polled_at <= now {
            prop_assert!(due.at > polled_at + TimeDelta::minutes(9), "{due:?}");
        }
    }
}
