//! Every command as scripts and people use it: data on stdout, talk on stderr, exit status, JSON that parses.

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use common::{Desk, Item, Page, bantin, item, rss, stderr, stdout};
use serde_json::Value;

const COMMANDS: [&str; 18] = [
    "run",
    "demo",
    "check",
    "poll",
    "plan",
    "sources",
    "search",
    "why",
    "split",
    "merge",
    "takedown",
    "read",
    "inspect",
    "eval",
    "import",
    "export",
    "completions",
    "man",
];

const CONFIGURATION: &str = "[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\nprovince = \"Ninh Bình\"\n\
    [[source]]\nid = \"bao-b\"\ntitle = \"Báo B\"\nurl = \"PRESS/b.rss\"\n\
    [[topic]]\nid = \"giao-thong\"\ntitle = \"Giao thông\"\nstrong = [\"thông xe\"]\n";

fn news() -> Vec<Item> {
    vec![
        item("https://bao.example/cau.html", "Thông xe cầu Đồng Hới", "Sun, 22 Nov 2026 09:30:00 +0700"),
        item("https://bao.example/lua.html", "Đắk Mil được mùa cà phê", "Sat, 21 Nov 2026 07:15:00 +0700").guid("17"),
    ]
}

/// A desk with two sources that has been polled once: two items of one, of which the other has a copy.
fn polled() -> Desk {
    let desk = unpolled();
    // One after the other: who is polled first gives the story its id.
    desk.succeeds(&["poll", "bao-a"]);
    desk.succeeds(&["poll", "bao-b"]);
    desk
}

fn unpolled() -> Desk {
    let desk = Desk::new(CONFIGURATION);
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &news())));
    let copy = item("http://www.bao.example/cau.html", "Thông xe cầu Đồng Hới", "Sun, 22 Nov 2026 10:30:00 +0700");
    desk.press.put("/b.rss", Page::rss(rss("Báo B", &[copy.guid("b-1")])));
    desk
}

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not JSON ({error}): {text}"))
}

#[track_caller]
fn fails(desk: &Desk, args: &[&str], status: i32, word: &str) {
    let output = desk.run(args);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(word), "{args:?}: no word of `{word}` in {}", stderr(&output));
}

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let output = bantin().args([command, "--help"]).output().expect("the program runs");
        assert!(output.status.success(), "{command}: {}", stderr(&output));
        let help = stdout(&output);
        assert!(help.contains("Usage: bantin") && help.len() > 100, "{command}: {help}");
        assert!(output.stderr.is_empty(), "{command}: {}", stderr(&output));
    }
    let all = stdout(&bantin().arg("--help").output().expect("the program runs"));
    assert!(COMMANDS.iter().all(|command| all.contains(command)), "{all}");
    assert!(stdout(&bantin().arg("--version").output().expect("the program runs")).starts_with("bantin "));
}

#[test]
fn wrong_usage_is_status_two() {
    let desk = Desk::new(CONFIGURATION);
    fails(&desk, &[], 2, "Usage");
    fails(&desk, &["khong-co"], 2, "khong-co");
    fails(&desk, &["search"], 2, "QUERY");
    for nothing in ["", " \t "] {
        fails(&desk, &["search", nothing], 2, "the query is empty: give words");
    }
    fails(&desk, &["poll", "--format", "xml"], 2, "xml");
    fails(&desk, &["demo", "--port", "khong"], 2, "khong");
    fails(&desk, &["read"], 2, "FILE-OR-URL");
    fails(&desk, &["sources", "--khong-co"], 2, "--khong-co");
}

#[test]
fn a_configuration_that_is_not_there_is_said_with_a_way_out() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |args: &[&str]| bantin().args(args).current_dir(folder.path()).output().expect("the program runs");
    let output = run(&["sources", "--config", "khong-co.toml"]);
    assert_ne!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("khong-co.toml"), "{}", stderr(&output));
    if !std::path::Path::new("/etc/bantin/feeds.toml").exists() {
        let output = run(&["sources"]);
        assert_eq!(output.status.code(), Some(78), "no configuration is a bad one: trying again would not help");
        assert!(stderr(&output).contains("--config") && stderr(&output).contains("bantin demo"), "{}", stderr(&output));
    }
}

