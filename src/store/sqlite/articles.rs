//! Articles whose pages are read: which are waiting, which have been read, which are items.

use rusqlite::{OptionalExtension, params};

use super::StoreError;
use super::read::SqliteLibrary;
use super::write::{SourceNo, Tx};
use crate::model::{Instant, RawItem, SourceId};

/// How long after its page was last read an article may be read again because its listing says something else. A listing
/// whose words change at every look must not make us fetch at every look.
const AGAIN_AFTER_SECONDS: i64 = 3_600;

/// What a listing says of one article.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Hash of its address.
    pub key: i64,
    /// Hash of what is said of it, counters and dates left out.
    pub words: i64,
    /// What it is known by if it was an item before pages were read.
    pub names: Vec<i64>,
    /// All of it.
    pub item: RawItem,
}

/// An article on its way to being an item.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Hash of its address.
    pub key: i64,
    /// What is known of it: by its listing, and by its page once that has been read.
    pub item: RawItem,
    /// Whether it stood in the first listing that the source ever gave.
    pub is_first: bool,
    /// Whether it is an item already, of which the listing now says something else.
    pub is_item: bool,
    /// How often its page could not be read.
    pub tries: u32,
    /// Since when its page may be read.
    pub due: Instant,
}

impl Tx<'_> {
    /// Notes what a listing says: articles that are new, and known ones of which it says something else, wait for their
    /// page to be read. `is_first` says that the listing is to count as the first one of its source even if it is not.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn list_articles(
        &self,
        source: SourceNo,
        listed: &[Listed],
        now: Instant,
        is_first: bool,
    ) -> Result<(), StoreError> {
        let has_items = self.has_items(source)?;
        self.run(|tx| {
            let any = tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM article WHERE source = ?1)")?
                .query_row([source.number()], |row| row.get::<_, bool>(0))?;
            let is_first = is_first || !has_items && !any;
            let mut find = tx.prepare_cached("SELECT words, stage, due FROM article WHERE source = ?1 AND key = ?2")?;
            let mut known = tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM identity WHERE key = ?1)")?;
            let mut add = tx.prepare_cached(
                "INSERT INTO article(source, key, words, stage, is_item, place, is_first, due, listed)
                 VALUES (?1, ?2, ?3, ?4, ?4 = 2, ?5, ?6, ?7, ?8)",
            )?;
            let mut change = tx.prepare_cached(
                "UPDATE article SET words = ?3, stage = 0, place = ?4, due = ?5, listed = ?6,
                        tries = CASE stage WHEN 2 THEN 0 ELSE tries END
                 WHERE source = ?1 AND key = ?2",
            )?;
            let (source, now) = (source.number(), now.timestamp());
            for (place, article) in listed.iter().enumerate() {
                let (key, words, place) = (article.key, article.words, place as i64);
                let found: Option<(i64, i64, i64)> = find
                    .query_row(params![source, key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                let said = || json(&article.item);
                match found {
                    None => {
                        let is_item = article
                            .names
                            .iter()
                            .map(|name| known.query_row([name], |row| row.get(0)))
                            .collect::<rusqlite::Result<Vec<bool>>>()?
                            .contains(&true);
                        let (stage, said) = if is_item { (2, None) } else { (0, Some(said())) };
                        add.execute(params![source, key, words, stage, place, is_first, now, said])?;
                    }
                    Some((before, _, _)) if before == words => {}
                    Some((_, 2, due)) => {
                        let due = now.max(due + AGAIN_AFTER_SECONDS);
                        change.execute(params![source, key, words, place, due, said()])?;
                    }
                    Some((_, 0, due)) => {
                        change.execute(params![source, key, words, place, due, said()])?;
                    }
                    // Its page has just been read; what is new will be seen the next time.
                    Some((_, _, _)) => {}
                }
            }
            Ok(())
        })
    }

    /// Keeps what the page of an article said; `None`: it is to become an item as its listing has it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn article_read(&self, source: SourceNo, key: i64, page: Option<&RawItem>) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached("UPDATE article SET stage = 1, page = ?3 WHERE source = ?1 AND key = ?2 AND stage = 0")?
                .execute(params![source.number(), key, page.map(json)])
                .map(drop)
        })
    }

    /// Notes that the page of an article could not be read, or is not believed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn article_failed(&self, source: SourceNo, key: i64) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached(
                "UPDATE article SET stage = 0, page = NULL, tries = tries + 1 WHERE source = ?1 AND key = ?2 AND stage < 2",
            )?
            .execute(params![source.number(), key])
            .map(drop)
        })
    }

    /// Notes that an article has become an item.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn article_done(&self, source: SourceNo, key: i64) -> Result<(), StoreError> {
        self.run(|tx| {
            tx.prepare_cached(
                "UPDATE article SET stage = 2, is_item = 1, listed = NULL, page = NULL WHERE source = ?1 AND key = ?2",
            )?
            .execute(params![source.number(), key])
            .map(drop)
        })
    }
}

impl SqliteLibrary {
    /// The articles of a source whose pages are to be read, those listed last first, from the top of the listing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn articles_to_read(&self, source: &SourceId, now: Instant, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        self.articles(source, 0, now, limit, usize::MAX)
    }

    /// The articles of a source that are to become items, in the order of their listings, at least one and no more than
    /// `most_bytes` of them at once.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn articles_read(
        &self,
        source: &SourceId,
        limit: usize,
        most_bytes: usize,
    ) -> Result<Vec<Waiting>, StoreError> {
        self.articles(source, 1, Instant::MAX_UTC, limit, most_bytes)
    }

    /// The titles of a source's items, those seen last first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn recent_titles(&self, source: &SourceId, limit: usize) -> Result<Vec<String>, StoreError> {
        self.with(|db| {
            db.prepare(
                "SELECT title FROM item WHERE source = (SELECT no FROM source WHERE id = ?1)
                 ORDER BY first_seen DESC, no DESC LIMIT ?2",
            )?
            .query_map(params![source.as_str(), limit as i64], |row| row.get(0))?
            .collect()
        })
    }

    fn articles(
        &self,
        source: &SourceId,
        stage: i64,
        until: Instant,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<Waiting>, StoreError> {
        self.with(|db| {
            let mut select = db.prepare_cached(
                "SELECT key, coalesce(page, listed), is_first, tries, due, is_item FROM article
                 WHERE source = (SELECT no FROM source WHERE id = ?1) AND stage = ?2 AND due <= ?3
                 ORDER BY due DESC, place LIMIT ?4",
            )?;
            let mut rows = select.query(params![source.as_str(), stage, until.timestamp(), limit as i64])?;
            let (mut found, mut held) = (Vec::new(), 0usize);
            while let Some(row) = rows.next()? {
                let said: Option<String> = row.get(1)?;
                let said = said.unwrap_or_default();
                held = held.saturating_add(said.len());
                if held > bytes && !found.is_empty() {
                    break;
                }
                // One of an older version that cannot be read any more is as good as an empty one, which is dropped.
                let item = serde_json::from_str(&said).unwrap_or_default();
                let due = Instant::from_timestamp(row.get(4)?, 0).unwrap_or_default();
                let (key, is_first, is_item) = (row.get(0)?, row.get(2)?, row.get(5)?);
                found.push(Waiting { key, item, is_first, is_item, tries: row.get(3)?, due });
            }
            Ok(found)
        })
    }
}

fn json(item: &RawItem) -> String {
    serde_json::to_string(item).expect("our own types have only string keys")
}
