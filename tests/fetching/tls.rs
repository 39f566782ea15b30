//! TLS: every reason not to believe a server has a name, and every way out of it verifies.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bantin::fetch::{Client, Fetched, Lookup, Pin, Request, Roots, Settings};
use bantin::model::{Outcome, Phase, TlsProblem};
use chrono::{TimeZone, Utc};
use rustls::pki_types::CertificateDer;

use super::farm::certificates::{Authority, Special};
use super::farm::{Farm, FarmHost, Reply};
use super::{FEED, fetch_with, request, run, settings, text_of, times_out_in};

const NAME: &str = "bao.example.vn";

/// Settings that believe these roots and know every name as `ip`.
fn believing(roots: &[CertificateDer<'static>], ip: IpAddr) -> Settings {
    let lookup: Lookup = Arc::new(move |_| Box::pin(async move { Ok(vec![ip]) }));
    Settings { roots: Roots::Only(roots.to_vec()), lookup, ..settings() }
}

fn ask(host: &FarmHost, settings: Settings, more: impl FnOnce(&mut Request)) -> Fetched {
    let mut asked = request(host.named(NAME).url("/rss"));
    more(&mut asked);
    fetch_with(settings, &asked)
}

fn problem(fetched: &Fetched) -> TlsProblem {
    match fetched.outcome() {
        Some(Outcome::Tls { problem }) => problem,
        other => panic!("{other:?}"),
    }
}

fn feed_host(farm: &Farm, server: Arc<rustls::ServerConfig>) -> FarmHost {
    farm.tls_host(server, |_| Reply::feed(FEED))
}

#[test]
fn a_whole_chain_to_a_root_is_believed_and_its_end_is_told() {
    let root = Authority::root("Gốc");
    let between = root.intermediate("Giữa");
    let certificate = between.certificate(&[NAME], Special { until: Some((2033, 4, 30)), ..Special::default() });
    let farm = Farm::new();
    let host = feed_host(&farm, certificate.server(&[between.der()]));
    let fetched = ask(&host, believing(&[root.der()], host.ip()), |_| {});
    assert_eq!(text_of(&fetched), FEED);
    assert_eq!(fetched.certificate_expires, Utc.with_ymd_and_hms(2033, 4, 30, 0, 0, 0).single());
}

#[test]
fn an_expired_certificate_is_named_with_its_date() {
    let root = Authority::root("Gốc");
    let certificate = root.certificate(&[NAME], Special { until: Some((2024, 2, 29)), ..Special::default() });
    let farm = Farm::new();
    let host = feed_host(&farm, certificate.server(&[]));
    let fetched = ask(&host, believing(&[root.der()], host.ip()), |_| {});
    let not_after = Utc.with_ymd_and_hms(2024, 2, 29, 0, 0, 0).single();
    assert_eq!(problem(&fetched), TlsProblem::Expired { not_after });
    let sentence = fetched.outcome().expect("failed").to_string();
    assert_eq!(sentence, "the certificate expired on 2024-02-29");
}

#[test]
fn a_certificate_of_the_future_is_named() {
    let root = Authority::root("Gốc");
    let certificate = root.certificate(&[NAME], Special { from: Some((2039, 1, 1)), ..Special::default() });
    let farm = Farm::new();
    let host = feed_host(&farm, certificate.server(&[]));
    let fetched = ask(&host, believing(&[root.der()], host.ip()), |_| {});
    let not_before = Utc.with_ymd_and_hms(2039, 1, 1, 0, 0, 0).single();
    assert_eq!(problem(&fetched), TlsProblem::NotYetValid { not_before });
}

#[test]
fn a_certificate_for_another_name_is_named() {
    let root = Authority::root("Gốc");
    let certificate = root.certificate(&["www.bao.example.vn"], Special::default());
    let farm = Farm::new();
    let host = feed_host(&farm, certificate.server(&[]));
    let fetched = ask(&host, believing(&[root.der()], host.ip()), |_| {});
    assert_eq!(problem(&fetched), TlsProblem::WrongName { expected: NAME.to_owned() });
}

#[test]
fn an_unknown_issuer_is_named() {
    let (root, stranger) = (Authority::root("Gốc"), Authority::root("Kẻ lạ"));
    let between = stranger.intermediate("Giữa");
    let farm = Farm::new();
    for (authority, chain) in [(&stranger, vec![]), (&stranger, vec![stranger.der()]), (&between, vec![between.der()])]
    {
        let host = feed_host(&farm, authority.certificate(&[NAME], Special::default()).server(&chain));
        let fetched = ask(&host, believing(&[root.der()], host.ip()), |_| {});
        assert_eq!(problem(&fetched), TlsProblem::UnknownIssuer { self_signed: false });
    }
}

#[test]
fn a_server_too_old_is_named() {
    let farm = Farm::new();
    let url = farm.old_tls_host().url("/rss");
    assert_eq!(problem(&fetch_with(settings(), &request(url))), TlsProblem::TooOld);
}

#[test]
fn a_server_without_tls_is_named() {
    let farm = Farm::new();
    let url = farm.parrot_tls_host(b"HTTP/1.1 400 Bad Request\r\n\r\n").url("/rss");
    let detail = "the server does not speak TLS on this port".to_owned();
    assert_eq!(problem(&fetch_with(settings(), &request(url))), TlsProblem::Other { detail });
}

#[test]
fn a_handshake_that_hangs_is_named() {
    let farm = Farm::new();
    times_out_in(Phase::Tls, &settings(), &request(farm.mute_tls_host().url("/rss")));
}

/// A file for `ca`.
fn file(pem: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).expect("written");
    (folder, path)
}

