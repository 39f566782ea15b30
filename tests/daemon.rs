//! The daemon as a process: what systemd, signals, other commands and readers see of it.

mod common;

use std::ffi::CString;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use common::daemon::{Daemon, Manager};
use common::{
    Answer, BAO_A, Desk, Item, PATIENCE, Page, Running, ask, assert_sound, item, mode, rss, stderr, wait_for,
};

fn first() -> Item {
    item("https://bao.example/1.html", "Lễ hội mùa thu ở Hoa Lư", "Sun, 22 Nov 2026 08:00:00 +0700")
}

fn second() -> Item {
    item("https://bao.example/2.html", "Đường mới qua đèo Ba Dội", "Sun, 22 Nov 2026 09:00:00 +0700")
}

fn desk() -> Desk {
    let desk = Desk::new(BAO_A);
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first()])).etag("\"1\""));
    desk
}

#[test]
fn it_polls_at_the_start_serves_what_it_found_and_stops_when_told() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    let health = daemon.get("/health");
    assert_eq!(health.status, 200, "{}", health.text());
    assert_eq!(daemon.get("/khong-co").status, 404);
    assert_eq!(desk.press.seen("/a.rss").len(), 1);
    let feed = daemon.get("/feed.atom");
    assert_eq!(std::fs::read(desk.path("public/feed.atom")).expect("it is a file too"), feed.body);
    daemon.stops();
    assert!(!desk.path("control.sock").exists(), "it cleans up behind itself");
    assert_sound(&desk.path("bantin.db"));
    assert!(daemon.log().contains("stopped"));
}

#[test]
fn it_does_not_wait_for_a_slow_source_when_told_to_stop() {
    // Far longer than anybody waits for the end of a daemon.
    let desk = Desk::new(&format!("{BAO_A}timeout = \"10m\"\n"));
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first()])).slow(PATIENCE * 5));
    let mut daemon = Daemon::start(&desk);
    wait_for("the request", || (!desk.press.seen("/a.rss").is_empty()).then_some(()));
    daemon.stops();
    assert_sound(&desk.path("bantin.db"));
}

#[test]
fn what_it_knew_survives_a_restart() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    let before = daemon.get("/feed.atom");
    daemon.stops();
    let daemon = Daemon::start(&desk);
    let after = daemon.get("/feed.atom");
    assert_eq!(after.body, before.body);
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(desk.press.seen("/a.rss").len(), 1, "the next time due survives too");
}

/// What readers and their caches hold on to of some documents: bytes, tag, date.
fn told(daemon: &Daemon) -> Vec<(Vec<u8>, String, SystemTime)> {
    let header = |answer: &Answer, name: &str| answer.header(name).expect("it is told").to_owned();
    TOLD.iter()
        .map(|path| {
            let answer = daemon.get(path);
            let date = httpdate::parse_http_date(&header(&answer, "last-modified")).expect("it is a date");
            (answer.body.clone(), header(&answer, "etag"), date)
        })
        .collect()
}

/// Kept ready, files too, and made on request.
const TOLD: [&str; 5] = ["/feed.atom", "/feed.rss", "/feed.json", "/opml.xml", "/sources/bao-a.atom"];

#[test]
fn over_restarts_bytes_tags_and_dates_stay_and_no_date_goes_back() {
    let desk = desk();
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[second(), first()])));
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Đường mới");
    let at_first = told(&daemon);
    // Dates are told in whole seconds; the newest entry leaves, and its date with it.
    wait_for("the next second", || {
        at_first.iter().all(|told| told.2.elapsed().is_ok_and(|age| age.as_secs() >= 1)).then_some(())
    });
    desk.succeeds(&["takedown", "https://bao.example/2.html"]);
    wait_for("its disappearance", || (!daemon.get("/feed.atom").text().contains("Đường mới")).then_some(()));
    let before = told(&daemon);
    for (place, path) in TOLD.iter().enumerate() {
        assert_eq!(
            before[place].2 > at_first[place].2,
            *path != "/opml.xml",
            "{path} is dated by when its bytes changed"
        );
    }
    daemon.stops();

    let mut daemon = Daemon::start(&desk);
    assert!(told(&daemon) == before, "a restart changes nothing that readers are told");
    let written = desk.path("public/feed.rss").metadata().and_then(|meta| meta.modified()).expect("it is a file too");
    assert_eq!(written, before[1].2, "a server of files tells the same");
    daemon.process.signal(libc::SIGKILL);
    daemon.process.ends();

    // Another title, in a file that says it is from long ago: put back from a backup.
    desk.configure("Tên mới", BAO_A);
    let file = std::fs::File::options().write(true).open(desk.path("feeds.toml")).expect("it is there");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("a date can be set");
    let mut daemon = Daemon::start(&desk);
    let after = told(&daemon);
    for (place, path) in TOLD.iter().enumerate() {
        assert_ne!(after[place].1, before[place].1, "{path} has another title");
        assert!(after[place].2 >= before[place].2, "{path} went back in time");
    }
    daemon.stops();
}

