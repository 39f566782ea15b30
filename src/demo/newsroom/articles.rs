//! The articles of the sample newsroom: the texts beside this module, read into items with dates.
//!
//! A text file holds the articles of one paper. Each begins with `# Title` and a few `key: value` lines; after an empty
//! line come its paragraphs, the first of which is the lead:
//!
//! | key | meaning |
//! |---|---|
//! | `slug` | the end of its address |
//! | `at` | when it is published, against the start of the demo: `-3h 20min`, `+40s` |
//! | `author`, `category` | as they say |
//! | `copy` | the slug of another article whose text it carries |
//! | `credit` | the line below the text that says so |
//! | `form` | `summary`: the feed gives the lead only |
//!
//! In titles and paragraphs `{d}` is the day and month of publication, `{d-1}` of the day before, `{dmy}` with the year.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Timelike};

use crate::config::parse_duration;
use crate::model::{Instant, LocalInstant};

/// The text files by the id of their paper.
const TEXTS: &[(&str, &str)] = &[
    ("bao-dong-bang", include_str!("../texts/bao-dong-bang.md")),
    ("bao-mien-nui", include_str!("../texts/bao-mien-nui.md")),
    ("bao-cua-bien", include_str!("../texts/bao-cua-bien.md")),
    ("tin-mien-trung", include_str!("../texts/tin-mien-trung.md")),
    ("bao-cao-nguyen", include_str!("../texts/bao-cao-nguyen.md")),
    ("ban-tin-nha-nong", include_str!("../texts/ban-tin-nha-nong.md")),
    ("dai-song-hau", include_str!("../texts/dai-song-hau.md")),
    ("cong-hoa-lu", include_str!("../texts/cong-hoa-lu.md")),
    ("ban-tin-hang-ngay", include_str!("../texts/ban-tin-hang-ngay.md")),
    ("tin-nhanh-phuong-nam", include_str!("../texts/tin-nhanh-phuong-nam.md")),
    ("cong-tam-dao-ha", include_str!("../texts/cong-tam-dao-ha.md")),
    ("cong-song-lo", include_str!("../texts/cong-song-lo.md")),
];

/// The paper that goes on with measurements of water levels when its written articles are out.
const GAUGES_OF: &str = "dai-song-hau";
/// When the first of them appears.
const GAUGES_FROM: Duration = Duration::from_secs(600);
/// How far they lie apart.
const GAUGES_EVERY: Duration = Duration::from_secs(300);
/// When the clock of the newsroom stops: the demo is not meant to run for ten years, and dates have an end.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);
/// How many of them its feed shows.
const GAUGES_SHOWN: u64 = 12;
/// Gauges, the rivers they stand in, and their provinces.
const GAUGES: &[(&str, &str, &str)] = &[
    ("Tân An Châu", "sông Tiền", "An Giang"),
    ("Long Bình Tây", "sông Hậu", "An Giang"),
    ("Cái Nước Nam", "sông Ông Đốc", "Cà Mau"),
    ("Mỹ Thuận Đông", "sông Tiền", "Đồng Tháp"),
    ("Đại Ngãi Thượng", "sông Hậu", "Cần Thơ"),
    ("Trà Ôn Hạ", "sông Hậu", "Vĩnh Long"),
    ("Gò Dầu Thượng", "sông Vàm Cỏ Đông", "Tây Ninh"),
];

/// One article as its paper publishes it, with every date in it filled in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Article {
    pub(super) paper: &'static str,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) published: LocalInstant,
    pub(super) author: &'static str,
    pub(super) category: &'static str,
    /// Never empty; the first is the lead.
    pub(super) paragraphs: Vec<String>,
    /// The line below the text that names the paper it came from.
    pub(super) credit: Option<&'static str>,
    /// Whether the feed gives the lead only.
    pub(super) summary_only: bool,
}

/// One article as it was written.
#[derive(Debug)]
struct Written {
    paper: &'static str,
    slug: &'static str,
    title: &'static str,
    /// Seconds against the start of the demo.
    at: i64,
    author: &'static str,
    category: &'static str,
    paragraphs: Vec<&'static str>,
    credit: Option<&'static str>,
    summary_only: bool,
}

static WRITTEN: LazyLock<Vec<Written>> = LazyLock::new(read_all);

/// What `paper` has published when the demo has run for `elapsed`, newest first.
pub(super) fn published(paper: &str, start: Instant, elapsed: Duration) -> Vec<Article> {
    let elapsed = elapsed.min(LONGEST);
    let until = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
    let mut articles: Vec<Article> = WRITTEN
        .iter()
        .filter(|written| written.paper == paper && written.at <= until)
        .map(|written| dated(written, start))
        .collect();
    if paper == GAUGES_OF {
        articles.extend(gauges(start, elapsed));
    }
    articles.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.slug.cmp(&b.slug)));
    articles
}

