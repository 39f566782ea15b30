//! The pages for people.

use std::sync::Arc;

use bantin::config::{Content, Language};
use bantin::model::{FeedKey, Page, ProvinceSlug, SourceId, StoryView, TopicId};
use bantin::publish::pages::{self, Counts, Notice};
use bantin::publish::{self, Masthead};
use bantin::store::Library;

use crate::newsroom::{self, Shelf, masthead, masthead_with};
use crate::xml::{self, Node};
use crate::{canal, plain};

fn counts() -> Counts {
    let shelf = Shelf::full();
    Counts { topics: shelf.topic_counts().unwrap(), provinces: shelf.province_counts().unwrap() }
}

fn river(masthead: &Masthead, key: &FeedKey) -> String {
    let page = Shelf::full().river(key, 0, pages::ENTRIES).unwrap();
    pages::river(masthead, key, 1, &page, &counts())
}

fn view(index: usize) -> StoryView {
    let key = newsroom::entries()[index].story.clone();
    Shelf::full().story(&key).unwrap().unwrap()
}

/// One of each kind, with its name.
fn one_of_each(masthead: &Masthead) -> Vec<(&'static str, String)> {
    vec![
        ("front", river(masthead, &FeedKey::Merged)),
        ("topic", river(masthead, &FeedKey::Topic(TopicId::new("dan-van")))),
        ("province", river(masthead, &FeedKey::Province(ProvinceSlug::new("ninh-binh")))),
        ("source", river(masthead, &FeedKey::Source(SourceId::new("bao-ninh-binh")))),
        ("story", pages::story(masthead, &view(0))),
        ("search", pages::search(masthead, "kênh", 1, &Shelf::full().search("kênh", 0, 40).unwrap())),
        ("empty search", pages::search(masthead, "", 1, &Page::default())),
        ("subscribe", pages::subscribe(masthead)),
        ("not found", pages::notice(masthead, Notice::NotFound)),
        ("empty front", pages::river(masthead, &FeedKey::Merged, 1, &Page::default(), &Counts::default())),
    ]
}

/// All text of an element, its children's too, in no particular order.
fn all_text(node: &Node) -> String {
    node.walk()
        .into_iter()
        .filter(|node| node.name != "style")
        .map(|node| node.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn named<'a>(root: &'a Node, name: &str) -> Vec<&'a Node> {
    root.walk().into_iter().filter(|node| node.name == name).collect()
}

#[test]
fn every_page_has_its_landmarks_one_heading_and_a_way_past_the_navigation() {
    for language in [Language::Vi, Language::En] {
        let masthead = masthead_with(|config| config.site.language = language);
        for (page, html) in one_of_each(&masthead) {
            assert!(html.starts_with("<!doctype html>\n<html lang=\""), "{page}");
            let root = xml::parse(html.as_bytes());
            assert_eq!(root.attribute("lang"), Some(language.tag()), "{page}");
            for name in ["title", "header", "main", "footer", "h1"] {
                assert_eq!(named(&root, name).len(), 1, "<{name}> on {page}");
            }
            assert!(!named(&root, "nav").is_empty());
            assert!(named(&root, "nav").iter().all(|nav| nav.attribute("aria-label").is_some()), "{page}");
            let skip = named(&root, "a")[0];
            assert_eq!(skip.attribute("href"), Some("#main"), "{page}");
            assert_eq!(named(&root, "main")[0].attribute("id"), Some("main"), "{page}");
            assert!(html.contains("width=device-width"), "{page}");
        }
    }
}

#[test]
fn headings_never_skip_a_level_and_ids_stand_once() {
    for (page, html) in one_of_each(&masthead()) {
        let root = xml::parse(html.as_bytes());
        let mut last = 1;
        for node in root.walk() {
            if let Some(level) = node.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) {
                assert!(level <= last + 1, "h{level} after h{last} on {page}");
                last = level;
            }
        }
        let mut ids: Vec<_> = root.walk().into_iter().filter_map(|node| node.attribute("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id twice on {page}");
    }
}

#[test]
fn links_inside_the_page_lead_somewhere() {
    for (page, html) in one_of_each(&masthead()) {
        let root = xml::parse(html.as_bytes());
        let ids: Vec<_> = root.walk().into_iter().filter_map(|node| node.attribute("id")).collect();
        for anchor in named(&root, "a").iter().filter_map(|a| a.attribute("href")?.strip_prefix('#')) {
            assert!(ids.contains(&anchor) || page == "empty front", "#{anchor} on {page}");
        }
    }
}

