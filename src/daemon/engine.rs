//! Polls: fetch, read, keep, learn. Used alike by the daemon, by `bantin poll` and by the demo.
//!
//! ```text
//! poll ─ fetch (async) ─ take (parsing pool) ─ writer (its thread) ─ state
//! ```
//!
//! A poll's body and items are held against the memory budget until the writer has them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant as Moment;
use tracing::level_filters::LevelFilter;
use tracing::{Instrument as _, Span, error, error_span, info, warn};

use super::articles;
use super::document::{self, Asked, Taken};
use super::further::{self, Whole};
use super::halt::{Admission, Halt, Standstill};
use super::known::{Known, ROBOTS};
use super::metrics::{Metrics, PollCounts};
use super::setup::Setup;
use super::writer::{PollIn, PollOut, WriteError, Writer, whole_seconds};
use crate::config::Source;
use crate::extract::pool::{Pool, PoolError};
use crate::extract::{DocumentKind, Unreadable};
use crate::fetch::{Answer, Client, Document, Fetched, Request, Settings};
use crate::model::{Instant, Map, Outcome, Severity, SourceId};
use crate::schedule::{self, Due, Host, HostState, Network, NetworkChange, PollFacts, SourceState};
use crate::store::sqlite::SqliteLibrary;
use crate::store::{StoreError, Trouble};

/// How long reading one document may take: a hundred times what the slowest hostile one of 10 MiB took.
const READING_LIMIT: Duration = Duration::from_secs(30);

/// Tells the time. Passed in, so that tests own it.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(Utc::now)
}

/// A clock that begins with the machine's and runs so many times as fast: a day in minutes, for trying what a day does.
pub fn faster_clock(speed: u32) -> Clock {
    let (start, began) = (Utc::now(), std::time::Instant::now());
    Arc::new(move || {
        let elapsed = began.elapsed().checked_mul(speed).and_then(|elapsed| TimeDelta::from_std(elapsed).ok());
        start + elapsed.unwrap_or(TimeDelta::MAX)
    })
}

/// What came of one poll, for tables and logs.
#[derive(Debug, Clone)]
pub struct Polled {
    /// Who.
    pub source: SourceId,
    /// How.
    pub outcome: Outcome,
    /// Items never seen before.
    pub new: u32,
    /// Items whose words changed.
    pub edited: u32,
    /// On the wire.
    pub bytes: u64,
    /// From first request to decision.
    pub duration_ms: u64,
}

/// Why a poll did not come to an outcome: our trouble, not the source's.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// It could not be kept.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PollError {
    /// What kind of trouble the database is in.
    fn trouble(&self) -> Trouble {
        match self {
            Self::Write(WriteError::Store(why)) => why.trouble(),
            Self::Write(WriteError::Stopped) => Trouble::Other,
            Self::Store(why) => why.trouble(),
        }
    }
}

/// Everything that polls share.
pub struct Engine {
    setup: RwLock<Arc<Setup>>,
    client: RwLock<Arc<Client>>,
    library: Arc<SqliteLibrary>,
    writer: Writer,
    clock: Clock,
    states: Mutex<Map<SourceId, Arc<SourceState>>>,
    hosts: Mutex<BTreeMap<Host, HostState>>,
    network: Mutex<Network>,
    /// What robots.txt files once said and no longer counts, by its key: forgotten with the next that are fetched.
    stale_robots: Mutex<Vec<String>>,
    /// Whether polls may be made, by whether they can be kept.
    halt: Mutex<Halt>,
    /// Whether what the store knows could not be read, and must be before the first poll.
    is_ignorant: AtomicBool,
    /// Counts how often trouble of the database has ended.
    mended: watch::Sender<u64>,
    /// Rung when a source may have become due earlier than was thought.
    wake: Notify,
    /// One poll of a source at a time.
    busy: Mutex<Map<SourceId, Arc<tokio::sync::Mutex<()>>>>,
    /// Reads documents: as many at once as there are cores, none of them for ever.
    pool: Pool,
    /// Documents being read or waiting for the writer, at most as many as the pool has threads.
    readers: Arc<Semaphore>,
    /// What happened since the start.
    metrics: Metrics,
}

