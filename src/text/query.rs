//! What a reader types into the search box.
//!
//! A term written with marks asks for those marks (`bão` does not find `báo`); one written without finds both, because
//! many people type so. `đ` is a mark like any other. Terms in quotes stand together. There are no operators: whatever
//! else is typed only separates terms, so no query is an error and none can mean more than it says.

use super::latin;
use super::{folded, has_marks, stripped, syllables};

/// Longer input is cut: nobody types it, and every term costs a search.
const LONGEST: usize = 300;

/// Most terms that are looked for; the others are left out.
const MOST_TERMS: usize = 16;

/// A reader's query, understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
}

/// Syllables that stand together; a single one where nothing was in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    words: Vec<Word>,
    plain: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    /// Written with marks, which count.
    Marked(String),
    /// Written without; finds any marks.
    Plain(String),
}

impl Query {
    /// Understands `input`; what has no letters and digits is empty.
    pub fn parse(input: &str) -> Self {
        let cut = input.char_indices().nth(LONGEST).map_or(input, |(at, _)| &input[..at]);
        let mut terms: Vec<Term> = Vec::new();
        // Folding has made all quotes plain ones. Between an odd and an even one lies a phrase; one left open ends at the end.
        for (at, piece) in folded(cut).split('"').enumerate() {
            if at % 2 == 1 {
                terms.extend(Term::new(piece));
            } else {
                terms.extend(piece.split(' ').filter_map(Term::new));
            }
        }
        let mut seen = Vec::new();
        terms.retain(|term| {
            !seen.contains(&term.words) && {
                seen.push(term.words.clone());
                true
            }
        });
        terms.truncate(MOST_TERMS);
        Self { terms }
    }

    /// Tells whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms folded and without marks, syllables separated by single blanks: for a full-text index over plain tokens, which
    /// finds all that matches and some more; [`Query::matches`] decides. Nothing but letters, digits and blanks.
    pub fn plain_terms(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.plain.as_str())
    }

    /// Tells whether a text has every term. `folded` is the text as [`super::fold()`] gives it, `plain` the same without marks.
    pub fn matches(&self, folded: &str, plain: &str) -> bool {
        self.terms.iter().all(|term| {
            // Quick to say no: most texts lack the bare letters already. Punctuation may stand inside a phrase.
            term.words.iter().all(|word| plain.contains(word.plain().as_ref())) && term.is_in(folded)
        })
    }
}

impl Term {
    fn new(piece: &str) -> Option<Self> {
        let words: Vec<Word> = syllables(piece)
            .map(|syllable| match has_marks(syllable) {
                true => Word::Marked(syllable.to_owned()),
                false => Word::Plain(stripped(syllable)),
            })
            .collect();
        let plain = words.iter().map(|word| word.plain().into_owned()).collect::<Vec<_>>().join(" ");
        (!words.is_empty()).then_some(Self { words, plain })
    }

    fn is_in(&self, folded: &str) -> bool {
        let mut from = syllables(folded);
        loop {
            let mut here = from.clone();
            if self.words.iter().all(|word| here.next().is_some_and(|syllable| word.is(syllable))) {
                return true;
            }
            if from.next().is_none() {
                return false;
            }
        }
    }
}

impl Word {
    fn plain(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Marked(word) => stripped(word).into(),
            Self::Plain(word) => word.into(),
        }
    }

    fn is(&self, syllable: &str) -> bool {
        match self {
            Self::Marked(word) => word == syllable,
            Self::Plain(word) => is_plainly(syllable, word),
        }
    }
}

/// Tells whether `folded` without its marks is `plain`.
fn is_plainly(folded: &str, plain: &str) -> bool {
    if folded.len() < plain.len() {
        return false;
    }
    let mut expected = plain.chars();
    let mut is_simple = true;
    let same = folded.chars().all(|c| {
        let Some(letter) = latin::letter(c).filter(|letter| letter.plain != 0) else {
            is_simple = false;
            return false;
        };
        expected.next() == Some(letter.plain as char)
    });
    if is_simple { same && expected.next().is_none() } else { stripped(folded) == plain }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(query: &str, text: &str, expected: bool) {
        let folded = folded(text);
        assert_eq!(Query::parse(query).matches(&folded, &stripped(&folded)), expected, "{query} in {text}");
    }

    #[test]
    fn a_term_with_marks_asks_for_them() {
        check("bão", "Bão số 3 vào bờ", true);
        check("bão", "Báo Hà Nam", false);
        check("đảng", "dâng hương", false);
    }

    #[test]
    fn a_term_without_marks_finds_both() {
        check("bao", "Bão số 3 vào bờ", true);
        check("bao", "Báo Hà Nam", true);
        check("dang bo", "Đảng bộ tỉnh", true);
        check("DANG BO", "dang bo tinh", true);
    }

    #[test]
    fn a_term_with_marks_does_not_find_text_without() {
        check("bão", "bao so 3", false);
    }

    #[test]
    fn every_term_must_be_there_in_any_order() {
        check("hà nam dân vận", "Dân vận khéo ở Hà Nam", true);
        check("hà nam dân vận", "Dân vận khéo ở Ninh Bình", false);
    }

    #[test]
    fn quoted_terms_stand_together() {
        check("\"dân vận\"", "công tác dân vận", true);
        check("\"dân vận\"", "nhân dân tích cực vận động", false);
        check("“dan vận” khéo", "mô hình dân vận khéo", true);
        check("\"dân van", "dân vận", true);
        check("\"phòng chống\"", "phòng, chống tham nhũng", true);
    }

    #[test]
    fn spelling_does_not_matter() {
        check("Hoà", "HÒA BÌNH", true);
        check("uy\u{309} ban", "Ủy ban nhân dân", true);
        check("covid-19", "dịch Covid-19", true);
        check("covid-19", "covid và 19 ca", false);
    }

    #[test]
    fn only_whole_syllables_count() {
        check("gia", "giao thông", false);
        check("ninh b", "Ninh Bình", false);
    }

    #[test]
    fn gives_plain_terms_for_the_index() {
        let query = Query::parse(" Đảng  \"Hà Nam\" covid-19 đảng !*() ");
        assert_eq!(query.plain_terms().collect::<Vec<_>>(), ["dang", "ha nam", "covid 19"]);
    }

    #[test]
    fn nothing_typed_is_empty() {
        assert!(Query::parse(" \"\" -- * ").is_empty());
        assert!(!Query::parse("a").is_empty());
    }

    #[test]
    fn other_scripts_can_be_searched() {
        check("москва", "Москва и", true);
        check("й", "й", true);
    }

    proptest! {
        #[test]
        fn plain_terms_hold_nothing_an_index_could_misread(input in any::<String>()) {
            let query = Query::parse(&input);
            prop_assert!(query.plain_terms().count() <= MOST_TERMS);
            for term in query.plain_terms() {
                prop_assert!(term.chars().all(|c| c == ' ' || !c.is_ascii() || c.is_ascii_alphanumeric()), "{term:?}");
            }
        }

        #[test]
        fn the_index_finds_all_that_matches(text in "([a-dđếàu]{1,4}[ ,]){1,12}", from in 0usize..12, bare in any::<bool>()) {
            let folded = folded(&text);
            let plain = stripped(&folded);
            let words: Vec<&str> = syllables(if bare { &plain } else { &folded }).collect();
            let word = words[from % words.len()];
            let query = Query::parse(word);
            prop_assert!(query.matches(&folded, &plain), "{word} in {text}");
            prop_assert!(query.plain_terms().all(|term| plain.contains(term)));
        }
    }
}
