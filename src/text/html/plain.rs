//! Plain text out of HTML: bodies, titles, summaries.

use std::borrow::Cow;

use super::element::{Role, element};
use super::entity::{Place, decode};
use super::token::{Tag, Token, tokens};
use crate::text::{clean_line, clean_paragraphs};

/// Returns the text of `html`: one line a paragraph, NFC, white space folded, no empty lines.
///
/// Every block element and `<br>` begins a line, cells of a table row stand beside each other; scripts, styles, comments
/// and descriptions of pictures are not text. Input without any markup keeps its own lines. Linear in time, without recursion.
pub fn to_text(html: &str) -> String {
    if !html.bytes().any(|b| b == b'<' || b == b'&') {
        return clean_paragraphs(html).into_owned();
    }
    if !has_tags(html) {
        return clean_paragraphs(&decode(html, Place::Text)).into_owned();
    }
    let mut text = Lines { out: String::with_capacity(html.len() / 2), gap: Gap::None };
    // How many `<pre>` are open: in them a line break is one.
    let mut preformatted = 0usize;
    let mut tokens = tokens(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(raw) => {
                let decoded = decode(raw, Place::Text);
                match preformatted {
                    0 => text.push(&decoded),
                    _ => {
                        for (at, line) in decoded.split('\n').enumerate() {
                            if at > 0 {
                                text.gap = Gap::Line;
                            }
                            text.push(line);
                        }
                    }
                }
            }
            Token::Start(tag) => {
                text.pass_tag(tag.name);
                if tag.name.eq_ignore_ascii_case("pre") {
                    preformatted += 1;
                } else {
                    tokens.pass_over(&tag);
                }
            }
            Token::End(name) => {
                text.pass_tag(name);
                if name.eq_ignore_ascii_case("pre") {
                    preformatted = preformatted.saturating_sub(1);
                }
            }
            Token::Raw(_) | Token::Comment(_) => {}
        }
    }
    match clean_paragraphs(&text.out) {
        // Nothing to tidy: what was made is what is given.
        Cow::Borrowed(same) if same.len() == text.out.len() => text.out,
        tidy => tidy.into_owned(),
    }
}

/// Tells whether `html` has anything but text and references.
fn has_tags(html: &str) -> bool {
    tokens(html).any(|token| !matches!(token, Token::Text(_)))
}

/// What separates the last word from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Blank,
    Line,
}

/// Text in the making.
struct Lines {
    out: String,
    gap: Gap,
}

impl Lines {
    /// Appends text in which white space means only that words end.
    fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let word = at;
            while at < bytes.len() && !is_blank(bytes[at]) {
                at += 1;
            }
            if at > word {
                if !self.out.is_empty() {
                    match self.gap {
                        Gap::None => {}
                        Gap::Blank => self.out.push(' '),
                        Gap::Line => self.out.push('\n'),
                    }
                }
                self.gap = Gap::None;
                // Single blanks between words are copied with them.
                while at + 1 < bytes.len() && bytes[at] == b' ' && !is_blank(bytes[at + 1]) {
                    at += 1;
                    while at < bytes.len() && !is_blank(bytes[at]) {
                        at += 1;
                    }
                }
                self.out.push_str(&text[word..at]);
            }
            while at < bytes.len() && is_blank(bytes[at]) {
                at += 1;
                self.gap = self.gap.max(Gap::Blank);
            }
        }
    }

    /// Passes a start or end tag: it separates lines, or cells, or nothing.
    fn pass_tag(&mut self, name: &str) {
        let gap = match element(name) {
            Some(element) => match element.role {
                Role::Inline | Role::Formatting | Role::Anchor | Role::Ruby | Role::Gone | Role::Frame => Gap::None,
                Role::Void if element.name == "br" => Gap::Line,
                Role::Void => Gap::None,
                Role::Cell => Gap::Blank,
                Role::Other if element.name != "pre" => Gap::None,
                _ => Gap::Line,
            },
            None => match () {
                () if ["body", "form", "option", "hr", "object", "legend", "html"]
                    .iter()
                    .any(|block| block.eq_ignore_ascii_case(name)) =>
                {
                    Gap::Line
                }
                () => Gap::None,
            },
        };
        self.gap = self.gap.max(gap);
    }
}

