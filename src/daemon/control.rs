//! The control socket: commands beside a running daemon go through it, so that there is one poller and one writer.
//!
//! A Unix socket of mode 0600 in the runtime directory, else beside the database. The protocol is lines of JSON: the
//! daemon greets with the database it serves, the client sends one [`Request`], the daemon answers with any number of
//! [`Answer`]s, the last of which is [`Answer::Done`] or [`Answer::Error`].

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::overrule::Wish;
use super::socket::{self, SocketFile};

/// The longest line that either side reads: a request that names ten thousand sources.
const LINE_BYTES: u64 = 1 << 20;

/// How long a client waits for the greeting before it takes the daemon for dead.
const GREETING: Duration = Duration::from_secs(5);

/// How often a database is claimed: `doctor` finds out whether it is held by taking the lock for an instant.
const CLAIMS: u32 = 10;

/// The pause between.
const CLAIM_AGAIN: Duration = Duration::from_millis(20);

/// What a client may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Request {
    /// Poll these sources now, all enabled ones if none is named.
    Poll {
        /// Ids.
        sources: Vec<String>,
    },
    /// Copy the database.
    Backup {
        /// An empty file that the client has made, absolute.
        into: PathBuf,
        /// Its device and inode, by which the daemon knows that it sees the same file: a service has a `/tmp` of its own.
        seen_as: (u64, u64),
    },
    /// Delete what is older than `store.keep`, and give the room back.
    Prune,
    /// How are you?
    Health,
    /// Take an item out of its story, join two stories, withdraw one.
    Overrule(Wish),
}

/// What the daemon answers, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// First line of every connection.
    Hello {
        /// The daemon's version.
        version: String,
        /// The database it serves, absolute.
        database: PathBuf,
    },
    /// How many sources will be polled.
    Begin {
        /// So many.
        total: usize,
    },
    /// One source has been polled.
    Polled(Polled),
    /// The database has been copied, and the copy verified.
    Copied {
        /// The file named in the request or, where the daemon may not write there, one beside the database.
        path: PathBuf,
        /// Items in it.
        items: u64,
        /// Stories in it.
        stories: u64,
    },
    /// So far this much has been deleted.
    Pruned {
        /// Stories.
        stories: u64,
        /// Items.
        items: u64,
        /// Bytes given back to the file system.
        bytes: u64,
    },
    /// What is not as it should be; empty when all is well.
    Health {
        /// One line each.
        lines: Vec<String>,
    },
    /// What has become of it, for people.
    Said {
        /// A sentence.
        line: String,
    },
    /// All done.
    Done,
    /// It could not be done.
    Error {
        /// Why, and the way out.
        message: String,
    },
}

/// One line of the table that `poll` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polled {
    /// Its id.
    pub source: String,
    /// Whether the source answered.
    pub ok: bool,
    /// Name of the outcome.
    pub outcome: String,
    /// One sentence.
    pub message: String,
    /// Items never seen before.
    pub new: u32,
    /// Items whose words changed.
    pub edited: u32,
    /// On the wire.
    pub bytes: u64,
    /// From request to decision.
    pub duration_ms: u64,
}

/// Where the socket of the daemon that serves `database` is made: `$RUNTIME_DIRECTORY`, else beside the database.
pub fn socket_path(database: &Path) -> PathBuf {
    let runtime = std::env::var_os("RUNTIME_DIRECTORY")
        .and_then(|list| std::env::split_paths(&list).next())
        .filter(|folder| !folder.as_os_str().is_empty());
    runtime.unwrap_or_else(|| database.parent().map_or_else(PathBuf::new, Path::to_owned)).join("control.sock")
}

/// Where a client looks for the daemon that serves `database`, in order.
fn candidates(database: &Path) -> Vec<PathBuf> {
    let mut paths = vec![socket_path(database), database.with_file_name("control.sock")];
    paths.push(PathBuf::from("/run/bantin/control.sock"));
    paths.dedup();
    paths
}

