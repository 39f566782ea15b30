//! What no validator sees: identity, provenance, time, text, and the equality of the three formats.

use bantin::config::Language;
use bantin::model::{Carrier, Entry, FeedContent, FeedKey, FeedMeta, Instant, SourceId, TopicId};
use bantin::publish::{self, Format};

use crate::newsroom::{self, content, instant, masthead, masthead_with};
use crate::{atom_entry, atom_of, canal, json_item, json_of, plain, rss_item, rss_of, xml};

/// Id and `updated` of every entry, per format.
fn told(masthead: &publish::Masthead, entries: Vec<Entry>) -> [Vec<(String, String)>; 3] {
    let atom = atom_of(masthead, entries.clone());
    let atom = atom.all("entry").map(|entry| (entry.text_of("id").to_owned(), entry.text_of("updated").to_owned()));
    let rss = rss_of(masthead, entries.clone());
    let rss = rss.all("item").map(|item| (item.text_of("guid").to_owned(), item.text_of("atom:updated").to_owned()));
    let json = json_of(masthead, entries);
    let json = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["id"].as_str().unwrap().to_owned(), item["date_modified"].as_str().unwrap().to_owned()));
    [atom.collect(), rss.collect(), json.collect()]
}

#[test]
fn the_three_formats_list_the_same_ids_in_the_same_order_with_the_same_updated() {
    let [atom, rss, json] = told(&masthead(), newsroom::entries());
    assert_eq!(atom.len(), newsroom::entries().len());
    assert_eq!(atom, rss);
    assert_eq!(atom, json);
}

#[test]
fn entries_keep_the_order_they_are_given_in() {
    let mut entries = newsroom::entries();
    entries.reverse();
    let expected: Vec<_> = entries.iter().map(|entry| entry.atom_id.clone()).collect();
    let [atom, ..] = told(&masthead(), entries);
    assert_eq!(atom.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), expected);
}

/// Ids are names, not addresses: case, tracking parameters, fragments and all.
#[test]
fn ids_go_out_byte_for_byte() {
    for id in [
        "HTTP://BaoHaNam.Example.VN:80/Tin/../a?utm_source=rss&b=%c3%a0#c",
        "tag:bao.example.vn,2019-07:Bài-1",
        "urn:uuid:60A76C80-D399-11D9-B93C-0003939E0AF6",
        "https://bao.example.vn/tin?a=1&amp;b=2",
        "https://bao.example.vn/\"quoted\"'id'",
        "x-bao:‘’—ằ",
    ] {
        let mut entry = plain();
        entry.atom_id = id.to_owned();
        for list in told(&masthead(), vec![entry.clone()]) {
            assert_eq!(list[0].0, id);
        }
    }
}

/// The id of a feed survives a change of host, title, language and format.
#[test]
fn feed_ids_depend_on_the_tag_and_the_subject_alone() {
    let here = masthead();
    let there = masthead_with(|config| {
        config.site.url = url::Url::parse("https://khac.example.com/tin/").unwrap();
        config.site.title = "Khác".to_owned();
        config.site.language = Language::En;
    });
    let keys = [
        FeedKey::Merged,
        FeedKey::Topic(TopicId::new("y-te")),
        FeedKey::Source(SourceId::new("y-te")),
        FeedKey::Province(bantin::model::ProvinceSlug::new("y-te")),
    ];
    let mut seen = std::collections::HashSet::new();
    for key in &keys {
        let id = here.feed_id(key);
        assert_eq!(id, there.feed_id(key));
        assert!(id.starts_with("tag:tin.example.vn,2026:feed"), "{id}");
        assert!(seen.insert(id.clone()), "{id} twice");
        let atom = xml::parse(&publish::atom(&here, key, &content(vec![plain()])));
        assert_eq!(atom.text_of("id"), id);
        let json: serde_json::Value =
            serde_json::from_slice(&publish::json(&here, key, &content(vec![plain()]))).unwrap();
        assert_eq!(json["_bantin"]["id"], id);
    }
}

/// One document, one entry per id.
#[test]
fn an_id_stands_in_a_feed_once() {
    let mut twin = plain();
    twin.title = "Một bản khác của cùng một tin".to_owned();
    for list in told(&masthead(), vec![plain(), twin.clone(), canal()]) {
        assert_eq!(list.len(), 2);
    }
    let feed = atom_of(&masthead(), vec![plain(), twin]);
    assert_eq!(feed.child("entry").text_of("title"), plain().title);
}

