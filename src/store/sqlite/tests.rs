use std::path::PathBuf;

use super::*;
use crate::model::{DateFrom, FeedKey, Instant, Item, ProvinceSlug, SourceId, StoryKey, TopicId};
use crate::store::Library;

fn at(seconds: i64) -> Instant {
    Instant::from_timestamp(1_767_225_600 + seconds, 0).expect("2026 is in range")
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("bantin.db");
    (folder, path)
}

fn item(source: &str, name: &str, title: &str, text: &str) -> Item {
    Item {
        source: SourceId::new(source),
        atom_id: format!("https://bao.example/{name}"),
        guid: Some(name.to_owned()),
        link: Some(format!("https://bao.example/{name}")),
        canonical_link: Some(format!("bao.example/{name}")),
        title: title.to_owned(),
        summary: text.to_owned(),
        content: None,
        text: text.to_owned(),
        body_is_own: false,
        published: Some(at(0)),
        updated: None,
        date_from: DateFrom::Item,
        authors: Vec::new(),
        categories: Vec::new(),
        images: Vec::new(),
        enclosures: Vec::new(),
        credit: None,
        language: None,
        rights: None,
        original_source: None,
        raw_hash: 1,
        words_hash: 1,
    }
}

/// Stores one item as a story of its own, included at `seconds`, under `topics`.
fn put(tx: &mut Tx<'_>, item: &Item, seconds: i64, topics: &[&str]) -> (StoryNo, ItemNo) {
    let source = tx.source(&item.source, &[], "https://bao.example/rss").expect("the source can be made");
    let key = StoryKey::new(item.guid.clone().expect("the tests name their items"));
    let topics: Vec<TopicId> = topics.iter().map(|id| TopicId::new(*id)).collect();
    let origin = tx.next_item().expect("items have numbers");
    let (published, included) = (at(seconds), at(seconds));
    let founding = Founding { entry_id: &item.atom_id, key: &key, origin, topics: &topics, published, included };
    let story = tx.found_story(founding).expect("a story can be founded");
    let no = tx
        .insert_item(
            source,
            story,
            item,
            Times { updated: at(seconds), included: at(seconds), first_seen: at(seconds) },
            None,
        )
        .expect("an item can be added");
    assert_eq!(no, origin);
    let words = crate::normalise::search_words(&item.title, &item.text);
    tx.index_words(story, &words, true).expect("words can be indexed");
    (story, no)
}

fn library(path: &std::path::Path) -> SqliteLibrary {
    SqliteLibrary::open(path, Catalog::default()).expect("the file opens")
}

fn titles(content: &[crate::model::Entry]) -> Vec<&str> {
    content.iter().map(|entry| entry.title.as_str()).collect()
}

#[test]
fn a_feed_holds_the_newest_stories_by_inclusion() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    for (n, seconds) in [("a", 10), ("b", 30), ("c", 20)] {
        put(&mut tx, &item("s", n, n, "chữ"), seconds, &["kinh-te"]);
    }
    tx.commit().expect("the batch is kept");
    let library = library(&path);
    let feed = library.feed(&FeedKey::Merged, 2).expect("the feed is read");
    assert_eq!(titles(&feed.entries), ["b", "c"]);
    assert_eq!(feed.updated, Some(at(30)));
    let topic = library.feed(&FeedKey::Topic(TopicId::new("kinh-te")), 10).expect("the feed is read");
    assert_eq!(titles(&topic.entries), ["b", "c", "a"]);
    let source = library.feed(&FeedKey::Source(SourceId::new("s")), 10).expect("the feed is read");
    assert_eq!(titles(&source.entries), ["b", "c", "a"]);
}

#[test]
fn search_writes_out_once_a_batch_what_many_polls_bring() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    let rows = |tx: &Tx<'_>| -> i64 {
        tx.run(|db| db.query_row("SELECT count(*) FROM words_data", [], |row| row.get(0))).expect("they are counted")
    };
    let before = rows(&tx);
    // Twice the same poll, document and fact: what is there already is written in another way than what is new.
    for (n, second) in [("a", 10), ("b", 10)] {
        put(&mut tx, &item("s", n, n, "chữ"), second, &["kinh-te"]);
        let source = tx.source(&SourceId::new("s"), &[], "https://bao.example/rss").expect("it is there");
        tx.save_latest(source, "{}").expect("a state is kept");
        tx.save_lasting(source, "https://bao.example/rss", "{}").expect("a state is kept");
        tx.save_document(source, None, &[], &[1]).expect("a document is kept");
        tx.add_poll(source, at(second), NewPoll::default());
        tx.write_polls().expect("a poll is kept");
        tx.set_meta("host:bao.example", n).expect("a fact is kept");
        assert_eq!(rows(&tx), before, "the words wait for the end of the batch");
    }
    tx.commit().expect("the batch is kept");
    let tx = store.begin().expect("a batch begins");
    assert!(rows(&tx) > before);
}

