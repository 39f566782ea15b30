//! The loop: poll, ingest, publish, reload, stop; control socket; systemd.
//!
//! | file | what it is for |
//! |---|---|
//! | `ingest.rs` | a document's items into stories, topics and feeds, inside one transaction |
//! | `relearn.rs` | the index of copies filled again after an update that reads texts otherwise |
//! | `renamed.rs` | documents in which most items have new names: held, then taken over |
//! | `writer.rs`, `traffic.rs` | the one thread that writes, and whom it waits for |
//! | `run.rs` | the daemon's loop, reload, listeners |
//! | `engine.rs` | one poll: fetch, read, keep, learn |
//! | `known.rs` | what the store knows from before that polls go by |
//! | `halt.rs` | when nothing is polled because nothing could be kept |
//! | `document.rs` | from a body to items ready for the writer |
//! | `further.rs` | what a poll reads beyond its first document |
//! | `articles.rs` | the pages of articles |
//! | `setup.rs` | a configuration made ready |
//! | `classify.rs` | stories judged anew when rules change |
//! | `press.rs` | rounds of publishing, and what `/health` says |
//! | `panel.rs`, `metrics.rs`, `exposition.rs` | the pages for the sysadmin, and what they count |
//! | `listeners.rs` | what readers connect to |
//! | `socket.rs` | sockets in the file system: what a killed process left behind is replaced |
//! | `control.rs`, `commands.rs` | commands beside a running daemon: the protocol, and the daemon's end of it |
//! | `overrule.rs` | what people decide: split, merge, takedown |
//! | `publisher.rs` | renders what changed, writes the files |
//! | `systemd.rs` | readiness, watchdog, passed sockets |
//! | `upkeep.rs` | pruning, backups, free space |
//! | `log.rs`, `burst.rs` | where logs go; many equal warnings told as one |
//! | `doctor/` | what `bantin doctor` looks at, and what it says of it |

pub mod articles;
mod burst;
pub mod classify;
mod commands;
pub mod control;
pub mod doctor;
pub mod document;
pub mod engine;
pub mod exposition;
mod further;
pub mod halt;
pub mod ingest;
pub mod known;
mod listeners;
pub mod log;
pub mod metrics;
pub mod overrule;
mod panel;
mod press;
pub mod publisher;
pub mod relearn;
mod renamed;
pub mod run;
pub mod setup;
mod socket;
pub mod systemd;
pub mod traffic;
pub mod upkeep;
pub mod writer;

use std::sync::Arc;

use chrono::DateTime;
use chrono_tz::Tz;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::error;

use self::control::Polled;
use self::engine::Engine;
use self::setup::Setup;
use crate::config::Source;
use crate::model::Map;

/// Results that wait for whoever prints them.
const RESULTS: usize = 64;

/// The sources that `ids` name; all that are enabled where none is named.
///
/// # Errors
///
/// One sentence that names every id that is not there.
pub fn choose(setup: &Setup, ids: &[String]) -> Result<Vec<Arc<Source>>, String> {
    if ids.is_empty() {
        return Ok(setup.enabled().cloned().collect());
    }
    let mut chosen = Vec::with_capacity(ids.len());
    let mut unknown = Vec::new();
    for id in ids {
        match setup.sources.iter().find(|source| source.id.as_str() == id) {
            Some(source) => chosen.push(Arc::clone(source)),
            None => unknown.push(format!("`{id}`")),
        }
    }
    match unknown.is_empty() {
        true => Ok(chosen),
        false => {
            Err(format!("there is no source {} in the configuration: `bantin sources` lists them", unknown.join(", ")))
        }
    }
}

/// Polls of one round that wait or run at once. More would only wait for their hosts, each holding the room of a request
/// that has not begun.
const ROUND: usize = 256;

