use std::path::PathBuf;

use super::super::{Area, Finding, Level};
use super::*;
use crate::daemon::doctor::facts::Configuration;
use crate::model::Instant;
use crate::store::sqlite::upkeep::{Room, Sound};

fn now() -> Instant {
    Instant::from_timestamp(1_795_400_000, 0).expect("in range")
}

fn well() -> Facts {
    let unit = |name: &str| Unit {
        name: name.to_owned(),
        is_installed: true,
        active: "active".to_owned(),
        enabled: "enabled".to_owned(),
        result: "success".to_owned(),
        ..Unit::default()
    };
    Facts {
        now: now(),
        configuration: Ok(Configuration {
            file: PathBuf::from("/etc/bantin/feeds.toml"),
            sources: 3,
            enabled: 2,
            topics: 1,
            is_site_public: true,
            site: "https://tin.example.vn/".to_owned(),
            ..Configuration::default()
        }),
        directory: None,
        database: Some(Database {
            path: PathBuf::from("/var/lib/bantin/bantin.db"),
            folder: None,
            verified: Ok(Sound { items: 5, stories: 4, newest_poll: Some(now() - TimeDelta::minutes(9)) }),
            room: Room { file: 40 << 20, log: 1 << 20, free: 0 },
            disk_free: Some(9 << 30),
            backed_up_at: Some(now() - TimeDelta::hours(20)),
            newest_backup: Some(PathBuf::from("/var/lib/bantin/backups/bantin-20261126T010000Z.db")),
            strangers: Vec::new(),
            is_held: true,
            broken_sources: 0,
            silent_sources: 0,
        }),
        network: vec![Tried { host: "bao.example:443".to_owned(), result: Ok(()) }],
        clock_synchronised: Some(true),
        daemon: Daemon::Running { version: env!("CARGO_PKG_VERSION").to_owned(), troubles: Vec::new() },
        units: ["bantin.service", "bantin.socket", "bantin-backup.timer"].map(unit).to_vec(),
    }
}

/// Everything that is found beyond what is as it should be.
fn complaints(change: impl FnOnce(&mut Facts)) -> Vec<Finding> {
    let mut facts = well();
    change(&mut facts);
    judge(&facts).into_iter().filter(|finding| finding.level > Level::Ok).collect()
}

