//! Good files: what they say, and what they leave to the defaults.

use std::time::Duration;

use super::*;
use crate::model::TopicId;

#[test]
fn everything_but_title_and_address_has_a_default() {
    let (config, warnings) = whole("[site]\ntitle = \"Tin\"\nurl = \"https://tin.example.vn\"\n");
    assert_eq!(config.site.url.as_str(), "https://tin.example.vn/");
    assert_eq!((config.site.tag.as_str(), config.site.tag_is_default), ("tin.example.vn,2026", true));
    assert_eq!((config.site.language, config.site.timezone), (Language::Vi, chrono_tz::Asia::Ho_Chi_Minh));
    assert_eq!(config.server.listen, [Listen::Tcp("127.0.0.1:8080".parse().unwrap())]);
    assert!(config.server.listen_is_default && config.server.admin.is_none());
    assert_eq!(config.store.path, Path::new("/etc/bantin/data/bantin.db"));
    assert_eq!(show_duration(config.store.keep), "400d");
    assert_eq!((config.poll.concurrency, config.poll.memory), (64, 128 << 20));
    assert_eq!(config.poll.host_interval, Duration::from_secs(1));
    assert_eq!((config.publish.items, &config.publish.directory), (100, &None));
    assert_eq!(config.publish.formats, [Format::Atom, Format::Rss, Format::Json]);
    assert_eq!(config.stories, Stories::default());
    assert!(config.sources.is_empty() && config.topics.is_empty());
    assert_eq!(warnings.len(), 2, "{warnings:?}");
}

#[test]
fn the_example_of_the_contract_is_understood() {
    let config = good(
        r#"
schedule = "*/20 * * * *"
timeout = "30s"
max_body = "10 MiB"
concurrency = 64
host_interval = "1s"
memory = "128 MiB"
allow_private_addresses = false
[server]
listen = ["127.0.0.1:8080", "unix:/run/bantin/http.sock"]
admin = "127.0.0.1:9090"
[store]
path = "data/bantin.db"
keep = "400d"
[publish]
items = 100
directory = "public"
content = "summary"
[[source]]
id = "bao-quang-ninh-kinh-te"
title = "Báo Quảng Ninh · Kinh tế"
url = "https://baoquangninh.vn/rss/news/kinh-te.rss"
province = "quang-ninh"
outlet = "Báo Quảng Ninh"
section = ["kinh-te"]
schedule = "*/10 6-22 * * *"
rank = 10
[[source]]
id = "cong-ttdt-ninh-binh"
url = "https://ninhbinh.gov.vn/tin-tuc"
kind = "html"
profile = "vnportal"
province = "Hà Nam"
[source.html]
item = ".UIListNews_Default .item"
link = "a"
date = ".PostDate"
article = { body = ".ArticleContent", date = ".PostDate", lead = ".ArticleSummary" }
[stories]
[[topic]]
id = "dan-van"
title = "Dân vận"
strong = ["dân vận khéo", "Ban Dân vận"]
weak = ["vận động Nhân dân", "đoàn thể"]
none = ["lớp học bơi"]
[[topic]]
id = "kinh-te"
title = "Kinh tế"
strong = ["GRDP"]
"#,
    );
    let [feed, portal] = &config.sources[..] else { panic!("two sources") };
    assert_eq!((feed.rank, feed.schedule.as_str()), (10, "*/10 6-22 * * *"));
    assert_eq!(feed.section, [TopicId::new("kinh-te")]);
    assert!(!feed.article && !feed.title_is_default);
    assert_eq!((portal.title.as_str(), portal.title_is_default), ("cong-ttdt-ninh-binh", true));
    assert_eq!(portal.province.as_ref().unwrap().as_str(), "ninh-binh");
    assert_eq!(portal.former_province.as_deref(), Some("Hà Nam"));
    assert_eq!(portal.html.listing["item"], ".UIListNews_Default .item");
    assert_eq!(portal.html.article["body"], ".ArticleContent");
    assert!(portal.article, "selectors of the article ask for it to be read");
    assert_eq!(config.publish.directory.as_deref(), Some(Path::new("/etc/bantin/public")));
    assert_eq!(config.topics[0].weak.len(), 2);
}

