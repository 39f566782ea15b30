//! The one writer: a thread that owns the database and takes in polls, many to a transaction.
//!
//! A poll's facts and its items are kept in the same transaction, so that validators are never stored for a document
//! whose items were not. The sender learns the outcome only after the commit.
//!
//! Batches close after [`BATCH_ITEMS`] items (they are held until then, in case one of them spoils it), when every poll that is
//! under way has come, or when nothing has come for [`LINGER`]: 20,000 rows/s are reached from about 1,000 rows a transaction
//! on, one commit a poll reaches 4,000 (bench, an ordinary disk).

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Clock};

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tracing::{debug, error, warn};

use super::articles::{self, Completed};
use super::ingest::{self, Counts, Prepared};
use super::renamed::{self, Taken};
use super::setup::Setup;
use super::traffic::{Traffic, UnderWay};
use crate::config::Source;
use crate::model::{FeedMeta, Instant, Outcome, Problem, counted};
use crate::schedule::{self, Host, HostState, Notice, PollFacts, SourceState};
use crate::store::StoreError;
use crate::store::sqlite::{Listed, NewPoll, Store, Tx};

/// Items after which a batch is closed.
const BATCH_ITEMS: usize = 500;

/// How long a batch waits for more at the most.
const LINGER: Duration = Duration::from_millis(50);

/// How long the writer looks away while it waits for more, when those who have items may be waiting for a place.
const NAP: Duration = Duration::from_millis(5);

/// The same while there are only polls without items: all that have come are kept in one go, and no core is shared with
/// those who make them.
const LONG_NAP: Duration = Duration::from_millis(25);

/// How long a batch may stay open at all: a kill loses at most this much work, and no reader waits longer for news.
const BATCH_AGE: Duration = Duration::from_millis(500);

/// Polls with items that may wait for the writer; more make the pollers wait. Their bodies are gone by then, their items are
/// what is held: about six times the body, so this and the number of readers bound the memory of a round (485 MiB with a
/// queue of 64 that readers did not wait for, on the bench's 1,000 sources). Polls without items need no place: each poller
/// that had to be told of one was woken by a system call.
const QUEUE: usize = 8;

/// Polls of a source that the history keeps, and those of a day: a week at every twenty minutes.
const HISTORY: u32 = 504;

/// Key of the fact that tells when the history of polls was last cut to [`HISTORY`].
const POLLS_FORGOTTEN: &str = "polls-forgotten";

/// Key of the fact that tells when [`forget_old_words`] last did its work.
const WORDS_FORGOTTEN: &str = "words-forgotten";

/// Key of the fact that tells when the words of stories that were taken down were last noted again.
const TAKEN_DOWN_NOTED: &str = "taken-down-noted";

/// How often that is done, and the history is cut.
const FORGET_EVERY_SECONDS: i64 = 86_400;

/// Before the name of a host: key of the fact that tells what is known of it.
pub(super) const HOST: &str = "host:";

/// What the document of a poll gave.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// What it says of itself.
    pub meta: FeedMeta,
    /// What was repaired in it.
    pub problems: Vec<Problem>,
    /// Hashes of all of its items.
    pub seen: Vec<i64>,
    /// Names of all of its items.
    pub names: Vec<String>,
    /// The items about which something is new, in document order.
    pub items: Vec<Prepared>,
    /// The same where their pages are to be read before they are items.
    pub listed: Vec<Listed>,
    /// Items in it at all.
    pub total: usize,
    /// Items with nothing in them.
    pub dropped: u32,
}

/// One poll on its way in.
pub struct PollIn {
    /// Who was polled.
    pub source: Arc<Source>,
    /// The facts, `facts.outcome` still without counts where there is a document.
    pub facts: PollFacts,
    /// What was known before.
    pub state: Arc<SourceState>,
    /// The host that answered, or failed to. What is known of it is read where it is changed: another source of the same
    /// host may have been throttled in the meantime.
    pub host: Host,
    /// The document, if one was read.
    pub read: Option<Read>,
    /// The articles whose pages have been read.
    pub articles: Vec<Completed>,
    /// HTTP status, if there was one.
    pub status: Option<u16>,
    /// On the wire.
    pub bytes: u64,
    /// From request to now.
    pub duration: Duration,
    /// The configuration in force.
    pub setup: Arc<Setup>,
}

impl PollIn {
    /// Makes it a failure: its document could be had, but is not believed.
    pub fn fail(&mut self, outcome: Outcome) {
        self.facts.outcome = outcome;
        self.read = None;
    }
}

