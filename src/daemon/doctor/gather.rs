//! Collects the facts. Nothing is changed, no site is asked for anything: hosts are looked up and connected to.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::{Host, Url};

use super::facts::{Configuration, Daemon, Database, Directory, DirectoryFault, Tried, Unit, Unreached};
use crate::config::{Config, Warning};
use crate::daemon::control::{self, Answer, Request};
use crate::daemon::setup::{Setup, catalog};
use crate::daemon::{known, upkeep as copies};
use crate::model::Instant;
use crate::schedule::SourceState;
use crate::store::sqlite::{SqliteLibrary, upkeep};

/// How long a name, and then a connection, may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many hosts are tried: enough to tell our network from theirs.
const HOSTS: usize = 5;

/// Units of the package.
pub const UNITS: [&str; 3] = ["bantin.service", "bantin.socket", "bantin-backup.timer"];

/// What a good configuration says.
pub fn configuration(config: &Config, file: &Path, warnings: Vec<Warning>) -> Configuration {
    Configuration {
        file: file.to_owned(),
        warnings,
        sources: config.sources.len(),
        enabled: config.sources.iter().filter(|source| source.enabled).count(),
        topics: config.topics.len(),
        is_site_public: is_public(&config.site.url),
        site: config.site.url.to_string(),
        names_listen: !config.server.listen_is_default,
    }
}

fn is_public(site: &Url) -> bool {
    match site.host() {
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => false,
    }
}

/// `publish.directory`, judged beside the database, whose owner is who the daemon runs as.
pub fn directory(config: &Config) -> Option<Directory> {
    let path = config.publish.directory.clone()?;
    let owner = std::fs::metadata(&config.store.path).map(|data| data.uid()).ok();
    Some(Directory { fault: fault_of(&path, owner), path })
}

fn fault_of(path: &Path, expected: Option<u32>) -> Option<DirectoryFault> {
    let Ok(data) = std::fs::metadata(path) else { return Some(DirectoryFault::Missing) };
    if !data.is_dir() {
        return Some(DirectoryFault::NoDirectory);
    }
    match expected {
        Some(expected) if expected != data.uid() && data.mode() & 0o022 == 0 => {
            Some(DirectoryFault::Foreign { owner: data.uid(), expected })
        }
        // Who may read another's files need not be able to write them: only for ourselves can that be told.
        Some(expected) if expected != our_user() => None,
        _ => (!may_write(path)).then_some(DirectoryFault::Unwritable),
    }
}

fn our_user() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

fn may_write(path: &Path) -> bool {
    let Ok(name) = std::ffi::CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: `name` ends with a zero and lives through the call.
    unsafe { libc::access(name.as_ptr(), libc::W_OK | libc::X_OK) == 0 }
}

/// Looks at the database and every page of it. Blocks.
pub fn database(config: &Config, now: Instant) -> Database {
    let path = config.store.path.clone();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let owner = std::fs::metadata(&path).map(|data| data.uid()).ok();
    let library = SqliteLibrary::open(&path, catalog(config)).ok();
    let (broken_sources, silent_sources) = library.as_ref().map_or((0, 0), |library| troubled(config, library, now));
    let strangers = ["-wal", "-shm"]
        .map(|ending| upkeep::beside(&path, ending))
        .into_iter()
        .filter(|file| std::fs::metadata(file).is_ok_and(|data| Some(data.uid()) != owner))
        .collect();
    Database {
        folder: fault_of(folder, owner),
        verified: upkeep::verify(&path),
        room: library.as_ref().and_then(|library| library.room().ok()).unwrap_or_else(|| upkeep::room(&path)),
        disk_free: copies::disk_free(&path),
        backed_up_at: library.as_ref().and_then(|library| library.backed_up_at().ok()).flatten(),
        newest_backup: copies::newest_backup(&path),
        strangers,
        is_held: is_held(&path),
        broken_sources,
        silent_sources,
        path,
    }
}

/// How many sources are broken, and how many silent.
fn troubled(config: &Config, library: &SqliteLibrary, now: Instant) -> (usize, usize) {
    let Ok(setup) = Setup::new(config.clone()) else { return (0, 0) };
    let Ok(states) = known::load_states(&setup, library) else { return (0, 0) };
    let known = || setup.enabled().filter_map(|source| states.get(&source.id));
    let is_broken = |state: &&Arc<SourceState>| state.is_failing();
    (known().filter(is_broken).count(), known().filter(|state| state.silence(now).is_some()).count())
}

