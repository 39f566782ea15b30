//! Safe: whatever answers, it is asked only where it may be, and takes no more than its share.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Clock};

use bantin::fetch::{Answer, Client, Guard, Lookup, Request, Settings, special_range};
use bantin::model::{Outcome, Phase};
use url::Url;

use super::farm::{Farm, FarmHost, Reply};
use super::{FEED, fetch, fetch_with, request, run, settings, text_of, times_out_in};

/// As a daemon on the internet is configured, with names of our own; the hosts given count as public.
fn strict(names: &[(&'static str, IpAddr)], public: &[&FarmHost]) -> Settings {
    let names = names.to_vec();
    let public: Vec<IpAddr> = public.iter().map(|host| host.ip()).collect();
    let lookup: Lookup = Arc::new(move |name| {
        let found: Vec<_> = names.iter().filter(|(known, _)| *known == name).map(|(_, address)| *address).collect();
        Box::pin(async move { Ok(found) })
    });
    let guard: Guard = Arc::new(move |address| special_range(address).filter(|_| !public.contains(&address)));
    Settings { host_interval: Duration::ZERO, lookup, guard, ..Settings::default() }
}

#[track_caller]
fn check_blocked(settings: Settings, url: Url, expected: &str) {
    match fetch_with(settings, &request(url)).outcome() {
        Some(Outcome::BlockedAddress { detail }) => assert_eq!(detail, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn literal_addresses_are_checked_and_the_message_names_the_key() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let expected = format!("{} is loopback, and poll.allow_private_addresses is false", host.ip());
    check_blocked(strict(&[], &[]), host.url("/rss"), &expected);
    assert_eq!(farm.seen().len(), 0);
}

#[test]
fn names_are_checked_after_they_have_been_looked_up() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let ip = host.ip();
    let expected = format!("`noi-bo.example` is {ip}, loopback, and poll.allow_private_addresses is false");
    check_blocked(strict(&[("noi-bo.example", ip)], &[]), host.named("noi-bo.example").url("/rss"), &expected);
    assert_eq!(farm.seen().len(), 0);
}

#[test]
fn of_a_name_with_private_and_public_addresses_only_the_public_ones_are_asked() {
    let farm = Farm::new();
    let (inside, outside) = (farm.host(|_| Reply::status(500)), farm.host(|_| Reply::feed(FEED)));
    let names = [("hai-mat.example", inside.ip()), ("hai-mat.example", outside.ip())];
    let url = outside.named("hai-mat.example").url("/rss");
    assert_eq!(text_of(&fetch_with(strict(&names, &[&outside]), &request(url))), FEED);
}

#[test]
fn every_hop_is_checked() {
    let farm = Farm::new();
    let inside = farm.host(|_| Reply::feed(FEED));
    let (by_number, by_name) = (inside.url("/rss"), inside.named("noi-bo.example").url("/rss"));
    let outside =
        farm.host(move |asked| Reply::redirect(302, if asked.path == "/number" { &by_number } else { &by_name }));
    let ip = inside.ip();
    let settings = strict(&[("noi-bo.example", ip)], &[&outside]);
    let because = "loopback, and poll.allow_private_addresses is false";
    check_blocked(settings.clone(), outside.url("/number"), &format!("{ip} is {because}"));
    check_blocked(settings, outside.url("/name"), &format!("`noi-bo.example` is {ip}, {because}"));
    assert!(farm.seen().iter().all(|seen| seen.asked.host == outside.ip()));
}

#[test]
fn a_name_that_changes_its_mind_gains_nothing() {
    let farm = Farm::new();
    let inside = farm.host(|_| Reply::feed("<rss>bí mật</rss>"));
    let port = inside.address.port();
    let outside = farm.host(|_| Reply::feed(FEED));
    let addresses = [outside.ip(), inside.ip()];
    let lookups = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lookups);
    let lookup: Lookup = Arc::new(move |_| {
        let address = addresses[counted.fetch_add(1, Ordering::SeqCst).min(1)];
        Box::pin(async move { Ok(vec![address]) })
    });
    let settings = Settings { lookup, ..strict(&[], &[&outside]) };
    let url: Url = format!("http://doi-y.example:{port}/rss").parse().expect("good");
    run(async {
        let client = Client::new(settings);
        // The first look is public (and nobody listens there on this port), all further ones are not.
        assert_eq!(client.fetch(&request(url.clone())).await.outcome(), Some(Outcome::Refused));
        let second = client.fetch(&request(url)).await.outcome();
        assert!(matches!(second, Some(Outcome::BlockedAddress { .. })), "{second:?}");
    });
    assert_eq!(lookups.load(Ordering::SeqCst), 2, "one look for one connection");
    assert_eq!(farm.seen().len(), 0);
}

#[test]
fn an_explicit_proxy_may_be_anywhere_and_is_trusted_with_where_it_connects_to() {
    let farm = Farm::new();
    let proxy = farm.host(|asked| Reply::feed(format!("qua proxy: {}", asked.path)));
    let mut asked = request("http://noi-bo.example/rss".parse().expect("good"));
    asked.proxy = Some(proxy.url(""));
    assert_eq!(text_of(&fetch_with(strict(&[], &[]), &asked)), "qua proxy: http://noi-bo.example/rss");
}

/// A SOCKS 5 proxy for one connection; gives back the name and port it was asked for, and connects to `target` instead.
fn socks_proxy(target: SocketAddr) -> (SocketAddr, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    let thread = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut take = |count: usize| {
            let mut bytes = vec![0; count];
            client.read_exact(&mut bytes).expect("a greeting");
            bytes
        };
        let methods = take(2)[1];
        take(usize::from(methods));
        client.write_all(&[5, 0]).expect("no login needed");
        let mut take = |count: usize| {
            let mut bytes = vec![0; count];
            client.read_exact(&mut bytes).expect("a request");
            bytes
        };
        let length = take(5)[4];
        let name_and_port = take(usize::from(length) + 2);
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).expect("connected");
        let mut server = TcpStream::connect(target).expect("the target");
        let (mut from_client, mut to_server) =
            (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from_client, &mut to_server);
            let _ = to_server.shutdown(std::net::Shutdown::Both);
        });
        let _ = std::io::copy(&mut server, &mut client);
        name_and_port
    });
    (address, thread)
}

