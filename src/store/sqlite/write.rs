//! The writer's side: one transaction a batch, every call in domain terms.

mod stories;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::{StoreError, database, meta_with_prefix};
use crate::dedup::SignatureCache;
use crate::model::{Enclosure, FeedKey, FeedMeta, Image, Instant, Item, Map, Person, SourceId, StoryKey, TopicId};
use crate::store::likeness::Likeness;

/// Number of a source's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceNo(pub(super) i64);

impl SourceNo {
    /// The bare number, for telling sources apart.
    pub fn number(self) -> i64 {
        self.0
    }
}

/// Number of an item's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemNo(pub(super) i64);

/// Number of a story's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoryNo(pub(super) i64);

/// What an identity led to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// The item is there.
    Item(StoredItem),
    /// It was once there and has been pruned: it is old and must never come back as new.
    Pruned,
}

/// What deciding needs of a stored item.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredItem {
    /// Its row.
    pub no: ItemNo,
    /// Whose it is.
    pub source: SourceNo,
    /// Its story.
    pub story: StoryNo,
    /// Of all the source gave.
    pub raw_hash: i64,
    /// Of its words.
    pub words_hash: i64,
    /// The source's date.
    pub published: Option<Instant>,
    /// Last change of words.
    pub updated: Instant,
    /// When we saw it first.
    pub first_seen: Instant,
    /// Its minted or own id.
    pub atom_id: String,
    /// The source's id for it.
    pub guid: Option<String>,
    /// Canonical comparison is the caller's; this is the address as stored.
    pub link: Option<String>,
    /// Plain text.
    pub title: String,
}

/// The times of a new item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Last change of words.
    pub updated: Instant,
    /// When it first stands in its source's feed.
    pub included: Instant,
    /// Now.
    pub first_seen: Instant,
}

/// A story that is new.
#[derive(Debug, Clone, Copy)]
pub struct Founding<'a> {
    /// What it is published under, for ever once somebody can have read it.
    pub entry_id: &'a str,
    /// Of its page.
    pub key: &'a StoryKey,
    /// The item that is its first; it may be added afterwards (see [`Tx::next_item`]).
    pub origin: ItemNo,
    /// Its topics, best first.
    pub topics: &'a [TopicId],
    /// Its article date, for ordering.
    pub published: Instant,
    /// When it first stands in the merged feed.
    pub included: Instant,
}

/// One member of a story, for choosing its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    /// The item.
    pub item: ItemNo,
    /// Whose it is.
    pub source: SourceId,
    /// Whose it is, as a number.
    pub source_no: SourceNo,
    /// Its own id.
    pub atom_id: String,
    /// Whether the others were copied from it, as far as was known until now.
    pub is_origin: bool,
    /// The source's date.
    pub published: Option<Instant>,
    /// When we saw it first.
    pub first_seen: Instant,
    /// Who its credit line names.
    pub credit: Option<String>,
    /// Length of its content, bytes.
    pub length: u64,
}

/// One poll for the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPoll {
    /// Kebab-case name of the outcome.
    pub outcome: Cow<'static, str>,
    /// One sentence, where the name is not enough.
    pub detail: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// On the wire.
    pub bytes: u64,
    /// From first request to decision.
    pub duration_ms: u64,
    /// Items new, updated, dropped for emptiness, with a date in the future.
    pub new: u32,
    /// Items whose words changed.
    pub updated: u32,
    /// Items with nothing in them.
    pub dropped: u32,
    /// Items whose date lay in the future.
    pub clamped: u32,
}

/// The fields of an item that nothing searches by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Extra {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Person>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enclosures: Vec<Enclosure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_source: Option<FeedMeta>,
}

/// [`Extra`] without copying; the two must name the same fields.
#[derive(Serialize)]
struct ExtraRef<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authors: &'a [Person],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    images: &'a [Image],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    enclosures: &'a [Enclosure],
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_source: Option<&'a FeedMeta>,
}

