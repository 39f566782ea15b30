//! The daemon's end of the control socket: what commands ask of it, and how it answers.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use super::control::{Answer, Peer, Request};
use super::engine::Engine;
use super::overrule::{self, Wish};
use super::press::Press;
use super::upkeep;
use crate::model::counted;
use crate::serve::Health;
use crate::store::Trouble;

/// Answers commands until `stop` resolves.
pub(super) async fn control_loop(
    listener: UnixListener,
    database: PathBuf,
    press: Press,
    stop: impl Future<Output = ()>,
) {
    let mut clients = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (press, database) = (press.clone(), database.clone());
                    clients.spawn(async move {
                        if let Err(error) = answer(Peer::new(stream), &database, &press).await {
                            debug!(%error, "a command went away: {error}");
                        }
                        press.engine.wake();
                    });
                }
                Err(error) => {
                    warn!(%error, "the control socket refuses a command: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = clients.join_next(), if !clients.is_empty() => {}
            () = &mut stop => return,
        }
    }
}

async fn answer(mut peer: Peer, database: &Path, press: &Press) -> std::io::Result<()> {
    let engine = &press.engine;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    peer.send(&Answer::Hello { version, database: database.to_owned() }).await?;
    match peer.receive::<Request>().await? {
        None => Ok(()),
        Some(Request::Poll { sources }) => {
            if engine.standstill().is_some() {
                // Who asks may just have mended it.
                engine.probe().await;
            }
            if let Some(standstill) = engine.standstill() {
                let message = format!("no site is asked for what could not be kept: {standstill}");
                return peer.send(&Answer::Error { message }).await;
            }
            let (total, mut polls) = match super::poll_chosen(engine, &sources) {
                Ok(chosen) => chosen,
                Err(message) => return peer.send(&Answer::Error { message }).await,
            };
            peer.send(&Answer::Begin { total }).await?;
            while let Some(line) = polls.recv().await {
                peer.send(&Answer::Polled(line)).await?;
            }
            peer.send(&Answer::Done).await
        }
        Some(Request::Backup { into, seen_as }) => answer_backup(&mut peer, database, engine, into, seen_as).await,
        Some(Request::Prune) => answer_prune(&mut peer, engine).await,
        Some(Request::Health) => {
            let lines = match press.health() {
                Health::Fine | Health::Starting => Vec::new(),
                Health::Degraded(lines) => lines,
                Health::Failing(line) => vec![line],
            };
            peer.send(&Answer::Health { lines }).await?;
            peer.send(&Answer::Done).await
        }
        Some(Request::Overrule(wish)) => answer_wish(&mut peer, press, wish).await,
    }
}

async fn answer_backup(
    peer: &mut Peer,
    database: &Path,
    engine: &Engine,
    into: PathBuf,
    seen_as: (u64, u64),
) -> std::io::Result<()> {
    let (path, wanted) = (database.to_owned(), into.clone());
    let copied = tokio::task::spawn_blocking(move || upkeep::copy(&path, &wanted, seen_as)).await?;
    match copied {
        Ok((path, sound)) => {
            let now = engine.now();
            if let Err(error) = engine.writer().change(move |tx| tx.set_backed_up(now)).await {
                warn!(%error, "that a backup was made could not be noted: {error}");
            }
            info!(
                stories = sound.stories,
                items = sound.items,
                "copied the database: {}",
                counted(sound.items, "item")
            );
            let answer = Answer::Copied { path: path.clone(), items: sound.items, stories: sound.stories };
            let sent = match peer.send(&answer).await {
                Ok(()) => peer.send(&Answer::Done).await,
                gone => gone,
            };
            if sent.is_err() && path != into {
                // Nobody is left to fetch what was made for them beside the database.
                tokio::task::spawn_blocking(move || std::fs::remove_file(&path)).await??;
            }
            sent
        }
        Err(error) => peer.send(&Answer::Error { message: error.to_string() }).await,
    }
}

async fn answer_prune(peer: &mut Peer, engine: &Engine) -> std::io::Result<()> {
    if let Some(standstill) = engine.standstill().filter(|standstill| standstill.kind == Trouble::Damaged) {
        // Writing into a damaged file may damage more of it.
        return peer.send(&Answer::Error { message: format!("nothing is pruned: {standstill}") }).await;
    }
    let (told, mut telling) = tokio::sync::watch::channel(upkeep::Tidied::default());
    let keep = engine.setup().config.store.keep;
    let work = upkeep::tidy(engine.writer(), keep, engine.now(), move |tidied| {
        // Nobody listens any more: it goes on to its end all the same.
        let _ = told.send(tidied);
    });
    let line =
        |tidied: upkeep::Tidied| Answer::Pruned { stories: tidied.stories, items: tidied.items, bytes: tidied.bytes };
    let tell = async {
        while telling.changed().await.is_ok() {
            let tidied = *telling.borrow_and_update();
            if peer.send(&line(tidied)).await.is_err() {
                break;
            }
        }
    };
    let (done, ()) = tokio::join!(work, tell);
    match done {
        Ok(tidied) => {
            peer.send(&line(tidied)).await?;
            peer.send(&Answer::Done).await
        }
        Err(error) => peer.send(&Answer::Error { message: error.to_string() }).await,
    }
}

/// Carries out what a person has decided, publishes it at once, and says what has become of it.
async fn answer_wish(peer: &mut Peer, press: &Press, wish: Wish) -> std::io::Result<()> {
    let engine = Arc::clone(&press.engine);
    let done = tokio::task::spawn_blocking(move || overrule::carry_out(&engine, &wish)).await;
    match done {
        Ok(Ok(line)) => {
            info!("decided by command: {line}");
            press.print().await;
            peer.send(&Answer::Said { line }).await?;
            peer.send(&Answer::Done).await
        }
        Ok(Err(refused)) => peer.send(&Answer::Error { message: refused.to_string() }).await,
        Err(_) => peer.send(&Answer::Error { message: "the command ended by a fault of the program".to_owned() }).await,
    }
}
