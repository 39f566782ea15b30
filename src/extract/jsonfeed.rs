//! JSON Feed 1.0 and 1.1: numbers for ids, nulls for items, anything for anything.

use url::Url;

use super::address::{absolute, absolute_in_html};
use super::feed::{Context, Found, escape};
use super::json::{Json, Value};
use super::limits::{MAX_BODY_BYTES, MAX_ITEMS, MAX_LINK_BYTES, MAX_LIST};
use super::plain;
use super::problems::{Fault, Problems};
use super::{DocumentKind, Unreadable};
use crate::dates;
use crate::model::{DateFrom, Enclosure, FeedMeta, Image, Person, PublisherHints, RawItem};

/// Reads a JSON Feed.
///
/// # Errors
///
/// [`Unreadable::Json`] where the JSON is something else, [`Unreadable::Malformed`] where it only says that it is a feed.
pub fn read(text: &str, cx: &Context, problems: &mut Problems) -> Result<Found, Unreadable> {
    let mut reader = Reader { json: Json::new(text), cx, problems, strange_types: 0 };
    if reader.json.value() != Value::Object {
        return Err(Unreadable::Json);
    }
    let found = reader.feed()?;
    let Reader { json, strange_types, .. } = reader;
    // `callback(…);` is no junk.
    if json.rest().contains(|c: char| !c.is_whitespace() && !matches!(c, ')' | ';')) {
        problems.note(Fault::TrailingJunk);
    }
    problems.add(Fault::BadJson, json.repairs);
    problems.add(Fault::WrongJsonType, strange_types);
    if json.cut_off {
        problems.note(Fault::CutOff);
    }
    Ok(found)
}

struct Reader<'a, 'p> {
    json: Json<'a>,
    cx: &'p Context<'p>,
    problems: &'p mut Problems,
    strange_types: u32,
}

/// An item whose dates are still as written.
#[derive(Default)]
struct Draft {
    item: RawItem,
    published: Option<String>,
    updated: Option<String>,
    is_known: bool,
}

impl Draft {
    fn is_empty(&self) -> bool {
        let item = &self.item;
        item.id.is_none()
            && item.link.is_none()
            && item.title.is_none()
            && item.content.is_none()
            && item.summary.is_none()
            && item.images.is_empty()
            && item.enclosures.is_empty()
    }
}

impl Reader<'_, '_> {
    /// The feed. It is none where it neither says so nor has items as one has.
    fn feed(&mut self) -> Result<Found, Unreadable> {
        let mut feed = FeedMeta::default();
        let mut drafts: Vec<Draft> = Vec::new();
        let (mut says_so, mut has_items) = (false, false);
        let mut empty_items = 0_u32;
        self.json.enter();
        while let Some(key) = self.json.key() {
            match key.as_ref() {
                "version" => says_so = self.line().is_some_and(|version| version.contains("jsonfeed")),
                "title" => feed.title = self.title(),
                "description" => feed.subtitle = self.title(),
                "home_page_url" => feed.link = self.address(),
                "feed_url" => feed.self_link = self.address(),
                "language" => feed.language = self.line().map(|tag| tag.replace('_', "-")),
                "author" | "authors" => self.people(&mut feed.authors),
                "hubs" => feed.hub = self.hub().or(feed.hub),
                "items" if matches!(self.json.value(), Value::Array | Value::Object) => {
                    has_items = true;
                    self.items(&mut drafts);
                }
                _ => self.json.skip(),
            }
        }
        let is_item = |draft: &Draft| draft.is_known && (draft.item.id.is_some() || draft.item.link.is_some());
        let is_feed = says_so || (has_items && drafts.iter().any(is_item));
        if !is_feed {
            return Err(Unreadable::Json);
        }
        if !has_items && feed.title.is_none() {
            let reason = "it calls itself a JSON Feed and has neither items nor a title".to_owned();
            return Err(Unreadable::Malformed { reason });
        }
        if drafts.iter().any(|draft| !draft.is_empty()) {
            let found = drafts.len();
            drafts.retain(|draft| !draft.is_empty());
            empty_items = u32::try_from(found - drafts.len()).expect("capped by MAX_ITEMS");
        }
        self.problems.add(Fault::EmptyItem, empty_items);
        let items = self.dated(drafts);
        let hints = PublisherHints::default();
        Ok(Found { kind: DocumentKind::JsonFeed, feed, items, hints, empty_items })
    }

