//! `bantin eval stories`: the daemon's own judgement over examples in a file.

use std::convert::Infallible;
use std::io::BufRead;
use std::sync::Arc;

use chrono::DateTime;
use serde::Deserialize;

use super::decide::{Subject, Thresholds, Verdict};
use super::index::{Index, MemoryIndex};
use super::search::{Known, KnownItems, judge};
use super::signature::sign;
use crate::model::Instant;
use crate::normalise::canonical_link;

/// One line of the file: an item. Other members are ignored.
#[derive(Debug, Clone, Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    url: Option<String>,
    published: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    credit: Option<String>,
    #[serde(default)]
    outlet: Option<String>,
}

/// Why a line could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The file could not be read.
    #[error("line {line} cannot be read")]
    Read {
        /// Its number, from 1.
        line: usize,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It is not the JSON object that is expected.
    #[error("line {line} is not an item: expected an object with `id`, `title`, `url`, `published` and `text`")]
    Json {
        /// Its number, from 1.
        line: usize,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// Its date is none.
    #[error("line {line}: published `{value}` is no RFC 3339 date, such as `2026-06-05T07:30:00+07:00`")]
    Date {
        /// Its number, from 1.
        line: usize,
        /// What stands there.
        value: String,
    },
}

/// What was decided about one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The item's id, as given.
    pub id: String,
    /// The story's label: the id of its first item.
    pub story: String,
    /// The verdict; its numbers count the items of the file from 0.
    pub verdict: Verdict,
}

/// Judges items as they arrive: remembers each, and says which earlier ones it belongs to.
#[derive(Debug)]
pub struct Evaluation {
    thresholds: Thresholds,
    index: MemoryIndex,
    items: Kept,
}

/// The items so far, by number, with their ids.
#[derive(Debug, Default)]
struct Kept(Vec<(String, Known)>);

impl KnownItems for Kept {
    type Error = Infallible;

    fn known(&mut self, item: i64) -> Result<Option<Known>, Infallible> {
        Ok(self.0.get(item as usize).map(|(_, known)| known.clone()))
    }
}

/// Judges a JSONL file line by line, in its order, as if the items arrived so. Blank lines are skipped.
///
/// Each line is an object with `id`, `source`, `title`, `url`, `published` (RFC 3339) and `text` (lead, line break,
/// body); `credit` and `outlet` are understood where they stand.
pub fn eval<R: BufRead>(reader: R, thresholds: Thresholds) -> impl Iterator<Item = Result<Judged, EvalError>> {
    let mut evaluation = Evaluation::new(thresholds);
    reader.lines().enumerate().filter_map(move |(at, text)| {
        let line = at + 1;
        match text {
            Err(source) => Some(Err(EvalError::Read { line, source })),
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => Some(evaluation.judge_line(line, &text)),
        }
    })
}

impl Evaluation {
    /// Starts with nothing remembered.
    pub fn new(thresholds: Thresholds) -> Self {
        Self { thresholds, index: MemoryIndex::default(), items: Kept::default() }
    }

    fn judge_line(&mut self, line: usize, text: &str) -> Result<Judged, EvalError> {
        let mut item: Line = serde_json::from_str(text).map_err(|source| EvalError::Json { line, source })?;
        // As the daemon compares addresses; one that is none tells nothing.
        item.url = item.url.as_deref().and_then(canonical_link);
        let Ok(published) = DateTime::parse_from_rfc3339(&item.published) else {
            return Err(EvalError::Date { line, value: item.published });
        };
        Ok(self.judge(item, published.to_utc()))
    }

    fn judge(&mut self, item: Line, published: Instant) -> Judged {
        let signature = sign(&item.title, &item.text);
        let outlets: Arc<[String]> = item.outlet.into_iter().collect();
        let subject = Subject {
            signature: &signature,
            published,
            link: item.url.as_deref(),
            credit: item.credit.as_deref(),
            outlets: &outlets,
        };
        let Ok((verdict, traces)) = judge(&subject, published, &mut self.index, &mut self.items, &self.thresholds);
        let number = self.items.0.len();
        let story = verdict.joins.as_ref().map_or(number as i64, |joins| joins.story);
        let Ok(()) = self.index.insert(number as i64, published, &traces);
        let signature = Arc::new(signature);
        let known = Known { story, signature, published, link: item.url, credit: item.credit, outlets };
        self.items.0.push((item.id.clone(), known));
        Judged { id: item.id, story: self.items.0[story as usize].0.clone(), verdict }
    }
}
