//! How a poll went: one named value for everything that can come of asking a source.
//!
//! An outcome is a fact, not an error of ours: it is stored, counted, shown in `sources`, and decides (in `schedule`)
//! when the source is asked again. Each has a stable name for scripts and metrics, a sentence for people, and, where
//! there is something to do, an advice.

mod each;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Instant, counted};

pub use each::{every_case, one_of_each};

/// What one poll of one source came to.
///
/// Serialised as `{"name": "server-error", "status": 503}`; the name is [`Outcome::name`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Outcome {
    /// 304: the server says that nothing changed.
    NotModified,
    /// 200 with the very bytes of the last time.
    Unchanged,
    /// Read, and at least one item was new.
    NewItems {
        /// Items never seen before.
        new: u32,
        /// Items whose words changed.
        edited: u32,
    },
    /// Read, other bytes than last time, but no new item in it.
    NoNewItems {
        /// Items whose words changed.
        edited: u32,
    },
    /// Read, and most of its items look new but are stored under other names: held until another poll confirms it.
    MassChange {
        /// Items that look new.
        items: u32,
        /// Those of them that are stored.
        matched: u32,
        /// Items that are new beyond doubt, and were taken in.
        new: u32,
    },
    /// Read, and there is not one item in it.
    Empty,
    /// A page for people came where a feed was expected.
    HtmlInsteadOfFeed,
    /// A page that asks to log in, to prove to be human, or to run a script first.
    LoginOrChallenge {
        /// Which of them.
        wall: Wall,
    },
    /// A page that used to be read no longer has in it what is looked for: the site has been redesigned.
    SiteChanged {
        /// What is missing.
        change: SiteChange,
    },
    /// 410.
    Gone,
    /// 404.
    NotFound,
    /// 401, 403 or 451.
    Forbidden {
        /// The status.
        status: u16,
    },
    /// 429, or 503 with `Retry-After`.
    Throttled {
        /// The status.
        status: u16,
        /// How long the server asks us to stay away, seconds from the answer.
        retry_after_seconds: Option<u64>,
    },
    /// 5xx.
    ServerError {
        /// The status.
        status: u16,
    },
    /// Any other status that is no answer to our question.
    UnexpectedStatus {
        /// The status.
        status: u16,
    },
    /// The time for the whole request ran out.
    Timeout {
        /// What was being waited for.
        phase: Phase,
    },
    /// The name has no address.
    Dns {
        /// Whether the name servers said that there is no such name; otherwise they did not answer.
        no_such_name: bool,
    },
    /// Nobody listens at that address and port.
    Refused,
    /// The packets did not get there.
    Unreachable {
        /// What the system said.
        detail: String,
    },
    /// The connection ended in the middle of the answer.
    Interrupted {
        /// What was seen.
        detail: String,
    },
    /// No safe connection could be made.
    Tls {
        /// Why.
        problem: TlsProblem,
    },
    /// The answer is larger than `max_body` allows.
    TooLarge {
        /// The limit, bytes.
        limit_bytes: u64,
        /// Whether it was the body as it came over the wire (`false`), or what it unpacks to (`true`).
        unpacked: bool,
    },
    /// Redirects lead in a circle or never end.
    RedirectLoop {
        /// How many were followed.
        hops: u32,
    },
    /// A redirect that leads nowhere: no `Location`, or one that is no `http(s)` address.
    BadRedirect {
        /// What was wrong.
        detail: String,
    },
    /// The answer is not packed as its `Content-Encoding` says.
    BadEncoding {
        /// What was wrong.
        detail: String,
    },
    /// The address lies in a range that is not polled unless `poll.allow_private_addresses` says so.
    BlockedAddress {
        /// The address, and the name that led to it.
        detail: String,
    },
    /// robots.txt asks us not to read this page.
    Robots {
        /// The status of a server that cannot show its robots.txt; then nothing may be read.
        unreadable: Option<u16>,
    },
    /// Answered, but nothing could be made of the document.
    Unreadable {
        /// The cause, in words one could send to the publisher.
        cause: String,
    },
    /// The configured `proxy` did not do its part.
    Proxy {
        /// What it said.
        detail: String,
    },
    /// `feeds.toml` asks for something that cannot be done, such as a `ca` file that holds no certificate.
    Misconfigured {
        /// The key and what is wrong with its value.
        detail: String,
    },
}

/// What a redesigned site no longer has where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteChange {
    /// No list of articles is found, by the source's selectors or by itself.
    NoList,
    /// None of the items has a date any more.
    NoDates,
    /// The texts of articles are a tenth of their usual length, or less.
    ShortTexts,
}

