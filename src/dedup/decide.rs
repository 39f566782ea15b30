//! The verdict: which story an item joins, which it resembles, and why.
//!
//! A false merge hides news, which is worse than a duplicate; so nothing is merged on likeness alone. The order of
//! questions about a candidate is:
//!
//! 1. Do the two *contradict* each other: other day, numbers, provinces, people in the same places of the text, or
//!    in the titles? Then they are two bulletins from one mould, however alike.
//! 2. Is the address the same, or the text word for word? Then they are one.
//! 3. Does the longer text contain nearly all of the shorter one, in long runs, in order? Then one is a copy of the
//!    other: whole, shortened, or its summary. A credit line that names the other's outlet lets a little less do.
//! 4. Is the shorter text a passage of a round-up, or what they share a notice that many items carry? Then not.
//! 5. What is left is *related* from half the words on, and otherwise unlike.
//!
//! The item joins the story of its best candidate. Stories are never united over an item that resembles both, and a
//! story is refused whole when the item contradicts a member with which it shares more: a summary without numbers matches
//! every bulletin of its kind, and must not be the bridge that unites them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::compare::{Comparer, Comparison, LONG_RUN, share};
use super::evidence::{Evidence, Grounds, Refusal};
use super::signature::{SHORTEST_EXACT, Signature};
use crate::model::Instant;
use crate::text::credit::matches_outlet;

/// How alike is the same story: `[stories]` of `feeds.toml`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// The share of the shorter text that the longer one must contain in long runs to be called a copy.
    ///
    /// Lower finds more rewritten copies and starts to merge different reports of one event: on labelled news nothing
    /// else is merged at 0.7, on a live stream of 34,000 articles about one in twenty at 0.5 is right by chance only.
    pub same: f32,
    /// The share of the shorter text from which two stories are shown as related.
    pub related: f32,
    /// The share of numbers, places and names that may differ between two texts before they are two bulletins from one mould.
    pub differing: f32,
    /// How far back copies are looked for; word-for-word copies are recognised whatever their age.
    pub window: TimeDelta,
}

impl Default for Thresholds {
    /// What was chosen by measuring: see `docs` of the field `same`; 97 of 100 copies follow within 30 days.
    fn default() -> Self {
        Self { same: 0.70, related: 0.50, differing: 0.10, window: TimeDelta::days(30) }
    }
}

/// An item as it is compared.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its title and text.
    pub signature: &'a Signature,
    /// When it was published, as far as we know.
    pub published: Instant,
    /// The form of its address by which items are compared (`Item::canonical_link`).
    pub link: Option<&'a str>,
    /// The outlet that its credit line names.
    pub credit: Option<&'a str>,
    /// The names by which credit lines know its own source: outlet, aliases, title.
    pub outlets: &'a [String],
}

/// A stored item that may be the same story.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its number in the store.
    pub id: i64,
    /// The number of its story.
    pub story: i64,
    /// What it is compared by.
    pub item: Subject<'a>,
}

/// What is decided about an item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// The story that it is part of; `None` for a new one.
    pub joins: Option<Match>,
    /// Items of other stories that it resembles, most alike first, one for each story: shown as related, never hidden.
    pub related: Vec<Match>,
}

/// One candidate with what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The candidate's id.
    pub item: i64,
    /// Its story.
    pub story: i64,
    /// Why.
    pub evidence: Evidence,
}

/// Copies have a few words of their own; texts with fewer common words than this have nothing to compare.
const FEWEST_SHARED: usize = 8;

/// Below so many words a text is a summary, of which a copy keeps nearly all.
const SUMMARY: usize = 60;

/// What a summary must share, where a whole text needs [`Thresholds::same`].
const SAME_SUMMARY: f32 = 0.85;

/// How much less of the text will do when the credit line names the other's outlet, or a long title is the same.
const BONUS: f32 = 0.10;

/// Titles of items without text prove something only while both are fresh; daily series come back after a day.
const TITLE_ALONE_WITHIN: TimeDelta = TimeDelta::hours(12);

/// Words that a title needs to count as more than the name of a series.
const LONG_TITLE: usize = 6;

/// Below so many words a text can be nothing but a notice.
const NOTICE: usize = 150;

/// Words that a title needs to stand for a missing text.
const TELLING_TITLE: usize = 8;

/// Stories that share a passage before it is taken for a notice of the source.
const NOTICE_STORIES: u8 = 3;

