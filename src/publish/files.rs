//! Documents as files, for a web server or a CDN: replaced by rename when their bytes changed, whole at every instant.
//!
//! Beside each file lie its compressed forms (`feed.atom.gz`, `feed.atom.br`), as `gzip_static` and its kind look for
//! them. The bytes are those that `serve` sends. A file's time is when the document last changed, so that a file
//! server's `Last-Modified` is ours.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Coding, Document, Representation};

/// Start of the names of files being written; what is left of them after a crash is swept at the next start.
const TEMPORARY_PREFIX: &str = ".bantin-";

/// Readable by the web server, which is another user.
const MODE: u32 = 0o644;

/// So that the web server may enter.
const DIRECTORY_MODE: u32 = 0o755;

/// Why documents could not be written.
#[derive(Debug, thiserror::Error)]
#[error("published file `{}`: {action} failed: {source}", path.display())]
pub struct FilesError {
    /// What was being done.
    action: &'static str,
    /// To which file.
    path: PathBuf,
    /// What the system said.
    #[source]
    source: io::Error,
}

impl FilesError {
    /// What kind of trouble it is; [`io::ErrorKind::StorageFull`] is one that the sysadmin should hear about by name.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

/// Writes those of `documents` below `directory` whose bytes differ from what lies there; returns how many did.
///
/// Each file is written beside its place, synced, and renamed; the compressed forms first and the plain one last. After
/// a crash at any instant the plain file therefore tells whether the others are its own: a document whose plain bytes
/// are unchanged is whole. The directories are synced at the end, so that on return everything is on disk.
///
/// # Errors
///
/// The first file that could not be written. Documents before it have been replaced, those behind it have not.
pub fn write(directory: &Path, documents: &[Document]) -> Result<usize, FilesError> {
    let mut touched: Vec<PathBuf> = Vec::new();
    let mut written = 0;
    for document in documents {
        let path = directory.join(&document.file);
        if holds(&path, &document.representation) && siblings_stand(&path, document) {
            continue;
        }
        let parent = path.parent().unwrap_or(directory);
        make_readable(directory, parent).map_err(failed("creating its directory", parent))?;
        for coding in [Coding::Brotli, Coding::Gzip, Coding::Identity] {
            let target = with_suffix(&path, coding);
            match document.representation.encoded(coding) {
                Some(encoded) => replace(parent, &target, &encoded.bytes, &document.representation)?,
                None => remove_if_there(&target)?,
            }
        }
        written += 1;
        if !touched.iter().any(|seen| seen == parent) {
            touched.push(parent.to_owned());
        }
    }
    for parent in &touched {
        File::open(parent).and_then(|handle| handle.sync_all()).map_err(failed("syncing", parent))?;
    }
    Ok(written)
}

/// Removes a document and its compressed forms: of a topic that has left the configuration.
///
/// # Errors
///
/// If a file is there and cannot be removed.
pub fn remove(directory: &Path, file: &str) -> Result<(), FilesError> {
    let path = directory.join(file);
    // The plain file goes first: what is left without it is never served on its own, and overwritten if it comes back.
    for coding in [Coding::Identity, Coding::Gzip, Coding::Brotli] {
        remove_if_there(&with_suffix(&path, coding))?;
    }
    Ok(())
}

/// Removes what a crash left half written, in `directory` and one level below. Nothing else is touched.
///
/// # Errors
///
/// If a directory that is there cannot be read. A leftover that cannot be removed is left.
pub fn sweep(directory: &Path) -> Result<(), FilesError> {
    sweep_one(directory, true)
}

fn sweep_one(directory: &Path, deeper: bool) -> Result<(), FilesError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("reading", directory)(error)),
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let is_leftover = entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX);
        if kind.is_file() && is_leftover {
            let _ = fs::remove_file(entry.path());
        } else if kind.is_dir() && deeper {
            sweep_one(&entry.path(), false)?;
        }
    }
    Ok(())
}

/// Makes `parent` and what lacks between it and `directory`, open to the web server whatever the umask.
fn make_readable(directory: &Path, parent: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        parent.ancestors().take_while(|path| path.starts_with(directory) && !path.exists()).collect();
    fs::create_dir_all(parent)?;
    for made in missing {
        fs::set_permissions(made, fs::Permissions::from_mode(DIRECTORY_MODE))?;
    }
    Ok(())
}

fn replace(parent: &Path, target: &Path, bytes: &[u8], document: &Representation) -> Result<(), FilesError> {
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .permissions(fs::Permissions::from_mode(MODE))
            .tempfile_in(parent)?;
        file.write_all(bytes)?;
        if let Some(instant) = document.last_modified() {
            file.as_file().set_modified(SystemTime::from(instant))?;
        }
        // The mode asked for above is cut by the umask of a careful service; readers are another user.
        file.as_file().set_permissions(fs::Permissions::from_mode(MODE))?;
        file.as_file().sync_all()?;
        file.persist(target)?;
        Ok(())
    };
    write().map_err(failed("writing", target))
}

fn remove_if_there(path: &Path) -> Result<(), FilesError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("removing", path)(error)),
        _ => Ok(()),
    }
}

