//! How a portal usually is, and whether it still is so. Pure.
//!
//! Portals are redesigned every other year, without notice. A page that no longer has its list, its dates or its texts is
//! still a page with status 200: it shows only beside what the source used to give. One odd page proves nothing by
//! itself, so a quality must have been there before it can be missed.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::validators::Validators;
use crate::dates::DateOrder;
use crate::model::{Instant, SiteChange};

/// Fewest items, or texts, whose common fault is believed to be the site's: one article may well have no date or text.
const FEWEST: usize = 3;

/// Texts that must have been read before their usual length is known.
const KNOWN_TEXTS: u32 = 5;

/// How much shorter than usual texts must be.
const SHORTER: u64 = 10;

/// How long dates or texts must be missing until the site is taken as it is, and in how many documents: a redesign is mended
/// within days, by its makers or by new selectors; what nobody misses for a week is meant so.
pub const SETTLES_AFTER: TimeDelta = TimeDelta::days(7);
const SETTLES_TIMES: u32 = 3;

/// Weight of the newest value in a moving average: one eighth.
const WEIGHT: u64 = 8;

/// Documents that a proven order of day and month is remembered for, at most: so many others change it.
const MOST_VOTES: i16 = 20;

/// What is remembered of a source that is no feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// What its document turned out to be, where `kind = "auto"` left that open.
    pub read_as: Option<String>,
    /// Whether its list had articles.
    pub has_items: bool,
    /// Whether its items had dates.
    pub has_dates: bool,
    /// Characters of the texts of its articles, moving average.
    pub usual_chars: Option<u64>,
    /// Texts that went into it, counted up to a few.
    pub texts: u32,
    /// By how many documents more its dates were day first than month first.
    pub day_first_votes: i16,
    /// What it has been lacking of late.
    pub doubt: Option<Doubt>,
    /// The further documents it consists of (sitemaps of an index), with what to ask for them with.
    pub parts: BTreeMap<String, Option<Validators>>,
}

/// A change of the site that is not believed yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// What is missing.
    pub change: SiteChange,
    /// Since when.
    pub since: Instant,
    /// In how many documents.
    pub times: u32,
}

impl Habits {
    /// Takes in that something is missing; returns whether that is how the site is now: it has been so for
    /// [`SETTLES_AFTER`]. A list that is no longer found is never usual.
    pub fn settles(&mut self, change: SiteChange, now: Instant) -> bool {
        let doubt = match self.doubt.take() {
            Some(doubt) if doubt.change == change => Doubt { times: doubt.times.saturating_add(1), ..doubt },
            _ => Doubt { change, since: now, times: 1 },
        };
        if doubt.times < SETTLES_TIMES || now - doubt.since < SETTLES_AFTER {
            self.doubt = Some(doubt);
            return false;
        }
        match change {
            SiteChange::NoList => return false,
            SiteChange::NoDates => self.has_dates = false,
            SiteChange::ShortTexts => (self.usual_chars, self.texts) = (None, 0),
        }
        true
    }

    fn no_longer_lacks(&mut self, what: &[SiteChange]) {
        self.doubt = self.doubt.take().filter(|doubt| !what.contains(&doubt.change));
    }

    /// What a list with `items` articles, `dated` of them with a date, lacks.
    pub fn missing_in(&self, items: usize, dated: usize) -> Option<SiteChange> {
        match (items, dated) {
            (0, _) if self.has_items => Some(SiteChange::NoList),
            (FEWEST.., 0) if self.has_dates => Some(SiteChange::NoDates),
            _ => None,
        }
    }

    /// Takes in a list that was read.
    pub fn learn_list(&mut self, items: usize, dated: usize) {
        self.no_longer_lacks(&[SiteChange::NoList, SiteChange::NoDates]);
        self.has_items |= items > 0;
        // Most of them: a single date may be one that was found in a lead.
        self.has_dates |= items >= FEWEST && dated * 2 > items;
    }

