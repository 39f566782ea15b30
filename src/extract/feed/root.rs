//! Finding the feed in a document: what may stand before its root, and what is no feed at all.

use super::names::Name;
use crate::extract::DocumentKind;
use crate::extract::xml::namespaces::{Vocabulary, split};
use crate::extract::xml::token::{Token, Tokens};

/// Where the feed begins in a text, and what its root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// Offset of the root's `<`.
    pub at: usize,
    /// Its meaning: `Rss`, `RdfRoot`, `Feed`, `Channel` or `Item`.
    name: Name,
    /// Offset of the document type declaration before it, if there is one.
    pub doctype: Option<usize>,
    /// Whether a page of HTML begins before it: then it is a feed only if it has items.
    pub in_page: bool,
    /// Whether anything stands before it that may not.
    pub has_junk: bool,
    /// XML declarations before it that are one too many or not at the beginning.
    pub stray_declarations: u32,
}

impl Root {
    /// Which format a document with this root is.
    pub fn kind(&self, text: &str) -> DocumentKind {
        match self.name {
            Name::RdfRoot => DocumentKind::Rdf,
            Name::Feed => DocumentKind::Atom,
            Name::Item if text[self.at..].starts_with("<entry") => DocumentKind::Atom,
            _ => DocumentKind::Rss,
        }
    }
}

/// Finds the root element of a feed, skipping whatever stands before it: messages of the server, declarations, the head
/// of a page that a program wrapped round the feed. `None` where there is none.
pub fn find_root(text: &str) -> Option<Root> {
    let mut tokens = Tokens::new(text);
    let (mut doctype, mut in_page) = (None, false);
    let (mut has_junk, mut stray_declarations) = (false, 0);
    let mut inner: Option<Root> = None;
    loop {
        let at = tokens.position();
        let Some(token) = tokens.next(None) else { return inner };
        match token {
            Token::Doctype(declaration) => {
                let name = declaration.trim_ascii_start();
                in_page |= name.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("html"));
                doctype = Some(at);
            }
            Token::Start(tag) => {
                let (prefix, local) = split(tag.name);
                let name = Name::of(Vocabulary::Core, local);
                let root = Root { at, name, doctype, in_page, has_junk, stray_declarations };
                has_junk = true;
                match name {
                    Name::Rss | Name::RdfRoot | Name::Feed => return Some(root),
                    // Without its root; the root may still follow (`<item>` in a message of the server's).
                    Name::Channel | Name::Item if inner.is_none() && !in_page => inner = Some(root),
                    _ => {}
                }
                in_page |= ["html", "head", "body"].iter().any(|page| local.eq_ignore_ascii_case(page));
                if inner.is_none() && !in_page && is_other_root(prefix, local) {
                    return None;
                }
            }
            // A declaration must come first, before even a line break.
            Token::Other(other) if is_declaration(other) => {
                has_junk |= at > 0 && text[..at].trim().is_empty();
                stray_declarations += u32::from(!text[..at].trim().is_empty());
            }
            Token::Text(text) | Token::CData(text) => has_junk |= !text.trim().is_empty(),
            Token::End(_) => has_junk = true,
            Token::Other(_) => {}
        }
        if inner.is_some_and(|root| tokens.position() - root.at > 1 << 16) {
            return inner;
        }
    }
}

/// Whether `markup` is an XML declaration.
pub fn is_declaration(markup: &str) -> bool {
    markup.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("<?xml"))
        && markup.as_bytes().get(5).is_some_and(u8::is_ascii_whitespace)
}

/// Roots of documents that are no feeds and may hold elements of feeds' names.
fn is_other_root(prefix: &str, local: &str) -> bool {
    prefix.is_empty() && ["urlset", "sitemapindex", "opml"].iter().any(|root| local.eq_ignore_ascii_case(root))
}
