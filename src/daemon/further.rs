//! What one poll reads beyond its first document: the pages behind a listing that is read for the first time, the sitemaps
//! of an index, the feed that a page offers.

use std::collections::{BTreeMap, BTreeSet};

use tracing::{debug, info};
use url::Url;

use super::document::{self, Asked, Beyond, Taken};
use super::engine::{Engine, PollError};
use super::writer::Read;
use crate::config::{Robots, SourceKind};
use crate::extract::{DocumentKind, Kind};
use crate::fetch::{Answer, Client, Request};
use crate::model::{LocalInstant, Outcome, PublisherHints};
use crate::schedule::{PollFacts, SourceState, Validators};

/// Pages behind the first one of a listing: with twenty articles a page, the last hundred.
const MOST_NEXT: usize = 4;

/// Sitemaps of one index read in a poll. Sites split them by month or section, the freshest is what matters.
const MOST_SITEMAPS: usize = 3;

/// Feeds of one page that are tried.
const MOST_FEEDS: usize = 3;

/// A document and what it says beyond its items, while further ones are added to it.
pub(super) struct Whole {
    /// All that was read.
    pub read: Read,
    /// What the first document says beyond.
    pub beyond: Beyond,
    /// What it asks of those who poll it.
    pub hints: PublisherHints,
    /// Bytes on the wire of the further ones.
    pub bytes: u64,
}

/// One further document.
enum Further {
    Read(Box<Read>, Box<Beyond>, PublisherHints, Box<Validators>),
    NotModified,
    Not(Outcome),
}

/// Reads what belongs to a document, notes what the source's habits are, and judges whether it still is what it was.
pub(super) async fn read(
    engine: &Engine,
    client: &Client,
    asked: &Asked,
    state: &SourceState,
    whole: &mut Whole,
    facts: &mut PollFacts,
) -> Result<(), PollError> {
    let mut habits = state.habits.clone().unwrap_or_default();
    match whole.beyond.kind {
        DocumentKind::Html => {
            let is_first = state.habits.is_none();
            if is_first && asked.source.kind == SourceKind::Auto {
                let feeds = std::mem::take(&mut whole.beyond.feeds);
                if follow_feed(engine, client, asked, &feeds, whole, facts).await? {
                    return Ok(());
                }
            }
            if is_first {
                next_pages(engine, client, asked, whole, &facts.requested).await?;
            }
        }
        DocumentKind::Sitemap if !whole.beyond.index.is_empty() => {
            let index = std::mem::take(&mut whole.beyond.index);
            let since = state.succeeded_at;
            let is_due = |modified: Option<LocalInstant>| match (modified, since) {
                (Some(modified), Some(since)) => modified.to_utc() + chrono::TimeDelta::days(1) >= since,
                _ => true,
            };
            let parts: Vec<String> = index
                .into_iter()
                .filter(|link| is_due(link.modified))
                .map(|link| link.url)
                .take(MOST_SITEMAPS)
                .collect();
            let known = std::mem::take(&mut habits.parts);
            habits.parts = parts.into_iter().map(|url| (url.clone(), known.get(&url).cloned().flatten())).collect();
            sitemaps(engine, client, asked, whole, &mut habits.parts).await?;
        }
        _ => {}
    }
    let (items, dated) = (whole.read.total, whole.beyond.dated);
    // Sitemaps whose parts have not changed have nothing to say.
    match habits.missing_in(items, dated).filter(|_| habits.parts.is_empty()) {
        Some(change) if !habits.settles(change, engine.now()) => facts.outcome = Outcome::SiteChanged { change },
        settled => {
            if settled.is_some() {
                let id = &asked.source.id;
                info!(source.id = %id, "the list of source `{id}` has had no dates for a week and is taken as it is from now on: its items are dated by their pages, or by when they were first seen");
            }
            habits.learn_list(items, dated);
        }
    }
    habits.learn_order(whole.beyond.order);
    habits.read_as = Some(whole.beyond.kind.as_str().to_owned());
    facts.habits = Some(habits);
    Ok(())
}

/// The sitemaps of an index that itself has not changed, which does not mean that they have not.
pub(super) async fn sitemaps_again(
    engine: &Engine,
    client: &Client,
    asked: &Asked,
    state: &SourceState,
    facts: &mut PollFacts,
) -> Result<Option<Whole>, PollError> {
    let Some(mut habits) = state.habits.clone().filter(|habits| !habits.parts.is_empty()) else { return Ok(None) };
    let mut whole = Whole::nothing(DocumentKind::Sitemap);
    sitemaps(engine, client, asked, &mut whole, &mut habits.parts).await?;
    facts.habits = Some(habits);
    let has_any = whole.read.total > 0;
    Ok(has_any.then_some(whole))
}

