//! The topics that come with the program: `data/topics.toml`.

use serde::Deserialize;

use crate::config::Topic;
use crate::model::{ProvinceSlug, SourceId, TopicId};

/// The file as it stands in `feeds.toml` too.
pub const SHIPPED: &str = include_str!("../../data/topics.toml");

#[derive(Deserialize)]
struct File {
    topic: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: TopicId,
    title: String,
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
    #[serde(default)]
    provinces: Vec<ProvinceSlug>,
    #[serde(default)]
    sources: Vec<SourceId>,
    #[serde(default)]
    sections: Vec<TopicId>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    regex: Vec<String>,
}

/// Returns the shipped topics, in file order: what `eval topics` judges by when no configuration is given.
///
/// # Panics
///
/// Never in a built program: a test reads the same text.
pub fn shipped() -> Vec<Topic> {
    let file: File = toml::from_str(SHIPPED).expect("a test reads the compiled-in file");
    file.topic
        .into_iter()
        .map(|entry| Topic {
            id: entry.id,
            title: entry.title,
            strong: entry.strong,
            weak: entry.weak,
            none: entry.none,
            provinces: entry.provinces,
            sources: entry.sources,
            sections: entry.sections,
            tags: entry.tags,
            regex: entry.regex,
            token: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::is_slug;
    use crate::text::{folded, nfc, syllables};

    #[test]
    fn the_file_is_read_and_has_the_usual_sections() {
        let topics = shipped();
        assert!(topics.len() >= 18, "{}", topics.len());
        for topic in &topics {
            assert!(is_slug(topic.id.as_str()) && !topic.title.is_empty(), "{}", topic.id);
        }
        let ids: HashSet<_> = topics.iter().map(|topic| &topic.id).collect();
        assert_eq!(ids.len(), topics.len(), "no id twice");
    }

    #[test]
    fn every_word_is_nfc_and_stands_once_in_its_topic() {
        for topic in shipped() {
            let mut seen = HashSet::new();
            for word in topic.strong.iter().chain(&topic.weak).chain(&topic.none) {
                let key = syllables(&folded(word)).collect::<Vec<_>>().join(" ");
                assert!(!key.is_empty() && nfc(word) == *word, "{}: `{word}`", topic.id);
                assert!(seen.insert(key), "{}: `{word}` twice", topic.id);
            }
        }
    }
}
