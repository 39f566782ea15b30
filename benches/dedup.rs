//! How many articles a second are read and signed, and how many pairs compared, on one core.
//!
//! `cargo bench --bench dedup`. Time is processor time, so that a busy machine does not matter.

use std::hint::black_box;

use bantin::dedup::{Signature, compare, sign};

mod news;
use news::{Newsroom, cpu_seconds};

fn main() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: bench `dedup` measures nothing without optimisation");
        return;
    }
    let items: Vec<_> = Newsroom::new(7, 10_000).take(4_000).collect();
    let bytes: usize = items.iter().map(|item| item.title.len() + item.text.len()).sum();

    let mut signatures: Vec<Signature> = Vec::new();
    let mut best = f64::MAX;
    for _ in 0..5 {
        signatures.clear();
        let start = cpu_seconds();
        signatures.extend(items.iter().map(|item| sign(&item.title, &item.text)));
        best = best.min(cpu_seconds() - start);
    }
    let words: usize = signatures.iter().map(|signature| signature.body.len()).sum();
    let fingerprints: usize = signatures.iter().map(|signature| signature.fingerprints.len()).sum();
    println!(
        "sign     {:>9.0} articles/s   {:.1} µs each, {:.0} MB/s ({:.0} words, {:.1} fingerprints each)",
        items.len() as f64 / best,
        best * 1e6 / items.len() as f64,
        bytes as f64 / best / 1e6,
        words as f64 / items.len() as f64,
        fingerprints as f64 / items.len() as f64,
    );

    let copies: Vec<(usize, usize)> =
        items.iter().enumerate().filter_map(|(at, item)| item.copy_of.map(|original| (original, at))).collect();
    let others: Vec<(usize, usize)> = (1..items.len()).map(|at| (at - 1, at)).collect();
    for (name, pairs) in [("copies", copies), ("others", others)] {
        let mut best = f64::MAX;
        for _ in 0..5 {
            let start = cpu_seconds();
            for &(one, other) in &pairs {
                black_box(compare(&signatures[one], &signatures[other]));
            }
            best = best.min(cpu_seconds() - start);
        }
        println!(
            "compare  {:>9.0} {name}/s     {:.1} µs each",
            pairs.len() as f64 / best,
            best * 1e6 / pairs.len() as f64
        );
    }
}
