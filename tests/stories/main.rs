//! Which items are one story: verdicts on texts of our own, properties that hold whatever an item wears, and the labelled
//! corpus where it lies beside the checkout.

mod corpus;
mod properties;
mod texts;
mod verdicts;

use std::io::Cursor;

use bantin::dedup::{Judged, Thresholds, eval};
use serde_json::json;

/// An item as it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    title: String,
    text: String,
    url: Option<String>,
    /// `08:00` on the n-th day of the month.
    day: u32,
    hour: u32,
}

fn item(title: &str, text: &str) -> Item {
    Item { title: title.to_owned(), text: text.to_owned(), url: None, day: 10, hour: 8 }
}

impl Item {
    fn on(mut self, day: u32, hour: u32) -> Self {
        (self.day, self.hour) = (day, hour);
        self
    }

    fn at(mut self, url: &str) -> Self {
        self.url = Some(url.to_owned());
        self
    }
}

/// Judges items in the order given, by the code that the daemon runs.
fn judge(items: &[Item]) -> Vec<Judged> {
    let lines: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            json!({
                "id": at.to_string(),
                "source": "bao",
                "title": item.title,
                "url": item.url,
                "published": format!("2026-06-{:02}T{:02}:00:00+07:00", item.day, item.hour),
                "text": item.text,
            })
            .to_string()
        })
        .collect();
    eval(Cursor::new(lines.join("\n")), Thresholds::default()).map(|judged| judged.expect("it is an item")).collect()
}

/// The story of each item, by the number of its first.
fn stories(items: &[Item]) -> Vec<usize> {
    judge(items).iter().map(|judged| judged.story.parse().expect("ids are numbers")).collect()
}

fn are_one(one: &Item, other: &Item) -> bool {
    stories(&[one.clone(), other.clone()]) == [0, 0]
}