/// Decides about `item`. The candidates may come in any order; those that are not alike do no harm.
pub fn decide(item: &Subject<'_>, candidates: &[Candidate<'_>], thresholds: &Thresholds) -> Verdict {
    let mut comparer = Comparer::new(item.signature);
    let compared: Vec<(&Candidate<'_>, Comparison)> =
        candidates.iter().map(|candidate| (candidate, comparer.with(candidate.item.signature))).collect();
    let notices = Notices::among(item.signature, &compared);

    let mut stories: BTreeMap<i64, Story<'_>> = BTreeMap::new();
    for (candidate, comparison) in &compared {
        let notice_words = notices.within(comparison, candidate.story);
        let mut judgement = judge(item, &candidate.item, comparison, notice_words, thresholds);
        if judgement.accepted() && !comparison.equal && notice_words.explain(comparison) {
            judgement.refusal = Some(Refusal::Notice);
        }
        let story = stories.entry(candidate.story).or_default();
        let rank = Rank::of(item, candidate, comparison, &judgement);
        if judgement.contradicts() {
            story.contradicted = story.contradicted.max(comparison.shared);
        }
        if judgement.accepted() {
            story.accepted =
                story.accepted.take().filter(|(best, ..)| *best >= rank).or(Some((rank, candidate, judgement)));
        } else if judgement.is_related(thresholds) {
            story.related =
                story.related.take().filter(|(best, ..)| *best >= rank).or(Some((rank, candidate, judgement)));
        }
    }

    let mut joins: Option<(Rank, Match)> = None;
    let mut related: Vec<(Rank, Match)> = Vec::new();
    for story in stories.into_values() {
        let Story { accepted, related: alike, contradicted } = story;
        match accepted {
            Some((rank, candidate, evidence)) if contradicted <= evidence.shared() || evidence.is_verbatim() => {
                let found = (rank, found(candidate, evidence));
                match &joins {
                    Some((best, _)) if *best >= found.0 => related.push(found),
                    _ => related.extend(joins.replace(found)),
                }
            }
            Some((rank, candidate, mut evidence)) => {
                evidence.refusal = Some(Refusal::Member);
                related.push((rank, found(candidate, evidence)));
            }
            None => related.extend(alike.map(|(rank, candidate, evidence)| (rank, found(candidate, evidence)))),
        }
    }
    related.sort_by_key(|(rank, _)| Reverse(*rank));
    Verdict { joins: joins.map(|(_, found)| found), related: related.into_iter().map(|(_, found)| found).collect() }
}

/// What is known of one story while its members are gone through.
#[derive(Default)]
struct Story<'a> {
    /// The best of its members.
    accepted: Option<(Rank, &'a Candidate<'a>, Evidence)>,
    related: Option<(Rank, &'a Candidate<'a>, Evidence)>,
    /// Words that the item shares with the member that contradicts it most thoroughly.
    contradicted: usize,
}

fn found(candidate: &Candidate<'_>, evidence: Evidence) -> Match {
    Match { item: candidate.id, story: candidate.story, evidence }
}

/// How candidates are put in order: by grounds, likeness in steps of a twentieth, nearness in time, age in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    grounds: u8,
    likeness: u32,
    nearness: Reverse<i64>,
    id: Reverse<i64>,
}

impl Rank {
    fn of(item: &Subject<'_>, candidate: &Candidate<'_>, comparison: &Comparison, evidence: &Evidence) -> Self {
        let likeness = comparison.run_coverage()
            + comparison.resemblance()
            + 0.5 * comparison.titles.overlap()
            + f32::from(u8::from(evidence.credit));
        Self {
            grounds: match evidence.grounds {
                Grounds::Text => 2,
                Grounds::Link => 1,
                Grounds::Copy | Grounds::Title => 0,
            },
            // Between a summary and the two articles that begin with it, what counts is the title, then the time.
            likeness: (likeness * 20.0) as u32,
            nearness: Reverse((item.published - candidate.item.published).abs().num_minutes()),
            id: Reverse(candidate.id),
        }
    }
}

