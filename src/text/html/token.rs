//! HTML cut into tags and text: the first steps of the WHATWG tokenizer, borrowing from the input.
//!
//! It finds where tags begin and end exactly as browsers do (quotes, comments, raw text), and leaves alone what they mean.
//! Time is linear in the input whatever it holds, and nothing recurses.

/// One piece of HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Characters between tags, entities not yet decoded.
    Text(&'a str),
    /// `<name …>`
    Start(Tag<'a>),
    /// `</name>`
    End(&'a str),
    /// What stands between the start tag just given and its end tag where no tags are recognised: `script`, `style`, …
    Raw(&'a str),
    /// A comment, doctype or processing instruction.
    Comment(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// As written, in any case.
    pub name: &'a str,
    /// What stands behind the name, the closing `/` included.
    pub attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// Its attributes in order, names as written, values with entities not yet decoded.
    pub(super) fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.attributes }
    }

    /// Whether it ends in `/>`.
    pub(super) fn is_self_closing(&self) -> bool {
        self.attributes.ends_with('/')
    }
}

/// Elements whose content is text to its end tag, whatever it looks like.
pub(super) const RAW: [&str; 10] =
    ["script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "textarea", "title", "plaintext"];

/// Elements that are no use without the program around them; they go with all they hold.
pub(super) const GONE_WHOLE: [&str; 8] =
    ["svg", "math", "template", "select", "button", "datalist", "canvas", "object"];

/// Cuts `html` into tokens.
pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html, raw: None, unclosed: 0 }
}

/// See [`tokens`].
#[derive(Debug, Clone)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
    raw: Option<&'static str>,
    /// Of which of [`GONE_WHOLE`] there is one without an end in the rest, as bits.
    unclosed: u8,
}

impl<'a> Tokens<'a> {
    /// Splits off the next `len` bytes.
    fn take(&mut self, len: usize) -> &'a str {
        let (head, tail) = self.rest.split_at(len);
        self.rest = tail;
        head
    }

    /// What has not been cut yet.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Passes over the content of `tag`, just given, if it is one of [`GONE_WHOLE`] and has an end; else only the tag is gone.
    pub(super) fn pass_over(&mut self, tag: &Tag<'_>) {
        let Some(which) = GONE_WHOLE.iter().position(|gone| gone.eq_ignore_ascii_case(tag.name)) else { return };
        if tag.is_self_closing() || self.unclosed & (1 << which) != 0 {
            return;
        }
        let mut depth = 1;
        let mut ahead = self.clone();
        while let Some(token) = ahead.next() {
            match token {
                Token::Start(inner) if inner.name.eq_ignore_ascii_case(tag.name) && !inner.is_self_closing() => {
                    depth += 1
                }
                Token::End(name) if name.eq_ignore_ascii_case(tag.name) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = ahead.rest;
                return;
            }
        }
        // Looked for once and never again, or hostile input would cost quadratic time.
        self.unclosed |= 1 << which;
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            let len = end_of_raw(self.rest, name);
            if len > 0 {
                return Some(Token::Raw(self.take(len)));
            }
        }
        let bytes = self.rest.as_bytes();
        let first = *bytes.first()?;
        if first != b'<' {
            return Some(Token::Text(self.take(end_of_text(bytes, 0))));
        }
        match bytes.get(1) {
            Some(b) if b.is_ascii_alphabetic() => {
                let tag = self.take(end_of_tag(bytes, 1)?);
                let inside = tag.strip_suffix('>')?.strip_prefix('<')?;
                let name_len = inside.bytes().position(ends_name).unwrap_or(inside.len());
                let (name, attributes) = inside.split_at(name_len);
                self.raw = RAW.into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
                Some(Token::Start(Tag { name, attributes }))
            }
            Some(b'/') => match bytes.get(2) {
                Some(b) if b.is_ascii_alphabetic() => {
                    let tag = self.take(end_of_tag(bytes, 2)?);
                    let inside = tag.strip_suffix('>')?.strip_prefix("</")?;
                    let name_len = inside.bytes().position(ends_name).unwrap_or(inside.len());
                    Some(Token::End(&inside[..name_len]))
                }
                Some(_) => Some(Token::Comment(self.take(end_of_bogus(bytes)))),
                None => Some(Token::Text(self.take(2))),
            },
            Some(b'!') => Some(Token::Comment(self.take(end_of_comment(self.rest)))),
            Some(b'?') => Some(Token::Comment(self.take(end_of_bogus(bytes)))),
            _ => Some(Token::Text(self.take(end_of_text(bytes, 1)))),
        }
    }
}