/// All papers, in the order of their files.
#[cfg(test)]
pub(super) fn papers() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(paper, _)| *paper)
}

fn read_all() -> Vec<Written> {
    let mut all: Vec<Written> = Vec::new();
    let mut copies: Vec<(usize, &'static str)> = Vec::new();
    for &(paper, text) in TEXTS {
        let text = text.strip_prefix("# ").unwrap_or(text);
        for block in text.split("\n# ") {
            let (written, copy) = read_one(paper, block);
            copies.extend(copy.map(|slug| (all.len(), slug)));
            all.push(written);
        }
    }
    let texts: HashMap<&str, Vec<&'static str>> =
        all.iter().map(|written| (written.slug, written.paragraphs.clone())).collect();
    for (index, slug) in copies {
        all[index].paragraphs.clone_from(&texts[slug]);
    }
    all
}

/// Reads one article, and the slug of the one it copies. The texts are ours and compiled in: a test reads them all.
fn read_one(paper: &'static str, block: &'static str) -> (Written, Option<&'static str>) {
    let (head, body) = block.split_once("\n\n").unwrap_or((block, ""));
    let mut lines = head.lines();
    let mut written = Written {
        paper,
        slug: "",
        title: lines.next().unwrap_or_default(),
        at: 0,
        author: "",
        category: "",
        paragraphs: body.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).collect(),
        credit: None,
        summary_only: false,
    };
    let mut copy = None;
    for (key, value) in lines.filter_map(|line| line.split_once(": ")) {
        match key {
            "slug" => written.slug = value,
            "at" => written.at = read_at(value),
            "author" => written.author = value,
            "category" => written.category = value,
            "credit" => written.credit = Some(value),
            "form" => written.summary_only = value == "summary",
            "copy" => copy = Some(value),
            _ => unreachable!("a test reads all texts and knows all keys"),
        }
    }
    (written, copy)
}

fn read_at(text: &str) -> i64 {
    let amount = text.trim_start_matches(['+', '-']);
    let duration = parse_duration(amount).expect("a test reads all texts");
    let seconds = i64::try_from(duration.as_secs()).expect("some hours");
    if text.starts_with('-') { -seconds } else { seconds }
}

/// The zone of every paper.
fn zone() -> FixedOffset {
    FixedOffset::east_opt(7 * 3600).expect("seven hours are a zone")
}

fn dated(written: &Written, start: Instant) -> Article {
    let published = (start + TimeDelta::seconds(written.at)).with_timezone(&zone());
    let fill = |text: &str| fill(text, published);
    Article {
        paper: written.paper,
        slug: written.slug.to_owned(),
        title: fill(written.title),
        published,
        author: written.author,
        category: written.category,
        paragraphs: written.paragraphs.iter().map(|paragraph| fill(paragraph)).collect(),
        credit: written.credit,
        summary_only: written.summary_only,
    }
}

fn fill(text: &str, published: DateTime<FixedOffset>) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    let before = published - TimeDelta::days(1);
    text.replace("{dmy}", &format!("{}/{}/{}", published.day(), published.month(), published.year()))
        .replace("{d-1}", &format!("{}/{}", before.day(), before.month()))
        .replace("{d}", &format!("{}/{}", published.day(), published.month()))
}

/// Measurements that go on for as long as the demo runs: another gauge, another hour, other numbers each time.
fn gauges(start: Instant, elapsed: Duration) -> Vec<Article> {
    let Some(since) = elapsed.checked_sub(GAUGES_FROM) else { return Vec::new() };
    let newest = since.as_secs() / GAUGES_EVERY.as_secs();
    let oldest = newest.saturating_sub(GAUGES_SHOWN - 1);
    (oldest..=newest).map(|number| gauge(start, number)).collect()
}