/// The only complaint.
#[track_caller]
fn complaint(change: impl FnOnce(&mut Facts)) -> Finding {
    let mut found = complaints(change);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

#[track_caller]
fn assert_found(found: &Finding, area: Area, level: Level, text: &str, advice: &str) {
    assert_eq!((found.area, found.level), (area, level), "{found:?}");
    assert!(found.finding.contains(text), "{found:?}");
    assert!(found.advice.as_deref().unwrap_or_default().contains(advice), "{found:?}");
}

fn database(facts: &mut Facts) -> &mut Database {
    facts.database.as_mut().expect("there is one")
}

fn configuration(facts: &mut Facts) -> &mut Configuration {
    facts.configuration.as_mut().expect("it is good")
}

fn set_unit(facts: &mut Facts, name: &str, change: impl FnOnce(&mut Unit)) {
    change(facts.units.iter_mut().find(|unit| unit.name == name).expect("it is there"));
}

#[test]
fn a_service_in_good_health_is_told_so_area_by_area() {
    assert_eq!(complaints(|_| {}), []);
    let areas: Vec<Area> = judge(&well()).iter().map(|finding| finding.area).collect();
    assert!(areas.is_sorted(), "{areas:?}");
    for area in [Area::Configuration, Area::Database, Area::Sources, Area::Network, Area::Clock, Area::Service] {
        assert!(areas.contains(&area), "{area:?}");
    }
}

#[test]
fn whatever_is_broken_or_warned_of_comes_with_advice() {
    let all = [
        complaints(|facts| facts.configuration = Err(vec!["feeds.toml:1:1: no".to_owned()])),
        complaints(|facts| configuration(facts).enabled = 0),
        complaints(|facts| database(facts).disk_free = Some(0)),
        complaints(|facts| database(facts).room.log = 1 << 30),
        complaints(|facts| facts.daemon = Daemon::Mute),
        complaints(|facts| set_unit(facts, "bantin.service", |unit| unit.restarts = 9)),
        complaints(|facts| set_unit(facts, "bantin.service", |unit| unit.needs_reload = true)),
    ];
    for found in all.into_iter().flatten() {
        assert!(found.advice.is_some() || found.level == Level::Note, "{found:?}");
    }
}

#[test]
fn a_bad_configuration_is_told_error_by_error() {
    let found = complaints(|facts| {
        facts.configuration = Err(vec!["feeds.toml:3:1: one".to_owned(), "feeds.toml:9:1: two".to_owned()]);
        facts.database = None;
    });
    assert_found(&found[0], Area::Configuration, Level::Broken, "feeds.toml:3:1: one", "bantin check");
    assert_found(&found[1], Area::Configuration, Level::Broken, "two", "bantin check");
    assert_found(&found[2], Area::Database, Level::Note, "not looked at", "");
}

#[test]
fn a_fresh_installation_is_told_what_to_do_next() {
    let found = complaints(|facts| {
        configuration(facts).enabled = 0;
        configuration(facts).is_site_public = false;
        configuration(facts).site = "http://localhost:8080/".to_owned();
        facts.network = Vec::new();
    });
    assert_found(&found[0], Area::Configuration, Level::Warning, "nobody is polled", "examples/feeds.toml");
    assert_found(&found[1], Area::Configuration, Level::Note, "http://localhost:8080/", "site.tag");
    assert_found(&found[2], Area::Network, Level::Note, "no source is enabled", "");
}

#[test]
fn a_listen_without_effect_is_noticed_where_systemd_holds_the_sockets() {
    let found = complaint(|facts| configuration(facts).names_listen = true);
    assert_found(&found, Area::Configuration, Level::Note, "without effect", "systemctl edit bantin.socket");
    let off = complaints(|facts| {
        configuration(facts).names_listen = true;
        facts.units.clear();
    });
    assert!(off.iter().all(|finding| finding.area == Area::Service), "{off:?}");
}

#[test]
fn a_directory_that_files_cannot_be_put_into_is_named() {
    for (fault, level, text) in [
        (DirectoryFault::Missing, Level::Note, "not there yet"),
        (DirectoryFault::NoDirectory, Level::Broken, "no directory"),
        (DirectoryFault::Unwritable, Level::Broken, "cannot be written"),
        (DirectoryFault::Foreign { owner: 0, expected: 990 }, Level::Broken, "belongs to user 0"),
    ] {
        let path = PathBuf::from("/srv/tin");
        let found = complaint(|facts| facts.directory = Some(Directory { path, fault: Some(fault) }));
        assert_found(&found, Area::Configuration, level, text, "");
        let found = complaint(|facts| database(facts).folder = Some(fault));
        assert_eq!((found.area, found.level), (Area::Database, level), "{found:?}");
    }
}

#[test]
fn a_damaged_database_is_told_with_the_backup_that_would_replace_it() {
    let unsound = || StoreError::Unsound { path: "/x.db".to_owned(), complaint: "row 1 missing".to_owned() };
    let found = complaint(|facts| database(facts).verified = Err(unsound()));
    assert_found(&found, Area::Database, Level::Broken, "row 1 missing", "backups/bantin-20261126T010000Z.db");
    let found = complaint(|facts| {
        database(facts).verified = Err(unsound());
        database(facts).newest_backup = None;
    });
    assert_found(&found, Area::Database, Level::Broken, "without a backup", "");
}

#[test]
fn a_database_that_is_not_there_yet_is_no_fault() {
    let missing = StoreError::Missing { path: "/x.db".to_owned() };
    let found = complaint(|facts| database(facts).verified = Err(missing));
    assert_found(&found, Area::Database, Level::Note, "not there yet", "bantin run");
}

#[test]
fn scarce_room_is_told_before_it_is_gone() {
    let found = complaint(|facts| database(facts).disk_free = Some(300 << 20));
    assert_found(&found, Area::Database, Level::Warning, "300 MiB free", "store.keep");
    let found = complaint(|facts| database(facts).disk_free = Some(3 << 20));
    assert_found(&found, Area::Database, Level::Broken, "3072 KiB free", "store.keep");
    let found = complaint(|facts| database(facts).room.file = 12 << 30);
    assert_found(&found, Area::Database, Level::Warning, "too little for a backup", "");
    let found = complaint(|facts| database(facts).room.log = 300 << 20);
    assert_found(&found, Area::Database, Level::Warning, "log has grown to 300 MiB", "restart");
}

#[test]
fn files_of_another_user_beside_the_database_are_named() {
    let found = complaint(|facts| database(facts).strangers = vec![PathBuf::from("/x.db-wal")]);
    assert_found(&found, Area::Database, Level::Broken, "/x.db-wal", "chown --reference=");
}

#[test]
fn missing_and_old_backups_are_told_with_how_to_make_them() {
    let without_timer = |facts: &mut Facts| facts.units.retain(|unit| unit.name != "bantin-backup.timer");
    let found = complaint(|facts| {
        without_timer(facts);
        database(facts).backed_up_at = None;
    });
    assert_found(&found, Area::Database, Level::Warning, "never backed up", "enable --now bantin-backup.timer");
    let found = complaint(|facts| database(facts).backed_up_at = None);
    assert_found(&found, Area::Database, Level::Note, "the timer is on", "");
    let old = Some(now() - TimeDelta::days(9));
    let found = complaint(|facts| database(facts).backed_up_at = old);
    assert_found(&found, Area::Database, Level::Warning, "9 days ago", "journalctl -u bantin-backup");
    let found = complaint(|facts| {
        without_timer(facts);
        database(facts).backed_up_at = old;
    });
    assert_found(&found, Area::Database, Level::Warning, "9 days ago", "enable --now");
}

#[test]
fn broken_and_silent_sources_are_counted() {
    let found = complaint(|facts| (database(facts).broken_sources, database(facts).silent_sources) = (1, 1));
    assert_found(&found, Area::Sources, Level::Warning, "1 broken and 1 silent", "bantin sources");
}

#[test]
fn one_host_that_is_off_is_its_own_affair_and_all_of_them_are_ours() {
    let tried = |host: &str, result| Tried { host: host.to_owned(), result };
    let name = || Err(Unreached::Name("no such name".to_owned()));
    let connection = || Err(Unreached::Connection("refused".to_owned()));
    let found = complaint(|facts| facts.network = vec![tried("a:80", Ok(())), tried("b:80", connection())]);
    assert_found(&found, Area::Network, Level::Note, "1 of 2 hosts", "their affair");
    let found = complaint(|facts| facts.network = vec![tried("a:80", name()), tried("b:80", name())]);
    assert_found(&found, Area::Network, Level::Broken, "`a:80` is not found", "resolv.conf");
    let found = complaint(|facts| facts.network = vec![tried("a:80", name()), tried("b:80", connection())]);
    assert_found(&found, Area::Network, Level::Broken, "`b:80` cannot be reached", "firewall");
}

#[test]
fn a_clock_that_is_wrong_or_alone_is_told() {
    let found = complaint(|facts| facts.clock_synchronised = Some(false));
    assert_found(&found, Area::Clock, Level::Warning, "not synchronised", "set-ntp");
    let later = now() + TimeDelta::hours(2);
    let sound = Sound { items: 1, stories: 1, newest_poll: Some(later) };
    let found = complaint(|facts| database(facts).verified = Ok(sound));
    assert_found(&found, Area::Clock, Level::Broken, "it went back", "timedatectl");
    let found = complaints(|facts| facts.now = Instant::from_timestamp(0, 0).expect("in range"));
    assert!(found.iter().any(|found| found.area == Area::Clock && found.finding.contains("1970")), "{found:?}");
}

#[test]
fn what_the_daemon_says_is_wrong_is_passed_on() {
    let troubles = vec!["polling: disk full".to_owned()];
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let found = complaint(|facts| facts.daemon = Daemon::Running { version, troubles });
    assert_found(&found, Area::Service, Level::Broken, "disk full", "journalctl");
    let version = "0.0.1".to_owned();
    let found = complaint(|facts| facts.daemon = Daemon::Running { version, troubles: Vec::new() });
    assert_found(&found, Area::Service, Level::Warning, "bantin 0.0.1", "restart");
    let found = complaint(|facts| facts.daemon = Daemon::Forbidden);
    assert_found(&found, Area::Service, Level::Note, "root", "sudo");
    let found = complaint(|facts| facts.daemon = Daemon::Mute);
    assert_found(&found, Area::Service, Level::Broken, "does not answer", "watchdog");
}

#[test]
fn a_daemon_that_is_off_is_told_by_what_systemd_knows() {
    let off = |change: fn(&mut Unit)| {
        complaint(|facts| {
            facts.daemon = Daemon::Off;
            set_unit(facts, "bantin.service", change);
        })
    };
    let found = off(|unit| {
        "failed".clone_into(&mut unit.active);
        unit.status = 78;
    });
    assert_found(&found, Area::Service, Level::Broken, "78", "bantin check");
    let found = off(|unit| {
        "failed".clone_into(&mut unit.active);
        "watchdog".clone_into(&mut unit.result);
    });
    assert_found(&found, Area::Service, Level::Broken, "watchdog", "journalctl");
    let found = off(|unit| "inactive".clone_into(&mut unit.active));
    assert_found(&found, Area::Service, Level::Warning, "inactive", "enable --now");
    let found = off(|_| {});
    assert_found(&found, Area::Service, Level::Warning, "another database", "store.path");
    // Which database that is, nobody can tell while the file is broken.
    let found = complaints(|facts| {
        facts.configuration = Err(vec!["feeds.toml:1:1: it is bad".to_owned()]);
        facts.database = None;
        facts.daemon = Daemon::Off;
    });
    assert_found(
        found.last().expect("there are findings"),
        Area::Service,
        Level::Note,
        "the configuration that it had",
        "reload",
    );
}

#[test]
fn units_that_would_fail_later_are_named() {
    let found = complaint(|facts| set_unit(facts, "bantin.service", |unit| "disabled".clone_into(&mut unit.enabled)));
    assert_found(&found, Area::Service, Level::Warning, "not start with the machine", "systemctl enable");
    let found = complaint(|facts| set_unit(facts, "bantin.service", |unit| unit.restarts = 7));
    assert_found(&found, Area::Service, Level::Warning, "7 times", "journalctl");
    let found = complaint(|facts| set_unit(facts, "bantin.socket", |unit| unit.needs_reload = true));
    assert_found(&found, Area::Service, Level::Warning, "have changed", "daemon-reload");
    let found = complaint(|facts| set_unit(facts, "bantin.socket", |unit| "inactive".clone_into(&mut unit.active)));
    assert_found(&found, Area::Service, Level::Warning, "bantin.socket is not active", "enable --now");
}

#[test]
fn without_systemd_or_package_that_is_only_noted() {
    let found = complaint(|facts| facts.units.clear());
    assert_found(&found, Area::Service, Level::Note, "systemd does not answer", "");
    let found = complaint(|facts| facts.units.iter_mut().for_each(|unit| unit.is_installed = false));
    assert_found(&found, Area::Service, Level::Note, "not installed", "Debian package");
}
