//! The daemon: one loop that turns while it is healthy.
//!
//! ```text
//! due heap ─ polls (tasks) ─ writer ─ "changed" ─ publisher ─ site ─ readers
//!     ▲                                                          ▲
//!  control socket, SIGHUP, SIGTERM, clock                     listeners
//! ```
//!
//! When a source is due is computed, never stored: whatever changes the answer (a poll, a hold, the network, a reload)
//! only needs to wake the loop. Nothing waits on the monotonic clock for longer than [`TICK`], so that a machine that
//! slept, or whose clock was set, is noticed within seconds.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::future::Future;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use super::control;
use super::engine::{Clock, Engine};
use super::halt::Admission;
use super::known::Known;
use super::listeners::Bound;
use super::panel::{Listening, Office};
use super::press::{self, Press};
use super::publisher::{PublishError, Publisher};
use super::setup::Setup;
use super::writer::Writer;
use super::{classify, commands, listeners, log, relearn, systemd, upkeep};
use crate::config::Config;
use crate::model::{Instant, SourceId, counted};
use crate::publish::Document;
use crate::schedule::CronError;
use crate::serve::{self, Access, Edition, Limits, Site};
use crate::store::sqlite::{SqliteLibrary, Store};
use crate::store::{StoreError, Trouble};

/// The longest the loop sleeps before it looks at the clock again, where the clock runs as clocks do.
pub const TICK: Duration = Duration::from_secs(10);

/// How long a stopping daemon waits for the writer to finish its batch.
const STOP_WITHIN: Duration = Duration::from_secs(8);

/// How often it is looked whether something has been left undone; where nothing has, that is two questions to the database.
const MAKE_GOOD_AGAIN: Duration = Duration::from_secs(3600);

