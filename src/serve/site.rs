//! What readers can ask for at this moment: published documents, and the library behind them.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;
use tracing::{error, warn};

use crate::config::Content;
use crate::model::{FeedKey, Instant, Page, ProvinceSlug};
use crate::publish::pages::{self, Notice};
use crate::publish::{self, Document, HTML, Masthead, Representation};
use crate::store::{Library, StoreError};

use super::Limits;
use super::access::Access;
use super::cache::Cache;
use super::counters::Counters;
use super::route::Target;

/// Whether readers are served right; what `/health` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Nothing has been published yet: 503.
    Starting,
    /// All is well: 200.
    Fine,
    /// Readers are served, but something behind is not as it should be (polling stopped, disk full): 200, each said.
    Degraded(Vec<String>),
    /// Readers are not served right: 503, and why.
    Failing(String),
}

/// Everything that is published at one moment.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Who publishes.
    pub masthead: Arc<Masthead>,
    /// What stands ready; the rest is made on request.
    pub documents: Vec<Document>,
    /// Feeds that were published once and will not come back: 410.
    pub gone: Vec<FeedKey>,
    /// Who may read it.
    pub access: Access,
}

/// What readers can ask for, and what bounds their asking.
///
/// Reading never waits for publishing: an answer works on the state it found, and a new state replaces it whole.
#[derive(Debug)]
pub struct Site {
    state: RwLock<Arc<State>>,
    library: Shelf,
    calls: Arc<Semaphore>,
    cache: Cache,
    limits: Limits,
    counters: Counters,
    /// When something was last published, seconds since 1970: no `Last-Modified` is later.
    published_at: AtomicI64,
}

/// A library that can stand in a `Debug` struct.
#[derive(Clone)]
struct Shelf(Arc<dyn Library>);

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Library")
    }
}

/// What is published at one moment; replaced, never changed.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub masthead: Arc<Masthead>,
    pub access: Arc<Access>,
    documents: HashMap<String, Representation>,
    gone: HashSet<FeedKey>,
    health: Health,
    notices: Arc<HashMap<Notice, Representation>>,
    /// Whether any source publishes bodies, whose pictures story pages may then show.
    pub has_pictures: bool,
}

/// What was found for a target.
#[derive(Debug)]
pub(super) enum Found {
    /// This.
    Document(Representation),
    /// Its proper address, below the site's.
    Elsewhere(String),
    /// Nothing, and never was as far as we know.
    Nothing,
    /// Nothing any more.
    Gone,
    /// Too many ask at once.
    Busy,
    /// The library failed.
    Broken,
}

impl Site {
    /// A site that publishes this edition, with everything else made from `library` on request.
    ///
    /// Its [`Health`] is `Starting` until something else is said.
    pub fn new(edition: Edition, library: Arc<dyn Library>, limits: Limits, now: Instant) -> Arc<Self> {
        let site = Self {
            state: RwLock::new(Arc::new(State::of(
                Arc::clone(&edition.masthead),
                Arc::new(edition.access.clone()),
                Health::Starting,
            ))),
            library: Shelf(library),
            calls: Arc::new(Semaphore::new(limits.library_calls)),
            cache: Cache::new(limits.cache_bytes),
            limits,
            counters: Counters::default(),
            published_at: AtomicI64::new(now.timestamp()),
        };
        site.replace(edition, now);
        Arc::new(site)
    }

    /// Puts documents in the place of those with the same path, all at once, and forgets what was made on request.
    ///
    /// They are kept packed: a site has some hundred and fifty of them. Compressing takes a millisecond each, so this is no
    /// call for an async thread.
    ///
    /// A document whose bytes are the same stays what it was, with its date. One whose bytes changed without a later
    /// date of its own (a story was withdrawn, a title reworded) changed `now`.
    pub fn publish(&self, documents: impl IntoIterator<Item = Document>, now: Instant) {
        let fresh = self.prepared(documents, now);
        self.change(|state| state.documents.extend(fresh));
        self.cache.renew();
    }

    /// Publishes an edition in the place of everything before, after a change of the configuration.
    ///
    /// Feeds that the new configuration no longer knows, and the old one did, are gone.
    pub fn replace(&self, edition: Edition, now: Instant) {
        let paths: HashSet<String> = edition.documents.iter().map(|document| document.path.clone()).collect();
        let Edition { masthead, documents, gone, access } = edition;
        let fresh = self.prepared(documents, now);
        self.change(|state| {
            let left = known_feeds(&state.masthead).into_iter();
            let mut gone: HashSet<FeedKey> = left.chain(state.gone.iter().cloned()).chain(gone).collect();
            gone.retain(|key| !masthead.knows(key));
            let mut documents = std::mem::take(&mut state.documents);
            documents.retain(|path, _| paths.contains(path));
            documents.extend(fresh);
            *state = State { documents, gone, ..State::of(masthead, Arc::new(access), state.health.clone()) };
        });
        self.cache.renew();
    }

