//! What items are recognised by for good: the hashes of their texts, beginnings and addresses, each with the item that has it.
//!
//! They are never dropped, so this is the only part of the index that grows for ever. Kept one row each, the keys of a new
//! item fall anywhere into a table of millions: each dirties a page of its own, which is copied to the log and back (a quarter
//! of the index's time at a million items, and growing). Here they are gathered until the items are sorted into a segment, and
//! become a *run*, packed as postings are; [`FAN`] runs of one level are merged into one of the next. So a key is written once
//! a level (six times by a hundred million items), in order, and takes 7 bytes instead of 11 to 14. A filter in memory for each
//! run (two bytes a key) answers nearly every question about a key that is not there.

use rusqlite::{Connection, params};

use super::chains::Chains;
use super::segment::{Filter, Posting, newest, pack, ranks_with, unpack};
use super::{part, place};
use crate::dedup::MOST_SAME;

/// Runs of a level that are merged into one of the next.
const FAN: usize = 8;

/// Keys that are sorted at once when runs are merged, about.
const SORTED_AT_ONCE: u64 = 1 << 17;

/// The tables, a part of the index's schema.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS likeness_run (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    level INTEGER NOT NULL,
    keys INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS likeness_key (
    place INTEGER PRIMARY KEY,
    keys BLOB NOT NULL
);
";

/// What is known of the keys in memory.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Those of the items that are not in a run yet.
    pending: Chains,
    runs: Vec<Run>,
}

#[derive(Debug)]
struct Run {
    id: i64,
    level: i64,
    /// How many there are.
    keys: u64,
    filter: Filter,
}

