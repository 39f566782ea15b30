//! What a poll changes: facts of one poll in, new state and things worth telling out. Pure.

use std::fmt;

use chrono::TimeDelta;
use url::Url;

use crate::model::{Instant, Outcome, counted};

use super::host::{Hold, Host, HostState};
use super::state::{Adopted, Moving, PollFacts, SourceState, Standing};

/// How often a permanent redirect must lead to a readable document before it is believed.
pub const CONFIRMATIONS: u32 = 3;
/// Confirmations closer together than this count once: a server in maintenance says many things within minutes, and
/// somebody polling by hand three times has seen it at one time.
pub const CONFIRMATION_SPACING: TimeDelta = TimeDelta::minutes(5);
/// Failures in a row after which an adopted address is given up for the configured one.
const ADOPTION_FAILURES: u32 = 3;
/// Answers 410 after which a source is left alone.
const GONE_ANSWERS: u32 = 2;
/// Longest wait that a server can ask for; more is nonsense.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);
/// A second throttling within this time holds the whole host.
const HOST_THROTTLED_WITHIN: TimeDelta = TimeDelta::hours(1);
/// How long a host is held that throttles twice without saying for how long.
const HOST_HOLD: TimeDelta = TimeDelta::minutes(30);
/// Weight of the newest body in the moving average of sizes: one eighth.
const SIZE_WEIGHT: u64 = 8;

/// Something that a poll changed and a sysadmin may want to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It worked and no longer does.
    Broke,
    /// It failed and works again.
    Recovered {
        /// Failures in a row before.
        failures: u32,
        /// Since when nothing had succeeded.
        since: Instant,
    },
    /// Said to be gone twice: left alone from now on.
    Parked,
    /// A permanent redirect is believed from now on.
    Moved {
        /// The address asked so far.
        from: String,
        /// The one asked from now on, to be entered in `feeds.toml`.
        to: String,
    },
    /// The page that is configured offers a feed, which is asked instead from now on.
    FeedFound {
        /// The feed, to be entered in `feeds.toml`.
        feed: String,
    },
    /// The adopted address fails; the configured one is asked again.
    MoveUndone {
        /// The address given up.
        from: String,
    },
    /// Most of its items look new but are stored under other names.
    MassChangeHeld {
        /// Items that look new.
        items: u32,
        /// Those that are stored.
        matched: u32,
    },
    /// A mass change was confirmed, and the new names are known now.
    Renamed {
        /// Items with new names.
        items: u32,
    },
    /// Two throttlings within the hour: the whole host is left in peace.
    HostHeld {
        /// The host.
        host: Host,
        /// Until when.
        until: Instant,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broke => f.write_str("does not work any more"),
            Self::Recovered { failures, since } => {
                write!(
                    f,
                    "works again after {} since {}",
                    counted(*failures, "failure"),
                    since.format("%Y-%m-%d %H:%M UTC")
                )
            }
            Self::Parked => f.write_str("says for the second time that it is gone, and is parked"),
            Self::Moved { from, to } => write!(f, "has moved from {from} to {to}: enter the new address in feeds.toml"),
            Self::FeedFound { feed } => {
                write!(f, "is a page that offers the feed {feed}, which is polled from now on: enter it in feeds.toml")
            }
            Self::MoveUndone { from } => {
                write!(f, "fails at {from}, to where it had moved: back to the configured address")
            }
            Self::MassChangeHeld { items, matched } => write!(
                f,
                "gives {items} items that look new, of which {matched} are stored under other names: held until another poll \
                 shows the same"
            ),
            Self::Renamed { items } => {
                write!(f, "has given new names to {items} items that were stored: they are known by them from now on")
            }
            Self::HostHeld { host, until } => {
                write!(f, "host `{host}` is left in peace until {}", until.format("%Y-%m-%d %H:%M UTC"))
            }
        }
    }
}

