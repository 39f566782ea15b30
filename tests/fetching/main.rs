//! What polling promises, one sentence a test, against scripted servers.

#[path = "../farm/mod.rs"]
mod farm;
mod polite;
mod safe;
mod stubborn;
mod tls;

use std::time::Duration;

use bantin::fetch::{Answer, Client, Fetched, Request, Settings};
use bantin::model::{Instant, Outcome, Phase};
use bantin::schedule::Validators;
use chrono::DateTime;
use farm::{Farm, Reply};
use url::Url;

const FEED: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Báo Sông Lộ</title></channel></rss>";

fn now() -> Instant {
    DateTime::from_timestamp(1_795_400_000, 0).expect("in range")
}

/// Settings for loopback: private addresses allowed, no pauses.
fn settings() -> Settings {
    Settings { allow_private_addresses: true, host_interval: Duration::ZERO, ..Settings::default() }
}

/// Runs one test's requests on a runtime of their own.
fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn request(url: Url) -> Request {
    Request { timeout: Duration::from_secs(60), ..Request::new(url, now()) }
}

fn fetch_with(settings: Settings, request: &Request) -> Fetched {
    run(async { Client::new(settings).fetch(request).await })
}

fn fetch(request: &Request) -> Fetched {
    fetch_with(settings(), request)
}

/// Expects that the time of a request is up in a phase. It is given ever more of it: on a busy machine a short time may be up
/// before the request has come so far.
#[track_caller]
fn times_out_in(phase: Phase, settings: &Settings, asked: &Request) {
    for timeout in [400, 3_000, 20_000].map(Duration::from_millis) {
        match fetch_with(settings.clone(), &Request { timeout, ..asked.clone() }).outcome() {
            Some(Outcome::Timeout { phase: found }) if found == phase => return,
            Some(Outcome::Timeout { .. }) => {}
            other => panic!("no time-out but {other:?}"),
        }
    }
    panic!("the time was never up in {phase:?}");
}

/// The outcome of asking a host that answers everything in one way.
fn outcome_of(reply: Reply) -> Outcome {
    let farm = Farm::new();
    let host = farm.host(move |_| reply.clone());
    fetch(&request(host.url("/rss"))).outcome().expect("no document")
}

fn text_of(fetched: &Fetched) -> String {
    match &fetched.answer {
        Answer::Document(document) => String::from_utf8_lossy(document.body.bytes()).into_owned(),
        other => panic!("no document but {other:?}"),
    }
}

fn validators_of(fetched: &Fetched) -> Validators {
    match &fetched.answer {
        Answer::Document(document) => document.validators.clone(),
        Answer::NotModified(validators) => validators.clone(),
        Answer::Failed(outcome) => panic!("failed: {outcome}"),
    }
}
