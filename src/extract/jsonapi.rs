//! JSON endpoints: the lists of articles that pages load by script, read by JSON Pointers (RFC 6901).
//!
//! | key | where | default |
//! |---|---|---|
//! | `items` | in the document: an array, an object of items, or a string that holds the HTML of a listing | the largest array of objects that have titles |
//! | `id`, `link`, `title`, `date`, `updated`, `lead`, `body`, `image`, `author`, `category` | in an item | names commonly used |
//!
//! A value may be put together: `link = "/View_Detail.aspx?ItemID={/Id}"`. A document is read item by item, so that only
//! one of them is held as a tree at a time.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use url::Url;

use super::address::absolute;
use super::html::select::Selectors;
use super::html::{escape, listing, read_date};
use super::json::Json;
use super::plain;
use crate::dates::{self, Context};
use crate::model::{DateFrom, Image, LocalInstant, Person, Problem, RawItem};

/// Most items taken from one document.
const MAX_ITEMS: usize = 1_000;

/// Longest value of a field other than the body, bytes.
const MAX_VALUE_BYTES: usize = 64 * 1024;

/// Values in one item: an article has some hundred at most. What comes after them is skipped: a list taken for one item
/// would be held as a tree of forty times its size (1.8 GB for 50 MB, met in a test).
const MAX_NODES: usize = 20_000;

/// Values of a document in which a list is looked for: a thousand articles with a hundred each. One in an object of its own
/// takes 500 bytes (4 MiB of these were 540 MB, met in a test).
const MAX_TREE_VALUES: usize = 100_000;

/// What a JSON endpoint gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JsonItems {
    /// In the order of the document.
    pub items: Vec<RawItem>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

/// Reads the decoded answer of a JSON endpoint that was served from `base`.
///
/// `pointers` are those of `[source.json]`, by key. `how` is for endpoints that wrap the HTML of a listing. A document that
/// breaks off gives the items before the break.
pub fn json_items(
    text: &str,
    base: &Url,
    pointers: &BTreeMap<String, String>,
    how: Option<&Selectors>,
    cx: &Context,
) -> JsonItems {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    // What stands before it keeps it from being run, or has it run.
    let text = if text.starts_with(['{', '[', '"']) { text } else { Json::new(text).rest() };
    // A line break inside of a string is the commonest fault, and outside of strings it is a blank anyway.
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut found = JsonItems::default();
    let path = match pointers.get("items") {
        Some(pointer) => steps(pointer),
        None => best_list(&text),
    };
    let mut raw: Vec<Item> = Vec::new();
    let mut page: Option<String> = None;
    let mut reached = false;
    let mut take = |value: Value| match value {
        Value::Null => reached = true,
        Value::Object(_) if raw.len() < MAX_ITEMS => raw.push(Item::read(&value, pointers)),
        Value::String(html) if html.contains('<') => page = Some(html),
        _ => {}
    };
    let mut json = serde_json::Deserializer::from_str(&text);
    if let Err(error) = (Seek { path: &path, each: &mut take }).deserialize(&mut json) {
        let message = format!("the document is no JSON from line {}, column {} on", error.line(), error.column());
        found.problems.push(Problem { code: "bad-json".to_owned(), message, count: 1 });
    }
    if let Some(html) = page {
        let listing = listing(&html, base, how, cx);
        found.items = listing.items;
        found.problems.extend(listing.problems);
        return found;
    }
    let order = cx.order.or_else(|| dates::majority_order(raw.iter().filter_map(|item| item.date.as_deref())));
    let cx = Context { order, ..*cx };
    let (mut untitled, mut linkless) = (0, 0);
    for item in raw {
        match item.into_raw(base, &cx) {
            item if item.title.is_none() && item.link.is_none() => untitled += 1,
            item => {
                linkless += u32::from(item.link.is_none());
                found.items.push(item);
            }
        }
    }
    let mut note = |code: &str, message: &str, count: u32| {
        if count > 0 {
            found.problems.push(Problem { code: code.to_owned(), message: message.to_owned(), count });
        }
    };
    note("empty-item", "items have neither title nor link", untitled);
    note("missing-link", "items have no usable link", linkless);
    let is_empty_list = reached && pointers.contains_key("items");
    if found.items.is_empty() && found.problems.is_empty() && !is_empty_list {
        let message = match pointers.get("items") {
            Some(pointer) => format!("`items` points at `{pointer}`, and nothing is there"),
            None => "the document has no list of objects with titles".to_owned(),
        };
        found.problems.push(Problem { code: "pointer-matches-nothing".to_owned(), message, count: 1 });
    }
    found
}

