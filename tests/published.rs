//! The demo as a newcomer runs it, and everything it publishes before the eyes of other people's judges: the Atom
//! grammar, the JSON Feed schema, a feed reader, our own reader, and the rules of HTTP that no validator sees.

mod common;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Answer, Running, ask, bantin, gunzip, unbrotli, wait_for};
use serde_json::Value;
use tempfile::TempDir;

const FORMATS: [&str; 3] = ["atom", "rss", "json"];

/// `bantin demo`, in a temporary directory of its own.
struct Demo {
    process: Running,
    temporary: TempDir,
    /// `http://127.0.0.1:PORT/`
    address: String,
    started: Instant,
}

impl Demo {
    #[track_caller]
    fn start() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder can be made");
        let started = Instant::now();
        let mut command = bantin();
        command.args(["demo", "--port", "0"]).env("TMPDIR", temporary.path()).current_dir(temporary.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Running(command.spawn().expect("the program starts"));
        let mut first = String::new();
        let stdout = process.0.stdout.as_mut().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut first).expect("the first line is text");
        let address = first.trim_end().to_owned();
        assert!(address.starts_with("http://127.0.0.1:") && address.ends_with('/'), "the first line: {first:?}");
        Self { process, temporary, address, started }
    }

    /// Starts it and waits until its newsroom has been read, the slow paper too.
    #[track_caller]
    fn with_news() -> Self {
        let demo = Self::start();
        // One province has only a source that is gone.
        let empty = |feeds: &[String]| feeds.iter().filter(|feed| !demo.get(feed).text().contains("<entry")).count();
        wait_for("stories in every province", || {
            let outline = demo.get("/opml.xml");
            let feeds: Vec<String> = demo
                .links(outline.text())
                .into_iter()
                .filter(|path| path.starts_with("/provinces/") && path.ends_with(".atom"))
                .collect();
            (feeds.len() >= 5 && empty(&feeds) == 1).then_some(())
        });
        demo
    }

    #[track_caller]
    fn get(&self, path: &str) -> Answer {
        ask(&self.address, path, &[]).expect("the demo answers")
    }

    /// The items of the merged feed.
    fn merged(&self) -> Vec<Value> {
        self.get("/feed.json").json()["items"].as_array().cloned().unwrap_or_default()
    }

    /// The three formats of a feed, all of one state: new items keep arriving, so who reads them one after the other may
    /// have to read again.
    #[track_caller]
    fn formats(&self, feed: &str) -> [Answer; 3] {
        wait_for("three formats of one state", || {
            let before = self.get(&format!("/{feed}.atom")).body;
            let formats = FORMATS.map(|format| self.get(&format!("/{feed}.{format}")));
            (self.get(&format!("/{feed}.atom")).body == before && formats[0].body == before).then_some(formats)
        })
    }

    /// Every address of ours that can be reached from `/` and the two outlines, with its document.
    #[track_caller]
    fn crawl(&self) -> BTreeMap<String, Answer> {
        let mut documents = BTreeMap::new();
        let mut queue: Vec<String> =
            ["/", "/opml.xml", "/sources.opml", "/subscribe", "/health"].map(str::to_owned).to_vec();
        while let Some(path) = queue.pop() {
            if documents.contains_key(&path) {
                continue;
            }
            let answer = self.get(&path);
            let is_page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
            if is_page || path.ends_with(".opml") || path == "/opml.xml" {
                queue.extend(self.links(answer.text()));
            }
            if is_page
                && ["/topics/", "/provinces/", "/sources/"].iter().any(|group| path.starts_with(group))
                && !path.contains("/page/")
            {
                queue.extend(FORMATS.map(|format| format!("{path}.{format}")));
            }
            documents.insert(path, answer);
        }
        documents
    }

    /// The paths on this server that a document links to, without fragments.
    fn links(&self, document: &str) -> Vec<String> {
        let mut links = Vec::new();
        for attribute in ["href=\"", "src=\"", "xmlUrl=\"", "htmlUrl=\""] {
            for rest in document.split(attribute).skip(1) {
                let target = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
                let base = self.address.trim_end_matches('/');
                let path = target.strip_prefix(base).unwrap_or(&target).split('#').next().unwrap_or_default();
                if path.starts_with('/') && !path.starts_with("//") {
                    links.push(path.to_owned());
                }
            }
        }
        links
    }

    /// Ends it as Ctrl-C does.
    #[track_caller]
    fn ends(mut self) {
        self.process.signal(libc::SIGINT);
        let status = self.process.ends();
        let mut talk = String::new();
        self.process.0.stderr.take().expect("it is a pipe").read_to_string(&mut talk).expect("talk is text");
        assert_eq!(status.code(), Some(0), "{talk}");
        assert!(talk.contains("feed.atom") && talk.contains("Ctrl-C"), "it says what to do: {talk}");
        let mut rest = String::new();
        self.process.0.stdout.take().expect("it is a pipe").read_to_string(&mut rest).expect("it is text");
        assert_eq!(rest, "", "nothing but the address on stdout");
        let left: Vec<PathBuf> = std::fs::read_dir(self.temporary.path())
            .expect("it is there")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
    }
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path)
}

