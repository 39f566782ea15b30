//! The index over SQLite against the one in memory.

use chrono::TimeDelta;

use super::*;
use crate::dedup::MemoryIndex;

/// A stream of numbers that is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as u32) % end
    }

    /// Traces that meet others often: some fingerprints are common, most are rare.
    fn traces(&mut self) -> Traces {
        let mut fingerprints: Vec<u32> = (0..1 + self.below(12))
            .map(|_| if self.below(3) == 0 { self.below(8) } else { self.below(3000).wrapping_mul(2_654_435_761) })
            .collect();
        fingerprints.sort_unstable();
        fingerprints.dedup();
        Traces { fingerprints, keys: (0..self.below(3)).map(|_| i64::from(self.below(400))).collect() }
    }
}

fn small(conn: &Connection) -> Likeness {
    Likeness { sizes: (16, 4), ..Likeness::open(conn).unwrap() }
}

fn at(minute: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::minutes(minute)
}

fn sorted(mut hits: Vec<Hit>) -> Vec<(i64, u32)> {
    hits.sort_unstable_by_key(|hit| hit.item);
    hits.into_iter().map(|hit| (hit.item, hit.shared)).collect()
}

#[test]
fn it_answers_like_the_index_in_memory_through_segments_merges_and_restarts() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let mut memory = MemoryIndex::default();
    let mut random = Random(5);
    for item in 0..700 {
        if item % 97 == 0 {
            likeness = small(&conn);
        }
        let mut index = likeness.on(&conn).unwrap();
        let traces = random.traces();
        let (from, to) = (at(item - 300), at(item + 1));
        let near = sorted(index.near(&traces.fingerprints, Enough::ONE, from, to).unwrap());
        assert_eq!(near, sorted(memory.near(&traces.fingerprints, Enough::ONE, from, to).unwrap()), "item {item}");
        assert_eq!(index.same(&traces.keys), Ok(memory.same(&traces.keys).unwrap()), "item {item}");
        index.insert(item, at(item), &traces).unwrap();
        memory.insert(item, at(item), &traces).unwrap();
    }
    assert!(likeness.segments.iter().any(|segment| segment.level == 1), "segments were merged");
    assert!(likeness.segments.len() < 700 / 16);
}

#[test]
fn very_long_texts_do_not_wait_in_memory_for_others() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let traces = |item: i64| Traces {
        fingerprints: (0..400).map(|n| (item as u32 * 200 + n).wrapping_mul(2_654_435_761)).collect(),
        keys: vec![item],
    };
    for item in 0..50 {
        likeness.on(&conn).unwrap().insert(item, at(item), &traces(item)).unwrap();
        assert!(likeness.pending.ranks.len() < 16 * EACH, "{} wait", likeness.pending.ranks.len());
    }
    for mut likeness in [likeness, small(&conn)] {
        let mut index = likeness.on(&conn).unwrap();
        let near = sorted(index.near(&traces(20).fingerprints, Enough::ONE, at(0), at(99)).unwrap());
        assert_eq!(near, [(19, 200), (20, 400), (21, 200)]);
        assert_eq!(index.same(&[20]).unwrap(), [20]);
    }
}

#[test]
fn of_a_fingerprint_that_very_many_have_the_newest_count() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = Likeness { sizes: (100, 4), ..Likeness::open(&conn).unwrap() };
    let mut memory = MemoryIndex::default();
    for item in 0..1_050 {
        let traces = Traces { fingerprints: vec![7, 1000 + item as u32 / 2], keys: Vec::new() };
        likeness.on(&conn).unwrap().insert(item, at(item), &traces).unwrap();
        memory.insert(item, at(item), &traces).unwrap();
    }
    // Of the whole time, and of a time that ends or begins within a segment.
    for (from, to, least) in [(0, 2_000, 0), (980, 2_000, 980), (0, 2_000, 986)] {
        let near = sorted(likeness.on(&conn).unwrap().near(&[7, 1010], Enough::ONE, at(from), at(to)).unwrap());
        assert_eq!(near, sorted(memory.near(&[7, 1010], Enough::ONE, at(from), at(to)).unwrap()));
        assert!(near.iter().filter(|(item, _)| *item > 100).all(|(item, _)| *item >= least), "{near:?}");
        assert!(near.len() >= MOST_POSTINGS, "{near:?}");
    }
}

#[test]
fn what_was_rolled_back_is_forgotten() {
    let mut conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let traces = |item: u32| Traces { fingerprints: vec![7, 1000 + item], keys: vec![i64::from(item)] };
    likeness.on(&conn).unwrap().insert(1, at(1), &traces(1)).unwrap();
    {
        let tx = conn.transaction().unwrap();
        let mut index = likeness.on(&tx).unwrap();
        // Enough to make segments, and to merge them.
        for item in 2..80 {
            index.insert(item, at(2), &traces(item as u32)).unwrap();
        }
        index.purge(at(3)).unwrap();
    }
    let mut index = likeness.on(&conn).unwrap();
    assert_eq!(sorted(index.near(&[7, 1002], Enough::ONE, at(0), at(9)).unwrap()), [(1, 1)]);
    assert_eq!(index.same(&[2]).unwrap(), [0; 0]);
}

#[test]
fn purging_drops_old_segments_and_keeps_what_items_are_recognised_by() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let mut index = likeness.on(&conn).unwrap();
    for item in 0..40 {
        index.insert(item, at(item), &Traces { fingerprints: vec![7], keys: vec![item] }).unwrap();
    }
    assert_eq!(index.purge(at(20)).unwrap(), 16);
    let left = sorted(index.near(&[7], Enough::ONE, at(0), at(100)).unwrap());
    assert_eq!(left.first().map(|hit| hit.0), Some(16));
    assert_eq!(left.len(), 24);
    assert_eq!(index.same(&[3]).unwrap(), [3]);
    let reopened = small(&conn).on(&conn).unwrap().near(&[7], Enough::ONE, at(0), at(100)).unwrap();
    assert_eq!(sorted(reopened), left);
}

