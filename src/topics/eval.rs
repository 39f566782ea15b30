//! The matcher over examples: what `bantin eval topics FILE.jsonl` prints.

use std::io::{self, BufRead, Write};

use serde::Deserialize;

use super::{Matcher, Subject, lead_and_body};
use crate::model::SourceId;

/// Why an evaluation stopped.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The examples could not be read, or the answers not written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line is no example.
    #[error("line {line}: {source}; expected an object with `id`, `title` and `text`")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

/// One example; members not named here are ignored.
#[derive(Deserialize)]
struct Example {
    id: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    title: String,
    /// Lead, line break, body.
    #[serde(default)]
    text: String,
}

/// Reads examples, one JSON object a line, and writes `id<TAB>topic,topic…` for each, best topic first.
///
/// Blank lines are passed over. Returns how many examples there were.
///
/// # Errors
///
/// [`EvalError`]; what came before stays written.
pub fn eval(matcher: &Matcher, examples: impl BufRead, mut answers: impl Write) -> Result<usize, EvalError> {
    let mut count = 0;
    for (at, line) in examples.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let example: Example =
            serde_json::from_str(&line).map_err(|source| EvalError::Line { line: at + 1, source })?;
        let (lead, body) = lead_and_body(&example.text);
        let source = SourceId::new(example.source);
        let hits = matcher.classify(&Subject { title: &example.title, lead, body, ..Subject::of(&source) });
        let topics: Vec<&str> = hits.iter().map(|hit| hit.topic.as_str()).collect();
        writeln!(answers, "{}\t{}", example.id, topics.join(","))?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
    use super::*;

    fn answers(examples: &str) -> Result<String, EvalError> {
        let mut out = Vec::new();
        eval(&Matcher::new(&shipped()), examples.as_bytes(), &mut out)?;
        Ok(String::from_utf8(out).expect("ids and topics are UTF-8"))
    }

    #[test]
    fn prints_the_topics_of_each_example_best_first() {
        let examples = concat!(
            r#"{"id":"1","title":"Ban Dân vận Tỉnh ủy triển khai nhiệm vụ","text":"Hội nghị\nbody","url":"x"}"#,
            "\n\n",
            r#"{"id":"2","title":"Không có gì"}"#,
            "\n"
        );
        assert_eq!(answers(examples).expect("both lines are examples"), "1\tdan-van,xay-dung-dang\n2\t\n");
    }

    #[test]
    fn names_the_line_that_is_no_example() {
        let message = answers("{\"id\":\"1\"}\n{}\n").expect_err("the second has no id").to_string();
        assert!(message.starts_with("line 2: missing field `id`"), "{message}");
    }
}
