//! Stubborn: every way to fail has a name of its own, and a move is followed.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use bantin::fetch::{Answer, Lookup, Settings};
use bantin::model::{Outcome, Phase, Wall};
use bantin::schedule::{HostState, SourceState, apply};
use chrono::TimeDelta;

use super::farm::{Farm, Reply};
use super::{FEED, fetch, fetch_with, now, outcome_of, request, settings, text_of, times_out_in};

#[track_caller]
fn check(reply: Reply, expected: &Outcome) {
    assert_eq!(outcome_of(reply), *expected);
}

#[test]
fn statuses_have_names() {
    check(Reply::status(404), &Outcome::NotFound);
    check(Reply::status(410), &Outcome::Gone);
    for status in [401, 403, 451] {
        check(Reply::status(status), &Outcome::Forbidden { status });
    }
    for status in [500, 502, 503, 520, 408] {
        check(Reply::status(status), &Outcome::ServerError { status });
    }
    for status in [204, 206, 300, 400, 418, 999] {
        check(Reply::status(status), &Outcome::UnexpectedStatus { status });
    }
}

#[test]
fn a_challenge_behind_an_error_is_named() {
    let page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>";
    let challenge = Outcome::LoginOrChallenge { wall: Wall::Challenge };
    for status in [403, 503] {
        check(Reply::body("text/html; charset=UTF-8", page).with_status(status), &challenge);
    }
    check(Reply::status(403).header("cf-mitigated", "challenge"), &challenge);
    let login = "<html><form><input type=\"password\"></form></html>";
    check(Reply::body("text/html", login).with_status(401), &Outcome::LoginOrChallenge { wall: Wall::Login });
    check(
        Reply::body("text/html", "<html>không được phép</html>").with_status(403),
        &Outcome::Forbidden { status: 403 },
    );
}

#[test]
fn a_host_that_refuses_is_named() {
    let farm = Farm::new();
    assert_eq!(fetch(&request(farm.closed_host().url("/rss"))).outcome(), Some(Outcome::Refused));
}

#[test]
fn a_broken_connection_is_named_with_where_it_broke() {
    let interrupted = |reply| match outcome_of(reply) {
        Outcome::Interrupted { detail } => detail,
        other => panic!("{other:?}"),
    };
    assert!(interrupted(Reply::reset()).starts_with("before an answer came"));
    assert!(interrupted(Reply::raw("")).starts_with("before an answer came"));
    assert!(interrupted(Reply::feed(FEED).truncated()).starts_with("in the middle of the document"));
}

#[test]
fn what_is_not_http_is_named() {
    let nonsense = outcome_of(Reply::raw("SSH-2.0-OpenSSH_9.2\r\n"));
    assert_eq!(nonsense, Outcome::Unreadable { cause: "the answer makes no sense: it is not HTTP".to_owned() });
}

#[test]
fn timeouts_name_what_was_waited_for() {
    let farm = Farm::new();
    let silent = farm.host(|_| Reply::hang());
    let slow = farm.host(|_| Reply::feed(FEED).trickling(Duration::from_millis(500)));
    let head_then_nothing = farm.host(|_| Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").staying());
    for (host, phase) in [(&silent, Phase::Answer), (&slow, Phase::Answer), (&head_then_nothing, Phase::Body)] {
        times_out_in(phase, &settings(), &request(host.url("/rss")));
    }
}

#[test]
fn a_slow_name_server_is_named() {
    let lookup: Lookup = Arc::new(|_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        })
    });
    let asked = request("http://bao.example/".parse().expect("good"));
    times_out_in(Phase::Dns, &Settings { lookup, ..settings() }, &asked);
}

#[test]
fn a_host_that_takes_no_connection_is_named() {
    let farm = Farm::new();
    times_out_in(Phase::Connect, &settings(), &request(farm.full_host().url("/rss")));
}

#[test]
fn names_without_addresses_are_named() {
    for (text, no_such_name) in [("Name or service not known", true), ("Temporary failure in name resolution", false)] {
        let lookup: Lookup = Arc::new(move |_| {
            Box::pin(async move { Err(std::io::Error::other(format!("failed to lookup address information: {text}"))) })
        });
        let asked = request("http://bao.example/rss".parse().expect("good"));
        let outcome = fetch_with(Settings { lookup, ..settings() }, &asked).outcome();
        assert_eq!(outcome, Some(Outcome::Dns { no_such_name }));
    }
}

#[test]
fn wrong_encodings_are_named() {
    assert!(matches!(outcome_of(Reply::feed(vec![7; 300]).encoded("gzip")), Outcome::BadEncoding { .. }));
    assert!(matches!(outcome_of(Reply::feed(vec![7; 300]).encoded("lzma")), Outcome::BadEncoding { .. }));
}