/// Judges one candidate by itself.
fn judge(
    item: &Subject<'_>,
    other: &Subject<'_>,
    comparison: &Comparison,
    notices: NoticeWords,
    thresholds: &Thresholds,
) -> Evidence {
    let mut evidence = Evidence::of(comparison);
    evidence.credit = names_outlet(item, other) || names_outlet(other, item);
    evidence.same_link = item.link.is_some() && item.link == other.link;
    evidence.refusal = contradiction(comparison, thresholds);
    if evidence.refusal.is_some() {
        return evidence;
    }
    if evidence.same_link && agrees_with_link(comparison) {
        evidence.grounds = Grounds::Link;
        return evidence;
    }
    if comparison.equal && comparison.short_words >= SHORTEST_EXACT {
        evidence.grounds = Grounds::Text;
        // Pictures and films often come with nothing but the same few words about the programme.
        let notice = comparison.short_words < NOTICE && comparison.titles.kinship() < 0.3;
        evidence.refusal = notice.then_some(Refusal::StrangeTitle);
        return evidence;
    }
    if comparison.short_words < SHORTEST_EXACT {
        evidence.grounds = Grounds::Title;
        evidence.refusal = short_refusal(item, other, comparison);
        return evidence;
    }
    evidence.grounds = Grounds::Copy;
    evidence.refusal = copy_refusal(comparison, notices, thresholds, evidence.credit);
    evidence
}

fn names_outlet(item: &Subject<'_>, other: &Subject<'_>) -> bool {
    item.credit.is_some_and(|credit| matches_outlet(credit, "", other.outlets))
}

fn contradiction(comparison: &Comparison, thresholds: &Thresholds) -> Option<Refusal> {
    if let Some(conflict) = comparison.titles.conflict {
        return Some(Refusal::Titles(conflict));
    }
    let differences = &comparison.differences;
    if differences.contradict(thresholds.differing) {
        return Some(Refusal::Mould {
            numbers: differences.numbers,
            places: differences.places,
            names: differences.names,
            example: differences.example,
        });
    }
    // Where nearly every word is the same, the numbers are too, and some are written otherwise.
    let other_numbers = differences.number_overlap < OTHER_NUMBERS && comparison.run_coverage() < 0.95;
    other_numbers.then_some(Refusal::Numbers(differences.number_overlap))
}

/// Two texts with at least four numbers each, of which the one with fewer shares less than this, tell different facts.
const OTHER_NUMBERS: f32 = 0.6;

/// One address may be given to every article by a broken template, so something else must agree.
fn agrees_with_link(comparison: &Comparison) -> bool {
    comparison.containment() >= 0.3 || comparison.titles.overlap() >= 0.6
}

/// Texts too short to be compared: nothing, or one sentence. Their titles must speak for them.
fn short_refusal(item: &Subject<'_>, other: &Subject<'_>, comparison: &Comparison) -> Option<Refusal> {
    let titles = &comparison.titles;
    let whole = comparison.short_words >= 5 && comparison.shared == comparison.short_words;
    let apart = (item.published - other.published).abs();
    let same = whole && titles.overlap() >= 0.6 && titles.words >= 4
        || titles.equal && titles.words >= TELLING_TITLE && apart <= TITLE_ALONE_WITHIN;
    (!same).then_some(Refusal::TooShort)
}

fn copy_refusal(
    comparison: &Comparison,
    notices: NoticeWords,
    thresholds: &Thresholds,
    credit: bool,
) -> Option<Refusal> {
    let titles = &comparison.titles;
    // Also where one of the two is only longer: portals cut titles, and add their own name.
    let same_title = titles.words >= LONG_TITLE && titles.contained;
    let needed = if same_title || credit {
        // Something outside of the text says the same.
        thresholds.same - BONUS
    } else if comparison.short_words < SUMMARY {
        thresholds.same.max(SAME_SUMMARY)
    } else {
        thresholds.same
    };
    // A summary above a long footer is a copy though the footer is most of it.
    let own = if titles.kinship() >= 0.5 { notices.run_coverage(comparison) } else { 0.0 };
    if comparison.shared < FEWEST_SHARED || comparison.run_coverage().max(own) < needed {
        return Some(Refusal::Unlike);
    }
    let unlike_titles = titles.overlap() < 0.5;
    // Titles that have nothing to do with each other's text: two items of one source that share its notice or footer,
    // or a text with the background of an older one. A copy can have such a title, but then it is a copy.
    let strange_titles = titles.kinship() < 0.3;
    if strange_titles && (comparison.short_words < NOTICE || comparison.run_coverage() < 0.9) {
        return Some(Refusal::StrangeTitle);
    }
    // A follow-up repeats the background under a beginning of its own.
    if unlike_titles && comparison.lead < 0.5 && comparison.containment() < 0.88 {
        return Some(Refusal::OtherLead);
    }
    // The same facts in another order under another title: two reports of one event.
    if unlike_titles && comparison.order() < 0.7 && comparison.run_coverage() < 0.9 {
        return Some(Refusal::Rewritten);
    }
    let scattered = comparison.resemblance() < 0.25 && comparison.spread * 5 > comparison.short_words * 7 + 150;
    let inside = comparison.resemblance() < 0.5 && comparison.starts_at > 24;
    let late = inside && (comparison.starts_at * 10 > comparison.long_words * 3 || titles.long_in_text < 30);
    // A round-up quotes the title, then the beginning; its own title says nothing of it.
    let titled = comparison.starts_at > 0 && titles.short_in_text >= 80 && titles.long_in_text < 30;
    let quoted = titled && comparison.resemblance() < 0.4;
    if unlike_titles && (scattered || late || quoted) {
        return Some(Refusal::Quoted);
    }
    None
}

