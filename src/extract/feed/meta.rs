//! What a feed says about itself, and what an item says about the feed it came from.

use crate::extract::plain;
use crate::model::{FeedMeta, Person, PublisherHints};

use super::link::{Link, article};

/// A feed's own values while they are being read.
#[derive(Debug, Clone, Default)]
pub struct FeedBuilder {
    pub id: Option<String>,
    pub title: Option<String>,
    pub alt_title: Option<String>,
    pub subtitle: Option<String>,
    /// RSS `link`, absolute.
    pub page: Option<String>,
    pub links: Vec<Link>,
    /// Dates as written, best first.
    pub updated: Vec<String>,
    pub authors: Vec<Person>,
    pub rights: Option<String>,
    pub language: Option<String>,
    pub generator: Option<String>,
}

impl FeedBuilder {
    /// The finished values; the date is read by the caller, who knows how.
    pub fn finish(self) -> (FeedMeta, Vec<String>) {
        let by_rel = |rel: &str| self.links.iter().find(|link| link.rel == rel).map(|link| link.href.clone());
        let link = self.page.clone().or_else(|| article(&self.links).map(|link| link.href.clone()));
        let meta = FeedMeta {
            link,
            self_link: by_rel("self"),
            hub: by_rel("hub"),
            id: self.id,
            title: self.title.or(self.alt_title),
            subtitle: self.subtitle,
            updated: None,
            authors: self.authors,
            rights: self.rights,
            language: self.language.map(|tag| language_tag(&tag)).filter(|tag| !tag.is_empty()),
            generator: self.generator,
        };
        (meta, self.updated)
    }
}

/// A BCP 47 tag with hyphens: `vi_VN` is `vi-VN`.
pub fn language_tag(tag: &str) -> String {
    plain::floor(tag.trim(), 35).replace('_', "-")
}

/// The publisher's hints while they are being read.
#[derive(Debug, Clone, Default)]
pub struct HintsBuilder {
    pub hints: PublisherHints,
    period_seconds: Option<u64>,
    frequency: Option<u64>,
    /// `sy:updateBase` as written.
    pub base: Option<String>,
}

impl HintsBuilder {
    /// RSS `ttl`.
    pub fn ttl(&mut self, text: &str) {
        if let Ok(minutes) = text.trim().parse::<u32>()
            && minutes > 0
        {
            self.hints.ttl_minutes = Some(minutes);
        }
    }

    /// One RSS `hour`; 24 is midnight to some.
    pub fn hour(&mut self, text: &str) {
        if let Ok(hour @ 0..=24) = text.trim().parse::<u8>()
            && !self.hints.skip_hours.contains(&(hour % 24))
        {
            self.hints.skip_hours.push(hour % 24);
        }
    }

    /// One RSS `day`, an English weekday.
    pub fn day(&mut self, text: &str) {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let text = text.trim().to_ascii_lowercase();
        if let Some(day) = DAYS.iter().position(|day| text.starts_with(day)) {
            let day = u8::try_from(day).expect("there are 7 days");
            if !self.hints.skip_days.contains(&day) {
                self.hints.skip_days.push(day);
            }
        }
    }

    /// `sy:updatePeriod`.
    pub fn period(&mut self, text: &str) {
        self.period_seconds = match text.trim().to_ascii_lowercase().as_str() {
            "hourly" => Some(3_600),
            "daily" => Some(86_400),
            "weekly" => Some(7 * 86_400),
            "monthly" => Some(30 * 86_400),
            "yearly" => Some(365 * 86_400),
            _ => self.period_seconds,
        };
    }

    /// `sy:updateFrequency`: how often in one period.
    pub fn frequency(&mut self, text: &str) {
        self.frequency = text.trim().parse().ok().filter(|&n: &u64| n > 0).or(self.frequency);
    }

    /// The finished hints; `base` is left to the caller, who knows how to read dates.
    pub fn finish(&mut self) -> PublisherHints {
        let mut hints = std::mem::take(&mut self.hints);
        // RSS 1.0's syndication module: the period is daily and the frequency 1 where only the other is given.
        if self.period_seconds.is_some() || self.frequency.is_some() {
            hints.update_every_seconds = Some(self.period_seconds.unwrap_or(86_400) / self.frequency.unwrap_or(1));
        }
        hints.skip_hours.sort_unstable();
        hints.skip_days.sort_unstable();
        hints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hints() {
        let mut builder = HintsBuilder::default();
        builder.ttl(" 60 ");
        for hour in ["23", "0", "24", "25", "x"] {
            builder.hour(hour);
        }
        for day in ["Sunday", "saturday", "Sunday", "Chủ nhật"] {
            builder.day(day);
        }
        builder.period("hourly\n");
        builder.frequency("4");
        let hints = builder.finish();
        assert_eq!(hints.ttl_minutes, Some(60));
        assert_eq!(hints.skip_hours, [0, 23]);
        assert_eq!(hints.skip_days, [5, 6]);
        assert_eq!(hints.update_every_seconds, Some(900));
    }

    #[test]
    fn takes_a_frequency_of_zero_for_none() {
        let mut builder = HintsBuilder::default();
        builder.period("daily");
        builder.frequency("0");
        assert_eq!(builder.finish().update_every_seconds, Some(86_400));
    }

    #[test]
    fn writes_language_tags_with_hyphens() {
        assert_eq!(language_tag(" vi_VN "), "vi-VN");
    }
}
