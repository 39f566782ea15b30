//! The client: from a request to what came of it, hop by hop.
//!
//! Every hop waits its turn at the host it goes to, is checked before it is made, and lives within one time limit for
//! all of them. What can only be known by reading the document is left to whoever reads it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, USER_AGENT,
};
use reqwest::tls::TlsInfo;
use reqwest::{Method, StatusCode};
use tokio::sync::Semaphore;
use tokio::time::{Instant as Moment, timeout_at};
use url::Url;

use crate::config;
use crate::model::{Instant, Outcome, Wall};
use crate::schedule::{Host, Opaque, Validators};

use super::address::{self, Guard, Lookup};
use super::body;
use super::budget::{Budget, Reservation};
use super::der;
use super::failure::{self, Failure};
use super::gate::HostGate;
use super::headers;
use super::http_clients::HttpClients;
use super::progress::Progress;
use super::request::{Accept, Answer, Body, Document, Fetched, Request, later};
use super::robots_cache::RobotsCache;
use super::tls::{self, Roots};
use super::wall;

/// Redirects followed before it is called a loop; browsers follow twenty, feeds have needed five.
const MOST_REDIRECTS: usize = 10;
/// How much of the page behind an error is read, to see whether it is a challenge.
const ERROR_PAGE_BYTES: u64 = 64 * 1024;
/// Certificates are a few kilobytes.
const CERTIFICATE_BYTES: u64 = 64 * 1024;
/// Missing certificates fetched for one request; a chain has two in between at most.
const MOST_MISSING: usize = 3;
/// `A-IM` (RFC 3229): we can do with the part of a feed that is new.
const A_IM: HeaderName = HeaderName::from_static("a-im");

/// What the client is to be like.
#[derive(Clone)]
pub struct Settings {
    /// What `User-Agent` says behind our name and version.
    pub contact: Option<String>,
    /// Requests under way at once.
    pub concurrency: usize,
    /// Pause between two requests to one host.
    pub host_interval: Duration,
    /// For all bodies together, bytes.
    pub memory: u64,
    /// The largest `max_body` of any request.
    pub largest_body: u64,
    /// Whether hosts that are not on the public internet may be asked by every request, whatever it says itself.
    pub allow_private_addresses: bool,
    /// Whether certificates that are missing in a chain are fetched for every request, whatever it says itself.
    pub tls_fetch_intermediate: bool,
    /// Whom to believe.
    pub roots: Roots,
    /// How names become addresses.
    pub lookup: Lookup,
    /// Which addresses are not on the public internet.
    pub guard: Guard,
}

impl Settings {
    /// What the configuration says.
    pub fn of(config: &config::Config) -> Self {
        Self {
            contact: config.poll.contact.clone(),
            concurrency: config.poll.concurrency,
            host_interval: config.poll.host_interval,
            memory: config.poll.memory,
            largest_body: config.sources.iter().map(|source| source.max_body).max().unwrap_or(10 << 20),
            ..Self::default()
        }
    }
}

impl Default for Settings {
    /// The defaults of the configuration.
    fn default() -> Self {
        Self {
            contact: None,
            concurrency: 64,
            host_interval: Duration::from_secs(1),
            memory: 128 << 20,
            largest_body: 10 << 20,
            allow_private_addresses: false,
            tls_fetch_intermediate: false,
            roots: Roots::System,
            lookup: address::system_lookup(),
            guard: Arc::new(address::special_range),
        }
    }
}

/// Fetches documents; one for the whole daemon, cheap to clone. Needs a Tokio runtime with time and I/O.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    user_agent: String,
    /// What the poll of a feed says of us and of what we can read.
    usual_headers: HeaderMap,
    gate: HostGate,
    budget: Budget,
    unpackers: Arc<Semaphore>,
    robots: Arc<RobotsCache>,
    http: HttpClients,
}

