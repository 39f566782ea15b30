//! What the whole-chain tests share: a press that serves scripted pages over loopback and remembers who asked for what,
//! a reader that speaks HTTP, waiting for a condition, and documents written by one line.

// Each test file uses its own part of this.
#![allow(dead_code)]

pub mod daemon;
pub mod world;

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long anything that should happen is waited for: far longer than it takes, so that a busy machine fails nothing.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `condition` gives something.
///
/// # Panics
///
/// When [`PATIENCE`] is over; `what` names what was waited for.
#[track_caller]
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

// ---- the press: sources as they are on the web

/// What is answered to a request.
#[derive(Debug, Clone, Default)]
pub struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Validators that a conditional request is answered 304 to.
    etag: Option<String>,
    last_modified: Option<String>,
    delay: Duration,
}

impl Page {
    /// A document with status 200.
    pub fn new(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".to_owned(), media_type.to_owned())],
            body: body.into(),
            ..Self::default()
        }
    }

    /// An RSS document without validators.
    pub fn rss(body: impl Into<Vec<u8>>) -> Self {
        Self::new("application/rss+xml; charset=utf-8", body)
    }

    /// An error page.
    pub fn error(status: u16) -> Self {
        Self { status, ..Self::new("text/plain", "no") }
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self { status, ..Self::new("text/plain", "") }.header("Location", to)
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A page for people.
    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/html; charset=utf-8", body)
    }

    /// With an `ETag`, which is honoured.
    pub fn etag(mut self, tag: &str) -> Self {
        self.etag = Some(tag.to_owned());
        self
    }

    /// With a `Last-Modified`, which is honoured where no tag is sent.
    pub fn last_modified(mut self, date: &str) -> Self {
        self.last_modified = Some(date.to_owned());
        self
    }

    /// Answered only after a while.
    pub fn slow(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    /// The status it was answered with.
    pub status: u16,
    /// When it came.
    pub at: Instant,
}

impl Seen {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

#[derive(Default)]
struct Scripts {
    pages: HashMap<String, Page>,
    seen: Vec<Seen>,
    closed: bool,
}

/// A web server on a loopback port of its own. It ends with this value.
pub struct Press {
    address: SocketAddr,
    scripts: Arc<Mutex<Scripts>>,
}

impl Press {
    /// Starts one with no page.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let scripts = Arc::new(Mutex::new(Scripts::default()));
        let shared = Arc::clone(&scripts);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let scripts = Arc::clone(&shared);
                if scripts.lock().expect("no holder panics").closed {
                    return;
                }
                std::thread::spawn(move || drop(answer(stream, &scripts)));
            }
        });
        Self { address, scripts }
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on `path` is answered with `page`.
    pub fn put(&self, path: &str, page: Page) {
        self.scripts.lock().expect("no holder panics").pages.insert(path.to_owned(), page);
    }

    /// The requests for `path` so far.
    pub fn seen(&self, path: &str) -> Vec<Seen> {
        let scripts = self.scripts.lock().expect("no holder panics");
        scripts.seen.iter().filter(|seen| seen.path == path).cloned().collect()
    }

    /// The last request for `path`.
    #[track_caller]
    pub fn last_seen(&self, path: &str) -> Seen {
        self.seen(path).pop().unwrap_or_else(|| panic!("nobody asked for {path}"))
    }

    /// All requests so far.
    pub fn all_seen(&self) -> Vec<Seen> {
        self.scripts.lock().expect("no holder panics").seen.clone()
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        if let Ok(mut scripts) = self.scripts.lock() {
            scripts.closed = true;
        }
        // Wakes the thread that accepts, so that it sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(mut stream: TcpStream, scripts: &Mutex<Scripts>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers: HashMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let page = scripts.lock().expect("no holder panics").pages.get(&path).cloned();
    let mut page = page.unwrap_or_else(|| Page::error(404));
    let is_known = match (headers.get("if-none-match"), headers.get("if-modified-since")) {
        (Some(tag), _) => page.etag.as_ref() == Some(tag),
        (None, Some(date)) => page.last_modified.as_ref() == Some(date),
        (None, None) => false,
    };
    if is_known {
        page.status = 304;
        page.body.clear();
    }
    let status = page.status;
    scripts.lock().expect("no holder panics").seen.push(Seen { path, headers, status, at: Instant::now() });
    std::thread::sleep(page.delay);
    let mut reply =
        format!("HTTP/1.1 {status} Scripted\r\nConnection: close\r\nContent-Length: {}\r\n", page.body.len());
    for (name, value) in &page.headers {
        reply.push_str(&format!("{name}: {value}\r\n"));
    }
    for (name, value) in [("ETag", &page.etag), ("Last-Modified", &page.last_modified)] {
        if let Some(value) = value {
            reply.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    reply.push_str("\r\n");
    stream.write_all(reply.as_bytes())?;
    stream.write_all(&page.body)?;
    stream.flush()
}

// ---- documents by one line

/// One item of an RSS document; what is `None` is left out.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// `guid`
    pub guid: Option<String>,
    /// `link`
    pub link: Option<String>,
    /// `title`
    pub title: String,
    /// `pubDate`, as written.
    pub date: Option<String>,
    /// `description`, escaped when written.
    pub text: String,
}

/// An item with a title, a link that is also its guid, a date of RFC 822 and a text made of the title.
pub fn item(link: &str, title: &str, date: &str) -> Item {
    Item {
        guid: Some(link.to_owned()),
        link: Some(link.to_owned()),
        title: title.to_owned(),
        date: Some(date.to_owned()),
        text: format!("{title}: bản tin do phóng viên ghi tại chỗ."),
    }
}

impl Item {
    /// With another guid; an empty one leaves it out.
    pub fn guid(mut self, guid: &str) -> Self {
        self.guid = Some(guid.to_owned()).filter(|guid| !guid.is_empty());
        self
    }

    /// With another link; an empty one leaves it out.
    pub fn link(mut self, link: &str) -> Self {
        self.link = Some(link.to_owned()).filter(|link| !link.is_empty());
        self
    }

    /// With another text, HTML.
    pub fn text(mut self, text: &str) -> Self {
        self.text = text.to_owned();
        self
    }

    /// With another title.
    pub fn title(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }
}

/// An RSS 2.0 document.
pub fn rss(title: &str, items: &[Item]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title>\
         <link>https://bao.example/</link><description>Tin</description>\n",
        escaped(title)
    );
    for item in items {
        out.push_str("<item>");
        if !item.title.is_empty() {
            out.push_str(&format!("<title>{}</title>", escaped(&item.title)));
        }
        for (name, value) in [("link", &item.link), ("pubDate", &item.date)] {
            if let Some(value) = value {
                out.push_str(&format!("<{name}>{}</{name}>", escaped(value)));
            }
        }
        if let Some(guid) = &item.guid {
            out.push_str(&format!("<guid isPermaLink=\"false\">{}</guid>", escaped(guid)));
        }
        if !item.text.is_empty() {
            out.push_str(&format!("<description>{}</description>", escaped(&item.text)));
        }
        out.push_str("</item>\n");
    }
    out.push_str("</channel></rss>\n");
    out
}

