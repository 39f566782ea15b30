//! Stories: how they are founded, who carries them, where they stand.

use rusqlite::{OptionalExtension, params};

use super::{Founding, ItemNo, Membership, SourceNo, StoryNo, Tx, instant, newest_story};
use crate::model::{FeedKey, Instant, SourceId, StoryKey, TopicId};
use crate::store::StoreError;

impl Tx<'_> {
    /// Founds a story under the id of its first item, with its topics and its places in their feeds.
    ///
    /// All in one row at once: a new story is nearly all of what a first poll writes. And no statement here may touch
    /// several rows: it would open a savepoint, at which the full-text index writes out what it has gathered (a tenth of
    /// the time of a first poll).
    pub fn found_story(&mut self, founding: Founding<'_>) -> Result<StoryNo, StoreError> {
        let Founding { entry_id, key, origin, topics, published, included } = founding;
        let ids = topics.iter().map(TopicId::as_str).collect::<Vec<_>>().join(" ");
        let no = self.run(|tx| {
            let mut insert = tx.prepare_cached(
                "INSERT OR IGNORE INTO story(key, entry_id, origin, topics, published, included)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            let mut key = key.as_str().to_owned();
            let (published, included) = (published.timestamp(), included.timestamp());
            // Keys are 60 bits: two stories share one about once in a thousand million; then the later one's is longer.
            while insert.execute(params![key, entry_id, origin.0, ids, published, included])? == 0 {
                key.push('x');
            }
            Ok(StoryNo(tx.last_insert_rowid()))
        })?;
        self.mark(&FeedKey::Merged)?;
        for topic in topics {
            self.include(&FeedKey::Topic(topic.clone()), no, included, published)?;
        }
        Ok(no)
    }

    /// Whether nobody can have read a story yet: it was founded in this batch, or by a process that publishes at its end.
    pub fn is_unread(&self, story: StoryNo) -> bool {
        story.0 > self.read_up_to
    }

    /// Says that what has been stored is published now.
    pub fn is_published(&mut self) -> Result<(), StoreError> {
        if self.unread.is_some() {
            self.read_up_to = self.run(|tx| newest_story(tx))?;
            *self.unread = Some(self.read_up_to);
        }
        Ok(())
    }

    /// Gives a story that nobody has read another id and key; one that somebody may have read keeps its own for ever.
    pub fn rename_story(&mut self, story: StoryNo, entry_id: &str, key: &StoryKey) -> Result<(), StoreError> {
        if !self.is_unread(story) {
            return Ok(());
        }
        self.run(|tx| {
            tx.prepare_cached("UPDATE OR IGNORE story SET entry_id = ?2, key = ?3 WHERE no = ?1")?
                .execute(params![story.0, entry_id, key.as_str()])
                .map(drop)
        })
    }

    /// The story that an entry was published under `entry_id`, if there is one.
    pub fn story_of_key(&self, key: &StoryKey) -> Result<Option<StoryNo>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT no FROM story WHERE key = ?1")?
                .query_row([key.as_str()], |row| row.get(0).map(StoryNo))
                .optional()
        })
    }

    /// The members of a story, in the order in which we saw them.
    pub fn members(&self, story: StoryNo) -> Result<Vec<Membership>, StoreError> {
        self.run(|tx| {
            let mut query = tx.prepare_cached(
                "SELECT item.no, source.id, item.published, item.first_seen, item.credit,
                        max(coalesce(length(item.content), 0), length(item.summary)), item.source, item.atom_id,
                        item.no = story.origin
                 FROM item JOIN source ON source.no = item.source JOIN story ON story.no = item.story
                 WHERE item.story = ?1 ORDER BY item.no",
            )?;
            let rows = query.query_map([story.0], |row| {
                Ok(Membership {
                    item: ItemNo(row.get(0)?),
                    source: SourceId::new(row.get::<_, String>(1)?),
                    source_no: SourceNo(row.get(6)?),
                    atom_id: row.get(7)?,
                    is_origin: row.get(8)?,
                    published: row.get::<_, Option<i64>>(2)?.map(instant),
                    first_seen: instant(row.get(3)?),
                    credit: row.get(4)?,
                    length: row.get::<_, i64>(5)?.unsigned_abs(),
                })
            })?;
            rows.collect()
        })
    }

    /// Says which item is a story's origin, how many items it has, and its date for ordering; feeds that hold it are marked.
    ///
    /// Where the origin becomes another item `now`, the entry shows other words from now on and has changed; where the
    /// words are the same, it has not, and is not dated earlier either; nor where nobody has read it yet. Returns whether it
    /// became another.
    pub fn set_origin(
        &mut self,
        story: StoryNo,
        origin: ItemNo,
        items: usize,
        published: Instant,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let is_unread = self.is_unread(story);
        let moved = self.run(|tx| {
            let (before, changed, shown): (i64, i64, i64) = tx
                .prepare_cached("SELECT published, changed, origin FROM story WHERE no = ?1")?
                .query_row([story.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let mut words = tx.prepare_cached("SELECT words_hash, updated FROM item WHERE no = ?1")?;
            let mut of = |item: i64| {
                words.query_row([item], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).optional()
            };
            let moved = shown != origin.0;
            let changed = match moved && !is_unread {
                false => changed,
                true => match (of(shown)?, of(origin.0)?) {
                    (Some((was, at)), Some((is, _))) if was == is => changed.max(at),
                    _ => now.timestamp(),
                },
            };
            tx.prepare_cached("UPDATE story SET origin = ?2, items = ?3, published = ?4, changed = ?5 WHERE no = ?1")?
                .execute(params![story.0, origin.0, items as i64, published.timestamp(), changed])?;
            if before != published.timestamp() {
                tx.prepare_cached("UPDATE entry SET published = ?2 WHERE story = ?1")?
                    .execute(params![story.0, published.timestamp()])?;
            }
            Ok(moved)
        })?;
        self.mark_story(story)?;
        Ok(moved)
    }

    /// Marks every feed that holds a story as changed.
    pub fn mark_story(&mut self, story: StoryNo) -> Result<(), StoreError> {
        self.mark(&FeedKey::Merged)?;
        let feeds: Vec<i64> = self.run(|tx| {
            tx.prepare_cached("SELECT feed FROM entry WHERE story = ?1")?
                .query_map([story.0], |row| row.get(0))?
                .collect()
        })?;
        self.dirty.extend(feeds);
        Ok(())
    }

    /// Gives a story a place in the feed of a topic or province, once; it keeps the place it has.
    pub fn include(
        &mut self,
        feed: &FeedKey,
        story: StoryNo,
        included: Instant,
        published: Instant,
    ) -> Result<(), StoreError> {
        let no = self.feed(feed)?;
        let added = self.run(|tx| {
            tx.prepare_cached("INSERT OR IGNORE INTO entry(story, feed, included, published) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![story.0, no, included.timestamp(), published.timestamp()])
        })?;
        if added > 0 {
            self.dirty.insert(no);
        }
        Ok(())
    }

    /// Says under which topics a story falls, best first; it leaves the feeds of all others.
    pub fn set_topics(
        &mut self,
        story: StoryNo,
        topics: &[TopicId],
        included: Instant,
        published: Instant,
    ) -> Result<(), StoreError> {
        let text = topics.iter().map(TopicId::as_str).collect::<Vec<_>>().join(" ");
        let changed = self.run(|tx| {
            tx.prepare_cached("UPDATE story SET topics = ?2 WHERE no = ?1 AND topics <> ?2")?
                .execute(params![story.0, text])
        })?;
        if changed > 0 {
            // Every entry names its topics, so the feeds that keep the story change too.
            self.mark_story(story)?;
        }
        let keys: Vec<FeedKey> = topics.iter().cloned().map(FeedKey::Topic).collect();
        self.set_places(story, "topics/", &keys, included, published)
    }

    /// Says in the feeds of which provinces a story stands; it leaves all others.
    pub fn set_provinces(
        &mut self,
        story: StoryNo,
        provinces: &[FeedKey],
        included: Instant,
        published: Instant,
    ) -> Result<(), StoreError> {
        self.set_places(story, "provinces/", provinces, included, published)
    }

    /// Gives a story its places in the feeds below `prefix`; places it has already stay as they are.
    fn set_places(
        &mut self,
        story: StoryNo,
        prefix: &str,
        keys: &[FeedKey],
        included: Instant,
        published: Instant,
    ) -> Result<(), StoreError> {
        let mut keep = Vec::with_capacity(keys.len());
        for key in keys {
            keep.push(self.feed(key)?);
            self.include(key, story, included, published)?;
        }
        let held: Vec<i64> = self.run(|tx| {
            tx.prepare_cached(
                "SELECT entry.feed FROM entry JOIN feed ON feed.no = entry.feed
                 WHERE entry.story = ?1 AND substr(feed.path, 1, length(?2)) = ?2",
            )?
            .query_map(params![story.0, prefix], |row| row.get(0))?
            .collect()
        })?;
        for feed in held.into_iter().filter(|feed| !keep.contains(feed)) {
            self.run(|tx| {
                tx.prepare_cached("DELETE FROM entry WHERE story = ?1 AND feed = ?2")?.execute([story.0, feed])
            })?;
            self.dirty.insert(feed);
        }
        Ok(())
    }

    /// The topics a story has now, best first.
    pub fn topics(&self, story: StoryNo) -> Result<Vec<TopicId>, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("SELECT topics FROM story WHERE no = ?1")?
                .query_row([story.0], |row| row.get::<_, String>(0))
                .map(|text| text.split(' ').filter(|id| !id.is_empty()).map(TopicId::new).collect())
        })
    }

    /// Makes a story findable by `words` (folded, without marks, in any order), instead of those it had.
    pub fn index_words(&self, story: StoryNo, words: &str, is_new: bool) -> Result<(), StoreError> {
        self.run(|tx| {
            if !is_new {
                tx.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([story.0])?;
            }
            tx.prepare_cached("INSERT INTO words(rowid, plain) VALUES (?1, ?2)")?
                .execute(params![story.0, words])
                .map(drop)
        })
    }
}
