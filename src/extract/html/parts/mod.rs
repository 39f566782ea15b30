//! An article's body as a sequence of parts: paragraphs, headings, pictures, tables, in the order of the page.
//!
//! The tree of a page says much that a reader does not see (wrappers in wrappers, empty paragraphs, a `<br>` for a new
//! paragraph, tables around pictures) and hides what he does see (a centred line below a picture is its caption). Here
//! the first is dropped and the second kept: each paragraph knows whether it is centred, wholly in italics, or little
//! but links, for the rules that come after.

mod markup;
mod names;
mod table;
#[cfg(test)]
mod tests;

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Node};

pub(crate) use self::markup::push_escaped;
use self::markup::{balanced, protected_mail, watchable};
use self::names::{is_called_caption, is_unwanted};
use super::page::{Page, image_address, is_block, is_hidden, unprotect_mail};
use super::select::ArticleSelectors;
use crate::text;

/// Longest caption in a table cell or below a picture, characters. The longest of the samples has 210.
pub(crate) const MAX_CAPTION_CHARS: usize = 400;

/// One part of a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Text(Paragraph),
    Picture(Picture),
    /// A table of data.
    Table {
        /// The whole table, simplified.
        html: String,
        /// One line a row.
        lines: Vec<String>,
    },
    /// A film or sound that the page embeds, as an address to follow.
    Embed {
        url: String,
    },
}

/// What kind of paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Heading,
    Entry,
    Quote,
}

/// A paragraph, heading or list entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paragraph {
    pub(crate) kind: Kind,
    /// Simplified HTML of its content, addresses absolute.
    pub(crate) html: String,
    /// Its text, broken where the page breaks it; never empty.
    pub(crate) lines: Vec<String>,
    pub(crate) centred: bool,
    pub(crate) to_the_right: bool,
    /// All of it in `em`, `i` or the like.
    pub(crate) slanted: bool,
    /// Letters inside of links.
    pub(crate) linked_chars: usize,
    /// Marked as a caption by its place (`figcaption`, the row below a picture) or by its class.
    pub(crate) is_caption: bool,
    /// The block element it stands in.
    pub(crate) at: NodeId,
    /// Whether it counts as text of the article. What does not may still be a caption or a by-line.
    pub(crate) kept: bool,
}

impl Paragraph {
    /// The whole text as one line.
    pub(crate) fn line(&self) -> String {
        self.lines.join(" ")
    }

    /// Letters and all else.
    pub(crate) fn chars(&self) -> usize {
        self.lines.iter().map(|line| line.chars().count()).sum()
    }

    /// Whether it is hardly anything but links.
    pub(crate) fn is_links(&self) -> bool {
        self.linked_chars * 10 >= self.chars() * 8
    }
}

/// A picture in its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) url: String,
    pub(crate) alt: String,
    pub(crate) caption: Option<String>,
}

