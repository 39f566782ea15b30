//! Which addresses may be asked: the public ones, unless the configuration says otherwise.
//!
//! Names are resolved here and nowhere else, and the connection is made to the very addresses that passed, so a name
//! that changes its mind between check and use gains nothing. Addresses written in URLs never reach a resolver and are
//! checked by [`check_literal`], at every hop.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host as UrlHost, Url};

use crate::model::Phase;

use super::progress;

/// Tells what kind of address it is if it is not one of the public internet.
///
/// The list follows the IANA special-purpose registries for IPv4 and IPv6 (as of 2025); of IPv6, only what lies in
/// 2000::/3 is public at all.
pub fn special_range(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, d] = address.octets();
    Some(match (a, b, c, d) {
        (0, ..) => "this network",
        (10, ..) | (172, 16..=31, ..) | (192, 168, ..) => "private",
        (100, 64..=127, ..) => "shared by a provider (CGNAT)",
        (127, ..) => "loopback",
        (169, 254, ..) => "link-local",
        // Two addresses of this block are anycast services of the public internet.
        (192, 0, 0, 9 | 10) => return None,
        (192, 0, 0, _) => "protocol assignments",
        (192, 0, 2, _) | (198, 51, 100, _) | (203, 0, 113, _) => "documentation",
        (192, 88, 99, _) => "6to4 relay",
        (198, 18 | 19, ..) => "benchmarking",
        (224..=239, ..) => "multicast",
        (255, 255, 255, 255) => "broadcast",
        (240..=255, ..) => "reserved",
        _ => return None,
    })
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    let embedded_v4 = || {
        let [.., high, low] = segments;
        Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))
    };
    Some(match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0xffff, ..] => "IPv4-mapped",
        [0, 0, 0, 0, 0, 0, ..] => "IPv4-compatible",
        // Where a network reaches IPv4 through NAT64, every public IPv4 host looks like this: the embedded one counts.
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => return special_v4(embedded_v4()).map(|_| "NAT64 of a special IPv4 address"),
        [0x64, 0xff9b, 1, ..] => "local NAT64",
        [0x100, 0, 0, 0, ..] => "discard",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => "documentation",
        [0x2001, 0..=0x01ff, ..] => "protocol assignments",
        [0x2002, ..] => "6to4",
        [0x2000..=0x3fff, ..] => return None,
        [0xfc00..=0xfdff, ..] => "unique local",
        [0xfe80..=0xfebf, ..] => "link-local",
        [0xfec0..=0xfeff, ..] => "site-local",
        [0xff00..=0xffff, ..] => "multicast",
        _ => "reserved",
    })
}

/// An address that is not to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blocked {
    host: String,
    address: IpAddr,
    range: &'static str,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, address, range } = self;
        if *host == address.to_string() {
            write!(f, "{address} is {range}")?;
        } else {
            write!(f, "`{host}` is {address}, {range}")?;
        }
        f.write_str(", and poll.allow_private_addresses is false")
    }
}

impl std::error::Error for Blocked {}

/// A name without addresses.
#[derive(Debug)]
pub(super) struct LookupFailed {
    /// Whether the name servers know for sure.
    pub(super) no_such_name: bool,
}

impl fmt::Display for LookupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.no_such_name { "no such name" } else { "the name servers did not answer" })
    }
}

impl std::error::Error for LookupFailed {}

/// What is wrong with an address, if anything: [`special_range`], unless somebody (a test) draws the line elsewhere.
pub type Guard = Arc<dyn Fn(IpAddr) -> Option<&'static str> + Send + Sync>;

/// Checks the host of an address if it is written as a number.
pub(super) fn check_literal(url: &Url, guard: &Guard) -> Result<(), Blocked> {
    let address = match url.host() {
        Some(UrlHost::Ipv4(address)) => IpAddr::V4(address),
        Some(UrlHost::Ipv6(address)) => IpAddr::V6(address),
        _ => return Ok(()),
    };
    match guard(address) {
        Some(range) => Err(Blocked { host: address.to_string(), address, range }),
        None => Ok(()),
    }
}

/// The answer of a [`Lookup`].
pub type LookupFuture = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// How names become addresses: by the system, unless somebody (a test, the demo) gives names of their own.
pub type Lookup = Arc<dyn Fn(String) -> LookupFuture + Send + Sync>;