/// What stands between us and a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wall {
    /// A form for name and password.
    Login,
    /// "Checking your browser", a captcha, a cookie to be set by a script.
    Challenge,
}

/// The part of a request in which its time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Looking up the name.
    Dns,
    /// Waiting for the TCP connection.
    Connect,
    /// Agreeing on keys.
    Tls,
    /// Request sent, waiting for the head of the answer.
    Answer,
    /// Reading the body.
    Body,
}

impl Phase {
    /// The name as logs and tables show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Answer => "answer",
            Self::Body => "body",
        }
    }
}

/// Why there is no safe connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TlsProblem {
    /// The certificate's time is over.
    Expired {
        /// Its last moment, if it could be read.
        not_after: Option<Instant>,
    },
    /// The certificate's time has not come; often the clock here is wrong.
    NotYetValid {
        /// Its first moment, if it could be read.
        not_before: Option<Instant>,
    },
    /// It is for other names.
    WrongName {
        /// The name we asked for.
        expected: String,
    },
    /// Nobody we trust signed it.
    UnknownIssuer {
        /// Whether it signed itself.
        self_signed: bool,
    },
    /// The server does not send the certificate between its own and a root we trust.
    IncompleteChain {
        /// Where the missing one can be had, as the certificate says.
        issuer_url: Option<String>,
    },
    /// The server speaks nothing newer than TLS 1.1, or only ciphers that are no longer safe.
    TooOld,
    /// The certificate is not the one that `tls_pin` names.
    PinMismatch {
        /// The SHA-256 of the certificate that was shown, hexadecimal.
        found: String,
    },
    /// Anything else.
    Other {
        /// What was seen.
        detail: String,
    },
}

impl TlsProblem {
    /// The name as part of [`Outcome::name`].
    fn name(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "tls-expired",
            Self::NotYetValid { .. } => "tls-not-yet-valid",
            Self::WrongName { .. } => "tls-wrong-name",
            Self::UnknownIssuer { .. } => "tls-unknown-issuer",
            Self::IncompleteChain { .. } => "tls-incomplete-chain",
            Self::TooOld => "tls-too-old",
            Self::PinMismatch { .. } => "tls-pin-mismatch",
            Self::Other { .. } => "tls-other",
        }
    }
}

/// How much a sysadmin should care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// As it should be.
    Fine,
    /// Answered, but worth a look if it stays so.
    Notice,
    /// Usually passes by itself.
    Passing,
    /// Stays until somebody does something.
    Broken,
}

impl Severity {
    /// The name as tables and JSON show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Notice => "notice",
            Self::Passing => "passing",
            Self::Broken => "broken",
        }
    }
}

