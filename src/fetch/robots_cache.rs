//! robots.txt of the sites whose pages we read, fetched once a day through the same client as everything else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use crate::model::{Instant, Outcome};
use crate::schedule::Host;

use super::client::Client;
use super::request::{Accept, Answer, Request};
use super::robots::{MOST_BYTES, Robots};

/// How long what was read stays true (RFC 9309 section 2.4).
const GOOD_FOR: TimeDelta = TimeDelta::hours(24);
/// When to try again what could not be read.
const TRY_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(30);
/// A server that has failed to show its robots.txt for so long has none: some answer every address they do not know with 500.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(24);
/// Sites remembered; a listing page has one, and redirects lead to few others.
const REMEMBERED: usize = 4096;
/// A robots.txt is small; one that takes longer says nothing in time.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What is known of the robots.txt of one site.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    at: Instant,
    said: Said,
    /// Since when it cannot be read.
    failing_since: Option<Instant>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Said {
    Rules(Robots),
    /// It could not be read: then nothing may be (RFC 9309 section 2.3.1.4).
    Unreadable(Outcome),
}

/// By scheme, host and port; whoever needs one that is being fetched waits for it.
#[derive(Debug, Default)]
pub(super) struct RobotsCache {
    sites: Mutex<HashMap<String, Arc<AsyncMutex<Option<Known>>>>>,
    /// What was fetched and not yet taken by whoever keeps it: site and [`Known`] as JSON.
    fetched: Mutex<Vec<(String, String)>>,
}

/// What is kept of one site at most; a larger one is fetched anew by the next process.
const LONGEST_KEPT: usize = 64 * 1024;

impl RobotsCache {
    /// Tells whether `url` may be asked for, fetching the site's robots.txt if it is not known, and makes the host's pauses
    /// as long as it wants them.
    pub(super) async fn check(&self, client: &Client, request: &Request, url: &Url) -> Result<(), Outcome> {
        let site = self.site(url);
        let mut known = site.lock().await;
        let since_when = known.as_ref().and_then(|known| known.failing_since);
        if known.as_ref().is_none_or(|known| !known.is_good_at(request.now)) {
            let said = fetch(client, request, url).await;
            let failing_since = matches!(said, Said::Unreadable(_)).then(|| since_when.unwrap_or(request.now));
            let fresh = known.insert(Known { at: request.now, said, failing_since });
            let json = serde_json::to_string(fresh).expect("our own types have only string keys");
            if json.len() <= LONGEST_KEPT {
                let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
                fetched.push((url.origin().ascii_serialization(), json));
            }
        }
        let Some(known) = known.as_ref() else { return Ok(()) };
        match &known.said {
            Said::Rules(robots) => {
                client.gate().slow_down(&Host::of(url), robots.crawl_delay().unwrap_or(Duration::ZERO));
                let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
                if robots.allows(path) { Ok(()) } else { Err(Outcome::Robots { unreadable: None }) }
            }
            Said::Unreadable(outcome) => match outcome {
                Outcome::Robots { .. }
                    if known.failing_since.is_some_and(|since| request.now - since >= GIVE_UP_AFTER) =>
                {
                    Ok(())
                }
                outcome => Err(outcome.clone()),
            },
        }
    }

    /// Gives what was fetched since this was last called: site, and what [`RobotsCache::recall`] takes.
    pub(super) fn take_fetched(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.fetched.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes back what [`RobotsCache::take_fetched`] gave, perhaps in another process. Returns whether it is still good at
    /// `now`, or says since when a site fails, which is counted on; what is neither may be forgotten.
    pub(super) fn recall(&self, site: &str, json: &str, now: Instant) -> bool {
        let Ok(known) = serde_json::from_str::<Known>(json) else { return false };
        let recent = (TimeDelta::zero()..GOOD_FOR * 2).contains(&(now - known.at));
        let counts_on = known.failing_since.is_some() && recent;
        if !known.is_good_at(now) && !counts_on {
            return false;
        }
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= REMEMBERED {
            return false;
        }
        sites.entry(site.to_owned()).or_insert_with(|| Arc::new(AsyncMutex::new(Some(known))));
        true
    }

    fn site(&self, url: &Url) -> Arc<AsyncMutex<Option<Known>>> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let key = url.origin().ascii_serialization();
        if sites.len() >= REMEMBERED && !sites.contains_key(&key) {
            // Rather fetch some again than remember which were used.
            sites.clear();
        }
        Arc::clone(sites.entry(key).or_default())
    }
}

impl Known {
    fn is_good_at(&self, now: Instant) -> bool {
        let good_for = if matches!(self.said, Said::Rules(_)) { GOOD_FOR } else { TRY_AGAIN_AFTER };
        // A clock set back makes it old, too.
        (self.at..self.at + good_for).contains(&now)
    }
}

async fn fetch(client: &Client, request: &Request, url: &Url) -> Said {
    let mut address = url.clone();
    address.set_path("/robots.txt");
    address.set_query(None);
    address.set_fragment(None);
    let robots_request = Request {
        url: address,
        validators: None,
        accept: Accept::Any,
        delta: false,
        headers: std::collections::BTreeMap::new(),
        timeout: request.timeout.min(TIMEOUT),
        max_body: 2 * MOST_BYTES as u64,
        respect_robots: false,
        ..request.clone()
    };
    let fetched = Box::pin(client.fetch(&robots_request)).await;
    match fetched.answer {
        Answer::Document(document) => Said::Rules(Robots::parse(document.body.bytes())),
        Answer::Failed(outcome) => match (outcome, fetched.status) {
            // Whatever that is, it is no robots.txt.
            (
                Outcome::TooLarge { .. }
                | Outcome::BadEncoding { .. }
                | Outcome::RedirectLoop { .. }
                | Outcome::BadRedirect { .. },
                _,
            ) => Said::Rules(Robots::default()),
            (throttled @ Outcome::Throttled { .. }, _) => Said::Unreadable(throttled),
            (Outcome::ServerError { status }, _) => Said::Unreadable(Outcome::Robots { unreadable: Some(status) }),
            // Not there, or not for us.
            (_, Some(400..=499)) => Said::Rules(Robots::default()),
            (Outcome::UnexpectedStatus { .. }, _) => Said::Rules(Robots::default()),
            // The site cannot be reached: that is what is to be told.
            (outcome, _) => Said::Unreadable(outcome),
        },
        Answer::NotModified(_) => Said::Rules(Robots::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(said: Said, failing_since: Option<Instant>) -> String {
        let at = Instant::UNIX_EPOCH;
        serde_json::to_string(&Known { at, said, failing_since }).expect("our own types have only string keys")
    }

    #[test]
    fn rules_are_recalled_for_a_day_and_failures_for_as_long_as_they_count() {
        let rules = known(Said::Rules(Robots::parse(b"User-agent: *\nDisallow: /x")), None);
        let failed = known(
            Said::Unreadable(Outcome::Robots { unreadable: Some(503) }),
            Some(Instant::UNIX_EPOCH - TimeDelta::hours(3)),
        );
        let recalled = |json: &str, hours: i64| {
            RobotsCache::default().recall("https://a.example", json, Instant::UNIX_EPOCH + TimeDelta::hours(hours))
        };
        assert!(recalled(&rules, 23) && !recalled(&rules, 25) && !recalled(&rules, -1));
        assert!(recalled(&failed, 23) && recalled(&failed, 30) && !recalled(&failed, 60));
        assert!(!recalled("{}", 0));
    }
}
