//! Whom we believe: roots, pins, certificates for incomplete chains. Verification is never off.
//!
//! | configuration | a server is believed if |
//! |---|---|
//! | nothing | its chain leads to a root of the system (Mozilla's where the system has none) |
//! | `ca = "file.pem"` | … or to a certificate in the file, which may be a missing intermediate |
//! | `tls_fetch_intermediate` | … where what is missing in between is fetched from where the certificate says; it must still lead to such a root |
//! | `tls_pin` | its own certificate has this SHA-256, and then whatever its chain, name and dates |

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::DateTime;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
    WebPkiServerVerifier,
};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, NamedGroup, OtherError,
    RootCertStore, SignatureScheme,
};
use sha2::{Digest, Sha256};

use crate::model::{Instant, Phase, TlsProblem};

use super::der::Certificate;
use super::progress;

/// TLS sessions remembered for a shorter handshake next time; about one per host that is polled often.
const SESSIONS: usize = 256;
/// Issuers whose certificates were fetched that are remembered.
const FETCHED: usize = 256;

/// The SHA-256 of a certificate, by which one server is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

/// What is wrong with a `tls_pin`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no SHA-256 fingerprint, expected 64 hexadecimal digits (colons between them and `sha256:` before are allowed)"
)]
pub struct PinError;

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let lower = text.trim().to_ascii_lowercase();
        let digits: Vec<u32> = lower
            .strip_prefix("sha256:")
            .unwrap_or(&lower)
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).ok_or(PinError))
            .collect::<Result<_, _>>()?;
        let bytes: Vec<u8> =
            digits.chunks(2).filter_map(|pair| u8::try_from(pair[0] << 4 | pair.get(1)?).ok()).collect();
        if digits.len() == 64 { bytes.try_into().map(Self).map_err(|_| PinError) } else { Err(PinError) }
    }
}

impl Pin {
    /// The pin of a certificate in DER.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl From<[u8; 32]> for Pin {
    fn from(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Which roots are believed.
#[derive(Debug, Clone, Default)]
pub enum Roots {
    /// The system's; Mozilla's where it has none.
    #[default]
    System,
    /// These and no others.
    Only(Vec<CertificateDer<'static>>),
}

/// The roots, loaded when the first certificate is to be verified: a machine that polls only `http:` never reads them.
#[derive(Debug, Default)]
pub(super) struct RootStore {
    roots: Roots,
    loaded: OnceLock<RootCertStore>,
}

impl RootStore {
    pub(super) fn new(roots: Roots) -> Self {
        Self { roots, loaded: OnceLock::new() }
    }

    fn get(&self) -> &RootCertStore {
        self.loaded.get_or_init(|| {
            let mut store = RootCertStore::empty();
            match &self.roots {
                Roots::System => {
                    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                    if store.is_empty() {
                        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
                    }
                }
                Roots::Only(certificates) => {
                    store.add_parsable_certificates(certificates.iter().cloned());
                }
            }
            store
        })
    }
}

/// Certificates fetched for incomplete chains, by the name of the issuer they are of.
#[derive(Debug, Default)]
pub(super) struct Intermediates(Mutex<HashMap<Vec<u8>, CertificateDer<'static>>>);

impl Intermediates {
    /// Remembers a fetched certificate; returns whether it was not known.
    pub(super) fn add(&self, certificate: CertificateDer<'static>) -> bool {
        let Some(subject) = Certificate::read(&certificate).map(|read| read.subject.to_vec()) else { return false };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= FETCHED && !known.contains_key(&subject) {
            // Rather fetch some again than remember which were used.
            known.clear();
        }
        known.insert(subject, certificate.clone()) != Some(certificate)
    }

    fn of(&self, issuer: &[u8]) -> Option<CertificateDer<'static>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned()
    }
}

/// Why a certificate was not believed; travels inside rustls's error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disbelief {
    /// What to tell the sysadmin.
    pub(super) problem: TlsProblem,
    /// Where the next certificate of the chain can be had, if one is missing.
    pub(super) missing_at: Option<String>,
}

impl fmt::Display for Disbelief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the certificate is not believed: {:?}", self.problem)
    }
}

