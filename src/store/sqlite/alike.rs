//! Likeness between items: the engine of [`crate::dedup`] over the rows of this database.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction, params};

use super::write::{ItemNo, StoryNo, Tx, instant};
use super::{StoreError, database};
use crate::dedup::{
    self, Index as _, Known, KnownItems, Signature, SignatureCache, Subject, Thresholds, Traces, Verdict,
};
use crate::model::{Instant, SourceId};
use crate::normalise::canonical_link;
use crate::store::likeness::Likeness;

/// The names by which credit lines know each source.
pub type Outlets = HashMap<SourceId, Arc<[String]>>;

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
            let mut index = opened(self.likeness, &self.tx)?.on(&self.tx)?;
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
        let mut run = || opened(self.likeness, &self.tx)?.on(&self.tx)?.insert(item.0, at, traces);
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
        let mut run = || opened(self.likeness, &self.tx)?.on(&self.tx)?.purge(before);
        run().map_err(|source| database(&self.path, source))
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

/// The index, read from the database when it is first asked for.
fn opened<'l>(slot: &'l mut Option<Likeness>, tx: &Transaction<'_>) -> rusqlite::Result<&'l mut Likeness> {
    match slot {
        Some(likeness) => Ok(likeness),
        None => Ok(slot.insert(Likeness::open(tx)?)),
    }
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
