//! SQLite in domain terms; SQL stays inside.

pub mod likeness;
pub mod sqlite;

use crate::model::{FeedContent, FeedKey, Instant, Page, SourceId, StoryKey, StoryView, TopicId};

/// The way back from a damaged database.
pub const RESCUE: &str = "stop bantin and put a backup in its place with `bantin restore FILE`, which keeps the damaged \
                          file aside; without a backup move the file away, and a new one is made";

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("database `{path}`: {source}{}", way_out(source))]
    Database {
        /// The file.
        path: String,
        /// What it said.
        #[source]
        source: rusqlite::Error,
    },
    /// The file was written by a newer bantin.
    #[error(
        "database `{path}` has schema version {found}, this bantin knows up to {known}: install the newer bantin, or restore a backup"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file was written by an older bantin, and this command only reads.
    #[error(
        "database `{path}` has schema version {found} of {known}: start `bantin run` or `bantin poll` once, which bring it up to date"
    )]
    Older {
        /// The file.
        path: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// No copy can be made there.
    #[error("no copy of the database can be made at `{target}`: {source}{}", room_for_copy(source))]
    Copy {
        /// The file.
        target: String,
        /// What it said.
        #[source]
        source: rusqlite::Error,
    },
    /// Its folder could not be made.
    #[error("folder `{path}` of the database cannot be made: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is damaged.
    #[error("database `{path}` is damaged: {complaint}; {RESCUE}")]
    Unsound {
        /// The file.
        path: String,
        /// SQLite's first complaint.
        complaint: String,
    },
    /// The file was written by another program.
    #[error("`{path}` is no database of bantin")]
    Foreign {
        /// The file.
        path: String,
    },
    /// A file could not be moved.
    #[error("`{from}` cannot be moved to `{to}`: {source}")]
    Move {
        /// Where it lies.
        from: String,
        /// Where it should lie.
        to: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is no such file and the caller only reads.
    #[error("database `{path}` does not exist yet: `bantin run` or `bantin poll` creates it")]
    Missing {
        /// The file.
        path: String,
    },
}

/// What kind of trouble a database is in, by what can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No room for more.
    Full,
    /// It may not be written.
    ReadOnly,
    /// It is damaged.
    Damaged,
    /// Its disk fails.
    Disk,
    /// Anything else.
    Other,
}

impl Trouble {
    /// The name as metrics show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read-only",
            Self::Damaged => "damaged",
            Self::Disk => "disk",
            Self::Other => "other",
        }
    }
}

impl StoreError {
    /// What kind of trouble this is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Database { source, .. } => trouble(source),
            Self::Unsound { .. } => Trouble::Damaged,
            _ => Trouble::Other,
        }
    }
}

fn trouble(source: &rusqlite::Error) -> Trouble {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseCorrupt, DiskFull, NotADatabase, PermissionDenied, ReadOnly, SystemIoFailure,
    };
    match source.sqlite_error_code() {
        Some(DiskFull) => Trouble::Full,
        // The index of the log is made as large as it will ever be when a file is opened: this is how a full disk shows then.
        Some(SystemIoFailure)
            if source
                .sqlite_error()
                .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) =>
        {
            Trouble::Full
        }
        Some(SystemIoFailure) => Trouble::Disk,
        Some(ReadOnly | PermissionDenied | CannotOpen) => Trouble::ReadOnly,
        Some(DatabaseCorrupt | NotADatabase) => Trouble::Damaged,
        _ => Trouble::Other,
    }
}

/// What to do about a place where no copy can be made, as the end of a sentence.
fn room_for_copy(source: &rusqlite::Error) -> &'static str {
    match trouble(source) {
        Trouble::Full => "; make room there, or name a file on another file system",
        _ => "; name a file that can be written",
    }
}

/// What to do about it, as the end of a sentence.
fn way_out(source: &rusqlite::Error) -> String {
    match trouble(source) {
        Trouble::Full => "; make room on its file system, everything goes on by itself then".to_owned(),
        Trouble::ReadOnly => "; the file and its folder must be writable for the user that bantin runs as, and their \
                              file system not mounted read-only"
            .to_owned(),
        Trouble::Damaged => format!("; it is damaged: {RESCUE}"),
        Trouble::Disk => {
            "; the disk or a limit of the system does not let it be read or written: `dmesg` says more".to_owned()
        }
        Trouble::Other => String::new(),
    }
}

/// What readers may ask of a store. Calls block (database): never on an async thread.
///
/// A second store will stand beside SQLite; `serve` and `publish` know only this.
pub trait Library: Send + Sync + 'static {
    /// The newest `limit` stories of a feed by the time they first stood in it.
    fn feed(&self, key: &FeedKey, limit: usize) -> Result<FeedContent, StoreError>;
    /// Stories for a page, newest article date first, `offset` skipped.
    fn river(&self, key: &FeedKey, offset: usize, limit: usize) -> Result<Page, StoreError>;
    /// One story, or `None` where there is none (or it was withdrawn). A story that was merged into another gives the other,
    /// whose key is in its entry.
    fn story(&self, key: &StoryKey) -> Result<Option<StoryView>, StoreError>;
    /// Whether there was such a story and it was taken down.
    fn is_withdrawn(&self, key: &StoryKey) -> Result<bool, StoreError>;
    /// Full text, with or without accents; newest article date first.
    fn search(&self, query: &str, offset: usize, limit: usize) -> Result<Page, StoreError>;
    /// How many stories each topic has, and when the newest one was included; topics without any are absent.
    fn topic_counts(&self) -> Result<Vec<(TopicId, u64, Instant)>, StoreError>;
    /// Likewise by province slug.
    fn province_counts(&self) -> Result<Vec<(crate::model::ProvinceSlug, u64, Instant)>, StoreError>;
    /// Likewise by source: how many items it gave.
    fn source_counts(&self) -> Result<Vec<(SourceId, u64, Instant)>, StoreError>;
}