/// Takes the facts of a poll into the state of its source, and into the state of the host that answered.
///
/// `now` is when the poll ended. Call [`SourceState::settle_url`] before the first poll under a configuration.
pub fn apply(state: &mut SourceState, host: &mut HostState, facts: &PollFacts, now: Instant) -> Vec<Notice> {
    state.first_polled.get_or_insert(facts.polled_at);
    state.polled_at = Some(facts.polled_at);
    if facts.network_down && !facts.outcome.is_success() {
        state.forgiven = true;
        return Vec::new();
    }
    state.forgiven = false;
    if facts.certificate_expires.is_some() {
        state.certificate_expires = facts.certificate_expires;
    }
    let mut notices = Vec::new();
    stand(state, facts, &mut notices);
    if let (Outcome::SiteChanged { .. }, Some(known), Some(seen)) = (&facts.outcome, &mut state.habits, &facts.habits) {
        // Only how long it has been so: what else such a document shows is not believed.
        known.doubt.clone_from(&seen.doubt);
    }
    if facts.outcome.is_success() {
        succeed(state, facts, now);
        match &facts.feed_found {
            Some(feed) => {
                state.moving = None;
                notices.push(Notice::FeedFound { feed: feed.to_string() });
                state.adopted = Some(Adopted { url: feed.to_string(), at: facts.polled_at, status: 200 });
            }
            None => follow_moves(state, facts, &mut notices),
        }
        if let Some((_, seconds)) = facts.throttled {
            throttle(state, host, seconds, facts, now, &mut notices);
        }
    } else {
        fail(state, host, facts, now, &mut notices);
    }
    notices
}

/// Takes a failure back: it turned out to be the fault of our own network. The source is due at once.
pub fn forgive(state: &mut SourceState) {
    if state.is_failing() {
        state.standing = state.stood_before.take();
        state.forgiven = true;
    }
}

/// Updates how the source stands, and since when.
fn stand(state: &mut SourceState, facts: &PollFacts, notices: &mut Vec<Notice>) {
    let success = facts.outcome.is_success();
    let before = state.standing.take();
    let same = before
        .as_ref()
        .filter(|before| if success { before.failures == 0 } else { before.outcome.name() == facts.outcome.name() });
    let failures = before.as_ref().map_or(0, |before| before.failures);
    let broken_since = before.as_ref().and_then(|before| before.broken_since);
    state.standing = Some(Standing {
        outcome: facts.outcome.clone(),
        since: same.map_or(facts.polled_at, |same| same.since),
        broken_since: (!success).then(|| broken_since.unwrap_or(facts.polled_at)),
        failures: if success { 0 } else { failures.saturating_add(1) },
    });
    if success && failures > 0 {
        notices.push(Notice::Recovered { failures, since: broken_since.unwrap_or(facts.polled_at) });
    } else if !success && failures == 0 {
        notices.push(Notice::Broke);
    }
    state.stood_before = before.filter(|_| !success);
}

fn succeed(state: &mut SourceState, facts: &PollFacts, now: Instant) {
    state.succeeded_at = Some(facts.polled_at);
    state.hold = None;
    state.gone = 0;
    state.parked_at = None;
    state.fresh_for_seconds = facts.fresh_for.map(|fresh| fresh.as_secs());
    if let Some(given) = &facts.validators {
        match &mut state.validators {
            Some(known) if facts.not_modified => known.refresh(given),
            known => *known = Some(given.clone()),
        }
        state.validators.take_if(|known| known.is_empty());
    }
    if facts.body_hash.is_some() {
        state.body_hash = facts.body_hash;
    }
    if let Some(bytes) = facts.body_bytes {
        let usual = state.usual_bytes.unwrap_or(bytes);
        state.usual_bytes = Some(usual - usual / SIZE_WEIGHT + bytes / SIZE_WEIGHT);
    }
    if let Some(hints) = &facts.hints {
        state.hints = hints.clone();
    }
    if facts.habits.is_some() {
        state.habits.clone_from(&facts.habits);
    }
    state.rhythm.learn(&facts.new_item_dates, now);
}