impl Outcome {
    /// The stable name for scripts, metrics and the database: lower case, words joined by `-`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotModified => "not-modified",
            Self::Unchanged => "unchanged",
            Self::NewItems { .. } => "new-items",
            Self::NoNewItems { .. } => "no-new-items",
            Self::MassChange { .. } => "mass-change",
            Self::Empty => "empty",
            Self::HtmlInsteadOfFeed => "html-instead-of-feed",
            Self::LoginOrChallenge { .. } => "login-or-challenge",
            Self::SiteChanged { .. } => "site-changed",
            Self::Gone => "gone",
            Self::NotFound => "not-found",
            Self::Forbidden { .. } => "forbidden",
            Self::Throttled { .. } => "throttled",
            Self::ServerError { .. } => "server-error",
            Self::UnexpectedStatus { .. } => "unexpected-status",
            Self::Timeout { phase } => match phase {
                Phase::Dns => "timeout-dns",
                Phase::Connect => "timeout-connect",
                Phase::Tls => "timeout-tls",
                Phase::Answer => "timeout-answer",
                Phase::Body => "timeout-body",
            },
            Self::Dns { .. } => "dns",
            Self::Refused => "refused",
            Self::Unreachable { .. } => "unreachable",
            Self::Interrupted { .. } => "interrupted",
            Self::Tls { problem } => problem.name(),
            Self::TooLarge { .. } => "too-large",
            Self::RedirectLoop { .. } => "redirect-loop",
            Self::BadRedirect { .. } => "bad-redirect",
            Self::BadEncoding { .. } => "bad-encoding",
            Self::BlockedAddress { .. } => "blocked-address",
            Self::Robots { .. } => "robots",
            Self::Unreadable { .. } => "unreadable",
            Self::Proxy { .. } => "proxy",
            Self::Misconfigured { .. } => "misconfigured",
        }
    }

    /// Whether the source answered as a source should: what it gave was taken in, or there was nothing to take in.
    ///
    /// An empty document counts as success; that a source gives nothing for long is noticed by its silence.
    pub fn is_success(&self) -> bool {
        matches!(
            self,
            Self::NotModified
                | Self::Unchanged
                | Self::NewItems { .. }
                | Self::NoNewItems { .. }
                | Self::MassChange { .. }
                | Self::Empty
        )
    }

    /// How much a sysadmin should care.
    pub fn severity(&self) -> Severity {
        match self {
            Self::NotModified | Self::Unchanged | Self::NewItems { .. } | Self::NoNewItems { .. } => Severity::Fine,
            Self::MassChange { .. } | Self::Empty => Severity::Notice,
            Self::Throttled { .. }
            | Self::ServerError { .. }
            | Self::Timeout { .. }
            | Self::Dns { no_such_name: false }
            | Self::Refused
            | Self::Unreachable { .. }
            | Self::Interrupted { .. }
            | Self::Proxy { .. } => Severity::Passing,
            Self::HtmlInsteadOfFeed
            | Self::LoginOrChallenge { .. }
            | Self::SiteChanged { .. }
            | Self::Gone
            | Self::NotFound
            | Self::Forbidden { .. }
            | Self::UnexpectedStatus { .. }
            | Self::Dns { no_such_name: true }
            | Self::Tls { .. }
            | Self::TooLarge { .. }
            | Self::RedirectLoop { .. }
            | Self::BadRedirect { .. }
            | Self::BadEncoding { .. }
            | Self::BlockedAddress { .. }
            | Self::Robots { .. }
            | Self::Unreadable { .. }
            | Self::Misconfigured { .. } => Severity::Broken,
        }
    }

    /// What it means, in one plain sentence without full stop.
    pub fn meaning(&self) -> String {
        match self {
            Self::NotModified => "the server says that nothing has changed".to_owned(),
            Self::Unchanged => "the same document as last time".to_owned(),
            Self::NewItems { new, edited: 0 } => counted(*new, "new item"),
            Self::NewItems { new, edited } => format!("{}, {edited} edited", counted(*new, "new item")),
            Self::NoNewItems { edited: 0 } => "read, nothing new in it".to_owned(),
            Self::NoNewItems { edited } => format!("read, nothing new in it, {edited} edited"),
            Self::MassChange { items, matched, new } => format!(
                "{items} items look new, but {matched} of them are stored under other names: held until another poll shows \
                 the same{}",
                if *new > 0 { format!("; {} taken in", counted(*new, "new item")) } else { String::new() },
            ),
            Self::Empty => "the document has no items at all".to_owned(),
            Self::HtmlInsteadOfFeed => "a web page came where a feed was expected".to_owned(),
            Self::LoginOrChallenge { wall: Wall::Login } => "the server shows a login page".to_owned(),
            Self::LoginOrChallenge { wall: Wall::Challenge } => {
                "the server wants a browser: it answers with a challenge page".to_owned()
            }
            Self::SiteChanged { change } => match change {
                SiteChange::NoList => "the site has changed: the list of articles is no longer found on its page",
                SiteChange::NoDates => "the site has changed: no item of its list has a date any more",
                SiteChange::ShortTexts => {
                    "the site has changed: the texts of its articles are a tenth of their usual length"
                }
            }
            .to_owned(),
            Self::Gone => "the server says that this address is gone for good (HTTP 410)".to_owned(),
            Self::NotFound => "there is nothing at this address (HTTP 404)".to_owned(),
            Self::Forbidden { status } => format!("the server refuses to show it to us (HTTP {status})"),
            Self::Throttled { status, retry_after_seconds: Some(seconds) } => {
                format!("the server asks us to stay away for {seconds} s (HTTP {status})")
            }
            Self::Throttled { status, retry_after_seconds: None } => {
                format!("the server says that we ask too often (HTTP {status})")
            }
            Self::ServerError { status } => format!("the server has trouble of its own (HTTP {status})"),
            Self::UnexpectedStatus { status } => format!("an answer that makes no sense here (HTTP {status})"),
            Self::Timeout { phase } => match phase {
                Phase::Dns => "the name servers did not answer in time",
                Phase::Connect => "no connection came about in time",
                Phase::Tls => "the server did not finish the TLS handshake in time",
                Phase::Answer => "connected, but no answer came in time",
                Phase::Body => "the answer began but did not end in time",
            }
            .to_owned(),
            Self::Dns { no_such_name: true } => "the host name does not exist".to_owned(),
            Self::Dns { no_such_name: false } => "the host name could not be looked up just now".to_owned(),
            Self::Refused => "the host refuses connections on this port".to_owned(),
            Self::Unreachable { detail } => format!("the host cannot be reached: {detail}"),
            Self::Interrupted { detail } => format!("the connection broke off: {detail}"),
            Self::Tls { problem } => tls_meaning(problem),
            Self::TooLarge { limit_bytes, unpacked: false } => {
                format!("the document is larger than max_body allows ({limit_bytes} bytes)")
            }
            Self::TooLarge { limit_bytes, unpacked: true } => {
                format!("the document unpacks to more than max_body allows ({limit_bytes} bytes)")
            }
            Self::RedirectLoop { hops } => format!("redirects lead in a circle (gave up after {hops})"),
            Self::BadRedirect { detail } => format!("a redirect leads nowhere: {detail}"),
            Self::BadEncoding { detail } => format!("the answer cannot be unpacked: {detail}"),
            Self::BlockedAddress { detail } => format!("not asked, the address is a private one: {detail}"),
            Self::Robots { unreadable: None } => {
                "not asked, robots.txt of the site does not want this page to be read".to_owned()
            }
            Self::Robots { unreadable: Some(status) } => {
                format!("not asked, the site cannot show its robots.txt (HTTP {status})")
            }
            Self::Unreadable { cause } => format!("the document cannot be read: {cause}"),
            Self::Proxy { detail } => format!("the proxy failed: {detail}"),
            Self::Misconfigured { detail } => format!("not asked, the configuration is wrong: {detail}"),
        }
    }

    /// What the sysadmin can do about it; `None` where there is nothing to do.
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotModified | Self::Unchanged | Self::NewItems { .. } | Self::NoNewItems { .. } => return None,
            Self::MassChange { .. } => {
                "nothing: a poll five minutes later or more takes the new names over; nothing old comes back as new"
            }
            Self::Empty => "look at the address in a browser: the section may be new, or closed",
            Self::HtmlInsteadOfFeed => "run `bantin inspect` on the address to find the feed, or set kind = \"html\"",
            Self::LoginOrChallenge { wall: Wall::Login } => {
                "the feed is no longer public; ask the publisher, or give the login in `headers`"
            }
            Self::LoginOrChallenge { wall: Wall::Challenge } => {
                "ask the publisher to let feed readers through, or poll less often"
            }
            Self::SiteChanged { .. } => {
                "what was read before stays; `bantin inspect ADDRESS --from SOURCE` proposes selectors for the new page; dates or texts that are away for a week are no longer missed"
            }
            Self::Gone => "remove the source, or look for its new address with `bantin inspect`",
            Self::NotFound => "look for its new address with `bantin inspect`; after a redesign feeds often move",
            Self::Forbidden { .. } => "ask the publisher; some sites refuse addresses abroad or unknown user agents",
            Self::Throttled { .. } => "nothing for now; if it stays so, give the source a slower schedule",
            Self::ServerError { .. } | Self::Interrupted { .. } | Self::Refused => {
                "nothing for now; it is asked again by itself"
            }
            Self::UnexpectedStatus { .. } => "look at the address in a browser and correct it",
            Self::Timeout { phase: Phase::Answer | Phase::Body } => {
                "nothing for now; if it is always slow, give the source a longer `timeout`"
            }
            Self::Timeout { .. } | Self::Unreachable { .. } | Self::Dns { no_such_name: false } => {
                "nothing for now; if all sources show this, look at your own network with `bantin doctor`"
            }
            Self::Dns { no_such_name: true } => "check the spelling; the site may have moved or closed",
            Self::Tls { problem } => tls_advice(problem),
            Self::TooLarge { .. } => "if the document is all right, raise `max_body` for this source",
            Self::RedirectLoop { .. } | Self::BadRedirect { .. } => {
                "look at the address in a browser and enter the one where it ends"
            }
            Self::BadEncoding { .. } => "tell the publisher: the server packs its answers wrongly",
            Self::BlockedAddress { .. } => {
                "if this address is meant, set allow_private_addresses = true in [poll]; otherwise the name is wrong"
            }
            Self::Robots { .. } => {
                "ask the publisher, or set robots = \"why it may be read nevertheless\" for this source"
            }
            Self::Unreadable { .. } => "run `bantin read` on the address and send what it says to the publisher",
            Self::Proxy { .. } => "check `proxy` and whether it is running",
            Self::Misconfigured { .. } => "correct it and run `bantin check`",
        })
    }
}

