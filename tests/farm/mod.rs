//! A farm of scripted web servers on 127.0.0.0/8: a test tool.
//!
//! Every host has an address of its own (127.77.x.y, any free port) and a script: a function from what is asked to what is
//! answered, well or badly. Everything asked is recorded with its times, so that a test can say what no host may see.
//!
//! ```text
//! let farm = Farm::new();
//! let host = farm.host(|asked| match asked.path.as_str() {
//!     "/rss" => Reply::feed("<rss>…</rss>").etag("\"1\""),
//!     _ => Reply::status(404),
//! });
//! … poll host.url("/rss") …
//! assert_eq!(farm.seen().len(), 1);
//! ```
//!
//! Plain threads and blocking sockets, so that the tool shares nothing with what it tests.

#![allow(dead_code, reason = "every test uses a part of the farm")]

pub mod certificates;
pub mod misconduct;

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How often a server that waits looks whether the client is still there.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What a client asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The server's address.
    pub host: IpAddr,
    /// Path and query; the whole address where the server is asked as a proxy.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// How many requests for this path this host has seen before.
    pub nth: usize,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A request that was seen, and when.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What was asked.
    pub asked: Asked,
    /// When its head had been read.
    pub began: Instant,
    /// When the client was certainly still waiting: just before the last bytes of the answer were written, or when it was last
    /// found to be there. What comes earlier than an interval after this comes too early, however busy the machine is.
    pub ended: Instant,
    /// Whether the client went before the end. It closes its connection in the background, a moment after it has gone.
    pub aborted: bool,
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    conduct: Conduct,
    delay: Duration,
}

/// How the answer is delivered.
#[derive(Debug, Clone, PartialEq)]
enum Conduct {
    /// As it should be.
    Well,
    /// The request is read and never answered.
    Hang,
    /// The connection is reset instead of an answer.
    Reset,
    /// The whole head and half of the body, then the end.
    Truncate,
    /// A byte now and then.
    Trickle(Duration),
    /// A body without end.
    Endless,
    /// These bytes and nothing else; the pause between two of them, and whether the connection stays open behind them.
    Raw { pause: Duration, stay: bool },
}

impl Reply {
    /// An answer with a status and no body.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), conduct: Conduct::Well, delay: Duration::ZERO }
    }

    /// 200 with a body of any type.
    pub fn body(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::status(200) }.header("Content-Type", content_type)
    }

    /// 200 with an RSS document.
    pub fn feed(body: impl Into<Vec<u8>>) -> Self {
        Self::body("application/rss+xml", body)
    }

    /// A redirect.
    pub fn redirect(status: u16, location: impl ToString) -> Self {
        Self::status(status).header("Location", location)
    }

    /// Bytes that may or may not be HTTP.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: bytes.into(), conduct: Conduct::Raw { pause: Duration::ZERO, stay: false }, ..Self::status(0) }
    }

    /// No answer at all.
    pub fn hang() -> Self {
        Self { conduct: Conduct::Hang, ..Self::status(0) }
    }

    /// A broken connection.
    pub fn reset() -> Self {
        Self { conduct: Conduct::Reset, ..Self::status(0) }
    }

    /// The same, but only half of the body comes.
    pub fn truncated(self) -> Self {
        Self { conduct: Conduct::Truncate, ..self }
    }

    /// The same, a byte every `pause`.
    pub fn trickling(self, pause: Duration) -> Self {
        Self { conduct: Conduct::Trickle(pause), ..self }
    }

    /// The same bytes, with a pause before each of them behind the head.
    pub fn trickling_on(self, pause: Duration) -> Self {
        Self { conduct: Conduct::Raw { pause, stay: true }, ..self }
    }

    /// The same bytes, and then the connection stays open in silence.
    pub fn staying(self) -> Self {
        Self { conduct: Conduct::Raw { pause: Duration::ZERO, stay: true }, ..self }
    }

    /// The same, but the body repeats itself for ever.
    pub fn endless(self) -> Self {
        Self { conduct: Conduct::Endless, ..self }
    }

    /// The same after a while.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// The same with another status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same with a header.
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// The same with an `ETag`.
    pub fn etag(self, etag: &str) -> Self {
        self.header("ETag", etag)
    }

    /// The same with a `Content-Encoding` (the body must be packed already).
    pub fn encoded(self, encoding: &str) -> Self {
        self.header("Content-Encoding", encoding)
    }

    /// 304 if the client knows this `etag`, else this answer with it.
    pub fn unless_known(self, asked: &Asked, etag: &str) -> Self {
        let known = asked.header("if-none-match") == Some(etag);
        if known { Self::status(304).etag(etag) } else { self.etag(etag) }
    }
}

