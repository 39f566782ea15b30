//! The SQLite store: one file, one writer, readers that are never blocked (WAL).
//!
//! SQL lives in this folder and nowhere else. [`Store`] writes, [`SqliteLibrary`] reads; both speak the words of
//! [`crate::model`], so that another database can stand beside this one.

mod alike;
mod articles;
mod connections;
mod overrule;
mod read;
mod schema;
#[cfg(test)]
mod tests;
pub mod upkeep;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

pub use self::alike::{Behind, Outlets, Unlearnt, story_no};
pub use self::articles::{Listed, Waiting};
pub use self::connections::Connections;
pub use self::overrule::{Decision, Deed, StoryState};
pub use self::read::{Catalog, CatalogSource, ItemFacts, PollRow, SourceRow, SqliteLibrary};
pub use self::write::{Found, Founding, ItemNo, Membership, NewPoll, SourceNo, StoredItem, StoryNo, Times, Tx};
use super::likeness::Likeness;
use super::{StoreError, Trouble};
use crate::dedup::SignatureCache;
use crate::model::{Map, SourceId};

/// How long one process waits for another's transaction: a backup or a command beside the daemon takes far less.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Memory for the signatures of items that were last stored or compared: about a thousand of average length. What is
/// not here is read from the database again.
const SIGNATURE_BYTES: usize = 3 << 20;

/// Key under which [`Store::probe`] writes.
const PROBE: &str = "probe";

/// What [`Store::probe`] writes: as much as a batch of polls brings.
const PROBE_BYTES: usize = 1 << 20;

/// The one writer of a database file. Its calls block: it lives on a thread of its own.
pub struct Store {
    path: PathBuf,
    connection: Connection,
    /// Read when the first new item is judged: a round that brings none does not pay for it.
    likeness: Option<Likeness>,
    signatures: SignatureCache,
    /// Whether a transaction has used both and has not been kept.
    index_is_open: bool,
    /// Where nobody reads until the process publishes: the last story before it.
    unread: Option<i64>,
    /// Rows of sources: no row ever goes, so each is looked up once.
    sources: Map<SourceId, SourceNo>,
}

impl Store {
    /// Opens the file, makes it and its folder if need be, and brings it to the present schema.
    ///
    /// # Errors
    ///
    /// [`StoreError::Newer`] if a newer bantin wrote it (nothing is changed then); [`StoreError::Database`] otherwise.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| StoreError::Folder { path: folder.display().to_string(), source })?;
        }
        let mut connection = Connection::open(path).map_err(|source| database(path, source))?;
        // SQLite opens what it may not write for reading, and would say so only at the first poll.
        if connection.is_readonly("main").map_err(|source| database(path, source))? {
            return Err(database(path, failure(ffi::SQLITE_READONLY, "it cannot be written")));
        }
        let version = prepare_writer(&mut connection).map_err(|source| database(path, source))?;
        if let Err(found) = version {
            return Err(StoreError::Newer {
                path: path.display().to_string(),
                found,
                known: schema::MIGRATIONS.len() as i64,
            });
        }
        Ok(Self {
            path: path.to_owned(),
            connection,
            likeness: None,
            signatures: SignatureCache::new(SIGNATURE_BYTES),
            index_is_open: false,
            unread: None,
            sources: Map::default(),
        })
    }

    /// Promises that nobody reads what is stored from now on before [`Tx::is_published`] is said. Until then a story that
    /// several sources give takes its id from the best of them, not from the first that answered.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn hold_back(mut self) -> Result<Self, StoreError> {
        let newest = write::newest_story(&self.connection).map_err(|source| database(&self.path, source))?;
        self.unread = Some(newest);
        Ok(self)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins the transaction of one batch. Nothing is kept unless [`Tx::commit`] is called.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], for instance when another process has held the file for ten seconds.
    pub fn begin(&mut self) -> Result<Tx<'_>, StoreError> {
        if std::mem::take(&mut self.index_is_open) {
            // They know of items, words, and even tables that were taken back with that transaction.
            self.likeness = None;
            self.signatures = SignatureCache::new(SIGNATURE_BYTES);
        }
        let Self { path, connection, likeness, signatures, index_is_open, unread, sources } = self;
        Tx::begin(connection, path, likeness, signatures, index_is_open, unread, sources)
    }

    /// Proves that the file takes what a poll may bring: writes [`PROBE_BYTES`], takes them back, and moves the log into the
    /// file as far as readers let it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] when it does not.
    pub fn probe(&mut self) -> Result<(), StoreError> {
        let tx = self.begin()?;
        tx.set_meta(PROBE, &"0".repeat(PROBE_BYTES))?;
        tx.commit()?;
        let tx = self.begin()?;
        tx.forget_meta(PROBE)?;
        tx.commit()?;
        self.connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            .map_err(|source| database(&self.path, source))
    }

    /// Runs SQLite's own check; `Ok(None)` means sound, else its first complaint.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] if the check itself could not run.
    pub fn integrity(&self) -> Result<Option<String>, StoreError> {
        let answer: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|source| database(&self.path, source))?;
        Ok((answer != "ok").then_some(answer))
    }
}

