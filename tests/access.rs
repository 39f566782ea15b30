//! Who may read what: tokens, proxies, and sockets in the file system.

mod common;

use std::io::Write as _;
use std::os::unix::net::UnixStream;

use common::daemon::Daemon;
use common::{Answer, BAO_A, Desk, Page, ask, item, mode, published_files, read_answer, rss, wait_for};

const OF_TOPIC: &str = "khoa-cua-chuyen-muc-4711";
const OF_SITE: &str = "khoa-cua-ca-trang-08-15";

const TOPICS: &str = "[[topic]]\nid = \"le-hoi\"\ntitle = \"Lễ hội chung\"\nstrong = [\"lễ hội\"]\n\
     [[topic]]\nid = \"noi-bo\"\ntitle = \"Chuyên mục nội bộ\"\nstrong = [\"lễ hội\"]\n";

/// A desk with one story in a topic for everybody and in one with a token; `server` stands in `[server]`.
fn desk(private: bool, server: &str) -> Desk {
    let token = if private { "token = { env = \"KHOA_CHUYEN_MUC\" }\n" } else { "" };
    let desk = Desk::new(&format!("{BAO_A}{TOPICS}{token}"));
    let first = item("https://bao.example/1.html", "Lễ hội mùa thu", "Sun, 22 Nov 2026 08:00:00 +0700");
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first])));
    let file = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    desk.write("feeds.toml", file.replace("[server]\n", &format!("[server]\n{server}\n")));
    desk
}

#[track_caller]
fn start(desk: &Desk) -> Daemon {
    let mut command = desk.command(&["run"]);
    command.env("KHOA_CHUYEN_MUC", OF_TOPIC).env("KHOA_TRANG", OF_SITE).env("BANTIN_LOG", "debug");
    Daemon::start_as(desk, command)
}

/// Waits until the story is published, by asking as somebody who may.
#[track_caller]
fn waits_for_story(daemon: &Daemon, path: &str) {
    daemon.waits_for_page(path, "mùa thu");
}

fn with_token(path: &str, token: &str) -> String {
    format!("{path}?token={token}")
}

#[test]
fn a_private_topic_is_read_with_its_token_only() {
    let desk = desk(true, "");
    let daemon = start(&desk);
    waits_for_story(&daemon, &with_token("/topics/noi-bo.atom", OF_TOPIC));
    for path in ["/topics/noi-bo", "/topics/noi-bo.atom", "/topics/noi-bo.rss", "/topics/noi-bo.json"] {
        let refused = daemon.get(path);
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.header("www-authenticate").is_some_and(|way| way.starts_with("Basic ")), "{path}");
        assert_eq!((refused.header("cache-control"), refused.header("etag")), (Some("no-store"), None), "{path}");
        assert!(!refused.text().contains("nội bộ"), "{path}");
        assert_eq!(daemon.get(&with_token(path, "khoa-sai-khoa-sai-khoa-sai")).status, 401, "{path}");

        let answer = daemon.get(&with_token(path, OF_TOPIC));
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains("mùa thu"), "{path}");
        assert!(answer.header("cache-control").is_some_and(|kept| kept.starts_with("private, ")), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("x-robots-tag"), Some("noindex"), "{path}");
        assert!(!answer.text().contains(OF_TOPIC) && !format!("{:?}", answer.headers).contains(OF_TOPIC), "{path}");

        let tag = answer.header("etag").expect("it has one").to_owned();
        let known = ask(&daemon.address, path, &[("If-None-Match", &tag)]).expect("it answers");
        assert_eq!(known.status, 401, "whoever only knows the tag learns nothing: {path}");
        let bearer = format!("Bearer {OF_TOPIC}");
        let known = ask(&daemon.address, path, &[("If-None-Match", &tag), ("Authorization", &bearer)]);
        let known = known.expect("it answers");
        assert_eq!(known.status, 304, "{path}");
        assert!(known.header("cache-control").is_some_and(|kept| kept.starts_with("private, ")), "{path}");
    }
    // Where it really stands is told to anybody, and the token goes along.
    for path in ["/topics/noi-bo/", "/topics/noi-bo/page/1"] {
        let moved = daemon.get(&with_token(path, OF_TOPIC));
        assert_eq!(moved.header("location"), Some(with_token("/topics/noi-bo", OF_TOPIC).as_str()), "{path}");
        assert!(moved.header("cache-control").is_some_and(|kept| kept.starts_with("private")), "{path}");
        assert_eq!(daemon.get(path).header("location"), Some("/topics/noi-bo"), "{path}");
    }
    let log = daemon.log();
    assert!(log.contains("a wrong token was shown by 127.0.0.1 for `/topics/noi-bo.atom`"), "{log}");
    assert!(!log.contains(OF_TOPIC) && !log.contains("khoa-sai"), "{log}");
}