#[test]
fn it_tells_systemd_when_it_is_ready_alive_reloading_and_stopping() {
    let desk = desk();
    let manager = Manager::new(&desk);
    let mut command = desk.command(&["run"]);
    command.env("NOTIFY_SOCKET", &manager.path).env("WATCHDOG_USEC", "400000");
    let mut daemon = Daemon::start_as(&desk, command);
    manager.hears("READY=1", 1);
    assert_eq!(daemon.get("/health").status, 200, "ready means serving");
    manager.hears("WATCHDOG=1", 3);
    assert!(manager.heard().iter().any(|line| line.starts_with("STATUS=")));
    assert_eq!(manager.count("STOPPING=1"), 0);
    daemon.process.signal(libc::SIGHUP);
    manager.hears("RELOADING=1", 1);
    manager.hears("READY=1", 2);
    let said = |line: &str| manager.heard().iter().rposition(|heard| heard == line);
    assert!(said("RELOADING=1") < said("READY=1"));
    assert!(manager.heard().iter().any(|line| line.starts_with("MONOTONIC_USEC=")));
    let beats = manager.count("WATCHDOG=1");
    manager.hears("WATCHDOG=1", beats + 2);
    daemon.stops();
    manager.hears("STOPPING=1", 1);
}

#[test]
fn a_good_configuration_is_taken_whole_on_hangup() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    desk.press.put("/b.rss", Page::rss(rss("Báo B", &[second()])));
    let topic = "[[topic]]\nid = \"le-hoi\"\ntitle = \"Lễ hội\"\nstrong = [\"lễ hội\"]\n";
    desk.configure(
        "Tên mới",
        &format!("{BAO_A}{}{topic}", BAO_A.replace("bao-a", "bao-b").replace("/a.rss", "/b.rss")),
    );
    daemon.process.signal(libc::SIGHUP);
    daemon.waits_for_log("configuration read again: 2 sources enabled");
    daemon.waits_for_page("/feed.atom", "<title>Tên mới</title>");
    daemon.waits_for_page("/topics/le-hoi.atom", "Lễ hội mùa thu");
    daemon.waits_for_page("/feed.atom", "Đường mới qua đèo");
    assert!(
        std::fs::read_to_string(desk.path("public/topics/le-hoi.json")).expect("a file").contains("Lễ hội mùa thu")
    );
    daemon.stops();
}

#[test]
fn a_bad_configuration_changes_nothing_and_the_log_says_why() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    let before = daemon.get("/feed.atom");
    desk.configure("Tên mới", &format!("{BAO_A}shcedule = \"* * * * *\"\n[[topic]]\nid = \"x\"\ntitle = \"X\"\n"));
    daemon.process.signal(libc::SIGHUP);
    daemon.waits_for_log("the old one stays in force");
    daemon.waits_for_log("unknown key `shcedule`");
    let after = daemon.get("/feed.atom");
    assert_eq!((after.status, &after.body), (200, &before.body));
    desk.configure("Tên mới", BAO_A);
    daemon.process.signal(libc::SIGHUP);
    daemon.waits_for_page("/feed.atom", "<title>Tên mới</title>");
    daemon.stops();
}

#[test]
fn a_slow_reload_holds_up_nobody_and_one_asked_for_meanwhile_is_made_up_for() {
    let every_second = BAO_A.replace("0 0 1 1 *", "* * * * * *");
    let desk = desk();
    desk.configure("Bản tin thử", &every_second);
    std::fs::copy(desk.path("feeds.toml"), desk.path("first")).expect("it can be copied");
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    // A pipe is a file that takes its time: a reload has it open, and waits for what stands in it.
    let path = desk.path("feeds.toml");
    std::fs::remove_file(&path).expect("it is there");
    let name = CString::new(path.as_os_str().as_bytes()).expect("no zero in it");
    // SAFETY: the name is a string that ends with a zero and outlives the call.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    daemon.process.signal(libc::SIGHUP);
    let pipe = || std::fs::File::options().write(true).open(&path).expect("the daemon reads the other end");
    let mut slow = pipe();
    let polls = || desk.press.seen("/a.rss").len();
    let before = polls();
    wait_for("two more polls during the reload", || (polls() >= before + 2).then_some(()));
    daemon.process.signal(libc::SIGHUP);
    let before = polls();
    wait_for("two more polls after the second signal", || (polls() >= before + 2).then_some(()));
    assert_eq!(daemon.get("/health").status, 200);
    assert!(!daemon.log().contains("configuration read again"));
    let text =
        |title: &str| std::fs::read_to_string(desk.path("first")).expect("it is text").replace("Bản tin thử", title);
    slow.write_all(text("Tên thứ nhất").as_bytes()).expect("it is read");
    drop(slow);
    daemon.waits_for_page("/feed.atom", "<title>Tên thứ nhất</title>");
    // What has changed behind the back of the first is read now.
    pipe().write_all(text("Tên thứ hai").as_bytes()).expect("it is read");
    daemon.waits_for_page("/feed.atom", "<title>Tên thứ hai</title>");
    daemon.stops();
}

