//! What every reader of a table has at hand: the notes, the surroundings, the folder of the file, and the ids it names.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use toml::de::DeValue;

use super::field::{Field, Place};
use super::provinces::Provinces;
use super::remark::{Note, Notes, listed, shown};
use super::secret::{self, Secret};
use super::sections::{POLL_KEYS, PUBLISH_KEYS, SERVER_KEYS, SITE_KEYS, STORE_KEYS, STORIES_KEYS};
use super::source::{ARTICLE_KEYS, HTML_KEYS, JSON_KEYS, SOURCE_KEYS};
use super::surroundings::{MissingSecrets, Surroundings};
use super::topic::TOPIC_KEYS;

/// Table and key (all of the table where the key is empty) of what the product's list of keys names and nothing obeys yet.
///
/// Their readers are written and tested; a line is deleted here on the day the key has its effect. A key that is taken
/// and does nothing would be worse than one that is refused: it would seem to work.
pub(super) const NOT_YET: &[(&str, &str)] = &[("topics", ""), ("feed", "")];

/// The tables of the file.
pub(super) const TABLES: &[&str] = &["site", "server", "store", "poll", "publish", "stories", "source", "topic"];

/// Every table with its keys, and how the hint writes it that a key belongs there (those inside others are no such place).
pub(super) const ALL_KEYS: &[(&str, &str, &[&str])] = &[
    ("", "", TABLES),
    ("site", "`[site]`", SITE_KEYS),
    ("server", "`[server]`", SERVER_KEYS),
    ("store", "`[store]`", STORE_KEYS),
    ("poll", "`[poll]`", POLL_KEYS),
    ("publish", "`[publish]`", PUBLISH_KEYS),
    ("stories", "`[stories]`", STORIES_KEYS),
    ("source", "`[[source]]`", SOURCE_KEYS),
    ("source.html", "", HTML_KEYS),
    ("source.html.article", "", ARTICLE_KEYS),
    ("source.json", "", JSON_KEYS),
    ("topic", "`[[topic]]`", TOPIC_KEYS),
];

/// What every reader of a table has at hand.
pub(super) struct Desk<'a, 'i> {
    pub(super) notes: Notes<'i>,
    pub(super) around: &'a Surroundings<'a>,
    /// What relative paths are relative to.
    pub(super) folder: PathBuf,
    pub(super) provinces: &'a Provinces,
    pub(super) not_yet: &'a [(&'a str, &'a str)],
    /// Ids of all topics and sources of the file, for references in either direction.
    pub(super) topic_ids: HashSet<&'a str>,
    pub(super) source_ids: HashSet<&'a str>,
    /// Verdicts on schedules: thousands of sources share a few.
    pub(super) schedules: RefCell<HashMap<String, Result<(), String>>>,
}