type Script = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The farm. Its hosts stop when it is dropped.
pub struct Farm {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    counts: Mutex<HashMap<(IpAddr, String), usize>>,
    connections: Mutex<HashMap<IpAddr, (usize, usize)>>,
    addresses: Mutex<Vec<SocketAddr>>,
    /// Listeners that answer nobody, with the connections that wait at them.
    held: Mutex<Vec<(TcpListener, Vec<TcpStream>)>>,
    stopped: AtomicBool,
}

/// One host of a farm.
#[derive(Debug, Clone)]
pub struct FarmHost {
    /// Where it listens.
    pub address: SocketAddr,
    scheme: &'static str,
    name: Option<String>,
}

impl FarmHost {
    /// An address on this host.
    pub fn url(&self, path: &str) -> url::Url {
        let name = self.name.clone().unwrap_or_else(|| self.address.ip().to_string());
        format!("{}://{name}:{}{path}", self.scheme, self.address.port()).parse().expect("a good address")
    }

    /// The same host by a name (which a lookup must know).
    pub fn named(&self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self.clone() }
    }

    /// Its IP address.
    pub fn ip(&self) -> IpAddr {
        self.address.ip()
    }
}

impl Farm {
    /// A farm without hosts.
    pub fn new() -> Self {
        Self { shared: Arc::default() }
    }

    /// A host that answers by `script`.
    pub fn host(&self, script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> FarmHost {
        self.listen(next_address(), None, Arc::new(script))
    }

    /// Another port of a host.
    pub fn port_of(&self, host: &FarmHost, script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> FarmHost {
        self.listen(host.ip(), None, Arc::new(script))
    }

    /// A host that speaks TLS.
    pub fn tls_host(
        &self,
        config: Arc<ServerConfig>,
        script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> FarmHost {
        self.listen(next_address(), Some(config), Arc::new(script))
    }

    /// A host that speaks TLS and is asked by its address, which its certificate can name.
    pub fn tls_host_by_address(
        &self,
        config: impl FnOnce(IpAddr) -> Arc<ServerConfig>,
        script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> FarmHost {
        let address = next_address();
        self.listen(address, Some(config(address)), Arc::new(script))
    }

    /// A host on which nobody listens.
    pub fn closed_host(&self) -> FarmHost {
        let listener = TcpListener::bind((next_address(), 0)).expect("127.0.0.0/8 is ours");
        FarmHost { address: listener.local_addr().expect("bound"), scheme: "http", name: None }
    }

    /// A host that takes no connection any more: its queue is full, and further ones hang as they do where a machine is off.
    pub fn full_host(&self) -> FarmHost {
        use std::os::fd::AsRawFd;
        let listener = TcpListener::bind((next_address(), 0)).expect("127.0.0.0/8 is ours");
        // SAFETY: the descriptor is open; listening again only sets the length of the queue.
        let result = unsafe { libc::listen(listener.as_raw_fd(), 0) };
        assert_eq!(result, 0);
        let address = listener.local_addr().expect("bound");
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
            waiting.push(stream);
            assert!(waiting.len() < 100, "the queue has an end");
        }
        self.shared.held.lock().expect("no script panics").push((listener, waiting));
        FarmHost { address, scheme: "http", name: None }
    }

    /// A host that takes connections for TLS and never says a word.
    pub fn mute_tls_host(&self) -> FarmHost {
        let listener = TcpListener::bind((next_address(), 0)).expect("127.0.0.0/8 is ours");
        let address = listener.local_addr().expect("bound");
        self.shared.held.lock().expect("no script panics").push((listener, Vec::new()));
        FarmHost { address, scheme: "https", name: None }
    }

    /// A host that says the same to everybody who wants TLS, whatever it is told.
    pub fn parrot_tls_host(&self, words: &'static [u8]) -> FarmHost {
        let listener = TcpListener::bind((next_address(), 0)).expect("127.0.0.0/8 is ours");
        let address = listener.local_addr().expect("bound");
        self.shared.addresses.lock().expect("no script panics").push(address);
        let shared = Arc::clone(&self.shared);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                if shared.stopped.load(Ordering::SeqCst) {
                    break;
                }
                // What a client does to a connection is its own affair.
                let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(words));
            }
        });
        FarmHost { address, scheme: "https", name: None }
    }

    /// A host that knows only TLS 1.0: it answers with the fatal alert `protocol_version`.
    pub fn old_tls_host(&self) -> FarmHost {
        self.parrot_tls_host(&[0x15, 3, 1, 0, 2, 2, 70])
    }

    /// Everything seen so far, in the order in which it began.
    pub fn seen(&self) -> Vec<Seen> {
        let mut seen = self.shared.seen.lock().expect("no script panics").clone();
        seen.sort_by_key(|seen| seen.began);
        seen
    }

    /// The most connections a host has had open at once.
    pub fn most_connections(&self, host: &FarmHost) -> usize {
        self.shared.connections.lock().expect("no script panics").get(&host.ip()).map_or(0, |(_, most)| *most)
    }

    /// What is wrong with how a host was treated: two requests at once, or closer together than `interval`.
    ///
    /// When a client that gave up has gone, a host cannot know: it closes its connection some time after that. So only when it
    /// came counts then.
    pub fn rudeness(&self, interval: Duration) -> Vec<String> {
        let mut last: HashMap<IpAddr, Seen> = HashMap::new();
        let mut found = Vec::new();
        for seen in self.seen() {
            if let Some(before) = last.get(&seen.asked.host) {
                let earliest = if before.aborted { before.began } else { before.ended } + interval;
                if seen.began < earliest {
                    found.push(format!(
                        "{} saw `{}` {:?} too early after `{}`",
                        seen.asked.host,
                        seen.asked.path,
                        earliest - seen.began,
                        before.asked.path
                    ));
                }
            }
            last.insert(seen.asked.host, seen);
        }
        found
    }

    fn listen(&self, address: IpAddr, tls: Option<Arc<ServerConfig>>, script: Arc<Script>) -> FarmHost {
        let listener = TcpListener::bind((address, 0)).expect("127.0.0.0/8 is ours");
        let address = listener.local_addr().expect("bound");
        self.shared.addresses.lock().expect("no script panics").push(address);
        let shared = Arc::clone(&self.shared);
        let scheme = if tls.is_some() { "https" } else { "http" };
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (shared, script, tls) = (Arc::clone(&shared), Arc::clone(&script), tls.clone());
                thread::spawn(move || {
                    shared.opened(address.ip());
                    // What a client does to a connection is its own affair.
                    let _ = serve(&shared, &*script, tls, stream);
                    shared.closed(address.ip());
                });
            }
        });
        FarmHost { address, scheme, name: None }
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        for address in self.shared.addresses.lock().expect("no script panics").iter() {
            let _ = TcpStream::connect_timeout(address, Duration::from_millis(200));
        }
    }
}