/// Claims `database` for this process: a lock on a file beside it, which ends with what is returned, however the process
/// ends. Makes its folder if need be. The sockets of two daemons can lie in different folders, and two that start at once see none; the lock tells.
///
/// # Errors
///
/// [`io::ErrorKind::WouldBlock`] if another process holds it. A file system without locks is no error: then the socket
/// alone tells. Blocks for a fifth of a second where it is held.
pub fn claim(database: &Path) -> io::Result<Option<File>> {
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = match File::options().create(true).truncate(false).write(true).open(&name) {
        Err(error) if is_for_want_of_room(&error) => match File::open(&name) {
            Ok(file) => file,
            // Nobody can have made one.
            Err(_) => return Ok(None),
        },
        opened => opened?,
    };
    lock(file, || std::thread::sleep(CLAIM_AGAIN))
}

/// Locks a file, if need be after some pauses.
fn lock(file: File, mut pause: impl FnMut()) -> io::Result<Option<File>> {
    for _ in 0..CLAIMS {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => pause(),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

/// Whether a file could not be made because its file system is full or read-only: what needs it is done without.
pub fn is_for_want_of_room(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), ReadOnlyFilesystem | StorageFull | QuotaExceeded)
}

/// Binds the socket, replacing one that a killed daemon left behind; it goes with the second part of what is returned.
///
/// # Errors
///
/// If another daemon answers there ([`io::ErrorKind::AddrInUse`]), or the folder cannot be written.
pub(super) async fn bind(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    socket::bind(path, 0o600).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => io::Error::new(error.kind(), "another bantin is running with this database"),
        _ => error,
    })
}

/// One end of a connection.
pub struct Peer {
    stream: BufReader<UnixStream>,
    version: String,
}

impl Peer {
    /// Wraps an accepted or connected stream.
    pub fn new(stream: UnixStream) -> Self {
        Self { stream: BufReader::new(stream), version: String::new() }
    }

    /// The version of the daemon at the other end, as it greeted us; empty at the daemon's own end.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Sends one line.
    ///
    /// # Errors
    ///
    /// When the other side is gone.
    pub async fn send(&mut self, message: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_string(message)?;
        line.push('\n');
        self.stream.write_all(line.as_bytes()).await
    }

    /// Reads one line; `None` when the other side has closed.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] for what is not a line of the protocol.
    pub async fn receive<T: for<'de> Deserialize<'de>>(&mut self) -> io::Result<Option<T>> {
        let mut line = Vec::new();
        (&mut self.stream).take(LINE_BYTES).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&line).map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// Connects to the daemon that serves `database`; `None` if none does.
pub async fn connect(database: &Path) -> Option<Peer> {
    let database = std::path::absolute(database).ok()?;
    for path in candidates(&database) {
        let Ok(stream) = UnixStream::connect(&path).await else { continue };
        let mut peer = Peer::new(stream);
        let greeting = tokio::time::timeout(GREETING, peer.receive::<Answer>()).await;
        if let Ok(Ok(Some(Answer::Hello { database: served, version }))) = greeting
            && same_file(&served, &database)
        {
            peer.version = version;
            return Some(peer);
        }
    }
    None
}

/// Whether a daemon may be there that only others may ask: its socket lies where we may not look or connect.
pub async fn is_forbidden(database: &Path) -> bool {
    let Ok(database) = std::path::absolute(database) else { return false };
    for path in candidates(&database) {
        match UnixStream::connect(&path).await {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return true,
            _ => {}
        }
    }
    false
}

fn same_file(one: &Path, two: &Path) -> bool {
    match (one.canonicalize(), two.canonicalize()) {
        (Ok(one), Ok(two)) => one == two,
        _ => one == two,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_for_an_instant_is_waited_for_and_one_that_stays_is_not() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        let open = || File::open(file.path()).expect("it is there");
        let holder = open();
        holder.lock().expect("nobody else has it");
        let mut pauses = 0;
        let refused = lock(open(), || pauses += 1).expect_err("it is held all the while");
        assert_eq!((refused.kind(), pauses), (io::ErrorKind::WouldBlock, CLAIMS));
        let taken = lock(open(), || holder.unlock().expect("we have it"));
        assert!(taken.is_ok_and(|file| file.is_some()));
    }
}
