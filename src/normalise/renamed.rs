//! A mass change: most of a source's items look new, and are articles that we have under other names.
//!
//! A redesign, a move to another domain or a merged province gives every article a new guid *and* a new link, often cuts its
//! summary otherwise, and sometimes dates it on the day of the move. No single item then shows that it is old, for a series
//! repeats its title and a bulletin its text; that *most* of a document does at once shows it. What must never happen is that
//! an ordinary day is taken for one: a few recurring titles are no mass.

use std::collections::HashMap;

/// Fewer items that look new are no mass: readers can bear with them, and chance could explain them.
pub const FEWEST_RENAMED: usize = 5;

/// Words that a title needs to name an article by itself; `Tin vắn` and `Giá vàng` name a series.
const TITLE_WORDS: usize = 4;

/// What an item is recognised by when its names are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    /// Hash of the words of title and text.
    pub words_hash: i64,
    /// The title, folded.
    pub title: String,
}

/// Finds which stored items those are that look new, if this is a mass change: for each of `fresh` the place in `stored`.
///
/// `total` is how many items the document has. `stored` holds items of the same source that the document does not name,
/// newest first. Titles count only where they are the only one of their kind on both sides, and `agree` (a place in `fresh`
/// and one in `stored`) finds nothing in the texts against it: a source may list the same eight bulletins every morning. No
/// stored item is given twice.
pub fn renamed(
    fresh: &[Appearance],
    stored: &[Appearance],
    total: usize,
    mut agree: impl FnMut(usize, usize) -> bool,
) -> Option<Vec<Option<usize>>> {
    if fresh.len() < FEWEST_RENAMED || fresh.len() * 2 <= total {
        return None;
    }
    let mut by_words: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, item) in stored.iter().enumerate().rev() {
        by_words.entry(item.words_hash).or_default().push(at);
    }
    let titles_of = |items: &[Appearance]| {
        let mut titles: HashMap<String, Option<usize>> = HashMap::new();
        for (at, item) in items.iter().enumerate().filter(|(_, item)| is_telling(&item.title)) {
            titles.entry(item.title.clone()).and_modify(|other| *other = None).or_insert(Some(at));
        }
        titles
    };
    let (own, theirs) = (titles_of(fresh), titles_of(stored));
    let mut taken = vec![false; stored.len()];
    let mut found: Vec<Option<usize>> = vec![None; fresh.len()];
    for (at, item) in fresh.iter().enumerate() {
        // Of several with the same words the newest: it is what the source would still list.
        if let Some(place) = by_words.get_mut(&item.words_hash).and_then(Vec::pop) {
            found[at] = Some(place);
            taken[place] = true;
        }
    }
    for (at, item) in fresh.iter().enumerate().filter(|(at, item)| own.get(&item.title) == Some(&Some(*at))) {
        let place = theirs.get(&item.title).copied().flatten().filter(|place| !taken[*place]);
        if let (None, Some(place)) = (found[at], place)
            && agree(at, place)
        {
            found[at] = Some(place);
            taken[place] = true;
        }
    }
    let matched = found.iter().flatten().count();
    (matched >= FEWEST_RENAMED && matched * 2 > fresh.len()).then_some(found)
}

fn is_telling(title: &str) -> bool {
    title.split_whitespace().count() >= TITLE_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(words_hash: i64, title: &str) -> Appearance {
        Appearance { words_hash, title: title.to_owned() }
    }

    fn renamed(fresh: &[Appearance], stored: &[Appearance], total: usize) -> Option<Vec<Option<usize>>> {
        super::renamed(fresh, stored, total, |_, _| true)
    }

    fn titled(range: std::ops::Range<i64>, base: i64) -> Vec<Appearance> {
        range.map(|n| item(base + n, &format!("tin số {n} của tòa soạn"))).collect()
    }

    #[test]
    fn a_redesign_is_known_by_titles_where_all_else_is_new() {
        let found = renamed(&titled(0..8, 1_000), &titled(0..30, 0), 8).expect("a mass change");
        assert_eq!(found, (0..8).map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn the_same_words_are_the_same_item_whatever_the_series_is_called() {
        let series = |base: i64| -> Vec<Appearance> {
            (0..6).map(|n| item(base + n, "giá vàng hôm nay trong nước")).collect()
        };
        let found = renamed(&series(0), &series(0), 6).expect("a mass change");
        assert_eq!(found, (0..6).map(Some).collect::<Vec<_>>());
        assert_eq!(renamed(&series(100), &series(0), 6), None, "the title of a series names none of it");
    }

    #[test]
    fn what_is_truly_new_stays_new() {
        let mut fresh = titled(0..6, 1_000);
        fresh.push(item(9_999, "một tin chưa ai từng đăng"));
        let found = renamed(&fresh, &titled(0..30, 0), 7).expect("a mass change");
        assert_eq!(found[6], None);
        assert!(found[..6].iter().all(Option::is_some));
    }

    #[test]
    fn an_ordinary_day_is_no_mass_change() {
        let stored = titled(0..30, 0);
        assert_eq!(renamed(&titled(0..4, 1_000), &stored, 4), None, "four are no mass");
        assert_eq!(renamed(&titled(0..8, 1_000), &stored, 20), None, "most of the document is known by name");
        assert_eq!(renamed(&titled(25..40, 1_000), &stored, 15), None, "most of what looks new is new");
        assert_eq!(renamed(&[], &stored, 0), None);
    }

    #[test]
    fn bulletins_that_are_called_the_same_every_morning_are_new_every_morning() {
        let (today, yesterday) = (titled(0..8, 1_000), titled(0..8, 0));
        assert_eq!(super::renamed(&today, &yesterday, 8, |_, _| false), None);
    }

    #[test]
    fn no_stored_item_is_taken_twice() {
        let mut fresh = titled(0..6, 0);
        fresh.push(fresh[0].clone());
        let found = renamed(&fresh, &titled(0..6, 0), 7).expect("a mass change");
        let mut places: Vec<usize> = found.into_iter().flatten().collect();
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2, 3, 4, 5]);
    }
}
