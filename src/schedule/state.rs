//! What is remembered of a source between polls: facts, never plans.
//!
//! When a source is due is computed from these by [`next_due`](super::next_due); how a poll changes them is computed by
//! [`apply`](super::apply). The store keeps the whole as it is, so it survives a restart.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

use crate::model::{Instant, Outcome, PublisherHints};

use super::apply::CONFIRMATION_SPACING;
use super::brief::{self, Brief, BriefOutcome, Row};
use super::habits::Habits;
use super::host::Hold;
use super::rhythm::{Rhythm, Silence};
use super::validators::Validators;

/// What is remembered of one source.
///
/// It is kept in two parts: what every poll changes ([`SourceState::latest`]), and what lasts ([`SourceState::lasting`]), which
/// a poll that found nothing changed has no reason to write again. Facts that say nothing are left out of both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceState {
    /// The configured address that the facts are about; another one in `feeds.toml` makes most of them void.
    #[serde(skip_serializing_if = "is_default", deserialize_with = "brief::text::deserialize_option")]
    pub url: Option<Arc<str>>,
    /// When the source was polled for the first time, under whatever address.
    #[serde(skip_serializing_if = "is_default", with = "brief::option")]
    pub first_polled: Option<Instant>,
    /// When the last poll began.
    #[serde(skip_serializing)]
    pub polled_at: Option<Instant>,
    /// When the last poll that succeeded began.
    #[serde(skip_serializing)]
    pub succeeded_at: Option<Instant>,
    /// How things stand, by the last poll that counts.
    #[serde(skip_serializing)]
    pub standing: Option<Standing>,
    /// How things stood before the last poll, where that failed; what [`forgive`](super::forgive) goes back to.
    #[serde(skip_serializing)]
    pub stood_before: Option<Standing>,
    /// The last poll failed through our own network: it counts for nothing and is made up for at once.
    #[serde(skip_serializing)]
    pub forgiven: bool,
    /// What to ask "has it changed?" with.
    #[serde(skip_serializing_if = "is_default")]
    pub validators: Option<Validators>,
    /// Hash of the last body that was taken in; an equal one is not parsed again.
    #[serde(skip_serializing_if = "is_default")]
    pub body_hash: Option<u64>,
    /// Bytes of the bodies, moving average.
    #[serde(skip_serializing_if = "is_default")]
    pub usual_bytes: Option<u64>,
    /// The server asked us to stay away from this address.
    #[serde(skip_serializing_if = "is_default")]
    pub hold: Option<Hold>,
    /// What the document asks of those who poll it.
    #[serde(skip_serializing_if = "is_default")]
    pub hints: PublisherHints,
    /// How long the last answer called itself fresh (`Cache-Control: max-age`, `Expires`), seconds.
    #[serde(skip_serializing)]
    pub fresh_for_seconds: Option<u64>,
    /// Where the source has moved for good, as we have come to believe.
    #[serde(skip_serializing_if = "is_default")]
    pub adopted: Option<Adopted>,
    /// A move that has not been confirmed often enough.
    #[serde(skip_serializing_if = "is_default")]
    pub moving: Option<Moving>,
    /// How often in a row the answer was 410.
    #[serde(skip_serializing_if = "is_default")]
    pub gone: u32,
    /// Since when the source is left alone because it says that it is gone.
    #[serde(skip_serializing_if = "is_default")]
    pub parked_at: Option<Instant>,
    /// Most of its items seem to have got new names: held until a later poll confirms it.
    #[serde(skip_serializing_if = "is_default")]
    pub renaming: Option<Renaming>,
    /// How often it has something new.
    #[serde(skip_serializing_if = "is_default")]
    pub rhythm: Rhythm,
    /// Until when the server's certificate is valid.
    #[serde(skip_serializing_if = "is_default", with = "brief::option")]
    pub certificate_expires: Option<Instant>,
    /// How it usually is, for sources that are no feeds.
    #[serde(skip_serializing_if = "is_default")]
    pub habits: Option<Box<Habits>>,
    /// Something that lasts was changed since it was last kept, and by no poll.
    #[serde(skip)]
    pub unkept: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What every poll changes, as it is kept: a row without names, as short as can be, since it is written and read more often
