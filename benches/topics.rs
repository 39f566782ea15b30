//! How fast stories are put into topics: megabytes a second of processor time with all shipped topics, best of several runs.
//!
//! `cargo bench --bench topics`. Reads real articles from `../shared/corpus` where they are, else a paragraph of our own
//! repeated, which is what can be compared between machines.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bantin::model::SourceId;
use bantin::topics::{Matcher, Subject, shipped};

const OWN: &str = "Sáng 12/3, tại xã Phúc Hậu, Hội Nông dân tỉnh phối hợp với Trạm Khuyến nông tổ chức lễ ra quân trồng cây đầu \
xuân. Hơn 300 hội viên đã trồng 2.500 cây xanh dọc tuyến đường vào làng nghề; ông Trần Văn Hoà, Chủ tịch Hội, cho biết mỗi chi \
hội sẽ nhận chăm sóc một đoạn, “trồng cây nào sống cây ấy”. Ủy ban nhân dân xã cũng trao 15 suất quà cho hộ nghèo.\n";

fn main() {
    let started = clock();
    let matcher = Matcher::new(&shipped());
    println!("compiling the rules {:8.1} ms", (clock() - started).as_secs_f64() * 1e3);
    let source = SourceId::new("bao-ha-nam");
    let articles = articles();
    let bytes: usize = articles.iter().map(|(title, text)| title.len() + text.len()).sum();
    let mut best = Duration::MAX;
    let mut topics = 0;
    for _ in 0..7 {
        let started = clock();
        topics = 0;
        for (title, text) in &articles {
            let (lead, body) = text.split_once('\n').unwrap_or((text, ""));
            let subject = Subject { title, lead, body, ..Subject::of(&source) };
            topics += black_box(matcher.classify(black_box(&subject))).len();
        }
        best = best.min(clock() - started);
    }
    println!(
        "fold and classify   {:8.0} MB/s  ({} articles, {} KB, {topics} topics)",
        bytes as f64 / 1e6 / best.as_secs_f64(),
        articles.len(),
        bytes / 1000
    );
}

/// Title and text (lead, line break, body) of real articles where `../shared` is, else of our own paragraph.
fn articles() -> Vec<(String, String)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/dedup/dev.jsonl");
    let Ok(lines) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: real articles, `../shared/corpus` is absent; measuring our own paragraph");
        return vec![("Ra quân trồng cây đầu xuân".to_owned(), OWN.repeat(10)); 1000];
    };
    lines
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|value| Some((value.get("title")?.as_str()?.to_owned(), value.get("text")?.as_str()?.to_owned())))
        .collect()
}

/// Processor time of this thread where the system tells (other programs do not disturb it), else the time of day.
fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|stat| stat.split(' ').next()?.parse().ok())
        .map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
