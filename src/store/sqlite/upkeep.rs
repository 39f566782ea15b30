//! Upkeep of the file: copying it while it is in use, judging a copy, putting one in its place, giving up what is old, and
//! giving free space back to the file system.
//!
//! A copy is made by `VACUUM INTO`: one reading transaction, which in WAL mode holds up no writer, and a result that is
//! one file without a log beside it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::write::{StoryNo, Tx};
use super::{BUSY_TIMEOUT, Store, StoreError, database, schema};
use crate::model::Instant;
use crate::store::{Trouble, trouble};

/// Key of the fact that tells when the file was put in the place of another one, seconds since 1970.
const RESTORED: &str = "restored-at";

/// Key of the fact that tells when the file was last copied for good.
const BACKED_UP: &str = "backed-up-at";

/// Where a pruning has got to; begins with the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PruneCursor {
    included: i64,
    story: i64,
    is_begun: bool,
}

/// What one slice of pruning did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Stories deleted.
    pub stories: u64,
    /// Items deleted with them.
    pub items: u64,
    /// Where the next slice goes on; `None` when there is nothing more to look at.
    pub next: Option<PruneCursor>,
}

/// What a copy of a database holds, once it has been found to be sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound {
    /// Items in it.
    pub items: u64,
    /// Stories in it.
    pub stories: u64,
    /// When its newest poll was, if there was one.
    pub newest_poll: Option<Instant>,
}

/// How much room a database takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Bytes of the file.
    pub file: u64,
    /// Bytes of the log beside it.
    pub log: u64,
    /// Bytes of pages in the file that hold nothing.
    pub free: u64,
}

impl Tx<'_> {
    /// Deletes stories whose every item was first seen, and last changed, before `before`: at most `stories` are looked at.
    ///
    /// A story that was taken down stays, unseen, so that its copies stay away; the sign that a merged story left stays as long
    /// as the story it leads to. What names their items stays for ever, so that they never come back as new. The newest item and the newest story
    /// are never deleted: SQLite would give their numbers to others, and identities point to numbers.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn prune(&mut self, before: Instant, from: PruneCursor, stories: usize) -> Result<Pruned, StoreError> {
        let before = before.timestamp();
        if !from.is_begun {
            // One that is still listed is known by its item's names.
            self.run(|tx| tx.execute("DELETE FROM article WHERE stage = 2 AND due < ?1", [before]).map(drop))?;
        }
        let looked_at: Vec<(i64, i64, bool)> = self.run(|tx| {
            tx.prepare_cached(
                "SELECT story.no, story.included,
                        story.no < (SELECT max(no) FROM story)
                        AND (story.withdrawn = 0
                             OR story.merged_into IS NOT NULL
                                AND NOT EXISTS (SELECT 1 FROM story AS kept WHERE kept.no = story.merged_into))
                        AND NOT EXISTS (SELECT 1 FROM item WHERE item.story = story.no
                                        AND (item.first_seen >= ?1 OR item.updated >= ?1
                                             OR item.no = (SELECT max(no) FROM item)))
                 FROM story WHERE story.included < ?1 AND (?2 = 0 OR (story.included, story.no) > (?3, ?4))
                 ORDER BY story.included, story.no LIMIT ?5",
            )?
            .query_map(params![before, from.is_begun, from.included, from.story, stories as i64], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect()
        })?;
        let mut pruned = Pruned::default();
        for (story, _, _) in looked_at.iter().filter(|(_, _, is_old)| *is_old) {
            self.mark_story(StoryNo(*story))?;
            pruned.stories += 1;
            pruned.items += self.delete_story(*story)?;
        }
        pruned.next = (looked_at.len() == stories)
            .then(|| looked_at.last())
            .flatten()
            .map(|(story, included, _)| PruneCursor { included: *included, story: *story, is_begun: true });
        Ok(pruned)
    }

    fn delete_story(&self, story: i64) -> Result<u64, StoreError> {
        self.run(|tx| {
            tx.prepare_cached("DELETE FROM entry WHERE story = ?1")?.execute([story])?;
            for pairs in ["related", "apart"] {
                tx.prepare_cached(&format!(
                    "DELETE FROM {pairs} WHERE other = ?1 AND story IN (SELECT other FROM {pairs} WHERE story = ?1)"
                ))?
                .execute([story])?;
                tx.prepare_cached(&format!("DELETE FROM {pairs} WHERE story = ?1"))?.execute([story])?;
            }
            tx.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([story])?;
            let items = tx.prepare_cached("DELETE FROM item WHERE story = ?1")?.execute([story])?;
            tx.prepare_cached("DELETE FROM story WHERE no = ?1")?.execute([story])?;
            Ok(items as u64)
        })
    }

    /// How many pages of the file hold nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn free_pages(&self) -> Result<u64, StoreError> {
        self.run(|tx| tx.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs))
    }

    /// Gives at most `pages` free pages back to the file system; returns how many are left.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn give_back(&self, pages: u32) -> Result<u64, StoreError> {
        self.run(|tx| {
            // Each step of the statement frees a page.
            let mut vacuum = tx.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
            let mut rows = vacuum.query([])?;
            while rows.next()?.is_some() {}
            Ok(())
        })?;
        self.free_pages()
    }

    /// When the file was put in the place of another one; what a source gives first after that is not new because of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn restored_at(&self) -> Result<Option<Instant>, StoreError> {
        Ok(self.meta(RESTORED)?.and_then(|at| Instant::from_timestamp(at.parse().ok()?, 0)))
    }

    /// Notes that the file has been copied for good.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn set_backed_up(&self, now: Instant) -> Result<(), StoreError> {
        self.set_meta(BACKED_UP, &now.timestamp().to_string())
    }
}