#[test]
fn the_missing_intermediate_can_be_given_per_source() {
    let root = Authority::root("Gốc");
    let between = root.intermediate("Giữa");
    let farm = Farm::new();
    let host = feed_host(&farm, between.certificate(&[NAME], Special::default()).server(&[]));
    let settings = believing(&[root.der()], host.ip());
    let (_folder, path) = file(&between.pem());
    let fetched = ask(&host, settings.clone(), |asked| asked.ca = Some(path));
    assert_eq!(text_of(&fetched), FEED);
    assert!(matches!(problem(&ask(&host, settings, |_| {})), TlsProblem::UnknownIssuer { .. }), "for that source only");
}

#[test]
fn a_ca_file_does_not_turn_verification_off() {
    let root = Authority::root("Gốc");
    let farm = Farm::new();
    let certificate = root.certificate(&[NAME], Special { until: Some((2024, 1, 1)), ..Special::default() });
    let host = feed_host(&farm, certificate.server(&[]));
    let (_folder, path) = file(&root.pem());
    let fetched = ask(&host, believing(&[], host.ip()), |asked| asked.ca = Some(path));
    assert!(matches!(problem(&fetched), TlsProblem::Expired { .. }));
}

#[test]
fn a_ca_file_that_is_none_is_named() {
    let farm = Farm::new();
    let host = farm.host(|_| Reply::feed(FEED));
    let (_folder, empty) = file("# chưa có gì\n");
    for (path, expected) in [(PathBuf::from("/không/có"), "No such file"), (empty, "holds no certificate")] {
        match ask(&host, settings(), |asked| asked.ca = Some(path)).outcome() {
            Some(Outcome::Misconfigured { detail }) => assert!(detail.contains(expected), "{detail}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_pin_lets_exactly_one_certificate_through() {
    let stranger = Authority::root("Kẻ lạ");
    let expired = stranger.certificate(&["other.example"], Special { until: Some((2020, 1, 1)), ..Special::default() });
    let renewed = stranger.certificate(&[NAME], Special::default());
    let farm = Farm::new();
    let (old, new) = (feed_host(&farm, expired.server(&[])), feed_host(&farm, renewed.server(&[])));
    let pin = Pin::of(&expired.der);
    let fetched = ask(&old, believing(&[], old.ip()), |asked| asked.tls_pin = Some(pin));
    assert_eq!(text_of(&fetched), FEED);
    let fetched = ask(&new, believing(&[stranger.der()], new.ip()), |asked| asked.tls_pin = Some(pin));
    assert_eq!(problem(&fetched), TlsProblem::PinMismatch { found: Pin::of(&renewed.der).to_string() });
}

/// A farm with a server that sends its own certificate only, and a host that has the rest.
struct Incomplete {
    farm: Farm,
    root: Authority,
    store: FarmHost,
    server: FarmHost,
}

fn incomplete(serve: impl Fn(&Authority, &Authority) -> Reply) -> Incomplete {
    let (farm, root) = (Farm::new(), Authority::root("Gốc"));
    let between = root.intermediate("Giữa");
    let reply = serve(&root, &between);
    let store = farm.host(move |_| reply.clone());
    let special = Special { issuer_url: Some(store.url("/giua.crt").to_string()), ..Special::default() };
    let server = feed_host(&farm, between.certificate(&[NAME], special).server(&[]));
    Incomplete { farm, root, store, server }
}

fn der_reply(certificate: &CertificateDer<'static>) -> Reply {
    Reply::body("application/pkix-cert", certificate.to_vec())
}

#[test]
fn an_incomplete_chain_is_named_with_where_the_rest_is() {
    let scene = incomplete(|_, between| der_reply(&between.der()));
    let fetched = ask(&scene.server, believing(&[scene.root.der()], scene.server.ip()), |_| {});
    let url = scene.store.url("/giua.crt").to_string();
    assert_eq!(problem(&fetched), TlsProblem::IncompleteChain { issuer_url: Some(url) });
    assert_eq!(scene.farm.seen().len(), 0, "it is not fetched unless allowed");
}

fn fetching_missing(scene: &Incomplete) -> Settings {
    Settings { tls_fetch_intermediate: true, ..believing(&[scene.root.der()], scene.server.ip()) }
}

#[test]
fn the_missing_intermediate_is_fetched_verified_and_remembered() {
    let scene = incomplete(|_, between| der_reply(&between.der()));
    run(async {
        let client = Client::new(fetching_missing(&scene));
        let asked = request(scene.server.named(NAME).url("/rss"));
        for _ in 0..3 {
            assert_eq!(text_of(&client.fetch(&asked).await), FEED);
        }
    });
    let fetches = scene.farm.seen().iter().filter(|seen| seen.asked.host == scene.store.ip()).count();
    assert_eq!(fetches, 1);
}

#[test]
fn a_fetched_certificate_that_leads_to_no_root_changes_nothing() {
    let stranger = Authority::root("Kẻ lạ");
    for reply in [
        der_reply(&stranger.der()),
        der_reply(&stranger.intermediate("Giữa").der()),
        Reply::body("text/html", "<html>không còn</html>"),
        Reply::status(404),
        Reply::feed(FEED).endless(),
    ] {
        let scene = incomplete(|_, _| reply.clone());
        let fetched = ask(&scene.server, fetching_missing(&scene), |_| {});
        assert!(matches!(
            problem(&fetched),
            TlsProblem::IncompleteChain { .. } | TlsProblem::UnknownIssuer { .. } | TlsProblem::Other { .. }
        ));
        assert_eq!(scene.farm.seen().len(), 1);
    }
}

#[test]
fn two_missing_certificates_are_fetched_one_after_the_other() {
    let (farm, root) = (Farm::new(), Authority::root("Gốc"));
    let upper = root.intermediate("Trên");
    let upper_reply = der_reply(&upper.der());
    let upper_store = farm.host(move |_| upper_reply.clone());
    let lower = upper.intermediate_at("Dưới", &upper_store.url("/tren.crt"));
    let lower_reply = Reply::body("application/x-pem-file", lower.pem());
    let lower_store = farm.host(move |_| lower_reply.clone());
    let special = Special { issuer_url: Some(lower_store.url("/duoi.crt").to_string()), ..Special::default() };
    let host = feed_host(&farm, lower.certificate(&[NAME], special).server(&[]));
    let settings = Settings { tls_fetch_intermediate: true, ..believing(&[root.der()], host.ip()) };
    assert_eq!(text_of(&ask(&host, settings, |_| {})), FEED);
}

#[test]
fn the_host_that_has_the_missing_certificate_is_checked_like_any_other() {
    let scene = incomplete(|_, between| der_reply(&between.der()));
    let public = scene.server.ip();
    let guard: bantin::fetch::Guard =
        Arc::new(move |address| bantin::fetch::special_range(address).filter(|_| address != public));
    let settings = Settings { allow_private_addresses: false, guard, ..fetching_missing(&scene) };
    assert!(matches!(problem(&ask(&scene.server, settings, |_| {})), TlsProblem::IncompleteChain { .. }));
    assert_eq!(scene.farm.seen().len(), 0);
}
