//! A day of the daemon in minutes: 200 sources on the farm, its clock running fast, everything counted that could leak.
//!
//! `cargo bench --bench day -- HOURS SPEED` (2 hours, 60 times as fast, without numbers). The daemon is the program itself, a
//! process of its own, `bantin run --clock-speed SPEED`; only its clock is fast: requests, their timeouts and the pauses between
//! them take the time they take. What happens in it:
//!
//! - 200 sources on hosts of their own, polled every 20 minutes; each brings an item every 15 minutes to 8 hours, an eighth of
//!   them copies of others; most answer 304 in between, some know no validators;
//! - every tenth source misbehaves in turn: 5xx, resets, half answers, hangs, bytes one by one, garbage, too much, 404;
//! - readers: feeds with and without validators, pages, searches, a connection that is left open, one that is broken off;
//! - the sysadmin: `/metrics` and `/status` every quarter of an hour, a reload every two hours, a backup every six, the database
//!   tidied at its hour.
//!
//! The hour in which everything is new does not count. Of the hours after it, the first and the last are compared: resident
//! memory may differ by [`FLAT`], and when readers have gone and no poll is under way, tasks, files and connections must be as
//! few as they were. Ends with an error where that does not hold. `benches/day` runs all 24 hours.
//!
//! Measured on two busy cores, 24 hours at 96 times the speed: resident memory 88.3 MiB in the first hour that counts and 89.0 in
//! the last (+0.9 %), files 65 to 56, sockets 48 to 37, tasks 55 to 40, threads 10 and 10; 15,134 polls, 8,558 answers to readers
//! and none without; stopped after 0.04 s. With only 20 entries a source the database is smaller than its caches in the first hour,
//! and memory grew from 65.6 MiB in hour 2 to 69.0 in hour 13 and 69.2 in hour 25, as they filled: hence the 60.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

#[path = "../tests/farm/mod.rs"]
mod farm;
mod news;

use farm::{Asked, Farm, Reply};
use news::{NewsItem, Newsroom};

const SOURCES: usize = 200;

/// Entries of a source's document: so many that what is stored in the first hour is more than the daemon keeps in memory of its
/// database, as it is after a while in earnest.
const SHOWN: usize = 60;

/// How far resident memory of the last hour may lie above that of the first.
const FLAT: f64 = 0.05;

/// Tasks, files and connections that the last hour may have beyond the first: polls under way and connections to the 200 hosts,
/// which are kept for some seconds, vary by about so much also at the least busy moment of an hour. What leaked once an hour, or
/// once a poll, would be more.
const SPARE: u64 = 20;

/// How often the daemon is measured, by its clock.
const EVERY: TimeDelta = TimeDelta::minutes(5);

/// The daemon's clock, as near as this process knows it.
#[derive(Clone, Copy)]
struct FastClock {
    start: DateTime<Utc>,
    began: Instant,
    speed: u32,
}

impl FastClock {
    fn now(&self) -> DateTime<Utc> {
        self.start + TimeDelta::from_std(self.began.elapsed() * self.speed).expect("a day is no long time")
    }

    fn hours(&self) -> f64 {
        (self.now() - self.start).num_seconds() as f64 / 3600.0
    }
}

/// What one source publishes, in order of time.
struct Desk {
    items: Vec<(DateTime<Utc>, NewsItem)>,
    /// Whether it knows validators.
    conditional: bool,
    misbehaves: bool,
}

impl Desk {
    fn answer(&self, number: usize, asked: &Asked, now: DateTime<Utc>) -> Reply {
        if self.misbehaves && asked.nth % 3 == 1 {
            let whole = || Reply::feed(self.document(number, now));
            return match asked.nth / 3 % 8 {
                0 => Reply::status(503),
                1 => Reply::reset(),
                2 => whole().truncated(),
                3 => Reply::hang(),
                4 => whole().trickling(Duration::from_millis(200)),
                5 => Reply::feed(vec![0xE1; 4000]),
                6 => Reply::feed(vec![b' '; 3 << 20]),
                _ => Reply::status(404),
            };
        }
        let etag = format!("\"{}\"", self.out(now));
        let reply = Reply::feed(self.document(number, now)).after(Duration::from_millis(10));
        if self.conditional { reply.unless_known(asked, &etag) } else { reply }
    }

    /// How many items are out by now.
    fn out(&self, now: DateTime<Utc>) -> usize {
        self.items.partition_point(|(at, _)| *at <= now)
    }

