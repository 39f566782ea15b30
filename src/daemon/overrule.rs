//! `split`, `merge`, `takedown`: what people decide over our heads, carried out in one transaction each.
//!
//! An entry's id never changes, so what is published under which id afterwards is fixed by what was there before:
//!
//! | after | is published under | stands in feeds |
//! |---|---|---|
//! | a split, with the item that the story was first published under | the story's id and key, as before | where it stood |
//! | the other part of a split | the id of its first item, as if it had never been merged; once merged by hand, its old id and key | as new: nobody has seen it yet |
//! | a merge | the id and key of whichever story stood in the merged feed first (then: the earlier article, the smaller id); the other's page leads there | where either stood |
//! | a takedown | nothing; the page is gone (410) | nowhere |
//!
//! Neither a later copy, nor an edit, nor a rebuilt index undoes any of it: items keep their story, only people move
//! them. A later copy of what was taken down joins it unseen.

use chrono::TimeZone as _;
use chrono_tz::Tz as Zone;
use serde::{Deserialize, Serialize};

use super::classify;
use super::engine::Engine;
use super::ingest::{self, Settled};
use super::setup::Setup;
use super::writer::WriteError;
use crate::model::Instant;
use crate::normalise;
use crate::store::StoreError;
use crate::store::sqlite::{Deed, Founding, ItemFacts, ItemNo, Membership, SqliteLibrary, StoryNo, StoryState, Tx};

/// What a person decides. `what` is an article's address, an item's id, a story's key, or the address of its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "kebab-case")]
pub enum Wish {
    /// Take an item out of its story.
    Split {
        /// What names it.
        what: String,
        /// Whose it is, where several sources gave it the same name.
        source: Option<String>,
    },
    /// Join two stories.
    Merge {
        /// What names one.
        one: String,
        /// What names the other.
        other: String,
    },
    /// Withdraw a story.
    Takedown {
        /// What names it.
        what: String,
    },
}

/// Why a decision was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// What was named is not there, or not what the command needs: a sentence with the way out.
    #[error("{0}")]
    Wrong(String),
}

/// Carries out what a person has decided; returns a sentence that says what has become of it. Blocks.
///
/// # Errors
///
/// [`Refused`]; nothing was changed then.
pub fn carry_out(engine: &Engine, wish: &Wish) -> Result<String, Refused> {
    match wish {
        Wish::Split { what, source } => split(engine, what, source.as_deref()),
        Wish::Merge { one, other } => merge(engine, one, other),
        Wish::Takedown { what } => takedown(engine, what),
    }
}

/// Finds the items that `what` names: an article's address, an item's id, a story's key, or the address of its page.
///
/// # Errors
///
/// [`StoreError`].
pub fn named(library: &SqliteLibrary, what: &str) -> Result<Vec<ItemFacts>, StoreError> {
    let what = what.trim();
    let found = library.items_named(what, &identities(what))?;
    match page_key(what) {
        Some(key) if found.is_empty() => library.items_named(key, &[]),
        _ => Ok(found),
    }
}

/// The identities by which an item of that id or address would be known.
pub fn identities(what: &str) -> Vec<i64> {
    let mut keys = normalise::shared_keys(Some(what), normalise::canonical_link(what).as_deref());
    keys.dedup();
    keys
}

