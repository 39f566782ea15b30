//! Carries out what the pure floors decided: a document's items into stories, topics and feeds, inside one transaction.
//!
//! The promises kept here (PRODUCT.md §6): an old item never comes back as new, an edit moves `updated` only when words
//! changed, a story keeps the id it was first published under, nothing new is held back by a date in the past.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::config::Source;
use crate::dedup::{self, Match, Signature, Subject, Thresholds, Verdict};
use crate::model::{DateFrom, FeedKey, Instant, Item, Map, SourceId, TopicId};
use crate::normalise::{self, Ambiguous, Normalised};
use crate::store::StoreError;
use crate::store::sqlite::{
    Found, Founding, ItemNo, Membership, Outlets, SourceNo, StoredItem, StoryNo, Times, Tx, story_no,
};
use crate::text;
use crate::topics::Hit;

/// Bytes of HTML or text that make a word, about: only the proportions between members matter.
const BYTES_A_WORD: usize = 6;

/// An item ready for the writer: all work that needs no database has been done.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The item and its keys.
    pub normalised: Normalised,
    /// Its topics, best first.
    pub topics: Vec<TopicId>,
    /// What it is compared by.
    pub signature: Arc<Signature>,
}

/// What the configuration says of those who carry stories.
#[derive(Debug, Clone, Default)]
pub struct Newsstand {
    /// The names by which credit lines know each source.
    pub outlets: Outlets,
    /// Who is taken for the origin when nothing else decides.
    pub ranks: Map<SourceId, i32>,
    /// How alike is the same story.
    pub thresholds: Thresholds,
}

/// What came of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items never seen before, copies included.
    pub new: u32,
    /// Of `new`, those that joined a story which was there.
    pub copies: u32,
    /// Items whose words changed.
    pub edited: u32,
    /// Items that were there with the same words.
    pub known: u32,
    /// Items that were there once, have been pruned, and stay away.
    pub old: u32,
    /// Items whose date lay in the future.
    pub clamped: u32,
    /// The dates of the new items that have one.
    pub new_dates: Vec<Instant>,
}

/// One document on its way in.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Who gave it.
    pub source: &'a Source,
    /// Its row.
    pub no: SourceNo,
    /// Whether this is the first document that the source ever gave, or the first since the database was restored: then an
    /// item's own date counts as its inclusion.
    pub is_first: bool,
    /// Whether the source has given items before: only they can have got new names.
    pub had_items: bool,
    /// Ids and canonical links of **all** items of the document, also of those that are not passed in because nothing
    /// about them changed, sorted.
    pub names: &'a [String],
    /// Who the others are.
    pub stand: &'a Newsstand,
    /// When it was read.
    pub now: Instant,
}

