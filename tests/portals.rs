//! Listing and article pages of every family of content systems, read by profile and by themselves: the same items.
//!
//! The pages in `tests/fixtures/portals/` are ours, about events that never happened; their structure is the families'.
//! Beside each pair stands what is right.

mod common;

use std::path::Path;

use bantin::dates::Context;
use bantin::extract::html::profile::profile;
use bantin::extract::html::select::Selectors;
use bantin::extract::html::{Article, ArticleHint, Listing, article, listing};
use bantin::extract::inspect::inspect;
use common::FAMILIES;
use serde_json::{Value, json};
use url::Url;

struct Fixture {
    listing: String,
    article: String,
    expected: Value,
}

fn fixture(family: &str) -> Fixture {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/portals").join(family);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect(name);
    let expected = serde_json::from_str(&read("expected.json")).expect("expected.json");
    Fixture { listing: read("listing.html"), article: read("article.html"), expected }
}

fn context() -> Context {
    let now = "2026-03-20T00:00:00Z".parse().expect("a time");
    Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: Some(now) }
}

fn url(value: &Value) -> Url {
    Url::parse(value.as_str().expect("an address")).expect("an address")
}

fn read_listing(fixture: &Fixture, how: Option<&Selectors>) -> Listing {
    listing(&fixture.listing, &url(&fixture.expected["listing_url"]), how, &context())
}

fn read_article(fixture: &Fixture, how: Option<&Selectors>) -> Article {
    let how = how.and_then(|how| how.article.as_ref());
    article(&fixture.article, &url(&fixture.expected["article_url"]), how, &context(), &ArticleHint::default())
}

fn items(listing: &Listing) -> Value {
    let item = |item: &bantin::model::RawItem| {
        json!({
            "title": item.title, "link": item.link, "published": item.published.map(|at| at.to_rfc3339()),
            "lead": item.summary, "image": item.images.first().map(|image| &image.url),
        })
    };
    listing.items.iter().map(item).collect()
}

/// Compares, and says what differs.
#[derive(Default)]
struct Report(Vec<String>);

impl Report {
    fn compare(&mut self, what: &str, found: &Value, expected: &Value) {
        if found != expected {
            self.0.push(format!("{what}\n   found {found}\nexpected {expected}"));
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{}", self.0.join("\n"));
        }
    }
}

fn check_listing(what: &str, fixture: &Fixture, how: Option<&Selectors>, report: &mut Report) {
    let found = read_listing(fixture, how);
    let (items, expected) = (items(&found), &fixture.expected["items"]);
    let both = items.as_array().into_iter().flatten().zip(expected.as_array().into_iter().flatten());
    for (i, (item, expected)) in both.enumerate() {
        for key in ["title", "link", "published", "lead", "image"] {
            report.compare(&format!("{what}, item {i}, {key}"), &item[key], &expected[key]);
        }
    }
    let count = expected.as_array().map_or(0, Vec::len);
    report.compare(&format!("{what}: items"), &json!(found.items.len()), &json!(count));
    report.compare(&format!("{what}: next page"), &json!(found.next), &fixture.expected["next"]);
    report.compare(&format!("{what}: feeds"), &json!(found.feed_links), &fixture.expected["feeds"]);
    report.compare(&format!("{what}: problems"), &json!(found.problems), &json!([]));
}

fn check_article(what: &str, fixture: &Fixture, how: Option<&Selectors>, report: &mut Report) {
    let found = read_article(fixture, how);
    let expected = &fixture.expected["article"];
    let date_from = match (how, expected.get("date_from_itself")) {
        (None, Some(itself)) => itself,
        _ => &expected["date_from"],
    };
    let authors: Vec<_> = found.authors.iter().map(|person| &person.name).collect();
    let images: Vec<_> = found.images.iter().map(|image| json!([image.url, image.caption])).collect();
    let parts = json!({
        "title": found.title, "lines": found.text.split('\n').collect::<Vec<_>>(),
        "published": found.published.map(|at| at.to_rfc3339()), "credit": found.credit, "authors": authors, "images": images,
    });
    for key in ["title", "lines", "published", "credit", "authors", "images"] {
        report.compare(&format!("{what}, {key}"), &parts[key], &expected[key]);
    }
    report.compare(&format!("{what}, date_from"), &json!(found.date_from), date_from);
    if let Some(video) = expected["video"].as_str() {
        let linked = found.content_html.contains(&format!("<a href=\"{video}\">"));
        report.compare(&format!("{what}, video"), &json!(linked), &json!(true));
    }
    report.compare(&format!("{what}, problems"), &json!(found.problems), &json!([]));
}

