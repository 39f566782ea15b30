//! The attributes of a tag: quoted, unquoted, without value.

use std::borrow::Cow;

use super::refs::References;

/// One attribute as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The qualified name as written.
    pub name: &'a str,
    /// The value, references not yet resolved; empty where there is none.
    pub value: &'a str,
    /// Whether the value stood in quotes.
    pub quoted: bool,
}

impl<'a> Attribute<'a> {
    /// The value with its references resolved.
    pub fn resolved(&self, references: &mut References) -> Cow<'a, str> {
        references.resolve(self.value)
    }
}

/// Reads the attributes of a tag in order.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    /// Reads from what a [`super::token::Tag`] holds in `attributes`.
    pub fn new(attributes: &'a str) -> Self {
        Self { rest: attributes }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        // Stray quotes, slashes and equal signs between attributes are skipped.
        let junk = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/' | '=' | '<' | '>' | ',' | ';');
        let rest = self.rest.trim_start_matches(junk);
        if rest.is_empty() {
            self.rest = "";
            return None;
        }
        let name_end = rest
            .bytes()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\'' | b'<' | b'>' | b'/'))
            .unwrap_or(rest.len());
        let (name, rest) = rest.split_at(name_end);
        let Some(rest) = rest.trim_ascii_start().strip_prefix('=') else {
            self.rest = rest;
            return Some(Attribute { name, value: "", quoted: false });
        };
        let rest = rest.trim_ascii_start();
        let (value, rest, quoted) = match rest.as_bytes().first() {
            Some(&quote @ (b'"' | b'\'')) => {
                let inner = &rest[1..];
                let end = memchr::memchr(quote, inner.as_bytes());
                match (end, end.and_then(|end| forgotten_quote(&inner[..end]))) {
                    (_, Some(forgotten)) => (&inner[..forgotten], &inner[forgotten..], true),
                    (Some(end), None) => (&inner[..end], &inner[end + 1..], true),
                    (None, None) => (inner.trim_end(), "", true),
                }
            }
            _ => {
                let end = rest.bytes().position(|b| b.is_ascii_whitespace()).unwrap_or(rest.len());
                (rest[..end].trim_matches(['“', '”', '‘', '’', '„', '″']), &rest[end..], false)
            }
        };
        self.rest = rest;
        Some(Attribute { name, value, quoted })
    }
}

/// Where a value ends whose closing quote was forgotten: `a b=` is the value `a` and the name of the next attribute.
fn forgotten_quote(value: &str) -> Option<usize> {
    let name = value.strip_suffix('=')?.trim_ascii_end();
    let start = name.rfind(|c: char| c.is_ascii_whitespace())?;
    let is_name = name[start + 1..].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_'));
    (is_name && start + 1 < name.len()).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attributes: &str, expected: &[(&str, &str)]) {
        let read: Vec<_> = Attributes::new(attributes).map(|a| (a.name, a.value)).collect();
        assert_eq!(read, expected, "for {attributes:?}");
    }

    #[test]
    fn reads_quoted_values() {
        check(" a=\"1\" b = '2'\n c:d=\"\"", &[("a", "1"), ("b", "2"), ("c:d", "")]);
    }

    #[test]
    fn reads_unquoted_values() {
        check(
            " rel=self href=http://tin.example/a?b=c&d=e",
            &[("rel", "self"), ("href", "http://tin.example/a?b=c&d=e")],
        );
    }

    #[test]
    fn reads_attributes_without_value_and_without_space() {
        check(" async a=\"1\"b='2'", &[("async", ""), ("a", "1"), ("b", "2")]);
    }

    #[test]
    fn takes_the_rest_for_a_value_without_closing_quote() {
        check(" a=\"1 b", &[("a", "1 b")]);
    }

    #[test]
    fn ends_a_value_before_the_next_attribute_where_its_quote_was_forgotten() {
        check(
            "href=\"http://tin.example/a rel=\"self\" x='y'",
            &[("href", "http://tin.example/a"), ("rel", "self"), ("x", "y")],
        );
        check("href=\"http://tin.example/?a=b&c=\"", &[("href", "http://tin.example/?a=b&c=")]);
    }

    #[test]
    fn takes_typographic_quotes_for_none() {
        check("href=“http://tin.example/a”", &[("href", "http://tin.example/a")]);
    }

    #[test]
    fn skips_junk_between_attributes() {
        check(" \"a=\"1\", = b=2", &[("a", "1"), ("b", "2")]);
    }
}