/// One poll as it was kept.
#[derive(Debug, Clone)]
pub struct PollOut {
    /// What came of it.
    pub outcome: Outcome,
    /// What came of its items.
    pub counts: Counts,
    /// What is known now.
    pub state: Arc<SourceState>,
    /// Of the host too.
    pub host: HostState,
    /// Worth telling.
    pub notices: Vec<Notice>,
}

/// Boxed, as a batch holds hundreds.
type Kept = Result<Box<PollOut>, Arc<StoreError>>;
type PollReply = oneshot::Sender<Kept>;
type Done = oneshot::Sender<Result<(), Arc<StoreError>>>;
type Change = Box<dyn FnOnce(&mut Tx<'_>) -> Result<(), StoreError> + Send>;

enum Job {
    Poll(Waiting),
    Change(Change, Done),
    Probe(Done),
}

/// A poll to be kept.
struct Waiting {
    poll: Box<PollIn>,
    reply: PollReply,
    /// Where the one who waits for the reply lives.
    home: Handle,
    /// Its place in the queue, given back when the writer takes it.
    place: Option<OwnedSemaphorePermit>,
}

/// Sends replies from a task at `home`: from the writer's thread each would wake the event loop by a system call of its own.
fn answer(home: &Handle, replies: impl Iterator<Item = (PollReply, Kept)>) {
    let replies: Vec<_> = replies.collect();
    home.spawn(async move {
        for (reply, kept) in replies {
            // A receiver that is gone has stopped; the work is kept all the same.
            let _ = reply.send(kept);
        }
    });
}

/// The store as the writer has it: open, or to be opened with the next job.
struct Counter {
    path: PathBuf,
    store: Option<Store>,
    opened: Box<dyn Fn() + Send>,
}

impl Counter {
    fn store(&mut self) -> Result<&mut Store, StoreError> {
        if self.store.is_none() {
            self.store = Some(Store::open(&self.path)?);
            (self.opened)();
        }
        Ok(self.store.as_mut().expect("opened just above"))
    }

    /// Proves that the store takes what a poll may bring.
    fn probe(&mut self) -> Result<(), StoreError> {
        // A file that was opened when it could not be written stays so for this connection.
        self.store = None;
        self.store()?.probe()
    }
}

/// Sends work to the writer. Cheap to clone; the thread ends when the last one is gone.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::UnboundedSender<Job>,
    places: Arc<Semaphore>,
    traffic: Arc<Traffic>,
}

/// Why the writer did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The database said no; nothing of the batch was kept.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
    /// The writer has stopped.
    #[error("the writer has stopped")]
    Stopped,
}

impl Writer {
    /// Starts the thread. `changed` is called after each batch that changed a feed.
    pub fn start(store: Store, changed: impl Fn() + Send + 'static) -> (Self, JoinHandle<Option<Store>>) {
        let path = store.path().to_owned();
        Self::start_with(path, Some(store), || {}, changed)
    }

