//! Who may read what: tokens, and who really asks behind a proxy.
//!
//! A token is shown as `?token=…`, which every feed reader can be given, or in `Authorization`: as `Bearer`, or as the
//! password of `Basic` with any user name, which browsers ask for and then send along everywhere below. Only digests of
//! tokens are held here, and digests are compared: neither the time an answer takes nor a dump of memory tells a token.
//!
//! What a proxy says of the reader it speaks for is believed only of proxies named in `server.trusted_proxies`, and of the
//! other end of a Unix socket, which is on this machine. It serves the log alone. `X-Forwarded-Proto` and
//! `X-Forwarded-Host` are not read at all: addresses in documents are made of `site.url`.

use std::collections::HashMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::route::Target;
use crate::config::{Network, Secret, Server, Topic};
use crate::model::{FeedKey, TopicId};
use crate::publish::{FEED_STYLE_PATH, ROBOTS_PATH};

/// Addresses of one `X-Forwarded-For` that are looked at, from its end: nobody chains more proxies.
const MOST_PROXIES: usize = 32;

/// RFC 4648 §4, with or without its padding: programs differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// Came over TCP from here.
    Ip(IpAddr),
    /// Came over a Unix socket.
    Local,
}

/// What the configuration says about who may read, and which proxies are believed. Open to all by default.
#[derive(Debug, Clone, Default)]
pub struct Access {
    site: Option<Digest>,
    topics: HashMap<TopicId, Digest>,
    proxies: Vec<Network>,
}

/// Of a token; `None` for an empty one, which opens nothing.
#[derive(Clone, Copy)]
struct Digest(Option<[u8; 32]>);

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest")
    }
}

impl Digest {
    fn of(token: &str) -> Self {
        Self((!token.is_empty()).then(|| Sha256::digest(token.as_bytes()).into()))
    }

    /// Compares all bytes, whatever the first ones say.
    fn opens(self, shown: Self) -> bool {
        let (Some(ours), Some(theirs)) = (self.0, shown.0) else { return false };
        ours.ct_eq(&theirs).into()
    }
}

/// Whether a request may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Everybody may read this.
    Public,
    /// The right token was shown; nobody else's cache may keep the answer.
    Private,
    /// There was no token.
    Missing,
    /// No token that was shown opens this.
    Wrong,
}

impl Access {
    /// Takes from a configuration who may read.
    pub fn new(server: &Server, topics: &[Topic]) -> Self {
        let digest = |secret: &Secret| Digest::of(secret.expose());
        Self {
            site: server.token.as_ref().map(digest),
            topics: topics.iter().filter_map(|topic| Some((topic.id.clone(), digest(topic.token.as_ref()?)))).collect(),
            proxies: server.trusted_proxies.clone(),
        }
    }

    /// Judges a request. The token of the site opens everything, that of a topic its feeds and its page.
    pub(super) fn judge(&self, target: &Target, query: Option<&str>, headers: &HeaderMap) -> Pass {
        let of_topic = match target {
            Target::Feed(FeedKey::Topic(id), _) | Target::River(FeedKey::Topic(id), _) => self.topics.get(id),
            // Health is for machines that watch us; the others say nothing, and browsers ask for them without a token.
            Target::Health | Target::Standing(FEED_STYLE_PATH | ROBOTS_PATH) => return Pass::Public,
            _ => None,
        };
        if self.site.is_none() && of_topic.is_none() {
            return Pass::Public;
        }
        let shown = shown(query, headers);
        if shown.is_empty() {
            return Pass::Missing;
        }
        let mut opened = false;
        for lock in [self.site.as_ref(), of_topic].into_iter().flatten() {
            for digest in &shown {
                opened |= lock.opens(*digest);
            }
        }
        if opened { Pass::Private } else { Pass::Wrong }
    }

