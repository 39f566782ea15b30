//! Why a story falls under a topic, in words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where in a story something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Its title.
    Title,
    /// Its first paragraph, or the summary its source gave.
    Lead,
    /// The rest of its text.
    Body,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Title => "the title",
            Self::Lead => "the lead",
            Self::Body => "the body",
        })
    }
}

/// Which list of a topic a word stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// `strong`
    Strong,
    /// `weak`
    Weak,
}

/// One reason for a topic. Its `Display` is a phrase that `bantin why` puts into a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule")]
pub enum Evidence {
    /// The source's editor chose this section.
    Section {
        /// A topic id from the source's `section`.
        section: String,
    },
    /// A category of the item is called like the topic.
    Category {
        /// As the source wrote it.
        category: String,
    },
    /// A word of the rules was found.
    Word {
        /// As the rule writes it.
        word: String,
        /// Its list.
        strength: Strength,
        /// The first place it was found in.
        place: Place,
        /// How often in title, lead and body together, where no longer word of the topic holds it.
        times: u32,
    },
    /// A pattern of the rules was found.
    Pattern {
        /// As the rule writes it.
        pattern: String,
        /// The first place it was found in.
        place: Place,
    },
    /// The source is one of the topic's `sources`.
    Source {
        /// Its id.
        source: String,
    },
    /// The source belongs to one of the topic's `provinces`.
    Province {
        /// Its slug.
        province: String,
    },
    /// The source carries one of the topic's `tags`.
    Tag {
        /// The tag.
        tag: String,
    },
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section { section } => write!(f, "section `{section}`, chosen by the source's editor"),
            Self::Category { category } => write!(f, "category `{category}`, given by the source"),
            Self::Word { word, strength, place, times } => {
                let strength = match strength {
                    Strength::Strong => "strong",
                    Strength::Weak => "weak",
                };
                write!(f, "{strength} word `{word}` in {place}")?;
                if *times > 1 { write!(f, ", {times} times in all") } else { Ok(()) }
            }
            Self::Pattern { pattern, place } => write!(f, "pattern `{pattern}` in {place}"),
            Self::Source { source } => write!(f, "source `{source}`, one of the topic's sources"),
            Self::Province { province } => write!(f, "province `{province}`, one of the topic's provinces"),
            Self::Tag { tag } => write!(f, "tag `{tag}` of the source, one of the topic's tags"),
        }
    }
}
