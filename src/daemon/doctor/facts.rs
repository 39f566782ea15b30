//! What a doctor knows before the judgement.

use std::path::PathBuf;

use crate::config::Warning;
use crate::model::Instant;
use crate::store::StoreError;
use crate::store::sqlite::upkeep::{Room, Sound};

/// Everything.
#[derive(Debug)]
pub struct Facts {
    /// The time of this machine.
    pub now: Instant,
    /// The configuration, or every error of it as text for people, one each.
    pub configuration: Result<Configuration, Vec<String>>,
    /// `publish.directory`, if there is one.
    pub directory: Option<Directory>,
    /// The database; `None` where no configuration says where it is.
    pub database: Option<Database>,
    /// Hosts that were tried.
    pub network: Vec<Tried>,
    /// What systemd says of the clock: whether it is synchronised; `None` where it cannot be asked.
    pub clock_synchronised: Option<bool>,
    /// The daemon.
    pub daemon: Daemon,
    /// The units that systemd knows; empty where there is no systemd.
    pub units: Vec<Unit>,
}

/// What a good configuration says.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The file.
    pub file: PathBuf,
    /// What `check` warns of.
    pub warnings: Vec<Warning>,
    /// Sources in it.
    pub sources: usize,
    /// Those that are polled.
    pub enabled: usize,
    /// Topics in it.
    pub topics: usize,
    /// Whether `site.url` can be reached from elsewhere, as far as its host tells.
    pub is_site_public: bool,
    /// `site.url`
    pub site: String,
    /// Whether `server.listen` is written in the file.
    pub names_listen: bool,
}

/// `publish.directory`
#[derive(Debug)]
pub struct Directory {
    /// Where.
    pub path: PathBuf,
    /// What keeps files from being put there.
    pub fault: Option<DirectoryFault>,
}

/// What is wrong with a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryFault {
    /// It is not there; the daemon makes it.
    Missing,
    /// It is something else.
    NoDirectory,
    /// We may not write there.
    Unwritable,
    /// It belongs to another user than the database, and only its owner may write there.
    Foreign {
        /// Its owner.
        owner: u32,
        /// Who should be.
        expected: u32,
    },
}

/// The database file and what is around it.
#[derive(Debug)]
pub struct Database {
    /// Where.
    pub path: PathBuf,
    /// What keeps files from being made in its folder.
    pub folder: Option<DirectoryFault>,
    /// What looking at every page of it came to.
    pub verified: Result<Sound, StoreError>,
    /// Its size.
    pub room: Room,
    /// Bytes free on its file system.
    pub disk_free: Option<u64>,
    /// When it was last copied for good.
    pub backed_up_at: Option<Instant>,
    /// The newest backup that lies where the backup timer puts them.
    pub newest_backup: Option<PathBuf>,
    /// Files beside it that belong to another user than it.
    pub strangers: Vec<PathBuf>,
    /// Whether a process holds it.
    pub is_held: bool,
    /// Sources that are broken.
    pub broken_sources: usize,
    /// Sources that are silent against their own habit.
    pub silent_sources: usize,
}

/// A host that was tried: looked up and connected to, nothing asked.
#[derive(Debug)]
pub struct Tried {
    /// Name and port.
    pub host: String,
    /// What came of it.
    pub result: Result<(), Unreached>,
}

/// Why a host was not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreached {
    /// Its name was not found.
    Name(String),
    /// No connection came about.
    Connection(String),
}

/// What is known of a running daemon.
#[derive(Debug, PartialEq, Eq)]
pub enum Daemon {
    /// None runs with this database.
    Off,
    /// It answered.
    Running {
        /// Its version.
        version: String,
        /// What it says is wrong.
        troubles: Vec<String>,
    },
    /// Its control socket is there, and we may not use it.
    Forbidden,
    /// It holds the database and does not answer.
    Mute,
}

/// A unit, as `systemctl show` tells.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Unit {
    /// With its ending.
    pub name: String,
    /// Whether its file was found (`LoadState=loaded`).
    pub is_installed: bool,
    /// `ActiveState`
    pub active: String,
    /// `UnitFileState`: `enabled`, `disabled`, `static`, …
    pub enabled: String,
    /// `Result` of the last run: `success`, `exit-code`, `watchdog`, …
    pub result: String,
    /// `ExecMainStatus`
    pub status: i32,
    /// `NRestarts`
    pub restarts: u32,
    /// `NeedDaemonReload`
    pub needs_reload: bool,
}
