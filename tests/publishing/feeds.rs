//! One format at a time: what each document must have, and what it says about an ordinary story.

use std::sync::Arc;

use bantin::config::{Content, Language};
use bantin::model::{Enclosure, FeedKey, Person, ProvinceSlug, SourceId, TopicId};
use bantin::publish;

use crate::newsroom::{self, masthead, masthead_with};
use crate::{atom_entry, atom_of, canal, json_item, json_of, plain, rss_item, rss_of, xml};

fn keys() -> [FeedKey; 4] {
    [
        FeedKey::Merged,
        FeedKey::Topic(TopicId::new("dan-van")),
        FeedKey::Province(ProvinceSlug::new("ninh-binh")),
        FeedKey::Source(SourceId::new("bao-ninh-binh")),
    ]
}

#[test]
fn an_atom_feed_has_what_it_must_once() {
    for key in keys() {
        let feed = xml::parse(&publish::atom(&masthead(), &key, &newsroom::content(newsroom::entries())));
        assert_eq!(feed.attribute("xmlns"), Some("http://www.w3.org/2005/Atom"));
        assert_eq!(feed.attribute("xml:lang"), Some("vi"));
        for name in ["id", "title", "updated", "subtitle", "generator"] {
            assert!(!feed.text_of(name).is_empty(), "{name}");
        }
        assert_eq!(feed.links("self"), [format!("https://tin.example.vn/{}.atom", key.path())]);
        assert_eq!(feed.links("alternate").len(), 1);
        for entry in feed.all("entry") {
            for name in ["id", "title", "updated", "published", "source"] {
                entry.child(name);
            }
            assert_eq!(entry.links("alternate").len(), 1);
        }
    }
}

#[test]
fn a_feed_says_what_it_is_about_and_whose_it_is() {
    let titles = keys().map(|key| masthead().feed_title(&key));
    assert_eq!(
        titles,
        [
            "Bản tin các tỉnh",
            "Dân vận · Bản tin các tỉnh",
            "Ninh Bình · Bản tin các tỉnh",
            "Báo Ninh Bình · Bản tin các tỉnh"
        ]
    );
}

#[test]
fn an_atom_entry_tells_the_whole_story() {
    let entry = atom_entry(canal());
    assert_eq!(entry.text_of("title"), "Ba thôn ở xã Đồng Lý cùng dọn kênh Đông trước vụ xuân");
    assert_eq!(entry.links("alternate"), ["https://baoninhbinh.example.vn/tin/k3n4hd0ng7xq.html"]);
    assert_eq!(entry.text_of("published"), "2026-11-23T07:05:00Z");
    assert_eq!(entry.child("author").text_of("name"), "Minh Đường");
    let categories: Vec<_> =
        entry.all("category").map(|node| (node.attribute("term"), node.attribute("label"))).collect();
    assert_eq!(
        categories,
        [
            (Some("dan-van"), Some("Dân vận")),
            (Some("nong-nghiep"), Some("Nông nghiệp, nông thôn")),
            (Some("ninh-binh"), Some("Ninh Bình")),
            (Some("Nông thôn mới"), None),
            (Some("Thuỷ lợi"), None),
        ]
    );
}

#[test]
fn an_enclosure_keeps_its_type_and_length_in_all_formats() {
    let shrimp = newsroom::entries().remove(2);
    let atom = atom_entry(shrimp.clone());
    let link = atom.all("link").find(|link| link.attribute("rel") == Some("enclosure")).expect("an enclosure");
    assert_eq!((link.attribute("type"), link.attribute("length")), (Some("audio/mpeg"), Some("4815162")));
    let rss = rss_item(shrimp.clone());
    assert_eq!(rss.child("enclosure").attribute("length"), Some("4815162"));
    let json = json_item(shrimp);
    assert_eq!(json["attachments"][0]["mime_type"], "audio/mpeg");
    assert_eq!(json["attachments"][0]["size_in_bytes"], 4_815_162);
}

#[test]
fn an_enclosure_that_is_no_file_on_the_web_is_left_out() {
    let mut entry = plain();
    let enclosure = |url: &str, media_type: Option<&str>| Enclosure {
        url: url.to_owned(),
        media_type: media_type.map(str::to_owned),
        length: None,
    };
    entry.enclosures =
        vec![enclosure("javascript:x()", Some("audio/mpeg")), enclosure("https://a.example/b", Some("mp3\n"))];
    let atom = atom_entry(entry.clone());
    assert_eq!(atom.links("enclosure"), ["https://a.example/b"]);
    assert!(atom.all("link").all(|link| link.attribute("type") != Some("mp3\n")));
    assert!(!rss_item(entry.clone()).has("enclosure"));
    assert!(json_item(entry).get("attachments").is_none());
}