fn is_there(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn the_demo_shows_a_newsroom_keeps_getting_news_and_leaves_nothing_behind() {
    let demo = Demo::start();
    let first = wait_for("25 stories", || Some(demo.merged()).filter(|items| items.len() >= 25));
    let took = demo.started.elapsed();
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: 25 stories within 10 seconds is asserted in release builds; here it took {took:?}");
    } else {
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
    let page = demo.get("/");
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&common::escaped(&text(&first[0]["title"]))));
    wait_for("a story with copies", || {
        let has_copies = |item: &Value| item["_bantin"]["copies"].as_array().is_some_and(|copies| !copies.is_empty());
        demo.merged().iter().any(has_copies).then_some(())
    });
    // The slow paper comes two seconds later, further articles by and by.
    let ids = |items: &[Value]| -> HashSet<String> { items.iter().map(|item| text(&item["id"])).collect() };
    let later = wait_for("more stories", || Some(demo.merged()).filter(|items| items.len() > first.len()));
    assert!(ids(&later).is_superset(&ids(&first)));
    assert_eq!(ids(&later).len(), later.len(), "no id twice");
    assert_eq!(demo.get("/health").status, 200, "a broken and a gone source are no illness of ours");
    demo.ends();
}

#[test]
fn everything_that_is_linked_is_there_and_keeps_the_rules_of_http() {
    let demo = Demo::with_news();
    let documents = demo.crawl();
    let count = |start: &str| documents.keys().filter(|path| path.starts_with(start)).count();
    assert!(count("/stories/") >= 25, "{}", count("/stories/"));
    assert!(count("/topics/") >= 4 * 3, "{}", count("/topics/"));
    assert!(count("/provinces/") >= 5 * 4, "{}", count("/provinces/"));
    assert!(count("/sources/") >= 8 * 4, "{}", count("/sources/"));
    for (path, answer) in &documents {
        assert_eq!(answer.status, 200, "{path}");
        let kind = answer.header("content-type").unwrap_or_else(|| panic!("{path} has no content type"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("set-cookie").is_none(), "{path}");
        if kind.starts_with("text/html") {
            assert!(!answer.text().contains("<script"), "{path} needs no script");
            assert!(answer.text().contains("<html lang=\"vi\""), "{path}");
        }
    }
    for path in ["/", "/feed.atom", "/feed.rss", "/feed.json", "/opml.xml", "/sources.opml"] {
        holds_the_rules(&demo, path);
    }
    let of = |start: &str, end: &str| {
        documents.keys().find(|path| path.starts_with(start) && path.ends_with(end)).expect("there is one").clone()
    };
    for path in [of("/topics/", ".atom"), of("/provinces/", ".rss"), of("/sources/", ".json"), of("/stories/", "")] {
        holds_the_rules(&demo, &path);
    }
    demo.ends();
}

/// PUBLISHING.md §4, 1 to 5, on one address.
#[track_caller]
fn holds_the_rules(demo: &Demo, path: &str) {
    let of = |headers: &[(&str, &str)]| ask(&demo.address, path, headers).expect("the demo answers");
    // All of one state: news may arrive between two requests.
    let [plain, gzip, brotli] = wait_for("three codings of one state", || {
        let all = [of(&[]), of(&[("Accept-Encoding", "gzip")]), of(&[("Accept-Encoding", "br, gzip;q=0.5")])];
        (of(&[]).body == all[0].body).then_some(all)
    });
    assert_eq!(gzip.header("content-encoding"), Some("gzip"), "{path}");
    assert_eq!(brotli.header("content-encoding"), Some("br"), "{path}");
    assert_eq!(plain.header("content-encoding"), None, "{path}");
    assert!(gunzip(&gzip.body) == plain.body, "{path}: gzip is another document");
    assert!(unbrotli(&brotli.body) == plain.body, "{path}: brotli is another document");
    let tags: BTreeSet<&str> = [&plain, &gzip, &brotli].iter().filter_map(|answer| answer.header("etag")).collect();
    assert_eq!(tags.len(), 3, "{path}: each representation has a tag of its own: {tags:?}");
    assert!(tags.iter().all(|tag| tag.starts_with('"') && tag.ends_with('"')), "{path}: strong: {tags:?}");
    for answer in [&plain, &gzip, &brotli] {
        let vary = answer.header("vary").unwrap_or_default().to_ascii_lowercase();
        assert!(vary.contains("accept-encoding"), "{path}: Vary: {vary}");
        assert!(answer.header("cache-control").is_some_and(|value| value.contains("max-age=")), "{path}");
    }
    for (coding, answer) in [("identity", &plain), ("gzip", &gzip), ("br", &brotli)] {
        let tag = answer.header("etag").expect("checked above");
        let known = of(&[("Accept-Encoding", coding), ("If-None-Match", &format!("\"other\", W/{tag}"))]);
        if known.status == 200 {
            assert!(known.header("etag") != Some(tag), "{path}: 200 to a tag that is current");
            continue;
        }
        assert_eq!(known.status, 304, "{path}");
        assert!(known.body.is_empty(), "{path}");
        for name in ["etag", "vary", "cache-control", "date"] {
            assert!(known.header(name).is_some(), "{path}: 304 without {name}");
        }
        assert_eq!(known.header("etag"), Some(tag), "{path}");
    }
    let other = of(&[("If-None-Match", "\"other\"")]);
    assert_eq!(other.status, 200, "{path}");
    if let Some(date) = plain.header("last-modified") {
        let known = of(&[("If-Modified-Since", date)]);
        assert!(known.status == 304 || known.body != plain.body, "{path}");
        let both = of(&[("If-Modified-Since", date), ("If-None-Match", "\"other\"")]);
        assert_eq!(both.status, 200, "{path}: If-None-Match decides alone");
    }
}

#[test]
fn feeds_satisfy_grammar_and_schema_and_their_formats_agree() {
    let demo = Demo::with_news();
    let mut feeds: Vec<String> = demo
        .crawl()
        .into_keys()
        .filter_map(|path| path.strip_suffix(".atom").map(|feed| feed.trim_start_matches('/').to_owned()))
        .collect();
    feeds.push("feed".to_owned());
    feeds.sort();
    feeds.dedup();
    assert!(feeds.len() >= 15, "{feeds:?}");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (mut atoms, mut jsons, mut feed_ids) = (Vec::new(), Vec::new(), BTreeSet::new());
    for feed in &feeds {
        let [atom, rss, json] = demo.formats(feed);
        let file = |format: &str, answer: &Answer| {
            let path = folder.path().join(format!("{}.{format}", feed.replace('/', "-")));
            std::fs::write(&path, &answer.body).expect("it can be written");
            path
        };
        let files = [file("atom", &atom), file("rss", &rss), file("json", &json)];
        formats_agree(feed, &files, &json.json());
        atoms.push(files[0].clone());
        jsons.push(files[2].clone());
        feed_ids.insert(keeps_the_rules_of_feeds(&demo, feed, atom.text(), &json.json()));
        for (answer, kind) in
            [(&atom, "application/atom+xml"), (&rss, "application/rss+xml"), (&json, "application/feed+json")]
        {
            assert!(answer.header("content-type").is_some_and(|given| given.starts_with(kind)), "{feed}: {kind}");
        }
    }
    assert_eq!(feed_ids.len(), feeds.len(), "each feed has an id of its own");
    demo.ends();
    follow_the_grammar(&atoms);
    follow_the_schema(&jsons);
}

/// Reads the three formats of a feed back with `bantin read`: ids, titles, links, dates and authors are those that the
/// JSON Feed states.
#[track_caller]
fn formats_agree(feed: &str, files: &[PathBuf; 3], json: &Value) {
    let output = bantin().arg("read").args(files).output().expect("the program runs");
    assert!(output.status.success(), "{feed}: {}", common::stdout(&output));
    let instant = |value: &Value| chrono::DateTime::parse_from_rfc3339(&text(value)).expect("RFC 3339").to_utc();
    let expected: Vec<_> = json["items"]
        .as_array()
        .expect("a feed has items")
        .iter()
        .map(|item| {
            let authors: Vec<String> =
                item["authors"].as_array().expect("a list").iter().map(|author| text(&author["name"])).collect();
            let dates = (instant(&item["date_published"]), instant(&item["date_modified"]));
            (text(&item["id"]), text(&item["title"]), text(&item["url"]), dates, authors)
        })
        .collect();
    for line in common::stdout(&output).lines() {
        let read: Value = serde_json::from_str(line).expect("a line is JSON");
        assert_eq!(read["problems"], Value::Array(Vec::new()), "{feed}: our own feeds need no repair");
        let items: Vec<_> = read["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| {
                let authors: Vec<String> = item["authors"].as_array().expect("a list").iter().map(text).collect();
                let updated = if item["updated"].is_null() { &item["published"] } else { &item["updated"] };
                let dates = (instant(&item["published"]), instant(updated));
                (text(&item["id"]), text(&item["title"]), text(&item["link"]), dates, authors)
            })
            .collect();
        assert_eq!(items, expected, "{feed}: {}", read["kind"]);
    }
}

