//! A newsroom that never was: invented events in real provinces, and a [`Library`] that holds them in memory.
//!
//! For the tests of `publish` and `serve`, and for looking at the pages.

// Each test file uses another part of it.
#![allow(dead_code, unused_imports)]

mod stories;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bantin::config::{
    Config, Content, Format, Language, Poll, Publish, Server, Site, Source, SourceKind, Store, Stories, Topic,
};
use bantin::model::{Entry, FeedContent, FeedKey, Instant, Page, ProvinceSlug, SourceId, StoryKey, StoryView, TopicId};
use bantin::publish::{Masthead, Province};
use bantin::store::{Library, StoreError};
use url::Url;

pub use self::stories::{SOURCES, entries, entry, instant};

/// A site as a volunteer would set it up, publishing summaries.
pub fn config() -> Config {
    let sources = SOURCES.iter().map(|source| Source {
        was: source.was.iter().map(|&id| SourceId::new(id)).collect(),
        title: source.title.to_owned(),
        title_is_default: false,
        kind: source.kind,
        province: Some(ProvinceSlug::new(source.province)),
        outlet: Some(source.outlet.to_owned()),
        ..Source::new(
            SourceId::new(source.id),
            Url::parse(source.url).expect("the addresses of the newsroom are whole"),
        )
    });
    let topics = [
        ("dan-van", "Dân vận"),
        ("nong-nghiep", "Nông nghiệp, nông thôn"),
        ("giao-thong", "Giao thông"),
        ("giao-duc", "Giáo dục"),
        ("y-te", "Y tế"),
        ("moi-truong", "Môi trường, thiên tai"),
        ("van-hoa", "Văn hoá, du lịch"),
        ("chuyen-doi-so", "Chuyển đổi số"),
    ];
    let topics = topics.map(|(id, title)| Topic::without_rules(TopicId::new(id), title.to_owned()));
    Config {
        file: None,
        site: Site {
            title: "Bản tin các tỉnh".to_owned(),
            subtitle: Some("Tin địa phương từ ba mươi tư tỉnh, thành phố, gom về một nơi".to_owned()),
            url: Url::parse("https://tin.example.vn/").expect("whole"),
            tag: "tin.example.vn,2026".to_owned(),
            tag_is_default: false,
            language: Language::Vi,
            timezone: chrono_tz::Asia::Ho_Chi_Minh,
            author: None,
            rights: None,
        },
        server: Server {
            listen: Vec::new(),
            listen_is_default: true,
            socket_mode: 0o666,
            admin: None,
            trusted_proxies: Vec::new(),
            token: None,
        },
        store: Store {
            path: PathBuf::from("data/bantin.db"),
            keep: Duration::from_secs(400 * 86_400),
            tidy: "40 3 * * *".to_owned(),
        },
        poll: Poll { concurrency: 64, host_interval: Duration::from_secs(1), memory: 128 << 20, contact: None },
        publish: Publish {
            items: 100,
            directory: None,
            content: Content::Summary,
            formats: vec![Format::Atom, Format::Rss, Format::Json],
        },
        stories: Stories::default(),
        provinces: bantin::config::provinces::builtin(),
        sources: sources.map(Arc::new).collect(),
        topics: topics.into(),
    }
}

/// The provinces of the newsroom, and two that no source belongs to.
pub fn provinces() -> Vec<Province> {
    let province = |slug: &str, name: &str, former: &[&str]| Province {
        slug: ProvinceSlug::new(slug),
        name: name.to_owned(),
        former: former.iter().map(|&slug| slug.to_owned()).collect(),
    };
    vec![
        province("ca-mau", "Cà Mau", &["bac-lieu"]),
        province("da-nang", "Đà Nẵng", &["quang-nam"]),
        province("dak-lak", "Đắk Lắk", &["phu-yen"]),
        province("dien-bien", "Điện Biên", &[]),
        province("ha-tinh", "Hà Tĩnh", &[]),
        province("hue", "Huế", &["thua-thien-hue"]),
        province("lao-cai", "Lào Cai", &["yen-bai"]),
        province("ninh-binh", "Ninh Bình", &["ha-nam", "nam-dinh"]),
        province("quang-ninh", "Quảng Ninh", &[]),
        province("vinh-long", "Vĩnh Long", &["ben-tre", "tra-vinh"]),
    ]
}

/// The masthead of [`config`].
pub fn masthead() -> Masthead {
    Masthead::new(&config(), provinces(), None)
}

/// The masthead of a configuration that differs from [`config`].
pub fn masthead_with(change: impl FnOnce(&mut Config)) -> Masthead {
    let mut config = config();
    change(&mut config);
    Masthead::new(&config, provinces(), None)
}

/// A feed of these entries.
pub fn content(entries: Vec<Entry>) -> FeedContent {
    let updated = entries.iter().map(|entry| entry.included.max(entry.updated)).max();
    FeedContent { entries, updated }
}

