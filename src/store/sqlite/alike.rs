//! Likeness between items: the engine of [`crate::dedup`] over the rows of this database.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::write::{ItemNo, StoryNo, Tx, instant};
use super::{SqliteLibrary, StoreError, database};
use crate::dedup::{
    self, Index as _, Known, KnownItems, Signature, SignatureCache, Subject, Thresholds, Traces, Verdict,
};
use crate::model::{Instant, Map, SourceId};
use crate::normalise::canonical_link;
use crate::store::likeness::{Likeness, LikenessOn};

/// The names by which credit lines know each source.
pub type Outlets = Map<SourceId, Arc<[String]>>;

impl Tx<'_> {
    /// Decides by its words which story an item that arrives at `at` belongs to. Nothing is written.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn judge(
        &mut self,
        item: &Subject<'_>,
        at: Instant,
        outlets: &Outlets,
        thresholds: &Thresholds,
    ) -> Result<(Verdict, Traces), StoreError> {
        let mut run = || -> rusqlite::Result<(Verdict, Traces)> {
            let mut index = opened(self.likeness, &self.tx, self.index_is_open)?;
            let mut items = Stored { tx: &self.tx, signatures: self.signatures, outlets };
            dedup::judge(item, at, &mut index, &mut items, thresholds)
        };
        run().map_err(|source| database(&self.path, source))
    }

    /// Makes an item findable by its words; one whose words have changed is given again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn remember_words(
        &mut self,
        item: ItemNo,
        at: Instant,
        traces: &Traces,
        signature: &Arc<Signature>,
    ) -> Result<(), StoreError> {
        let mut run = || opened(self.likeness, &self.tx, self.index_is_open)?.insert(item.0, at, traces);
        run().map_err(|source| database(&self.path, source))?;
        self.signatures.put(item.0, Arc::clone(signature));
        Ok(())
    }

    /// Forgets the fingerprints of items that were seen before `before`: copies are no longer looked for so far back. What
    /// items are recognised by for good stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn forget_words_before(&mut self, before: Instant) -> Result<usize, StoreError> {
        let mut run = || opened(self.likeness, &self.tx, self.index_is_open)?.purge(before);
        run().map_err(|source| database(&self.path, source))
    }

    /// Items with numbers below this one are yet to be brought back into the index (see [`Tx::bring_words_back`]); `None` when
    /// all are there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn words_behind(&mut self) -> Result<Option<Behind>, StoreError> {
        let mut run = || opened(self.likeness, &self.tx, self.index_is_open)?.behind();
        let behind = run().map_err(|source| database(&self.path, source))?;
        Ok((behind > 0).then_some(Behind(behind)))
    }

    /// Makes stored items findable by their words again, after [`SqliteLibrary::unlearnt`] has read and signed them; copies
    /// of those seen before `hot` are no longer looked for. Returns what is left.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn bring_words_back(&mut self, slice: &Unlearnt, hot: Instant) -> Result<Option<Behind>, StoreError> {
        let mut run = || {
            let mut index = opened(self.likeness, &self.tx, self.index_is_open)?;
            index.bring_back(&slice.items, hot, slice.behind)
        };
        run().map_err(|source| database(&self.path, source))?;
        Ok((slice.behind > 0).then_some(Behind(slice.behind)))
    }

    /// Makes the items of a story findable as if they had been seen at `at`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn remember_story_again(&mut self, story: StoryNo, at: Instant) -> Result<(), StoreError> {
        let items = self.run(|tx| signed(tx, "item.story = ?1 ORDER BY item.no", params![story.0]))?;
        for (no, _, signature, traces) in items {
            self.remember_words(ItemNo(no), at, &traces, &signature)?;
        }
        Ok(())
    }

    /// What a stored item is compared by; `None` once it is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn signature(&self, item: ItemNo) -> Result<Option<Arc<Signature>>, StoreError> {
        if let Some(signature) = self.signatures.get(item.0) {
            return Ok(Some(signature));
        }
        let found = self.run(|tx| signed(tx, "item.no = ?1", params![item.0]))?;
        Ok(found.into_iter().next().map(|(_, _, signature, _)| signature))
    }

    /// The stories that were taken down.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn taken_down(&self) -> Result<Vec<StoryNo>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT no FROM story WHERE withdrawn <> 0 AND merged_into IS NULL ORDER BY no")?
                .query_map([], |row| row.get(0).map(StoryNo))?
                .collect()
        })
    }

    /// Tells the readers of each of two stories about the other.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn relate(&mut self, one: StoryNo, other: StoryNo) -> Result<(), StoreError> {
        if one == other {
            return Ok(());
        }
        self.run(|tx| {
            let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO related(story, other) VALUES (?1, ?2)")?;
            insert.execute(params![one.0, other.0])?;
            insert.execute(params![other.0, one.0]).map(drop)
        })
    }
}

/// How far an index of another signature version has been filled again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind(i64);

/// Stored items on their way back into the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlearnt {
    items: Vec<(i64, Instant, Traces)>,
    behind: i64,
}

impl Unlearnt {
    /// How many there are.
    pub fn items(&self) -> usize {
        self.items.len()
    }
}