    /// Starts the thread with a store that cannot be opened yet, if there is none: each job tries again. `opened` is called
    /// whenever it has been opened, also anew.
    pub fn start_with(
        path: PathBuf,
        store: Option<Store>,
        opened: impl Fn() + Send + 'static,
        changed: impl Fn() + Send + 'static,
    ) -> (Self, JoinHandle<Option<Store>>) {
        let (jobs, queue) = mpsc::unbounded_channel();
        let counter = Counter { path, store, opened: Box::new(opened) };
        let traffic = Arc::<Traffic>::default();
        let its = Arc::clone(&traffic);
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                its.wakes_me();
                run(counter, queue, &its, &changed)
            })
            .expect("a thread can be started while the program starts");
        (Self { jobs, places: Arc::new(Semaphore::new(QUEUE)), traffic }, thread)
    }

    /// Says that a poll has begun, which may come to be kept.
    pub fn announce(&self) -> UnderWay {
        self.traffic.begin()
    }

    /// How many polls with items wait, and how many may.
    pub fn queue(&self) -> (usize, usize) {
        (QUEUE - self.places.available_permits(), QUEUE)
    }

    /// Keeps a poll; returns once it is committed. `turn`, whatever it is, is dropped as soon as the poll has a place in
    /// the queue: whoever holds a limited thing while making polls holds it until then.
    ///
    /// # Errors
    ///
    /// [`WriteError`]; the poll then counts as not having happened.
    pub async fn poll<T>(&self, poll: Box<PollIn>, turn: T) -> Result<Box<PollOut>, WriteError> {
        let place = match poll.read.is_some() || !poll.articles.is_empty() {
            true => Some(Arc::clone(&self.places).acquire_owned().await.expect("this semaphore is never closed")),
            false => None,
        };
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { poll, reply, home: Handle::current(), place };
        self.jobs.send(Job::Poll(waiting)).map_err(|_| WriteError::Stopped)?;
        self.traffic.come();
        drop(turn);
        Ok(answer.await.map_err(|_| WriteError::Stopped)??)
    }

    /// Makes any other change; returns what it gives once it is committed.
    ///
    /// # Errors
    ///
    /// [`WriteError`]; nothing was changed then.
    pub async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, WriteError> {
        let (change, mut given) = giving(change);
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Change(change, reply)).map_err(|_| WriteError::Stopped)?;
        answer.await.map_err(|_| WriteError::Stopped)??;
        given.try_recv().map_err(|_| WriteError::Stopped)
    }

    /// Proves that the database takes what a poll may bring, having opened it anew.
    ///
    /// # Errors
    ///
    /// [`WriteError`] when it does not.
    pub async fn probe(&self) -> Result<(), WriteError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Probe(reply)).map_err(|_| WriteError::Stopped)?;
        Ok(answer.await.map_err(|_| WriteError::Stopped)??)
    }

    /// As [`Writer::change`], for threads outside the event loop.
    ///
    /// # Errors
    ///
    /// [`WriteError`]; nothing was changed then.
    pub fn change_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, WriteError> {
        let (change, mut given) = giving(change);
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Change(change, reply)).map_err(|_| WriteError::Stopped)?;
        answer.blocking_recv().map_err(|_| WriteError::Stopped)??;
        given.try_recv().map_err(|_| WriteError::Stopped)
    }
}

/// Makes of a change one that gives nothing, and where what it gave can be had once it is committed.
fn giving<T: Send + 'static>(
    change: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> (Change, oneshot::Receiver<T>) {
    let (give, given) = oneshot::channel();
    let change = move |tx: &mut Tx<'_>| {
        // Nobody waits for it any more: the change is made all the same.
        let _ = give.send(change(tx)?);
        Ok(())
    };
    (Box::new(change), given)
}

fn run(
    mut counter: Counter,
    mut queue: mpsc::UnboundedReceiver<Job>,
    traffic: &Traffic,
    changed: &dyn Fn(),
) -> Option<Store> {
    let mut held = None;
    while let Some(job) = held.take().or_else(|| queue.blocking_recv()) {
        match job {
            Job::Poll(waiting) => match counter.store() {
                Ok(store) => held = keep_batch(store, &mut queue, waiting, traffic, changed),
                Err(why) => {
                    traffic.answered(1);
                    drop(waiting.reply.send(Err(Arc::new(why))));
                }
            },
            Job::Probe(reply) => {
                let result = counter.probe();
                if result.is_ok() {
                    // What could not be noted as published is looked at again.
                    changed();
                }
                let _ = reply.send(result.map_err(Arc::new));
            }
            Job::Change(change, reply) => {
                let result = counter.store().and_then(|store| make(store, change));
                if let Ok(true) = result {
                    changed();
                }
                // A receiver that is gone has stopped; the work is kept all the same.
                let _ = reply.send(result.map(drop).map_err(Arc::new));
            }
        }
    }
    counter.store
}

fn make(store: &mut Store, change: Change) -> Result<bool, StoreError> {
    let mut tx = store.begin()?;
    change(&mut tx)?;
    tx.commit()
}

/// The next job, if one comes within `wait` and not all polls that are under way have come. Looks at the queue now and then,
/// and when the last of them has come: each job that wakes us by itself costs the event loop as much as it does us to keep it,
/// and none is answered before its batch is.
fn linger(queue: &mut mpsc::UnboundedReceiver<Job>, traffic: &Traffic, wait: Duration, nap: Duration) -> Option<Job> {
    let began = Clock::now();
    loop {
        // Asked before the queue is: whoever has come is in it.
        let have_all_come = traffic.has_all_come();
        match queue.try_recv() {
            Ok(job) => return Some(job),
            Err(mpsc::error::TryRecvError::Empty) if !have_all_come && began.elapsed() < wait => {
                std::thread::park_timeout(nap);
            }
            Err(_) => return None,
        }
    }
}

