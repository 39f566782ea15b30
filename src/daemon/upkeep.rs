//! Upkeep of the database: what is old is deleted, free space given back, copies made. All of it beside the running
//! daemon, in slices short enough that no poll waits for long.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use tracing::{error, info, warn};

use super::engine::Engine;
use super::writer::{WriteError, Writer};
use crate::model::{Instant, counted};
use crate::schedule::Cron;
use crate::store::StoreError;
use crate::store::sqlite::Tx;
use crate::store::sqlite::upkeep::{self as store, PruneCursor, Sound};

/// Stories looked at in one transaction: some ten milliseconds of the writer's time.
const SLICE: usize = 200;

/// Pages given back in one transaction (4 KiB each).
const PAGES: u32 = 500;

/// Pause between two transactions, so that polls come in between.
const PAUSE: Duration = Duration::from_millis(20);

/// Key of the fact that tells when the database was last tidied.
pub const TIDIED: &str = "tidied-at";

/// A daemon that was off whenever its hour came tidies soon after a start, once it has missed this many days.
const OVERDUE: TimeDelta = TimeDelta::days(3);

/// How long after a start that is: polls and readers come first.
const AFTER_START: TimeDelta = TimeDelta::minutes(10);

/// Begins the name of copies made beside the database on their way elsewhere.
const COPY_PREFIX: &str = ".bantin-copy-";

/// Begins the name of copies made beside the database on their way into its place.
pub const RESTORE_PREFIX: &str = ".bantin-restore-";

/// What a copy leaves free on the file system of the database: `doctor` calls less an emergency.
const SPARE: u64 = 64 << 20;

/// What tidying did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Stories deleted.
    pub stories: u64,
    /// Items deleted.
    pub items: u64,
    /// Bytes given back to the file system.
    pub bytes: u64,
}

/// Deletes what is older than `keep` and gives free space back. `each` is told how far it has come.
///
/// # Errors
///
/// [`WriteError`]; what was done before stays done.
pub async fn tidy(
    writer: &Writer,
    keep: Duration,
    now: Instant,
    mut each: impl FnMut(Tidied),
) -> Result<Tidied, WriteError> {
    let before = TimeDelta::from_std(keep).ok().and_then(|keep| now.checked_sub_signed(keep)).unwrap_or_default();
    let mut done = Tidied::default();
    let mut cursor = Some(PruneCursor::default());
    while let Some(from) = cursor {
        let pruned = ask(writer, move |tx| tx.prune(before, from, SLICE)).await?;
        done.stories += pruned.stories;
        done.items += pruned.items;
        cursor = pruned.next;
        each(done);
        tokio::time::sleep(PAUSE).await;
    }
    let mut left = ask(writer, |tx| tx.free_pages()).await?;
    while left > 0 {
        let now_left = ask(writer, |tx| tx.give_back(PAGES)).await?;
        // A file made without room for this keeps its free pages and uses them again.
        if now_left >= left {
            break;
        }
        done.bytes += (left - now_left) * PAGE_BYTES;
        left = now_left;
        each(done);
        tokio::time::sleep(PAUSE).await;
    }
    writer.change(move |tx| tx.set_meta(TIDIED, &now.timestamp().to_string())).await?;
    Ok(done)
}

/// SQLite's page, as we make files.
const PAGE_BYTES: u64 = 4096;

/// Makes a change and returns what it found.
async fn ask<T: Send + 'static>(
    writer: &Writer,
    change: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, WriteError> {
    let slot = Arc::new(Mutex::new(None));
    let shared = Arc::clone(&slot);
    writer
        .change(move |tx| {
            let found = change(tx)?;
            *shared.lock().expect("no holder of this lock can panic") = Some(found);
            Ok(())
        })
        .await?;
    let found = slot.lock().expect("no holder of this lock can panic").take();
    found.ok_or(WriteError::Stopped)
}

/// Tidies at the hour that the configuration says, in the zone of the site, until dropped. The clock is looked at every `look`.
pub async fn keep_tidy(engine: Arc<Engine>, look: Duration) {
    let started = engine.now();
    let library = Arc::clone(engine.library());
    let last = tokio::task::spawn_blocking(move || library.meta(TIDIED)).await;
    let last = last.ok().and_then(Result::ok).flatten().and_then(|at| Instant::from_timestamp(at.parse().ok()?, 0));
    let mut after = match last {
        Some(last) if started - last > OVERDUE => {
            while engine.now() < started + AFTER_START {
                tokio::time::sleep(look).await;
            }
            tidy_now(&engine).await;
            engine.now()
        }
        _ => started,
    };
    loop {
        let setup = engine.setup();
        // `config` has had the expression checked.
        let next = Cron::parse(&setup.config.store.tidy)
            .ok()
            .and_then(|cron| cron.next_after(after, setup.config.site.timezone));
        let now = engine.now();
        match next {
            Some(at) if at <= now => {
                tidy_now(&engine).await;
                after = engine.now();
            }
            // Looked at again and again, as a reload may have moved it and the clock may jump.
            _ => tokio::time::sleep(look).await,
        }
    }
}

