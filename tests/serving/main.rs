//! What readers get over HTTP: real requests over loopback, a library in memory.
//!
//! | file | what it holds |
//! |---|---|
//! | `documents.rs` | which address gives what, and what publishing changes |
//! | `semantics.rs` | validators, codings, methods, headers |
//! | `connections.rs` | limits, stopping, sockets |

mod connections;
mod documents;
#[path = "../newsroom/mod.rs"]
mod newsroom;
mod semantics;

use std::collections::HashMap;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bantin::config::Content;
use bantin::model::{FeedKey, Instant, TopicId};
use bantin::publish::{self, Coding, Document};
use bantin::serve::{Edition, Health, Limits, Listener, Site, answer, serve};
use bantin::store::Library;
use newsroom::Shelf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Far longer than anything takes on the slowest of machines; only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a port of its own, which ends with it.
struct Running {
    address: SocketAddr,
    site: Arc<Site>,
    shelf: Arc<Shelf>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

struct Reply {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Reply {
    #[track_caller]
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header `{name}` in {:?}", self.headers))
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

fn now() -> Instant {
    newsroom::instant("2026-11-23 18:00")
}

fn edition(shelf: &Shelf) -> Edition {
    let masthead = Arc::new(newsroom::masthead());
    Edition { documents: documents(&masthead, shelf), masthead, gone: Vec::new(), access: Default::default() }
}

fn documents(masthead: &publish::Masthead, shelf: &Shelf) -> Vec<Document> {
    let mut documents = publish::standing(masthead);
    for key in [FeedKey::Merged, FeedKey::Topic(TopicId::new("dan-van"))] {
        documents.extend(publish::feeds(masthead, &key, &shelf.feed(&key, 100).unwrap()));
        let page = shelf.river(&key, 0, publish::pages::ENTRIES).unwrap();
        documents.push(publish::page(masthead, &key, 1, &page, &Default::default()));
    }
    documents
}

fn patient() -> Limits {
    Limits { grace: PATIENCE, ..Limits::default() }
}

async fn start_with(limits: Limits, change: impl FnOnce(&mut Edition, &Shelf)) -> Running {
    let shelf = Arc::new(Shelf::full());
    let mut edition = edition(&shelf);
    change(&mut edition, &shelf);
    let site = Site::new(edition, Arc::clone(&shelf) as Arc<dyn Library>, limits, now());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serve(Arc::clone(&site), vec![Listener::Tcp(listener)], async move {
        let _ = stopped.await;
    });
    let task = tokio::spawn(serving);
    Running { address, site, shelf, stop: Some(stop), task }
}

async fn start() -> Running {
    start_with(patient(), |_, _| {}).await
}

impl Running {
    async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[]).await
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: tin.example.vn\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let stream = TcpStream::connect(self.address).await.unwrap();
        reply_to(stream, head.as_bytes()).await.expect("an answer")
    }
}

async fn reply_to<S: AsyncReadExt + AsyncWriteExt + Unpin>(mut stream: S, request: &[u8]) -> Option<Reply> {
    stream.write_all(request).await.unwrap();
    let mut raw = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut raw)).await.expect("in time");
    read.ok()?;
    parse(&raw)
}

fn parse(raw: &[u8]) -> Option<Reply> {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&raw[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .map(|line| line.split_once(": ").expect("a header"))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Reply { status, headers, body: raw[end + 4..].to_vec() })
}
