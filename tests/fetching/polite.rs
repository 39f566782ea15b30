//! Polite: what the sites we poll may expect.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bantin::fetch::{Accept, Answer, Client, Request, Settings};
use bantin::model::Outcome;
use bantin::schedule::{HostState, Opaque, SourceState, Validators, apply};
use chrono::TimeDelta;
use url::Url;

use super::farm::{Asked, Farm, FarmHost, Reply};
use super::{FEED, fetch, fetch_with, now, outcome_of, request, run, settings, text_of, validators_of};

#[test]
fn validators_are_opaque_bytes_and_sent_back_exactly() {
    let etag = "W/\"a b\\\",,\u{e1}\u{bb}\u{87}'";
    let date = "Thứ hai, ngày 23 tháng 11";
    let farm = Farm::new();
    let host = farm.host(move |asked| Reply::feed(FEED).unless_known(asked, etag).header("Last-Modified", date));
    let mut asked = request(host.url("/rss"));
    asked.validators = Some(validators_of(&fetch(&asked)));
    assert_eq!(asked.validators.as_ref().and_then(|known| known.etag.clone()), Some(Opaque::new(etag)));
    assert!(matches!(fetch(&asked).answer, Answer::NotModified(_)));
    let seen = farm.seen();
    assert_eq!(seen[0].asked.header("if-none-match"), None);
    assert_eq!(seen[1].asked.header("if-none-match"), Some(etag));
    assert_eq!(seen[1].asked.header("if-modified-since"), Some(date));
}

#[test]
fn validators_that_come_with_a_304_are_given_back_to_be_stored() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::status(304).etag("\"new\""));
    let mut asked = request(host.url("/rss"));
    let known = Validators { url: asked.url.as_str().into(), etag: Some(Opaque::new("\"old\"")), last_modified: None };
    asked.validators = Some(known);
    assert_eq!(validators_of(&fetch(&asked)).etag, Some(Opaque::new("\"new\"")));
}

#[test]
fn no_validators_are_sent_to_an_address_they_did_not_come_from() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let mut asked = request(host.url("/new"));
    asked.validators = Some(Validators {
        url: host.url("/old").as_str().into(),
        etag: Some(Opaque::new("\"1\"")),
        last_modified: None,
    });
    fetch(&asked);
    assert_eq!(farm.seen()[0].asked.header("if-none-match"), None);
}

#[test]
fn validators_of_the_end_of_a_redirect_are_sent_to_the_end_only() {
    let farm = Farm::new();
    let end = farm.host(|asked| Reply::feed(FEED).unless_known(asked, "\"1\""));
    let target = end.url("/rss");
    let start = farm.host(move |_| Reply::redirect(302, &target));
    let mut asked = request(start.url("/rss"));
    asked.validators = Some(validators_of(&fetch(&asked)));
    assert!(matches!(fetch(&asked).answer, Answer::NotModified(_)));
    let seen = farm.seen();
    assert_eq!(seen[2].asked.header("if-none-match"), None);
    assert_eq!(seen[3].asked.header("if-none-match"), Some("\"1\""));
}

#[test]
fn a_login_that_stands_in_a_link_is_not_used() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let mut link = host.url("/rss");
    link.set_username("ten").and_then(|()| link.set_password(Some("bimat"))).expect("a web address takes both");
    assert_eq!(text_of(&fetch(&request(link))), FEED);
    assert_eq!(farm.seen()[0].asked.header("authorization"), None);
}

#[test]
fn an_unasked_for_304_is_no_answer() {
    assert_eq!(outcome_of(Reply::status(304)), Outcome::UnexpectedStatus { status: 304 });
}

#[test]
fn the_same_bytes_are_known_to_be_the_same() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let fetched = fetch(&request(host.url("/rss")));
    let mut state = SourceState::default();
    let facts = fetched.facts(Outcome::NewItems { new: 1, edited: 0 });
    apply(&mut state, &mut HostState::default(), &facts, now());
    let again = fetch(&request(host.url("/rss")));
    let Answer::Document(document) = &again.answer else { panic!("no document") };
    assert!(document.is_unchanged(&state));
    assert!(!document.is_unchanged(&SourceState::default()));
}

