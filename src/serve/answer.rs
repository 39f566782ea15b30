//! One request, one response.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LAST_MODIFIED, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use tracing::{debug, warn};

use crate::config::Language;
use crate::publish::pages::{Notice, security_policy, security_policy_with_pictures};
use crate::publish::{Coding, Encoded, Format, Representation};

use super::access::{Pass, Peer};
use super::negotiate;
use super::route::{Kind, Target, route};
use super::site::{Found, Health, Site, State};

/// What feeds and pages may be used for how long without asking again. Short enough that a withdrawn story is gone from
/// every cache within minutes.
const FEED_CACHE: &str = "public, max-age=120, stale-while-revalidate=300";
const PAGE_CACHE: &str = "public, max-age=60, stale-while-revalidate=300";
/// The stylesheet changes with a new bantin only.
const ASSET_CACHE: &str = "public, max-age=86400";
/// Somebody may just be about to publish there.
const MISSING_CACHE: &str = "public, max-age=30";
const NO_STORE: &str = "no-store";
/// Browsers ask for a password then, which is the token, and send it with everything else they load from here.
const CHALLENGE: &str = "Basic realm=\"bantin\", charset=\"UTF-8\"";
const ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// What a browser gets instead of `application/atom+xml`, which it would show as source text.
const XML_FOR_BROWSERS: &str = "application/xml; charset=utf-8";
/// A feed opened in a browser may load its stylesheet and nothing else.
const FEED_POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'";

const METHODS: &str = "GET, HEAD, OPTIONS";