#[test]
fn a_socks_proxy_looks_names_up_itself() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let (proxy, thread) = socks_proxy(host.address);
    let mut asked = request("http://noi-bo.example:8080/rss".parse().expect("good"));
    asked.proxy = Some(format!("socks5h://{proxy}").parse().expect("good"));
    assert_eq!(text_of(&fetch_with(strict(&[], &[]), &asked)), FEED);
    assert_eq!(thread.join().expect("no panic"), [b"noi-bo.example".as_slice(), &[0x1f, 0x90]].concat());
}

#[test]
fn proxies_of_the_environment_are_not_used() {
    // A process of its own, for the environment belongs to all threads: this test asks itself.
    const ASKED: &str = "BANTIN_TEST_PROXY_TARGET";
    if let Ok(target) = std::env::var(ASKED) {
        assert_eq!(text_of(&fetch(&request(target.parse().expect("good")))), FEED);
        return;
    }
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let trap = farm.closed_host().url("/").to_string();
    let result = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "safe::proxies_of_the_environment_are_not_used"])
        .env(ASKED, host.url("/rss").as_str())
        .envs(["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"].map(|name| (name, trap.as_str())))
        .output()
        .expect("it starts");
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stdout));
    assert_eq!(farm.seen().len(), 1);
}

#[test]
fn a_proxy_that_fails_is_named() {
    let farm = Farm::new();
    let proxy = farm.closed_host();
    for target in ["http://bao.example/rss", "https://bao.example/rss"] {
        let mut asked = request(target.parse().expect("good"));
        asked.proxy = Some(proxy.url(""));
        let outcome = fetch(&asked).outcome();
        assert!(matches!(outcome, Some(Outcome::Proxy { .. })), "{target}: {outcome:?}");
    }
    let asking = farm.host(|_| Reply::status(407));
    let mut asked = request("http://bao.example/rss".parse().expect("good"));
    asked.proxy = Some(asking.url(""));
    assert!(matches!(fetch(&asked).outcome(), Some(Outcome::Proxy { .. })));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 4096, 1, 22).write_all(bytes).expect("memory");
    packed
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Every coding with its packer.
type Packer = fn(&[u8]) -> Vec<u8>;
const CODINGS: [(&str, Packer); 4] = [("gzip", gzip), ("deflate", zlib), ("br", brotli), ("zstd", zstd)];