impl std::error::Error for Disbelief {}

/// The TLS configuration of one kind of client.
pub(super) fn client_config(
    roots: Arc<RootStore>,
    ca: Vec<CertificateDer<'static>>,
    pin: Option<Pin>,
    fetched: Arc<Intermediates>,
) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier { roots, ca, pin, fetched, provider: Arc::clone(&provider), webpki: OnceLock::new() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.resumption = Resumption::store(Arc::new(Sessions(ClientSessionMemoryCache::new(SESSIONS))));
    config
}

/// rustls's own verification with our exceptions, and with reasons that a sysadmin can act on.
#[derive(Debug)]
struct Verifier {
    roots: Arc<RootStore>,
    ca: Vec<CertificateDer<'static>>,
    pin: Option<Pin>,
    fetched: Arc<Intermediates>,
    provider: Arc<CryptoProvider>,
    webpki: OnceLock<Result<Arc<WebPkiServerVerifier>, String>>,
}

impl Verifier {
    fn webpki(&self) -> Result<&Arc<WebPkiServerVerifier>, Error> {
        let built = self.webpki.get_or_init(|| {
            let mut roots = self.roots.get().clone();
            roots.add_parsable_certificates(self.ca.iter().cloned());
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
                .build()
                .map_err(|error| error.to_string())
        });
        built.as_ref().map_err(|error| Error::General(error.clone()))
    }

    /// What the server sent, and behind it what was fetched to complete it.
    fn complete<'a>(&self, leaf: &'a [u8], sent: &'a [CertificateDer<'a>]) -> Vec<CertificateDer<'a>> {
        let mut chain: Vec<CertificateDer<'a>> = sent.to_vec();
        let mut last = top(leaf, sent).map(|top| top.issuer.to_vec());
        // As many as a chain can have that anybody would accept.
        for _ in 0..4 {
            let Some(next) = last.as_deref().and_then(|issuer| self.fetched.of(issuer)) else { break };
            last = Certificate::read(&next).filter(|read| !read.is_self_signed()).map(|read| read.issuer.to_vec());
            chain.push(next);
        }
        chain
    }
}

/// The certificate nearest to a root that can be reached from the leaf by names.
fn top<'a>(leaf: &'a [u8], others: &'a [CertificateDer<'a>]) -> Option<Certificate<'a>> {
    let others: Vec<Certificate<'a>> = others.iter().filter_map(|der| Certificate::read(der)).collect();
    let mut top = Certificate::read(leaf)?;
    for _ in 0..others.len() {
        match others.iter().find(|other| other.subject == top.issuer && **other != top && !top.is_self_signed()) {
            Some(next) => top = next.clone(),
            None => break,
        }
    }
    Some(top)
}

/// Puts a verification error into our words.
fn explain(error: Error, leaf: &[u8], chain: &[CertificateDer<'_>]) -> Error {
    let instant = |time: UnixTime| DateTime::from_timestamp(i64::try_from(time.as_secs()).ok()?, 0);
    let Error::InvalidCertificate(reason) = &error else { return error };
    let mut missing_at = None;
    let problem = match reason {
        CertificateError::Expired => TlsProblem::Expired { not_after: expires(leaf) },
        CertificateError::ExpiredContext { not_after, .. } => TlsProblem::Expired { not_after: instant(*not_after) },
        CertificateError::NotValidYet => TlsProblem::NotYetValid { not_before: None },
        CertificateError::NotValidYetContext { not_before, .. } => {
            TlsProblem::NotYetValid { not_before: instant(*not_before) }
        }
        CertificateError::NotValidForNameContext { expected, .. } => {
            TlsProblem::WrongName { expected: expected.to_str().into_owned() }
        }
        CertificateError::UnknownIssuer => {
            let self_signed = Certificate::read(leaf).is_some_and(|leaf| leaf.is_self_signed());
            let top = top(leaf, chain).filter(|top| !top.is_self_signed());
            missing_at = top.as_ref().and_then(|top| top.issuer_url.clone());
            // If it sent the issuer of its own certificate, it has probably sent all there is.
            let is_leaf = top.is_some_and(|top| Certificate::read(leaf) == Some(top));
            match &missing_at {
                Some(url) if is_leaf => TlsProblem::IncompleteChain { issuer_url: Some(url.clone()) },
                _ => TlsProblem::UnknownIssuer { self_signed },
            }
        }
        other => TlsProblem::Other { detail: other.to_string() },
    };
    disbelieve(Disbelief { problem, missing_at })
}

fn disbelieve(disbelief: Disbelief) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(disbelief))))
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        sent: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(pin) = self.pin {
            let found = Pin::of(leaf);
            return if found == pin {
                Ok(ServerCertVerified::assertion())
            } else {
                let problem = TlsProblem::PinMismatch { found: found.to_string() };
                Err(disbelieve(Disbelief { problem, missing_at: None }))
            };
        }
        let chain = self.complete(leaf, sent);
        self.webpki()?
            .verify_server_cert(leaf, &chain, server_name, ocsp_response, now)
            .map_err(|error| explain(error, leaf, &chain))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Remembered sessions; being asked for one tells that a handshake begins.
