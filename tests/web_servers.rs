//! The example configurations for nginx and Caddy, each tried with the program itself in front of a running daemon: the shipped
//! file, with nothing replaced but names, ports and folders.

mod common;

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};

use common::daemon::Daemon;
use common::{Answer, BAO_A, Desk, Item, Page, Press, Running, ask, gunzip, item, read_head, rss, wait_for};

/// Which web server, and what it does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Example {
    NginxProxy,
    NginxFiles,
    CaddyProxy,
    CaddyFiles,
}

impl Example {
    fn file(self) -> &'static str {
        match self {
            Self::NginxProxy => "nginx-proxy.conf",
            Self::NginxFiles => "nginx-files.conf",
            Self::CaddyProxy => "Caddyfile.proxy",
            Self::CaddyFiles => "Caddyfile.files",
        }
    }

    fn is_nginx(self) -> bool {
        matches!(self, Self::NginxProxy | Self::NginxFiles)
    }

    /// Whether it reads `publish.directory`.
    fn serves_files(self) -> bool {
        matches!(self, Self::NginxFiles | Self::CaddyFiles)
    }
}

/// Where a program of Debian's lies, also where `PATH` is that of an ordinary user.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Where nobody listens and nobody will: the programs cannot be told to take any free port, and one on 127.0.0.1 that is free now
/// may be another test's in a moment.
fn free_address() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(81);
    let [.., high, low] = std::process::id().to_be_bytes();
    let ours = Ipv4Addr::new(127, NEXT.fetch_add(1, Ordering::SeqCst), high, low);
    let listener = std::net::TcpListener::bind((ours, 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound")
}

/// A running web server.
struct WebServer {
    _process: Running,
    /// `http://127.81.x.y:PORT/`
    address: String,
    folder: tempfile::TempDir,
}

impl WebServer {
    /// Starts it with the shipped file; `backend` is `HOST:PORT` of the daemon, `site` where it publishes. `None`, and a line on
    /// stderr, where the program is not installed.
    fn start(example: Example, backend: &str, site: &Path) -> Option<Self> {
        let name = if example.is_nginx() { "nginx" } else { "caddy" };
        let Some(program) = program(name) else {
            eprintln!("SKIPPED: {name} is not installed, so {} is not tried", example.file());
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/examples").join(example.file());
        let shipped = std::fs::read_to_string(shipped).expect("the example is there");
        let site = site.to_str().expect("temporary folders have plain names");
        let at = folder.path().display();
        let here = free_address();
        let put = |text: String, from: &str, to: &str| {
            assert!(text.contains(from), "{} does not say `{from}`", example.file());
            text.replace(from, to)
        };
        let mut text = put(shipped, "127.0.0.1:8080", backend);
        if example.serves_files() {
            text = put(text, "/var/cache/bantin/site", site);
        }
        let mut command = Command::new(program);
        if example.is_nginx() {
            text = put(text, "listen 80;", &format!("listen {here};"));
            text = put(text, "    listen [::]:80;\n", "");
            if example == Example::NginxProxy {
                text = put(text, "/var/cache/nginx/bantin", &format!("{at}/cache"));
            }
            // What Debian's nginx.conf has around it, compression on as there.
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|what| format!("{what}_temp_path {at}/{what}; "))
                .concat();
            let around = format!(
                "daemon off; master_process off; pid {at}/pid; error_log {at}/error.log; events {{}}\n\
                 http {{ access_log off; {temporary} include /etc/nginx/mime.types; gzip on;\n{text}\n}}\n"
            );
            std::fs::write(folder.path().join("nginx.conf"), around).expect("it can be written");
            command
                .arg("-p")
                .arg(folder.path())
                .arg("-c")
                .arg(folder.path().join("nginx.conf"))
                .arg("-e")
                .arg("error.log");
        } else {
            text = put(text, "tin.example.vn {", &format!("http://{here} {{"));
            let file = folder.path().join("Caddyfile");
            std::fs::write(&file, format!("{{\n\tadmin off\n}}\n{text}")).expect("it can be written");
            command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file);
            command
                .env("HOME", folder.path())
                .env("XDG_DATA_HOME", folder.path())
                .env("XDG_CONFIG_HOME", folder.path());
        }
        let log = std::fs::File::create(folder.path().join("log")).expect("it can be written");
        let mut process = Running(command.stdout(Stdio::null()).stderr(log).spawn().expect("it starts"));
        wait_for(&format!("{} to listen", example.file()), || {
            let ended = process.0.try_wait().ok().flatten();
            let said = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none(), "{}: {ended:?}\n{}", example.file(), said());
            TcpStream::connect(here).ok()
        });
        Some(Self { _process: process, address: format!("http://{here}/"), folder })
    }

    #[track_caller]
    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let answer = ask(&self.address, path, headers).expect("it answers");
        assert!(answer.status < 500, "{path}: {}\n{}", answer.status, self.log());
        answer
    }

    #[track_caller]
    fn head(&self, path: &str) -> Answer {
        let host = self.address.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).expect("it listens");
        write!(stream, "HEAD {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it reads");
        read_head(&mut stream).expect("it answers")
    }

    fn log(&self) -> String {
        ["log", "error.log"]
            .map(|file| std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default())
            .concat()
    }
}