#[test]
fn nothing_is_fetched_from_anywhere() {
    for (page, html) in one_of_each(&masthead()) {
        let root = xml::parse(html.as_bytes());
        for name in ["script", "img", "iframe", "object", "video", "audio"] {
            assert!(named(&root, name).is_empty(), "<{name}> on {page}");
        }
        for link in named(&root, "link") {
            let rel = link.attribute("rel").unwrap();
            assert!(matches!(rel, "alternate" | "canonical" | "icon"), "{rel} on {page}");
            assert!(rel != "icon" || link.attribute("href").unwrap().starts_with("data:"), "{page}");
        }
        assert!(!html.contains("url(") && !html.contains("@import"), "{page}");
    }
}

#[test]
fn every_page_names_its_feeds_in_the_head() {
    let feeds = |key: &FeedKey| -> Vec<String> {
        let root = xml::parse(river(&masthead(), key).as_bytes());
        let links = named(&root, "link").into_iter().filter(|link| link.attribute("rel") == Some("alternate"));
        links.filter_map(|link| link.attribute("href")).map(str::to_owned).collect()
    };
    assert_eq!(feeds(&FeedKey::Merged), ["/feed.atom", "/feed.rss", "/feed.json"]);
    let topic = feeds(&FeedKey::Topic(TopicId::new("dan-van")));
    assert_eq!(topic[..3], ["/topics/dan-van.atom", "/topics/dan-van.rss", "/topics/dan-van.json"]);
    assert_eq!(topic.len(), 6);
}

#[test]
fn the_river_runs_by_day_newest_first() {
    let root = xml::parse(river(&masthead(), &FeedKey::Merged).as_bytes());
    let days: Vec<_> =
        named(&root, "section").into_iter().filter(|node| node.attribute("class") == Some("day")).collect();
    let titles: Vec<_> = days.iter().map(|day| day.text_of("h2")).collect();
    assert_eq!(
        titles,
        [
            "Thứ Hai, 23 tháng 11, 2026",
            "Chủ Nhật, 22 tháng 11, 2026",
            "Thứ Bảy, 21 tháng 11, 2026",
            "Thứ Sáu, 20 tháng 11, 2026"
        ]
    );
    assert_eq!(days[0].all("article").count(), 4);
    let clocks: Vec<_> = named(&root, "time").into_iter().map(|time| time.text.as_str()).take(4).collect();
    assert_eq!(clocks, ["14:05", "11:20", "09:45", "08:30"]);
}

#[test]
fn a_headline_leads_to_the_article_and_its_time_to_the_story() {
    let root = xml::parse(river(&masthead(), &FeedKey::Merged).as_bytes());
    let articles = named(&root, "article");
    let article = articles[0];
    let links: Vec<_> = named(article, "a").into_iter().filter_map(|a| a.attribute("href")).collect();
    assert_eq!(named(named(article, "h3")[0], "a")[0].attribute("href"), canal().link.as_deref());
    assert_eq!(links[0], "/stories/k3n4hd0ng7xq");
    assert!(links.contains(&"/topics/dan-van") && links.contains(&"/provinces/ninh-binh"));
    assert!(links.contains(&"/sources/bao-ninh-binh"));
    assert!(all_text(article).contains("4 nơi đăng"));
    assert!(!all_text(articles[1]).contains("nơi đăng"));
}

#[test]
fn a_topic_does_not_name_itself_above_every_headline() {
    let root = xml::parse(river(&masthead(), &FeedKey::Topic(TopicId::new("dan-van"))).as_bytes());
    let main = named(&root, "main")[0];
    assert!(named(main, "a").iter().all(|a| a.attribute("href") != Some("/topics/dan-van")));
    assert!(named(main, "a").iter().any(|a| a.attribute("href") == Some("/topics/nong-nghiep")));
}

#[test]
fn the_front_page_lists_topics_and_provinces_with_how_much_is_there() {
    let root = xml::parse(river(&masthead(), &FeedKey::Merged).as_bytes());
    let aside = named(&root, "aside")[0];
    let text = all_text(aside);
    for name in ["Dân vận", "Chuyển đổi số", "Cà Mau", "Vĩnh Long", "Feed là một địa chỉ"] {
        assert!(text.contains(name), "{name}");
    }
    assert!(!text.contains("Điện Biên"), "no source is there");
    let dan_van = named(aside, "li").into_iter().find(|item| all_text(item).contains("Dân vận")).unwrap();
    assert_eq!(dan_van.text_of("span"), "3");
}

