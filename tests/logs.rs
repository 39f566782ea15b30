//! What the daemon logs: JSON on request, the journal's fields and priorities, bursts in one line, and never a secret.

mod common;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::daemon::{Daemon, Manager};
use common::{BAO_A, Desk, Page, ask, item, rss, stderr, wait_for};
use serde_json::Value;

const BROKEN: &str = "[[source]]\nid = \"bao-hong\"\nurl = \"PRESS/gone.rss\"\nschedule = \"0 0 1 1 *\"\n";

/// A desk with a source that works and one that does not.
fn desk() -> Desk {
    let desk = Desk::new(&format!("{BAO_A}{BROKEN}"));
    let first = item("https://bao.example/1.html", "Lễ hội mùa thu", "Sun, 22 Nov 2026 08:00:00 +0700");
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first])));
    desk
}

#[test]
fn json_is_one_object_a_line_with_the_source_and_the_outcome_once() {
    let desk = desk();
    let mut daemon = Daemon::spawn(&desk, desk.command(&["--log-format", "json", "run"]));
    daemon.waits_for_log("polled source `bao-a`");
    daemon.waits_for_log("poll of source `bao-hong` failed");
    daemon.stops();
    let log = daemon.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    for line in &lines {
        for member in ["timestamp", "level", "message"] {
            assert!(line[member].is_string(), "{member} in {line}");
        }
    }
    let about = |id: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["span"]["source.id"] == id && line["outcome"].is_string()).collect()
    };
    let [good] = about("bao-a")[..] else { panic!("one line a poll: {log}") };
    assert_eq!((good["level"].as_str(), good["outcome"].as_str()), (Some("INFO"), Some("new-items")));
    assert_eq!(good["items.new"], 1);
    let [bad] = about("bao-hong")[..] else { panic!("one line a poll: {log}") };
    assert_eq!((bad["level"].as_str(), bad["outcome"].as_str()), (Some("WARN"), Some("not-found")));
    for line in log.lines() {
        assert!(line.matches("\"source.id\"").count() <= 1, "it is told once: {line}");
    }
}

/// One entry as the journal's native protocol sends it: names with all their values, in order.
fn entry(datagram: &[u8]) -> BTreeMap<String, Vec<String>> {
    let mut fields = BTreeMap::<String, Vec<String>>::new();
    let mut rest = datagram;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').expect("a line ends");
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            // A value with line breaks: its length in eight bytes, the value, and the end of the line.
            None => {
                let (length, behind) = rest.split_at(8);
                let length = u64::from_le_bytes(length.try_into().expect("eight bytes"));
                let (value, behind) = behind.split_at(usize::try_from(length).expect("it is in memory"));
                rest = &behind[1..];
                (line, String::from_utf8_lossy(value).into_owned())
            }
        };
        fields.entry(name).or_default().push(value);
    }
    fields
}

/// The program, run where `/run/systemd/journal` is `folder`; `None`, loudly, where no such place can be made.
fn where_the_journal_is(folder: &std::path::Path, desk: &Desk, args: &[&str]) -> Option<Command> {
    const MOVE_IN: &str = "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && \
         mount --bind \"$0\" /run/systemd/journal && exec \"$@\"";
    let moved = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", MOVE_IN]).arg(folder).arg(program);
        command
    };
    let tried = moved("true").stdout(Stdio::null()).stderr(Stdio::piped()).output();
    match tried {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            eprintln!("SKIPPED: no mount namespace can be made here: {}", stderr(&output));
            return None;
        }
        Err(error) => {
            eprintln!("SKIPPED: unshare: {error}");
            return None;
        }
    }
    let plain = desk.command(args);
    let mut command = moved(&plain.get_program().to_string_lossy());
    command.args(plain.get_args()).current_dir(desk.folder.path());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Some(command)
}

#[test]
fn the_journal_gets_fields_once_and_the_priorities_that_admins_filter_by() {
    let (desk, folder) = (desk(), tempfile::tempdir().expect("a folder"));
    let journal = UnixDatagram::bind(folder.path().join("socket")).expect("a socket");
    journal.set_read_timeout(Some(Duration::from_millis(200))).expect("a time-out");
    let Some(mut command) = where_the_journal_is(folder.path(), &desk, &["run"]) else { return };
    let file = std::fs::File::create(desk.path("log")).expect("a log can be written");
    let meta = file.metadata().expect("it is open");
    command.env("JOURNAL_STREAM", format!("{}:{}", meta.dev(), meta.ino()));
    let child = command.stderr(file).stdout(Stdio::null()).spawn().expect("the program starts");
    let _daemon = common::Running(child);

    let mut entries = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    wait_for("the lines of both polls", || {
        while let Ok(length) = journal.recv(&mut buffer) {
            entries.push(entry(&buffer[..length]));
        }
        let of = |outcome: &str| entries.iter().any(|entry| entry.get("OUTCOME").is_some_and(|all| all[0] == outcome));
        (of("new-items") && of("not-found")).then_some(())
    });
    let of = |outcome: &str| {
        let all: Vec<_> =
            entries.iter().filter(|entry| entry.get("OUTCOME").is_some_and(|all| all[0] == outcome)).collect();
        assert_eq!(all.len(), 1, "one line a poll: {entries:#?}");
        all[0].clone()
    };
    let good = of("new-items");
    assert_eq!(good["SOURCE_ID"], ["bao-a"]);
    assert_eq!((&good["PRIORITY"], &good["ITEMS_NEW"]), (&vec!["6".to_owned()], &vec!["1".to_owned()]));
    assert!(good["MESSAGE"][0].starts_with("polled source `bao-a`: "), "{good:#?}");
    let bad = of("not-found");
    assert_eq!((&bad["SOURCE_ID"], &bad["PRIORITY"]), (&vec!["bao-hong".to_owned()], &vec!["4".to_owned()]));
    assert_eq!(bad["SYSLOG_IDENTIFIER"], ["bantin"]);
    assert_eq!(std::fs::read_to_string(desk.path("log")).expect("it is there"), "", "not a second time on stderr");
}

