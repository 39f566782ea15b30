//! Fills the index of copies again after an update that reads texts otherwise: newest items first, in slices, beside the
//! polls. Until a slice has come, copies of its items are taken for new stories; the newest are what copies are made of.
//!
//! Reading and signing is done beside the writer, which is asked for a tenth of a second a slice.

use std::sync::Arc;
use std::time::Duration;

use tracing::{error, info};

use super::engine::{Engine, PollError};
use super::writer::{WriteError, whole_seconds};
use crate::model::counted;
use crate::store::sqlite::Behind;

/// Items of a slice: what the index sorts into one segment.
const SLICE: usize = 4096;

/// What polls and readers have for themselves between two slices.
const PAUSE: Duration = Duration::from_millis(200);

/// Fills the index again if it has to be; returns how many items were brought back. Dropped in between, it goes on with the
/// next call, also of another process.
///
/// # Errors
///
/// [`PollError`] when the database does not answer; what was brought back stays.
pub async fn fill(engine: &Arc<Engine>) -> Result<usize, PollError> {
    let library = Arc::clone(engine.library());
    if !blocking(move || Ok(library.has_unlearnt()?)).await? {
        return Ok(0);
    }
    info!("this version reads texts otherwise: the index of copies is filled again, newest items first");
    let mut brought = 0;
    let mut behind = engine.writer().change(|tx| tx.words_behind()).await?;
    while let Some(from) = behind {
        let engine = Arc::clone(engine);
        let (left, items) = blocking(move || slice(&engine, from)).await?;
        brought += items;
        behind = left;
        tokio::time::sleep(PAUSE).await;
    }
    info!(items = brought, "the index of copies is whole again: {}", counted(brought, "item"));
    Ok(brought)
}

/// Brings a slice back; returns what is left, and how many items it had.
fn slice(engine: &Engine, from: Behind) -> Result<(Option<Behind>, usize), PollError> {
    let (now, window) = (whole_seconds(engine.now()), engine.setup().stand().thresholds.window);
    let slice = engine.library().unlearnt(from, SLICE, now)?;
    let items = slice.items();
    let left = engine.writer().change_blocking(move |tx| tx.bring_words_back(&slice, now - window))?;
    Ok((left, items))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PollError> + Send + 'static,
) -> Result<T, PollError> {
    // A panic in a slice is a fault of the program: polling goes on, the next call tries again.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(PollError::Write(WriteError::Stopped)))
}

/// As [`fill`], beside the daemon; an error is logged, and the next call goes on.
pub(super) async fn fill_beside(engine: Arc<Engine>) {
    if let Err(error) = fill(&engine).await {
        error!(%error, "the index of copies is not whole, copies may be taken for new stories: {error}");
    }
}
