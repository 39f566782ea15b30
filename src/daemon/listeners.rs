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
        match listen {
            Listen::Tcp(address) => {
                let refused = |source| StartError::Listen { address: address.to_string(), source };
                let socket = TcpListener::bind(address).await.map_err(refused)?;
                names.push(socket.local_addr().map_or_else(|_| address.to_string(), |at| format!("http://{at}/")));
                bound.push(Listener::Tcp(socket));
            }
            Listen::Unix(path) => {
                let refused = |source| StartError::Listen { address: format!("unix:{}", path.display()), source };
                bound.push(Listener::Unix(bind_unix(path).map_err(refused)?));
                names.push(format!("unix:{}", path.display()));
            }
        }
    }
    Ok((bound, names))
}

/// Binds a socket in the file system for a web server, which is another user; one that nobody answers on is replaced.
fn bind_unix(path: &Path) -> std::io::Result<UnixListener> {
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(std::io::Error::new(std::io::ErrorKind::AddrInUse, "another process listens there"));
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}
