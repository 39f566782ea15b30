//! Addresses in the configuration: where we listen, whom we trust, what we poll, who we are.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use url::Url;

/// One address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// `127.0.0.1:8080`, `[::]:8080`
    Tcp(SocketAddr),
    /// `unix:PATH`
    Unix(PathBuf),
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// An address, or a network in CIDR notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, `fd00::/8` or a single address; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        parse_network(text).ok()
    }

    /// Whether `address` belongs to it. An IPv4 address mapped into IPv6 (`::ffff:10.0.0.1`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let shift = 32 - u32::from(self.prefix);
                (u32::from(ours) ^ u32::from(theirs)).checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let shift = 128 - u32::from(self.prefix);
                (u128::from(ours) ^ u128::from(theirs)).checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// An explicit proxy. Its user and password, if any, are not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(Url);

impl Proxy {
    /// The address as given, with user and password.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        self.0.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// What is wrong with a value: the rest of a sentence that began with it, and what would be right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) expected: Option<String>,
    pub(super) hint: Option<String>,
}

pub(super) fn fault(what: impl Into<String>) -> Fault {
    Fault { what: what.into(), expected: None, hint: None }
}

impl Fault {
    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// `ADDRESS:PORT` or `unix:PATH`; a relative path is relative to `folder`.
pub(super) fn parse_listen(text: &str, folder: &Path) -> Result<Listen, Fault> {
    const FORM: &str = "an address with a port such as `127.0.0.1:8080` or `[::]:8080`, or `unix:PATH`";
    /// The size of `sun_path` on Linux, less the closing zero.
    const LONGEST_PATH: usize = 107;

    if let Some(path) = text.strip_prefix("unix:") {
        let path = folder.join(path);
        let length = path.as_os_str().len();
        return if text == "unix:" {
            Err(fault("has no path").expected(FORM))
        } else if length > LONGEST_PATH {
            Err(fault(format!("is a path of {length} bytes, more than the {LONGEST_PATH} a socket can have")))
        } else {
            Ok(Listen::Unix(path))
        };
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(Listen::Tcp(address));
    }
    let fault = fault("is not an address to listen on").expected(FORM);
    Err(match text.rsplit_once(':') {
        Some(("", port)) if port.parse::<u16>().is_ok() => {
            fault.hint(format!("write `[::]:{port}` for all addresses, `127.0.0.1:{port}` for this machine only"))
        }
        Some(("localhost", port)) => fault.hint(format!("did you mean `127.0.0.1:{port}`?")),
        None if text.parse::<IpAddr>().is_ok() => fault.hint("the port is missing"),
        None if text.starts_with('/') => fault.hint(format!("did you mean `unix:{text}`?")),
        _ => fault,
    })
}

/// The mode of a socket, in octal as `chmod` takes it: who may connect is who may write.
pub(super) fn parse_mode(text: &str) -> Result<u32, Fault> {
    const FORM: &str = "an octal mode such as `\"0660\"`: owner and group, and nobody else";

    let is_octal = matches!(text.len(), 3 | 4) && text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    match u32::from_str_radix(text, 8) {
        Ok(mode) if is_octal && mode & !0o666 == 0 && mode & 0o600 == 0o600 => Ok(mode),
        Ok(mode) if is_octal && mode & 0o600 != 0o600 => Err(fault("keeps out our own user").expected(FORM)),
        Ok(_) if is_octal => Err(fault("is no mode of a socket, which nobody executes").expected(FORM)),
        _ => Err(fault("is not an octal mode").expected(FORM)),
    }
}

/// `10.0.0.0/8`, `fd00::/8`, or a single address.
pub(super) fn parse_network(text: &str) -> Result<Network, Fault> {
    const FORM: &str = "an address or a network such as `127.0.0.1`, `10.0.0.0/8` or `fd00::/8`";

    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let Ok(address) = address.parse::<IpAddr>() else {
        return Err(fault("is not an address or network").expected(FORM));
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    match prefix.map_or(Ok(longest), str::parse::<u8>) {
        Ok(prefix) if prefix <= longest => Ok(Network { address, prefix }),
        _ => Err(fault(format!("has a prefix that is not a number up to {longest}")).expected(FORM)),
    }
}

/// An absolute `http(s)` address with a host and without user or password; a fragment is dropped.
pub(super) fn parse_http(text: &str) -> Result<Url, Fault> {
    const FORM: &str = "an address that begins with `https://` or `http://`";

    let mut url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let fault = fault("is not an absolute address").expected(FORM);
            let with_scheme = format!("https://{}", text.trim_start_matches('/'));
            return Err(match Url::parse(&with_scheme) {
                Ok(url) if url.host_str().is_some_and(|host| host.contains('.')) => {
                    fault.hint(format!("did you mean `{with_scheme}`?"))
                }
                _ => fault,
            });
        }
        Err(error) => return Err(fault(format!("is not an address: {error}")).expected(FORM)),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fault(format!("has the scheme `{}`", url.scheme())).expected(FORM));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(fault("has no host").expected(FORM));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault("holds a user or password, which would be published with it")
            .hint("write `headers = { authorization = { credential = \"NAME\" } }` instead"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// The public address of the site: `http(s)`, no query, ends with `/`.
pub(super) fn parse_site(text: &str) -> Result<Url, Fault> {
    let mut url = parse_http(text)?;
    if url.query().is_some() {
        return Err(
            fault("has a query").expected("an address that others can be put below, such as `https://tin.example.vn/`")
        );
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// A proxy: `http`, `https`, `socks5` or `socks5h`, with a host.
pub(super) fn parse_proxy(text: &str) -> Result<Proxy, Fault> {
    const FORM: &str = "`http://HOST:PORT`, `https://HOST:PORT`, `socks5://HOST:PORT` or `socks5h://HOST:PORT`";

    match Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h")
                && url.host_str().is_some_and(|host| !host.is_empty()) =>
        {
            Ok(Proxy(url))
        }
        _ => Err(fault("is not the address of a proxy").expected(FORM)),
    }
}

/// Whom a webmaster can write to: an `http(s)` page or a mail address. It goes into a header, so it is plain ASCII.
pub(super) fn parse_contact(text: &str) -> Result<String, Fault> {
    const FORM: &str = "a page such as `https://tin.example.vn/about`, or a mail address";

    let address = text.strip_prefix("mailto:").unwrap_or(text);
    let is_plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>\"\\;,".contains(&b));
    let is_mail = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && is_dns_name(host));
    if is_plain && (is_mail || parse_http(text).is_ok()) {
        return Ok(text.to_owned());
    }
    Err(fault("is no way to reach you").expected(FORM))
}

/// The part of a `tag:` URI that says who minted it and when: `AUTHORITY,DATE` (RFC 4151 §2.1).
///
/// The authority is a domain name or a mail address in lower case, the date `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
pub(super) fn parse_tag(text: &str) -> Result<String, Fault> {
    const FORM: &str =
        "a domain you held on a date, and the date: `tin.example.vn,2026` or `tin.example.vn,2026-07-01`";

    let Some((authority, date)) = text.split_once(',') else {
        return Err(fault("has no comma").expected(FORM));
    };
    if authority.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(fault("has capitals").expected(format!("`{}`", text.to_ascii_lowercase())));
    }
    let host = match authority.split_once('@') {
        Some((user, _))
            if user.is_empty() || !user.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) =>
        {
            ""
        }
        Some((_, host)) => host,
        None => authority,
    };
    if !is_dns_name(host) {
        return Err(
            fault(format!("does not begin with a domain or mail address, but with `{authority}`")).expected(FORM)
        );
    }
    if !is_tag_date(date) {
        return Err(fault(format!("does not end with a date, but with `{date}`")).expected(FORM));
    }
    Ok(text.to_owned())
}

