//! Certificates for the TLS hosts of the farm, made anew for every test.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A server's certificate with its key.
pub struct ServerCertificate {
    /// DER.
    pub der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

/// What is special about a server's certificate.
#[derive(Default)]
pub struct Special {
    /// Its last day; ten years from now if not given.
    pub until: Option<(i32, u8, u8)>,
    /// Its first day.
    pub from: Option<(i32, u8, u8)>,
    /// Where its issuer's certificate can be had.
    pub issuer_url: Option<String>,
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params.not_after = date_time_ymd(2050, 1, 1);
    params
}

impl Authority {
    /// A root.
    pub fn root(name: &str) -> Self {
        let key = KeyPair::generate().expect("keys");
        Self { issuer: CertifiedIssuer::self_signed(authority_params(name), key).expect("a certificate") }
    }

    /// An authority between this one and its servers.
    pub fn intermediate(&self, name: &str) -> Self {
        let key = KeyPair::generate().expect("keys");
        Self { issuer: CertifiedIssuer::signed_by(authority_params(name), key, &self.issuer).expect("a certificate") }
    }

    /// An authority between this one and its servers, whose certificate says where this one's can be had.
    pub fn intermediate_at(&self, name: &str, issuer_url: &url::Url) -> Self {
        let key = KeyPair::generate().expect("keys");
        let mut params = authority_params(name);
        params.custom_extensions.push(authority_info_access(issuer_url.as_str()));
        Self { issuer: CertifiedIssuer::signed_by(params, key, &self.issuer).expect("a certificate") }
    }

    /// Its certificate.
    pub fn der(&self) -> CertificateDer<'static> {
        self.issuer.as_ref().der().clone()
    }

    /// Its certificate as a file would hold it.
    pub fn pem(&self) -> String {
        self.issuer.as_ref().pem()
    }

    /// A certificate for servers of these names and addresses.
    pub fn certificate(&self, names: &[&str], special: Special) -> ServerCertificate {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).expect("good names");
        params.distinguished_name.push(rcgen::DnType::CommonName, "a server of the farm");
        let (year, month, day) = special.until.unwrap_or((2040, 6, 1));
        params.not_after = date_time_ymd(year, month, day);
        let (year, month, day) = special.from.unwrap_or((2000, 1, 1));
        params.not_before = date_time_ymd(year, month, day);
        params.custom_extensions.extend(special.issuer_url.as_deref().map(authority_info_access));
        let key = KeyPair::generate().expect("keys");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        ServerCertificate {
            der: certificate.der().clone(),
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        }
    }
}

impl ServerCertificate {
    /// A server that shows this certificate, followed by `others`.
    pub fn server(&self, others: &[CertificateDer<'static>]) -> Arc<ServerConfig> {
        let chain = [std::slice::from_ref(&self.der), others].concat();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, self.key.clone_key())
            .expect("the key belongs to the certificate");
        Arc::new(config)
    }
}

/// The extension that says where the issuer's certificate can be had (RFC 5280 section 4.2.2.1).
fn authority_info_access(url: &str) -> CustomExtension {
    fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = u8::try_from(contents.len()).ok().filter(|length| *length < 128).expect("a short address");
        [&[tag, length], contents].concat()
    }
    let method = value(0x06, &[0x2b, 6, 1, 5, 5, 7, 0x30, 2]);
    let access = value(0x30, &[method, value(0x86, url.as_bytes())].concat());
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], value(0x30, &access))
}
