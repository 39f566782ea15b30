//! `feeds.toml` to types, every problem at once; provinces; durations and sizes.
//!
//! [`read`] and [`parse`] are the only ways to make a [`Config`]; every value in one has been through the door. They
//! touch the file, the secrets and certificates it names, and nothing else: no network, no clock.
//!
//! ```
//! use bantin::config::{self, Surroundings};
//!
//! let text = r#"
//! [site]
//! title = "Bản tin các tỉnh"
//! url = "https://tin.example.vn/"
//! tag = "tin.example.vn,2026"
//!
//! [poll]
//! contact = "admin@example.vn"
//!
//! [[source]]
//! id = "bao-ha-nam"
//! url = "https://bao.example/rss"
//! province = "Hà Nam"
//! "#;
//! let (config, warnings) = config::parse(text, None, &Surroundings::bare()).expect("all is well");
//! assert_eq!(config.sources[0].province.as_ref().unwrap().as_str(), "ninh-binh");
//! assert!(warnings.is_empty());
//!
//! let errors = config::parse("[site]\ntitel = 1", None, &Surroundings::bare()).unwrap_err().to_string();
//! assert!(errors.contains("feeds.toml:2:1: [site]: unknown key `titel`"));
//! assert!(errors.contains("hint: did you mean `title`?"));
//! ```

mod address;
mod desk;
mod field;
mod manual;
mod near;
pub mod provinces;
mod quantity;
mod remark;
mod secret;
mod sections;
mod source;
mod surroundings;
#[cfg(test)]
mod tests;
mod topic;
mod types;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

pub use self::address::{Listen, Network, Proxy};
pub use self::manual::{TableManual, manual};
pub use self::quantity::{parse_duration, parse_size, show_duration, show_size};
pub use self::remark::{ConfigErrors, Remark, Warning};
pub use self::secret::{Secret, SecretOrigin};
pub use self::sections::{DEFAULT_KEEP, DEFAULT_MAX_BODY, DEFAULT_SCHEDULE, DEFAULT_TIMEOUT};
pub use self::source::{ARTICLE_KEYS, HTML_KEYS, JSON_KEYS};
pub use self::surroundings::{Check, MissingSecrets, Surroundings};
pub use self::types::*;

use self::desk::{Desk, NOT_YET, TABLES};
use self::field::{Place, fields, peek};
use self::provinces::Provinces;
use self::remark::{Note, Notes};
use self::sections::Section;
use crate::model::{Map, SourceId};

/// Where `feeds.toml` is looked for when no `--config` says it, in this order.
pub const PLACES: &[&str] = &["feeds.toml", "/etc/bantin/feeds.toml"];

/// The largest file that is read, bytes: three hundred thousand sources. Beyond it somebody named the wrong file.
const LARGEST_FILE: u64 = 100 << 20;

/// Finds the configuration: `given`, else the first of [`PLACES`] that is there.
pub fn locate(given: Option<&Path>) -> Option<PathBuf> {
    match given {
        Some(path) => Some(path.to_owned()),
        None => PLACES.iter().map(PathBuf::from).find(|path| path.exists()),
    }
}

/// Reads the configuration in `path`, and the sysadmin's own province table if there is one.
///
/// # Errors
///
/// [`ConfigErrors::Unreadable`] if the file cannot be read, [`ConfigErrors::Invalid`] with everything that is wrong in it.
pub fn read(path: &Path, around: &Surroundings<'_>) -> Result<(Config, Vec<Warning>), ConfigErrors> {
    let mut around = around.clone();
    if let Some(file) = around.provinces_file.take().filter(|file| file.exists()) {
        around.provinces = Arc::new(Provinces::parse(&read_text(&file)?, Some(&file))?);
    }
    parse(&read_text(path)?, Some(path), &around)
}

/// Reads a configuration from its text. `file` names it in messages, and relative paths are relative to its folder;
/// without one they are relative to the working directory.
///
/// # Errors
///
/// [`ConfigErrors::Invalid`] with everything that is wrong in it, in the order of the text.
pub fn parse(
    text: &str,
    file: Option<&Path>,
    around: &Surroundings<'_>,
) -> Result<(Config, Vec<Warning>), ConfigErrors> {
    parse_with(text, file, around, NOT_YET)
}

/// The text of a file, which must be UTF-8.
fn read_text(path: &Path) -> Result<String, ConfigErrors> {
    let unreadable = |source| ConfigErrors::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(unreadable(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "larger than 100 MiB")));
    }
    String::from_utf8(bytes).map_err(|error| {
        // The place of the first byte that is none of UTF-8, as every other error has one.
        let good = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let message = format!("not UTF-8: byte 0x{:02x}", bytes[good]);
        let text = String::from_utf8_lossy(&bytes[..good]);
        let notes = Notes::new(path.display().to_string(), &text);
        notes.error(Note::at(good, message).hint("save the file as UTF-8"));
        let (errors, warnings) = notes.finish();
        ConfigErrors::Invalid { errors, warnings }
    })
}

