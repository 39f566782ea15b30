//! 300 sources on 40 hosts, of which a third misbehaves in every way known: all good ones are polled, no host is treated
//! rudely, memory is bounded, and whoever misbehaves is called by the right name.

mod farm;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bantin::fetch::{
    Answer, Client, Fetched, Guard, Lookup, Pin, Request, Roots, Settings, recognise_wall, special_range,
};
use bantin::model::Outcome;
use bantin::schedule::{Host, HostState, SourceState, apply};
use chrono::DateTime;
use farm::certificates::{Authority, Special};
use farm::misconduct::{FAILURES, Misconduct, feed, gzip, is_called, is_timeout, misconduct};
use farm::{Asked, Farm, FarmHost, Reply};
use url::Url;

const INTERVAL: Duration = Duration::from_millis(25);
/// For what is meant to time out.
const TIMEOUT: Duration = Duration::from_secs(3);
/// For everything else, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(120);
const MAX_BODY: u64 = 512 * 1024;
const MEMORY: u64 = 4 << 20;
const SOURCES: usize = 300;
const PLAIN_HOSTS: usize = 32;
/// The name that every TLS host is asked by.
const TLS_NAME: &str = "cong.example";
/// A name whose servers never answer.
const SLOW_NAME: &str = "cham.example";

/// One source and what it is to be called.
struct Source {
    url: Url,
    expected: &'static str,
    page: bool,
    pin: Option<Pin>,
    proxy: Option<Url>,
}

impl Source {
    fn new(url: Url, expected: &'static str) -> Self {
        Self { url, expected, page: false, pin: None, proxy: None }
    }
}

struct Scene {
    farm: Farm,
    sources: Vec<Source>,
    settings: Settings,
}

