//! What readers and the sysadmin connect to: sockets from systemd, addresses of the configuration.

use tokio::net::{TcpListener, UnixListener};
use tracing::warn;

use super::run::StartError;
use super::socket::{self, SocketFile};
use super::systemd;
use crate::config::{Config, Listen};
use crate::serve::Listener;

/// What readers or the sysadmin connect to.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// Bound, with nobody accepting yet.
    pub listeners: Vec<Listener>,
    /// As people write them, with the ports that were found.
    pub names: Vec<String>,
    /// Those in the file system; they go when this does.
    pub files: Vec<SocketFile>,
}

/// Binds what readers connect to: the sockets from systemd if there are any, else `server.listen`.
pub(super) async fn listeners(config: &Config, standalone: bool) -> Result<Bound, StartError> {
    let mut all = Bound::default();
    let passed = if standalone { systemd::sockets().map_err(StartError::Passed)? } else { Vec::new() };
    for socket in passed {
        match socket {
            systemd::Passed::Tcp(socket) => {
                socket.set_nonblocking(true).map_err(StartError::Passed)?;
                let socket = TcpListener::from_std(socket).map_err(StartError::Passed)?;
                all.names.push(socket.local_addr().map_or_else(|_| "?".into(), |at| format!("http://{at}/")));
                all.listeners.push(Listener::Tcp(socket));
            }
            systemd::Passed::Unix(socket) => {
                socket.set_nonblocking(true).map_err(StartError::Passed)?;
                all.names.push("a Unix socket of systemd".to_owned());
                all.listeners.push(Listener::Unix(UnixListener::from_std(socket).map_err(StartError::Passed)?));
            }
        }
    }
    if !all.listeners.is_empty() {
        if !config.server.listen_is_default {
            warn!("systemd passes the sockets to listen on: `server.listen` is without effect");
        }
        return Ok(all);
    }
    for listen in &config.server.listen {
        bind(listen, config.server.socket_mode, &mut all).await?;
    }
    Ok(all)
}

/// Binds what the sysadmin connects to, if the configuration asks for it.
pub(super) async fn admin(config: &Config) -> Result<Option<Bound>, StartError> {
    let Some(listen) = &config.server.admin else { return Ok(None) };
    let mut all = Bound::default();
    bind(listen, FOR_ADMINS, &mut all).await?;
    Ok(Some(all))
}

/// Mode of the sysadmin's: our own user, and root.
const FOR_ADMINS: u32 = 0o600;

/// Binds an address and adds it to `all`.
async fn bind(listen: &Listen, mode: u32, all: &mut Bound) -> Result<(), StartError> {
    let refused = |source| StartError::Listen { address: listen.to_string(), source };
    match listen {
        Listen::Tcp(address) => {
            let socket = TcpListener::bind(address).await.map_err(refused)?;
            all.names.push(socket.local_addr().map_or_else(|_| address.to_string(), |at| format!("http://{at}/")));
            all.listeners.push(Listener::Tcp(socket));
        }
        Listen::Unix(path) => {
            let (socket, file) = socket::bind(path, mode).await.map_err(refused)?;
            all.names.push(listen.to_string());
            all.listeners.push(Listener::Unix(socket));
            all.files.push(file);
        }
    }
    Ok(())
}