#[test]
fn empty_pages_say_what_happens_next() {
    let empty = |masthead: &Masthead, key: &FeedKey, number: usize| {
        let html = pages::river(masthead, key, number, &Page::default(), &Counts::default());
        all_text(named(&xml::parse(html.as_bytes()), "main")[0])
    };
    let front = empty(&masthead(), &FeedKey::Merged, 1);
    assert!(
        front.contains("Chưa có tin nào.") && front.contains("9 nguồn") && front.contains("Báo Lào Cai"),
        "{front}"
    );
    let no_sources = masthead_with(|config| config.sources.clear());
    let fresh = empty(&no_sources, &FeedKey::Merged, 1);
    for step in ["Chưa có nguồn tin nào được bật.", "poll.contact", "examples/feeds.toml", "bantin doctor"] {
        assert!(fresh.contains(step), "{step}");
    }
    let off =
        masthead_with(|config| config.sources.iter_mut().for_each(|source| Arc::make_mut(source).enabled = false));
    assert!(empty(&off, &FeedKey::Merged, 1).contains("bantin doctor"), "as the package leaves it");
    let asking = empty(&masthead(), &FeedKey::Merged, 1);
    assert!(!asking.contains("bantin doctor"), "readers of a site at work are not told how to run it");
    let topic = FeedKey::Topic(TopicId::new("y-te"));
    assert!(empty(&masthead(), &topic, 1).contains("“Y tế”"));
    assert!(empty(&masthead(), &topic, 3).contains("Không còn tin nào cũ hơn."));
    let search = pages::search(&masthead(), "tàu vũ trụ", 1, &Page::default());
    assert!(search.contains("Không có tin nào khớp.") && search.contains("dan van kheo"));
}

#[test]
fn a_story_names_everyone_who_carried_it_in_order_of_time() {
    let root = xml::parse(pages::story(&masthead(), &view(0)).as_bytes());
    let list = named(&root, "ol")[0];
    let who: Vec<_> = named(list, "strong").into_iter().map(|name| name.text.as_str()).collect();
    assert_eq!(who, ["Báo Ninh Bình", "Cổng TTĐT Ninh Bình", "Báo Hà Tĩnh", "Báo Vĩnh Long"]);
    let when: Vec<_> = named(list, "time").into_iter().filter_map(|time| time.attribute("datetime")).collect();
    assert!(when.is_sorted());
    assert_eq!(named(list, "span").len(), 1, "one of them is the original");
    assert!(all_text(&root).contains("Thứ Hai, 23/11/2026 14:05"));
    assert!(all_text(&root).contains("Tin liên quan"));
}

/// `publish.content` is a promise to publishers: their text is not ours to show unless the site says so.
#[test]
fn a_story_page_shows_the_whole_text_only_where_bodies_are_published() {
    let secret = "Việc của thôn thì thôn làm";
    let in_text = "Nước sẽ về tới cánh đồng";
    let summary = pages::story(&masthead(), &view(0));
    assert!(!summary.contains(secret) && !summary.contains(in_text));
    assert!(summary.contains("Hơn hai trăm người dân cùng đoàn viên"));

    let one = masthead_with(|config| Arc::make_mut(&mut config.sources[0]).content = Content::Full);
    assert!(pages::story(&one, &view(0)).contains(secret));
    assert!(!pages::story(&one, &view(1)).contains(secret), "another source publishes summaries");

    let mut textual = view(0);
    textual.entry.content = None;
    assert!(pages::story(&one, &textual).contains(&format!("<p>{in_text}")));

    // A source that has left the configuration goes by the site's rule.
    let mut left = view(0);
    left.entry.source.id = None;
    assert!(!pages::story(&one, &left).contains(secret));
}

#[test]
fn a_whole_text_is_at_home_where_it_was_published() {
    let canonical = |masthead: &Masthead| {
        let root = xml::parse(pages::story(masthead, &view(1)).as_bytes());
        let links = named(&root, "link").into_iter().find(|link| link.attribute("rel") == Some("canonical"));
        links.and_then(|link| link.attribute("href")).map(str::to_owned)
    };
    let page = "https://tin.example.vn/stories/cau4r0ng2bay";
    assert_eq!(canonical(&masthead()).as_deref(), Some(page));
    let full = masthead_with(|config| Arc::make_mut(&mut config.sources[2]).content = Content::Full);
    assert_eq!(canonical(&full), plain().link);
}