/// Every published text of the newsroom, in memory. Calls can be held up and made to fail.
#[derive(Debug, Default)]
pub struct Shelf {
    entries: Mutex<Vec<Entry>>,
    calls: AtomicUsize,
    held: Mutex<bool>,
    released: Condvar,
    fails: Mutex<bool>,
}

impl Shelf {
    /// A library that holds the whole newsroom.
    pub fn full() -> Self {
        Self { entries: Mutex::new(entries()), ..Self::default() }
    }

    /// How often anything has been asked.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Puts other stories there.
    pub fn replace(&self, entries: Vec<Entry>) {
        *self.entries.lock().unwrap() = entries;
    }

    /// Makes every call wait until it is let go.
    pub fn hold(&self, held: bool) {
        *self.held.lock().unwrap() = held;
        self.released.notify_all();
    }

    /// Makes every call fail, as a database that is missing does.
    pub fn fail(&self, fails: bool) {
        *self.fails.lock().unwrap() = fails;
    }

    fn ask(&self) -> Result<Vec<Entry>, StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut held = self.held.lock().unwrap();
        while *held {
            held = self.released.wait(held).unwrap();
        }
        if *self.fails.lock().unwrap() {
            return Err(StoreError::Missing { path: "data/bantin.db".to_owned() });
        }
        Ok(self.entries.lock().unwrap().clone())
    }
}

fn belongs(entry: &Entry, key: &FeedKey) -> bool {
    match key {
        FeedKey::Merged => true,
        FeedKey::Topic(id) => entry.topics.contains(id),
        FeedKey::Province(slug) => entry.province.as_ref() == Some(slug),
        FeedKey::Source(id) => entry.source.id.as_ref() == Some(id),
    }
}

fn page(entries: impl Iterator<Item = Entry>, offset: usize, limit: usize) -> Page {
    let mut entries: Vec<_> = entries.skip(offset).take(limit + 1).collect();
    let more = entries.len() > limit;
    entries.truncate(limit);
    Page { entries, more }
}

impl Library for Shelf {
    fn feed(&self, key: &FeedKey, limit: usize) -> Result<FeedContent, StoreError> {
        let mut entries: Vec<_> = self.ask()?.into_iter().filter(|entry| belongs(entry, key)).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.included));
        entries.truncate(limit);
        Ok(content(entries))
    }

    fn river(&self, key: &FeedKey, offset: usize, limit: usize) -> Result<Page, StoreError> {
        let mut entries: Vec<_> = self.ask()?.into_iter().filter(|entry| belongs(entry, key)).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.published));
        Ok(page(entries.into_iter(), offset, limit))
    }

    fn story(&self, key: &StoryKey) -> Result<Option<StoryView>, StoreError> {
        let entries = self.ask()?;
        Ok(entries.iter().find(|entry| entry.story == *key).map(|entry| stories::view(entry, &entries)))
    }

    fn is_withdrawn(&self, _key: &StoryKey) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn search(&self, query: &str, offset: usize, limit: usize) -> Result<Page, StoreError> {
        let query = query.to_lowercase();
        let found = self.ask()?.into_iter().filter(|entry| {
            entry.title.to_lowercase().contains(&query) || entry.summary.to_lowercase().contains(&query)
        });
        Ok(page(found, offset, limit))
    }

    fn topic_counts(&self) -> Result<Vec<(TopicId, u64, Instant)>, StoreError> {
        let mut counts: BTreeMap<TopicId, (u64, Instant)> = BTreeMap::new();
        for entry in self.ask()? {
            for topic in &entry.topics {
                let count = counts.entry(topic.clone()).or_insert((0, entry.included));
                *count = (count.0 + 1, count.1.max(entry.included));
            }
        }
        Ok(counts.into_iter().map(|(id, (count, at))| (id, count, at)).collect())
    }

    fn province_counts(&self) -> Result<Vec<(ProvinceSlug, u64, Instant)>, StoreError> {
        let mut counts: BTreeMap<ProvinceSlug, (u64, Instant)> = BTreeMap::new();
        for entry in self.ask()? {
            if let Some(slug) = entry.province {
                let count = counts.entry(slug).or_insert((0, entry.included));
                *count = (count.0 + 1, count.1.max(entry.included));
            }
        }
        Ok(counts.into_iter().map(|(slug, (count, at))| (slug, count, at)).collect())
    }

    fn source_counts(&self) -> Result<Vec<(SourceId, u64, Instant)>, StoreError> {
        let mut counts: BTreeMap<SourceId, (u64, Instant)> = BTreeMap::new();
        for entry in self.ask()? {
            if let Some(id) = entry.source.id {
                let count = counts.entry(id).or_insert((0, entry.included));
                *count = (count.0 + 1, count.1.max(entry.included));
            }
        }
        Ok(counts.into_iter().map(|(id, (count, at))| (id, count, at)).collect())
    }
}

/// The kind of source, for the table of sources.
pub type Kind = SourceKind;