#[test]
fn commands_that_read_never_make_a_database() {
    let desk = unpolled();
    let plan = json(&desk.succeeds(&["plan", "--format", "json"]));
    assert!(plan["hosts"].is_array(), "{plan}");
    let sources = json(&desk.succeeds(&["sources", "--format", "json"]));
    assert_eq!(sources[0]["outcome"], "never-polled");
    desk.succeeds(&["check"]);
    for args in [&["search", "cầu"][..], &["why", "17"], &["export", "jsonl"], &["sources", "bao-a"]] {
        fails(&desk, args, 1, "does not exist yet");
    }
    desk.succeeds(&["export", "opml"]);
    desk.succeeds(&["check", "--fetch"]);
    assert!(!desk.path("bantin.db").exists());
    assert!(!desk.path("public").exists());
}

#[test]
fn poll_says_what_came_of_it_and_fails_if_a_source_did() {
    let desk = unpolled();
    let table = json(&desk.succeeds(&["poll", "--format", "json"]));
    let new: Vec<_> =
        table.as_array().expect("a table").iter().map(|row| (row["source"].clone(), row["new"].clone())).collect();
    assert_eq!(new, [("bao-a".into(), 2.into()), ("bao-b".into(), 1.into())]);
    desk.press.put("/b.rss", Page::error(500));
    let output = desk.run(&["poll"]);
    assert_eq!(output.status.code(), Some(1));
    let table = stdout(&output);
    assert!(table.contains("bao-b") && !table.contains("bao-a"), "only what is worth a line: {table}");
    fails(&desk, &["poll", "bao-x", "bao-y"], 1, "`bao-x`, `bao-y`");
    let before = desk.press.seen("/b.rss").len();
    desk.succeeds(&["poll", "bao-a"]);
    assert_eq!(desk.press.seen("/b.rss").len(), before, "only the source that was named");
}

#[test]
fn check_reports_and_fetches_without_storing() {
    let desk = unpolled();
    let good = desk.run(&["check"]);
    assert!(good.status.success());
    assert!(stdout(&good).is_empty() && stderr(&good).contains("2 sources enabled"), "{}", stderr(&good));
    let quiet = desk.run(&["check", "--quiet"]);
    assert!(quiet.status.success() && quiet.stdout.is_empty() && quiet.stderr.is_empty(), "{}", stderr(&quiet));
    let fetched = json(&desk.succeeds(&["check", "--fetch", "--format", "json"]));
    assert_eq!((&fetched[0]["items"], &fetched[0]["kind"]), (&2.into(), &"rss".into()));
    desk.press.put("/b.rss", Page::error(404));
    assert_eq!(desk.run(&["check", "--fetch"]).status.code(), Some(1));
    desk.write("xau.toml", "[site]\ntitle = 1\n");
    fails(&desk, &["check", "xau.toml"], 78, "xau.toml:");
}

#[test]
fn check_lists_its_findings_as_json_on_stdout() {
    let desk = unpolled();
    let good = json(&desk.succeeds(&["check", "--format", "json"]));
    let all = good.as_array().expect("a list");
    assert!(all.iter().all(|finding| finding["severity"] == "warning" && finding["message"].is_string()), "{good}");
    desk.write("xau.toml", "[site]\ntitle = 1\nulr = \"x\"\n");
    let bad = desk.run(&["check", "xau.toml", "--format", "json"]);
    assert_eq!(bad.status.code(), Some(78));
    let findings = json(&stdout(&bad));
    let errors = findings.as_array().expect("a list").iter().filter(|finding| finding["severity"] == "error");
    let places: Vec<_> = errors.map(|error| (error["file"].as_str(), error["line"].as_u64())).collect();
    assert!(
        places.contains(&(Some("xau.toml"), Some(2))) && places.contains(&(Some("xau.toml"), Some(3))),
        "{findings}"
    );
    assert!(stderr(&bad).contains("error: xau.toml:2"), "people read it on the other stream: {}", stderr(&bad));
    let none = desk.run(&["check", "khong-co.toml", "--format", "json"]);
    assert_eq!(json(&stdout(&none))[0]["line"], serde_json::Value::Null);
}