/// Notes that a server asks us to stay away; the second time within the hour its whole host is left alone.
fn throttle(
    state: &mut SourceState,
    host: &mut HostState,
    seconds: Option<u64>,
    facts: &PollFacts,
    now: Instant,
    notices: &mut Vec<Notice>,
) {
    let asked = seconds.map(|seconds| {
        i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
    });
    state.hold = asked.map(|asked| Hold { set_at: now, until: now + asked });
    let again = host.throttled_at.is_some_and(|before| before <= now && now - before <= HOST_THROTTLED_WITHIN);
    host.throttled_at = Some(now);
    if again {
        let until = now + asked.unwrap_or(HOST_HOLD);
        host.hold = Some(Hold { set_at: now, until });
        let host = Host::of(facts.final_url());
        notices.push(Notice::HostHeld { host, until });
    }
}

fn fail(state: &mut SourceState, host: &mut HostState, facts: &PollFacts, now: Instant, notices: &mut Vec<Notice>) {
    // Freshness was a property of the document we did not get.
    state.fresh_for_seconds = None;
    match &facts.outcome {
        Outcome::Gone => {
            state.gone = state.gone.saturating_add(1);
            if state.gone >= GONE_ANSWERS {
                if state.gone == GONE_ANSWERS {
                    notices.push(Notice::Parked);
                }
                state.parked_at = Some(facts.polled_at);
            }
        }
        Outcome::Throttled { retry_after_seconds, .. } => {
            throttle(state, host, *retry_after_seconds, facts, now, notices);
        }
        _ => {}
    }
    if state.standing.as_ref().is_some_and(|standing| standing.failures >= ADOPTION_FAILURES)
        && let Some(adopted) = state.adopted.take()
    {
        state.moving = None;
        notices.push(Notice::MoveUndone { from: adopted.url });
    }
}

/// Counts what permanent redirects say, and believes them in time. Only called when the document could be read.
fn follow_moves(state: &mut SourceState, facts: &PollFacts, notices: &mut Vec<Notice>) {
    // What stands behind a temporary redirect is temporary, whatever follows it.
    let Some((status, target)) = facts.redirects.iter().take_while(|(status, _)| matches!(status, 301 | 308)).last()
    else {
        state.moving = None;
        return;
    };
    if is_https_upgrade(&facts.requested, target) {
        adopt(state, facts, *status, target, notices);
        return;
    }
    let moving = match state.moving.take() {
        Some(mut moving) if moving.to == target.as_str() => {
            let passed = facts.polled_at - moving.confirmed_at;
            // A clock set back must not keep us from counting.
            if passed >= CONFIRMATION_SPACING || passed < TimeDelta::zero() {
                moving.confirmations += 1;
                moving.confirmed_at = facts.polled_at;
            }
            moving
        }
        _ => Moving { to: target.as_str().to_owned(), confirmations: 1, confirmed_at: facts.polled_at },
    };
    if moving.confirmations >= CONFIRMATIONS {
        adopt(state, facts, *status, target, notices);
    } else {
        state.moving = Some(moving);
    }
}

fn adopt(state: &mut SourceState, facts: &PollFacts, status: u16, target: &Url, notices: &mut Vec<Notice>) {
    state.moving = None;
    notices.push(Notice::Moved { from: facts.requested.to_string(), to: target.to_string() });
    // Back where `feeds.toml` says it is: nothing to propose.
    state.adopted = (state.url.as_deref() != Some(target.as_str())).then(|| Adopted {
        url: target.to_string(),
        at: facts.polled_at,
        status,
    });
}