#[test]
fn listings_give_the_same_items_by_profile_and_by_themselves() {
    let mut report = Report::default();
    for family in FAMILIES {
        let fixture = fixture(family);
        let profile = profile(family).expect(family);
        check_listing(&format!("{family} by profile"), &fixture, Some(&profile.selectors), &mut report);
        check_listing(&format!("{family} by itself"), &fixture, None, &mut report);
    }
}

#[test]
fn articles_give_the_same_text_by_profile_and_by_themselves() {
    let mut report = Report::default();
    for family in FAMILIES {
        let fixture = fixture(family);
        let profile = profile(family).expect(family);
        check_article(&format!("{family} by profile"), &fixture, Some(&profile.selectors), &mut report);
        check_article(&format!("{family} by itself"), &fixture, None, &mut report);
    }
}

/// The links of items, in order.
fn links(items: &[bantin::model::RawItem]) -> Vec<&str> {
    items.iter().filter_map(|item| item.link.as_deref()).collect()
}

fn expected_links(fixture: &Fixture) -> Vec<&str> {
    fixture.expected["items"].as_array().into_iter().flatten().filter_map(|item| item["link"].as_str()).collect()
}

#[test]
fn inspecting_a_listing_finds_its_feeds_or_a_way_to_read_it() {
    let mut report = Report::default();
    for family in FAMILIES {
        let fixture = fixture(family);
        let found = inspect(&fixture.listing, &url(&fixture.expected["listing_url"]), &[], &context());
        report.compare(&format!("{family}: feeds"), &json!(found.feeds), &fixture.expected["feeds"]);
        report.compare(&format!("{family}: preview"), &json!(links(&found.preview)), &json!(expected_links(&fixture)));
        let is_offered = found.profile.is_some() || !found.selectors.is_empty();
        report.compare(&format!("{family}: {found:?}"), &json!(is_offered), &json!(true));
        let toml: toml::Table = found.toml.parse().expect("TOML");
        report.compare(&format!("{family}: sources"), &json!(toml["source"].as_array().map(Vec::len)), &json!(1));
    }
}

#[test]
fn after_a_redesign_known_titles_lead_to_new_selectors() {
    let mut report = Report::default();
    for family in ["vnportal", "content-fck", "b-grid", "sharepoint"] {
        let fixture = fixture(family);
        let url = url(&fixture.expected["listing_url"]);
        // Everything that the profile knows is called otherwise now.
        let mut redesigned = fixture.listing.clone();
        for (old, new) in [
            ("UIListNews_Default", "khoi-tin"),
            ("class=\"item\"", "class=\"o-tin\""),
            ("Title", "ten"),
            ("PostDate", "luc"),
            ("Summary", "gioi"),
            ("news-title", "ten"),
            ("class=\"title\"", "class=\"ten\""),
            ("pubdate", "luc"),
            ("sapo", "gioi"),
            ("news-row", "o-tin"),
            ("top-news", "o-tin dau"),
            ("b-grid", "luoi"),
            ("tandan-p-article-news", "o-tin"),
            ("tandan-list-news", "khoi-tin"),
            ("tandan-span-date-publish", "luc"),
            ("tandan-desc", "gioi"),
            ("tandan-title", "ten"),
        ] {
            redesigned = redesigned.replace(old, new);
        }
        let by_profile = profile(family).expect(family);
        let before = listing(&redesigned, &url, Some(&by_profile.selectors), &context());
        report.compare(&format!("{family}: by profile"), &json!(links(&before.items)), &json!([]));
        let codes: Vec<&str> = before.problems.iter().map(|problem| problem.code.as_str()).collect();
        report.compare(&format!("{family}: problems"), &json!(codes), &json!(["selector-matches-nothing"]));
        let titles: Vec<String> = fixture.expected["items"]
            .as_array()
            .into_iter()
            .flatten()
            .skip(2)
            .filter_map(|item| item["title"].as_str().map(str::to_owned))
            .collect();
        let found = inspect(&redesigned, &url, &titles, &context());
        report.compare(&format!("{family}: known titles"), &json!(found.known_titles), &json!(titles.len()));
        let selectors = Selectors::compile(&found.selectors, &Default::default()).expect("selectors");
        let after = listing(&redesigned, &url, Some(&selectors), &context());
        report.compare(&format!("{family}: {:?}", found.selectors), &items(&after), &fixture.expected["items"]);
    }
}