fn tls_meaning(problem: &TlsProblem) -> String {
    match problem {
        TlsProblem::Expired { not_after: Some(date) } => {
            format!("the certificate expired on {}", date.format("%Y-%m-%d"))
        }
        TlsProblem::Expired { not_after: None } => "the certificate has expired".to_owned(),
        TlsProblem::NotYetValid { not_before: Some(date) } => {
            format!("the certificate is valid only from {}", date.format("%Y-%m-%d"))
        }
        TlsProblem::NotYetValid { not_before: None } => "the certificate is not yet valid".to_owned(),
        TlsProblem::WrongName { expected } => format!("the certificate is not for `{expected}`"),
        TlsProblem::UnknownIssuer { self_signed: true } => "the certificate is signed by itself".to_owned(),
        TlsProblem::UnknownIssuer { self_signed: false } => {
            "the certificate is signed by nobody this machine trusts".to_owned()
        }
        TlsProblem::IncompleteChain { issuer_url: Some(url) } => {
            format!("the server does not send its intermediate certificate (there is one at {url})")
        }
        TlsProblem::IncompleteChain { issuer_url: None } => {
            "the server does not send its intermediate certificate".to_owned()
        }
        TlsProblem::TooOld => "the server speaks only TLS that is no longer safe".to_owned(),
        TlsProblem::PinMismatch { found } => format!("the certificate is not the pinned one but {found}"),
        TlsProblem::Other { detail } => format!("no safe connection: {detail}"),
    }
}

