//! Commands that poll: `run`, `demo`, `poll`, `check --fetch`.

use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::Context as _;
use chrono::Utc;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use super::args::{Cli, Format};
use super::memory::Room;
use super::progress;
use super::table::Table;
use crate::config::{self, Config, ConfigErrors, MissingSecrets, Remark};
use crate::daemon::control::{self, Answer, Polled, Request};
use crate::daemon::engine::{Engine, faster_clock, system_clock};
use crate::daemon::publisher::Publisher;
use crate::daemon::run::{self, Options, Parts};
use crate::daemon::{choose, client, document, poll_chosen, relearn, setup};
use crate::demo;
use crate::extract::{self, How};
use crate::fetch::{Answer as Fetched, Request as Fetch};
use crate::model::{Outcome, counted};
use crate::schedule::SourceState;
use crate::store::sqlite::Store;
use crate::topics;

/// Threads of the event loop: it only waits and copies; what computes has threads of its own.
const WORKERS: usize = 2;

pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(32)
        .enable_all()
        .build()
        .context("the event loop cannot start")
}

/// An event loop in the thread that asks, for `poll`: what waits for answers has nothing else to do, and threads that wake
/// each other for every answer were a tenth of the time of a round of 1,000 unchanged sources.
fn runtime_here() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(32)
        .enable_all()
        .build()
        .context("the event loop cannot start")
}

/// Begins to listen for SIGTERM and Ctrl-C; what it returns resolves on either. Called before anything else is begun, so
/// that a signal that comes while the daemon starts ends it as cleanly as later ones do.
pub fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let listen = |kind| signal(kind).context("signals cannot be heard");
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// `bantin run`, with a clock that runs so many times as fast as the machine's
pub fn daemon(cli: &Cli, clock_speed: u32) -> anyhow::Result<ExitCode> {
    super::start_daemon_log(cli);
    let (config, warnings) = super::load_with_warnings(cli, MissingSecrets::Refused)?;
    for warning in &warnings {
        tracing::warn!("{warning}");
    }
    let file = config.file.clone();
    let reload = move || -> Result<Config, String> {
        let file = file.as_deref().ok_or("the configuration came from no file")?;
        super::read_config(file, MissingSecrets::Refused).map(|(config, _)| config).map_err(|errors| errors.to_string())
    };
    let options = Options {
        config,
        reload: Some(Box::new(reload)),
        clock: if clock_speed > 1 { faster_clock(clock_speed) } else { system_clock() },
        tick: run::TICK / clock_speed,
        ready: Box::new(|_| {}),
        standalone: true,
    };
    runtime()?.block_on(async { anyhow::Ok(run::run(options, told_to_stop()?).await?) })?;
    Ok(ExitCode::SUCCESS)
}

/// `bantin demo`
pub fn demo(cli: &Cli, port: u16) -> anyhow::Result<ExitCode> {
    super::start_log(cli, "warn");
    let ready = |opened: &demo::Opened| {
        let address = &opened.readers;
        // The first line on stdout is the address; who reads it through a pipe must not wait for more.
        println!("{address}");
        let _ = std::io::stdout().flush();
        eprintln!(
            "open this address in a browser, or subscribe to {address}feed.atom in a feed reader\n\
             new items keep arriving; after a minute the portal `cong-song-lo` is redesigned and cannot be read any more\n\
             what the sysadmin sees: {}, or `bantin sources --config {}`\n\
             Ctrl-C ends the demo and leaves nothing behind",
            opened.status,
            opened.config.display()
        );
    };
    runtime()?.block_on(async { anyhow::Ok(demo::run(port, system_clock(), ready, told_to_stop()?).await?) })?;
    eprintln!("the demo has ended");
    Ok(ExitCode::SUCCESS)
}

