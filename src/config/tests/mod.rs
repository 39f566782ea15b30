//! Tests of the whole door: text in; types, or every message, out.

mod messages;
mod properties;
mod shipped;
mod speed;
mod values;

use std::ffi::OsString;
use std::path::Path;

use super::*;

/// The least that a file must hold, with nothing to warn about.
pub(super) const LEAST: &str = r#"
[site]
title = "Bản tin"
url = "https://tin.example.vn/"
tag = "tin.example.vn,2026"
[poll]
contact = "admin@example.vn"
"#;

/// Reads `LEAST` and `rest` with nothing refused for now.
#[track_caller]
pub(super) fn good(rest: &str) -> Config {
    let (config, warnings) = whole(&format!("{LEAST}{rest}"));
    assert!(warnings.is_empty(), "{warnings:#?}");
    config
}

/// Reads a whole file with nothing refused for now.
#[track_caller]
pub(super) fn whole(text: &str) -> (Config, Vec<Warning>) {
    parse_with(text, Some(Path::new("/etc/bantin/feeds.toml")), &Surroundings::bare(), &[])
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// What is said about a whole file with nothing refused for now.
#[track_caller]
pub(super) fn errors(text: &str, around: &Surroundings<'_>) -> String {
    match parse_with(text, Some(Path::new("feeds.toml")), around, &[]) {
        Ok(_) => panic!("it was taken:\n{text}"),
        Err(errors) => errors.to_string(),
    }
}

/// An environment of a few variables.
pub(super) fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
    move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
}