/// than anything else. What says nothing at its end is left out. It is read with names too, as older versions wrote it.
///
/// Another field is added at the end, with a step of the store's schema: a bantin that does not know it would take the row for
/// none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Latest<'a> {
    #[serde(with = "brief::option")]
    polled_at: Option<Instant>,
    #[serde(with = "brief::option")]
    succeeded_at: Option<Instant>,
    standing: Option<Cow<'a, Standing>>,
    fresh_for_seconds: Option<u64>,
    stood_before: Option<Cow<'a, Standing>>,
    forgiven: bool,
}

impl Serialize for Latest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { polled_at, succeeded_at, standing, fresh_for_seconds, stood_before, forgiven } = self;
        let says = [
            polled_at.is_some(),
            succeeded_at.is_some(),
            standing.is_some(),
            fresh_for_seconds.is_some(),
            stood_before.is_some(),
            *forgiven,
        ];
        let mut row = Row::begin(serializer, &says)?;
        row.put(&polled_at.map(Brief))?;
        row.put(&succeeded_at.map(Brief))?;
        row.put(standing)?;
        row.put(fresh_for_seconds)?;
        row.put(stood_before)?;
        row.put(forgiven)?;
        row.end()
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our own types have only string keys")
}

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Standing {
    /// How the last poll that counts went.
    #[serde(deserialize_with = "brief::outcome::deserialize")]
    pub outcome: Outcome,
    /// Since when it goes like that: the first poll of an unbroken row of the same failure, or of successes of any kind.
    #[serde(with = "brief")]
    pub since: Instant,
    /// Since when nothing succeeds, with whatever failures.
    #[serde(default, with = "brief::option")]
    pub broken_since: Option<Instant>,
    /// How many polls have failed in a row.
    #[serde(default)]
    pub failures: u32,
}

/// As [`Latest`].
impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { outcome, since, broken_since, failures } = self;
        let mut row = Row::begin(serializer, &[true, true, broken_since.is_some(), *failures > 0])?;
        row.put(&BriefOutcome(outcome))?;
        row.put(&Brief(*since))?;
        row.put(&broken_since.map(Brief))?;
        row.put(failures)?;
        row.end()
    }
}

/// A move that was adopted: `url` is polled instead of the configured address, and proposed for `feeds.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopted {
    /// Where to.
    pub url: String,
    /// When it was adopted.
    pub at: Instant,
    /// The status that said so.
    pub status: u16,
}

/// A mass change that waits for being confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renaming {
    /// When it was first seen.
    pub since: Instant,
    /// Items that look new.
    pub items: u32,
    /// Those of them that are stored under other names.
    pub matched: u32,
}

/// A permanent redirect that is being watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// Where to.
    pub to: String,
    /// How often it was confirmed by a document that could be read.
    pub confirmations: u32,
    /// When it was last confirmed.
    pub confirmed_at: Instant,
}

impl SourceState {
    /// What every poll changes, JSON.
    pub fn latest(&self) -> String {
        let latest = Latest {
            polled_at: self.polled_at,
            succeeded_at: self.succeeded_at,
            standing: self.standing.as_ref().map(Cow::Borrowed),
            stood_before: self.stood_before.as_ref().map(Cow::Borrowed),
            forgiven: self.forgiven,
            fresh_for_seconds: self.fresh_for_seconds,
        };
        json(&latest)
    }

    /// All the rest, JSON.
    pub fn lasting(&self) -> String {
        json(self)
    }

    /// Whether all that lasts is as it was kept, of a state that a poll made of `before`.
    pub fn lasts_from(&self, before: &Self) -> bool {
        // Without `..`, so that whatever is added is thought of here.
        #[rustfmt::skip]
        let Self {
            url, first_polled, validators, body_hash, usual_bytes, hold, hints, adopted, moving, gone, parked_at, renaming,
            rhythm, certificate_expires, habits, unkept,
            polled_at: _, succeeded_at: _, standing: _, stood_before: _, forgiven: _, fresh_for_seconds: _,
        } = before;
        !unkept
            && (&self.url, &self.first_polled, &self.validators) == (url, first_polled, validators)
            && (&self.body_hash, &self.usual_bytes, &self.hold) == (body_hash, usual_bytes, hold)
            && (&self.hints, &self.adopted, &self.moving) == (hints, adopted, moving)
            && (&self.gone, &self.parked_at, &self.renaming) == (gone, parked_at, renaming)
            && (&self.rhythm, &self.certificate_expires, &self.habits) == (rhythm, certificate_expires, habits)
    }

