//! What reading a configuration depends on besides its text: the environment, and what the floors above can judge.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::provinces::{self, Provinces};

/// A judgement lent by a floor above: `Err` is the rest of a sentence that began with the value in backticks, such as
/// ``has 3 fields, expected 5, 6 or 7``.
pub type Check<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// What a secret means that cannot be had here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingSecrets {
    /// An error: who polls needs it.
    Refused,
    /// A warning, and the value is empty: `check` on a terminal does not have the credentials that the service has.
    Noted,
}

/// What reading depends on besides the text. Made by [`Surroundings::of_process`] for the program and by
/// [`Surroundings::bare`] for tests; the fields are there to be replaced.
#[derive(Clone)]
pub struct Surroundings<'a> {
    /// Whether a schedule is a cron expression; `schedule` is a floor above.
    pub check_schedule: Check<'a>,
    /// Whether a value of `[source.html]` is a selector; asked for every key but the name of the profile.
    pub check_selector: Check<'a>,
    /// Tells the profiles there are, once one is named; `None`: any name is taken.
    pub profiles: Option<&'a dyn Fn() -> Vec<&'static str>>,
    /// The table that province names are looked up in, unless `provinces_file` exists.
    pub provinces: Arc<Provinces>,
    /// The sysadmin's own table: `/etc/bantin/provinces.toml`.
    pub provinces_file: Option<PathBuf>,
    /// Looks up environment variables.
    pub env: &'a dyn Fn(&str) -> Option<OsString>,
    /// Whether systemd has passed sockets to this process, so that `server.listen` is without effect.
    pub sockets_passed: bool,
    /// What to do about a secret that is not there.
    pub missing_secrets: MissingSecrets,
}

impl Surroundings<'_> {
    /// This process: its environment, the province table in `/etc` if there is one. Schedules are checked by the number
    /// of their fields only and selectors not at all, until the caller lends better judgement.
    pub fn of_process() -> Self {
        Self {
            provinces_file: Some(PathBuf::from("/etc/bantin/provinces.toml")),
            env: &|name| std::env::var_os(name),
            ..Self::bare()
        }
    }

    /// No environment at all, and the compiled-in provinces: the same everywhere.
    pub fn bare() -> Self {
        Self {
            check_schedule: &count_fields,
            check_selector: &|_| Ok(()),
            profiles: None,
            provinces: provinces::builtin(),
            provinces_file: None,
            env: &|_| None,
            sockets_passed: false,
            missing_secrets: MissingSecrets::Refused,
        }
    }

    /// `$CREDENTIALS_DIRECTORY`
    pub(super) fn credentials_directory(&self) -> Option<PathBuf> {
        (self.env)("CREDENTIALS_DIRECTORY").filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// The first of `$STATE_DIRECTORY`, which systemd separates by colons.
    pub(super) fn state_directory(&self) -> Option<PathBuf> {
        let list = (self.env)("STATE_DIRECTORY")?;
        let first =
            list.to_str().map_or(Path::new(&list), |list| Path::new(list.split(':').next().unwrap_or_default()));
        (!first.as_os_str().is_empty()).then(|| first.to_owned())
    }
}

/// The least that a cron expression must be.
fn count_fields(schedule: &str) -> Result<(), String> {
    match schedule.split_ascii_whitespace().count() {
        5..=7 => Ok(()),
        1 => Err("has 1 field, expected 5, 6 or 7".to_owned()),
        count => Err(format!("has {count} fields, expected 5, 6 or 7")),
    }
}
