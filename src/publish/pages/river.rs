//! The river: stories by day, newest first; the front page and the pages of topics, provinces and sources.

use chrono::NaiveDate;

use crate::model::{Entry, FeedKey, Page};
use crate::publish::entry::{credit_of, foreign_language, outlet_name, rfc3339, web_address};
use crate::publish::markup::Markup;
use crate::publish::masthead::Masthead;

use super::frame::{Frame, frame, write_formats};
use super::{Counts, MAX_NUMBER, clipped, path};

/// Characters of a headline in a list. The longest real one seen has under 200.
const MAX_TITLE: usize = 250;
/// Characters of a summary in a list: four or five lines on a phone.
const MAX_SUMMARY: usize = 280;
/// Between parts of a line; it stays with the part before when the line breaks.
pub(super) const SEPARATOR: &str = "\u{a0}· ";
/// Sources named on an empty front page.
const MAX_NAMED: usize = 60;
/// From this many places on, a story is set larger: what many carry matters to many.
const PROMINENT: usize = 3;

/// Renders the page of a feed: the front page for [`FeedKey::Merged`], a topic's, a province's or a source's page else.
///
/// `number` counts from 1. Only the first front page reads `counts`.
pub fn river(masthead: &Masthead, key: &FeedKey, number: usize, page: &Page, counts: &Counts) -> String {
    let words = masthead.words();
    let site = masthead.site();
    let subject = masthead.subject(key).unwrap_or_default();
    let title = match (key, number) {
        (FeedKey::Merged, 0 | 1) => String::new(),
        (FeedKey::Merged, _) => words.page_title(words.newest, number),
        (_, 0 | 1) => subject.to_owned(),
        _ => words.page_title(subject, number),
    };
    let path = path(key, number);
    let description = match key {
        FeedKey::Merged => site.subtitle.clone().unwrap_or_default(),
        _ => format!("{subject} · {}", site.title),
    };
    let head = Frame {
        title: &title,
        path: &path,
        description: &description,
        feed: Some(key),
        canonical: None,
        indexed: true,
        query: "",
    };
    frame(masthead, &head, |body| {
        body.element("div", &[("class", "columns")], |columns| {
            columns.element("main", &[("id", "main")], |main| {
                match key {
                    FeedKey::Merged if number <= 1 => main.leaf("h2", &[("class", "unseen")], words.newest),
                    FeedKey::Merged => main.leaf("h1", &[("class", "subject")], &title),
                    _ => write_subject(masthead, key, &title, main),
                }
                main.line();
                if page.entries.is_empty() {
                    write_nothing(masthead, key, number, main);
                } else {
                    write_days(masthead, key, &page.entries, main);
                }
                write_paging(masthead, key, number, page.more, main);
            });
            columns.line();
            columns.element("aside", &[("aria-label", words.about)], |aside| match key {
                FeedKey::Merged => write_front_aside(masthead, counts, aside),
                _ => write_subject_aside(masthead, key, aside),
            });
        });
    })
}

fn write_subject(masthead: &Masthead, key: &FeedKey, title: &str, main: &mut Markup) {
    let words = masthead.words();
    let kind = match key {
        FeedKey::Province(_) => words.provinces,
        FeedKey::Source(_) => words.sources,
        FeedKey::Topic(_) | FeedKey::Merged => words.topics,
    };
    main.element("div", &[("class", "subject-head")], |head| {
        head.leaf("p", &[("class", "kind")], kind);
        head.leaf("h1", &[("class", "subject")], title);
        // On a phone the box beside the river comes after it, a long way down.
        head.element("p", &[("class", "narrow")], |line| write_formats(masthead, key, line));
    });
}

fn write_days(masthead: &Masthead, key: &FeedKey, entries: &[Entry], main: &mut Markup) {
    let words = masthead.words();
    let zone = masthead.site().timezone;
    let day_of = |entry: &Entry| -> NaiveDate { entry.published.with_timezone(&zone).date_naive() };
    for day in entries.chunk_by(|one, other| day_of(one) == day_of(other)) {
        let date = day_of(&day[0]);
        let id = format!("d{date}");
        main.element("section", &[("class", "day"), ("aria-labelledby", &id)], |section| {
            section.leaf("h2", &[("id", &id)], &words.day(date));
            section.line();
            for entry in day {
                write_story(masthead, Some(key), entry, &words.clock(entry.published, zone), section);
            }
        });
        main.line();
    }
}