async fn tidy_now(engine: &Engine) {
    // Writing into a damaged file may damage more of it, and one that cannot be written is tidied another day.
    if let Some(standstill) = engine.standstill() {
        warn!("the database is not tidied today: {standstill}");
        return;
    }
    let began = std::time::Instant::now();
    match tidy(engine.writer(), engine.setup().config.store.keep, engine.now(), |_| {}).await {
        Ok(Tidied { stories, items, bytes }) => info!(
            stories,
            items,
            bytes,
            duration_ms = began.elapsed().as_millis() as u64,
            "tidied the database: {} deleted, {} KiB given back",
            counted(items, "old item"),
            bytes / 1024
        ),
        Err(error) => error!(%error, "the database could not be tidied: {error}"),
    }
}

/// Why no copy was made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database, or the place of the copy.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It would not fit, or leave too little for the daemon.
    #[error(
        "no copy of the database is made in `{folder}`: it takes about {} MiB, and {} MiB are free there{}; make room, or \
         name a file on another file system",
        .takes.div_ceil(1 << 20), .free >> 20,
        if *.spare > 0 { format!(", of which the daemon beside it needs {} MiB", .spare >> 20) } else { String::new() }
    )]
    NoRoom {
        /// Where it would be made.
        folder: String,
        /// Bytes of a copy.
        takes: u64,
        /// Bytes free there.
        free: u64,
        /// Bytes of them that are not for copies.
        spare: u64,
    },
    /// No file could be made there.
    #[error("no copy of the database can be made in `{folder}`: {source}")]
    Folder {
        /// Where.
        folder: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Finds out whether a copy of the database fits into `folder`; on the file system of the database itself [`SPARE`] must be
/// left, for a daemon without room stops polling. Where it cannot be told, it may fit.
///
/// # Errors
///
/// [`CopyError::NoRoom`]; [`CopyError::Store`] where there is no database to copy.
pub fn fits(database: &Path, folder: &Path) -> Result<(), CopyError> {
    let takes = store::copy_bytes(database)?;
    let device = |path: &Path| std::fs::metadata(path).map(|data| data.dev()).ok();
    let spare = if device(database) == device(folder) { SPARE } else { 0 };
    match free_in(folder) {
        Some(free) if free < takes + spare => {
            Err(CopyError::NoRoom { folder: folder.display().to_string(), takes, free, spare })
        }
        _ => Ok(()),
    }
}

/// Bytes that we may still write on the file system of a file.
pub fn disk_free(path: &Path) -> Option<u64> {
    free_in(folder_of(path))
}

/// The folder of a file.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn free_in(folder: &Path) -> Option<u64> {
    let name = CString::new(folder.as_os_str().as_bytes()).ok()?;
    let mut facts = MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: `name` ends with a zero, `facts` is as large as the call expects, and all zeroes are a value of it.
    let facts = unsafe {
        if libc::statvfs(name.as_ptr(), facts.as_mut_ptr()) != 0 {
            return None;
        }
        facts.assume_init()
    };
    Some(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Copies the database and verifies the copy: into the file that the client made where we see and may write it, else
/// beside the database. Blocks.
///
/// # Errors
///
/// [`CopyError`]; no copy is left behind then.
pub fn copy(database: &Path, into: &Path, seen_as: (u64, u64)) -> Result<(PathBuf, Sound), CopyError> {
    let ours = std::fs::metadata(into).is_ok_and(|data| (data.dev(), data.ino()) == seen_as && data.len() == 0)
        && std::fs::OpenOptions::new().write(true).open(into).is_ok();
    if ours {
        store::copy(database, into)?;
        return Ok((into.to_owned(), store::verify(into)?));
    }
    let folder = folder_of(database);
    let refused = |source| CopyError::Folder { folder: folder.display().to_string(), source };
    fits(database, folder)?;
    let beside = tempfile::Builder::new().prefix(COPY_PREFIX).tempfile_in(folder).map_err(refused)?;
    store::copy(database, beside.path())?;
    let sound = store::verify(beside.path())?;
    let (_, path) = beside.keep().map_err(|error| refused(error.error))?;
    Ok((path, sound))
}

/// The newest of the backups that the timer's script keeps in `backups` beside the database; their names sort by time.
pub fn newest_backup(database: &Path) -> Option<PathBuf> {
    let folder = folder_of(database).join("backups");
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    names.filter(|path| path.extension().is_some_and(|ending| ending == "db")).max()
}

/// Removes copies that nobody fetched or put in their place: a command that was killed leaves one.
pub fn sweep(database: &Path) {
    for entry in std::fs::read_dir(folder_of(database)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if [COPY_PREFIX, RESTORE_PREFIX].iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
            && let Err(error) = std::fs::remove_file(entry.path())
        {
            warn!(%error, "`{}` could not be removed: {error}", entry.path().display());
        }
    }
}
