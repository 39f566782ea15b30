//! `bantin doctor`: collects the facts with a word on what takes long, prints the findings.

use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;
use serde_json::json;

use super::args::{Cli, Format};
use super::progress;
use super::table::Table;
use crate::config::{self, Config, ConfigErrors, MissingSecrets};
use crate::daemon::doctor::facts::{Daemon, Facts};
use crate::daemon::doctor::{Finding, Level, gather, judge};
use crate::model::counted;

/// What is looked at, one step of the bar each.
const STEPS: u64 = 4;

/// `bantin doctor`
pub fn doctor(cli: &Cli, format: Format, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    super::start_log(cli, "error");
    let facts = facts(cli)?;
    let findings = judge(&facts);
    match format {
        Format::Json => print_json(&findings, out)?,
        Format::Text => print_text(&findings, out)?,
    }
    out.flush()?;
    if format == Format::Text {
        eprintln!("\n{}", summary(&findings));
    }
    Ok(match findings.iter().map(|finding| finding.level).max() {
        _ if facts.configuration.is_err() => ExitCode::from(super::BAD_CONFIGURATION),
        Some(Level::Broken) => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

fn facts(cli: &Cli) -> anyhow::Result<Facts> {
    let now = Utc::now();
    let (config, configuration) = match read(cli) {
        Ok((config, read)) => (Some(config), Ok(read)),
        Err(errors) => (None, Err(errors)),
    };
    let bar = progress::bar(STEPS);
    bar.set_message("units and clock");
    let (units, clock_synchronised) = (gather::units(), gather::clock_synchronised());
    bar.inc(1);
    bar.set_message("every page of the database");
    let database = config.as_ref().map(|config| gather::database(config, now));
    bar.inc(1);
    bar.set_message("hosts of sources");
    let runtime = super::run::runtime()?;
    let network = config.as_ref().map_or_else(Vec::new, |config| runtime.block_on(gather::network(config)));
    bar.inc(1);
    bar.set_message("the daemon");
    let daemon = database
        .as_ref()
        .map_or(Daemon::Off, |database| runtime.block_on(gather::daemon(&database.path, database.is_held)));
    bar.finish_and_clear();
    let directory = config.as_ref().and_then(gather::directory);
    Ok(Facts { now, configuration, directory, database, network, clock_synchronised, daemon, units })
}

/// The configuration and what is to be said about it, or its errors as text.
fn read(cli: &Cli) -> Result<(Config, crate::daemon::doctor::facts::Configuration), Vec<String>> {
    let path = config::locate(cli.config.as_deref()).ok_or_else(|| texts(&super::no_configuration()))?;
    let (config, warnings) = super::read_config(&path, MissingSecrets::Noted).map_err(|errors| texts(&errors))?;
    let read = gather::configuration(&config, &path, warnings);
    Ok((config, read))
}

fn texts(errors: &ConfigErrors) -> Vec<String> {
    match errors {
        ConfigErrors::Unreadable { path, source } => vec![format!("`{}`: {source}", path.display())],
        ConfigErrors::Invalid { errors, .. } => errors.iter().map(ToString::to_string).collect(),
    }
}

fn print_json(findings: &[Finding], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut table = Table::new(&["area", "level", "finding", "advice"]);
    for Finding { area, level, finding, advice } in findings {
        table.row(vec![json!(area.as_str()), json!(level.as_str()), json!(finding), json!(advice)]);
    }
    Ok(table.print(Format::Json, out)?)
}

fn print_text(findings: &[Finding], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut area = None;
    for Finding { area: about, level, finding, advice } in findings {
        if area != Some(about) {
            let gap = if area.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}{}", about.as_str())?;
            area = Some(about);
        }
        writeln!(out, "  {:<8} {}", level.as_str(), finding.replace('\n', "\n           "))?;
        if let Some(advice) = advice {
            writeln!(out, "           {}", advice.replace('\n', "\n           "))?;
        }
    }
    Ok(())
}

fn summary(findings: &[Finding]) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    match (count(Level::Broken), count(Level::Warning)) {
        (0, 0) => "nothing is broken".to_owned(),
        (0, warnings) => format!("nothing is broken, {}", counted(warnings, "warning")),
        (1, _) => "one thing is broken: what to do stands below it".to_owned(),
        (many, _) => format!("{many} things are broken: what to do stands below each"),
    }
}