#[test]
fn a_batch_that_is_dropped_leaves_nothing() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    put(&mut tx, &item("s", "a", "a", "chữ"), 1, &[]);
    drop(tx);
    assert!(library(&path).feed(&FeedKey::Merged, 9).expect("the feed is read").entries.is_empty());
}

/// The stories that an item with this text would be told about, or join; it is remembered as `no`.
fn judged(tx: &mut Tx<'_>, no: i64, text: &str) -> Vec<i64> {
    let signature = std::sync::Arc::new(crate::dedup::sign("Tin", text));
    let subject =
        crate::dedup::Subject { signature: &signature, published: at(0), link: None, credit: None, outlets: &[] };
    let thresholds = crate::dedup::Thresholds::default();
    let (verdict, traces) = tx.judge(&subject, at(9), &Outlets::default(), &thresholds).expect("it is judged");
    tx.remember_words(ItemNo(no), at(9), &traces, &signature).expect("it is remembered");
    verdict.joins.iter().chain(&verdict.related).map(|one| one.story).collect()
}

#[test]
fn a_first_batch_that_is_dropped_leaves_an_index_that_can_be_asked() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let text = "Sáng nay mưa lớn làm ngập nhiều tuyến đường ở thành phố, học sinh phải nghỉ học.".repeat(3);
    drop({
        let mut tx = store.begin().expect("a batch begins");
        judged(&mut tx, 1, &text);
        tx
    });
    let mut tx = store.begin().expect("a batch begins");
    let (story, no) = put(&mut tx, &item("s", "a", "Tin", &text), 1, &[]);
    assert_eq!(judged(&mut tx, no.0, &text), [0; 0]);
    assert_eq!(judged(&mut tx, 2, &text), [story.0]);
    tx.commit().expect("the batch is kept");
}

#[test]
fn an_index_of_another_version_is_emptied_although_the_batch_that_did_so_was_dropped() {
    let (_folder, path) = file();
    let text = "Sáng nay mưa lớn làm ngập nhiều tuyến đường ở thành phố, học sinh phải nghỉ học.".repeat(3);
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    let (_, no) = put(&mut tx, &item("s", "a", "Tin", &text), 1, &[]);
    judged(&mut tx, no.0, &text);
    tx.run(|tx| tx.execute("UPDATE likeness_meta SET signature_version = signature_version - 1", []))
        .expect("it is there");
    tx.commit().expect("the batch is kept");
    drop(store);
    let mut store = Store::open(&path).expect("the file opens");
    for _ in 0..2 {
        let mut tx = store.begin().expect("a batch begins");
        assert!(tx.words_behind().expect("the index answers").is_some());
        drop(tx);
    }
}

#[test]
fn words_of_an_edit_that_was_dropped_are_not_compared_with() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let text = "Sáng nay mưa lớn làm ngập nhiều tuyến đường ở thành phố, học sinh phải nghỉ học.".repeat(3);
    let mut tx = store.begin().expect("a batch begins");
    let (story, no) = put(&mut tx, &item("s", "a", "Tin", &text), 1, &[]);
    judged(&mut tx, no.0, &text);
    tx.commit().expect("the batch is kept");
    let mut tx = store.begin().expect("a batch begins");
    judged(&mut tx, no.0, "Đội tuyển bóng đá nữ của tỉnh thắng trận mở màn trên sân nhà với tỉ số ba không.");
    drop(tx);
    let mut tx = store.begin().expect("a batch begins");
    assert_eq!(judged(&mut tx, 2, &text), [story.0]);
}

#[test]
fn an_identity_outlives_its_item() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    let (_, no) = put(&mut tx, &item("s", "a", "a", "chữ"), 1, &[]);
    tx.remember(&[7, 8], no).expect("keys are remembered");
    assert!(matches!(tx.find(&[99, 8]).expect("keys can be followed"), Some(Found::Item(found)) if found.no == no));
    tx.run(|tx| tx.execute_batch("DELETE FROM item")).expect("rows can be deleted");
    assert_eq!(tx.find(&[7]).expect("keys can be followed"), Some(Found::Pruned));
    assert_eq!(tx.find(&[99]).expect("keys can be followed"), None);
}