/// Opens `path` for reading only.
///
/// # Errors
///
/// [`StoreError::Missing`] if there is no such file: reading commands never create one.
fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.display().to_string() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let open = |name: &Path| -> rusqlite::Result<(Connection, i64)> {
        let connection = Connection::open_with_flags(name, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cache_size", -4096)?;
        connection.set_prepared_statement_cache_capacity(64);
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((connection, version))
    };
    let opened = open(path).map_err(|source| database(path, source));
    let (connection, version) = match (opened, at_rest(path)) {
        (Err(error), Some(at_rest)) if matches!(error.trouble(), Trouble::Full | Trouble::ReadOnly) => {
            open(&at_rest).map_err(|_| error)?
        }
        (opened, _) => opened?,
    };
    let known = schema::MIGRATIONS.len() as i64;
    if version > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found: version, known });
    }
    if version < known {
        return Err(StoreError::Older { path: path.display().to_string(), found: version, known });
    }
    Ok(connection)
}

/// The least that the index of a log takes; a shorter one was never finished.
const INDEX_BYTES: u64 = 32 << 10;

/// The name by which SQLite reads a file that nobody writes, without the log and its index beside it: on a full or read-only
/// file system they cannot be made. `None` where they are there, for then the file alone does not tell everything.
fn at_rest(path: &Path) -> Option<PathBuf> {
    let has = |ending, bytes| std::fs::metadata(upkeep::beside(path, ending)).is_ok_and(|data| data.len() >= bytes);
    if has("-wal", 1) || has("-shm", INDEX_BYTES) {
        return None;
    }
    let name = path.to_str()?.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Some(PathBuf::from(format!("file:{name}?immutable=1")))
}

fn prepare_writer(connection: &mut Connection) -> rusqlite::Result<Result<(), i64>> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Only takes hold in a file that is being made, and writes into any other: what is pruned can be given back in slices.
    if connection.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0))? == 0 {
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a power cut loses no committed poll. Batched as we do it costs no more than NORMAL (20,000 rows/s each).
    connection.pragma_update(None, "synchronous", "FULL")?;
    // A plan is a plan: without this, statements are prepared anew whenever another value is bound (a tenth of the
    // writer's time).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What copies are looked up in lies in memory of its own (see `store::likeness`); more pages than this only cost memory.
    connection.pragma_update(None, "cache_size", -8192)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    // Four times as seldom as usual: most pages of a first poll are written again and again (keys are spread over their
    // tables), and what lies in the log when it is carried over is carried over once.
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.set_prepared_statement_cache_capacity(128);
    schema::migrate(connection)
}

/// The facts kept under keys that begin with `prefix`, with what follows it.
fn meta_with_prefix(db: &Connection, prefix: &str) -> rusqlite::Result<Vec<(String, String)>> {
    // By the key, up to the greatest that has the prefix: what servers say in their robots.txt lies here too.
    db.prepare_cached(
        "SELECT substr(key, length(?1) + 1), value FROM meta WHERE key >= ?1 AND key < ?1 || char(0x10FFFF)",
    )?
    .query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?
    .collect()
}

fn failure(code: i32, message: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(message.to_owned()))
}

fn database(path: &Path, source: rusqlite::Error) -> StoreError {
    StoreError::Database { path: path.display().to_string(), source }
}
