//! The readers' side: feeds, pages, stories, search, and what commands ask. Never writes, is never blocked.

mod carriers;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, RwLock};

use rusqlite::{Connection, OptionalExtension, Row, params};

use self::carriers::{Sources, carriers};
use super::connections::Connections;
use super::write::{Extra, ItemNo, StoryNo, instant};
use super::{StoreError, meta_with_prefix};
use crate::model::{
    Entry, EntrySource, FeedContent, FeedKey, FeedMeta, Instant, Map, Page, Person, Problem, ProvinceSlug, SourceId,
    StoryKey, StoryView, TopicId,
};
use crate::store::Library;
use crate::text;

/// How many stories a search looks at, those that came last, before it gives up on finding a full page of them: bounds what
/// a query of common words can cost.
const SEARCH_BOUND: usize = 2_000;

/// What the configuration says of sources, as far as readers see it. Replaced as a whole on reload.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// By id; a source that has left the configuration is absent and keeps the title of its document.
    pub sources: Map<SourceId, CatalogSource>,
}

/// One source of the [`Catalog`].
#[derive(Debug, Clone)]
pub struct CatalogSource {
    /// Title given in the configuration; `None`: the document's own.
    pub title: Option<String>,
    /// How credit lines name it.
    pub outlet: Option<String>,
    /// The address in the configuration.
    pub url: String,
    /// Where it belongs.
    pub province: Option<ProvinceSlug>,
    /// Whether its bodies may be published whole.
    pub full_content: bool,
}

/// A source as the store knows it, for commands.
#[derive(Debug, Clone)]
pub struct SourceRow {
    /// Its id.
    pub id: SourceId,
    /// The address last polled.
    pub url: String,
    /// The scheduler's facts that last, JSON.
    pub state: String,
    /// Those that the last poll changed, JSON.
    pub latest: Option<String>,
    /// What its document says of itself.
    pub document: FeedMeta,
    /// What was repaired in its document last time.
    pub problems: Vec<Problem>,
    /// Items stored.
    pub items: u64,
    /// Newest date of an item.
    pub newest: Option<Instant>,
}

/// One poll of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollRow {
    /// When.
    pub at: Instant,
    /// How, and what came of it.
    pub poll: super::NewPoll,
}

/// All that is stored of an item, for `why` and `export`.
#[derive(Debug, Clone)]
pub struct ItemFacts {
    /// Its row.
    pub no: ItemNo,
    /// The row of its story.
    pub story_no: StoryNo,
    /// Since when its story is shown nowhere.
    pub withdrawn: Option<Instant>,
    /// Whose.
    pub source: SourceId,
    /// Its story.
    pub story: StoryKey,
    /// Whether the story is published under this item's text.
    pub is_origin: bool,
    /// How many items the story has.
    pub story_items: u64,
    /// The id its story is published under.
    pub entry_id: String,
    /// When the story first stood in the merged feed.
    pub included: Instant,
    /// Topics of the story, best first.
    pub topics: Vec<TopicId>,
    /// When it was first seen.
    pub first_seen: Instant,
    /// Where its date came from.
    pub date_from: String,
    /// Its own id.
    pub atom_id: String,
    /// The source's id for it.
    pub guid: Option<String>,
    /// Address.
    pub link: Option<String>,
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub summary: String,
    /// Plain text of the body.
    pub text: String,
    /// Sanitised HTML.
    pub content: Option<String>,
    /// The source's date.
    pub published: Option<Instant>,
    /// Last change of words.
    pub updated: Instant,
    /// Who a credit line names.
    pub credit: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// Who wrote it.
    pub authors: Vec<Person>,
    /// Labels.
    pub categories: Vec<String>,
    /// Why it joined its story; `None` for the first of a story.
    pub evidence: Option<String>,
}

/// Pages held while a table is walked over once: those on the way down to the present row, with some to spare.
const PAGES_OF_A_WALK: i64 = 16;

/// Reads a database file; shared by all who read, any number at once.
pub struct SqliteLibrary {
    connections: Connections,
    catalog: RwLock<Arc<Catalog>>,
}

