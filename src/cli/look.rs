//! Commands that look and change nothing: `plan`, `sources`, `search`, `export`. None of them creates a database.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::json;

use super::args::{ExportWhat, Format};
use super::table::Table;
use crate::config::{Config, Robots};
use crate::daemon::doctor::facts::Daemon;
use crate::daemon::doctor::gather;
use crate::daemon::known;
use crate::daemon::setup::{Setup, catalog};
use crate::model::{Instant, SourceId, counted};
use crate::publish;
use crate::schedule::{self, Host, PlannedSource, SourceState};
use crate::store::sqlite::{SourceRow, SqliteLibrary};
use crate::store::{Library, StoreError};
use crate::text;

/// What is planned ahead.
const AHEAD: TimeDelta = TimeDelta::hours(24);

/// Polls shown of one source.
const POLLS: usize = 20;

/// The database, for reading.
pub fn open(config: &Config) -> Result<SqliteLibrary, StoreError> {
    SqliteLibrary::open(&config.store.path, catalog(config))
}

/// As [`open`], with nothing known where there is no database yet.
fn open_if_there(config: &Config) -> Result<Option<SqliteLibrary>, StoreError> {
    match open(config) {
        Ok(library) => Ok(Some(library)),
        Err(StoreError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The configuration made ready, for commands that only look.
pub fn setup(config: &Config) -> anyhow::Result<Setup> {
    Setup::new(config.clone()).map_err(|errors| {
        let (id, error) = errors.into_iter().next().expect("an error says what is wrong");
        anyhow::anyhow!("source `{id}`: schedule {}", error.problem())
    })
}

/// `bantin plan`
pub fn plan(config: &Config, format: Format, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let setup = setup(config)?;
    let library = open_if_there(config)?;
    let (states, hosts) = match &library {
        Some(library) => (known::load_states(&setup, library)?, known::load_hosts(library)?),
        None => Default::default(),
    };
    let unknown = SourceState::default();
    let sources = setup.enabled().filter_map(|source| {
        let timetable = setup.timetables.get(&source.id)?;
        Some(PlannedSource {
            id: &source.id,
            url: &source.url,
            timetable,
            state: states.get(&source.id).map_or(&unknown, |state| &**state),
        })
    });
    let plan = schedule::plan(sources, &hosts, Utc::now(), AHEAD);
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut *out, &plan)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let zone = config.site.timezone;
    let mut table = Table::new(&["host", "requests", "first", "last", "busiest_minute"]);
    for host in &plan.hosts {
        let first = host.requests.first().map(|request| time(request.at, zone));
        let last = host.requests.last().map(|request| time(request.at, zone));
        let busiest = host.busiest_minute.map(|(at, count)| format!("{} ({count})", time(at, zone)));
        table.row(vec![
            json!(host.host.as_str()),
            json!(host.requests.len()),
            json!(first),
            json!(last),
            json!(busiest),
        ]);
    }
    table.print(format, out)?;
    let total: usize = plan.hosts.iter().map(|host| host.requests.len()).sum();
    write!(out, "\n{} to {} in 24 hours", counted(total, "request"), counted(plan.hosts.len(), "host"))?;
    if let Some((at, count)) = plan.busiest_minute {
        write!(out, "; the busiest minute is {} with {count}", time(at, zone))?;
    }
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

/// `bantin sources`
pub fn sources(config: &Config, format: Format, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let setup = setup(config)?;
    let library = open_if_there(config)?;
    let rows = library.as_ref().map(SqliteLibrary::sources).transpose()?.unwrap_or_default();
    let hosts = library.as_ref().map(known::load_hosts).transpose()?.unwrap_or_default();
    let now = Utc::now();
    let zone = config.site.timezone;
    let mut table = Table::new(&[
        "source",
        "outcome",
        "since",
        "broken_since",
        "items",
        "newest_item",
        "usual_gap",
        "silent",
        "repaired",
        "next_poll",
        "note",
    ]);
    for source in &setup.sources {
        let row = find(&rows, &source.id, &source.was);
        let state = row.and_then(state_of).unwrap_or_default();
        let standing = state.standing.as_ref();
        let outcome = match standing {
            _ if !source.enabled => "disabled".to_owned(),
            Some(standing) => standing.outcome.name().to_owned(),
            None => "never-polled".to_owned(),
        };
        let host = Host::of(&state.effective_url(&source.url));
        let next = source
            .enabled
            .then(|| setup.timetables.get(&source.id))
            .flatten()
            .and_then(|timetable| {
                schedule::next_due(timetable, &state, hosts.get(&host).unwrap_or(&Default::default()), now)
            })
            .map(|due| due.at.max(now));
        let silence = state.silence(now);
        table.row(vec![
            json!(source.id.as_str()),
            json!(outcome),
            json!(standing.map(|standing| time(standing.since, zone))),
            json!(standing.and_then(|standing| standing.broken_since).map(|at| time(at, zone))),
            json!(row.map_or(0, |row| row.items)),
            json!(row.and_then(|row| row.newest).map(|at| time(at, zone))),
            json!((state.rhythm.gaps > 0).then(|| gap(state.rhythm.usual_gap_seconds))),
            json!(if silence.is_some() { "silent" } else { "no" }),
            json!(row.map_or(0, |row| row.problems.len())),
            json!(next.map(|at| time(at, zone))),
            json!(note(source, &state)),
        ]);
    }
    table.print(format, out)?;
    if library.is_none() && format == Format::Text {
        eprintln!("\nnothing has been polled yet: `bantin poll` does it once, `bantin run` on schedule");
    }
    out.flush()?;
    for line in said_by_daemon(config)? {
        eprintln!("\n{line}");
    }
    Ok(ExitCode::SUCCESS)
}

/// What stands above all sources, in the words of the daemon that polls them: that polling stands still, and why.
fn said_by_daemon(config: &Config) -> anyhow::Result<Vec<String>> {
    // Whether a process holds the database is found out by taking its lock, which is nothing for a command that scripts run.
    let is_held = false;
    Ok(match super::run::runtime()?.block_on(gather::daemon(&config.store.path, is_held)) {
        Daemon::Running { troubles, .. } => troubles,
        Daemon::Mute => {
            vec!["the daemon does not answer, perhaps nothing is polled: `bantin doctor` says what to do".to_owned()]
        }
        // One that others run is none of our business, and without one `poll` may be all that is wanted.
        Daemon::Forbidden | Daemon::Off => Vec::new(),
    })
}

/// What is remembered of a source between polls.
fn state_of(row: &SourceRow) -> Option<SourceState> {
    SourceState::read(&row.state, row.latest.as_deref())
}

/// What a sysadmin should know or do about a source, in one sentence.
fn note(source: &crate::config::Source, state: &SourceState) -> Option<String> {
    let mut notes = Vec::new();
    if let Some(silence) = state.silence(Utc::now()) {
        notes.push(format!(
            "usually every {}, silent for {}",
            gap(silence.usual_gap_seconds as f64),
            gap((Utc::now() - silence.since).num_seconds() as f64)
        ));
    }
    if let Some(adopted) = &state.adopted {
        notes.push(format!("moved: set url = \"{}\" in feeds.toml", adopted.url));
    }
    if let Some(standing) = &state.standing
        && let Some(advice) = standing.outcome.advice()
    {
        notes.push(format!("{}; {advice}", standing.outcome.meaning()));
    }
    if state.parked_at.is_some() {
        notes.push("parked: asked only once a week".to_owned());
    }
    if let Some(left) = state.certificate_ends_within(schedule::CERTIFICATE_WARNING, Utc::now()) {
        notes.push(format!("its certificate ends in {}: tell the publisher", counted(left.num_days(), "day")));
    }
    if let Robots::Ignore { reason } = &source.robots {
        notes.push(format!("robots.txt is ignored: {reason}"));
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// `bantin sources ID`
pub fn source(config: &Config, id: &str, format: Format, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let Some(source) = config.sources.iter().find(|source| source.id.as_str() == id) else {
        anyhow::bail!("there is no source `{id}` in the configuration: `bantin sources` lists them");
    };
    let library = open(config)?;
    let rows = library.sources()?;
    let zone = config.site.timezone;
    let row = find(&rows, &source.id, &source.was);
    let polls = library.polls(&source.id, POLLS)?;
    let mut table = Table::new(&[
        "at",
        "outcome",
        "status",
        "bytes",
        "duration_ms",
        "new",
        "updated",
        "dropped",
        "clamped",
        "detail",
    ]);
    for poll in &polls {
        table.row(vec![
            json!(time(poll.at, zone)),
            json!(poll.poll.outcome),
            json!(poll.poll.status),
            json!(poll.poll.bytes),
            json!(poll.poll.duration_ms),
            json!(poll.poll.new),
            json!(poll.poll.updated),
            json!(poll.poll.dropped),
            json!(poll.poll.clamped),
            json!(poll.poll.detail),
        ]);
    }
    if format == Format::Text {
        writeln!(out, "{} ({})", source.title, source.id)?;
        writeln!(out, "  address     {}", source.url)?;
        writeln!(out, "  schedule    {}", source.schedule)?;
        if let Some(row) = row {
            let state = state_of(row).unwrap_or_default();
            writeln!(out, "  items       {}", row.items)?;
            if let Some(standing) = &state.standing {
                writeln!(out, "  outcome     {} since {}", standing.outcome.name(), time(standing.since, zone))?;
                writeln!(out, "              {}", standing.outcome.meaning())?;
                if let Some(advice) = standing.outcome.advice() {
                    writeln!(out, "              {advice}")?;
                }
            }
            if let Some(adopted) = &state.adopted {
                writeln!(out, "  moved to    {} (enter it in feeds.toml)", adopted.url)?;
            }
            if let Some(at) = state.certificate_expires {
                writeln!(out, "  certificate valid until {}", time(at, zone))?;
            }
            if let Some(silence) = state.silence(Utc::now()) {
                writeln!(
                    out,
                    "  silent      since {}, usually something new every {}",
                    time(silence.since, zone),
                    gap(silence.usual_gap_seconds as f64)
                )?;
            }
            for problem in &row.problems {
                writeln!(out, "  repaired    {} ({}×): {}", problem.code, problem.count, problem.message)?;
            }
        }
        writeln!(out)?;
    }
    table.print(format, out)?;
    Ok(ExitCode::SUCCESS)
}

fn find<'a>(rows: &'a [SourceRow], id: &SourceId, was: &[SourceId]) -> Option<&'a SourceRow> {
    std::iter::once(id).chain(was).find_map(|id| rows.iter().find(|row| row.id == *id))
}

/// What a search for nothing is answered.
pub const EMPTY_QUERY: &str =
    "the query is empty: give words that stand in a story, with or without accents, such as `bantin search thông xe`";

/// `bantin search`; a query without letters and digits finds nothing.
pub fn search(
    config: &Config,
    query: &str,
    limit: usize,
    format: Format,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    let library = open(config)?;
    if text::Query::parse(query).is_empty() && format == Format::Text {
        eprintln!("nothing found for `{query}`, which has no letter and no digit: give words that stand in a story");
        return Ok(ExitCode::SUCCESS);
    }
    let page = library.search(query, 0, limit)?;
    let mut table = Table::new(&["date", "title", "source", "copies", "link", "story"]);
    for entry in &page.entries {
        table.row(vec![
            json!(time(entry.published, config.site.timezone)),
            json!(entry.title),
            json!(entry.source.title),
            json!(entry.copies.len()),
            json!(entry.link),
            json!(entry.story.as_str()),
        ]);
    }
    if format == Format::Text && table.is_empty() {
        eprintln!("nothing found for `{query}`; fewer words, or words without marks, find more");
        return Ok(ExitCode::SUCCESS);
    }
    table.print(format, out)?;
    if format == Format::Text && page.more {
        eprintln!("\nthere are more: `--limit {}`", limit * 2);
    }
    Ok(ExitCode::SUCCESS)
}

/// `bantin export`
pub fn export(config: &Config, what: ExportWhat, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    match what {
        ExportWhat::Opml => {
            let setup = setup(config)?;
            out.write_all(publish::opml_sources(setup.masthead()).as_bytes())?;
        }
        ExportWhat::Jsonl => {
            let mut result = Ok(());
            open(config)?
                .export(&mut |item| {
                    if result.is_err() {
                        return;
                    }
                    let line = json!({
                        "id": item.atom_id,
                        "source": item.source.as_str(),
                        "story": item.story.as_str(),
                        "withdrawn": item.withdrawn.is_some(),
                        "guid": item.guid,
                        "title": item.title,
                        "url": item.link,
                        "published": item.published.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
                        "updated": item.updated.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                        "first_seen": item.first_seen.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                        "authors": item.authors.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(),
                        "categories": item.categories,
                        "topics": item.topics.iter().map(crate::model::TopicId::as_str).collect::<Vec<_>>(),
                        "credit": item.credit,
                        "language": item.language,
                        "text": item.text,
                        "content": item.content,
                    });
                    result = serde_json::to_writer(&mut *out, &line)
                        .map_err(anyhow::Error::from)
                        .and_then(|()| Ok(out.write_all(b"\n")?));
                })
                .context("the items could not be read to the end")?;
            result?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A time as people read it, in the zone of the site.
pub fn time(at: Instant, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// A span of time in the unit that says most.
fn gap(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 * 60.0 => format!("{:.0} min", (s / 60.0).max(1.0)),
        s if s < 36.0 * 3600.0 => format!("{:.0} h", s / 3600.0),
        s => format!("{:.0} d", s / 86_400.0),
    }
}
