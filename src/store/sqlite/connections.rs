//! The connections of those who read: opened when they are needed, kept for the next question, given up when what they were
//! opened on is another file. Damage that any of them comes upon is remembered.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use rusqlite::Connection;

use super::{StoreError, database, open_reader};
use crate::store::Trouble;

/// Idle connections kept; each costs up to 4 MiB of cache.
const POOL: usize = 4;

/// Connections to one file, for any number of threads.
pub struct Connections {
    path: PathBuf,
    idle: Mutex<Idle>,
    /// What SQLite said when it came upon damage.
    damage: Mutex<Option<String>>,
}

/// Connections that wait for the next question.
struct Idle {
    connections: Vec<Connection>,
    /// How often they have been given up: one that was out then does not come back.
    generation: u64,
}

impl Connections {
    /// Opens the first one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`] if there is no such file, [`StoreError::Newer`] or [`StoreError::Older`] if its schema is
    /// another.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let idle = Idle { connections: vec![open_reader(path)?], generation: 0 };
        Ok(Self { path: path.to_owned(), idle: Mutex::new(idle), damage: Mutex::new(None) })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Asks a question.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let (kept, generation) = {
            let mut idle = self.idle();
            (idle.connections.pop(), idle.generation)
        };
        let connection = match kept {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let result = work(&connection).map_err(|source| database(&self.path, source));
        let mut idle = self.idle();
        if idle.connections.len() < POOL && idle.generation == generation {
            idle.connections.push(connection);
        }
        drop(idle);
        if let Err(error) = &result
            && error.trouble() == Trouble::Damaged
        {
            self.note(Some(error.to_string()));
        }
        result
    }

    /// Gives up all connections: the file can be written again, and those that were opened when it could not do not see
    /// what is written.
    pub fn reopen(&self) {
        let mut idle = self.idle();
        idle.connections.clear();
        idle.generation += 1;
    }

    /// What SQLite said when it came upon damage in the file; `None` where it never did, or [`Connections::check`] has
    /// found the file sound since.
    pub fn damage(&self) -> Option<String> {
        self.damage.lock().expect("no holder of this lock can panic").clone()
    }

    /// Looks at every page of the file, anew and not as a connection remembers it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unsound`] with SQLite's first complaint; [`StoreError::Database`] if the check itself could not run.
    pub fn check(&self) -> Result<(), StoreError> {
        self.reopen();
        let complaint: String = self.with(|db| db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)))?;
        if complaint != "ok" {
            let error = StoreError::Unsound { path: self.path.display().to_string(), complaint };
            self.note(Some(error.to_string()));
            return Err(error);
        }
        self.note(None);
        Ok(())
    }

    fn note(&self, damage: Option<String>) {
        *self.damage.lock().expect("no holder of this lock can panic") = damage;
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().expect("no holder of this lock can panic")
    }
}