#[test]
fn one_request_at_a_time_per_host_and_an_interval_apart_across_ports_and_sources() {
    let interval = Duration::from_millis(60);
    let farm = Farm::new();
    let busy = farm.host(|_| Reply::feed(FEED).after(Duration::from_millis(20)));
    let port = farm.port_of(&busy, |_| Reply::feed(FEED));
    let other = farm.host(|_| Reply::feed(FEED));
    run(async {
        let client = Client::new(Settings { host_interval: interval, ..settings() });
        let mut tasks = Vec::new();
        for number in 0..12 {
            let host = [&busy, &port, &other][number % 3];
            let (client, request) = (client.clone(), request(host.url(&format!("/{number}"))));
            tasks.push(tokio::spawn(async move { text_of(&client.fetch(&request).await) }));
        }
        for task in tasks {
            assert_eq!(task.await.expect("no panic"), FEED);
        }
    });
    assert_eq!(farm.seen().len(), 12);
    assert_eq!(farm.rudeness(interval), Vec::<String>::new());
    let elsewhere = farm.seen().iter().filter(|seen| seen.asked.host == other.ip()).map(|seen| seen.ended).max();
    let last = farm.seen().iter().map(|seen| seen.began).max();
    assert!(elsewhere < last, "the other host does not wait for the busy one");
}

#[test]
fn a_request_that_was_given_up_is_followed_by_a_pause_too() {
    let (interval, timeout) = (Duration::from_millis(400), Duration::from_millis(100));
    let farm = Farm::new();
    let host = farm.host(|asked| if asked.path == "/hang" { Reply::hang() } else { Reply::feed(FEED) });
    let began = Instant::now();
    run(async {
        let client = Client::new(Settings { host_interval: interval, ..settings() });
        let given_up = client.fetch(&Request { timeout, ..request(host.url("/hang")) }).await.outcome();
        assert!(matches!(given_up, Some(Outcome::Timeout { .. })), "{given_up:?}");
        text_of(&client.fetch(&request(host.url("/rss"))).await);
    });
    let next = farm.seen().last().expect("it was asked").began;
    assert!(next >= began + timeout + interval, "{:?} after the first began", next - began);
}

#[test]
fn redirects_count_for_the_host_they_go_to() {
    let interval = Duration::from_millis(60);
    let farm = Farm::new();
    let target = farm.host(|_| Reply::feed(FEED).after(Duration::from_millis(20)));
    let to = target.clone();
    let source = farm.host(move |asked| Reply::redirect(302, to.url(&asked.path)));
    run(async {
        let client = Client::new(Settings { host_interval: interval, ..settings() });
        let requests: Vec<_> = (0..6).map(|n| request([&source, &target][n % 2].url(&format!("/{n}")))).collect();
        let tasks: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let client = client.clone();
                tokio::spawn(async move { text_of(&client.fetch(&request).await) })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.expect("no panic"), FEED);
        }
    });
    assert_eq!(farm.seen().len(), 9);
    assert_eq!(farm.rudeness(interval), Vec::<String>::new());
}

#[test]
fn two_hosts_that_redirect_to_each_other_do_not_lock_each_other_out() {
    let farm = Farm::new();
    let (first, second) = (Arc::new(OnceLock::<Url>::new()), Arc::new(OnceLock::<Url>::new()));
    let (to_second, to_first) = (Arc::clone(&second), Arc::clone(&first));
    let script = |target: Arc<OnceLock<Url>>| {
        move |asked: &Asked| match asked.path.as_str() {
            "/start" => Reply::redirect(302, target.get().expect("set")).after(Duration::from_millis(20)),
            _ => Reply::feed(FEED),
        }
    };
    let a = farm.host(script(to_second));
    let b = farm.host(script(to_first));
    first.set(a.url("/end")).expect("once");
    second.set(b.url("/end")).expect("once");
    run(async {
        let client = Client::new(settings());
        let (a, b) = (request(a.url("/start")), request(b.url("/start")));
        let (a, b) = tokio::join!(client.fetch(&a), client.fetch(&b));
        assert_eq!((text_of(&a).as_str(), text_of(&b).as_str()), (FEED, FEED));
    });
}

#[test]
fn retry_after_is_understood_in_seconds_and_as_a_date_with_429_and_503() {
    let throttled = |status, seconds| Outcome::Throttled { status, retry_after_seconds: seconds };
    assert_eq!(outcome_of(Reply::status(429).header("Retry-After", 120)), throttled(429, Some(120)));
    let dated = Reply::status(503)
        .header("Date", "Mon, 23 Nov 2026 03:00:00 GMT")
        .header("Retry-After", "Mon, 23 Nov 2026 03:10:00 GMT");
    assert_eq!(outcome_of(dated), throttled(503, Some(600)));
    assert_eq!(outcome_of(Reply::status(429)), throttled(429, None));
    assert_eq!(outcome_of(Reply::status(503)), Outcome::ServerError { status: 503 });
}