    /// The address of the reader: the last one in `X-Forwarded-For` that is no trusted proxy, if the request came through
    /// one; else where the connection came from. `None` for a program of this machine that says nothing.
    pub fn client(&self, peer: Option<Peer>, headers: &HeaderMap) -> Option<IpAddr> {
        let trusted = |address: IpAddr| self.proxies.iter().any(|network| network.contains(address));
        let mut last = match peer? {
            Peer::Ip(address) if !trusted(address) => return Some(address.to_canonical()),
            Peer::Ip(address) => Some(address.to_canonical()),
            Peer::Local => None,
        };
        // Several headers are one list, in order (RFC 9110 §5.2). What stands left of the first stranger was written by
        // that stranger, and proves nothing.
        let lists: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
        let hops = lists.iter().rev().flat_map(|list| list.rsplit(','));
        for hop in hops.take(MOST_PROXIES) {
            let Some(address) = address_of(hop.trim()) else { break };
            last = Some(address);
            if !trusted(address) {
                break;
            }
        }
        last
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok();
    address.or_else(|| Some(hop.parse::<std::net::SocketAddr>().ok()?.ip())).map(|address| address.to_canonical())
}

/// Digests of every token that a request shows.
fn shown(query: Option<&str>, headers: &HeaderMap) -> Vec<Digest> {
    let mut shown = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        // One is meant; a few cost nothing, and a thousand would.
        if name == "token" && shown.len() < 4 {
            shown.push(Digest::of(&value));
        }
    }
    if let Some((scheme, rest)) =
        headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '))
    {
        if scheme.eq_ignore_ascii_case("bearer") {
            shown.push(Digest::of(rest.trim()));
        } else if scheme.eq_ignore_ascii_case("basic")
            && let Some(pair) = BASE64.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok())
            && let Some((user, password)) = pair.split_once(':')
        {
            // Some readers have a field for the user name only.
            shown.push(Digest::of(if password.is_empty() { user } else { password }));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::Format;

    fn access(site: Option<&str>, topic: Option<&str>) -> Access {
        let mut topics = HashMap::new();
        topics.extend(topic.map(|token| (TopicId::new("noi-bo"), Digest::of(token))));
        Access { site: site.map(Digest::of), topics, proxies: Vec::new() }
    }

    fn feed(topic: &str) -> Target {
        Target::Feed(FeedKey::Topic(TopicId::new(topic)), Format::Atom)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().expect("a value for a header"));
        }
        map
    }

    #[track_caller]
    fn judged(access: &Access, target: &Target, query: &str, authorization: &str, expected: Pass) {
        let headers = match authorization {
            "" => HeaderMap::new(),
            value => headers(&[("authorization", value)]),
        };
        assert_eq!(access.judge(target, Some(query), &headers), expected, "{target:?} {query} {authorization}");
    }

    #[test]
    fn a_topic_with_a_token_asks_for_it_and_nothing_else_does() {
        let access = access(None, Some("bí mật+1"));
        judged(&access, &feed("noi-bo"), "", "", Pass::Missing);
        judged(&access, &feed("noi-bo"), "token=", "", Pass::Wrong);
        judged(&access, &feed("noi-bo"), "token=b%C3%AD+m%E1%BA%ADt", "", Pass::Wrong);
        judged(&access, &feed("noi-bo"), "token=b%C3%AD+m%E1%BA%ADt%2B1", "", Pass::Private);
        judged(&access, &feed("khac"), "", "", Pass::Public);
        judged(&access, &Target::River(FeedKey::Topic(TopicId::new("noi-bo")), 2), "", "", Pass::Missing);
        judged(&access, &Target::River(FeedKey::Merged, 1), "", "", Pass::Public);
    }

    #[test]
    fn the_token_of_the_site_opens_everything_and_that_of_a_topic_only_the_topic() {
        let access = access(Some("khoá-chung"), Some("khoá-riêng"));
        judged(&access, &feed("noi-bo"), "token=kho%C3%A1-chung", "", Pass::Private);
        judged(&access, &feed("noi-bo"), "token=kho%C3%A1-ri%C3%AAng", "", Pass::Private);
        judged(&access, &feed("khac"), "token=kho%C3%A1-ri%C3%AAng", "", Pass::Wrong);
        judged(&access, &Target::Nothing, "", "", Pass::Missing);
        judged(&access, &Target::Health, "", "", Pass::Public);
        judged(&access, &Target::Standing(FEED_STYLE_PATH), "", "", Pass::Public);
        judged(&access, &Target::Standing("opml.xml"), "", "", Pass::Missing);
    }

    #[test]
    fn a_token_is_taken_from_the_header_too() {
        let access = access(None, Some("token-1"));
        judged(&access, &feed("noi-bo"), "", "Bearer token-1", Pass::Private);
        judged(&access, &feed("noi-bo"), "", "bearer  token-1", Pass::Private);
        // ai-do:token-1, token-1:, ai-do:token-2
        judged(&access, &feed("noi-bo"), "", "Basic YWktZG86dG9rZW4tMQ==", Pass::Private);
        judged(&access, &feed("noi-bo"), "", "Basic dG9rZW4tMTo=", Pass::Private);
        judged(&access, &feed("noi-bo"), "", "Basic YWktZG86dG9rZW4tMg==", Pass::Wrong);
        for nonsense in ["Basic", "Basic %%%", "Digest token-1", "token-1"] {
            judged(&access, &feed("noi-bo"), "", nonsense, Pass::Missing);
        }
        judged(&access, &feed("noi-bo"), "token=token-2", "Bearer token-1", Pass::Private);
    }

    #[test]
    fn an_empty_secret_opens_nothing() {
        let access = access(Some(""), None);
        judged(&access, &feed("khac"), "token=", "", Pass::Wrong);
        judged(&access, &feed("khac"), "", "Bearer ", Pass::Wrong);
        judged(&access, &feed("khac"), "", "Basic Og==", Pass::Wrong);
    }

    #[test]
    fn no_token_is_shown_by_debug() {
        let shown = format!("{:?}", access(Some("khoá-chung"), Some("khoá-riêng")));
        assert!(!shown.contains("kho"), "{shown}");
    }

    #[track_caller]
    fn comes_from(trusted: &[&str], peer: Peer, forwarded: &[&str], expected: Option<&str>) {
        let proxies = trusted.iter().map(|network| Network::parse(network).expect("a network")).collect();
        let access = Access { proxies, ..Access::default() };
        let headers = headers(&forwarded.iter().map(|value| ("x-forwarded-for", *value)).collect::<Vec<_>>());
        assert_eq!(access.client(Some(peer), &headers).map(|ip| ip.to_string()).as_deref(), expected, "{forwarded:?}");
    }

    #[test]
    fn a_stranger_cannot_say_who_he_is() {
        let peer = Peer::Ip("203.0.113.9".parse().unwrap());
        comes_from(&["127.0.0.0/8"], peer, &["198.51.100.1"], Some("203.0.113.9"));
        comes_from(&[], Peer::Ip("127.0.0.1".parse().unwrap()), &["198.51.100.1"], Some("127.0.0.1"));
        comes_from(&[], Peer::Ip("::ffff:192.0.2.1".parse().unwrap()), &[], Some("192.0.2.1"));
    }

    #[test]
    fn the_last_address_that_is_no_proxy_of_ours_is_the_reader() {
        let (trusted, peer) = (["127.0.0.1", "10.0.0.0/8"], Peer::Ip("127.0.0.1".parse().unwrap()));
        comes_from(&trusted, peer, &["203.0.113.9"], Some("203.0.113.9"));
        comes_from(&trusted, peer, &["6.6.6.6, 203.0.113.9, 10.1.1.1"], Some("203.0.113.9"));
        comes_from(&trusted, peer, &["6.6.6.6", "203.0.113.9", "10.1.1.1"], Some("203.0.113.9"));
        comes_from(&trusted, peer, &["6.6.6.6, nonsense, 10.1.1.1"], Some("10.1.1.1"));
        comes_from(&trusted, peer, &["10.2.2.2, 10.1.1.1"], Some("10.2.2.2"));
        comes_from(&trusted, peer, &["[2001:db8::7]:4711"], Some("2001:db8::7"));
        comes_from(&trusted, peer, &[], Some("127.0.0.1"));
    }

    #[test]
    fn a_program_on_this_machine_may_say_for_whom_it_asks() {
        comes_from(&[], Peer::Local, &["6.6.6.6, 203.0.113.9:80"], Some("203.0.113.9"));
        comes_from(&[], Peer::Local, &[], None);
    }

    #[test]
    fn a_thousand_proxies_cost_no_more_than_a_few() {
        let list = vec!["10.0.0.1"; 1000].join(",");
        let list = format!("203.0.113.9,{list}");
        comes_from(&["10.0.0.0/8"], Peer::Ip("10.0.0.1".parse().unwrap()), &[&list], Some("10.0.0.1"));
    }
}
