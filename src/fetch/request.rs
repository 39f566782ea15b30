//! What is asked for, and what comes of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::config;
use crate::model::{Instant, Outcome};
use crate::schedule::{Host, PollFacts, SourceState, Validators};

use super::budget::Reservation;
use super::tls::Pin;

/// What kind of document is hoped for; decides the `Accept` header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Accept {
    /// A feed; pages are taken, too, to find out what came instead.
    #[default]
    Feed,
    /// A page.
    Page,
    /// A JSON document.
    Json,
    /// Anything.
    Any,
}

impl Accept {
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                 application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
            }
            Self::Page => "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1",
            Self::Json => "application/json, text/json;q=0.9, */*;q=0.1",
            Self::Any => "*/*",
        }
    }
}

/// One document to be fetched.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its address, `http` or `https`.
    pub url: Url,
    /// When the request is handed in; what `Retry-After` dates and the age of robots.txt are measured by.
    pub now: Instant,
    /// What we know of it; sent only to the address they came from.
    pub validators: Option<Validators>,
    /// What is hoped for.
    pub accept: Accept,
    /// Whether a partial feed will do (`A-IM: feed`, answered with 226).
    pub delta: bool,
    /// Whole `User-Agent`, instead of ours.
    pub user_agent: Option<String>,
    /// Extra headers; sent only to the host of `url`, never on to where it redirects.
    pub headers: BTreeMap<String, String>,
    /// A proxy (`http`, `https`, `socks5`, `socks5h`), with user and password if it wants them.
    pub proxy: Option<Url>,
    /// For everything from the first byte sent to the last one read, over all redirects; waiting in a queue is not counted.
    pub timeout: Duration,
    /// Bytes, packed as well as unpacked.
    pub max_body: u64,
    /// Certificates in PEM that are believed besides the system's.
    pub ca: Option<PathBuf>,
    /// The server's certificate.
    pub tls_pin: Option<Pin>,
    /// Whether robots.txt of every host on the way is asked first.
    pub respect_robots: bool,
    /// Whether hosts that are not on the public internet may be asked, on this request and where it redirects to.
    pub allow_private_addresses: bool,
    /// Whether certificates that are missing in a chain are fetched.
    pub tls_fetch_intermediate: bool,
}

impl Request {
    /// A request with the defaults of the configuration.
    pub fn new(url: Url, now: Instant) -> Self {
        Self {
            url,
            now,
            validators: None,
            accept: Accept::Feed,
            delta: false,
            user_agent: None,
            headers: BTreeMap::new(),
            proxy: None,
            timeout: Duration::from_secs(30),
            max_body: 10 * 1024 * 1024,
            ca: None,
            tls_pin: None,
            respect_robots: false,
            allow_private_addresses: false,
            tls_fetch_intermediate: false,
        }
    }

    /// The request that polls a source: its own settings, the address and validators of its state. Listing pages heed
    /// robots.txt unless the source gives a written reason not to.
    pub fn poll(source: &config::Source, state: &SourceState, now: Instant) -> Self {
        let url = state.effective_url(&source.url);
        let is_page = source.kind == config::SourceKind::Html;
        Self {
            validators: state.validators.clone(),
            accept: match source.kind {
                config::SourceKind::Html => Accept::Page,
                config::SourceKind::Json => Accept::Json,
                config::SourceKind::Auto | config::SourceKind::Feed | config::SourceKind::Sitemap => Accept::Feed,
            },
            delta: matches!(source.kind, config::SourceKind::Auto | config::SourceKind::Feed),
            user_agent: source.user_agent.as_ref().map(|secret| secret.expose().to_owned()),
            headers: source.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect(),
            proxy: source.proxy.as_ref().map(|proxy| proxy.url().clone()),
            timeout: source.timeout,
            max_body: source.max_body,
            respect_robots: is_page && source.robots == config::Robots::Respect,
            allow_private_addresses: source.allow_private_addresses,
            tls_fetch_intermediate: source.tls_fetch_intermediate,
            ca: source.ca.clone(),
            tls_pin: source.tls_pin.map(Pin::from),
            ..Self::new(url, now)
        }
    }
}

impl Request {
    /// The request for a page that a source's document names: the page after a listing, a sitemap of an index, a feed that a
    /// page offers. As [`Request::poll`], but for another address.
    pub fn further(source: &config::Source, url: Url, now: Instant) -> Self {
        let mut request = Self::poll(source, &SourceState::default(), now);
        request.move_to(source, url);
        request.delta = false;
        request
    }

    /// The request for the page of an article of a source, wherever that is. robots.txt is heeded, whatever the source is
    /// otherwise.
    pub fn article(source: &config::Source, url: Url, now: Instant) -> Self {
        let request = Self::further(source, url, now);
        Self {
            accept: Accept::Page,
            max_body: request.max_body.min(MOST_PAGE_BYTES),
            respect_robots: source.robots == config::Robots::Respect,
            ..request
        }
    }