/// A batch under way. Dropping it undoes everything.
pub struct Tx<'a> {
    pub(super) tx: Transaction<'a>,
    pub(super) likeness: &'a mut Option<Likeness>,
    /// Whether this transaction has looked that `likeness` still fits the tables.
    pub(super) index_is_open: &'a mut bool,
    pub(super) signatures: &'a mut SignatureCache,
    pub(super) path: PathBuf,
    /// Number of this batch among all that changed something; feeds carry it as `changed`.
    change: i64,
    /// Stories with a greater number have been founded since anybody could read.
    read_up_to: i64,
    /// The same of all the process does, where nobody reads while it runs.
    unread: &'a mut Option<i64>,
    /// Where it has been asked for; the writer is the only one who adds items.
    next_item: Option<ItemNo>,
    feeds: HashMap<FeedKey, i64>,
    /// Rows of sources as they stand in the file.
    sources: &'a mut Map<SourceId, SourceNo>,
    /// Those that this transaction has looked up or made.
    new_sources: Map<SourceId, SourceNo>,
    /// Polls for the history that are not written yet.
    polls: Vec<(SourceNo, Instant, NewPoll)>,
    dirty: std::collections::BTreeSet<i64>,
}

impl<'a> Tx<'a> {
    pub(super) fn begin(
        connection: &'a mut rusqlite::Connection,
        path: &Path,
        likeness: &'a mut Option<Likeness>,
        signatures: &'a mut SignatureCache,
        index_is_open: &'a mut bool,
        unread: &'a mut Option<i64>,
        sources: &'a mut Map<SourceId, SourceNo>,
    ) -> Result<Self, StoreError> {
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| database(path, source))?;
        let change = tx
            .prepare_cached("SELECT value FROM meta WHERE key = 'change'")
            .and_then(|mut select| select.query_row([], |row| row.get::<_, String>(0)).optional())
            .map_err(|source| database(path, source))?
            .and_then(|value| value.parse::<i64>().ok())
            .unwrap_or(0)
            + 1;
        let read_up_to = match *unread {
            Some(no) => no,
            None => newest_story(&tx).map_err(|source| database(path, source))?,
        };
        Ok(Self {
            tx,
            likeness,
            index_is_open,
            signatures,
            path: path.to_owned(),
            change,
            read_up_to,
            unread,
            next_item: None,
            feeds: HashMap::new(),
            sources,
            new_sources: Map::default(),
            polls: Vec::new(),
            dirty: std::collections::BTreeSet::new(),
        })
    }

    /// Keeps the batch and returns the feeds it changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; nothing of the batch is kept then.
    pub fn commit(mut self) -> Result<bool, StoreError> {
        self.write_polls()?;
        let Self { tx, path, change, dirty, index_is_open, sources, new_sources, .. } = self;
        let run = || -> rusqlite::Result<bool> {
            for feed in &dirty {
                tx.prepare_cached("UPDATE feed SET changed = ?2 WHERE no = ?1")?.execute(params![feed, change])?;
            }
            if !dirty.is_empty() {
                tx.prepare_cached("INSERT OR REPLACE INTO meta(key, value) VALUES ('change', ?1)")?
                    .execute([change.to_string()])?;
            }
            tx.commit()?;
            *index_is_open = false;
            sources.extend(new_sources);
            Ok(!dirty.is_empty())
        };
        run().map_err(|source| database(&path, source))
    }

    pub(super) fn run<T>(&self, work: impl FnOnce(&Transaction<'a>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.tx).map_err(|source| database(&self.path, source))
    }

    // ---- facts about the file

    /// A fact kept under `key`.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
        })
    }

    /// The facts kept under keys that begin with `prefix`, with what follows it.
    pub fn meta_with_prefix(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.run(|tx| meta_with_prefix(tx, prefix))
    }

    /// Keeps a fact under `key`.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.run(|tx| {
            // Nothing is replaced: see [`Tx::found_story`].
            if tx.prepare_cached("UPDATE meta SET value = ?2 WHERE key = ?1")?.execute([key, value])? == 0 {
                tx.prepare_cached("INSERT INTO meta(key, value) VALUES (?1, ?2)")?.execute([key, value])?;
            }
            Ok(())
        })
    }

    /// Forgets a fact.
    pub fn forget_meta(&self, key: &str) -> Result<(), StoreError> {
        self.run(|tx| tx.execute("DELETE FROM meta WHERE key = ?1", [key]).map(drop))
    }

    // ---- sources

    /// The row of a source; made, or taken over from a former id of it, if it is not there.
    pub fn source(&mut self, id: &SourceId, was: &[SourceId], url: &str) -> Result<SourceNo, StoreError> {
        if self.sources.is_empty() && self.new_sources.is_empty() {
            // All at once: a round asks for every one of them.
            *self.sources = self.run(|tx| {
                tx.prepare("SELECT id, no FROM source")?
                    .query_map([], |row| Ok((SourceId::new(row.get_ref(0)?.as_str()?), SourceNo(row.get(1)?))))?
                    .collect()
            })?;
        }
        if let Some(no) = self.new_sources.get(id).or_else(|| self.sources.get(id)) {
            return Ok(*no);
        }
        let (no, former) = self.run(|tx| {
            let mut find = tx.prepare_cached("SELECT no FROM source WHERE id = ?1")?;
            if let Some(no) = find.query_row([id.as_str()], |row| row.get(0)).optional()? {
                return Ok((no, None));
            }
            for former in was {
                if let Some(no) = find.query_row([former.as_str()], |row| row.get::<_, i64>(0)).optional()? {
                    tx.execute("UPDATE source SET id = ?2 WHERE no = ?1", params![no, id.as_str()])?;
                    return Ok((no, Some(former)));
                }
            }
            tx.prepare_cached("INSERT INTO source(id, url) VALUES (?1, ?2)")?.execute([id.as_str(), url])?;
            Ok((tx.last_insert_rowid(), None))
        })?;
        if let Some(former) = former {
            self.sources.remove(former);
            self.new_sources.remove(former);
        }
        self.new_sources.insert(id.clone(), SourceNo(no));
        Ok(SourceNo(no))
    }

    /// Whether a source has ever given an item that is still there.
    pub fn has_items(&self, source: SourceNo) -> Result<bool, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM item WHERE source = ?1)")?
                .query_row([source.0], |row| row.get(0))
        })
    }

    /// Keeps the facts of polling a source that every poll changes: `latest` is JSON of the scheduler's, opaque here. Returns
    /// whether there were any before.
    pub fn save_latest(&self, source: SourceNo, latest: &str) -> Result<bool, StoreError> {
        self.run(|tx| {
            let row = params![source.0, latest];
            // Nothing is replaced: see [`Tx::found_story`].
            let known = tx.prepare_cached("UPDATE source_latest SET latest = ?2 WHERE source = ?1")?.execute(row)? > 0;
            if !known {
                tx.prepare_cached("INSERT INTO source_latest(source, latest) VALUES (?1, ?2)")?.execute(row)?;
            }
            Ok(known)
        })
    }

    /// Keeps the facts of polling a source that few polls change, as [`Tx::save_latest`] does the others.
    pub fn save_lasting(&self, source: SourceNo, url: &str, state: &str) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached("UPDATE source SET url = ?2, state = ?3 WHERE no = ?1")?
                .execute(params![source.0, url, state])
                .map(drop)
        })
    }

    /// Keeps what a source's document says of itself (`None`: as before), what was repaired in it, and the hashes of its
    /// items.
    pub fn save_document(
        &self,
        source: SourceNo,
        meta: Option<&FeedMeta>,
        problems: &[crate::model::Problem],
        seen: &[i64],
    ) -> Result<(), StoreError> {
        let mut sorted = seen.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let blob: Vec<u8> = sorted.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        self.run(|tx| {
            let meta = meta.map(json);
            let row = params![source.0, meta, json(&problems), blob];
            // Nothing is replaced: see [`Tx::found_story`].
            let mut update = tx.prepare_cached(
                "UPDATE source_document SET document = coalesce(?2, document), problems = ?3, seen = ?4 WHERE source = ?1",
            )?;
            if update.execute(row)? == 0 {
                tx.prepare_cached(
                    "INSERT INTO source_document(source, document, problems, seen) VALUES (?1, coalesce(?2, '{}'), ?3, ?4)",
                )?
                .execute(row)?;
            }
            Ok(())
        })
    }

    /// Adds a poll to the history. It is written with all others of the batch.
    pub fn add_poll(&mut self, source: SourceNo, at: Instant, poll: NewPoll) {
        self.polls.push((source, at, poll));
    }

    pub(super) fn write_polls(&mut self) -> Result<(), StoreError> {
        let polls = std::mem::take(&mut self.polls);
        self.run(|tx| {
            let mut insert = tx.prepare_cached(
                "INSERT OR REPLACE INTO poll(source, at, outcome, detail, status, bytes, duration_ms, new, updated, dropped, clamped)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?;
            for (source, at, poll) in &polls {
                insert.execute(params![
                    source.0,
                    at.timestamp(),
                    poll.outcome,
                    poll.detail,
                    poll.status,
                    poll.bytes as i64,
                    poll.duration_ms as i64,
                    poll.new,
                    poll.updated,
                    poll.dropped,
                    poll.clamped
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets all polls of each source beyond its newest `keep`. Walks over all of the history: for once a day, where each
    /// poll would have walked over that of its source.
    pub fn forget_polls(&mut self, keep: u32) -> Result<(), StoreError> {
        self.write_polls()?;
        self.run(|tx| {
            let sources: Vec<i64> =
                tx.prepare("SELECT no FROM source")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let mut newest = tx.prepare("SELECT at FROM poll WHERE source = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2")?;
            let mut forget = tx.prepare("DELETE FROM poll WHERE source = ?1 AND at <= ?2")?;
            for source in sources {
                let beyond: Option<i64> = newest.query_row(params![source, keep], |row| row.get(0)).optional()?;
                if let Some(at) = beyond {
                    forget.execute([source, at])?;
                }
            }
            Ok(())
        })
    }

    // ---- items

    /// Follows the first of `keys` that is known.
    pub fn find(&self, keys: &[i64]) -> Result<Option<Found>, StoreError> {
        self.run(|tx| {
            let mut find = tx.prepare_cached("SELECT item FROM identity WHERE key = ?1")?;
            for key in keys {
                if let Some(no) = find.query_row([key], |row| row.get::<_, i64>(0)).optional()? {
                    let mut item = tx.prepare_cached(&format!("SELECT {STORED_ITEM} FROM item WHERE no = ?1"))?;
                    return Ok(Some(item.query_row([no], stored_item).optional()?.map_or(Found::Pruned, Found::Item)));
                }
            }
            Ok(None)
        })
    }

    /// The newest items of a source by when they first stood in its feed, at most `limit`.
    pub fn newest_items(&self, source: SourceNo, limit: usize) -> Result<Vec<StoredItem>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached(&format!(
                "SELECT {STORED_ITEM} FROM item WHERE source = ?1 ORDER BY included DESC, published DESC LIMIT ?2"
            ))?
            .query_map(params![source.0, limit as i64], stored_item)?
            .collect()
        })
    }

    /// Remembers for ever that `keys` name `item`; a key that is already taken keeps its first meaning.
    pub fn remember(&self, keys: &[i64], item: ItemNo) -> Result<(), StoreError> {
        self.run(|tx| {
            let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO identity(key, item) VALUES (?1, ?2)")?;
            for key in keys {
                insert.execute([*key, item.0])?;
            }
            Ok(())
        })
    }

    /// The number that the next item will have: a story that it founds names it before it is there.
    pub fn next_item(&mut self) -> Result<ItemNo, StoreError> {
        match self.next_item {
            Some(no) => Ok(no),
            None => {
                let last: i64 = self.run(|tx| {
                    tx.prepare_cached("SELECT coalesce(max(no), 0) FROM item")?.query_row([], |row| row.get(0))
                })?;
                Ok(*self.next_item.insert(ItemNo(last + 1)))
            }
        }
    }

    /// Adds an item to a story, under [`Tx::next_item`].
    pub fn insert_item(
        &mut self,
        source: SourceNo,
        story: StoryNo,
        item: &Item,
        times: Times,
        evidence: Option<&str>,
    ) -> Result<ItemNo, StoreError> {
        let no = self.next_item()?;
        self.run(|tx| {
            tx.prepare_cached(
                "INSERT INTO item(source, story, raw_hash, words_hash, published, updated, first_seen, included, date_from,
                                  atom_id, guid, link, title, credit, language, summary, extra, content, body, evidence, no)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
            )?
            .execute(params![
                source.0,
                story.0,
                item.raw_hash,
                item.words_hash,
                item.published.map(|at| at.timestamp()),
                times.updated.timestamp(),
                times.first_seen.timestamp(),
                times.included.timestamp(),
                item.date_from.as_str(),
                item.atom_id,
                item.guid,
                item.link,
                item.title,
                item.credit,
                item.language,
                item.summary,
                extra_of(item),
                item.content,
                body_of(item),
                evidence,
                no.0,
            ])
        })?;
        self.next_item = Some(ItemNo(no.0 + 1));
        Ok(no)
    }

    /// Replaces what an item says and what its source calls it; the id it is published under, first sight and place stay.
    pub fn update_item(&self, no: ItemNo, item: &Item, updated: Instant) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached(
                "UPDATE item SET raw_hash = ?2, words_hash = ?3, published = coalesce(?4, published), updated = ?5,
                        date_from = CASE WHEN ?4 IS NULL THEN date_from ELSE ?6 END, link = ?7, title = ?8, credit = ?9,
                        language = ?10, summary = ?11, extra = ?12, content = ?13, body = ?14, guid = ?15
                 WHERE no = ?1",
            )?
            .execute(params![
                no.0,
                item.raw_hash,
                item.words_hash,
                item.published.map(|at| at.timestamp()),
                updated.timestamp(),
                item.date_from.as_str(),
                item.link,
                item.title,
                item.credit,
                item.language,
                item.summary,
                extra_of(item),
                item.content,
                body_of(item),
                item.guid,
            ])
            .map(drop)
        })
    }

    // ---- feeds

    /// Marks a feed as changed: its files are behind.
    pub fn mark(&mut self, feed: &FeedKey) -> Result<(), StoreError> {
        let no = self.feed(feed)?;
        self.dirty.insert(no);
        Ok(())
    }

    /// Says that the files of a feed show its change number `change`.
    pub fn set_rendered(&self, path: &str, change: i64) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached("UPDATE feed SET rendered = max(rendered, ?2) WHERE path = ?1")?
                .execute(params![path, change])
                .map(drop)
        })
    }

    /// Keeps since when a document has been what it is now.
    pub fn set_document(&self, path: &str, etag: &str, changed: Instant) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached("INSERT OR REPLACE INTO document(path, etag, changed) VALUES (?1, ?2, ?3)")?
                .execute(params![path, etag, changed.timestamp()])
                .map(drop)
        })
    }

    fn feed(&mut self, key: &FeedKey) -> Result<i64, StoreError> {
        if let Some(no) = self.feeds.get(key) {
            return Ok(*no);
        }
        let path = key.path();
        let no = self.run(|tx| {
            let mut find = tx.prepare_cached("SELECT no FROM feed WHERE path = ?1")?;
            if let Some(no) = find.query_row([&path], |row| row.get(0)).optional()? {
                return Ok(no);
            }
            tx.execute("INSERT INTO feed(path) VALUES (?1)", [&path])?;
            Ok(tx.last_insert_rowid())
        })?;
        self.feeds.insert(key.clone(), no);
        Ok(no)
    }
}