/// Where a key lies among all, as a fingerprint has its spot.
///
/// Thirty-two bits of a key are left: of ten million items with two keys each, one look-up in two hundred meets an item
/// that it should not. It is one more to compare.
fn spot(key: i64) -> u32 {
    (key.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// The keys of an item as postings: the number of an item takes the place of a rank.
///
/// Beyond four thousand million items, they are found by their fingerprints alone.
pub(super) fn postings(item: i64, keys: &[i64]) -> impl Iterator<Item = Posting> + '_ {
    let item = u32::try_from(item).ok();
    keys.iter().filter_map(move |&key| Some((spot(key), item?)))
}

impl Keys {
    /// Reads the runs, for their filters.
    pub fn reload(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        *self = Self::default();
        let mut runs = conn.prepare_cached("SELECT run, level, keys FROM likeness_run ORDER BY run")?;
        let mut rows = runs.query([])?;
        while let Some(row) = rows.next()? {
            let (id, level, keys): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            // Each takes two bytes at least: what a damaged file says must not decide how much memory is asked for.
            let bytes: i64 = conn
                .prepare_cached(
                    "SELECT coalesce(sum(length(keys)), 0) FROM likeness_key WHERE place BETWEEN ?1 AND ?2",
                )?
                .query_row([place(id, 0), place(id, u32::MAX)], |row| row.get(0))?;
            let mut run = Run::new(id, level, keys.clamp(0, bytes).unsigned_abs());
            each(conn, id, 0, u32::MAX, |(spot, _)| run.filter.add(spot))?;
            self.runs.push(run);
        }
        Ok(())
    }

    /// How many runs there are, and the number of the newest; 0 for none.
    pub fn runs(&self) -> (i64, i64) {
        (self.runs.len() as i64, self.runs.iter().map(|run| run.id).max().unwrap_or(0))
    }

    /// Notes a key of an item that is written with it, and will be in the next run.
    pub fn push(&mut self, (spot, item): Posting) {
        self.pending.push(spot, item);
    }

    /// The items that have a key, those with the highest numbers first, at most [`MOST_SAME`].
    pub fn with(&self, conn: &Connection, key: i64, items: &mut Vec<i64>) -> rusqlite::Result<()> {
        let spot = spot(key);
        // Descending, each once: one that is remembered again and again stands for one.
        let mut found: Vec<u32> = Vec::with_capacity(MOST_SAME);
        for item in self.pending.with(spot) {
            if found.get(MOST_SAME - 1).is_some_and(|last| item <= *last) {
                continue;
            }
            if let Err(at) = found.binary_search_by(|held| item.cmp(held)) {
                found.insert(at, item);
                found.truncate(MOST_SAME);
            }
        }
        for run in self.runs.iter().filter(|run| run.filter.may_have(spot)) {
            let mut chunk = conn
                .prepare_cached("SELECT place, keys FROM likeness_key WHERE place <= ?1 ORDER BY place DESC LIMIT 1")?;
            let mut rows = chunk.query([place(run.id, spot)])?;
            if let Some(row) = rows.next()? {
                let (id, first) = part(row.get(0)?);
                if id == run.id {
                    ranks_with(spot, first, row.get_ref(1)?.as_blob()?, &mut found);
                }
            }
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        // An item whose text has changed may be in several runs.
        found.dedup();
        items.extend(found.into_iter().take(MOST_SAME).map(i64::from));
        Ok(())
    }

    /// Makes a run of the pending keys.
    pub fn seal(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.add(conn, pending.postings())
    }

    /// Adds a run, in any order, and merges runs where there are enough.
    pub fn add(&mut self, conn: &Connection, mut postings: Vec<Posting>) -> rusqlite::Result<()> {
        if postings.is_empty() {
            return Ok(());
        }
        let mut run = begin(conn, 0, postings.len() as u64)?;
        run.write(conn, &mut postings)?;
        self.runs.push(run);
        let mut level = 0;
        while self.runs.iter().filter(|run| run.level == level).count() >= FAN {
            self.merge(conn, level)?;
            level += 1;
        }
        Ok(())
    }

    /// Merges the runs of a level into one of the next, a part of all spots at a time: a large level takes no more memory
    /// than a small one.
    fn merge(&mut self, conn: &Connection, level: i64) -> rusqlite::Result<()> {
        let (merged, kept): (Vec<Run>, Vec<Run>) =
            std::mem::take(&mut self.runs).into_iter().partition(|run| run.level == level);
        self.runs = kept;
        let keys: u64 = merged.iter().map(|run| run.keys).sum();
        let parts = (keys / SORTED_AT_ONCE).next_power_of_two().clamp(1, 1 << 16);
        let width = (1u64 << 32) / parts;
        let mut run = begin(conn, level + 1, keys)?;
        let mut postings = Vec::new();
        for part in 0..parts {
            let (first, last) = ((part * width) as u32, ((part + 1) * width - 1) as u32);
            for run in &merged {
                each(conn, run.id, first, last, |posting| postings.push(posting))?;
            }
            run.write(conn, &mut postings)?;
            postings.clear();
        }
        for run in &merged {
            conn.prepare_cached("DELETE FROM likeness_key WHERE place BETWEEN ?1 AND ?2")?
                .execute([place(run.id, 0), place(run.id, u32::MAX)])?;
            conn.prepare_cached("DELETE FROM likeness_run WHERE run = ?1")?.execute([run.id])?;
        }
        self.runs.push(run);
        Ok(())
    }
}

impl Run {
    fn new(id: i64, level: i64, keys: u64) -> Self {
        Self { id, level, keys, filter: Filter::new(keys as usize) }
    }

    /// Writes the next part of its keys, each with its newest items only: no more are ever asked for, so a text that comes
    /// again every day takes no room.
    fn write(&mut self, conn: &Connection, postings: &mut Vec<Posting>) -> rusqlite::Result<()> {
        postings.sort_unstable();
        postings.dedup();
        let newest = newest(postings, MOST_SAME);
        newest.iter().for_each(|posting| self.filter.add(posting.0));
        let mut insert = conn.prepare_cached("INSERT INTO likeness_key (place, keys) VALUES (?1, ?2)")?;
        for (first, bytes) in pack(&newest) {
            insert.execute(params![place(self.id, first), bytes])?;
        }
        Ok(())
    }
}

/// The row of a new run.
fn begin(conn: &Connection, level: i64, keys: u64) -> rusqlite::Result<Run> {
    conn.prepare_cached("INSERT INTO likeness_run (level, keys) VALUES (?1, ?2)")?
        .execute(params![level, keys.cast_signed()])?;
    Ok(Run::new(conn.last_insert_rowid(), level, keys))
}

/// Calls `each` with every posting of a run whose spot is within `first..=last`, in order.
fn each(conn: &Connection, run: i64, first: u32, last: u32, mut each: impl FnMut(Posting)) -> rusqlite::Result<()> {
    // A chunk that begins before `first` may reach into it.
    let mut chunks = conn.prepare_cached(
        "SELECT place, keys FROM likeness_key
         WHERE place BETWEEN coalesce((SELECT max(place) FROM likeness_key WHERE place BETWEEN ?1 AND ?2), ?2) AND ?3
         ORDER BY place",
    )?;
    let mut rows = chunks.query([place(run, 0), place(run, first), place(run, last)])?;
    while let Some(row) = rows.next()? {
        let (_, begin) = part(row.get(0)?);
        unpack(begin, row.get_ref(1)?.as_blob()?, |posting| {
            if posting.0 >= first && posting.0 <= last {
                each(posting);
            }
            posting.0 <= last
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(conn: &Connection) -> Keys {
        conn.execute_batch(SCHEMA).unwrap();
        let mut keys = Keys::default();
        keys.reload(conn).unwrap();
        keys
    }

    fn with(keys: &Keys, conn: &Connection, key: i64) -> Vec<i64> {
        let mut items = Vec::new();
        keys.with(conn, key, &mut items).unwrap();
        items
    }

    #[test]
    fn every_key_is_found_through_runs_merges_and_restarts() {
        let conn = Connection::open_in_memory().unwrap();
        let mut keys = keys(&conn);
        // 40,000 keys of 20,000 items in runs of 100 items: three levels.
        for item in 0..20_000 {
            postings(item, &[item, item / 2 + 1_000_000]).for_each(|posting| keys.push(posting));
            if item % 100 == 99 {
                keys.seal(&conn).unwrap();
            }
        }
        let mut again = Keys::default();
        again.reload(&conn).unwrap();
        assert_eq!(again.runs(), keys.runs());
        assert!(keys.runs.len() < 3 * FAN && keys.runs.iter().any(|run| run.level == 2), "{:?}", keys.runs.len());
        for keys in [&keys, &again] {
            for item in (0..20_000).step_by(37) {
                assert!(with(keys, &conn, item).contains(&item), "{item}");
                let both = with(keys, &conn, item / 2 + 1_000_000);
                assert!(both.contains(&(item / 2 * 2)) && both.contains(&(item / 2 * 2 + 1)), "{item}: {both:?}");
            }
            let strangers: usize = (5_000_000..5_020_000).map(|key| with(keys, &conn, key).len()).sum();
            assert!(strangers < 20, "{strangers} of 20,000 keys that nobody has");
        }
    }

    #[test]
    fn a_merge_in_parts_is_a_merge_at_once() {
        let conn = Connection::open_in_memory().unwrap();
        let mut keys = keys(&conn);
        let each_run = SORTED_AT_ONCE as i64 / 2;
        for item in 0..each_run * FAN as i64 {
            postings(item, &[item]).for_each(|posting| keys.push(posting));
            if (item + 1) % each_run == 0 {
                keys.seal(&conn).unwrap();
            }
        }
        let [run] = &keys.runs[..] else { panic!("{} runs", keys.runs.len()) };
        let mut all = Vec::new();
        each(&conn, run.id, 0, u32::MAX, |posting| all.push(posting)).unwrap();
        assert!(all.is_sorted());
        assert_eq!(all.len() as i64, each_run * FAN as i64);
        let rows: i64 =
            conn.query_row("SELECT count(DISTINCT place >> 32) FROM likeness_key", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 1, "what was merged is gone");
    }

    #[test]
    fn of_a_key_that_many_items_have_the_newest_are_kept() {
        let conn = Connection::open_in_memory().unwrap();
        let mut keys = keys(&conn);
        for item in 0..5_000 {
            postings(item, &[7]).for_each(|posting| keys.push(posting));
            if item % 50 == 49 {
                keys.seal(&conn).unwrap();
            }
        }
        assert_eq!(with(&keys, &conn, 7), [4999, 4998, 4997, 4996, 4995, 4994, 4993, 4992]);
        let bytes: i64 = conn.query_row("SELECT sum(length(keys)) FROM likeness_key", [], |row| row.get(0)).unwrap();
        assert!(bytes < 1_000, "{bytes} bytes for one text");
    }

    #[test]
    fn a_run_that_claims_more_keys_than_it_has_asks_for_no_more_memory() {
        let conn = Connection::open_in_memory().unwrap();
        let mut keys = keys(&conn);
        (0..100).flat_map(|item| postings(item, &[item]).collect::<Vec<_>>()).for_each(|posting| keys.push(posting));
        keys.seal(&conn).unwrap();
        conn.execute("UPDATE likeness_run SET keys = 9223372036854775807", []).unwrap();
        keys.reload(&conn).unwrap();
        assert!(keys.runs[0].keys < 2_000, "{} keys", keys.runs[0].keys);
        assert_eq!(with(&keys, &conn, 7), [7]);
    }

    #[test]
    fn an_item_beyond_all_numbers_has_no_keys() {
        assert_eq!(postings(-1, &[1]).count() + postings(1 << 32, &[1]).count(), 0);
        assert_eq!(postings((1 << 32) - 1, &[1]).count(), 1);
    }
}