    /// Another address; what is the business of the source's own host alone is not taken to others.
    fn move_to(&mut self, source: &config::Source, url: Url) {
        if Host::of(&url) != Host::of(&source.url) || url.scheme() != source.url.scheme() {
            self.headers.clear();
            self.tls_pin = None;
        }
        self.url = url;
    }
}

/// The largest page of an article that is read; the largest in a collection of 181 has 2.4 MB, pictures inlined.
const MOST_PAGE_BYTES: u64 = 4 << 20;

/// The bytes of a document, unpacked, with the memory they take: keep the two together until the document is parsed.
#[derive(Debug)]
pub struct Body {
    bytes: Vec<u8>,
    reservation: Reservation,
}

impl Body {
    pub(super) fn new(bytes: Vec<u8>, reservation: Reservation) -> Self {
        Self { bytes, reservation }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes for whoever must own them, and what holds their place in the memory until it is dropped.
    pub fn into_parts(self) -> (Vec<u8>, Reservation) {
        (self.bytes, self.reservation)
    }
}

/// A document that came.
#[derive(Debug)]
pub struct Document {
    /// Its bytes.
    pub body: Body,
    /// Hash of the bytes; equal to the stored one, there is nothing to parse.
    pub hash: u64,
    /// 200, or 226 for the part of a feed that is new.
    pub status: u16,
    /// `Content-Type` as given.
    pub content_type: Option<String>,
    /// `Content-Language` as given.
    pub content_language: Option<String>,
    /// `Last-Modified` as a date.
    pub last_modified: Option<Instant>,
    /// What to ask with next time; perhaps empty.
    pub validators: Validators,
}

impl Document {
    pub(super) fn hash_of(bytes: &[u8]) -> u64 {
        xxh3_64(bytes)
    }

    /// Whether these are the bytes that were taken in last time. A part of a feed never is: it is new by its nature.
    pub fn is_unchanged(&self, state: &SourceState) -> bool {
        self.status != 226 && state.body_hash == Some(self.hash)
    }
}

/// What came of a request.
#[derive(Debug)]
pub enum Answer {
    /// A document.
    Document(Box<Document>),
    /// 304, with the validators it carried.
    NotModified(Validators),
    /// Anything else.
    Failed(Outcome),
}

/// A request and all that is known of how it went.
#[derive(Debug)]
pub struct Fetched {
    /// What came.
    pub answer: Answer,
    /// The address asked first.
    pub requested: Url,
    /// The redirects followed: status and target, in order.
    pub redirects: Vec<(u16, Url)>,
    /// The last status, if there was one.
    pub status: Option<u16>,
    /// How long the answer calls itself fresh.
    pub fresh_for: Option<Duration>,
    /// Bytes of bodies as they came over the wire, over all hops.
    pub bytes_on_wire: u64,
    /// When the first request was made.
    pub started_at: Instant,
    /// How long it took from then on, waiting for other hosts on the way included.
    pub took: Duration,
    /// Until when the certificate of the last host is valid.
    pub certificate_expires: Option<Instant>,
}

impl Fetched {
    /// The facts of this poll for [`apply`](crate::schedule::apply), as far as the answer tells them. `outcome` is what reading
    /// the document came to, or [`Fetched::outcome`] where there was none; hints and dates are the reader's to add.
    pub fn facts(&self, outcome: Outcome) -> PollFacts {
        let mut facts = PollFacts::new(self.started_at, outcome, self.requested.clone());
        facts.redirects.clone_from(&self.redirects);
        facts.fresh_for = self.fresh_for;
        facts.certificate_expires = self.certificate_expires;
        match &self.answer {
            Answer::Document(document) => {
                facts.validators = Some(document.validators.clone());
                if document.status != 226 {
                    facts.body_hash = Some(document.hash);
                    facts.body_bytes = Some(document.body.bytes().len() as u64);
                }
            }
            Answer::NotModified(validators) => {
                facts.not_modified = true;
                facts.validators = Some(validators.clone());
            }
            Answer::Failed(_) => {}
        }
        facts
    }

    /// The address that answered.
    pub fn final_url(&self) -> &Url {
        self.redirects.last().map_or(&self.requested, |(_, target)| target)
    }

    /// The host that answered, or failed to: the one whose [`HostState`](crate::schedule::HostState) is concerned.
    pub fn host(&self) -> Host {
        Host::of(self.final_url())
    }

    /// The outcome as far as it can be told without reading the document; `None` if there is one to be read.
    pub fn outcome(&self) -> Option<Outcome> {
        match &self.answer {
            Answer::Document(_) => None,
            Answer::NotModified(_) => Some(Outcome::NotModified),
            Answer::Failed(outcome) => Some(outcome.clone()),
        }
    }
}

/// Adds a span of the clock that never jumps to a time of day.
pub(super) fn later(at: Instant, by: Duration) -> Instant {
    at + TimeDelta::from_std(by).unwrap_or(TimeDelta::zero())
}
