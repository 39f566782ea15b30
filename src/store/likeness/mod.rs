//! The index by which copies are found, in SQLite: [`crate::dedup::Index`] over tables of the one database.
//!
//! | table | a row means |
//! |---|---|
//! | `likeness_pending` | an item whose fingerprints and keys still lie as they came: written with it, in its transaction |
//! | `likeness_segment` | some thousand items whose fingerprints have been sorted together; each with when it was seen |
//! | `likeness_chunk` | a part of a segment's postings, packed (see [`segment`]) |
//! | `likeness_run` | some thousand items or more whose keys (hashes of text, beginning and address) have been sorted together |
//! | `likeness_key` | a part of a run's keys, packed: for good (see [`keys`]) |
//! | `likeness_meta` | one row: by which signature version all this was made, and below which item that is yet to be done |
//!
//! Every [`PENDING`] items (fewer where they are very long), the pending ones become a segment; [`MERGED`] small segments become a large one. So each
//! posting is written three times, always in long stretches, and a look-up asks few segments. Which of them to ask at all is
//! told by a filter in memory for each (sixteen bits a fingerprint), so that an item without copies, as most are, hardly
//! touches the database. The filters are rebuilt when the index is opened; verdicts do not depend on them.
//!
//! [`Likeness`] holds what it knows of the tables in memory and checks at [`Likeness::on`] that it still holds, so a
//! transaction that was rolled back, or another process that wrote, costs a reload and nothing else.

mod chains;
mod keys;
mod segment;

use rusqlite::{Connection, OptionalExtension, params};

use self::chains::Chains;
use self::keys::Keys;
use self::segment::{Filter, Held, Posting, newest, pack, spot, unpack};
use crate::dedup::{Enough, Hit, Index, MOST_POSTINGS, SIGNATURE_VERSION, Traces};
use crate::model::Instant;

/// Items after which the pending ones are sorted into a segment: a millisecond of reading when the index is opened.
const PENDING: usize = 4096;

/// Fingerprints of one of them, on average, beyond which they are sorted before: an article has 36, but a text of ten
/// megabytes has a hundred thousand, and until they are sorted they lie in memory.
const EACH: usize = 64;

/// Small segments that are merged into a large one: 32,768 items, about a week of a hundred busy sources.
const MERGED: usize = 8;

/// Numbers left free below the segments of new items for those of items that are brought back: a hundred million items.
const BELOW: i64 = 1 << 16;

/// Bytes of the newest segments' postings that are held in memory as they lie in the database: about 300,000 items, a month of
/// 10,000 a day; 10,000 items take 2 MiB. What is looked up there costs half a microsecond instead of two or three. With 8 MiB, a
/// full window was looked up in the database for the most part: 6,000 items a second instead of 11,000.
const HELD_BYTES: usize = 64 << 20;