/// Text as XML writes it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

// ---- readers of what is published

/// An answer to a reader.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    /// As it came, still coded.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as text.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("what we serve is UTF-8")
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("it is JSON")
    }
}

/// Asks for a page: `base` is `http://ADDRESS/`, `path` begins with a slash or is a whole address below `base`.
///
/// # Errors
///
/// When nobody answers.
pub fn ask(base: &str, path: &str, headers: &[(&str, &str)]) -> io::Result<Answer> {
    let host = base.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    let path = path.strip_prefix(&format!("http://{host}")).unwrap_or(path);
    let mut stream = TcpStream::connect(&host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    read_answer(&mut stream)
}

/// Reads an answer to its end; the connection closes behind it.
///
/// # Errors
///
/// When it breaks off.
pub fn read_answer(stream: &mut impl Read) -> io::Result<Answer> {
    let answer = read_head(stream)?;
    let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
    match length.is_some_and(|length| length != answer.body.len()) {
        true => Err(broken()),
        false => Ok(answer),
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "no whole answer")
}

/// The body that came in chunks; `None` when the last is missing.
fn joined(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        chunks = &chunks[end + 2..];
        body.extend_from_slice(chunks.get(..length)?);
        chunks = chunks.get(length + 2..)?;
    }
}

/// Likewise the answer to HEAD, which tells the length of a body that it does not have.
///
/// # Errors
///
/// When it breaks off.
pub fn read_head(stream: &mut impl Read) -> io::Result<Answer> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(broken)?;
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    let headers: HashMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut body = all[end + 4..].to_vec();
    if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") && !body.is_empty() {
        body = joined(&body).ok_or_else(broken)?;
    }
    Ok(Answer { status, headers, body })
}

/// Unpacks gzip.
#[track_caller]
pub fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain).expect("it is gzip");
    plain
}

/// Unpacks brotli.
#[track_caller]
pub fn unbrotli(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    brotli::Decompressor::new(bytes, 1 << 16).read_to_end(&mut plain).expect("it is brotli");
    plain
}

/// Every published file below `directory` by its path relative to it, compressed forms too.
pub fn published_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(directory).expect("it lies below").to_owned());
            }
        }
    }
    files.sort();
    files
}

// ---- the pages of portals

/// The families of content systems in `tests/fixtures/portals`.
pub const FAMILIES: [&str; 12] = [
    "vnportal",
    "liferay",
    "sharepoint",
    "dotnetnuke",
    "nukeviet",
    "content-fck",
    "dataimages",
    "cms-link",
    "b-grid",
    "mastercms",
    "vccorp",
    "wordpress",
];

// ---- the program

