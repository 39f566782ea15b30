//! Reading single values out of a TOML table: each method gives the value in its type, or says what is wrong with it.
//!
//! Tables are walked once, key by key, with a `match` on the name; what the match does not know goes to
//! [`Field::unknown`]. So a key cannot be read without being known, and everything wrong in a file is found in one pass.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::{DeArray, DeString, DeTable, DeValue};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::address::Fault;
use super::quantity::{DURATION_FORM, SIZE_FORM, parse_duration, parse_size, show_duration, show_size};
use super::remark::{Note, Notes, listed, shown};

/// What a message is about; printed before everything else.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// The top of the file.
    File,
    /// `[site]` and its kind.
    Section(&'static str),
    /// One of several: `source`, and its id or (where it has none) its number from 1.
    One(&'static str, &'a str),
    /// As above, by number.
    Numbered(&'static str, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Section(name) => write!(f, "[{name}]: "),
            Self::One(kind, id) => write!(f, "{kind} `{}`: ", shown(id)),
            Self::Numbered(kind, number) => write!(f, "{kind} number {number}: "),
        }
    }
}

/// One key with its value.
pub(super) struct Field<'a, 'i> {
    notes: &'a Notes<'i>,
    place: Place<'a>,
    /// `html.` for the keys of `[source.html]`.
    above: &'static str,
    name: &'a str,
    name_at: usize,
    value: &'a DeValue<'i>,
    value_at: usize,
}

/// Walks the keys of a table.
pub(super) fn fields<'a, 'i>(
    notes: &'a Notes<'i>,
    place: Place<'a>,
    table: &'a DeTable<'i>,
) -> impl Iterator<Item = Field<'a, 'i>> {
    table.iter().map(move |(key, value)| Field {
        notes,
        place,
        above: "",
        name: key.get_ref(),
        name_at: key.span().start,
        value: value.get_ref(),
        value_at: value.span().start,
    })
}

impl<'a, 'i> Field<'a, 'i> {
    /// The key as written, without those above it.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// Where its value stands.
    pub(super) fn at(&self) -> usize {
        self.value_at
    }

    pub(super) fn notes(&self) -> &'a Notes<'i> {
        self.notes
    }

    pub(super) fn value(&self) -> &'a DeValue<'i> {
        self.value
    }

    /// Says that the value is wrong: `message` goes on after the object.
    pub(super) fn wrong(&self, message: impl fmt::Display) -> Note {
        Note::at(self.value_at, format!("{}{}{} {message}", self.place, self.above, shown(self.name)))
    }

    /// Says what is wrong with one string of it that stands at `at`.
    pub(super) fn wrong_text(&self, at: usize, text: &str, message: impl fmt::Display) -> Note {
        Note::at(at, format!("{}{}{} `{}` {message}", self.place, self.above, shown(self.name), shown(text)))
    }

    pub(super) fn error(&self, note: Note) {
        self.notes.error(note);
    }

    /// Says that there is no such key. `known` are all that are; `elsewhere` says where the same name has a meaning.
    pub(super) fn unknown(&self, known: &[&str], elsewhere: Option<String>) {
        let names = listed(known.iter().copied());
        self.error(
            Note::at(self.name_at, format!("{}unknown key `{}{}`", self.place, self.above, shown(self.name)))
                .expected(if known.len() == 1 { names } else { format!("one of {names}") })
                .hint_if(elsewhere.or_else(|| self.notes.did_you_mean(self.name, known.iter().copied()))),
        );
    }

    /// Says that the key will exist one day.
    pub(super) fn not_yet_known(&self) {
        self.error(
            Note::at(self.name_at, format!("{}`{}` is not yet known to this version", self.place, shown(self.name)))
                .hint("leave it out for now: a key without effect would only seem to work"),
        );
    }

    fn wrong_type(&self, expected: &str) {
        self.error(self.wrong(format_args!("is {}", kind_of(self.value))).expected(expected));
    }