#[test]
fn what_poll_says_goes_to_every_source_and_a_source_may_say_otherwise() {
    let config = good(
        r#"
timeout = "10s"
max_body = "1 MiB"
user_agent = "thu/1"
headers = { X-One = "1", X-Two = "2" }
robots = "chúng tôi là chủ của các trang này"
allow_private_addresses = true
tls_fetch_intermediate = true
schedule = "0 * * * *"
[publish]
content = "full"
[[source]]
id = "a"
url = "https://a.example/rss"
[[source]]
id = "b"
url = "https://b.example/rss"
timeout = "1 min"
max_body = "2 MiB"
headers = { x-two = "hai2", X-Three = "3" }
robots = true
allow_private_addresses = false
tls_fetch_intermediate = false
schedule = "30 * * * *"
content = "summary"
proxy = "socks5h://127.0.0.1:1080"
"#,
    );
    let [a, b] = &config.sources[..] else { panic!("two sources") };
    assert_eq!((show_duration(a.timeout), show_duration(b.timeout)), ("10s".into(), "1min".into()));
    assert_eq!((a.max_body, b.max_body), (1 << 20, 2 << 20));
    assert_eq!(a.user_agent.as_ref().unwrap().expose(), "thu/1");
    assert_eq!(b.user_agent, a.user_agent);
    let headers = |source: &Source| -> Vec<String> {
        source.headers.iter().map(|(name, value)| format!("{name}: {}", value.expose())).collect()
    };
    assert_eq!(headers(a), ["x-one: 1", "x-two: 2"]);
    assert_eq!(headers(b), ["x-one: 1", "x-three: 3", "x-two: hai2"]);
    assert!(matches!(&a.robots, Robots::Ignore { reason } if reason == "chúng tôi là chủ của các trang này"));
    assert_eq!(b.robots, Robots::Respect);
    assert!(a.allow_private_addresses && !b.allow_private_addresses);
    assert!(a.tls_fetch_intermediate && !b.tls_fetch_intermediate);
    assert_eq!((a.schedule.as_str(), b.schedule.as_str()), ("0 * * * *", "30 * * * *"));
    assert_eq!((a.content, b.content), (Content::Full, Content::Summary));
    assert_eq!(b.proxy.as_ref().unwrap().to_string(), "socks5h://127.0.0.1:1080");
}

#[test]
fn a_source_may_say_everything() {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("trung-gian.pem");
    std::fs::write(&pem, "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n").unwrap();
    let pin = "AB:".repeat(31) + "cd";
    let config = good(&format!(
        r#"
[[source]]
id = "moi"
was = ["cu", "cu-hon"]
title = "  Sở Y tế "
url = "https://soyte.example/api"
kind = "json"
enabled = false
outlet = "Sở Y tế"
aliases = ["SYT", "SYT", "Sở Y tế tỉnh"]
tags = ["sở ngành"]
language = "vi"
timezone = "UTC"
date_order = "month-first"
article = true
ca = "{}"
tls_pin = "sha256:{pin}"
[source.json]
items = "/data/0/items"
title = "/ten~1tieu-de"
"#,
        pem.display()
    ));
    let source = &config.sources[0];
    assert_eq!(source.was, [SourceId::new("cu"), SourceId::new("cu-hon")]);
    assert_eq!(source.title, "Sở Y tế");
    assert_eq!((source.kind, source.enabled, source.article), (SourceKind::Json, false, true));
    assert_eq!(source.aliases, ["SYT", "Sở Y tế tỉnh"]);
    assert_eq!(source.timezone, chrono_tz::UTC);
    assert_eq!(source.date_order, Some(DateOrder::MonthFirst));
    assert_eq!(source.ca.as_deref(), Some(pem.as_path()));
    assert_eq!(source.tls_pin.unwrap()[..2], [0xAB, 0xAB]);
    assert_eq!(source.tls_pin.unwrap()[31], 0xCD);
    assert_eq!(source.json["title"], "/ten~1tieu-de");
}

#[test]
fn texts_are_kept_composed() {
    let config = good("[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\noutlet = \"Ba\u{301}o Ha\u{300} Nam\"\n");
    assert_eq!(config.sources[0].outlet.as_deref(), Some("Báo Hà Nam"));
}

#[test]
fn under_systemd_the_database_lies_in_the_state_directory() {
    let variables = [("STATE_DIRECTORY", "/var/lib/bantin:/var/lib/other")];
    let lookup = env(&variables);
    let around = Surroundings { env: &lookup, ..Surroundings::bare() };
    let path = |text: &str| parse(text, Some(Path::new("/etc/bantin/feeds.toml")), &around).unwrap().0.store.path;
    assert_eq!(path(LEAST), Path::new("/var/lib/bantin/bantin.db"));
    assert_eq!(path(&format!("{LEAST}[store]\npath = \"/srv/tin.db\"\n")), Path::new("/srv/tin.db"));
}

