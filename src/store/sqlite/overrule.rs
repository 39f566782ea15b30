//! What people decide over our heads: items taken out of stories, stories merged, stories taken down. For good.
//!
//! | command | the rows |
//! |---|---|
//! | split | items move to a story of their own; the two stories are kept `apart` |
//! | merge | all items move to one of the two stories; the other stays as a sign to it (`merged_into`) |
//! | takedown | the story is `withdrawn`; its items stay, unseen, so that its copies are known when they come |
//!
//! Each leaves a row in `decision`, which `why` reads.

use rusqlite::{OptionalExtension, params};

use super::StoreError;
use super::read::{ItemFacts, SqliteLibrary, item_facts};
use super::write::{ItemNo, SourceNo, StoryNo, Tx, instant};
use crate::model::{FeedKey, Instant, StoryKey};

/// What a person did with stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Took items out of a story.
    Split,
    /// Joined two stories.
    Merge,
    /// Withdrew a story.
    Takedown,
}

impl Deed {
    /// The command's name, as the store keeps it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Takedown => "takedown",
        }
    }
}

/// A story as a person's decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryState {
    /// Its row.
    pub no: StoryNo,
    /// Of its page.
    pub key: StoryKey,
    /// The id it is published under.
    pub entry_id: String,
    /// Article date for ordering.
    pub published: Instant,
    /// When it first stood in the merged feed.
    pub included: Instant,
    /// Whether it is shown nowhere.
    pub withdrawn: bool,
}

/// What a person once decided about a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: Instant,
    /// The command: `split`, `merge`, `takedown`.
    pub what: String,
    /// The other story it is about; `None` also once that has been pruned.
    pub other: Option<StoryKey>,
}

