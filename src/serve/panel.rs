//! HTTP for the sysadmin: a few pages that are made when they are asked for, on an address of their own.
//!
//! What they say is made by whoever implements [`Panel`]; here they are asked for one at a time and off the async threads,
//! so that nobody who asks often costs more than one core's patience.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::Semaphore;
use tracing::{error, warn};

use super::{Limits, Listener, listen};

/// Pages made at once: Prometheus and a person.
const AT_ONCE: usize = 2;

/// How long a page may take, the wait for its turn included.
const PATIENCE: Duration = Duration::from_secs(10);

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelPage {
    /// Its media type.
    pub content_type: &'static str,
    /// Its `Content-Security-Policy`.
    pub policy: String,
    /// What it says.
    pub body: String,
}

/// Makes the pages. Calls block.
pub trait Panel: Send + Sync + 'static {
    /// The page at `path`; `None` where there is none.
    fn page(&self, path: &str) -> Option<PanelPage>;
}

/// Serves the pages on all listeners until `shutdown` resolves. `/` leads to `front`.
pub async fn serve_panel(
    panel: Arc<dyn Panel>,
    front: &'static str,
    listeners: Vec<Listener>,
    shutdown: impl Future<Output = ()>,
) {
    let limits = Limits { connections: 32, grace: Duration::from_secs(1), ..Limits::default() };
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let handler = move |request: Request<hyper::body::Incoming>| {
        let (panel, turns) = (Arc::clone(&panel), Arc::clone(&turns));
        async move { answer(panel, turns, front, request.method(), request.uri().path()).await }
    };
    listen(listeners, &limits, handler, shutdown).await;
}

async fn answer(
    panel: Arc<dyn Panel>,
    turns: Arc<Semaphore>,
    front: &'static str,
    method: &Method,
    path: &str,
) -> Response<Full<Bytes>> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered here\n");
    }
    if path == "/" {
        let mut response = plain(StatusCode::TEMPORARY_REDIRECT, front);
        set(&mut response, LOCATION, front);
        return response;
    }
    let asked = path.to_owned();
    let made = tokio::time::timeout(PATIENCE, async {
        let permit = turns.acquire_owned().await.expect("this semaphore is never closed");
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            panel.page(&asked)
        })
        .await
    })
    .await;
    let mut response = match made {
        Ok(Ok(Some(page))) => {
            let mut response = Response::new(Full::new(Bytes::from(page.body)));
            set(&mut response, CONTENT_TYPE, page.content_type);
            set(&mut response, CONTENT_SECURITY_POLICY, &page.policy);
            response
        }
        Ok(Ok(None)) => plain(StatusCode::NOT_FOUND, "there is /status, /metrics and /debug here\n"),
        Ok(Err(fault)) => {
            error!(error = %fault, "a page for the sysadmin could not be made: {fault}");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "this page could not be made, the log says why\n")
        }
        Err(_) => {
            warn!("`{path}` was not made within {PATIENCE:?}");
            plain(StatusCode::SERVICE_UNAVAILABLE, "this page takes too long at the moment\n")
        }
    };
    if *method == Method::HEAD {
        *response.body_mut() = Full::default();
    }
    response
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/plain; charset=utf-8");
    response
}

fn set(response: &mut Response<Full<Bytes>>, name: HeaderName, value: &str) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
    // On every answer: what is seen here is for one pair of eyes.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
