//! Outlines of other feed readers (OPML 1.0 and 2.0): the subscriptions in them.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The most subscriptions read from one file.
const LIMIT: usize = 100_000;

/// One subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// `title`, else `text`.
    pub title: String,
    /// `xmlUrl`.
    pub feed: String,
    /// `htmlUrl`.
    pub page: Option<String>,
    /// The outlines it lies in, outermost first.
    pub folders: Vec<String>,
}

/// Reads the subscriptions of an outline, in its order; a feed that is listed twice is given once.
///
/// # Errors
///
/// One sentence, when it is not an outline or breaks off before the first subscription.
pub fn read(bytes: &[u8]) -> Result<Vec<Subscription>, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().check_end_names = false;
    let mut found: Vec<Subscription> = Vec::new();
    let mut folders: Vec<String> = Vec::new();
    let mut is_opml = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) if element.name().as_ref().eq_ignore_ascii_case("outline") => {
                let outline = outline(&element, &folders);
                folders.push(outline.title.clone());
                take(outline, &mut found);
            }
            Ok(Event::Empty(element)) if element.name().as_ref().eq_ignore_ascii_case("outline") => {
                take(outline(&element, &folders), &mut found);
            }
            Ok(Event::Start(element)) if element.name().as_ref().eq_ignore_ascii_case("opml") => is_opml = true,
            Ok(Event::End(element)) if element.name().as_ref().eq_ignore_ascii_case("outline") => {
                folders.pop();
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) if !found.is_empty() => break,
            Err(error) => return Err(format!("not well-formed XML: {error}")),
        }
        if found.len() >= LIMIT {
            break;
        }
    }
    match (is_opml, found.is_empty()) {
        (false, true) => Err("not an OPML outline: there is no `opml` element in it".to_owned()),
        (true, true) => Err("the outline has no subscription: no `outline` has an `xmlUrl`".to_owned()),
        _ => Ok(found),
    }
}

fn take(outline: Subscription, found: &mut Vec<Subscription>) {
    if !outline.feed.is_empty() && !found.iter().any(|other| other.feed == outline.feed) {
        found.push(outline);
    }
}

fn outline(element: &BytesStart<'_>, folders: &[String]) -> Subscription {
    let attribute = |wanted: &str| {
        element
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.as_ref().eq_ignore_ascii_case(wanted))
            .map(|attribute| {
                let raw = &*attribute.value;
                let value = quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), |text| text.into_owned());
                value.trim().to_owned()
            })
            .filter(|value| !value.is_empty())
    };
    Subscription {
        title: attribute("title").or_else(|| attribute("text")).unwrap_or_default(),
        feed: attribute("xmlUrl").unwrap_or_default(),
        page: attribute("htmlUrl"),
        folders: folders.iter().filter(|folder| !folder.is_empty()).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_nested_outlines_with_their_folders() {
        let found = read(
            "<?xml version=\"1.0\"?><opml version=\"2.0\"><body><outline text=\"Báo Đảng\">\
             <outline type=\"rss\" text=\"x\" title=\"Báo &amp; Đài\" xmlUrl=\"https://a.example/rss?a=1&amp;b=2\" htmlUrl=\"https://a.example/\"/>\
             </outline><outline text=\"Đài\" xmlurl=\"https://b.example/rss\"/></body></opml>"
                .as_bytes(),
        )
        .expect("it is an outline");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].title, "Báo & Đài");
        assert_eq!(found[0].feed, "https://a.example/rss?a=1&b=2");
        assert_eq!(found[0].folders, ["Báo Đảng"]);
        assert_eq!((found[1].title.as_str(), found[1].folders.len()), ("Đài", 0));
    }

    #[test]
    fn gives_a_doubled_feed_once() {
        let text = "<opml><body><outline text=\"a\" xmlUrl=\"u\"/><outline text=\"b\" xmlUrl=\"u\"/></body></opml>";
        assert_eq!(read(text.as_bytes()).expect("it is an outline").len(), 1);
    }

    #[test]
    fn says_what_is_wrong_with_something_else() {
        assert!(read(b"<html><body></body></html>").unwrap_err().contains("no `opml` element"));
        assert!(read(b"<opml><body><outline text=\"a\"/></body></opml>").unwrap_err().contains("no subscription"));
    }
}