fn tls_advice(problem: &TlsProblem) -> &'static str {
    match problem {
        TlsProblem::Expired { .. } => {
            "tell the publisher; until they renew it, `tls_pin` with the certificate's SHA-256 lets this one through"
        }
        TlsProblem::NotYetValid { .. } => "check the clock of this machine, then tell the publisher",
        TlsProblem::WrongName { .. } => {
            "look for the address with the right host name; often `www.` is missing or too much"
        }
        TlsProblem::UnknownIssuer { .. } => {
            "give the issuer's certificate as `ca`, or the server's own SHA-256 as `tls_pin`, if you have it from the publisher"
        }
        TlsProblem::IncompleteChain { .. } => {
            "set tls_fetch_intermediate = true in [poll], or give the missing certificate as `ca`"
        }
        TlsProblem::TooOld => "tell the publisher; many such servers still offer the feed over http://",
        TlsProblem::PinMismatch { .. } => {
            "if the publisher has renewed the certificate, enter the new SHA-256 as `tls_pin`"
        }
        TlsProblem::Other { .. } => "look at the address in a browser, then tell the publisher",
    }
}

/// The meaning, as in [`Outcome::meaning`].
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.meaning())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_outcome_has_a_name_of_its_own() {
        let all = one_of_each();
        let names: BTreeSet<_> = all.iter().map(Outcome::name).collect();
        assert_eq!(names.len(), all.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')), "{names:?}");
    }

    #[test]
    fn says_what_to_do_exactly_where_something_is_wrong() {
        for outcome in one_of_each() {
            assert_eq!(outcome.advice().is_some(), outcome.severity() > Severity::Fine, "{}", outcome.name());
        }
    }

    #[test]
    fn only_answers_that_were_taken_in_are_successes() {
        for outcome in one_of_each() {
            assert_eq!(outcome.is_success(), outcome.severity() <= Severity::Notice, "{}", outcome.name());
        }
    }

    #[test]
    fn survives_being_stored_as_json() {
        for outcome in one_of_each() {
            let json = serde_json::to_string(&outcome).expect("outcomes are plain data");
            assert_eq!(
                serde_json::from_str::<Outcome>(&json).expect("what was written can be read"),
                outcome,
                "{json}"
            );
        }
    }

    #[test]
    fn a_sentence_has_no_full_stop_and_no_capital() {
        for outcome in one_of_each() {
            for sentence in [Some(outcome.meaning()), outcome.advice().map(str::to_owned)].into_iter().flatten() {
                assert!(!sentence.ends_with('.'), "{sentence}");
                assert!(!sentence.starts_with(char::is_uppercase), "{sentence}");
            }
        }
    }

    #[test]
    fn counts_in_english() {
        assert_eq!(Outcome::NewItems { new: 1, edited: 0 }.meaning(), "1 new item");
        assert_eq!(Outcome::NewItems { new: 3, edited: 1 }.meaning(), "3 new items, 1 edited");
    }
}
