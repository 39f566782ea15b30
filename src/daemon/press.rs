//! Publishing in the running daemon: rounds, what is handed to readers, what `/health` says.

use std::future::Future;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use tokio::sync::Notify;
use tracing::{debug, error, info};

use super::engine::Engine;
use super::publisher::Publisher;
use crate::serve::{Health, Site};

/// How long publishing waits for more changes after the first: polls come in flocks, readers come by the minute.
const PUBLISH_PAUSE: Duration = Duration::from_millis(1_000);

/// How long after a round that did not do all it should another one is tried.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// What publishing needs; the publisher is replaced on reload.
#[derive(Clone)]
pub(super) struct Press {
    pub engine: Arc<Engine>,
    pub site: Arc<Site>,
    pub publisher: Arc<RwLock<Arc<Publisher>>>,
    /// One round at a time: a round by the old configuration must not end after one by the new.
    pub turn: Arc<tokio::sync::Mutex<()>>,
    /// Why the last round did not do all it should.
    pub trouble: Arc<Mutex<Option<String>>>,
}

impl Press {
    /// Notes how a round went, for the log, the metrics and `/health`.
    pub fn note(&self, trouble: Option<String>) {
        let metrics = self.engine.metrics();
        let mut slot = self.trouble.lock().expect("no holder of this lock can panic");
        match &trouble {
            Some(trouble) => {
                metrics.publish_failures.fetch_add(1, Relaxed);
                // Tried again every minute: the same is not told as often.
                match slot.as_ref() == Some(trouble) {
                    true => debug!("publishing fails still: {trouble}"),
                    false => error!("publishing failed, readers of files keep what was published before: {trouble}"),
                }
            }
            None => metrics.published_at.store(self.engine.now().timestamp(), Relaxed),
        }
        let was_in_trouble = std::mem::replace(&mut *slot, trouble).is_some();
        if was_in_trouble && slot.is_none() {
            info!("publishing works again");
        }
        drop(slot);
        self.site.set_health(self.health());
    }

    fn is_in_trouble(&self) -> bool {
        self.trouble.lock().expect("no holder of this lock can panic").is_some()
    }

    fn publisher(&self) -> Arc<Publisher> {
        Arc::clone(&self.publisher.read().expect("no holder of this lock can panic"))
    }

    /// Publishes what is behind and hands it to the readers.
    pub(super) async fn print(&self) {
        let _turn = self.turn.lock().await;
        let (publisher, writer) = (self.publisher(), self.engine.writer().clone());
        let began = std::time::Instant::now();
        // One instant for what is noted down and for what readers are told.
        let now = self.engine.now();
        let round = tokio::task::spawn_blocking(move || publisher.round(&writer, false, now)).await;
        match round {
            Ok(Ok(published)) => {
                let bytes = published.documents.iter().map(|document| document.representation.plain().len()).sum();
                let metrics = self.engine.metrics();
                metrics.published(began.elapsed(), published.feeds.len(), bytes, published.files);
                self.site.publish(published.documents, now);
                self.note(published.trouble.map(|trouble| trouble.to_string()));
            }
            Ok(Err(error)) => self.note(Some(error.to_string())),
            Err(_) => self.note(Some("a round ended without an answer".to_owned())),
        }
    }

    /// Whether readers are served right, and what behind it is not as it should be.
    pub fn health(&self) -> Health {
        let standstill = self.engine.standstill();
        // That what was published cannot be noted in the same database is no other trouble.
        let is_told = |why: &String| standstill.as_ref().is_some_and(|standstill| standstill.why == *why);
        let trouble = self.trouble.lock().expect("no holder of this lock can panic").clone();
        let mut lines: Vec<String> =
            trouble.filter(|why| !is_told(why)).iter().map(|why| format!("publishing: {why}")).collect();
        if let Some(since) = self.engine.network_down_since() {
            lines.push(format!(
                "our network has been down since {}: nothing is polled",
                since.format("%Y-%m-%d %H:%M UTC")
            ));
        }
        lines.extend(standstill.map(|standstill| standstill.to_string()));
        match lines.is_empty() {
            true => Health::Fine,
            // Nothing was published before that could be served on.
            false if !self.site.has_front() => Health::Failing(lines.join("; ")),
            false => Health::Degraded(lines),
        }
    }
}

/// Publishes whenever something has changed, until `stop` resolves.
pub(super) async fn publish_loop(press: Press, changed: Arc<Notify>, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = changed.notified() => {}
            () = tokio::time::sleep(TRY_AGAIN), if press.is_in_trouble() => {}
            () = &mut stop => return,
        }
        tokio::select! {
            () = tokio::time::sleep(PUBLISH_PAUSE) => {}
            () = &mut stop => return,
        }
        press.print().await;
    }
}
