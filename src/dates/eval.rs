//! One line of `bantin eval dates`.

use chrono::{SecondsFormat, Utc};

use super::{Context, parse};

/// Answers one line of `bantin eval dates FILE.jsonl`: an object with a member `raw`, a string (or a number).
///
/// The answer is `raw<TAB>instant`, without line break, the instant in UTC as `2022-12-20T08:30:00Z`, empty where the date is
/// unreadable. Tabs and line breaks in `raw` are written as `\t` and `\n`, so that an answer is one line. `None` if the line
/// is no such object.
pub fn eval_line(json_line: &str, cx: &Context) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(json_line.trim()).ok()?;
    let raw = match line.get("raw")? {
        serde_json::Value::String(raw) => raw.clone(),
        serde_json::Value::Number(raw) => raw.to_string(),
        _ => return None,
    };
    let instant = parse(&raw, cx).map(|at| at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true));
    let shown = raw.replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
    Some(format!("{shown}\t{}", instant.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::utc;
    use super::*;

    #[test]
    fn answers_a_line_of_an_evaluation() {
        let answer = |line: &str| eval_line(line, &utc());
        assert_eq!(
            answer(r#"{"raw": "20/12/2022 15:30 GMT+7"}"#).as_deref(),
            Some("20/12/2022 15:30 GMT+7\t2022-12-20T08:30:00Z")
        );
        assert_eq!(answer(r#"{"raw": "never", "id": 1}"#).as_deref(), Some("never\t"));
        assert_eq!(answer(r#"{"raw": 1671525000}"#).as_deref(), Some("1671525000\t2022-12-20T08:30:00Z"));
        assert_eq!(answer(r#"{"raw": "a\tb\nc"}"#).as_deref(), Some("a\\tb\\nc\t"));
        assert_eq!(answer("{}"), None);
        assert_eq!(answer("raw"), None);
    }
}
