//! A sample newsroom served over loopback, and the real daemon polling it: what a newcomer sees with no network and no
//! file. The daemon is the one of `bantin run`, on a configuration of its own in a temporary directory.

pub mod newsroom;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{self, ConfigErrors, Surroundings};
use crate::daemon::engine::Clock;
use crate::daemon::run::{self, Options, StartError};
use crate::model::Instant;
use crate::serve::{self, Limits, Listener};

/// Why the demo could not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A temporary directory or a loopback port could not be had.
    #[error("{what}: {source}")]
    System {
        /// What was being done.
        what: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The daemon.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Our own configuration, which a test reads.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
}

/// Where a running demo is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The address for readers, with a slash at the end.
    pub readers: String,
    /// The address for whoever runs it: what each source is doing.
    pub status: String,
    /// The demo's `feeds.toml`, for commands beside it.
    pub config: PathBuf,
}

/// Runs the demo until `shutdown` resolves. `ready` is told where it is; everything is written below a temporary directory,
/// which is removed at the end.
///
/// # Errors
///
/// [`DemoError`]; a port that is taken is the usual one.
pub async fn run(
    port: u16,
    clock: Clock,
    ready: impl FnOnce(&Opened) + Send + 'static,
    shutdown: impl Future<Output = ()>,
) -> Result<(), DemoError> {
    let system = |what| move |source| DemoError::System { what, source };
    let folder = tempfile::Builder::new()
        .prefix("bantin-demo-")
        .tempdir()
        .map_err(system("a temporary directory cannot be made"))?;
    let newsroom = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(system("the newsroom finds no free port on 127.0.0.1"))?;
    let base = format!("http://{}", newsroom.local_addr().map_err(system("the newsroom has no address"))?);
    let listen = free_address(port).await.map_err(system("no address to serve readers on"))?;
    let admin = free_address(0).await.map_err(system("no address to show the status on"))?;

    let text = newsroom::config_toml(&base, &listen.to_string(), &admin.to_string());
    let file = folder.path().join("feeds.toml");
    std::fs::write(&file, &text).map_err(system("the demo's configuration cannot be written"))?;
    let (config, _) = config::parse(&text, Some(&file), &Surroundings::bare())?;

    let (stop, stopped) = watch::channel(false);
    let start = clock();
    let press = tokio::spawn(serve_newsroom(newsroom, base, start, Arc::clone(&clock), stopped));
    let options = Options {
        config,
        reload: None,
        clock,
        tick: run::TICK,
        ready: Box::new(move |addresses| {
            if let Some(address) = addresses.first() {
                ready(&Opened { readers: address.clone(), status: format!("http://{admin}/status"), config: file });
            }
        }),
        standalone: false,
    };
    let result = run::run(options, shutdown).await;
    let _ = stop.send(true);
    let _ = press.await;
    Ok(result?)
}

/// The address to serve readers on: with port 0 one that is free now. The daemon's public address must be known before
/// it listens, so the port is looked up first and bound again a moment later.
async fn free_address(port: u16) -> std::io::Result<SocketAddr> {
    if port != 0 {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()
}

async fn serve_newsroom(
    listener: TcpListener,
    base: String,
    start: Instant,
    clock: Clock,
    mut stopped: watch::Receiver<bool>,
) {
    let base = Arc::new(base);
    let handler = move |request: Request<Incoming>| {
        let (base, clock) = (Arc::clone(&base), Arc::clone(&clock));
        async move {
            let elapsed = (clock() - start).to_std().unwrap_or(Duration::ZERO);
            answer(&base, &request, elapsed, start).await
        }
    };
    let limits = Limits { grace: Duration::from_millis(200), ..Limits::default() };
    serve::listen(vec![Listener::Tcp(listener)], &limits, handler, async move {
        // An error means that the sender is gone, which is a stop too.
        let _ = stopped.wait_for(|stop| *stop).await;
    })
    .await;
}

async fn answer(base: &str, request: &Request<Incoming>, elapsed: Duration, start: Instant) -> Response<Full<Bytes>> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let ask = newsroom::Ask {
        base,
        path: request.uri().path(),
        if_none_match: header("if-none-match"),
        if_modified_since: header("if-modified-since"),
    };
    let found = newsroom::respond(&ask, elapsed, start);
    tokio::time::sleep(found.delay).await;
    let mut response = Response::builder().status(found.status);
    for (name, value) in &found.headers {
        response = response.header(*name, value);
    }
    response
        .body(Full::new(Bytes::from(found.body)))
        .unwrap_or_else(|_| Response::new(Full::new(Bytes::from_static(b"the newsroom made a bad header"))))
}