/// `bantin poll`
pub fn poll(cli: &Cli, sources: &[String], format: Format, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    super::start_log(cli, "error");
    // What is made of a configuration, what is known of its sources, and their polls come to more than this: to 10.4 MiB in
    // the end, of the 120 KiB of 1,000 sources.
    let file = config::locate(cli.config.as_deref()).and_then(|file| file.metadata().ok());
    let room = Room::make(file.map_or(0, |file| file.len().saturating_mul(64)));
    let (config, _) = super::load_with_warnings(cli, MissingSecrets::Refused)?;
    let runtime = runtime_here()?;
    let mut lines = runtime.block_on(async {
        match control::connect(&config.store.path).await {
            Some(peer) => poll_through(peer, sources).await,
            None => poll_here(config, sources, room).await,
        }
    })?;
    // The program ends now: the system closes connections that lie idle all at once, the event loop one by one.
    std::mem::forget(runtime);
    lines.sort_by(|one, two| one.ok.cmp(&two.ok).then_with(|| one.source.cmp(&two.source)));
    let mut table = Table::new(&["source", "outcome", "new", "edited", "bytes", "duration_ms", "message"]);
    let quiet = |line: &Polled| format == Format::Text && line.ok && line.new == 0 && line.edited == 0;
    for line in lines.iter().filter(|line| !quiet(line)) {
        table.row(vec![
            json!(line.source),
            json!(line.outcome),
            json!(line.new),
            json!(line.edited),
            json!(line.bytes),
            json!(line.duration_ms),
            json!(line.message),
        ]);
    }
    if format == Format::Json || !table.is_empty() {
        table.print(format, out)?;
    }
    let failed = lines.iter().filter(|line| !line.ok).count();
    let new: usize = lines.iter().map(|line| line.new as usize).sum();
    eprintln!("{} polled, {failed} failed, {}", counted(lines.len(), "source"), counted(new, "new item"));
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Polls through the daemon that has the database.
async fn poll_through(mut peer: control::Peer, sources: &[String]) -> anyhow::Result<Vec<Polled>> {
    peer.send(&Request::Poll { sources: sources.to_vec() }).await?;
    let mut lines = Vec::new();
    let mut bar = None;
    loop {
        match peer.receive::<Answer>().await?.context("the daemon stopped in the middle of the polls")? {
            Answer::Begin { total } => bar = Some(progress::bar(total as u64)),
            Answer::Polled(line) => {
                if let Some(bar) = &bar {
                    progress::step(bar, &line.source);
                }
                lines.push(line);
            }
            Answer::Done => break,
            Answer::Error { message } => anyhow::bail!(message),
            _ => {}
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(lines)
}

/// Polls in this process, publishes, and closes the database.
async fn poll_here(config: Config, sources: &[String], room: Room) -> anyhow::Result<Vec<Polled>> {
    let _claim = run::claim(&std::path::absolute(&config.store.path)?)?;
    let Parts { engine, changed: _changed, thread } = run::parts_unread(config, system_clock())?;
    choose(&engine.setup(), sources).map_err(anyhow::Error::msg)?;
    // Before the polls: what they bring is judged by the new rules anyway.
    run::judge_by_new_rules(&engine).await;
    let (total, mut polls) = poll_chosen(&engine, sources).map_err(anyhow::Error::msg)?;
    let bar = progress::bar(total as u64);
    let mut lines = Vec::with_capacity(total);
    let mut room = Some(room);
    while let Some(line) = polls.recv().await {
        progress::step(&bar, &line.source);
        // From here on it is documents that memory is needed for, and given back.
        if line.new > 0 {
            room = None;
        }
        lines.push(line);
    }
    drop(room);
    bar.finish_and_clear();
    // Where `poll` is all that ever runs, an update that reads texts otherwise is made up for here.
    relearn::fill(&engine).await?;
    publish_and_close(engine, thread).await?;
    Ok(lines)
}

/// Publishes what has changed, and closes the database.
pub(super) async fn publish_and_close(engine: Arc<Engine>, thread: JoinHandle<Option<Store>>) -> anyhow::Result<()> {
    let setup = engine.setup();
    let publisher = Publisher::new(Arc::clone(&setup), Arc::clone(engine.library()));
    let (writer, now) = (engine.writer().clone(), engine.now());
    tokio::task::spawn_blocking(move || publisher.files(&writer, now))
        .await
        .context("publishing ended without an answer")??;
    // The program ends now: taking apart what is known of 1,000 sources takes as long as writing what was polled.
    engine.forget_states();
    drop(engine);
    std::mem::forget(setup);
    tokio::task::spawn_blocking(move || thread.join()).await.context("the writer ended without an answer")?.ok();
    Ok(())
}

/// `bantin check`
pub fn check(
    cli: &Cli,
    file: Option<&Path>,
    fetch: bool,
    quiet: bool,
    format: Format,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    super::start_log(cli, "error");
    let named = file.map(Path::to_owned).or_else(|| config::locate(cli.config.as_deref()));
    let Some(path) = named else { return Err(super::no_configuration().into()) };
    let (config, warnings) = match super::read_config(&path, MissingSecrets::Noted) {
        Ok(read) => read,
        Err(errors) => {
            if format == Format::Json {
                print_findings(&errors_found(&errors), out)?;
            }
            return Err(errors.into());
        }
    };
    let sentences: Vec<String> =
        topics::useless(&config.topics, &config.sources).iter().map(ToString::to_string).collect();
    for warning in warnings.iter().map(ToString::to_string).chain(sentences.iter().cloned()) {
        eprintln!("warning: {warning}\n");
    }
    if !quiet {
        let enabled = config.sources.iter().filter(|source| source.enabled).count();
        eprintln!(
            "`{}` is good: {} enabled of {}, {}{}",
            path.display(),
            counted(enabled, "source"),
            config.sources.len(),
            counted(config.topics.len(), "topic"),
            match warnings.len() + sentences.len() {
                0 => String::new(),
                some => format!(", {}", counted(some, "warning")),
            }
        );
    }
    if !fetch {
        if format == Format::Json {
            let mut findings: Vec<_> = warnings.iter().map(|warning| finding("warning", warning)).collect();
            findings.extend(sentences.iter().map(|message| bare_finding("warning", &path, message)));
            print_findings(&findings, out)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let rows = runtime()?.block_on(fetch_all(config))?;
    let mut table = Table::new(&["source", "outcome", "kind", "items", "newest_item", "repaired", "message"]);
    let failed = rows.iter().filter(|row| !row.ok).count();
    for row in rows {
        table.row(row.values);
    }
    table.print(format, out)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What `check --format json` prints: one array of everything that is wrong or deserves attention.
fn print_findings(findings: &[serde_json::Value], out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, findings)?;
    writeln!(out)?;
    // The errors are told as text besides, on the other stream: data first.
    Ok(out.flush()?)
}

fn errors_found(errors: &ConfigErrors) -> Vec<serde_json::Value> {
    match errors {
        ConfigErrors::Unreadable { path, source } => vec![bare_finding("error", path, &source.to_string())],
        ConfigErrors::Invalid { errors, warnings } => {
            let errors = errors.iter().map(|error| finding("error", error));
            errors.chain(warnings.iter().map(|warning| finding("warning", warning))).collect()
        }
    }
}

fn finding(severity: &str, remark: &Remark) -> serde_json::Value {
    let mut value = json!({ "severity": severity });
    if let (Some(all), Ok(serde_json::Value::Object(members))) = (value.as_object_mut(), serde_json::to_value(remark)) {
        all.extend(members);
    }
    value
}

/// One that belongs to no line; the same members as all others.
fn bare_finding(severity: &str, path: &Path, message: &str) -> serde_json::Value {
    json!({
        "severity": severity, "file": path.display().to_string(), "line": null, "column": null,
        "message": message, "expected": null, "hint": null,
    })
}

/// What one source gave to `check --fetch`.
struct Checked {
    ok: bool,
    values: Vec<serde_json::Value>,
}

async fn fetch_all(config: Config) -> anyhow::Result<Vec<Checked>> {
    let client = Arc::new(client(&config));
    let zone = config.site.timezone;
    let mut checks = JoinSet::new();
    let enabled: Vec<_> = config.sources.into_iter().filter(|source| source.enabled).collect();
    let bar = progress::bar(enabled.len() as u64);
    for (at, source) in enabled.into_iter().enumerate() {
        let client = Arc::clone(&client);
        checks.spawn(async move {
            let fetched = client.fetch(&Fetch::poll(&source, &SourceState::default(), Utc::now())).await;
            let (mut kind, mut items, mut newest, mut repaired) = (None, None, None, Vec::new());
            let mut outcome = fetched.outcome().unwrap_or(Outcome::Empty);
            if let Fetched::Document(document) = &fetched.answer {
                let selectors = setup::selectors_of(&source);
                let how = How { selectors: selectors.as_ref(), pointers: Some(&source.json), ..How::default() };
                let input = document::input(&source, document, fetched.final_url(), fetched.started_at);
                match extract::read_with(&input, how) {
                    Ok(found) => {
                        outcome = match found.items.is_empty() {
                            true => Outcome::Empty,
                            false => Outcome::NewItems { new: found.items.len() as u32, edited: 0 },
                        };
                        kind = Some(found.kind.as_str());
                        items = Some(found.items.len());
                        newest = found.items.iter().filter_map(|item| item.published.or(item.updated)).max();
                        repaired = found.problems.iter().map(|problem| problem.code.clone()).collect();
                    }
                    Err(unreadable) => outcome = document::outcome(&unreadable),
                }
            }
            let message = match outcome.advice() {
                Some(advice) => format!("{}; {advice}", outcome.meaning()),
                None => outcome.meaning(),
            };
            let checked = Checked {
                ok: outcome.is_success(),
                values: vec![
                    json!(source.id.as_str()),
                    json!(outcome.name()),
                    json!(kind),
                    json!(items),
                    json!(newest.map(|at| super::look::time(at.to_utc(), zone))),
                    json!(repaired),
                    json!(message),
                ],
            };
            (at, checked)
        });
    }
    let mut rows = Vec::new();
    while let Some(done) = checks.join_next().await {
        bar.inc(1);
        rows.push(done?);
    }
    bar.finish_and_clear();
    rows.sort_by_key(|(at, _)| *at);
    Ok(rows.into_iter().map(|(_, checked)| checked).collect())
}