fn gauge(start: Instant, number: u64) -> Article {
    let seconds = GAUGES_FROM.as_secs() + number * GAUGES_EVERY.as_secs();
    let published = (start + Duration::from_secs(seconds)).with_timezone(&zone());
    let index = usize::try_from(number).unwrap_or(0);
    let (name, river, province) = GAUGES[index % GAUGES.len()];
    // A tide of sorts: up and down between about one and two metres.
    let level = 100 + (number * 37) % 110;
    let (change, direction) =
        if number.is_multiple_of(3) { (4 + number % 9, "xuống") } else { (3 + number % 11, "lên") };
    let clock = format!("{}:{:02}", published.hour(), published.minute());
    let title =
        format!("Trạm {name} ({province}): mực nước {},{:02} m lúc {clock} ngày {{d}}", level / 100, level % 100,);
    let paragraphs = [
        format!(
            "Lúc {clock} ngày {{dmy}}, mực nước {river} tại trạm {name} ({province}) là {},{:02} m, {direction} {change} cm so với một giờ trước.",
            level / 100,
            level % 100,
        ),
        format!(
            "Số liệu do trạm tự động gửi về. Lần đo tiếp theo tại trạm {name} sẽ được công bố sau {} phút.",
            5 * GAUGES.len()
        ),
    ];
    Article {
        paper: GAUGES_OF,
        slug: format!("muc-nuoc-{number}"),
        title: fill(&title, published),
        published,
        author: "Trạm tự động",
        category: "Thời tiết",
        paragraphs: paragraphs.iter().map(|paragraph| fill(paragraph, published)).collect(),
        credit: None,
        summary_only: false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn start() -> Instant {
        "2026-01-01T03:00:00Z".parse().unwrap()
    }

    fn all(elapsed: u64) -> Vec<Article> {
        papers().flat_map(|paper| published(paper, start(), Duration::from_secs(elapsed))).collect()
    }

    #[test]
    fn every_text_is_whole() {
        for written in WRITTEN.iter() {
            assert!(crate::model::is_slug(written.slug), "{written:?}");
            assert!(
                !written.title.is_empty() && !written.author.is_empty() && !written.category.is_empty(),
                "{written:?}"
            );
            assert_ne!(written.at, 0, "{written:?}");
            assert!(!written.paragraphs.is_empty(), "{written:?}");
            assert!(written.paragraphs.iter().all(|paragraph| !paragraph.contains('\n')), "{written:?}");
        }
        let addresses: HashSet<_> = WRITTEN.iter().map(|written| (written.paper, written.slug)).collect();
        assert_eq!(addresses.len(), WRITTEN.len(), "no address twice");
    }

    #[test]
    fn articles_have_the_length_of_articles() {
        for written in WRITTEN.iter().filter(|written| !written.summary_only) {
            let words: usize = written.paragraphs.iter().map(|paragraph| paragraph.split_whitespace().count()).sum();
            assert!((2..=4).contains(&written.paragraphs.len()), "{}", written.slug);
            assert!((80..=220).contains(&words), "{}: {words} words", written.slug);
        }
    }

    #[test]
    fn there_are_forty_at_the_start_and_more_to_come() {
        let at_start = all(0);
        assert!(at_start.len() >= 40, "{}", at_start.len());
        assert!(all(20).len() > at_start.len(), "the first one comes within twenty seconds");
        let later: Vec<usize> =
            [60, 120, 180, 240, 300, 420, 900, 1200].iter().map(|&elapsed| all(elapsed).len()).collect();
        assert!(later.is_sorted_by(|a, b| a < b), "{later:?}");
    }

    #[test]
    fn nothing_is_published_before_its_time() {
        for elapsed in [0, 30, 700] {
            let now = start() + Duration::from_secs(elapsed);
            assert!(all(elapsed).iter().all(|article| article.published <= now));
        }
    }

    #[test]
    fn days_are_those_of_publication() {
        let start = start();
        let find = |slug: &str| {
            let mut articles = published("ban-tin-hang-ngay", start, Duration::ZERO);
            articles.remove(articles.iter().position(|article| article.slug == slug).unwrap())
        };
        assert!(find("thoi-tiet-hom-nay").title.contains("ngày 1/1:"));
        assert!(find("thoi-tiet-hom-nay").paragraphs[0].contains("ngày 1/1/2026"));
        assert!(find("thoi-tiet-hom-qua").title.contains("ngày 31/12:"));
        assert!(
            all(2_000).iter().all(|article| !article.title.contains('{') && !article.paragraphs.concat().contains('{'))
        );
    }

    #[test]
    fn a_story_is_carried_by_four_papers() {
        let all = all(0);
        let origin = all.iter().find(|article| article.slug == "cau-vinh-tru-thong-xe").unwrap();
        let lead_ends = "không còn phải qua đò.";
        let carriers: Vec<_> = all.iter().filter(|article| article.paragraphs[0].ends_with(lead_ends)).collect();
        assert_eq!(carriers.len(), 4);
        assert_eq!(carriers.iter().filter(|article| article.credit == Some("Nguồn: Báo Đồng Bằng")).count(), 2);
        assert_eq!(carriers.iter().filter(|article| article.summary_only).count(), 1);
        assert!(carriers.iter().all(|article| article.published >= origin.published));
    }

    #[test]
    fn measurements_go_on_for_ever() {
        let day = published(GAUGES_OF, start(), Duration::from_secs(86_400));
        let newest = &day[0];
        assert!(newest.slug.starts_with("muc-nuoc-"), "{newest:?}");
        assert!(newest.published > start() + Duration::from_secs(86_400 - 301));
        assert!(day.len() < 30, "only the last ones are shown");
        assert!(published(GAUGES_OF, start(), Duration::MAX).len() < 30, "even after ages");
    }
}
