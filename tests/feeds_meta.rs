//! What a feed says beside its items: about itself, to those who poll it, about where an item came from.

use bantin::extract::{Document, Input, Kind, read};
use url::Url;

fn document(text: &str) -> Document {
    let url = Url::parse("https://tin.example.vn/rss").unwrap();
    let input = Input {
        bytes: text.as_bytes(),
        content_type: None,
        url: Some(&url),
        kind: Kind::Feed,
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        date_order: None,
        now: "2026-03-13T00:00:00Z".parse().unwrap(),
    };
    read(&input).unwrap()
}

const RSS: &str = r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel>
  <title>Bản tin &amp; mẫu</title><link>/</link><description>Tin <b>dựng</b></description><language>vi_VN</language>
  <atom:link rel="self" href="https://tin.example.vn/rss"/><atom:link rel="hub" href="https://hub.example/"/>
  <image><title>Biểu trưng</title><url>/logo.png</url><link>https://khac.example/</link></image>
  <managingEditor>bbt@tin.example.vn (Ban biên tập)</managingEditor><copyright>© Bản tin</copyright><generator>may-phat 1.0</generator>
  <lastBuildDate>Thu, 12 Mar 2026 09:15:00 +0700</lastBuildDate><pubDate>Thu, 12 Mar 2026 00:00:00 +0700</pubDate>
  <ttl>30</ttl><skipHours><hour>0</hour><hour>24</hour><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>
  <sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency><sy:updateBase>2026-01-01T00:00+07:00</sy:updateBase>
  <textInput><title>Tìm</title><link>https://tin.example.vn/tim</link></textInput>
  <item><title>Một</title><guid isPermaLink="false">1</guid><source url="https://bao.example.vn/rss">Báo Phúc Hậu</source></item>
</channel></rss>"#;

#[test]
fn reads_what_a_channel_says_about_itself() {
    let feed = document(RSS).feed;
    assert_eq!(feed.title.as_deref(), Some("Bản tin & mẫu"));
    assert_eq!(feed.subtitle.as_deref(), Some("Tin dựng"));
    assert_eq!(feed.link.as_deref(), Some("https://tin.example.vn/"));
    assert_eq!(feed.self_link.as_deref(), Some("https://tin.example.vn/rss"));
    assert_eq!(feed.hub.as_deref(), Some("https://hub.example/"));
    assert_eq!(feed.language.as_deref(), Some("vi-VN"));
    assert_eq!(feed.rights.as_deref(), Some("© Bản tin"));
    assert_eq!(feed.generator.as_deref(), Some("may-phat 1.0"));
    assert_eq!(feed.updated.map(|date| date.to_rfc3339()).as_deref(), Some("2026-03-12T02:15:00+00:00"));
    assert_eq!(feed.authors.len(), 1);
    assert_eq!(
        (feed.authors[0].name.as_str(), feed.authors[0].email.as_deref()),
        ("Ban biên tập", Some("bbt@tin.example.vn"))
    );
}

#[test]
fn reads_what_a_channel_asks_of_those_who_poll_it() {
    let hints = document(RSS).hints;
    assert_eq!(hints.ttl_minutes, Some(30));
    assert_eq!(hints.skip_hours, [0, 3]);
    assert_eq!(hints.skip_days, [6]);
    assert_eq!(hints.update_every_seconds, Some(1_800));
    assert_eq!(hints.update_base.map(|date| date.to_rfc3339()).as_deref(), Some("2025-12-31T17:00:00+00:00"));
}

#[test]
fn reads_where_an_item_of_rss_came_from() {
    let document = document(RSS);
    let item = &document.items[0];
    assert_eq!((item.link.as_deref(), item.id.as_deref()), (None, Some("1")));
    let source = item.source.as_ref().unwrap();
    assert_eq!(source.title.as_deref(), Some("Báo Phúc Hậu"));
    assert_eq!(source.self_link.as_deref(), Some("https://bao.example.vn/rss"));
}

#[test]
fn reads_where_an_entry_of_atom_came_from_without_mixing_it_with_the_entry() {
    let document = document(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi"><title>Tổng hợp</title><id>tag:t,2026:f</id><rights>Chung</rights>
        <entry><source><id>tag:b,2026:f</id><title type="html">B&amp;aacute;o</title><link href="https://bao.example.vn/"/>
        <link rel="self" href="https://bao.example.vn/feed"/><updated>2026-03-01T00:00:00Z</updated><author><name>Toà soạn</name></author>
        <rights>Riêng</rights><category term="x"/><icon>/i</icon></source>
        <title>Một</title><id>tag:b,2026:1</id><link href="/1"/><author><name>An</name><uri>/an</uri></author><contributor><name>Ẩn</name></contributor></entry></feed>"#,
    );
    assert_eq!(document.feed.language.as_deref(), Some("vi"));
    assert_eq!(document.feed.rights.as_deref(), Some("Chung"));
    let item = &document.items[0];
    assert_eq!((item.title.as_deref(), item.id.as_deref()), (Some("Một"), Some("tag:b,2026:1")));
    assert_eq!(item.link.as_deref(), Some("https://tin.example.vn/1"));
    assert_eq!(item.authors.len(), 1);
    assert_eq!(item.authors[0].uri.as_deref(), Some("https://tin.example.vn/an"));
    assert!(item.categories.is_empty());
    let source = item.source.as_ref().unwrap();
    assert_eq!(source.id.as_deref(), Some("tag:b,2026:f"));
    assert_eq!(source.title.as_deref(), Some("Báo"));
    assert_eq!(source.link.as_deref(), Some("https://bao.example.vn/"));
    assert_eq!(source.self_link.as_deref(), Some("https://bao.example.vn/feed"));
    assert_eq!(source.updated.map(|date| date.to_rfc3339()).as_deref(), Some("2026-03-01T00:00:00+00:00"));
    assert_eq!(source.authors[0].name, "Toà soạn");
    assert_eq!(source.rights.as_deref(), Some("Riêng"));
}

#[test]
fn resolves_addresses_against_every_base_in_force() {
    let document = document(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/a/"><title>T</title>
        <entry xml:base="b/"><title>Một</title><id>1</id><link href="c"/><content type="html" xml:base="d/">&lt;img src="e.jpg"&gt;</content></entry>
        <entry xml:base="http://[hỏng"><title>Hai</title><id>2</id><link href="c"/></entry></feed>"#,
    );
    assert_eq!(document.items[0].link.as_deref(), Some("https://tin.example.vn/a/b/c"));
    assert_eq!(document.items[0].content.as_deref(), Some(r#"<img src="https://tin.example.vn/a/b/d/e.jpg">"#));
    assert_eq!(document.items[1].link.as_deref(), Some("https://tin.example.vn/a/c"));
}

#[test]
fn counts_ids_that_stand_on_two_items() {
    let document = document(
        "<rss version='2.0'><channel><item><guid>1</guid><title>a</title></item><item><guid>1</guid><title>b</title></item></channel></rss>",
    );
    assert_eq!(document.items.len(), 2);
    assert_eq!(document.problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["repeated-id"]);
}

#[test]
fn gives_shells_where_there_is_nothing_else() {
    let document = document("<rss version='2.0'><channel><title>T</title><item/><item><title/></item></channel></rss>");
    assert_eq!((document.items.len(), document.empty_items), (2, 0));
    assert_eq!(document.problems[0].code, "empty-item");
}