    fn document(&self, number: usize, now: DateTime<Utc>) -> String {
        let out = self.out(now);
        let mut text = format!("<rss version=\"2.0\"><channel><title>Báo số {number}</title>");
        for (at, (date, item)) in self.items[..out].iter().enumerate().rev().take(SHOWN) {
            let _ = write!(
                text,
                "<item><title>{}</title><link>http://bao-{number}.example/tin/{at}</link><pubDate>{}</pubDate>\
                 <description><![CDATA[{}]]></description></item>",
                item.title,
                date.to_rfc2822(),
                item.text.replace('\n', "<br>"),
            );
        }
        text + "</channel></rss>"
    }
}

/// The desks of all sources: items from a few days before `start` to `hours` after it.
fn desks(start: DateTime<Utc>, hours: u32) -> Vec<Desk> {
    let mut all: Vec<Desk> = (0..SOURCES)
        .map(|number| Desk { items: Vec::new(), conditional: number % 4 != 1, misbehaves: number % 10 == 3 })
        .collect();
    let mut due = Vec::new();
    for number in 0..SOURCES {
        // 15 minutes for the fastest, 8 hours for the slowest.
        let gap = TimeDelta::minutes(15 + (number * number % SOURCES) as i64 * 465 / SOURCES as i64);
        let mut at = start - gap * i32::try_from(SHOWN).expect("a few");
        let offset = gap * i32::try_from(number % 7).expect("a few") / 7;
        while at < start + TimeDelta::hours(i64::from(hours) + 2) {
            due.push((at + offset, number));
            at += gap;
        }
    }
    due.sort_unstable();
    let room = Newsroom::new(7, 2_000);
    for ((at, number), item) in due.into_iter().zip(room) {
        all[number].items.push((at, item));
    }
    all
}

fn configuration(farm: &Farm, desks: Vec<Desk>, clock: FastClock) -> String {
    let mut text = String::from(
        "[site]\ntitle = \"Một ngày\"\nurl = \"https://tin.example.vn/\"\ntag = \"tin.example.vn,2026\"\n\
         [server]\nlisten = [\"127.0.0.1:0\"]\nadmin = \"127.0.0.1:0\"\n[store]\npath = \"bantin.db\"\n\
         [poll]\nschedule = \"*/20 * * * *\"\ntimeout = \"2s\"\nmax_body = \"1 MiB\"\nhost_interval = \"20ms\"\n\
         contact = \"https://tin.example.vn/about\"\nallow_private_addresses = true\n[publish]\ndirectory = \"public\"\n\
         [[topic]]\nid = \"mot\"\ntitle = \"Một\"\nstrong = [\"ba\", \"tin\", \"đi\", \"hay\"]\n",
    );
    for (number, desk) in desks.into_iter().enumerate() {
        let host = farm.host(move |asked| match asked.path.as_str() {
            "/rss" => desk.answer(number, asked, clock.now()),
            _ => Reply::status(404),
        });
        let _ = write!(
            text,
            "[[source]]\nid = \"bao-{number}\"\noutlet = \"Báo số {number}\"\nurl = \"{}\"\n",
            host.url("/rss")
        );
    }
    text
}

/// Asks for a page; status, `ETag` and body.
fn ask(address: &str, path: &str, known: Option<&str>) -> std::io::Result<(u16, Option<String>, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let condition = known.map(|tag| format!("If-None-Match: {tag}\r\n")).unwrap_or_default();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: tin.example.vn\r\n{condition}Connection: close\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ").or_else(|| line.strip_prefix("ETag: ")));
    Ok((status, tag.map(str::to_owned), body.to_owned()))
}