/// PUBLISHING.md §2, what no grammar sees; returns the feed's id.
#[track_caller]
fn keeps_the_rules_of_feeds(demo: &Demo, feed: &str, atom: &str, json: &Value) -> String {
    assert!(!atom.contains("<!DOCTYPE"), "{feed}");
    assert!(!atom.contains("javascript:"), "{feed}");
    let entries: Vec<&str> = atom.split("<entry").skip(1).collect();
    assert_eq!(entries.len(), json["items"].as_array().map_or(0, Vec::len), "{feed}");
    for entry in &entries {
        assert_eq!(
            entry.matches("<source>").count() + entry.matches("<source ").count(),
            1,
            "{feed}: where from: {entry}"
        );
        let (own, source) = entry.split_once("<source").expect("checked above");
        assert!(
            own.contains("<author>")
                || source.split_once("</source>").is_some_and(|(_, rest)| rest.contains("<author>")),
            "{feed}: an author of its own: {entry}"
        );
        for part in ["<id>", "<title", "<updated>"] {
            assert!(source.contains(part), "{feed}: `atom:source` without {part}: {entry}");
        }
    }
    let own_address = format!("{}{feed}.atom", demo.address);
    assert!(atom.contains(&format!("href=\"{own_address}\"")), "{feed}: rel=self");
    assert_eq!(json["feed_url"], format!("{}{feed}.json", demo.address));
    let ids: BTreeSet<String> = json["items"].as_array().into_iter().flatten().map(|item| text(&item["id"])).collect();
    assert_eq!(ids.len(), entries.len(), "{feed}: an id stands in it twice");
    assert!(ids.iter().all(|id| id.contains(':') && !id.contains(char::is_whitespace)), "{feed}");
    let head = atom.split("<entry").next().unwrap_or_default();
    let id = head.split_once("<id>").and_then(|(_, rest)| rest.split_once("</id>")).expect("a feed has an id").0;
    id.to_owned()
}

