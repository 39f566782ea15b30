//! `[[topic]]`: named sets of rules.

use std::sync::Arc;

use toml::de::DeTable;

use super::address::{Fault, fault};
use super::desk::Desk;
use super::field::{Field, Place, fields, peek};
use super::remark::Note;
use super::source::{ID_FORM, read_id, read_topics, unknown_province};
use super::types::{Source, Topic};
use crate::model::{Map, ProvinceSlug, SourceId, TopicId};

pub(super) const TOPIC_KEYS: &[&str] =
    &["id", "title", "strong", "weak", "none", "provinces", "sources", "sections", "tags", "regex", "token"];

/// The lists of which a topic must have one; `none` only takes away.
const RULES: &str = "at least one of `strong`, `weak`, `sections`, `regex`, `provinces`, `sources`, `tags`";

/// Reads one topic; `None` where it has no id, title or rule.
pub(super) fn read_topic<'a, 'i>(
    number: usize,
    at: usize,
    table: &'a DeTable<'i>,
    desk: &'a Desk<'a, 'i>,
    seen: &mut Map<&'a str, usize>,
) -> Option<Topic> {
    let id = peek(table, "id");
    let place = id.map_or(Place::Numbered("topic", number), |(_, id)| Place::One("topic", id));
    let mut topic = Topic::without_rules(TopicId::new(""), String::new());
    let mut title = None;
    for field in fields(&desk.notes, place, table) {
        if desk.refuses("topic", &field) {
            continue;
        }
        match field.name() {
            "id" => {
                field.raw();
            }
            "title" => title = field.text(),
            "strong" => topic.strong = read_words(&field),
            "weak" => topic.weak = read_words(&field),
            "none" => topic.none = read_words(&field),
            "provinces" => topic.provinces = read_provinces(&field, desk),
            "sources" => topic.sources = read_sources(&field, desk),
            "sections" => topic.sections = read_topics(&field, desk),
            "tags" => topic.tags = field.texts().unwrap_or_default(),
            "regex" => {
                let patterns = field.strings().unwrap_or_default();
                topic.regex =
                    patterns.into_iter().filter_map(|(at, text)| field.parsed_text(at, text, parse_regex)).collect();
            }
            "token" => topic.token = desk.token(&field),
            _ => desk.unknown("topic", &field),
        }
    }
    let id = match id {
        Some((id_at, id)) => read_id("topic", id_at, id, desk, seen),
        None if table.contains_key("id") => None,
        None => {
            desk.missing(at, place, "id", ID_FORM);
            None
        }
    };
    if !table.contains_key("title") {
        desk.missing(at, place, "title", "a name for readers, such as `title = \"Dân vận\"`");
    }
    let rules = ["strong", "weak", "provinces", "sources", "sections", "tags", "regex"];
    let has_rule = rules.iter().any(|rule| match table.get(*rule).map(|value| value.get_ref()) {
        Some(toml::de::DeValue::Array(list)) => !list.is_empty(),
        // Something of a wrong type has been reported already.
        Some(_) => true,
        None => false,
    });
    if !has_rule {
        desk.notes.absence(Note::at(at, format!("{place}there is no rule")).expected(RULES));
    }
    topic.id = TopicId::new(id?);
    topic.title = title?;
    Some(topic)
}

/// Words and phrases to look for; one without a single letter or digit can never be found, which is worth a warning.
fn read_words(field: &Field<'_, '_>) -> Vec<String> {
    for (at, text) in field.strings().into_iter().flatten() {
        if !text.trim().is_empty() && !text.contains(char::is_alphanumeric) {
            field.notes().warn(field.wrong_text(at, text, "has no letter or digit and is never found"));
        }
    }
    match field.value() {
        // Has been reported by the loop above.
        toml::de::DeValue::Array(list) if list.iter().all(|word| word.get_ref().is_str()) => {
            field.texts().unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn read_provinces(field: &Field<'_, '_>, desk: &Desk<'_, '_>) -> Vec<ProvinceSlug> {
    let mut slugs = Vec::new();
    for (at, name) in field.strings().unwrap_or_default() {
        match desk.provinces.resolve(name) {
            Some(slug) if slugs.contains(&slug) => {}
            Some(slug) => slugs.push(slug),
            None => field.error(unknown_province(field, at, name, desk)),
        }
    }
    slugs
}

fn read_sources(field: &Field<'_, '_>, desk: &Desk<'_, '_>) -> Vec<SourceId> {
    let mut ids = Vec::new();
    for (at, id) in field.strings().unwrap_or_default() {
        if desk.source_ids.contains(id) {
            ids.push(SourceId::new(id));
            continue;
        }
        let note =
            field.wrong_text(at, id, "is not the id of a source").expected("the `id` of one of the `[[source]]`s");
        desk.notes.absence(note.hint_if(desk.notes.did_you_mean(id, desk.source_ids.iter().copied())));
    }
    ids
}

fn parse_regex(pattern: &str) -> Result<String, Fault> {
    /// What one compiled pattern may take; bounded repetitions of repetitions would take gigabytes.
    const LARGEST: usize = 1 << 20;

    match regex::RegexBuilder::new(pattern).size_limit(LARGEST).build() {
        Ok(_) => Ok(pattern.to_owned()),
        Err(regex::Error::CompiledTooBig(_)) => Err(fault("would take more than 1 MiB of memory")),
        Err(error) => {
            // The message draws the pattern over several lines and ends with what is wrong.
            let error = error.to_string();
            let reason = error.lines().next_back().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(fault(format!("is not a regular expression: {reason}")))
        }
    }
}

/// Warns about topics that no story can ever fall under. Said only where something is polled: in a file that waits for
/// its sources every topic would be one.
pub(super) fn warn_of_idle(topics: &[(usize, Topic)], sources: &[Arc<Source>], desk: &Desk<'_, '_>) {
    if !sources.iter().any(|source| source.enabled) {
        return;
    }
    for (at, topic) in topics {
        if let Some(why) = idle(topic, sources) {
            desk.notes.warn(Note::at(*at, format!("topic `{}`: nothing can match it: {why}", topic.id)));
        }
    }
}

/// Why no story can fall under the topic, if none can.
fn idle(topic: &Topic, sources: &[Arc<Source>]) -> Option<&'static str> {
    let let_in = |source: &&Arc<Source>| {
        source.enabled
            && (topic.provinces.is_empty()
                || source.province.as_ref().is_some_and(|province| topic.provinces.contains(province)))
            && (topic.sources.is_empty() || topic.sources.contains(&source.id))
            && (topic.tags.is_empty() || source.tags.iter().any(|tag| topic.tags.contains(tag)))
    };
    let has_word = |words: &[String], least: usize| {
        words.iter().filter(|word| word.contains(char::is_alphanumeric)).take(least).count() == least
    };
    let mut sources = sources.iter().filter(let_in).peekable();
    if sources.peek().is_none() {
        return Some("no enabled source has its `provinces`, `sources` and `tags`");
    }
    if has_word(&topic.strong, 1) || has_word(&topic.weak, 2) || !topic.regex.is_empty() {
        return None;
    }
    let only_limits = topic.strong.is_empty() && topic.weak.is_empty() && topic.sections.is_empty();
    if only_limits {
        return None;
    }
    let chosen = |source: &Arc<Source>| source.section.iter().any(|id| *id == topic.id || topic.sections.contains(id));
    if sources.any(chosen) {
        return None;
    }
    Some(if topic.weak.is_empty() {
        "no enabled source has its section"
    } else {
        "one `weak` word is not enough, and no enabled source has its section"
    })
}
