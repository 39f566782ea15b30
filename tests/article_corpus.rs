//! Article extraction measured on pages of others, which are kept outside of this repository.

#[path = "common/cpu.rs"]
mod cpu;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use bantin::dates::{self, Context};
use bantin::extract::html::profile::profile;
use bantin::extract::html::{Article, ArticleHint, article, listing};
use bantin::model::DateFrom;
use cpu::thread_time;
use serde_json::Value;
use url::Url;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    if !path.exists() {
        eprintln!("SKIPPED: `{}` is not there", path.display());
        return None;
    }
    Some(path)
}

fn hanoi() -> Context {
    Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: None }
}

/// Runs of four words with how often they occur; a shorter text is one run.
fn runs(text: &str) -> HashMap<Vec<String>, usize> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut runs = HashMap::new();
    if (1..4).contains(&words.len()) {
        runs.insert(words, 1);
        return runs;
    }
    for run in words.windows(4) {
        *runs.entry(run.to_vec()).or_default() += 1;
    }
    runs
}

/// F1 of the means of precision and recall over pages, the measure of the benchmark the pages come from.
fn f1(pairs: &[(String, String)]) -> f64 {
    let (mut precisions, mut recalls) = (Vec::new(), Vec::new());
    for (truth, found) in pairs {
        let (truth, found) = (runs(truth), runs(found));
        let common: usize = truth.iter().map(|(run, n)| (*n).min(found.get(run).copied().unwrap_or(0))).sum();
        let sum = |runs: &HashMap<_, usize>| runs.values().sum::<usize>();
        if !found.is_empty() {
            precisions.push(common as f64 / sum(&found) as f64);
        }
        if !truth.is_empty() {
            recalls.push(common as f64 / sum(&truth) as f64);
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (precision, recall) = (mean(&precisions), mean(&recalls));
    2.0 * precision * recall / (precision + recall)
}

#[test]
fn bodies_of_newspapers_and_blogs_are_found() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: measured in release only");
        return;
    }
    let Some(folder) = shared("corpus/articles") else { return };
    let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).expect("truth")).expect("JSON");
    let mut pairs = Vec::new();
    let mut seconds = 0.0;
    for (key, page) in truth.as_object().expect("an object") {
        let mut html = Vec::new();
        let file = std::fs::File::open(folder.join(format!("html/{key}.html.gz"))).expect("a page");
        flate2::read::GzDecoder::new(file).read_to_end(&mut html).expect("gzip");
        let url = Url::parse(page["url"].as_str().expect("an address")).expect("an address");
        let started = thread_time().as_secs_f64();
        let found = article(&String::from_utf8_lossy(&html), &url, None, &hanoi(), &ArticleHint::default());
        seconds += thread_time().as_secs_f64() - started;
        pairs.push((page["articleBody"].as_str().unwrap_or_default().to_owned(), found.text));
    }
    let f1 = f1(&pairs);
    let speed = pairs.len() as f64 / seconds;
    eprintln!("F1 {f1:.3} on {} pages, {speed:.0} pages a second", pairs.len());
    assert!(f1 >= 0.970, "F1 {f1:.3}");
    assert!(speed >= 60.0, "{speed:.0} pages a second");
}

/// The page of Báo Cần Thơ of 8 January 2026, read by profile and by itself.
fn can_tho() -> Vec<Article> {
    let Some(folder) = shared("corpus/vn/html") else { return Vec::new() };
    let file = std::fs::read_dir(folder).expect("a folder").next().expect("a page").expect("a page").path();
    let html = std::fs::read_to_string(file).expect("a page");
    let url = Url::parse("https://baocantho.com.vn/tap-trung-trien-khai-a196670.html").expect("an address");
    let by_profile = profile("content-fck").and_then(|profile| profile.selectors.article.as_ref());
    let read = |how| article(&html, &url, how, &hanoi(), &ArticleHint::default());
    vec![read(by_profile), read(None)]
}

