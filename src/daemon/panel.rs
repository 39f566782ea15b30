//! The pages for the sysadmin: `/status`, `/metrics`, `/debug`. Everything but the counts of items and the age of the last
//! backup comes from memory, so that the pages are there when the database is not.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use chrono::{SecondsFormat, TimeDelta};

use super::engine::Engine;
use super::exposition::{Exposition, MEDIA_TYPE};
use super::press::Press;
use super::upkeep::disk_free;
use crate::config::{Robots, Source};
use crate::model::Instant;
use crate::publish::pages::{SourceStatus, StatusView, status, status_policy};
use crate::schedule::{Concern, SourceState, concerns};
use crate::serve::{Health, Panel, PanelPage};
use crate::store::sqlite::upkeep;

/// How long counts of items and stories are good: counting reads a whole index.
const COUNTS_GOOD_FOR: TimeDelta = TimeDelta::seconds(60);

/// What plain text may load: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Items, stories and sources stored, and when they were counted.
type Counts = (Instant, (u64, u64, u64));

/// Makes the pages from what the daemon knows.
pub(super) struct Office {
    press: Press,
    database: PathBuf,
    started: Instant,
    counts: Mutex<Option<Counts>>,
}

impl Office {
    /// An office beside the press of the running daemon.
    pub fn new(press: Press, database: PathBuf) -> Self {
        Self { started: press.engine.now(), press, database, counts: Mutex::new(None) }
    }

    fn engine(&self) -> &Engine {
        &self.press.engine
    }

    fn troubles(&self) -> Vec<String> {
        match self.press.health() {
            Health::Fine | Health::Starting => Vec::new(),
            Health::Degraded(lines) => lines,
            Health::Failing(line) => vec![line],
        }
    }

    fn status(&self) -> String {
        let (engine, now) = (self.engine(), self.engine().now());
        let setup = engine.setup();
        let room = upkeep::room(&self.database);
        let view = StatusView {
            now,
            started: self.started,
            troubles: self.troubles(),
            database: self.database.display().to_string(),
            database_bytes: room.file + room.log,
            disk_free_bytes: disk_free(&self.database),
            backed_up_at: engine.library().backed_up_at().ok().flatten(),
            sources: setup.sources.iter().map(|source| source_status(engine, source, now)).collect(),
        };
        status(setup.masthead(), &view)
    }

    /// Items, stories and sources stored; as they were a minute ago, at most.
    fn counts(&self, now: Instant) -> Option<(u64, u64, u64)> {
        let mut slot = self.counts.lock().expect("no holder of this lock can panic");
        if let Some((at, counts)) = *slot
            && (now - at).abs() < COUNTS_GOOD_FOR
        {
            return Some(counts);
        }
        let counts = self.engine().library().totals().ok()?;
        *slot = Some((now, counts));
        Some(counts)
    }

    fn metrics(&self) -> String {
        let now = self.engine().now();
        let mut page = Exposition::default();
        page.family("bantin_build_info", "gauge", "Always 1; the version is a label.")
            .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
        self.write_polls(&mut page);
        self.write_publishing(&mut page);
        self.write_requests(&mut page);
        self.write_database(&mut page, now);
        self.write_state(&mut page);
        write_process(&mut page, self.started);
        self.write_sources(&mut page, now);
        page.finish()
    }

    fn write_polls(&self, page: &mut Exposition) {
        let metrics = self.engine().metrics();
        let mut polls = page.family("bantin_polls_total", "counter", "Polls that were kept, by outcome.");
        for (outcome, count) in metrics.polls() {
            polls.sample(&[("outcome", outcome)], count);
        }
        page.histogram("bantin_poll_duration_seconds", "From first request to decision.", &metrics.poll_durations);
        for (name, help, counter) in [
            ("bantin_poll_bytes_total", "Bytes received by polls, as they came over the wire.", &metrics.poll_bytes),
            ("bantin_polls_lost_total", "Polls whose outcome could not be kept.", &metrics.polls_lost),
            ("bantin_items_new_total", "Items never seen before, copies included.", &metrics.items_new),
            ("bantin_items_copies_total", "New items that joined a story already there.", &metrics.items_copied),
            ("bantin_items_updated_total", "Items whose words changed.", &metrics.items_edited),
            ("bantin_items_dropped_total", "Items with nothing in them.", &metrics.items_dropped),
            ("bantin_items_future_total", "Items whose date lay in the future.", &metrics.items_clamped),
            ("bantin_items_pruned_seen_total", "Pruned items that sources still list.", &metrics.items_old),
        ] {
            page.counter(name, help, counter.load(Relaxed));
        }
    }