    /// Puts together what [`SourceState::lasting`] and [`SourceState::latest`] gave; the older of our versions kept all in
    /// the former. `None` where either cannot be read.
    pub fn read(lasting: &str, latest: Option<&str>) -> Option<Self> {
        let mut state: Self = serde_json::from_str(lasting).ok()?;
        if let Some(latest) = latest {
            let latest: Latest<'_> = serde_json::from_str(latest).ok()?;
            state.stood_before = latest.stood_before.map(Cow::into_owned);
            state.standing = latest.standing.map(Cow::into_owned);
            state.polled_at = latest.polled_at;
            state.succeeded_at = latest.succeeded_at;
            state.forgiven = latest.forgiven;
            state.fresh_for_seconds = latest.fresh_for_seconds;
        }
        Some(state)
    }

    /// The address to ask now: the adopted one where there is one, else `configured`.
    pub fn effective_url(&self, configured: &Url) -> Url {
        self.adopted
            .as_ref()
            .filter(|_| self.is_about(configured))
            .and_then(|adopted| Url::parse(&adopted.url).ok())
            .unwrap_or_else(|| configured.clone())
    }

    /// Whether the facts are about `configured`.
    pub fn is_about(&self, configured: &Url) -> bool {
        self.url.as_deref() == Some(configured.as_str())
    }

    /// Makes the state one about `configured`: when `feeds.toml` gives the source a new address, whatever was learnt of the
    /// old address (failures, holds, moves, being gone) is void, and the source is due at once.
    ///
    /// Returns whether anything was dropped. To be called whenever a configuration is loaded.
    pub fn settle_url(&mut self, configured: &Url) -> bool {
        if self.is_about(configured) {
            return false;
        }
        let known = self.url.is_some();
        *self = Self {
            url: Some(configured.as_str().into()),
            first_polled: self.first_polled,
            succeeded_at: self.succeeded_at,
            rhythm: self.rhythm,
            // These name the address they belong to.
            validators: self.validators.take(),
            unkept: true,
            ..Self::default()
        };
        known
    }

    /// Makes the source due at once, unless it is held, and its document one to be read even if it has not changed: its
    /// settings have changed, or somebody has unparked it. What failed may work now.
    pub fn start_anew(&mut self) {
        self.polled_at = None;
        self.validators = None;
        self.body_hash = None;
        self.forgiven = false;
        self.parked_at = None;
        self.gone = 0;
        // Other selectors give another list, and may give no dates.
        self.habits = None;
        self.unkept = true;
    }

    /// Whether a mass change that shows again `now` is confirmed by it.
    pub fn confirms_renaming(&self, now: Instant) -> bool {
        self.renaming
            .as_ref()
            .is_some_and(|renaming| now - renaming.since >= CONFIRMATION_SPACING || now < renaming.since)
    }

    /// Holds a mass change back that showed `now`: the document is read again at the next poll, even if it is the same.
    pub fn hold_back(&mut self, items: u32, matched: u32, now: Instant) {
        let since = self.renaming.as_ref().map_or(now, |renaming| renaming.since);
        self.renaming = Some(Renaming { since, items, matched });
        self.validators = None;
        self.body_hash = None;
    }

    /// Whether the last poll that counts failed.
    pub fn is_failing(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| standing.failures > 0)
    }

    /// Tells whether the source answers but has had nothing new for much longer than it ever makes a pause.
    pub fn silence(&self, now: Instant) -> Option<Silence> {
        if self.is_failing() { None } else { self.rhythm.silence(now) }
    }

    /// How long the server's certificate is still valid, if it ends within `ahead`; negative once it has expired.
    pub fn certificate_ends_within(&self, ahead: TimeDelta, now: Instant) -> Option<TimeDelta> {
        self.certificate_expires.map(|expires| expires - now).filter(|left| *left <= ahead)
    }
}