#[test]
fn a_story_without_an_address_leads_to_its_page() {
    let entry = newsroom::entries().pop().expect("the one without");
    assert_eq!(entry.link, None);
    let page = "https://tin.example.vn/stories/khongdiachi1";
    assert_eq!(atom_entry(entry.clone()).links("alternate"), [page]);
    assert_eq!(rss_item(entry.clone()).text_of("link"), page);
    assert_eq!(json_item(entry)["url"], page);
}

#[test]
fn rss_has_what_it_must_and_no_mail_addresses_for_authors() {
    let channel = rss_of(&masthead(), newsroom::entries());
    for name in ["title", "link", "description", "language", "lastBuildDate"] {
        assert!(!channel.text_of(name).is_empty(), "{name}");
    }
    assert_eq!(channel.links("self"), ["https://tin.example.vn/feed.rss"]);
    for item in channel.all("item") {
        assert_eq!(item.child("guid").attribute("isPermaLink"), Some("false"));
        assert!(!item.has("author"));
        assert!(!item.text_of("dc:creator").is_empty());
        let date = item.text_of("pubDate");
        assert!(date.ends_with(" +0000") && chrono::DateTime::parse_from_rfc2822(date).is_ok(), "{date}");
    }
    let item = rss_item(canal());
    assert_eq!(item.child("source").attribute("url"), Some("https://baoninhbinh.example.vn/rss/home.rss"));
    assert_eq!(item.text_of("source"), "Báo Ninh Bình");
    assert_eq!(item.text_of("pubDate"), "Mon, 23 Nov 2026 07:05:00 +0000");
}

#[test]
fn json_has_what_it_must() {
    let feed = json_of(&masthead(), newsroom::entries());
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["feed_url"], "https://tin.example.vn/feed.json");
    assert_eq!(feed["home_page_url"], "https://tin.example.vn/");
    assert_eq!(feed["language"], "vi");
    for item in feed["items"].as_array().unwrap() {
        assert!(item["id"].is_string());
        let contents = ["content_html", "content_text"].map(|name| item.get(name).is_some());
        assert_ne!(contents[0], contents[1], "one of the two contents, not both");
        assert!(item["authors"][0]["name"].is_string());
        assert!(item["_bantin"]["source"]["title"].is_string());
    }
}

#[test]
fn summaries_go_out_as_plain_text_where_there_is_nothing_to_add() {
    let entry = atom_entry(plain());
    let summary = entry.child("summary");
    assert!(summary.attribute("type").is_none_or(|kind| kind == "text"));
    assert!(summary.text.starts_with("Cầu dài 1.180 mét"));
    assert!(!entry.has("content"));
    assert_eq!(json_item(plain())["content_text"], plain().summary);
}

#[test]
fn copies_are_named_at_the_end_of_what_is_ours_to_write() {
    let entry = atom_entry(canal());
    assert_eq!(entry.links("related").len(), 3);
    let summary = entry.child("summary");
    assert_eq!(summary.attribute("type"), Some("html"));
    let line = "<p>Cũng đăng tại: <a href=\"https://ninhbinh.example.gov.vn/dang-lai/202611231440.html\">Cổng TTĐT Ninh Bình</a>, \
        <a href=\"https://baohatinh.example.vn/dang-lai/202611231512.html\">Báo Hà Tĩnh</a>, \
        <a href=\"https://baovinhlong.example.vn/dang-lai/202611231630.html\">Báo Vĩnh Long</a></p>";
    assert!(summary.text.ends_with(line), "{}", summary.text);
    assert_eq!(rss_item(canal()).text_of("description"), summary.text);
    assert_eq!(json_item(canal())["content_html"], summary.text);
    assert_eq!(json_item(canal())["summary"], canal().summary);
}

#[test]
fn a_body_goes_out_whole_with_the_copies_behind_it() {
    let mut entry = canal();
    entry.content = Some("<p>Từ sáng sớm.</p>".to_owned());
    let atom = atom_entry(entry.clone());
    let content = atom.child("content");
    assert_eq!(content.attribute("type"), Some("html"));
    assert!(content.text.starts_with("<p>Từ sáng sớm.</p><p>Cũng đăng tại:"));
    assert_eq!(atom.text_of("summary"), entry.summary);
    assert_eq!(rss_item(entry.clone()).text_of("content:encoded"), content.text);
    assert_eq!(json_item(entry)["content_html"], content.text);
}

#[test]
fn a_credit_line_is_said_once() {
    let mut entry = plain();
    entry.credit = Some("Báo Hà Nam".to_owned());
    assert!(atom_entry(entry.clone()).text_of("summary").ends_with("<p>Theo Báo Hà Nam</p>"));
    entry.content = Some("<p>Tin.</p><p>Nguồn: Báo Hà Nam</p>".to_owned());
    assert_eq!(atom_entry(entry.clone()).text_of("content"), "<p>Tin.</p><p>Nguồn: Báo Hà Nam</p>");
    entry.content = None;
    entry.credit = Some("báo quảng ninh".to_owned());
    assert_eq!(atom_entry(entry).text_of("summary"), plain().summary, "its own name says nothing new");
}