/// Keeps polls in one transaction for as long as they come; returns the job that ended it, if one did.
///
/// Where the transaction fails, each poll is kept by itself, so that what is wrong with one harms no other.
fn keep_batch(
    store: &mut Store,
    queue: &mut mpsc::UnboundedReceiver<Job>,
    first: Waiting,
    traffic: &Traffic,
    changed: &dyn Fn(),
) -> Option<Job> {
    let began = Clock::now();
    let home = first.home.clone();
    let mut batch = vec![first];
    let mut held = None;
    let mut kept = Vec::new();
    let mut has_begun = false;
    let result = (|| -> Result<bool, StoreError> {
        let mut tx = store.begin()?;
        has_begun = true;
        let mut hosts = hosts(&tx)?;
        let mut items = 0;
        loop {
            let waiting = &mut batch[kept.len()];
            waiting.place = None;
            let poll = &*waiting.poll;
            items += poll.read.as_ref().map_or(0, |read| read.items.len()) + poll.articles.len();
            if kept.is_empty() {
                forget_old_polls(&mut tx, poll.facts.polled_at)?;
            }
            kept.push(keep(&mut tx, &mut hosts, poll)?);
            let age = began.elapsed();
            if items >= BATCH_ITEMS || age >= BATCH_AGE {
                break;
            }
            let nap = if items > 0 { NAP } else { LONG_NAP };
            match linger(queue, traffic, LINGER.min(BATCH_AGE - age), nap) {
                Some(Job::Poll(waiting)) => batch.push(waiting),
                other => {
                    held = other;
                    break;
                }
            }
        }
        tx.commit()
    })();
    traffic.answered(batch.len());
    match result {
        Ok(any) => {
            debug!(polls = batch.len(), duration_ms = began.elapsed().as_millis() as u64, "kept a batch");
            answer(&home, batch.into_iter().zip(kept).map(|(waiting, out)| (waiting.reply, Ok(out))));
            if any {
                changed();
            }
        }
        Err(why) if batch.len() == 1 || !has_begun => {
            error!(error = %why, "{} could not be kept: {why}", counted(batch.len(), "poll"));
            let why = Arc::new(why);
            answer(&home, batch.into_iter().map(|waiting| (waiting.reply, Err(Arc::clone(&why)))));
        }
        Err(why) => {
            warn!(error = %why, "a batch of {} polls could not be kept, each is tried by itself: {why}", batch.len());
            for Waiting { poll, reply, .. } in batch {
                let mut one = || -> Result<(Box<PollOut>, bool), StoreError> {
                    let mut tx = store.begin()?;
                    let mut hosts = hosts(&tx)?;
                    let out = keep(&mut tx, &mut hosts, &poll)?;
                    Ok((out, tx.commit()?))
                };
                match one() {
                    Ok((out, any)) => {
                        let _ = reply.send(Ok(out));
                        if any {
                            changed();
                        }
                    }
                    Err(why) => {
                        error!(source.id = %poll.source.id, error = %why, "a poll of source `{}` could not be kept: {why}", poll.source.id);
                        let _ = reply.send(Err(Arc::new(why)));
                    }
                }
            }
        }
    }
    held
}

/// Once a day: cuts the history of polls.
fn forget_old_polls(tx: &mut Tx<'_>, now: Instant) -> Result<(), StoreError> {
    let last = tx.meta(POLLS_FORGOTTEN)?.and_then(|at| at.parse::<i64>().ok()).unwrap_or(0);
    if (now.timestamp() - last).abs() < FORGET_EVERY_SECONDS {
        return Ok(());
    }
    tx.forget_polls(HISTORY)?;
    tx.set_meta(POLLS_FORGOTTEN, &now.timestamp().to_string())
}

/// Once a day of the writer's life, and at its first poll: forgets by which words old items were found.
fn forget_old_words(tx: &mut Tx<'_>, poll: &PollIn) -> Result<(), StoreError> {
    let now = poll.facts.polled_at;
    let last = tx.meta(WORDS_FORGOTTEN)?.and_then(|at| at.parse::<i64>().ok()).unwrap_or(0);
    if (now.timestamp() - last).abs() < FORGET_EVERY_SECONDS {
        return Ok(());
    }
    // A day more than the window: a poll that was under way may still ask.
    let window = poll.setup.stand().thresholds.window;
    tx.forget_words_before(now - window - chrono::TimeDelta::days(1))?;
    // Copies of what was taken down are looked for for ever: before its words are forgotten, they are noted again.
    let noted = tx.meta(TAKEN_DOWN_NOTED)?.and_then(|at| at.parse::<i64>().ok()).unwrap_or(0);
    if (now.timestamp() - noted).abs() >= window.num_seconds() / 2 {
        for story in tx.taken_down()? {
            tx.remember_story_again(story, now)?;
        }
        tx.set_meta(TAKEN_DOWN_NOTED, &now.timestamp().to_string())?;
    }
    tx.set_meta(WORDS_FORGOTTEN, &now.timestamp().to_string())
}

