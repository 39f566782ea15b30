//! The shared corpus of real, damaged and Vietnamese feeds, where it is present.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use bantin::extract::report::{Options, read_batch};
use bantin::extract::{Document, Input, Kind, read};

fn corpus(folder: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus")).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: the shared corpus is not beside this checkout");
    None
}

fn options() -> Options<'static> {
    let now = "2026-11-23T00:00:00Z".parse().unwrap();
    Options::new(Kind::Auto, chrono_tz::UTC, now)
}

/// The number behind `field` in the line of the table that begins with `row`.
fn score(table: &str, row: &str, field: &str) -> usize {
    let line = table.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("no line {row} in {table}"));
    let prefix = format!("{field}=");
    let value = line.split_whitespace().find_map(|word| word.strip_prefix(&prefix)).unwrap_or_default();
    value.parse().unwrap_or_else(|_| panic!("no {field} in {line}"))
}

#[test]
fn reads_the_corpus_as_expected() {
    let Some(corpus) = corpus("feeds") else { return };
    let expected = corpus.join("expected.jsonl");
    let folder = tempfile::tempdir().unwrap();
    let actual = folder.path().join("actual.jsonl");
    let mut file = std::fs::File::create(&actual).unwrap();
    for line in read_batch(&expected, options()).unwrap() {
        writeln!(file, "{}", line.json).unwrap();
    }
    drop(file);
    let judge =
        Command::new("python3").arg(corpus.join("feed_score.py")).args([&expected, &actual]).arg("--misses").output();
    let Ok(output) = judge else {
        eprintln!("SKIPPED: python3, which scores the corpus, is not installed");
        return;
    };
    let table = String::from_utf8(output.stdout).unwrap();
    eprintln!("{table}");
    // Of the twelve that differ, eight hold what no two programs agree on (items inside the history of an item, a link to
    // nowhere), and in four we read more than the reference does.
    assert!(score(&table, "ALL", "same") >= 2_076, "all");
    assert!(score(&table, "captured", "same") >= 185, "captured");
    assert_eq!(score(&table, "mutant", "same"), 315, "mutants");
    assert_eq!(score(&table, "vn", "same"), 9, "Vietnamese");
}

fn document(path: &Path) -> Document {
    let bytes = std::fs::read(path).unwrap();
    let input = Input {
        bytes: &bytes,
        content_type: None,
        url: None,
        kind: Kind::Auto,
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        date_order: None,
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
    };
    read(&input).unwrap()
}

#[test]
fn reads_every_item_of_real_vietnamese_feeds_and_drops_the_shell() {
    let Some(corpus) = corpus("vn/rss") else { return };
    let (mut items, mut shells) = (0, 0);
    for entry in std::fs::read_dir(corpus).unwrap() {
        let document = document(&entry.unwrap().path());
        for item in &document.items {
            assert!(item.title.as_ref().is_some_and(|title| !title.contains(['&', '<', '\n'])), "{item:?}");
            assert!(item.link.as_ref().is_some_and(|link| link.starts_with("http") && link == link.trim()), "{item:?}");
            assert_eq!(item.id, item.link, "{item:?}");
            assert_eq!(item.published.map(|date| date.offset().local_minus_utc()), Some(7 * 3600), "{item:?}");
        }
        items += document.items.len();
        shells += document.empty_items;
        assert_eq!(document.empty_items > 0, document.problems.iter().any(|problem| problem.code == "empty-item"));
    }
    assert_eq!((items, shells), (77, 1));
}
