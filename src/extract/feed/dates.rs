//! Reading the dates of a feed once all of them are known.

use super::item::{DateSlot, FinishedItem};
use super::reader::Context;
use crate::dates;
use crate::extract::problems::{Fault, Problems};
use crate::model::{DateFrom, LocalInstant, RawItem};

/// How the dates of one document are to be read.
pub struct Dates {
    context: dates::Context,
}

impl Dates {
    /// Settles the order of day and month: the source's, else what the majority of the document's own dates proves.
    pub fn new(cx: &Context, items: &[FinishedItem], feed_dates: &[String]) -> Self {
        let order = cx.order.or_else(|| {
            let all = items.iter().flat_map(|item| item.dates.iter().map(|(_, raw)| raw.as_str()));
            let all = all.chain(feed_dates.iter().map(String::as_str));
            dates::majority_order(all.filter(|raw| is_ambiguous(raw)))
        });
        Self { context: dates::Context { zone: cx.zone, order, now: Some(cx.now) } }
    }

    /// Reads one date.
    pub fn read(&self, raw: &str) -> Option<LocalInstant> {
        dates::parse(raw, &self.context)
    }

    /// The first of `raws` that can be read.
    pub fn first<'r>(&self, mut raws: impl Iterator<Item = &'r str>) -> Option<LocalInstant> {
        raws.find_map(|raw| self.read(raw))
    }

    /// Puts the dates of an item into it.
    pub fn apply(&self, finished: FinishedItem, problems: &mut Problems) -> RawItem {
        let FinishedItem { mut item, dates: mut raws, source_dates, is_empty: _ } = finished;
        // The best first; among equals the last, which whoever added it meant to hold.
        raws.reverse();
        raws.sort_by_key(|(slot, _)| *slot);
        for (slot, raw) in &raws {
            let field = if *slot == DateSlot::Updated { &mut item.updated } else { &mut item.published };
            if field.is_some() {
                continue;
            }
            *field = dates::parse(raw, &self.context);
            if field.is_none() {
                problems.note_with(Fault::BadDate, raw);
            }
        }
        if item.published.is_some() || item.updated.is_some() {
            item.date_from = Some(DateFrom::Item);
        }
        if let Some(source) = &mut item.source {
            source.updated = self.first(source_dates.iter().map(String::as_str)).map(|date| date.to_utc());
        }
        item
    }
}

/// Whether a date may be read in two ways: digits, a separator, digits.
fn is_ambiguous(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    bytes.iter().take(64).enumerate().any(|(at, b)| {
        matches!(b, b'/' | b'.' | b'-')
            && at > 0
            && bytes[at - 1].is_ascii_digit()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
            && !(at >= 4 && bytes[at - 4..at].iter().all(u8::is_ascii_digit))
    })
}