#[test]
fn a_page_of_a_provincial_newspaper_is_read_exactly() {
    for found in can_tho() {
        assert_eq!(
            found.title.as_deref(),
            Some(
                "Tập trung triển khai các đợt thanh tra, kiểm tra có trọng tâm, trọng điểm nhất là các lĩnh vực có nguy cơ"
            )
        );
        // The meta data name the day alone, the page the minute as well.
        assert_eq!(found.published.map(|at| at.to_rfc3339()).as_deref(), Some("2026-01-08T18:21:00+07:00"));
        assert_eq!(found.date_from, Some(DateFrom::Page));
        let authors: Vec<&str> = found.authors.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(authors, ["P.Y"]);
        assert_eq!(found.credit.as_deref(), Some("CTO"));
        assert_eq!(found.language.as_deref(), Some("vi"));
        let lines: Vec<&str> = found.text.split('\n').collect();
        assert_eq!(lines.len(), 7, "{lines:#?}");
        assert!(lines[0].starts_with("Ngày 8-1, Phó Thủ tướng"), "{}", lines[0]);
        assert!(lines[6].starts_with("Phát biểu chỉ đạo hội nghị"), "{}", lines[6]);
        assert_eq!(found.images.len(), 1);
        let caption = found.images[0].caption.as_deref().unwrap_or_default();
        assert!(caption.starts_with("Chủ tịch UBND TP Cần Thơ"), "{caption}");
        assert!(found.canonical.is_some_and(|link| link.ends_with("-a196670.html")));
        assert!(found.problems.is_empty(), "{:?}", found.problems);
    }
}

#[test]
fn by_profile_and_by_itself_give_the_same_text() {
    if let [by_profile, by_itself] = &can_tho()[..] {
        assert_eq!(by_profile.text, by_itself.text);
    }
}

#[test]
fn the_side_columns_of_an_article_page_give_no_menu() {
    let Some(folder) = shared("corpus/vn/html") else { return };
    let file = std::fs::read_dir(folder).expect("a folder").next().expect("a page").expect("a page").path();
    let html = std::fs::read_to_string(file).expect("a page");
    let url = Url::parse("https://baocantho.com.vn/thoi-su/").expect("an address");
    let found = listing(&html, &url, None, &hanoi());
    assert!(found.items.len() >= 5);
    for item in &found.items {
        let link = item.link.as_deref().unwrap_or_default();
        assert!(link.contains("-a19") && link.ends_with(".html"), "{:?} {link}", item.title);
    }
}

#[test]
fn every_date_layout_of_the_da_nang_portal_is_read() {
    let Some(file) = shared("corpus/vn/portal/danang-articles.jsonl") else { return };
    let rows = std::fs::read_to_string(file).expect("rows");
    let mut read = 0;
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).expect("JSON");
        let raw = row["public_time"].as_str().expect("a date");
        // As the page shows it: alone in its element, below the title.
        let html = format!(
            "<html><body><div class=main><h1>Tiêu đề của bài báo</h1><div class=chi-tiet-publish-date>{raw}</div><div class=body>
             <p>{}</p></div></div></body></html>",
            "Câu văn thứ nhất của bài báo, đủ dài để làm một đoạn. ".repeat(8)
        );
        let url = Url::parse(row["url"].as_str().expect("an address")).expect("an address");
        let found = article(&html, &url, None, &hanoi(), &ArticleHint::default());
        assert_eq!(found.published, dates::parse(raw, &hanoi()), "{raw}");
        assert!(found.published.is_some(), "{raw}");
        read += 1;
    }
    assert_eq!(read, 330);
}

#[test]
fn bodies_of_a_ninh_binh_portal_lose_their_placeholders_and_nothing_else() {
    let Some(file) = shared("corpus/vn/portal/ninhbinh-portal-articles.jsonl") else { return };
    for row in std::fs::read_to_string(file).expect("rows").lines() {
        let row: Value = serde_json::from_str(row).expect("JSON");
        let body = row["content"].as_str().unwrap_or_default();
        let html = format!(
            "<html><body><div class=ArticleHeader>Tiêu đề của bài báo này</div><div class=ArticleContent>{body}</div></body></html>"
        );
        let url = Url::parse("https://ninhbinh.gov.vn/tin/bai-1").expect("an address");
        let how = profile("vnportal").and_then(|profile| profile.selectors.article.as_ref());
        let found = article(&html, &url, how, &hanoi(), &ArticleHint::default());
        assert!(!found.text.contains("anh tin bai"), "{}", found.text);
        let pictures = body.matches("<img").count();
        assert!(found.images.len() <= pictures);
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let captions: usize = found.images.iter().filter_map(|image| image.caption.as_deref()).map(letters).sum();
        let whole = scraper::Html::parse_fragment(body).root_element().text().map(letters).sum::<usize>();
        let kept = letters(&found.text) + captions;
        assert!(kept * 100 >= whole * 93, "{}: kept {kept} of {whole} letters", row["title"]);
    }
}