#[test]
fn redirects_of_every_kind_are_followed_and_told() {
    for status in [301, 302, 303, 307, 308] {
        let farm = Farm::new();
        let host = farm.host(move |asked| match asked.path.as_str() {
            "/a/rss" => Reply::redirect(status, "../b/rss?x=1#y"),
            "/b/rss?x=1" => Reply::feed(FEED),
            _ => Reply::status(404),
        });
        let fetched = fetch(&request(host.url("/a/rss")));
        assert_eq!(text_of(&fetched), FEED);
        assert_eq!(fetched.redirects, [(status, host.url("/b/rss?x=1"))]);
        assert_eq!(*fetched.final_url(), host.url("/b/rss?x=1"));
    }
}

#[test]
fn a_move_is_adopted_after_three_confirmations_and_then_asked_directly() {
    let farm = Farm::new();
    let new = farm.host(|asked| Reply::feed(FEED).unless_known(asked, "\"1\""));
    let target = new.url("/rss");
    let old = farm.host(move |_| Reply::redirect(301, &target));
    let configured = old.url("/rss");
    let mut state = SourceState::default();
    state.settle_url(&configured);
    for poll in 0..4 {
        let mut asked = request(state.effective_url(&configured));
        asked.validators.clone_from(&state.validators);
        asked.now = now() + TimeDelta::minutes(20 * poll);
        let fetched = fetch(&asked);
        let outcome = fetched.outcome().unwrap_or(Outcome::NewItems { new: 1, edited: 0 });
        apply(&mut state, &mut HostState::default(), &fetched.facts(outcome), asked.now);
    }
    let asked: Vec<_> = farm.seen().iter().map(|seen| seen.asked.host).collect();
    let (old, new) = (old.ip(), new.ip());
    assert_eq!(asked, [old, new, old, new, old, new, new]);
    assert_eq!(farm.seen()[6].asked.header("if-none-match"), Some("\"1\""), "its validators are known");
}

#[test]
fn loops_are_noticed_and_hops_are_bounded() {
    check(Reply::redirect(302, "/rss"), &Outcome::RedirectLoop { hops: 1 });
    let farm = Farm::new();
    let circle = farm.host(|asked| Reply::redirect(301, if asked.path == "/a" { "/b" } else { "/a" }));
    assert_eq!(fetch(&request(circle.url("/a"))).outcome(), Some(Outcome::RedirectLoop { hops: 2 }));
    let farm = Farm::new();
    let endless = farm.host(|asked| Reply::redirect(302, format!("{}x", asked.path)));
    assert_eq!(fetch(&request(endless.url("/"))).outcome(), Some(Outcome::RedirectLoop { hops: 11 }));
    assert_eq!(farm.seen().len(), 11);
}

#[test]
fn a_redirect_to_nowhere_is_named() {
    for reply in [
        Reply::status(302),
        Reply::redirect(302, ""),
        Reply::redirect(302, "file:///etc/passwd"),
        Reply::redirect(302, "ftp://bao.example/"),
        Reply::redirect(302, "data:text/xml,x"),
        Reply::redirect(302, "mailto:x@bao.example"),
        Reply::redirect(302, "http://"),
        Reply::redirect(302, "http://[::1"),
    ] {
        let outcome = outcome_of(reply.clone());
        assert!(matches!(outcome, Outcome::BadRedirect { .. }), "{reply:?}: {outcome:?}");
    }
}

#[test]
fn a_redirect_cannot_make_us_log_in_anywhere() {
    let farm = Farm::new();
    let end = farm.host(|_| Reply::feed(FEED));
    let mut target = end.url("/rss");
    target.set_username("user").expect("http has users");
    target.set_password(Some("password")).expect("http has users");
    let start = farm.host(move |_| Reply::redirect(302, &target));
    assert_eq!(text_of(&fetch(&request(start.url("/rss")))), FEED);
    assert_eq!(farm.seen()[1].asked.header("authorization"), None);
}

#[test]
fn sloppy_heads_are_forgiven() {
    let farm = Farm::new();
    let host = farm.host(|_| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type : application/rss+xml\r\nX y: 1\r\nX-Long: a\r\n b\r\nConnection: close\r\n";
        Reply::raw(format!("{head}Content-Length: {}\r\n\r\n{FEED}", FEED.len()))
    });
    let fetched = fetch(&request(host.url("/rss")));
    assert_eq!(text_of(&fetched), FEED);
    let Answer::Document(document) = &fetched.answer else { panic!("no document") };
    assert_eq!(document.content_type.as_deref(), Some("application/rss+xml"));
}

#[test]
fn tells_when_it_began_and_how_long_and_large_it_was() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED).after(Duration::from_millis(100)));
    let asked = request(host.url("/rss"));
    let began = Clock::now();
    let fetched = fetch(&asked);
    assert!(fetched.took >= Duration::from_millis(100) && fetched.took <= began.elapsed());
    assert!(fetched.started_at >= asked.now && fetched.started_at < asked.now + TimeDelta::seconds(10));
    assert_eq!(fetched.bytes_on_wire, FEED.len() as u64);
    assert_eq!(fetched.status, Some(200));
}