/// What is known of those hosts of which anything is: most are asked, answer, and nothing is to be remembered of them.
type Hosts = HashMap<String, HostState>;

fn hosts(tx: &Tx<'_>) -> Result<Hosts, StoreError> {
    let known = tx.meta_with_prefix(HOST)?;
    Ok(known.into_iter().filter_map(|(name, json)| Some((name, serde_json::from_str(&json).ok()?))).collect())
}

/// Takes one poll into the open transaction.
fn keep(tx: &mut Tx<'_>, hosts: &mut Hosts, poll: &PollIn) -> Result<Box<PollOut>, StoreError> {
    let (source, read) = (&poll.source, poll.read.as_ref());
    let mut facts = Cow::Borrowed(&poll.facts);
    let mut state = SourceState::clone(&poll.state);
    let mut host = hosts.get(poll.host.as_str()).cloned().unwrap_or_default();

    let mut counts = Counts::default();
    let taken = keep_items(tx, poll, &mut counts)?;
    if !poll.articles.is_empty() {
        keep_articles(tx, poll, &mut counts)?;
    }
    if !counts.new_dates.is_empty() {
        facts.to_mut().new_item_dates = std::mem::take(&mut counts.new_dates);
    }
    let total = read.map(|read| read.total).or_else(|| (counts.new + counts.edited > 0).then_some(poll.articles.len()));
    if let Some(total) = total.filter(|_| facts.outcome.is_success()) {
        facts.to_mut().outcome = match (total, counts.new) {
            (0, 0) => Outcome::Empty,
            (_, 0) => Outcome::NoNewItems { edited: counts.edited },
            (_, new) => Outcome::NewItems { new, edited: counts.edited },
        };
    }
    let now = facts.polled_at;
    if let Taken::Held(held) = &taken {
        facts.to_mut().outcome = Outcome::MassChange { items: held.items, matched: held.matched, new: counts.new };
    }
    let mut notices = schedule::apply(&mut state, &mut host, &facts, now);
    match &taken {
        Taken::Held(held) => {
            state.hold_back(held.items, held.matched, now);
            notices.push(Notice::MassChangeHeld { items: held.items, matched: held.matched });
        }
        Taken::Renamed(items) => {
            state.renaming = None;
            notices.push(Notice::Renamed { items: *items });
        }
        // The document was read, and is as it was before.
        Taken::All if read.is_some() => state.renaming = None,
        Taken::All => {}
    }

    let no = tx.source(&source.id, &source.was, source.url.as_str())?;
    state.unkept = false;
    if !tx.save_latest(no, &state.latest())? || !state.lasts_from(&poll.state) {
        tx.save_lasting(no, state.effective_url(&source.url).as_str(), &state.lasting())?;
    }
    let row = NewPoll {
        outcome: facts.outcome.name().into(),
        detail: (!facts.outcome.is_success()).then(|| facts.outcome.meaning()),
        status: poll.status,
        bytes: poll.bytes,
        duration_ms: u64::try_from(poll.duration.as_millis()).unwrap_or(u64::MAX),
        new: counts.new,
        updated: counts.edited,
        dropped: read.map_or(0, |read| read.dropped),
        clamped: counts.clamped,
    };
    tx.add_poll(no, now, row);
    if let Some(read) = read {
        // What a document says of itself is kept as it was when its items came: `atom:source` of what has been
        // published must not change because a counter in the document did.
        let has_news = counts.new > 0 || counts.edited > 0;
        let seen: Vec<i64> = match &taken {
            Taken::Held(held) => read.seen.iter().copied().filter(|hash| !held.hashes.contains(hash)).collect(),
            _ => read.seen.clone(),
        };
        tx.save_document(no, has_news.then_some(&read.meta), &read.problems, &seen)?;
    }
    if hosts.get(poll.host.as_str()).map_or(host != HostState::default(), |before| host != *before) {
        tx.set_meta(&format!("{HOST}{}", poll.host.as_str()), &json(&host))?;
        hosts.insert(poll.host.as_str().to_owned(), host.clone());
    }
    let outcome = facts.outcome.clone();
    Ok(Box::new(PollOut { outcome, counts, state: Arc::new(state), host, notices }))
}

