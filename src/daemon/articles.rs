//! The pages of articles: for a source with `article`, each new item's page is read once before the item is kept.
//!
//! ```text
//! listing ─ list (store) ─ page by page: fetch, read (pool), keep what it said (store) ─ items, with the poll
//! ```
//!
//! What a listing names and what a page said is in the store at once: after a restart nothing is asked for twice and
//! nothing is forgotten. A page that cannot be read is tried again with the next polls, [`MOST_TRIES`] times at most; then
//! the item is kept as its listing has it. A page is read again only when the listing says something else of its article.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Moment;
use tracing::{debug, info};
use url::Url;
use xxhash_rust::xxh3::Xxh3;

use super::document;
use super::engine::{Engine, PollError};
use super::ingest::Prepared;
use super::setup::Setup;
use super::writer::{self, PollIn};
use crate::config::Source;
use crate::extract::html::ArticleHint;
use crate::extract::{self, How, Input, Kind, Unreadable};
use crate::fetch::{Answer, Client, Document, Request};
use crate::model::{DateFrom, FeedMeta, Instant, Outcome, RawItem, Severity, SiteChange, Wall};
use crate::normalise::{self, Ambiguous};
use crate::store::StoreError;
use crate::store::sqlite::{Listed, SourceNo, Tx, Waiting};
use crate::text;

/// Pages read in one poll. A listing has about 20 articles; an archive of 500 is read in five polls.
const MOST_PAGES: usize = 100;

/// How long one poll goes on asking for pages: at a page a second, two minutes suffice.
const LONGEST_READING: Duration = Duration::from_secs(180);

/// How often a page is asked for in vain.
const MOST_TRIES: u32 = 3;

/// How long an article waits for its page at most, whatever hinders it.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(12);

/// Failures in a row after which the host is left alone until the next poll.
const MOST_FAILURES: u32 = 3;

/// Bytes of what pages said that become items in one poll; the text of an article is about 10 KB, twice with its markup.
const MOST_BYTES: usize = 16 << 20;

/// Bytes of one page's text or markup; the longest article in a collection of 181 has 90 KB.
const MOST_TEXT_BYTES: usize = 1 << 20;

/// An article whose page has been read, or given up.
#[derive(Debug, Clone)]
pub struct Completed {
    /// Its key in the store.
    pub key: i64,
    /// Whether it stood in the first listing that the source ever gave.
    pub is_first: bool,
    /// The item; `None` where there is nothing to keep, because it was an item before and nothing is known anew.
    pub prepared: Option<Prepared>,
}

/// An item of a listing as the store keeps it until its page has been read.
pub fn listed(raw: &RawItem, unusable: &Ambiguous<'_>, cx: normalise::Context<'_>) -> Listed {
    let names = normalise::item(raw, unusable, cx).keys.own;
    let link = raw.link.as_deref().unwrap_or_default();
    let key = hash(&[normalise::canonical_link(link).as_deref().unwrap_or(link)]);
    Listed { key, words: words(raw), names, item: raw.clone() }
}

/// Hash of what a listing says of an article. Dates do not enter: `26 phút trước` is another one at every look.
fn words(raw: &RawItem) -> i64 {
    let mut said = vec![raw.title.as_deref().map(text::folded).unwrap_or_default()];
    let lead = raw.summary.as_deref().map(text::html::to_text).unwrap_or_default();
    said.extend(lead.lines().filter(|line| !text::noise::is_noise(line)).map(text::folded));
    said.extend(raw.updated.map(|at| at.timestamp().to_string()));
    hash(&said.iter().map(String::as_str).collect::<Vec<_>>())
}

fn hash(parts: &[&str]) -> i64 {
    let mut hash = Xxh3::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.digest().cast_signed()
}