/// The steps of a pointer, escapes undone. A name without a slash is one step.
fn steps(pointer: &str) -> Vec<String> {
    let pointer = pointer.trim();
    if pointer.is_empty() || pointer == "/" {
        return Vec::new();
    }
    let inner = pointer.strip_prefix('/').unwrap_or(pointer);
    inner.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// Walks to where a path leads and hands over what is there: the elements of an array, the members of an object of
/// objects, or the value itself. All else is skipped without being kept. That an array is there at all is said by a null.
struct Seek<'p, 'f> {
    path: &'p [String],
    each: &'f mut dyn FnMut(Value),
}

impl<'de> DeserializeSeed<'de> for Seek<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.path.split_first() else {
            (self.each)(Value::Null);
            while let Some(value) = seq.next_element_seed(Tree { left: &mut { MAX_NODES } })? {
                (self.each)(value);
            }
            return Ok(());
        };
        let wanted: Option<usize> = first.parse().ok();
        let mut at = 0;
        loop {
            let more = if wanted == Some(at) {
                seq.next_element_seed(Seek { path: rest, each: &mut *self.each })?.is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                return Ok(());
            }
            at += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.path.split_first() else {
            while map.next_key::<IgnoredAny>()?.is_some() {
                (self.each)(map.next_value_seed(Tree { left: &mut { MAX_NODES } })?);
            }
            return Ok(());
        };
        while let Some(key) = map.next_key::<String>()? {
            if key == *first {
                map.next_value_seed(Seek { path: rest, each: &mut *self.each })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.path.is_empty() {
            (self.each)(Value::String(text.to_owned()));
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Names under which items hold their parts, best first; compared without case and marks between words.
const NAMES: [(&str, &[&str]); 9] = [
    ("id", &["id", "guid", "newsid", "itemid", "articleid"]),
    ("link", &["link", "url", "href", "permalink", "detailurl", "newsurl", "shareurl"]),
    ("title", &["title", "tieude", "headline", "newstitle", "ten", "name"]),
    (
        "date",
        &[
            "publisheddate",
            "publishdate",
            "datepublished",
            "publishedat",
            "ngaydang",
            "ngayxuatban",
            "pubdate",
            "createddate",
            "date",
            "created",
            // Last, as it may be a mere yes.
            "published",
        ],
    ),
    ("updated", &["updateddate", "datemodified", "modifieddate", "updatedat", "modified"]),
    ("lead", &["sapo", "lead", "summary", "description", "trichyeu", "tomtat", "mota", "excerpt", "shortdescription"]),
    ("body", &["content", "noidung", "body", "contenthtml"]),
    ("image", &["image", "avatar", "thumbnail", "anhdaidien", "imageurl", "thumb", "picture"]),
    ("author", &["author", "tacgia", "authorname", "butdanh"]),
];

/// Reads one value as a tree of at most so many values, and skips the rest of it.
struct Tree<'n> {
    left: &'n mut usize,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while *self.left > 0 {
            *self.left -= 1;
            match seq.next_element_seed(Tree { left: &mut *self.left })? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = serde_json::Map::new();
        while *self.left > 0 {
            *self.left -= 1;
            let Some(key) = map.next_key::<String>()? else { return Ok(Value::Object(members)) };
            members.insert(key, map.next_value_seed(Tree { left: &mut *self.left })?);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(members))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// A name as it is compared: `published_date` and `PublishedDate` are one.
fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The path to the largest array of objects that have titles; the document itself if there is none.
fn best_list(text: &str) -> Vec<String> {
    fn walk(value: &Value, path: &mut Vec<String>, best: &mut (usize, Vec<String>)) {
        if path.len() > 6 {
            return;
        }
        match value {
            Value::Array(values) => {
                let titled = values.iter().filter(|value| field(value, "title", &BTreeMap::new()).is_some()).count();
                if titled > best.0 && titled * 2 >= values.len() {
                    *best = (titled, path.clone());
                }
                for (i, value) in values.iter().enumerate().take(20) {
                    path.push(i.to_string());
                    walk(value, path, best);
                    path.pop();
                }
            }
            Value::Object(object) => {
                for (key, value) in object.iter().take(200) {
                    path.push(key.clone());
                    walk(value, path, best);
                    path.pop();
                }
            }
            _ => {}
        }
    }
    let mut best = (0, Vec::new());
    if let Some(value) = tree_of(text) {
        walk(&value, &mut Vec::new(), &mut best);
    }
    best.1
}

/// The tree of a whole document, or of its first [`MAX_TREE_VALUES`]; `None` where it is too long or no JSON.
fn tree_of(text: &str) -> Option<Value> {
    /// Its strings are held whole.
    const MAX_TREE_BYTES: usize = 4 << 20;
    let mut json = Some(text).filter(|text| text.len() <= MAX_TREE_BYTES).map(serde_json::Deserializer::from_str)?;
    Tree { left: &mut { MAX_TREE_VALUES } }.deserialize(&mut json).ok()
}

/// The parts of one item, unread.
#[derive(Debug, Default)]
struct Item {
    id: Option<String>,
    link: Option<String>,
    title: Option<String>,
    date: Option<String>,
    updated: Option<String>,
    lead: Option<String>,
    body: Option<String>,
    image: Option<String>,
    authors: Vec<String>,
    categories: Vec<String>,
}

impl Item {
    fn read(value: &Value, pointers: &BTreeMap<String, String>) -> Self {
        let one = |key: &str| field(value, key, pointers).and_then(|found| found.into_iter().next());
        Self {
            id: one("id"),
            link: one("link"),
            title: one("title"),
            date: one("date"),
            updated: one("updated"),
            lead: one("lead"),
            body: one("body"),
            image: one("image"),
            authors: field(value, "author", pointers).unwrap_or_default(),
            categories: field(value, "category", pointers).unwrap_or_default(),
        }
    }

    fn into_raw(self, base: &Url, cx: &Context) -> RawItem {
        let date = |raw: Option<String>| raw.as_deref().and_then(|raw| date(raw, cx));
        let link = |raw: Option<String>| absolute(Some(base), &raw?).filter(|link| link.starts_with("http"));
        let line = |raw: Option<String>| raw.map(|raw| plain::title(&raw)).filter(|line| !line.is_empty());
        // A text without markup is plain, one with markup is handed on as it is.
        let html =
            |raw: Option<String>| raw.map(|raw| if raw.contains('<') { raw } else { escape(&plain::title(&raw)) });
        let names = |raw: Vec<String>| raw.into_iter().filter_map(|name| line(Some(name))).take(20);
        let (published, updated) = (date(self.date), date(self.updated));
        let stated = published.or(updated).map(|_| DateFrom::Item);
        let address = link(self.link);
        let told = || dates::from_url(address.as_deref()?, cx);
        let published = if stated.is_some() { published } else { told() };
        RawItem {
            id: self.id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
            link: address,
            title: line(self.title),
            published,
            updated,
            date_from: stated.or(published.map(|_| DateFrom::Url)),
            authors: names(self.authors).map(|name| Person { name, ..Person::default() }).collect(),
            summary: html(self.lead).filter(|lead| !lead.is_empty()),
            content: html(self.body).filter(|body| !body.is_empty()),
            categories: names(self.categories).collect(),
            images: link(self.image).map(|url| Image { url, caption: None }).into_iter().collect(),
            ..RawItem::default()
        }
    }
}

/// A date as endpoints write it: like everybody, or `/Date(1671523200000+0700)/`.
fn date(raw: &str, cx: &Context) -> Option<LocalInstant> {
    let inner = raw.trim().strip_prefix("/Date(").and_then(|rest| rest.split([')', '+']).next());
    match inner {
        Some(milliseconds) => dates::parse(milliseconds, cx),
        None => read_date(raw, cx),
    }
}

/// The values of one part of an item: where its pointer points, put together by its template, or under a usual name.
fn field(item: &Value, key: &str, pointers: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let texts = match pointers.get(key) {
        Some(template) if template.contains('{') => vec![fill(template, item)?],
        Some(pointer) => texts(at(item, pointer)?),
        None => {
            let names = NAMES.iter().find(|(known, _)| *known == key)?.1;
            let object = item.as_object()?;
            let found = |name: &&str| object.iter().find(|(key, _)| bare(key) == **name).map(|(_, value)| texts(value));
            names.iter().filter_map(found).find(|texts| !texts.is_empty())?
        }
    };
    let limit = if key == "body" { super::limits::MAX_BODY_BYTES } else { MAX_VALUE_BYTES };
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty() && text.len() <= limit).collect();
    (!texts.is_empty()).then_some(texts)
}

fn at<'v>(item: &'v Value, pointer: &str) -> Option<&'v Value> {
    steps(pointer).iter().try_fold(item, |value, step| match value {
        Value::Object(object) => object.get(step),
        Value::Array(values) => values.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The texts in a value: itself, its elements, or of an object its name or address.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(values) => values.iter().take(50).flat_map(texts).collect(),
        Value::Object(object) => {
            let named =
                ["name", "title", "url", "href", "src", "rendered", "#text"].iter().find_map(|key| object.get(*key));
            named.filter(|value| value.is_string()).map(texts).unwrap_or_default()
        }
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

/// A template with each `{pointer}` replaced by what is there, made fit for an address; `None` if one is missing.
fn fill(template: &str, item: &Value) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (pointer, after) = behind.split_once('}')?;
        out.push_str(before);
        let value = texts(at(item, pointer)?).into_iter().next()?;
        out.extend(url::form_urlencoded::byte_serialize(value.trim().as_bytes()));
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, pointers: &[(&str, &str)]) -> JsonItems {
        let pointers = pointers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let cx = Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: None };
        json_items(json, &Url::parse("https://tinh.example/api/tin").unwrap(), &pointers, None, &cx)
    }

    #[track_caller]
    fn first(json: &str, pointers: &[(&str, &str)]) -> RawItem {
        let found = read(json, pointers);
        assert!(found.problems.is_empty(), "{:?}", found.problems);
        found.items.into_iter().next().expect("an item")
    }

    #[test]
    fn reads_items_where_the_pointers_point() {
        let item = first(
            r#"{"x":[1,{"title":"không"}],"d":{"list":[{"T":"Khánh thành cầu","U":{"a/b":"/tin/1.html"},"N":"20/12/2022 15:30","S":"Dẫn &amp; lời","K":["a","b"]}]}}"#,
            &[
                ("items", "/d/list"),
                ("title", "/T"),
                ("link", "/U/a~1b"),
                ("date", "/N"),
                ("lead", "/S"),
                ("category", "/K"),
            ],
        );
        assert_eq!(item.title.as_deref(), Some("Khánh thành cầu"));
        assert_eq!(item.link.as_deref(), Some("https://tinh.example/tin/1.html"));
        assert_eq!(item.published.unwrap().to_rfc3339(), "2022-12-20T15:30:00+07:00");
        assert_eq!(item.summary.as_deref(), Some("Dẫn &amp; lời"));
        assert_eq!(item.categories, ["a", "b"]);
    }

    #[test]
    fn finds_the_list_and_the_usual_names_by_itself() {
        let item = first(
            r#"{"menu":[{"title":"Trang chủ"}],"data":{"items":[{"Id":7,"TieuDe":"Một","Url":"/a","NgayDang":"/Date(1671523200000)/","AnhDaiDien":"/1.jpg"},{"TieuDe":"Hai","Url":"/b"}]}}"#,
            &[],
        );
        assert_eq!((item.title.as_deref(), item.id.as_deref()), (Some("Một"), Some("7")));
        assert_eq!(item.published.unwrap().timestamp(), 1_671_523_200);
        assert_eq!(item.images[0].url, "https://tinh.example/1.jpg");
    }

    #[test]
    fn takes_a_date_that_says_published_and_no_mere_yes() {
        for (published, year) in [(r#""2026-03-17""#, "2026"), ("1", "2025"), ("true", "2025")] {
            let created = if year == "2025" { r#""created":"2025-03-17","# } else { "" };
            let item = first(&format!(r#"[{{"title":"Một","url":"/a",{created}"published":{published}}}]"#), &[]);
            assert_eq!(item.published.expect(published).format("%Y").to_string(), year);
        }
    }

    #[test]
    fn an_address_may_be_put_together() {
        let item = first(r#"[{"title":"Một","ID":"a b&c"}]"#, &[("link", "/View_Detail.aspx?ItemID={/ID}")]);
        assert_eq!(item.link.as_deref(), Some("https://tinh.example/View_Detail.aspx?ItemID=a+b%26c"));
    }

    #[test]
    fn reads_what_stands_behind_a_guard_a_comment_or_a_call() {
        for (before, behind) in [
            (")]}',\n", ""),
            ("/**/", ""),
            ("// [1]\n", ""),
            ("\u{feff}goi(", ");"),
            ("/**/typeof goi === 'function' && goi(", ")"),
        ] {
            let json = format!(r#"{before}[{{"title":"Một","url":"/a"}}]{behind}"#);
            assert_eq!(first(&json, &[]).link.as_deref(), Some("https://tinh.example/a"), "{json}");
        }
    }

    #[test]
    fn a_string_of_html_is_read_as_a_listing() {
        let html = "<div class=item><a href=/tin/bai-mot-hai-ba-100001.html>Đầu đề khá dài của bài một</a><span>20/12/2022</span></div>\
                    <div class=item><a href=/tin/bai-mot-hai-ba-100002.html>Đầu đề khá dài của bài hai</a><span>19/12/2022</span></div>";
        let found = read(&serde_json::json!({ "d": format!("<div>{html}</div>") }).to_string(), &[("items", "/d")]);
        assert_eq!(found.items.len(), 2);
        assert!(found.items.iter().all(|item| item.published.is_some()));
    }

    #[test]
    fn a_document_that_breaks_off_gives_the_items_before() {
        let found =
            read(r#"{"list":[{"title":"Một","link":"/1"},{"title":"Hai","link":"/2"},{"tit"#, &[("items", "/list")]);
        assert_eq!(found.items.len(), 2);
        assert_eq!(found.problems[0].code, "bad-json");
    }

    #[test]
    fn line_breaks_in_strings_are_put_up_with() {
        assert_eq!(
            first("{\"list\":[{\"title\":\"Một\nhai\",\"link\":\"/1\"}]}", &[]).title.as_deref(),
            Some("Một hai")
        );
    }

    #[test]
    fn a_pointer_to_nothing_is_named() {
        let found = read(r#"{"list":[{"title":"Một"}]}"#, &[("items", "/lst")]);
        assert_eq!(found.problems[0].message, "`items` points at `/lst`, and nothing is there");
    }

    #[test]
    fn items_without_anything_and_without_links_are_counted() {
        let found = read(r#"[{"title":"Một"},{"x":1},{"title":"Hai","link":"javascript:x"}]"#, &[("items", "")]);
        let codes: Vec<(&str, u32)> =
            found.problems.iter().map(|problem| (problem.code.as_str(), problem.count)).collect();
        assert_eq!(codes, [("empty-item", 1), ("missing-link", 2)]);
    }

    #[test]
    fn a_list_that_is_taken_for_one_item_is_not_held_whole() {
        let mut json = serde_json::Deserializer::from_str("[1,[2,3,{\"a\":4}],[5,6],7]");
        let tree = Tree { left: &mut 5 }.deserialize(&mut json).unwrap();
        assert_eq!(tree, serde_json::json!([1, [2, 3, {}]]));
        json.end().expect("the rest has been skipped");
    }

    #[test]
    fn a_document_in_which_a_list_is_looked_for_is_not_held_whole() {
        fn values(value: &Value) -> usize {
            match value {
                Value::Array(all) => 1 + all.iter().map(values).sum::<usize>(),
                Value::Object(members) => 1 + members.values().map(values).sum::<usize>(),
                _ => 1,
            }
        }
        let text = format!("{{\"tin\":[{{\"title\":\"Một\"}}],\"x\":[{}1]}}", "{\"y\":[1]},".repeat(MAX_TREE_VALUES));
        assert!(values(&tree_of(&text).expect("it is JSON")) <= MAX_TREE_VALUES + 1);
        assert_eq!(best_list(&text), ["tin"]);
    }

    #[test]
    fn nothing_hostile_takes_long_or_panics() {
        for json in [
            "[".repeat(1_000_000),
            "{\"a\":".repeat(300_000),
            "{}".to_owned(),
            String::new(),
            "[[[{\"title\":1}]]]".to_owned(),
            format!("[{}]", "{\"title\":\"x\"},".repeat(100_000)),
        ] {
            assert!(read(&json, &[]).items.len() <= MAX_ITEMS);
            assert!(read(&json, &[("items", "/a/0/b")]).items.len() <= MAX_ITEMS);
        }
    }
}