/// Tells whether the file holds exactly this document. Lengths are compared first: most changes change them.
fn holds(path: &Path, document: &Representation) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    if file.metadata().map_or(true, |metadata| metadata.len() != document.len() as u64) {
        return false;
    }
    let mut found = Vec::with_capacity(document.len());
    file.read_to_end(&mut found).is_ok() && found == document.plain()
}

/// Somebody may have cleaned up; a plain file alone would be served uncompressed for ever. Tiny documents may have no
/// compressed forms, and finding out would cost what this check saves.
fn siblings_stand(path: &Path, document: &Document) -> bool {
    let is_tiny = document.representation.len() < 512;
    is_tiny || (with_suffix(path, Coding::Gzip).exists() && with_suffix(path, Coding::Brotli).exists())
}

fn with_suffix(path: &Path, coding: Coding) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(coding.file_suffix());
    PathBuf::from(name)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FilesError {
    let path = path.to_owned();
    move |source| FilesError { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(file: &str, text: &str) -> Document {
        let representation = Representation::new("text/plain", text.repeat(200).into_bytes(), None);
        Document { path: file.to_owned(), file: file.to_owned(), representation }
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn writes_the_bytes_of_every_coding() {
        let directory = tempfile::tempdir().unwrap();
        let document = document("topics/dan-van.atom", "<entry>Dân vận</entry>");
        assert_eq!(write(directory.path(), std::slice::from_ref(&document)).unwrap(), 1);
        for coding in [Coding::Identity, Coding::Gzip, Coding::Brotli] {
            let path = with_suffix(&directory.path().join("topics/dan-van.atom"), coding);
            assert_eq!(fs::read(&path).unwrap(), document.representation.encoded(coding).unwrap().bytes);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o444, 0o444);
        }
        assert_eq!(names(&directory.path().join("topics")), ["dan-van.atom", "dan-van.atom.br", "dan-van.atom.gz"]);
    }

    #[test]
    fn touches_nothing_whose_bytes_are_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let documents = [document("feed.atom", "tin cũ "), document("feed.rss", "tin khác ")];
        assert_eq!(write(directory.path(), &documents).unwrap(), 2);
        let before = inode(&directory.path().join("feed.atom"));
        assert_eq!(write(directory.path(), &documents).unwrap(), 0);
        assert_eq!(inode(&directory.path().join("feed.atom")), before);
        let changed = [document("feed.atom", "tin mới "), documents[1].clone()];
        assert_eq!(write(directory.path(), &changed).unwrap(), 1);
        assert_ne!(inode(&directory.path().join("feed.atom")), before);
    }

    #[test]
    fn heals_a_document_whose_compressed_forms_were_lost() {
        let directory = tempfile::tempdir().unwrap();
        let documents = [document("feed.atom", "tin ")];
        write(directory.path(), &documents).unwrap();
        fs::remove_file(directory.path().join("feed.atom.gz")).unwrap();
        assert_eq!(write(directory.path(), &documents).unwrap(), 1);
        assert_eq!(names(directory.path()), ["feed.atom", "feed.atom.br", "feed.atom.gz"]);
    }

    /// A crash between the renames leaves new compressed forms beside an old plain file; the next write must see it.
    #[test]
    fn finishes_what_a_crash_left_half_done() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[document("feed.atom", "tin cũ ")]).unwrap();
        let new = document("feed.atom", "tin mới hơn ");
        let compressed = new.representation.encoded(Coding::Brotli).unwrap().bytes;
        fs::write(directory.path().join("feed.atom.br"), &compressed).unwrap();
        assert_eq!(write(directory.path(), std::slice::from_ref(&new)).unwrap(), 1);
        assert_eq!(fs::read(directory.path().join("feed.atom")).unwrap(), new.representation.plain());
    }

    #[test]
    fn sweeps_leftovers_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("topics")).unwrap();
        for name in [".bantin-abc", "topics/.bantin-def", ".htaccess", "topics/dan-van.atom"] {
            fs::write(directory.path().join(name), "x").unwrap();
        }
        sweep(directory.path()).unwrap();
        assert_eq!(names(directory.path()), [".htaccess", "topics"]);
        assert_eq!(names(&directory.path().join("topics")), ["dan-van.atom"]);
        sweep(&directory.path().join("no-such")).unwrap();
    }

    #[test]
    fn removes_a_document_with_all_its_forms() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[document("feed.atom", "tin "), document("feed.rss", "tin ")]).unwrap();
        remove(directory.path(), "feed.atom").unwrap();
        assert_eq!(names(directory.path()), ["feed.rss", "feed.rss.br", "feed.rss.gz"]);
        remove(directory.path(), "feed.atom").unwrap();
    }

    #[test]
    fn says_which_file_could_not_be_written() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("topics"), "a file where a directory should be").unwrap();
        let error = write(directory.path(), &[document("topics/x.atom", "tin ")]).unwrap_err().to_string();
        assert!(error.starts_with("published file `") && error.contains("topics"), "{error}");
        let error = remove(&directory.path().join("topics"), "x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }

    fn inode(path: &Path) -> u64 {
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap())
    }
}