#[test]
fn a_private_topic_is_named_nowhere_and_written_to_no_file() {
    let desk = desk(true, "");
    let daemon = start(&desk);
    waits_for_story(&daemon, "/topics/le-hoi.atom");
    let story = daemon.get("/feed.json").json()["items"][0]["_bantin"]["story"].as_str().map(str::to_owned);
    let story = story.expect("an item names its story").replace("https://tin.example.vn", "");
    let everything = ["/", "/subscribe", "/opml.xml", "/sources.opml", "/search?q=mùa", "/topics/le-hoi", &story];
    let feeds = ["/feed.atom", "/feed.rss", "/feed.json", "/sources/bao-a.atom", "/topics/le-hoi.json"];
    for path in everything.into_iter().chain(feeds) {
        let answer = daemon.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains("noi-bo") && !answer.text().contains("nội bộ"), "{path}:\n{}", answer.text());
        assert!(answer.header("cache-control").is_some_and(|kept| kept.starts_with("public")), "{path}");
    }
    assert!(daemon.get("/opml.xml").text().contains("le-hoi"), "the others are listed");
    let files = published_files(&desk.path("public"));
    assert!(files.iter().any(|file| file.ends_with("topics/le-hoi.atom")), "{files:?}");
    assert!(files.iter().all(|file| !file.to_string_lossy().contains("noi-bo")), "{files:?}");
    assert!(!desk.succeeds(&["export", "opml"]).contains("noi-bo"));
}

#[test]
fn a_topic_that_becomes_private_loses_its_files_on_reload() {
    let desk = desk(false, "");
    let daemon = start(&desk);
    waits_for_story(&daemon, "/topics/noi-bo.atom");
    let file = desk.path("public/topics/noi-bo.atom");
    wait_for("the file", || file.exists().then_some(()));
    let text = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    desk.write("feeds.toml", format!("{text}token = {{ env = \"KHOA_CHUYEN_MUC\" }}\n"));
    daemon.process.signal(libc::SIGHUP);
    wait_for("the token to be asked for", || (daemon.get("/topics/noi-bo.atom").status == 401).then_some(()));
    let files = published_files(&desk.path("public"));
    assert!(files.iter().all(|file| !file.to_string_lossy().contains("noi-bo")), "{files:?}");
    assert_eq!(daemon.get("/topics/le-hoi.atom").status, 200);
}

#[test]
fn a_site_with_a_token_answers_nothing_else_without_it() {
    let desk = desk(true, "token = { env = \"KHOA_TRANG\" }");
    let daemon = start(&desk);
    waits_for_story(&daemon, &with_token("/feed.atom", OF_SITE));
    for path in ["/", "/feed.atom", "/opml.xml", "/sources.opml", "/search?q=a", "/nowhere", "/topics/noi-bo", "/feed"]
    {
        let refused = daemon.get(path);
        assert_eq!(refused.status, 401, "{path}");
        assert!(!refused.text().contains("Bản tin thử"), "{path}");
    }
    assert_eq!(daemon.get("/health").status, 200);
    assert_eq!(daemon.get("/feed.css").status, 200, "browsers ask for it without the token");
    let opml = daemon.get(&with_token("/opml.xml", OF_SITE));
    assert!(opml.status == 200 && !opml.text().contains(OF_SITE));
    assert_eq!(daemon.get(&with_token("/topics/noi-bo", OF_SITE)).status, 200, "it opens everything");
    assert_eq!(daemon.get(&with_token("/topics/noi-bo", OF_TOPIC)).status, 200);
    assert_eq!(daemon.get(&with_token("/feed.atom", OF_TOPIC)).status, 401);
    let moved = daemon.get(&with_token("/feed", OF_SITE));
    assert_eq!(moved.header("location"), Some(with_token("/feed.atom", OF_SITE).as_str()));
    assert!(moved.header("cache-control").is_some_and(|kept| kept.starts_with("private")));
    assert_eq!(daemon.get("/feed").header("location"), None);
    assert!(!daemon.log().contains(OF_SITE));
}

