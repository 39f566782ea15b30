//! Facts to findings. Pure.

use chrono::{Datelike as _, TimeDelta};

use super::facts::{Configuration, Daemon, Database, Directory, DirectoryFault, Facts, Tried, Unit, Unreached};
use super::{Area, Finding, Level};
use crate::model::counted;
use crate::store::{StoreError, Trouble};

/// Less than this free is an emergency: the next large batch will not fit.
const LEAST_FREE: u64 = 64 << 20;

/// Less than this free deserves attention, and so does less than the database takes: a backup beside it would not fit.
const SCARCE_FREE: u64 = 512 << 20;

/// A log larger than this has not been taken into the file for long: something reads and never ends.
const LARGE_LOG: u64 = 256 << 20;

/// A backup older than this is no nightly one.
const OLD_BACKUP: TimeDelta = TimeDelta::days(3);

/// No clock that is right shows an earlier year.
const THIS_PROGRAM: i32 = 2026;

/// Restarts by systemd that are no accident any more.
const MANY_RESTARTS: u32 = 3;

const READ_JOURNAL: &str = "`journalctl -u bantin -p warning` says why";

/// Judges everything; the order is that of the areas, and what an area found first comes first.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    match &facts.configuration {
        Ok(read) => configuration(&mut found, read, facts),
        Err(errors) => {
            for error in errors {
                found.push(broken(Area::Configuration, error, "`bantin check` shows the same after each change"));
            }
        }
    }
    if let Some(place) = &facts.directory {
        directory(&mut found, place);
    }
    match &facts.database {
        Some(known) => database(&mut found, known, facts),
        None => found.push(note(Area::Database, "not looked at, as no configuration says where it is", "")),
    }
    if let Ok(read) = &facts.configuration {
        network(&mut found, &facts.network, read.enabled > 0);
    }
    clock(&mut found, facts);
    service(&mut found, facts);
    found
}

fn finding(area: Area, level: Level, finding: impl Into<String>, advice: &str) -> Finding {
    let advice = (!advice.is_empty()).then(|| advice.to_owned());
    Finding { area, level, finding: finding.into(), advice }
}

fn ok(area: Area, text: impl Into<String>) -> Finding {
    finding(area, Level::Ok, text, "")
}

fn note(area: Area, text: impl Into<String>, advice: &str) -> Finding {
    finding(area, Level::Note, text, advice)
}

fn warning(area: Area, text: impl Into<String>, advice: &str) -> Finding {
    finding(area, Level::Warning, text, advice)
}

fn broken(area: Area, text: impl Into<String>, advice: &str) -> Finding {
    finding(area, Level::Broken, text, advice)
}

fn configuration(found: &mut Vec<Finding>, read: &Configuration, facts: &Facts) {
    const AREA: Area = Area::Configuration;
    let Configuration { file, sources, enabled, topics, .. } = read;
    found.push(ok(
        AREA,
        format!(
            "`{}` is good: {enabled} of {} enabled, {}",
            file.display(),
            counted(*sources, "source"),
            counted(*topics, "topic")
        ),
    ));
    for remark in &read.warnings {
        let place = format!("{}:{}:{}: {}", remark.file, remark.line, remark.column, remark.message);
        let expected = remark.expected.as_ref().map(|expected| format!("expected {expected}"));
        let advice: Vec<String> = expected.into_iter().chain(remark.hint.clone()).collect();
        found.push(warning(AREA, place, &advice.join("; ")));
    }
    if *enabled == 0 {
        found.push(warning(
            AREA,
            "nobody is polled: no source is enabled",
            "write `poll.contact`, take sources over from /usr/share/doc/bantin/examples/feeds.toml (or take away \
             `enabled = false`), then `bantin check && systemctl reload bantin`",
        ));
    }
    if !read.is_site_public {
        found.push(note(
            AREA,
            format!("`site.url` is `{}`, which leads readers elsewhere nowhere", read.site),
            "write the address that readers use, and `site.tag` once and for all, before the first of them subscribes",
        ));
    }
    let socket = unit(facts, "bantin.socket").is_some_and(|socket| socket.active == "active");
    if socket && read.names_listen {
        found.push(note(
            AREA,
            "`server.listen` is without effect: systemd holds the sockets",
            "`systemctl edit bantin.socket` changes the address; take `listen` out of the file",
        ));
    }
}

