//! Which item of a story the others were copied from.

use crate::model::Instant;
use crate::text::credit::matches_outlet;

/// An item of a story, as far as the choice of its origin needs it.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The number of its source, whatever the numbering: items of one source do not credit each other.
    pub source: i64,
    /// The names by which credit lines know its source: outlet, aliases, title.
    pub outlets: &'a [String],
    /// The outlet that its credit line names.
    pub credit: Option<&'a str>,
    /// When it was published by its source's date; `None` where that was not given.
    pub published: Option<Instant>,
    /// Words of its text.
    pub words: usize,
    /// `rank` of its source.
    pub rank: i32,
}

/// Two dates closer than this do not tell who was first: clocks differ, and papers and portals push at once.
const SAME_MOMENT_SECONDS: i64 = 300;

/// Returns the index of the origin among the `members` of one story; 0 for none or one.
///
/// In this order, the next question only among those whom the last one left:
///
/// 1. whom the credit lines of other sources' items name; of several, whom most name;
/// 2. who does not name another outlet as its own source: a copy is no origin while there is someone else;
/// 3. who is earliest by its source's date (within five minutes is as early; no date is never earlier than a date);
/// 4. whose text is richest (a fifth more words is richer);
/// 5. whose source has the highest `rank`;
/// 6. who stands first in `members`: the caller's last word.
pub fn origin(members: &[Member<'_>]) -> usize {
    let mut left: Vec<usize> = (0..members.len()).collect();

    let credits = |index: usize| {
        let member = &members[index];
        members.iter().filter(|other| other.source != member.source && names(other, member)).count()
    };
    keep_best(&mut left, credits);
    keep_best(&mut left, |index| {
        let member = &members[index];
        // Its own name below a text is a signature, not a credit.
        member.credit.is_none() || names(member, member)
    });

    if let Some(earliest) = left.iter().filter_map(|&index| members[index].published).min() {
        left.retain(|&index| {
            members[index]
                .published
                .is_some_and(|published| (published - earliest).num_seconds() <= SAME_MOMENT_SECONDS)
        });
    }
    let richest = left.iter().map(|&index| members[index].words).max().unwrap_or(0);
    left.retain(|&index| members[index].words * 6 >= richest * 5);
    keep_best(&mut left, |index| members[index].rank);
    left.first().copied().unwrap_or(0)
}

fn names(member: &Member<'_>, other: &Member<'_>) -> bool {
    member.credit.is_some_and(|credit| matches_outlet(credit, "", other.outlets))
}

fn keep_best<K: Ord>(left: &mut Vec<usize>, key: impl Fn(usize) -> K) {
    let keys: Vec<K> = left.iter().map(|&index| key(index)).collect();
    if let Some(best) = keys.iter().max() {
        let mut keys = keys.iter();
        left.retain(|_| keys.next() == Some(best));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Item {
        outlet: &'static str,
        credit: Option<&'static str>,
        minute: Option<i64>,
        words: usize,
        rank: i32,
    }

    fn item(outlet: &'static str, minute: i64) -> Item {
        Item { outlet, credit: None, minute: Some(minute), words: 400, rank: 0 }
    }

    #[track_caller]
    fn check(items: &[Item], expected: &str) {
        let outlets: Vec<Vec<String>> = items.iter().map(|item| vec![item.outlet.to_owned()]).collect();
        let members: Vec<Member<'_>> = items
            .iter()
            .zip(&outlets)
            .enumerate()
            .map(|(source, (item, outlets))| Member {
                source: source as i64,
                outlets,
                credit: item.credit,
                published: item.minute.and_then(|minute| Instant::from_timestamp(1_780_000_000 + minute * 60, 0)),
                words: item.words,
                rank: item.rank,
            })
            .collect();
        assert_eq!(items[origin(&members)].outlet, expected);
    }

    #[test]
    fn the_credited_outlet_wins_though_it_came_later() {
        let portal = Item { credit: Some("Báo Hà Nam"), ..item("Cổng TTĐT", 0) };
        check(&[portal, item("Báo Hà Nam", 600)], "Báo Hà Nam");
    }

    #[test]
    fn an_outlet_that_credits_itself_is_no_copy() {
        let paper = Item { credit: Some("Hà Nam"), ..item("Báo Hà Nam", 0) };
        check(&[paper, item("Trang tin tổng hợp", 60)], "Báo Hà Nam");
    }

    #[test]
    fn who_credits_somebody_else_is_a_copy_even_where_that_one_is_unknown() {
        let first = Item { credit: Some("TTXVN"), ..item("Cổng TTĐT", 0) };
        check(&[first, item("Báo Sơn La", 60)], "Báo Sơn La");
    }

    #[test]
    fn the_earliest_wins_where_nobody_is_credited() {
        check(&[item("Báo B", 90), item("Báo A", 0)], "Báo A");
        let undated = Item { minute: None, ..item("Không ngày", 0) };
        check(&[undated, item("Báo A", 0)], "Báo A");
    }

    #[test]
    fn within_minutes_the_richest_wins_then_the_highest_rank() {
        let summary = Item { words: 30, ..item("Tóm tắt", 0) };
        check(&[summary, item("Báo A", 4)], "Báo A");
        let ranked = Item { rank: 10, words: 410, ..item("Báo B", 4) };
        check(&[item("Báo A", 0), ranked], "Báo B");
    }

    #[test]
    fn otherwise_the_first_stays() {
        check(&[item("Báo A", 0), item("Báo B", 1)], "Báo A");
    }

    #[test]
    fn no_members_is_no_panic() {
        assert_eq!(origin(&[]), 0);
    }
}