/// The names of all items of a document, for [`Document::names`].
pub fn names(items: &[crate::model::RawItem], unusable: &Ambiguous<'_>) -> Vec<String> {
    let mut names: Vec<String> = items
        .iter()
        .flat_map(|item| {
            let id = item.id.clone().filter(|id| !unusable.ids.contains(&id.as_str()));
            let link = item.link.as_deref().filter(|link| !unusable.links.contains(link));
            id.into_iter().chain(link.and_then(normalise::canonical_link))
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Takes in the items of a document, in its order, added to what has been counted before.
///
/// # Errors
///
/// [`StoreError`]; the caller drops the transaction then.
pub fn ingest(
    tx: &mut Tx<'_>,
    document: Document<'_>,
    items: &[&Prepared],
    counts: &mut Counts,
) -> Result<(), StoreError> {
    // Oldest first, as newspapers list the newest first: stories get their numbers, by which search sorts, in order of time.
    for prepared in items.iter().rev() {
        one(tx, document, prepared, counts)?;
    }
    Ok(())
}

fn one(tx: &mut Tx<'_>, document: Document<'_>, prepared: &Prepared, counts: &mut Counts) -> Result<(), StoreError> {
    let Normalised { item, keys, .. } = &prepared.normalised;
    match find_own(tx, document, prepared)? {
        Some(Found::Item(stored)) => {
            tx.remember(&keys.own, stored.no)?;
            if stored.raw_hash == item.raw_hash {
                counts.known += 1;
                return Ok(());
            }
            return edit(tx, document, prepared, &stored, Change::OfWords, counts);
        }
        Some(Found::Pruned) => {
            counts.old += 1;
            return Ok(());
        }
        None => {}
    }
    let (published, was_clamped) = normalise::clamp(item.published, document.now);
    counts.clamped += u32::from(was_clamped);
    let included = if document.is_first { published } else { document.now };
    let times = Times { updated: first_updated(item, document.now), included, first_seen: document.now };

    let shared = match tx.find(&keys.shared)? {
        Some(Found::Pruned) => {
            counts.old += 1;
            return Ok(());
        }
        Some(Found::Item(other)) => Some(other),
        None => None,
    };
    let none = Arc::from(Vec::new());
    let subject = Subject {
        signature: &prepared.signature,
        published,
        link: item.canonical_link.as_deref(),
        credit: item.credit.as_deref(),
        outlets: document.stand.outlets.get(&document.source.id).unwrap_or(&none),
    };
    let (verdict, traces) = tx.judge(&subject, document.now, &document.stand.outlets, &document.stand.thresholds)?;
    let by_name = shared.as_ref().filter(|other| is_same_article(item, other));
    let joins = match (by_name, overruled(tx, document.no, &verdict)?) {
        (Some(other), _) => Some((other.story, "it has the same id or link as another item of this story".to_owned())),
        (None, Some(joins)) => Some((story_no(joins.story), joins.evidence.to_string())),
        (None, None) => None,
    };
    if let Some((story, evidence)) = &joins
        && tx.is_withdrawn(*story)?
    {
        // A copy of what was taken down: known from now on, shown nowhere.
        counts.old += 1;
        let no = tx.insert_item(document.no, *story, item, times, Some(evidence))?;
        tx.remember(&keys.own, no)?;
        tx.remember(&keys.shared, no)?;
        return tx.remember_words(no, document.now, &traces, &prepared.signature);
    }
    counts.new += 1;
    counts.new_dates.extend(item.published);
    let (story, no) = match joins {
        Some((story, evidence)) => {
            counts.copies += 1;
            let no = tx.insert_item(document.no, story, item, times, Some(&evidence))?;
            join(tx, document, prepared, story, no, included)?;
            (story, no)
        }
        None => {
            // An id that another source uses for another article cannot be published twice: ours gets one of its own.
            let entry_id = match shared {
                Some(_) => format!("{}#{}", item.atom_id, document.source.id),
                None => item.atom_id.clone(),
            };
            let key = &normalise::story_key(&entry_id);
            let (origin, topics) = (tx.next_item()?, &prepared.topics);
            let story = tx.found_story(Founding { entry_id: &entry_id, key, origin, topics, published, included })?;
            let no = tx.insert_item(document.no, story, item, times, None)?;
            include_province(tx, document.source, story, included, published)?;
            tx.index_words(story, &prepared.normalised.words, true)?;
            (story, no)
        }
    };
    tx.remember(&keys.own, no)?;
    tx.remember(&keys.shared, no)?;
    tx.remember_words(no, document.now, &traces, &prepared.signature)?;
    for related in &verdict.related {
        tx.relate(story, story_no(related.story))?;
    }
    Ok(())
}

/// The story that an item of `source` joins, after what people have decided about the stories that would have it.
///
/// A copy of what was taken down stays away, even where another story is a little more like it. Of two stories that were
/// taken apart, the one that has an item of the same source is where that source's next version belongs.
fn overruled<'v>(tx: &Tx<'_>, source: SourceNo, verdict: &'v Verdict) -> Result<Option<&'v Match>, StoreError> {
    let Some(best) = &verdict.joins else { return Ok(None) };
    let others: Vec<&Match> = verdict.related.iter().filter(|other| other.evidence.accepted()).collect();
    for other in &others {
        if tx.is_withdrawn(story_no(other.story))? {
            return Ok(Some(other));
        }
    }
    for other in others {
        if tx.are_apart(story_no(best.story), story_no(other.story))?
            && tx.has_item_of(story_no(other.story), source)?
            && !tx.has_item_of(story_no(best.story), source)?
        {
            return Ok(Some(other));
        }
    }
    Ok(Some(best))
}

/// The stored item that this is, by the ladder of its own source.
fn find_own(tx: &Tx<'_>, document: Document<'_>, prepared: &Prepared) -> Result<Option<Found>, StoreError> {
    let keys = &prepared.normalised.keys;
    for key in &keys.own {
        let found = tx.find(&[*key])?;
        if let (Some(Found::Item(stored)), true) = (&found, keys.title_date == Some(*key)) {
            // Same title, same minute: one item under a new guid scheme, unless the other still stands in the document
            // under its old name (two bulletins published at once).
            if is_listed(document.names, stored) {
                continue;
            }
        }
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether a stored item still stands in a document, whose names these are, under its old name.
pub(super) fn is_listed(names: &[String], stored: &StoredItem) -> bool {
    let link = stored.link.as_deref().and_then(normalise::canonical_link);
    stored.guid.iter().chain(&link).any(|name| names.binary_search(name).is_ok())
}

/// Whether neither this source nor another one has given an item by any of the names of this one.
pub(super) fn looks_new(tx: &Tx<'_>, document: Document<'_>, prepared: &Prepared) -> Result<bool, StoreError> {
    Ok(find_own(tx, document, prepared)?.is_none() && tx.find(&prepared.normalised.keys.shared)?.is_none())
}

/// Knows a stored item by the names of this one from now on: the same article after a mass change.
pub(super) fn rename(
    tx: &mut Tx<'_>,
    document: Document<'_>,
    prepared: &Prepared,
    stored: &StoredItem,
    counts: &mut Counts,
) -> Result<(), StoreError> {
    tx.remember(&prepared.normalised.keys.own, stored.no)?;
    edit(tx, document, prepared, stored, Change::OfNames, counts)
}

/// Whether an item that shares an id or link with a stored one of another source can be the same article.
///
/// Installations of one content system have been seen to give out the same "absolute" ids (`https://localhost/?p=12`):
/// where neither the link nor the title agrees, the id is not believed.
fn is_same_article(item: &Item, other: &StoredItem) -> bool {
    let same_link = match (&item.canonical_link, other.link.as_deref().and_then(normalise::canonical_link)) {
        (Some(one), Some(two)) => *one == two,
        _ => true,
    };
    same_link || text::folded(&item.title) == text::folded(&other.title)
}

/// What about an item that is stored is another than it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Its source says other words, or something beside them.
    OfWords,
    /// Its source was redesigned: whatever it says now, and whenever it says that it was published, is no news.
    OfNames,
}

fn edit(
    tx: &mut Tx<'_>,
    document: Document<'_>,
    prepared: &Prepared,
    stored: &StoredItem,
    change: Change,
    counts: &mut Counts,
) -> Result<(), StoreError> {
    let item = &*settled(&prepared.normalised.item, stored, change);
    let words_changed = stored.words_hash != item.words_hash;
    let is_news = words_changed && change == Change::OfWords;
    let updated = match item.updated {
        _ if !is_news => stored.updated,
        // The source's own date of the change, where it gives a credible one.
        Some(at)
            if at > stored.updated.max(tx.changed(stored.story)?) && !normalise::clamp(Some(at), document.now).1 =>
        {
            at
        }
        _ => document.now,
    };
    counts.edited += u32::from(is_news);
    counts.known += u32::from(!is_news);
    tx.update_item(stored.no, item, updated)?;
    tx.remember(&prepared.normalised.keys.shared, stored.no)?;
    if words_changed {
        let traces = dedup::traces(&prepared.signature, item.canonical_link.as_deref());
        tx.remember_words(stored.no, document.now, &traces, &prepared.signature)?;
    }
    if tx.is_withdrawn(stored.story)? {
        return Ok(());
    }
    let Settled { members, origin, moved } = settle_origin(tx, stored.story, document.stand, document.now)?;
    let published = date_of(&members[origin]);
    if moved {
        name_after_origin(tx, stored.story, &members[origin])?;
    }
    if members[origin].item == stored.no && (words_changed || moved) {
        tx.index_words(stored.story, &prepared.normalised.words, false)?;
    } else if moved {
        index_origin(tx, stored.story)?;
    }
    if is_news {
        let topics = if members.len() == 1 {
            prepared.topics.clone()
        } else {
            union(tx.topics(stored.story)?, &prepared.topics)
        };
        tx.set_topics(stored.story, &topics, document.now, published)?;
    }
    Ok(())
}

/// An item with the date it had, where a redesign dates it on its own day or a listing dates it only about: `26 phút trước` is another date at every look, and a
/// day without a clock may follow the hour.
fn settled<'a>(item: &'a Item, stored: &StoredItem, change: Change) -> Cow<'a, Item> {
    let (Some(had), Some(has)) = (stored.published, item.published) else { return Cow::Borrowed(item) };
    let is_about = change == Change::OfNames
        || item.date_from == DateFrom::Listing && had != has && (had - has).abs() < TimeDelta::days(1);
    if is_about { Cow::Owned(Item { published: Some(had), ..item.clone() }) } else { Cow::Borrowed(item) }
}

/// Gives a story another carrier, the item `no`; its places in feeds stay as they are, and once it can have been read its id
/// does too.
fn join(
    tx: &mut Tx<'_>,
    document: Document<'_>,
    prepared: &Prepared,
    story: StoryNo,
    no: ItemNo,
    included: Instant,
) -> Result<(), StoreError> {
    let Settled { members, origin, moved } = settle_origin(tx, story, document.stand, document.now)?;
    let published = date_of(&members[origin]);
    if moved {
        name_after_origin(tx, story, &members[origin])?;
    }
    if members[origin].item == no {
        tx.index_words(story, &prepared.normalised.words, false)?;
    } else if moved {
        // Its credit line named another one.
        index_origin(tx, story)?;
    }
    let topics = union(tx.topics(story)?, &prepared.topics);
    tx.set_topics(story, &topics, included, published)?;
    include_province(tx, document.source, story, included, published)
}

/// A story whose origin has been chosen anew.
pub(super) struct Settled {
    /// Its items, in the order in which we saw them.
    pub members: Vec<Membership>,
    /// The place of the origin among them.
    pub origin: usize,
    /// Whether another item was the origin before.
    pub moved: bool,
}

/// Chooses the origin of a story among its members.
///
/// Where nothing else decides, whoever is the origin stays it. Of a story that nobody has read yet, it is the source whose
/// id comes first: which poll ended first is chance, and a second replica must come to the same.
pub(super) fn settle_origin(
    tx: &mut Tx<'_>,
    story: StoryNo,
    stand: &Newsstand,
    now: Instant,
) -> Result<Settled, StoreError> {
    let members = tx.members(story)?;
    let origin = origin(&members, stand, tx.is_unread(story));
    let chosen = &members[origin];
    let moved = tx.set_origin(story, chosen.item, members.len(), date_of(chosen), now)?;
    Ok(Settled { origin, moved, members })
}

/// Publishes a story that nobody has read yet under the id of its origin, unless another story has that one.
fn name_after_origin(tx: &mut Tx<'_>, story: StoryNo, origin: &Membership) -> Result<(), StoreError> {
    let key = normalise::story_key(&origin.atom_id);
    match tx.is_unread(story) && tx.story_of_key(&key)?.is_none() {
        true => tx.rename_story(story, &origin.atom_id, &key),
        false => Ok(()),
    }
}

/// Makes a story findable by the words of its origin.
pub(super) fn index_origin(tx: &Tx<'_>, story: StoryNo) -> Result<(), StoreError> {
    let facts = tx.facts(story)?;
    let Some(origin) = facts.iter().find(|item| item.is_origin) else { return Ok(()) };
    tx.index_words(story, &normalise::search_words(&origin.title, &origin.text), false)
}

/// The article date of a story whose origin this is, for ordering.
pub(super) fn date_of(member: &Membership) -> Instant {
    normalise::clamp(member.published, member.first_seen).0
}

/// The place of the member that the others were copied from.
fn origin(members: &[Membership], stand: &Newsstand, is_unread: bool) -> usize {
    let mut order: Vec<usize> = (0..members.len()).collect();
    match is_unread {
        true => order.sort_by_key(|&at| &members[at].source),
        false => order.sort_by_key(|&at| !members[at].is_origin),
    }
    let none: Arc<[String]> = Arc::from(Vec::new());
    let seen: Vec<dedup::Member<'_>> = order
        .iter()
        .map(|&at| &members[at])
        .map(|member| dedup::Member {
            source: member.source_no.number(),
            outlets: stand.outlets.get(&member.source).unwrap_or(&none),
            credit: member.credit.as_deref(),
            published: member.published,
            words: usize::try_from(member.length).unwrap_or(usize::MAX / 8) / BYTES_A_WORD,
            rank: stand.ranks.get(&member.source).copied().unwrap_or(0),
        })
        .collect();
    order.get(dedup::origin(&seen)).copied().unwrap_or(0)
}

fn include_province(
    tx: &mut Tx<'_>,
    source: &Source,
    story: StoryNo,
    included: Instant,
    published: Instant,
) -> Result<(), StoreError> {
    match &source.province {
        Some(slug) => tx.include(&FeedKey::Province(slug.clone()), story, included, published),
        None => Ok(()),
    }
}

/// What an item's `updated` is when we first see it: the source's, else its publication, else now.
fn first_updated(item: &Item, now: Instant) -> Instant {
    let at = item.updated.or(item.published).unwrap_or(now);
    normalise::clamp(Some(at), now).0
}

pub(super) fn union(mut held: Vec<TopicId>, more: &[TopicId]) -> Vec<TopicId> {
    for topic in more {
        if !held.contains(topic) {
            held.push(topic.clone());
        }
    }
    held
}

/// The topics of hits, best first.
pub fn topic_ids(hits: &[Hit]) -> Vec<TopicId> {
    hits.iter().map(|hit| hit.topic.clone()).collect()
}
