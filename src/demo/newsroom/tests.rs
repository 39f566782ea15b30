use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::config::{self, Surroundings};

const BASE: &str = "http://127.0.0.1:4000";

fn start() -> Instant {
    "2026-01-01T03:00:00Z".parse().unwrap()
}

fn get(path: &str, elapsed: u64) -> Response {
    let ask = Ask { base: BASE, path, if_none_match: None, if_modified_since: None };
    respond(&ask, Duration::from_secs(elapsed), start())
}

fn text(path: &str, elapsed: u64) -> String {
    let response = get(path, elapsed);
    assert_eq!(response.status, 200, "{path}");
    String::from_utf8(response.body).unwrap()
}

#[test]
fn its_configuration_is_a_good_one() {
    let text = config_toml(BASE, "127.0.0.1:8080", "127.0.0.1:9090");
    let (config, warnings) = config::parse(&text, Some(Path::new("/tmp/demo/feeds.toml")), &Surroundings::bare())
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert!(warnings.is_empty(), "{warnings:#?}");
    assert!(config.sources.len() >= 8);
    for source in &config.sources {
        let status = get(source.url.path(), 0).status;
        assert_eq!(status, if source.id.as_str() == "dien-dan-cu" { 410 } else { 200 }, "{}", source.id);
        assert!(source.allow_private_addresses);
    }
    assert!(config.topics.len() >= 10);
}

#[test]
fn feeds_of_every_kind_are_read_by_the_parser_of_clean_feeds_but_the_broken_one() {
    for feed in FEEDS {
        let body = get(feed.path, 1_000).body;
        let parsed = feed_rs::parser::parse(&body[..]);
        if feed.form == Form::RssBroken {
            assert!(parsed.is_err(), "it would not be broken");
            continue;
        }
        let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", feed.id));
        assert!(parsed.entries.len() >= 3, "{}", feed.id);
        assert!(parsed.entries.iter().all(|entry| !entry.links.is_empty() && entry.title.is_some()), "{}", feed.id);
    }
    let kinds: BTreeSet<&str> = FEEDS.iter().map(|feed| feed.form.media_type()).collect();
    assert!(kinds.len() >= 4, "{kinds:?}");
}

#[test]
fn the_broken_feed_has_every_item_and_every_fault() {
    let body = text("/bao-cua-bien/rss", 0);
    assert_eq!(body.matches("<item>").count(), 4);
    for fault in ["\n<?xml", "utf-16", "Phúc & Thịnh", "&nbsp;", "version=2.0", "\u{b}"] {
        assert!(body.contains(fault), "{fault:?}");
    }
    assert!(!body.contains("</rss>"));
}

#[test]
fn answers_304_as_long_as_nothing_is_new() {
    let path = "/bao-dong-bang/rss.xml";
    let first = get(path, 0);
    let etag = first.header("etag").unwrap();
    let again = |tag: Option<&str>, date: Option<&str>, elapsed| {
        let ask = Ask { base: BASE, path, if_none_match: tag, if_modified_since: date };
        respond(&ask, Duration::from_secs(elapsed), start())
    };
    let same = again(Some(etag), None, 20);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(same.header("etag"), Some(etag));
    assert_eq!(again(None, first.header("last-modified"), 20).status, 304);
    assert_eq!(again(Some("\"khac\""), first.header("last-modified"), 20).status, 200, "the tag decides");
    assert_eq!(again(Some(etag), None, 30).status, 200, "an article has come");
}

#[test]
fn one_feed_never_changes() {
    let path = "/ban-tin-hang-ngay/rss.xml";
    assert_eq!(get(path, 0), get(path, 500_000));
}

#[test]
fn one_feed_is_slow_and_the_others_are_not() {
    for feed in FEEDS {
        let is_slow = get(feed.path, 0).delay > Duration::ZERO;
        assert_eq!(is_slow, feed.id == "tin-nhanh-phuong-nam", "{}", feed.id);
    }
}

