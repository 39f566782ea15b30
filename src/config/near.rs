//! "Did you mean": the known word that a misspelt one is nearest to.

/// Returns the candidate nearest to `word`, if one is near enough to be what was meant.
///
/// Distance is counted in insertions, deletions, replacements and swaps of neighbours (optimal string alignment), without
/// regard to case; near enough is a third of the word's length, at least 1 and at most 3. Of equally near ones the first wins.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    // Longer words are no misspelling of anything we know, and would only cost time.
    if word.len() > 80 {
        return None;
    }
    let allowed = (word.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let limit = best.map_or(allowed, |(distance, _)| distance.saturating_sub(1));
        if let Some(distance) = distance_within(&word, candidate, limit) {
            best = Some((distance, candidate));
            if distance == 0 {
                break;
            }
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The distance between the two, or `None` where it exceeds `limit`.
fn distance_within(word: &[char], candidate: &str, limit: usize) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
    if word.len().abs_diff(candidate.len()) > limit {
        return None;
    }
    let width = candidate.len() + 1;
    let mut before = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    let mut row = vec![0; width];
    for (i, &a) in word.iter().enumerate() {
        row[0] = i + 1;
        for (j, &b) in candidate.iter().enumerate() {
            let replaced = above[j] + usize::from(a != b);
            let mut cost = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == candidate[j - 1] && word[i - 1] == b {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    (above[width - 1] <= limit).then_some(above[width - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, known: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(word, known.iter().copied()), expected);
    }

    #[test]
    fn finds_swapped_letters() {
        check("shcedule", &["id", "schedule", "section"], Some("schedule"));
    }

    #[test]
    fn finds_a_missing_letter_and_one_too_many() {
        check("provnce", &["province", "provinces"], Some("province"));
        check("provincess", &["province", "provinces"], Some("provinces"));
    }

    #[test]
    fn ignores_case() {
        check("URL", &["id", "url"], Some("url"));
    }

    #[test]
    fn says_nothing_when_nothing_is_near() {
        check("colour", &["id", "url", "title"], None);
        check("xy", &["id"], None);
    }

    #[test]
    fn a_swap_counts_once() {
        check("ulr", &["url"], Some("url"));
    }

    #[test]
    fn counts_letters_and_not_bytes() {
        check("Hà Nan", &["Hà Nam"], Some("Hà Nam"));
    }
}
