//! What is to be said about a configuration, and where: errors and warnings with line and column.
//!
//! Findings are collected with their byte offset while the file is read, and translated into lines and columns once, at
//! the end: a good file pays nothing for it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::near;

/// One thing that is wrong, or deserves attention, in a configuration file.
///
/// Printed as `file:line:column: message`, an indented line with what would be right, and a hint after an empty line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The file as it was named by the caller.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Names the object first, then what is wrong with the very value; lower case, no full stop.
    pub message: String,
    /// What would be right: `a number with a unit such as …`, `one of …`; printed after the word "expected".
    pub expected: Option<String>,
    /// A way out.
    pub hint: Option<String>,
}

/// A [`Remark`] that does not keep the configuration from being used.
pub type Warning = Remark;

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, "\n  expected {expected}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigErrors {
    /// The file could not be read at all.
    #[error("error: `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file was read and does not hold; displayed as all its errors, each beginning with `error: `.
    #[error("{}", Blocks(errors))]
    Invalid {
        /// Never empty; in the order of the file.
        errors: Vec<Remark>,
        /// What would have been warned about besides.
        warnings: Vec<Warning>,
    },
}

/// Prints remarks one below the other with an empty line between them.
struct Blocks<'a>(&'a [Remark]);

impl fmt::Display for Blocks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, remark) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(f, "{gap}error: {remark}")?;
        }
        Ok(())
    }
}

/// A remark that still has a byte offset for a place.
#[derive(Debug)]
pub(super) struct Note {
    at: usize,
    message: String,
    /// Where the same thing stood before.
    first_at: Option<usize>,
    expected: Option<String>,
    hint: Option<String>,
}

impl Note {
    pub(super) fn at(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), first_at: None, expected: None, hint: None }
    }

    /// Adds the line of another place: "…, first in line 12".
    pub(super) fn first_at(mut self, at: usize) -> Self {
        self.first_at = Some(at);
        self
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn hint_if(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into).or(self.hint);
        self
    }
}

/// Comparisons of words that may be spent on "did you mean" in one file.
///
/// A file with ten thousand sources in which every reference is wrong would otherwise cost minutes; this is about a
/// tenth of a second, and nobody reads the hint of the thousandth error.
const COMPARISONS: usize = 200_000;

/// Collects what is said about one file.
pub(super) struct Notes<'t> {
    file: String,
    text: &'t str,
    errors: RefCell<Vec<Note>>,
    warnings: RefCell<Vec<Note>>,
    /// Lines whose syntax is broken, first byte to the one behind the last: what they seem to say is not judged.
    broken: RefCell<BTreeMap<usize, usize>>,
    comparisons: Cell<usize>,
}

impl<'t> Notes<'t> {
    pub(super) fn new(file: String, text: &'t str) -> Self {
        Self {
            file,
            text,
            errors: RefCell::default(),
            warnings: RefCell::default(),
            broken: RefCell::default(),
            comparisons: Cell::new(COMPARISONS),
        }
    }

    /// Says that the file is not TOML at `at`. From then on nothing is called missing (it may stand in what could not be
    /// read), and nothing on the same line is judged.
    pub(super) fn syntax_error(&self, at: usize, message: &str) {
        // One fault makes the parser stumble several times on one line: the first stumble says it.
        let at = at.min(self.text.len());
        if self.is_on_broken_line(at) {
            return;
        }
        let bytes = self.text.as_bytes();
        let start = bytes[..at].iter().rposition(|&b| b == b'\n').map_or(0, |found| found + 1);
        let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |found| at + found);
        self.broken.borrow_mut().insert(start, end + 1);
        self.errors.borrow_mut().push(Note::at(at, format!("not TOML: {message}")));
    }

    fn is_on_broken_line(&self, at: usize) -> bool {
        self.broken.borrow().range(..=at).next_back().is_some_and(|(_, &end)| at < end)
    }

    /// Whether the file had errors of syntax.
    pub(super) fn is_broken(&self) -> bool {
        !self.broken.borrow().is_empty()
    }

    pub(super) fn error(&self, note: Note) {
        if !self.is_on_broken_line(note.at) {
            self.errors.borrow_mut().push(note);
        }
    }

    /// An error about something that is not there: not said when part of the file could not be read.
    pub(super) fn absence(&self, note: Note) {
        if !self.is_broken() {
            self.errors.borrow_mut().push(note);
        }
    }

    pub(super) fn warn(&self, note: Note) {
        if !self.is_broken() {
            self.warnings.borrow_mut().push(note);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// The sentence "did you mean" for a misspelt word, if a known one is near.
    pub(super) fn did_you_mean<'a>(&self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let budget = self.comparisons.get();
        if budget == 0 {
            return None;
        }
        let mut spent = 0;
        let found = near::nearest(word, known.into_iter().take(budget).inspect(|_| spent += 1));
        self.comparisons.set(budget - spent);
        found.map(|found| format!("did you mean `{found}`?"))
    }

    /// All that was said, errors and warnings, each in the order of the file.
    pub(super) fn finish(self) -> (Vec<Remark>, Vec<Warning>) {
        let (errors, warnings) = (self.errors.into_inner(), self.warnings.into_inner());
        if errors.is_empty() && warnings.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let (file, lines) = (self.file, Lines::of(self.text));
        let place = |mut notes: Vec<Note>| {
            // Stable: what was said first about one place stays first.
            notes.sort_by_key(|note| note.at);
            let remark = |Note { at, message, first_at, expected, hint }| {
                let (line, column) = lines.position(at);
                let message = match first_at {
                    Some(first) => format!("{message}, first in line {}", lines.position(first).0),
                    None => message,
                };
                Remark { file: file.clone(), line, column, message, expected, hint }
            };
            notes.into_iter().map(remark).collect()
        };
        (place(errors), place(warnings))
    }
}