/// Creates the tables where they are missing.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS likeness_meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    signature_version INTEGER NOT NULL,
    behind INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS likeness_pending (
    number INTEGER PRIMARY KEY,
    item INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    fingerprints BLOB NOT NULL,
    keys BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS likeness_segment (
    segment INTEGER PRIMARY KEY AUTOINCREMENT,
    level INTEGER NOT NULL,
    items BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS likeness_chunk (
    place INTEGER PRIMARY KEY,
    postings BLOB NOT NULL
);
";

/// The tables, in the order in which they are emptied.
const TABLES: [&str; 6] =
    ["likeness_pending", "likeness_segment", "likeness_chunk", "likeness_run", "likeness_key", "likeness_meta"];

/// What is known of the index in memory. One for each writer; see [`Likeness::on`].
#[derive(Debug)]
pub struct Likeness {
    pending: Pending,
    /// Newest first.
    segments: Vec<Segment>,
    keys: Keys,
    /// [`HELD_BYTES`], but in tests.
    held_bytes: usize,
    /// [`PENDING`] and [`MERGED`], but in tests.
    sizes: (usize, usize),
}

/// The items that are not sorted yet.
#[derive(Debug, Default)]
struct Pending {
    items: Items,
    /// Ranks in `items`, by spot.
    ranks: Chains,
}

/// An item of the index.
#[derive(Debug, Clone, Copy)]
struct Seen {
    item: i64,
    /// Seconds since 1970.
    seen: i64,
    /// How many fingerprints it has.
    fingerprints: u32,
}

/// Items by rank, as they came: what is asked of most of them lies close together (with everything of an item in one place,
/// waiting for memory here was a third of a look-up).
#[derive(Debug, Default)]
struct Items {
    numbers: Vec<i64>,
    seen: Vec<i64>,
    /// Fingerprints of each; 65,535 stands for more, too.
    fingerprints: Vec<u16>,
}

#[derive(Debug)]
struct Segment {
    id: i64,
    level: i64,
    items: Items,
    first_seen: i64,
    last_seen: i64,
    filter: Filter,
    /// Its postings; `None` where they are looked up in the database.
    held: Option<Held>,
}

impl Items {
    fn push(&mut self, Seen { item, seen, fingerprints }: Seen) {
        self.numbers.push(item);
        self.seen.push(seen);
        self.fingerprints.push(u16::try_from(fingerprints).unwrap_or(u16::MAX));
    }

    fn len(&self) -> usize {
        self.numbers.len()
    }

    /// How many fingerprints all have together.
    fn fingerprints(&self) -> usize {
        self.fingerprints.iter().map(|&count| usize::from(count)).sum()
    }

    fn append(&mut self, mut newer: Self) {
        self.numbers.append(&mut newer.numbers);
        self.seen.append(&mut newer.seen);
        self.fingerprints.append(&mut newer.fingerprints);
    }

    /// Adds those that share enough, given the rank of each once for every fingerprint that it shares.
    fn hits(&self, ranks: &mut [u32], enough: Enough, hits: &mut Vec<Hit>) {
        ranks.sort_unstable();
        for of_one in ranks.chunk_by(|one, other| one == other) {
            let (rank, shared) = (of_one[0] as usize, of_one.len() as u32);
            if enough.is(shared, u32::from(self.fingerprints[rank])) {
                hits.push(Hit { item: self.numbers[rank], shared });
            }
        }
    }
}

impl FromIterator<Seen> for Items {
    fn from_iter<I: IntoIterator<Item = Seen>>(all: I) -> Self {
        let mut items = Self::default();
        all.into_iter().for_each(|seen| items.push(seen));
        items
    }
}

impl Likeness {
    /// Creates the tables and reads what is in them; where the transaction that did so is not kept, what it returns is of no
    /// more use. An index that was made by another signature version is emptied:
    /// [`LikenessOn::behind`] says so, and [`LikenessOn::bring_back`] fills it again, newest first, while new items arrive.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn open(conn: &Connection) -> rusqlite::Result<Self> {
        create(conn)?;
        let version: Option<u32> =
            conn.query_row("SELECT signature_version FROM likeness_meta", [], |row| row.get(0)).optional()?;
        match version {
            Some(SIGNATURE_VERSION) => {}
            Some(_) => Self::clear(conn, i64::MAX)?,
            None => Self::clear(conn, 0)?,
        }
        let mut likeness = Self {
            pending: Pending::default(),
            segments: Vec::new(),
            keys: Keys::default(),
            held_bytes: HELD_BYTES,
            sizes: (PENDING, MERGED),
        };
        likeness.reload(conn)?;
        Ok(likeness)
    }

    /// Empties the index and marks it as made by this version, but for items below `behind`.
    fn clear(conn: &Connection, behind: i64) -> rusqlite::Result<()> {
        let last: i64 =
            conn.query_row("SELECT coalesce(max(segment), 0) FROM likeness_segment", [], |row| row.get(0))?;
        // Another version may have kept them in another way.
        for table in TABLES {
            conn.execute(&format!("DROP TABLE {table}"), [])?;
        }
        create(conn)?;
        // Segments are asked newest first, by their numbers: those that are brought back go below the new ones.
        conn.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('likeness_segment', ?1)", [last + BELOW])?;
        conn.execute(
            "INSERT INTO likeness_meta (only, signature_version, behind) VALUES (1, ?1, ?2)",
            params![SIGNATURE_VERSION, behind],
        )?;
        Ok(())
    }

    /// Returns the index for one transaction on `conn`, which must be the same database every time.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn on<'a>(&'a mut self, conn: &'a Connection) -> rusqlite::Result<LikenessOn<'a>> {
        let last: Option<(usize, i64)> = conn
            .prepare_cached("SELECT number, item FROM likeness_pending ORDER BY number DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get::<_, i64>(0)? as usize, row.get(1)?)))
            .optional()?;
        let rows = |table: &str, column: &str| -> rusqlite::Result<(i64, i64)> {
            conn.prepare_cached(&format!("SELECT count(*), coalesce(max({column}), 0) FROM {table}"))?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        };
        // Rows are numbered from 1 without gaps: they are only ever added one by one and deleted all at once.
        let known = &self.pending.items.numbers;
        let fits = known.last().map(|&item| (known.len(), item)) == last
            && (self.segments.len() as i64, self.segments.first().map_or(0, |newest| newest.id))
                == rows("likeness_segment", "segment")?
            && self.keys.runs() == rows("likeness_run", "run")?;
        if !fits {
            self.reload(conn)?;
        }
        Ok(self.still_on(conn))
    }

    /// As [`Likeness::on`], later in the same transaction: nobody else can have written since.
    pub fn still_on<'a>(&'a mut self, conn: &'a Connection) -> LikenessOn<'a> {
        LikenessOn { likeness: self, conn }
    }

    fn reload(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        self.pending = Pending::default();
        self.segments.clear();
        self.keys.reload(conn)?;
        let mut pending =
            conn.prepare_cached("SELECT item, seen, fingerprints, keys FROM likeness_pending ORDER BY number")?;
        let mut rows = pending.query([])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(2)?.as_blob()?;
            let seen = Seen { item: row.get(0)?, seen: row.get(1)?, fingerprints: (bytes.len() / 4) as u32 };
            self.pending.push(seen, fingerprints(bytes));
            let keys: Vec<i64> = row.get_ref(3)?.as_blob()?.chunks_exact(8).map(number).collect();
            keys::postings(seen.item, &keys).for_each(|posting| self.keys.push(posting));
        }
        let mut segments =
            conn.prepare_cached("SELECT segment, level, items FROM likeness_segment ORDER BY segment DESC")?;
        let mut rows = segments.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            let items = seen_items(row.get_ref(2)?.as_blob()?);
            let count = items.fingerprints();
            let mut filter = Filter::new(count);
            let mut held = Held::new(count);
            let mut last = None;
            each_posting(conn, id, |posting| {
                if last.replace(posting.0) != Some(posting.0) {
                    filter.add(posting.0);
                }
                if held.bytes() < self.held_bytes {
                    held.push(posting);
                }
            })?;
            self.segments.push(Segment::new(id, row.get(1)?, items, filter, held.fit()));
            self.hold_the_newest();
        }
        Ok(())
    }

    /// Lets go of the postings of the oldest segments that go beyond [`HELD_BYTES`].
    fn hold_the_newest(&mut self) {
        let mut left = self.held_bytes;
        for segment in &mut self.segments {
            let bytes = segment.held.as_ref().map_or(0, Held::bytes);
            if bytes >= left {
                segment.held = None;
                left = 0;
            } else {
                left -= bytes;
            }
        }
    }
}

