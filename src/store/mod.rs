//! SQLite in domain terms; SQL stays inside.

pub mod likeness;
pub mod sqlite;

use crate::model::{FeedContent, FeedKey, Instant, Page, SourceId, StoryKey, StoryView, TopicId};

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("database `{path}`: {source}")]
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
    /// Its folder could not be made.
    #[error("folder `{path}` of the database cannot be made: {source}")]
    Folder {
        /// The folder.
        path: String,
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

/// What readers may ask of a store. Calls block (database): never on an async thread.
///
/// A second store will stand beside SQLite; `serve` and `publish` know only this.
pub trait Library: Send + Sync + 'static {
    /// The newest `limit` stories of a feed by the time they first stood in it.
    fn feed(&self, key: &FeedKey, limit: usize) -> Result<FeedContent, StoreError>;
    /// Stories for a page, newest article date first, `offset` skipped.
    fn river(&self, key: &FeedKey, offset: usize, limit: usize) -> Result<Page, StoreError>;
    /// One story, or `None` where there is none (or it was withdrawn).
    fn story(&self, key: &StoryKey) -> Result<Option<StoryView>, StoreError>;
    /// Full text, with or without accents; newest first.
    fn search(&self, query: &str, offset: usize, limit: usize) -> Result<Page, StoreError>;
    /// How many stories each topic has, and when the newest one was included; topics without any are absent.
    fn topic_counts(&self) -> Result<Vec<(TopicId, u64, Instant)>, StoreError>;
    /// Likewise by province slug.
    fn province_counts(&self) -> Result<Vec<(crate::model::ProvinceSlug, u64, Instant)>, StoreError>;
    /// Likewise by source: how many items it gave.
    fn source_counts(&self) -> Result<Vec<(SourceId, u64, Instant)>, StoreError>;
}
