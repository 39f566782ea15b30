//! The pages for people: HTML without script, one inlined stylesheet, nothing fetched from elsewhere.
//!
//! Everything shown is an absolute date or a fact, so that a page stays the same bytes until something happens. Links
//! inside start at the path of `site.url`. Every value from a source goes through `Markup`, which escapes it; the one
//! exception, the body of a story, goes through an allow-list of its own first (`story.rs`).

mod frame;
mod notice;
mod river;
mod search;
mod status;
mod status_words;
mod story;
mod subscribe;

pub use self::frame::{security_policy, security_policy_with_pictures};
pub use self::notice::{Notice, notice};
pub use self::river::river;
pub use self::search::search;
pub use self::status::{SourceStatus, StatusView, status, status_policy};
pub use self::story::story;
pub use self::subscribe::subscribe;

use crate::model::{FeedKey, Instant, ProvinceSlug, TopicId};

/// Stories on one page of a river or of search results.
pub const ENTRIES: usize = 40;

/// The last page that can be asked for: the store skips what stands before a page, and that costs.
pub const MAX_NUMBER: usize = 250;

/// How many stories topics and provinces have; only the front page shows it, so that only the front page changes with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By topic, as the store gives it.
    pub topics: Vec<(TopicId, u64, Instant)>,
    /// By province, as the store gives it.
    pub provinces: Vec<(ProvinceSlug, u64, Instant)>,
}

impl Counts {
    fn of_topic(&self, id: &TopicId) -> u64 {
        self.topics.iter().find(|(topic, _, _)| topic == id).map_or(0, |&(_, count, _)| count)
    }

    fn of_province(&self, slug: &ProvinceSlug) -> u64 {
        self.provinces.iter().find(|(province, _, _)| province == slug).map_or(0, |&(_, count, _)| count)
    }
}

/// The path of the page of a feed, without leading slash; `number` counts from 1.
///
/// Later pages have a path instead of a query, because a file server in front of us would answer any query with the
/// file of the first page.
pub fn path(key: &FeedKey, number: usize) -> String {
    let first = match key {
        FeedKey::Merged => String::new(),
        other => other.path(),
    };
    match (number, first.is_empty()) {
        (0 | 1, _) => first,
        (_, true) => format!("page/{number}"),
        (_, false) => format!("{first}/page/{number}"),
    }
}

/// Cuts a text for a list: at most `limit` characters, at a word, with an ellipsis.
fn clipped(text: &str, limit: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let cut = &text[..end];
    // A "word" of hundreds of letters is none; it is cut where it stands.
    let at = cut.rfind(char::is_whitespace).filter(|&at| at > end / 2).unwrap_or(end);
    format!("{}…", cut[..at].trim_end_matches([' ', ',', ';', ':', '-', '–', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_pages_have_paths_of_their_own() {
        let topic = FeedKey::Topic(TopicId::new("dan-van"));
        assert_eq!(path(&FeedKey::Merged, 1), "");
        assert_eq!(path(&FeedKey::Merged, 3), "page/3");
        assert_eq!(path(&topic, 1), "topics/dan-van");
        assert_eq!(path(&topic, 2), "topics/dan-van/page/2");
    }

    #[test]
    fn clips_at_words_and_never_inside_a_letter() {
        assert_eq!(clipped("Nhân dân xã Đồng Lý", 100), "Nhân dân xã Đồng Lý");
        assert_eq!(clipped("Nhân dân xã Đồng Lý góp công", 14), "Nhân dân xã…");
        assert_eq!(clipped(&"ầ".repeat(500), 10), format!("{}…", "ầ".repeat(10)));
    }
}