fn follow_the_grammar(files: &[PathBuf]) {
    let grammar = shared("corpus/schemas/atom.rnc");
    if !grammar.is_file() || !is_there("jing", "-h") {
        eprintln!("SKIPPED: the grammar of Atom needs `jing` and ../shared/corpus/schemas/atom.rnc");
        return;
    }
    let output = Command::new("jing").arg("-c").arg(&grammar).args(files).output().expect("jing runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

const VALIDATE: &str = "
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
checker = jsonschema.validators.validator_for(schema)(schema)
bad = 0
for name in sys.argv[2:]:
    for error in checker.iter_errors(json.load(open(name))):
        print(name, list(error.absolute_path), error.message)
        bad = 1
sys.exit(bad)
";

fn follow_the_schema(files: &[PathBuf]) {
    for file in files {
        let feed: Value = serde_json::from_slice(&std::fs::read(file).expect("it is there")).expect("it is JSON");
        assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
        assert!(feed["title"].is_string() && feed["home_page_url"].is_string());
        for item in feed["items"].as_array().expect("a list") {
            assert!(item["id"].is_string() && (item["content_html"].is_string() || item["content_text"].is_string()));
        }
    }
    let schema = shared("corpus/schemas/jsonfeed-1.1.schema.json");
    let python = Command::new("python3").args(["-c", "import jsonschema"]).output();
    if !schema.is_file() || !python.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: the schema of JSON Feed needs python3 with `jsonschema` and ../shared/corpus/schemas");
        return;
    }
    let output =
        Command::new("python3").args(["-c", VALIDATE]).arg(&schema).args(files).output().expect("python3 runs");
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), common::stderr(&output));
}

