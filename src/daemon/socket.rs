//! Sockets in the file system: one that a killed process left behind is replaced, a living one and anything that is no
//! socket never, and ours goes with us.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// The file of a socket that we have bound; removed when this value goes, unless somebody else's stands there by then.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    seen_as: (u64, u64),
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = std::fs::symlink_metadata(&self.path).is_ok_and(|file| (file.dev(), file.ino()) == self.seen_as);
        if is_ours {
            // Left behind it would be replaced by the next one.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Binds a socket at `path` and lets in whom `mode` names.
///
/// # Errors
///
/// [`io::ErrorKind::AddrInUse`] if somebody listens there, or may and we cannot tell; [`io::ErrorKind::AlreadyExists`] for
/// a file that is no socket; what else the system says.
pub(super) async fn bind(path: &Path, mode: u32) -> io::Result<(UnixListener, SocketFile)> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
        Ok(file) if !file.file_type().is_socket() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file that is no socket"));
        }
        // Refused is what nobody answers; a full queue or a closed door has somebody behind it.
        Ok(_) => match UnixStream::connect(path).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => return Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there")),
        },
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    let file = std::fs::symlink_metadata(path)?;
    Ok((listener, SocketFile { path: path.to_owned(), seen_as: (file.dev(), file.ino()) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn has_the_mode_and_goes_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http.sock");
        let (listener, file) = bind(&path, 0o660).await.unwrap();
        assert_eq!(mode(&path), 0o660);
        UnixStream::connect(&path).await.expect("it is listened on");
        drop((listener, file));
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn replaces_what_a_killed_process_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "closing alone does not remove it");
        let (_listener, _file) = bind(&path, 0o600).await.unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[tokio::test]
    async fn takes_nothing_from_a_living_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http.sock");
        let (_listener, _file) = bind(&path, 0o600).await.unwrap();
        assert_eq!(bind(&path, 0o600).await.unwrap_err().kind(), io::ErrorKind::AddrInUse);
        UnixStream::connect(&path).await.expect("the first still listens");
    }

    #[tokio::test]
    async fn removes_no_file_that_is_no_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http.sock");
        std::fs::write(&path, "thư").unwrap();
        assert_eq!(bind(&path, 0o600).await.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &path).unwrap();
        assert_eq!(bind(&path, 0o600).await.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[tokio::test]
    async fn does_not_remove_its_successor() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http.sock");
        let first = bind(&path, 0o600).await.unwrap();
        // The old inode is held by a second name, so that the new file is another one for certain.
        std::fs::rename(&path, folder.path().join("old.sock")).unwrap();
        let second = bind(&path, 0o600).await.unwrap();
        drop(first);
        assert!(path.exists());
        drop(second);
    }
}
