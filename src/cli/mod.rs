//! Commands, tables, progress, exit status. Thin: every command asks a floor below and prints what it says.
//!
//! Data goes to stdout, talk to stderr; a closed pipe is success. Exit status: 0 fine, 1 did not succeed, 2 wrong usage,
//! 78 bad configuration.

mod args;
mod doctor;
mod import;
mod inspect;
mod look;
mod manual;
mod memory;
mod overrule;
mod progress;
mod read;
mod run;
mod state;
mod table;
mod why;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use self::args::{Cli, Command};
use crate::config::{self, Config, ConfigErrors, MissingSecrets, Surroundings, Warning};
use crate::daemon::overrule::Wish;
use crate::daemon::{log, systemd};
use crate::extract::html::{profile, select};
use crate::schedule::Cron;

/// What clap ends with, too.
const WRONG_USAGE: u8 = 2;

/// Bad configuration (sysexits.h `EX_CONFIG`): systemd is told not to try again.
const BAD_CONFIGURATION: u8 = 78;

/// Reads the command line, runs the command, says how it ended.
pub fn main() -> ExitCode {
    memory::set_up();
    // Rust ignores SIGPIPE; `bantin export | head` must end quietly, which the error handling below sees to.
    let cli = Cli::parse();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let result = run(&cli, &mut out).and_then(|code| {
        out.flush()?;
        Ok(code)
    });
    match result {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(errors) = error.downcast_ref::<ConfigErrors>() {
                eprintln!("{errors}");
                return ExitCode::from(BAD_CONFIGURATION);
            }
            if let Some(wrong) = error.downcast_ref::<clap::Error>() {
                let _ = wrong.print();
                return ExitCode::from(WRONG_USAGE);
            }
            eprintln!("error: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, down to the first that has been told already: what lies below that says it in other words.
fn told(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.contains(&cause) {
            break;
        }
        text.push_str(if text.is_empty() { "" } else { ": " });
        text.push_str(&cause);
    }
    text
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let from_io = cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        let from_json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind)
            == Some(io::ErrorKind::BrokenPipe);
        from_io || from_json
    })
}

fn run(cli: &Cli, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Command::Run { clock_speed } => run::daemon(cli, *clock_speed),
        Command::Demo { port } => run::demo(cli, *port),
        Command::Poll { sources, output } => run::poll(cli, sources, output.format, out),
        Command::Check { file, fetch, quiet, output } => {
            run::check(cli, file.as_deref(), *fetch, *quiet, output.format, out)
        }
        Command::Plan { output } => look::plan(&load(cli)?, output.format, out),
        Command::Sources { source: None, output } => look::sources(&load(cli)?, output.format, out),
        Command::Sources { source: Some(id), output } => look::source(&load(cli)?, id, output.format, out),
        Command::Search { query, limit, output } => {
            let query = query.join(" ");
            if query.trim().is_empty() {
                return Err(wrong_usage("search", look::EMPTY_QUERY).into());
            }
            look::search(&load(cli)?, &query, *limit, output.format, out)
        }
        Command::Why { what, output } => why::why(&load(cli)?, what, output.format, out),
        Command::Split { what, source } => {
            overrule::decide(cli, Wish::Split { what: what.clone(), source: source.clone() }, out)
        }
        Command::Merge { one, other } => {
            overrule::decide(cli, Wish::Merge { one: one.clone(), other: other.clone() }, out)
        }
        Command::Takedown { url } => overrule::decide(cli, Wish::Takedown { what: url.clone() }, out),
        Command::Read(args) => read::read(cli, args, out),
        Command::Inspect { page, from, base, timezone } => {
            inspect::inspect(cli, page, from.as_deref(), base.as_deref(), timezone, out)
        }
        Command::Eval { what, file, timezone, now, progress } => {
            read::eval(cli, *what, file, timezone, now.as_deref(), *progress, out)
        }
        Command::Import { file } => {
            let known = match config::locate(cli.config.as_deref()).filter(|file| file.exists()) {
                Some(_) => import::Known::of(&load(cli)?),
                None => import::Known::default(),
            };
            import::import(file, &known, out).map(|()| ExitCode::SUCCESS)
        }
        Command::Export { what } => look::export(&load(cli)?, *what, out),
        Command::Backup { file, overwrite } => state::backup(&load(cli)?, file, *overwrite),
        Command::Restore { file } => state::restore(&load(cli)?, file),
        Command::Doctor { output } => doctor::doctor(cli, output.format, out),
        Command::Prune => state::prune(&load(cli)?, out),
        Command::Completions { shell } => {
            // Into memory first: the generator panics where it cannot write.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "bantin", &mut script);
            out.write_all(&script)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { folder } => man(folder.as_ref(), out),
    }
}