#[test]
fn a_file_of_a_newer_bantin_is_refused_and_left_alone() {
    let (_folder, path) = file();
    drop(Store::open(&path).expect("a new file opens"));
    let raw = rusqlite::Connection::open(&path).expect("it is SQLite");
    raw.pragma_update(None, "user_version", 999).expect("the version can be set");
    drop(raw);
    assert!(matches!(Store::open(&path), Err(StoreError::Newer { found: 999, .. })));
    assert!(matches!(SqliteLibrary::open(&path, Catalog::default()), Err(StoreError::Newer { found: 999, .. })));
}

#[test]
fn reading_never_makes_a_file() {
    let (_folder, path) = file();
    assert!(matches!(SqliteLibrary::open(&path, Catalog::default()), Err(StoreError::Missing { .. })));
    assert!(!path.exists());
}

#[test]
fn a_story_leaves_the_feed_of_a_topic_it_lost() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    let (story, _) = put(&mut tx, &item("s", "a", "a", "chữ"), 1, &["y-te", "xa-hoi"]);
    tx.set_topics(story, &[TopicId::new("xa-hoi")], at(5), at(1)).expect("topics can be set");
    tx.commit().expect("the batch is kept");
    let library = library(&path);
    let of = |id: &str| library.feed(&FeedKey::Topic(TopicId::new(id)), 9).expect("the feed is read").entries;
    assert!(of("y-te").is_empty());
    let kept = of("xa-hoi");
    assert_eq!(kept[0].included, at(1), "it keeps the place it had");
    assert_eq!(kept[0].topics, [TopicId::new("xa-hoi")]);
}

#[test]
fn only_feeds_that_changed_are_behind() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    put(&mut tx, &item("s", "a", "a", "chữ"), 1, &["y-te"]);
    tx.commit().expect("the batch is kept");
    let library = library(&path);
    let stale = library.stale_feeds().expect("feeds are listed");
    assert_eq!(stale.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["feed", "topics/y-te"]);
    let tx = store.begin().expect("a batch begins");
    for (path, change) in &stale {
        tx.set_rendered(path, *change).expect("a feed can be marked");
    }
    tx.commit().expect("the batch is kept");
    assert!(library.stale_feeds().expect("feeds are listed").is_empty());
    let mut tx = store.begin().expect("a batch begins");
    tx.include(&FeedKey::Province(ProvinceSlug::new("hue")), StoryNo(1), at(3), at(1)).expect("a place can be given");
    tx.commit().expect("the batch is kept");
    let stale = library.stale_feeds().expect("feeds are listed");
    assert_eq!(stale.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["provinces/hue"]);
}

#[test]
fn search_finds_with_and_without_accents() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    put(&mut tx, &item("s", "a", "Bão số 5 vào Đà Nẵng", "Sơ tán dân."), 1, &[]);
    put(&mut tx, &item("s", "b", "Báo Đà Nẵng ra số đặc biệt", "Phát hành sớm."), 2, &[]);
    tx.commit().expect("the batch is kept");
    let library = library(&path);
    let find = |query: &str| {
        let page = library.search(query, 0, 10).expect("search answers");
        page.entries.into_iter().map(|entry| entry.title).collect::<Vec<_>>()
    };
    assert_eq!(find("bao da nang").len(), 2);
    assert_eq!(find("bão"), ["Bão số 5 vào Đà Nẵng"]);
    assert_eq!(find("báo đà nẵng"), ["Báo Đà Nẵng ra số đặc biệt"]);
    assert_eq!(find("sơ tán"), ["Bão số 5 vào Đà Nẵng"]);
    assert!(find("lũ").is_empty());
    assert!(find("\" OR *").is_empty());
}

