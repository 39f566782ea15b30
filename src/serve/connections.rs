//! Connections: accepting, bounding and ending them.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{debug, warn};

use super::Limits;
use super::access::Peer;
use super::answer::answer;
use super::site::Site;

/// Something to accept connections from, already bound.
#[derive(Debug)]
pub enum Listener {
    /// TCP.
    Tcp(TcpListener),
    /// A socket in the file system, for a proxy on the same machine.
    Unix(UnixListener),
}

/// Pause after a failed `accept`: usually the process is out of file descriptors, and trying at once would only burn.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves a site on all listeners until `shutdown` resolves, then lets responses under way finish within
/// [`Limits::grace`].
pub async fn serve(site: Arc<Site>, listeners: Vec<Listener>, shutdown: impl Future<Output = ()>) {
    let limits = site.limits().clone();
    let handler = move |request: Request<Incoming>| {
        let site = Arc::clone(&site);
        async move { answer(&site, &request).await }
    };
    listen(listeners, &limits, handler, shutdown).await;
}

/// Serves any handler on all listeners within the limits of connections; see [`serve`].
pub async fn listen<H, A>(listeners: Vec<Listener>, limits: &Limits, handler: H, shutdown: impl Future<Output = ()>)
where
    H: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let (stop, stopped) = watch::channel(false);
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut accepting = JoinSet::new();
    for listener in listeners {
        let (handler, limits, slots, stopped) = (handler.clone(), limits.clone(), Arc::clone(&slots), stopped.clone());
        accepting.spawn(accept(listener, limits, handler, slots, stopped));
    }
    shutdown.await;
    // Nobody listening to this any more only means that there is nothing left to stop.
    let _ = stop.send(true);
    while accepting.join_next().await.is_some() {}
}

async fn accept<H, A>(
    listener: Listener,
    limits: Limits,
    handler: H,
    slots: Arc<Semaphore>,
    stopped: watch::Receiver<bool>,
) where
    H: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    let mut stop = stopped.clone();
    loop {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot,
            () = until(&mut stop) => break,
        };
        let Ok(slot) = slot else { break };
        tokio::select! {
            error = accept_one(&listener, &limits, &handler, &stopped, slot, &mut connections) => {
                if let Err(error) = error {
                    warn!(error = %error, "a connection could not be accepted: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
            () = until(&mut stop) => break,
        }
        // Tasks that have ended would otherwise be kept until the server stops.
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn accept_one<H, A>(
    listener: &Listener,
    limits: &Limits,
    handler: &H,
    stopped: &watch::Receiver<bool>,
    slot: tokio::sync::OwnedSemaphorePermit,
    connections: &mut JoinSet<()>,
) -> std::io::Result<()>
where
    H: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let (handler, limits, stopped) = (handler.clone(), limits.clone(), stopped.clone());
    match listener {
        Listener::Tcp(listener) => {
            let (stream, from) = listener.accept().await?;
            // Answers are written whole; waiting to fill a packet would only delay the last one.
            let _ = stream.set_nodelay(true);
            connections.spawn(async move {
                let _slot = slot;
                converse(stream, Peer::Ip(from.ip()), limits, handler, stopped).await;
            });
        }
        Listener::Unix(listener) => {
            let (stream, _) = listener.accept().await?;
            connections.spawn(async move {
                let _slot = slot;
                converse(stream, Peer::Local, limits, handler, stopped).await;
            });
        }
    }
    Ok(())
}

/// Serves one connection to its end: the client's, the server's, or that of its lifetime.
async fn converse<S, H, A>(stream: S, peer: Peer, limits: Limits, handler: H, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let asked = Arc::new(Notify::new());
    let heard = Arc::clone(&asked);
    let service = service_fn(move |mut request: Request<Incoming>| {
        heard.notify_one();
        // Beside the request, for whoever wants to know.
        request.extensions_mut().insert(peer);
        let response = handler(request);
        async move { Ok::<_, Infallible>(response.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.header_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => {
            // Clients that go away or talk nonsense are normal weather.
            if let Err(error) = ended {
                debug!(error = %error, "a connection ended early: {error}");
            }
            return;
        }
        () = until(&mut stopped) => {}
        () = tokio::time::sleep(limits.connection_lifetime) => {}
    }
    // A connection on which nothing has come yet would be closed at once, with the question already on its way.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = asked.notified() => {}
        () = tokio::time::sleep(limits.first_request) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(limits.grace, connection).await;
}

/// Resolves when the server stops; whoever told us to is gone counts as well.
async fn until(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|&stopped| stopped).await;
}