impl Pending {
    fn push(&mut self, seen: Seen, fingerprints: impl Iterator<Item = u32>) {
        let rank = self.items.len() as u32;
        self.items.push(seen);
        fingerprints.for_each(|fingerprint| self.ranks.push(spot(fingerprint), rank));
    }
}

impl Segment {
    fn new(id: i64, level: i64, items: Items, filter: Filter, held: Held) -> Self {
        let first_seen = items.seen.iter().copied().min().unwrap_or(i64::MAX);
        let last_seen = items.seen.iter().copied().max().unwrap_or(i64::MIN);
        Self { id, level, items, first_seen, last_seen, filter, held: Some(held) }
    }
}

/// The index on a connection, usually within a transaction.
#[derive(Debug)]
pub struct LikenessOn<'a> {
    likeness: &'a mut Likeness,
    conn: &'a Connection,
}

impl Index for LikenessOn<'_> {
    type Error = rusqlite::Error;

    fn near(&mut self, fingerprints: &[u32], enough: Enough, from: Instant, to: Instant) -> rusqlite::Result<Vec<Hit>> {
        let (from, to) = (from.timestamp(), to.timestamp());
        let Likeness { pending, segments, .. } = &*self.likeness;
        // Each fingerprint with how many postings of it still count.
        let mut asked: Vec<(u32, usize)> =
            fingerprints.iter().map(|&fingerprint| (spot(fingerprint), MOST_POSTINGS)).collect();
        let (mut hits, mut ranks) = (Vec::new(), Vec::new());
        for (spot, left) in &mut asked {
            let within = pending.ranks.with(*spot).filter(|&rank| {
                let seen = pending.items.seen[rank as usize];
                from <= seen && seen <= to
            });
            let before = ranks.len();
            ranks.extend(within.take(*left));
            *left -= ranks.len() - before;
        }
        pending.items.hits(&mut ranks, enough, &mut hits);

        let mut chunk = self.conn.prepare_cached(
            "SELECT place, postings FROM likeness_chunk WHERE place <= ?1 ORDER BY place DESC LIMIT 1",
        )?;
        // Newest first, and all that is asked of one together: its memory is fetched once.
        let mut found = Vec::new();
        for segment in segments.iter().filter(|segment| segment.first_seen <= to && segment.last_seen >= from) {
            let is_within = segment.first_seen >= from && segment.last_seen <= to;
            ranks.clear();
            for (spot, left) in asked.iter_mut().filter(|(spot, left)| *left > 0 && segment.filter.may_have(*spot)) {
                found.clear();
                if let Some(held) = &segment.held {
                    held.ranks_with(*spot, &mut found);
                } else {
                    let mut rows = chunk.query([place(segment.id, *spot)])?;
                    if let Some(row) = rows.next()? {
                        let (id, first) = part(row.get(0)?);
                        if id == segment.id {
                            segment::ranks_with(*spot, first, row.get_ref(1)?.as_blob()?, &mut found);
                        }
                    }
                }
                let before = ranks.len();
                let newest = found.iter().rev().copied().filter(|&rank| match segment.items.seen.get(rank as usize) {
                    Some(seen) => is_within || (from..=to).contains(seen),
                    // Bytes that nobody wrote: the file is damaged.
                    None => false,
                });
                ranks.extend(newest.take(*left));
                *left -= ranks.len() - before;
            }
            segment.items.hits(&mut ranks, enough, &mut hits);
        }
        // An item whose text has changed is here with each of its versions.
        hits.sort_unstable_by_key(|hit| (hit.item, std::cmp::Reverse(hit.shared)));
        hits.dedup_by_key(|hit| hit.item);
        Ok(hits)
    }

    fn same(&mut self, keys: &[i64]) -> rusqlite::Result<Vec<i64>> {
        let mut items = Vec::new();
        for &key in keys {
            self.likeness.keys.with(self.conn, key, &mut items)?;
        }
        Ok(items)
    }

    fn insert(&mut self, item: i64, at: Instant, traces: &Traces) -> rusqlite::Result<()> {
        let mut bytes = Vec::with_capacity(traces.fingerprints.len() * 4);
        for fingerprint in &traces.fingerprints {
            bytes.extend_from_slice(&fingerprint.to_le_bytes());
        }
        let keys: Vec<u8> = traces.keys.iter().flat_map(|key| key.to_le_bytes()).collect();
        self.conn
            .prepare_cached(
                "INSERT INTO likeness_pending (number, item, seen, fingerprints, keys) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![self.likeness.pending.items.len() as i64 + 1, item, at.timestamp(), bytes, keys])?;
        keys::postings(item, &traces.keys).for_each(|posting| self.likeness.keys.push(posting));
        let seen = Seen { item, seen: at.timestamp(), fingerprints: traces.fingerprints.len() as u32 };
        self.likeness.pending.push(seen, traces.fingerprints.iter().copied());
        let Likeness { pending, sizes: (most, _), .. } = &*self.likeness;
        if pending.items.len() >= *most || pending.ranks.len() >= *most * EACH {
            self.seal()?;
        }
        Ok(())
    }
}