impl SqliteLibrary {
    /// Opens the file for reading.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`] if there is none, [`StoreError::Newer`] or [`StoreError::Older`] if its schema is another.
    pub fn open(path: &Path, catalog: Catalog) -> Result<Self, StoreError> {
        Ok(Self { connections: Connections::open(path)?, catalog: RwLock::new(Arc::new(catalog)) })
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.connections.with(work)
    }

    /// The connections that questions are asked through.
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Takes a new configuration's word about sources.
    pub fn set_catalog(&self, catalog: Catalog) {
        *self.catalog.write().expect("no holder of this lock can panic") = Arc::new(catalog);
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.connections.path()
    }

    /// Proves that the database answers: one row is read.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`] when it does not.
    pub fn heartbeat(&self) -> Result<(), StoreError> {
        self.with(|db| db.query_row("SELECT count(*) FROM meta", [], |_| Ok(())))
    }

    /// Hashes of the items of a source's last document, sorted; empty for a source never polled.
    pub fn seen(&self, source: &SourceId, was: &[SourceId]) -> Result<Vec<i64>, StoreError> {
        self.with(|db| {
            let mut find = db.prepare_cached(
                "SELECT seen FROM source JOIN source_document ON source_document.source = source.no WHERE id = ?1",
            )?;
            for id in std::iter::once(source).chain(was) {
                if let Some(blob) = find.query_row([id.as_str()], |row| row.get::<_, Vec<u8>>(0)).optional()? {
                    return Ok(blob
                        .chunks_exact(8)
                        .map(|chunk| i64::from_le_bytes(chunk.try_into().expect("chunks are of eight")))
                        .collect());
                }
            }
            Ok(Vec::new())
        })
    }

    /// Tells the scheduler's facts of every source: id, what lasts, what the last poll changed; both JSON. One by one, as all
    /// of them together would take several times their room.
    pub fn states(&self, mut each: impl FnMut(&str, &str, Option<&str>)) -> Result<(), StoreError> {
        self.with(|db| {
            // Each page is needed once: they are read into the same few places.
            let usual: i64 = db.pragma_query_value(None, "cache_size", |row| row.get(0))?;
            db.pragma_update(None, "cache_size", PAGES_OF_A_WALK)?;
            let walked = (|| {
                let mut select =
                    db.prepare("SELECT id, state, latest FROM source LEFT JOIN source_latest ON source = no")?;
                let mut rows = select.query([])?;
                while let Some(row) = rows.next()? {
                    let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
                    each(text(0)?, text(1)?, row.get_ref(2)?.as_str_or_null()?);
                }
                Ok(())
            })();
            db.pragma_update(None, "cache_size", usual)?;
            walked
        })
    }