#[test]
fn every_coding_is_unpacked() {
    for (coding, pack) in CODINGS {
        // Beyond what is unpacked on the spot.
        let long = FEED.repeat(15_000);
        for text in [FEED, &long] {
            let farm = Farm::new();
            let packed = pack(text.as_bytes());
            let length = packed.len() as u64;
            let host = farm.host(move |_| Reply::feed(packed.clone()).encoded(coding));
            let fetched = fetch(&request(host.url("/rss")));
            assert_eq!(text_of(&fetched), text, "{coding}");
            assert_eq!(fetched.bytes_on_wire, length);
        }
    }
}

#[test]
fn bombs_of_every_coding_stop_at_the_limit() {
    let zeros = vec![b' '; 3 << 20];
    for (coding, pack) in CODINGS {
        let bomb = pack(&zeros);
        assert!(bomb.len() < 100_000, "{coding} packs well");
        let farm = Farm::new();
        let host = farm.host(move |_| Reply::feed(bomb.clone()).encoded(coding));
        let limit = 1 << 20;
        let asked = Request { max_body: limit, ..request(host.url("/rss")) };
        let expected = Outcome::TooLarge { limit_bytes: limit, unpacked: true };
        run(async {
            let client = Client::new(settings());
            let free = client.budget().free_bytes();
            assert_eq!(client.fetch(&asked).await.outcome(), Some(expected), "{coding}");
            assert_eq!(client.budget().free_bytes(), free, "{coding}: the memory is free again");
        });
    }
}

#[test]
fn a_body_without_end_stops_at_the_limit() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED).endless());
    let asked = Request { max_body: 1 << 20, ..request(host.url("/rss")) };
    let fetched = fetch(&asked);
    assert_eq!(fetched.outcome(), Some(Outcome::TooLarge { limit_bytes: 1 << 20, unpacked: false }));
    assert!(fetched.bytes_on_wire < 3 << 20, "{}", fetched.bytes_on_wire);
}

#[test]
fn a_body_that_announces_to_be_too_large_is_not_read() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(vec![b' '; 2 << 20]));
    let asked = Request { max_body: 1 << 20, ..request(host.url("/rss")) };
    let fetched = fetch(&asked);
    assert_eq!(fetched.outcome(), Some(Outcome::TooLarge { limit_bytes: 1 << 20, unpacked: false }));
    assert_eq!(fetched.bytes_on_wire, 0);
}

#[test]
fn a_body_of_exactly_the_limit_is_within_it() {
    for (coding, pack) in CODINGS {
        let text = vec![b'x'; 100_000];
        let packed = pack(&text);
        let farm = Farm::new();
        let host = farm.host(move |_| Reply::feed(packed.clone()).encoded(coding));
        let asked = |max_body| Request { max_body, ..request(host.url("/rss")) };
        assert!(matches!(fetch(&asked(100_000)).answer, Answer::Document(_)), "{coding}");
        assert!(matches!(fetch(&asked(99_999)).answer, Answer::Failed(Outcome::TooLarge { .. })), "{coding}");
    }
}

#[test]
fn the_time_limit_is_for_the_whole_request_however_busy_it_is() {
    let farm = Farm::new();
    // Never idle for longer than 10 ms, and never done.
    let host = farm.host(|_| {
        Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n".to_owned() + &"x".repeat(99_999))
            .trickling_on(Duration::from_millis(10))
    });
    times_out_in(Phase::Body, &settings(), &request(host.url("/rss")));
}

#[test]
fn the_time_limit_is_for_all_redirects_together() {
    let farm = Farm::new();
    // Each answer is within the limit; three are not. On a busy machine the time may be up sooner, in whatever phase.
    let host = farm.host(|asked| Reply::redirect(302, format!("{}x", asked.path)).after(Duration::from_millis(200)));
    let asked = Request { timeout: Duration::from_millis(500), ..request(host.url("/")) };
    let outcome = fetch(&asked).outcome();
    assert!(matches!(outcome, Some(Outcome::Timeout { .. })), "{outcome:?}");
    assert!(farm.seen().len() <= 3, "{}", farm.seen().len());
}

