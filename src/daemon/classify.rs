//! When the rules of topics or the provinces of sources change, the stories of the last weeks are judged anew: a reader
//! of a new topic finds more than an empty feed, and nothing old shows up as new, for each keeps its place in time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use tracing::{error, info};
use xxhash_rust::xxh3::xxh3_64;

use super::engine::Engine;
use super::ingest;
use super::setup::Setup;
use crate::config::Source;
use crate::model::{FeedKey, Instant, ProvinceSlug, StoryKey, TopicId, counted};
use crate::store::StoreError;
use crate::store::sqlite::ItemFacts;
use crate::topics::{Hit, Matcher, Subject};

/// How far back stories are judged anew.
const BACK: TimeDelta = TimeDelta::days(30);

/// Stories changed in one transaction.
const CHUNK: usize = 500;

/// Key of the fact that tells by which rules stories were judged.
const JUDGED_BY: &str = "topics-by";

/// What one story is to become.
struct Judged {
    key: StoryKey,
    topics: Vec<TopicId>,
    provinces: Vec<FeedKey>,
    included: Instant,
    published: Instant,
}

/// Judges stories anew if the rules are others than those they were judged by.
pub async fn refresh(engine: &Arc<Engine>) {
    let shared = Arc::clone(engine);
    let result = tokio::task::spawn_blocking(move || now(&shared)).await;
    match result {
        Ok(Ok(0)) => {}
        Ok(Ok(stories)) => info!(stories, "topics have changed: {} judged anew", counted(stories, "story")),
        Ok(Err(error)) => error!(%error, "stories could not be judged by the new rules: {error}"),
        Err(_) => error!("judging stories anew ended without an answer"),
    }
}

fn now(engine: &Engine) -> Result<usize, super::engine::PollError> {
    let setup = engine.setup();
    let rules = fingerprint(&setup);
    let library = engine.library();
    if library.meta(JUDGED_BY)?.as_deref() == Some(&rules) {
        return Ok(0);
    }
    let judged = judge(&setup, engine)?;
    let total = judged.len();
    let mut chunks = judged.into_iter().peekable();
    while chunks.peek().is_some() {
        let chunk: Vec<Judged> = chunks.by_ref().take(CHUNK).collect();
        engine.writer().change_blocking(move |tx| {
            for story in &chunk {
                if let Some(no) = tx.story_of_key(&story.key)? {
                    tx.set_topics(no, &story.topics, story.included, story.published)?;
                    tx.set_provinces(no, &story.provinces, story.included, story.published)?;
                }
            }
            Ok(())
        })?;
    }
    engine.writer().change_blocking(move |tx| tx.set_meta(JUDGED_BY, &rules))?;
    Ok(total)
}

fn judge(setup: &Setup, engine: &Engine) -> Result<Vec<Judged>, StoreError> {
    let mut stories: BTreeMap<String, Judged> = BTreeMap::new();
    engine.library().recent_items(engine.now() - BACK, &mut |item| {
        let Some((topics, province)) = places(setup, &item) else { return };
        let story = stories.entry(item.story.as_str().to_owned()).or_insert_with(|| Judged {
            key: item.story.clone(),
            topics: Vec::new(),
            provinces: Vec::new(),
            included: item.included,
            published: item.published.unwrap_or(item.first_seen).min(item.first_seen),
        });
        for topic in topics {
            if !story.topics.contains(&topic) {
                story.topics.push(topic);
            }
        }
        story.provinces.extend(province.filter(|key| !story.provinces.contains(key)));
    })?;
    Ok(stories.into_values().collect())
}

/// The topics of a stored item, best first, and the feed of its province, by the rules in force; `None` once its source has
/// left the configuration.
pub(super) fn places(setup: &Setup, item: &ItemFacts) -> Option<(Vec<TopicId>, Option<FeedKey>)> {
    let source = setup.source(&item.source)?;
    let hits = hits(&setup.matcher, source, item);
    Some((ingest::topic_ids(&hits), source.province.clone().map(FeedKey::Province)))
}

/// A hash of everything that decides where a story stands, and of the program's version, whose rules may be better.
fn fingerprint(setup: &Setup) -> String {
    let mut rules = env!("CARGO_PKG_VERSION").to_owned();
    for topic in &setup.config.topics {
        rules += &format!("{topic:?}");
    }
    for source in &setup.sources {
        let id = source.id.as_str();
        let province = source.province.iter().map(ProvinceSlug::as_str);
        let sections = source.section.iter().map(TopicId::as_str);
        let tags = source.tags.iter().map(String::as_str);
        // Each word with what it is, lest the tag of one source be taken for the id of the next.
        let told = std::iter::once(('i', id))
            .chain(province.map(|word| ('p', word)))
            .chain(sections.map(|word| ('s', word)))
            .chain(tags.map(|word| ('t', word)));
        for (kind, word) in told {
            rules.extend(['\0', kind]);
            rules.push_str(word);
        }
    }
    format!("{:016x}", xxh3_64(rules.as_bytes()))
}

/// The topics of a stored item, best first, with the rules that found them.
pub fn hits(matcher: &Matcher, source: &Source, item: &ItemFacts) -> Vec<Hit> {
    matcher.classify(&Subject {
        title: &item.title,
        lead: &item.summary,
        body: &item.text,
        source: &item.source,
        sections: &source.section,
        province: source.province.as_ref(),
        tags: &source.tags,
        categories: &item.categories,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Surroundings};

    #[test]
    fn whatever_decides_where_a_story_stands_shows_in_the_fingerprint() {
        let of = |sources: &str| {
            let site = "[site]\ntitle = \"T\"\nurl = \"https://tin.example.vn/\"\n";
            let topic = "[[topic]]\nid = \"k\"\ntitle = \"K\"\ntags = [\"in-nhanh\"]\n";
            let (config, _) =
                config::parse(&format!("{site}{sources}{topic}"), None, &Surroundings::bare()).expect("good");
            fingerprint(&Setup::new(config).expect("good schedules"))
        };
        let source =
            |id: &str, more: &str| format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.example/\"\n{more}");
        let tagged = of(&source("bao-a", "tags = [\"in-nhanh\"]\n"));
        let different = [
            of(&source("bao-a", "")),
            tagged.clone(),
            of(&(source("bao-a", "") + &source("tin-nhanh", ""))),
            of(&source("bao-a", "province = \"ha-noi\"\n")),
            of(&(source("bao-a", "") + &source("pha-noi", ""))),
            of(&source("bao-a", "section = [\"k\"]\n")),
            of(&(source("bao-a", "") + &source("sk", ""))),
            of(&source("bao-a", "tags = [\"in-nhanh\", \"k\"]\n")),
        ];
        let all: std::collections::HashSet<&String> = different.iter().collect();
        assert_eq!(all.len(), different.len(), "{different:?}");
        assert_eq!(of(&source("bao-a", "tags = [\"in-nhanh\"]\n")), tagged);
    }
}