impl Shared {
    fn opened(&self, host: IpAddr) {
        let mut connections = self.connections.lock().expect("no script panics");
        let (open, most) = connections.entry(host).or_default();
        *open += 1;
        *most = (*most).max(*open);
    }

    fn closed(&self, host: IpAddr) {
        if let Some((open, _)) = self.connections.lock().expect("no script panics").get_mut(&host) {
            *open -= 1;
        }
    }

    fn count(&self, host: IpAddr, path: &str) -> usize {
        let mut counts = self.counts.lock().expect("no script panics");
        let count = counts.entry((host, path.to_owned())).or_default();
        *count += 1;
        *count - 1
    }
}

/// An address that no other host of this process has.
fn next_address() -> IpAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Test programs that run side by side begin at different places; ports keep them apart where they meet.
    let number = NEXT.fetch_add(1, Ordering::SeqCst) + std::process::id() % 200 * 300;
    let [_, _, high, low] = number.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, 77, high, low))
}

fn serve(shared: &Shared, script: &Script, tls: Option<Arc<ServerConfig>>, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let host = stream.local_addr()?.ip();
    let raw = stream.try_clone()?;
    match tls {
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            converse(shared, script, host, &raw, StreamOwned::new(connection, stream))
        }
        None => converse(shared, script, host, &raw, stream),
    }
}