impl Tx<'_> {
    /// The story of an item; `None` once the item is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn story_of_item(&self, item: ItemNo) -> Result<Option<StoryNo>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT story FROM item WHERE no = ?1")?
                .query_row([item.0], |row| row.get(0).map(StoryNo))
                .optional()
        })
    }

    /// A story; `None` once it is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn story_state(&self, story: StoryNo) -> Result<Option<StoryState>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT key, entry_id, published, included, withdrawn FROM story WHERE no = ?1")?
                .query_row([story.0], |row| {
                    Ok(StoryState {
                        no: story,
                        key: StoryKey::new(row.get::<_, String>(0)?),
                        entry_id: row.get(1)?,
                        published: instant(row.get(2)?),
                        included: instant(row.get(3)?),
                        withdrawn: row.get::<_, i64>(4)? != 0,
                    })
                })
                .optional()
        })
    }

    /// Whether a story is shown nowhere.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn is_withdrawn(&self, story: StoryNo) -> Result<bool, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM story WHERE no = ?1 AND withdrawn <> 0)")?
                .query_row([story.0], |row| row.get(0))
        })
    }

    /// When the entry of a story last came to show other words because its origin became another item; 1970 for never.
    pub fn changed(&self, story: StoryNo) -> Result<Instant, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT changed FROM story WHERE no = ?1")?
                .query_row([story.0], |row| row.get(0).map(instant))
        })
    }

    /// Whether a person has taken two stories apart.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn are_apart(&self, one: StoryNo, other: StoryNo) -> Result<bool, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM apart WHERE story = ?1 AND other = ?2)")?
                .query_row([one.0, other.0], |row| row.get(0))
        })
    }

    /// Whether a story has an item of a source.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn has_item_of(&self, story: StoryNo, source: SourceNo) -> Result<bool, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM item WHERE story = ?1 AND source = ?2)")?
                .query_row([story.0, source.0], |row| row.get(0))
        })
    }

    /// Everything stored of a story's items, in the order in which we saw them.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn facts(&self, story: StoryNo) -> Result<Vec<ItemFacts>, StoreError> {
        self.run(|tx| item_facts(tx, "item.story = ?1", params![story.0], &mut Some))
    }

    /// The item under whose id a story is published; `None` once it has been pruned.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn founder(&self, story: StoryNo) -> Result<Option<ItemNo>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached(
                "SELECT item.no FROM item JOIN story ON story.no = item.story JOIN source ON source.no = item.source
                 WHERE story.no = ?1 AND story.entry_id IN (item.atom_id, item.atom_id || '#' || source.id)
                 ORDER BY item.no LIMIT 1",
            )?
            .query_row([story.0], |row| row.get(0).map(ItemNo))
            .optional()
        })
    }

    /// Shows a story again that was merged into another one and was published under `entry_id`; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn revive_story(&self, entry_id: &str) -> Result<Option<StoryNo>, StoreError> {
        self.run(|tx| {
            let found: Option<i64> = tx
                .prepare_cached("SELECT no FROM story WHERE merged_into IS NOT NULL AND entry_id = ?1 LIMIT 1")?
                .query_row([entry_id], |row| row.get(0))
                .optional()?;
            if let Some(no) = found {
                tx.execute("UPDATE story SET withdrawn = 0, merged_into = NULL, topics = '' WHERE no = ?1", [no])?;
            }
            Ok(found.map(StoryNo))
        })
    }

    /// Whether a story was ever published under `entry_id`. Reads every story: for what people ask for, not for polls.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn is_entry_id_taken(&self, entry_id: &str) -> Result<bool, StoreError> {
        self.run(|tx| {
            tx.query_row("SELECT EXISTS (SELECT 1 FROM story WHERE entry_id = ?1)", [entry_id], |row| row.get(0))
        })
    }

    /// Moves items, oldest first, to a story that the first of them founds. Who is the origin, and what the two stories say,
    /// is for the caller to settle.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn move_items(&self, items: &[ItemNo], to: StoryNo) -> Result<(), StoreError> {
        self.run(|tx| {
            // Why it joined the story that it leaves is no longer true.
            if let Some(first) = items.first() {
                tx.prepare_cached("UPDATE item SET evidence = NULL WHERE no = ?1")?.execute([first.0])?;
            }
            let mut update = tx.prepare_cached("UPDATE item SET story = ?2 WHERE no = ?1")?;
            for item in items {
                update.execute([item.0, to.0])?;
            }
            Ok(())
        })
    }

    /// Says that nothing of one story ever joins the other.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn keep_apart(&self, one: StoryNo, other: StoryNo) -> Result<(), StoreError> {
        self.run(|tx| {
            let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO apart(story, other) VALUES (?1, ?2)")?;
            insert.execute([one.0, other.0])?;
            insert.execute([other.0, one.0]).map(drop)
        })
    }

    /// Makes `gone` a part of `kept`: its items, its places in feeds, and what it is related to or kept apart from. Its page
    /// leads to the other's from now on. Who is the origin is for the caller to settle.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn absorb_story(&mut self, kept: StoryNo, gone: StoryNo, at: Instant) -> Result<(), StoreError> {
        self.mark_story(gone)?;
        self.mark_story(kept)?;
        let pair = [kept.0, gone.0];
        self.run(|tx| {
            tx.execute("UPDATE item SET story = ?1 WHERE story = ?2", pair)?;
            // A place that the other had in a feed stays where it was: nothing shows up as new.
            tx.execute(
                "INSERT OR IGNORE INTO entry(story, feed, included, published)
                 SELECT ?1, feed, included, published FROM entry WHERE story = ?2",
                pair,
            )?;
            tx.execute("DELETE FROM entry WHERE story = ?1", [gone.0])?;
            tx.execute("DELETE FROM words WHERE rowid = ?1", [gone.0])?;
            for table in ["related", "apart"] {
                tx.execute(&format!("UPDATE OR IGNORE {table} SET story = ?1 WHERE story = ?2"), pair)?;
                tx.execute(&format!("UPDATE OR IGNORE {table} SET other = ?1 WHERE other = ?2"), pair)?;
                tx.execute(&format!("DELETE FROM {table} WHERE story = ?1 OR other = ?1 OR story = other"), [gone.0])?;
            }
            for column in ["story", "other"] {
                tx.execute(&format!("UPDATE decision SET {column} = ?1 WHERE {column} = ?2"), pair)?;
            }
            tx.execute("UPDATE story SET merged_into = ?1 WHERE merged_into = ?2", pair)?;
            tx.execute(
                "UPDATE story SET merged_into = ?1, withdrawn = ?3, items = 0, topics = '' WHERE no = ?2",
                params![kept.0, gone.0, at.timestamp()],
            )
            .map(drop)
        })
    }

    /// Takes a story out of every feed and of search. Its items stay, unseen, so that its copies are known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn withdraw_story(&mut self, story: StoryNo, at: Instant) -> Result<(), StoreError> {
        self.mark(&FeedKey::Merged)?;
        self.mark_story(story)?;
        self.run(|tx| {
            tx.execute("UPDATE story SET withdrawn = ?2 WHERE no = ?1", params![story.0, at.timestamp()])?;
            tx.execute("DELETE FROM entry WHERE story = ?1", [story.0])?;
            tx.execute("DELETE FROM words WHERE rowid = ?1", [story.0]).map(drop)
        })
    }

    /// Writes down what a person decided about `story`, and which other story it is about.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn add_decision(
        &self,
        deed: Deed,
        at: Instant,
        story: StoryNo,
        other: Option<&StoryState>,
    ) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached("INSERT INTO decision(at, what, story, other, other_key) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    at.timestamp(),
                    deed.as_str(),
                    story.0,
                    other.map(|other| other.no.0),
                    other.map(|other| other.key.as_str())
                ])
                .map(drop)
        })
    }
}