#[test]
fn a_burst_of_equal_warnings_is_summarised() {
    let sources: String = (0..60).map(|n| BROKEN.replace("bao-hong", &format!("bao-hong-{n}"))).collect();
    let desk = Desk::new(&format!("{BAO_A}{sources}"));
    desk.opens_admin();
    desk.press.put("/a.rss", Page::error(503));
    let mut daemon = Daemon::start(&desk);
    let admin = daemon.admin();
    // Whoever has been counted tells of it in the next moment.
    wait_for("all polls", || {
        let metrics = ask(&admin, "/metrics", &[]).expect("the admin address answers");
        metrics.text().contains("bantin_polls_total{outcome=\"not-found\"} 60\n").then_some(())
    });
    daemon.waits_for_log("poll of source `bao-a` failed");
    daemon.stops();
    let log = daemon.log();
    let told = log.lines().filter(|line| line.contains("poll of source `bao-hong-") && !line.contains("more like it"));
    let told = told.count();
    assert_eq!(told, 20, "{log}");
    let summary = log.lines().find(|line| line.contains("more like it") && line.contains("HTTP 404"));
    let summary = summary.unwrap_or_else(|| panic!("a summary that says what they were like: {log}"));
    let held: usize =
        summary.split("… and ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a number").parse().expect("one");
    assert!((35..=40).contains(&held), "{summary}");
    assert!(summary.contains("WARN") && summary.contains(" more like it in the last minute: "), "{summary}");
}

/// Every secret of the configuration below; none may be seen anywhere.
const SECRETS: [(&str, &str); 6] = [
    ("KHOA_TRANG", "bimat-trang-1234567890"),
    ("KHOA_CHUYEN_MUC", "bimat-chuyenmuc-1234567890"),
    ("KHOA_TIEU_DE", "bimat-tieude-1234567890"),
    ("KHOA_AGENT", "bimat-agent-1234567890"),
    ("PROXY", "http://nguoi-dung:bimat-proxy-1234567890@127.0.0.1:9/"),
    ("COOKIE", "phien=bimat-cookie-1234567890"),
];

const WITH_SECRETS: &str = r#"headers = { x-khoa = { env = "KHOA_TIEU_DE" }, cookie = { env = "COOKIE" } }
user_agent = { env = "KHOA_AGENT" }
[[source]]
id = "qua-proxy"
url = "PRESS/proxied.rss"
schedule = "0 0 1 1 *"
proxy = { env = "PROXY" }
[[source]]
id = "chuyen-huong"
url = "PRESS/moved.rss"
schedule = "0 0 1 1 *"
[[topic]]
id = "noi-bo"
title = "Nội bộ"
strong = ["lễ hội"]
token = { env = "KHOA_CHUYEN_MUC" }
"#;

