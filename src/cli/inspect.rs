//! `inspect`: what a page could be as a source, as TOML to paste.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use chrono::Utc;
use chrono_tz::Tz;
use url::Url;

use super::args::Cli;
use super::look::{open, time};
use super::read::{self, Found};
use crate::extract::inspect::{Inspected, Proposal, inspect_document};
use crate::extract::{self, Input, Kind};
use crate::model::{RawItem, SourceId, counted};

/// Items shown of what a source would give.
const SHOWN: usize = 8;

/// Titles of a source that are looked for in its new page: several pages of a listing.
const KNOWN: usize = 200;

/// Feeds of a page that are tried.
const TRIED: usize = 10;

/// `bantin inspect URL [--from SOURCE]`
pub fn inspect(
    cli: &Cli,
    page: &str,
    from: Option<&str>,
    base: Option<&str>,
    timezone: &str,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    let zone = read::zone(timezone)?;
    let known = from.map(|id| known(cli, id)).transpose()?;
    let found = read::document(cli, page).with_context(|| format!("`{page}`"))?;
    let base = match base {
        Some(base) => Url::parse(base).with_context(|| format!("`--base {base}`"))?,
        None => found.url.clone().ok_or_else(|| {
            anyhow!("`{page}` is a file: give the address that the page came from with `--base`, its links refer to it")
        })?,
    };
    let titles = known.as_ref().map(|known| known.titles.as_slice()).unwrap_or_default();
    let inspected = match inspect_document(&input(&found, &base, zone), &base, titles) {
        Ok(inspected) => inspected,
        Err(unreadable) => {
            eprintln!("error: `{page}`: {unreadable}");
            return Ok(ExitCode::FAILURE);
        }
    };
    match inspected {
        Inspected::Source(document, toml) => {
            writeln!(out, "# This is a source as it stands ({}).", document.kind.as_str())?;
            match document.index.len() {
                0 => preview(&document.items, zone, out)?,
                parts => writeln!(out, "# It is an index of {parts} sitemaps; the newest of them are read with it.\n")?,
            }
            write!(out, "{toml}")?;
        }
        Inspected::Page(proposal) => return proposed(cli, page, &proposal, known.as_ref(), zone, out),
    }
    Ok(ExitCode::SUCCESS)
}

/// What is known of a source whose page has changed.
struct Known {
    id: String,
    title: String,
    titles: Vec<String>,
}

fn known(cli: &Cli, id: &str) -> anyhow::Result<Known> {
    let config = super::load(cli)?;
    let source = config
        .sources
        .iter()
        .find(|source| source.id.as_str() == id)
        .ok_or_else(|| anyhow!("there is no source `{id}` in the configuration: `bantin sources` lists them"))?;
    let titles = open(&config)?.recent_titles(&SourceId::new(id), KNOWN)?;
    if titles.is_empty() {
        eprintln!("nothing is stored of source `{id}`: its list is looked for without known titles");
    }
    Ok(Known { id: id.to_owned(), title: source.title.clone(), titles })
}

fn proposed(
    cli: &Cli,
    page: &str,
    proposal: &Proposal,
    known: Option<&Known>,
    zone: Tz,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    if !proposal.feeds.is_empty() {
        let many = if proposal.feeds.len() == 1 { "a feed" } else { "feeds" };
        writeln!(out, "# The page offers {many}, which tells more than the page itself:")?;
        for feed in proposal.feeds.iter().take(TRIED) {
            writeln!(out, "# {feed} {}", tried(cli, feed, zone))?;
        }
        if known.is_none() {
            writeln!(out, "\n{}", proposal.toml.trim_end())?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    if let Some(known) = known {
        let total = known.titles.len();
        writeln!(out, "# {} of the last {total} titles of `{}` are on the page.", proposal.known_titles, known.id)?;
    }
    if proposal.preview.is_empty() {
        eprintln!("error: `{page}`: no list of articles could be recognised on the page, and it offers no feed");
        return Ok(ExitCode::FAILURE);
    }
    match (proposal.profile, proposal.selectors.is_empty()) {
        (Some(profile), _) => writeln!(out, "# The profile `{profile}` fits.")?,
        (None, false) => writeln!(out, "# Selectors found from the page:")?,
        (None, true) => writeln!(out, "# No selectors needed: the list is found by itself.")?,
    }
    preview(&proposal.preview, zone, out)?;
    match known {
        Some(known) => write!(out, "{}", proposal.page_toml(&known.id, &known.title, page))?,
        None => write!(out, "{}", proposal.toml)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What a feed that a page offers gives, in a few words.
fn tried(cli: &Cli, feed: &str, zone: Tz) -> String {
    let found = match read::document(cli, feed) {
        Ok(found) => found,
        Err(reason) => return format!("(cannot be had: {reason:#})"),
    };
    let Some(url) = found.url.clone() else { return String::new() };
    match extract::read(&Input { kind: Kind::Feed, ..input(&found, &url, zone) }) {
        Ok(document) => {
            let newest = document.items.iter().filter_map(|item| item.published.or(item.updated)).max();
            let newest = newest.map_or_else(String::new, |at| format!(", the newest of {}", time(at.to_utc(), zone)));
            format!("({}{newest})", counted(document.items.len(), "item"))
        }
        Err(unreadable) => format!("({unreadable})"),
    }
}

fn input<'a>(found: &'a Found, base: &'a Url, zone: Tz) -> Input<'a> {
    Input {
        bytes: &found.bytes,
        content_type: found.content_type.as_deref(),
        url: Some(base),
        kind: Kind::Auto,
        zone,
        date_order: None,
        now: Utc::now(),
    }
}

/// The first items, as comments: the whole can be pasted.
fn preview(items: &[RawItem], zone: Tz, out: &mut dyn Write) -> anyhow::Result<()> {
    let more = if items.len() > SHOWN { ", the first of them" } else { "" };
    writeln!(out, "# It gives {}{more}:", counted(items.len(), "item"))?;
    for item in items.iter().take(SHOWN) {
        let date = item.published.or(item.updated).map(|at| time(at.to_utc(), zone));
        let title = item.title.as_deref().or(item.link.as_deref()).unwrap_or("(nothing)");
        writeln!(out, "#   {:<16} {title}", date.as_deref().unwrap_or("no date"))?;
    }
    writeln!(out)?;
    Ok(())
}