impl Engine {
    /// Makes an engine over an open store, with what that knows of sources and hosts from before. Where it could not be
    /// read, the engine is to be closed: it reads it when a probe has found nothing wrong any more.
    pub fn new(
        setup: Arc<Setup>,
        library: Arc<SqliteLibrary>,
        writer: Writer,
        clock: Clock,
        known: Option<Known>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let client = Client::new(Settings::of(&setup.config));
        let engine = Self {
            is_ignorant: AtomicBool::new(known.is_none()),
            mended: watch::Sender::new(0),
            stale_robots: Mutex::default(),
            setup: RwLock::new(setup),
            client: RwLock::new(Arc::new(client)),
            wake: Notify::new(),
            halt: Mutex::default(),
            library,
            writer,
            clock,
            states: Mutex::default(),
            hosts: Mutex::default(),
            network: Mutex::new(Network::default()),
            busy: Mutex::default(),
            pool: Pool::new(cores, READING_LIMIT),
            readers: Arc::new(Semaphore::new(cores)),
            metrics: Metrics::default(),
        };
        if let Some(known) = known {
            engine.recall(known);
        }
        engine
    }

    fn recall(&self, Known { states, hosts, robots }: Known) {
        let client = Arc::clone(&self.client.read().expect("no holder of this lock can panic"));
        let now = self.now();
        let stale = robots.into_iter().filter(|(site, said)| !client.recall_robots(site, said, now));
        let stale = stale.map(|(site, _)| format!("{ROBOTS}{site}")).collect();
        *self.stale_robots.lock().expect("no holder of this lock can panic") = stale;
        *self.states.lock().expect("no holder of this lock can panic") = states;
        *self.hosts.lock().expect("no holder of this lock can panic") = hosts;
    }

    /// The configuration in force.
    pub fn setup(&self) -> Arc<Setup> {
        Arc::clone(&self.setup.read().expect("no holder of this lock can panic"))
    }

    /// Takes another configuration; polls under way finish by the old one.
    pub fn set_setup(&self, setup: Arc<Setup>) {
        let old = self.setup();
        let mut states = self.states.lock().expect("no holder of this lock can panic");
        for source in &setup.sources {
            let state = states.get_mut(&source.id);
            if let (Some(state), Some(before)) = (state, old.source(&source.id))
                && reads_differently(before, source)
            {
                Arc::make_mut(state).start_anew();
            }
        }
        self.library.set_catalog(setup.catalog());
        let mut client = self.client.write().expect("no holder of this lock can panic");
        // Whose turn it is at which host, and what robots.txt says, outlives a reload.
        *client = Arc::new(client.changed(Settings::of(&setup.config)));
        drop(client);
        // Before the states are let go: a poll that ends just now must see that its settings are no longer in force.
        *self.setup.write().expect("no holder of this lock can panic") = setup;
        drop(states);
    }

    /// What reads the store.
    pub fn library(&self) -> &Arc<SqliteLibrary> {
        &self.library
    }

    /// What writes it.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// What happened since the start, counted.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The time.
    pub fn now(&self) -> Instant {
        (self.clock)()
    }

    /// When a source is due by all that is known; `None` once its schedule is over or it has left the configuration.
    pub fn due(&self, id: &SourceId, now: Instant) -> Option<Due> {
        let setup = self.setup();
        let source = setup.source(id)?;
        let timetable = setup.timetables.get(id)?;
        let state = self.state(source);
        let host = self.host_state(&Host::of(&state.effective_url(&source.url)));
        schedule::next_due(timetable, &state, &host, now)
    }

    /// Whether our own network lets a poll be tried now, and if not, when the next one may be.
    pub fn network_admits(&self, now: Instant) -> Result<(), Instant> {
        let mut network = self.network.lock().expect("no holder of this lock can panic");
        match network.admits(now) {
            true => Ok(()),
            false => Err(network.next_try().unwrap_or(now)),
        }
    }

    /// Since when our own network has been down.
    pub fn network_down_since(&self) -> Option<Instant> {
        self.network.lock().expect("no holder of this lock can panic").down_since()
    }

    /// Whether polls can be kept, as far as is known, and what may be done about it where they cannot.
    pub fn admit(&self, now: Instant) -> Admission {
        // Readers come upon damage too, and writing into a damaged file may damage more of it.
        if let Some(damage) = self.library.connections().damage() {
            self.close(Trouble::Damaged, damage);
        }
        self.halt().admit(now)
    }

    /// Why nothing is polled; `None` while polls are made.
    pub fn standstill(&self) -> Option<Standstill> {
        self.halt().standstill()
    }

    /// Makes no more polls until a probe has found that they can be kept.
    pub fn close(&self, kind: Trouble, why: String) {
        if self.halt().close(kind, why.clone(), self.now()) {
            error!(trouble = kind.as_str(), "nothing is polled any more, readers are served what can be read: {why}");
        }
    }

