//! A mass change of a source carried out: held at first sight, taken over once a later poll shows the same.
//!
//! What is held is not forgotten: its hashes are not noted as seen and the document's validators are dropped, so the next
//! poll reads all of it again. A site that shows wrong names for an hour has then changed nothing here; one that was
//! redesigned has new names for the items that we have, and none of them came back as new. What is new beyond doubt (later
//! than anything the source gave before) comes through at once.

use std::collections::HashSet;

use super::ingest::{self, Counts, Document, Prepared};
use crate::dedup::{self, Signature, Thresholds};
use crate::model::Instant;
use crate::normalise::{self, Appearance};
use crate::store::StoreError;
use crate::store::sqlite::{StoredItem, Tx};
use crate::text;

/// How many of a source's newest items are compared with what looks new: more than any document lists.
const LOOKED_AT: usize = 1_000;

/// Items of a document that were held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Items that look new.
    pub items: u32,
    /// Those of them that are stored under other names.
    pub matched: u32,
    /// Hashes of what was held, by [`crate::model::Item::raw_hash`].
    pub hashes: HashSet<i64>,
}

/// What came of the items of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// As on any other day.
    All,
    /// Most of it was held.
    Held(Held),
    /// New names of so many items were taken over.
    Renamed(u32),
}

/// Takes in the items of a document of `total` items, added to what has been counted before. `is_confirmed` says that a mass
/// change, if this is one, was seen by an earlier poll.
///
/// # Errors
///
/// [`StoreError`]; the caller drops the transaction then.
pub fn ingest(
    tx: &mut Tx<'_>,
    document: Document<'_>,
    items: &[&Prepared],
    total: usize,
    is_confirmed: bool,
    counts: &mut Counts,
) -> Result<Taken, StoreError> {
    let Some(mass) = look(tx, document, items, total)? else {
        ingest::ingest(tx, document, items, counts)?;
        return Ok(Taken::All);
    };
    let is_later =
        |item: &Prepared| item.normalised.item.published.is_some_and(|at| mass.newest.is_none_or(|newest| at > newest));
    let (mut in_order, mut by_own_date, mut held) = (Vec::new(), Vec::new(), Held::default());
    let mut renamed = 0;
    for (prepared, kind) in items.iter().zip(&mass.kinds) {
        match kind {
            Kind::Known => in_order.push(*prepared),
            Kind::Fresh if is_later(prepared) => in_order.push(*prepared),
            Kind::Fresh if is_confirmed => by_own_date.push(*prepared),
            Kind::Stored(stored) if is_confirmed => {
                ingest::rename(tx, document, prepared, stored, counts)?;
                renamed += 1;
            }
            Kind::Stored(_) | Kind::Fresh => {
                held.hashes.insert(prepared.normalised.item.raw_hash);
            }
        }
    }
    // What is neither later than what we had nor known by its words stands in its place in time, not on top.
    ingest::ingest(tx, Document { is_first: true, ..document }, &by_own_date, counts)?;
    ingest::ingest(tx, document, &in_order, counts)?;
    if is_confirmed {
        return Ok(Taken::Renamed(renamed));
    }
    let matched = mass.kinds.iter().filter(|kind| matches!(kind, Kind::Stored(_))).count();
    held.items = mass.kinds.iter().filter(|kind| !matches!(kind, Kind::Known)).count() as u32;
    held.matched = matched as u32;
    Ok(Taken::Held(held))
}

/// What an item of a document in which most have changed their names is.
enum Kind {
    /// Known by one of its names.
    Known,
    /// It looks new and is this one.
    Stored(StoredItem),
    /// It looks new.
    Fresh,
}

struct Mass {
    /// What each item is.
    kinds: Vec<Kind>,
    /// The latest date of what the source gave before.
    newest: Option<Instant>,
}

/// Looks whether a document is a mass change.
fn look(tx: &Tx<'_>, document: Document<'_>, items: &[&Prepared], total: usize) -> Result<Option<Mass>, StoreError> {
    // Most polls end here: a handful of new items is no mass, and a source's first document has nothing to be like.
    if !document.had_items || items.len() * 2 <= total || items.len() < normalise::FEWEST_RENAMED {
        return Ok(None);
    }
    let mut fresh = Vec::new();
    for (at, prepared) in items.iter().enumerate() {
        if ingest::looks_new(tx, document, prepared)? {
            fresh.push(at);
        }
    }
    if fresh.len() < normalise::FEWEST_RENAMED {
        return Ok(None);
    }
    let stored: Vec<StoredItem> = tx.newest_items(document.no, LOOKED_AT)?;
    let newest = stored.iter().filter_map(|item| item.published).filter(|at| *at <= document.now).max();
    let stored: Vec<StoredItem> =
        stored.into_iter().filter(|stored| !ingest::is_listed(document.names, stored)).collect();
    let of_fresh: Vec<Appearance> = fresh
        .iter()
        .map(|at| &items[*at].normalised.item)
        .map(|item| Appearance { words_hash: item.words_hash, title: text::folded(&item.title) })
        .collect();
    let of_stored: Vec<Appearance> = stored
        .iter()
        .map(|item| Appearance { words_hash: item.words_hash, title: text::folded(&item.title) })
        .collect();
    let mut trouble = None;
    let agree = |at: usize, place: usize| match tx.signature(stored[place].no) {
        Ok(theirs) => theirs.is_some_and(|theirs| agree(&items[fresh[at]].signature, &theirs)),
        Err(error) => {
            trouble = Some(error);
            false
        }
    };
    let found = normalise::renamed(&of_fresh, &of_stored, total, agree);
    if let Some(error) = trouble {
        return Err(error);
    }
    let Some(found) = found else { return Ok(None) };
    let mut kinds: Vec<Kind> = items.iter().map(|_| Kind::Known).collect();
    for (at, place) in fresh.into_iter().zip(found) {
        kinds[at] = place.map_or(Kind::Fresh, |place| Kind::Stored(stored[place].clone()));
    }
    Ok(Some(Mass { kinds, newest }))
}

/// Whether two items with the same title can be one: a redesign cuts texts otherwise, and does not write them anew.
fn agree(one: &Signature, other: &Signature) -> bool {
    let comparison = dedup::compare(one, other);
    comparison.short_words < dedup::SHORTEST_EXACT
        || comparison.containment() >= 0.5 && !comparison.differences.contradict(Thresholds::default().differing)
}
