//! A world for whole-chain tests: sources, a clock that the test owns, and everything between polling and files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bantin::config::{self, Config, Surroundings};
use bantin::daemon::control::Polled;
use bantin::daemon::engine::Clock;
use bantin::daemon::publisher::{Published, Publisher};
use bantin::daemon::run::{self, Parts};
use bantin::daemon::{choose, poll_all};
use bantin::model::{Instant, SourceId};
use bantin::store::sqlite::NewPoll;
use chrono::TimeDelta;
use serde_json::Value;
use tempfile::TempDir;

use super::{Item, Page, Press, assert_sound, published_files, rss};

const SITE: &str = r#"
[site]
title = "Bản tin thử"
url   = "https://tin.example.vn/"
tag   = "tin.example.vn,2026"
[store]
path = "bantin.db"
[poll]
host_interval = "0s"
contact = "https://tin.example.vn/about"
allow_private_addresses = true
[publish]
directory = "public"
"#;

/// One source.
pub const ONE: &str = "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\n";

/// Two sources.
pub const TWO: &str = "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\n\
                   [[source]]\nid = \"bao-b\"\ntitle = \"Báo B\"\nurl = \"PRESS/b.rss\"\n";

/// Of the articles of a source that gives all of them new names.
pub const TITLES: [&str; 8] = [
    "Nông dân Hoa Lư xuống đồng vụ mới",
    "Thông xe cầu Sông Vân sau hai năm",
    "Học sinh Tam Điệp trở lại trường",
    "Kiểm tra đê điều trước mùa mưa bão",
    "Khai mạc hội chợ làng nghề truyền thống",
    "Trồng thêm rừng phòng hộ ven biển Kim Sơn",
    "Đoàn viên hiến máu tình nguyện đợt hai",
    "Cấp nước sạch cho các xã vùng cao",
];

/// Monday, 15:00 in Hanoi.
pub fn start() -> Instant {
    "2026-11-23T08:00:00Z".parse().expect("a time")
}

/// Sources, a clock, and everything between polling and files.
pub struct World {
    pub folder: TempDir,
    pub press: Press,
    pub clock: Arc<Mutex<Instant>>,
    /// How often the clock has been looked at.
    pub looks: Arc<AtomicUsize>,
    pub parts: Option<Parts>,
}

/// An entry as readers get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub title: String,
    pub url: String,
    pub published: String,
    pub updated: String,
    pub copies: Vec<String>,
    pub story: String,
}