#[derive(Debug)]
struct Sessions(ClientSessionMemoryCache);

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, server_name: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server_name, group);
    }

    fn kx_hint(&self, server_name: &ServerName<'_>) -> Option<NamedGroup> {
        progress::enter(Phase::Tls);
        self.0.kx_hint(server_name)
    }

    fn set_tls12_session(&self, server_name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(server_name, value);
    }

    fn tls12_session(&self, server_name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(server_name)
    }

    fn remove_tls12_session(&self, server_name: &ServerName<'static>) {
        self.0.remove_tls12_session(server_name);
    }

    fn insert_tls13_ticket(&self, server_name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(server_name, value);
    }

    fn take_tls13_ticket(&self, server_name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server_name)
    }
}

/// Until when a certificate is valid.
pub(super) fn expires(certificate: &[u8]) -> Option<Instant> {
    Certificate::read(certificate).and_then(|read| read.not_after)
}

/// What a failed handshake tells.
pub(super) fn problem_of(error: &Error) -> Disbelief {
    let other = |detail: String| TlsProblem::Other { detail };
    let problem = match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
            if let Some(disbelief) = inner.downcast_ref::<Disbelief>() {
                return disbelief.clone();
            }
            other(inner.to_string())
        }
        // A server that knows neither TLS 1.2 nor a cipher of it says one of these. (Some mean something else by
        // `handshake_failure`, but hardly ever.)
        Error::PeerIncompatible(_)
        | Error::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => TlsProblem::TooOld,
        Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            other("the server has no certificate for this name".to_owned())
        }
        Error::InvalidMessage(_) => other("the server does not speak TLS on this port".to_owned()),
        error => other(error.to_string()),
    };
    Disbelief { problem, missing_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn pins_are_read_as_people_copy_them() {
        let pin: Pin = HEX.parse().expect("a pin");
        assert_eq!(pin.to_string(), HEX);
        let colons: String =
            HEX.as_bytes().chunks(2).map(|pair| format!("{}:", String::from_utf8_lossy(pair))).collect();
        assert_eq!(colons.trim_end_matches(':').to_uppercase().parse(), Ok(pin));
        assert_eq!(format!("sha256:{HEX}").parse(), Ok(pin));
        for bad in ["", "00", "sha256:", &HEX[1..], &format!("{HEX}0"), &format!("{HEX}00"), &HEX.replace('0', "x")] {
            assert_eq!(bad.parse::<Pin>(), Err(PinError), "{bad}");
        }
    }

    #[test]
    fn the_roots_of_this_machine_or_of_mozilla_are_enough_to_begin_with() {
        assert!(RootStore::default().get().len() > 20);
        assert!(RootStore::new(Roots::Only(Vec::new())).get().is_empty());
    }

    #[test]
    fn an_old_server_is_named_so() {
        let error = Error::AlertReceived(AlertDescription::ProtocolVersion);
        assert_eq!(problem_of(&error).problem, TlsProblem::TooOld);
        assert!(matches!(problem_of(&Error::HandshakeNotComplete).problem, TlsProblem::Other { .. }));
    }
}
