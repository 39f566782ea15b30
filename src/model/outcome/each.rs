//! Outcomes of every name, for whatever must speak of all of them: the manual, the README's table, tests.

use super::{Outcome, Phase, SiteChange, TlsProblem, Wall};

/// One outcome of each [`Outcome::name`]: the first of its cases in [`every_case`].
pub fn one_of_each() -> Vec<Outcome> {
    let mut all = every_case();
    // Cases of a name stand together.
    all.dedup_by_key(|outcome| outcome.name());
    all
}

/// An outcome for everything that outcomes say, with values as they come, in the order of the manual: first what is fine, then what
/// the server said, then what kept it from saying anything, at last what lies with us. Some names have several cases.
pub fn every_case() -> Vec<Outcome> {
    let detail = || "…".to_owned();
    let tls = |problem| Outcome::Tls { problem };
    let timeout = |phase| Outcome::Timeout { phase };
    vec![
        Outcome::NewItems { new: 3, edited: 0 },
        Outcome::NewItems { new: 3, edited: 2 },
        Outcome::NoNewItems { edited: 0 },
        Outcome::NoNewItems { edited: 2 },
        Outcome::NotModified,
        Outcome::Unchanged,
        Outcome::MassChange { items: 15, matched: 14, new: 1 },
        Outcome::Empty,
        Outcome::HtmlInsteadOfFeed,
        Outcome::LoginOrChallenge { wall: Wall::Challenge },
        Outcome::LoginOrChallenge { wall: Wall::Login },
        Outcome::SiteChanged { change: SiteChange::NoList },
        Outcome::SiteChanged { change: SiteChange::NoDates },
        Outcome::SiteChanged { change: SiteChange::ShortTexts },
        Outcome::Unreadable { cause: detail() },
        Outcome::TooLarge { limit_bytes: 10 << 20, unpacked: false },
        Outcome::TooLarge { limit_bytes: 10 << 20, unpacked: true },
        Outcome::BadEncoding { detail: detail() },
        Outcome::NotFound,
        Outcome::Gone,
        Outcome::Forbidden { status: 403 },
        Outcome::Throttled { status: 429, retry_after_seconds: None },
        Outcome::Throttled { status: 429, retry_after_seconds: Some(3600) },
        Outcome::ServerError { status: 500 },
        Outcome::UnexpectedStatus { status: 418 },
        Outcome::RedirectLoop { hops: 10 },
        Outcome::BadRedirect { detail: detail() },
        Outcome::Refused,
        Outcome::Interrupted { detail: detail() },
        Outcome::Unreachable { detail: detail() },
        Outcome::Dns { no_such_name: true },
        Outcome::Dns { no_such_name: false },
        timeout(Phase::Dns),
        timeout(Phase::Connect),
        timeout(Phase::Tls),
        timeout(Phase::Answer),
        timeout(Phase::Body),
        tls(TlsProblem::Expired { not_after: None }),
        tls(TlsProblem::NotYetValid { not_before: None }),
        tls(TlsProblem::WrongName { expected: detail() }),
        tls(TlsProblem::UnknownIssuer { self_signed: false }),
        tls(TlsProblem::UnknownIssuer { self_signed: true }),
        tls(TlsProblem::IncompleteChain { issuer_url: None }),
        tls(TlsProblem::TooOld),
        tls(TlsProblem::PinMismatch { found: detail() }),
        tls(TlsProblem::Other { detail: detail() }),
        Outcome::BlockedAddress { detail: detail() },
        Outcome::Robots { unreadable: None },
        Outcome::Robots { unreadable: Some(503) },
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

    /// A part of the code of outcomes.
    fn after(start: &str, end: &str) -> &'static str {
        let code = include_str!("../outcome.rs");
        let from = code.find(start).expect("the function is there");
        let length = code[from..].find(end).expect("something follows it");
        &code[from..from + length]
    }

    /// What the code says in quotes, each as its longest piece without a value.
    fn said_in(code: &str) -> Vec<String> {
        let code = code.replace("\\\"", "\u{1}");
        let texts = code.split('"').skip(1).step_by(2);
        let joined =
            texts.map(|text| text.split("\\\n").map(str::trim_start).collect::<String>().replace('\u{1}', "\""));
        let longest = |text: String| {
            let pieces = text.split(['{', '}']).step_by(2);
            pieces.max_by_key(|piece| piece.len()).unwrap_or_default().to_owned()
        };
        joined.map(longest).filter(|piece| piece.len() > 12).collect()
    }

    #[test]
    fn whatever_outcomes_say_some_case_says() {
        let meanings: String = every_case().iter().map(|case| case.meaning() + "\n").collect();
        let said = said_in(after("pub fn meaning(&self)", "/// What the sysadmin can do"));
        assert!(said.len() > 35, "{said:?}");
        for piece in said {
            assert!(meanings.contains(&piece), "no case means `{piece}`");
        }
        let advice: String = every_case().iter().filter_map(|case| Some(case.advice()?.to_owned() + "\n")).collect();
        let given = ["pub fn advice(&self)", "fn tls_advice("].map(|start| said_in(after(start, "\n}\n"))).concat();
        assert!(given.len() > 30, "{given:?}");
        for piece in given {
            assert!(advice.contains(&piece), "no case gives the advice `{piece}`");
        }
    }

    #[test]
    fn none_is_missing() {
        let named: BTreeSet<_> = one_of_each().iter().map(Outcome::name).collect();
        assert_eq!(named, names_in_the_code());
        assert_eq!(named.len(), one_of_each().len(), "one is there twice");
    }
}
