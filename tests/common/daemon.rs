//! `bantin run` as a process, with its log in a file.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Answer, Desk, Running, ask, wait_for};

/// A daemon, with its log in a file.
pub struct Daemon {
    /// The process.
    pub process: Running,
    /// Its log.
    pub log: PathBuf,
    /// `http://127.0.0.1:PORT/`
    pub address: String,
}

impl Daemon {
    /// Starts `bantin run` and waits until it serves.
    #[track_caller]
    pub fn start(desk: &Desk) -> Self {
        Self::start_as(desk, desk.command(&["run"]))
    }

    /// Likewise, by this command.
    #[track_caller]
    pub fn start_as(desk: &Desk, command: Command) -> Self {
        let mut daemon = Self::spawn(desk, command);
        daemon.address = wait_for("the line with the address", || {
            let log = daemon.log();
            let rest = log.split_once("serves http://")?.1;
            rest.split_once(' ').map(|(address, _)| format!("http://{}", address.trim_end_matches(',')))
        });
        daemon
    }

    /// Starts it and waits for nothing.
    pub fn spawn(desk: &Desk, mut command: Command) -> Self {
        let log = desk.path("log");
        let file = std::fs::File::create(&log).expect("a log can be written");
        let process = Running(command.stderr(file).stdout(Stdio::null()).spawn().expect("the program starts"));
        Self { process, log, address: String::new() }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until a text stands in the log.
    #[track_caller]
    pub fn waits_for_log(&self, line: &str) {
        wait_for(&format!("`{line}` in the log"), || self.log().contains(line).then_some(()));
    }

    /// The address of `server.admin`, once the log tells it.
    #[track_caller]
    pub fn admin(&self) -> String {
        wait_for("the admin address", || {
            let log = self.log();
            let rest = log.split_once("for you at ")?.1;
            rest.lines().next().map(|line| line.trim().to_owned())
        })
    }

    /// Asks for a page.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        ask(&self.address, path, &[]).expect("the daemon answers")
    }

    /// Waits until a text stands on a page.
    #[track_caller]
    pub fn waits_for_page(&self, path: &str, text: &str) {
        wait_for(&format!("`{text}` in `{path}`"), || self.get(path).text().contains(text).then_some(()));
    }

    /// Stops it as systemd does.
    #[track_caller]
    pub fn stops(&mut self) {
        self.process.signal(libc::SIGTERM);
        let status = self.process.ends();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }
}

/// systemd's end of `sd_notify`. Like systemd it always listens: who speaks into a full queue waits.
pub struct Manager {
    /// What `NOTIFY_SOCKET` names.
    pub path: PathBuf,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Manager {
    /// Listens beside the configuration, until it is dropped.
    pub fn new(desk: &Desk) -> Self {
        let path = desk.path("notify.sock");
        let _ = std::fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).expect("a socket can be made");
        socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout can be set");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = Arc::downgrade(&heard);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Some(heard) = listener.upgrade() {
                if let Ok(length) = socket.recv(&mut buffer) {
                    let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                    heard.lock().expect("no holder panics").extend(text.lines().map(str::to_owned));
                }
            }
        });
        Self { path, heard }
    }

    /// Every line so far.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no holder panics").clone()
    }

    /// Waits until `message` has been said `times` times.
    #[track_caller]
    pub fn hears(&self, message: &str, times: usize) {
        wait_for(&format!("{message} for the {times}. time"), || (self.count(message) >= times).then_some(()));
    }

    /// How often it has been said.
    pub fn count(&self, message: &str) -> usize {
        self.heard().iter().filter(|heard| *heard == message).count()
    }
}