/// Reads the parts of one or more body elements.
///
/// Left out is what `rules.remove` matches, what is hidden, and what its makers call sharing, related or advertising.
pub(crate) fn parts(bodies: &[ElementRef<'_>], page: &Page, rules: &ArticleSelectors) -> Vec<Part> {
    walk(bodies, page, rules, true)
}

/// Reads the parts of a whole page, whatever its boxes are called: around the text the names mean nothing.
pub(crate) fn all_parts(page: &Page, rules: &ArticleSelectors) -> Vec<Part> {
    let body: Vec<ElementRef<'_>> = page.first("body").into_iter().collect();
    walk(&body, page, rules, false)
}

fn walk(bodies: &[ElementRef<'_>], page: &Page, rules: &ArticleSelectors, heed_names: bool) -> Vec<Part> {
    let mut walk = Walk { page, rules, heed_names, parts: Vec::new(), run: Run::default(), style: Style::default() };
    for body in bodies {
        walk.style = Style { at: Some(body.id()), ..Style::default() };
        walk.children(**body);
        walk.flush();
    }
    table::attach_captions(&mut walk.parts, 0);
    walk.parts
}

/// What an element hands down to the text below it.
#[derive(Debug, Clone, Copy, Default)]
struct Style {
    kind: Option<Kind>,
    centred: bool,
    to_the_right: bool,
    slanted: bool,
    linked: bool,
    caption: bool,
    at: Option<NodeId>,
}

/// The paragraph that is being collected.
#[derive(Default)]
struct Run {
    html: String,
    raw: String,
    linked_chars: usize,
    /// Letters that are not slanted.
    upright_chars: usize,
    is_caption: bool,
}

struct Walk<'p> {
    page: &'p Page,
    rules: &'p ArticleSelectors,
    heed_names: bool,
    parts: Vec<Part>,
    run: Run,
    style: Style,
}

impl Walk<'_> {
    fn children(&mut self, node: NodeRef<'_, Node>) {
        // One call deeper for each level of the tree, which `tame` bounds.
        for child in node.children() {
            match child.value() {
                Node::Text(text) => self.text(text),
                Node::Element(_) => {
                    if let Some(el) = ElementRef::wrap(child) {
                        self.element(el);
                    }
                }
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        if self.style.linked {
            self.run.linked_chars += text.trim().chars().count();
        }
        if !self.style.slanted {
            self.run.upright_chars += letters;
        }
        self.run.is_caption |= self.style.caption && letters > 0;
        // Lines of the source are none of the page.
        self.run.raw.extend(text.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }));
        push_escaped(text, &mut self.run.html);
    }

    fn element(&mut self, el: ElementRef<'_>) {
        let name = el.value().name();
        match name {
            "br" => return self.line_break(),
            "img" => return self.picture(el),
            "iframe" | "embed" | "video" | "audio" | "object" => return self.embed(el),
            _ => {}
        }
        if is_hidden(name) || is_unwanted(el, self.rules, self.heed_names) {
            return;
        }
        match name {
            "figure" => self.figure(el),
            "table" => self.table(el),
            _ if is_block(name) => self.block(el, name),
            _ => self.inline(el, name),
        }
    }

    /// One `<br>` breaks the line, two break the paragraph.
    fn line_break(&mut self) {
        if self.run.raw.trim_end_matches([' ', '\t', '\r', '\u{a0}']).ends_with('\n') {
            self.flush();
        } else {
            self.run.raw.push('\n');
            self.run.html.push_str("<br>");
        }
    }

    fn block(&mut self, el: ElementRef<'_>, name: &str) {
        self.flush();
        let outer = self.style;
        self.style.at = Some(el.id());
        self.style.kind = match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some(Kind::Heading),
            "li" | "dt" | "dd" => Some(Kind::Entry),
            "blockquote" => Some(Kind::Quote),
            _ => outer.kind,
        };
        self.align(el, name);
        self.style.caption |= name == "figcaption" || is_called_caption(el, self.rules);
        self.children(*el);
        self.flush();
        self.style = outer;
    }

    /// Alignment of a block, said by an attribute, in its style or by its class.
    fn align(&mut self, el: ElementRef<'_>, name: &str) {
        let style = el.attr("style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
        let said = el.attr("align").unwrap_or_default().to_ascii_lowercase();
        let class = el.attr("class").unwrap_or_default().to_ascii_lowercase();
        let has = |value: &str| {
            style.contains(&format!("text-align:{value}"))
                || said == value
                || class
                    .split_ascii_whitespace()
                    .any(|token| token == format!("text-{value}") || token == format!("align-{value}"))
        };
        if has("center") || name == "center" || class.split_ascii_whitespace().any(|token| token == "center") {
            (self.style.centred, self.style.to_the_right) = (true, false);
        } else if has("right") {
            (self.style.centred, self.style.to_the_right) = (false, true);
        } else if has("left") || has("justify") {
            (self.style.centred, self.style.to_the_right) = (false, false);
        }
        if style.contains("font-style:italic") {
            self.style.slanted = true;
        }
    }

    fn inline(&mut self, el: ElementRef<'_>, name: &str) {
        let outer = self.style;
        let tag = match name {
            "b" | "strong" => Some("strong"),
            "i" | "em" | "cite" | "dfn" => Some("em"),
            "u" | "s" | "sub" | "sup" | "code" | "mark" | "q" | "del" | "ins" | "small" => Some(name),
            _ => None,
        };
        let slanted_style = el.attr("style").is_some_and(|style| style.to_ascii_lowercase().contains("italic"));
        self.style.slanted |= tag == Some("em") || slanted_style;
        self.style.caption |= is_called_caption(el, self.rules);
        let mut close = String::new();
        if name == "a" {
            if let Some(mail) = protected_mail(el) {
                self.run.html.push_str(&format!("<a href=\"mailto:{mail}\">{mail}</a>"));
                self.run.raw.push_str(&mail);
                return;
            }
            self.style.linked = true;
            if let Some(url) = el.attr("href").and_then(|href| self.page.resolve(href)) {
                self.run.html.push_str("<a href=\"");
                push_escaped(url.as_str(), &mut self.run.html);
                self.run.html.push_str("\">");
                close.push_str("</a>");
            }
        } else if let Some(mail) = el.attr("data-cfemail").and_then(unprotect_mail) {
            self.run.html.push_str(&mail);
            self.run.raw.push_str(&mail);
            return;
        } else if let Some(tag) = tag {
            self.run.html.push_str(&format!("<{tag}>"));
            close = format!("</{tag}>");
        }
        let mark = self.parts.len();
        let opened = self.run.html.len();
        self.children(*el);
        // A block inside of an inline element ended the paragraph; what was opened in it must not be closed here.
        if self.parts.len() == mark && self.run.html.len() >= opened {
            self.run.html.push_str(&close);
        }
        self.style = outer;
    }

    fn picture(&mut self, img: ElementRef<'_>) {
        let Some(url) = image_address(img, self.page) else { return };
        self.flush();
        let alt = img.attr("alt").or_else(|| img.attr("title")).map(text::clean_line).unwrap_or_default().into_owned();
        self.push_picture(Picture { url, alt, caption: None });
    }

    fn push_picture(&mut self, picture: Picture) {
        let known = |part: &Part| matches!(part, Part::Picture(known) if known.url == picture.url);
        if !self.parts.iter().any(known) {
            self.parts.push(Part::Picture(picture));
        }
    }

    /// A `figure`: pictures and what stands below them, or a table in a wrapper.
    fn figure(&mut self, el: ElementRef<'_>) {
        self.flush();
        let holds = |wanted: &str| el.descendent_elements().any(|inner| inner.value().name() == wanted);
        let start = self.parts.len();
        let outer = self.style;
        self.style.at = Some(el.id());
        self.style.caption |= holds("img") && !holds("table") && !holds("figcaption");
        self.children(*el);
        self.flush();
        self.style = outer;
        table::attach_captions(&mut self.parts, start);
    }

    fn embed(&mut self, el: ElementRef<'_>) {
        let source = || el.descendent_elements().find_map(|inner| inner.attr("src"));
        let address = ["data-src", "src", "data"].iter().find_map(|name| el.attr(name)).or_else(source);
        let Some(url) = address.and_then(|address| self.page.resolve(address)) else { return };
        let Some(url) = watchable(&url, el.value().name()) else { return };
        self.flush();
        self.parts.push(Part::Embed { url });
    }

    /// Ends the paragraph that is being collected.
    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        let lines: Vec<String> = run
            .raw
            .split('\n')
            .map(text::clean_line)
            .filter(|line| !line.is_empty())
            .map(std::borrow::Cow::into_owned)
            .collect();
        if lines.is_empty() {
            return;
        }
        let Some(at) = self.style.at else { return };
        let html = balanced(&run.html);
        self.parts.push(Part::Text(Paragraph {
            kind: self.style.kind.unwrap_or(Kind::Plain),
            html,
            lines,
            centred: self.style.centred,
            to_the_right: self.style.to_the_right,
            slanted: run.upright_chars == 0,
            linked_chars: run.linked_chars,
            is_caption: run.is_caption,
            at,
            kept: true,
        }));
    }
}