    fn write_publishing(&self, page: &mut Exposition) {
        let metrics = self.engine().metrics();
        page.histogram(
            "bantin_publish_duration_seconds",
            "Rounds of publishing that had something to do.",
            &metrics.publish_durations,
        );
        for (name, help, counter) in [
            ("bantin_feeds_rendered_total", "Feeds rendered.", &metrics.feeds_rendered),
            ("bantin_published_bytes_total", "Bytes of documents rendered, unpacked.", &metrics.bytes_rendered),
            ("bantin_published_files_total", "Files replaced in publish.directory.", &metrics.files_written),
            ("bantin_publish_failures_total", "Rounds that did not do all they should.", &metrics.publish_failures),
        ] {
            page.counter(name, help, counter.load(Relaxed));
        }
        page.gauge_if(
            "bantin_publish_last_success_timestamp_seconds",
            "When a round of publishing last did all it should.",
            Some(metrics.published_at.load(Relaxed)).filter(|at| *at > 0),
        );
    }

    fn write_requests(&self, page: &mut Exposition) {
        let counters = self.press.site.counters();
        let mut requests = page.family(
            "bantin_http_requests_total",
            "counter",
            "Requests of readers, by what for and how they ended.",
        );
        let mut by_class = std::collections::BTreeMap::<_, u64>::new();
        for count in counters.requests() {
            let class = match count.status / 100 {
                2 => "2xx",
                // Told apart from other redirections: it is what well-behaved readers get.
                3 if count.status == 304 => "304",
                3 => "3xx",
                4 => "4xx",
                5 => "5xx",
                _ => "other",
            };
            *by_class.entry((count.kind, class)).or_default() += count.requests;
        }
        for ((route, status), count) in by_class {
            requests.sample(&[("route", route), ("status", status)], count);
        }
        page.counter("bantin_http_response_bytes_total", "Bytes of bodies sent to readers.", counters.bytes());
    }

    fn write_database(&self, page: &mut Exposition, now: Instant) {
        let library = self.engine().library();
        let room = library.room().unwrap_or_else(|_| upkeep::room(&self.database));
        page.gauge("bantin_database_size_bytes", "The database file.", room.file);
        page.gauge("bantin_database_wal_size_bytes", "The log beside it.", room.log);
        page.gauge("bantin_database_free_bytes", "Pages in it that hold nothing.", room.free);
        page.gauge_if("bantin_database_disk_free_bytes", "Free on its file system.", disk_free(&self.database));
        let backup = library.backed_up_at().ok().flatten().map(|at| at.timestamp());
        page.gauge_if("bantin_backup_last_success_timestamp_seconds", "When it was last backed up.", backup);
        let counts = self.counts(now);
        page.gauge_if("bantin_items", "Items stored.", counts.map(|(items, _, _)| items));
        page.gauge_if("bantin_stories", "Stories published or in archives.", counts.map(|(_, stories, _)| stories));
        let (waiting, places) = self.engine().writer().queue();
        page.gauge("bantin_writer_queue_depth", "Jobs that wait for the writer.", waiting);
        page.gauge("bantin_writer_queue_capacity", "Jobs that may wait for it; more make polls wait.", places);
    }

    fn write_state(&self, page: &mut Exposition) {
        let (engine, metrics) = (self.engine(), self.engine().metrics());
        page.gauge(
            "bantin_degraded",
            "1 while something is not as /health should say.",
            u8::from(!self.troubles().is_empty()),
        );
        page.gauge(
            "bantin_network_up",
            "0 while our own network is taken to be down.",
            u8::from(engine.network_down_since().is_none()),
        );
        page.gauge(
            "bantin_polling_paused",
            "1 while nothing is polled because nothing can be kept.",
            u8::from(engine.standstill().is_some()),
        );
        page.gauge(
            "bantin_tasks",
            "Tasks of the event loop: polls, requests and what else is under way.",
            tokio::runtime::Handle::try_current().map_or(0, |runtime| runtime.metrics().num_alive_tasks()) as u64,
        );
        page.counter("bantin_loop_beats_total", "Beats of the loop.", metrics.beats.load(Relaxed));
        page.gauge(
            "bantin_loop_lag_seconds",
            "How late its last beat was.",
            metrics.loop_lag_ms.load(Relaxed) as f64 / 1000.0,
        );
        page.counter("bantin_reloads_total", "Configurations taken on SIGHUP.", metrics.reloads.load(Relaxed));
        page.counter(
            "bantin_reloads_refused_total",
            "Configurations refused on SIGHUP.",
            metrics.reloads_refused.load(Relaxed),
        );
    }