impl super::SqliteLibrary {
    /// When the file was last copied for good.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn backed_up_at(&self) -> Result<Option<Instant>, StoreError> {
        Ok(self.meta(BACKED_UP)?.and_then(|at| Instant::from_timestamp(at.parse().ok()?, 0)))
    }

    /// How much room the database takes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn room(&self) -> Result<Room, StoreError> {
        let free = self.with(|db| {
            let free: i64 = db.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
            let page: i64 = db.query_row("PRAGMA page_size", [], |row| row.get(0))?;
            Ok((free * page).unsigned_abs())
        })?;
        Ok(Room { free, ..room(self.path()) })
    }
}

/// The sizes of a database's files; [`Room::free`] is for those who can ask it.
pub fn room(path: &Path) -> Room {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |data| data.len());
    Room { file: size(path), log: size(&beside(path, "-wal")), free: 0 }
}

/// A file beside the database whose name begins with its.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Opens any SQLite file for reading, whatever its schema.
fn open_any(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.display().to_string() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(connection)
    };
    open().map_err(|source| database(path, source))
}

/// Copies a database into `target`, which must not exist or be empty, as it is at this moment. Blocks for as long as it
/// takes to read and write it all; others may write meanwhile.
///
/// # Errors
///
/// [`StoreError::Missing`], [`StoreError::Copy`] where `target` is what is wrong, [`StoreError::Database`].
pub fn copy(path: &Path, target: &Path) -> Result<(), StoreError> {
    let connection = open_any(path)?;
    let copied = connection.execute("VACUUM INTO ?1", [target.as_os_str().to_string_lossy()]);
    copied.map(drop).map_err(|source| match trouble(&source) {
        // The database is only read.
        Trouble::Full | Trouble::ReadOnly => StoreError::Copy { target: target.display().to_string(), source },
        _ => database(path, source),
    })
}

/// About how many bytes a copy of a database takes: those of the pages that hold something.
///
/// # Errors
///
/// [`StoreError::Missing`], [`StoreError::Database`].
pub fn copy_bytes(path: &Path) -> Result<u64, StoreError> {
    let connection = open_any(path)?;
    let ask = |what| connection.query_row(&format!("PRAGMA {what}"), [], |row| row.get::<_, i64>(0));
    let count = || Ok((ask("page_count")? - ask("freelist_count")?) * ask("page_size")?);
    count().map(i64::unsigned_abs).map_err(|source| database(path, source))
}

/// Notes in a database that nobody is known to write that it has been copied for good. What cannot be noted is no harm.
pub fn note_backup(path: &Path, now: Instant) {
    let note = || -> rusqlite::Result<()> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute(
            "INSERT OR REPLACE INTO meta(key, value) VALUES (?1, ?2)",
            [BACKED_UP, &now.timestamp().to_string()],
        )?;
        Ok(())
    };
    if let Err(error) = note() {
        tracing::debug!(%error, "the backup could not be noted in the database");
    }
}

