//! What is known of each HTML element: whether it may stay, with which attributes, and how it nests.

/// How an element behaves when a browser builds its tree; decides whether our own pass understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// `span`, `sup`, …: stands in text, nothing special.
    Inline,
    /// `b`, `em`, …: would be reopened by a browser if closed out of order.
    Formatting,
    /// `a`: likewise, and never inside another.
    Anchor,
    /// `div`, `ul`, …: ends a paragraph.
    Block,
    /// `h1` to `h6`.
    Heading,
    /// `p`
    Paragraph,
    /// `li`
    Item,
    /// `dt`, `dd`
    Term,
    /// `br`, `img`, `wbr`: empty, in text.
    Void,
    /// `hr`: empty, ends a paragraph.
    Rule,
    /// `table`
    Table,
    /// `caption`
    Caption,
    /// `thead`, `tbody`, `tfoot`
    Section,
    /// `tr`
    Row,
    /// `td`, `th`
    Cell,
    /// `rt`, `rp`
    Ruby,
    /// Removed with everything in it; [`super::token`] gives the content as one piece.
    Gone,
    /// `iframe`: a link, if it shows a film.
    Frame,
    /// Everything with rules of its own, and everything unknown: left to the real parser.
    Other,
}

/// One element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    /// Lower case.
    pub name: &'static str,
    /// How it nests.
    pub role: Role,
    /// Whether it stays; else only its content does.
    pub kept: bool,
    /// Attributes that stay, besides [`GLOBAL`].
    pub attributes: &'static [&'static str],
}

/// Attributes that stay on every element.
pub(super) const GLOBAL: &[&str] = &["lang", "dir"];

/// Attributes whose value is an address.
pub(super) const ADDRESSES: &[&str] = &["href", "src", "cite", "poster"];

macro_rules! elements {
    ($($role:ident $kept:literal: $($name:literal $([$($attribute:literal),*])?)+;)+) => {
        /// Every element with a known role.
        pub(super) const ELEMENTS: &[Element] = &[$($(
            Element { name: $name, role: Role::$role, kept: $kept, attributes: &[$($($attribute),*)?] },
        )+)+];

        /// Finds an element by its name, in any case.
        pub(super) fn element(name: &str) -> Option<&'static Element> {
            let mut lower = [0; 12];
            let lower = lower.get_mut(..name.len())?;
            lower.copy_from_slice(name.as_bytes());
            lower.make_ascii_lowercase();
            match &*lower {
                $($(name if name == $name.as_bytes() => {
                    const FOUND: Element =
                        Element { name: $name, role: Role::$role, kept: $kept, attributes: &[$($($attribute),*)?] };
                    Some(&FOUND)
                })+)+
                _ => None,
            }
        }
    };
}

elements! {
    Paragraph true: "p";
    Formatting true: "b" "i" "em" "strong" "u" "s" "small" "strike" "code" "tt" "big";
    Formatting false: "font";
    Void true: "br" "img"["src", "srcset", "sizes", "alt", "title", "width", "height"] "wbr";
    Anchor true: "a"["href", "title", "hreflang"];
    Inline false: "label" "blink" "data";
    Inline true:
        "span" "sub" "sup" "abbr"["title"] "acronym"["title"] "bdi" "bdo" "cite" "dfn"["title"]
        "del"["cite", "datetime"] "ins"["cite", "datetime"] "kbd" "mark" "q"["cite"] "samp" "time"["datetime", "title"] "var" "ruby";
    Block true:
        "div" "section" "article" "aside" "header" "footer" "figure" "figcaption" "blockquote"["cite"] "address"
        "details"["open"] "summary" "hgroup" "ul" "ol"["start", "reversed", "type"] "dl" "main";
    Block false: "center" "nav" "menu" "dir" "search" "fieldset";
    Heading true: "h1" "h2" "h3" "h4" "h5" "h6";
    Item true: "li"["value"];
    Term true: "dt" "dd";
    Rule true: "hr";
    Table true: "table";
    Caption true: "caption";
    Section true: "thead" "tbody" "tfoot";
    Row true: "tr";
    Cell true: "td"["colspan", "rowspan"] "th"["colspan", "rowspan", "scope", "abbr"];
    Ruby true: "rt" "rp";
    Gone false: "script" "style" "xmp" "noembed" "noframes" "noscript" "textarea" "title" "plaintext";
    Frame false: "iframe";
    Other true:
        "pre" "video"["src", "poster", "width", "height", "controls"] "audio"["src", "controls"] "picture"
        "source"["src", "srcset", "sizes", "type", "media"] "col"["span"] "colgroup"["span"];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_elements_in_any_case() {
        assert_eq!(element("P").map(|e| e.name), Some("p"));
        assert_eq!(element("BlockQuote").map(|e| e.name), Some("blockquote"));
        assert!(element("figcaptionfigcaption").is_none());
        assert!(element("svg").is_none());
        assert!(element("").is_none());
    }

    #[test]
    fn nothing_dangerous_stays() {
        for name in ["script", "style", "iframe", "noscript", "textarea", "title", "xmp", "plaintext"] {
            assert!(!element(name).is_some_and(|e| e.kept), "{name}");
        }
        for element in ELEMENTS {
            for attribute in element.attributes.iter().chain(GLOBAL) {
                assert!(
                    !attribute.starts_with("on") && !["style", "class", "id", "srcdoc"].contains(attribute),
                    "{attribute}"
                );
            }
        }
    }
}