#[test]
fn sources_show_how_each_is_doing() {
    let desk = polled();
    let rows = json(&desk.succeeds(&["sources", "--format", "json"]));
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&rows[0]["source"], &rows[0]["items"], &rows[0]["outcome"]),
        (&"bao-a".into(), &2.into(), &"new-items".into())
    );
    assert_eq!(rows[0]["newest_item"], "2026-11-22 09:30", "in the zone of the site");
    let table = desk.succeeds(&["sources"]);
    assert!(table.starts_with("SOURCE") && table.lines().count() == 3, "{table}");
    let one = desk.succeeds(&["sources", "bao-a"]);
    assert!(one.contains("Báo A") && one.contains("new-items"), "{one}");
    let polls = json(&desk.succeeds(&["sources", "bao-a", "--format", "json"]));
    assert_eq!((polls.as_array().map(Vec::len), &polls[0]["new"]), (Some(1), &2.into()));
    fails(&desk, &["sources", "bao-x"], 1, "bao-x");
}

#[test]
fn plan_names_every_host_and_request() {
    let desk = polled();
    let plan = json(&desk.succeeds(&["plan", "--format", "json"]));
    let requests = plan["hosts"][0]["requests"].as_array().expect("requests of the one host");
    // Two sources, three times an hour, for a day; the edges of the day may cut one off or add one.
    assert!((140..=146).contains(&requests.len()), "{}", requests.len());
    assert!(desk.succeeds(&["plan"]).contains("requests to 1 host in 24 hours"));
}

#[test]
fn search_finds_with_and_without_marks() {
    let desk = polled();
    let titles = |query: &[&str]| -> Vec<String> {
        let found = json(&desk.succeeds(&[&["search", "--format", "json"], query].concat()));
        found
            .as_array()
            .expect("a table")
            .iter()
            .map(|row| row["title"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    for query in
        [&["thông xe"][..], &["thong", "xe"], &["dong hoi"], &["Đồng Hới"], &["ĐỒNG HỚI"], &["\"cau dong hoi\""]]
    {
        assert_eq!(titles(query), ["Thông xe cầu Đồng Hới"], "{query:?}");
    }
    assert_eq!(titles(&["dak mil"]), ["Đắk Mil được mùa cà phê"]);
    assert_eq!(titles(&["đồng hối"]), [""; 0], "a word with marks is found only so written");
    assert_eq!(titles(&["phóng viên", "--limit", "1"]).len(), 1);
    let nothing = desk.run(&["search", "khongcogihet"]);
    assert!(nothing.status.success() && nothing.stdout.is_empty());
    assert!(stderr(&nothing).contains("nothing found"));
    assert!(stderr(&desk.run(&["search", "*"])).contains("`*`, which has no letter and no digit"));
    let story = json(&desk.succeeds(&["search", "thông xe", "--format", "json"]));
    assert_eq!(story.as_array().map(Vec::len), Some(1), "a story with a copy is found once");
    for query in ["\"", "*", "OR", "a AND", "NEAR(", "-", "'; DROP TABLE item; --", "%"] {
        assert_eq!(desk.run(&["search", "--", query]).status.code(), Some(0), "{query}");
    }
}

#[test]
fn why_explains_an_address_an_id_and_a_key() {
    let desk = polled();
    let text = desk.succeeds(&["why", "https://bao.example/cau.html"]);
    for word in ["`bao-a`", "`bao-b`", "origin", "copy", "giao-thong", "thông xe", "same id or link"] {
        assert!(text.contains(word), "no word of `{word}` in\n{text}");
    }
    let by_link = json(&desk.succeeds(&["why", "http://www.bao.example/cau.html?utm_source=x", "--format", "json"]));
    assert_eq!(by_link.as_array().map(Vec::len), Some(2));
    let key = by_link[0]["story"].as_str().expect("a story has a key").to_owned();
    assert_eq!(json(&desk.succeeds(&["why", &key, "--format", "json"])), by_link);
    let by_guid = json(&desk.succeeds(&["why", "17", "--format", "json"]));
    let id = by_guid[0]["id"].as_str().expect("an item has an id");
    assert!(id.starts_with("tag:tin.example.vn,2026:item/"), "{id}");
    assert_eq!(json(&desk.succeeds(&["why", id, "--format", "json"])), by_guid);
    fails(&desk, &["why", "https://bao.example/khong-co.html"], 1, "is not known");
}

#[test]
fn export_gives_items_as_lines_and_sources_as_an_outline_that_import_reads() {
    let desk = polled();
    let lines: Vec<Value> = desk.succeeds(&["export", "jsonl"]).lines().map(json).collect();
    assert_eq!(lines.len(), 3);
    for name in ["id", "source", "story", "title", "url", "published", "updated", "text", "topics"] {
        assert!(lines.iter().all(|line| !line[name].is_null()), "{name}");
    }
    let outline = desk.succeeds(&["export", "opml"]);
    let file = desk.write("nguon.opml", &outline);
    // In a folder without a configuration every id is free.
    let empty = tempfile::tempdir().expect("a temporary folder can be made");
    let output = bantin().arg("import").arg(&file).current_dir(empty.path()).output().expect("the program runs");
    assert!(output.status.success(), "{}", stderr(&output));
    let blocks: toml::Table = stdout(&output).parse().expect("it is TOML");
    let sources = blocks["source"].as_array().expect("blocks of sources");
    let of = |name: &str| sources.iter().filter_map(|source| source[name].as_str()).collect::<Vec<_>>();
    assert_eq!(of("id"), ["bao-a", "bao-b"]);
    assert_eq!(of("url"), [desk.press.url("/a.rss"), desk.press.url("/b.rss")]);
    // Beside the configuration they are taken.
    let blocks: toml::Table = desk.succeeds(&["import", "nguon.opml"]).parse().expect("it is TOML");
    assert_eq!(blocks["source"][0]["id"].as_str(), Some("bao-a-2"));
    desk.write("xau.opml", "đây không phải OPML");
    fails(&desk, &["import", "xau.opml"], 1, "xau.opml");
    fails(&desk, &["import", "khong-co.opml"], 1, "khong-co.opml");
}

#[test]
fn a_closed_pipe_is_success() {
    let desk = polled();
    let many: Vec<Item> = (0..400)
        .map(|n| {
            let text = format!("Đoạn văn dài để ống dẫn đầy, bài số {n}. ").repeat(40);
            item(&format!("https://bao.example/{n}.html"), &format!("Bài số {n}"), "Sun, 22 Nov 2026 09:30:00 +0700")
                .text(&text)
        })
        .collect();
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &many)));
    desk.succeeds(&["poll"]);
    for args in [&["export", "jsonl"][..], &["plan", "--format", "json"]] {
        let mut child =
            desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is a pipe")).read_line(&mut line).expect("the first line");
        assert!(!line.is_empty());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{args:?}");
    }
}