/// What clap says of a wrong command line, for what it cannot find out itself.
fn wrong_usage(command: &str, problem: &str) -> clap::Error {
    let mut program = Cli::command();
    program.build();
    let command = program.find_subcommand_mut(command).expect("a command of ours");
    command.error(clap::error::ErrorKind::ValueValidation, problem)
}

/// Reads the configuration for a command; warnings are the business of `check` and of the daemon's log.
fn load(cli: &Cli) -> anyhow::Result<Config> {
    Ok(load_with_warnings(cli, MissingSecrets::Noted)?.0)
}

/// Finds and reads the configuration.
fn load_with_warnings(cli: &Cli, secrets: MissingSecrets) -> anyhow::Result<(Config, Vec<Warning>)> {
    let Some(path) = config::locate(cli.config.as_deref()) else {
        return Err(no_configuration().into());
    };
    Ok(read_config(&path, secrets)?)
}

/// What to do without a configuration.
fn no_configuration() -> ConfigErrors {
    ConfigErrors::Unreadable {
        path: PathBuf::from(config::PLACES[0]),
        source: io::Error::new(
            io::ErrorKind::NotFound,
            format!(
                "there is no configuration, neither here nor at `{}`; name one with `--config FILE`, or try `bantin demo`, \
                 which needs none",
                config::PLACES[1]
            ),
        ),
    }
}

/// Reads one configuration file, with the judgement of the floors above `config`.
fn read_config(path: &std::path::Path, secrets: MissingSecrets) -> Result<(Config, Vec<Warning>), ConfigErrors> {
    let check_schedule = |expression: &str| Cron::parse(expression).map(drop).map_err(|error| error.problem());
    let around = Surroundings {
        check_schedule: &check_schedule,
        check_selector: &select::check,
        profiles: Some(&profile::profile_names),
        sockets_passed: systemd::passes_sockets(),
        missing_secrets: secrets,
        ..Surroundings::of_process()
    };
    config::read(path, &around)
}

/// Starts logging at `--log`, else at `default`.
fn start_log(cli: &Cli, default: &str) {
    log::start(cli.log.as_deref().unwrap_or(default), log_form(cli));
}

/// Likewise for a daemon, at `info`.
fn start_daemon_log(cli: &Cli) {
    log::start_calm(cli.log.as_deref().unwrap_or("info"), log_form(cli));
}

fn log_form(cli: &Cli) -> log::Form {
    match cli.log_format {
        args::Format::Text => log::Form::Text,
        args::Format::Json => log::Form::Json,
    }
}

/// Prints the manual page, or writes all of them.
fn man(folder: Option<&PathBuf>, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    match folder {
        None => manual::print(out)?,
        Some(folder) => {
            manual::write(folder)?;
            eprintln!("manual pages written to `{}`", folder.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_cause_is_told_once_and_what_lies_below_it_not_at_all() {
        let below = anyhow::anyhow!("Error code 11: it is malformed").context("it is malformed");
        let whole = below.context("database `x`: it is malformed; restore a backup").context("nothing was found");
        assert_eq!(told(&whole), "nothing was found: database `x`: it is malformed; restore a backup");
        assert_eq!(
            told(&anyhow::anyhow!("no room").context("`x` cannot be written")),
            "`x` cannot be written: no room"
        );
    }

    #[test]
    fn every_command_says_what_it_does() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "`{}` has no help", command.get_name());
        }
    }
}