#[test]
fn every_link_leads_to_a_page_with_the_article() {
    for feed in FEEDS {
        for article in published(feed.paper, start(), Duration::from_secs(1_000)) {
            let link = link(feed, BASE, &article);
            let path = url::Url::parse(&link).unwrap().path().to_owned();
            let page = text(&path, 1_000);
            assert!(page.contains(&escape(&article.title)), "{link}");
            assert!(article.paragraphs.iter().all(|paragraph| page.contains(&escape(paragraph))), "{link}");
        }
    }
}

#[test]
fn the_same_article_is_linked_with_http_and_https() {
    let plain = text("/bao-dong-bang/rss.xml", 0);
    let section = text("/bao-dong-bang/doi-song.rss", 0);
    let path = "127.0.0.1:4000/bao-dong-bang/tu-sach-ben-do.html";
    assert!(plain.contains(&format!("http://{path}<")));
    assert!(section.contains(&format!("https://{path}?utm_source=rss&amp;")));
}

#[test]
fn a_number_stays_with_its_article_when_new_ones_come() {
    let numbered = |elapsed| -> Vec<(String, String)> {
        let body = text("/cong-hoa-lu/rss.aspx", elapsed);
        let items = body.split("<item>").skip(1).map(|item| {
            let between = |open: &str, close: &str| {
                let start = item.find(open).unwrap() + open.len();
                item[start..start + item[start..].find(close).unwrap()].to_owned()
            };
            (between("<link>", "</link>"), between("\"false\">", "</guid>"))
        });
        items.collect()
    };
    let (before, after) = (numbered(0), numbered(1_000));
    assert!(after.len() > before.len());
    assert!(before.iter().all(|pair| after.contains(pair)), "{before:?}\n{after:?}");
}

#[test]
fn pages_that_are_not_there_are_not_found() {
    let too_early = "/bao-dong-bang/may-gat-xuong-dong-ban-dem.html";
    for path in ["/khong-co", "/bao-dong-bang/khong-co.html", "/bao-dong-bang/../etc/passwd", "//", "", too_early] {
        assert_eq!(get(path, 0).status, 404, "{path}");
    }
    assert_eq!(get(too_early, 60).status, 200);
}

#[test]
fn at_least_twenty_five_stories_stand_at_once() {
    let mut leads = BTreeSet::new();
    for feed in FEEDS {
        let articles = published(feed.paper, start(), Duration::ZERO);
        leads.extend(articles.into_iter().map(|article| article.paragraphs[0].clone()));
    }
    assert!(leads.len() >= 35, "{}", leads.len());
}

#[test]
fn portals_are_read_from_their_pages_until_one_is_redesigned() {
    use crate::extract::html::{ArticleHint, article, listing, profile, select::Selectors};
    let config =
        config::parse(&config_toml(BASE, "127.0.0.1:8080", "127.0.0.1:9090"), None, &Surroundings::bare()).unwrap().0;
    let cx = crate::dates::Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: Some(start()) };
    for portal in &PORTALS {
        let source = config.sources.iter().find(|source| source.id.as_str() == portal.id).unwrap();
        let how: Selectors =
            profile::selectors(source.profile.as_deref(), &source.html.listing, &source.html.article).unwrap();
        let read = |elapsed| listing(&text(portal.path, elapsed), &source.url, Some(&how), &cx).items;
        assert_eq!((read(0).len(), source.article), (2, true), "{}", portal.id);
        let later = read(portals::REDESIGN.as_secs()).len();
        assert_eq!(later, if portal.id == "cong-song-lo" { 0 } else { 3 }, "{}", portal.id);
        for item in read(0) {
            let link = url::Url::parse(item.link.as_deref().unwrap()).unwrap();
            let page = article(&text(link.path(), 9), &link, how.article.as_ref(), &cx, &ArticleHint::default());
            assert_eq!((page.text.lines().count(), page.images.len()), (3, 1), "{link}: {}", page.text);
            assert_eq!(page.title, item.title);
            assert!(!page.text.contains("Lượt xem") && !page.text.contains("truy cập"), "{}", page.text);
        }
    }
}