/// A daemon that has polled one source, and publishes into `public`.
fn daemon() -> (Desk, Daemon) {
    let topic = "[[topic]]\nid = \"cau\"\ntitle = \"Cầu\"\nstrong = [\"cầu\"]\n";
    let desk = Desk::new(&format!("{BAO_A}{topic}"));
    // Long enough that compressing pays.
    let items: Vec<Item> = (0..20)
        .map(|number| Item {
            text: format!(
                "Khởi công cây cầu thứ {number} bắc qua rạch ở xã ven sông, nối hai bờ sau nhiều năm chờ đợi. "
            )
            .repeat(4),
            ..item(
                &format!("http://bao-a.example/{number}"),
                &format!("Cầu số {number}"),
                "Sun, 22 Nov 2026 07:00:00 +0700",
            )
        })
        .collect();
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &items)));
    let daemon = Daemon::start(&desk);
    daemon.waits_for_page("/topics/cau.atom", "Cầu số 19");
    wait_for("the files", || {
        std::fs::read_to_string(desk.path("public/topics/cau.atom"))
            .is_ok_and(|text| text.contains("Cầu số 19"))
            .then_some(())
    });
    (desk, daemon)
}

/// `HOST:PORT` of a base address.
fn authority(address: &str) -> &str {
    address.trim_start_matches("http://").trim_end_matches('/')
}

