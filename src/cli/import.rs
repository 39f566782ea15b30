//! `import` and `export`: in from and out to other feed readers.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};

use crate::config::Config;
use crate::config::provinces::{self, Provinces};
use crate::extract::opml;
use crate::model::{counted, is_slug};
use crate::text;

/// What the folders of an outline are understood by, from the configuration that the sources will join.
pub struct Known {
    /// Ids that are taken.
    pub ids: Vec<String>,
    /// Topics: id and title.
    pub topics: Vec<(String, String)>,
    /// Provinces by all their names.
    pub provinces: Arc<Provinces>,
}

impl Default for Known {
    fn default() -> Self {
        Self { ids: Vec::new(), topics: Vec::new(), provinces: provinces::builtin() }
    }
}

impl Known {
    /// What a configuration knows.
    pub fn of(config: &Config) -> Self {
        Self {
            ids: config.sources.iter().map(|source| source.id.to_string()).collect(),
            topics: config.topics.iter().map(|topic| (topic.id.to_string(), topic.title.clone())).collect(),
            provinces: Arc::clone(&config.provinces),
        }
    }

    /// The topic that a folder is named after, by its id or title in any spelling.
    fn topic(&self, folder: &str) -> Option<&str> {
        let slug = text::slug(folder);
        let found = self.topics.iter().find(|(id, title)| *id == slug || text::slug(title) == slug)?;
        Some(&found.0)
    }
}

/// Prints a `[[source]]` block for each subscription of an outline.
///
/// A folder that bears the name of a province or of a topic becomes the source's `province` (the innermost one) or
/// `section`; all others become `tags`.
pub fn import(file: &Path, known: &Known, out: &mut dyn Write) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let subscriptions = match opml::read(&bytes) {
        Ok(subscriptions) => subscriptions,
        Err(why) => bail!("`{}`: {why}", file.display()),
    };
    let mut ids: Vec<String> = known.ids.clone();
    let mut printed = 0;
    for subscription in &subscriptions {
        let Some(url) = url::Url::parse(&subscription.feed).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
        else {
            eprintln!(
                "warning: `{}` is left out: `{}` is not an http(s) address",
                subscription.title, subscription.feed
            );
            continue;
        };
        let title = if subscription.title.is_empty() { url.host_str().unwrap_or("?") } else { &subscription.title };
        let id = free_id(title, &ids);
        writeln!(out, "[[source]]")?;
        writeln!(out, "id    = {}", quoted(&id))?;
        writeln!(out, "title = {}", quoted(title))?;
        writeln!(out, "url   = {}", quoted(url.as_str()))?;
        let (mut province, mut sections, mut tags) = (None, Vec::new(), Vec::new());
        for folder in subscription.folders.iter().map(|folder| folder.trim()).filter(|folder| !folder.is_empty()) {
            if let Some(slug) = known.provinces.resolve(folder) {
                province = Some(slug);
            } else if let Some(topic) = known.topic(folder) {
                sections.push(quoted(topic));
            } else {
                tags.push(quoted(folder));
            }
        }
        if let Some(province) = province {
            writeln!(out, "province = {}", quoted(province.as_str()))?;
        }
        for (key, mut values) in [("section", sections), ("tags", tags)] {
            values.sort_unstable();
            values.dedup();
            if !values.is_empty() {
                writeln!(out, "{key} = [{}]", values.join(", "))?;
            }
        }
        writeln!(out)?;
        ids.push(id);
        printed += 1;
    }
    let them = if printed == 1 { "it" } else { "them" };
    eprintln!("{}; append {them} to `feeds.toml`, then run `bantin check --fetch`", counted(printed, "source"));
    Ok(())
}

/// A free id made of the letters of `title`.
fn free_id(title: &str, taken: &[String]) -> String {
    let mut slug: String = text::slug(title).chars().take(48).collect();
    slug = slug.trim_matches('-').to_owned();
    if !is_slug(&slug) {
        slug = "source".to_owned();
    }
    (1..)
        .map(|n| if n == 1 { slug.clone() } else { format!("{slug}-{n}") })
        .find(|id| !taken.contains(id))
        .expect("there are more numbers than sources")
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_titles_and_never_twice() {
        assert_eq!(free_id("Báo Hà Giang", &[]), "bao-ha-giang");
        assert_eq!(free_id("Báo Hà Giang", &["bao-ha-giang".into()]), "bao-ha-giang-2");
        assert_eq!(free_id("***", &[]), "source");
    }

    #[test]
    fn folders_named_after_provinces_and_topics_become_both_and_others_tags() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("in.opml");
        let outline = "<opml><body><outline text='Đọc sáng'><outline text='Tỉnh Hà Giang'><outline text='KINH TẾ'>\
                       <outline text='Báo B' xmlUrl='https://b.example/rss'/></outline></outline></outline></body></opml>";
        std::fs::write(&file, outline).expect("it can be written");
        let known =
            Known { topics: vec![("kinh-te".into(), "Kinh tế – Thị trường".into())], ..Known::default() };
        let mut out = Vec::new();
        import(&file, &known, &mut out).expect("it is an outline");
        let parsed: toml::Table = String::from_utf8(out).expect("UTF-8").parse().expect("TOML");
        let source = &parsed["source"].as_array().expect("a list of sources")[0];
        assert_eq!(source["province"].as_str(), Some("tuyen-quang"), "to which Hà Giang belongs today");
        assert_eq!(source["section"].as_array().map(|all| all.len()), Some(1));
        assert_eq!(source["section"][0].as_str(), Some("kinh-te"));
        assert_eq!(source["tags"].as_array().map(|all| all.len()), Some(1));
        assert_eq!(source["tags"][0].as_str(), Some("Đọc sáng"));
    }

    #[test]
    fn what_is_printed_is_toml() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("in.opml");
        let outline = "<opml><body><outline text='Báo \"A\"' xmlUrl='https://a.example/rss'/><outline text='x' xmlUrl='ftp://b'/></body></opml>";
        std::fs::write(&file, outline).expect("it can be written");
        let mut out = Vec::new();
        import(&file, &Known::default(), &mut out).expect("it is an outline");
        let parsed: toml::Table = String::from_utf8(out).expect("UTF-8").parse().expect("TOML");
        let sources = parsed["source"].as_array().expect("a list of sources");
        assert_eq!(sources.len(), 1);
        assert_eq!(sources[0]["title"].as_str(), Some("Báo \"A\""));
    }
}
