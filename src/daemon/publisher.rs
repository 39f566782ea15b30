//! Renders what changed, writes the files, hands the bytes to those who serve. Runs on a thread that may block.
//!
//! Which feeds are behind stands in the database and is cleared only after their files are in place: a kill between the
//! two costs one rendering that finds every byte unchanged. An unchanged feed costs nothing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Clock;

use tracing::info;

use crate::config::Config;
use crate::model::{FeedKey, Instant, ProvinceSlug, SourceId, TopicId};
use crate::publish::{self, Document, Masthead, files, pages};
use crate::store::sqlite::SqliteLibrary;
use crate::store::{Library, StoreError};

/// Key of the fact that tells with which configuration the files were written.
const WRITTEN_WITH: &str = "published-with";

/// Why publishing stopped half-way.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be written.
    #[error("{0}; see to `publish.directory`")]
    Files(files::FilesError),
    /// What was published could not be noted down.
    #[error(transparent)]
    Write(#[from] super::writer::WriteError),
}

/// What one round published.
#[derive(Debug, Default)]
pub struct Published {
    /// The documents rendered, whether their bytes changed or not.
    pub documents: Vec<Document>,
    /// Feeds rendered, with the number of the change they show.
    pub feeds: Vec<(String, i64)>,
    /// Files that changed on disk.
    pub files: usize,
    /// Why files could not be written; what was rendered can be served all the same, and is written again next time.
    pub trouble: Option<files::FilesError>,
}

/// What a round works with; made anew on reload.
pub struct Publisher {
    library: Arc<SqliteLibrary>,
    masthead: Arc<Masthead>,
    directory: Option<PathBuf>,
    formats: Vec<&'static str>,
    /// Of everything in the configuration that shows in documents.
    fingerprint: String,
}

impl Publisher {
    /// Prepares to publish by `config`. `changed_at` is when its file last changed.
    pub fn new(config: &Config, library: Arc<SqliteLibrary>, masthead: Arc<Masthead>) -> Self {
        Self {
            library,
            masthead,
            directory: config.publish.directory.clone(),
            formats: config.publish.formats.iter().map(|format| format.as_str()).collect(),
            fingerprint: fingerprint(config),
        }
    }

    /// Renders everything: at start, on reload, or when files are missing.
    ///
    /// # Errors
    ///
    /// [`PublishError`] when the database does not answer.
    pub fn all(&self) -> Result<Published, PublishError> {
        let changes: std::collections::HashMap<String, i64> = self.library.feeds()?.into_iter().collect();
        let mut keys = vec![FeedKey::Merged];
        keys.extend(self.masthead.topics().iter().map(|(id, _)| FeedKey::Topic(id.clone())));
        keys.extend(self.masthead.covered_provinces().map(|province| FeedKey::Province(province.slug.clone())));
        let mut published = Published { documents: publish::standing(&self.masthead), ..Published::default() };
        self.render(&keys, &mut published)?;
        published.feeds = keys.iter().map(|key| (key.path(), changes.get(&key.path()).copied().unwrap_or(0))).collect();
        self.write(&mut published);
        if let (Some(directory), None) = (&self.directory, &published.trouble) {
            published.trouble = self.remove_strangers(directory, changes.keys()).err();
        }
        Ok(published)
    }

