//! The HTTP clients below ours: one for most requests, and one for each proxy, `ca`, `tls_pin`, and
//! for those who may ask private addresses.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::model::{Map, Outcome};

use super::address::{Guard, Lookup, Resolver};
use super::progress;
use super::request::Request;
use super::tls::{self, Intermediates, Pin, RootStore, Roots};

/// A host that lets us wait longer for a connection than this is down; the rest of the time is for the answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Idle connections are kept for the next source of the same host, which follows after `host_interval`, no longer.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes of a body that may be under way before we have read them; the default is megabytes, and not in the budget.
const HTTP2_WINDOW_BYTES: u32 = 256 * 1024;
/// A head larger than this is mischief.
const HTTP2_HEAD_BYTES: u32 = 64 * 1024;

/// All of them; made when they are needed.
pub(super) struct HttpClients {
    roots: Arc<RootStore>,
    intermediates: Arc<Intermediates>,
    lookup: Lookup,
    /// `None`: every address may be asked.
    guard: Option<Guard>,
    clients: Mutex<Map<Profile, reqwest::Client>>,
}

/// What needs an HTTP client of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Profile {
    proxy: Option<String>,
    ca: Option<PathBuf>,
    pin: Option<Pin>,
    /// Whether every address may be asked.
    unguarded: bool,
}

impl HttpClients {
    /// None yet.
    pub(super) fn new(roots: Roots, lookup: Lookup, guard: Option<Guard>) -> Self {
        Self {
            roots: Arc::new(RootStore::new(roots)),
            intermediates: Arc::default(),
            lookup,
            guard,
            clients: Mutex::default(),
        }
    }

    /// The one for a request.
    ///
    /// # Errors
    ///
    /// [`Outcome::Misconfigured`] if its proxy or `ca` cannot be used.
    pub(super) fn of(&self, request: &Request) -> Result<reqwest::Client, Outcome> {
        let profile = Profile {
            proxy: request.proxy.as_ref().map(Url::to_string),
            ca: request.ca.clone(),
            pin: request.tls_pin,
            unguarded: request.allow_private_addresses,
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&profile) {
            return Ok(client.clone());
        }
        let client = self.build(&profile)?;
        clients.insert(profile, client.clone());
        Ok(client)
    }

    /// Completes chains with a certificate that was fetched; returns whether it was not known.
    pub(super) fn believe_through(&self, certificate: CertificateDer<'static>) -> bool {
        self.intermediates.add(certificate)
    }

    fn build(&self, profile: &Profile) -> Result<reqwest::Client, Outcome> {
        let wrong = |detail: String| Outcome::Misconfigured { detail };
        let ca = match &profile.ca {
            Some(path) => {
                read_certificates(path).map_err(|error| wrong(format!("ca `{}`: {error}", path.display())))?
            }
            None => Vec::new(),
        };
        let tls = tls::client_config(Arc::clone(&self.roots), ca, profile.pin, Arc::clone(&self.intermediates));
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            // Every request has a time limit of its own, and no connection waits longer than `IDLE_TIMEOUT`: what the system
            // would do besides costs five calls a connection.
            .tcp_keepalive(None)
            .tcp_keepalive_interval(None)
            .tcp_keepalive_retries(None)
            .tcp_user_timeout(None)
            .connector_layer(progress::Watch)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // What a host can make us hold without our asking for it.
            .http2_initial_stream_window_size(HTTP2_WINDOW_BYTES)
            .http2_initial_connection_window_size(HTTP2_WINDOW_BYTES)
            .http2_max_header_list_size(HTTP2_HEAD_BYTES)
            // As browsers do: the body may be all right.
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .dns_resolver(Arc::new(Resolver {
                lookup: Arc::clone(&self.lookup),
                // A proxy that somebody has written down may be anywhere.
                guard: self.guard.clone().filter(|_| profile.proxy.is_none() && !profile.unguarded),
            }));
        if let Some(proxy) = &profile.proxy {
            let proxy = reqwest::Proxy::all(proxy).map_err(|error| wrong(format!("proxy: {error}")))?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| wrong(format!("no HTTP client can be made: {error}")))
    }
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    if certificates.is_empty() {
        return Err("holds no certificate in PEM form, expected `-----BEGIN CERTIFICATE-----`".to_owned());
    }
    Ok(certificates)
}