#[test]
fn waiting_for_a_busy_host_does_not_use_up_the_time() {
    // Ten answers take longer than the limit, one takes a small part of it; of a larger part on a busy machine.
    let all_come = |answer: Duration| {
        let farm = Farm::new();
        let host = farm.host(move |_| Reply::feed(FEED).after(answer));
        run(async {
            let client = Client::new(settings());
            let asked = Request { timeout: answer * 7, ..request(host.url("/rss")) };
            let tasks: Vec<_> = (0..10)
                .map(|_| {
                    let (client, asked) = (client.clone(), asked.clone());
                    tokio::spawn(async move { client.fetch(&asked).await.outcome() })
                })
                .collect();
            let mut failed = Vec::new();
            for task in tasks {
                failed.extend(task.await.expect("no panic"));
            }
            assert!(failed.iter().all(|outcome| matches!(outcome, Outcome::Timeout { .. })), "{failed:?}");
            failed.is_empty()
        })
    };
    assert!([200, 800, 3_000].map(Duration::from_millis).into_iter().any(all_come), "the time was up while it waited");
}

#[test]
fn a_slow_host_delays_only_itself() {
    let farm = Farm::new();
    let slow = farm.host(|_| Reply::hang());
    let quick = farm.host(|_| Reply::feed(FEED));
    run(async {
        let client = Client::new(Settings { concurrency: 2, ..settings() });
        let slow_tasks: Vec<_> = (0..5)
            .map(|number| {
                let asked = Request { timeout: Duration::from_secs(120), ..request(slow.url(&format!("/{number}"))) };
                let client = client.clone();
                tokio::spawn(async move { client.fetch(&asked).await.outcome() })
            })
            .collect();
        for _ in 0..20 {
            text_of(&client.fetch(&request(quick.url("/rss"))).await);
        }
        assert!(!slow_tasks.iter().any(tokio::task::JoinHandle::is_finished), "it was waited for");
        slow_tasks.iter().for_each(tokio::task::JoinHandle::abort);
    });
    assert_eq!(farm.seen().iter().filter(|seen| seen.asked.host == quick.ip()).count(), 20);
}

#[test]
fn all_bodies_together_stay_within_the_memory_and_all_come_through() {
    const UNIT: u64 = 128 << 10;
    const BODY: usize = 256 << 10;
    let farm = Farm::new();
    let body = vec![b'x'; BODY];
    let packed = gzip(&body);
    let hosts: Vec<_> = (0..12)
        .map(|_| {
            let packed = packed.clone();
            farm.host(move |_| Reply::feed(packed.clone()).encoded("gzip"))
        })
        .collect();
    run(async {
        let client = Client::new(Settings { memory: 10 * UNIT, largest_body: 2 * UNIT, ..settings() });
        let all_free = client.budget().free_bytes();
        assert_eq!(all_free, 6 * UNIT);
        let most_held = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = hosts
            .iter()
            .map(|host| {
                let (client, most_held) = (client.clone(), Arc::clone(&most_held));
                let asked = Request { max_body: 2 * UNIT, ..request(host.url("/rss")) };
                tokio::spawn(async move {
                    let fetched = client.fetch(&asked).await;
                    // Held until there is another one, as while it is parsed.
                    let began = Clock::now();
                    while most_held.load(Ordering::SeqCst) as u64 <= 3 * UNIT
                        && began.elapsed() < Duration::from_secs(20)
                    {
                        let held = usize::try_from(all_free - client.budget().free_bytes()).expect("small");
                        most_held.fetch_max(held, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                    }
                    text_of(&fetched).len()
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.expect("no panic"), BODY);
        }
        let held = most_held.load(Ordering::SeqCst) as u64;
        assert!(held > 3 * UNIT && held <= 6 * UNIT, "{held}");
        assert_eq!(client.budget().free_bytes(), all_free);
    });
}

#[test]
fn giving_up_on_a_request_frees_its_host() {
    let farm = Farm::new();
    let host = farm.host(|asked| if asked.path == "/hang" { Reply::hang() } else { Reply::feed(FEED) });
    run(async {
        let client = Client::new(settings());
        let asked = request(host.url("/hang"));
        assert!(tokio::time::timeout(Duration::from_millis(200), client.fetch(&asked)).await.is_err());
        assert_eq!(text_of(&client.fetch(&request(host.url("/rss"))).await), FEED);
    });
}

#[test]
fn a_head_without_end_is_not_read_for_ever() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::raw(format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(4 << 20))));
    let outcome = fetch(&request(host.url("/rss"))).outcome();
    assert!(matches!(outcome, Some(Outcome::Unreadable { .. } | Outcome::Interrupted { .. })), "{outcome:?}");
}
