//! Promises about the house itself: imports run downward, every module has its floor, foreign words stay in one place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors of `src/lib.rs`, ground first. A module may name only modules before it, or itself.
const FLOORS: &[&str] = &[
    "model",
    "text",
    "dates",
    "config",
    "schedule",
    "fetch",
    "extract",
    "normalise",
    "dedup",
    "topics",
    "store",
    "publish",
    "serve",
    "daemon",
    "demo",
    "cli",
];

/// Words of libraries, and where alone they may be said.
const HOMES: &[(&str, &[&str])] = &[
    ("feed_rs::", &["src/extract/", "src/demo/newsroom/tests.rs"]),
    ("rusqlite::", &["src/store/"]),
    ("reqwest::", &["src/fetch/"]),
    // Bodies are cleaned when they come in, and once more, more narrowly, where they stand among our own markup.
    ("ammonia::", &["src/text/", "src/publish/pages/"]),
    ("hyper::", &["src/serve/", "src/demo/", "src/fetch/"]),
    ("clap::", &["src/cli/"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is part of the project") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn leading_name(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The modules of this crate that a file names, with the line where it does.
fn named(text: &str) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        for (at, word) in code(line).match_indices("crate::") {
            let rest = &code(line)[at + word.len()..];
            let list = rest.strip_prefix('{').map_or(vec![rest], |list| list.split([',', '}']).collect());
            for name in list {
                names.entry(leading_name(name)).or_insert(number + 1);
            }
        }
    }
    names
}

#[test]
fn a_module_names_only_modules_below_it() {
    let mut faults = Vec::new();
    for (floor, module) in FLOORS.iter().enumerate() {
        let mut files = Vec::new();
        sources(&root().join("src").join(module), &mut files);
        assert!(!files.is_empty(), "floor `{module}` is in the plan and not in src");
        for file in files {
            let text = fs::read_to_string(&file).expect("sources are UTF-8");
            for (name, line) in named(&text) {
                if FLOORS.iter().position(|other| *other == name).is_some_and(|other| other > floor) {
                    faults.push(format!("{}:{line}: `{module}` names `{name}`, which stands above it", file.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_has_a_floor() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is there");
    for line in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let module = line.trim_end_matches(';');
        assert!(FLOORS.contains(&module), "`{module}` has no place in the plan");
    }
}

#[test]
fn the_words_of_a_library_stay_in_one_place() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files {
        let name = file.strip_prefix(root()).expect("it lies below").display().to_string();
        let text = fs::read_to_string(&file).expect("sources are UTF-8");
        for (word, places) in HOMES {
            let at_home = places.iter().any(|place| name.starts_with(place));
            let line = text.lines().position(|line| code(line).contains(word));
            if let (false, Some(line)) = (at_home, line) {
                panic!("{name}:{}: names `{word}`, which belongs into {places:?}", line + 1);
            }
        }
    }
}
