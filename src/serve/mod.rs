//! HTTP for readers: representations, ETags, 304, search. Never writes to the store.
//!
//! What everyone asks for (the merged feed, topics, provinces and their pages) is put into a [`Site`] by the daemon when
//! it changes and answered from memory. The rest (sources, stories, later pages, search) is made on request, off the
//! async threads and within bounds, and kept for a while. A site without any published document still answers
//! everything on request; publishing only makes it cheap.
//!
//! ```text
//! request ─ route ─ published document, else cache, else library + publish ─ negotiate ─ response
//! ```
//!
//! Decisions:
//!
//! - Browsers get Atom and RSS as `application/xml`, with the stylesheet that the documents name, because they show
//!   `application/atom+xml` as source text. A browser is whoever lists `text/html` before any feed type. This costs
//!   `Vary: Accept` on these two formats; a cache that ignores it gives a reader `application/xml`, which readers take.
//! - An entity tag names one coding of one document; it is known before anything is compressed, so a 304 costs a
//!   comparison.
//! - Nothing here asks what time it is: the daemon says when it publishes, and no `Last-Modified` is later than that.

mod access;
mod answer;
mod cache;
mod connections;
mod counters;
mod negotiate;
mod panel;
mod route;
mod site;

use std::time::Duration;

pub use self::access::{Access, Peer};
pub use self::answer::answer;
pub use self::connections::{Listener, listen, serve};
pub use self::counters::{Count, Counters};
pub use self::panel::{Panel, PanelPage, serve_panel};
pub use self::route::Kind;
pub use self::site::{Edition, Health, Site};

/// What bounds the work that readers can cause.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once; further ones wait in the kernel's queue.
    pub connections: usize,
    /// For the head of a request, and for the silence between two requests of one connection.
    pub header_timeout: Duration,
    /// Bytes of the head of a request.
    pub header_bytes: usize,
    /// After this a connection ends with the response under way: nobody holds one for ever by reading slowly.
    pub connection_lifetime: Duration,
    /// For responses under way when the server stops.
    pub grace: Duration,
    /// How long a connection that has just been taken may still ask its first question once the server stops: its client has
    /// been told that it is connected, and no other server will answer it.
    pub first_request: Duration,
    /// Calls to the library at once.
    pub library_calls: usize,
    /// How long a request waits for its turn at the library before it is told to come back.
    pub library_wait: Duration,
    /// How long a request waits for the library's answer.
    pub library_timeout: Duration,
    /// Bytes of pages made on request that are kept.
    pub cache_bytes: usize,
}

impl Default for Limits {
    /// For one machine with some thousand readers; a reverse proxy in front needs fewer.
    fn default() -> Self {
        Self {
            connections: 1024,
            header_timeout: Duration::from_secs(15),
            // Room for the longest search and a dozen headers of any browser; hyper's least is 8 KiB.
            header_bytes: 16 * 1024,
            connection_lifetime: Duration::from_secs(300),
            grace: Duration::from_secs(5),
            first_request: Duration::from_millis(500),
            library_calls: 8,
            library_wait: Duration::from_secs(2),
            library_timeout: Duration::from_secs(10),
            cache_bytes: 16 << 20,
        }
    }
}
