//! What readers and the sysadmin connect to: sockets from systemd, addresses of the configuration.

use std::path::Path;

use tokio::net::{TcpListener, UnixListener};
use tracing::warn;

use super::run::StartError;
use super::systemd;
use crate::config::{Config, Listen};
use crate::serve::Listener;

/// Binds what readers connect to: the sockets from systemd if there are any, else `server.listen`.
pub(super) async fn listeners(config: &Config, standalone: bool) -> Result<(Vec<Listener>, Vec<String>), StartError> {
    let mut bound = Vec::new();
    let mut names = Vec::new();
    let passed = if standalone { systemd::sockets().map_err(StartError::Passed)? } else { Vec::new() };
    for socket in passed {
        match socket {
            systemd::Passed::Tcp(socket) => {
                socket.set_nonblocking(true).map_err(StartError::Passed)?;
                let socket = TcpListener::from_std(socket).map_err(StartError::Passed)?;
                names.push(socket.local_addr().map_or_else(|_| "?".into(), |at| format!("http://{at}/")));
                bound.push(Listener::Tcp(socket));
            }
            systemd::Passed::Unix(socket) => {
                socket.set_nonblocking(true).map_err(StartError::Passed)?;
                names.push("a Unix socket of systemd".to_owned());
                bound.push(Listener::Unix(UnixListener::from_std(socket).map_err(StartError::Passed)?));
            }
        }
    }
    if !bound.is_empty() {
        if !config.server.listen_is_default {
            warn!("systemd passes the sockets to listen on: `server.listen` is without effect");
        }
        return Ok((bound, names));
    }
    for listen in &config.server.listen {
        let (listener, name) = bind(listen, FOR_WEB_SERVERS).await?;
        names.push(name);
        bound.push(listener);
    }
    Ok((bound, names))
}

/// Binds what the sysadmin connects to, if the configuration asks for it.
pub(super) async fn admin(config: &Config) -> Result<Option<(Listener, String)>, StartError> {
    match &config.server.admin {
        Some(listen) => bind(listen, FOR_ADMINS).await.map(Some),
        None => Ok(None),
    }
}

/// Mode of sockets for readers: a web server is another user.
const FOR_WEB_SERVERS: u32 = 0o666;

/// Mode of the sysadmin's: our own user, and root.
const FOR_ADMINS: u32 = 0o600;

/// Binds an address; returns it as people write it, with the port that was found.
async fn bind(listen: &Listen, mode: u32) -> Result<(Listener, String), StartError> {
    let refused = |source| StartError::Listen { address: listen.to_string(), source };
    Ok(match listen {
        Listen::Tcp(address) => {
            let socket = TcpListener::bind(address).await.map_err(refused)?;
            let name = socket.local_addr().map_or_else(|_| address.to_string(), |at| format!("http://{at}/"));
            (Listener::Tcp(socket), name)
        }
        Listen::Unix(path) => (Listener::Unix(bind_unix(path, mode).map_err(refused)?), listen.to_string()),
    })
}

/// Binds a socket in the file system; one that nobody answers on is replaced.
fn bind_unix(path: &Path, mode: u32) -> std::io::Result<UnixListener> {
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(std::io::Error::new(std::io::ErrorKind::AddrInUse, "another process listens there"));
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    Ok(listener)
}
