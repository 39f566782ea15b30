//! What a failed request means: from the errors of the HTTP client to outcomes a sysadmin understands.
//!
//! The client wraps causes in causes; the innermost one that we know decides. This is the only file that looks into its
//! errors.

use std::error::Error;
use std::io;

use crate::model::{Outcome, Phase, TlsProblem};

use super::address::{Blocked, LookupFailed};
use super::tls;

/// A failed request.
#[derive(Debug)]
pub(super) struct Failure {
    /// What it came to.
    pub(super) outcome: Outcome,
    /// Where a certificate that is missing in the server's chain can be had.
    pub(super) missing_certificate_at: Option<String>,
}

impl From<Outcome> for Failure {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, missing_certificate_at: None }
    }
}

/// Puts an error of the client into our words. `phase` is how far the request had got; `proxied` whether it went
/// through a proxy, which then is to blame for a connection that does not come about.
pub(super) fn explain(error: &reqwest::Error, phase: Phase, proxied: bool) -> Failure {
    let mut io_error: Option<&io::Error> = None;
    let mut hyper_error: Option<&hyper::Error> = None;
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(blocked) = current.downcast_ref::<Blocked>() {
            return Outcome::BlockedAddress { detail: blocked.to_string() }.into();
        }
        if let Some(failed) = current.downcast_ref::<LookupFailed>() {
            return if proxied {
                Outcome::Proxy { detail: format!("its host name cannot be looked up: {failed}") }.into()
            } else {
                Outcome::Dns { no_such_name: failed.no_such_name }.into()
            };
        }
        if let Some(error) = current.downcast_ref::<rustls::Error>() {
            let disbelief = tls::problem_of(error);
            return Failure {
                outcome: Outcome::Tls { problem: disbelief.problem },
                missing_certificate_at: disbelief.missing_at,
            };
        }
        hyper_error = current.downcast_ref().or(hyper_error);
        let as_io = current.downcast_ref::<io::Error>();
        io_error = as_io.or(io_error);
        // An I/O error that wraps another error does not call it its source but holds it.
        cause = match as_io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    if error.is_timeout() {
        return Outcome::Timeout { phase }.into();
    }
    if proxied && error.is_connect() {
        return Outcome::Proxy { detail: innermost(error) }.into();
    }
    if let Some(error) = hyper_error.filter(|error| error.is_parse()) {
        let detail = if error.is_parse_too_large() { "its head is too large" } else { "it is not HTTP" };
        return Outcome::Unreadable { cause: format!("the answer makes no sense: {detail}") }.into();
    }
    if let Some(error) = io_error {
        return explain_io(error, phase).into();
    }
    if error.is_builder() {
        return Outcome::Misconfigured { detail: innermost(error) }.into();
    }
    Outcome::Interrupted { detail: interrupted(phase, &innermost(error)) }.into()
}

fn explain_io(error: &io::Error, phase: Phase) -> Outcome {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Outcome::Refused,
        Kind::TimedOut => Outcome::Timeout { phase },
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => {
            Outcome::Unreachable { detail: without_number(&error.to_string()) }
        }
        _ if phase == Phase::Tls && error.kind() == Kind::InvalidData => {
            Outcome::Tls { problem: TlsProblem::Other { detail: error.to_string() } }
        }
        // Local firewalls.
        Kind::PermissionDenied => Outcome::Unreachable { detail: without_number(&error.to_string()) },
        _ => Outcome::Interrupted { detail: interrupted(phase, &without_number(&error.to_string())) },
    }
}

fn interrupted(phase: Phase, detail: &str) -> String {
    let when = match phase {
        Phase::Dns | Phase::Connect => "while connecting",
        Phase::Tls => "during the TLS handshake",
        Phase::Answer => "before an answer came",
        Phase::Body => "in the middle of the document",
    };
    format!("{when} ({detail})")
}

/// `Connection reset by peer (os error 104)` without the number.
fn without_number(text: &str) -> String {
    text.split(" (os error").next().unwrap_or(text).to_lowercase()
}

/// The message at the end of the chain of causes: the one that is about something.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    without_number(&cause.to_string())
}