impl SqliteLibrary {
    /// The items that `what` names: an atom id, a guid, an address as stored, or the key of a story. `keys` are the
    /// identities that `what` may be.
    pub fn items_named(&self, what: &str, keys: &[i64]) -> Result<Vec<ItemFacts>, StoreError> {
        self.with(|db| {
            let mut found: Vec<i64> = Vec::new();
            let mut by_key = db.prepare("SELECT no FROM item WHERE no = (SELECT item FROM identity WHERE key = ?1)")?;
            for key in keys {
                found.extend(by_key.query_row([key], |row| row.get::<_, i64>(0)).optional()?);
            }
            if found.is_empty() {
                found = db
                    .prepare(
                        "SELECT no FROM item WHERE story = (SELECT coalesce(merged_into, no) FROM story WHERE key = ?1)
                         UNION SELECT no FROM item WHERE atom_id = ?1 OR guid = ?1 OR link = ?1 ORDER BY no",
                    )?
                    .query_map([what], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?;
            } else {
                // An identity leads to the first who had it; others of the story may have the same.
                let mut alike = db.prepare(
                    "SELECT no FROM item WHERE story = (SELECT story FROM item WHERE no = ?1)
                     AND (atom_id = ?2 OR guid = ?2 OR link = ?2)",
                )?;
                for first in found.clone() {
                    for no in alike.query_map(params![first, what], |row| row.get(0))? {
                        found.push(no?);
                    }
                }
            }
            found.sort_unstable();
            found.dedup();
            let mut facts = Vec::new();
            for no in found {
                facts.extend(item_facts(db, "item.no = ?1", params![no], &mut Some)?);
            }
            Ok(facts)
        })
    }

    /// Whether one of `keys` names an item that was once there and has been pruned.
    pub fn is_pruned(&self, keys: &[i64]) -> Result<bool, StoreError> {
        self.with(|db| {
            let mut find = db.prepare(
                "SELECT EXISTS (SELECT 1 FROM identity WHERE key = ?1 AND item NOT IN (SELECT no FROM item))",
            )?;
            for key in keys {
                if find.query_row([key], |row| row.get(0))? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// What people decided about a story, oldest first.
    pub fn decisions(&self, story: StoryNo) -> Result<Vec<Decision>, StoreError> {
        self.with(|db| {
            db.prepare(
                "SELECT decision.at, decision.what, decision.other_key, story.key, decision.other = ?1
                 FROM decision LEFT JOIN story ON story.no = decision.story
                 WHERE decision.story = ?1 OR decision.other = ?1 ORDER BY decision.no",
            )?
            .query_map([story.0], |row| {
                let other: Option<String> = match row.get::<_, Option<bool>>(4)? {
                    Some(true) => row.get(3)?,
                    _ => row.get(2)?,
                };
                Ok(Decision { at: instant(row.get(0)?), what: row.get(1)?, other: other.map(StoryKey::new) })
            })?
            .collect()
        })
    }
}
