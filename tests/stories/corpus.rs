//! The labelled development split: how well copies are recognised on texts of others.

use std::collections::HashMap;
use std::io::BufReader;
use std::path::PathBuf;

use bantin::dedup::{Thresholds, eval};

/// The marks that must never be missed; reached when this was written: 1.0000, 0.9988, 0.9997.
const PRECISION: f64 = 0.988;
const RECALL: f64 = 0.986;
const B_CUBED: f64 = 0.995;

/// Pairwise precision and recall, and B-cubed F1, of story labels against the labels of people.
fn score(labels: &[(String, String)]) -> (f64, f64, f64) {
    let count = |key: &dyn Fn(&(String, String)) -> String| {
        let mut counts: HashMap<String, f64> = HashMap::new();
        for label in labels {
            *counts.entry(key(label)).or_default() += 1.0;
        }
        counts
    };
    let both = |label: &(String, String)| format!("{}\t{}", label.0, label.1);
    let (ours, theirs, common) = (count(&|label| label.0.clone()), count(&|label| label.1.clone()), count(&both));
    let pairs = |counts: &HashMap<String, f64>| counts.values().map(|n| n * (n - 1.0) / 2.0).sum::<f64>();
    let (mut precise, mut found) = (0.0, 0.0);
    for label in labels {
        precise += common[&both(label)] / ours[&label.0];
        found += common[&both(label)] / theirs[&label.1];
    }
    let (precise, found) = (precise / labels.len() as f64, found / labels.len() as f64);
    (pairs(&common) / pairs(&ours), pairs(&common) / pairs(&theirs), 2.0 * precise * found / (precise + found))
}

#[test]
fn labelled_copies_are_found_and_nothing_else_is_merged() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/dedup/dev.jsonl"));
    if !path.exists() {
        return eprintln!("SKIPPED: `{}` is absent", path.display());
    }
    let text = std::fs::read_to_string(&path).expect("the corpus is text");
    let gold: HashMap<String, String> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("every line is an item"))
        .map(|item| {
            let member = |name: &str| item[name].as_str().expect("ids and clusters are strings").to_owned();
            (member("id"), member("cluster"))
        })
        .collect();
    let labels: Vec<(String, String)> = eval(BufReader::new(text.as_bytes()), Thresholds::default())
        .map(|judged| judged.expect("every line is an item"))
        .map(|judged| (judged.story, gold[&judged.id].clone()))
        .collect();
    assert_eq!(labels.len(), gold.len());
    let (precision, recall, b_cubed) = score(&labels);
    eprintln!(
        "copies: precision {precision:.4}, recall {recall:.4}, B-cubed F1 {b_cubed:.4} on {} items",
        labels.len()
    );
    assert!(precision >= PRECISION, "precision {precision:.4}");
    assert!(recall >= RECALL, "recall {recall:.4}");
    assert!(b_cubed >= B_CUBED, "B-cubed F1 {b_cubed:.4}");
}

#[test]
fn the_score_is_the_one_of_the_corpus() {
    let label = |ours: &str, theirs: &str| (ours.to_owned(), theirs.to_owned());
    assert_eq!(score(&[label("1", "a"), label("1", "a"), label("2", "b")]), (1.0, 1.0, 1.0));
    // One of three copies is missed: 1 of 3 pairs, items found 2/3, 2/3 and 1/3.
    let (precision, recall, b_cubed) = score(&[label("1", "a"), label("1", "a"), label("2", "a")]);
    assert_eq!((precision, (recall * 3.0).round()), (1.0, 1.0));
    assert!((b_cubed - 2.0 * (5.0 / 9.0) / (14.0 / 9.0)).abs() < 1e-9);
}