/// Answers a request. The body of the request is not read: nothing here takes one.
pub async fn answer<B>(site: &Arc<Site>, request: &Request<B>) -> Response<Full<Bytes>> {
    let state = site.state();
    let uri = request.uri();
    let target = route(uri.path(), uri.query(), state.masthead.site().url.path());
    let kind = target.kind();
    let pass = state.access.judge(&target, uri.query(), request.headers());
    let client = state.access.client(request.extensions().get::<Peer>().copied(), request.headers());
    let client = client.map_or_else(|| "this machine".to_owned(), |address| address.to_string());
    let mut response = match *request.method() {
        Method::GET | Method::HEAD if matches!(pass, Pass::Missing | Pass::Wrong) => {
            if pass == Pass::Wrong {
                warn!(client, http.path = uri.path(), "a wrong token was shown by {client} for `{}`", uri.path());
            }
            locked(&state)
        }
        Method::GET | Method::HEAD => respond(site, &state, &target, uri.query(), request.headers()).await,
        Method::OPTIONS => options(),
        _ => {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered here\n");
            set(&mut response, ALLOW, METHODS);
            set(&mut response, CACHE_CONTROL, NO_STORE);
            response
        }
    };
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Where a private topic really stands is told to anybody; a token that was shown on the way goes along.
    if pass == Pass::Private || (shows_token(uri.query()) && response.headers().contains_key(LOCATION)) {
        keep_private(&mut response);
    }
    let length = hyper::body::Body::size_hint(response.body()).exact().unwrap_or_default();
    let status = response.status();
    // A 304 has the length of nothing; everything else tells its own, also to HEAD.
    if status != StatusCode::NOT_MODIFIED && status != StatusCode::NO_CONTENT {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let is_head = request.method() == Method::HEAD;
    if is_head {
        *response.body_mut() = Full::default();
    }
    let sent = if is_head { 0 } else { usize::try_from(length).unwrap_or_default() };
    site.counters().add(kind, status.as_u16(), sent);
    debug!(
        client, http.method = %request.method(), http.path = uri.path(), http.status = status.as_u16(), bytes = sent,
        "answered {} {} with {}", request.method(), uri.path(), status.as_u16()
    );
    response
}

async fn respond(
    site: &Arc<Site>,
    state: &Arc<State>,
    target: &Target,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Response<Full<Bytes>> {
    if *target == Target::Health {
        return health(state);
    }
    match site.find(state, target).await {
        Found::Document(document) => send(state, target, document, headers).await,
        Found::Elsewhere(path) => moved(&state.masthead.local(&path), query),
        Found::Nothing => notice(state, Notice::NotFound, StatusCode::NOT_FOUND, MISSING_CACHE),
        Found::Gone => notice(state, Notice::Gone, StatusCode::GONE, MISSING_CACHE),
        Found::Busy => come_back(notice(state, Notice::Busy, StatusCode::SERVICE_UNAVAILABLE, NO_STORE)),
        Found::Broken => notice(state, Notice::Broken, StatusCode::INTERNAL_SERVER_ERROR, NO_STORE),
    }
}

/// Sends a document in the best coding the client takes, or tells it that it has it already.
async fn send(state: &State, target: &Target, document: Representation, headers: &HeaderMap) -> Response<Full<Bytes>> {
    let is_dressed = matches!(target, Target::Feed(_, Format::Atom | Format::Rss));
    let for_browser = is_dressed && negotiate::is_browser(headers);
    let mut response = Response::new(Full::default());
    set(&mut response, VARY, if is_dressed { "Accept-Encoding, Accept" } else { "Accept-Encoding" });
    match target.kind() {
        Kind::Feed => {
            set(&mut response, CACHE_CONTROL, FEED_CACHE);
            set(&mut response, CONTENT_SECURITY_POLICY, FEED_POLICY);
            for_scripts(&mut response);
        }
        Kind::Outline => {
            set(&mut response, CACHE_CONTROL, FEED_CACHE);
            for_scripts(&mut response);
        }
        Kind::Asset => set(&mut response, CACHE_CONTROL, ASSET_CACHE),
        kind => {
            set(&mut response, CACHE_CONTROL, PAGE_CACHE);
            let with_pictures = kind == Kind::Story && state.has_pictures;
            dress(&mut response, if with_pictures { security_policy_with_pictures() } else { security_policy() });
        }
    }
    if let Some(date) = document.last_modified() {
        set(&mut response, LAST_MODIFIED, &httpdate::fmt_http_date(SystemTime::from(date)));
    }
    // The tag is known before the bytes are; they are compressed only if they are sent.
    for coding in negotiate::codings(headers) {
        let etag = tag(&document, coding, for_browser);
        if negotiate::has_it(headers, &etag, document.last_modified()) {
            set(&mut response, ETAG, &etag);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        let Some(encoded) = encode(&document, coding).await else { continue };
        set(&mut response, ETAG, &etag);
        set(&mut response, CONTENT_TYPE, if for_browser { XML_FOR_BROWSERS } else { document.content_type() });
        if let Some(name) = coding.name() {
            set(&mut response, CONTENT_ENCODING, name);
        }
        *response.body_mut() = Full::new(encoded.bytes);
        break;
    }
    response
}

/// The bytes in a coding; compressing, which happens once a document, is kept off the async threads.
async fn encode(document: &Representation, coding: Coding) -> Option<Encoded> {
    if document.is_ready(coding) {
        return document.encoded(coding);
    }
    let document = document.clone();
    tokio::task::spawn_blocking(move || document.encoded(coding)).await.ok().flatten()
}

/// The entity tag; a document told to be of another type is another representation and has a tag of its own.
fn tag(document: &Representation, coding: Coding, for_browser: bool) -> String {
    let mut etag = document.etag(coding);
    if for_browser {
        etag.insert_str(etag.len() - 1, "-x");
    }
    etag
}

fn health(state: &State) -> Response<Full<Bytes>> {
    let (status, line) = match state.health() {
        Health::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting: nothing published yet".to_owned()),
        Health::Fine => (StatusCode::OK, "ok".to_owned()),
        Health::Degraded(reasons) => (StatusCode::OK, format!("ok, degraded: {}", reasons.join("; "))),
        Health::Failing(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("failing: {reason}")),
    };
    // One line, whatever is in the reasons.
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut response = text(status, &format!("{line}\n"));
    set(&mut response, CACHE_CONTROL, NO_STORE);
    if status == StatusCode::SERVICE_UNAVAILABLE { come_back(response) } else { response }
}

/// Leads to `address`, with what was asked of it: the words of a search, a token.
fn moved(address: &str, query: Option<&str>) -> Response<Full<Bytes>> {
    let mut response = text(StatusCode::MOVED_PERMANENTLY, &format!("{address}\n"));
    let mut address = address.to_owned();
    if let Some(query) = query {
        address.push('?');
        // Some programs send other letters as they are; no header takes them so.
        for byte in query.bytes() {
            match byte {
                b'!'..=b'~' => address.push(char::from(byte)),
                other => address.push_str(&format!("%{other:02X}")),
            }
        }
    }
    set(&mut response, LOCATION, &address);
    set(&mut response, CACHE_CONTROL, ASSET_CACHE);
    for_scripts(&mut response);
    response
}

/// What somebody without the token gets: not even a page, as that would name what is here.
fn locked(state: &State) -> Response<Full<Bytes>> {
    let line = match state.masthead.site().language {
        Language::Vi => {
            "cần mã truy cập: thêm `?token=…` vào địa chỉ, hoặc dùng mã làm mật khẩu (tên người dùng tuỳ ý)\n"
        }
        Language::En => "a token is needed: as `?token=…` in the address, or as the password, with any user name\n",
    };
    let mut response = text(StatusCode::UNAUTHORIZED, line);
    set(&mut response, WWW_AUTHENTICATE, CHALLENGE);
    set(&mut response, CACHE_CONTROL, NO_STORE);
    set(&mut response, REFERRER_POLICY, "no-referrer");
    response
}

/// Whether a query shows a token.
fn shows_token(query: Option<&str>) -> bool {
    query.into_iter().flat_map(|query| query.split('&')).any(|part| part.starts_with("token="))
}

/// Headers of everything that a token has opened: kept by the reader alone, named to nobody by `Referer`, not indexed.
fn keep_private(response: &mut Response<Full<Bytes>>) {
    let kept = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if let Some(rest) = kept.as_deref().and_then(|kept| kept.strip_prefix("public")) {
        set(response, CACHE_CONTROL, &format!("private{rest}"));
    }
    set(response, REFERRER_POLICY, "no-referrer");
    set(response, ROBOTS_TAG, "noindex");
}

fn options() -> Response<Full<Bytes>> {
    let mut response = text(StatusCode::NO_CONTENT, "");
    response.headers_mut().remove(CONTENT_TYPE);
    set(&mut response, ALLOW, METHODS);
    set(&mut response, ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    set(&mut response, ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, If-None-Match, If-Modified-Since, Cache-Control");
    set(&mut response, ACCESS_CONTROL_MAX_AGE, "86400");
    for_scripts(&mut response);
    response
}

fn notice(state: &State, notice: Notice, status: StatusCode, cache: &'static str) -> Response<Full<Bytes>> {
    let document = state.notice(notice);
    let mut response = Response::new(Full::new(document.plain()));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, document.content_type());
    set(&mut response, CACHE_CONTROL, cache);
    dress(&mut response, security_policy());
    for_scripts(&mut response);
    response
}

fn text(status: StatusCode, body: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(body.as_bytes())));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/plain; charset=utf-8");
    response
}

/// Headers of everything that a person looks at.
fn dress(response: &mut Response<Full<Bytes>>, policy: &str) {
    set(response, CONTENT_SECURITY_POLICY, policy);
    // Publishers may see that readers come from here; which page they read is their own affair.
    set(response, REFERRER_POLICY, "strict-origin-when-cross-origin");
}

/// Readers that run inside a page of another site may read us (there is nothing here that a cookie would open).
fn for_scripts(response: &mut Response<Full<Bytes>>) {
    set(response, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(response, ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Last-Modified, Retry-After");
}

fn come_back(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    set(&mut response, RETRY_AFTER, "5");
    response
}

fn set(response: &mut Response<Full<Bytes>>, name: HeaderName, value: &str) {
    // All values are ours or have been through `Url`; one that could not stand in a header is left out.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
