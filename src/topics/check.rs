//! Topics that nothing can ever match: a warning for whoever wrote them.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::config::{Source, Topic};
use crate::model::TopicId;
use crate::text::{folded, syllables};

/// A topic that nothing can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Useless {
    /// Which.
    pub topic: TopicId,
    /// Why, as the rest of a sentence: `topic `x`: …`.
    pub reason: String,
}

impl fmt::Display for Useless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "topic `{}`: nothing can match it: {}", self.topic, self.reason)
    }
}

/// Returns the topics that no story of any of `sources` can fall under, with the reason.
pub fn useless(topics: &[Topic], sources: &[Arc<Source>]) -> Vec<Useless> {
    topics
        .iter()
        .filter_map(|topic| {
            let reason = reason(topic, sources)?;
            Some(Useless { topic: topic.id.clone(), reason })
        })
        .collect()
}

fn reason(topic: &Topic, sources: &[Arc<Source>]) -> Option<String> {
    let admits = |source: &&Arc<Source>| {
        (topic.sources.is_empty() || topic.sources.contains(&source.id))
            && (topic.provinces.is_empty() || source.province.as_ref().is_some_and(|p| topic.provinces.contains(p)))
            && (topic.tags.is_empty() || topic.tags.iter().any(|tag| source.tags.contains(tag)))
    };
    let restricts = !(topic.sources.is_empty() && topic.provinces.is_empty() && topic.tags.is_empty());
    if restricts && !sources.iter().any(|source| admits(&source)) {
        return Some("no source has all that `sources`, `provinces` and `tags` ask for".to_owned());
    }
    let has_rules =
        !(topic.strong.is_empty() && topic.weak.is_empty() && topic.regex.is_empty() && topic.sections.is_empty());
    if restricts && !has_rules {
        return None;
    }
    let is_chosen = |source: &Arc<Source>| {
        source.section.iter().any(|section| *section == topic.id || topic.sections.contains(section))
    };
    if !topic.regex.is_empty() || sources.iter().filter(admits).any(is_chosen) {
        return None;
    }
    let keys = |words: &[String]| -> HashSet<String> {
        let key = |word: &String| syllables(&folded(word)).collect::<Vec<_>>().join(" ");
        words.iter().map(key).filter(|key| !key.is_empty()).collect()
    };
    let none = keys(&topic.none);
    let is_vetoed = |word: &String| none.iter().any(|veto| format!(" {word} ").contains(&format!(" {veto} ")));
    let alive = |words: HashSet<String>| words.into_iter().filter(|word| !is_vetoed(word)).collect::<HashSet<_>>();
    let (strong, weak) = (keys(&topic.strong), keys(&topic.weak));
    if strong.is_empty() && weak.is_empty() {
        return Some(match topic.sections.is_empty() {
            true => "it has no word of letters or digits, no pattern, and no source has it as a section".to_owned(),
            false => "no source has one of its `sections`".to_owned(),
        });
    }
    let (strong, weak) = (alive(strong), alive(weak));
    if strong.is_empty() && weak.is_empty() {
        return Some("`none` excludes every one of its words".to_owned());
    }
    if strong.is_empty() && weak.len() < 2 {
        return Some("a single `weak` word is never enough without a section, and no source has it as one".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProvinceSlug, SourceId};

    fn topic(id: &str) -> Topic {
        Topic::without_rules(TopicId::new(id), id.to_owned())
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[track_caller]
    fn check(topic: Topic, expected: Option<&str>) {
        let found = useless(&[topic], &[]);
        assert_eq!(found.first().map(|useless| useless.reason.as_str()), expected);
    }

    #[test]
    fn a_single_weak_word_is_not_enough() {
        let reason = "a single `weak` word is never enough without a section, and no source has it as one";
        check(Topic { weak: words(&["đoàn thể", "Đoàn  Thể"]), ..topic("a") }, Some(reason));
        check(Topic { weak: words(&["đoàn thể", "hội viên"]), ..topic("a") }, None);
        check(Topic { strong: words(&["dân vận"]), ..topic("a") }, None);
    }

    #[test]
    fn words_that_the_veto_holds_never_match() {
        let reason = "`none` excludes every one of its words";
        check(Topic { strong: words(&["dân vận khéo"]), none: words(&["dân vận"]), ..topic("a") }, Some(reason));
        check(Topic { strong: words(&["dân vận"]), none: words(&["dân vận khéo"]), ..topic("a") }, None);
    }

    #[test]
    fn words_without_letters_never_match() {
        let reason = "it has no word of letters or digits, no pattern, and no source has it as a section";
        check(Topic { strong: words(&["…", " - "]), ..topic("a") }, Some(reason));
        check(Topic { strong: words(&["…"]), regex: words(&["x"]), ..topic("a") }, None);
    }

    #[test]
    fn restrictions_need_a_source_that_meets_them() {
        let reason = "no source has all that `sources`, `provinces` and `tags` ask for";
        let restricted = Topic { provinces: vec![ProvinceSlug::new("hue")], strong: words(&["x"]), ..topic("a") };
        check(restricted, Some(reason));
        check(Topic { sources: vec![SourceId::new("x")], ..topic("a") }, Some(reason));
    }

    #[test]
    fn sections_need_a_source_that_has_them() {
        check(Topic { sections: vec![TopicId::new("b")], ..topic("a") }, Some("no source has one of its `sections`"));
    }

    #[test]
    fn the_sentence_names_the_topic() {
        let found = useless(&[topic("a")], &[]);
        assert!(found[0].to_string().starts_with("topic `a`: nothing can match it: "));
    }

    #[test]
    fn no_shipped_topic_is_useless() {
        assert_eq!(useless(&super::super::shipped(), &[]), []);
    }
}