/// Polls the sources that `ids` name, or every one that may be asked: whoever has `poll` run by a timer means no source that
/// asked to be left alone for a while. That one is reported as throttled and hears nothing of us.
///
/// # Errors
///
/// As [`choose`]. With the results comes how many there will be.
pub fn poll_chosen(engine: &Arc<Engine>, ids: &[String]) -> Result<(usize, mpsc::Receiver<Polled>), String> {
    let chosen = choose(&engine.setup(), ids)?;
    let total = chosen.len();
    let held = |source: &Arc<Source>| engine.held_until(source).filter(|_| ids.is_empty());
    let (left, asked): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|source| held(source).is_some());
    let zone = engine.setup().config.site.timezone;
    let left = left.into_iter().filter_map(|source| Some(left_alone(&source, held(&source)?.with_timezone(&zone))));
    let (results, receiver) = mpsc::channel(RESULTS);
    let left: Vec<Polled> = left.collect();
    tokio::spawn(poll_each(Arc::clone(engine), asked, results.clone()));
    tokio::spawn(async move {
        for line in left {
            let _ = results.send(line).await;
        }
    });
    Ok((total, receiver))
}

fn left_alone(source: &Source, until: DateTime<Tz>) -> Polled {
    Polled {
        source: source.id.to_string(),
        ok: false,
        outcome: "throttled".to_owned(),
        message: format!(
            "not asked: the server wants to be left alone until {}; `bantin poll {}` asks nevertheless",
            until.format("%Y-%m-%d %H:%M"),
            source.id
        ),
        new: 0,
        edited: 0,
        bytes: 0,
        duration_ms: 0,
    }
}

/// Polls sources once, all at the pace that hosts and limits allow; gives the results as they come.
pub fn poll_all(engine: &Arc<Engine>, sources: Vec<Arc<Source>>) -> mpsc::Receiver<Polled> {
    let (results, receiver) = mpsc::channel(RESULTS);
    tokio::spawn(poll_each(Arc::clone(engine), sources, results));
    receiver
}

async fn poll_each(engine: Arc<Engine>, sources: Vec<Arc<Source>>, results: mpsc::Sender<Polled>) {
    let mut polls = JoinSet::new();
    for source in spread(sources) {
        while polls.len() >= ROUND {
            polls.join_next().await;
        }
        let (engine, results) = (Arc::clone(&engine), results.clone());
        polls.spawn(async move {
            // On the heap by itself: a task of its size would be copied twice before it begins.
            let line = Box::pin(polled(&engine, &source)).await;
            // Nobody listens any more: the poll has been kept all the same.
            let _ = results.send(line).await;
        });
    }
    while polls.join_next().await.is_some() {}
}

/// Puts sources of different hosts behind each other, so that one host with many sources does not fill the round.
fn spread(sources: Vec<Arc<Source>>) -> Vec<Arc<Source>> {
    let mut seen: Map<&str, usize> = Map::default();
    let mut turns = Vec::with_capacity(sources.len());
    for source in &sources {
        let turn = seen.entry(source.url.host_str().unwrap_or_default()).or_default();
        *turn += 1;
        turns.push(*turn);
    }
    let mut sources: Vec<_> = turns.into_iter().zip(sources).collect();
    sources.sort_by_key(|(turn, _)| *turn);
    sources.into_iter().map(|(_, source)| source).collect()
}

/// Polls one source and puts into a line what came of it.
async fn polled(engine: &Engine, source: &Arc<Source>) -> Polled {
    match engine.poll(source).await {
        Ok(polled) => Polled {
            source: polled.source.to_string(),
            ok: polled.outcome.is_success(),
            outcome: polled.outcome.name().to_owned(),
            message: polled.outcome.meaning(),
            new: polled.new,
            edited: polled.edited,
            bytes: polled.bytes,
            duration_ms: polled.duration_ms,
        },
        Err(error) => {
            error!(source.id = %source.id, %error, "poll of source `{}` could not be kept: {error}", source.id);
            Polled {
                source: source.id.to_string(),
                ok: false,
                outcome: "not-kept".to_owned(),
                message: error.to_string(),
                new: 0,
                edited: 0,
                bytes: 0,
                duration_ms: 0,
            }
        }
    }
}

/// The HTTP client that a configuration asks for.
pub fn client(config: &crate::config::Config) -> crate::fetch::Client {
    crate::fetch::Client::new(crate::fetch::Settings::of(config))
}