/// Writes one story of a list. `here` is the feed whose page this is: it is not named again in the line above the title.
pub(super) fn write_story(masthead: &Masthead, here: Option<&FeedKey>, entry: &Entry, when: &str, out: &mut Markup) {
    let words = masthead.words();
    let story = masthead.local(&format!("stories/{}", entry.story));
    let places = 1 + entry.copies.len();
    let class = if places >= PROMINENT { "story prominent" } else { "story" };
    let mut attributes = vec![("class", class)];
    let language = foreign_language(masthead, entry);
    if let Some(tag) = &language {
        attributes.push(("lang", tag));
    }
    out.element("article", &attributes, |article| {
        article.element("p", &[("class", "when")], |line| {
            let label = format!("{when}, {}", words.details);
            line.element("a", &[("href", &story), ("aria-label", &label)], |link| {
                link.leaf("time", &[("datetime", &rfc3339(entry.published))], when);
            });
        });
        article.element("div", &[], |what| {
            write_labels(masthead, here, entry, what);
            let title = if entry.title.trim().is_empty() { words.untitled } else { &entry.title };
            let href = entry.link.as_deref().and_then(web_address).unwrap_or_else(|| story.clone());
            what.element("h3", &[], |headline| headline.leaf("a", &[("href", &href)], &clipped(title, MAX_TITLE)));
            let summary = clipped(&entry.summary, MAX_SUMMARY);
            if !summary.is_empty() {
                what.leaf("p", &[("class", "summary")], &summary);
            }
            what.element("p", &[("class", "byline"), ("lang", masthead.site().language.tag())], |line| {
                write_outlet(masthead, entry, line);
                if let Some(credit) = credit_of(entry) {
                    line.text(SEPARATOR);
                    line.text(&format!("{} {}", words.credit, clipped(&credit, 80)));
                }
                if places > 1 {
                    line.text(SEPARATOR);
                    line.leaf("a", &[("class", "places"), ("href", &story)], &words.places(places));
                }
            });
        });
    });
    out.line();
}

/// Writes the name of the source, linked to its page while it has one.
pub(super) fn write_outlet(masthead: &Masthead, entry: &Entry, line: &mut Markup) {
    let name = clipped(&outlet_name(&entry.source), 80);
    match entry.source.id.as_ref().filter(|id| masthead.source(id).is_some()) {
        Some(id) => {
            let href = masthead.local(&format!("sources/{id}"));
            line.leaf("a", &[("class", "outlet"), ("href", &href)], &name);
        }
        None => line.leaf("span", &[("class", "outlet")], &name),
    }
}

/// Writes topics and province above a headline.
pub(super) fn write_labels(masthead: &Masthead, here: Option<&FeedKey>, entry: &Entry, out: &mut Markup) {
    let topics = entry.topics.iter().take(3).map(|id| FeedKey::Topic(id.clone()));
    let province = entry.province.iter().map(|slug| FeedKey::Province(slug.clone()));
    let labels: Vec<_> = topics
        .chain(province)
        .filter(|key| Some(key) != here && masthead.knows(key) && !masthead.is_private(key))
        .collect();
    if labels.is_empty() {
        return;
    }
    out.element("p", &[("class", "labels"), ("lang", masthead.site().language.tag())], |line| {
        for (at, key) in labels.iter().enumerate() {
            if at > 0 {
                line.text(SEPARATOR);
            }
            let href = masthead.local(&path(key, 1));
            line.leaf("a", &[("href", &href)], masthead.subject(key).unwrap_or_default());
        }
    });
}

fn write_nothing(masthead: &Masthead, key: &FeedKey, number: usize, main: &mut Markup) {
    let words = masthead.words();
    main.element("div", &[("class", "nothing")], |nothing| {
        if number > 1 {
            nothing.leaf("p", &[], words.no_more);
            return;
        }
        if *key != FeedKey::Merged {
            nothing.leaf("p", &[], &words.nothing_about(masthead.subject(key).unwrap_or_default()));
            return;
        }
        nothing.leaf("p", &[("class", "strong")], words.no_stories);
        let sources: Vec<_> = masthead.sources().iter().filter(|source| source.enabled).collect();
        if sources.is_empty() {
            nothing.leaf("p", &[], words.no_sources);
            nothing.leaf("p", &[], words.just_installed);
            nothing.element("ol", &[], |list| {
                for step in words.first_steps {
                    list.leaf("li", &[], step);
                }
            });
            return;
        }
        nothing.leaf("p", &[], words.no_stories_yet);
        nothing.leaf("p", &[], &words.asking(sources.len()));
        nothing.element("ul", &[], |list| {
            for source in sources.iter().take(MAX_NAMED) {
                list.leaf("li", &[], &source.title);
            }
        });
    });
}