/// A trip from the first address to the answer.
struct Trip<'a> {
    request: &'a Request,
    client: reqwest::Client,
    started: Option<Moment>,
    /// What is left of the time limit.
    time_left: Duration,
    redirects: Vec<(u16, Url)>,
    status: Option<u16>,
    fresh_for: Option<Duration>,
    bytes_on_wire: u64,
    certificate_expires: Option<Instant>,
}

/// What one hop came to.
enum Hop {
    Done(Answer),
    Redirect(u16, Option<String>),
}

impl Client {
    /// A client that has not asked anybody yet.
    pub fn new(settings: Settings) -> Self {
        let gate = HostGate::new(settings.concurrency, settings.host_interval);
        Self::with(settings, gate, Arc::default())
    }

    /// A client with other settings, for a changed configuration. Hosts are still asked by one of the two at a time, and what
    /// their robots.txt say is still known; requests under way end under the old settings.
    pub fn changed(&self, settings: Settings) -> Self {
        let gate = self.shared.gate.changed(settings.concurrency, settings.host_interval);
        Self::with(settings, gate, Arc::clone(&self.shared.robots))
    }

    fn with(settings: Settings, gate: HostGate, robots: Arc<RobotsCache>) -> Self {
        let parallel = std::thread::available_parallelism().map_or(2, usize::from);
        // A body needs its place packed and unpacked.
        let budget = Budget::new(settings.memory, settings.largest_body.saturating_mul(2));
        let user_agent = user_agent(settings.contact.as_deref());
        Self {
            shared: Arc::new(Shared {
                usual_headers: HeaderMap::from_iter([
                    (USER_AGENT, user_agent.parse().expect("it has only characters that may stand in a header")),
                    (ACCEPT, HeaderValue::from_static(Accept::Feed.header())),
                    (ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED_ENCODINGS)),
                    (A_IM, HeaderValue::from_static("feed")),
                ]),
                user_agent,
                gate,
                budget,
                unpackers: Arc::new(Semaphore::new(parallel)),
                robots,
                http: HttpClients::new(
                    settings.roots.clone(),
                    Arc::clone(&settings.lookup),
                    (!settings.allow_private_addresses).then(|| Arc::clone(&settings.guard)),
                ),
                settings,
            }),
        }
    }

    /// What robots.txt files have said since this was last called: site, and what [`Client::recall_robots`] takes.
    pub fn take_fetched_robots(&self) -> Vec<(String, String)> {
        self.shared.robots.take_fetched()
    }

    /// Takes back what [`Client::take_fetched_robots`] once gave; `false` where it is too old to be of use.
    pub fn recall_robots(&self, site: &str, said: &str, now: Instant) -> bool {
        self.shared.robots.recall(site, said, now)
    }

    /// The gate, for whoever makes requests by other means.
    pub fn gate(&self) -> &HostGate {
        &self.shared.gate
    }

    /// The memory for bodies, for whoever wants to see how much is free.
    pub fn budget(&self) -> &Budget {
        &self.shared.budget
    }

    /// Our `User-Agent`.
    pub fn user_agent(&self) -> &str {
        &self.shared.user_agent
    }

    /// Fetches a document, waiting its turn at every host on the way. Never fails otherwise than by an outcome; dropping the
    /// future closes the connection and frees the host.
    pub async fn fetch(&self, request: &Request) -> Fetched {
        let handed_in = Moment::now();
        let mut trip = Trip {
            request,
            client: match self.shared.http.of(request) {
                Ok(client) => client,
                Err(outcome) => return Fetched::never_sent(request, outcome),
            },
            started: None,
            time_left: request.timeout,
            redirects: Vec::new(),
            status: None,
            fresh_for: None,
            bytes_on_wire: 0,
            certificate_expires: None,
        };
        let answer = match self.travel(&mut trip).await {
            Ok(answer) => answer,
            Err(failure) => Answer::Failed(failure.outcome),
        };
        let started = trip.started.unwrap_or(handed_in);
        Fetched {
            answer,
            requested: request.url.clone(),
            redirects: trip.redirects,
            status: trip.status,
            fresh_for: trip.fresh_for,
            bytes_on_wire: trip.bytes_on_wire,
            started_at: later(request.now, started - handed_in),
            took: started.elapsed(),
            certificate_expires: trip.certificate_expires,
        }
    }

    async fn travel(&self, trip: &mut Trip<'_>) -> Result<Answer, Failure> {
        let mut url = Cow::Borrowed(&trip.request.url);
        let mut looked_at: Vec<String> = Vec::new();
        loop {
            self.check(trip.request, &url)?;
            if trip.request.respect_robots {
                Box::pin(self.shared.robots.check(self, trip.request, &url)).await?;
            }
            match self.hop(trip, &url).await {
                Ok(Hop::Done(answer)) => return Ok(answer),
                Ok(Hop::Redirect(status, location)) => {
                    url = Cow::Owned(trip.redirect(&url, status, location.as_deref())?);
                }
                Err(failure) => {
                    let Some(at) = failure.missing_certificate_at.clone() else { return Err(failure) };
                    let enabled = self.shared.settings.tls_fetch_intermediate || trip.request.tls_fetch_intermediate;
                    if !enabled || looked_at.len() >= MOST_MISSING || looked_at.contains(&at) {
                        return Err(failure);
                    }
                    if !Box::pin(self.fetch_certificate(trip, &at)).await {
                        return Err(failure);
                    }
                    looked_at.push(at);
                }
            }
        }
    }

    /// What can be told about a hop before it is made.
    fn check(&self, request: &Request, url: &Url) -> Result<(), Outcome> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Outcome::BadRedirect { detail: format!("`{}:` is not polled", url.scheme()) });
        }
        // A proxy that somebody has written down is trusted with where it connects to.
        let settings = &self.shared.settings;
        let allowed = settings.allow_private_addresses || request.allow_private_addresses;
        if !allowed && request.proxy.is_none() {
            address::check_literal(url, &settings.guard)
                .map_err(|blocked| Outcome::BlockedAddress { detail: blocked.to_string() })?;
        }
        Ok(())
    }

    /// One request to one host, within what is left of the time.
    async fn hop(&self, trip: &mut Trip<'_>, url: &Url) -> Result<Hop, Failure> {
        let headers = self.headers(trip.request, url)?;
        let pass = self.shared.gate.enter(&Host::of(url)).await;
        let mut deadline = trip.start();
        let answer = self.ask(trip, url, headers, &mut deadline).await;
        trip.time_left = deadline.saturating_duration_since(Moment::now());
        let (mut response, sent_validators) = answer?;
        let answer = self.understand(trip, url, &mut response, sent_validators, &mut deadline).await;
        trip.time_left = deadline.saturating_duration_since(Moment::now());
        // The host is free again; unpacking is our own affair.
        drop(pass);
        match answer? {
            Understood::Hop(hop) => Ok(hop),
            Understood::Packed(packed) => {
                let document = Box::pin(self.unpack(trip, *packed)).await?;
                Ok(Hop::Done(Answer::Document(Box::new(document))))
            }
        }
    }

    /// Sends the request and waits for the head of the answer.
    async fn ask(
        &self,
        trip: &mut Trip<'_>,
        url: &Url,
        headers: HeaderMap,
        deadline: &mut Moment,
    ) -> Result<(reqwest::Response, bool), Failure> {
        let sent_validators = headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MODIFIED_SINCE);
        let progress = Progress::default();
        let proxied = trip.request.proxy.is_some();
        let sending = trip.client.execute(get(url.clone(), headers));
        match timeout_at(*deadline, progress.watch(sending)).await {
            Err(_) => Err(Outcome::Timeout { phase: progress.phase() }.into()),
            Ok(Err(error)) => Err(failure::explain(&error, progress.phase(), proxied)),
            Ok(Ok(response)) => Ok((response, sent_validators)),
        }
    }

    /// Makes sense of the head, and reads as much of the body as is of use.
    async fn understand(
        &self,
        trip: &mut Trip<'_>,
        url: &Url,
        response: &mut reqwest::Response,
        sent_validators: bool,
        deadline: &mut Moment,
    ) -> Result<Understood, Failure> {
        let status = response.status();
        let now = trip.request.now;
        trip.status = Some(status.as_u16());
        trip.certificate_expires =
            response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).and_then(tls::expires);
        let head = response.headers();
        let done = |answer| Ok(Understood::Hop(Hop::Done(answer)));
        match status.as_u16() {
            200 | 203 => {}
            226 if trip.request.delta => {}
            301 | 302 | 303 | 307 | 308 => {
                let location = headers::lossy(head, LOCATION);
                body::drain(response, *deadline).await;
                return Ok(Understood::Hop(Hop::Redirect(status.as_u16(), location)));
            }
            304 if sent_validators => {
                trip.fresh_for = headers::fresh_for(head, now);
                let known = trip.request.validators.as_ref();
                return done(Answer::NotModified(validators(head, url, known)));
            }
            _ => {
                let outcome = Box::pin(self.explain_status(trip, status, url, response, deadline)).await;
                return done(Answer::Failed(outcome));
            }
        }
        trip.fresh_for = headers::fresh_for(head, now);
        let mut packed = Packed {
            status: status.as_u16(),
            content_type: headers::lossy(head, CONTENT_TYPE),
            content_language: headers::lossy(head, CONTENT_LANGUAGE),
            content_encoding: body::content_encoding(head),
            last_modified: headers::text(head, LAST_MODIFIED).and_then(headers::http_date),
            validators: validators(head, url, None),
            bytes: Vec::new(),
            reservation: self.shared.budget.reserve(),
        };
        packed.bytes = body::read(
            response,
            trip.request.max_body,
            &mut packed.reservation,
            deadline,
            &mut trip.bytes_on_wire,
            trip.request.proxy.is_some(),
        )
        .await?;
        Ok(Understood::Packed(Box::new(packed)))
    }

    /// What an answer that brings no document means. A page behind it may tell that it is a challenge.
    async fn explain_status(
        &self,
        trip: &mut Trip<'_>,
        status: StatusCode,
        url: &Url,
        response: &mut reqwest::Response,
        deadline: &mut Moment,
    ) -> Outcome {
        let code = status.as_u16();
        let head = response.headers();
        let retry_after = headers::retry_after(head, trip.request.now).map(|wait| wait.as_secs());
        if code == 429 || (code == 503 && retry_after.is_some()) {
            return Outcome::Throttled { status: code, retry_after_seconds: retry_after };
        }
        if head.get("cf-mitigated").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"challenge")) {
            return Outcome::LoginOrChallenge { wall: Wall::Challenge };
        }
        let may_be_wall = matches!(code, 202 | 401 | 403 | 405 | 503);
        if may_be_wall && headers::text(head, CONTENT_TYPE).is_some_and(|kind| kind.contains("html")) {
            let encoding = body::content_encoding(head);
            let page = body::start_of_page(
                response,
                encoding.as_deref(),
                ERROR_PAGE_BYTES,
                self.shared.budget.reserve(),
                *deadline,
                &mut trip.bytes_on_wire,
            )
            .await;
            if let Some(wall) = wall::recognise(&page, url.path()) {
                return Outcome::LoginOrChallenge { wall };
            }
        }
        body::drain(response, *deadline).await;
        match code {
            401 | 403 | 451 => Outcome::Forbidden { status: code },
            404 => Outcome::NotFound,
            407 => Outcome::Proxy { detail: "it wants a user and a password (HTTP 407)".to_owned() },
            410 => Outcome::Gone,
            408 | 425 | 500..=599 => Outcome::ServerError { status: code },
            _ => Outcome::UnexpectedStatus { status: code },
        }
    }

    /// Unpacks a body.
    async fn unpack(&self, trip: &Trip<'_>, packed: Packed) -> Result<Document, Failure> {
        let (bytes, reservation) = body::unpack(
            packed.bytes,
            packed.content_encoding,
            packed.reservation,
            trip.request.max_body,
            &self.shared.unpackers,
        )
        .await?;
        Ok(Document {
            hash: Document::hash_of(&bytes),
            body: Body::new(bytes, reservation),
            status: packed.status,
            content_type: packed.content_type,
            content_language: packed.content_language,
            last_modified: packed.last_modified,
            validators: packed.validators,
        })
    }

    /// Fetches a certificate that a server does not send; tells whether it was one that we did not have.
    async fn fetch_certificate(&self, trip: &mut Trip<'_>, at: &str) -> bool {
        let Ok(url) = Url::parse(at) else { return false };
        if url.scheme() != "http" || self.check(trip.request, &url).is_err() {
            return false;
        }
        let pass = self.shared.gate.enter(&Host::of(&url)).await;
        let mut deadline = trip.start();
        let agent = self.shared.usual_headers.get(USER_AGENT).expect("set when the client was made");
        let headers = HeaderMap::from_iter([(USER_AGENT, agent.clone())]);
        let asking = trip.client.execute(get(url, headers));
        let mut bytes = Vec::new();
        if let Ok(Ok(mut response)) = timeout_at(deadline, asking).await
            && response.status() == StatusCode::OK
        {
            let mut reservation = self.shared.budget.reserve();
            let wire = &mut trip.bytes_on_wire;
            bytes = body::read(&mut response, CERTIFICATE_BYTES, &mut reservation, &mut deadline, wire, false)
                .await
                .unwrap_or_default();
        }
        drop(pass);
        trip.time_left = deadline.saturating_duration_since(Moment::now());
        let mut new = false;
        for certificate in der::certificates_in(&bytes) {
            new |= self.shared.http.believe_through(certificate);
        }
        new
    }

    /// The headers of one hop.
    fn headers(&self, request: &Request, url: &Url) -> Result<HeaderMap, Outcome> {
        let misconfigured = |name: &str| Outcome::Misconfigured { detail: format!("header `{name}` cannot be sent") };
        let mut headers = self.shared.usual_headers.clone();
        if let Some(agent) = &request.user_agent {
            headers.insert(USER_AGENT, agent.parse().map_err(|_| misconfigured("User-Agent"))?);
        }
        if request.accept != Accept::Feed {
            headers.insert(ACCEPT, HeaderValue::from_static(request.accept.header()));
        }
        if !request.delta {
            headers.remove(A_IM);
        }
        // Logins and cookies are for the site they were written for, and not to be read on the way.
        if !request.headers.is_empty() && is_at_home(url, &request.url) {
            for (name, value) in &request.headers {
                let key: HeaderName = name.parse().map_err(|_| misconfigured(name))?;
                if matches!(key.as_str(), "host" | "connection" | "content-length" | "transfer-encoding" | "upgrade") {
                    return Err(misconfigured(name));
                }
                headers.insert(key, HeaderValue::from_str(value).map_err(|_| misconfigured(name))?);
            }
        }
        if let Some(known) = request.validators.as_ref().filter(|known| *known.url == *url.as_str()) {
            for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)] {
                if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
                    headers.insert(name, value);
                }
            }
        }
        Ok(headers)
    }
}