/// Opens a copy and looks at every page of it.
///
/// # Errors
///
/// [`StoreError::Foreign`] for a file that no bantin wrote, [`StoreError::Newer`] for one of a newer bantin,
/// [`StoreError::Unsound`] for a damaged one.
pub fn verify(path: &Path) -> Result<Sound, StoreError> {
    let connection = open_any(path)?;
    let look = || -> rusqlite::Result<(i64, i64)> {
        let id = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((id, version))
    };
    let (id, version) = look().map_err(|source| unsound_or(path, source))?;
    if id != i64::from(schema::APPLICATION_ID) {
        return Err(StoreError::Foreign { path: path.display().to_string() });
    }
    let known = schema::MIGRATIONS.len() as i64;
    if version > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found: version, known });
    }
    let check = || -> rusqlite::Result<(String, Sound)> {
        let complaint = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
        let newest: Option<i64> =
            connection.query_row("SELECT max(at) FROM poll", [], |row| row.get(0)).optional()?.flatten();
        let sound = Sound {
            items: count("SELECT count(*) FROM item")?,
            stories: count("SELECT count(*) FROM story")?,
            newest_poll: newest.and_then(|at| Instant::from_timestamp(at, 0)),
        };
        Ok((complaint, sound))
    };
    match check().map_err(|source| unsound_or(path, source))? {
        (complaint, sound) if complaint == "ok" => Ok(sound),
        (complaint, _) => Err(StoreError::Unsound { path: path.display().to_string(), complaint }),
    }
}

fn unsound_or(path: &Path, source: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match source.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => {
            StoreError::Unsound { path: path.display().to_string(), complaint: source.to_string() }
        }
        _ => database(path, source),
    }
}