/// Whether a daemon holds the lock beside the database; none is made where there was none.
fn is_held(database: &Path) -> bool {
    let Ok(file) = File::open(upkeep::beside(database, ".lock")) else { return false };
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// Looks up and connects to the hosts of some sources, or to their proxy.
pub async fn network(config: &Config) -> Vec<Tried> {
    let mut hosts: Vec<(String, u16)> = Vec::new();
    for source in config.sources.iter().filter(|source| source.enabled) {
        let url = source.proxy.as_ref().map_or(&source.url, |proxy| proxy.url());
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { continue };
        let host = (host.trim_matches(['[', ']']).to_owned(), port);
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    // From all over the list: neighbours are often of one outlet.
    let step = hosts.len().div_ceil(HOSTS).max(1);
    let mut tries: JoinSet<(usize, Tried)> = JoinSet::new();
    for (at, (host, port)) in hosts.into_iter().step_by(step).enumerate() {
        tries.spawn(async move { (at, Tried { result: reach(&host, port).await, host: format!("{host}:{port}") }) });
    }
    let mut tried = tries.join_all().await;
    tried.sort_by_key(|(at, _)| *at);
    tried.into_iter().map(|(_, tried)| tried).collect()
}

async fn reach(host: &str, port: u16) -> Result<(), Unreached> {
    let late = || format!("no answer within {} s", PATIENCE.as_secs());
    let found = timeout(PATIENCE, tokio::net::lookup_host((host, port))).await;
    let addresses: Vec<_> =
        found.map_err(|_| Unreached::Name(late()))?.map_err(|error| Unreached::Name(error.to_string()))?.collect();
    let connected = timeout(PATIENCE, TcpStream::connect(addresses.as_slice())).await;
    connected
        .map_err(|_| Unreached::Connection(late()))?
        .map(drop)
        .map_err(|error| Unreached::Connection(error.to_string()))
}

/// Asks the daemon that serves the database how it is.
pub async fn daemon(database: &Path, is_held: bool) -> Daemon {
    let Some(mut peer) = control::connect(database).await else {
        return match is_held {
            _ if control::is_forbidden(database).await => Daemon::Forbidden,
            true => Daemon::Mute,
            false => Daemon::Off,
        };
    };
    let version = peer.version().to_owned();
    let asked = async {
        peer.send(&Request::Health).await?;
        match peer.receive::<Answer>().await? {
            Some(Answer::Health { lines }) => Ok(lines),
            _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
        }
    };
    match timeout(PATIENCE, asked).await {
        Ok(Ok(troubles)) => Daemon::Running { version, troubles },
        _ => Daemon::Mute,
    }
}

/// What systemd knows of our units; empty where it does not run. Blocks.
pub fn units() -> Vec<Unit> {
    const WANTED: &str =
        "--property=Id,LoadState,ActiveState,UnitFileState,Result,ExecMainStatus,NRestarts,NeedDaemonReload";
    let Some(said) = said_by(Command::new("systemctl").arg("show").arg(WANTED).args(UNITS)) else { return Vec::new() };
    said.split("\n\n").map(read_unit).filter(|unit| !unit.name.is_empty()).collect()
}

/// Reads one block of `systemctl show`.
fn read_unit(block: &str) -> Unit {
    let mut unit = Unit::default();
    for (key, value) in block.lines().filter_map(|line| line.split_once('=')) {
        match key {
            "Id" => value.clone_into(&mut unit.name),
            "LoadState" => unit.is_installed = value == "loaded",
            "ActiveState" => value.clone_into(&mut unit.active),
            "UnitFileState" => value.clone_into(&mut unit.enabled),
            "Result" => value.clone_into(&mut unit.result),
            "ExecMainStatus" => unit.status = value.parse().unwrap_or(0),
            "NRestarts" => unit.restarts = value.parse().unwrap_or(0),
            "NeedDaemonReload" => unit.needs_reload = value == "yes",
            _ => {}
        }
    }
    unit
}

/// Whether the clock is synchronised, as systemd says; `None` where it cannot be asked. Blocks.
pub fn clock_synchronised() -> Option<bool> {
    let said = said_by(Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]))?;
    match said.trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn said_by(command: &mut Command) -> Option<String> {
    let output = command.stdin(std::process::Stdio::null()).env("LC_ALL", "C").output().ok()?;
    (output.status.success()).then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
