//! How fast text is folded, cleaned and taken out of HTML: megabytes a second of processor time, best of several runs.
//!
//! `cargo bench --bench text`. Reads real articles from `../shared/corpus` where they are, else a paragraph of our own
//! repeated, which is what can be compared between machines.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bantin::text;

const OWN: &str = "Sáng 12/3, tại xã Phúc Hậu, Hội Nông dân tỉnh phối hợp với Trạm Khuyến nông tổ chức lễ ra quân trồng cây đầu \
xuân. Hơn 300 hội viên đã trồng 2.500 cây xanh dọc tuyến đường vào làng nghề; ông Trần Văn Hoà, Chủ tịch Hội, cho biết mỗi chi \
hội sẽ nhận chăm sóc một đoạn, “trồng cây nào sống cây ấy”. Ủy ban nhân dân xã cũng trao 15 suất quà cho hộ nghèo.\n";

fn main() {
    let texts = texts();
    let mut buffer = String::new();
    measure("fold", &texts, |s| {
        buffer.clear();
        text::fold(s, &mut buffer);
        buffer.len()
    });
    let html: Vec<String> = texts.iter().map(|text| as_html(text, true)).collect();
    let broken: Vec<String> = texts.iter().map(|text| as_html(text, false)).collect();
    let base = url::Url::parse("https://baotinh.example/tin/bai.html").expect("a valid address");
    measure("sanitise", &html, |s| text::sanitise(s, Some(&base)).len());
    measure("sanitise (broken)", &broken, |s| text::sanitise(s, Some(&base)).len());
    measure("to_text", &html, |s| text::to_text(s).len());
    measure("to_text (no markup)", &texts, |s| text::to_text(s).len());
    measure("summary_of", &texts, |s| text::summary_of(s, 300).len());
    let folded: Vec<String> = texts.iter().map(|s| text::folded(s)).collect();
    measure("strip_marks", &folded, |s| {
        buffer.clear();
        text::strip_marks(s, &mut buffer);
        buffer.len()
    });
    measure("syllables", &folded, |s| text::syllables(s).count());
    measure("nfc", &texts, |s| text::nfc(s).len());
    measure("clean_paragraphs", &texts, |s| text::clean_paragraphs(s).len());
}

/// An article page's body as portals write it; `sound` decides whether its markup is well-formed.
fn as_html(text: &str, sound: bool) -> String {
    let mut html = String::from("<div class=\"detail\"><img class=\"lazy\" data-src=\"/images/1.jpg\" alt=\"Ảnh\" />");
    for line in text.lines() {
        let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('“', "&ldquo;");
        html.push_str(&format!("<p style=\"text-align:justify\"><span lang=\"VI\">{line}</span></p>\n"));
    }
    html.push_str(if sound { "</div>" } else { "<b><i>x</b></i></div>" });
    html
}

/// Real articles where `../shared` is, else our own paragraph.
fn texts() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/dedup/dev.jsonl");
    let Ok(lines) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: real articles, `../shared/corpus` is absent; measuring our own paragraph");
        return vec![OWN.repeat(10); 1000];
    };
    lines
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|value| value.get("text").and_then(|text| text.as_str()).map(str::to_owned))
        .collect()
}

/// Runs `work` over all texts several times and prints the best rate.
fn measure(what: &str, texts: &[String], mut work: impl FnMut(&str) -> usize) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut best = Duration::MAX;
    for _ in 0..7 {
        let started = clock();
        for text in texts {
            black_box(work(black_box(text)));
        }
        best = best.min(clock() - started);
    }
    println!(
        "{what:20} {:8.0} MB/s  ({} texts, {} KB)",
        bytes as f64 / 1e6 / best.as_secs_f64(),
        texts.len(),
        bytes / 1000
    );
}

/// Processor time of this thread where the system tells (other programs do not disturb it), else the time of day.
fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|stat| stat.split(' ').next()?.parse().ok())
        .map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