#[test]
fn what_a_proxy_says_is_believed_of_trusted_ones_and_changes_no_document() {
    let forged: &[(&str, &str)] = &[
        ("X-Forwarded-For", "6.6.6.6, 203.0.113.9"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "gopher"),
        ("Forwarded", "for=6.6.6.6;host=evil.example;proto=gopher"),
        ("Host", "evil.example"),
    ];
    for (server, client) in [("trusted_proxies = [\"127.0.0.0/8\"]", "203.0.113.9"), ("", "127.0.0.1")] {
        let desk = desk(true, server);
        let daemon = start(&desk);
        waits_for_story(&daemon, "/feed.atom");
        for path in ["/feed.atom", "/feed.json", "/", "/opml.xml"] {
            let through = ask(&daemon.address, path, forged).expect("it answers");
            assert_eq!(through.body, daemon.get(path).body, "{path}");
        }
        ask(&daemon.address, "/topics/noi-bo?token=sai", forged).expect("it answers");
        daemon.waits_for_log(&format!("a wrong token was shown by {client} for `/topics/noi-bo`"));
        assert!(!daemon.log().contains("6.6.6.6"), "{}", daemon.log());
    }
}

/// Asks over a socket in the file system.
#[track_caller]
fn over(socket: &std::path::Path, path: &str, more: &str) -> Answer {
    let mut stream = UnixStream::connect(socket).expect("somebody listens there");
    let request = format!("GET {path} HTTP/1.1\r\nHost: tin.example.vn\r\nConnection: close\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).expect("the request is read");
    read_answer(&mut stream).expect("a whole answer")
}

#[test]
fn sockets_in_the_file_system_let_in_whom_their_mode_names_and_go_with_the_daemon() {
    let desk = desk(true, "socket_mode = \"0660\"\nadmin = \"unix:admin.sock\"");
    let file = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    desk.write("feeds.toml", file.replace("\"127.0.0.1:0\"", "\"127.0.0.1:0\", \"unix:http.sock\""));
    let (public, admin) = (desk.path("http.sock"), desk.path("admin.sock"));
    // As after a kill: nobody listens behind it.
    drop(std::os::unix::net::UnixListener::bind(&public).expect("a socket can be made"));
    let mut daemon = start(&desk);
    assert_eq!((mode(&public), mode(&admin)), (0o660, 0o600));
    assert_eq!(over(&public, "/health", "").status, 200);
    for path in ["/status", "/metrics", "/debug"] {
        assert_eq!(over(&public, path, "").status, 404, "{path} for readers");
        assert_eq!(over(&admin, path, "").status, 200, "{path} for the sysadmin");
    }
    over(&public, "/topics/noi-bo?token=sai", "X-Forwarded-For: 203.0.113.9\r\n");
    daemon.waits_for_log("a wrong token was shown by 203.0.113.9 for");

    let second = desk.command(&["run"]).env("KHOA_CHUYEN_MUC", OF_TOPIC).output().expect("the program runs");
    assert_eq!(second.status.code(), Some(1), "the database is claimed");
    assert_eq!(over(&public, "/health", "").status, 200, "nobody has taken the socket of the first");
    daemon.stops();
    assert!(!public.exists() && !admin.exists());
}

#[test]
fn a_file_that_is_no_socket_is_left_alone_and_named() {
    let desk = desk(false, "");
    let file = std::fs::read_to_string(desk.path("feeds.toml")).expect("it is there");
    desk.write("feeds.toml", file.replace("\"127.0.0.1:0\"", "\"unix:thu.txt\""));
    let letter = desk.write("thu.txt", "một lá thư");
    let output = desk.run(&["run"]);
    assert_eq!(output.status.code(), Some(1));
    let said = common::stderr(&output);
    assert!(said.contains("thu.txt`: there is a file that is no socket; choose another in `server.listen`"), "{said}");
    assert_eq!(std::fs::read_to_string(letter).expect("it is still there"), "một lá thư");
}
