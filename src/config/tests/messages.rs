//! Every message of the door, word by word: changing one is a visible diff.

mod shape;
mod site;
mod sources;

use super::*;

/// Reads [`LEAST`] and `rest`, whose first line is line 7, with nothing refused for now.
#[track_caller]
fn refused(rest: &str, expected: &str) {
    let actual = errors(&format!("{}{rest}", LEAST.trim_start()), &Surroundings::bare());
    assert_eq!(actual, expected, "\n{actual}\n");
}

/// Reads a whole file as the program does, with everything refused that is refused for now.
#[track_caller]
fn refused_whole(text: &str, expected: &str) {
    let Err(errors) = parse(text, Some(Path::new("feeds.toml")), &Surroundings::bare()) else {
        panic!("it was taken:\n{text}");
    };
    let actual = errors.to_string();
    assert_eq!(actual, expected, "\n{actual}\n");
}

#[track_caller]
fn warned(text: &str, around: &Surroundings<'_>, expected: &str) {
    let (_, warnings) = parse(text, Some(Path::new("feeds.toml")), around).unwrap_or_else(|errors| panic!("{errors}"));
    let actual = warnings.iter().map(Warning::to_string).collect::<Vec<_>>().join("\n\n");
    assert_eq!(actual, expected, "\n{actual}\n");
}