/// The request as it goes out. Its headers are ours alone: a builder would begin with a set of its own, copy them over one by
/// one, and log in with the name and password that somebody has put into a link.
fn get(mut url: Url, headers: HeaderMap) -> reqwest::Request {
    if !url.username().is_empty() || url.password().is_some() {
        // An address with a host takes both.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
    }
    let mut request = reqwest::Request::new(Method::GET, url);
    *request.headers_mut() = headers;
    request
}

/// The same site, or its host by `https` where it was `http` before.
fn is_at_home(url: &Url, home: &Url) -> bool {
    let is_its_https = url.scheme() == "https" && home.scheme() == "http";
    Host::of(url) == Host::of(home) && (is_its_https || url.port_or_known_default() == home.port_or_known_default())
}

/// A body as it came, with what its head said.
struct Packed {
    status: u16,
    content_type: Option<String>,
    content_language: Option<String>,
    content_encoding: Option<String>,
    last_modified: Option<Instant>,
    validators: Validators,
    bytes: Vec<u8>,
    reservation: Reservation,
}

enum Understood {
    Hop(Hop),
    Packed(Box<Packed>),
}

impl Trip<'_> {
    /// Notes that a hop begins; returns when its time is over.
    fn start(&mut self) -> Moment {
        let now = Moment::now();
        self.started.get_or_insert(now);
        now + self.time_left
    }

    /// Where a redirect leads, if it leads anywhere new.
    fn redirect(&mut self, from: &Url, status: u16, location: Option<&str>) -> Result<Url, Outcome> {
        let location = location.filter(|location| !location.is_empty());
        let location =
            location.ok_or_else(|| Outcome::BadRedirect { detail: format!("HTTP {status} without an address") })?;
        let mut target = from
            .join(location)
            .map_err(|error| Outcome::BadRedirect { detail: format!("`{}`: {error}", shortened(location)) })?;
        target.set_fragment(None);
        // Nobody else's names and passwords.
        let cleaned = target.set_username("").and_then(|()| target.set_password(None));
        if cleaned.is_err() && !matches!(target.scheme(), "http" | "https") {
            return Err(Outcome::BadRedirect { detail: format!("`{}` is no web address", shortened(location)) });
        }
        let known = target == self.request.url || self.redirects.iter().any(|(_, passed)| *passed == target);
        self.redirects.push((status, target.clone()));
        if known || self.redirects.len() > MOST_REDIRECTS {
            return Err(Outcome::RedirectLoop { hops: u32::try_from(self.redirects.len()).unwrap_or(u32::MAX) });
        }
        Ok(target)
    }
}