/// Asks the system, as configured in `nsswitch.conf`.
pub fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    })
}

/// Resolves names for the HTTP client and lets through only what may be asked.
pub(super) struct Resolver {
    pub(super) lookup: Lookup,
    /// `None`: every address may be asked.
    pub(super) guard: Option<Guard>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let answer = (self.lookup)(host.clone());
        let guard = self.guard.clone();
        progress::enter(Phase::Dns);
        Box::pin(async move {
            let found = answer.await;
            progress::enter(Phase::Connect);
            let found = found.map_err(|error| LookupFailed { no_such_name: is_certain(&error) })?;
            let mut blocked = None;
            let mut allowed = Vec::with_capacity(found.len());
            for address in found {
                match guard.as_ref().and_then(|guard| guard(address)) {
                    Some(range) => blocked = Some(Blocked { host: host.clone(), address, range }),
                    None => allowed.push(SocketAddr::new(address, 0)),
                }
            }
            match blocked {
                Some(blocked) if allowed.is_empty() => Err(blocked.into()),
                None if allowed.is_empty() => Err(LookupFailed { no_such_name: true }.into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// Whether the name servers said that there is no such name, rather than nothing.
///
/// The system's resolver reports both as text only (`gai_strerror`, never translated as we set no locale).
fn is_certain(error: &io::Error) -> bool {
    let text = error.to_string();
    ["not known", "No address associated", "NODATA", "nodename nor servname"].iter().any(|sure| text.contains(sure))
        || error.kind() == io::ErrorKind::NotFound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(addresses: &str, expected: Option<&str>) {
        for address in addresses.split_whitespace() {
            assert_eq!(special_range(address.parse().expect("an address")), expected, "{address}");
        }
    }

    #[test]
    fn public_addresses_are_public() {
        check("1.1.1.1 8.8.8.8 14.225.0.1 113.160.0.1 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 192.0.0.9", None);
        check("2001:200::1 2400:cb00::1 2606:4700::1111 2a00::1", None);
    }

    #[test]
    fn private_and_local_addresses_are_not() {
        check("10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1", Some("private"));
        check("127.0.0.1 127.255.0.1 ::1", Some("loopback"));
        check("169.254.169.254 fe80::1 febf::1", Some("link-local"));
        check("100.64.0.1 100.127.0.1", Some("shared by a provider (CGNAT)"));
        check("fc00::1 fd12:3456::1", Some("unique local"));
        check("0.0.0.0 0.1.2.3", Some("this network"));
        check("::", Some("unspecified"));
    }

    #[test]
    fn what_nobody_can_be_reached_at_is_not() {
        check("224.0.0.1 239.1.1.1 ff02::1", Some("multicast"));
        check("192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1 3fff:fff::1", Some("documentation"));
        check("198.18.0.1 198.19.0.1", Some("benchmarking"));
        check("255.255.255.255", Some("broadcast"));
        check("240.0.0.1", Some("reserved"));
        check("4000::1 8000::1 5f00::1", Some("reserved"));
        check("2001::1 2001:10::1", Some("protocol assignments"));
    }

    #[test]
    fn addresses_in_disguise_are_seen_through() {
        check("::ffff:127.0.0.1 ::ffff:8.8.8.8", Some("IPv4-mapped"));
        check("::127.0.0.1 ::2", Some("IPv4-compatible"));
        check("64:ff9b::127.0.0.1 64:ff9b::10.0.0.1", Some("NAT64 of a special IPv4 address"));
        check("64:ff9b::8.8.8.8", None);
        check("64:ff9b:1::8.8.8.8", Some("local NAT64"));
        check("2002:7f00:1::", Some("6to4"));
    }

    fn check_url(url: &str) -> Result<(), Blocked> {
        let guard: Guard = Arc::new(special_range);
        check_literal(&url.parse().expect("a URL"), &guard)
    }

    #[test]
    fn numbers_in_urls_are_checked_however_they_are_written() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://①②⑦.0.0.1/",
        ] {
            assert!(check_url(url).is_err(), "{url}");
        }
        assert_eq!(check_url("http://8.8.8.8/"), Ok(()));
    }

    #[test]
    fn the_message_names_the_address_and_the_key() {
        let blocked = check_url("http://192.168.1.1/rss").expect_err("private");
        assert_eq!(blocked.to_string(), "192.168.1.1 is private, and poll.allow_private_addresses is false");
    }
}
