//! Profiles: the selectors of a family of content systems, kept in `data/profiles.toml` and compiled in.
//!
//! A profile is data. To add one, add a table to the file and a pair of pages to `tests/fixtures/portals/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::select::{SelectorError, Selectors};

/// The selectors that fit a family of sites.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What `profile = "…"` names it by.
    pub name: String,
    /// Which content system it is, and who was seen using it.
    pub about: String,
    /// As written, by key.
    pub listing: BTreeMap<String, String>,
    /// As written, by key.
    pub article: BTreeMap<String, String>,
    /// Compiled.
    pub selectors: Selectors,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    about: String,
    #[serde(default)]
    listing: BTreeMap<String, String>,
    #[serde(default)]
    article: BTreeMap<String, String>,
}

static PROFILES: LazyLock<BTreeMap<String, Profile>> = LazyLock::new(|| {
    read(include_str!("../../../data/profiles.toml")).expect("a test reads the profiles that are compiled in")
});

fn read(toml: &str) -> Result<BTreeMap<String, Profile>, String> {
    let written: BTreeMap<String, Written> = toml::from_str(toml).map_err(|error| error.to_string())?;
    let compile = |(name, written): (String, Written)| {
        let Written { about, listing, article } = written;
        let selectors = Selectors::compile(&listing, &article).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(|error| format!("profile `{name}`: {error}")).collect();
            lines.join("\n")
        })?;
        Ok((name.clone(), Profile { name, about, listing, article, selectors }))
    };
    written.into_iter().map(compile).collect()
}

/// The profile of this name, if there is one.
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.get(name)
}

/// The names of all profiles, sorted.
pub fn profile_names() -> Vec<&'static str> {
    PROFILES.keys().map(String::as_str).collect()
}

/// The selectors of a source: its own, and those of its profile where it has none of its own.
///
/// An unknown `name` counts as none; the configuration has been checked against [`profile_names`].
///
/// # Errors
///
/// Every value that is no selector, all at once.
pub fn selectors(
    name: Option<&str>,
    listing: &BTreeMap<String, String>,
    article: &BTreeMap<String, String>,
) -> Result<Selectors, Vec<SelectorError>> {
    let Some(profile) = name.and_then(profile) else {
        return Selectors::compile(listing, article);
    };
    let over = |own: &BTreeMap<String, String>, below: &BTreeMap<String, String>| {
        let mut merged = below.clone();
        merged.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
        merged
    };
    Selectors::compile(&over(listing, &profile.listing), &over(article, &profile.article))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_compiles_and_says_what_it_is() {
        let profiles = read(include_str!("../../../data/profiles.toml")).unwrap();
        assert!(profiles.len() >= 12, "{} profiles", profiles.len());
        for profile in profiles.values() {
            assert!(crate::model::is_slug(&profile.name), "{}", profile.name);
            assert!(profile.about.len() > 20, "{}", profile.name);
            assert!(!profile.listing.is_empty() || !profile.article.is_empty(), "{}", profile.name);
        }
    }

    #[test]
    fn a_bad_selector_in_the_file_is_named() {
        let error = read("[x]\nabout = 'y'\nlisting = { item = 'a >' }").unwrap_err();
        assert_eq!(error, "profile `x`: selector `item`: `a >` is no selector from character 3 on: `>`");
    }

    #[test]
    fn own_selectors_win_over_those_of_the_profile_one_by_one() {
        let own: BTreeMap<String, String> = [("link".to_owned(), "a.own".to_owned())].into();
        let selectors = selectors(Some("vnportal"), &own, &BTreeMap::new()).unwrap();
        assert_eq!(
            format!("{:?}", selectors.link),
            format!("{:?}", crate::extract::html::select::CompiledSelector::parse("a.own").ok())
        );
        assert!(selectors.item.is_some() && selectors.article.is_some_and(|article| article.body.is_some()));
    }

    #[test]
    fn without_a_profile_only_own_selectors_count() {
        let selectors = selectors(None, &BTreeMap::new(), &BTreeMap::new()).unwrap();
        assert!(selectors.item.is_none() && selectors.article.is_none());
    }
}
