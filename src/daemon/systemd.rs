//! What is said to and heard from systemd (sd_notify(3), sd_listen_fds(3)); all of it does nothing elsewhere.

use std::io;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::debug;

/// Serving, database open, first feeds rendered.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

/// A reload has begun. `ready` ends it. systemd before 253 does not know the kind `notify-reload`; saying both works with
/// each of them.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(_) => notify(&[NotifyState::Reloading]),
    }
}

/// No new work is taken.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// One line for `systemctl status`.
pub fn status(line: &str) {
    notify(&[NotifyState::Status(line)]);
}

/// The loop turns and the database answers.
pub fn watchdog() {
    notify(&[NotifyState::Watchdog]);
}

/// How often to say [`watchdog`]: half of what systemd allows; `None` where it does not ask.
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!(%error, "systemd could not be told");
    }
}

/// A socket that systemd holds for us.
#[derive(Debug)]
pub enum Passed {
    /// TCP.
    Tcp(std::net::TcpListener),
    /// A Unix socket.
    Unix(UnixListener),
}

/// Takes the sockets that systemd passed, in the order of its unit; empty where there are none.
///
/// # Errors
///
/// If a passed descriptor is no listening stream socket.
pub fn sockets() -> io::Result<Vec<Passed>> {
    let mut passed = listenfd::ListenFd::from_env();
    let mut sockets = Vec::new();
    for at in 0..passed.len() {
        // A TCP listener asked for as a Unix one is refused with an error and can then still be taken as what it is.
        if let Ok(Some(listener)) = passed.take_tcp_listener(at) {
            sockets.push(Passed::Tcp(listener));
        } else if let Some(listener) = passed.take_unix_listener(at)? {
            sockets.push(Passed::Unix(listener));
        }
    }
    Ok(sockets)
}

/// Whether systemd passes sockets, without taking them: `server.listen` is without effect then.
pub fn passes_sockets() -> bool {
    std::env::var("LISTEN_PID").is_ok_and(|pid| pid == std::process::id().to_string())
        && std::env::var("LISTEN_FDS").is_ok_and(|count| count.parse::<u32>().is_ok_and(|count| count > 0))
}