    /// Forgets what was made on request: the store has changed.
    pub fn refresh(&self) {
        self.cache.renew();
    }

    /// Sets what `/health` says.
    pub fn set_health(&self, health: Health) {
        self.change(|state| state.health = health);
    }

    /// What `/health` says.
    pub fn health(&self) -> Health {
        self.state().health.clone()
    }

    /// Whether the front page stands ready, and with it the feeds that are read most.
    pub fn has_front(&self) -> bool {
        self.state().documents.contains_key(&pages::path(&FeedKey::Merged, 1))
    }

    /// How many requests came and how they ended.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What bounds the asking.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Those documents that differ from what is published, packed and with their dates. Readers wait for a change under
    /// way, so the work is done before it; there is one publisher.
    fn prepared(&self, documents: impl IntoIterator<Item = Document>, now: Instant) -> Vec<(String, Representation)> {
        self.published_at.fetch_max(now.timestamp(), Ordering::Relaxed);
        let state = self.state();
        documents
            .into_iter()
            .filter_map(|Document { path, representation, .. }| {
                let representation = match state.documents.get(&path) {
                    Some(old) if old.same_bytes(&representation) => return None,
                    Some(old) => after(old, representation, now),
                    None => representation,
                };
                Some((path, not_after(representation, now).packed()))
            })
            .collect()
    }

    pub(super) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut slot = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // Cloning is some hundred reference counts; readers keep the old state while they need it.
        let mut state = State::clone(&slot);
        change(&mut state);
        *slot = Arc::new(state);
    }

    /// Finds what a target names: published, kept, or made now.
    pub(super) async fn find(self: &Arc<Self>, state: &Arc<State>, target: &Target) -> Found {
        match state.known(target) {
            Known::Yes => {}
            Known::Elsewhere(path) => return Found::Elsewhere(path),
            Known::Gone => return Found::Gone,
            Known::No => return Found::Nothing,
        }
        let path = match target {
            Target::Feed(key, format) => format!("{}.{}", key.path(), format.extension()),
            Target::River(key, number) => pages::path(key, *number),
            Target::Story(key) => format!("stories/{key}"),
            Target::Search(query, _) if query.is_empty() => {
                let html = pages::search(&state.masthead, "", 1, &Page::default());
                return Found::Document(Representation::new(HTML, html.into_bytes(), None));
            }
            // Searches differ from each other; keeping them would only push out what is asked for again.
            Target::Search(..) => String::new(),
            Target::Standing(path) => (*path).to_owned(),
            Target::Moved(path) => return Found::Elsewhere(path.clone()),
            Target::Health | Target::Nothing => return Found::Nothing,
        };
        let is_search = matches!(target, Target::Search(..));
        if !is_search && let Some(document) = state.documents.get(&path).cloned().or_else(|| self.cache.get(&path)) {
            return Found::Document(document);
        }
        let generation = self.cache.generation();
        let found = self.make(state, target).await;
        if let (Found::Document(document), false) = (&found, is_search) {
            self.cache.put(path, generation, document.clone());
        }
        found
    }

    /// Makes a document from the library, off the async threads, a few at a time.
    async fn make(self: &Arc<Self>, state: &Arc<State>, target: &Target) -> Found {
        let turn = tokio::time::timeout(self.limits.library_wait, Arc::clone(&self.calls).acquire_owned()).await;
        let Ok(Ok(permit)) = turn else { return Found::Busy };
        let library = Arc::clone(&self.library.0);
        let (state, wanted) = (Arc::clone(state), target.clone());
        let published_at = Instant::from_timestamp(self.published_at.load(Ordering::Relaxed), 0).unwrap_or_default();
        let work = tokio::task::spawn_blocking(move || {
            // Held until the work is done, also when nobody waits for it any more.
            let _permit = permit;
            let found = render(&state.masthead, library.as_ref(), &wanted)?;
            Ok::<_, StoreError>(match found {
                Found::Document(representation) => Found::Document(not_after(representation, published_at)),
                other => other,
            })
        });
        match tokio::time::timeout(self.limits.library_timeout, work).await {
            Ok(Ok(Ok(found))) => found,
            Ok(Ok(Err(failure))) => {
                error!(error = %failure, "a page could not be made: {failure}");
                Found::Broken
            }
            Ok(Err(panic)) => {
                error!(error = %panic, "a page could not be made: {panic}");
                Found::Broken
            }
            Err(_) => {
                warn!("a page was not made within {:?}: the database is slow", self.limits.library_timeout);
                Found::Busy
            }
        }
    }
}