/// Readers, ten questions a second, until told to go. Counts answers, and those that were none.
fn read_on(address: &str, gone: &AtomicBool, answered: &AtomicU64, refused: &AtomicU64) {
    let mut known: HashMap<String, String> = HashMap::new();
    let mut kept = Vec::new();
    for turn in 0_usize.. {
        if gone.load(Ordering::Relaxed) {
            return;
        }
        let path = match turn % 10 {
            0 => "/feed.atom".to_owned(),
            1 => "/topics/mot.rss".to_owned(),
            2 => "/".to_owned(),
            3 => format!("/sources/bao-{}.atom", turn / 10 % SOURCES),
            4 => format!("/search?q=tin+{}", turn % 1000),
            5 => "/feed.json".to_owned(),
            6 => format!("/khong-co/{turn}"),
            7 => "/opml.xml".to_owned(),
            8 => {
                // Goes away in the middle of its question, or of the answer.
                if let Ok(mut stream) = TcpStream::connect(address) {
                    let question: &[u8] =
                        if turn % 20 == 8 { b"GET /feed" } else { b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" };
                    let _ = stream.write_all(question);
                }
                continue;
            }
            _ => {
                // Stays without a word; the last few only, so that the others are seen to go.
                if turn % 100 == 9 {
                    kept.extend(TcpStream::connect(address));
                    kept.drain(..kept.len().saturating_sub(5));
                }
                "/health".to_owned()
            }
        };
        match ask(address, &path, known.get(&path).map(String::as_str)) {
            Ok((200 | 304 | 404, tag, _)) => {
                answered.fetch_add(1, Ordering::Relaxed);
                if let Some(tag) = tag.filter(|_| known.len() < 1000) {
                    known.insert(path, tag);
                }
            }
            Ok((status, _, _)) => {
                eprintln!("{path} was answered with {status}");
                refused.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                eprintln!("{path} was not answered: {error}");
                refused.fetch_add(1, Ordering::Relaxed);
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// What the daemon holds at one moment.
#[derive(Debug, Clone, Copy, Default)]
struct Measured {
    resident_kib: u64,
    anonymous_kib: u64,
    files: u64,
    sockets: u64,
    threads: u64,
    tasks: u64,
    polls: u64,
}

/// Measures; `None` while the daemon does not answer.
fn measure(process: u32, admin: &str) -> Option<Measured> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let field = |name: &str| -> Option<u64> {
        status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
    };
    let descriptors: Vec<_> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .ok()?
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .collect();
    let (_, _, metrics) = ask(admin, "/metrics", None).ok()?;
    let sum = |name: &str| -> u64 {
        let values =
            metrics.lines().filter_map(|line| line.strip_prefix(name)?.rsplit_once(' ')?.1.parse::<f64>().ok());
        values.sum::<f64>() as u64
    };
    Some(Measured {
        resident_kib: field("VmRSS:")?,
        anonymous_kib: field("RssAnon:")?,
        files: descriptors.len() as u64,
        sockets: descriptors.iter().filter(|target| target.to_string_lossy().starts_with("socket:")).count() as u64,
        threads: field("Threads:")?,
        tasks: sum("bantin_tasks"),
        polls: sum("bantin_polls_total{"),
    })
}

/// The means of one hour; of tasks, files, sockets and threads the fewest, as it is without polls and readers.
fn hour_of(all: &[Measured]) -> Measured {
    let mean = |what: fn(&Measured) -> u64| all.iter().map(what).sum::<u64>() / (all.len() as u64).max(1);
    let least = |what: fn(&Measured) -> u64| all.iter().map(what).min().unwrap_or_default();
    Measured {
        resident_kib: mean(|one| one.resident_kib),
        anonymous_kib: mean(|one| one.anonymous_kib),
        files: least(|one| one.files),
        sockets: least(|one| one.sockets),
        threads: least(|one| one.threads),
        tasks: least(|one| one.tasks),
        polls: all.last().map_or(0, |one| one.polls),
    }
}

/// The daemon; ends with this value.
struct Daemon(std::process::Child);

impl Daemon {
    fn signal(&self, signal: i32) {
        let id = i32::try_from(self.0.id()).expect("ids of processes are small");
        // SAFETY: kill(2) with a child that has not been waited for.
        unsafe { libc::kill(id, signal) };
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The addresses for readers and for the sysadmin, from the log.
fn addresses(log: &Path) -> Option<(String, String)> {
    let log = std::fs::read_to_string(log).ok()?;
    let after = |words: &str| {
        let rest = log.split_once(words)?.1;
        Some(rest.split(['/', ' ', ',', '\n']).next().unwrap_or_default().to_owned())
    };
    Some((after("serves http://")?, after("more for you at http://")?))
}

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: bench `day` measures nothing without optimisation");
        return ExitCode::SUCCESS;
    }
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u32>().ok());
    let (hours, speed) = (numbers.next().unwrap_or(2).max(2), numbers.next().unwrap_or(60));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let farm = Farm::new();
    let clock = FastClock { start: Utc::now(), began: Instant::now(), speed };
    let text = configuration(&farm, desks(clock.start, hours + 1), clock);
    let path = folder.path().join("feeds.toml");
    std::fs::write(&path, &text).expect("it can be written");
    let log = folder.path().join("log");
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantin"));
        command.current_dir(folder.path());
        command
    };
    let mut daemon = Daemon(
        program()
            .args(["run", "--clock-speed", &speed.to_string()])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).expect("a log can be written"))
            .spawn()
            .expect("the program starts"),
    );
    let (public, admin) = loop {
        if let Some(found) = addresses(&log) {
            break found;
        }
        if let Ok(Some(status)) = daemon.0.try_wait() {
            eprintln!("the daemon ended with {status}:\n{}", std::fs::read_to_string(&log).unwrap_or_default());
            return ExitCode::FAILURE;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let (gone, answered, refused) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let readers = {
        let (public, gone, answered, refused) = (public.clone(), gone.clone(), answered.clone(), refused.clone());
        std::thread::spawn(move || read_on(&public, &gone, &answered, &refused))
    };
    println!(
        "{:>5} {:>9} {:>9} {:>6} {:>8} {:>8} {:>6} {:>7}",
        "hour", "RSS KiB", "anon KiB", "files", "sockets", "threads", "tasks", "polls"
    );
    let process = daemon.0.id();
    let mut of_hours: Vec<Measured> = Vec::new();
    let mut this_hour: Vec<Measured> = Vec::new();
    let mut next = EVERY;
    // The hour in which everything is new comes before those that count.
    while of_hours.len() < hours as usize + 1 {
        std::thread::sleep((next.to_std().expect("it is positive") / speed).saturating_sub(clock.began.elapsed()));
        let minute = next.num_minutes();
        next += EVERY;
        if minute % 15 == 0 {
            let _ = ask(&admin, "/status", None);
        }
        if minute % 120 == 30 {
            let _ = std::fs::write(&path, text.replace("Một ngày", &format!("Một ngày, {minute}")));
            daemon.signal(libc::SIGHUP);
        }
        if minute % 360 == 45 {
            match program().args(["backup", "backup.db", "--overwrite"]).stderr(Stdio::null()).status() {
                Ok(status) if status.success() => {}
                other => eprintln!("a backup failed: {other:?}"),
            }
        }
        match measure(process, &admin) {
            Some(measured) => this_hour.push(measured),
            None => eprintln!("at {:.1} h the daemon did not answer", clock.hours()),
        }
        if minute % 60 == 0 {
            let hour = hour_of(&this_hour);
            this_hour.clear();
            println!(
                "{:>5} {:>9} {:>9} {:>6} {:>8} {:>8} {:>6} {:>7}",
                minute / 60,
                hour.resident_kib,
                hour.anonymous_kib,
                hour.files,
                hour.sockets,
                hour.threads,
                hour.tasks,
                hour.polls
            );
            of_hours.push(hour);
        }
    }
    gone.store(true, Ordering::Relaxed);
    let _ = readers.join();
    let mut good = judge(&of_hours[1], of_hours.last().expect("there are at least two"));
    let (answered, refused) = (answered.load(Ordering::Relaxed), refused.load(Ordering::Relaxed));
    println!("readers: {answered} answers, {refused} without");
    good &= refused == 0;
    daemon.signal(libc::SIGTERM);
    let stopping = Instant::now();
    let ended = daemon.0.wait().is_ok_and(|status| status.success());
    println!("stopped after {:.2} s", stopping.elapsed().as_secs_f64());
    good &= ended;
    let said = std::fs::read_to_string(&log).unwrap_or_default();
    for line in said.lines().filter(|line| line.contains("ERROR") || line.contains("panicked")).take(20) {
        println!("log: {line}");
        good = false;
    }
    println!("{}", if good { "the day was flat" } else { "THE DAY WAS NOT FLAT" });
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Compares two hours.
fn judge(first: &Measured, last: &Measured) -> bool {
    let growth = last.resident_kib as f64 / first.resident_kib as f64 - 1.0;
    println!("resident memory: {} to {} KiB, {:+.1} %", first.resident_kib, last.resident_kib, growth * 100.0);
    let mut good = growth <= FLAT;
    for (name, before, after) in [
        ("files", first.files, last.files),
        ("sockets", first.sockets, last.sockets),
        ("tasks", first.tasks, last.tasks),
        ("threads", first.threads, last.threads),
    ] {
        println!("{name}: {before} to {after}");
        good &= after <= before + SPARE;
    }
    good
}