#[test]
fn an_item_that_is_remembered_again_counts_once() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let mut index = likeness.on(&conn).unwrap();
    for fingerprints in [vec![1, 2, 3], vec![2, 3, 4]] {
        index.insert(9, at(1), &Traces { fingerprints, keys: vec![5] }).unwrap();
    }
    assert_eq!(sorted(index.near(&[1, 2, 3, 4], Enough::ONE, at(0), at(2)).unwrap()), [(9, 3)]);
    assert_eq!(index.same(&[5]).unwrap(), [9]);
}

#[test]
fn an_item_that_is_remembered_often_crowds_nobody_out() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let mut memory = MemoryIndex::default();
    let traces = Traces { fingerprints: vec![1], keys: vec![5] };
    // As when an item of a year ago is edited, and edited again, at the same address.
    for item in [3, 7, 8, 2, 8, 8, 8, 8, 8, 8, 8, 8, 2, 2] {
        let mut index = likeness.on(&conn).unwrap();
        index.insert(item, at(1), &traces).unwrap();
        memory.insert(item, at(1), &traces).unwrap();
        assert_eq!(index.same(&[5]), Ok(memory.same(&[5]).unwrap()));
    }
    assert_eq!(likeness.on(&conn).unwrap().same(&[5]), Ok(vec![8, 7, 3, 2]));
    // Sorted into a run, they answer as before.
    let mut index = likeness.on(&conn).unwrap();
    index.seal().unwrap();
    assert_eq!(index.same(&[5]), Ok(vec![8, 7, 3, 2]));
}

#[test]
fn an_index_of_another_signature_version_is_filled_again_newest_first_and_answers_as_before() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let mut memory = MemoryIndex::default();
    let mut random = Random(9);
    let all: Vec<Traces> = (0..300).map(|_| random.traces()).collect();
    let mut index = likeness.on(&conn).unwrap();
    for item in 0..200 {
        index.insert(item, at(item), &all[item as usize]).unwrap();
    }
    assert_eq!(index.behind(), Ok(0));
    conn.execute("UPDATE likeness_meta SET signature_version = signature_version - 1", []).unwrap();
    let mut likeness = small(&conn);
    let mut index = likeness.on(&conn).unwrap();
    assert_eq!(index.behind(), Ok(i64::MAX));
    assert!(index.near(&all[150].fingerprints, Enough::ONE, at(0), at(300)).unwrap().is_empty());
    // New items come while old ones are brought back, with a restart after each slice.
    let mut next = 200;
    while likeness.on(&conn).unwrap().behind() != Ok(0) {
        let mut index = likeness.on(&conn).unwrap();
        for item in next..next + 20 {
            index.insert(item, at(item), &all[item as usize]).unwrap();
        }
        next += 20;
        let below = index.behind().unwrap().min(200);
        let from = (below - 50).max(0);
        let slice: Vec<_> = (from..below).map(|item| (item, at(item), all[item as usize].clone())).collect();
        index.bring_back(&slice, at(0), from).unwrap();
        likeness = small(&conn);
    }
    for item in 0..next {
        memory.insert(item, at(item), &all[item as usize]).unwrap();
    }
    let mut index = likeness.on(&conn).unwrap();
    for traces in &all {
        let near = sorted(index.near(&traces.fingerprints, Enough::ONE, at(0), at(300)).unwrap());
        assert_eq!(near, sorted(memory.near(&traces.fingerprints, Enough::ONE, at(0), at(300)).unwrap()));
        // A key that an item was given twice is one row in the database.
        let once = |items: Vec<i64>| items.into_iter().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(once(index.same(&traces.keys).unwrap()), once(memory.same(&traces.keys).unwrap()));
    }
}

#[test]
fn what_is_brought_back_takes_no_more_memory_than_what_came() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = Likeness { held_bytes: 1 << 20, ..small(&conn) };
    let traces = |item: i64| Traces {
        fingerprints: (0..1_000).map(|n| (item as u32 * 1_000 + n).wrapping_mul(2_654_435_761)).collect(),
        keys: Vec::new(),
    };
    let mut index = likeness.on(&conn).unwrap();
    for behind in [600, 400, 200, 0] {
        let slice: Vec<_> = (behind..behind + 200).map(|item| (item, at(item), traces(item))).collect();
        index.bring_back(&slice, at(0), behind).unwrap();
    }
    let held: usize = index.likeness.segments.iter().filter_map(|one| one.held.as_ref()).map(Held::bytes).sum();
    assert!(held > 0 && held <= 1 << 20, "{held} bytes");
}

#[test]
fn what_is_older_than_the_window_is_brought_back_by_its_keys_alone() {
    let conn = Connection::open_in_memory().unwrap();
    let mut likeness = small(&conn);
    let mut index = likeness.on(&conn).unwrap();
    let traces = Traces { fingerprints: vec![1, 2], keys: vec![3] };
    index.bring_back(&[(1, at(1), traces.clone()), (2, at(9), traces)], at(5), 1).unwrap();
    assert_eq!(sorted(index.near(&[1, 2], Enough::ONE, at(0), at(20)).unwrap()), [(2, 2)]);
    assert_eq!(index.same(&[3]).unwrap(), [2, 1]);
    assert_eq!(index.behind(), Ok(1));
}