#[test]
fn no_secret_is_seen_anywhere() {
    let desk = Desk::new(&format!("{BAO_A}{WITH_SECRETS}"));
    let config = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    let server = "[server]\nadmin = \"127.0.0.1:0\"\ntoken = { env = \"KHOA_TRANG\" }\n";
    desk.write("feeds.toml", config.replace("[server]\n", server));
    // What a source says in a redirection is no secret of ours, and still no password to be told.
    let elsewhere = desk.press.url("/gone.rss").replace("http://", "http://ai-do:bimat-chuyen-1234567890@");
    desk.press.put("/moved.rss", Page::redirect(301, &elsewhere));
    let first = item("https://bao.example/1.html", "Lễ hội mùa thu", "Sun, 22 Nov 2026 08:00:00 +0700");
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first])));
    let as_service = |args: &[&str]| {
        let mut command = desk.command(args);
        command.envs(SECRETS).env("BANTIN_LOG", "trace");
        command
    };
    let daemon = Daemon::start_as(&desk, as_service(&["run"]));
    let admin = daemon.admin();
    for id in ["bao-a", "qua-proxy", "chuyen-huong"] {
        wait_for("each poll", || {
            let log = daemon.log();
            let told = |line: &str| line.contains(&format!("source `{id}`")) && line.contains("outcome=");
            log.lines().any(told).then_some(())
        });
    }
    assert_eq!(desk.press.last_seen("/a.rss").header("x-khoa"), Some("bimat-tieude-1234567890"), "it is sent");

    let mut seen = Vec::new();
    for path in ["/status", "/metrics", "/debug"] {
        seen.push((path.to_owned(), ask(&admin, path, &[]).expect("it answers").text().to_owned()));
    }
    for path in ["/", "/opml.xml", "/sources.opml", "/feed.atom", "/health", "/topics/noi-bo", "/feed", "/nowhere"] {
        for token in ["bimat-trang-1234567890", "bimat-chuyenmuc-1234567890", "bimat-sai-1234567890"] {
            let address = format!("{path}?token={token}");
            let answer = ask(&daemon.address, &address, &[]).expect("it answers");
            // Where it was shown in the address it is given back in that of a redirection.
            if answer.status != 301 {
                seen.push((address, format!("{:?}\n{}", answer.headers, answer.text())));
            }
        }
        let bearer =
            [("Authorization", "Bearer bimat-trang-1234567890"), ("Referer", "http://x/?token=bimat-1234567890")];
        let answer = ask(&daemon.address, path, &bearer).expect("it answers");
        seen.push((path.to_owned(), format!("{:?}\n{}", answer.headers, answer.text())));
    }
    for args in [
        &["sources", "--format", "json"][..],
        &["sources"],
        &["check"],
        &["check", "--format", "json"],
        &["check", "--fetch"],
        &["poll", "qua-proxy", "bao-a"],
        &["export", "opml"],
        &["plan"],
        &["doctor"],
    ] {
        let output = as_service(args).output().expect("the program runs");
        seen.push((args.join(" "), format!("{}{}", common::stdout(&output), stderr(&output))));
        // Not every command is run where the secrets are.
        let output = desk.run(args);
        seen.push((args.join(" "), format!("{}{}", common::stdout(&output), stderr(&output))));
    }
    let wrong = "[[source]]\nid = \"sai\"\nurl = \"https://ai:bimat-dia-chi-1@bao.example/rss\"\n\
         proxy = \"ftp://ai:bimat-proxy-2@10.0.0.1/\"\nheaders = { authorization = \"Bearer bimat-thang-3\" }\n";
    let broken = desk.write("sai.toml", config.replace("[[source]]", &format!("{wrong}[[source]]")));
    let output = desk.run(&["check", &broken.display().to_string()]);
    assert_eq!(output.status.code(), Some(78));
    seen.push(("check sai.toml".to_owned(), format!("{}{}", common::stdout(&output), stderr(&output))));
    seen.push(("the log".to_owned(), daemon.log()));

    for (place, text) in seen {
        assert!(
            !text.contains("bimat-"),
            "{place}:\n{}",
            text.lines().filter(|line| line.contains("bimat-")).collect::<Vec<_>>().join("\n")
        );
    }
}

/// Articles of these hours since `begin`.
fn hourly(begin: chrono::DateTime<chrono::Utc>, hours: impl DoubleEndedIterator<Item = i64>) -> Page {
    let article = |hour: i64| {
        let date = (begin + chrono::TimeDelta::hours(hour)).to_rfc2822();
        item(&format!("https://bao.example/{hour}.html"), &format!("Bản tin giờ thứ {hour} về đê"), &date)
    };
    Page::rss(rss("Báo A", &hours.rev().map(article).collect::<Vec<_>>()))
}

#[test]
fn a_silence_is_told_once_with_what_is_usual_and_so_is_its_end() {
    let desk = Desk::new(&BAO_A.replace("0 0 1 1 *", "* * * * * *"));
    let manager = Manager::new(&desk);
    let start = || {
        let mut command = desk.command(&["run"]);
        command.env("NOTIFY_SOCKET", &manager.path).env("WATCHDOG_USEC", "500000");
        Daemon::start_as(&desk, command)
    };
    // Hour 10 was four days ago, hour 106 is now.
    let begin = chrono::Utc::now() - chrono::TimeDelta::hours(106);
    desk.press.put("/a.rss", hourly(begin, 0..=0));
    let mut daemon = start();
    daemon.waits_for_page("/feed.atom", "giờ thứ 0");
    manager.hears("WATCHDOG=1", 2);
    assert!(!daemon.log().contains("silent"), "one article is no habit");
    desk.press.put("/a.rss", hourly(begin, 0..=9));
    daemon.waits_for_log("source `bao-a` is silent: usually something new every 60 min, nothing for 4 d");
    manager.hears("WATCHDOG=1", manager.count("WATCHDOG=1") + 3);
    assert_eq!(daemon.log().matches("is silent").count(), 1, "{}", daemon.log());
    daemon.stops();

    let mut daemon = start();
    daemon.waits_for_log("silent against their own habit: bao-a; `bantin sources` says more");
    desk.press.put("/a.rss", hourly(begin, (0..=9).chain([106])));
    daemon.waits_for_log("source `bao-a` is no longer silent");
    daemon.stops();
}
