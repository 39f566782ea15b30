//! A writer of elements that cannot produce ill-formed XML or unescaped HTML.
//!
//! Elements are closed by construction (their inside is a closure), and every text and attribute value is escaped; the
//! only way around is [`Markup::trusted`], for HTML that has been through an allow-list. The same writer serves Atom,
//! OPML and the pages: what is escaped here is right in both languages, and `<link/>` is a void element in HTML too.
//!
//! Element and attribute names are `&'static str`: no name ever comes from a source.

use std::borrow::Cow;

/// Attributes of one element, in the order they are written.
pub type Attributes<'a> = &'a [(&'static str, &'a str)];

/// A document being written.
#[derive(Debug, Default)]
pub struct Markup {
    out: String,
}

impl Markup {
    /// Starts with a prolog that is written as it stands (`<?xml …?>`, `<!doctype html>`).
    pub fn starting_with(prolog: &str) -> Self {
        let mut out = String::with_capacity(16 * 1024);
        out.push_str(prolog);
        Self { out }
    }

    /// The document so far.
    pub fn finish(self) -> String {
        self.out
    }

    /// Writes an element with something inside.
    pub fn element(&mut self, name: &'static str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Self)) {
        self.tag(name, attributes);
        self.out.push('>');
        inside(self);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Writes an element that holds only text.
    pub fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.element(name, attributes, |inside| inside.text(text));
    }

    /// Writes an element that holds nothing; in HTML only for void elements (`link`, `meta`, `input`).
    pub fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.tag(name, attributes);
        self.out.push_str("/>");
    }

    /// Writes text, escaped.
    pub fn text(&mut self, text: &str) {
        escape_into(&mut self.out, text, false);
    }

    /// Breaks the line between elements, for people who read the source.
    pub fn line(&mut self) {
        self.out.push('\n');
    }

    /// Writes HTML as it stands: only for what an allow-list has passed, and for our own constants.
    pub fn trusted(&mut self, html: &str) {
        self.out.push_str(html);
    }

    fn tag(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            self.out.push(' ');
            self.out.push_str(attribute);
            self.out.push_str("=\"");
            escape_into(&mut self.out, value, true);
            self.out.push('"');
        }
    }
}

/// Returns `text` escaped for element content.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    escape_into(&mut out, text, false);
    out
}

/// Returns `text` without the characters that XML 1.0 forbids: controls but for tab and line ends, U+FFFE, U+FFFF.
///
/// The three formats of a feed pass through here alike, so that an id is the same string in each of them.
pub fn allowed(text: &str) -> Cow<'_, str> {
    // Bytes are enough to tell that there is nothing to do, which is the rule.
    let is_suspect = |&byte: &u8| byte == 0xef || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'));
    if text.as_bytes().iter().any(is_suspect) && text.chars().any(is_forbidden) {
        Cow::Owned(text.chars().filter(|&c| !is_forbidden(c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The bytes that stand for themselves wherever they are: nearly all of them, so one look is all they cost.
static IS_PLAIN: [bool; 256] = {
    let mut table = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = false;
        byte += 1;
    }
    let special = b"&<>\"'\xef";
    let mut at = 0;
    while at < special.len() {
        table[special[at] as usize] = false;
        at += 1;
    }
    table
};

/// Appends `text`, escaped.
///
/// A carriage return is written as a reference, because a parser would read it as a line feed; line ends and tabs in
/// attribute values likewise, because a parser would read them as spaces.
fn escape_into(out: &mut String, text: &str, in_attribute: bool) {
    let bytes = text.as_bytes();
    let mut written = 0;
    let mut at = 0;
    while at < bytes.len() {
        if IS_PLAIN[bytes[at] as usize] {
            at += 1;
            continue;
        }
        let (replacement, length) = match bytes[at] {
            b'&' => ("&amp;", 1),
            b'<' => ("&lt;", 1),
            b'>' => ("&gt;", 1),
            b'"' => ("&quot;", 1),
            b'\'' => ("&#39;", 1),
            b'\r' => ("&#13;", 1),
            b'\n' if in_attribute => ("&#10;", 1),
            b'\t' if in_attribute => ("&#9;", 1),
            b'\n' | b'\t' => {
                at += 1;
                continue;
            }
            0..=0x1f => ("", 1),
            0xef if matches!(bytes[at..], [0xef, 0xbf, 0xbe | 0xbf, ..]) => ("", 3),
            _ => {
                at += 1;
                continue;
            }
        };
        out.push_str(&text[written..at]);
        out.push_str(replacement);
        at += length;
        written = at;
    }
    out.push_str(&text[written..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(escaped(text), expected);
    }

    #[test]
    fn escapes_what_would_end_a_text_or_an_attribute() {
        check(r#"<a href="x" id='y'>&amp;</a>"#, "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
    }

    #[test]
    fn leaves_vietnamese_alone() {
        check("Dân vận khéo ở xã Đồng Lý, tỉnh Ninh Bình", "Dân vận khéo ở xã Đồng Lý, tỉnh Ninh Bình");
    }

    #[test]
    fn drops_what_xml_forbids_and_nothing_beside_it() {
        check("a\0b\u{b}c\u{1f}d\u{fffe}e\u{ffff}f\u{fffd}g\u{7f}h\tı\nj", "abcdef\u{fffd}g\u{7f}h\tı\nj");
        assert_eq!(allowed("a\0b\u{fffe}c\u{fffd}"), "abc\u{fffd}");
        assert!(matches!(allowed("tin\nmới\t!"), Cow::Borrowed(_)));
    }

    #[test]
    fn keeps_line_ends_that_a_parser_would_change() {
        check("a\r\nb", "a&#13;\nb");
        let mut markup = Markup::default();
        markup.empty("link", &[("title", "a\n\tb")]);
        assert_eq!(markup.finish(), "<link title=\"a&#10;&#9;b\"/>");
    }

    #[test]
    fn closes_what_it_opens() {
        let mut markup = Markup::starting_with("<!doctype html>");
        markup.element("p", &[("class", "x")], |p| {
            p.text("1 < 2");
            p.leaf("b", &[], "&");
        });
        assert_eq!(markup.finish(), "<!doctype html><p class=\"x\">1 &lt; 2<b>&amp;</b></p>");
    }
}