/// Why the daemon could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address to listen on.
    #[error("cannot listen on `{address}`: {source}; choose another in `server.listen`, or stop who listens there")]
    Listen {
        /// Which.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The control socket.
    #[error("cannot make the control socket `{path}`: {source}")]
    Control {
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another daemon has the database.
    #[error("another bantin is running with this database, `{0}`: stop it, or give this one another `store.path`")]
    Claimed(String),
    /// Sockets from systemd.
    #[error("a socket passed by systemd cannot be used: {0}")]
    Passed(#[source] std::io::Error),
    /// Publishing.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Schedules that `check` would have refused.
    #[error("source `{}`: schedule {}", .0, .1.problem())]
    Schedule(SourceId, CronError),
    /// The runtime itself.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// Reads the configuration again, for SIGHUP. An error is its text, ready for the log.
pub type Reload = Box<dyn Fn() -> Result<Config, String> + Send + Sync>;

/// Told the bound addresses once readers are served.
pub type Ready = Box<dyn FnOnce(&[String]) + Send>;

/// What a daemon is started with.
pub struct Options {
    /// The configuration.
    pub config: Config,
    /// How to read it again; `None`: SIGHUP changes nothing.
    pub reload: Option<Reload>,
    /// Tells the time.
    pub clock: Clock,
    /// The longest the loop sleeps before it looks at that clock again: [`TICK`], or less where it runs faster.
    pub tick: Duration,
    /// Told the bound addresses once readers are served.
    pub ready: Ready,
    /// Whether sockets may come from systemd and a control socket is made.
    pub standalone: bool,
}

/// The pieces that `run`, `poll` and tests put together alike.
pub struct Parts {
    /// Polls.
    pub engine: Arc<Engine>,
    /// Woken after each batch that changed a feed.
    pub changed: Arc<Notify>,
    /// The writer's thread; it ends when the last [`Writer`] is gone, and gives the store back.
    pub thread: std::thread::JoinHandle<Option<Store>>,
}

/// Claims a database for as long as what is returned lives; see [`control::claim`].
///
/// # Errors
///
/// [`StartError::Claimed`] if another process has it, [`StartError::System`] if its folder cannot be written.
pub fn claim(database: &std::path::Path) -> Result<Option<std::fs::File>, StartError> {
    control::claim(database).map_err(|source| match source.kind() {
        std::io::ErrorKind::WouldBlock => StartError::Claimed(database.display().to_string()),
        _ => StartError::System(source),
    })
}

/// Opens the store and makes the engine over it.
///
/// # Errors
///
/// [`StartError`].
pub fn parts(config: Config, clock: Clock) -> Result<Parts, StartError> {
    let store = Store::open(&config.store.path)?;
    readable(assemble(config, clock, Some(store))?)
}

/// As [`parts`], for a process that serves nobody and publishes when it has polled all it wants.
///
/// # Errors
///
/// [`StartError`].
pub fn parts_unread(config: Config, clock: Clock) -> Result<Parts, StartError> {
    let store = Store::open(&config.store.path)?.hold_back()?;
    readable(assemble(config, clock, Some(store))?)
}

/// Who polls at once must know what was before.
fn readable((parts, unread): (Parts, Option<StoreError>)) -> Result<Parts, StartError> {
    unread.map_or(Ok(parts), |error| Err(error.into()))
}

/// As [`parts`], for those who serve readers: where the database can be read and not be written, for want of room or leave, or
/// is damaged in places, nothing is polled until it can, and is not.
fn parts_for_readers(config: Config, clock: Clock) -> Result<Parts, StartError> {
    let (parts, trouble) = match Store::open(&config.store.path) {
        Ok(store) => assemble(config, clock, Some(store))?,
        Err(error) if matches!(error.trouble(), Trouble::Full | Trouble::ReadOnly | Trouble::Disk) => {
            // What is wrong with writing tells more than what is wrong with reading.
            let Ok((parts, _)) = assemble(config, clock, None) else { return Err(error.into()) };
            (parts, Some(error))
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(error) = trouble {
        parts.engine.close(error.trouble(), error.to_string());
    }
    Ok(parts)
}

/// Puts the parts together; beside them the damage for which the store could not tell what it knows of sources and hosts.
fn assemble(config: Config, clock: Clock, store: Option<Store>) -> Result<(Parts, Option<StoreError>), StartError> {
    let setup = Arc::new(Setup::new(config).map_err(first_schedule)?);
    let path = setup.config.store.path.clone();
    let library = Arc::new(SqliteLibrary::open(&path, setup.catalog())?);
    let changed = Arc::new(Notify::new());
    let bell = Arc::clone(&changed);
    let readers = Arc::clone(&library);
    let opened = move || readers.connections().reopen();
    let (writer, thread) = Writer::start_with(path, store, opened, move || bell.notify_one());
    let (known, unread) = match Known::read(&setup, &library) {
        Ok(known) => (Some(known), None),
        Err(error) if error.trouble() == Trouble::Damaged => (None, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let engine = Arc::new(Engine::new(setup, library, writer, clock, known));
    Ok((Parts { engine, changed, thread }, unread))
}

/// Judges the stories of the last weeks anew if the rules of topics have changed since.
pub async fn judge_by_new_rules(engine: &Arc<Engine>) {
    classify::refresh(engine).await;
}

fn first_schedule(errors: Vec<(SourceId, CronError)>) -> StartError {
    let (id, error) = errors.into_iter().next().expect("an error says what is wrong");
    StartError::Schedule(id, error)
}

/// Runs the daemon until `shutdown` resolves.
///
/// # Errors
///
/// [`StartError`]; once it is ready it only ends by `shutdown`.
pub async fn run(options: Options, shutdown: impl Future<Output = ()>) -> Result<(), StartError> {
    let Options { config, reload, clock, tick, ready, standalone } = options;
    let database = std::path::absolute(&config.store.path)?;
    // Before the database is opened, which may change its schema: that of a running daemon is not ours to change.
    let _claim = match standalone {
        true => tokio::task::block_in_place(|| claim(&database))?,
        false => None,
    };
    let Parts { engine, changed, thread } =
        tokio::task::block_in_place(|| parts_for_readers(config, Arc::clone(&clock)))?;
    let setup = engine.setup();
    let control_path = control::socket_path(&database);
    let control = match standalone {
        true => match control::bind(&control_path).await {
            Ok(listener) => Some(listener),
            Err(error) if control::is_for_want_of_room(&error) => {
                warn!(%error, "commands cannot be heard, `{}` cannot be made: {error}", control_path.display());
                None
            }
            Err(source) => return Err(StartError::Control { path: control_path.display().to_string(), source }),
        },
        false => None,
    };
    upkeep::sweep(&database);
    let Bound { listeners, names: addresses, files } = listeners::listeners(&setup.config, standalone).await?;
    let admin = listeners::admin(&setup.config).await?;

    let first = Publisher::new(Arc::clone(&setup), Arc::clone(engine.library()));
    classify::refresh(&engine).await;
    let published = {
        let (engine, first) = (Arc::clone(&engine), &first);
        tokio::task::block_in_place(move || {
            if let Some(directory) = &engine.setup().config.publish.directory
                && let Err(error) = crate::publish::files::sweep(directory)
            {
                warn!(%error, "leftovers in `{}` could not be removed", directory.display());
            }
            first.round(engine.writer(), true, engine.now())
        })?
    };
    let edition = edition(&setup, published.documents);
    let library: Arc<SqliteLibrary> = Arc::clone(engine.library());
    let site = Site::new(edition, library, Limits::default(), engine.now());

    let (stop, stopped) = watch::channel(false);
    let until_stop = |mut stopped: watch::Receiver<bool>| async move {
        // An error means that the sender is gone, which is a stop too.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let server = tokio::spawn(serve::serve(Arc::clone(&site), listeners, until_stop(stopped.clone())));
    let press = Press {
        engine: Arc::clone(&engine),
        site,
        publisher: Arc::new(RwLock::new(Arc::new(first))),
        turn: Arc::default(),
        trouble: Arc::default(),
    };
    press.note(published.trouble.map(|trouble| trouble.to_string()));
    let publishing = tokio::spawn(press::publish_loop(press.clone(), changed, until_stop(stopped.clone())));
    let commands = control.map(|(listener, file)| {
        let serving = tokio::spawn(commands::control_loop(
            listener,
            database.clone(),
            press.clone(),
            until_stop(stopped.clone()),
        ));
        (serving, file)
    });
    let panel = admin.map(|Bound { listeners, names, files }| {
        info!("status, metrics and more for you at {}", names.join(", "));
        let office: Arc<dyn serve::Panel> = Arc::new(Office::new(press.clone(), database.clone()));
        let serving = tokio::spawn(serve::serve_panel(office, "/status", listeners, until_stop(stopped.clone())));
        (serving, files)
    });
    let keeping = tokio::spawn(upkeep::keep_tidy(Arc::clone(&engine), tick));
    let making_good = tokio::spawn(make_good(press.clone()));

    (ready)(&addresses);
    systemd::ready();
    info!(
        "bantin {} serves {} from `{}`, {} enabled",
        env!("CARGO_PKG_VERSION"),
        addresses.join(", "),
        database.display(),
        counted(setup.enabled().count(), "source")
    );

    poll_loop(&press, reload, tick, shutdown).await;

    systemd::stopping();
    info!("stopping");
    let _ = stop.send(true);
    // Each slice of its work is whole by itself.
    for beside in [keeping, making_good] {
        beside.abort();
        let _ = beside.await;
    }
    // Their sockets in the file system go with them.
    let _ = server.await;
    drop(files);
    if let Some((serving, _files)) = panel {
        let _ = serving.await;
    }
    let _ = publishing.await;
    if let Some((serving, _file)) = commands {
        let _ = serving.await;
    }
    drop(press);
    drop(engine);
    // The writer ends with the last handle to it; a batch under way takes well under a second.
    let ended = tokio::task::spawn_blocking(move || thread.join());
    if tokio::time::timeout(STOP_WITHIN, ended).await.is_err() {
        warn!("the writer did not finish in time; what it had not committed will be polled again");
    }
    log::tell_all_held();
    info!("stopped");
    Ok(())
}

/// Fills the index of copies again where that has to be done. What the database did not let us do, at the start or at a reload,
/// is done when its trouble has ended, and looked for now and then besides.
async fn make_good(press: Press) {
    let mut mended = press.engine.mended();
    loop {
        relearn::fill_beside(Arc::clone(&press.engine)).await;
        tokio::select! {
            changed = mended.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(MAKE_GOOD_AGAIN) => {}
        }
        // Not while a reload changes the rules.
        let _turn = press.turn.lock().await;
        classify::refresh(&press.engine).await;
    }
}

/// What readers get by this configuration.
fn edition(setup: &Setup, documents: Vec<Document>) -> Edition {
    let access = Access::new(&setup.config.server, &setup.config.topics);
    Edition { masthead: Arc::clone(setup.masthead()), documents, gone: Vec::new(), access }
}

/// Polls what is due, hears signals, beats for the watchdog; returns on shutdown, with all polls dropped.
async fn poll_loop(press: &Press, reload: Option<Reload>, tick: Duration, shutdown: impl Future<Output = ()>) {
    let engine = &press.engine;
    let mut hangup = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        Ok(signal) => signal,
        Err(error) => {
            error!(%error, "SIGHUP cannot be heard: {error}");
            return;
        }
    };
    let mut listening = Listening::default();
    let mut beat = tokio::time::interval(systemd::watchdog_interval().unwrap_or(TICK));
    let mut polls: JoinSet<SourceId> = JoinSet::new();
    let mut under_way: HashSet<SourceId> = HashSet::new();
    let mut heap = due_heap(engine);
    let mut looked_at = engine.now();
    let reload = reload.map(Arc::new);
    let mut reload_asked = false;
    let mut stood_still = false;
    let mut reloading = None::<tokio::task::JoinHandle<()>>;
    tokio::pin!(shutdown);
    loop {
        let now = engine.now();
        if (now - looked_at).num_seconds().abs() > 2 * TICK.as_secs() as i64 {
            info!("the clock jumped by {} s: due times are computed anew", (now - looked_at).num_seconds());
            heap = due_heap(engine);
        }
        looked_at = now;
        // Beside the loop: reading everything anew and publishing it may take longer than the watchdog waits. Asked again
        // meanwhile, it is done once more afterwards: the file may have changed behind its back.
        if reload_asked && reloading.is_none() {
            reload_asked = false;
            if let Some(reload) = &reload {
                let (press, reload) = (press.clone(), Arc::clone(reload));
                reloading = Some(tokio::spawn(async move { reload_now(&press, &reload).await }));
            }
        }
        let pause = start_due(engine, &mut heap, &mut under_way, &mut polls, now).min(tick);
        let stands_still = engine.standstill().is_some();
        if stands_still != stood_still {
            stood_still = stands_still;
            press.site.set_health(press.health());
        }
        tokio::select! {
            () = &mut shutdown => break,
            () = tokio::time::sleep(pause) => {}
            () = engine.woken() => heap = due_heap(engine),
            Some(ended) = polls.join_next(), if !polls.is_empty() => match ended {
                Ok(id) => {
                    under_way.remove(&id);
                    if let Some(due) = engine.due(&id, engine.now()) {
                        heap.push(Reverse((due.at, id)));
                    }
                }
                Err(error) => {
                    // A panic in a poll: its source is lost to the heap, so the heap is made anew.
                    error!(%error, "a poll ended by a fault of the program");
                    under_way.clear();
                    heap = due_heap(engine);
                }
            },
            _ = hangup.recv() => reload_asked = true,
            ended = async { reloading.as_mut().expect("asked only while there is one").await }, if reloading.is_some() => {
                reloading = None;
                if let Err(error) = ended {
                    error!(%error, "a reload ended by a fault of the program; the configuration before it stays in force");
                }
                heap = due_heap(engine);
            }
            due = beat.tick() => {
                let metrics = engine.metrics();
                let late = tokio::time::Instant::now().saturating_duration_since(due);
                metrics.loop_lag_ms.store(u64::try_from(late.as_millis()).unwrap_or(u64::MAX), Relaxed);
                metrics.beats.fetch_add(1, Relaxed);
                listening.look(engine);
                log::tell_held(std::time::Instant::now());
                beat_once(press).await;
            }
        }
    }
    if let Some(reloading) = reloading {
        // Half a reload is the old configuration in force; the files it would have written are written at the next start.
        reloading.abort();
        let _ = reloading.await;
    }
}

/// Starts the polls that are due and tells how long to sleep.
fn start_due(
    engine: &Arc<Engine>,
    heap: &mut BinaryHeap<Reverse<(Instant, SourceId)>>,
    under_way: &mut HashSet<SourceId>,
    polls: &mut JoinSet<SourceId>,
    now: Instant,
) -> Duration {
    match engine.admit(now) {
        Admission::Polls => {}
        Admission::Nothing(until) => {
            return (until - now).to_std().unwrap_or_default().clamp(Duration::from_millis(100), TICK);
        }
        Admission::Probe => {
            let engine = Arc::clone(engine);
            tokio::spawn(async move { engine.probe().await });
            return TICK;
        }
    }
    while let Some(Reverse((at, _))) = heap.peek() {
        if *at > now {
            return (*at - now).to_std().unwrap_or_default().min(TICK);
        }
        if let Err(next) = engine.network_admits(now) {
            return (next - now).to_std().unwrap_or_default().clamp(Duration::from_millis(100), TICK);
        }
        let Some(Reverse((_, id))) = heap.pop() else { break };
        // What is due may have changed since it was put here: another poll, a hold, a reload.
        match engine.due(&id, now) {
            Some(due) if due.at > now => heap.push(Reverse((due.at, id))),
            Some(_) if !under_way.contains(&id) => {
                let setup = engine.setup();
                if let Some(source) = setup.source(&id).filter(|source| source.enabled).cloned() {
                    under_way.insert(id.clone());
                    let engine = Arc::clone(engine);
                    polls.spawn(async move {
                        if let Err(error) = engine.poll(&source).await {
                            error!(source.id = %id, %error, "poll of source `{id}` could not be kept: {error}");
                        }
                        id
                    });
                }
            }
            _ => {}
        }
    }
    TICK
}

fn due_heap(engine: &Engine) -> BinaryHeap<Reverse<(Instant, SourceId)>> {
    let now = engine.now();
    let setup = engine.setup();
    setup
        .enabled()
        .filter_map(|source| engine.due(&source.id, now).map(|due| Reverse((due.at, source.id.clone()))))
        .collect()
}

/// The loop turns; the database must answer too before systemd hears of it.
async fn beat_once(press: &Press) {
    let library = Arc::clone(press.engine.library());
    match tokio::task::spawn_blocking(move || library.heartbeat()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => error!(%error, "the database does not answer: {error}"),
        Err(_) => return,
    }
    systemd::watchdog();
    press.site.set_health(press.health());
    let setup = press.engine.setup();
    let line = match (press.engine.standstill(), press.engine.network_down_since()) {
        (Some(standstill), _) => standstill.to_string(),
        (None, Some(since)) => format!("our network is down since {}", since.format("%H:%M UTC")),
        (None, None) => counted(setup.enabled().count(), "source"),
    };
    systemd::status(&line);
}

/// Takes a new configuration, whole or not at all.
async fn reload_now(press: &Press, reload: &Reload) {
    systemd::reloading();
    let engine = &press.engine;
    let old = engine.setup();
    let made = tokio::task::block_in_place(|| -> Result<_, String> {
        let config = reload()?;
        Ok(Arc::new(Setup::new(config).map_err(|errors| first_schedule(errors).to_string())?))
    });
    match made {
        Ok(setup) => {
            for (key, differs) in [
                ("server.admin", setup.config.server.admin != old.config.server.admin),
                ("server.listen", setup.config.server.listen != old.config.server.listen),
                ("server.socket_mode", setup.config.server.socket_mode != old.config.server.socket_mode),
                ("store.path", setup.config.store.path != old.config.store.path),
            ] {
                if differs {
                    warn!("`{key}` has changed: that takes effect with the next restart");
                }
            }
            let _turn = press.turn.lock().await;
            let publisher = Arc::new(Publisher::new(Arc::clone(&setup), Arc::clone(engine.library())));
            engine.set_setup(Arc::clone(&setup));
            classify::refresh(engine).await;
            *press.publisher.write().expect("no holder of this lock can panic") = Arc::clone(&publisher);
            let writer = engine.writer().clone();
            // One instant for what is noted down and for what readers are told.
            let now = engine.now();
            let round = tokio::task::spawn_blocking(move || publisher.round(&writer, true, now)).await;
            match round {
                Ok(Ok(published)) => {
                    press.site.replace(edition(&setup, published.documents), now);
                    press.note(published.trouble.map(|trouble| trouble.to_string()));
                }
                Ok(Err(error)) => press.note(Some(error.to_string())),
                Err(_) => press.note(Some("a round ended without an answer".to_owned())),
            }
            engine.metrics().reloads.fetch_add(1, Relaxed);
            info!("configuration read again: {} enabled", counted(setup.enabled().count(), "source"));
        }
        Err(why) => {
            press.engine.metrics().reloads_refused.fetch_add(1, Relaxed);
            warn!("the new configuration is refused, the old one stays in force:\n{why}");
        }
    }
    systemd::ready();
}
