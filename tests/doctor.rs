//! `bantin doctor` over real files, a real daemon, and a `systemctl` that says what a test wants.

mod common;

use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use common::daemon::Daemon;
use common::{BAO_A, Desk, Page, item, rss, stderr, stdout};
use serde_json::Value;

fn desk() -> Desk {
    let desk = Desk::new(BAO_A);
    let news = item("https://bao.example/1.html", "Tin số 1 về đê sông Đáy", "Sun, 22 Nov 2026 08:00:00 +0700");
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[news])));
    desk
}

/// Runs it where `systemctl` prints `units`, or is not there.
fn doctor_with(desk: &Desk, units: Option<&str>, args: &[&str]) -> Output {
    let folder = desk.path("tools");
    std::fs::create_dir_all(&folder).expect("it can be made");
    let tool = folder.join("systemctl");
    if let Some(units) = units {
        desk.write("tools/units", units);
        desk.write("tools/systemctl", "#!/bin/sh\nexec /bin/cat \"${0%/*}/units\"\n");
        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    let mut command = desk.command(&[&["doctor"], args].concat());
    command.env("PATH", &folder).output().expect("the program starts")
}

fn doctor(desk: &Desk) -> Output {
    doctor_with(desk, None, &[])
}

fn findings(desk: &Desk) -> Vec<(String, String, String)> {
    let output = doctor_with(desk, None, &["--format", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let text = |row: &Value, key: &str| row[key].as_str().expect("it is text").to_owned();
    let rows = found.as_array().expect("it is a list").iter();
    rows.map(|row| (text(row, "area"), text(row, "level"), text(row, "finding"))).collect()
}

#[track_caller]
fn assert_says(output: &Output, status: i32, lines: &[&str]) {
    let said = format!("{}{}", stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(status), "{said}");
    for line in lines {
        assert!(said.contains(line), "`{line}` is missing:\n{said}");
    }
}

#[test]
fn before_the_first_poll_nothing_is_broken_and_nothing_is_made() {
    let desk = desk();
    assert_says(
        &doctor(&desk),
        0,
        &["1 of 1 source enabled", "not there yet", "no daemon is running", "nothing is broken"],
    );
    assert!(!desk.path("bantin.db").exists(), "a doctor makes no database");
    assert!(!desk.path("bantin.db.lock").exists(), "nor anything beside it");
    assert_eq!(desk.press.all_seen().len(), 0, "nothing is asked of a site");
}

#[test]
fn beside_a_daemon_it_tells_what_the_daemon_says() {
    let desk = desk();
    let mut daemon = Daemon::start(&desk);
    desk.succeeds(&["poll"]);
    let running = format!("bantin {} is running and well", env!("CARGO_PKG_VERSION"));
    assert_says(
        &doctor(&desk),
        0,
        &["1 story, 1 item", &running, "1 host of sources found and reached", "never backed up"],
    );
    desk.succeeds(&["backup", "copy.db"]);
    assert_says(&doctor(&desk), 0, &["ok       backed up"]);
    daemon.stops();
    assert_says(&doctor(&desk), 0, &["no daemon is running"]);
}

#[test]
fn a_bad_configuration_is_told_and_the_rest_is_looked_at() {
    let desk = desk();
    desk.configure("Bản tin thử", "[[source]]\nid = \"x\"\nurl = \"ftp://bao.example/\"\nrank = \"erste\"\n");
    let output = doctor(&desk);
    assert_says(&output, 78, &["ftp://bao.example/", "rank", "clock", "2 things are broken"]);
    std::fs::remove_file(desk.path("feeds.toml")).expect("it is there");
    assert_says(&doctor_with(&desk, None, &["--config", "feeds.toml"]), 78, &["feeds.toml", "one thing is broken"]);
}

#[test]
fn a_damaged_database_is_broken_and_the_way_back_is_named() {
    let desk = desk();
    desk.succeeds(&["poll"]);
    std::fs::create_dir_all(desk.path("backups")).expect("it can be made");
    desk.succeeds(&["backup", "backups/bantin-20261101T000000Z.db"]);
    let file = desk.path("bantin.db");
    let mut bytes = std::fs::read(&file).expect("it is there");
    let page = bytes.len() / 4096 / 2 * 4096;
    bytes[page..page + 4096].fill(0xA5);
    std::fs::write(&file, bytes).expect("it is ours");
    assert_says(&doctor(&desk), 1, &["is damaged", "backups/bantin-20261101T000000Z.db", "bantin restore"]);
    desk.succeeds(&["restore", "backups/bantin-20261101T000000Z.db"]);
    assert_says(&doctor(&desk), 0, &["is whole"]);
}

#[test]
fn a_file_that_is_no_database_of_ours_is_named() {
    let desk = desk();
    desk.write("bantin.db", "Đây không phải cơ sở dữ liệu");
    assert_says(&doctor(&desk), 1, &["bantin.db", "broken"]);
}

#[test]
fn a_network_that_is_down_is_told_from_a_site_that_is() {
    let source = |id: &str, url: &str| format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n");
    // A name longer than any can be: nobody needs to be asked to know that it is not there.
    let nowhere = format!("http://{}.example/rss", "khong-co-".repeat(9));
    let desk = Desk::new(&source("a", &nowhere));
    let network =
        |desk: &Desk| findings(desk).into_iter().find(|(area, ..)| area == "network").expect("it is looked at");
    assert_eq!(network(&desk).1, "broken");
    desk.configure("Bản tin thử", &(source("a", &nowhere) + &source("b", "PRESS/b.rss")));
    assert_eq!(network(&desk).1, "note");
    desk.configure("Bản tin thử", &(source("b", "PRESS/b.rss") + "enabled = false\n"));
    assert_eq!(network(&desk).1, "note");
    assert!(findings(&desk).iter().any(|(.., found)| found.contains("no source is enabled")));
}

#[test]
fn a_directory_that_is_a_file_is_named() {
    let desk = desk();
    desk.write("public", "");
    assert_says(&doctor(&desk), 1, &["`publish.directory`", "is no directory"]);
}

#[test]
fn what_systemd_knows_of_the_service_is_told() {
    let desk = desk();
    let units = "Id=bantin.service\nLoadState=loaded\nActiveState=failed\nUnitFileState=enabled\nResult=exit-code\n\
                 ExecMainStatus=78\nNRestarts=0\nNeedDaemonReload=no\n\nId=bantin.socket\nLoadState=loaded\n\
                 ActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=yes\n\nId=bantin-backup.timer\n\
                 LoadState=not-found\nActiveState=inactive\n";
    let output = doctor_with(&desk, Some(units), &[]);
    let lines = ["refused its configuration (exit status 78)", "daemon-reload", "`server.listen` is without effect"];
    assert_says(&output, 1, &lines);
    assert_says(&doctor_with(&desk, Some(""), &[]), 0, &["systemd does not answer here"]);
}