/// The number of the story that was founded last; 0 for none.
pub(super) fn newest_story(db: &rusqlite::Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT coalesce(max(no), 0) FROM story")?.query_row([], |row| row.get(0))
}

/// The columns of [`stored_item`], in its order.
const STORED_ITEM: &str =
    "no, source, story, raw_hash, words_hash, published, updated, first_seen, atom_id, guid, link, title";

fn stored_item(row: &Row<'_>) -> rusqlite::Result<StoredItem> {
    Ok(StoredItem {
        no: ItemNo(row.get(0)?),
        source: SourceNo(row.get(1)?),
        story: StoryNo(row.get(2)?),
        raw_hash: row.get(3)?,
        words_hash: row.get(4)?,
        published: row.get::<_, Option<i64>>(5)?.map(instant),
        updated: instant(row.get(6)?),
        first_seen: instant(row.get(7)?),
        atom_id: row.get(8)?,
        guid: row.get(9)?,
        link: row.get(10)?,
        title: row.get(11)?,
    })
}

/// Whole seconds since 1970 as an instant; what lies outside chrono's range (a damaged file) becomes 1970.
pub(super) fn instant(seconds: i64) -> Instant {
    Instant::from_timestamp(seconds, 0).unwrap_or_default()
}

/// The plain text of an item where it cannot be had again from its content or summary.
fn body_of(item: &Item) -> Option<&str> {
    item.body_is_own.then_some(item.text.as_str())
}

fn extra_of(item: &Item) -> String {
    json(&ExtraRef {
        authors: &item.authors,
        categories: &item.categories,
        images: &item.images,
        enclosures: &item.enclosures,
        rights: item.rights.as_deref(),
        original_source: item.original_source.as_ref(),
    })
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our own types have only string keys")
}
