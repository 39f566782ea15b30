//! Reads a document into a tree, and panics at anything that XML 1.0 does not allow.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    /// Its own text, without that of its children.
    pub text: String,
}

impl Node {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
        let name = name.to_owned();
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The only child of this name.
    #[track_caller]
    pub fn child(&self, name: &str) -> &Node {
        let found: Vec<_> = self.all(name).collect();
        assert_eq!(found.len(), 1, "`{name}` in `{}`", self.name);
        found[0]
    }

    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The text of the only child of this name.
    #[track_caller]
    pub fn text_of(&self, name: &str) -> &str {
        &self.child(name).text
    }

    /// `href` of the links with this `rel`.
    pub fn links(&self, rel: &str) -> Vec<&str> {
        let links = self.children.iter().filter(|child| matches!(child.name.as_str(), "link" | "atom:link"));
        links.filter(|link| link.attribute("rel") == Some(rel)).filter_map(|link| link.attribute("href")).collect()
    }

    /// This element and all below it.
    pub fn walk(&self) -> Vec<&Node> {
        let mut all = vec![self];
        for child in &self.children {
            all.extend(child.walk());
        }
        all
    }
}

/// Parses a whole document; a `doctype` of HTML is allowed, an internal subset is not.
#[track_caller]
pub fn parse(bytes: &[u8]) -> Node {
    match try_parse(bytes) {
        Ok(root) => root,
        Err(why) => panic!("{why} in\n{}", String::from_utf8_lossy(bytes).chars().take(20_000).collect::<String>()),
    }
}

fn try_parse(bytes: &[u8]) -> Result<Node, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    if let Some(bad) = text.chars().find(|&c| is_forbidden(c)) {
        return Err(format!("{bad:?} is not allowed"));
    }
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    loop {
        let event = reader.read_event().map_err(|error| format!("{error} at {}", reader.buffer_position()))?;
        let top = open.last_mut().ok_or("more ends than starts")?;
        match event {
            Event::Start(start) => {
                let node = node(&start)?;
                open.push(node);
            }
            Event::Empty(start) => {
                let node = node(&start)?;
                top.children.push(node);
            }
            Event::End(_) => {
                let done = open.pop().ok_or("more ends than starts")?;
                open.last_mut().ok_or("more ends than starts")?.children.push(done);
            }
            Event::Text(text) => {
                if text.contains("]]>") {
                    return Err("`]]>` in text".to_owned());
                }
                top.text.push_str(&text);
            }
            Event::CData(data) => top.text.push_str(&data),
            Event::GeneralRef(reference) => {
                top.text.push(resolve(&reference)?);
            }
            Event::DocType(kind) => {
                if kind.trim() != "html" {
                    return Err(format!("doctype {}", &*kind));
                }
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let top = open.pop().ok_or("nothing at all")?;
    if !open.is_empty() {
        return Err("an element is not closed".to_owned());
    }
    if !top.text.trim().is_empty() {
        return Err(format!("text outside the root: {:?}", top.text));
    }
    let [root] = <[Node; 1]>::try_from(top.children).map_err(|roots| format!("{} roots", roots.len()))?;
    Ok(root)
}

fn node(start: &BytesStart<'_>) -> Result<Node, String> {
    let name = start.name().as_ref().to_owned();
    let mut attributes: Vec<(String, String)> = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = attribute.key.as_ref().to_owned();
        let raw: &str = &attribute.value;
        if raw.contains('<') {
            return Err(format!("`<` in attribute `{key}`"));
        }
        attributes.push((key, unescape(raw)?));
    }
    Ok(Node { name, attributes, ..Node::default() })
}

fn unescape(raw: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').ok_or_else(|| format!("a bare `&` in {raw:?}"))?;
        out.push(resolve(&rest[at + 1..at + end])?);
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn resolve(name: &str) -> Result<char, String> {
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let digits = name.strip_prefix('#').ok_or_else(|| format!("entity `{name}`"))?;
            let number = match digits.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => digits.parse(),
            };
            number.ok().and_then(char::from_u32).ok_or_else(|| format!("reference `{name}`"))?
        }
    };
    if is_forbidden(c) { Err(format!("reference to {c:?}")) } else { Ok(c) }
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[test]
fn refuses_what_is_not_well_formed() {
    for bad in [
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>&nbsp;</a>",
        "<a b='<'/>",
        "<a b='&x;'/>",
        "<a>&#0;</a>",
        "<a b='1' b='2'/>",
        "<a>\u{1}</a>",
        "text",
        "",
        "<a>]]></a>",
        "<!doctype html [<!ENTITY x 'y'>]><a/>",
        "<a>&</a>",
    ] {
        assert!(try_parse(bad.as_bytes()).is_err(), "{bad}");
    }
    let good = parse(b"<!doctype html><a x='1&amp;2'>3&#52;<b/></a>");
    assert_eq!((good.attribute("x"), good.text.as_str(), good.children.len()), (Some("1&2"), "34", 1));
}