impl State {
    fn of(masthead: Arc<Masthead>, access: Arc<Access>, health: Health) -> Self {
        let notices = [Notice::NotFound, Notice::Gone, Notice::Busy, Notice::Broken].map(|notice| {
            let html = pages::notice(&masthead, notice);
            (notice, Representation::new(HTML, html.into_bytes(), None))
        });
        let has_pictures = masthead.content_of(None) == Content::Full
            || masthead.sources().iter().any(|source| source.content == Content::Full);
        Self {
            masthead,
            access,
            documents: HashMap::new(),
            gone: HashSet::new(),
            health,
            notices: Arc::new(HashMap::from(notices)),
            has_pictures,
        }
    }

    pub fn health(&self) -> &Health {
        &self.health
    }

    pub fn notice(&self, notice: Notice) -> Representation {
        self.notices[&notice].clone()
    }

    /// Whether a target is something that this edition has, by its configuration alone.
    fn known(&self, target: &Target) -> Known {
        let (key, rest): (_, &dyn Fn(&FeedKey) -> String) = match target {
            Target::Feed(key, format) => (key, &move |key| format!("{}.{}", key.path(), format.extension())),
            Target::River(key, number) => (key, &move |key| pages::path(key, *number)),
            _ => return Known::Yes,
        };
        if self.masthead.knows(key) {
            return Known::Yes;
        }
        if let Some(present) = self.successor(key) {
            return Known::Elsewhere(rest(&present));
        }
        if self.gone.contains(key) { Known::Gone } else { Known::No }
    }

    /// Where a renamed source or a merged province is now.
    fn successor(&self, key: &FeedKey) -> Option<FeedKey> {
        match key {
            FeedKey::Source(id) => self
                .masthead
                .sources()
                .iter()
                .find(|source| source.was.contains(id))
                .map(|source| FeedKey::Source(source.id.clone())),
            FeedKey::Province(slug) => self
                .masthead
                .provinces()
                .iter()
                .find(|province| province.former.iter().any(|former| former == slug.as_str()))
                .map(|province| FeedKey::Province(ProvinceSlug::new(province.slug.as_str()))),
            FeedKey::Merged | FeedKey::Topic(_) => None,
        }
    }
}

enum Known {
    Yes,
    No,
    Gone,
    Elsewhere(String),
}

fn known_feeds(masthead: &Masthead) -> Vec<FeedKey> {
    let topics = masthead.topics().iter().map(|(id, _)| FeedKey::Topic(id.clone()));
    let sources = masthead.sources().iter().map(|source| FeedKey::Source(source.id.clone()));
    topics.chain(sources).collect()
}

/// The document that follows `old` in its place: changed now, unless its own date says later than the old one's.
fn after(old: &Representation, new: Representation, now: Instant) -> Representation {
    match (old.last_modified(), new.last_modified()) {
        (Some(before), Some(date)) if date <= before => new.modified_at(now),
        _ => new,
    }
}

/// `Last-Modified` must not lie in the future (RFC 9110 §8.8.2.1).
fn not_after(representation: Representation, now: Instant) -> Representation {
    match representation.last_modified() {
        Some(date) if date > now => representation.modified_at(now),
        _ => representation,
    }
}

/// Makes one document from the library. Blocks.
fn render(masthead: &Masthead, library: &dyn Library, target: &Target) -> Result<Found, StoreError> {
    let made = match target {
        Target::Feed(key, format) => {
            let content = library.feed(key, masthead.items())?;
            Some(publish::feed(masthead, key, *format, &content).representation)
        }
        Target::River(key, number) => {
            let page = library.river(key, (number - 1) * pages::ENTRIES, pages::ENTRIES)?;
            let counts = match key {
                FeedKey::Merged => {
                    pages::Counts { topics: library.topic_counts()?, provinces: library.province_counts()? }
                }
                _ => pages::Counts::default(),
            };
            // A page behind the last one is no page; the first one says why it is empty.
            let is_there = *number == 1 || !page.entries.is_empty();
            is_there.then(|| publish::page(masthead, key, *number, &page, &counts).representation)
        }
        Target::Story(key) => match library.story(key)? {
            // Merged into another one: one address for one story.
            Some(view) if view.entry.story != *key => {
                return Ok(Found::Elsewhere(format!("stories/{}", view.entry.story)));
            }
            Some(view) => Some(Representation::new(HTML, pages::story(masthead, &view).into_bytes(), None)),
            None if library.is_withdrawn(key)? => return Ok(Found::Gone),
            None => None,
        },
        Target::Search(query, number) => {
            let page = library.search(query, (number - 1) * pages::ENTRIES, pages::ENTRIES)?;
            let html = pages::search(masthead, query, *number, &page);
            Some(Representation::new(HTML, html.into_bytes(), None))
        }
        Target::Standing(path) => publish::standing(masthead)
            .into_iter()
            .find(|document| document.path == *path)
            .map(|document| document.representation),
        Target::Health | Target::Moved(_) | Target::Nothing => None,
    };
    Ok(made.map_or(Found::Nothing, Found::Document))
}