    /// Finds out whether polls can be kept again, without asking anybody for anything.
    pub async fn probe(&self) {
        match self.try_out().await {
            Ok(()) => {
                if let Some(standstill) = self.halt().open(self.now()) {
                    info!(
                        "the database takes polls again, polling goes on (it stood still since {})",
                        standstill.since.format("%Y-%m-%d %H:%M:%S UTC")
                    );
                    self.mended.send_modify(|times| *times += 1);
                }
            }
            Err(error) => {
                warn!(trouble = error.trouble().as_str(), "polls still cannot be kept: {error}");
                self.halt().probe_failed(error.trouble(), error.to_string(), self.now());
            }
        }
        self.wake();
    }

    async fn try_out(&self) -> Result<(), PollError> {
        if self.standstill().is_some_and(|standstill| standstill.kind == Trouble::Damaged) {
            self.look_up(|library| library.connections().check()).await?;
        }
        self.writer.probe().await?;
        if self.is_ignorant.load(Relaxed) {
            let setup = self.setup();
            let known = self.look_up(move |library| Known::read(&setup, library)).await?;
            self.recall(known);
            self.is_ignorant.store(false, Relaxed);
        }
        Ok(())
    }

    /// Changes whenever trouble of the database has ended: for those who could not do something for it.
    pub fn mended(&self) -> watch::Receiver<u64> {
        self.mended.subscribe()
    }