async fn sitemaps(
    engine: &Engine,
    client: &Client,
    asked: &Asked,
    whole: &mut Whole,
    parts: &mut BTreeMap<String, Option<Validators>>,
) -> Result<(), PollError> {
    let asked = Asked { kind: Kind::Sitemap, ..asked.clone() };
    let mut is_whole = true;
    for (address, validators) in parts.iter_mut() {
        let Ok(url) = Url::parse(address) else { continue };
        match fetch(engine, client, &asked, url, validators.clone(), &mut whole.bytes).await? {
            Further::Read(read, beyond, _, new) => {
                *validators = Some(*new).filter(|new| !new.is_empty());
                whole.add(*read, &beyond);
            }
            Further::NotModified => is_whole = false,
            Further::Not(outcome) => {
                is_whole = false;
                debug!("sitemap {address} of the index could not be read: {outcome}");
            }
        }
    }
    if !is_whole {
        // What stands in a part that was not read still stands there.
        whole.read.seen.extend(asked.library.seen(&asked.source.id, &asked.source.was)?);
        whole.read.seen.truncate(MOST_SITEMAPS * 1_000);
    }
    Ok(())
}

/// Reads the first feed that a page offers and that is one, in place of the page. Returns whether there was one.
pub(super) async fn follow_feed(
    engine: &Engine,
    client: &Client,
    asked: &Asked,
    feeds: &[String],
    whole: &mut Whole,
    facts: &mut PollFacts,
) -> Result<bool, PollError> {
    let asked = Asked { kind: Kind::Feed, ..asked.clone() };
    let of_articles = feeds.iter().filter(|feed| !feed.contains("comment"));
    for feed in of_articles.take(MOST_FEEDS) {
        let Ok(url) = Url::parse(feed) else { continue };
        match fetch(engine, client, &asked, url.clone(), None, &mut whole.bytes).await? {
            Further::Read(read, beyond, hints, validators) if read.total > 0 => {
                (whole.read, whole.beyond, whole.hints) = (*read, *beyond, hints);
                facts.validators = Some(*validators);
                facts.feed_found = Some(url);
                return Ok(true);
            }
            _ => debug!("feed {feed} that the page offers cannot be read"),
        }
    }
    Ok(false)
}

/// Adds the pages behind the first one of a listing.
async fn next_pages(
    engine: &Engine,
    client: &Client,
    asked: &Asked,
    whole: &mut Whole,
    first: &Url,
) -> Result<(), PollError> {
    let asked = Asked { kind: Kind::Html, ..asked.clone() };
    let mut visited: BTreeSet<String> = [first.to_string()].into();
    let mut next = whole.beyond.next.take();
    for _ in 0..MOST_NEXT {
        let Some(address) = next.take().filter(|address| visited.insert(address.clone())) else { break };
        let Ok(url) = Url::parse(&address) else { break };
        match fetch(engine, client, &asked, url, None, &mut whole.bytes).await? {
            Further::Read(read, beyond, ..) => {
                let before = whole.read.names.len();
                next.clone_from(&beyond.next);
                whole.add(*read, &beyond);
                if whole.read.names.len() == before {
                    // A site that shows its first page whatever it is asked for.
                    break;
                }
            }
            Further::NotModified | Further::Not(_) => break,
        }
    }
    Ok(())
}

async fn fetch(
    engine: &Engine,
    client: &Client,
    asked: &Asked,
    url: Url,
    validators: Option<Validators>,
    bytes: &mut u64,
) -> Result<Further, PollError> {
    let request = Request {
        validators,
        respect_robots: asked.source.robots == Robots::Respect && asked.kind == Kind::Html,
        ..Request::further(&asked.source, url, engine.now())
    };
    let fetched = client.fetch(&request).await;
    *bytes += fetched.bytes_on_wire;
    let url = fetched.final_url().clone();
    Ok(match fetched.answer {
        Answer::Document(document) => {
            let validators = document.validators.clone();
            let of = asked.clone();
            match engine.read(move || document::take(&of, &document, &url)).await {
                Ok(taken) => match taken? {
                    Taken::Document(read, hints, beyond) => Further::Read(read, beyond, hints, Box::new(validators)),
                    Taken::Not(outcome) | Taken::Offers(outcome, _) => Further::Not(outcome),
                },
                Err(given_up) => Further::Not(document::outcome(&given_up.into())),
            }
        }
        Answer::NotModified(_) => Further::NotModified,
        Answer::Failed(outcome) => Further::Not(outcome),
    })
}

impl Whole {
    /// Nothing of this kind yet.
    pub(super) fn nothing(kind: DocumentKind) -> Self {
        Self { read: Read::default(), beyond: Beyond::of(kind), hints: PublisherHints::default(), bytes: 0 }
    }

    /// Adds a further document behind what is there.
    fn add(&mut self, more: Read, beyond: &Beyond) {
        let read = &mut self.read;
        read.names.extend(more.names);
        read.names.sort_unstable();
        read.names.dedup();
        read.total += more.total;
        read.items.extend(more.items);
        read.listed.extend(more.listed);
        read.seen.extend(more.seen);
        read.dropped += more.dropped;
        self.beyond.dated += beyond.dated;
    }
}