impl LikenessOn<'_> {
    /// Items with numbers below this one are not in the index yet, because it was made by another signature version; 0 when
    /// all are.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn behind(&self) -> rusqlite::Result<i64> {
        self.conn.prepare_cached("SELECT behind FROM likeness_meta")?.query_row([], |row| row.get(0))
    }

    /// Brings items back after a change of the signature version: `items` in the order in which they came, all of them below
    /// [`LikenessOn::behind`], which is `behind` from now on. Those seen before `hot` get back only what they are recognised
    /// by for good.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn bring_back(&mut self, items: &[(i64, Instant, Traces)], hot: Instant, behind: i64) -> rusqlite::Result<()> {
        let mut seen = Items::default();
        let mut postings = Vec::new();
        let mut keys = Vec::new();
        for (item, at, traces) in items {
            keys.extend(keys::postings(*item, &traces.keys));
            if *at >= hot && !traces.fingerprints.is_empty() {
                let rank = seen.len() as u32;
                let fingerprints = traces.fingerprints.len() as u32;
                seen.push(Seen { item: *item, seen: at.timestamp(), fingerprints });
                postings.extend(traces.fingerprints.iter().map(|&fingerprint| (spot(fingerprint), rank)));
            }
        }
        self.likeness.keys.add(self.conn, keys)?;
        if seen.len() > 0 {
            let lowest: i64 = self.conn.query_row(
                "SELECT coalesce((SELECT min(segment) FROM likeness_segment),
                                 (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'likeness_segment'))",
                [],
                |row| row.get(0),
            )?;
            let segment = self.write_segment(Some(lowest - 1), 1, seen, postings)?;
            self.likeness.segments.push(segment);
            self.likeness.hold_the_newest();
        }
        self.conn.prepare_cached("UPDATE likeness_meta SET behind = ?1")?.execute([behind]).map(drop)
    }

    /// Drops the segments whose items were all seen before `before`, and returns how many items they had. What items
    /// are recognised by for good stays.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn purge(&mut self, before: Instant) -> rusqlite::Result<usize> {
        let before = before.timestamp();
        let (old, kept): (Vec<Segment>, Vec<Segment>) =
            std::mem::take(&mut self.likeness.segments).into_iter().partition(|segment| segment.last_seen < before);
        self.likeness.segments = kept;
        let mut items = 0;
        for segment in old {
            items += segment.items.len();
            self.drop_segment(segment.id)?;
        }
        Ok(items)
    }

    fn drop_segment(&self, id: i64) -> rusqlite::Result<()> {
        self.conn
            .prepare_cached("DELETE FROM likeness_chunk WHERE place BETWEEN ?1 AND ?2")?
            .execute(params![place(id, 0), place(id, u32::MAX)])?;
        self.conn.prepare_cached("DELETE FROM likeness_segment WHERE segment = ?1")?.execute([id])?;
        Ok(())
    }

    /// Makes a segment of the pending items, and a large one of the small ones when there are enough.
    fn seal(&mut self) -> rusqlite::Result<()> {
        let pending = std::mem::take(&mut self.likeness.pending);
        self.conn.prepare_cached("DELETE FROM likeness_pending")?.execute([])?;
        self.likeness.keys.seal(self.conn)?;
        self.add_segment(0, pending.items, pending.ranks.postings())?;

        let small = self.likeness.segments.iter().take_while(|segment| segment.level == 0).count();
        if small >= self.likeness.sizes.1 {
            // Oldest first, so that ranks stay in the order in which the items came.
            let merged: Vec<Segment> = self.likeness.segments.drain(..small).rev().collect();
            let mut items = Items::default();
            let mut postings = Vec::new();
            for segment in merged {
                let base = items.len() as u32;
                items.append(segment.items);
                each_posting(self.conn, segment.id, |(spot, rank)| postings.push((spot, base + rank)))?;
                self.drop_segment(segment.id)?;
            }
            self.add_segment(1, items, postings)?;
        }
        Ok(())
    }

    fn add_segment(&mut self, level: i64, items: Items, postings: Vec<Posting>) -> rusqlite::Result<()> {
        let segment = self.write_segment(None, level, items, postings)?;
        self.likeness.segments.insert(0, segment);
        self.likeness.hold_the_newest();
        Ok(())
    }

    /// Writes a segment, under the next number where none is given.
    fn write_segment(
        &self,
        number: Option<i64>,
        level: i64,
        items: Items,
        mut postings: Vec<Posting>,
    ) -> rusqlite::Result<Segment> {
        postings.sort_unstable();
        let postings = newest(&postings, MOST_POSTINGS);
        self.conn
            .prepare_cached("INSERT INTO likeness_segment (segment, level, items) VALUES (?1, ?2, ?3)")?
            .execute(params![number, level, seen_bytes(&items)])?;
        let id = self.conn.last_insert_rowid();
        let mut statement = self.conn.prepare_cached("INSERT INTO likeness_chunk (place, postings) VALUES (?1, ?2)")?;
        let mut held = Held::new(postings.len());
        for (first, bytes) in pack(&postings) {
            statement.execute(params![place(id, first), bytes])?;
        }
        let mut filter = Filter::new(postings.len());
        for &posting in &postings {
            filter.add(posting.0);
            held.push(posting);
        }
        Ok(Segment::new(id, level, items, filter, held.fit()))
    }
}