#[test]
fn an_unchanged_configuration_changes_no_byte_and_polls_nobody() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    let paths = ["/feed.atom", "/feed.rss", "/feed.json", "/opml.xml", "/sources.opml", "/sources/bao-a.atom", "/"];
    let all = || paths.map(|path| (daemon.get(path).body, daemon.get(path).header("etag").map(str::to_owned)));
    let before = all();
    daemon.process.signal(libc::SIGHUP);
    daemon.waits_for_log("configuration read again");
    assert!(all() == before);
    assert_eq!(desk.press.seen("/a.rss").len(), 1);
    daemon.stops();
}

#[test]
fn poll_beside_the_daemon_goes_through_its_control_socket() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    assert_eq!(mode(&desk.path("control.sock")), 0o600);
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[second(), first()])));
    let table: serde_json::Value =
        serde_json::from_str(&desk.succeeds(&["poll", "bao-a", "--format", "json"])).expect("it is JSON");
    assert_eq!((&table[0]["source"], &table[0]["new"]), (&"bao-a".into(), &1.into()));
    // Only who polled knows: a poll of the command's own would reach neither the daemon's log nor its readers.
    daemon.waits_for_log("items.new=1");
    assert_eq!(daemon.log().matches("polled source `bao-a`").count(), 2);
    daemon.waits_for_page("/feed.atom", "Đường mới qua đèo");
    let unknown = desk.run(&["poll", "bao-x"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("there is no source `bao-x`"), "{}", stderr(&unknown));
    desk.press.put("/a.rss", Page::error(500));
    assert_eq!(desk.run(&["poll"]).status.code(), Some(1), "a source that failed");
    daemon.stops();
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first()])));
    desk.succeeds(&["poll"]);
    assert!(!desk.path("control.sock").exists(), "without a daemon it polls by itself");
}

#[test]
fn a_socket_left_behind_by_a_killed_daemon_is_no_hindrance() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.process.signal(libc::SIGKILL);
    daemon.process.ends();
    assert!(desk.path("control.sock").exists());
    desk.succeeds(&["poll"]);
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    daemon.stops();
}

/// Starts one more daemon, which must end at once with status 1 and this word.
#[track_caller]
fn is_refused(desk: &Desk, word: &str) {
    let log = std::fs::File::create(desk.path("refused")).expect("a log can be written");
    let child = desk.command(&["run"]).stderr(log).spawn().expect("the program starts");
    let status = Running(child).ends();
    let said = std::fs::read_to_string(desk.path("refused")).expect("a log is text");
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains(word), "{said}");
}

#[test]
fn a_second_daemon_on_the_same_database_is_refused_with_a_clear_word() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    is_refused(&desk, "another bantin is running with this database");
    assert_eq!(daemon.get("/health").status, 200);
    assert!(desk.path("control.sock").exists(), "the first keeps its socket");
    desk.succeeds(&["poll"]);
    daemon.stops();
}

#[test]
fn a_second_daemon_is_refused_also_where_it_would_look_for_another_socket() {
    let desk = desk();
    std::fs::create_dir(desk.path("run")).expect("a folder can be made");
    let mut command = desk.command(&["run"]);
    command.env("RUNTIME_DIRECTORY", desk.path("run"));
    let mut daemon = Daemon::start_as(&desk, command);
    assert_eq!(mode(&desk.path("run/control.sock")), 0o600);
    is_refused(&desk, "another bantin is running with this database");
    daemon.process.signal(libc::SIGKILL);
    daemon.process.ends();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    daemon.stops();
}

#[test]
fn the_database_of_another_daemon_is_not_even_opened() {
    // Opening may change its schema: here it would make one where there is none.
    let desk = desk();
    let database = desk.write("bantin.db", "");
    let claim = bantin::daemon::control::claim(&database).expect("nobody has it");
    is_refused(&desk, "another bantin is running with this database");
    assert_eq!(std::fs::read(&database).expect("it is there"), b"");
    assert!(!desk.path("bantin.db-wal").exists());
    drop(claim);
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    daemon.stops();
}