/// Reads the pages that wait for it and hands what is ready to the poll.
///
/// # Errors
///
/// [`PollError`] when what was listed or read could not be kept.
pub(super) async fn complete(
    engine: &Engine,
    client: &Client,
    setup: &Arc<Setup>,
    poll: &mut PollIn,
) -> Result<(), PollError> {
    let source = Arc::clone(&poll.source);
    match &mut poll.read {
        Some(read) => {
            let listed = std::mem::take(&mut read.listed);
            if !listed.is_empty() {
                let (now, before, of) = (poll.facts.polled_at, poll.state.succeeded_at, Arc::clone(&source));
                let note = move |tx: &mut Tx<'_>| {
                    let no = tx.source(&of.id, &of.was, of.url.as_str())?;
                    let is_first = writer::is_first_since_restored(tx, before)?;
                    tx.list_articles(no, &listed, now, is_first)
                };
                engine.writer().change(note).await?;
            }
        }
        // Who does not show us the listing will not show us the articles.
        None if !poll.facts.outcome.is_success() => return Ok(()),
        None => {}
    }
    read_pages(engine, client, setup, poll).await?;
    take_in(engine, setup, poll).await
}

/// What became of one page.
enum Page {
    /// What is known of the article now.
    Read(Box<RawItem>),
    /// There is no more to be had: the item is kept as it is listed.
    Hopeless(&'static str),
    /// Perhaps next time.
    Failed(String),
    /// A login page or a challenge.
    Wall(Wall),
}

async fn read_pages(engine: &Engine, client: &Client, setup: &Arc<Setup>, poll: &mut PollIn) -> Result<(), PollError> {
    let source = Arc::clone(&poll.source);
    let (id, now) = (source.id.clone(), poll.facts.polled_at);
    let waiting = engine.look_up(move |library| library.articles_to_read(&id, now, MOST_PAGES)).await?;
    let started = Moment::now();
    let (mut read, mut failures, mut wall) = (0, 0, None);
    for article in waiting {
        if started.elapsed() >= LONGEST_READING || failures >= MOST_FAILURES {
            break;
        }
        let key = article.key;
        let is_over = article.tries >= MOST_TRIES || now - article.due > LONGEST_WAIT;
        let link = article.item.link.as_deref().and_then(|link| Url::parse(link).ok());
        let page = match link {
            Some(url) if !is_over => {
                let fetched = client.fetch(&Request::article(&source, url, engine.now())).await;
                poll.bytes += fetched.bytes_on_wire;
                let url = fetched.final_url().clone();
                match fetched.answer {
                    Answer::Document(document) => {
                        let (of, now) = (Arc::clone(&source), engine.now());
                        let (setup, asked) = (Arc::clone(setup), fetched.requested);
                        let item = article.item.clone();
                        let work = move || page(&of, &setup, &item, &document, &asked, &url, now);
                        engine.read(work).await.unwrap_or_else(|given_up| Page::Failed(given_up.to_string()))
                    }
                    Answer::NotModified(_) => Page::Failed("304 to a request that was not conditional".to_owned()),
                    Answer::Failed(Outcome::Throttled { status, retry_after_seconds }) => {
                        poll.facts.throttled = Some((status, retry_after_seconds));
                        failures = MOST_FAILURES;
                        Page::Failed("we ask too often".to_owned())
                    }
                    Answer::Failed(outcome) => failed(&outcome, &mut failures),
                }
            }
            _ => Page::Hopeless("it was tried long enough"),
        };
        if let Page::Wall(found) = &page {
            (wall, failures) = (Some(*found), failures + 1);
        }
        match page {
            Page::Read(item) => {
                (read, failures) = (read + 1, 0);
                write(engine, &source, move |tx, no| tx.article_read(no, key, Some(&item))).await?;
            }
            Page::Hopeless(why) => keep_as_listed(engine, &source, &article, why).await?,
            Page::Failed(_) | Page::Wall(_) if article.tries + 1 >= MOST_TRIES => {
                keep_as_listed(engine, &source, &article, "its page could not be read several times").await?;
            }
            Page::Failed(why) => {
                debug!(link = article.item.link, "the page of an article could not be read: {why}");
                write(engine, &source, move |tx, no| tx.article_failed(no, key)).await?;
            }
            Page::Wall(_) => {
                write(engine, &source, move |tx, no| tx.article_failed(no, key)).await?;
            }
        }
    }
    if let Some(wall) = wall.filter(|_| read == 0) {
        poll.fail(Outcome::LoginOrChallenge { wall });
    }
    Ok(())
}

fn failed(outcome: &Outcome, failures: &mut u32) -> Page {
    match outcome {
        Outcome::Robots { .. } => Page::Hopeless("robots.txt does not want its page to be read"),
        Outcome::BlockedAddress { .. }
        | Outcome::Gone
        | Outcome::TooLarge { .. }
        | Outcome::BadEncoding { .. }
        | Outcome::BadRedirect { .. }
        | Outcome::RedirectLoop { .. }
        | Outcome::Misconfigured { .. } => Page::Hopeless("its page cannot be had"),
        Outcome::LoginOrChallenge { wall } => Page::Wall(*wall),
        other => {
            *failures += u32::from(other.severity() == Severity::Passing);
            Page::Failed(other.meaning())
        }
    }
}

async fn keep_as_listed(engine: &Engine, source: &Source, article: &Waiting, why: &str) -> Result<(), PollError> {
    debug!(link = article.item.link, "an article is kept as it is listed: {why}");
    let key = article.key;
    write(engine, source, move |tx, no| tx.article_read(no, key, None)).await
}

async fn write(
    engine: &Engine,
    source: &Source,
    change: impl FnOnce(&mut Tx<'_>, SourceNo) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), PollError> {
    let (id, was, url) = (source.id.clone(), source.was.clone(), source.url.to_string());
    let whole = move |tx: &mut Tx<'_>| {
        let no = tx.source(&id, &was, &url)?;
        change(tx, no)
    };
    Ok(engine.writer().change(whole).await?)
}

/// Reads the page of an article. Pure but for the time it takes.
fn page(
    source: &Source,
    setup: &Setup,
    listed: &RawItem,
    document: &Document,
    asked: &Url,
    url: &Url,
    now: Instant,
) -> Page {
    let hint = ArticleHint {
        title: listed.title.clone(),
        // What was read from the address is there to be read again, where nothing better is.
        published: listed.published.filter(|_| listed.date_from != Some(DateFrom::Url)),
        last_modified: document.last_modified.filter(|at| *at <= now),
    };
    let how = How { selectors: setup.selectors(&source.id), hint: Some(&hint), ..How::default() };
    let found =
        match extract::read_with(&Input { kind: Kind::Article, ..document::input(source, document, url, now) }, how) {
            Ok(found) => found.items.into_iter().next().unwrap_or_default(),
            Err(Unreadable::Challenge { .. }) => return Page::Wall(Wall::Challenge),
            Err(Unreadable::LoginPage { .. }) => return Page::Wall(Wall::Login),
            Err(why @ (Unreadable::ErrorPage { .. } | Unreadable::Empty | Unreadable::Panicked | Unreadable::Busy)) => {
                return Page::Failed(why.to_string());
            }
            Err(_) => return Page::Hopeless("its page has no text that could be recognised"),
        };
    // Whoever is sent elsewhere and does not find the article there is at the front page, or at a notice.
    let moved = normalise::canonical_link(asked.as_str()) != normalise::canonical_link(url.as_str());
    if moved && !is_same_title(listed.title.as_deref(), found.title.as_deref()) {
        return Page::Failed(format!("it leads to another page, {url}"));
    }
    let size = |part: &Option<String>| part.as_ref().map_or(0, String::len);
    if size(&found.text).max(size(&found.content)) > MOST_TEXT_BYTES {
        return Page::Hopeless("the text of its page is too long");
    }
    Page::Read(Box::new(joined(listed, found)))
}

/// What listing and page say together. The address stays the listing's, by which the article is known.
fn joined(listed: &RawItem, page: RawItem) -> RawItem {
    let is_cut = |title: &String| title.ends_with('…') || title.ends_with("...");
    let title = match (&listed.title, page.title) {
        (Some(listed), Some(page)) if is_cut(listed) || is_same_title(Some(listed), Some(&page)) => Some(page),
        // The page's headline is the site's, or that of a box.
        (Some(listed), _) => Some(listed.clone()),
        (None, page) => page,
    };
    RawItem {
        id: listed.id.clone(),
        link: listed.link.clone(),
        title,
        published: page.published.or(listed.published),
        updated: page.updated.or(listed.updated),
        date_from: page.date_from.or(listed.date_from),
        authors: if page.authors.is_empty() { listed.authors.clone() } else { page.authors },
        summary: page.summary.or_else(|| listed.summary.clone()),
        content: page.content.or_else(|| listed.content.clone()),
        text: page.text,
        categories: listed.categories.clone(),
        images: if page.images.is_empty() { listed.images.clone() } else { page.images },
        enclosures: listed.enclosures.clone(),
        credit: page.credit.or_else(|| listed.credit.clone()),
        language: page.language.or_else(|| listed.language.clone()),
        rights: listed.rights.clone(),
        // Sites were seen that call one page the canonical address of all.
        canonical: page.canonical.filter(|canonical| {
            listed.link.as_ref().is_some_and(|link| extract::html::names_same_article(link, canonical))
        }),
        source: listed.source.clone(),
    }
}

/// Whether most words of the shorter title stand in the longer one. Where one is not known, nothing speaks against it.
fn is_same_title(one: Option<&str>, other: Option<&str>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    let (one, other) = (text::folded(one), text::folded(other));
    let (one, other): (Vec<&str>, Vec<&str>) = (text::syllables(&one).collect(), text::syllables(&other).collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let shared = short.iter().filter(|word| long.contains(word)).count();
    shared * 2 >= short.len().max(1)
}

/// Hands the articles that are ready to the poll, unless their texts tell that the site has changed.
async fn take_in(engine: &Engine, setup: &Arc<Setup>, poll: &mut PollIn) -> Result<(), PollError> {
    let source = Arc::clone(&poll.source);
    let id = source.id.clone();
    let ready = engine.look_up(move |library| library.articles_read(&id, 2 * MOST_PAGES, MOST_BYTES)).await?;
    if ready.is_empty() {
        return Ok(());
    }
    let known = poll.facts.habits.take().or_else(|| poll.state.habits.clone());
    let mut habits = known.unwrap_or_default();
    let chars: Vec<usize> =
        ready.iter().filter_map(|article| Some(article.item.text.as_ref()?.chars().count())).collect();
    let misses = habits.misses_texts(&chars);
    let settled = misses && habits.settles(SiteChange::ShortTexts, engine.now());
    if settled {
        info!(source.id = %source.id, "the texts of source `{}` have been short for a week and are taken as they are from now on", source.id);
    }
    if misses && !settled {
        let keys: Vec<i64> =
            ready.iter().filter(|article| article.item.text.is_some()).map(|article| article.key).collect();
        write(engine, &source, move |tx, no| keys.iter().try_for_each(|key| tx.article_failed(no, *key))).await?;
        poll.facts.habits = Some(habits);
        poll.fail(Outcome::SiteChanged { change: SiteChange::ShortTexts });
        return Ok(());
    }
    chars.iter().for_each(|chars| habits.learn_text(*chars));
    poll.facts.habits = Some(habits);
    let (of, setup) = (Arc::clone(&source), Arc::clone(setup));
    let work = move || ready.into_iter().map(|article| completed(article, &of, &setup)).collect();
    match engine.read(work).await {
        Ok(articles) => poll.articles = articles,
        Err(given_up) => debug!("articles could not be prepared: {given_up}"),
    }
    Ok(())
}

fn completed(article: Waiting, source: &Source, setup: &Setup) -> Completed {
    let Waiting { key, item, is_first, is_item, .. } = article;
    // An item that was complete before is not replaced by what a listing says of it.
    let has_news = item.text.is_some() || !is_item;
    let feed = FeedMeta::default();
    let cx = normalise::Context { source, feed: &feed, tag: &setup.config.site.tag };
    let prepared = (has_news && !document::is_shell(&item))
        .then(|| document::prepare(&item, &Ambiguous::default(), cx, &setup.matcher));
    Completed { key, is_first, prepared }
}

/// The names of articles, for telling two of the same title apart.
pub fn names(articles: &[Completed]) -> Vec<String> {
    let mut names: Vec<String> = articles
        .iter()
        .filter_map(|article| article.prepared.as_ref()?.normalised.item.canonical_link.clone())
        .collect();
    names.sort_unstable();
    names
}