/// Creates the tables where they are missing.
fn create(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(SCHEMA)?;
    conn.execute_batch(keys::SCHEMA)
}

/// The key of the chunk of a segment (or of a run of keys) that starts with a spot.
fn place(segment: i64, first: u32) -> i64 {
    segment << 32 | i64::from(first)
}

/// The inverse of [`place`].
fn part(place: i64) -> (i64, u32) {
    (place >> 32, place as u32)
}

fn each_posting(conn: &Connection, segment: i64, mut each: impl FnMut(Posting)) -> rusqlite::Result<()> {
    let mut statement =
        conn.prepare_cached("SELECT place, postings FROM likeness_chunk WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?;
    let mut rows = statement.query(params![place(segment, 0), place(segment, u32::MAX)])?;
    while let Some(row) = rows.next()? {
        let (_, first) = part(row.get(0)?);
        unpack(first, row.get_ref(1)?.as_blob()?, |posting| {
            each(posting);
            true
        });
    }
    Ok(())
}

fn fingerprints(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

/// An item as a segment keeps it: number, instant, fingerprints.
const SEEN_BYTES: usize = 16;

fn seen_bytes(items: &Items) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(items.len() * SEEN_BYTES);
    for ((item, seen), fingerprints) in items.numbers.iter().zip(&items.seen).zip(&items.fingerprints) {
        bytes.extend_from_slice(&item.to_le_bytes());
        // 40 bits of seconds reach 34,000 years.
        bytes.extend_from_slice(&(seen << 24 | i64::from(*fingerprints)).to_le_bytes());
    }
    bytes
}

fn number(eight: &[u8]) -> i64 {
    i64::from_le_bytes(eight.try_into().expect("chunks of eight bytes"))
}

fn seen_items(bytes: &[u8]) -> Items {
    bytes
        .chunks_exact(SEEN_BYTES)
        .map(|row| {
            let (item, packed) = (number(&row[..8]), number(&row[8..]));
            Seen { item, seen: packed >> 24, fingerprints: (packed & 0xFF_FFFF) as u32 }
        })
        .collect()
}

#[cfg(test)]
mod tests;
