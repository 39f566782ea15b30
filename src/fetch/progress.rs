//! How far a request has got, so that a timeout can say what was being waited for.
//!
//! The HTTP client does not tell. But it asks us for addresses, asks us for remembered TLS sessions when it begins a
//! handshake, and passes through our layer around its connector; each of them notes here, in a cell that belongs to the
//! task, what comes next. A connection that the client finishes in the background, after another has become free,
//! notes nothing.

use std::future::{Future, poll_fn};
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
        Watched(Arc::new(inner))
    }
}

/// A connector that notes when it begins and ends. The one below is shared: the client copies its connector six times for
/// every request, and few of the copies are ever used.
#[derive(Debug)]
pub(super) struct Watched<S>(Arc<S>);

impl<S> Clone for Watched<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R> + Clone + Send + 'static,
    S::Future: Send + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    /// Always: the one below is waited for by whoever uses it.
    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        let mut connector = S::clone(&self.0);
        Box::pin(async move {
            poll_fn(|context| connector.poll_ready(context)).await?;
            enter(Phase::Connect);
            let connected = connector.call(request).await;
            if connected.is_ok() {
                enter(Phase::Answer);
            }
            connected
        })
    }
}
