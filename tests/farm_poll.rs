//! 300 sources on 40 hosts, of which a third misbehaves in every way known: all good ones are polled, no host is treated
//! rudely, memory is bounded, and whoever misbehaves is called by the right name.

mod farm;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bantin::fetch::{Answer, Client, Fetched, Guard, Lookup, Request, Roots, Settings, recognise_wall, special_range};
use bantin::model::Outcome;
use bantin::schedule::{Host, HostState, SourceState, apply};
use chrono::DateTime;
use farm::certificates::{Authority, Special};
use farm::misconduct::{Misconduct, feed, gzip, misconduct};
use farm::{Asked, Farm, FarmHost, Reply};
use url::Url;

const INTERVAL: Duration = Duration::from_millis(25);
const TIMEOUT: Duration = Duration::from_secs(3);
const MAX_BODY: u64 = 512 * 1024;
const MEMORY: u64 = 4 << 20;
const SOURCES: usize = 300;
const PLAIN_HOSTS: usize = 32;
/// The name that every TLS host is asked by.
const TLS_NAME: &str = "cong.example";

/// One source and what it is to be called.
struct Source {
    url: Url,
    expected: &'static str,
    page: bool,
}

struct Scene {
    farm: Farm,
    sources: Vec<Source>,
    settings: Settings,
}

/// 32 hosts that each have good sources and misbehaving ones, and 8 that are all one or the other: TLS, a closed one, one that
/// does not exist.
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
    let mut add = |url: Url, expected: &'static str, page: bool| sources.push(Source { url, expected, page });

    // Every misconduct three times, on different hosts.
    for number in 0..all.len() * 3 {
        let Misconduct { path, name, .. } = &all[number % all.len()];
        add(plain[number * 7 % PLAIN_HOSTS].url(path), name, false);
    }
    add(plain[0].url("/noi-bo/tin"), "robots", true);
    add(plain[1].url("/tin-tuc"), "html-instead-of-feed", true);

    let (root, stranger) = (Authority::root("Gốc"), Authority::root("Kẻ lạ"));
    let (between, other) = (root.intermediate("Giữa"), root.intermediate("Giữa khác"));
    let store_reply = Reply::body("application/pkix-cert", between.der().to_vec());
    let store = farm.host(move |_| store_reply.clone());
    let special = |until| Special { until, ..Special::default() };
    let missing = || Special { issuer_url: Some(store.url("/giua.crt").to_string()), ..Special::default() };
    let elsewhere = || Special { issuer_url: Some("http://khong-co.example/x.crt".to_owned()), ..Special::default() };
    let mut names: BTreeMap<String, IpAddr> = BTreeMap::new();
    for (number, (server, expected)) in [
        (root.certificate(&["*.cong.example"], special(None)).server(&[]), "new-items"),
        (root.certificate(&["*.cong.example"], special(Some((2021, 1, 1)))).server(&[]), "tls-expired"),
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
        add(host.named(&name).url("/rss"), expected, false);
    }
    add(farm.closed_host().url("/rss"), "refused", false);
    add("http://khong-co.example/rss".parse().expect("good"), "dns", false);

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
        sources.push(Source { url, expected: "new-items", page: false });
    }

    let lookup: Lookup = Arc::new(move |name| {
        let found = names.get(&name).copied();
        Box::pin(
            async move { found.map(|ip| vec![ip]).ok_or_else(|| std::io::Error::other("Name or service not known")) },
        )
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
    if let Some(wall) = recognise_wall(bytes, fetched.final_url.path()) {
        Outcome::LoginOrChallenge { wall }
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
    assert!(bad * 100 / SOURCES >= 29, "{bad} misbehave");
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
                    timeout: TIMEOUT,
                    max_body: MAX_BODY,
                    respect_robots: source.page,
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
        .filter(|(number, _, outcome)| outcome.name() != sources[*number].expected)
        .map(|(number, _, outcome)| {
            format!("{}: {} instead of {}", sources[*number].url, outcome.name(), sources[*number].expected)
        })
        .collect();
    assert_eq!(misnamed, Vec::<String>::new());
    assert_eq!(farm.rudeness(INTERVAL), Vec::<String>::new());
    assert_eq!(client.budget().free_bytes(), all_free, "all memory is free again");
    assert!(least_free.load(Ordering::SeqCst) < all_free, "it was used");
    let hosts: std::collections::BTreeSet<_> = farm.seen().iter().map(|seen| seen.asked.host).collect();
    assert!(hosts.len() >= 31, "{}", hosts.len());

    // What the states make of it: nobody is blamed for what others did.
    let mut hosts: BTreeMap<Host, HostState> = BTreeMap::new();
    for (number, fetched, outcome) in &results {
        let mut state = SourceState::default();
        state.settle_url(&sources[*number].url);
        let host = hosts.entry(Host::of(&fetched.final_url)).or_default();
        apply(&mut state, host, &fetched.facts(outcome.clone()), now);
        assert_eq!(state.is_failing(), sources[*number].expected != "new-items" && !outcome.is_success());
    }
    let held = hosts.values().filter(|host| host.hold.is_some()).count();
    assert!(held <= 6, "{held} hosts throttle twice");
}