    fn halt(&self) -> MutexGuard<'_, Halt> {
        self.halt.lock().expect("no holder of this lock can panic")
    }

    /// Resolves when a source may have become due earlier than was thought.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Says that a source may have become due earlier than was thought.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// What is known of a source.
    pub fn state(&self, source: &Source) -> Arc<SourceState> {
        let states = self.states.lock().expect("no holder of this lock can panic");
        let mut state = states.get(&source.id).cloned().unwrap_or_default();
        if !state.is_about(&source.url) {
            Arc::make_mut(&mut state).settle_url(&source.url);
        }
        state
    }

    /// Leaves to the end of the process what is known of the sources, for the last who uses this.
    pub fn forget_states(&self) {
        std::mem::forget(std::mem::take(&mut *self.states.lock().expect("no holder of this lock can panic")));
    }

    fn host_state(&self, host: &Host) -> HostState {
        self.hosts.lock().expect("no holder of this lock can panic").get(host).cloned().unwrap_or_default()
    }

    /// Until when a source is to be left alone because its server asked for that.
    pub fn held_until(&self, source: &Source) -> Option<Instant> {
        let state = self.state(source);
        // The usual case, without looking for the name of the host.
        if state.hold.is_none() && self.hosts.lock().expect("no holder of this lock can panic").is_empty() {
            return None;
        }
        let host = self.host_state(&Host::of(&state.effective_url(&source.url)));
        schedule::held_until(&state, &host, self.now())
    }

    /// Polls a source once, after any poll of it that is under way, and keeps what came of it.
    ///
    /// # Errors
    ///
    /// [`PollError`] when the outcome could not be reached or kept: that is our trouble, and nothing is known anew.
    pub async fn poll(&self, source: &Arc<Source>) -> Result<Polled, PollError> {
        // At the level of errors, so that whatever is logged in it says which source it is about: lines inside need not.
        // Nothing in it is an error itself, so where only those are logged it is left out.
        let span = match LevelFilter::current() > LevelFilter::ERROR {
            true => error_span!("poll", source.id = %source.id),
            false => Span::none(),
        };
        let polled = self.poll_alone(source).instrument(span).await;
        if let Err(error) = &polled {
            self.metrics.polls_lost.fetch_add(1, Relaxed);
            self.close(error.trouble(), error.to_string());
        }
        polled
    }

    async fn poll_alone(&self, source: &Arc<Source>) -> Result<Polled, PollError> {
        let lock = {
            let mut busy = self.busy.lock().expect("no holder of this lock can panic");
            Arc::clone(busy.entry(source.id.clone()).or_default())
        };
        let _alone = lock.lock().await;
        let _under_way = self.writer.announce();
        let setup = self.setup();
        let client = Arc::clone(&self.client.read().expect("no holder of this lock can panic"));
        let state = self.state(source);
        let fetched = client.fetch(&Request::poll(source, &state, self.now())).await;
        let (mut poll, mut turn) = self.decide(&setup, &client, source, state, fetched).await?;
        if source.article {
            // Pages may take minutes: others read in the meantime.
            turn = None;
            let began = Moment::now();
            Box::pin(articles::complete(self, &client, &setup, &mut poll)).await?;
            poll.duration += began.elapsed();
        }
        let (bytes, duration) = (poll.bytes, poll.duration);
        let host = poll.host.clone();
        let dropped = poll.read.as_ref().map_or(0, |read| read.dropped);
        let out = self.writer.poll(poll, turn).await?;
        let (new, edited) = (out.counts.new, out.counts.edited);
        let counts = PollCounts {
            new,
            copies: out.counts.copies,
            edited,
            clamped: out.counts.clamped,
            old: out.counts.old,
            dropped,
            bytes,
        };
        self.metrics.polled(&out.outcome, duration, counts);
        let outcome = out.outcome.clone();
        self.learn(source, host, *out);
        self.keep_robots(&client).await?;
        let polled = Polled {
            source: source.id.clone(),
            new,
            edited,
            outcome,
            bytes,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        };
        tell(&polled);
        Ok(polled)
    }

    /// Keeps what robots.txt files said, so that they are asked for once a day and not by each process.
    async fn keep_robots(&self, client: &Client) -> Result<(), WriteError> {
        let fetched = client.take_fetched_robots();
        if fetched.is_empty() {
            return Ok(());
        }
        let stale = std::mem::take(&mut *self.stale_robots.lock().expect("no holder of this lock can panic"));
        self.writer
            .change(move |tx| {
                stale.iter().try_for_each(|key| tx.forget_meta(key))?;
                fetched.iter().try_for_each(|(site, said)| tx.set_meta(&format!("{ROBOTS}{site}"), said))
            })
            .await
    }

    /// From an answer to a poll that the writer can keep, with the turn at reading that it took: given back once the
    /// writer has the poll, so that what has been read and not yet written stays bounded.
    async fn decide(
        &self,
        setup: &Arc<Setup>,
        client: &Client,
        source: &Arc<Source>,
        state: Arc<SourceState>,
        fetched: Fetched,
    ) -> Result<(Box<PollIn>, Option<OwnedSemaphorePermit>), PollError> {
        let host = fetched.host();
        let now = whole_seconds(fetched.started_at);
        let mut facts = fetched.facts(fetched.outcome().unwrap_or(Outcome::Unchanged));
        facts.polled_at = now;
        let (status, bytes, took) = (fetched.status, fetched.bytes_on_wire, fetched.took);
        let read_well = state.standing.as_ref().is_some_and(|was| was.outcome.is_success());
        let document = match fetched.answer {
            Answer::Document(document) if !(read_well && document.is_unchanged(&state)) => Some(document),
            _ => None,
        };
        let (mut whole, mut turn) = (None, None);
        if document.is_some() || (facts.outcome.is_success() && state.habits.is_some()) {
            let asked = Asked::of(source, &state, now, setup, &self.library);
            // By itself on the heap, and only now: a poll that waits for its host, or brings nothing, holds no room for it.
            (whole, turn) = Box::pin(self.read_whole(client, &asked, &state, document, &mut facts)).await?;
        }
        let bytes = bytes + whole.as_ref().map_or(0, |whole| whole.bytes);
        let read = whole.filter(|_| facts.outcome.is_success()).map(|whole| {
            facts.hints = Some(whole.hints);
            whole.read
        });
        facts.network_down = self.observe(source, &host, &facts.outcome, now);
        let poll = Box::new(PollIn {
            source: Arc::clone(source),
            facts,
            state,
            host,
            read,
            articles: Vec::new(),
            status,
            bytes,
            duration: took,
            setup: Arc::clone(setup),
        });
        Ok((poll, turn))
    }

    /// Reads the document of a poll, if one came, and those that belong to it, if the source has any; notes in `facts` what they
    /// come to.
    async fn read_whole(
        &self,
        client: &Client,
        asked: &Asked,
        state: &SourceState,
        document: Option<Box<Document>>,
        facts: &mut PollFacts,
    ) -> Result<(Option<Whole>, Option<OwnedSemaphorePermit>), PollError> {
        let Some(document) = document else {
            return Ok((further::sitemaps_again(self, client, asked, state, facts).await?, None));
        };
        let turn = self.turn().await;
        let (of, url) = (asked.clone(), facts.final_url().clone());
        let reading = self.pool.run(move || document::take(&of, &document, &url)).await;
        let taken = match reading {
            Ok(taken) => taken?,
            Err(given_up) => Taken::Not(document::outcome(&Unreadable::from(given_up))),
        };
        Ok(match taken {
            Taken::Document(read, hints, beyond) => {
                let is_feed = beyond.is_feed();
                let mut found = Whole { read: *read, beyond: *beyond, hints, bytes: 0 };
                if is_feed {
                    return Ok((Some(found), Some(turn)));
                }
                drop(turn);
                Box::pin(further::read(self, client, asked, state, &mut found, facts)).await?;
                (Some(found), None)
            }
            Taken::Offers(outcome, feeds) => {
                drop(turn);
                let mut found = Whole::nothing(DocumentKind::Html);
                let following = further::follow_feed(self, client, asked, &feeds, &mut found, facts);
                match Box::pin(following).await? {
                    true => (Some(found), None),
                    false => {
                        facts.outcome = outcome;
                        (None, None)
                    }
                }
            }
            Taken::Not(outcome) => {
                facts.outcome = outcome;
                (None, Some(turn))
            }
        })
    }

    /// A place among those who read documents.
    async fn turn(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.readers).acquire_owned().await.expect("this semaphore is never closed")
    }

    /// Reads something on the pool, when it is our turn.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let _turn = self.turn().await;
        self.pool.run(work).await
    }

    /// Looks something up in the store without blocking the event loop.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        question: impl FnOnce(&SqliteLibrary) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let library = Arc::clone(&self.library);
        let answer = tokio::task::spawn_blocking(move || question(&library)).await;
        answer.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
    }

    /// Judges our own network by one more outcome; returns whether it is down.
    fn observe(&self, source: &Source, host: &Host, outcome: &Outcome, now: Instant) -> bool {
        let mut network = self.network.lock().expect("no holder of this lock can panic");
        match network.observe(&source.id, host, outcome, now) {
            Some(NetworkChange::Down { forgive }) => {
                warn!("most hosts are out of reach: this is taken for a fault of our own network, no source is blamed");
                let mut states = self.states.lock().expect("no holder of this lock can panic");
                for id in forgive {
                    if let Some(state) = states.get_mut(&id) {
                        schedule::forgive(Arc::make_mut(state));
                    }
                }
            }
            Some(NetworkChange::Up { since }) => {
                info!(
                    "our network is back (it was down since {}), polling goes on at once",
                    since.format("%H:%M:%S UTC")
                );
            }
            None => {}
        }
        network.is_down()
    }

    fn learn(&self, source: &Arc<Source>, host: Host, out: PollOut) {
        for notice in &out.notices {
            warn!("source `{}` {notice}", source.id);
        }
        let mut state = out.state;
        let mut states = self.states.lock().expect("no holder of this lock can panic");
        // The settings may have changed while the poll was under way.
        if let Some(present) = self.setup().source(&source.id)
            && !Arc::ptr_eq(present, source)
            && reads_differently(source, present)
        {
            Arc::make_mut(&mut state).start_anew();
        }
        states.insert(source.id.clone(), state);
        drop(states);
        let mut hosts = self.hosts.lock().expect("no holder of this lock can panic");
        if out.host == HostState::default() {
            hosts.remove(&host);
        } else {
            hosts.insert(host, out.host);
        }
    }
}

/// Whether the same address may give something else, or the same document be read differently, under other settings.
fn reads_differently(before: &Source, after: &Source) -> bool {
    let of = |source: &Source| {
        (
            (source.kind, source.timezone, source.date_order, source.max_body, source.allow_private_addresses),
            (source.headers.clone(), source.user_agent.clone(), source.ca.clone(), source.tls_pin),
            (source.html.clone(), source.json.clone(), source.profile.clone(), source.article),
            source.proxy.as_ref().map(|proxy| proxy.url().clone()),
        )
    };
    of(before) != of(after)
}

/// One line a poll.
fn tell(polled: &Polled) {
    let Polled { source, outcome, new, bytes, duration_ms, .. } = polled;
    let name = outcome.name();
    match outcome.severity() {
        Severity::Fine | Severity::Notice => {
            info!(
                outcome = name,
                items.new = new,
                bytes,
                duration_ms,
                "polled source `{source}`: {}",
                outcome.meaning()
            );
        }
        Severity::Passing | Severity::Broken => {
            let advice = outcome.advice().unwrap_or("it will be tried again");
            warn!(
                outcome = name,
                bytes,
                duration_ms,
                "poll of source `{source}` failed: {}; {advice}",
                outcome.meaning()
            );
        }
    }
}
