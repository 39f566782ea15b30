//! What an address means. No file is ever opened by it: an address is one of a few shapes or it is nothing.

use crate::model::{FeedKey, ProvinceSlug, SourceId, StoryKey, TopicId, is_slug};
use crate::publish::pages::MAX_NUMBER;
use crate::publish::{FEED_STYLE_PATH, Format, ROBOTS_PATH};

/// Characters of a search; what is longer is cut.
const MAX_QUERY: usize = 200;

/// What kind of thing is asked for: for headers and counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Atom, RSS, JSON Feed.
    Feed,
    /// The river, topics, provinces, sources, the page about feeds.
    Page,
    /// A story's page.
    Story,
    /// Search results.
    Search,
    /// OPML.
    Outline,
    /// The stylesheet of feeds, `robots.txt`.
    Asset,
    /// `/health`.
    Health,
    /// Nothing we have.
    Other,
}

/// What an address means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A feed in a format.
    Feed(FeedKey, Format),
    /// The page of a feed; numbers count from 1.
    River(FeedKey, usize),
    /// The page of a story.
    Story(StoryKey),
    /// Search results; the query is trimmed.
    Search(String, usize),
    /// A document that depends on the configuration alone, by its path.
    Standing(&'static str),
    /// Whether we are well.
    Health,
    /// The same thing under its proper path.
    Moved(String),
    /// Nothing.
    Nothing,
}

impl Target {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Feed(..) => Kind::Feed,
            Self::River(..) | Self::Standing("subscribe") => Kind::Page,
            Self::Story(_) => Kind::Story,
            Self::Search(..) => Kind::Search,
            Self::Standing("opml.xml" | "sources.opml") => Kind::Outline,
            Self::Standing(_) => Kind::Asset,
            Self::Health => Kind::Health,
            Self::Moved(_) | Self::Nothing => Kind::Other,
        }
    }
}

/// Reads the path and query of a request. `base` is the path of `site.url`, with its slash at the end: a proxy may
/// or may not have taken it off.
pub(super) fn route(path: &str, query: Option<&str>, base: &str) -> Target {
    if base.len() > 1 && base.strip_suffix('/') == Some(path) {
        // `/tin` for a site at `/tin/`.
        return Target::Moved(String::new());
    }
    let below = path.strip_prefix(base).or_else(|| path.strip_prefix('/'));
    let Some(path) = below.and_then(decoded) else { return Target::Nothing };
    match path.strip_suffix('/') {
        // Only addresses that lead somewhere: everything else would be an open redirect in disguise.
        Some("") => Target::Nothing,
        Some(without) => match read(without, query) {
            Target::Nothing => Target::Nothing,
            Target::Moved(to) => Target::Moved(to),
            _ => Target::Moved(without.to_owned()),
        },
        None => read(&path, query),
    }
}

fn read(path: &str, query: Option<&str>) -> Target {
    let segments: Vec<&str> = path.split('/').collect();
    match segments[..] {
        [""] => Target::River(FeedKey::Merged, 1),
        ["health"] => Target::Health,
        ["search"] => search(query),
        ["subscribe"] => Target::Standing("subscribe"),
        ["opml.xml"] => Target::Standing("opml.xml"),
        ["sources.opml"] => Target::Standing("sources.opml"),
        [FEED_STYLE_PATH] => Target::Standing(FEED_STYLE_PATH),
        [ROBOTS_PATH] => Target::Standing(ROBOTS_PATH),
        // What people guess.
        ["feed" | "rss" | "atom.xml" | "feed.xml"] => Target::Moved("feed.atom".to_owned()),
        ["rss.xml"] => Target::Moved("feed.rss".to_owned()),
        ["topics" | "provinces" | "sources" | "stories"] => Target::Moved("subscribe".to_owned()),
        ["page", number] => numbered(FeedKey::Merged, number),
        ["stories", key] if is_slug(key) => Target::Story(StoryKey::new(key)),
        [name] => feed(name)
            .filter(|(name, _)| *name == "feed")
            .map_or(Target::Nothing, |(_, format)| Target::Feed(FeedKey::Merged, format)),
        [group, name] => match feed(name) {
            Some((id, format)) => key(group, id).map_or(Target::Nothing, |key| Target::Feed(key, format)),
            None => key(group, name).map_or(Target::Nothing, |key| Target::River(key, 1)),
        },
        [group, name, "page", number] => key(group, name).map_or(Target::Nothing, |key| numbered(key, number)),
        _ => Target::Nothing,
    }
}

/// Splits `dan-van.atom`.
fn feed(name: &str) -> Option<(&str, Format)> {
    let (id, extension) = name.rsplit_once('.')?;
    Some((id, Format::from_extension(extension)?))
}

fn key(group: &str, id: &str) -> Option<FeedKey> {
    if !is_slug(id) {
        return None;
    }
    match group {
        "topics" => Some(FeedKey::Topic(TopicId::new(id))),
        "provinces" => Some(FeedKey::Province(ProvinceSlug::new(id))),
        "sources" => Some(FeedKey::Source(SourceId::new(id))),
        _ => None,
    }
}

fn numbered(key: FeedKey, number: &str) -> Target {
    match page_number(number) {
        Some(1) => Target::Moved(crate::publish::pages::path(&key, 1)),
        Some(number) => Target::River(key, number),
        None => Target::Nothing,
    }
}

