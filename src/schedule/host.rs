//! Hosts: what one machine is called, and what it has asked of us.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::{Host as UrlHost, Url};

use crate::model::Instant;

/// A name or address, whatever the scheme and port: what politeness is counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Host(Arc<str>);

impl Host {
    /// The host an address belongs to: lower case, no port, no dot at the end, IPv6 without brackets.
    ///
    /// Addresses without a host (`file:`) give the empty name; `fetch` refuses them.
    pub fn of(url: &Url) -> Self {
        Self(match url.host() {
            Some(UrlHost::Domain(name)) => {
                let name = name.trim_end_matches('.');
                match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    true => name.to_ascii_lowercase().into(),
                    false => name.into(),
                }
            }
            // It stands there in the one way it is written.
            Some(UrlHost::Ipv4(_)) => url.host_str().unwrap_or_default().into(),
            Some(UrlHost::Ipv6(address)) => {
                address.to_ipv4_mapped().map_or_else(|| address.to_string(), |v4| v4.to_string()).into()
            }
            None => "".into(),
        })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A time that must pass before we ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// When it was asked for.
    pub set_at: Instant,
    /// When it ends.
    pub until: Instant,
}

/// What is remembered of a host beyond its sources. Kept in the store, so that a restart does not forget a promise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostState {
    /// When one of its sources was last told that we ask too often.
    pub throttled_at: Option<Instant>,
    /// While it holds, no source of this host is asked.
    pub hold: Option<Hold>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(Host::of(&url.parse().expect("a good address")).as_str(), expected);
    }

    #[test]
    fn ports_and_schemes_do_not_make_another_host() {
        check("http://Bao.Example.vn:8080/rss", "bao.example.vn");
        check("https://bao.example.vn./rss", "bao.example.vn");
        check("feed://Bao.Example.vn/rss", "bao.example.vn");
    }

    #[test]
    fn addresses_are_hosts_too() {
        check("http://192.0.2.7:81/", "192.0.2.7");
        check("http://0xC0.0.0x207/", "192.0.2.7");
        check("http://[2001:db8::1]:81/", "2001:db8::1");
        check("http://[::ffff:192.0.2.7]/", "192.0.2.7");
    }
}
