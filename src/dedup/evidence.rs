//! What speaks for and against two items being one story, for `bantin why` and the log.

use std::fmt;

use super::compare::Comparison;
use super::decide::Thresholds;
use super::titles::TitleConflict;
use super::tokens::Number;

/// What was found about two items. `Display` gives it in plain sentences without a full stop at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What the verdict rests on, if it was not refused.
    pub grounds: Grounds,
    /// What speaks against it; `None` for the same story.
    pub refusal: Option<Refusal>,
    /// Both have the same canonical address.
    pub same_link: bool,
    /// The credit line of one names the outlet of the other.
    pub credit: bool,
    /// The titles are word for word the same.
    pub same_title: bool,
    /// Words of the shorter text and of the longer one.
    pub words: (usize, usize),
    /// The share of the shorter text that the longer one contains: 0 to 1.
    pub contained: f32,
    /// … in runs of six words and more.
    pub in_runs: f32,
    /// The share of both texts together that is common.
    pub resemblance: f32,
}

/// What calling two items one story rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grounds {
    /// The same address.
    Link,
    /// The same words.
    Text,
    /// One text contains the other.
    Copy,
    /// The same title, where a text is missing or too short to compare.
    Title,
}

/// Why two items are not called one story.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refusal {
    /// The titles contradict each other.
    Titles(TitleConflict),
    /// Two texts from one mould: so many numbers, places and names differ where the rest is the same.
    Mould {
        /// Places with other numbers.
        numbers: usize,
        /// Places with other provinces.
        places: usize,
        /// Places with other names.
        names: usize,
        /// Two of the numbers.
        example: Option<(Number, Number)>,
    },
    /// Few of the numbers are the same: the share.
    Numbers(f32),
    /// Too little text in common.
    Unlike,
    /// Neither beginning nor title is the same: a follow-up with its background.
    OtherLead,
    /// The titles have nothing to do with each other or with what the texts share.
    StrangeTitle,
    /// The same facts, put differently and in another order.
    Rewritten,
    /// The shorter one is a passage of the longer one, which is about more.
    Quoted,
    /// What they share is shared by many other items.
    Notice,
    /// Too little text to say.
    TooShort,
    /// It is like this item, but contradicts another one of the same story.
    Member,
}

impl Evidence {
    pub(super) fn of(comparison: &Comparison) -> Self {
        Self {
            grounds: Grounds::Copy,
            refusal: None,
            same_link: false,
            credit: false,
            same_title: comparison.titles.equal,
            words: (comparison.short_words, comparison.long_words),
            contained: comparison.containment(),
            in_runs: comparison.run_coverage(),
            resemblance: comparison.resemblance(),
        }
    }

    /// Whether the two are one story by themselves.
    pub fn accepted(&self) -> bool {
        self.refusal.is_none()
    }

    /// Whether the two cannot be one story, whatever else they share.
    pub fn contradicts(&self) -> bool {
        matches!(self.refusal, Some(Refusal::Titles(_) | Refusal::Mould { .. } | Refusal::Numbers(_)))
    }

    /// How many words the two share.
    pub(super) fn shared(&self) -> usize {
        (self.contained * self.words.0 as f32).round() as usize
    }

    /// Whether the texts are the same but for a word here and there.
    pub(super) fn is_verbatim(&self) -> bool {
        self.grounds == Grounds::Text || self.in_runs >= 0.95 && self.resemblance >= 0.9
    }

    pub(super) fn is_related(&self, thresholds: &Thresholds) -> bool {
        // A dozen words are alike by chance, and stock phrases of officials by habit.
        self.contained >= thresholds.related && self.in_runs >= 0.6 * thresholds.related && self.words.0 >= 20
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f32| (share * 100.0).round() as u32;
        if self.same_link {
            write!(f, "both have the same address; ")?;
        }
        if self.words.0 == 0 {
            write!(f, "at least one has no text")?;
        } else if self.grounds == Grounds::Text {
            write!(f, "both texts have the same {} words", self.words.0)?;
        } else {
            write!(
                f,
                "{} % of the {} words of the shorter text stand in the longer one ({} words), {} % of them in runs of six and more",
                percent(self.contained),
                self.words.0,
                self.words.1,
                percent(self.in_runs),
            )?;
        }
        if self.same_title {
            write!(f, "; the titles are the same")?;
        }
        if self.credit {
            write!(f, "; the credit line of one names the outlet of the other")?;
        }
        if let Some(refusal) = &self.refusal {
            write!(f, "; not merged: {refusal}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Titles(TitleConflict::Dates(one, other)) => {
                write!(f, "the titles name {one} and {other}")
            }
            Self::Titles(TitleConflict::Numbers) => write!(f, "the titles name different numbers"),
            Self::Titles(TitleConflict::Places) => write!(f, "the titles name different provinces"),
            Self::Mould { numbers, places, names, example } => {
                write!(f, "in the same places of the text they have ")?;
                let mut first = true;
                for (count, what) in [(*numbers, "number"), (*places, "province"), (*names, "name")] {
                    if count > 0 {
                        let comma = if first { "" } else { ", " };
                        let plural = if count == 1 { "" } else { "s" };
                        write!(f, "{comma}{count} different {what}{plural}")?;
                        first = false;
                    }
                }
                match example {
                    Some((one, other)) if *one != Number::Long && *other != Number::Long => {
                        write!(f, " (such as {one} and {other})")
                    }
                    _ => Ok(()),
                }
            }
            Self::Numbers(share) => {
                write!(f, "only {} % of their numbers are the same", (share * 100.0).round() as u32)
            }
            Self::Unlike => write!(f, "too little of the text is the same"),
            Self::OtherLead => write!(f, "they begin differently under different titles"),
            Self::StrangeTitle => write!(f, "what they share is about neither title"),
            Self::Rewritten => write!(f, "the same facts stand in another order under another title"),
            Self::Quoted => write!(f, "the shorter text is only a passage of the longer one"),
            Self::Notice => write!(f, "what they share is a notice that many items carry"),
            Self::TooShort => write!(f, "the text is too short to compare, and the titles do not settle it"),
            Self::Member => write!(f, "it contradicts another item of that story"),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(value) => write!(f, "{value}"),
            Self::Pair(first, second) => write!(f, "{first}/{second}"),
            Self::Long => write!(f, "a long number"),
        }
    }
}