    /// Removes the files of feeds and formats that have left the configuration.
    fn remove_strangers<'p>(
        &self,
        directory: &std::path::Path,
        paths: impl Iterator<Item = &'p String>,
    ) -> Result<(), files::FilesError> {
        for path in paths {
            let known = key_of(path).is_some_and(|key| self.masthead.knows(&key));
            for format in publish::Format::ALL.map(publish::Format::extension) {
                if !known || !self.formats.contains(&format) {
                    files::remove(directory, &format!("{path}.{format}"))?;
                }
            }
            if !known {
                files::remove(directory, &format!("{path}.html"))?;
            }
        }
        Ok(())
    }

    /// Renders the feeds that are behind.
    ///
    /// # Errors
    ///
    /// [`PublishError`] when the database does not answer; what is not yet noted as published is rendered again next time.
    pub fn stale(&self) -> Result<Published, PublishError> {
        let stale = self.library.stale_feeds()?;
        let mut published = Published::default();
        let keys: Vec<FeedKey> =
            stale.iter().filter_map(|(path, _)| key_of(path)).filter(|key| self.masthead.knows(key)).collect();
        self.render(&keys, &mut published)?;
        published.feeds = stale;
        self.write(&mut published);
        Ok(published)
    }

    /// Brings the files up to date, for a process that serves nobody: without a directory nothing is rendered at all.
    ///
    /// # Errors
    ///
    /// [`PublishError`].
    pub fn files(&self, writer: &super::writer::Writer) -> Result<(), PublishError> {
        match self.directory {
            Some(_) => match self.round(writer, false)?.trouble {
                Some(trouble) => Err(PublishError::Files(trouble)),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }

    /// Renders what is needed so that the files are as they should be: everything where the configuration changed or
    /// files are missing, else what is behind. Notes down what was published.
    ///
    /// # Errors
    ///
    /// [`PublishError`].
    pub fn round(&self, writer: &super::writer::Writer, everything: bool) -> Result<Published, PublishError> {
        let began = Clock::now();
        let everything = everything || self.is_outdated()?;
        let published = if everything { self.all()? } else { self.stale()? };
        if !published.feeds.is_empty() && published.trouble.is_none() {
            let feeds = published.feeds.clone();
            let fingerprint = everything.then(|| self.fingerprint.clone());
            writer.change_blocking(move |tx| {
                for (path, change) in &feeds {
                    tx.set_rendered(path, *change)?;
                }
                match fingerprint {
                    Some(fingerprint) => tx.set_meta(WRITTEN_WITH, &fingerprint),
                    None => Ok(()),
                }
            })?;
            info!(
                feeds = published.feeds.len(),
                files = published.files,
                duration_ms = began.elapsed().as_millis() as u64,
                "published {} feeds, {} files changed",
                published.feeds.len(),
                published.files
            );
        }
        Ok(published)
    }

    /// Whether files were written by another configuration, or are not there.
    fn is_outdated(&self) -> Result<bool, StoreError> {
        let Some(directory) = &self.directory else { return Ok(false) };
        let written_with = self.library.meta(WRITTEN_WITH)?;
        let present = ["index.html", "opml.xml"].iter().all(|file| directory.join(file).exists());
        Ok(!present || written_with.as_deref() != Some(&self.fingerprint))
    }

    fn render(&self, keys: &[FeedKey], published: &mut Published) -> Result<(), StoreError> {
        let counts = match keys.contains(&FeedKey::Merged) {
            true => pages::Counts { topics: self.library.topic_counts()?, provinces: self.library.province_counts()? },
            false => pages::Counts::default(),
        };
        for key in keys {
            let content = self.library.feed(key, self.masthead.items())?;
            let wanted = |document: &Document| self.formats.iter().any(|format| document.path.ends_with(format));
            published.documents.extend(publish::feeds(&self.masthead, key, &content).into_iter().filter(wanted));
            let page = self.library.river(key, 0, pages::ENTRIES)?;
            published.documents.push(publish::page(&self.masthead, key, 1, &page, &counts));
        }
        Ok(())
    }

    fn write(&self, published: &mut Published) {
        if let Some(directory) = &self.directory {
            match files::write(directory, &published.documents) {
                Ok(changed) => published.files = changed,
                Err(trouble) => published.trouble = Some(trouble),
            }
        }
    }
}

/// The feed that a path names; `None` for one that no longer exists in that form.
fn key_of(path: &str) -> Option<FeedKey> {
    match path.split_once('/') {
        None => (path == "feed").then_some(FeedKey::Merged),
        Some(("topics", id)) => Some(FeedKey::Topic(TopicId::new(id))),
        Some(("provinces", slug)) => Some(FeedKey::Province(ProvinceSlug::new(slug))),
        Some(("sources", id)) => Some(FeedKey::Source(SourceId::new(id))),
        Some(_) => None,
    }
}

/// A hash of everything in the configuration that shows in published documents, and of the program's version.
fn fingerprint(config: &Config) -> String {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    let mut put = |text: &str| {
        hash.update(text.as_bytes());
        hash.update(&[0]);
    };
    put(env!("CARGO_PKG_VERSION"));
    put(&format!("{:?}", config.site));
    put(&format!("{:?}", config.publish));
    for topic in &config.topics {
        put(topic.id.as_str());
        put(&topic.title);
    }
    for source in &config.sources {
        put(source.id.as_str());
        put(&source.title);
        put(source.url.as_str());
        put(&format!("{:?} {:?} {:?} {:?}", source.province, source.content, source.outlet, source.enabled));
    }
    format!("{:016x}", hash.digest())
}

/// When a configuration file last changed, for `Last-Modified` of documents that show its words.
pub fn changed_at(config: &Config) -> Option<Instant> {
    let modified = std::fs::metadata(config.file.as_ref()?).ok()?.modified().ok()?;
    Some(super::writer::whole_seconds(modified.into()))
}