#[test]
fn searches_and_notices_are_kept_out_of_search_engines() {
    for (page, html) in one_of_each(&masthead()) {
        let expected = matches!(page, "search" | "empty search" | "not found");
        assert_eq!(html.contains("content=\"noindex\""), expected, "{page}");
    }
}

#[test]
fn a_search_shows_its_words_and_goes_on() {
    let page = Page { entries: newsroom::entries(), more: true };
    let root = xml::parse(pages::search(&masthead(), "dân & vận", 2, &page).as_bytes());
    assert_eq!(named(&root, "input")[0].attribute("value"), Some("dân & vận"));
    assert!(all_text(named(&root, "h1")[0]).contains("“dân & vận”"));
    let paging: Vec<_> = named(&root, "a")
        .into_iter()
        .filter(|a| a.attribute("rel").is_some())
        .filter_map(|a| a.attribute("href"))
        .collect();
    let query = "/search?q=d%C3%A2n+%26+v%E1%BA%ADn";
    assert_eq!(paging, [query.to_owned(), format!("{query}&page=3")]);
}

#[test]
fn the_subscribe_page_lists_every_feed_in_every_format() {
    let html = pages::subscribe(&masthead());
    let root = xml::parse(html.as_bytes());
    let links: Vec<_> = named(&root, "a").into_iter().filter_map(|a| a.attribute("href")).collect();
    for (id, _) in masthead().topics() {
        for format in publish::Format::ALL {
            let address = format!("/topics/{id}.{}", format.extension());
            assert!(links.contains(&address.as_str()), "{address}");
        }
    }
    for address in ["/feed.atom", "/opml.xml", "/sources.opml", "/provinces/hue.rss", "/sources/hue-ngay-nay.json"] {
        assert!(links.contains(&address), "{address}");
    }
    assert!(all_text(&root).contains("Feed là một địa chỉ bạn dán một lần"));
}

#[test]
fn a_foreign_story_says_its_language_and_what_is_ours_keeps_ours() {
    let root = xml::parse(pages::story(&masthead(), &view(3)).as_bytes());
    let article = named(&root, "article")[0];
    assert_eq!(article.attribute("lang"), Some("en"));
    let onward = named(article, "p").into_iter().find(|p| p.attribute("class") == Some("onward")).unwrap();
    assert_eq!(onward.attribute("lang"), Some("vi"));
}

#[test]
fn the_same_content_gives_the_same_page() {
    assert_eq!(one_of_each(&masthead()), one_of_each(&masthead()));
}

/// Writes everything where `BANTIN_LOOK` says, for people and browsers to look at; asserts that it can be written.
#[test]
fn pages_and_feeds_can_be_laid_out_as_files() {
    let temporary = tempfile::tempdir().unwrap();
    let asked = std::env::var_os("BANTIN_LOOK").map(std::path::PathBuf::from);
    let directory = asked.as_deref().unwrap_or(temporary.path());
    let shelf = Shelf::full();
    let mut documents = publish::standing(&masthead());
    let mut keys = vec![FeedKey::Merged];
    keys.extend(masthead().topics().iter().map(|(id, _)| FeedKey::Topic(id.clone())));
    keys.extend(masthead().covered_provinces().map(|province| FeedKey::Province(province.slug.clone())));
    for key in &keys {
        documents.extend(publish::feeds(&masthead(), key, &shelf.feed(key, 100).unwrap()));
        documents.push(publish::page(&masthead(), key, 1, &shelf.river(key, 0, pages::ENTRIES).unwrap(), &counts()));
    }
    publish::files::write(directory, &documents).unwrap();
    for document in &documents {
        assert!(directory.join(&document.file).is_file(), "{}", document.file);
    }
    assert!(directory.join("index.html").is_file() && directory.join("topics/dan-van.html.br").is_file());
    if asked.is_some() {
        let full = masthead_with(|config| {
            config.sources.iter_mut().for_each(|source| Arc::make_mut(source).content = Content::Full)
        });
        let english = masthead_with(|config| config.site.language = Language::En);
        let extra = one_of_each(&masthead()).into_iter().chain([
            ("full", pages::story(&full, &view(0))),
            ("english", river(&english, &FeedKey::Merged)),
            ("no hits", pages::search(&masthead(), "tàu vũ trụ", 1, &Page::default())),
        ]);
        for (name, html) in extra {
            std::fs::write(directory.join(format!("look-{}.html", name.replace(' ', "-"))), html).unwrap();
        }
    }
}