/// The same document at the same host, only by a safer way.
fn is_https_upgrade(from: &Url, to: &Url) -> bool {
    from.scheme() == "http"
        && to.scheme() == "https"
        && from.host() == to.host()
        && from.port().is_none()
        && to.port().is_none()
        && from.path() == to.path()
        && from.query() == to.query()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;

    use super::*;
    use crate::model::{Phase, PublisherHints};
    use crate::schedule::{Opaque, Validators};

    const FEED: &str = "http://bao.example.vn/rss";

    fn url(text: &str) -> Url {
        text.parse().expect("a good address")
    }

    fn minute(minutes: i64) -> Instant {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    /// A source, its host, and polls of it.
    struct Bench {
        state: SourceState,
        host: HostState,
    }

    impl Bench {
        fn new() -> Self {
            let mut state = SourceState::default();
            state.settle_url(&url(FEED));
            Self { state, host: HostState::default() }
        }

        fn poll(&mut self, at: i64, outcome: Outcome) -> Vec<Notice> {
            self.poll_with(at, outcome, |_| {})
        }

        fn poll_with(&mut self, at: i64, outcome: Outcome, more: impl FnOnce(&mut PollFacts)) -> Vec<Notice> {
            let requested = self.state.effective_url(&url(FEED));
            let mut facts = PollFacts::new(minute(at), outcome, requested);
            more(&mut facts);
            apply(&mut self.state, &mut self.host, &facts, minute(at) + TimeDelta::seconds(1))
        }

        fn redirected(&mut self, at: i64, outcome: Outcome, hops: &[(u16, &str)]) -> Vec<Notice> {
            self.poll_with(at, outcome, |facts| {
                facts.redirects = hops.iter().map(|(status, to)| (*status, url(to))).collect();
            })
        }

        fn asked(&self) -> String {
            self.state.effective_url(&url(FEED)).to_string()
        }
    }

    fn new_items() -> Outcome {
        Outcome::NewItems { new: 1, edited: 0 }
    }

    const THROTTLED: Outcome = Outcome::Throttled { status: 429, retry_after_seconds: Some(600) };
    const DOWN: Outcome = Outcome::ServerError { status: 500 };

    #[test]
    fn remembers_since_when_things_are_as_they_are() {
        let mut bench = Bench::new();
        bench.poll(0, new_items());
        bench.poll(20, Outcome::NotModified);
        assert_eq!(bench.state.standing.as_ref().expect("polled").since, minute(0), "successes are one row");
        assert_eq!(bench.poll(40, DOWN), [Notice::Broke]);
        bench.poll(60, DOWN);
        bench.poll(80, Outcome::Timeout { phase: Phase::Body });
        let standing = bench.state.standing.clone().expect("polled");
        assert_eq!((standing.since, standing.broken_since, standing.failures), (minute(80), Some(minute(40)), 3));
        assert_eq!(bench.poll(100, Outcome::Unchanged), [Notice::Recovered { failures: 3, since: minute(40) }]);
        assert_eq!(bench.state.standing.as_ref().expect("polled").failures, 0);
        assert_eq!(bench.state.succeeded_at, Some(minute(100)));
    }

    fn validators(etag: Option<&str>, last_modified: Option<&str>) -> Option<Validators> {
        Some(Validators {
            url: FEED.into(),
            etag: etag.map(Opaque::new),
            last_modified: last_modified.map(Opaque::new),
        })
    }

    #[test]
    fn a_document_replaces_both_validators_even_when_it_has_only_one() {
        let mut bench = Bench::new();
        bench.poll_with(0, new_items(), |facts| facts.validators = validators(Some("\"a\""), Some("yesterday")));
        bench.poll_with(20, Outcome::Unchanged, |facts| facts.validators = validators(Some("\"b\""), None));
        assert_eq!(bench.state.validators, validators(Some("\"b\""), None));
        bench.poll_with(40, Outcome::Unchanged, |facts| facts.validators = validators(None, None));
        assert_eq!(bench.state.validators, None);
    }

    #[test]
    fn a_304_replaces_the_validators_it_repeats() {
        let mut bench = Bench::new();
        bench.poll_with(0, new_items(), |facts| facts.validators = validators(Some("\"a\""), Some("yesterday")));
        bench.poll_with(20, Outcome::NotModified, |facts| {
            facts.not_modified = true;
            facts.validators = validators(Some("\"b\""), None);
        });
        assert_eq!(bench.state.validators, validators(Some("\"b\""), Some("yesterday")));
    }

    #[test]
    fn what_could_not_be_read_leaves_validators_and_hash_alone() {
        let mut bench = Bench::new();
        bench.poll_with(0, new_items(), |facts| {
            facts.validators = validators(Some("\"a\""), None);
            facts.body_hash = Some(1);
        });
        bench.poll_with(20, Outcome::HtmlInsteadOfFeed, |facts| {
            facts.validators = validators(Some("\"page\""), None);
            facts.body_hash = Some(2);
        });
        assert_eq!(bench.state.validators, validators(Some("\"a\""), None));
        assert_eq!(bench.state.body_hash, Some(1));
    }

    #[test]
    fn hints_stay_when_nothing_changed_but_freshness_is_of_the_last_answer() {
        let mut bench = Bench::new();
        bench.poll_with(0, new_items(), |facts| {
            facts.hints = Some(PublisherHints { ttl_minutes: Some(60), ..PublisherHints::default() });
            facts.fresh_for = Some(Duration::from_secs(900));
        });
        bench.poll(20, Outcome::NotModified);
        assert_eq!(bench.state.hints.ttl_minutes, Some(60));
        assert_eq!(bench.state.fresh_for_seconds, None);
    }

    #[test]
    fn a_second_410_parks_with_a_notice_and_any_success_unparks() {
        let mut bench = Bench::new();
        assert_eq!(bench.poll(0, Outcome::Gone), [Notice::Broke]);
        assert_eq!(bench.state.parked_at, None);
        assert_eq!(bench.poll(20, Outcome::Gone), [Notice::Parked]);
        assert_eq!(bench.state.parked_at, Some(minute(20)));
        assert_eq!(bench.poll(20_000, Outcome::Gone), [], "said once");
        assert_eq!(bench.state.parked_at, Some(minute(20_000)));
        bench.poll(40_000, new_items());
        assert_eq!((bench.state.parked_at, bench.state.gone), (None, 0));
    }

    const NEW_HOME: &str = "http://moi.example.vn/rss";

    #[test]
    fn a_permanent_redirect_is_believed_after_three_readable_documents_at_different_times() {
        let mut bench = Bench::new();
        for at in [0, 20] {
            assert_eq!(bench.redirected(at, Outcome::Unchanged, &[(301, NEW_HOME)]), []);
            assert_eq!(bench.asked(), FEED);
        }
        let moved = Notice::Moved { from: FEED.to_owned(), to: NEW_HOME.to_owned() };
        assert_eq!(bench.redirected(40, Outcome::NotModified, &[(308, NEW_HOME)]), [moved]);
        assert_eq!(bench.asked(), NEW_HOME);
    }

    #[test]
    fn confirmations_within_minutes_count_once() {
        let mut bench = Bench::new();
        for at in [0, 1, 2, 3, 4] {
            bench.redirected(at, Outcome::Unchanged, &[(301, NEW_HOME)]);
        }
        assert_eq!(bench.asked(), FEED);
    }

    #[test]
    fn a_redirect_to_something_unreadable_is_never_believed() {
        let mut bench = Bench::new();
        for at in 0..9 {
            bench.redirected(at * 20, Outcome::HtmlInsteadOfFeed, &[(301, NEW_HOME)]);
        }
        assert_eq!(bench.asked(), FEED);
    }

    #[test]
    fn temporary_redirects_are_never_believed() {
        for status in [302, 303, 307] {
            let mut bench = Bench::new();
            for at in 0..9 {
                bench.redirected(at * 20, Outcome::Unchanged, &[(status, NEW_HOME)]);
            }
            assert_eq!(bench.asked(), FEED, "{status}");
        }
    }

    #[test]
    fn of_a_chain_only_the_permanent_beginning_is_believed() {
        let mut bench = Bench::new();
        for at in 0..3 {
            bench.redirected(
                at * 20,
                Outcome::Unchanged,
                &[(301, NEW_HOME), (302, "http://cdn.example.vn/1"), (301, "http://cdn.example.vn/2")],
            );
        }
        assert_eq!(bench.asked(), NEW_HOME);
    }

    #[test]
    fn a_redirect_that_pauses_or_changes_its_mind_starts_anew() {
        let mut bench = Bench::new();
        bench.redirected(0, Outcome::Unchanged, &[(301, NEW_HOME)]);
        bench.redirected(20, Outcome::Unchanged, &[(301, NEW_HOME)]);
        bench.poll(40, Outcome::Unchanged);
        bench.redirected(60, Outcome::Unchanged, &[(301, NEW_HOME)]);
        bench.redirected(80, Outcome::Unchanged, &[(301, "http://other.example.vn/rss")]);
        bench.redirected(100, Outcome::Unchanged, &[(301, NEW_HOME)]);
        assert_eq!(bench.asked(), FEED);
    }

    #[test]
    fn https_at_the_same_host_and_path_is_believed_at_once() {
        let mut bench = Bench::new();
        bench.redirected(0, new_items(), &[(301, "https://bao.example.vn/rss")]);
        assert_eq!(bench.asked(), "https://bao.example.vn/rss");
        let mut bench = Bench::new();
        bench.redirected(0, new_items(), &[(301, "https://bao.example.vn/")]);
        assert_eq!(bench.asked(), FEED, "another path is another document");
    }

    #[test]
    fn an_adopted_address_that_fails_is_given_up() {
        let mut bench = Bench::new();
        bench.redirected(0, new_items(), &[(301, "https://bao.example.vn/rss")]);
        bench.poll(20, DOWN);
        bench.poll(40, DOWN);
        let undone = Notice::MoveUndone { from: "https://bao.example.vn/rss".to_owned() };
        assert_eq!(bench.poll(60, DOWN), [undone]);
        assert_eq!(bench.asked(), FEED);
    }

    #[test]
    fn a_move_back_to_the_configured_address_is_no_move() {
        let mut bench = Bench::new();
        bench.redirected(0, new_items(), &[(301, "https://bao.example.vn/rss")]);
        for at in 1..4 {
            bench.redirected(at * 20, Outcome::Unchanged, &[(301, FEED)]);
        }
        assert_eq!(bench.state.adopted, None);
        assert_eq!(bench.asked(), FEED);
    }

    #[test]
    fn retry_after_holds_the_address_and_a_second_one_within_the_hour_the_host() {
        let mut bench = Bench::new();
        bench.poll(0, THROTTLED);
        let ends = |minutes| minute(minutes) + TimeDelta::seconds(1);
        assert_eq!(bench.state.hold.map(|hold| hold.until), Some(ends(10)));
        assert_eq!(bench.host.hold, None);
        let notices = bench.poll(50, THROTTLED);
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].to_string(), "host `bao.example.vn` is left in peace until 2024-10-04 01:00 UTC");
        assert_eq!(bench.host.hold.map(|hold| hold.until), Some(ends(60)));
    }

    #[test]
    fn throttlings_more_than_an_hour_apart_hold_no_host() {
        let mut bench = Bench::new();
        bench.poll(0, THROTTLED);
        bench.poll(61, THROTTLED);
        assert_eq!(bench.host.hold, None);
    }

    #[test]
    fn nobody_can_send_us_away_for_longer_than_a_day() {
        for seconds in [86_401, u64::MAX] {
            let mut bench = Bench::new();
            bench.poll(0, Outcome::Throttled { status: 503, retry_after_seconds: Some(seconds) });
            assert_eq!(bench.state.hold.map(|hold| hold.until - hold.set_at), Some(TimeDelta::hours(24)));
        }
    }

    #[test]
    fn our_own_network_is_nobodys_fault() {
        let mut bench = Bench::new();
        bench.poll(0, new_items());
        let before = bench.state.standing.clone();
        assert_eq!(bench.poll_with(20, Outcome::Dns { no_such_name: false }, |facts| facts.network_down = true), []);
        assert_eq!(bench.state.standing, before);
        assert!(bench.state.forgiven);
        bench.poll(25, new_items());
        assert!(!bench.state.forgiven);
    }

    #[test]
    fn a_failure_can_be_taken_back() {
        let mut bench = Bench::new();
        bench.poll(0, new_items());
        let before = bench.state.standing.clone();
        bench.poll(20, Outcome::Timeout { phase: Phase::Connect });
        forgive(&mut bench.state);
        assert_eq!(bench.state.standing, before);
        assert!(bench.state.forgiven);
    }

    #[test]
    fn knows_the_usual_size() {
        let mut bench = Bench::new();
        for at in 0..50 {
            bench.poll_with(at * 20, Outcome::Unchanged, |facts| facts.body_bytes = Some(80_000));
        }
        bench.poll_with(1000, Outcome::Unchanged, |facts| facts.body_bytes = Some(160_000));
        assert_eq!(bench.state.usual_bytes, Some(90_000));
    }
}