fn keep_items(tx: &mut Tx<'_>, poll: &PollIn, counts: &mut Counts) -> Result<Taken, StoreError> {
    let Some(read) = &poll.read else { return Ok(Taken::All) };
    if !read.items.is_empty() {
        forget_old_words(tx, poll)?;
    }
    let no = tx.source(&poll.source.id, &poll.source.was, poll.source.url.as_str())?;
    let had_items = tx.has_items(no)?;
    let document = ingest::Document {
        source: &poll.source,
        no,
        is_first: !had_items || is_first_since_restored(tx, poll.state.succeeded_at)?,
        had_items,
        names: &read.names,
        stand: poll.setup.stand(),
        now: poll.facts.polled_at,
    };
    let items: Vec<&Prepared> = read.items.iter().collect();
    let is_confirmed = poll.state.confirms_renaming(poll.facts.polled_at);
    renamed::ingest(tx, document, &items, read.total, is_confirmed, counts)
}

/// Whether the database has been restored since the source last answered as it should: what stood in our feeds after the
/// backup was made is not there any more, and must not come back above what readers have seen since.
pub(super) fn is_first_since_restored(tx: &Tx<'_>, succeeded_at: Option<Instant>) -> Result<bool, StoreError> {
    Ok(tx.restored_at()?.is_some_and(|restored| succeeded_at.is_none_or(|succeeded| succeeded <= restored)))
}

/// Makes items of the articles whose pages have been read.
fn keep_articles(tx: &mut Tx<'_>, poll: &PollIn, counts: &mut Counts) -> Result<(), StoreError> {
    forget_old_words(tx, poll)?;
    let source = &poll.source;
    let no = tx.source(&source.id, &source.was, source.url.as_str())?;
    let names = articles::names(&poll.articles);
    let was_restored = tx.restored_at()?.is_some();
    for is_first in [true, false] {
        // The first listing of all comes in over several polls, and is like itself.
        let had_items = !is_first || was_restored;
        let group = poll.articles.iter().filter(|article| article.is_first == is_first);
        let items: Vec<&Prepared> = group.filter_map(|article| article.prepared.as_ref()).collect();
        let document = ingest::Document {
            source,
            no,
            is_first,
            had_items,
            names: &names,
            stand: poll.setup.stand(),
            now: poll.facts.polled_at,
        };
        // The page of each has been read: nothing more could confirm it.
        renamed::ingest(tx, document, &items, items.len(), true, counts)?;
    }
    for article in &poll.articles {
        tx.article_done(no, article.key)?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("our own types have only string keys")
}

/// Whole seconds of now: what the store keeps, so that what is decided and what is read back agree.
pub fn whole_seconds(now: Instant) -> Instant {
    Instant::from_timestamp(now.timestamp(), 0).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than anybody waits for a test.
    const LONG: Duration = Duration::from_secs(60);

    /// What [`linger`] came to for a writer that looks at its queue when it is woken only, and whether it was in time.
    fn lingered(jobs: Vec<Job>, under_way: usize, come: usize) -> (Option<Job>, bool) {
        let traffic = Arc::<Traffic>::default();
        let guards: Vec<_> = (0..under_way).map(|_| traffic.begin()).collect();
        let (sender, mut queue) = mpsc::unbounded_channel();
        jobs.into_iter().for_each(|job| drop(sender.send(job)));
        let its = Arc::clone(&traffic);
        let began = Clock::now();
        let writer = std::thread::spawn(move || {
            its.wakes_me();
            linger(&mut queue, &its, LONG, LONG)
        });
        while !traffic.has_writer() {
            std::thread::yield_now();
        }
        (0..come).for_each(|_| traffic.come());
        let job = writer.join().expect("it does not panic");
        drop((guards, sender));
        (job, began.elapsed() < LONG)
    }

    #[test]
    fn nothing_more_is_waited_for_once_all_that_is_under_way_has_come() {
        for polls in [0, 1, 2, 256] {
            assert!(matches!(lingered(Vec::new(), polls, polls), (None, true)), "{polls}");
        }
    }

    #[test]
    fn what_has_come_is_taken_first() {
        let probe = || Job::Probe(oneshot::channel().0);
        assert!(matches!(lingered(vec![probe()], 1, 1), (Some(Job::Probe(_)), true)));
        assert!(matches!(lingered(vec![probe()], 2, 1), (Some(Job::Probe(_)), true)));
    }
}