    /// Every source that was ever polled, with counts.
    pub fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        self.with(|db| {
            db.prepare(
                "SELECT source.id, source.url, source.state, coalesce(document, '{}'), coalesce(problems, '[]'),
                        count(item.no), max(min(coalesce(item.published, item.first_seen), item.first_seen)), latest
                 FROM source LEFT JOIN source_document ON source_document.source = source.no
                      LEFT JOIN source_latest ON source_latest.source = source.no
                      LEFT JOIN item ON item.source = source.no
                 GROUP BY source.no ORDER BY source.id",
            )?
            .query_map([], |row| {
                Ok(SourceRow {
                    id: SourceId::new(row.get::<_, String>(0)?),
                    url: row.get(1)?,
                    state: row.get(2)?,
                    document: from_json(&row.get::<_, String>(3)?),
                    problems: from_json(&row.get::<_, String>(4)?),
                    items: row.get::<_, i64>(5)?.unsigned_abs(),
                    newest: row.get::<_, Option<i64>>(6)?.map(instant),
                    latest: row.get(7)?,
                })
            })?
            .collect()
        })
    }

    /// The newest polls of a source, newest first.
    pub fn polls(&self, source: &SourceId, limit: usize) -> Result<Vec<PollRow>, StoreError> {
        self.with(|db| {
            db.prepare(
                "SELECT at, outcome, detail, status, bytes, duration_ms, new, updated, dropped, clamped
                 FROM poll JOIN source ON source.no = poll.source WHERE source.id = ?1 ORDER BY at DESC LIMIT ?2",
            )?
            .query_map(params![source.as_str(), limit as i64], |row| {
                Ok(PollRow {
                    at: instant(row.get(0)?),
                    poll: super::NewPoll {
                        outcome: row.get::<_, String>(1)?.into(),
                        detail: row.get(2)?,
                        status: row.get(3)?,
                        bytes: row.get::<_, i64>(4)?.unsigned_abs(),
                        duration_ms: row.get::<_, i64>(5)?.unsigned_abs(),
                        new: row.get(6)?,
                        updated: row.get(7)?,
                        dropped: row.get(8)?,
                        clamped: row.get(9)?,
                    },
                })
            })?
            .collect()
        })
    }

    /// Feeds whose files are behind: path and the number of the change they should show.
    pub fn stale_feeds(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.with(|db| {
            db.prepare("SELECT path, changed FROM feed WHERE changed > rendered ORDER BY path")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Every feed that ever had a story, with the number of its last change.
    pub fn feeds(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.with(|db| {
            db.prepare("SELECT path, changed FROM feed ORDER BY path")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// The documents that were published with a date of change, by path: their entity tag and that date.
    pub fn documents(&self) -> Result<HashMap<String, (String, Instant)>, StoreError> {
        self.with(|db| {
            db.prepare("SELECT path, etag, changed FROM document")?
                .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, instant(row.get(2)?)))))?
                .collect()
        })
    }

    /// A fact kept under `key`.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.with(|db| db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional())
    }

    /// The facts kept under keys that begin with `prefix`, with what follows it.
    pub fn meta_with_prefix(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.with(|db| meta_with_prefix(db, prefix))
    }

    /// Totals: items, stories, sources.
    pub fn totals(&self) -> Result<(u64, u64, u64), StoreError> {
        self.with(|db| {
            db.query_row(
                "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM story WHERE withdrawn = 0), (SELECT count(*) FROM source)",
                [],
                |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64, row.get::<_, i64>(2)? as u64)),
            )
        })
    }

    /// Hands every stored item to `each`, oldest first, one at a time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; what `each` has been given stands.
    pub fn export(&self, each: &mut dyn FnMut(ItemFacts)) -> Result<(), StoreError> {
        self.with(|db| {
            item_facts(db, "1 = 1", params![], &mut |item| {
                each(item);
                None
            })
            .map(drop)
        })
    }

    /// Stories from `since` on that are shown, oldest first, with what topics judge them by: for when the rules change.
    pub fn recent_items(&self, since: Instant, each: &mut dyn FnMut(ItemFacts)) -> Result<(), StoreError> {
        self.with(|db| {
            item_facts(db, "story.included >= ?1 AND story.withdrawn = 0", params![since.timestamp()], &mut |item| {
                each(item);
                None
            })
            .map(drop)
        })
    }

    fn entries(&self, db: &Connection, stories: &[(i64, i64)]) -> rusqlite::Result<Vec<Entry>> {
        let catalog = Arc::clone(&self.catalog.read().expect("no holder of this lock can panic"));
        let mut sources = Sources::new(db, &catalog);
        let mut one = db.prepare_cached(
            "SELECT story.key, story.entry_id, story.published, story.topics, story.items, item.no, item.source, item.title,
                    item.link, item.summary, item.updated, item.extra, item.credit, item.language, item.content,
                    item.first_seen, story.changed
             FROM story JOIN item ON item.no = story.origin WHERE story.no = ?1 AND story.withdrawn = 0",
        )?;
        let mut entries = Vec::with_capacity(stories.len());
        for (story, included) in stories {
            let entry = one
                .query_row([story], |row| {
                    let source_no: i64 = row.get(6)?;
                    let extra: Extra = from_json(&row.get::<_, String>(11)?);
                    let published: i64 = row.get(2)?;
                    let updated = row.get::<_, i64>(10)?.max(row.get(16)?);
                    Ok((
                        source_no,
                        row.get::<_, i64>(4)?,
                        row.get::<_, i64>(5)?,
                        Entry {
                            story: StoryKey::new(row.get::<_, String>(0)?),
                            atom_id: row.get(1)?,
                            title: row.get(7)?,
                            link: row.get(8)?,
                            summary: row.get(9)?,
                            content: row.get(14)?,
                            published: instant(published),
                            updated: instant(updated.max(published)),
                            included: instant(*included),
                            authors: extra.authors,
                            categories: extra.categories,
                            topics: topics_of(&row.get::<_, String>(3)?),
                            province: None,
                            images: extra.images,
                            enclosures: extra.enclosures,
                            credit: row.get(12)?,
                            language: row.get(13)?,
                            rights: extra.rights,
                            source: EntrySource::default(),
                            original_source: extra.original_source,
                            copies: Vec::new(),
                        },
                    ))
                })
                .optional()?;
            let Some((source_no, items, origin, mut entry)) = entry else { continue };
            let known = sources.get(source_no)?;
            entry.source = known.source.clone();
            entry.province = known.province.clone();
            if !known.full_content {
                entry.content = None;
            }
            if entry.authors.is_empty() {
                entry.authors = match entry.source.meta.authors.as_slice() {
                    [] => vec![Person { name: entry.source.title.clone(), ..Person::default() }],
                    authors => authors.to_vec(),
                };
            }
            if items > 1 {
                entry.copies =
                    carriers(db, &mut sources, *story, origin)?.into_iter().filter(|copy| !copy.is_origin).collect();
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    fn page(&self, db: &Connection, mut stories: Vec<(i64, i64)>, limit: usize) -> rusqlite::Result<Page> {
        let more = stories.len() > limit;
        stories.truncate(limit);
        Ok(Page { entries: self.entries(db, &stories)?, more })
    }
}

/// The stories of a feed, by `order`: number and inclusion.
fn stories_of(
    db: &Connection,
    key: &FeedKey,
    by_date: bool,
    offset: usize,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let (limit, offset) = (limit as i64, offset as i64);
    let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let sql = |table: &str, filter: &str| {
        let order = if by_date { "published DESC, 1 DESC" } else { "included DESC, published DESC, 1 DESC" };
        format!("{table} WHERE {filter} ORDER BY {order} LIMIT ?1 OFFSET ?2")
    };
    match key {
        FeedKey::Merged => db
            .prepare_cached(&sql("SELECT no, included FROM story", "withdrawn = 0"))?
            .query_map(params![limit, offset], pair)?
            .collect(),
        FeedKey::Topic(_) | FeedKey::Province(_) => db
            .prepare_cached(&sql("SELECT story, included FROM entry", "feed = (SELECT no FROM feed WHERE path = ?3)"))?
            .query_map(params![limit, offset, key.path()], pair)?
            .collect(),
        FeedKey::Source(id) => {
            // A source's feed shows its own items, each under its story, once: grouping keeps the first place it had.
            let order = if by_date { "max(item.published)" } else { "min(item.included)" };
            db.prepare_cached(&format!(
                "SELECT story, min(included) FROM item WHERE source = (SELECT no FROM source WHERE id = ?3)
                 AND NOT EXISTS (SELECT 1 FROM story WHERE story.no = item.story AND story.withdrawn <> 0)
                 GROUP BY story ORDER BY {order} DESC, max(published) DESC, 1 DESC LIMIT ?1 OFFSET ?2"
            ))?
            .query_map(params![limit, offset, id.as_str()], pair)?
            .collect()
        }
    }
}

impl Library for SqliteLibrary {
    fn feed(&self, key: &FeedKey, limit: usize) -> Result<FeedContent, StoreError> {
        self.with(|db| {
            let stories = stories_of(db, key, false, 0, limit)?;
            let entries = self.entries(db, &stories)?;
            let mut updated = entries.iter().map(|entry| entry.included.max(entry.updated)).max();
            if let FeedKey::Source(id) = key {
                // Made on request, so nobody noted when it last changed: an entry that a person took out of it must not
                // take the date back with it.
                let decided: Option<i64> = db
                    .prepare_cached(
                        "SELECT max(at) FROM decision WHERE EXISTS (SELECT 1 FROM item WHERE item.story = decision.story
                         AND item.source = (SELECT no FROM source WHERE id = ?1))",
                    )?
                    .query_row([id.as_str()], |row| row.get(0))?;
                updated = updated.max(decided.map(instant));
            }
            Ok(FeedContent { entries, updated })
        })
    }

    fn river(&self, key: &FeedKey, offset: usize, limit: usize) -> Result<Page, StoreError> {
        self.with(|db| {
            let stories = stories_of(db, key, true, offset, limit + 1)?;
            self.page(db, stories, limit)
        })
    }

    fn story(&self, key: &StoryKey) -> Result<Option<StoryView>, StoreError> {
        self.with(|db| {
            let found = db
                .prepare_cached(
                    "SELECT no, included, origin FROM story
                     WHERE no = (SELECT coalesce(merged_into, no) FROM story WHERE key = ?1) AND withdrawn = 0",
                )?
                .query_row([key.as_str()], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
                })
                .optional()?;
            let Some((no, included, origin)) = found else { return Ok(None) };
            let Some(entry) = self.entries(db, &[(no, included)])?.pop() else { return Ok(None) };
            let catalog = Arc::clone(&self.catalog.read().expect("no holder of this lock can panic"));
            let mut sources = Sources::new(db, &catalog);
            let carriers = carriers(db, &mut sources, no, origin)?;
            let text = match &entry.content {
                Some(html) => text::html::to_text(html),
                None => entry.summary.clone(),
            };
            let related = db
                .prepare_cached(
                    "SELECT story.key, item.title, story.published FROM related JOIN story ON story.no = related.other
                     JOIN item ON item.no = story.origin
                     WHERE related.story = ?1 AND story.withdrawn = 0 ORDER BY story.published DESC LIMIT 10",
                )?
                .query_map([no], |row| {
                    Ok((StoryKey::new(row.get::<_, String>(0)?), row.get(1)?, instant(row.get(2)?)))
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Some(StoryView { entry, text, carriers, related }))
        })
    }

    fn is_withdrawn(&self, key: &StoryKey) -> Result<bool, StoreError> {
        self.with(|db| {
            db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM story
                 WHERE no = (SELECT coalesce(merged_into, no) FROM story WHERE key = ?1) AND withdrawn <> 0)",
            )?
            .query_row([key.as_str()], |row| row.get(0))
        })
    }

    fn search(&self, query: &str, offset: usize, limit: usize) -> Result<Page, StoreError> {
        let query = text::Query::parse(query);
        let terms: Vec<String> =
            query.plain_terms().flat_map(|term| term.split(' ')).map(|syllable| format!("\"{syllable}\"")).collect();
        if terms.is_empty() {
            return Ok(Page::default());
        }
        let expression = terms.join(" AND ");
        self.with(|db| {
            // Put in order by their dates alone: their texts are read one by one, until the page is full.
            let candidates: Vec<(i64, i64, i64)> = db
                .prepare_cached(
                    "SELECT story.no, story.included, story.origin
                     FROM (SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rowid DESC LIMIT ?2) AS hit
                     JOIN story ON story.no = hit.rowid
                     WHERE story.withdrawn = 0 ORDER BY story.published DESC, story.no DESC",
                )?
                .query_map(params![expression, SEARCH_BOUND as i64], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut texts = db.prepare_cached("SELECT title, summary, content, body FROM item WHERE no = ?1")?;
            let mut hits = Vec::new();
            let (mut folded, mut plain) = (String::new(), String::new());
            for (story, included, origin) in candidates {
                if hits.len() > offset + limit {
                    break;
                }
                let whole = texts.query_row([origin], |row| {
                    Ok(format!("{}\n{}", row.get::<_, String>(0)?, text_of(row, 1, 2, 3)?))
                })?;
                folded.clear();
                plain.clear();
                text::fold(&whole, &mut folded);
                text::strip_marks(&folded, &mut plain);
                if query.matches(&folded, &plain) {
                    hits.push((story, included));
                }
            }
            self.page(db, hits.split_off(offset.min(hits.len())), limit)
        })
    }

    fn topic_counts(&self) -> Result<Vec<(TopicId, u64, Instant)>, StoreError> {
        self.counts("topics/").map(|rows| rows.into_iter().map(|(id, n, at)| (TopicId::new(id), n, at)).collect())
    }

    fn province_counts(&self) -> Result<Vec<(ProvinceSlug, u64, Instant)>, StoreError> {
        self.counts("provinces/")
            .map(|rows| rows.into_iter().map(|(slug, n, at)| (ProvinceSlug::new(slug), n, at)).collect())
    }

    fn source_counts(&self) -> Result<Vec<(SourceId, u64, Instant)>, StoreError> {
        self.with(|db| {
            db.prepare_cached(
                "SELECT source.id, count(*), max(item.included) FROM item JOIN source ON source.no = item.source
                 WHERE NOT EXISTS (SELECT 1 FROM story WHERE story.no = item.story AND story.withdrawn <> 0)
                 GROUP BY item.source ORDER BY source.id",
            )?
            .query_map([], |row| {
                Ok((
                    SourceId::new(row.get::<_, String>(0)?),
                    row.get::<_, i64>(1)?.unsigned_abs(),
                    instant(row.get(2)?),
                ))
            })?
            .collect()
        })
    }
}

