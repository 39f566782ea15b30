//! Renders what changed, writes the files, hands the bytes to those who serve. Runs on a thread that may block.
//!
//! Which feeds are behind stands in the database and is cleared only after their files are in place: a kill between the
//! two costs one rendering that finds every byte unchanged. An unchanged feed costs nothing.
//!
//! Since when a document has been what it is stands in the database too, and before its file is in place: a document whose
//! bytes are the same keeps its `Last-Modified` over a restart, and none ever goes back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Clock;

use tracing::info;
use xxhash_rust::xxh3::xxh3_64;

use super::setup::Setup;
use crate::config::{Config, Content};
use crate::model::{FeedKey, Instant, ProvinceSlug, SourceId, TopicId, counted};
use crate::publish::{self, Coding, Document, Masthead, files, pages};
use crate::store::sqlite::SqliteLibrary;
use crate::store::{Library, StoreError, Trouble};

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
    /// The paths of all feeds that there ever were, where everything was rendered.
    ever: Vec<String>,
    /// Files that changed on disk.
    pub files: usize,
    /// Why not all of it could be done; what was rendered can be served all the same, and the rest is done next time.
    pub trouble: Option<PublishError>,
}

/// What a round works with; made anew on reload.
pub struct Publisher {
    library: Arc<SqliteLibrary>,
    setup: Arc<Setup>,
    directory: Option<PathBuf>,
    formats: Vec<&'static str>,
    /// Of everything in the configuration that shows in documents.
    fingerprint: String,
}

impl Publisher {
    /// Prepares to publish by a configuration.
    pub fn new(setup: Arc<Setup>, library: Arc<SqliteLibrary>) -> Self {
        let config = &setup.config;
        Self {
            library,
            directory: config.publish.directory.clone(),
            formats: config.publish.formats.iter().map(|format| format.as_str()).collect(),
            fingerprint: fingerprint(config),
            setup,
        }
    }

    /// Made when something is rendered.
    fn masthead(&self) -> &Masthead {
        self.setup.masthead()
    }

    /// Renders everything: at start, on reload, or when files are missing.
    fn all(&self) -> Result<Published, StoreError> {
        let mut trouble = None;
        let changes: std::collections::HashMap<String, i64> =
            unless_damaged(self.library.feeds(), &mut trouble)?.into_iter().collect();
        let mut keys = vec![FeedKey::Merged];
        let topics = self.masthead().topics().iter().chain(self.masthead().private_topics());
        keys.extend(topics.map(|(id, _)| FeedKey::Topic(id.clone())));
        keys.extend(self.masthead().covered_provinces().map(|province| FeedKey::Province(province.slug.clone())));
        let mut published =
            Published { documents: publish::standing(self.masthead()), trouble, ..Published::default() };
        self.render(&keys, &mut published)?;
        published.feeds = keys.iter().map(|key| (key.path(), changes.get(&key.path()).copied().unwrap_or(0))).collect();
        published.ever = changes.into_keys().collect();
        Ok(published)
    }