/// 32 hosts that each have good sources and misbehaving ones, and others that are all one or the other: TLS in every state, closed
/// ones, ones that take no connection or say nothing, names that do not exist or whose servers are silent.
fn scene() -> Scene {
    let farm = Farm::new();
    let all = misconduct();
    let plain: Vec<FarmHost> = (0..PLAIN_HOSTS)
        .map(|_| {
            let all = all.clone();
            farm.host(move |asked| plain_answer(&all, asked))
        })
        .collect();
    let mut sources = Vec::new();

    // Every misconduct three times, on different hosts.
    for number in 0..all.len() * 3 {
        let Misconduct { path, name, .. } = &all[number % all.len()];
        sources.push(Source::new(plain[number * 7 % PLAIN_HOSTS].url(path), name));
    }
    sources.push(Source { page: true, ..Source::new(plain[0].url("/noi-bo/tin"), "robots") });
    sources.push(Source { page: true, ..Source::new(plain[1].url("/tin-tuc"), "html-instead-of-feed") });
    sources.push(Source::new(plain[2].url("/trong"), "empty"));
    let nobody = farm.closed_host().url("/");
    sources.push(Source { proxy: Some(nobody), ..Source::new(plain[3].url("/tot/0"), "proxy") });

    let (root, stranger) = (Authority::root("Gốc"), Authority::root("Kẻ lạ"));
    let (between, other) = (root.intermediate("Giữa"), root.intermediate("Giữa khác"));
    let store_reply = Reply::body("application/pkix-cert", between.der().to_vec());
    let store = farm.host(move |_| store_reply.clone());
    let special = |until| Special { until, ..Special::default() };
    let future = Special { from: Some((2039, 1, 1)), ..Special::default() };
    let missing = || Special { issuer_url: Some(store.url("/giua.crt").to_string()), ..Special::default() };
    let elsewhere = || Special { issuer_url: Some("http://khong-co.example/x.crt".to_owned()), ..Special::default() };
    let mut names: BTreeMap<String, IpAddr> = BTreeMap::new();
    for (number, (server, expected)) in [
        (root.certificate(&["*.cong.example"], special(None)).server(&[]), "new-items"),
        (root.certificate(&["*.cong.example"], special(Some((2021, 1, 1)))).server(&[]), "tls-expired"),
        (root.certificate(&["*.cong.example"], future).server(&[]), "tls-not-yet-valid"),
        (root.certificate(&["*.cong.example"], special(None)).server(&[]), "tls-pin-mismatch"),
        (root.certificate(&["khac.example"], special(None)).server(&[]), "tls-wrong-name"),
        (stranger.certificate(&["*.cong.example"], special(None)).server(&[]), "tls-unknown-issuer"),
        (between.certificate(&["*.cong.example"], missing()).server(&[]), "new-items"),
        (other.certificate(&["*.cong.example"], elsewhere()).server(&[]), "tls-incomplete-chain"),
    ]
    .into_iter()
    .enumerate()
    {
        let host = farm.tls_host(server, |_| Reply::feed(feed(1)));
        let name = format!("h{number}.{TLS_NAME}");
        names.insert(name.clone(), host.ip());
        let pin = (expected == "tls-pin-mismatch").then(|| Pin::of(&root.der()));
        sources.push(Source { pin, ..Source::new(host.named(&name).url("/rss"), expected) });
    }
    sources.push(Source::new(farm.old_tls_host().url("/rss"), "tls-too-old"));
    sources.push(Source::new(farm.parrot_tls_host(b"HTTP/1.1 400 Bad Request\r\n\r\n").url("/rss"), "tls-other"));
    sources.push(Source::new(farm.mute_tls_host().url("/rss"), "timeout-tls"));
    sources.push(Source::new(farm.full_host().url("/rss"), "timeout-connect"));
    sources.push(Source::new(farm.closed_host().url("/rss"), "refused"));
    sources.push(Source::new(format!("http://{SLOW_NAME}/rss").parse().expect("good"), "timeout-dns"));
    sources.push(Source::new("http://khong-co.example/rss".parse().expect("good"), "dns"));

    // The rest is good: plain, packed, redirected to another host, with a name.
    let good = SOURCES - sources.len();
    for number in 0..good {
        let host = &plain[number % PLAIN_HOSTS];
        let next = &plain[(number + 1) % PLAIN_HOSTS];
        let url = match number % 5 {
            0 => host.url(&format!("/gzip/{number}")),
            1 => host.url(&format!("/chuyen?{}", next.url(&format!("/tot/{number}")))),
            _ => host.url(&format!("/tot/{number}")),
        };
        sources.push(Source::new(url, "new-items"));
    }

    let lookup: Lookup = Arc::new(move |name| {
        let found = names.get(&name).copied();
        Box::pin(async move {
            if name == SLOW_NAME {
                tokio::time::sleep(TIMEOUT * 20).await;
            }
            found.map(|ip| vec![ip]).ok_or_else(|| std::io::Error::other("Name or service not known"))
        })
    });
    // The farm is the internet; the rest of loopback is not.
    let guard: Guard = Arc::new(|address| {
        let on_the_farm = matches!(address, IpAddr::V4(v4) if v4.octets()[..2] == [127, 77]);
        special_range(address).filter(|_| !on_the_farm)
    });
    let settings = Settings {
        concurrency: 64,
        host_interval: INTERVAL,
        memory: MEMORY,
        largest_body: MAX_BODY,
        tls_fetch_intermediate: true,
        roots: Roots::Only(vec![root.der()]),
        lookup,
        guard,
        ..Settings::default()
    };
    Scene { farm, sources, settings }
}

fn plain_answer(all: &[Misconduct], asked: &Asked) -> Reply {
    if let Some(misconduct) = all.iter().find(|misconduct| misconduct.path == asked.path) {
        return misconduct.reply.clone();
    }
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    match path.split('/').nth(1) {
        Some("tot") => Reply::feed(feed(3)).etag("\"1\"").after(Duration::from_millis(5)),
        Some("gzip") => Reply::feed(gzip(feed(4).as_bytes())).encoded("gzip"),
        Some("chuyen") => Reply::redirect(301, query),
        Some("trong") => {
            Reply::feed("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Trống</title></channel></rss>")
        }
        Some("robots.txt") => Reply::body("text/plain", "User-agent: *\nDisallow: /noi-bo\n"),
        Some("tin-tuc") => Reply::body("text/html", "<html><body>Danh sách tin</body></html>"),
        _ => Reply::status(404),
    }
}

