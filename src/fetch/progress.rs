//! How far a request has got, so that a timeout can say what was being waited for.
//!
//! The HTTP client does not tell. But it asks us for addresses, asks us for remembered TLS sessions when it begins a
//! handshake, and passes through our layer around its connector; each of them notes here, in a cell that belongs to the
//! task, what comes next. A connection that the client finishes in the background, after another has become free,
//! notes nothing.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use crate::model::Phase;

tokio::task_local! {
    static PROGRESS: Progress;
}

/// The phase a request is in.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress(Arc<AtomicU8>);

impl Progress {
    /// The phase entered last; a request on a connection kept alive begins with waiting for the answer.
    pub(super) fn phase(&self) -> Phase {
        match self.0.load(Ordering::Relaxed) {
            1 => Phase::Dns,
            2 => Phase::Connect,
            3 => Phase::Tls,
            4 => Phase::Body,
            _ => Phase::Answer,
        }
    }

    /// Notes that `phase` has begun.
    pub(super) fn enter(&self, phase: Phase) {
        let number = match phase {
            Phase::Answer => 0,
            Phase::Dns => 1,
            Phase::Connect => 2,
            Phase::Tls => 3,
            Phase::Body => 4,
        };
        self.0.store(number, Ordering::Relaxed);
    }

    /// Runs `request` with this as its progress.
    pub(super) async fn watch<F: Future>(&self, request: F) -> F::Output {
        PROGRESS.scope(self.clone(), request).await
    }
}

/// Notes that the request of this task has entered `phase`; does nothing outside of one.
pub(super) fn enter(phase: Phase) {
    let _ = PROGRESS.try_with(|progress| progress.enter(phase));
}

/// The layer around the HTTP client's connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched(inner)
    }
}

/// A connector that notes when it begins and ends.
#[derive(Debug, Clone)]
pub(super) struct Watched<S>(S);

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        enter(Phase::Connect);
        let connecting = self.0.call(request);
        Box::pin(async move {
            let connected = connecting.await;
            if connected.is_ok() {
                enter(Phase::Answer);
            }
            connected
        })
    }
}