#[test]
fn secrets_come_from_where_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tu-tep"), "bi-mat-tep\n").unwrap();
    std::fs::write(folder.path().join("tu-systemd"), "bi-mat-systemd\n").unwrap();
    let directory = folder.path().display().to_string();
    let variables = [("CREDENTIALS_DIRECTORY", directory.as_str()), ("KHOA", "bi-mat-env")];
    let lookup = env(&variables);
    let around = Surroundings { env: &lookup, ..Surroundings::bare() };
    let text = format!(
        r#"{LEAST}
[server]
token = {{ credential = "tu-systemd" }}
[[source]]
id = "a"
url = "https://a.example/rss"
headers = {{ authorization = {{ env = "KHOA" }} }}
user_agent = {{ file = "tu-tep" }}
[[topic]]
id = "rieng"
title = "Riêng"
sources = ["a"]
token = {{ file = "{directory}/tu-tep" }}
"#
    );
    let file = folder.path().join("feeds.toml");
    let (config, warnings) = parse_with(&text, Some(&file), &around, &[]).unwrap();
    let warnings: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        warnings,
        [
            "[server]: token has 14 characters, few enough to be guessed",
            "topic `rieng`: token has 10 characters, few enough to be guessed",
        ]
    );
    assert_eq!(config.server.token.as_ref().unwrap().expose(), "bi-mat-systemd");
    assert_eq!(config.sources[0].headers["authorization"].expose(), "bi-mat-env");
    assert_eq!(config.sources[0].user_agent.as_ref().unwrap().expose(), "bi-mat-tep");
    assert_eq!(config.topics[0].token.as_ref().unwrap().expose(), "bi-mat-tep");
    assert!(!format!("{config:?}").contains("bi-mat"), "nothing of it is ever printed");
}

#[test]
fn a_secret_that_only_the_service_has_may_be_noted_instead() {
    let around = Surroundings { missing_secrets: MissingSecrets::Noted, ..Surroundings::bare() };
    let text = format!(
        "{LEAST}[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\nheaders = {{ cookie = {{ credential = \"KHOA\" }} }}\n"
    );
    let (_, warnings) = parse(&text, None, &around).unwrap();
    assert_eq!(
        warnings[0].to_string(),
        "feeds.toml:11:22: source `a`: headers.cookie credential `KHOA` cannot be had: `$CREDENTIALS_DIRECTORY` is not set\n\n\
         hint: the unit needs `LoadCredential=KHOA:FILE`; outside systemd use `{ env = \"…\" }` or `{ file = \"…\" }`"
    );
}

#[test]
fn reads_a_file_and_the_sysadmins_own_provinces() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    let source = "[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\nprovince = \"Đồng Xa\"\n";
    std::fs::write(&file, format!("{LEAST}{source}")).unwrap();
    let mut around = Surroundings::bare();
    assert!(read(&file, &around).is_err(), "no such province so far");

    let provinces = folder.path().join("provinces.toml");
    let table = "[[province]]\ncode = \"99\"\nname = \"Đồng Xa\"\nkind = \"province\"\nslug = \"dong-xa\"\n";
    std::fs::write(&provinces, table).unwrap();
    around.provinces_file = Some(provinces.clone());
    let (config, _) = read(&file, &around).unwrap();
    assert_eq!(config.sources[0].province.as_ref().unwrap().as_str(), "dong-xa");
    assert_eq!(config.provinces.all().len(), 1);
    assert_eq!(config.file.as_deref(), Some(file.as_path()));

    std::fs::write(&provinces, "[[province]\n").unwrap();
    assert!(read(&file, &around).unwrap_err().to_string().contains("provinces.toml:1:"));
}

#[test]
fn a_file_that_is_not_there_or_not_text_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let absent = read(&folder.path().join("khong-co.toml"), &Surroundings::bare()).unwrap_err();
    assert!(matches!(&absent, ConfigErrors::Unreadable { .. }));
    assert!(absent.to_string().contains("khong-co.toml`: "), "{absent}");

    let file = folder.path().join("feeds.toml");
    std::fs::write(&file, b"[site]\ntitle = \"H\xe0 N\xf4i\"\n").unwrap();
    let error = read(&file, &Surroundings::bare()).unwrap_err().to_string();
    assert!(error.ends_with(":2:11: not UTF-8: byte 0xe0\n\nhint: save the file as UTF-8"), "{error}");
}

#[test]
fn a_given_configuration_is_taken_even_if_it_is_not_there() {
    assert_eq!(locate(Some(Path::new("khac.toml"))), Some(PathBuf::from("khac.toml")));
}
