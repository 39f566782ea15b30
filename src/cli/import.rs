//! `import` and `export`: in from and out to other feed readers.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::extract::opml;
use crate::model::is_slug;
use crate::text;

/// Prints a `[[source]]` block for each subscription of an outline.
pub fn import(file: &Path, taken: &[String], out: &mut dyn Write) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let subscriptions = match opml::read(&bytes) {
        Ok(subscriptions) => subscriptions,
        Err(why) => bail!("`{}`: {why}", file.display()),
    };
    let mut ids: Vec<String> = taken.to_vec();
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
        if !subscription.folders.is_empty() {
            let tags: Vec<String> = subscription.folders.iter().map(|folder| quoted(folder)).collect();
            writeln!(out, "tags  = [{}]", tags.join(", "))?;
        }
        writeln!(out)?;
        ids.push(id);
        printed += 1;
    }
    eprintln!("{printed} sources; append them to `feeds.toml`, then run `bantin check --fetch`");
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
    fn what_is_printed_is_toml() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("in.opml");
        let outline = "<opml><body><outline text='Báo \"A\"' xmlUrl='https://a.example/rss'/><outline text='x' xmlUrl='ftp://b'/></body></opml>";
        std::fs::write(&file, outline).expect("it can be written");
        let mut out = Vec::new();
        import(&file, &[], &mut out).expect("it is an outline");
        let parsed: toml::Table = String::from_utf8(out).expect("UTF-8").parse().expect("TOML");
        let sources = parsed["source"].as_array().expect("a list of sources");
        assert_eq!(sources.len(), 1);
        assert_eq!(sources[0]["title"].as_str(), Some("Báo \"A\""));
    }
}