impl SqliteLibrary {
    fn counts(&self, prefix: &str) -> Result<Vec<(String, u64, Instant)>, StoreError> {
        self.with(|db| {
            db.prepare_cached(
                "SELECT substr(feed.path, length(?1) + 1), count(*), max(entry.included)
                 FROM feed JOIN entry ON entry.feed = feed.no
                 WHERE substr(feed.path, 1, length(?1)) = ?1 GROUP BY feed.no ORDER BY feed.path",
            )?
            .query_map([prefix], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs(), instant(row.get(2)?))))?
            .collect()
        })
    }
}

fn topics_of(text: &str) -> Vec<TopicId> {
    text.split(' ').filter(|id| !id.is_empty()).map(TopicId::new).collect()
}

/// The plain text of an item from its columns `summary`, `content`, `body`.
pub(super) fn text_of(row: &Row<'_>, summary: usize, content: usize, body: usize) -> rusqlite::Result<String> {
    if let Some(body) = row.get::<_, Option<String>>(body)? {
        return Ok(body);
    }
    match row.get::<_, Option<String>>(content)? {
        Some(html) => Ok(text::html::to_text(&html)),
        None => row.get(summary),
    }
}

/// Runs `each` over the items that `filter` selects, oldest first, and gathers what it returns.
pub(super) fn item_facts(
    db: &Connection,
    filter: &str,
    params: &[&dyn rusqlite::ToSql],
    each: &mut dyn FnMut(ItemFacts) -> Option<ItemFacts>,
) -> rusqlite::Result<Vec<ItemFacts>> {
    let mut query = db.prepare(&format!(
        "SELECT source.id, story.key, story.origin = item.no, story.items, story.entry_id, story.included, story.topics,
                item.first_seen, item.date_from, item.atom_id, item.guid, item.link, item.title, item.summary, item.content,
                item.body, item.published, item.updated, item.credit, item.language, item.extra, item.evidence,
                item.no, item.story, story.withdrawn
         FROM item JOIN source ON source.no = item.source JOIN story ON story.no = item.story
         WHERE {filter} ORDER BY item.no"
    ))?;
    let mut rows = query.query(params)?;
    let mut gathered = Vec::new();
    while let Some(row) = rows.next()? {
        let extra: Extra = from_json(&row.get::<_, String>(20)?);
        let facts = ItemFacts {
            no: ItemNo(row.get(22)?),
            story_no: StoryNo(row.get(23)?),
            withdrawn: Some(row.get::<_, i64>(24)?).filter(|at| *at != 0).map(instant),
            source: SourceId::new(row.get::<_, String>(0)?),
            story: StoryKey::new(row.get::<_, String>(1)?),
            is_origin: row.get(2)?,
            story_items: row.get::<_, i64>(3)?.unsigned_abs(),
            entry_id: row.get(4)?,
            included: instant(row.get(5)?),
            topics: topics_of(&row.get::<_, String>(6)?),
            first_seen: instant(row.get(7)?),
            date_from: row.get(8)?,
            atom_id: row.get(9)?,
            guid: row.get(10)?,
            link: row.get(11)?,
            title: row.get(12)?,
            summary: row.get(13)?,
            text: text_of(row, 13, 14, 15)?,
            content: row.get(14)?,
            published: row.get::<_, Option<i64>>(16)?.map(instant),
            updated: instant(row.get(17)?),
            credit: row.get(18)?,
            language: row.get(19)?,
            authors: extra.authors,
            categories: extra.categories,
            evidence: row.get(21)?,
        };
        gathered.extend(each(facts));
    }
    Ok(gathered)
}

/// Reads JSON of our own writing; what an older or damaged row cannot tell is taken as not known.
fn from_json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}