/// Where the lines of a text begin: made once, when there is something to say.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes());
        Self { text, starts: std::iter::once(0).chain(newlines.map(|index| index + 1)).collect() }
    }

    /// Line and column of the byte `at`, both from 1.
    fn position(&self, at: usize) -> (usize, usize) {
        let at = at.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= at);
        // Characters are counted by their first byte: everything that is not a UTF-8 continuation.
        let before = &self.text.as_bytes()[self.starts[line - 1]..at];
        let column = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        // An editor does not show a byte order mark and does not count it.
        let bom = usize::from(line == 1 && before.starts_with("\u{feff}".as_bytes()));
        (line, column - bom + 1)
    }
}

/// A value as it may stand in a message: on one line, without control characters, not longer than a line, and without
/// the user and password of an address.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 100;

    let value = &*without_password(value);
    let mut out = String::with_capacity(value.len().min(LONGEST));
    for (count, c) in value.chars().enumerate() {
        if count == LONGEST {
            out.push('…');
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// An address with `…` for its user and password; everything else as it is.
fn without_password(value: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = value.split_once("://") else { return value.into() };
    let authority = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
    match authority.rfind('@') {
        Some(user) => format!("{scheme}://…{}", &rest[user..]).into(),
        None => value.into(),
    }
}

/// `a`, `b`, `c`: names in backticks with commas.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let text = "title = \"Hà Nội\"\nurl = 1\n";
        let lines = Lines::of(text);
        assert_eq!(lines.position(text.find('1').unwrap()), (2, 7));
        assert_eq!(lines.position(0), (1, 1));
        assert_eq!(lines.position(text.find("Nội").unwrap()), (1, 13));
        assert_eq!(lines.position(text.find("url").unwrap()), (2, 1));
        assert_eq!(lines.position(9_999), (3, 1));
        assert_eq!(Lines::of("").position(0), (1, 1));
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        assert_eq!(Lines::of("\u{feff}id = 1").position(3), (1, 1));
    }

    #[test]
    fn values_are_shown_on_one_line_and_not_too_long() {
        assert_eq!(shown("a\nb\u{7}"), "a\\nb\\u{7}");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), 101);
        assert_eq!(shown("https://ten:matkhau@bao.example/a"), "https://…@bao.example/a");
        assert_eq!(shown("https://bao.example/@ten"), "https://bao.example/@ten");
    }

    #[test]
    fn remarks_come_in_the_order_of_the_file() {
        let notes = Notes::new("feeds.toml".to_owned(), "a\nb\nc\n");
        notes.error(Note::at(4, "third").first_at(2).hint("look"));
        notes.error(Note::at(0, "first").expected("better"));
        let (errors, warnings) = notes.finish();
        assert!(warnings.is_empty());
        assert_eq!(errors[0].to_string(), "feeds.toml:1:1: first\n  expected better");
        assert_eq!(errors[1].to_string(), "feeds.toml:3:1: third, first in line 2\n\nhint: look");
    }

    #[test]
    fn hints_stop_when_they_would_cost_too_much() {
        let notes = Notes::new(String::new(), "");
        let many: Vec<String> = (0..COMPARISONS).map(|n| format!("source-{n}")).collect();
        assert!(notes.did_you_mean("sourcee-1", many.iter().map(String::as_str)).is_some());
        assert!(notes.did_you_mean("zzz", many.iter().map(String::as_str)).is_none());
        assert!(notes.did_you_mean("source-1", ["source-1"]).is_none(), "the budget is spent");
    }
}