/// Answers one request after the other.
fn converse<S: Read + Write>(
    shared: &Shared,
    script: &Script,
    host: IpAddr,
    raw: &TcpStream,
    stream: S,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let Some((path, headers)) = read_head(&mut stream)? else { return Ok(()) };
        let nth = shared.count(host, &path);
        let asked = Asked { host, path, headers, nth };
        let began = Instant::now();
        let reply = script(&asked);
        // Noted before the answer, lest a client be quicker than the note.
        let note = {
            let mut seen = shared.seen.lock().expect("no script panics");
            seen.push(Seen { asked, began, ended: began, aborted: false });
            seen.len() - 1
        };
        let mut there = began;
        let result =
            wait(raw, reply.delay, &mut there).and_then(|()| answer(stream.get_mut(), raw, &reply, &mut there));
        let mut seen = shared.seen.lock().expect("no script panics");
        (seen[note].ended, seen[note].aborted) = (there, result.is_err());
        drop(seen);
        if !result? {
            if reply.conduct != Conduct::Reset {
                let _ = raw.shutdown(Shutdown::Both);
            }
            return Ok(());
        }
    }
}

type Head = (String, Vec<(String, String)>);

fn read_head(stream: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split_whitespace().nth(1).unwrap_or("").to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(Some((path, headers)));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// Delivers an answer; tells whether the connection can go on. `there` is the last moment the client was certainly waiting.
fn answer(stream: &mut impl Write, raw: &TcpStream, reply: &Reply, there: &mut Instant) -> io::Result<bool> {
    *there = Instant::now();
    match reply.conduct {
        Conduct::Hang => {
            wait(raw, Duration::from_secs(600), there)?;
            return Ok(false);
        }
        Conduct::Reset => {
            reset_on_close(raw);
            return Ok(false);
        }
        Conduct::Raw { pause, stay } => {
            let head = reply.body.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(0, |at| at + 4);
            let at_once = if pause.is_zero() { reply.body.len() } else { head };
            stream.write_all(&reply.body[..at_once])?;
            stream.flush()?;
            for byte in &reply.body[at_once..] {
                wait(raw, pause, there)?;
                stream.write_all(&[*byte])?;
                stream.flush()?;
            }
            if stay {
                wait(raw, Duration::from_secs(600), there)?;
            }
            return Ok(false);
        }
        _ => {}
    }
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if reply.conduct == Conduct::Endless {
        head.push_str("Connection: close\r\n");
    } else if !matches!(reply.status, 204 | 304) {
        head.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    head.push_str("\r\n");
    match &reply.conduct {
        Conduct::Truncate => {
            stream.write_all(head.as_bytes())?;
            stream.write_all(&reply.body[..reply.body.len() / 2])?;
            stream.flush()?;
            return Ok(false);
        }
        Conduct::Trickle(pause) => {
            for byte in [head.as_bytes(), &reply.body].concat() {
                stream.write_all(&[byte])?;
                stream.flush()?;
                wait(raw, *pause, there)?;
            }
        }
        Conduct::Endless => {
            stream.write_all(head.as_bytes())?;
            let block = reply.body.repeat(1 + 65_536 / reply.body.len().max(1));
            loop {
                // What the system takes tells nothing about the client.
                stream.write_all(&block)?;
            }
        }
        _ => {
            // At once, lest half an answer waits for an acknowledgement.
            stream.write_all(&[head.as_bytes(), &reply.body].concat())?;
            stream.flush()?;
        }
    }
    Ok(true)
}

/// Waits, unless the client goes first.
fn wait(raw: &TcpStream, time: Duration, there: &mut Instant) -> io::Result<()> {
    if time.is_zero() {
        return Ok(());
    }
    let end = Instant::now() + time;
    while Instant::now() < end {
        let pause = LOOK_EVERY.min(end.saturating_duration_since(Instant::now())).max(Duration::from_millis(1));
        raw.set_read_timeout(Some(pause))?;
        let now = Instant::now();
        let peeked = raw.peek(&mut [0]);
        raw.set_read_timeout(None)?;
        match peeked {
            Ok(0) => return Err(io::ErrorKind::ConnectionAborted.into()),
            // Bytes that wait to be read would end every wait at once.
            Ok(_) => thread::sleep(pause),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => *there = now,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes the connection end with a reset instead of a goodbye once it is closed.
fn reset_on_close(raw: &TcpStream) {
    use std::os::fd::AsRawFd;
    let linger = libc::linger { l_onoff: 1, l_linger: 0 };
    let size = libc::socklen_t::try_from(size_of::<libc::linger>()).expect("a few bytes");
    // SAFETY: the descriptor is open as long as `raw` lives, and the option is read before the call returns.
    unsafe {
        libc::setsockopt(raw.as_raw_fd(), libc::SOL_SOCKET, libc::SO_LINGER, std::ptr::from_ref(&linger).cast(), size);
    }
}
