//! The same farm, driven through what the commands run: a configuration as a sysadmin writes it, the engine, SQLite, files.
//!
//! Three rounds, 20 minutes apart by the clock that polls are told: the first into an empty database, the second with what
//! the first learnt, the third by the program itself after everything has been closed.

mod common;
mod farm;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bantin::config::{self, Config, Surroundings};
use bantin::daemon::control::Polled;
use bantin::daemon::engine::Clock;
use bantin::daemon::known::load_hosts;
use bantin::daemon::run::{self, Parts};
use bantin::daemon::{choose, poll_all};
use bantin::model::{Instant, SourceId};
use bantin::schedule::{Host, HostState, SourceState};
use bantin::store::sqlite::SqliteLibrary;
use chrono::{TimeDelta, Utc};
use common::{Running, assert_sound, bantin, published_files};
use farm::certificates::{Authority, Special};
use farm::misconduct::{FAILURES, Misconduct, gzip, is_called, is_timeout, misconduct};
use farm::{Asked, Farm, FarmHost, Reply};
use url::Url;

const INTERVAL: Duration = Duration::from_millis(50);
const SOURCES: usize = 300;
const PLAIN_HOSTS: usize = 32;
/// Items of each good source.
const ITEMS: u64 = 3;
const ROUNDS_APART: TimeDelta = TimeDelta::minutes(20);
/// Longer than any name may be: there can be no such host, and nobody needs to be asked to know it.
const NO_HOST: &str = "khong-co-khong-co-khong-co-khong-co-khong-co-khong-co-khong-co-khong-co.example";

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Its server gives other validators with every answer, and honours them.
    Good,
    /// Likewise, behind a permanent redirect to another host.
    Moved,
    /// Its server knows no validators.
    Plain,
    /// Likewise, and there is nothing in its document.
    Empty,
    /// Whatever it does is to be called by this name.
    Bad(&'static str),
}

impl Kind {
    /// What a poll of it comes to when it was polled `before` as often.
    fn outcome(self, before: usize) -> &'static str {
        match (self, before) {
            (Self::Bad(name), _) => name,
            (Self::Empty, 0) => "empty",
            (_, 0) => "new-items",
            (Self::Plain | Self::Empty, _) => "unchanged",
            (Self::Good | Self::Moved, _) => "not-modified",
        }
    }

    /// How many items it has.
    fn items(self) -> u64 {
        if matches!(self, Self::Bad(_) | Self::Empty) { 0 } else { ITEMS }
    }

    fn is_bad(self) -> bool {
        matches!(self, Self::Bad(_))
    }
}

/// One source of the configuration.
struct Source {
    id: SourceId,
    url: Url,
    kind: Kind,
    keys: String,
}

struct Scene {
    farm: Farm,
    sources: Vec<Source>,
    folder: tempfile::TempDir,
    plain: Vec<FarmHost>,
}

fn news(number: usize) -> String {
    let mut out = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Bản tin xã {number}</title>");
    for item in 0..ITEMS {
        let _ = write!(
            out,
            "<item><title>Xã số {number} khởi công cây cầu thứ {item}</title><link>http://bao.example/{number}/{item}</link>\
             <pubDate>Sun, 22 Nov 2026 0{item}:00:00 +0700</pubDate><description>Cầu bắc qua rạch.</description></item>"
        );
    }
    out + "</channel></rss>"
}

/// The validators of the answer number `nth`, as odd as servers make them.
fn validators(nth: usize) -> (String, String) {
    (format!("W/ban \"{nth}\" &amp;"), format!("Sun, 22 Nov 2026 7:{nth:02} ICT"))
}

/// A document that is modified unless the client sends back, byte for byte, what it was given last.
fn honest(asked: &Asked, document: String) -> Reply {
    let (etag, date) = validators(asked.nth);
    let known = asked.nth.checked_sub(1).map(validators).is_some_and(|(etag, date)| {
        asked.header("if-none-match") == Some(&etag) && asked.header("if-modified-since") == Some(&date)
    });
    let reply = if known { Reply::status(304) } else { Reply::feed(document) };
    reply.etag(&etag).header("Last-Modified", date)
}