    fn write_sources(&self, page: &mut Exposition, now: Instant) {
        let (engine, setup) = (self.engine(), self.engine().setup());
        let sources: Vec<(&Source, Arc<SourceState>)> =
            setup.enabled().map(|source| (&**source, engine.state(source))).collect();
        page.gauge("bantin_sources_enabled", "Sources that are polled.", sources.len());
        let at = |at: Option<Instant>| at.map(|at| at.timestamp() as f64);
        let flag = |is: bool| Some(f64::from(u8::from(is)));
        type Value<'v> = &'v dyn Fn(&Source, &SourceState) -> Option<f64>;
        let families: [(&'static str, &str, Value<'_>); 10] = [
            ("bantin_source_last_success_timestamp_seconds", "When it last succeeded.", &|_, state| {
                at(state.succeeded_at)
            }),
            ("bantin_source_last_poll_timestamp_seconds", "When it was last asked.", &|_, state| at(state.polled_at)),
            ("bantin_source_newest_item_timestamp_seconds", "Date of its newest item.", &|_, state| {
                at(state.rhythm.newest)
            }),
            ("bantin_source_failures", "Polls that failed in a row.", &|_, state| {
                Some(state.standing.as_ref().map_or(0.0, |standing| f64::from(standing.failures)))
            }),
            ("bantin_source_next_poll_timestamp_seconds", "When it is due.", &|source, _| {
                at(engine.due(&source.id, now).map(|due| due.at))
            }),
            ("bantin_source_usual_gap_seconds", "Time that usually passes between two of its items.", &|_, state| {
                (state.rhythm.gaps > 0).then_some(state.rhythm.usual_gap_seconds)
            }),
            ("bantin_source_silent_after_seconds", "How long without news it is called silent.", &|_, state| {
                state.rhythm.silent_after().map(|after| after.num_seconds() as f64)
            }),
            ("bantin_source_silent", "1 while it is silent against its own habit.", &|_, state| {
                flag(state.silence(now).is_some())
            }),
            ("bantin_source_moved", "1 while its new address is not in feeds.toml.", &|_, state| {
                flag(state.adopted.is_some())
            }),
            ("bantin_source_certificate_expiry_timestamp_seconds", "When its certificate ends.", &|_, state| {
                at(state.certificate_expires)
            }),
        ];
        for (name, help, value) in families {
            let mut family = page.family(name, "gauge", help);
            for (source, state) in &sources {
                if let Some(value) = value(source, state) {
                    family.sample(&[("source", source.id.as_str())], value);
                }
            }
        }
    }

    /// What helps whoever looks for a fault: nothing secret, nothing that can be changed.
    fn debug(&self) -> String {
        let (engine, metrics) = (self.engine(), self.engine().metrics());
        let (waiting, places) = engine.writer().queue();
        let tasks = tokio::runtime::Handle::try_current().map_or(0, |handle| handle.metrics().num_alive_tasks());
        let mut lines = vec![
            format!("bantin {}", env!("CARGO_PKG_VERSION")),
            format!("started {}", self.started.to_rfc3339_opts(SecondsFormat::Secs, true)),
            format!("now {}", engine.now().to_rfc3339_opts(SecondsFormat::Millis, true)),
            format!("tasks alive {tasks}"),
            format!(
                "loop beats {}, last late by {} ms",
                metrics.beats.load(Relaxed),
                metrics.loop_lag_ms.load(Relaxed)
            ),
            format!("writer queue {waiting} of {places}"),
            format!("memory {} KiB", resident_bytes().unwrap_or(0) / 1024),
            format!("open files {}", open_files().unwrap_or(0)),
            format!(
                "configuration {}",
                engine.setup().config.file.as_ref().map_or("-".into(), |file| file.display().to_string())
            ),
            format!("database {}", self.database.display()),
        ];
        lines.extend(self.troubles().into_iter().map(|trouble| format!("trouble: {trouble}")));
        lines.push(String::new());
        lines.join("\n")
    }
}