fn is_blank(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

/// Returns a title as plain text on one line: NFC, white space folded, tags removed, references decoded as often as the
/// source encoded them (Thanh Niên and VietnamBiz write `&agrave;` inside CDATA, others encode twice: `AT&amp;amp;T`).
///
/// A `<` that begins no tag stays (`a < b`); what looks like a tag but is none of HTML's stays too.
pub fn plain_title(s: &str) -> String {
    /// More often than this nobody encodes, except to keep us busy.
    const MOST_ROUNDS: usize = 6;
    let mut title = Cow::Borrowed(s);
    for _ in 0..MOST_ROUNDS {
        if !title.bytes().any(|b| b == b'<' || b == b'&') {
            break;
        }
        let round = match without_tags(&title) {
            Cow::Owned(bare) => decode(&bare, Place::Attribute).into_owned(),
            Cow::Borrowed(same) => match decode(same, Place::Attribute) {
                Cow::Owned(decoded) => decoded,
                Cow::Borrowed(_) => break,
            },
        };
        title = Cow::Owned(round);
    }
    clean_line(&title).into_owned()
}

/// `title` without the tags of HTML elements; their content stays, but for scripts and styles.
fn without_tags(title: &str) -> Cow<'_, str> {
    if !title.contains('<') {
        return Cow::Borrowed(title);
    }
    let mut out = String::with_capacity(title.len());
    let mut rest = title;
    let mut changed = false;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut ahead = tokens(rest);
        match ahead.next() {
            Some(Token::Start(tag)) if is_markup(&tag) => {
                let is_break = element(tag.name)
                    .is_some_and(|e| e.name == "br" || matches!(e.role, Role::Block | Role::Paragraph));
                if element(tag.name).is_some_and(|element| element.role == Role::Gone) {
                    ahead.next();
                }
                if is_break {
                    out.push(' ');
                }
                rest = ahead.rest();
                changed = true;
            }
            Some(Token::End(name)) if element(name).is_some() => {
                rest = ahead.rest();
                changed = true;
            }
            Some(Token::Comment(comment)) if comment.starts_with("<!--") && comment.ends_with("-->") => {
                rest = ahead.rest();
                changed = true;
            }
            _ => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    if changed { Cow::Owned(out) } else { Cow::Borrowed(title) }
}

/// Tells whether a tag in a title is markup and not something like `<b và c>`.
fn is_markup(tag: &Tag<'_>) -> bool {
    let attributes = tag.attributes.trim_matches(|c: char| c.is_ascii_whitespace() || c == '/');
    element(tag.name).is_some() && (attributes.is_empty() || attributes.contains('='))
}

/// Returns the first sentences of `text` (paragraphs separated by line breaks) on one line of at most `max_chars`
/// characters: a summary where the source gives none.
///
/// Whole sentences, if the first ones fill at least a third of the room; else as many whole words as fit, and `…`.
/// Never cut inside a word; empty only if `text` is.
pub fn summary_of(text: &str, max_chars: usize) -> String {
    // Far more than can be needed, white space folded, and far less than most articles.
    let cut = text.char_indices().nth(max_chars.saturating_mul(4)).map_or(text.len(), |(at, _)| at);
    let is_whole = cut == text.len();
    let text = clean_line(&text[..cut]);
    if text.is_empty() {
        return String::new();
    }
    let mut count = 0;
    // Where the last sentence ends that fits, and the last word with room for the ellipsis.
    let (mut sentence, mut sentence_chars, mut word) = (0, 0, 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if count == max_chars {
            break;
        }
        count += 1;
        let next = chars.peek().map(|&(_, next)| next);
        if matches!(next, None | Some(' ')) {
            let end = at + c.len_utf8();
            if ends_sentence(&text[..end], &text[end..]) {
                (sentence, sentence_chars) = (end, count);
            }
            if count < max_chars {
                word = end;
            }
        }
        if next.is_none() && is_whole {
            return text.into_owned();
        }
    }
    if sentence_chars * 3 >= max_chars {
        return text[..sentence].to_owned();
    }
    let mut summary = match word {
        // One word longer than all the room: nobody writes so, but sources are hostile.
        0 => text.chars().take(max_chars.saturating_sub(1)).collect(),
        _ => text[..word].trim_end_matches([',', ';', ':', '-', '–', '(', ' ']).to_owned(),
    };
    summary.push('…');
    summary
}

/// Tells whether a sentence ends between `before` and `after`.
fn ends_sentence(before: &str, after: &str) -> bool {
    let bare = before.trim_end_matches(['"', '”', '’', '\'', ')', ']', '»']);
    let Some(stop) = bare.chars().next_back() else { return false };
    let after = after.trim_start();
    let begins = after.chars().next().is_none_or(|c| c.is_uppercase() || c.is_numeric() || "“\"‘'(-–«[".contains(c));
    match stop {
        '!' | '?' | '…' => begins,
        '.' => {
            let word = bare.trim_end_matches('.').rsplit(' ').next().unwrap_or_default();
            // `TP. Hà Nội`, `ThS. Lê A`, `Nguyễn Văn A. và`, `Q. 1`: titles, places and initials end nothing.
            const SHORT: [&str; 16] =
                ["TP", "Tp", "tp", "TX", "TT", "Th", "ThS", "TS", "Ts", "PGS", "GS", "BS", "KS", "Ths", "St", "Mr"];
            let is_initial = word.chars().count() == 1 && word.chars().all(|c| c.is_uppercase());
            begins && !is_initial && !SHORT.iter().any(|short| word.rsplit('.').next() == Some(short))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(to_text(html), expected, "{html}");
    }

    #[test]
    fn blocks_and_breaks_begin_lines() {
        check("<p>Một</p><p>hai<br>ba</p>bốn<div>năm</div>", "Một\nhai\nba\nbốn\nnăm");
        check("<ul><li>a<li>b</ul><h2>c</h2>d", "a\nb\nc\nd");
        check("a</br>b", "a\nb");
    }

    #[test]
    fn inline_elements_separate_nothing() {
        check("Tỉnh <b>ủ</b>y <a href='/x'>Hà Nam</a>, H<sub>2</sub>O", "Tỉnh ủy Hà Nam, H2O");
    }

    #[test]
    fn cells_stand_beside_each_other() {
        check("<table><tr><td>Xã</td><td>Điểm</td></tr><tr><td>A</td><td>9</td></tr></table>", "Xã Điểm\nA 9");
    }

    #[test]
    fn decodes_references_once() {
        check("<p>&ldquo;D&acirc;n v&#7853;n&rdquo;&nbsp;&amp;lt;</p>", "“Dân vận” &lt;");
        check("R&amp;D", "R&D");
    }

    #[test]
    fn scripts_comments_and_pictures_are_no_text() {
        check("a<script>x<p>y</script><style>z</style><!-- b --><img alt='anh tin bai'>c<noscript>d</noscript>", "ac");
        check("a<svg><title>x</title><text>y</text></svg><iframe>z</iframe>b", "ab");
    }

    #[test]
    fn folds_white_space_but_not_in_preformatted_text() {
        check("<p> a \n\t b&nbsp; c </p>", "a b c");
        check("<pre>một\n  hai</pre><p>ba\nbốn", "một\nhai\nba bốn");
    }

    #[test]
    fn text_without_markup_keeps_its_lines() {
        check("một \n\n hai", "một\nhai");
        check("một &amp; hai\nba", "một & hai\nba");
        check("a < b\nc", "a < b\nc");
    }

    #[test]
    fn survives_deep_and_broken_markup_in_linear_time() {
        for unit in [
            "<div>",
            "<b>",
            "<table><tr><td>",
            "<p><b>",
            "</p>",
            "<svg>",
            "<pre>",
            "<a ",
            "<!--",
            "&#",
            "<select><svg>",
        ] {
            let html = unit.repeat(if cfg!(debug_assertions) { 20_000 } else { 300_000 });
            assert!(to_text(&html).len() <= html.len());
        }
    }

    #[track_caller]
    fn title(given: &str, expected: &str) {
        assert_eq!(plain_title(given), expected, "{given}");
    }

    #[test]
    fn titles_are_decoded_as_often_as_encoded() {
        title("AT&amp;amp;T", "AT&T");
        title("AT&T", "AT&T");
        title("T&ocirc;n vinh c&aacute;n bộ d&acirc;n v&#7853;n", "Tôn vinh cán bộ dân vận");
        title("&amp;quot;Dân vận khéo&amp;quot;", "\"Dân vận khéo\"");
        title("?a=1&lt=2", "?a=1&lt=2");
    }

    #[test]
    fn titles_lose_tags_and_nothing_else() {
        title("<b>Ra quân</b> trồng cây<br/>đầu xuân", "Ra quân trồng cây đầu xuân");
        title("&lt;strong&gt;Nóng&lt;/strong&gt;: mưa lớn", "Nóng: mưa lớn");
        title("a < b", "a < b");
        title("5 &lt; 7", "5 < 7");
        title("nếu a<b và c>d", "nếu a<b và c>d");
        title("<Bản tin> số 5", "<Bản tin> số 5");
        title("tin <script>alert('x')</script>mới", "tin mới");
        title("<a href=\"/x\">Bài</a> <span class='new'>mới</span>", "Bài mới");
    }

    #[test]
    fn titles_are_one_line_in_nfc() {
        title(" Tỉnh\n u\u{309}y\u{a0} Hà Nam\u{0} ", "Tỉnh ủy Hà Nam");
        title("", "");
    }

    const TEXT: &str = "Sáng 12/3, xã Phúc Hậu ra quân trồng cây. Hơn 300 người tham gia, trong đó có ThS. Lê Văn Bình ở TP. Nam An. \
                        Ông Bình nói: “Trồng cây nào sống cây ấy!”\nCác chi hội nhận chăm sóc.";

    #[test]
    fn a_summary_ends_with_a_sentence_where_it_can() {
        assert_eq!(summary_of(TEXT, 60), "Sáng 12/3, xã Phúc Hậu ra quân trồng cây.");
        assert_eq!(
            summary_of(TEXT, 115),
            "Sáng 12/3, xã Phúc Hậu ra quân trồng cây. Hơn 300 người tham gia, trong đó có ThS. Lê Văn Bình ở TP. Nam An."
        );
        assert_eq!(summary_of(TEXT, 1000), TEXT.replace('\n', " "));
    }

    #[test]
    fn a_summary_is_cut_between_words() {
        assert_eq!(summary_of(TEXT, 30), "Sáng 12/3, xã Phúc Hậu ra…");
        assert_eq!(summary_of("một hai, ba bốn", 10), "một hai…");
        assert_eq!(summary_of(&"a".repeat(50), 10), format!("{}…", "a".repeat(9)));
        assert_eq!(summary_of("", 10), "");
        assert_eq!(summary_of(&format!("một{}hai", " ".repeat(100)), 10), "một…");
    }

    proptest! {
        #[test]
        fn a_summary_fits_and_is_made_of_words(text in "([a-zđếộA-ZĐ]{1,9}[.,!?]? ){0,30}", max in 5usize..80) {
            let summary = summary_of(&text, max);
            prop_assert!(summary.chars().count() <= max, "{summary}");
            let words: Vec<&str> = text.split_whitespace().collect();
            let first = words.first().map_or(0, |word| word.chars().count());
            if first < max {
                for (mine, theirs) in summary.trim_end_matches('…').split_whitespace().zip(&words) {
                    prop_assert_eq!(mine.trim_end_matches(','), theirs.trim_end_matches(','));
                }
            }
        }

        #[test]
        fn a_title_made_plain_is_plain(title in "(&(amp;){0,3}(lt|gt|quot|agrave);|</?(b|br|span class=x|i)>|[a-zàđ<> ]{1,4}){0,8}") {
            let plain = plain_title(&title);
            prop_assert!(!plain.contains("<b>") && !plain.contains("</i>") && !plain.contains("&quot;"), "{}", plain);
        }

        #[test]
        fn text_never_holds_empty_lines_or_outer_blanks(html in "(</?(p|div|b|br|td|pre|ul|li|script|x)>|&nbsp;|[ab \n]{1,3}|\u{a0}|<!--|-->){0,20}") {
            let text = to_text(&html);
            prop_assert!(text.lines().all(|line| !line.is_empty() && line == line.trim() && !line.contains("  ")), "{:?}", text);
        }
    }
}