/// Puts `copy`, which has been verified and lies in the same folder, in the place of the database, and the old one aside
/// as `aside`. The caller has made sure that nobody uses it.
///
/// # Errors
///
/// [`StoreError`]; the old database stands at its place then, unless the system failed between two renames, which the
/// error says.
pub fn replace(path: &Path, copy: &Path, aside: &Path, now: Instant) -> Result<(), StoreError> {
    {
        let mut store = Store::open(copy)?;
        let tx = store.begin()?;
        tx.set_meta(RESTORED, &now.timestamp().to_string())?;
        tx.run(|tx| {
            // Pages that were waiting to be read have been, in the database that goes: their articles stood in the feeds.
            tx.execute("UPDATE article SET is_first = 1 WHERE stage < 2", [])?;
            // Files show what that one had, and readers were told its dates, which must not go back.
            tx.execute("UPDATE feed SET rendered = -1", [])?;
            tx.execute("UPDATE document SET changed = max(changed, ?1)", [now.timestamp()])?;
            Ok(())
        })?;
        tx.commit()?;
    }
    let moved = |from: &Path, to: &Path| {
        std::fs::rename(from, to).map_err(|source| StoreError::Move {
            from: from.display().to_string(),
            to: to.display().to_string(),
            source,
        })
    };
    if path.exists() {
        // The log goes into the file where it can; that of a damaged file goes aside with it.
        if let Ok(old) = Connection::open(path) {
            let _ = old.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        let (log, shared) = (beside(path, "-wal"), beside(path, "-shm"));
        if log.exists() {
            moved(&log, &beside(aside, "-wal"))?;
        }
        let _ = std::fs::remove_file(shared);
        // Under both names for a moment: at no instant is there no database, which a daemon would take for a first start.
        if std::fs::hard_link(path, aside).is_err() {
            moved(path, aside)?;
        }
    }
    moved(copy, path)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn day(days: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::days(20_000 + days)
    }

    /// A store with one story a day for `days` days, seen on that day.
    fn store(folder: &Path, days: i64) -> Store {
        let mut store = Store::open(&folder.join("bantin.db")).expect("it opens");
        let mut tx = store.begin().expect("it begins");
        tx.run(|tx| {
            tx.execute("INSERT INTO source(no, id, url) VALUES (1, 'bao-a', 'https://a.example/')", [])?;
            for n in 0..days {
                let at = day(n).timestamp();
                tx.execute(
                    "INSERT INTO story(no, key, entry_id, origin, published, included) VALUES (?1, ?2, ?2, ?1, ?3, ?3)",
                    params![n + 1, format!("k{n}"), at],
                )?;
                tx.execute(
                    "INSERT INTO item(no, source, story, raw_hash, words_hash, published, updated, first_seen, included,
                                      date_from, atom_id, title, summary, extra, content)
                     VALUES (?1, 1, ?1, ?1, ?1, ?2, ?2, ?2, ?2, 'item', ?3, 'Tin', 'Tóm tắt', '{}', hex(zeroblob(8000)))",
                    params![n + 1, at, format!("tag:{n}")],
                )?;
                tx.execute("INSERT INTO identity(key, item) VALUES (?1, ?1)", [n + 1])?;
                tx.execute("INSERT INTO words(rowid, plain) VALUES (?1, 'tin')", [n + 1])?;
            }
            for pair in [[1, days], [days, 1], [2, 3], [3, 2]] {
                tx.execute("INSERT INTO related(story, other) VALUES (?1, ?2)", pair)?;
            }
            Ok(())
        })
        .expect("rows can be written");
        tx.set_topics(StoryNo(1), &[crate::model::TopicId::new("le-hoi")], day(0), day(0)).expect("a place");
        tx.commit().expect("it commits");
        store
    }

    fn prune_all(store: &mut Store, before: Instant, slice: usize) -> (u64, u64, usize) {
        let (mut stories, mut items, mut slices, mut cursor) = (0, 0, 0, Some(PruneCursor::default()));
        while let Some(from) = cursor {
            let mut tx = store.begin().expect("it begins");
            let pruned = tx.prune(before, from, slice).expect("it prunes");
            tx.commit().expect("it commits");
            stories += pruned.stories;
            items += pruned.items;
            cursor = pruned.next;
            slices += 1;
        }
        (stories, items, slices)
    }

    #[test]
    fn prunes_what_is_old_in_slices_and_keeps_who_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path(), 10);
        assert_eq!(prune_all(&mut store, day(7), 3), (7, 7, 3));
        assert_eq!(store.integrity().expect("it can be checked"), None);
        let tx = store.begin().expect("it begins");
        assert_eq!(tx.find(&[3]).expect("it answers"), Some(super::super::Found::Pruned));
        assert!(matches!(tx.find(&[9]).expect("it answers"), Some(super::super::Found::Item(_))));
        let left = |sql: &str| tx.run(|tx| tx.query_row(sql, [], |row| row.get::<_, i64>(0))).expect("it counts");
        assert_eq!(left("SELECT count(*) FROM related"), 0);
        assert_eq!(left("SELECT count(*) FROM entry"), 0);
        assert_eq!(left("SELECT count(*) FROM words WHERE words MATCH 'tin'"), 3);
        assert_eq!(left("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }

    #[test]
    fn numbers_that_identities_point_to_are_never_given_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path(), 4);
        assert_eq!(prune_all(&mut store, day(99), 100).0, 3, "the newest stays, however old");
        let tx = store.begin().expect("it begins");
        let next = tx
            .run(|tx| {
                tx.execute(
                    "INSERT INTO story(key, entry_id, origin, published, included) VALUES ('n', 'n', 0, 0, 0)",
                    [],
                )?;
                Ok(tx.last_insert_rowid())
            })
            .expect("a story can be founded");
        assert_eq!(next, 5);
    }

    #[test]
    fn what_was_taken_down_stays_for_its_copies_and_a_merged_story_goes_with_the_one_it_leads_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path(), 10);
        let mut tx = store.begin().expect("it begins");
        tx.withdraw_story(StoryNo(2), day(9)).expect("it is withdrawn");
        for kept in [StoryNo(4), StoryNo(9)] {
            tx.absorb_story(kept, StoryNo(kept.0 - 1), day(9)).expect("it is merged");
        }
        tx.keep_apart(StoryNo(4), StoryNo(9)).expect("they are apart");
        tx.commit().expect("it commits");
        prune_all(&mut store, day(7), 3);
        prune_all(&mut store, day(7), 3);
        let tx = store.begin().expect("it begins");
        let left: Vec<i64> = tx
            .run(|tx| tx.prepare("SELECT no FROM story ORDER BY no")?.query_map([], |row| row.get(0))?.collect())
            .expect("it answers");
        assert_eq!(left, [2, 8, 9, 10]);
        let items: i64 =
            tx.run(|tx| tx.query_row("SELECT count(*) FROM item", [], |row| row.get(0))).expect("it counts");
        assert_eq!(items, 4);
        assert!(!tx.are_apart(StoryNo(9), StoryNo(4)).expect("it answers"));
    }

    #[test]
    fn an_article_that_was_old_when_first_seen_stays_as_long_as_any() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path(), 5);
        let tx = store.begin().expect("it begins");
        tx.run(|tx| tx.execute("UPDATE item SET first_seen = ?1 WHERE no = 1", [day(90).timestamp()]))
            .expect("it is set");
        tx.commit().expect("it commits");
        assert_eq!(prune_all(&mut store, day(80), 100).0, 3, "one was seen late, one is the newest");
    }

    #[test]
    fn gives_the_room_of_what_was_pruned_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path(), 400);
        prune_all(&mut store, day(399), 100);
        let mut left = u64::MAX;
        while left > 0 {
            let tx = store.begin().expect("it begins");
            let now = tx.give_back(100).expect("it gives back");
            assert!(now < left, "each slice gives something back");
            left = now;
            tx.commit().expect("it commits");
        }
        drop(store);
        let size = room(&folder.path().join("bantin.db")).file;
        assert!(size < 400 * 8000, "{size} bytes for one item");
    }

    #[test]
    fn a_restored_database_knows_that_readers_have_seen_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut old = store(folder.path(), 3);
        let tx = old.begin().expect("it begins");
        tx.run(|tx| {
            tx.execute(
                "INSERT INTO article(source, key, words, stage, is_item, place, is_first, due)
                 VALUES (1, 1, 0, 0, 0, 0, 0, 0), (1, 2, 0, 1, 0, 1, 0, 0), (1, 3, 0, 2, 1, 2, 0, 0)",
                [],
            )
        })
        .expect("rows can be written");
        tx.set_document("feed.atom", "\"x\"", day(2)).expect("it is noted");
        let stale: Vec<(String, i64)> = tx
            .run(|tx| {
                tx.prepare("SELECT path, changed FROM feed")?
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect()
            })
            .expect("it answers");
        assert!(!stale.is_empty());
        stale.iter().try_for_each(|(path, change)| tx.set_rendered(path, *change)).expect("it is noted");
        tx.commit().expect("it commits");
        drop(old);
        let [path, target, aside] = ["bantin.db", "copy.db", "aside.db"].map(|name| folder.path().join(name));
        copy(&path, &target).expect("it copies");
        replace(&path, &target, &aside, day(9)).expect("it is put in its place");
        let mut restored = Store::open(&path).expect("it opens");
        let tx = restored.begin().expect("it begins");
        let first: Vec<i64> = tx
            .run(|tx| {
                let mut find = tx.prepare("SELECT key FROM article WHERE is_first ORDER BY key")?;
                find.query_map([], |row| row.get(0))?.collect()
            })
            .expect("it answers");
        assert_eq!(first, [1, 2], "what waited is no news, and the third is an item already");
        let library = super::super::SqliteLibrary::open(&path, Default::default()).expect("it opens");
        assert_eq!(library.stale_feeds().expect("it answers"), stale, "files show another database");
        assert_eq!(library.documents().expect("it answers")["feed.atom"].1, day(9), "no date goes back");
    }

    #[test]
    fn a_copy_made_while_somebody_writes_is_sound_and_of_one_moment() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = store(folder.path(), 10);
        let tx = store.begin().expect("it begins");
        tx.set_meta("half-way", "1").expect("it is written");
        let target = folder.path().join("copy.db");
        copy(store_path(folder.path()), &target).expect("the writer is not waited for");
        tx.commit().expect("it commits");
        assert_eq!(verify(&target).expect("it is sound").items, 10);
        let copied = Store::open(&target).expect("it opens");
        assert_eq!(copied.integrity().expect("it can be checked"), None);
        assert!(!beside(&target, "-wal").exists() || room(&target).log == 0);
    }

    fn store_path(folder: &Path) -> &'static Path {
        Box::leak(folder.join("bantin.db").into_boxed_path())
    }

    #[test]
    fn tells_foreign_newer_and_damaged_files_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(store(folder.path(), 50));
        let path = folder.path().join("bantin.db");
        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign).and_then(|db| db.execute_batch("CREATE TABLE x(y)")).expect("it is made");
        assert!(matches!(verify(&foreign), Err(StoreError::Foreign { .. })));
        let text = folder.path().join("text.db");
        std::fs::write(&text, "đây không phải là cơ sở dữ liệu".repeat(100)).expect("it is written");
        assert!(matches!(verify(&text), Err(StoreError::Unsound { .. })));
        let mut bytes = std::fs::read(&path).expect("it is there");
        let middle = bytes.len() / 2;
        bytes[middle..middle + 9000].fill(0x5a);
        let damaged = folder.path().join("damaged.db");
        std::fs::write(&damaged, bytes).expect("it is written");
        assert!(matches!(verify(&damaged), Err(StoreError::Unsound { .. })), "{:?}", verify(&damaged));
        let newer = folder.path().join("newer.db");
        copy(&path, &newer).expect("it copies");
        Connection::open(&newer).and_then(|db| db.pragma_update(None, "user_version", 999)).expect("it is set");
        assert!(matches!(verify(&newer), Err(StoreError::Newer { .. })));
        assert!(matches!(verify(&folder.path().join("absent.db")), Err(StoreError::Missing { .. })));
    }
}
