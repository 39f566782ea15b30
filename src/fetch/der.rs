//! As much of X.509 as we must read ourselves: until when a certificate is valid, who signed it, and where that one's
//! certificate can be had. Verification is rustls's business; nothing here is trusted for it.
//!
//! Certificates come from strangers, so every length is checked and nothing recurses.

use chrono::{NaiveDate, TimeZone, Utc};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::model::Instant;

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]`, constructed.
const CONTEXT_0: u8 = 0xa0;
/// `[3]`, constructed: the extensions of a certificate.
const CONTEXT_3: u8 = 0xa3;
/// `[6]`, primitive: a URI among general names.
const GENERAL_NAME_URI: u8 = 0x86;

/// 1.3.6.1.5.5.7.1.1, authorityInfoAccess.
const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
/// 1.3.6.1.5.5.7.48.2, caIssuers.
const CA_ISSUERS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 2];
/// 1.2.840.113549.1.7.2, signedData.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

/// Certificates in one file beyond this are not looked at.
const MOST_CERTIFICATES: usize = 16;

/// What we read of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate<'a> {
    /// Who signed it: a distinguished name, DER.
    pub(super) issuer: &'a [u8],
    /// Whom it is about, likewise.
    pub(super) subject: &'a [u8],
    /// Its last moment.
    pub(super) not_after: Option<Instant>,
    /// Where the certificate of the issuer can be had: the first `http:` address of its caIssuers.
    pub(super) issuer_url: Option<String>,
}

impl<'a> Certificate<'a> {
    /// Reads a certificate; `None` if it is none.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let mut body = Der(Der(Der(der).expect(SEQUENCE)?).expect(SEQUENCE)?);
        body.skip_if(CONTEXT_0);
        body.expect(INTEGER)?;
        body.expect(SEQUENCE)?;
        let issuer = body.expect(SEQUENCE)?;
        let mut validity = Der(body.expect(SEQUENCE)?);
        validity.next()?;
        let not_after = validity.next().and_then(|(tag, time)| read_time(tag, time));
        let subject = body.expect(SEQUENCE)?;
        let mut issuer_url = None;
        while let Some((tag, contents)) = body.next() {
            if tag == CONTEXT_3 {
                issuer_url = Der(contents).expect(SEQUENCE).and_then(find_issuer_url);
            }
        }
        Some(Self { issuer, subject, not_after, issuer_url })
    }

    /// Whether it names itself as its issuer, as roots do.
    pub(super) fn is_self_signed(&self) -> bool {
        self.issuer == self.subject
    }
}

/// The certificates in what an issuer's address serves: one in DER (what is usual), several in PEM, or a "certs-only"
/// PKCS #7 message.
pub(super) fn certificates_in(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
        return CertificateDer::pem_slice_iter(bytes).flatten().take(MOST_CERTIFICATES).collect();
    }
    if Certificate::read(bytes).is_some() {
        // Without what may stand behind it.
        let length = whole(bytes).map_or(bytes.len(), <[u8]>::len);
        return vec![CertificateDer::from(bytes[..length].to_vec())];
    }
    certificates_in_pkcs7(bytes).unwrap_or_default()
}

fn certificates_in_pkcs7(bytes: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let mut message = Der(Der(bytes).expect(SEQUENCE)?);
    if message.expect(OID)? != SIGNED_DATA {
        return None;
    }
    let mut signed = Der(Der(message.expect(CONTEXT_0)?).expect(SEQUENCE)?);
    signed.expect(INTEGER)?;
    signed.expect(SET)?;
    signed.expect(SEQUENCE)?;
    let mut rest = signed.expect(CONTEXT_0)?;
    let mut found = Vec::new();
    while let Some(certificate) = whole(rest).filter(|_| found.len() < MOST_CERTIFICATES) {
        rest = &rest[certificate.len()..];
        if Certificate::read(certificate).is_some() {
            found.push(CertificateDer::from(certificate.to_vec()));
        }
    }
    Some(found)
}

fn find_issuer_url(extensions: &[u8]) -> Option<String> {
    let mut extensions = Der(extensions);
    while let Some(extension) = extensions.expect(SEQUENCE) {
        let mut extension = Der(extension);
        if extension.expect(OID)? != AUTHORITY_INFO_ACCESS {
            continue;
        }
        // Between the two there may be "critical", which this one never is.
        let value = loop {
            let (tag, contents) = extension.next()?;
            if tag == OCTET_STRING {
                break contents;
            }
        };
        let mut accesses = Der(Der(value).expect(SEQUENCE)?);
        while let Some(access) = accesses.expect(SEQUENCE) {
            let mut access = Der(access);
            if access.expect(OID)? == CA_ISSUERS
                && let Some((GENERAL_NAME_URI, url)) = access.next()
                && let Ok(url) = std::str::from_utf8(url)
                && url.starts_with("http://")
            {
                return Some(url.to_owned());
            }
        }
    }
    None
}

fn read_time(tag: u8, time: &[u8]) -> Option<Instant> {
    let text = std::str::from_utf8(time).ok()?.strip_suffix('Z').filter(|text| text.is_ascii())?;
    let (year, rest) = match tag {
        // Two digits, of 1950 to 2049 (RFC 5280 section 4.1.2.5.1).
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i32 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let number = |from: usize| rest.get(from..from + 2)?.parse::<u32>().ok();
    let time = NaiveDate::from_ymd_opt(year, number(0)?, number(2)?)?.and_hms_opt(
        number(4)?,
        number(6)?,
        number(8).unwrap_or(0),
    )?;
    Some(Utc.from_utc_datetime(&time))
}

/// What is left of a row of DER values.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Takes the next value: its tag and contents.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, header, length) = header(self.0)?;
        let contents = self.0.get(header..header.checked_add(length)?)?;
        self.0 = &self.0[header + length..];
        Some((tag, contents))
    }

    /// Takes the next value, which must have this tag.
    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, contents)| contents)
    }

    /// Takes the next value if it has this tag.
    fn skip_if(&mut self, unwanted: u8) {
        if self.0.first() == Some(&unwanted) {
            self.next();
        }
    }
}

/// The first value with its header.
fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let (_, header, length) = header(bytes)?;
    bytes.get(..header.checked_add(length)?)
}

/// Tag, length of the header, length of the contents.
fn header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
    if first < 0x80 {
        return Some((tag, 2, usize::from(first)));
    }
    let count = usize::from(first & 0x7f);
    // Indefinite lengths are not DER, and four bytes are four gigabytes.
    if count == 0 || count > 4 {
        return None;
    }
    let length = bytes.get(2..2 + count)?.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
    Some((tag, 2 + count, length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, CustomExtension, KeyPair};

    use super::*;

    fn seq(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let contents = parts.concat();
        let length = u16::try_from(contents.len()).expect("short").to_be_bytes();
        [&[tag, 0x82, length[0], length[1]][..], &contents].concat()
    }

    fn authority_info_access(url: &str) -> CustomExtension {
        let ocsp = seq(
            SEQUENCE,
            &[&seq(OID, &[&[0x2b, 6, 1, 5, 5, 7, 0x30, 1]]), &seq(GENERAL_NAME_URI, &[b"http://ocsp.example/"])],
        );
        let issuers = seq(SEQUENCE, &[&seq(OID, &[CA_ISSUERS]), &seq(GENERAL_NAME_URI, &[url.as_bytes()])]);
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], seq(SEQUENCE, &[&ocsp, &issuers]))
    }

    fn certificate(url: Option<&str>) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["bao.example.vn".to_owned()]).expect("a good name");
        params.not_after = rcgen::date_time_ymd(2031, 5, 17);
        params.custom_extensions.extend(url.map(authority_info_access));
        params.self_signed(&KeyPair::generate().expect("keys")).expect("a certificate").der().to_vec()
    }

    #[test]
    fn reads_the_last_day_and_the_issuer() {
        let der = certificate(None);
        let read = Certificate::read(&der).expect("a certificate");
        assert_eq!(read.not_after, Utc.with_ymd_and_hms(2031, 5, 17, 0, 0, 0).single());
        assert!(read.is_self_signed());
        assert_eq!(read.issuer_url, None);
    }

    #[test]
    fn finds_where_the_issuers_certificate_can_be_had() {
        let der = certificate(Some("http://ca.example/ca.crt"));
        assert_eq!(
            Certificate::read(&der).expect("a certificate").issuer_url.as_deref(),
            Some("http://ca.example/ca.crt")
        );
        for url in ["https://ca.example/ca.crt", "ldap://ca.example/ca.crt"] {
            assert_eq!(Certificate::read(&certificate(Some(url))).expect("a certificate").issuer_url, None, "{url}");
        }
    }

    #[test]
    fn reads_both_kinds_of_time() {
        let time = |tag, text: &str| read_time(tag, text.as_bytes()).map(|time| time.to_rfc3339());
        assert_eq!(time(UTC_TIME, "490101000000Z").as_deref(), Some("2049-01-01T00:00:00+00:00"));
        assert_eq!(time(UTC_TIME, "500101000000Z").as_deref(), Some("1950-01-01T00:00:00+00:00"));
        assert_eq!(time(GENERALIZED_TIME, "20500101123456Z").as_deref(), Some("2050-01-01T12:34:56+00:00"));
        assert_eq!(time(UTC_TIME, "501301000000Z"), None);
        assert_eq!(time(UTC_TIME, ""), None);
    }

    #[test]
    fn finds_certificates_in_every_packing() {
        let (one, two) = (certificate(None), certificate(Some("http://ca.example/")));
        let der = |certificate: &[u8]| CertificateDer::from(certificate.to_vec());
        assert_eq!(certificates_in(&one), [der(&one)]);
        assert_eq!(certificates_in(&[&one[..], b"\n"].concat()), [der(&one)]);
        let pem = |der: &[u8]| pem_of(der);
        assert_eq!(certificates_in(format!("{}{}", pem(&one), pem(&two)).as_bytes()), [der(&one), der(&two)]);
        let signed = seq(
            SEQUENCE,
            &[
                &seq(INTEGER, &[&[1]]),
                &seq(SET, &[]),
                &seq(SEQUENCE, &[]),
                &seq(CONTEXT_0, &[&one, &two]),
                &seq(SET, &[]),
            ],
        );
        let message = seq(SEQUENCE, &[&seq(OID, &[SIGNED_DATA]), &seq(CONTEXT_0, &[&signed])]);
        assert_eq!(certificates_in(&message), [der(&one), der(&two)]);
        assert_eq!(certificates_in(b"<html>not found</html>"), []);
    }

    /// PEM by hand: 64 characters of base64 a line.
    fn pem_of(der: &[u8]) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in der.chunks(3) {
            let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            for place in 0..4 {
                text.push(if place <= chunk.len() {
                    char::from(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63])
                } else {
                    '='
                });
            }
        }
        let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = certificates_in(&bytes);
        }

        #[test]
        fn never_panics_on_a_broken_certificate(place in 0usize..300, value in any::<u8>(), length in 0usize..600) {
            let mut der = certificate(Some("http://ca.example/ca.crt"));
            let place = place % der.len();
            der[place] = value;
            der.truncate(length);
            let _ = Certificate::read(&der);
        }
    }
}