/// Names what came as a reader of documents would.
fn outcome_of(fetched: &Fetched) -> Outcome {
    if let Some(outcome) = fetched.outcome() {
        return outcome;
    }
    let Answer::Document(document) = &fetched.answer else { unreachable!("there is an outcome otherwise") };
    let bytes = document.body.bytes();
    if let Some(wall) = recognise_wall(bytes, fetched.final_url().path()) {
        Outcome::LoginOrChallenge { wall }
    } else if bytes.starts_with(b"<?xml") && !bytes.windows(6).any(|tag| tag == b"<item>") {
        Outcome::Empty
    } else if bytes.starts_with(b"<?xml") {
        Outcome::NewItems { new: 20, edited: 0 }
    } else {
        Outcome::HtmlInsteadOfFeed
    }
}

#[test]
fn a_farm_of_300_sources_a_third_of_which_misbehave_is_polled_well() {
    let Scene { farm, sources, settings } = scene();
    assert_eq!(sources.len(), SOURCES);
    let bad = sources.iter().filter(|source| source.expected != "new-items").count();
    assert!(bad * 100 / SOURCES >= 30, "{bad} misbehave");
    let shown: BTreeSet<&str> = sources.iter().map(|source| source.expected).collect();
    assert_eq!(FAILURES.into_iter().filter(|name| !shown.contains(name)).collect::<Vec<_>>(), Vec::<&str>::new());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let now = DateTime::from_timestamp(1_795_400_000, 0).expect("in range");
    let client = Client::new(settings);
    let all_free = client.budget().free_bytes();
    let least_free = Arc::new(AtomicU64::new(all_free));

    let results: Vec<(usize, Fetched, Outcome)> = runtime.block_on(async {
        let tasks: Vec<_> = sources
            .iter()
            .enumerate()
            .map(|(number, source)| {
                let request = Request {
                    timeout: if is_timeout(source.expected) { TIMEOUT } else { PATIENCE },
                    max_body: MAX_BODY,
                    respect_robots: source.page,
                    tls_pin: source.pin,
                    proxy: source.proxy.clone(),
                    ..Request::new(source.url.clone(), now)
                };
                let (client, least_free) = (client.clone(), Arc::clone(&least_free));
                tokio::spawn(async move {
                    let fetched = client.fetch(&request).await;
                    least_free.fetch_min(client.budget().free_bytes(), Ordering::SeqCst);
                    let outcome = outcome_of(&fetched);
                    // Keeping 300 bodies would not fit into the memory; nobody does.
                    (number, Fetched { answer: Answer::Failed(outcome.clone()), ..fetched }, outcome)
                })
            })
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.expect("no panic"));
        }
        results
    });

    let misnamed: Vec<String> = results
        .iter()
        .filter(|(number, _, outcome)| !is_called(outcome.name(), sources[*number].expected))
        .map(|(number, _, outcome)| {
            format!("{}: {} instead of {}", sources[*number].url, outcome.name(), sources[*number].expected)
        })
        .collect();
    assert_eq!(misnamed, Vec::<String>::new());
    assert_eq!(farm.rudeness(INTERVAL), Vec::<String>::new());
    assert_eq!(client.budget().free_bytes(), all_free, "all memory is free again");
    assert!(least_free.load(Ordering::SeqCst) < all_free, "it was used");
    let hosts: BTreeSet<_> = farm.seen().iter().map(|seen| seen.asked.host).collect();
    assert!(hosts.len() >= 31, "{}", hosts.len());

    // What the states make of it: nobody is blamed for what others did.
    let mut hosts: BTreeMap<Host, HostState> = BTreeMap::new();
    for (number, fetched, outcome) in &results {
        let mut state = SourceState::default();
        state.settle_url(&sources[*number].url);
        let host = hosts.entry(fetched.host()).or_default();
        apply(&mut state, host, &fetched.facts(outcome.clone()), now);
        assert_eq!(state.is_failing(), sources[*number].expected != "new-items" && !outcome.is_success());
    }
    let held = hosts.values().filter(|host| host.hold.is_some()).count();
    assert!(held <= 6, "{held} hosts throttle twice");
}