#[test]
fn a_feed_reader_that_comes_twice_shows_no_item_twice() {
    if !is_there("newsboat", "-v") {
        eprintln!("SKIPPED: a feed reader that comes twice needs `newsboat`");
        return;
    }
    let demo = Demo::with_news();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = |name: &str| folder.path().join(name);
    let topic = demo
        .crawl()
        .into_iter()
        .filter(|(path, _)| path.starts_with("/topics/") && path.ends_with(".atom"))
        .max_by_key(|(_, answer)| answer.body.len())
        .expect("there are topics")
        .0;
    let base = demo.address.trim_end_matches('/');
    std::fs::write(path("urls"), format!("{base}/feed.atom\n{base}{topic}\n")).expect("it can be written");
    std::fs::write(path("config"), "reload-threads 1\n").expect("it can be written");
    let reload = || {
        let output = Command::new("newsboat")
            .args(["-x", "reload", "-u"])
            .arg(path("urls"))
            .arg("-c")
            .arg(path("cache.db"))
            .arg("-C")
            .arg(path("config"))
            .env("HOME", folder.path())
            .env("NO_PROXY", "*")
            .env("no_proxy", "*")
            .output()
            .expect("newsboat runs");
        assert!(output.status.success(), "{}", common::stderr(&output));
        let db = rusqlite::Connection::open(path("cache.db")).expect("newsboat made its cache");
        let mut rows = db.prepare("SELECT feedurl, guid, url FROM rss_item").expect("the table is there");
        rows.query_map([], |row| Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?]))
            .expect("it can be read")
            .collect::<Result<Vec<_>, _>>()
            .expect("it can be read")
    };
    let first = reload();
    let merged = first.iter().filter(|[feed, ..]| feed.ends_with("/feed.atom")).count();
    assert!(merged >= 25 && merged < first.len(), "{merged} of {}", first.len());
    let before = demo.merged().len();
    wait_for("news between the two visits", || (demo.merged().len() > before).then_some(()));
    let second = reload();
    for name in [1, 2] {
        let distinct: HashSet<(&String, &String)> = second.iter().map(|row| (&row[0], &row[name])).collect();
        assert_eq!(distinct.len(), second.len(), "an item is shown twice");
    }
    let known: HashSet<&[String; 3]> = first.iter().collect();
    assert!(known.is_subset(&second.iter().collect()), "what was shown stays under its id");
    assert!(
        second.len() > first.len(),
        "the second visit brought what had arrived: {} then {}",
        first.len(),
        second.len()
    );
    demo.ends();
}