/// What one poll brought to light: what [`apply`](super::apply) needs to know.
///
/// `fetch` fills what the answer tells; whoever has read the document fills `outcome` (where it can only be known then),
/// `hints` and `new_item_dates`.
#[derive(Debug, Clone, PartialEq)]
pub struct PollFacts {
    /// When the first request was made (not: when it was put into the queue of its host).
    pub polled_at: Instant,
    /// How it went.
    pub outcome: Outcome,
    /// The address that was asked first.
    pub requested: Url,
    /// The redirects that were followed: status and target, in order.
    pub redirects: Vec<(u16, Url)>,
    /// Whether the answer was a 304 (its validators complete ours) rather than a document (they replace ours).
    pub not_modified: bool,
    /// The validators of the answer, if it was a document or a 304.
    pub validators: Option<Validators>,
    /// Hash of the body.
    pub body_hash: Option<u64>,
    /// Length of the body, unpacked.
    pub body_bytes: Option<u64>,
    /// How long the answer calls itself fresh.
    pub fresh_for: Option<Duration>,
    /// What the document asks of those who poll it; `None` where none was read.
    pub hints: Option<PublisherHints>,
    /// The dates of the items that were new.
    pub new_item_dates: Vec<Instant>,
    /// How the source usually is, with what this poll adds to that; `None`: as before.
    pub habits: Option<Box<Habits>>,
    /// The feed that the page offers and that was read instead.
    pub feed_found: Option<Url>,
    /// What the server said when asked too often for pages behind the document: the status, and for how many seconds it
    /// wants to be left alone.
    pub throttled: Option<(u16, Option<u64>)>,
    /// Until when the server's certificate is valid, if there was one.
    pub certificate_expires: Option<Instant>,
    /// Whether our own network was down (see [`Network`](super::Network)): a failure then counts for nothing.
    pub network_down: bool,
}

impl PollFacts {
    /// The least there is to say of a poll.
    pub fn new(polled_at: Instant, outcome: Outcome, requested: Url) -> Self {
        Self {
            polled_at,
            outcome,
            requested,
            redirects: Vec::new(),
            not_modified: false,
            validators: None,
            body_hash: None,
            body_bytes: None,
            fresh_for: None,
            hints: None,
            new_item_dates: Vec::new(),
            habits: None,
            feed_found: None,
            throttled: None,
            certificate_expires: None,
            network_down: false,
        }
    }

    /// The address that answered, or failed to.
    pub fn final_url(&self) -> &Url {
        self.redirects.last().map_or(&self.requested, |(_, target)| target)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::model::every_case;

    fn url(text: &str) -> Url {
        text.parse().expect("a good address")
    }

    #[test]
    fn an_adopted_address_is_asked_until_the_configured_one_changes() {
        let old = url("http://bao.example.vn/rss");
        let mut state = SourceState::default();
        state.settle_url(&old);
        state.adopted =
            Some(Adopted { url: "https://bao.example.vn/rss".to_owned(), at: DateTime::UNIX_EPOCH, status: 301 });
        assert_eq!(state.effective_url(&old).as_str(), "https://bao.example.vn/rss");
        let new = url("https://bao.example.vn/rss/moi");
        assert_eq!(state.effective_url(&new), new);
        assert!(state.settle_url(&new));
        assert_eq!(state.adopted, None);
    }

    #[test]
    fn a_new_address_is_due_at_once_and_has_no_past() {
        let mut state = SourceState {
            url: Some("http://bao.example.vn/rss".into()),
            first_polled: Some(DateTime::UNIX_EPOCH),
            polled_at: Some(DateTime::UNIX_EPOCH),
            parked_at: Some(DateTime::UNIX_EPOCH),
            gone: 2,
            ..SourceState::default()
        };
        assert!(state.settle_url(&url("http://bao.example.vn/rss/moi")));
        assert_eq!((state.polled_at, state.parked_at, state.gone), (None, None, 0));
        assert_eq!(state.first_polled, Some(DateTime::UNIX_EPOCH), "its items are still no novelty");
        assert!(!state.settle_url(&url("http://bao.example.vn/rss/moi")));
    }

    #[test]
    fn a_state_written_by_an_older_version_can_be_read() {
        let old =
            r#"{"url": "http://bao.example.vn/rss", "gone": 1, "polled_at": "1970-01-01T00:00:07Z", "standing": null}"#;
        let mut state = SourceState::read(old, None).expect("readable");
        assert_eq!((state.gone, state.polled_at), (1, Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(7))));
        assert_eq!(state.validators, None);
        // What it says of the last poll no longer counts once that is kept by itself.
        state.polled_at = None;
        assert_eq!(SourceState::read(old, Some(&state.latest())), Some(state));
    }

