//! One outcome of every name, for whatever must speak of all of them: the manual, the README's table, tests.

use super::{Outcome, Phase, SiteChange, TlsProblem, Wall};

/// One outcome of each [`Outcome::name`], with values as they come, in the order of the manual: first what is fine, then what the
/// server said, then what kept it from saying anything, at last what lies with us.
pub fn one_of_each() -> Vec<Outcome> {
    let detail = || "…".to_owned();
    let tls = |problem| Outcome::Tls { problem };
    let timeout = |phase| Outcome::Timeout { phase };
    vec![
        Outcome::NewItems { new: 3, edited: 0 },
        Outcome::NoNewItems { edited: 0 },
        Outcome::NotModified,
        Outcome::Unchanged,
        Outcome::MassChange { items: 15, matched: 14, new: 1 },
        Outcome::Empty,
        Outcome::HtmlInsteadOfFeed,
        Outcome::LoginOrChallenge { wall: Wall::Challenge },
        Outcome::SiteChanged { change: SiteChange::NoList },
        Outcome::Unreadable { cause: detail() },
        Outcome::TooLarge { limit_bytes: 10 << 20, unpacked: false },
        Outcome::BadEncoding { detail: detail() },
        Outcome::NotFound,
        Outcome::Gone,
        Outcome::Forbidden { status: 403 },
        Outcome::Throttled { status: 429, retry_after_seconds: None },
        Outcome::ServerError { status: 500 },
        Outcome::UnexpectedStatus { status: 418 },
        Outcome::RedirectLoop { hops: 10 },
        Outcome::BadRedirect { detail: detail() },
        Outcome::Refused,
        Outcome::Interrupted { detail: detail() },
        Outcome::Unreachable { detail: detail() },
        Outcome::Dns { no_such_name: true },
        timeout(Phase::Dns),
        timeout(Phase::Connect),
        timeout(Phase::Tls),
        timeout(Phase::Answer),
        timeout(Phase::Body),
        tls(TlsProblem::Expired { not_after: None }),
        tls(TlsProblem::NotYetValid { not_before: None }),
        tls(TlsProblem::WrongName { expected: detail() }),
        tls(TlsProblem::UnknownIssuer { self_signed: false }),
        tls(TlsProblem::IncompleteChain { issuer_url: None }),
        tls(TlsProblem::TooOld),
        tls(TlsProblem::PinMismatch { found: detail() }),
        tls(TlsProblem::Other { detail: detail() }),
        Outcome::BlockedAddress { detail: detail() },
        Outcome::Robots { unreadable: None },
        Outcome::Proxy { detail: detail() },
        Outcome::Misconfigured { detail: detail() },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names as the source of [`Outcome::name`] and of the names of TLS problems spells them: a new variant must name itself
    /// there, or nothing compiles, and is then missed here.
    fn names_in_the_code() -> BTreeSet<&'static str> {
        let code = include_str!("../outcome.rs");
        let after = |start: &str, end: &str| {
            let from = code.find(start).expect("the function is there");
            let length = code[from..].find(end).expect("something follows it");
            &code[from..from + length]
        };
        [
            after("pub fn name(&self)", "/// Whether the source answered"),
            after("fn name(&self)", "/// How much a sysadmin"),
        ]
        .into_iter()
        .flat_map(|body| body.lines())
        .filter_map(|line| line.split_once("=> \"")?.1.split_once('"'))
        .map(|(name, _)| name)
        .collect()
    }

    #[test]
    fn none_is_missing() {
        let named: BTreeSet<_> = one_of_each().iter().map(Outcome::name).collect();
        assert_eq!(named, names_in_the_code());
        assert_eq!(named.len(), one_of_each().len(), "one is there twice");
    }
}