/// A number as we write it ourselves: no sign, no leading zero, within bounds.
fn page_number(number: &str) -> Option<usize> {
    let is_plain = !number.starts_with('0') && number.len() <= 4 && number.bytes().all(|b| b.is_ascii_digit());
    number.parse().ok().filter(|number| is_plain && (1..=MAX_NUMBER).contains(number))
}

fn search(query: Option<&str>) -> Target {
    let mut asked = String::new();
    let mut number = 1;
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "q" => {
                let words = value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
                asked = words.collect::<Vec<_>>().join(" ").chars().take(MAX_QUERY).collect();
            }
            "page" => match page_number(&value) {
                Some(value) => number = value,
                None => return Target::Nothing,
            },
            _ => {}
        }
    }
    Target::Search(asked, number)
}

/// Decodes a path once; `None` for what is no UTF-8 or broken. Nothing is decoded twice, so `%252e` stays text.
fn decoded(path: &str) -> Option<String> {
    if !path.contains('%') {
        return Some(path.to_owned());
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &behind[2..];
        } else {
            bytes.push(first);
            rest = behind;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(id: &str) -> FeedKey {
        FeedKey::Topic(TopicId::new(id))
    }

    fn moved(to: &str) -> Target {
        Target::Moved(to.to_owned())
    }

    #[track_caller]
    fn check(path: &str, expected: Target) {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        assert_eq!(route(path, query, "/"), expected, "{path}");
    }

    #[test]
    fn reads_the_addresses_of_the_contract() {
        check("/", Target::River(FeedKey::Merged, 1));
        check("/feed.atom", Target::Feed(FeedKey::Merged, Format::Atom));
        check("/feed.rss", Target::Feed(FeedKey::Merged, Format::Rss));
        check("/feed.json", Target::Feed(FeedKey::Merged, Format::Json));
        check("/topics/dan-van", Target::River(topic("dan-van"), 1));
        check("/topics/dan-van.json", Target::Feed(topic("dan-van"), Format::Json));
        check("/provinces/ca-mau.rss", Target::Feed(FeedKey::Province(ProvinceSlug::new("ca-mau")), Format::Rss));
        check("/sources/bao-a.atom", Target::Feed(FeedKey::Source(SourceId::new("bao-a")), Format::Atom));
        check("/stories/k3n4hd0ng7xq", Target::Story(StoryKey::new("k3n4hd0ng7xq")));
        check("/opml.xml", Target::Standing("opml.xml"));
        check("/sources.opml", Target::Standing("sources.opml"));
        check("/health", Target::Health);
    }

    #[test]
    fn a_query_changes_nothing_but_a_search() {
        check("/feed.atom?utm_source=x", Target::Feed(FeedKey::Merged, Format::Atom));
        check("/search?q=d%C3%A2n+v%E1%BA%ADn&page=2", Target::Search("dân vận".to_owned(), 2));
        check("/search", Target::Search(String::new(), 1));
        check("/search?q=%20%09", Target::Search(String::new(), 1));
        check(&format!("/search?q={}", "x".repeat(9000)), Target::Search("x".repeat(200), 1));
        check("/search?q=a&page=0", Target::Nothing);
        check("/search?q=a&page=99999999999999999999", Target::Nothing);
    }

    #[test]
    fn a_slash_too_many_leads_to_the_proper_address() {
        check("/topics/dan-van/", moved("topics/dan-van"));
        check("/feed.atom/", moved("feed.atom"));
        check("/search/", moved("search"));
        check("/topics/", moved("subscribe"));
    }

    #[test]
    fn nothing_else_leads_anywhere() {
        for path in [
            "//",
            "//evil.example/",
            "/topics//dan-van",
            "/topics/../feed.atom",
            "/..%2f..%2fetc%2fpasswd",
            "/%2e%2e/feed.atom",
            "/topics/Dan-Van",
            "/topics/dan van",
            "/topics/dan-van.atom.gz",
            "/topics/dan-van.xml",
            "/topics/-",
            "/topics/.atom",
            "/feed.",
            "/.atom",
            "/x.atom",
            "/index.html",
            "/topics/dan-van/page/02",
            "/topics/dan-van/page/-1",
            "/page/0",
            "/page/9999",
            "/stories/a/b",
            "/stories/..",
            "/%",
            "/%zz",
            "/%ff",
            "/a%00b",
            "/topics/%2e%2e",
            "/\\..\\x",
            "",
            "*",
            "/topics/dan-van%00.atom",
            "/%252e%252e/feed.atom",
            "evil.example:443",
            "/topics/dan-van/x",
            "/%+1%+1",
        ] {
            check(path, Target::Nothing);
        }
    }

    #[test]
    fn later_pages_are_numbered_and_the_first_is_not() {
        check("/page/2", Target::River(FeedKey::Merged, 2));
        check("/topics/dan-van/page/3", Target::River(topic("dan-van"), 3));
        check("/page/1", moved(""));
        check("/topics/dan-van/page/1", moved("topics/dan-van"));
    }

    #[test]
    fn reads_encoded_letters_once() {
        check("/topics/d%61n-van", Target::River(topic("dan-van"), 1));
        check("/feed%2Eatom", Target::Feed(FeedKey::Merged, Format::Atom));
    }

    #[test]
    fn a_site_below_a_path_answers_with_and_without_it() {
        for path in ["/tin/feed.atom", "/feed.atom"] {
            assert_eq!(route(path, None, "/tin/"), Target::Feed(FeedKey::Merged, Format::Atom));
        }
        assert_eq!(route("/tin/", None, "/tin/"), Target::River(FeedKey::Merged, 1));
        assert_eq!(route("/tin", None, "/tin/"), moved(""));
    }
}