/// Labels of letters, digits and inner hyphens, joined by dots.
pub(super) fn is_dns_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_tag_date(date: &str) -> bool {
    let parts: Vec<&str> = date.split('-').collect();
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    let full = match parts[..] {
        [year] if digits(year, 4) => format!("{year}-01-01"),
        [year, month] if digits(year, 4) && digits(month, 2) => format!("{year}-{month}-01"),
        [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2) => date.to_owned(),
        _ => return false,
    };
    full.parse::<chrono::NaiveDate>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(text: &str) -> Result<Listen, Fault> {
        parse_listen(text, Path::new("/etc/bantin"))
    }

    #[test]
    fn listens_on_addresses_and_sockets() {
        assert_eq!(listen("127.0.0.1:8080").unwrap().to_string(), "127.0.0.1:8080");
        assert_eq!(listen("[::]:8080").unwrap().to_string(), "[::]:8080");
        assert_eq!(listen("unix:/run/bantin/http.sock").unwrap(), Listen::Unix("/run/bantin/http.sock".into()));
        assert_eq!(listen("unix:http.sock").unwrap(), Listen::Unix("/etc/bantin/http.sock".into()));
    }

    #[test]
    fn says_what_was_meant_by_a_wrong_listener() {
        for (text, hint) in [
            (":8080", "write `[::]:8080` for all addresses, `127.0.0.1:8080` for this machine only"),
            ("localhost:8080", "did you mean `127.0.0.1:8080`?"),
            ("127.0.0.1", "the port is missing"),
            ("/run/x.sock", "did you mean `unix:/run/x.sock`?"),
        ] {
            assert_eq!(listen(text).unwrap_err().hint.as_deref(), Some(hint), "{text}");
        }
        assert!(listen("127.0.0.1:99999").is_err());
        assert!(listen("unix:").is_err());
        assert!(listen(&format!("unix:/{}", "x".repeat(120))).unwrap_err().what.contains("107"));
    }

    #[test]
    fn a_mode_lets_in_us_and_whom_it_names() {
        assert_eq!(parse_mode("0660"), Ok(0o660));
        assert_eq!(parse_mode("600"), Ok(0o600));
        for (wrong, what) in [
            ("0770", "is no mode of a socket, which nobody executes"),
            ("4660", "is no mode of a socket, which nobody executes"),
            ("0060", "keeps out our own user"),
            ("rw-rw----", "is not an octal mode"),
            ("0o660", "is not an octal mode"),
            ("0880", "is not an octal mode"),
            ("", "is not an octal mode"),
        ] {
            assert_eq!(parse_mode(wrong).expect_err(wrong).what, what, "{wrong}");
        }
    }

    #[test]
    fn networks_contain_their_addresses() {
        let inside = |network: &str, address: &str| parse_network(network).unwrap().contains(address.parse().unwrap());
        assert!(inside("10.0.0.0/8", "10.200.3.4"));
        assert!(!inside("10.0.0.0/8", "11.0.0.1"));
        assert!(inside("127.0.0.1", "127.0.0.1"));
        assert!(!inside("127.0.0.1", "127.0.0.2"));
        assert!(inside("0.0.0.0/0", "8.8.8.8"));
        assert!(inside("fd00::/8", "fdff::1"));
        assert!(!inside("fd00::/8", "fe80::1"));
        assert!(inside("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(!inside("::/0", "10.1.1.1"));
        for wrong in ["10.0.0.0/33", "10.0.0", "fd00::/129", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(parse_network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn polls_only_http_without_credentials() {
        assert_eq!(parse_http("https://bao.example/rss#top").unwrap().as_str(), "https://bao.example/rss");
        for wrong in [
            "ftp://bao.example/",
            "https:///",
            "bao.example/rss",
            "/rss",
            "https://u:p@bao.example/",
            "https://",
            "javascript:alert(1)",
        ] {
            assert!(parse_http(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            parse_http("bao.example/rss").unwrap_err().hint.as_deref(),
            Some("did you mean `https://bao.example/rss`?")
        );
    }

    #[test]
    fn the_site_ends_with_a_slash() {
        assert_eq!(parse_site("https://tin.example.vn").unwrap().as_str(), "https://tin.example.vn/");
        assert_eq!(parse_site("https://example.vn/tin").unwrap().as_str(), "https://example.vn/tin/");
        assert!(parse_site("https://example.vn/?a=1").is_err());
    }

    #[test]
    fn a_proxy_hides_its_password() {
        let proxy = parse_proxy("socks5h://user:bimat@10.0.0.1:1080").unwrap();
        assert_eq!(format!("{proxy} {proxy:?}"), "socks5h://10.0.0.1:1080 Proxy(socks5h://10.0.0.1:1080)");
        assert_eq!(proxy.url().password(), Some("bimat"));
        assert!(parse_proxy("10.0.0.1:1080").is_err());
        assert!(parse_proxy("ftp://10.0.0.1/").is_err());
    }

    #[test]
    fn a_contact_is_a_page_or_a_mail_address() {
        for good in ["https://tin.example.vn/about", "admin@example.vn", "mailto:admin@example.vn"] {
            assert!(parse_contact(good).is_ok(), "{good}");
        }
        for wrong in ["me", "@example.vn", "a@b c", "a@-x", "a@example.vn\r\nX: y", "https://", "a(b)@example.vn"] {
            assert!(parse_contact(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn tags_name_a_domain_and_a_date() {
        for good in ["tin.example.vn,2026", "tin.example.vn,2026-07", "admin@example.vn,2026-07-01", "localhost,2026"] {
            assert!(parse_tag(good).is_ok(), "{good}");
        }
        for wrong in [
            "tin.example.vn",
            "tin.example.vn,26",
            "Tin.example.vn,2026",
            "tin_x.vn,2026",
            ",2026",
            "a..b,2026",
            "x.vn,2026-13",
            "x.vn,2026-02-30",
            "x.vn,2026-1-1",
            "x.vn,2026,1",
            "a b@x.vn,2026",
            "@x.vn,2026",
        ] {
            assert!(parse_tag(wrong).is_err(), "{wrong}");
        }
    }
}