fn directory(found: &mut Vec<Finding>, place: &Directory) {
    const AREA: Area = Area::Configuration;
    let path = place.path.display();
    found.push(match place.fault {
        None => ok(AREA, format!("`publish.directory` `{path}` can be written")),
        Some(DirectoryFault::Missing) => {
            note(AREA, format!("`publish.directory` `{path}` is not there yet: the daemon makes it"), "")
        }
        Some(DirectoryFault::NoDirectory) => broken(
            AREA,
            format!("`publish.directory` `{path}` is no directory"),
            "name another, or move that file away",
        ),
        Some(DirectoryFault::Unwritable) => broken(
            AREA,
            format!("`publish.directory` `{path}` cannot be written"),
            "give it to the user that bantin runs as",
        ),
        Some(DirectoryFault::Foreign { owner, expected }) => broken(
            AREA,
            format!("`publish.directory` `{path}` belongs to user {owner}, bantin runs as user {expected}"),
            &format!("`chown {expected} {path}`; under systemd, systemd/examples/publish.conf shows how"),
        ),
    });
}

fn database(found: &mut Vec<Finding>, known: &Database, facts: &Facts) {
    const AREA: Area = Area::Database;
    let path = known.path.display();
    match &known.verified {
        Ok(sound) => found.push(ok(
            AREA,
            format!(
                "`{path}` is whole: {}, {}, {}",
                counted(sound.stories, "story"),
                counted(sound.items, "item"),
                size(known.room.file + known.room.log)
            ),
        )),
        Err(StoreError::Missing { .. }) => found.push(note(
            AREA,
            format!("`{path}` is not there yet"),
            "`bantin run` makes it, and so does `bantin poll`",
        )),
        Err(error) => {
            let back = match (&known.newest_backup, error.trouble()) {
                (Some(backup), Trouble::Damaged) => format!(
                    "`systemctl stop bantin.service bantin.socket`, `bantin restore {}`, `systemctl start bantin.socket \
                     bantin.service`",
                    backup.display()
                ),
                (_, Trouble::ReadOnly) => "run `bantin doctor` as root, or as the user that bantin runs as".to_owned(),
                _ => String::new(),
            };
            found.push(broken(AREA, error.to_string(), &back));
        }
    }
    for file in &known.strangers {
        found.push(broken(
            AREA,
            format!("`{}` belongs to another user than the database, and bantin cannot write it", file.display()),
            &format!("`chown --reference={path} {}`", file.display()),
        ));
    }
    let folder = known.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    match known.folder {
        None => {}
        Some(DirectoryFault::Missing) => found.push(note(AREA, format!("its folder `{folder}` is not there yet"), "")),
        Some(DirectoryFault::NoDirectory) => {
            found.push(broken(AREA, format!("`{folder}` is no directory"), "name another `store.path`"));
        }
        Some(DirectoryFault::Unwritable) => found.push(broken(
            AREA,
            format!("its folder `{folder}` cannot be written"),
            "the folder must be writable for the user that bantin runs as, and its file system not mounted read-only",
        )),
        Some(DirectoryFault::Foreign { owner, expected }) => found.push(broken(
            AREA,
            format!("its folder `{folder}` belongs to user {owner}, the database to user {expected}"),
            &format!("`chown {expected} {folder}`"),
        )),
    }
    room(found, known);
    if known.verified.is_ok() {
        backups(found, known, facts);
        sources(found, known, facts);
    }
}

fn room(found: &mut Vec<Finding>, known: &Database) {
    const AREA: Area = Area::Database;
    let taken = known.room.file + known.room.log;
    if let Some(free) = known.disk_free {
        let left = format!("{} free on its file system", size(free));
        const MAKE_ROOM: &str = "make room there, or lower `store.keep` and say `bantin prune`";
        found.push(if free < LEAST_FREE {
            broken(AREA, left, MAKE_ROOM)
        } else if free < SCARCE_FREE.max(taken) {
            warning(AREA, format!("{left}, too little for a backup beside it or some months of news"), MAKE_ROOM)
        } else {
            ok(AREA, left)
        });
    }
    if known.room.log > LARGE_LOG {
        found.push(warning(
            AREA,
            format!("its log has grown to {}: something has been reading it for long", size(known.room.log)),
            "end other programs that have the file open, or `systemctl restart bantin`",
        ));
    }
}