    /// Removes the files of feeds and formats that have left the configuration, or ask for a token now.
    fn remove_strangers(&self, directory: &std::path::Path, ever: &[String]) -> Result<(), files::FilesError> {
        for path in ever {
            let known =
                key_of(path).is_some_and(|key| self.masthead().knows(&key) && !self.masthead().is_private(&key));
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
    fn stale(&self) -> Result<Published, StoreError> {
        let stale = self.library.stale_feeds()?;
        let mut published = Published::default();
        let keys: Vec<FeedKey> =
            stale.iter().filter_map(|(path, _)| key_of(path)).filter(|key| self.masthead().knows(key)).collect();
        self.render(&keys, &mut published)?;
        published.feeds = stale;
        Ok(published)
    }

    /// Says of each document since when it has been what it is, and notes it down: `now` for one whose bytes have changed,
    /// unless a later date of its own than it had says better.
    fn date(
        &self,
        writer: &super::writer::Writer,
        documents: &mut [Document],
        now: Instant,
    ) -> Result<(), PublishError> {
        if documents.is_empty() {
            return Ok(());
        }
        let now = super::writer::whole_seconds(now);
        let before = self.library.documents()?;
        let mut changed = Vec::new();
        for Document { path, representation, .. } in documents {
            let Some(own) = representation.last_modified() else { continue };
            let etag = representation.etag(Coding::Identity);
            let date = match before.get(path) {
                Some((same, date)) if *same == etag => *date,
                Some((_, date)) if own <= *date => now.max(*date),
                _ => super::writer::whole_seconds(own.min(now)),
            };
            *representation = representation.modified_at(date);
            if before.get(path).is_none_or(|(same, _)| *same != etag) {
                changed.push((path.clone(), etag, date));
            }
        }
        if !changed.is_empty() {
            writer.change_blocking(move |tx| {
                changed.iter().try_for_each(|(path, etag, date)| tx.set_document(path, etag, *date))
            })?;
        }
        Ok(())
    }

    /// Brings the files up to date, for a process that serves nobody: without a directory nothing is rendered at all.
    ///
    /// # Errors
    ///
    /// [`PublishError`].
    pub fn files(&self, writer: &super::writer::Writer, now: Instant) -> Result<(), PublishError> {
        match self.directory {
            Some(_) => match self.round(writer, false, now)?.trouble {
                Some(trouble) => Err(trouble),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }

    /// Renders what is needed so that the files are as they should be: everything where the configuration changed or
    /// files are missing, else what is behind. Notes down what was published; it is published `now`.
    ///
    /// # Errors
    ///
    /// [`PublishError`]; what is not yet noted as published is rendered again next time.
    pub fn round(
        &self,
        writer: &super::writer::Writer,
        everything: bool,
        now: Instant,
    ) -> Result<Published, PublishError> {
        let began = Clock::now();
        let everything = everything || self.is_outdated()?;
        let mut published = if everything { self.all()? } else { self.stale()? };
        if let Err(trouble) = self.date(writer, &mut published.documents, now) {
            published.trouble.get_or_insert(trouble);
        }
        self.write(&mut published, everything);
        if !published.feeds.is_empty() && published.trouble.is_none() {
            let feeds = published.feeds.clone();
            let fingerprint = everything.then(|| self.fingerprint.clone());
            let noted = writer.change_blocking(move |tx| {
                for (path, change) in &feeds {
                    tx.set_rendered(path, *change)?;
                }
                tx.is_published()?;
                match fingerprint {
                    Some(fingerprint) => tx.set_meta(WRITTEN_WITH, &fingerprint),
                    None => Ok(()),
                }
            });
            published.trouble = noted.err().map(PublishError::Write);
            info!(
                feeds = published.feeds.len(),
                files = published.files,
                duration_ms = began.elapsed().as_millis() as u64,
                "published {}, {} changed",
                counted(published.feeds.len(), "feed"),
                counted(published.files, "file")
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
        let trouble = &mut published.trouble;
        let counts = match keys.contains(&FeedKey::Merged) {
            true => pages::Counts {
                topics: unless_damaged(self.library.topic_counts(), trouble)?,
                provinces: unless_damaged(self.library.province_counts(), trouble)?,
            },
            false => pages::Counts::default(),
        };
        for key in keys {
            let read =
                || Ok((self.library.feed(key, self.masthead().items())?, self.library.river(key, 0, pages::ENTRIES)?));
            // The other feeds may be where the damage is not.
            let Some((content, page)) = unless_damaged(read().map(Some), &mut published.trouble)? else { continue };
            let wanted = |document: &Document| self.formats.iter().any(|format| document.path.ends_with(format));
            published.documents.extend(publish::feeds(self.masthead(), key, &content).into_iter().filter(wanted));
            published.documents.push(publish::page(self.masthead(), key, 1, &page, &counts));
        }
        Ok(())
    }

    /// Writes the files of what was rendered; where that was everything, others' files are removed.
    fn write(&self, published: &mut Published, everything: bool) {
        let Some(directory) = &self.directory else { return };
        let is_whole = everything && published.trouble.is_none();
        // Whoever serves the files asks nobody for a token.
        let is_private = |document: &Document| {
            let path = document.path.split_once('.').map_or(document.path.as_str(), |(path, _)| path);
            key_of(path).is_some_and(|key| self.masthead().is_private(&key))
        };
        let open: Vec<Document> =
            published.documents.iter().filter(|document| !is_private(document)).cloned().collect();
        let written = files::write(directory, &open).and_then(|changed| {
            published.files = changed;
            if is_whole { self.remove_strangers(directory, &published.ever) } else { Ok(()) }
        });
        if let Err(trouble) = written {
            published.trouble.get_or_insert(PublishError::Files(trouble));
        }
    }
}

/// What was read; nothing, and a trouble, where the damage is.
fn unless_damaged<T: Default>(
    read: Result<T, StoreError>,
    trouble: &mut Option<PublishError>,
) -> Result<T, StoreError> {
    match read {
        Err(error) if error.trouble() == Trouble::Damaged => {
            trouble.get_or_insert(PublishError::Store(error));
            Ok(T::default())
        }
        read => read,
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
    let mut shown = String::new();
    let mut put = |text: &str| {
        shown.push_str(text);
        shown.push('\0');
    };
    put(env!("CARGO_PKG_VERSION"));
    put(&format!("{:?}", config.site));
    put(&format!("{:?}", config.publish));
    for topic in &config.topics {
        put(topic.id.as_str());
        put(if topic.token.is_some() { "private" } else { "public" });
        put(&topic.title);
    }
    for source in &config.sources {
        put(source.id.as_str());
        put(&source.title);
        put(source.url.as_str());
        put(source.province.as_ref().map_or("", ProvinceSlug::as_str));
        put(match source.content {
            Content::Full => "full",
            Content::Summary => "summary",
        });
        put(source.outlet.as_deref().unwrap_or_default());
        put(if source.enabled { "enabled" } else { "disabled" });
    }
    format!("{:016x}", xxh3_64(shown.as_bytes()))
}

/// When a configuration file last changed, for `Last-Modified` of documents that show its words.
pub fn changed_at(config: &Config) -> Option<Instant> {
    let modified = std::fs::metadata(config.file.as_ref()?).ok()?.modified().ok()?;
    Some(super::writer::whole_seconds(modified.into()))
}