impl World {
    /// A world whose configuration is [`SITE`] and `config`, in which `PRESS` is the address of the press.
    pub fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (press, clock) = (Press::start(), Arc::new(Mutex::new(start())));
        let mut world = Self { folder, press, clock, looks: Arc::default(), parts: None };
        world.open(config);
        world
    }

    /// Stops, and starts again with another configuration.
    pub fn open(&mut self, config: &str) {
        self.close();
        self.parts = Some(run::parts_unread(self.config(config), self.clock()).expect("the store opens"));
    }

    pub fn close(&mut self) {
        if let Some(Parts { engine, thread, .. }) = self.parts.take() {
            drop(engine);
            let store = thread.join().expect("the writer ends well").expect("it has had the store open");
            assert_eq!(store.integrity().expect("the check runs"), None);
        }
    }

    pub fn config(&self, config: &str) -> Config {
        let text = format!("{SITE}{}", config.replace("PRESS", self.press.url("").as_str()));
        let file = self.folder.path().join("feeds.toml");
        match config::parse(&text, Some(&file), &Surroundings::bare()) {
            Ok((config, _)) => config,
            Err(errors) => panic!("{errors}"),
        }
    }

    pub fn clock(&self) -> Clock {
        let (clock, looks) = (Arc::clone(&self.clock), Arc::clone(&self.looks));
        Arc::new(move || {
            looks.fetch_add(1, Relaxed);
            *clock.lock().expect("no holder panics")
        })
    }

    pub fn later(&self, by: TimeDelta) {
        *self.clock.lock().expect("no holder panics") += by;
    }

    pub fn parts(&self) -> &Parts {
        self.parts.as_ref().expect("the world is open")
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("bantin.db")
    }

    pub fn public(&self) -> PathBuf {
        self.folder.path().join("public")
    }

    /// Polls every source once and publishes, as `bantin poll` does.
    pub async fn poll(&self) -> BTreeMap<String, Polled> {
        let engine = &self.parts().engine;
        let mut results = poll_all(engine, choose(&engine.setup(), &[]).expect("all sources"));
        let mut lines = BTreeMap::new();
        while let Some(line) = results.recv().await {
            lines.insert(line.source.clone(), line);
        }
        self.publish().await;
        lines
    }

    pub async fn publish(&self) -> Published {
        self.publish_as(false).await
    }

    /// Publishes what is behind, or everything as at a start.
    pub async fn publish_as(&self, everything: bool) -> Published {
        let engine = &self.parts().engine;
        run::judge_by_new_rules(engine).await;
        let setup = engine.setup();
        let publisher = Publisher::new(Arc::clone(&setup), Arc::clone(engine.library()));
        let (writer, now) = (engine.writer().clone(), engine.now());
        tokio::task::spawn_blocking(move || publisher.round(&writer, everything, now))
            .await
            .expect("publishing does not panic")
            .expect("publishing succeeds")
    }

    /// The entries of a published feed, from its JSON file.
    pub fn feed(&self, name: &str) -> Vec<Entry> {
        let bytes = std::fs::read(self.public().join(format!("{name}.json"))).expect("the feed has been published");
        let feed: Value = serde_json::from_slice(&bytes).expect("it is JSON");
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let entry = |item: &Value| Entry {
            id: text(&item["id"]),
            title: text(&item["title"]),
            url: text(&item["url"]),
            published: text(&item["date_published"]),
            updated: text(&item["date_modified"]),
            copies: item["_bantin"]["copies"]
                .as_array()
                .map(|copies| copies.iter().map(|copy| text(&copy["url"])).collect())
                .unwrap_or_default(),
            story: text(&item["_bantin"]["story"]),
        };
        feed["items"].as_array().expect("a feed has items").iter().map(entry).collect()
    }

    pub fn titles(&self, name: &str) -> Vec<String> {
        self.feed(name).into_iter().map(|entry| entry.title).collect()
    }

    pub fn ids(&self, name: &str) -> Vec<String> {
        self.feed(name).into_iter().map(|entry| entry.id).collect()
    }

    /// The last poll of a source as it is remembered.
    pub fn last_poll(&self, source: &str) -> NewPoll {
        let polls = self.parts().engine.library().polls(&SourceId::new(source), 1).expect("the database answers");
        polls.into_iter().next().expect("it has been polled").poll
    }

    pub fn items(&self) -> u64 {
        self.parts().engine.library().totals().expect("the database answers").0
    }

    pub fn stories(&self) -> u64 {
        self.parts().engine.library().totals().expect("the database answers").1
    }

    /// Every published file with its bytes and the time it was last written.
    pub fn files(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        snapshot(&self.public())
    }

    pub fn put(&self, path: &str, items: &[Item]) {
        self.press.put(path, Page::rss(rss("Báo", items)));
    }
}

pub fn snapshot(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    use std::os::unix::fs::MetadataExt as _;
    published_files(directory)
        .into_iter()
        .map(|file| {
            let path = directory.join(&file);
            let meta = std::fs::metadata(&path).expect("it is there");
            // A file that was replaced by an equal one has another inode change time, whatever its mtime was set to.
            let changed = SystemTime::UNIX_EPOCH
                + std::time::Duration::new(meta.ctime().unsigned_abs(), u32::try_from(meta.ctime_nsec()).unwrap_or(0));
            (file, (std::fs::read(path).expect("it can be read"), changed))
        })
        .collect()
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.close();
            assert_sound(&self.database());
        }
    }
}