fn backups(found: &mut Vec<Finding>, known: &Database, facts: &Facts) {
    const AREA: Area = Area::Database;
    const SWITCH_ON: &str =
        "`systemctl enable --now bantin-backup.timer` makes one every night; `bantin backup FILE` one now";
    let timer = unit(facts, "bantin-backup.timer").is_some_and(|timer| timer.active == "active");
    match known.backed_up_at {
        None if timer => found.push(note(AREA, "never backed up so far; the timer is on", "")),
        None => found.push(warning(AREA, "never backed up", SWITCH_ON)),
        Some(at) if facts.now - at > OLD_BACKUP => {
            let days = (facts.now - at).num_days();
            let advice = if timer { "`journalctl -u bantin-backup` says why the timer made none" } else { SWITCH_ON };
            found.push(warning(AREA, format!("last backed up {} ago", counted(days, "day")), advice));
        }
        Some(at) => found.push(ok(AREA, format!("backed up {}", at.format("%Y-%m-%d %H:%M UTC")))),
    }
}

fn sources(found: &mut Vec<Finding>, known: &Database, facts: &Facts) {
    let Ok(Configuration { enabled, .. }) = &facts.configuration else { return };
    let troubled = [(known.broken_sources, "broken"), (known.silent_sources, "silent against their habit")];
    let words: Vec<String> =
        troubled.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !words.is_empty() {
        let said = format!("of {}, {}", counted(*enabled, "source"), words.join(" and "));
        found.push(warning(Area::Sources, said, "`bantin sources` says which, since when, why, and what to do"));
    } else if *enabled > 0 {
        found.push(ok(Area::Sources, format!("none of {enabled} is broken or silent")));
    }
}

/// Judges what came of trying hosts: one that cannot be reached is its own affair, all of them are ours.
pub fn network(found: &mut Vec<Finding>, tried: &[Tried], has_sources: bool) {
    const AREA: Area = Area::Network;
    let failed: Vec<(&str, &Unreached)> =
        tried.iter().filter_map(|tried| Some((tried.host.as_str(), tried.result.as_ref().err()?))).collect();
    if tried.is_empty() {
        if has_sources {
            found.push(note(AREA, "no source has a host that could be tried", ""));
        } else {
            found.push(note(AREA, "not tried, as no source is enabled", ""));
        }
        return;
    }
    if failed.is_empty() {
        found.push(ok(AREA, format!("{} of sources found and reached", counted(tried.len(), "host"))));
        return;
    }
    let why = |(host, unreached): &(&str, &Unreached)| match unreached {
        Unreached::Name(why) => format!("`{host}` is not found ({why})"),
        Unreached::Connection(why) => format!("`{host}` cannot be reached ({why})"),
    };
    let list = failed.iter().map(why).collect::<Vec<_>>().join(", ");
    if failed.len() < tried.len() {
        let said = format!("{} of {} hosts of sources reached; {list}", tried.len() - failed.len(), tried.len());
        found.push(note(AREA, said, "that is their affair: `bantin sources` says more"));
    } else if failed.iter().all(|(_, unreached)| matches!(unreached, Unreached::Name(_))) {
        found.push(broken(
            AREA,
            list,
            "see to the name servers in /etc/resolv.conf (`resolvectl status`), or to the cable",
        ));
    } else {
        const LOOK: &str =
            "see to the route, the firewall (a drop-in with IPAddressAllow= counts), or set `poll.proxy`";
        found.push(broken(AREA, list, LOOK));
    }
}

fn clock(found: &mut Vec<Finding>, facts: &Facts) {
    const AREA: Area = Area::Clock;
    const SET: &str = "`timedatectl set-ntp true`, or set the clock by hand";
    let shown = facts.now.format("%Y-%m-%d %H:%M UTC");
    let newest =
        facts.database.as_ref().and_then(|known| known.verified.as_ref().ok()).and_then(|sound| sound.newest_poll);
    if facts.now.year() < THIS_PROGRAM {
        found.push(broken(AREA, format!("it shows {shown}, which cannot be: certificates seem not yet valid"), SET));
    } else if let Some(newest) = newest.filter(|newest| *newest > facts.now + TimeDelta::minutes(5)) {
        let newest = newest.format("%Y-%m-%d %H:%M UTC");
        found.push(broken(AREA, format!("it shows {shown}, but the last poll was at {newest}: it went back"), SET));
    } else if facts.clock_synchronised == Some(false) {
        found.push(warning(AREA, format!("it shows {shown} and is not synchronised"), "`timedatectl set-ntp true`"));
    } else {
        found.push(ok(AREA, format!("it shows {shown}")));
    }
}