fn readers_get_what_the_daemon_has(example: Example) {
    let (desk, daemon) = daemon();
    let site = desk.path("public");
    let Some(server) = WebServer::start(example, authority(&daemon.address), &site) else { return };
    for (path, kind) in [
        ("/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/feed.rss", "application/rss+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/topics/cau.atom", "application/atom+xml; charset=utf-8"),
        ("/topics/cau.rss", "application/rss+xml; charset=utf-8"),
        ("/sources/bao-a.atom", "application/atom+xml; charset=utf-8"),
        ("/opml.xml", "text/x-opml; charset=utf-8"),
        ("/sources.opml", "text/x-opml; charset=utf-8"),
        ("/feed.css", "text/css; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
        ("/topics/cau", "text/html; charset=utf-8"),
        ("/subscribe", "text/html; charset=utf-8"),
        ("/search?q=rạch".replace('ạ', "%E1%BA%A1").as_str(), "text/html; charset=utf-8"),
    ] {
        let answer = server.get(path, &[]);
        assert_eq!(answer.status, 200, "{example:?} {path}");
        let given = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
        assert_eq!(given, kind, "{example:?} {path}");
        assert!(answer.body == daemon.get(path).body, "{example:?} {path} has other bytes than the daemon's");
        assert!(answer.header("cache-control").is_some_and(|value| value.starts_with("public, max-age=")), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{example:?} {path}");
    }
    assert_eq!(server.get("/khong-co", &[]).status, 404, "{example:?}");

    // Twice, so that a cache has been filled.
    for path in ["/feed.atom", "/feed.atom", "/topics/cau.rss", "/sources/bao-a.atom"] {
        let plain = server.get(path, &[]);
        let tag = plain.header("etag").expect("there is a tag");
        assert!(tag.starts_with('"'), "{example:?} {path}: {tag} is not strong");
        let again = server.get(path, &[("If-None-Match", tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{example:?} {path}");
        assert_eq!(again.header("etag"), Some(tag), "{example:?} {path}");
        let date = plain.header("last-modified").expect("there is a date");
        assert_eq!(server.get(path, &[("If-Modified-Since", date)]).status, 304, "{example:?} {path}");

        let head = server.head(path);
        assert_eq!((head.status, head.body.len()), (200, 0), "{example:?} {path}");
        for name in ["etag", "content-type", "content-length", "last-modified"] {
            assert_eq!(head.header(name), plain.header(name), "{example:?} {path}: {name} of HEAD");
        }

        let packed = server.get(path, &[("Accept-Encoding", "gzip")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{example:?} {path}");
        assert!(
            packed.header("vary").is_some_and(|vary| vary.to_ascii_lowercase().contains("accept-encoding")),
            "{example:?} {path}"
        );
        assert!(gunzip(&packed.body) == plain.body, "{example:?} {path} is another document when packed");
        let packed_tag = packed.header("etag").expect("there is a tag");
        assert!(packed_tag.starts_with('"') && packed_tag != tag, "{example:?} {path}: {packed_tag} beside {tag}");
        let again = server.get(path, &[("Accept-Encoding", "gzip"), ("If-None-Match", packed_tag)]);
        assert_eq!(again.status, 304, "{example:?} {path} packed");
    }

    if example.serves_files() {
        std::fs::write(site.join(".bantin-half"), "half").expect("it can be written");
        assert_eq!(server.get("/.bantin-half", &[]).status, 404, "{example:?} shows what is being written");
        // Readers of files do not notice that the daemon is away.
        drop(daemon);
        assert_eq!(server.get("/feed.atom", &[]).status, 200, "{example:?}");
        assert_eq!(server.get("/topics/cau", &[]).status, 200, "{example:?}");
    }
}

/// What the daemon is told about who asks cannot be forged by who asks.
fn says_who_asks(example: Example) {
    let backend = Press::start();
    backend.put("/feed.atom", Page::new("application/atom+xml", "<feed/>"));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let address = backend.url("").to_string();
    let Some(server) = WebServer::start(example, authority(&address), folder.path()) else { return };
    let forged =
        [("X-Forwarded-For", "203.0.113.6"), ("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Host", "evil.example")];
    assert_eq!(server.get("/feed.atom", &forged).status, 200);
    let seen = backend.last_seen("/feed.atom");
    let host = authority(&server.address);
    let name = seen.header("x-forwarded-host").expect("the name is told");
    assert!(name == host || host.split(':').next() == Some(name), "{example:?}: {name} instead of {host}");
    assert_eq!(seen.header("x-forwarded-for"), Some("127.0.0.1"), "{example:?}");
    assert_eq!(seen.header("x-forwarded-proto"), Some("http"), "{example:?}");
}

#[test]
fn nginx_before_the_daemon() {
    readers_get_what_the_daemon_has(Example::NginxProxy);
    says_who_asks(Example::NginxProxy);
}

#[test]
fn nginx_reads_the_files() {
    readers_get_what_the_daemon_has(Example::NginxFiles);
    says_who_asks(Example::NginxFiles);
}

#[test]
fn caddy_before_the_daemon() {
    readers_get_what_the_daemon_has(Example::CaddyProxy);
    says_who_asks(Example::CaddyProxy);
}

#[test]
fn caddy_reads_the_files() {
    readers_get_what_the_daemon_has(Example::CaddyFiles);
    says_who_asks(Example::CaddyFiles);
}