    /// Whether the texts of these articles are so short that the page's text must have moved elsewhere.
    pub fn misses_texts(&self, chars: &[usize]) -> bool {
        let usual = self.usual_chars.filter(|_| self.texts >= KNOWN_TEXTS);
        let mut sorted = chars.to_vec();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len() / 2).map_or(0, |chars| *chars as u64);
        chars.len() >= FEWEST && usual.is_some_and(|usual| median * SHORTER <= usual)
    }

    /// Takes in the length of a text.
    pub fn learn_text(&mut self, chars: usize) {
        self.no_longer_lacks(&[SiteChange::ShortTexts]);
        let chars = chars as u64;
        let usual = self.usual_chars.unwrap_or(chars);
        self.usual_chars = Some(usual - usual / WEIGHT + chars / WEIGHT);
        self.texts = self.texts.saturating_add(1).min(KNOWN_TEXTS);
    }

    /// Takes in which order the dates of a document prove.
    pub fn learn_order(&mut self, proven: Option<DateOrder>) {
        let vote = match proven {
            Some(DateOrder::DayFirst) => 1,
            Some(DateOrder::MonthFirst) => -1,
            None => 0,
        };
        self.day_first_votes = self.day_first_votes.saturating_add(vote).clamp(-MOST_VOTES, MOST_VOTES);
    }

    /// The order that the source's dates have proved so far, for documents that prove none.
    pub fn date_order(&self) -> Option<DateOrder> {
        match self.day_first_votes {
            1.. => Some(DateOrder::DayFirst),
            0 => None,
            _ => Some(DateOrder::MonthFirst),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Habits {
        let mut habits = Habits::default();
        habits.learn_list(20, 20);
        for _ in 0..KNOWN_TEXTS {
            habits.learn_text(3_000);
        }
        habits
    }

    #[test]
    fn what_was_never_there_is_not_missed() {
        let new = Habits::default();
        assert_eq!(new.missing_in(0, 0), None);
        assert_eq!(new.missing_in(20, 0), None);
        assert!(!new.misses_texts(&[10, 10, 10]));
    }

    #[test]
    fn a_list_or_dates_that_were_there_are_missed() {
        assert_eq!(usual().missing_in(0, 0), Some(SiteChange::NoList));
        assert_eq!(usual().missing_in(20, 0), Some(SiteChange::NoDates));
        assert_eq!(usual().missing_in(20, 1), None);
        assert_eq!(usual().missing_in(2, 0), None, "two articles may both have no date");
    }

    #[test]
    fn what_is_missing_for_a_week_is_no_longer_missed() {
        let start: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
        let day = |n: i64| start + TimeDelta::days(n);
        let mut habits = usual();
        assert!(!habits.settles(SiteChange::NoDates, day(0)));
        assert!(!habits.settles(SiteChange::NoDates, day(8)), "seen twice only");
        assert!(habits.settles(SiteChange::NoDates, day(9)));
        habits.learn_list(20, 0);
        assert_eq!((habits.missing_in(20, 0), &habits.doubt), (None, &None));

        let mut habits = usual();
        assert!((0..6).all(|n| !habits.settles(SiteChange::ShortTexts, day(n))));
        habits.learn_text(3_000);
        assert!(!habits.settles(SiteChange::ShortTexts, day(9)), "they had been there in between");
        assert!((10..16).all(|n| !habits.settles(SiteChange::ShortTexts, day(n))));
        assert!(habits.settles(SiteChange::ShortTexts, day(16)) && !habits.misses_texts(&[200, 250, 300]));
    }

    #[test]
    fn a_list_that_is_not_found_is_never_usual() {
        let start: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
        let mut habits = usual();
        assert!((0..100).all(|n| !habits.settles(SiteChange::NoList, start + TimeDelta::days(n))));
        assert_eq!(habits.missing_in(0, 0), Some(SiteChange::NoList));
    }

    #[test]
    fn texts_of_a_tenth_of_the_usual_length_are_missed() {
        assert!(usual().misses_texts(&[200, 250, 300]));
        assert!(!usual().misses_texts(&[200, 900, 1_000]), "most of them are texts");
        assert!(!usual().misses_texts(&[200, 250]), "two articles may both be short");
    }

    #[test]
    fn a_few_texts_make_no_usual_length() {
        let mut habits = Habits::default();
        habits.learn_text(30_000);
        assert!(!habits.misses_texts(&[100, 100, 100]));
    }

    #[test]
    fn documents_vote_on_the_order_of_day_and_month() {
        let mut habits = Habits::default();
        assert_eq!(habits.date_order(), None);
        for _ in 0..100 {
            habits.learn_order(Some(DateOrder::MonthFirst));
        }
        habits.learn_order(Some(DateOrder::DayFirst));
        habits.learn_order(None);
        assert_eq!(habits.date_order(), Some(DateOrder::MonthFirst), "one document against many");
        for _ in 0..MOST_VOTES {
            habits.learn_order(Some(DateOrder::DayFirst));
        }
        assert_eq!(habits.date_order(), Some(DateOrder::DayFirst), "a site that changed its mind");
    }
}