fn unit<'a>(facts: &'a Facts, name: &str) -> Option<&'a Unit> {
    facts.units.iter().find(|unit| unit.name == name && unit.is_installed)
}

fn service(found: &mut Vec<Finding>, facts: &Facts) {
    const AREA: Area = Area::Service;
    let service = unit(facts, "bantin.service");
    daemon(found, facts, service);
    let Some(service) = service else {
        if facts.units.is_empty() {
            found.push(note(AREA, "systemd does not answer here: who starts bantin is not known", ""));
        } else {
            found.push(note(AREA, "bantin.service is not installed", "the Debian package brings it (README)"));
        }
        return;
    };
    if service.enabled != "enabled" {
        found.push(warning(
            AREA,
            format!("bantin.service is `{}`: it will not start with the machine", service.enabled),
            "`systemctl enable bantin.service bantin.socket`",
        ));
    }
    if service.restarts > MANY_RESTARTS {
        let said = format!("systemd had to restart it {} times since it was started", service.restarts);
        found.push(warning(AREA, said, READ_JOURNAL));
    }
    if facts.units.iter().any(|unit| unit.is_installed && unit.needs_reload) {
        found.push(warning(AREA, "unit files have changed since systemd read them", "`systemctl daemon-reload`"));
    }
    if unit(facts, "bantin.socket").is_some_and(|socket| socket.active != "active") && service.active == "active" {
        found.push(warning(
            AREA,
            "bantin.socket is not active: readers are refused during a restart",
            "`systemctl enable --now bantin.socket`, then `systemctl restart bantin`",
        ));
    }
}

fn daemon(found: &mut Vec<Finding>, facts: &Facts, service: Option<&Unit>) {
    const AREA: Area = Area::Service;
    match &facts.daemon {
        Daemon::Running { version, troubles } => {
            let ours = env!("CARGO_PKG_VERSION");
            if version != ours {
                let said = format!("the daemon that runs is bantin {version}, this is {ours}");
                found.push(warning(AREA, said, "`systemctl restart bantin` takes the new one into service"));
            }
            for trouble in troubles {
                found.push(broken(AREA, trouble, READ_JOURNAL));
            }
            if troubles.is_empty() {
                found.push(ok(AREA, format!("bantin {version} is running and well")));
            }
        }
        Daemon::Forbidden => {
            found.push(note(
                AREA,
                "a daemon is running, and only its user and root may ask it",
                "`sudo bantin doctor`",
            ));
        }
        Daemon::Mute => found.push(broken(
            AREA,
            "a bantin holds the database and does not answer",
            "the watchdog of systemd restarts it within a minute; without systemd, end it and start it again",
        )),
        Daemon::Off => match service {
            Some(service) if service.active == "failed" && service.status == 78 => {
                found.push(broken(
                    AREA,
                    "bantin.service refused its configuration (exit status 78)",
                    "`bantin check`, then `systemctl restart bantin`",
                ));
            }
            Some(service) if service.active == "failed" => {
                let said = format!("bantin.service has failed: {} (exit status {})", service.result, service.status);
                found.push(broken(AREA, said, READ_JOURNAL));
            }
            Some(service) if service.active == "active" && facts.configuration.is_err() => found.push(note(
                AREA,
                "bantin.service is running, with the configuration that it had",
                "a good one is taken over by `systemctl reload bantin`",
            )),
            Some(service) if service.active == "active" => found.push(warning(
                AREA,
                "bantin.service is running, but with another database",
                "`store.path` of its configuration and of this one differ: name it absolutely, or give `--config`",
            )),
            Some(service) => found.push(warning(
                AREA,
                format!("bantin.service is {}", service.active),
                "`systemctl enable --now bantin.socket bantin.service`",
            )),
            None => found.push(note(AREA, "no daemon is running", "`bantin run`, or install it as a service (README)")),
        },
    }
}

/// A size as people read it.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes < 10 << 20 => format!("{} KiB", bytes >> 10),
        bytes if bytes < 10 << 30 => format!("{} MiB", bytes >> 20),
        bytes => format!("{} GiB", bytes >> 30),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
