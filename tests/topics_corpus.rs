//! The shipped topics against the labelled articles beside the checkout.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::PathBuf;

use bantin::model::SourceId;
use bantin::topics::{Matcher, Subject, eval, shipped};

/// A file of `../shared`, or `None` (said loudly) where a stranger's clone has none.
fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: `{}` is absent", path.display());
    None
}

/// Which of our topics a section of the corpus means. Its section on politics and society holds whatever happens at home.
const SECTIONS: [(&str, &[&str]); 10] = [
    (
        "Chinh tri Xa hoi",
        &[
            "thoi-su-chinh-tri",
            "xay-dung-dang",
            "dan-van",
            "xa-hoi",
            "giao-duc",
            "giao-thong",
            "moi-truong",
            "cai-cach-hanh-chinh",
            "du-lich",
            "quoc-phong-an-ninh",
            "ban-doc",
        ],
    ),
    ("Doi song", &["xa-hoi"]),
    ("Khoa hoc", &["khoa-hoc-cong-nghe", "moi-truong"]),
    ("Kinh doanh", &["kinh-te", "nong-nghiep"]),
    ("Phap luat", &["phap-luat"]),
    ("Suc khoe", &["y-te"]),
    ("The gioi", &["quoc-te"]),
    ("The thao", &["the-thao"]),
    ("Van hoa", &["van-hoa"]),
    ("Vi tinh", &["chuyen-doi-so", "khoa-hoc-cong-nghe"]),
];

#[test]
fn most_labelled_articles_fall_under_the_right_topic_first() {
    if cfg!(debug_assertions) {
        return eprintln!("SKIPPED: the labelled corpus is read in release builds only");
    }
    let Some(path) = shared("corpus/topics/labelled.jsonl.gz") else { return };
    let file = std::fs::File::open(path).expect("the file exists");
    let mut lines = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut lines).expect("the file is gzip and UTF-8");
    let mut answers = Vec::new();
    let count = eval(&Matcher::new(&shipped()), lines.as_bytes(), &mut answers).expect("every line is an example");
    let answers = String::from_utf8(answers).expect("answers are UTF-8");
    let topics: HashMap<&str, Vec<&str>> = answers
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(id, topics)| (id, topics.split(',').filter(|topic| !topic.is_empty()).collect()))
        .collect();
    let (mut first, mut any, mut none, mut all) = (0, 0, 0, 0);
    let mut by_section: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for line in lines.lines() {
        let example: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (id, section) = (example["id"].as_str().expect("an id"), example["section"].as_str().expect("a section"));
        let (section, right) = SECTIONS.into_iter().find(|(name, _)| *name == section).expect("a known section");
        let found = &topics[id];
        let is_first = found.first().is_some_and(|topic| right.contains(topic));
        first += usize::from(is_first);
        any += usize::from(found.iter().any(|topic| right.contains(topic)));
        none += usize::from(found.is_empty());
        all += found.len();
        let tally = by_section.entry(section).or_default();
        *tally = (tally.0 + usize::from(is_first), tally.1 + 1);
    }
    let share = |n: usize| n as f64 / count as f64;
    for (section, (right, of)) in by_section {
        eprintln!("{section:18} first {:.3}", right as f64 / of as f64);
    }
    eprintln!(
        "first {:.3}, any {:.3}, none {:.3}, {:.2} topics each",
        share(first),
        share(any),
        share(none),
        share(all)
    );
    assert!(share(first) >= 0.80, "first topic right: {:.3}", share(first));
    assert!(share(any) >= 0.90, "right topic among them: {:.3}", share(any));
    assert!(share(none) <= 0.02, "no topic: {:.3}", share(none));
    assert!(share(all) <= 1.8, "topics each: {:.2}", share(all));
}

#[test]
fn the_archetype_of_a_portal_article_falls_under_dan_van_then_xay_dung_dang() {
    let Some(folder) = shared("seed") else { return };
    let file = std::fs::read_dir(folder).expect("a folder").flatten().next().expect("one file").path();
    let text = std::fs::read_to_string(file).expect("UTF-8");
    let matcher = Matcher::new(&shipped());
    let source = SourceId::new("cong-ttdt-ha-nam");
    let (_, after) = text.split_once("Ban Dân vận").expect("the title");
    let (title, body) = after.split_once('\n').expect("a line");
    let title = format!("Ban Dân vận{title}");
    for (title, body) in [(title.as_str(), body), ("", text.as_str())] {
        let (lead, body) = body.trim_start().split_once('\n').unwrap_or((body, ""));
        let hits = matcher.classify(&Subject { title, lead, body, ..Subject::of(&source) });
        let topics: Vec<&str> = hits.iter().map(|hit| hit.topic.as_str()).collect();
        assert_eq!(&topics[..2], ["dan-van", "xay-dung-dang"], "{topics:?}");
    }
}