/// Where it came from, by the id ladder of sources.
#[test]
fn every_entry_names_the_feed_it_came_from() {
    for entry in newsroom::entries() {
        let atom = atom_entry(entry);
        let source = atom.child("source");
        for name in ["id", "title", "updated"] {
            assert!(!source.text_of(name).trim().is_empty());
        }
        assert_eq!(source.text_of("updated"), "2026-11-23T07:00:00Z", "the document's own date, not our clock");
    }
}

#[test]
fn the_id_of_a_source_is_its_own_else_its_self_link_else_what_we_poll() {
    let check = |meta: FeedMeta, expected: &str| {
        let mut entry = plain();
        entry.source.meta = meta;
        assert_eq!(atom_entry(entry).child("source").text_of("id"), expected);
    };
    let id = Some("tag:bao.example.vn,2010:RSS".to_owned());
    let self_link = Some("https://bao.example.vn/rss?full=1".to_owned());
    check(FeedMeta { id, self_link: self_link.clone(), ..FeedMeta::default() }, "tag:bao.example.vn,2010:RSS");
    check(
        FeedMeta { id: Some("1".to_owned()), self_link: self_link.clone(), ..FeedMeta::default() },
        "https://bao.example.vn/rss?full=1",
    );
    check(FeedMeta { self_link, ..FeedMeta::default() }, "https://bao.example.vn/rss?full=1");
    check(FeedMeta::default(), "https://baoquangninh.example.vn/rss/thoi-su.rss");
}

#[test]
fn a_listing_page_is_the_page_of_its_source_and_no_feed() {
    let mut portal = newsroom::entry("portal000001", "cong-ttdt-ninh-binh", "2026-11-23 08:00", "Tin", "", &[]);
    portal.source.meta = FeedMeta::default();
    let source = atom_entry(portal).child("source").clone();
    assert_eq!(source.links("self"), Vec::<&str>::new());
    assert_eq!(source.links("alternate"), ["https://ninhbinh.example.gov.vn/tin-tuc"]);
    let feed = atom_entry(plain()).child("source").clone();
    assert_eq!(feed.links("self"), ["https://baoquangninh.example.vn/rss/thoi-su.rss"]);
    assert_eq!(feed.links("alternate"), ["https://baoquangninh.example.vn/thoi-su"]);
}

/// An entry that already names its publisher keeps that one.
#[test]
fn the_original_publisher_wins_over_the_source() {
    let mut entry = plain();
    entry.original_source = Some(FeedMeta {
        title: Some("Báo Hà Nam".to_owned()),
        self_link: Some("https://baohanam.example.vn/rss".to_owned()),
        ..FeedMeta::default()
    });
    let atom = atom_entry(entry.clone());
    assert_eq!(atom.child("source").text_of("id"), "https://baohanam.example.vn/rss");
    assert_eq!(atom.child("source").text_of("title"), "Báo Hà Nam");
    assert_eq!(atom.links("via"), ["https://baoquangninh.example.vn/rss/thoi-su.rss"], "where we took it from");
    assert_eq!(rss_item(entry.clone()).child("source").attribute("url"), Some("https://baohanam.example.vn/rss"));
    // One that cannot be identified is no publisher.
    entry.original_source = Some(FeedMeta { title: Some("Ai đó".to_owned()), ..FeedMeta::default() });
    assert_eq!(atom_entry(entry).child("source").text_of("title"), "Báo Quảng Ninh · Thời sự");
}

/// Our own author must not become that of an entry without one.
#[test]
fn nobody_becomes_our_author_by_inheritance() {
    let masthead = masthead_with(|config| config.site.author = Some("Toà soạn Bản tin".to_owned()));
    let mut entry = plain();
    entry.authors.clear();
    let feed = atom_of(&masthead, vec![entry.clone()]);
    assert_eq!(feed.child("author").text_of("name"), "Toà soạn Bản tin");
    assert_eq!(feed.child("entry").child("author").text_of("name"), "Báo Quảng Ninh · Thời sự");
    assert_eq!(rss_item(entry.clone()).text_of("dc:creator"), "Báo Quảng Ninh · Thời sự");
    assert_eq!(json_item(entry)["authors"][0]["name"], "Báo Quảng Ninh · Thời sự");
}

