//! How long reading takes, beside bare `feed-rs` on the feeds that it can read: `cargo bench --bench extract`.
//!
//! Needs the shared corpus; says so where it is missing. Times are CPU times of this process, best of several rounds.
//! On 27 November 2026: 44.4 ms for 182 captured feeds of 6.4 MB, 0.69 times what `feed-rs` alone takes.

use std::path::Path;
use std::time::Duration;

use bantin::extract::{Input, Kind, read};
use url::Url;

fn cpu() -> Duration {
    // SAFETY: `getrusage` fills the structure that it is given, which is plain data.
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let of = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_micros(time.tv_usec.unsigned_abs())
    };
    of(usage.ru_utime) + of(usage.ru_stime)
}

fn best(rounds: usize, mut work: impl FnMut()) -> Duration {
    (0..rounds)
        .map(|_| {
            let start = cpu();
            work();
            cpu() - start
        })
        .min()
        .unwrap_or_default()
}

fn main() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/feeds"));
    let Ok(list) = std::fs::read_to_string(corpus.join("expected.jsonl")) else {
        eprintln!("SKIPPED: the shared corpus is not beside this checkout");
        return;
    };
    let url = Url::parse("http://feeds.example.org/dir/feed.xml").expect("a constant address");
    let captured: Vec<Vec<u8>> = list
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|entry| entry["kind"] == "captured")
        .filter_map(|entry| std::fs::read(corpus.join(entry["file"].as_str()?)).ok())
        .collect();
    let parse = |bytes: &[u8]| {
        let parser = feed_rs::parser::Builder::new().base_uri(Some(url.as_str())).build();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parser.parse(bytes).is_ok())).unwrap_or(false)
    };
    let readable: Vec<&Vec<u8>> = captured.iter().filter(|bytes| parse(bytes)).collect();
    let megabytes = readable.iter().map(|bytes| bytes.len()).sum::<usize>() as f64 / 1e6;
    let input = |bytes: &'_ [u8]| -> bool {
        let input = Input {
            bytes,
            content_type: None,
            url: Some(&url),
            kind: Kind::Auto,
            zone: chrono_tz::UTC,
            date_order: None,
            now: chrono::DateTime::UNIX_EPOCH,
        };
        read(&input).is_ok()
    };
    let rounds = 15;
    let bare = best(rounds, || {
        for bytes in &readable {
            std::hint::black_box(parse(bytes));
        }
    });
    let ours = best(rounds, || {
        for bytes in &readable {
            std::hint::black_box(input(bytes));
        }
    });
    let speed = |time: Duration| megabytes / time.as_secs_f64();
    println!("{} captured feeds of {}, {megabytes:.1} MB", readable.len(), captured.len());
    println!("feed-rs alone   {:6.1} ms  {:5.0} MB/s", bare.as_secs_f64() * 1e3, speed(bare));
    println!(
        "bantin          {:6.1} ms  {:5.0} MB/s  {:.2} times feed-rs",
        ours.as_secs_f64() * 1e3,
        speed(ours),
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}