    /// The items of a list, or of an object as PHP makes of a list with gaps.
    fn items(&mut self, drafts: &mut Vec<Draft>) {
        let is_list = self.json.value() == Value::Array;
        self.strange_types += u32::from(!is_list);
        self.json.enter();
        while if is_list { self.json.element() } else { self.json.key().is_some() } {
            if drafts.len() >= MAX_ITEMS {
                self.problems.note(Fault::TooManyItems);
                self.json.skip();
                continue;
            }
            if self.json.value() != Value::Object {
                self.strange_types += 1;
                self.json.skip();
                continue;
            }
            let draft = self.item();
            // What is missing from an item that was cut off may be its id.
            if !self.json.cut_off {
                drafts.push(draft);
            }
        }
    }

    fn item(&mut self) -> Draft {
        let mut draft = Draft::default();
        let item = &mut draft.item;
        let mut external = None;
        let (mut html, mut text) = (None, None);
        self.json.enter();
        while let Some(key) = self.json.key() {
            let mut is_known = true;
            match key.as_ref() {
                "id" => {
                    if self.json.value() != Value::String {
                        self.strange_types += 1;
                    }
                    item.id = self.json.text().map(|id| plain::floor(id.trim(), MAX_LINK_BYTES).to_owned());
                    item.id.take_if(|id| id.is_empty());
                }
                "url" => item.link = self.address(),
                "external_url" => external = self.address(),
                "title" => item.title = self.title(),
                "content_html" => html = self.body(),
                "content_text" => text = self.body(),
                "summary" => item.summary = self.body().map(|summary| escape(&summary).into_owned()),
                "image" | "banner_image" => {
                    if let Some(url) = self.address()
                        && !item.images.iter().any(|image| image.url == url)
                    {
                        item.images.push(Image { url, caption: None });
                    }
                }
                "date_published" => draft.published = self.line(),
                "date_modified" => draft.updated = self.line(),
                "author" | "authors" => self.people(&mut item.authors),
                "tags" => self.tags(&mut item.categories),
                // What programs write that turn RSS into JSON.
                "guid" if item.id.is_none() => {
                    is_known = false;
                    item.id = self.json.text().map(|id| plain::floor(id.trim(), MAX_LINK_BYTES).to_owned());
                    item.id.take_if(|id| id.is_empty());
                }
                "link" => {
                    is_known = false;
                    external = self.address().or(external);
                }
                "pubDate" | "published" if draft.published.is_none() => {
                    is_known = false;
                    draft.published = self.line();
                }
                "description" if item.summary.is_none() => {
                    is_known = false;
                    item.summary = self.body();
                }
                "content" if html.is_none() && self.json.value() == Value::String => {
                    is_known = false;
                    html = self.body();
                }
                "categories" => {
                    is_known = false;
                    self.tags(&mut item.categories);
                }
                "language" => item.language = self.line().map(|tag| tag.replace('_', "-")),
                "attachments" => self.attachments(&mut item.enclosures),
                _ => {
                    self.json.skip();
                    is_known = false;
                }
            }
            draft.is_known |= is_known && key != "id" && key != "title" && key != "url";
        }
        let is_web = |id: &&String| id.starts_with("http://") || id.starts_with("https://");
        let from_id = || item.id.as_ref().filter(is_web).and_then(|id| absolute(None, id));
        item.link = item.link.take().or(external).or_else(from_id);
        let base = item.link.as_deref().and_then(|link| Url::parse(link).ok()).or_else(|| self.cx.url.cloned());
        item.content = html
            .map(|html| match &base {
                Some(base) => absolute_in_html(&html, base).into_owned(),
                None => html,
            })
            .or_else(|| text.map(|text| paragraphs(&text)));
        draft
    }