fn write_paging(masthead: &Masthead, key: &FeedKey, number: usize, more: bool, main: &mut Markup) {
    let words = masthead.words();
    let number = number.max(1);
    let older = (more && number < MAX_NUMBER).then(|| masthead.local(&path(key, number + 1)));
    let newer = (number > 1).then(|| masthead.local(&path(key, number - 1)));
    write_pager(words.pages, newer.map(|href| (href, words.newer)), older.map(|href| (href, words.older)), main);
}

/// Writes links to the pages before and behind this one.
pub(super) fn write_pager(
    label: &str,
    newer: Option<(String, &str)>,
    older: Option<(String, &str)>,
    main: &mut Markup,
) {
    if newer.is_none() && older.is_none() {
        return;
    }
    main.element("nav", &[("class", "paging"), ("aria-label", label)], |nav| {
        if let Some((href, name)) = newer {
            nav.leaf("a", &[("rel", "prev"), ("href", &href)], &format!("← {name}"));
        }
        if let Some((href, name)) = older {
            nav.leaf("a", &[("rel", "next"), ("class", "next"), ("href", &href)], &format!("{name} →"));
        }
    });
}

fn write_front_aside(masthead: &Masthead, counts: &Counts, aside: &mut Markup) {
    let words = masthead.words();
    write_subscribe_box(masthead, &FeedKey::Merged, aside);
    if !masthead.topics().is_empty() {
        aside.element("section", &[("id", "topics")], |section| {
            section.leaf("h2", &[], words.topics);
            section.element("ul", &[("class", "list")], |list| {
                for (id, title) in masthead.topics() {
                    let key = FeedKey::Topic(id.clone());
                    write_counted(masthead, &key, title, counts.of_topic(id), list);
                }
            });
        });
        aside.line();
    }
    let mut provinces = masthead.covered_provinces().peekable();
    if provinces.peek().is_some() {
        aside.element("section", &[("id", "provinces")], |section| {
            section.leaf("h2", &[], words.provinces);
            section.element("ul", &[("class", "list")], |list| {
                for province in provinces {
                    let key = FeedKey::Province(province.slug.clone());
                    write_counted(masthead, &key, &province.name, counts.of_province(&province.slug), list);
                }
            });
        });
    }
}

fn write_counted(masthead: &Masthead, key: &FeedKey, name: &str, count: u64, list: &mut Markup) {
    let href = masthead.local(&path(key, 1));
    list.element("li", &[], |item| {
        item.leaf("a", &[("href", &href)], name);
        if count > 0 {
            item.text(" ");
            item.leaf("span", &[("class", "count")], &masthead.words().number(count));
        }
    });
}

fn write_subscribe_box(masthead: &Masthead, key: &FeedKey, aside: &mut Markup) {
    let words = masthead.words();
    aside.element("section", &[("class", "subscribe")], |section| {
        section.leaf("h2", &[], words.subscribe);
        section.leaf("p", &[], words.what_is_a_feed);
        section.element("p", &[], |line| write_formats(masthead, key, line));
        let href = masthead.local("subscribe");
        section.element("p", &[], |line| line.leaf("a", &[("href", &href)], words.all_feeds));
    });
    aside.line();
}

fn write_subject_aside(masthead: &Masthead, key: &FeedKey, aside: &mut Markup) {
    let words = masthead.words();
    write_subscribe_box(masthead, key, aside);
    let (title, others): (_, Vec<FeedKey>) = match key {
        FeedKey::Province(_) => {
            let provinces = masthead.covered_provinces().map(|province| FeedKey::Province(province.slug.clone()));
            (words.other_provinces, provinces.collect())
        }
        FeedKey::Source(id) => {
            if let Some(source) = masthead.source(id) {
                aside.element("section", &[], |section| {
                    section.leaf("h2", &[], words.website);
                    let shown = source.url.as_str();
                    section.element("p", &[("class", "address")], |line| {
                        line.leaf("a", &[("href", shown), ("rel", "nofollow")], shown);
                    });
                });
            }
            return;
        }
        FeedKey::Topic(_) | FeedKey::Merged => {
            (words.other_topics, masthead.topics().iter().map(|(id, _)| FeedKey::Topic(id.clone())).collect())
        }
    };
    let others: Vec<_> = others.into_iter().filter(|other| other != key).collect();
    if others.is_empty() {
        return;
    }
    aside.element("section", &[], |section| {
        section.leaf("h2", &[], title);
        section.element("ul", &[("class", "list")], |list| {
            for other in &others {
                write_counted(masthead, other, masthead.subject(other).unwrap_or_default(), 0, list);
            }
        });
    });
}
