//! `bantin`: a feed aggregator daemon for Vietnamese provincial news.
//!
//! It polls *sources* on a schedule, recognises the same *story* wherever it appears, keeps everything in SQLite, and
//! republishes one merged Atom feed plus a feed per *topic*. Words in italics are defined in the table of [`model`].
//!
//! # The house
//!
//! Data flows one way, top to bottom; imports flow one way too: a module names only modules **below it in this list
//! read from the bottom** (`model` is the ground, `cli` the roof). `tests/structure.rs` holds this.
//!
//! | floor | module | what it does | what it never does |
//! |---|---|---|---|
//! | 0 | [`model`] | the shared vocabulary: ids, instants, raw items, items, outcomes | decide anything |
//! | 1 | [`text`] | Vietnamese text: folding, syllables, NFC; HTML to clean HTML and to plain text | know about feeds |
//! | 1 | [`dates`] | reads every date string sources write | ask what time it is |
//! | 2 | [`config`] | `feeds.toml` to types, every problem at once; provinces; durations and sizes | touch the network |
//! | 3 | [`schedule`] | cron, offsets, due times, back-off, publisher's hints: all pure | poll |
//! | 4 | [`fetch`] | one HTTP request, safely: limits, addresses, hosts, redirects, decoding | parse |
//! | 5 | [`extract`] | the front door for documents: bytes in; kind, feed, raw items and problems out | know of network or database |
//! | 6 | [`normalise`] | raw item to item: identity ladder, canonical link, sanitised HTML, text, hashes | compare items |
//! | 7 | [`dedup`] | which story an item belongs to: fingerprints in, verdict with evidence out | write |
//! | 8 | [`topics`] | which topics a story falls under, and by which rule | know of feeds |
//! | 9 | [`store`] | SQLite in domain terms; SQL stays inside | decide |
//! | 10 | [`publish`] | Atom, RSS, JSON Feed, OPML and pages as bytes; files replaced atomically | query |
//! | 11 | [`serve`] | HTTP for readers: representations, ETags, 304, search | write to the store |
//! | 12 | [`daemon`] | the loop: poll, ingest, publish, reload, stop; control socket; systemd | decide what a pure floor can |
//! | 13 | [`demo`] | a sample newsroom served over loopback | differ from the real daemon |
//! | 14 | [`cli`] | commands, tables, progress, exit status | hold logic of its own |
//!
//! Deciding is pure, doing is thin: `schedule`, `extract`, `normalise`, `dedup`, `topics` and `publish` are functions
//! of their arguments; the clock is passed in, nobody below `daemon` asks what time it is. `serve` never writes.
//! Everything that comes from a source is hostile until `extract` and `normalise` have been through it.

pub mod cli;
pub mod config;
pub mod daemon;
pub mod dates;
pub mod dedup;
pub mod demo;
pub mod extract;
pub mod fetch;
pub mod model;
pub mod normalise;
pub mod publish;
pub mod schedule;
pub mod serve;
pub mod store;
pub mod text;
pub mod topics;