impl Fetched {
    fn never_sent(request: &Request, outcome: Outcome) -> Self {
        Self {
            answer: Answer::Failed(outcome),
            requested: request.url.clone(),
            redirects: Vec::new(),
            status: None,
            fresh_for: None,
            bytes_on_wire: 0,
            started_at: request.now,
            took: Duration::ZERO,
            certificate_expires: None,
        }
    }
}

/// The validators of an answer; those that are `known` where it repeats them.
fn validators(head: &HeaderMap, url: &Url, known: Option<&Validators>) -> Validators {
    let given = |name: &HeaderName| head.get(name).map(HeaderValue::as_bytes);
    let (etag, last_modified) = (given(&ETAG), given(&LAST_MODIFIED));
    let repeats = |known: &&Validators| {
        *known.url == *url.as_str()
            && known.etag.as_ref().map(Opaque::as_bytes) == etag
            && known.last_modified.as_ref().map(Opaque::as_bytes) == last_modified
    };
    known.filter(repeats).cloned().unwrap_or_else(|| Validators {
        url: url.as_str().into(),
        etag: etag.map(Opaque::new),
        last_modified: last_modified.map(Opaque::new),
    })
}

/// `bantin/1.0.0 (+https://tin.example.vn/about)`; what cannot stand in a header is left out of the contact.
fn user_agent(contact: Option<&str>) -> String {
    let contact: String =
        contact.unwrap_or("").chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '\\')).collect();
    let name = concat!("bantin/", env!("CARGO_PKG_VERSION"));
    if contact.is_empty() { name.to_owned() } else { format!("{name} (+{contact})") }
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(100).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_is_honest() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(user_agent(None), format!("bantin/{version}"));
        assert_eq!(
            user_agent(Some("https://tin.example.vn/about")),
            format!("bantin/{version} (+https://tin.example.vn/about)")
        );
        assert_eq!(user_agent(Some("ban tổ (x)\r\n")), format!("bantin/{version} (+bantx)"));
    }
}