#[test]
fn an_address_that_is_taken_is_named() {
    let desk = desk();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let text = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there").replace("127.0.0.1:0", &address);
    desk.write("feeds.toml", text);
    is_refused(&desk, &format!("cannot listen on `{address}`"));
}

#[test]
fn sockets_that_systemd_passes_win_over_the_configuration() {
    let desk = desk();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/", listener.local_addr().expect("it has an address"));
    let mut command = Command::new("sh");
    // The socket comes in as stdin and goes on as the descriptor that systemd uses; the process id stays that of `sh`.
    command
        .args(["-c", "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" run", env!("CARGO_BIN_EXE_bantin")])
        .current_dir(desk.folder.path())
        .stdin(Stdio::from(OwnedFd::from(listener)));
    let mut daemon = Daemon::start_as(&desk, command);
    assert_eq!(daemon.address, address);
    assert_eq!(ask(&address, "/health", &[]).expect("it answers there").status, 200);
    assert!(daemon.log().contains("`server.listen`"), "a warning that the key is without effect");
    daemon.stops();
}

#[test]
fn every_problem_of_a_bad_configuration_is_said_at_once_with_status_78() {
    let desk = desk();
    let bad = "[[source]]\nid = \"bao-a\"\nurl = \"PRESS/a.rss\"\nschedule = \"*/5 * *\"\n\
               [[source]]\nid = \"bao-a\"\nurl = \"ftp://x/\"\nprovince = \"Atlantis\"\nsection = [\"khong-co\"]\n";
    desk.configure("Bản tin", bad);
    for args in [&["run"][..], &["check"], &["poll"], &["sources"]] {
        let output = desk.run(args);
        assert_eq!(output.status.code(), Some(78), "{args:?}");
        let text = stderr(&output);
        for problem in ["*/5 * *", "bao-a", "ftp://x/", "Atlantis", "khong-co"] {
            assert!(text.contains(problem), "{args:?}: no word of `{problem}` in\n{text}");
        }
        assert!(text.contains("feeds.toml:"), "{text}");
    }
    assert!(!desk.path("bantin.db").exists());
}

#[test]
fn secrets_reach_the_source_and_no_log_page_or_database() {
    let secret = "bi-mat-4f9c2e";
    let desk = Desk::new(&format!("{BAO_A}headers = {{ \"X-Khoa\" = {{ env = \"BANTIN_KHOA\" }} }}\n"));
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first()])));
    let mut command = desk.command(&["run", "--log", "trace"]);
    command.env("BANTIN_KHOA", secret);
    let mut daemon = Daemon::start_as(&desk, command);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    assert_eq!(desk.press.last_seen("/a.rss").header("x-khoa"), Some(secret));
    let mut seen = daemon.log();
    for path in ["/", "/sources.opml", "/sources/bao-a", "/health"] {
        seen.push_str(daemon.get(path).text());
    }
    daemon.stops();
    seen.push_str(&daemon.log());
    assert!(seen.len() > 10_000, "there is a log to look at");
    assert!(!seen.contains(secret), "{}", seen.lines().find(|line| line.contains(secret)).unwrap_or_default());
    assert!(!holds(&desk.path("bantin.db"), secret));
    desk.configure(
        "Bản tin",
        &BAO_A
            .replace("http://", "http://nguoi:bi-mat-4f9c2e@")
            .replace("PRESS", "http://nguoi:bi-mat-4f9c2e@bao.example"),
    );
    let refused = desk.run(&["check"]);
    assert_eq!(refused.status.code(), Some(78));
    assert!(!stderr(&refused).contains(secret), "{}", stderr(&refused));
}

fn holds(file: &Path, text: &str) -> bool {
    let mut bytes = Vec::new();
    std::fs::File::open(file).expect("it is there").read_to_end(&mut bytes).expect("it can be read");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn serving_goes_on_while_every_source_is_down() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội mùa thu");
    let before = daemon.get("/feed.atom").body;
    desk.press.put("/a.rss", Page::error(502));
    assert_eq!(desk.run(&["poll"]).status.code(), Some(1));
    daemon.waits_for_log("poll of source `bao-a` failed");
    assert_eq!(daemon.get("/feed.atom").body, before, "errors are never items");
    assert_eq!(daemon.get("/health").status, 200);
    daemon.stops();
}

#[test]
fn a_day_passes_in_minutes_where_the_clock_runs_fast() {
    let desk =
        Desk::new("[[source]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"PRESS/a.rss\"\nschedule = \"0 * * * *\"\n");
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first()])));
    let mut daemon = Daemon::start_as(&desk, desk.command(&["run", "--clock-speed", "3600"]));
    // Every hour, which takes a second: by a clock that does not run fast this would be waited for in vain.
    wait_for("four polls", || (desk.press.seen("/a.rss").len() >= 4).then_some(()));
    daemon.stops();
}