/// The key of a story whose page has this address.
fn page_key(address: &str) -> Option<&str> {
    let (_, key) = address.rsplit_once("/stories/")?;
    let key = key.split(['?', '#']).next()?;
    (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(key)
}

/// As [`named`]; it is an error if there is none.
fn known(library: &SqliteLibrary, what: &str) -> Result<Vec<ItemFacts>, Refused> {
    let found = named(library, what)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let why = match library.is_pruned(&identities(what.trim()))? {
        true => format!("`{what}` has been pruned: it is published nowhere, and will not come back by that address"),
        false => format!(
            "`{what}` is not known: neither the address of a stored article, nor an item's id, nor a story's key; \
             `bantin search` finds stories by their words, `bantin why` shows all addresses of one"
        ),
    };
    Err(Refused::Wrong(why))
}

/// The one story that items belong to.
fn story_of(what: &str, items: &[ItemFacts]) -> Result<StoryNo, Refused> {
    let first = &items[0];
    match items.iter().find(|item| item.story_no != first.story_no) {
        None => Ok(first.story_no),
        Some(other) => Err(Refused::Wrong(format!(
            "`{what}` names items of several stories, `{}` and `{}`: name one of these",
            first.story, other.story
        ))),
    }
}

fn split(engine: &Engine, what: &str, source: Option<&str>) -> Result<String, Refused> {
    let library = engine.library();
    let mut items = known(library, what)?;
    if let Some(source) = source {
        items.retain(|item| item.source.as_str() == source);
    }
    let item = match items.as_slice() {
        [] => {
            let source = source.expect("only a named source can have left nothing");
            return Err(Refused::Wrong(format!(
                "source `{source}` has no item `{what}`: `bantin why {what}` shows who has"
            )));
        }
        [item] => item,
        several => {
            let sources: Vec<String> = several.iter().map(|item| format!("`{}`", item.source)).collect();
            return Err(Refused::Wrong(format!(
                "`{what}` names {} items, of {}: name one by its address, or say whose with `--source ID`",
                several.len(),
                sources.join(", ")
            )));
        }
    };
    if item.withdrawn.is_some() {
        return Err(taken_down(&item.story.to_string(), item.withdrawn, engine.setup().config.site.timezone));
    }
    if item.story_items < 2 {
        return Err(Refused::Wrong(format!(
            "`{what}` is alone in its story `{}`: there is nothing to take it out of",
            item.story
        )));
    }
    let (no, now, setup) = (item.no, super::writer::whole_seconds(engine.now()), engine.setup());
    let done = engine.writer().change_blocking(move |tx| split_item(tx, &setup, no, now))?;
    let Some((left, founded)) = done else {
        return Err(Refused::Wrong(format!("`{what}` has just left its story: `bantin why {what}` shows where it is")));
    };
    Ok(format!("`{what}` is split off: the stories `{}` and `{}` stay apart from now on", left.key, founded.key))
}

fn merge(engine: &Engine, one: &str, other: &str) -> Result<String, Refused> {
    let library = engine.library();
    let zone = engine.setup().config.site.timezone;
    let mut stories = Vec::new();
    for what in [one, other] {
        let items = known(library, what)?;
        let story = story_of(what, &items)?;
        if items[0].withdrawn.is_some() {
            return Err(taken_down(items[0].story.as_str(), items[0].withdrawn, zone));
        }
        stories.push(story);
    }
    if stories[0] == stories[1] {
        return Ok(format!("`{one}` and `{other}` are one story already"));
    }
    let (pair, now, setup) = ((stories[0], stories[1]), super::writer::whole_seconds(engine.now()), engine.setup());
    let done = engine.writer().change_blocking(move |tx| merge_stories(tx, &setup, pair.0, pair.1, now))?;
    let Some((kept, gone)) = done else {
        return Err(Refused::Wrong(format!("`{one}` or `{other}` has just been changed by somebody else: try again")));
    };
    Ok(format!("story `{}` is part of story `{}` from now on", gone.key, kept.key))
}

fn takedown(engine: &Engine, what: &str) -> Result<String, Refused> {
    let items = known(engine.library(), what)?;
    let story = story_of(what, &items)?;
    let zone = engine.setup().config.site.timezone;
    if let Some(at) = items[0].withdrawn {
        return Ok(format!("story `{}` was taken down {} already", items[0].story, day(at, zone)));
    }
    let now = super::writer::whole_seconds(engine.now());
    let done = engine.writer().change_blocking(move |tx| take_down(tx, story, now))?;
    match done {
        Some((state, items)) => Ok(format!(
            "story `{}` is taken down with its {items} item{}: it and its copies stay away from now on",
            state.key,
            if items == 1 { "" } else { "s" }
        )),
        None => Err(Refused::Wrong(format!("`{what}` has just left its story: try again"))),
    }
}

fn taken_down(story: &str, at: Option<Instant>, zone: Zone) -> Refused {
    let when = at.map_or_else(String::new, |at| format!(" {}", day(at, zone)));
    Refused::Wrong(format!("story `{story}` was taken down{when}, for good"))
}

fn day(at: Instant, zone: Zone) -> String {
    zone.from_utc_datetime(&at.naive_utc()).format("on %Y-%m-%d").to_string()
}

/// Takes an item out; gives the story that keeps its id and the one it is or leaves behind. `None` where there is nothing to
/// split any more.
fn split_item(
    tx: &mut Tx<'_>,
    setup: &Setup,
    item: ItemNo,
    now: Instant,
) -> Result<Option<(StoryState, StoryState)>, StoreError> {
    let Some(story) = tx.story_of_item(item)? else { return Ok(None) };
    let members = tx.members(story)?;
    if members.len() < 2 || tx.is_withdrawn(story)? {
        return Ok(None);
    }
    // The id stays with the item it was first published under, whichever of them is asked to leave.
    let leaves = |member: ItemNo, founder: Option<ItemNo>| (founder == Some(item)) != (member == item);
    let founder = tx.founder(story)?;
    let leaving: Vec<&_> = members.iter().filter(|member| leaves(member.item, founder)).collect();
    let first = leaving[0];
    let facts = tx.facts(story)?;
    let own_id = facts
        .iter()
        .find(|facts| facts.no == first.item)
        .map(|facts| facts.atom_id.clone())
        .expect("members and facts are the same rows of one transaction");
    let founded = found(tx, &own_id, first, now)?;
    tx.move_items(&leaving.iter().map(|member| member.item).collect::<Vec<_>>(), founded)?;
    for part in [story, founded] {
        settle(tx, setup, part, now)?;
    }
    tx.relate(story, founded)?;
    tx.keep_apart(story, founded)?;
    let states = (tx.story_state(story)?, tx.story_state(founded)?);
    tx.add_decision(Deed::Split, now, story, states.1.as_ref())?;
    Ok(states.0.zip(states.1))
}

/// The story that is published under an item's own id: the one that was, or a new one.
fn found(tx: &mut Tx<'_>, own_id: &str, first: &Membership, now: Instant) -> Result<StoryNo, StoreError> {
    let (source, published) = (&first.source, ingest::date_of(first));
    // Two sources can give one id; then the second one's carries its name, as when it came.
    let ids = [own_id.to_owned(), format!("{own_id}#{source}")];
    for id in &ids {
        if let Some(story) = tx.revive_story(id)? {
            return Ok(story);
        }
    }
    let mut entry_id = ids[0].clone();
    while tx.is_entry_id_taken(&entry_id)? {
        entry_id = format!("{entry_id}#{source}");
    }
    let key = &normalise::story_key(&entry_id);
    // Its topics, and its true origin, are chosen once it has its items.
    tx.found_story(Founding { entry_id: &entry_id, key, origin: first.item, topics: &[], published, included: now })
}

/// Joins two stories; gives the one that stays and the one that is part of it. `None` where one is no longer there or shown.
fn merge_stories(
    tx: &mut Tx<'_>,
    setup: &Setup,
    one: StoryNo,
    other: StoryNo,
    now: Instant,
) -> Result<Option<(StoryState, StoryState)>, StoreError> {
    let (Some(one), Some(other)) = (tx.story_state(one)?, tx.story_state(other)?) else { return Ok(None) };
    if one.withdrawn || other.withdrawn {
        return Ok(None);
    }
    let age = |story: &StoryState| (story.included, story.published, story.entry_id.clone());
    let (kept, gone) = if age(&one) <= age(&other) { (one, other) } else { (other, one) };
    let topics = ingest::union(tx.topics(kept.no)?, &tx.topics(gone.no)?);
    tx.absorb_story(kept.no, gone.no, now)?;
    let Settled { members, origin, .. } = ingest::settle_origin(tx, kept.no, setup.stand(), now)?;
    tx.set_topics(kept.no, &topics, kept.included, ingest::date_of(&members[origin]))?;
    ingest::index_origin(tx, kept.no)?;
    tx.add_decision(Deed::Merge, now, kept.no, Some(&gone))?;
    Ok(Some((kept, gone)))
}

fn take_down(tx: &mut Tx<'_>, story: StoryNo, now: Instant) -> Result<Option<(StoryState, usize)>, StoreError> {
    let Some(state) = tx.story_state(story)? else { return Ok(None) };
    let items = tx.members(story)?.len();
    if !state.withdrawn {
        tx.withdraw_story(story, now)?;
        // Its copies are looked for from now on, however old it is.
        tx.remember_story_again(story, now)?;
        tx.add_decision(Deed::Takedown, now, story, None)?;
    }
    Ok(Some((state, items)))
}

/// Gives a story that has lost or gained items its origin, topics, provinces and words.
fn settle(tx: &mut Tx<'_>, setup: &Setup, story: StoryNo, now: Instant) -> Result<(), StoreError> {
    let Settled { members, origin, .. } = ingest::settle_origin(tx, story, setup.stand(), now)?;
    let published = ingest::date_of(&members[origin]);
    let mut topics = Vec::new();
    let mut provinces = Vec::new();
    for item in tx.facts(story)? {
        match classify::places(setup, &item) {
            Some((more, province)) => {
                topics = ingest::union(topics, &more);
                provinces.extend(province.filter(|key| !provinces.contains(key)));
            }
            // Its source has left the configuration: what was once found out about it is all there is.
            None => topics = ingest::union(topics, &item.topics),
        }
    }
    tx.set_topics(story, &topics, now, published)?;
    tx.set_provinces(story, &provinces, now, published)?;
    ingest::index_origin(tx, story)?;
    tx.mark_story(story)
}