/// The program under test, with an environment in which nothing of the machine's own configuration shows.
pub fn bantin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bantin"));
    for name in [
        "BANTIN_LOG",
        "BANTIN_LOG_FORMAT",
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "WATCHDOG_PID",
        "LISTEN_FDS",
        "LISTEN_PID",
        "JOURNAL_STREAM",
        "RUNTIME_DIRECTORY",
        "STATE_DIRECTORY",
        "CREDENTIALS_DIRECTORY",
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env_remove(name);
    }
    command
}

/// Ends a child that a failing test leaves behind.
pub struct Running(pub Child);

impl Running {
    /// Sends a signal.
    pub fn signal(&self, signal: i32) {
        let pid = i32::try_from(self.0.id()).expect("a process id fits");
        // SAFETY: `kill` takes no pointers; the process is our child and has not been waited for.
        unsafe { libc::kill(pid, signal) };
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ends(&mut self) -> ExitStatus {
        wait_for("the end of the program", || self.0.try_wait().expect("our own child can be waited for"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a program wrote to stdout, as text.
#[track_caller]
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8")
}

/// What it wrote to stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The permission bits of a file.
#[track_caller]
pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

/// SQLite's own check of a database that nobody writes, and ours: nothing is doubled, nothing hangs in the air.
#[track_caller]
pub fn assert_sound(database: &Path) {
    let db = rusqlite::Connection::open(database).expect("the database opens");
    let check: String =
        db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("the database can be checked");
    assert_eq!(check, "ok");
    for (what, sql) in [
        ("rows that point nowhere", "SELECT count(*) FROM pragma_foreign_key_check"),
        ("stories with the id of another", "SELECT count(*) - count(DISTINCT entry_id) FROM story"),
        (
            "stories without an item",
            "SELECT count(*) FROM story WHERE merged_into IS NULL AND no NOT IN (SELECT story FROM item)",
        ),
        (
            "stories that were merged and have items",
            "SELECT count(*) FROM item WHERE story IN (SELECT no FROM story WHERE merged_into IS NOT NULL)",
        ),
        (
            "withdrawn stories in feeds",
            "SELECT count(*) FROM entry WHERE story IN (SELECT no FROM story WHERE withdrawn <> 0)",
        ),
        (
            "stories whose origin is another's item",
            "SELECT count(*) FROM story WHERE merged_into IS NULL AND origin NOT IN (SELECT no FROM item WHERE item.story = story.no)",
        ),
        ("items that a source gave once and are there twice", DOUBLED),
    ] {
        let count: i64 = db.query_row(sql, [], |row| row.get(0)).expect("the database answers");
        assert_eq!(count, 0, "{what}");
    }
}

const DOUBLED: &str = "SELECT count(*) FROM (SELECT 1 FROM item GROUP BY source, atom_id HAVING count(*) > 1)";

/// A configuration that the program reads, in a folder of its own, and the press that its sources are at.
pub struct Desk {
    /// Holds `feeds.toml`, `bantin.db` and `public/`.
    pub folder: tempfile::TempDir,
    /// Where sources are.
    pub press: Press,
}

/// A source that is polled when the daemon starts, and then not for a year.
pub const BAO_A: &str =
    "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\nschedule = \"0 0 1 1 *\"\n";

impl Desk {
    /// With `more` behind the tables that every test needs; see [`Desk::configure`].
    pub fn new(more: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a temporary folder can be made"), press: Press::start() };
        desk.configure("Bản tin thử", more);
        desk
    }

    /// Writes the configuration anew; `PRESS` in `more` is the address of the press.
    pub fn configure(&self, title: &str, more: &str) {
        let text = format!(
            "[site]\ntitle = \"{title}\"\nurl = \"https://tin.example.vn/\"\ntag = \"tin.example.vn,2026\"\n\
             [server]\nlisten = [\"127.0.0.1:0\"]\n[store]\npath = \"bantin.db\"\n\
             [poll]\nhost_interval = \"0s\"\ncontact = \"https://tin.example.vn/about\"\n\
             allow_private_addresses = true\n[publish]\ndirectory = \"public\"\n\n{}",
            more.replace("PRESS", self.press.url("").as_str())
        );
        self.write("feeds.toml", &text);
    }

    /// Gives the sysadmin an address: any free one.
    pub fn opens_admin(&self) {
        let text = std::fs::read_to_string(self.path("feeds.toml")).expect("it has been written");
        self.write("feeds.toml", text.replace("[server]\n", "[server]\nadmin = \"127.0.0.1:0\"\n"));
    }

    /// Writes a file beside the configuration.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("it can be written");
        path
    }

    /// A path beside the configuration.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program in this folder, whose `feeds.toml` it finds there by itself.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = bantin();
        command.args(args).current_dir(self.folder.path());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program runs")
    }

    /// Runs it to its end, which must be a good one, and returns what it printed.
    #[track_caller]
    pub fn succeeds(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "`{}`: {:?}\n{}", args.join(" "), output.status, stderr(&output));
        stdout(&output)
    }
}