impl SqliteLibrary {
    /// Whether the index of copies was made by another signature version, or is being filled again after that. Asked of the
    /// readers, because opening the index takes longer than a poll that brings nothing new.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn has_unlearnt(&self) -> Result<bool, StoreError> {
        self.with(|db| {
            let exists = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'likeness_meta')";
            if !db.query_row(exists, [], |row| row.get(0))? {
                return Ok(false);
            }
            db.query_row(
                "SELECT EXISTS (SELECT 1 FROM likeness_meta WHERE signature_version <> ?1 OR behind > 0)",
                [dedup::SIGNATURE_VERSION],
                |row| row.get(0),
            )
        })
    }

    /// Reads and signs the newest `limit` items of those that are yet to be brought back into the index: half a second of
    /// work for some thousand, which is why it is not the writer's.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn unlearnt(&self, Behind(behind): Behind, limit: usize, now: Instant) -> Result<Unlearnt, StoreError> {
        self.with(|db| {
            let mut items: Vec<(i64, Instant, Traces)> =
                signed(db, "item.no < ?1 ORDER BY item.no DESC LIMIT ?2", params![behind, limit as i64])?
                    .into_iter()
                    // What was taken down is looked for whatever its age.
                    .map(|(no, seen, _, traces)| (no, seen.unwrap_or(now), traces))
                    .collect();
            items.reverse();
            let behind = items.first().filter(|_| items.len() == limit).map_or(0, |(first, ..)| *first);
            Ok(Unlearnt { items, behind })
        })
    }
}

/// A stored item with what it is found by; when it was seen, unless its story was taken down.
type Signed = (i64, Option<Instant>, Arc<Signature>, Traces);

/// The items that `filter` selects, signed.
fn signed(db: &Connection, filter: &str, params: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Signed>> {
    db.prepare_cached(&format!(
        "SELECT item.no, item.first_seen, item.link, item.title, item.summary, item.content, item.body, story.withdrawn
         FROM item JOIN story ON story.no = item.story WHERE {filter}"
    ))?
    .query_map(params, |row| {
        let link = row.get::<_, Option<String>>(2)?.as_deref().and_then(canonical_link);
        let signature = dedup::sign(row.get_ref(3)?.as_str()?, &super::read::text_of(row, 4, 5, 6)?);
        let traces = dedup::traces(&signature, link.as_deref());
        let seen = (row.get::<_, i64>(7)? == 0).then_some(instant(row.get(1)?));
        Ok((row.get(0)?, seen, Arc::new(signature), traces))
    })?
    .collect()
}

/// The index, read from the database when it is first asked for, and looked at once in a transaction.
fn opened<'l>(
    slot: &'l mut Option<Likeness>,
    tx: &'l Transaction<'_>,
    is_open: &mut bool,
) -> rusqlite::Result<LikenessOn<'l>> {
    let likeness = match slot {
        Some(likeness) => likeness,
        None => slot.insert(Likeness::open(tx)?),
    };
    if std::mem::replace(is_open, true) { Ok(likeness.still_on(tx)) } else { likeness.on(tx) }
}

/// Stored items as the engine asks for them.
struct Stored<'t, 'c> {
    tx: &'t Transaction<'c>,
    signatures: &'t mut SignatureCache,
    outlets: &'t Outlets,
}

impl KnownItems for Stored<'_, '_> {
    type Error = rusqlite::Error;

    fn known(&mut self, item: i64) -> Result<Option<Known>, rusqlite::Error> {
        let found = self
            .tx
            .prepare_cached(
                "SELECT item.story, coalesce(item.published, item.first_seen), item.link, item.credit, source.id
                 FROM item JOIN source ON source.no = item.source
                 WHERE item.no = ?1",
            )?
            .query_row([item], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    instant(row.get(1)?),
                    row.get::<_, Option<String>>(2)?,
                    row.get::<_, Option<String>>(3)?,
                    SourceId::new(row.get::<_, String>(4)?),
                ))
            })
            .optional()?;
        let Some((story, published, link, credit, source)) = found else { return Ok(None) };
        let signature = match self.signatures.get(item) {
            Some(signature) => signature,
            None => {
                let signature = Arc::new(self.sign(item)?);
                self.signatures.put(item, Arc::clone(&signature));
                signature
            }
        };
        let outlets = self.outlets.get(&source).cloned().unwrap_or_else(|| Arc::from(Vec::new()));
        Ok(Some(Known { story, signature, published, link: link.as_deref().and_then(canonical_link), credit, outlets }))
    }
}

impl Stored<'_, '_> {
    fn sign(&self, item: i64) -> rusqlite::Result<Signature> {
        self.tx.prepare_cached("SELECT title, summary, content, body FROM item WHERE no = ?1")?.query_row(
            [item],
            |row| {
                let title: String = row.get(0)?;
                Ok(dedup::sign(&title, &super::read::text_of(row, 1, 2, 3)?))
            },
        )
    }
}

/// The number of a story as the engine gave it back.
pub fn story_no(number: i64) -> StoryNo {
    StoryNo(number)
}
