//! The quick pass of [`super::sanitise()`]: well-formed, plain markup, cleaned while it is read.

use url::Url;

use super::element::{Role, element};
use super::entity::{Place, decode};
use super::load::DEEPEST;
use super::rewrite::{escape_text, film, write_film, write_start};
use super::token::{Tag, Token, tokens};
use crate::text::nfc;

/// The clean form of a fragment that is well-formed and plain; `None` as soon as it is not.
///
/// Plain means: elements with a role other than [`Role::Other`], closed in order. Of the repairs that browsers make only
/// the everyday ones are known here: paragraphs and list items ended by what follows, a table's implied body, `</br>`,
/// end tags of nothing, elements left open at the end.
pub(super) fn quick(html: &str, base: Option<&Url>) -> Option<String> {
    let mut pass = Quick { out: String::with_capacity(html.len()), open: Vec::new(), base };
    let mut tokens = tokens(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => pass.text(text)?,
            Token::Start(tag) if element(tag.name).is_none() => tokens.pass_over(&tag),
            Token::Start(tag) => pass.start(&tag)?,
            Token::End(name) => pass.end(name)?,
            // A comment in a script can hide its end tag from a browser.
            Token::Raw(raw) if raw.contains("<!--") => return None,
            Token::Raw(_) | Token::Comment(_) => {}
        }
    }
    while pass.open.pop_if(|_| true).map(|open| close(&mut pass.out, &open)).is_some() {}
    Some(pass.out)
}

/// An element that the quick pass has open.
struct Open<'a> {
    name: &'a str,
    role: Role,
    kept: bool,
}

/// The quick pass; see [`quick`].
struct Quick<'a> {
    out: String,
    open: Vec<Open<'a>>,
    base: Option<&'a Url>,
}

fn close(out: &mut String, open: &Open<'_>) {
    if open.kept {
        out.push_str("</");
        out.push_str(open.name);
        out.push('>');
    }
}

impl<'a> Quick<'a> {
    fn top(&self) -> Option<Role> {
        self.open.last().map(|open| open.role)
    }

    /// Whether only rows and cells may stand here, and other things would be moved out of the table.
    fn in_table(&self) -> bool {
        matches!(self.top(), Some(Role::Table | Role::Section | Role::Row))
    }

    fn has(&self, role: Role) -> bool {
        self.open.iter().any(|open| open.role == role)
    }

    fn pop(&mut self) {
        if let Some(open) = self.open.pop() {
            close(&mut self.out, &open);
        }
    }

    /// Ends the paragraph that stands open on top; `None` if one stands open deeper.
    fn end_paragraph(&mut self) -> Option<()> {
        if self.top() == Some(Role::Paragraph) {
            self.pop();
        }
        (!self.has(Role::Paragraph)).then_some(())
    }

    fn text(&mut self, text: &str) -> Option<()> {
        if self.in_table() && !text.bytes().all(|b| matches!(b, b' ' | b'\n' | b'\t')) {
            return None;
        }
        match text.as_bytes().contains(&b'&') {
            true => escape_text(&nfc(&decode(text, Place::Text)), &mut self.out),
            false => escape_text(&nfc(text), &mut self.out),
        }
        Some(())
    }

    fn start(&mut self, tag: &Tag<'a>) -> Option<()> {
        let element = element(tag.name)?;
        if self.in_table() && !matches!(element.role, Role::Caption | Role::Section | Role::Row | Role::Cell) {
            return None;
        }
        match element.role {
            Role::Inline | Role::Formatting => {}
            Role::Anchor if self.has(Role::Anchor) => return None,
            Role::Anchor => {}
            Role::Ruby if self.open.last().is_some_and(|open| open.name == "ruby") => {}
            Role::Block | Role::Paragraph | Role::Table => self.end_paragraph()?,
            Role::Heading => {
                self.end_paragraph()?;
                if self.has(Role::Heading) {
                    return None;
                }
            }
            Role::Item => {
                if self.top() == Some(Role::Item) {
                    self.pop();
                }
                if !self.open.last().is_some_and(|open| matches!(open.name, "ul" | "ol")) {
                    return None;
                }
            }
            Role::Term => {
                if self.top() == Some(Role::Term) {
                    self.pop();
                }
                if self.open.last().is_none_or(|open| open.name != "dl") {
                    return None;
                }
            }
            Role::Caption if self.top() == Some(Role::Table) => {}
            Role::Section if self.top() == Some(Role::Table) => {}
            Role::Row => match self.top() {
                Some(Role::Section) => {}
                Some(Role::Table) => {
                    self.out.push_str("<tbody>");
                    self.open.push(Open { name: "tbody", role: Role::Section, kept: true });
                }
                _ => return None,
            },
            Role::Cell if self.top() == Some(Role::Row) => {}
            Role::Void => {
                write_start(tag, element, self.base, &mut self.out);
                return Some(());
            }
            Role::Rule => {
                self.end_paragraph()?;
                write_start(tag, element, self.base, &mut self.out);
                return Some(());
            }
            Role::Gone => return Some(()),
            Role::Frame => {
                if let Some((address, host)) = film(tag, self.base) {
                    if self.has(Role::Anchor) {
                        return None;
                    }
                    write_film(&address, host, &mut self.out);
                }
                return Some(());
            }
            _ => return None,
        }
        if self.open.len() >= DEEPEST {
            return None;
        }
        if element.kept {
            write_start(tag, element, self.base, &mut self.out);
        }
        self.open.push(Open { name: element.name, role: element.role, kept: element.kept });
        Some(())
    }

    fn end(&mut self, name: &str) -> Option<()> {
        // Unknown elements (`o:p` of office programs, inventions of scripts) are not there at all, on either road.
        let Some(element) = element(name) else { return Some(()) };
        let role = element.role;
        match role {
            Role::Gone | Role::Frame => return Some(()),
            Role::Void if name.eq_ignore_ascii_case("br") && !self.in_table() => {
                // Browsers read `</br>` as `<br>`, and VnExpress writes it into every summary.
                self.out.push_str("<br>");
                return Some(());
            }
            Role::Void | Role::Rule if !self.in_table() => return Some(()),
            Role::Other | Role::Void | Role::Rule => return None,
            _ => {}
        }
        let is_it = |open: &Open<'_>| open.name.eq_ignore_ascii_case(name);
        if !self.open.iter().any(is_it) {
            // The end of something that is not open means nothing, but for paragraphs (an empty one) and headings (any other).
            let is_nothing = match role {
                Role::Paragraph => false,
                Role::Heading => !self.has(Role::Heading),
                _ => !self.in_table(),
            };
            return is_nothing.then_some(());
        }
        // What the end of a block ends with it.
        if matches!(role, Role::Block | Role::Heading | Role::Item | Role::Term | Role::Cell | Role::Caption) {
            while matches!(self.top(), Some(Role::Paragraph | Role::Item | Role::Term))
                && !self.open.last().is_some_and(is_it)
            {
                self.pop();
            }
        }
        if role == Role::Table && self.top() == Some(Role::Section) {
            self.pop();
        }
        self.open.last().is_some_and(is_it).then(|| self.pop())
    }
}
