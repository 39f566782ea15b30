//! What is shipped must load: `feeds.toml` as it is, and with everything in it switched on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::*;

fn text() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/feeds.toml")).expect("the file is in the repository")
}

/// The file with every line switched on that is switched off, as its head tells people to do it.
fn all_on() -> String {
    text().lines().map(|line| line.strip_prefix("# ").unwrap_or(line).to_owned() + "\n").collect()
}

#[track_caller]
fn load(text: &str) -> (Config, Vec<Warning>) {
    parse(text, Some(Path::new("feeds.toml")), &Surroundings::bare()).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn it_loads_and_only_the_contact_is_missing() {
    let (config, warnings) = load(&text());
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert_eq!(warnings[0].message, "[poll]: there is no contact");
    assert!(!config.site.tag_is_default && config.poll.contact.is_none());
}

#[test]
fn it_shows_the_defaults() {
    let (shipped, _) = load(&text());
    let (bare, _) = load(LEAST);
    assert_eq!(shipped.server.listen, bare.server.listen);
    assert_eq!(shipped.store.path, bare.store.path);
    assert_eq!(shipped.store.keep, bare.store.keep);
    assert_eq!(shipped.store.tidy, bare.store.tidy);
    assert_eq!(shipped.stories, bare.stories);
    assert_eq!((shipped.poll.concurrency, shipped.poll.memory), (bare.poll.concurrency, bare.poll.memory));
    assert_eq!(shipped.poll.host_interval, bare.poll.host_interval);
    assert_eq!((shipped.publish.items, shipped.publish.content), (bare.publish.items, bare.publish.content));
    assert_eq!(shipped.publish.formats, bare.publish.formats);
    assert_eq!((shipped.site.language, shipped.site.timezone), (bare.site.language, bare.site.timezone));
    let source = &shipped.sources[0];
    assert_eq!((source.timeout, source.max_body), (DEFAULT_TIMEOUT, DEFAULT_MAX_BODY));
}

#[test]
fn it_loads_with_everything_switched_on() {
    let (config, warnings) = load(&all_on());
    assert!(warnings.is_empty(), "{warnings:#?}");
    assert!(config.server.admin.is_some() && config.poll.contact.is_some(), "the switched-off keys were read too");
}

#[test]
fn it_has_enough_of_everything() {
    let (config, _) = load(&text());
    let (listings, feeds): (Vec<&Source>, Vec<&Source>) =
        config.sources.iter().map(|source| &**source).partition(|source| source.kind == SourceKind::Html);
    assert!(feeds.len() >= 80, "{} feeds", feeds.len());
    assert!(feeds.iter().all(|source| source.kind == SourceKind::Auto));
    assert!(listings.len() >= 60, "{} listings", listings.len());
    assert!(listings.iter().all(|source| source.article && source.enabled), "they give little but titles");
    assert!(config.topics.len() >= 16, "{} topics", config.topics.len());
    let mut outlets: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &config.sources {
        *outlets.entry(source.outlet.as_deref().expect("every source has an outlet")).or_default() += 1;
    }
    assert!(outlets.values().all(|&count| count <= 13), "{outlets:?}");

    let provinces = |sources: &[&Source]| -> BTreeSet<String> {
        sources.iter().map(|source| source.province.as_ref().expect("every source has one").to_string()).collect()
    };
    assert_eq!(provinces(&feeds).len(), 15, "{:?}", provinces(&feeds));
    assert!(provinces(&listings).len() >= 30, "{:?}", provinces(&listings));
    assert_eq!(provinces(&config.sources.iter().map(|source| &**source).collect::<Vec<_>>()).len(), 34);
    let schedules: BTreeSet<&str> = config.sources.iter().map(|source| source.schedule.as_str()).collect();
    assert!(schedules.len() >= 6, "{schedules:?}");
    let sections: BTreeSet<_> = config.sources.iter().flat_map(|source| &source.section).collect();
    assert!(sections.len() >= 16, "{sections:?}");
}

#[test]
fn no_two_outlets_share_a_name() {
    let (config, _) = load(&all_on());
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for source in &config.sources {
        let outlet = source.outlet.as_deref().expect("every source has an outlet");
        for name in source.aliases.iter().map(String::as_str).chain([outlet]) {
            let owner = owners.entry(name).or_insert(outlet);
            assert_eq!(*owner, outlet, "`{name}` would be credited to both");
        }
    }
}

#[test]
fn every_address_is_one_that_somebody_has_used() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/sources.tsv");
    let Ok(known) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: the list of known sources is not beside this checkout");
        return;
    };
    let mut grades: HashMap<String, BTreeSet<&str>> = HashMap::new();
    for line in known.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if let [_, _, _, _, address, grade, ..] = columns[..]
            && let Ok(address) = url::Url::parse(address)
        {
            grades.entry(address.into()).or_default().insert(grade);
        }
    }
    let (config, _) = load(&all_on());
    for source in &config.sources {
        let grades = grades.get(source.url.as_str()).unwrap_or_else(|| panic!("`{}` is not known", source.url));
        assert!(grades.contains("A") || grades.contains("B"), "`{}` is of grade {grades:?}", source.url);
    }
}
