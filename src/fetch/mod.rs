//! One HTTP request, safely: limits, addresses, hosts, redirects, decoding.
//!
//! ```text
//! let client = Client::new(Settings::of(&config));                  // one for the daemon
//! let fetched = client.fetch(&Request::poll(&source, &state, now)).await;
//! let outcome = match fetched.outcome() {
//!     Some(outcome) => outcome,                                      // nothing to be read
//!     None => …is it unchanged? else read it…
//! };
//! apply(&mut state, &mut host, &fetched.facts(outcome), now);
//! ```
//!
//! | file | takes care of |
//! |---|---|
//! | `client` | redirects hop by hop, time limit, what a status means |
//! | `http_clients` | the HTTP clients below, by proxy, `ca` and `tls_pin` |
//! | `gate` | one request at a time per host, pauses, how many at once: [`HostGate`] |
//! | `budget` | memory for all bodies: [`Budget`] |
//! | `address` | which addresses may be asked, checked where the connection is made |
//! | `tls`, `der` | whom to believe, and why not |
//! | `body`, `decode` | reading and unpacking within limits |
//! | `robots`, `robots_cache` | robots.txt |
//! | `wall` | login and challenge pages |
//! | `failure`, `progress` | from the HTTP client's errors to outcomes |
//! | `headers`, `request` | `Retry-After`, freshness; what is asked for and what comes of it |
//!
//! It never parses what it fetches, keeps no cookies, sends no referer, and knows no proxy but the one it is told.

mod address;
mod body;
mod budget;
mod client;
mod decode;
mod der;
mod failure;
mod gate;
mod headers;
mod http_clients;
mod progress;
mod request;
mod robots;
mod robots_cache;
mod tls;
mod wall;

pub use self::address::{Guard, Lookup, LookupFuture, special_range, system_lookup};
pub use self::budget::{Budget, Reservation};
pub use self::client::{Client, Settings};
pub use self::gate::{HostGate, Pass};
pub use self::request::{Accept, Answer, Body, Document, Fetched, Request};
pub use self::robots::{AGENT, Robots};
pub use self::tls::{Pin, PinError, Roots};
pub use self::wall::recognise as recognise_wall;