/// As [`parse`], with the list of keys that are refused for now.
fn parse_with(
    text: &str,
    file: Option<&Path>,
    around: &Surroundings<'_>,
    not_yet: &[(&str, &str)],
) -> Result<(Config, Vec<Warning>), ConfigErrors> {
    let name = file.map_or_else(|| "feeds.toml".to_owned(), |file| file.display().to_string());
    let notes = Notes::new(name, text);
    let (root, faults) = DeTable::parse_recoverable(text);
    let root = root.into_inner();
    for fault in faults {
        notes.syntax_error(fault.span().map_or(0, |span| span.start), fault.message());
    }
    let desk = Desk {
        notes,
        around,
        folder: sections::folder_of(file),
        provinces: &around.provinces,
        not_yet,
        topic_ids: ids(&root, "topic"),
        source_ids: ids(&root, "source"),
        schedules: RefCell::default(),
    };
    let config = read_root(&root, file, &desk);
    let (errors, warnings) = desk.notes.finish();
    match config {
        Some(config) if errors.is_empty() => Ok((config, warnings)),
        _ => Err(ConfigErrors::Invalid { errors, warnings }),
    }
}

/// The ids of all elements of `[[source]]` or `[[topic]]`, right or wrong.
fn ids<'a>(root: &'a DeTable<'_>, kind: &str) -> HashSet<&'a str> {
    let Some(DeValue::Array(list)) = root.get(kind).map(|value| value.get_ref()) else {
        return HashSet::new();
    };
    let tables = list.iter().filter_map(|element| match element.get_ref() {
        DeValue::Table(table) => peek(table, "id"),
        _ => None,
    });
    tables.map(|(_, id)| id.as_ref()).collect()
}

/// Reads all tables; `None` where `[site]` is not whole.
fn read_root<'a, 'i>(root: &'a DeTable<'i>, file: Option<&Path>, desk: &'a Desk<'a, 'i>) -> Option<Config> {
    let mut sections: HashMap<&str, Section<'_, '_>> = HashMap::new();
    for field in fields(&desk.notes, Place::File, root) {
        match field.name() {
            "source" | "topic" => {}
            name if desk.not_yet.contains(&(name, "")) => field.not_yet_known(),
            name if TABLES.contains(&name) => {
                if let Some(table) = field.table(&format!("a table `[{name}]`")) {
                    sections.insert(name, Section { at: field.at(), table });
                }
            }
            _ => desk.unknown("", &field),
        }
    }
    let placeholder = url::Url::parse("https://example.invalid/").expect("a whole address");
    let mut template = Source::new(SourceId::new(""), placeholder);

    let site = sections::read_site(sections.get("site"), desk);
    template.timezone = site.as_ref().map_or(template.timezone, |site| site.timezone);
    let server = sections::read_server(sections.get("server"), desk);
    let store = sections::read_store(sections.get("store"), desk);
    let poll = sections::read_poll(sections.get("poll"), desk, &mut template);
    let publish = sections::read_publish(sections.get("publish"), desk, &mut template);
    let stories = sections::read_stories(sections.get("stories"), desk);

    let mut seen = source::Seen::default();
    let tables = source::elements("source", root.get("source"), desk);
    let mut sources = Vec::with_capacity(tables.len());
    for (index, (at, table)) in tables.into_iter().enumerate() {
        let source = source::read_source(index + 1, at, table, desk, &template, &mut seen);
        sources.extend(source.map(Arc::new));
    }
    let mut seen = Map::default();
    let mut topics = Vec::new();
    for (index, (at, table)) in source::elements("topic", root.get("topic"), desk).into_iter().enumerate() {
        topics.extend(topic::read_topic(index + 1, at, table, desk, &mut seen).map(|topic| (at, topic)));
    }
    if let (Some(_), Some(_), Some(section)) = (&server.token, &publish.directory, sections.get("server")) {
        desk.notes.warn(
            Note::at(section.at, "[server]: token does not protect the files in `publish.directory`")
                .hint("let the web server that reads them ask for a password, or leave `directory` out"),
        );
    }
    if !desk.notes.has_errors() {
        topic::warn_of_idle(&topics, &sources, desk);
    }
    Some(Config {
        file: file.map(Path::to_owned),
        site: site?,
        server,
        store,
        poll,
        publish,
        stories,
        sources,
        topics: topics.into_iter().map(|(_, topic)| topic).collect(),
        provinces: Arc::clone(&desk.around.provinces),
    })
}