fn plain_answer(all: &[Misconduct], asked: &Asked) -> Reply {
    if let Some(misconduct) = all.iter().find(|misconduct| misconduct.path == asked.path) {
        return misconduct.reply.clone();
    }
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let mut parts = path.split('/').skip(1);
    let (what, number) = (parts.next(), parts.next().and_then(|number| number.parse().ok()).unwrap_or(0));
    match what {
        Some("tot") => honest(asked, news(number)).after(Duration::from_millis(5)),
        Some("gzip") => Reply::feed(gzip(news(number).as_bytes())).encoded("gzip"),
        Some("chuyen") => Reply::redirect(301, query),
        Some("trong") => {
            Reply::feed("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Trống</title></channel></rss>")
        }
        Some("robots.txt") => Reply::body("text/plain", "User-agent: *\nDisallow: /noi-bo\n"),
        Some("tin-tuc") => Reply::body("text/html", "<html><body>Danh sách tin</body></html>"),
        _ => Reply::status(404),
    }
}

impl Scene {
    /// 32 hosts that each have good sources and misbehaving ones, and 8 that are all one or the other: TLS, a closed one, one
    /// that cannot exist. The configuration lies in `folder`.
    fn new() -> Self {
        let farm = Farm::new();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let all = misconduct();
        let plain: Vec<FarmHost> = (0..PLAIN_HOSTS)
            .map(|_| {
                let all = all.clone();
                farm.host(move |asked| plain_answer(&all, asked))
            })
            .collect();
        let mut scene = Self { farm, sources: Vec::new(), folder, plain };
        scene.add_misconduct(&all);
        scene.add_tls();
        for (host, name) in [
            (scene.farm.old_tls_host(), "tls-too-old"),
            (scene.farm.parrot_tls_host(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "tls-other"),
            (scene.farm.mute_tls_host(), "timeout-tls"),
            (scene.farm.full_host(), "timeout-connect"),
        ] {
            scene.add(host.url("/rss"), Kind::Bad(name), "timeout = \"2s\"");
        }
        let closed = scene.farm.closed_host().url("/rss");
        scene.add(closed, Kind::Bad("refused"), "");
        scene.add(format!("http://{NO_HOST}/rss").parse().expect("an address"), Kind::Bad("dns"), "");
        for number in scene.sources.len()..SOURCES {
            let here = &scene.plain[number % PLAIN_HOSTS];
            let next = &scene.plain[(number + 1) % PLAIN_HOSTS];
            let (url, kind) = match number % 5 {
                0 => (here.url(&format!("/gzip/{number}")), Kind::Plain),
                1 => (here.url(&format!("/chuyen?{}", next.url(&format!("/tot/{number}")))), Kind::Moved),
                _ => (here.url(&format!("/tot/{number}")), Kind::Good),
            };
            scene.add(url, kind, "");
        }
        std::fs::write(scene.path("feeds.toml"), scene.configuration()).expect("it can be written");
        scene
    }

    fn add(&mut self, url: Url, kind: Kind, keys: &str) {
        let id = SourceId::new(format!("nguon-{:03}", self.sources.len()));
        self.sources.push(Source { id, url, kind, keys: keys.to_owned() });
    }

    /// Every misconduct three times, on different hosts.
    fn add_misconduct(&mut self, all: &[Misconduct]) {
        for number in 0..all.len() * 3 {
            let Misconduct { path, name, .. } = &all[number % all.len()];
            let url = self.plain[number * 7 % PLAIN_HOSTS].url(path);
            // Loopback is the internet here, so what leads to another part of it is only closed.
            let name = if *name == "blocked-address" { "refused" } else { name };
            let keys = if name.starts_with("timeout") { "timeout = \"2s\"" } else { "" };
            self.add(url, Kind::Bad(name), keys);
        }
        let page = |path: &str| self.plain[0].url(path);
        let (inner, list, private) = (page("/noi-bo/tin"), page("/tin-tuc"), page("/rieng"));
        let (empty, far) = (page("/trong"), page("/tot/0"));
        let nobody = self.farm.closed_host().url("/");
        self.add(empty, Kind::Empty, "");
        self.add(far, Kind::Bad("proxy"), &format!("proxy = \"{nobody}\""));
        self.add(inner, Kind::Bad("robots"), "kind = \"html\"");
        self.add(list, Kind::Bad("html-instead-of-feed"), "kind = \"feed\"");
        self.add(private, Kind::Bad("blocked-address"), "allow_private_addresses = false");
    }

    fn add_tls(&mut self) {
        let (root, stranger) = (Authority::root("Gốc"), Authority::root("Kẻ lạ"));
        let (between, other) = (root.intermediate("Giữa"), root.intermediate("Giữa khác"));
        std::fs::write(self.path("goc.pem"), root.pem()).expect("it can be written");
        let certificate = between.der().to_vec();
        let store = self.farm.host(move |asked| match asked.path.as_str() {
            "/giua.crt" => Reply::body("application/pkix-cert", certificate.clone()),
            _ => Reply::status(404),
        });
        let special = |until| Special { until, ..Special::default() };
        let future = Special { from: Some((2039, 1, 1)), ..Special::default() };
        let issued_at = |path| Special { issuer_url: Some(store.url(path).to_string()), ..Special::default() };
        for (authority, name, special, kind) in [
            (&root, None, special(None), Kind::Good),
            (&root, None, special(Some((2021, 1, 1))), Kind::Bad("tls-expired")),
            (&root, None, future, Kind::Bad("tls-not-yet-valid")),
            (&root, None, special(None), Kind::Bad("tls-pin-mismatch")),
            (&root, Some("khac.example"), special(None), Kind::Bad("tls-wrong-name")),
            (&stranger, None, special(None), Kind::Bad("tls-unknown-issuer")),
            (&between, None, issued_at("/giua.crt"), Kind::Good),
            (&other, None, issued_at("/khong-co.crt"), Kind::Bad("tls-incomplete-chain")),
        ] {
            let number = self.sources.len();
            let server = |address: std::net::IpAddr| {
                let name = name.map_or_else(|| address.to_string(), str::to_owned);
                authority.certificate(&[&name], special).server(&[])
            };
            let host = self.farm.tls_host_by_address(server, move |asked| honest(asked, news(number)));
            let other = format!("\ntls_pin = \"{}\"", "0f".repeat(32));
            let pin = if kind == Kind::Bad("tls-pin-mismatch") { other.as_str() } else { "" };
            self.add(host.url("/rss"), kind, &format!("ca = \"goc.pem\"{pin}"));
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configuration(&self) -> String {
        let mut text = format!(
            "[site]\ntitle = \"Bản tin thử\"\nurl = \"https://tin.example.vn/\"\ntag = \"tin.example.vn,2026\"\n\
             [server]\nlisten = [\"127.0.0.1:0\"]\n[store]\npath = \"bantin.db\"\n[publish]\ndirectory = \"public\"\n\
             [poll]\nhost_interval = \"{}ms\"\nmemory = \"4 MiB\"\nmax_body = \"512 KiB\"\ntimeout = \"120s\"\n\
             contact = \"https://tin.example.vn/about\"\nallow_private_addresses = true\ntls_fetch_intermediate = true\n",
            INTERVAL.as_millis()
        );
        for Source { id, url, keys, .. } in &self.sources {
            let _ = write!(text, "\n[[source]]\nid = \"{id}\"\ntitle = \"Báo {id}\"\nurl = \"{url}\"\n{keys}\n");
        }
        text
    }

    fn config(&self) -> Config {
        let file = self.path("feeds.toml");
        let text = std::fs::read_to_string(&file).expect("it was written");
        config::parse(&text, Some(&file), &Surroundings::bare()).unwrap_or_else(|errors| panic!("{errors}")).0
    }

    /// The address that a good source's document is asked from.
    fn document_url(&self, source: &Source) -> Url {
        match source.kind {
            Kind::Moved => source.url.query().expect("it says where to").parse().expect("an address"),
            _ => source.url.clone(),
        }
    }

    /// What is wrong with how sources are called in the round after `before` others.
    fn misnamed(&self, called: &BTreeMap<String, String>, before: usize) -> Vec<String> {
        let name = |source: &Source| called.get(source.id.as_str()).map_or("nothing", String::as_str).to_owned();
        self.sources
            .iter()
            .filter(|source| !is_called(&name(source), source.kind.outcome(before)))
            .map(|source| format!("{}: {} instead of {}", source.url, name(source), source.kind.outcome(before)))
            .collect()
    }
}

/// The engine over the scene's database, and how it is closed again.
struct Desk {
    parts: Parts,
    shift_seconds: Arc<AtomicI64>,
}

impl Desk {
    fn open(scene: &Scene, shift: TimeDelta) -> Self {
        let shift_seconds = Arc::new(AtomicI64::new(shift.num_seconds()));
        let clock: Clock = {
            let shift = Arc::clone(&shift_seconds);
            Arc::new(move || Utc::now() + TimeDelta::seconds(shift.load(Ordering::SeqCst)))
        };
        let parts = tokio::task::block_in_place(|| run::parts(scene.config(), clock)).expect("the parts fit");
        Self { parts, shift_seconds }
    }

    /// Polls everything once, at a time so far from now.
    async fn round(&self, shift: TimeDelta) -> Vec<Polled> {
        self.shift_seconds.store(shift.num_seconds(), Ordering::SeqCst);
        let engine = &self.parts.engine;
        let chosen = choose(&engine.setup(), &[]).expect("all are there");
        let mut polls = poll_all(engine, chosen);
        let mut lines = Vec::new();
        while let Some(line) = polls.recv().await {
            lines.push(line);
        }
        lines
    }

    fn library(&self) -> &SqliteLibrary {
        self.parts.engine.library()
    }

    fn knows(&self, scene: &Scene, now: Instant) -> Known {
        let engine = &self.parts.engine;
        let setup = engine.setup();
        let of = |source: &Source| {
            let state = engine.state(setup.source(&source.id).expect("it is configured"));
            (source.id.clone(), (state, engine.due(&source.id, now).map(|due| due.at)))
        };
        Known {
            sources: scene.sources.iter().map(of).collect(),
            hosts: load_hosts(self.library()).expect("the database answers"),
        }
    }

    fn close(self) {
        let Parts { engine, changed, thread } = self.parts;
        drop((engine, changed));
        tokio::task::block_in_place(|| thread.join()).expect("the writer ends well");
    }
}

/// All that is remembered between polls, and what follows from it.
#[derive(Debug, PartialEq)]
struct Known {
    sources: BTreeMap<SourceId, (Arc<SourceState>, Option<Instant>)>,
    hosts: BTreeMap<Host, HostState>,
}

impl Known {
    fn state(&self, source: &Source) -> &SourceState {
        &self.sources[&source.id].0
    }
}

fn called(lines: &[Polled]) -> BTreeMap<String, String> {
    lines.iter().map(|line| (line.source.clone(), line.outcome.clone())).collect()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_farm_of_300_sources_is_polled_kept_and_taken_up_again() {
    let scene = Scene::new();
    assert_eq!(scene.sources.len(), SOURCES);
    let bad = scene.sources.iter().filter(|source| source.kind.is_bad()).count();
    assert!(bad * 100 / SOURCES >= 30, "{bad} misbehave");
    let shown: BTreeSet<&str> = scene.sources.iter().map(|source| source.kind.outcome(0)).collect();
    let missing: Vec<&str> = FAILURES.into_iter().filter(|name| !shown.contains(name)).collect();
    assert_eq!(missing, ["timeout-dns"], "the system's name servers cannot be made slow for a test");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async { tokio::spawn(two_rounds(Arc::new(scene))).await.expect("no panic") });
}

async fn two_rounds(scene: Arc<Scene>) {
    let desk = Desk::open(&scene, TimeDelta::zero());
    let first = desk.round(ROUNDS_APART * -2).await;
    assert_eq!(first.len(), SOURCES, "one line a source");
    assert_eq!(scene.misnamed(&called(&first), 0), nothing());
    assert_items(&scene, desk.library());
    assert_hosts(&scene);

    let second = desk.round(-ROUNDS_APART).await;
    assert_eq!(scene.misnamed(&called(&second), 1), nothing());
    assert!(second.iter().all(|line| (line.new, line.edited) == (0, 0)), "nothing was taken in twice");
    assert_items(&scene, desk.library());
    assert_history(&scene, desk.library());
    assert_eq!(scene.farm.rudeness(INTERVAL), nothing());
    assert_validators(&scene, 1);

    let now = Utc::now();
    let before = desk.knows(&scene, now);
    assert_learnt(&scene, &before);
    desk.close();
    assert_sound(&scene.path("bantin.db"));
    let desk = Desk::open(&scene, TimeDelta::zero());
    assert_eq!(desk.knows(&scene, now), before, "what was known survives a restart");
    desk.close();

    assert_program(&scene);
    assert_eq!(scene.farm.rudeness(INTERVAL), nothing());
    assert_validators(&scene, 2);
    let desk = Desk::open(&scene, TimeDelta::zero());
    assert_items(&scene, desk.library());
    assert_adopted(&scene, &desk.knows(&scene, now));
    desk.close();
}

/// Every good source has all its items in the database, and no other has any.
#[track_caller]
fn assert_items(scene: &Scene, library: &SqliteLibrary) {
    let rows: BTreeMap<SourceId, u64> =
        library.sources().expect("the database answers").into_iter().map(|row| (row.id, row.items)).collect();
    let wrong: Vec<String> = scene
        .sources
        .iter()
        .filter(|source| rows.get(&source.id) != Some(&source.kind.items()))
        .map(|source| format!("{}: {:?} items", source.url, rows.get(&source.id)))
        .collect();
    assert_eq!(wrong, nothing());
}

/// All hosts that can be asked were asked, and who may not be asked was not.
#[track_caller]
fn assert_hosts(scene: &Scene) {
    let seen = scene.farm.seen();
    let hosts: BTreeSet<_> = seen.iter().map(|seen| seen.asked.host).collect();
    assert!(hosts.len() >= 35, "{}", hosts.len());
    for path in ["/noi-bo/tin", "/rieng"] {
        assert!(seen.iter().all(|seen| seen.asked.path != path), "{path} was asked for");
    }
}

/// The history has both rounds under their names.
#[track_caller]
fn assert_history(scene: &Scene, library: &SqliteLibrary) {
    for source in &scene.sources {
        let polls = library.polls(&source.id, 10).expect("the database answers");
        let names: Vec<&str> = polls.iter().map(|row| &*row.poll.outcome).collect();
        let [second, first] = names[..] else { panic!("{}: {names:?}", source.url) };
        let called = is_called(second, source.kind.outcome(1)) && is_called(first, source.kind.outcome(0));
        assert!(called, "{}: {names:?}", source.url);
    }
}

/// What the server gave last was sent back exactly, in the round after `before` others.
#[track_caller]
fn assert_validators(scene: &Scene, before: usize) {
    let seen = scene.farm.seen();
    for source in scene.sources.iter().filter(|source| !source.kind.is_bad()) {
        let url = scene.document_url(source);
        let path = &url[url::Position::BeforePath..];
        let host = url.host_str().expect("it has one");
        let asked: Vec<_> = seen
            .iter()
            .map(|seen| &seen.asked)
            .filter(|asked| asked.path == path && asked.host.to_string() == host)
            .collect();
        assert_eq!(asked.len(), before + 1, "{url}");
        for (nth, asked) in asked.iter().enumerate() {
            let expected = match nth.checked_sub(1).filter(|_| !matches!(source.kind, Kind::Plain | Kind::Empty)) {
                Some(last) => (Some(validators(last).0), Some(validators(last).1)),
                None => (None, None),
            };
            let sent = |name| asked.header(name).map(str::to_owned);
            assert_eq!((sent("if-none-match"), sent("if-modified-since")), expected, "{url}");
        }
    }
}

/// What two rounds teach: streaks since the first, holds, parked sources, moves that are being watched.
#[track_caller]
fn assert_learnt(scene: &Scene, known: &Known) {
    for source in &scene.sources {
        let (url, state) = (&source.url, known.state(source));
        let standing = state.standing.as_ref().expect("it was polled");
        assert!(is_called(standing.outcome.name(), source.kind.outcome(1)), "{url}: {standing:?}");
        assert_eq!(standing.failures, if source.kind.is_bad() { 2 } else { 0 }, "{url}");
        let polled_at = state.polled_at.expect("it was polled");
        let since = standing.broken_since.unwrap_or(standing.since);
        assert!(polled_at - since > ROUNDS_APART / 2, "{url}: the same since the first round");
        assert_eq!(standing.broken_since.is_some(), source.kind.is_bad(), "{url}");
        assert!(standing.since == since || is_timeout(source.kind.outcome(0)), "{url}: {standing:?}");
        let held = state.hold.map(|hold| (hold.until - hold.set_at).num_seconds());
        assert_eq!(held, (source.kind == Kind::Bad("throttled")).then_some(600), "{url}");
        assert_eq!(state.parked_at.is_some(), source.kind == Kind::Bad("gone"), "{url}");
        let confirmed = state.moving.as_ref().map(|moving| (moving.to.as_str(), moving.confirmations));
        let target = scene.document_url(source);
        assert_eq!(confirmed, (source.kind == Kind::Moved).then_some((target.as_str(), 2)), "{url}");
        let etag = state.validators.as_ref().and_then(|known| known.etag.as_ref()).map(|etag| etag.as_bytes().to_vec());
        let kept = matches!(source.kind, Kind::Good | Kind::Moved).then(|| validators(1).0.into_bytes());
        assert_eq!(etag, kept, "{url}");
    }
    let throttling: BTreeSet<Host> = scene
        .sources
        .iter()
        .filter(|source| source.kind == Kind::Bad("throttled"))
        .map(|source| Host::of(&source.url))
        .collect();
    let held: BTreeSet<Host> =
        known.hosts.iter().filter(|(_, state)| state.hold.is_some()).map(|(host, _)| host.clone()).collect();
    assert_eq!(held, throttling, "hosts that throttle twice within the hour, and no other");
}

/// After the third round the moves are believed.
#[track_caller]
fn assert_adopted(scene: &Scene, known: &Known) {
    for source in &scene.sources {
        let state = known.state(source);
        let adopted = state.adopted.as_ref().map(|adopted| adopted.url.as_str());
        let target = scene.document_url(source);
        assert_eq!(adopted, (source.kind == Kind::Moved).then_some(target.as_str()), "{}", source.url);
        assert_eq!(state.effective_url(&source.url), target, "{}", source.url);
        let failures = state.standing.as_ref().map(|standing| standing.failures);
        assert_eq!(failures, Some(if source.kind.is_bad() { 3 } else { 0 }), "{}", source.url);
    }
}

/// The program polls the farm once more; its tables call everybody by name, and its memory stays what it was told.
#[track_caller]
fn assert_program(scene: &Scene) {
    let (rows, peak) = table(scene, "poll", 1);
    assert_eq!(scene.misnamed(&rows, 2), nothing());
    // Twice what it was measured to need, of which 4 MiB are bodies: a body without end would fill more within its time.
    let most = 96 << 10;
    assert!(peak > 0 && peak < most, "{peak} KiB at the most");
    let (rows, _) = table(scene, "sources", 0);
    assert_eq!(scene.misnamed(&rows, 2), nothing());
    let files = published_files(&scene.path("public"));
    assert!(files.contains(&PathBuf::from("feed.atom")), "{files:?}");
}

/// Runs a command of the program; gives its table's outcomes by source, and the most memory it was seen to use, KiB.
#[track_caller]
fn table(scene: &Scene, command: &str, status: i32) -> (BTreeMap<String, String>, u64) {
    let (out, err) = (scene.path("out"), scene.path("err"));
    let file = |path: &Path| std::fs::File::create(path).expect("it can be made");
    let child = bantin()
        .args([command, "--format", "json"])
        .current_dir(scene.folder.path())
        .stdout(file(&out))
        .stderr(file(&err))
        .spawn()
        .expect("the program starts");
    let mut running = Running(child);
    let mut peak = 0;
    let ended = common::wait_for("the end of the program", || {
        peak = peak.max(peak_kib(running.0.id()).unwrap_or(0));
        running.0.try_wait().expect("our own child can be waited for")
    });
    let said = std::fs::read_to_string(&err).unwrap_or_default();
    assert_eq!(ended.code(), Some(status), "{said}");
    let printed = std::fs::read(&out).expect("it was made");
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&printed).expect("it is JSON");
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().expect("it is text").to_owned();
    (rows.iter().map(|row| (text(row, "source"), text(row, "outcome"))).collect(), peak)
}

fn peak_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