/// Where text ends that was looked at up to `from`: at the next `<` that could begin a token.
fn end_of_text(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(next) = bytes[at..].iter().position(|&b| b == b'<') {
        at += next;
        if matches!(bytes.get(at + 1), Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?')) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

fn ends_name(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\x0C' | b'\r' | b' ' | b'/' | b'>')
}

fn is_blank(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

/// Where the tag ends whose name begins at `from`, behind its `>`; `None` if the input ends first (then there is no tag).
fn end_of_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + bytes[from..].iter().position(|&b| ends_name(b))?;
    loop {
        at += bytes[at..].iter().position(|&b| !is_blank(b) && b != b'/')?;
        if bytes[at] == b'>' {
            return Some(at + 1);
        }
        // A name; `=` may be its first character.
        at += 1;
        at += bytes[at..].iter().position(|&b| ends_name(b) || b == b'=')?;
        at += bytes[at..].iter().position(|&b| !is_blank(b))?;
        if bytes[at] != b'=' {
            continue;
        }
        at += 1;
        at += bytes[at..].iter().position(|&b| !is_blank(b))?;
        match bytes[at] {
            quote @ (b'"' | b'\'') => at += 2 + bytes[at + 1..].iter().position(|&b| b == quote)?,
            b'>' => {}
            _ => at += bytes[at..].iter().position(|&b| is_blank(b) || b == b'>')?,
        }
    }
}

/// Where a bogus comment ends, behind its `>`.
fn end_of_bogus(bytes: &[u8]) -> usize {
    bytes.iter().position(|&b| b == b'>').map_or(bytes.len(), |at| at + 1)
}

/// Where `<!…` ends.
fn end_of_comment(s: &str) -> usize {
    let Some(inside) = s.strip_prefix("<!--") else { return end_of_bogus(s.as_bytes()) };
    if inside.starts_with('>') {
        return "<!-->".len();
    }
    if inside.starts_with("->") {
        return "<!--->".len();
    }
    let bytes = inside.as_bytes();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|&b| b == b'-') {
        at += next;
        let tail = &bytes[at..];
        for end in [&b"-->"[..], b"--!>"] {
            if tail.starts_with(end) {
                return "<!--".len() + at + end.len();
            }
        }
        at += 1;
    }
    s.len()
}

/// Where raw text ends: at its end tag, or nowhere. An unclosed one swallows the rest, as in browsers.
fn end_of_raw(s: &str, name: &str) -> usize {
    let bytes = s.as_bytes();
    if name == "plaintext" {
        return bytes.len();
    }
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|&b| b == b'<') {
        at += next;
        let tail = &bytes[at + 1..];
        if tail.first() == Some(&b'/')
            && tail.get(1..=name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            && tail.get(1 + name.len()).is_some_and(|&b| ends_name(b))
        {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// See [`Tag::attributes`].
#[derive(Debug, Clone)]
pub(super) struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let bytes = self.rest.as_bytes();
        let start = bytes.iter().position(|&b| !is_blank(b) && b != b'/')?;
        let name_end =
            bytes[start + 1..].iter().position(|&b| ends_name(b) || b == b'=').map_or(bytes.len(), |at| start + 1 + at);
        let name = &self.rest[start..name_end];
        let skip_blanks =
            |from: usize| bytes[from..].iter().position(|&b| !is_blank(b)).map_or(bytes.len(), |at| from + at);
        let equals = skip_blanks(name_end);
        if bytes.get(equals) != Some(&b'=') {
            self.rest = &self.rest[equals..];
            return Some((name, ""));
        }
        let value_start = skip_blanks(equals + 1);
        let (value, end) = match bytes.get(value_start) {
            Some(&quote @ (b'"' | b'\'')) => {
                let from = value_start + 1;
                let to = bytes[from..].iter().position(|&b| b == quote).map_or(bytes.len(), |at| from + at);
                (&self.rest[from..to], (to + 1).min(bytes.len()))
            }
            _ => {
                let to =
                    bytes[value_start..].iter().position(|&b| is_blank(b)).map_or(bytes.len(), |at| value_start + at);
                (&self.rest[value_start..to], to)
            }
        };
        self.rest = &self.rest[end..];
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> Vec<String> {
        tokens(html)
            .map(|token| match token {
                Token::Text(text) => format!("text {text}"),
                Token::Start(tag) => {
                    let attributes: Vec<String> =
                        tag.attributes().map(|(name, value)| format!(" {name}={value}")).collect();
                    format!("start {}{}", tag.name, attributes.concat())
                }
                Token::End(name) => format!("end {name}"),
                Token::Raw(raw) => format!("raw {raw}"),
                Token::Comment(_) => "comment".to_owned(),
            })
            .collect()
    }

    #[track_caller]
    fn check(html: &str, expected: &[&str]) {
        assert_eq!(shown(html), expected, "{html}");
    }

    #[test]
    fn cuts_tags_from_text() {
        check("a<p class=x>b</p>c", &["text a", "start p class=x", "text b", "end p", "text c"]);
    }

    #[test]
    fn takes_a_lone_less_than_for_text() {
        check("a < b <3 c<", &["text a < b <3 c<"]);
    }

    #[test]
    fn keeps_quoted_greater_than_inside_the_tag() {
        check(r#"<a title="a>b" href='/x'>t"#, &["start a title=a>b href=/x", "text t"]);
    }

    #[test]
    fn reads_attributes_of_every_form() {
        check("<img a b = c d='e f' g=\"h\"i/j/=k>", &["start img a= b=c d=e f g=h i= j= =k="]);
        check("<a href=/x/>", &["start a href=/x/"]);
        check("<br/>", &["start br"]);
    }

    #[test]
    fn drops_a_tag_that_never_ends() {
        check("a<b c", &["text a"]);
        check("a<b c=\"d>e", &["text a"]);
    }

    #[test]
    fn passes_over_comments_as_browsers_do() {
        for comment in
            ["<!-- <b> -->", "<!-->", "<!--->", "<!--a--!>", "<!doctype html>", "<?php x ?>", "</ x>", "<![if x]>"]
        {
            check(&format!("{comment}b"), &["comment", "text b"]);
        }
        check("<!-- a", &["comment"]);
    }

    #[test]
    fn does_not_look_for_tags_in_scripts() {
        check("<script>if (a<b) '</b>'</SCRIPT >c", &["start script", "raw if (a<b) '</b>'", "end SCRIPT", "text c"]);
        check("<style>a", &["start style", "raw a"]);
        check("<script></script>", &["start script", "end script"]);
    }

    #[test]
    fn passes_over_elements_with_all_they_hold() {
        let texts = |html: &str| {
            let mut tokens = tokens(html);
            let mut out = String::new();
            while let Some(token) = tokens.next() {
                match token {
                    Token::Text(text) => out.push_str(text),
                    Token::Start(tag) => tokens.pass_over(&tag),
                    _ => {}
                }
            }
            out
        };
        assert_eq!(texts("a<svg><g>b</g><SVG>c</svg>d</svg>e"), "ae");
        assert_eq!(texts("a<svg/>b<button>c<i>d</i></button>e"), "abe");
        assert_eq!(texts("a<select>b<select>c"), "abc");
        // Quadratic, this would take minutes.
        assert_eq!(texts(&"<svg>".repeat(50_000)), "");
    }

    #[test]
    fn hostile_input_takes_linear_time() {
        for unit in ["<", "<!--", "</", "<a ", "<a b=\"", "<script>", "<?", "&", "<a/", "<!"] {
            assert!(tokens(&unit.repeat(50_000)).count() <= 50_001, "{unit}");
        }
    }
}