#[test]
fn nobody_listening_is_success_too() {
    let desk = polled();
    for args in [&["completions", "bash"][..], &["completions", "zsh"], &["man"], &["sources"], &["plan"], &["help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let child = desk.command(args).stdout(writer).stderr(Stdio::piped()).spawn().expect("the program starts");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn completions_and_manual_pages_are_made_of_the_same_source() {
    for shell in ["bash", "zsh", "fish"] {
        let output = bantin().args(["completions", shell]).output().expect("the program runs");
        assert!(output.status.success(), "{shell}");
        let script = stdout(&output);
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
    }
    let page = stdout(&bantin().arg("man").output().expect("the program runs"));
    assert!(page.contains(".TH bantin 1") && page.contains("Exit status"), "{page}");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let output = bantin().arg("man").arg(folder.path()).output().expect("the program runs");
    assert!(output.status.success() && output.stdout.is_empty());
    for name in ["bantin.1", "bantin-run.1", "bantin-why.1"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn read_prints_one_line_a_document_also_for_what_cannot_be_read() {
    let desk = Desk::new(CONFIGURATION);
    desk.write("tot.xml", rss("Báo A", &news()));
    desk.write("xau.xml", "không phải bản tin");
    desk.write(
        "list.jsonl",
        "{\"file\": \"tot.xml\", \"note\": 1}\n{\"file\": \"xau.xml\"}\n{\"file\": \"khong-co.xml\"}\n",
    );
    let lines = |args: &[&str], status: i32| -> Vec<Value> {
        let output = desk.run(args);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", stderr(&output));
        stdout(&output).lines().map(json).collect()
    };
    let good = lines(&["read", "tot.xml"], 0);
    assert_eq!((good.len(), &good[0]["kind"], &good[0]["title"]), (1, &"rss".into(), &"Báo A".into()));
    assert_eq!(good[0]["items"][0]["published"], "2026-11-22T09:30:00+07:00");
    assert_eq!(good[0]["items"][1]["id"], "17");
    let both = lines(&["read", "tot.xml", "xau.xml", "khong-co.xml"], 1);
    let batch = lines(&["read", "--batch", "list.jsonl"], 1);
    for answers in [both, batch] {
        let ok: Vec<_> = answers.iter().map(|line| (line["file"].clone(), line["ok"].clone())).collect();
        assert_eq!(
            ok,
            [("tot.xml".into(), true.into()), ("xau.xml".into(), false.into()), ("khong-co.xml".into(), false.into())]
        );
    }
    desk.press.put("/a.rss", Page::rss(rss("Báo trên mạng", &news())));
    let fetched = lines(&["read", &desk.press.url("/a.rss")], 0);
    assert_eq!(fetched[0]["title"], "Báo trên mạng");
    assert_eq!(lines(&["read", &desk.press.url("/khong-co")], 1)[0]["ok"], false);
    assert!(!desk.path("bantin.db").exists());
}

#[test]
fn eval_prints_the_daemon_s_own_judgement() {
    let desk = Desk::new(CONFIGURATION);
    desk.write(
        "tin.jsonl",
        "{\"id\": \"1\", \"source\": \"x\", \"title\": \"Thông xe cầu mới\", \"url\": \"\", \"published\": \"\", \"text\": \"Sáng nay.\"}\n\
         {\"id\": \"2\", \"source\": \"x\", \"title\": \"Trời mưa\", \"url\": \"\", \"published\": \"\", \"text\": \"Mưa to.\"}\n",
    );
    assert_eq!(desk.succeeds(&["eval", "topics", "tin.jsonl", "--config", "feeds.toml"]), "1\tgiao-thong\n2\t\n");
    let shipped = desk.succeeds(&["eval", "topics", "tin.jsonl"]);
    assert_eq!(shipped.lines().count(), 2, "the shipped rules judge without a configuration");
    let stories: String = (0..40)
        .map(|n| {
            format!(
                "{{\"id\": \"{n}\", \"source\": \"x\", \"title\": \"Tin số {n}\", \"url\": \"\", \"published\": \"2026-06-05T07:30:00+07:00\", \
                 \"text\": \"Sáng nay huyện khánh thành cầu nối hai xã ven sông, người dân hai bờ không còn phải chờ phà.\"}}\n"
            )
        })
        .collect();
    desk.write("truyen.jsonl", stories);
    let output = desk.run(&["eval", "stories", "truyen.jsonl", "--progress"]);
    assert_eq!(stdout(&output).lines().count(), 40);
    assert!(stderr(&output).contains("judged 100 % of `truyen.jsonl`"), "{}", stderr(&output));
    let strict = "[stories]\nsame = 0.7\nrelated = 0.5\n";
    desk.configure("Bản tin thử", &format!("{strict}{CONFIGURATION}"));
    let tried = desk.run(&["eval", "stories", "truyen.jsonl", "--config", "feeds.toml"]);
    assert_eq!(
        (stdout(&tried), stderr(&tried)),
        (stdout(&output), String::new()),
        "quiet unless asked, the same by default"
    );
    desk.write(
        "ngay.jsonl",
        "{\"raw\": \"22/11/2026 09:30\"}\n{\"raw\": \"Sat, 27 Jan 24 14:15:00 +0700\"}\n{\"raw\": \"hôm nào đó\"}\n",
    );
    assert_eq!(
        desk.succeeds(&["eval", "dates", "ngay.jsonl", "--timezone", "Asia/Ho_Chi_Minh"]),
        "22/11/2026 09:30\t2026-11-22T02:30:00Z\nSat, 27 Jan 24 14:15:00 +0700\t2024-01-27T07:15:00Z\nhôm nào đó\t\n"
    );
    fails(&desk, &["eval", "dates", "khong-co.jsonl"], 1, "khong-co.jsonl");
    fails(&desk, &["eval", "dates", "ngay.jsonl", "--timezone", "Hà Nội"], 1, "--timezone");
}