    /// A string as it stands, untrimmed.
    pub(super) fn raw(&self) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) => Some(text),
            _ => {
                self.wrong_type("text in quotes");
                None
            }
        }
    }

    /// A string for people: NFC, without white space at its ends, not empty, without control characters.
    pub(super) fn text(&self) -> Option<String> {
        let text = self.raw()?;
        self.tidy(self.value_at, text)
    }

    fn tidy(&self, at: usize, text: &str) -> Option<String> {
        match tidy(text) {
            Ok(text) => Some(text),
            Err(what) => {
                self.error(self.wrong_text(at, text, what));
                None
            }
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.wrong_type("`true` or `false`");
                None
            }
        }
    }

    pub(super) fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(digits) = self.value else {
            self.wrong_type(&expected);
            return None;
        };
        let value = i64::from_str_radix(digits.as_str(), digits.radix()).ok().filter(|value| range.contains(value));
        if value.is_none() {
            self.error(self.wrong(format_args!("`{digits}` is out of range")).expected(expected));
        }
        value
    }

    /// A number from 0 to 1.
    pub(super) fn share(&self) -> Option<f64> {
        const FORM: &str = "a number from 0 to 1, such as `0.8`";
        let digits = match self.value {
            DeValue::Float(digits) => digits.as_str(),
            DeValue::Integer(digits) => digits.as_str(),
            _ => {
                self.wrong_type(FORM);
                return None;
            }
        };
        let value = digits.parse::<f64>().ok().filter(|value| (0.0..=1.0).contains(value));
        if value.is_none() {
            self.error(self.wrong(format_args!("`{digits}` is out of range")).expected(FORM));
        }
        value
    }

    pub(super) fn duration(&self, range: RangeInclusive<Duration>) -> Option<Duration> {
        let text = self.quantity(DURATION_FORM)?;
        let Some(value) = parse_duration(text) else {
            self.error(self.wrong_text(self.value_at, text, "is not a duration").expected(DURATION_FORM));
            return None;
        };
        self.within(text, value, &range, show_duration)
    }

    pub(super) fn size(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let text = self.quantity(SIZE_FORM)?;
        let Some(value) = parse_size(text) else {
            self.error(self.wrong_text(self.value_at, text, "is not a size").expected(SIZE_FORM));
            return None;
        };
        self.within(text, value, &range, show_size)
    }

    /// The text of a quantity; a bare number is met with the form it should have had.
    fn quantity(&self, form: &str) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) => Some(text),
            DeValue::Integer(number) => {
                self.error(self.wrong(format_args!("`{number}` has no unit")).expected(format!("{form}, in quotes")));
                None
            }
            _ => {
                self.wrong_type(&format!("{form}, in quotes"));
                None
            }
        }
    }

    fn within<T: PartialOrd + Copy>(
        &self,
        text: &str,
        value: T,
        range: &RangeInclusive<T>,
        show: impl Fn(T) -> String,
    ) -> Option<T> {
        if range.contains(&value) {
            return Some(value);
        }
        let (least, most) = (show(*range.start()), show(*range.end()));
        self.error(
            self.wrong_text(self.value_at, text, "is out of range").expected(format!("from `{least}` to `{most}`")),
        );
        None
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.raw()?;
        self.one_word(self.value_at, text, words)
    }

    fn one_word<T: Copy>(&self, at: usize, text: &str, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == text).map(|&(_, value)| value);
        if found.is_none() {
            let names = || words.iter().map(|(word, _)| *word);
            self.error(
                self.wrong_text(at, text, "is not known")
                    .expected(format!("one of {}", listed(names())))
                    .hint_if(self.notes.did_you_mean(text, names())),
            );
        }
        found
    }

    /// A list of strings with their places; `None` if it is no list. Elements of other types are reported and left out.
    pub(super) fn strings(&self) -> Option<Vec<(usize, &'a str)>> {
        let DeValue::Array(list) = self.value else {
            let note = self.wrong(format_args!("is {}", kind_of(self.value))).expected("a list of texts in brackets");
            self.error(match self.value {
                DeValue::String(text) => note.hint(format!("write `{} = [\"{}\"]`", shown(self.name), shown(text))),
                _ => note,
            });
            return None;
        };
        Some(self.strings_of(list))
    }

    fn strings_of(&self, list: &'a DeArray<'i>) -> Vec<(usize, &'a str)> {
        let mut strings = Vec::with_capacity(list.len());
        for element in list.iter() {
            match element.get_ref() {
                DeValue::String(text) => strings.push((element.span().start, text.as_ref())),
                other => self.error(
                    Note::at(
                        element.span().start,
                        format!("{}{}{} holds {}", self.place, self.above, shown(self.name), kind_of(other)),
                    )
                    .expected("texts in quotes only"),
                ),
            }
        }
        strings
    }

    /// A list of strings for people (see [`Self::text`]), without repetition.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        let mut texts: Vec<String> = Vec::new();
        for (at, text) in self.strings()? {
            if let Some(text) = self.tidy(at, text).filter(|text| !texts.contains(text)) {
                texts.push(text);
            }
        }
        Some(texts)
    }

    /// A list of a few words, without repetition, not empty.
    pub(super) fn words<T: Copy + PartialEq>(&self, words: &[(&str, T)]) -> Option<Vec<T>> {
        let mut values = Vec::new();
        for (at, text) in self.strings()? {
            if let Some(value) = self.one_word(at, text, words).filter(|value| !values.contains(value)) {
                values.push(value);
            }
        }
        if values.is_empty() {
            self.error(
                self.wrong("is empty").expected(format!("some of {}", listed(words.iter().map(|(word, _)| *word)))),
            );
            return None;
        }
        Some(values)
    }

    /// A path; a relative one is relative to `folder`.
    pub(super) fn path(&self, folder: &Path) -> Option<PathBuf> {
        let text = self.raw()?;
        if text.is_empty() || text.contains('\0') {
            self.error(self.wrong_text(self.value_at, text, "is not a path"));
            return None;
        }
        Some(folder.join(text))
    }

    /// A string that `parse` understands.
    pub(super) fn parsed<T>(&self, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        let text = self.raw()?;
        self.parsed_text(self.value_at, text, parse)
    }

    pub(super) fn parsed_text<T>(
        &self,
        at: usize,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        match parse(text) {
            Ok(value) => Some(value),
            Err(Fault { what, expected, hint }) => {
                let mut note = self.wrong_text(at, text, what).hint_if(hint);
                if let Some(expected) = expected {
                    note = note.expected(expected);
                }
                self.error(note);
                None
            }
        }
    }

    /// A table; `what` says what belongs there, for the message when it is none.
    pub(super) fn table(&self, what: &str) -> Option<&'a DeTable<'i>> {
        match self.value {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong_type(what);
                None
            }
        }
    }

    /// The keys of the table that this is, for messages named `above` + key.
    pub(super) fn inner(&self, above: &'static str, what: &str) -> impl Iterator<Item = Field<'a, 'i>> {
        let (notes, place) = (self.notes, self.place);
        self.table(what)
            .into_iter()
            .flat_map(move |table| fields(notes, place, table))
            .map(move |field| Field { above, ..field })
    }
}

/// White space at the ends removed, NFC.
fn tidy(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("is empty");
    }
    if text.contains(char::is_control) {
        return Err("has control characters or line breaks");
    }
    Ok(match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    })
}

/// What a value is, with an article.
fn kind_of(value: &DeValue<'_>) -> Cow<'static, str> {
    match value {
        DeValue::String(text) => format!("the text `{}`", shown(text)).into(),
        DeValue::Integer(number) => format!("the number `{number}`").into(),
        DeValue::Float(number) => format!("the number `{}`", number.as_str()).into(),
        DeValue::Boolean(flag) => format!("`{flag}`").into(),
        DeValue::Datetime(date) => format!("the date `{date}`").into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// The string under `key`, without a word if there is none or it is something else.
pub(super) fn peek<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<(usize, &'a DeString<'i>)> {
    match table.get(key).map(|value| (value.span().start, value.get_ref())) {
        Some((at, DeValue::String(text))) => Some((at, text)),
        _ => None,
    }
}