#[test]
fn pictures_go_out_only_with_bodies() {
    let mut entry = newsroom::entries().pop().expect("the one with a picture");
    assert!(json_item(entry.clone()).get("image").is_none());
    entry.content = Some("<p>Nước.</p>".to_owned());
    assert_eq!(json_item(entry)["image"], "https://baoquangninh.example.vn/anh/nuoc.jpg");
}

#[test]
fn an_empty_feed_is_a_valid_feed() {
    for key in keys() {
        for (format, document) in
            publish::Format::ALL.iter().zip(publish::feeds(&masthead(), &key, &Default::default()))
        {
            let bytes = &document.representation.plain()[..];
            match format {
                publish::Format::Json => {
                    let feed: serde_json::Value = serde_json::from_slice(bytes).unwrap();
                    assert_eq!(feed["items"].as_array().map(Vec::len), Some(0));
                }
                publish::Format::Atom => assert_eq!(xml::parse(bytes).text_of("updated"), "2026-01-01T00:00:00Z"),
                publish::Format::Rss => assert!(!xml::parse(bytes).child("channel").has("item")),
            }
        }
    }
}

#[test]
fn an_english_site_speaks_english() {
    let masthead = masthead_with(|config| config.site.language = Language::En);
    let feed = atom_of(&masthead, vec![canal()]);
    assert_eq!(feed.attribute("xml:lang"), Some("en"));
    assert!(feed.child("entry").text_of("summary").contains("<p>Also published by: <a"));
}

#[test]
fn people_keep_their_addresses_only_if_those_are_addresses() {
    let mut entry = plain();
    entry.authors = vec![
        Person {
            name: "Bùi Lan".to_owned(),
            uri: Some("javascript:x()".to_owned()),
            email: Some("not an address".to_owned()),
        },
        Person { name: "  ".to_owned(), ..Person::default() },
        Person {
            name: "Đỗ Nam".to_owned(),
            uri: Some("https://a.example/nam".to_owned()),
            email: Some("nam@a.example".to_owned()),
        },
    ];
    let atom = atom_entry(entry.clone());
    let authors: Vec<_> = atom.all("author").collect();
    assert_eq!(authors.len(), 2);
    assert_eq!(authors[0].children.len(), 1);
    assert_eq!(authors[1].text_of("email"), "nam@a.example");
    assert_eq!(rss_item(entry.clone()).all("dc:creator").count(), 2);
    assert_eq!(json_item(entry)["authors"][1]["url"], "https://a.example/nam");
}

#[test]
fn opml_names_every_feed_a_reader_can_subscribe_to() {
    let document = xml::parse(publish::opml_feeds(&masthead()).as_bytes());
    assert_eq!(document.attribute("version"), Some("2.0"));
    let outlines: Vec<_> =
        document.walk().into_iter().filter(|node| node.attribute("xmlUrl").is_some()).cloned().collect();
    // The merged one, eight topics, eight provinces that have a source.
    assert_eq!(outlines.len(), 1 + 8 + 8);
    for outline in &outlines {
        assert_eq!(outline.attribute("type"), Some("rss"));
        assert!(outline.attribute("text").is_some_and(|text| !text.is_empty()));
        let address = outline.attribute("xmlUrl").unwrap();
        assert!(address.starts_with("https://tin.example.vn/") && address.ends_with(".atom"), "{address}");
    }
    assert_eq!(outlines[1].attribute("htmlUrl"), Some("https://tin.example.vn/topics/dan-van"));
}

#[test]
fn opml_of_sources_subscribes_to_feeds_and_links_to_listings() {
    let masthead = masthead_with(|config| {
        Arc::make_mut(&mut config.sources[2]).url =
            url::Url::parse("https://user:secret@baoquangninh.example.vn/rss").unwrap();
        Arc::make_mut(&mut config.sources[3]).enabled = false;
        Arc::make_mut(&mut config.sources[4]).province = None;
        Arc::make_mut(&mut config.sources[0]).content = Content::Full;
    });
    let opml = publish::opml_sources(&masthead);
    assert!(!opml.contains("secret"));
    let document = xml::parse(opml.as_bytes());
    let leaves: Vec<_> = document.walk().into_iter().filter(|node| node.attribute("type").is_some()).cloned().collect();
    assert_eq!(leaves.len(), newsroom::SOURCES.len() - 1);
    let listing = leaves.iter().find(|leaf| leaf.attribute("type") == Some("link")).expect("a listing");
    assert_eq!(listing.attribute("url"), Some("https://ninhbinh.example.gov.vn/tin-tuc"));
    assert!(listing.attribute("xmlUrl").is_none());
}