/// Passages of the item that several other stories have too: notices, mottos, what every bulletin of a kind repeats.
struct Notices {
    /// For each word of the item, how many stories have it in a long run; empty where there are too few stories.
    stories: Vec<u8>,
    /// Which words each story covers, in the order of the candidates' stories.
    covered: BTreeMap<i64, Vec<bool>>,
}

impl Notices {
    fn among(item: &Signature, compared: &[(&Candidate<'_>, Comparison)]) -> Self {
        let mut covered: BTreeMap<i64, Vec<bool>> = BTreeMap::new();
        let stories: std::collections::BTreeSet<i64> = compared.iter().map(|(candidate, _)| candidate.story).collect();
        if stories.len() <= usize::from(NOTICE_STORIES) {
            return Self { stories: Vec::new(), covered };
        }
        for (candidate, comparison) in compared {
            let words = covered.entry(candidate.story).or_insert_with(|| vec![false; item.body.len()]);
            for run in comparison.runs.iter().filter(|run| run.length >= LONG_RUN) {
                let from = if comparison.first_is_short { run.short } else { run.long };
                words[from..from + run.length].fill(true);
            }
        }
        let mut counts = vec![0u8; item.body.len()];
        for words in covered.values() {
            for (count, _) in counts.iter_mut().zip(words).filter(|(_, covered)| **covered) {
                *count = count.saturating_add(1);
            }
        }
        Self { stories: counts, covered }
    }

    /// Returns what of a comparison with an item of `story` is notices, which the item also shares with other stories.
    fn within(&self, comparison: &Comparison, story: i64) -> NoticeWords {
        let Some(own) = self.covered.get(&story) else { return NoticeWords::default() };
        let is_notice = |at: usize| self.stories[at] - u8::from(own[at]) >= NOTICE_STORIES;
        let mut words = NoticeWords::default();
        for run in &comparison.runs {
            let from = if comparison.first_is_short { run.short } else { run.long };
            let notices = (from..from + run.length).filter(|&at| is_notice(at)).count();
            words.shared += notices;
            words.in_long_runs += if run.length >= LONG_RUN { notices } else { 0 };
        }
        words.of_shorter = if comparison.first_is_short {
            (0..self.stories.len()).filter(|&at| is_notice(at)).count()
        } else {
            words.shared
        };
        words
    }
}

/// Words of a comparison that are notices.
#[derive(Debug, Clone, Copy, Default)]
struct NoticeWords {
    /// Of the shorter text.
    of_shorter: usize,
    /// Of all common runs.
    shared: usize,
    /// Of the long ones.
    in_long_runs: usize,
}

impl NoticeWords {
    /// Words of the shorter text that are its own.
    fn rest(self, comparison: &Comparison) -> usize {
        comparison.short_words.saturating_sub(self.of_shorter)
    }

    /// Tells whether the two share little but notices, though there is more to share.
    fn explain(self, comparison: &Comparison) -> bool {
        let rest = self.rest(comparison);
        rest >= FEWEST_SHARED && share(comparison.shared - self.shared, rest) < 0.5
    }

    /// The share of its own words that the shorter text has in common with the longer one in long runs.
    fn run_coverage(self, comparison: &Comparison) -> f32 {
        let rest = self.rest(comparison);
        if rest < SHORTEST_EXACT { 0.0 } else { share(comparison.in_long_runs - self.in_long_runs, rest) }
    }
}