impl Panel for Office {
    fn page(&self, path: &str) -> Option<PanelPage> {
        let plain = |content_type, body| PanelPage { content_type, policy: NOTHING.to_owned(), body };
        match path {
            "/status" => Some(PanelPage {
                content_type: "text/html; charset=utf-8",
                policy: status_policy(),
                body: self.status(),
            }),
            "/metrics" => Some(plain(MEDIA_TYPE, self.metrics())),
            "/debug" => Some(plain("text/plain; charset=utf-8", self.debug())),
            _ => None,
        }
    }
}

fn source_status(engine: &Engine, source: &Source, now: Instant) -> SourceStatus {
    let state = engine.state(source);
    let rhythm = state.rhythm;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "gaps are positive and of some years")]
    let usual_gap_seconds = (rhythm.gaps > 0).then_some(rhythm.usual_gap_seconds as u64);
    SourceStatus {
        id: source.id.clone(),
        title: source.title.clone(),
        url: state.effective_url(&source.url).to_string(),
        enabled: source.enabled,
        outcome: state.standing.as_ref().map(|standing| standing.outcome.clone()),
        succeeded_at: state.succeeded_at,
        newest: rhythm.newest,
        usual_gap_seconds,
        next_poll: engine.due(&source.id, now).map(|due| due.at.max(now)).filter(|_| source.enabled),
        robots_ignored: match &source.robots {
            Robots::Ignore { reason } => Some(reason.clone()),
            Robots::Respect => None,
        },
        concerns: concerns(&state, now),
    }
}

/// Which sources were silent when last looked, so that each silence is told once.
#[derive(Debug, Default)]
pub(super) struct Listening {
    silent: std::collections::BTreeSet<crate::model::SourceId>,
    has_looked: bool,
}

impl Listening {
    /// Tells of sources that have fallen silent, and of those that speak again, since it was last asked.
    pub fn look(&mut self, engine: &Engine) {
        let now = engine.now();
        let mut silent = std::collections::BTreeSet::new();
        for source in engine.setup().enabled() {
            let state = engine.state(source);
            let Some(Concern::Silent(silence)) =
                concerns(&state, now).into_iter().find(|concern| matches!(concern, Concern::Silent(_)))
            else {
                continue;
            };
            if self.has_looked && !self.silent.contains(&source.id) {
                tracing::warn!(
                    source.id = %source.id,
                    "source `{}` is silent: usually something new every {}, nothing for {}",
                    source.id,
                    span(silence.usual_gap_seconds),
                    span(u64::try_from((now - silence.since).num_seconds()).unwrap_or(0))
                );
            }
            silent.insert(source.id.clone());
        }
        for id in self.silent.difference(&silent) {
            tracing::info!(source.id = %id, "source `{id}` is no longer silent");
        }
        if !self.has_looked && !silent.is_empty() {
            let names: Vec<&str> = silent.iter().map(crate::model::SourceId::as_str).collect();
            tracing::warn!("silent against their own habit: {}; `bantin sources` says more", names.join(", "));
        }
        self.silent = silent;
        self.has_looked = true;
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        s if s < 90 * 60 => format!("{} min", (s / 60).max(1)),
        s if s < 36 * 3600 => format!("{} h", (s + 1800) / 3600),
        s => format!("{} d", (s + 43_200) / 86_400),
    }
}

/// The standard names that every Prometheus client gives these.
fn write_process(page: &mut Exposition, started: Instant) {
    page.gauge("process_start_time_seconds", "When the daemon started.", started.timestamp());
    page.gauge_if("process_resident_memory_bytes", "Memory in use.", resident_bytes());
    page.gauge_if("process_open_fds", "Open file descriptors.", open_files());
}

fn resident_bytes() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    // SAFETY: sysconf takes a number and returns one.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    Some(pages * u64::try_from(size).ok()?)
}

fn open_files() -> Option<usize> {
    // One of them is the folder being listed.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1))
}