impl<'i> Desk<'_, 'i> {
    /// Says that a key is one of those to come; `true` if so.
    pub(super) fn refuses(&self, table: &str, field: &Field<'_, 'i>) -> bool {
        let refused = self.not_yet.contains(&(table, field.name()));
        if refused {
            field.not_yet_known();
        }
        refused
    }

    /// Says that `table` has no such key, and which other tables have one of that name: a key below a `[source.html]`
    /// belongs to it, however far the eye sees it from there.
    pub(super) fn unknown(&self, table: &str, field: &Field<'_, 'i>) {
        let name = field.name();
        let known = ALL_KEYS.iter().find(|(other, _, _)| *other == table).map_or(&[][..], |(_, _, keys)| keys);
        let known: Vec<&str> = known.iter().copied().filter(|key| !self.not_yet.contains(&(table, key))).collect();
        let tables = ALL_KEYS.iter().filter(|(other, written, keys)| {
            !written.is_empty() && *other != table && keys.contains(&name) && !self.not_yet.contains(&(other, name))
        });
        let tables: Vec<&str> = tables.map(|(_, written, _)| *written).collect();
        let elsewhere = match &tables[..] {
            [] => None,
            [one] => Some(format!("`{name}` is a key of {one}")),
            [most @ .., last] => Some(format!("`{name}` is a key of {} and {last}", most.join(", "))),
        };
        // Where a better spelling is near, it was meant rather than another table.
        let near = self.notes.did_you_mean(name, known.iter().copied());
        field.unknown(&known, near.or(elsewhere));
    }

    /// Says that a required key is not there.
    pub(super) fn missing(&self, at: usize, place: Place<'_>, key: &str, expected: &str) {
        self.notes.absence(Note::at(at, format!("{place}{key} is missing")).expected(expected));
    }

    /// Whether the lender of judgement takes `schedule` for one; says so if not.
    pub(super) fn accepts_schedule(&self, field: &Field<'_, 'i>, schedule: &str) -> bool {
        let mut schedules = self.schedules.borrow_mut();
        if !schedules.contains_key(schedule) {
            schedules.insert(schedule.to_owned(), (self.around.check_schedule)(schedule));
        }
        let verdict = &schedules[schedule];
        if let Err(what) = verdict {
            field.error(field.wrong_text(field.at(), schedule, what));
        }
        verdict.is_ok()
    }

    /// A value that may be secret: plain text, or where to take it from. What cannot be had only here becomes an empty
    /// one with a warning, if the surroundings say so.
    pub(super) fn secret(&self, field: &Field<'_, 'i>) -> Option<Secret> {
        match field.value() {
            DeValue::String(_) => field.text().map(Secret::plain),
            _ => self.secret_only(field),
        }
    }

    /// What readers have to show: a secret, with a warning where it is short enough to be tried out.
    pub(super) fn token(&self, field: &Field<'_, 'i>) -> Option<Secret> {
        /// Sixteen letters and digits are more than anybody can try over a network.
        const SHORTEST: usize = 16;

        let token = self.secret_only(field)?;
        let length = token.expose().chars().count();
        // An empty one is one that cannot be had here, which has been said.
        if (1..SHORTEST).contains(&length) {
            self.notes.warn(
                field
                    .wrong(format_args!("has {length} characters, few enough to be guessed"))
                    .hint("make one with `openssl rand -hex 16`"),
            );
        }
        Some(token)
    }

    /// A value that must be secret: `{ credential = "NAME" }`, `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub(super) fn secret_only(&self, field: &Field<'_, 'i>) -> Option<Secret> {
        const WAYS: &[&str] = &["credential", "env", "file"];
        const FORM: &str = "`{ credential = \"NAME\" }`, `{ env = \"NAME\" }` or `{ file = \"PATH\" }`";

        if let DeValue::String(_) = field.value() {
            field.error(field.wrong("stands in the file in plain text").expected(FORM));
            return None;
        }
        let table = field.table(FORM)?;
        let mut ways = table.iter();
        let (Some((way, name)), None) = (ways.next(), ways.next()) else {
            field.error(field.wrong(format_args!("names {} places", table.len())).expected(format!("one of {FORM}")));
            return None;
        };
        let way = way.get_ref().as_ref();
        if !WAYS.contains(&way) {
            let note = field.wrong(format_args!("cannot be taken from `{way}`"));
            let hint = self.notes.did_you_mean(way, WAYS.iter().copied());
            field.error(note.expected(format!("one of {}", listed(WAYS.iter().copied()))).hint_if(hint));
            return None;
        }
        let DeValue::String(name) = name.get_ref() else {
            field.error(field.wrong(format_args!("has no name for its {way}")).expected(FORM));
            return None;
        };
        let result = match way {
            "credential" => secret::from_credential(name, self.around.credentials_directory().as_deref()),
            "env" => secret::from_env(name, (self.around.env)(name)),
            _ => secret::from_file(self.folder.join(name.as_ref())),
        };
        let refusal = match result {
            Ok(secret) => return Some(secret),
            Err(refusal) => refusal,
        };
        let note = field.wrong(format_args!("{way} `{}` {}", shown(name), refusal.what)).hint_if(refusal.hint);
        if refusal.only_here && self.around.missing_secrets == MissingSecrets::Noted {
            self.notes.warn(note);
            return Some(Secret::plain(""));
        }
        self.notes.error(note);
        None
    }
}