#[test]
fn how_long_an_answer_is_fresh_is_told_for_documents_and_304s() {
    let farm = Farm::new();
    let host = farm.host(|asked| Reply::feed(FEED).unless_known(asked, "\"1\"").header("Cache-Control", "max-age=900"));
    let mut asked = request(host.url("/rss"));
    let first = fetch(&asked);
    asked.validators = Some(validators_of(&first));
    let second = fetch(&asked);
    assert!(matches!(second.answer, Answer::NotModified(_)));
    for fetched in [first, second] {
        assert_eq!(fetched.fresh_for, Some(Duration::from_secs(900)));
    }
}

#[test]
fn a_im_is_sent_and_226_understood() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED).with_status(226).header("IM", "feed").etag("\"2\""));
    let asked = Request { delta: true, ..request(host.url("/rss")) };
    let fetched = fetch(&asked);
    assert_eq!(farm.seen()[0].asked.header("a-im"), Some("feed"));
    let Answer::Document(document) = &fetched.answer else { panic!("no document") };
    assert_eq!(document.status, 226);
    let facts = fetched.facts(Outcome::NewItems { new: 1, edited: 0 });
    assert_eq!(facts.body_hash, None, "a part of a feed says nothing about the next whole one");
    assert_eq!(facts.validators.and_then(|known| known.etag), Some(Opaque::new("\"2\"")));
    assert_eq!(fetch(&request(host.url("/rss"))).outcome(), Some(Outcome::UnexpectedStatus { status: 226 }));
}

#[test]
fn says_who_it_is_and_what_it_takes_and_nothing_else() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let contact = Some("https://tin.example.vn/about".to_owned());
    fetch_with(Settings { contact, ..settings() }, &request(host.url("/rss")));
    let seen = farm.seen();
    let asked = &seen[0].asked;
    let agent = format!("bantin/{} (+https://tin.example.vn/about)", env!("CARGO_PKG_VERSION"));
    assert_eq!(asked.header("user-agent"), Some(agent.as_str()));
    assert!(
        asked.header("accept").is_some_and(|accept| accept.starts_with("application/atom+xml, application/rss+xml"))
    );
    assert_eq!(asked.header("accept-encoding"), Some("gzip, br, zstd, deflate"));
    let names: Vec<_> = asked.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), 4, "and `host`: {names:?}");
}

#[test]
fn a_source_has_headers_and_a_user_agent_of_its_own() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let mut asked = request(host.url("/rss"));
    asked.user_agent = Some("Mozilla/5.0".to_owned());
    asked.headers = BTreeMap::from([("Cookie".to_owned(), "D1N=abc".to_owned()), ("X-Key".to_owned(), "1".to_owned())]);
    fetch(&asked);
    let seen = &farm.seen()[0].asked;
    assert_eq!(seen.header("user-agent"), Some("Mozilla/5.0"));
    assert_eq!((seen.header("cookie"), seen.header("x-key")), (Some("D1N=abc"), Some("1")));
}

#[test]
fn the_headers_of_a_source_do_not_follow_redirects_to_other_hosts() {
    let farm = Farm::new();
    let thief = farm.host(|_| Reply::feed(FEED));
    let target = thief.url("/rss");
    let host = farm.host(move |asked| match asked.path.as_str() {
        "/rss" => Reply::redirect(302, "/moved"),
        _ => Reply::redirect(302, &target),
    });
    let mut asked = request(host.url("/rss"));
    asked.headers = BTreeMap::from([("Authorization".to_owned(), "Bearer secret".to_owned())]);
    fetch(&asked);
    let sent: Vec<_> = farm.seen().iter().map(|seen| seen.asked.header("authorization").is_some()).collect();
    assert_eq!(sent, [true, true, false]);
}

#[test]
fn headers_that_would_break_the_request_are_refused() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    for name in ["Host", "Content-Length", "b\u{e1}o", "x y"] {
        let mut asked = request(host.url("/rss"));
        asked.headers = BTreeMap::from([(name.to_owned(), "1".to_owned())]);
        assert!(matches!(fetch(&asked).outcome(), Some(Outcome::Misconfigured { .. })), "{name}");
    }
    assert_eq!(farm.seen().len(), 0);
}