    #[test]
    fn what_is_kept_in_two_parts_comes_back_as_it_was() {
        let at = |second| DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        let stood = |outcome, second| Some(Standing { outcome, since: at(second), broken_since: None, failures: 0 });
        let failing =
            Some(Standing { broken_since: Some(at(5)), failures: 2, ..stood(Outcome::Gone, 5).expect("one") });
        for (standing, stood_before) in [
            (None, None),
            (stood(Outcome::NotModified, 1), None),
            (None, failing.clone()),
            (failing.clone(), stood(Outcome::NotModified, 1)),
            (failing.clone(), failing),
        ] {
            let state = SourceState {
                url: Some("http://bao.example.vn/rss".into()),
                first_polled: Some(at(1)),
                polled_at: Some(at(9)),
                succeeded_at: Some(at(8)),
                standing,
                stood_before,
                forgiven: true,
                fresh_for_seconds: Some(300),
                gone: 2,
                ..SourceState::default()
            };
            assert_eq!(SourceState::read(&state.lasting(), Some(&state.latest())), Some(state));
        }
    }

    #[test]
    fn the_facts_of_a_poll_are_kept_in_few_bytes_and_those_of_older_versions_are_read() {
        let state = SourceState {
            polled_at: Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(9)),
            succeeded_at: Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(9)),
            standing: Some(Standing {
                outcome: Outcome::NotModified,
                since: DateTime::UNIX_EPOCH + TimeDelta::seconds(7),
                broken_since: None,
                failures: 0,
            }),
            ..SourceState::default()
        };
        assert_eq!(state.latest(), r#"[9,9,["not-modified",7]]"#);
        let older = r#"{"polled_at":9,"succeeded_at":"1970-01-01T00:00:09Z",
            "standing":{"outcome":{"name":"not-modified"},"since":7}}"#;
        assert_eq!(SourceState::read("{}", Some(older)), Some(state));
        assert_eq!(SourceState::read("{}", Some("[]")), Some(SourceState::default()));
    }

    #[test]
    fn every_outcome_is_kept_as_it_was() {
        for outcome in every_case() {
            let since = DateTime::UNIX_EPOCH;
            let standing = Some(Standing { outcome, since, broken_since: Some(since), failures: 3 });
            let state = SourceState { standing, ..SourceState::default() };
            assert_eq!(SourceState::read("{}", Some(&state.latest())), Some(state));
        }
    }

    #[test]
    fn a_poll_that_changes_nothing_leaves_what_lasts_as_it_was() {
        let before = SourceState { url: Some("http://bao.example.vn/rss".into()), ..SourceState::default() };
        let latest = SourceState {
            polled_at: Some(DateTime::UNIX_EPOCH),
            succeeded_at: Some(DateTime::UNIX_EPOCH),
            fresh_for_seconds: Some(60),
            ..before.clone()
        };
        assert!(latest.lasts_from(&before));
        assert_eq!(latest.lasting(), before.lasting());
        let other = SourceState { body_hash: Some(1), ..latest.clone() };
        assert!(!other.lasts_from(&before));
        // What a reload changed must be kept by the next poll, even if that adds nothing to it.
        let mut anew = before.clone();
        anew.start_anew();
        assert!(!SourceState { unkept: false, ..anew.clone() }.lasts_from(&anew));
    }

    #[test]
    fn a_certificate_about_to_expire_is_mentioned() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let state = SourceState { certificate_expires: Some(now + TimeDelta::days(5)), ..SourceState::default() };
        assert_eq!(state.certificate_ends_within(TimeDelta::days(14), now), Some(TimeDelta::days(5)));
        assert_eq!(state.certificate_ends_within(TimeDelta::days(4), now), None);
    }
}