#[test]
fn search_finds_every_kind_of_word() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    let text = "Kỷ niệm 8/3 ở Đắk-Lắk: “Covid-19”… 3,5% (đợt·hai)·ba, TP.HCM; 越南新聞 chào 🎉Tết🎉 🇻🇳 \
                Ba\u{200b}Vì phường\u{ad}xã Ngu\u{302}\u{301}n × 5 km² Ⅳ ½ ngày Ｎｉｎｈ Ειρήνη мир ｡ﾊﾟ \u{301}lẻ i\u{307}a ẞ";
    put(&mut tx, &item("s", "a", "Lễ 20-11", text), 1, &[]);
    put(&mut tx, &item("s", "b", "x".repeat(1 << 20).as_str(), &format!("{} cuối", "tin ".repeat(100_000))), 2, &[]);
    tx.commit().expect("the batch is kept");
    let library = library(&path);
    let find = |query: &str| library.search(query, 0, 10).expect("search answers").entries.len();
    for word in
        text.split(' ').chain(["Lễ", "20-11", "20", "le", "dak lak", "đắk", "lắk", "3,5", "hai", "ba", "dot", "hcm"])
    {
        for query in [word.to_owned(), word.to_uppercase(), crate::text::stripped(&crate::text::folded(word))] {
            let is_empty = crate::text::Query::parse(&query).is_empty();
            assert_eq!(find(&query), usize::from(!is_empty), "{query:?} of {word:?}");
        }
    }
    for query in ["tin", "cuoi", "\"tin tin\"", "\"tin cuối\""] {
        assert_eq!(find(query), 1, "{query}");
    }
    for query in ["83", "covid19", "tếtt", "🎉", "xxx", "\"cuối tin\""] {
        assert_eq!(find(query), 0, "{query}");
    }
}

#[test]
fn the_views_for_people_have_their_columns() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    put(&mut tx, &item("s", "a", "Tiêu đề", "chữ"), 1, &[]);
    tx.commit().expect("the batch is kept");
    let raw = rusqlite::Connection::open(&path).expect("it is SQLite");
    let row: (String, String, String, String) = raw
        .query_row(
            "SELECT id, source, story, published FROM items WHERE title = 'Tiêu đề' AND link IS NOT NULL
             AND updated IS NOT NULL AND first_seen IS NOT NULL AND credit IS NULL AND language IS NULL",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .expect("the view has its columns");
    assert_eq!(row, ("https://bao.example/a".into(), "s".into(), "a".into(), "2026-01-01T00:00:00Z".into()));
    let items: i64 = raw
        .query_row("SELECT items FROM stories WHERE key = 'a' AND origin = 'https://bao.example/a'", [], |row| {
            row.get(0)
        })
        .expect("the view has its columns");
    assert_eq!(items, 1);
    assert!(raw.execute("DELETE FROM items", []).is_err(), "a view for people changes nothing");
}

#[test]
fn a_renamed_source_keeps_its_row() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    let old = tx.source(&SourceId::new("bao-ha-nam"), &[], "https://a.example/").expect("the source can be made");
    tx.commit().expect("the batch is kept");
    let mut tx = store.begin().expect("a batch begins");
    let new = tx
        .source(&SourceId::new("bao-ninh-binh"), &[SourceId::new("bao-ha-nam")], "https://a.example/")
        .expect("the source is found");
    assert_eq!(old, new);
}

#[test]
fn the_row_of_a_source_goes_with_the_batch_that_made_it() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let source = |tx: &mut Tx<'_>, id: &str| tx.source(&SourceId::new(id), &[], "https://a.example/").expect("a row");
    let mut tx = store.begin().expect("a batch begins");
    source(&mut tx, "a");
    source(&mut tx, "b");
    drop(tx);
    let mut tx = store.begin().expect("a batch begins");
    let (b, a) = (source(&mut tx, "b"), source(&mut tx, "a"));
    assert_ne!(a, b, "neither is known from the batch that was taken back");
    tx.commit().expect("the batch is kept");
    drop(store);
    let mut store = Store::open(&path).expect("the file opens again");
    let mut tx = store.begin().expect("a batch begins");
    assert_eq!((source(&mut tx, "a"), source(&mut tx, "b")), (a, b));
}

#[test]
fn the_history_of_polls_is_bounded() {
    let (_folder, path) = file();
    let mut store = Store::open(&path).expect("a new file opens");
    let mut tx = store.begin().expect("a batch begins");
    let source = tx.source(&SourceId::new("s"), &[], "https://a.example/").expect("the source can be made");
    for n in 0..10 {
        let poll = NewPoll { outcome: "not-modified".into(), new: n, ..NewPoll::default() };
        tx.add_poll(source, at(i64::from(n)), poll);
    }
    let other = tx.source(&SourceId::new("t"), &[], "https://b.example/").expect("the source can be made");
    tx.add_poll(other, at(0), NewPoll::default());
    tx.forget_polls(3).expect("old polls can be forgotten");
    tx.commit().expect("the batch is kept");
    let polls = |id| library(&path).polls(&SourceId::new(id), 99).expect("polls are listed");
    assert_eq!(polls("s").iter().map(|row| row.poll.new).collect::<Vec<_>>(), [9, 8, 7]);
    assert_eq!(polls("t").len(), 1);
}
