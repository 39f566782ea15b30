//! `why`: where an item came from, why it is in its topics, what it was merged with.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use serde_json::json;

use super::args::Format;
use super::look::{open, time};
use crate::config::Config;
use crate::daemon::{classify, overrule};
use crate::model::StoryKey;
use crate::store::sqlite::{Decision, ItemFacts};
use crate::topics::Matcher;

/// `bantin why WHAT`
pub fn why(config: &Config, what: &str, format: Format, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let library = open(config)?;
    let mut items = overrule::named(&library, what)?;
    if items.is_empty() && library.is_pruned(&overrule::identities(what))? {
        eprintln!(
            "`{what}` was an item once and has been pruned (`store.keep`): it is published nowhere, and a source that brings it \
             again brings nothing new"
        );
        return Ok(ExitCode::FAILURE);
    }
    if items.is_empty() {
        eprintln!(
            "`{what}` is not known: neither the address of a stored article, nor an item's id, nor a story's key.\n\
             If it should be: `bantin sources` tells whether its source is read, `bantin read ADDRESS-OF-THE-FEED` whether it is listed there"
        );
        return Ok(ExitCode::FAILURE);
    }
    // Everyone in the story explains each other.
    let story = items[0].story.clone();
    items = library.items_named(story.as_str(), &[])?;
    items.sort_by_key(|item| (!item.is_origin, item.first_seen));
    let decisions = library.decisions(items[0].story_no)?;
    let matcher = Matcher::new(&config.topics);
    match format {
        Format::Text => print_text(config, &matcher, &items, &decisions, out)?,
        Format::Json => {
            let list: Vec<_> = items.iter().map(|item| as_json(config, &matcher, item, &decisions)).collect();
            serde_json::to_writer_pretty(&mut *out, &list)?;
            writeln!(out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print_text(
    config: &Config,
    matcher: &Matcher,
    items: &[ItemFacts],
    decisions: &[Decision],
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let zone = config.site.timezone;
    let first = &items[0];
    writeln!(out, "story {}: {}", first.story, first.title)?;
    match first.withdrawn {
        Some(_) => writeln!(out, "  published nowhere: its id was {}", first.entry_id)?,
        None => {
            writeln!(out, "  published under the id {}", first.entry_id)?;
            writeln!(out, "  in the merged feed since {}", time(first.included, zone))?;
        }
    }
    for decision in decisions {
        writeln!(out, "  by hand, {}: {}", time(decision.at, zone), sentence(decision))?;
    }
    let topics: Vec<&str> = first.topics.iter().map(crate::model::TopicId::as_str).collect();
    match topics.is_empty() {
        true => writeln!(out, "  under no topic")?,
        false => writeln!(out, "  topics, best first: {}", topics.join(", "))?,
    }
    for item in items {
        writeln!(out)?;
        let role = if item.is_origin { "origin" } else { "copy" };
        writeln!(out, "{role}: source `{}`", item.source)?;
        writeln!(out, "  title       {}", item.title)?;
        writeln!(out, "  link        {}", item.link.as_deref().unwrap_or("none"))?;
        writeln!(out, "  id          {}", item.atom_id)?;
        writeln!(out, "  first seen  {}", time(item.first_seen, zone))?;
        match item.published {
            Some(at) => writeln!(out, "  date        {} (from: {})", time(at, zone), item.date_from)?,
            None => writeln!(out, "  date        none given, counted from when it was first seen")?,
        }
        if let Some(credit) = &item.credit {
            writeln!(out, "  credit      {credit}")?;
        }
        match &item.evidence {
            Some(evidence) => writeln!(out, "  merged      {evidence}")?,
            None if item.story_items < 2 => {}
            None if item.entry_id.starts_with(&item.atom_id) => {
                writeln!(out, "  merged      it founded the story; the others joined it")?;
            }
            None => {
                writeln!(out, "  merged      it founded a story of its own, which was merged into this one by hand")?
            }
        }
        for (topic, reasons) in reasons(config, matcher, item) {
            writeln!(out, "  topic       `{topic}`: {}", reasons.join("; "))?;
        }
    }
    Ok(())
}

/// What a person decided, in words.
fn sentence(decision: &Decision) -> String {
    let other = decision.other.as_ref().map_or("one that has been pruned", |key| key.as_str());
    match decision.what.as_str() {
        "split" => format!("taken apart from the story {other}, which it never joins again"),
        "merge" => format!("the story {other} was merged into it"),
        _ => "taken down; copies that come later stay away with it".to_owned(),
    }
}

fn as_json(config: &Config, matcher: &Matcher, item: &ItemFacts, decisions: &[Decision]) -> serde_json::Value {
    json!({
        "story": item.story.as_str(),
        "origin": item.is_origin,
        "source": item.source.as_str(),
        "title": item.title,
        "link": item.link,
        "id": item.atom_id,
        "guid": item.guid,
        "entry_id": item.entry_id,
        "included": item.included,
        "first_seen": item.first_seen,
        "published": item.published,
        "date_from": item.date_from,
        "credit": item.credit,
        "evidence": item.evidence,
        "withdrawn": item.withdrawn,
        "decisions": decisions.iter().map(|decision| json!({
            "at": decision.at,
            "what": decision.what,
            "other": decision.other.as_ref().map(StoryKey::as_str),
        })).collect::<Vec<_>>(),
        "topics": reasons(config, matcher, item),
    })
}

/// By the rules in force, why an item is under its topics.
fn reasons(config: &Config, matcher: &Matcher, item: &ItemFacts) -> BTreeMap<String, Vec<String>> {
    let Some(source) = config.sources.iter().find(|source| source.id == item.source) else { return BTreeMap::new() };
    classify::hits(matcher, source, item)
        .into_iter()
        .map(|hit| (hit.topic.to_string(), hit.evidence.iter().map(ToString::to_string).collect()))
        .collect()
}