/// Our own rights must not become those of an entry without any.
#[test]
fn nothing_becomes_ours_by_inheritance() {
    let ours = masthead_with(|config| config.site.rights = Some("© Bản tin".to_owned()));
    let rights = |masthead: &publish::Masthead, entry: Entry| {
        let feed = atom_of(masthead, vec![entry]);
        feed.child("entry").all("rights").map(|node| node.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(rights(&ours, plain()), ["© Báo Quảng Ninh"]);
    assert_eq!(rights(&masthead(), plain()), Vec::<String>::new());
    let mut own = plain();
    own.rights = Some("CC BY 4.0".to_owned());
    own.source.meta.rights = Some("© Báo Quảng Ninh 2026".to_owned());
    assert_eq!(rights(&ours, own.clone()), ["CC BY 4.0"]);
    assert_eq!(atom_entry(own.clone()).child("source").text_of("rights"), "© Báo Quảng Ninh 2026");
    own.rights = None;
    assert_eq!(rights(&ours, own), ["© Báo Quảng Ninh 2026"]);
}

/// ★ 17: `published` is never later than `updated`.
#[test]
fn nothing_is_updated_before_it_is_published() {
    let mut entry = plain();
    entry.updated = entry.published - chrono::TimeDelta::hours(3);
    let atom = atom_entry(entry.clone());
    assert_eq!(atom.text_of("updated"), atom.text_of("published"));
    for list in told(&masthead(), vec![entry]) {
        assert_eq!(list[0].1, "2026-11-23T04:20:00Z");
    }
}

/// The date of a feed is that of its content, and stays while that stays.
#[test]
fn the_same_content_gives_the_same_bytes() {
    let key = FeedKey::Merged;
    let once = publish::feeds(&masthead(), &key, &content(newsroom::entries()));
    let again = publish::feeds(&masthead(), &key, &content(newsroom::entries()));
    for (one, other) in once.iter().zip(&again) {
        assert_eq!(one.representation.plain(), other.representation.plain());
        assert_eq!(one.representation.last_modified(), other.representation.last_modified());
        assert_eq!(one.representation.last_modified(), content(newsroom::entries()).updated);
    }
    let elsewhere = masthead_with(|config| config.site.timezone = chrono_tz::America::Lima);
    for (one, other) in once.iter().zip(&publish::feeds(&elsewhere, &key, &content(newsroom::entries()))) {
        assert_eq!(one.representation.plain(), other.representation.plain(), "dates in feeds are UTC");
    }
}

#[test]
fn a_feed_is_as_new_as_the_latest_inclusion_or_change() {
    let updated = Some(instant("2026-11-23 17:17"));
    let given = FeedContent { updated, ..content(vec![plain()]) };
    let feed = xml::parse(&publish::atom(&masthead(), &FeedKey::Merged, &given));
    assert_eq!(feed.text_of("updated"), "2026-11-23T10:17:00Z");
    let unknown = FeedContent { updated: None, ..content(vec![plain()]) };
    let feed = xml::parse(&publish::atom(&masthead(), &FeedKey::Merged, &unknown));
    assert_eq!(feed.text_of("updated"), "2026-11-23T04:27:00Z", "included seven minutes after 11:20 in Vietnam");
}

#[test]
fn a_document_is_no_older_than_the_words_on_it() {
    let config = newsroom::config();
    let reworded: Instant = instant("2026-12-24 08:00");
    let masthead = publish::Masthead::new(&config, newsroom::provinces(), Some(reworded));
    let document = publish::feed(&masthead, &FeedKey::Merged, Format::Atom, &content(vec![plain()]));
    assert_eq!(document.representation.last_modified(), Some(reworded));
    let feed = xml::parse(&document.representation.plain());
    assert_eq!(feed.text_of("updated"), "2026-11-23T04:27:00Z", "which is no news");
}

/// What is text stays text: `AT&amp;T` in a title is eight letters, in every format.
#[test]
fn text_is_escaped_exactly_once() {
    for title in ["AT&T", "AT&amp;T", "1 < 2 > 0", "<b>Đậm</b>", "“Ngoặc” 'đơn' \"kép\"", "]]>", "a &lt; b"]
    {
        let mut entry = plain();
        entry.title = title.to_owned();
        entry.summary = title.to_owned();
        assert_eq!(atom_entry(entry.clone()).text_of("title"), title);
        assert_eq!(atom_entry(entry.clone()).text_of("summary"), title);
        assert_eq!(rss_item(entry.clone()).text_of("title"), title);
        assert_eq!(json_item(entry.clone())["title"], title);
        assert_eq!(json_item(entry.clone())["content_text"], title);
        // The description of RSS is HTML by custom: there the text is HTML that shows as the text.
        let description = rss_item(entry).text_of("description").to_owned();
        assert!(!description.contains('<') || title == "never", "{description}");
        let shown = description.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        assert_eq!(shown.replace("&amp;", "&"), title);
    }
}

/// An English entry says so, and what we add to it is in our own language.
#[test]
fn entries_in_another_language_say_so() {
    let mut english = newsroom::entries().remove(3);
    english.copies = canal().copies;
    let atom = atom_entry(english.clone());
    assert_eq!(atom.attribute("xml:lang"), Some("en"));
    assert_eq!(atom.child("source").attribute("xml:lang"), Some("vi-VN"));
    assert!(atom.text_of("summary").contains("<div lang=\"vi\"><p>Cũng đăng tại:"));
    assert_eq!(rss_item(english.clone()).text_of("dc:language"), "en");
    assert_eq!(json_item(english)["language"], "en");
    let mut same = plain();
    same.language = Some("VI".to_owned());
    assert_eq!(atom_entry(same).attribute("xml:lang"), None);
    // On an English site the Vietnamese ones are the others, also where nobody says so.
    let english_site = masthead_with(|config| config.site.language = Language::En);
    let mut silent = plain();
    silent.source.meta.language = None;
    for entry in [plain(), silent] {
        let feed = atom_of(&english_site, vec![entry]);
        let tag = feed.child("entry").attribute("xml:lang").map(str::to_owned);
        assert!(tag.as_deref().is_some_and(|tag| tag.starts_with("vi")), "{tag:?}");
        assert_eq!(feed.child("entry").child("source").attribute("xml:lang"), None);
    }
    let mut underscore = plain();
    underscore.language = Some("en_US".to_owned());
    assert_eq!(atom_entry(underscore).attribute("xml:lang"), Some("en-US"));
}

#[test]
fn copies_are_linked_once_and_never_to_the_article_itself() {
    let mut entry = canal();
    let article = entry.link.clone();
    let again = entry.copies[0].clone();
    let with_link = |link: Option<&str>| Carrier { link: link.map(str::to_owned), ..again.clone() };
    entry.copies.push(again.clone());
    entry.copies.push(Carrier { link: article, ..again.clone() });
    entry.copies.push(with_link(None));
    entry.copies.push(with_link(Some("javascript:x()")));
    assert_eq!(atom_entry(entry.clone()).links("related").len(), 3);
    assert_eq!(rss_item(entry.clone()).links("related").len(), 3);
    assert_eq!(json_item(entry.clone())["_bantin"]["copies"].as_array().map(Vec::len), Some(3));
    // A release that everyone carries does not bury the text.
    entry.copies = (0..50).map(|n| with_link(Some(&format!("https://x{n}.example.vn/")))).collect();
    assert_eq!(atom_entry(entry).links("related").len(), 12);
}

#[test]
fn no_address_but_web_addresses_goes_out() {
    let mut entry = plain();
    let bad = "javascript:alert(1)".to_owned();
    entry.link = Some(bad.clone());
    entry.source.url = bad.clone();
    entry.source.meta.link = Some(bad.clone());
    entry.source.meta.self_link = Some(bad.clone());
    entry.copies = vec![Carrier { link: Some(bad), ..canal().copies.remove(0) }];
    let documents = publish::feeds(&masthead(), &FeedKey::Merged, &content(vec![entry]));
    for document in &documents[..2] {
        let root = xml::parse(&document.representation.plain());
        for node in root.walk() {
            let is_address = |name: &str| matches!(name, "href" | "url" | "src");
            for (name, value) in node.attributes.iter().filter(|(name, _)| is_address(name)) {
                assert!(value.starts_with("https://"), "{name}={value}");
            }
        }
    }
}