    fn dated(&mut self, drafts: Vec<Draft>) -> Vec<RawItem> {
        let raws = drafts.iter().flat_map(|draft| [&draft.published, &draft.updated]).flatten().map(String::as_str);
        let order = self.cx.order.or_else(|| dates::majority_order(raws));
        let context = dates::Context { zone: self.cx.zone, order, now: Some(self.cx.now) };
        let mut read = |raw: Option<String>| {
            let raw = raw?;
            let date = dates::parse(&raw, &context);
            if date.is_none() {
                self.problems.note_with(Fault::BadDate, &raw);
            }
            date
        };
        drafts
            .into_iter()
            .map(|Draft { mut item, published, updated, .. }| {
                item.published = read(published);
                item.updated = read(updated);
                item.date_from = (item.published.is_some() || item.updated.is_some()).then_some(DateFrom::Item);
                item
            })
            .collect()
    }

    /// A short text as given; `None` for null and empty ones.
    fn line(&mut self) -> Option<String> {
        let text = self.json.text()?;
        let text = plain::floor(text.trim(), 1024);
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn title(&mut self) -> Option<String> {
        let text = self.json.text()?;
        // The specification says plain text.
        Some(plain::title(&text)).filter(|title| !title.is_empty())
    }

    /// An address; of a list the first.
    fn address(&mut self) -> Option<String> {
        if self.json.value() == Value::Array {
            self.strange_types += 1;
            self.json.enter();
            let mut first = None;
            while self.json.element() {
                if first.is_none() && self.json.value() == Value::String {
                    let href = self.json.string();
                    first = absolute(self.cx.url, &href);
                } else {
                    self.json.skip();
                }
            }
            return first;
        }
        let href = self.json.text()?;
        let found = absolute(self.cx.url, &href);
        if found.is_none() && !href.trim().is_empty() {
            self.problems.note_with(Fault::BadLink, &href);
        }
        found
    }

    fn body(&mut self) -> Option<String> {
        let text = self.json.text()?;
        if text.len() > MAX_BODY_BYTES {
            self.problems.note_with(Fault::TooLong, &text);
        }
        let text = plain::nfc(plain::floor(&text, MAX_BODY_BYTES));
        (!text.trim().is_empty()).then(|| text.into_owned())
    }

    /// One person or a list of them; a bare name is one too.
    fn people(&mut self, people: &mut Vec<Person>) {
        match self.json.value() {
            Value::Array => {
                self.json.enter();
                let mut seen = 0;
                while self.json.element() {
                    seen += 1;
                    if seen > MAX_LIST { self.json.skip() } else { self.person(people) }
                }
            }
            _ => self.person(people),
        }
    }

    fn person(&mut self, people: &mut Vec<Person>) {
        let mut person = Person::default();
        if self.json.value() == Value::Object {
            self.json.enter();
            while let Some(key) = self.json.key() {
                match key.as_ref() {
                    "name" => person.name = self.title().unwrap_or_default(),
                    "url" => {
                        let href = self.line().unwrap_or_default();
                        match href.strip_prefix("mailto:") {
                            Some(email) => person.email = Some(email.to_owned()),
                            None => person.uri = absolute(self.cx.url, &href),
                        }
                    }
                    _ => self.json.skip(),
                }
            }
        } else {
            if self.json.value() != Value::Null {
                self.strange_types += 1;
            }
            person.name = self.title().unwrap_or_default();
        }
        if person.name.is_empty() {
            person.name = person.uri.clone().or_else(|| person.email.clone()).unwrap_or_default();
        }
        if !person.name.is_empty() && people.len() < MAX_LIST && !people.contains(&person) {
            people.push(person);
        }
    }

    fn tags(&mut self, tags: &mut Vec<String>) {
        if self.json.value() != Value::Array {
            if let Some(tag) = self.title() {
                self.strange_types += 1;
                tags.push(tag);
            }
            return;
        }
        self.json.enter();
        let mut seen = 0;
        while self.json.element() {
            seen += 1;
            if seen > MAX_LIST {
                self.json.skip();
                continue;
            }
            if let Some(tag) = self.title()
                && !tags.contains(&tag)
            {
                tags.push(tag);
            }
        }
    }

    fn attachments(&mut self, enclosures: &mut Vec<Enclosure>) {
        if self.json.value() != Value::Array {
            self.json.skip();
            return;
        }
        self.json.enter();
        while self.json.element() {
            if self.json.value() != Value::Object {
                self.json.skip();
                continue;
            }
            let (mut url, mut media_type, mut length) = (None, None, None);
            self.json.enter();
            while let Some(key) = self.json.key() {
                match key.as_ref() {
                    "url" => url = self.address(),
                    "mime_type" => media_type = self.line(),
                    "size_in_bytes" => length = self.line().and_then(|n| n.parse().ok()),
                    _ => self.json.skip(),
                }
            }
            if let Some(url) = url
                && enclosures.len() < MAX_LIST
            {
                enclosures.push(Enclosure { url, media_type, length });
            }
        }
    }

    /// The address of the WebSub hub among the hubs.
    fn hub(&mut self) -> Option<String> {
        let mut found = None;
        if self.json.value() != Value::Array {
            self.json.skip();
            return None;
        }
        self.json.enter();
        while self.json.element() {
            if self.json.value() != Value::Object {
                self.json.skip();
                continue;
            }
            let (mut kind, mut url) = (None, None);
            self.json.enter();
            while let Some(key) = self.json.key() {
                match key.as_ref() {
                    "type" => kind = self.line(),
                    "url" => url = self.address(),
                    _ => self.json.skip(),
                }
            }
            if kind.is_none_or(|kind| kind.eq_ignore_ascii_case("websub")) {
                found = found.or(url);
            }
        }
        found
    }
}

/// Plain text as HTML: an empty line parts paragraphs, a line break stays one.
fn paragraphs(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    let text = text.replace("\r\n", "\n");
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        html.push_str("<p>");
        html.push_str(&escape(paragraph).replace('\n', "<br>"));
        html.push_str("</p>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> (Result<Found, Unreadable>, Vec<String>) {
        let url = Url::parse("https://tin.example/feed.json").unwrap();
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let cx = Context { url: Some(&url), zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now };
        let mut problems = Problems::default();
        let found = read(json, &cx, &mut problems);
        (found, problems.into_list().into_iter().map(|p| p.code).collect())
    }

    #[test]
    fn reads_everything_of_an_item() {
        let (found, problems) = found(
            r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Tin tỉnh", "home_page_url": "/", "language": "vi_VN",
                "hubs": [{"type": "rssCloud", "url": "https://a.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
                "items": [{"id": "tag:tin.example,2026:1", "url": "/a", "title": "Cầu &amp; đường", "content_html": "<a href='b'>b</a>",
                "summary": "1 < 2", "date_published": "2026-11-20T08:00:00+07:00", "date_modified": "2026-11-21", "image": "c.jpg",
                "authors": [{"name": "Lan", "url": "mailto:lan@tin.example"}], "tags": ["Kinh tế", "Kinh tế"], "language": "vi",
                "attachments": [{"url": "d.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7}]}]}"#,
        );
        let found = found.unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(found.feed.language.as_deref(), Some("vi-VN"));
        assert_eq!(found.feed.hub.as_deref(), Some("https://hub.example/"));
        let item = &found.items[0];
        assert_eq!(item.id.as_deref(), Some("tag:tin.example,2026:1"));
        assert_eq!(item.link.as_deref(), Some("https://tin.example/a"));
        assert_eq!(item.title.as_deref(), Some("Cầu & đường"));
        assert_eq!(item.content.as_deref(), Some("<a href='https://tin.example/b'>b</a>"));
        assert_eq!(item.summary.as_deref(), Some("1 &lt; 2"));
        assert_eq!(item.published.unwrap().to_rfc3339(), "2026-11-20T08:00:00+07:00");
        assert_eq!(item.updated.unwrap().to_rfc3339(), "2026-11-21T00:00:00+07:00");
        assert_eq!(item.authors[0].email.as_deref(), Some("lan@tin.example"));
        assert_eq!(item.categories, ["Kinh tế"]);
        assert_eq!(item.enclosures[0].length, Some(7));
        assert_eq!(item.images[0].url, "https://tin.example/c.jpg");
    }

    #[test]
    fn puts_up_with_wrong_types() {
        let (found, problems) = found(
            r#"{"items": [null, {"id": 5, "content_text": "Một\n\nhai <3", "author": "Lan", "tags": "Xã hội"}, 7, {}]}"#,
        );
        let found = found.unwrap();
        assert_eq!(found.items.len(), 1);
        assert_eq!(found.empty_items, 1);
        assert_eq!(found.items[0].id.as_deref(), Some("5"));
        assert_eq!(found.items[0].content.as_deref(), Some("<p>Một</p><p>hai &lt;3</p>"));
        assert_eq!(found.items[0].authors[0].name, "Lan");
        assert_eq!(problems, ["empty-item", "wrong-json-type"]);
    }

    #[test]
    fn keeps_the_complete_items_of_a_feed_that_is_cut_off() {
        let (found, problems) = found(
            r#"{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "a"}, {"id": "2", "titl"#,
        );
        assert_eq!(found.unwrap().items.len(), 1);
        assert_eq!(problems, ["cut-off"]);
    }

    #[test]
    fn reads_items_that_became_an_object_and_lists_of_addresses() {
        let (found, problems) = found(
            r#"{"version": "https://jsonfeed.org/version/1.1", "items": {"0": {"id": "1", "url": ["/a", "/b"]}, "2": {"id": "2"}}}"#,
        );
        let found = found.unwrap();
        assert_eq!(found.items.iter().map(|item| item.id.as_deref()).collect::<Vec<_>>(), [Some("1"), Some("2")]);
        assert_eq!(found.items[0].link.as_deref(), Some("https://tin.example/a"));
        assert_eq!(problems, ["wrong-json-type"]);
    }

    #[test]
    fn names_what_follows_and_what_json_does_not_allow() {
        let json = r#"{"version": "https://jsonfeed.org/version/1.1", /* mới */ "items": [{"id": "1"},]}"#;
        for (end, codes) in
            [("", vec!["bad-json"]), (");", vec!["bad-json"]), ("<!-- 1 s -->", vec!["trailing-junk", "bad-json"])]
        {
            let (found, problems) = found(&format!("{json}{end}"));
            assert_eq!(
                (found.unwrap().items.len(), problems),
                (1, codes.into_iter().map(str::to_owned).collect()),
                "{end}"
            );
        }
    }

    #[test]
    fn refuses_other_json() {
        for json in [
            "{}",
            "[]",
            r#"{"items": [1]}"#,
            r#"{"items": {"a": 1}}"#,
            r#"{"items": [{"Id": 1, "title": "x", "permalink": "https://tin.example/1", "published": "2026-03-17"}]}"#,
            r#"{"items": [{"Id": 1, "title": "x", "permalink": "https://tin.example/1", "summary": "y"}]}"#,
            r#"{"items": [{"id": 1, "title": "x", "url": "/1", "categories": ["y"]}]}"#,
            r#"{"items": [{"id": 1, "title": "x", "price": 2}]}"#,
        ] {
            assert_eq!(found(json).0.err(), Some(Unreadable::Json), "{json}");
        }
        let cut = r#"{"version": "https://jsonfeed.org/version/1.1", "ti"#;
        assert!(matches!(found(cut).0, Err(Unreadable::Malformed { .. })));
    }
}