#[test]
fn no_cookies_are_kept_and_no_referer_is_sent() {
    let farm = Farm::new();
    let host = farm.host(|asked| match asked.path.as_str() {
        "/rss" => Reply::redirect(302, "/end").header("Set-Cookie", "seen=1; Path=/"),
        _ => Reply::feed(FEED).header("Set-Cookie", "seen=2"),
    });
    run(async {
        let client = Client::new(settings());
        for _ in 0..2 {
            text_of(&client.fetch(&request(host.url("/rss"))).await);
        }
    });
    assert_eq!(farm.seen().len(), 4);
    for seen in farm.seen() {
        assert_eq!((seen.asked.header("cookie"), seen.asked.header("referer")), (None, None));
    }
}

#[test]
fn a_connection_is_kept_for_the_next_source_of_the_host_and_there_is_never_a_second() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    run(async {
        let client = Client::new(settings());
        let requests: Vec<_> = (0..10).map(|number| request(host.url(&format!("/{number}")))).collect();
        let tasks: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let client = client.clone();
                tokio::spawn(async move { text_of(&client.fetch(&request).await) })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
    });
    assert_eq!(farm.most_connections(&host), 1);
}

fn page_request(host: &FarmHost, path: &str) -> Request {
    Request { respect_robots: true, accept: Accept::Page, ..request(host.url(path)) }
}

#[test]
fn robots_txt_is_asked_once_a_day_and_heeded() {
    let farm = Farm::new();
    let host = farm.host(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::body("text/plain", "User-agent: *\nDisallow: /noi-bo\n"),
        _ => Reply::body("text/html", "<html></html>"),
    });
    let day = run(async {
        let client = Client::new(settings());
        let refused = client.fetch(&page_request(&host, "/noi-bo/tin")).await;
        assert_eq!(refused.outcome(), Some(Outcome::Robots { unreadable: None }));
        for _ in 0..3 {
            text_of(&client.fetch(&page_request(&host, "/tin-tuc")).await);
        }
        let mut later = page_request(&host, "/tin-tuc");
        later.now += TimeDelta::hours(25);
        text_of(&client.fetch(&later).await);
        farm.seen().iter().map(|seen| seen.asked.path.clone()).collect::<Vec<_>>()
    });
    assert_eq!(day, ["/robots.txt", "/tin-tuc", "/tin-tuc", "/tin-tuc", "/robots.txt", "/tin-tuc"]);
}

#[test]
fn robots_txt_of_the_host_a_redirect_leads_to_is_heeded_too() {
    let farm = Farm::new();
    let closed = farm.host(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::body("text/plain", "User-agent: bantin\nDisallow: /\n"),
        _ => Reply::body("text/html", "<html></html>"),
    });
    let target = closed.url("/tin");
    let open = farm.host(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        _ => Reply::redirect(302, &target),
    });
    assert_eq!(fetch(&page_request(&open, "/tin")).outcome(), Some(Outcome::Robots { unreadable: None }));
    assert!(farm.seen().iter().all(|seen| seen.asked.host != closed.ip() || seen.asked.path == "/robots.txt"));
}

#[test]
fn crawl_delay_makes_the_pauses_longer() {
    let farm = Farm::new();
    let host = farm.host(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::body("text/plain", "User-agent: *\nCrawl-delay: 0.15\n"),
        _ => Reply::body("text/html", "<html></html>"),
    });
    run(async {
        let client = Client::new(settings());
        for _ in 0..3 {
            text_of(&client.fetch(&page_request(&host, "/tin-tuc")).await);
        }
    });
    let seen = farm.seen();
    assert_eq!(seen.len(), 4);
    for pair in seen[1..].windows(2) {
        assert!(pair[1].began - pair[0].ended >= Duration::from_millis(150));
    }
}

#[test]
fn a_site_that_cannot_show_its_robots_txt_is_left_alone_for_a_day() {
    let farm = Farm::new();
    let host = farm.host(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(500),
        _ => Reply::body("text/html", "<html></html>"),
    });
    run(async {
        let client = Client::new(settings());
        for (hours, expected) in [(0, false), (1, false), (23, false), (25, true)] {
            let mut request = page_request(&host, "/tin-tuc");
            request.now += TimeDelta::hours(hours);
            let outcome = client.fetch(&request).await.outcome();
            let refused = Outcome::Robots { unreadable: Some(500) };
            assert_eq!(outcome, (!expected).then_some(refused), "after {hours} hours");
        }
    });
}

#[test]
fn a_site_that_is_down_is_reported_as_down_and_not_as_forbidding() {
    let farm = Farm::new();
    let host = farm.closed_host();
    assert_eq!(fetch(&page_request(&host, "/tin-tuc")).outcome(), Some(Outcome::Refused));
}

#[test]
fn feeds_need_no_robots_txt() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    fetch(&request(host.url("/rss")));
    assert_eq!(farm.seen().len(), 1);
}
