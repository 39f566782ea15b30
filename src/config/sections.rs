//! The tables that stand once in a file: `[site]`, `[server]`, `[store]`, `[poll]`, `[publish]`, `[stories]`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::{TZ_VARIANTS, Tz};
use toml::de::DeTable;
use url::Url;

use super::address::{
    Listen, fault, is_dns_name, parse_contact, parse_listen, parse_mode, parse_network, parse_proxy, parse_site,
    parse_tag,
};
use super::desk::Desk;
use super::field::{Field, Place, fields};
use super::remark::{Note, Notes};
use super::secret::{Secret, SecretOrigin};
use super::types::{Content, Format, Language, Poll, Publish, Robots, Server, Site, Source, Store, Stories};

/// When a source is polled that does not say: three times an hour.
pub const DEFAULT_SCHEDULE: &str = "*/20 * * * *";
/// Whole request, from the connection to the last byte.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of one document after decompression: five times the largest feed met among provincial sources.
pub const DEFAULT_MAX_BODY: u64 = 10 << 20;
/// Of Unix sockets in `listen`: a web server is another user, and TCP on this machine asks nobody either.
pub const DEFAULT_SOCKET_MODE: u32 = 0o666;
/// Age after which items are pruned.
pub const DEFAULT_KEEP: Duration = Duration::from_secs(400 * DAY);

/// When items are pruned and free space is given back: at the hour at which fewest read, not at a full one.
pub const DEFAULT_TIDY: &str = "40 3 * * *";

const DAY: u64 = 24 * 3600;

pub(super) const SITE_KEYS: &[&str] = &["title", "subtitle", "url", "tag", "language", "timezone", "author", "rights"];
pub(super) const SERVER_KEYS: &[&str] = &["listen", "socket_mode", "admin", "trusted_proxies", "token"];
pub(super) const STORE_KEYS: &[&str] = &["path", "keep", "tidy"];
pub(super) const PUBLISH_KEYS: &[&str] = &["items", "directory", "content", "formats"];
pub(super) const STORIES_KEYS: &[&str] = &["window", "same", "related"];
pub(super) const POLL_KEYS: &[&str] = &[
    "schedule",
    "timeout",
    "max_body",
    "concurrency",
    "host_interval",
    "memory",
    "contact",
    "user_agent",
    "proxy",
    "headers",
    "robots",
    "allow_private_addresses",
    "tls_fetch_intermediate",
];

/// Words for [`Content`].
pub(super) const CONTENTS: &[(&str, Content)] = &[("summary", Content::Summary), ("full", Content::Full)];

/// One of the tables: where its header stands, and what is in it.
pub(super) struct Section<'a, 'i> {
    pub(super) at: usize,
    pub(super) table: &'a DeTable<'i>,
}

impl<'a, 'i> Section<'a, 'i> {
    fn fields(&self, desk: &'a Desk<'_, 'i>, name: &'static str) -> impl Iterator<Item = Field<'a, 'i>> {
        fields(&desk.notes, Place::Section(name), self.table).filter(move |field| !desk.refuses(name, field))
    }
}

/// `[site]`; `None` where title or address are missing or wrong.
pub(super) fn read_site<'i>(section: Option<&Section<'_, 'i>>, desk: &Desk<'_, 'i>) -> Option<Site> {
    let Some(section) = section else {
        desk.notes.absence(Note::at(0, "there is no `[site]`").expected("a table `[site]` with `title` and `url`"));
        return None;
    };
    let (mut title, mut url, mut tag) = (None, None, None);
    let (mut has_title, mut has_url) = (false, false);
    let (mut subtitle, mut author, mut rights) = (None, None, None);
    let (mut language, mut timezone) = (Language::Vi, Tz::Asia__Ho_Chi_Minh);
    for field in section.fields(desk, "site") {
        match field.name() {
            "title" => (has_title, title) = (true, field.text()),
            "subtitle" => subtitle = field.text(),
            "url" => (has_url, url) = (true, field.parsed(parse_site)),
            "tag" => tag = Some(field.parsed(parse_tag)),
            "language" => {
                language = field.word(&[("vi", Language::Vi), ("en", Language::En)]).unwrap_or(language);
            }
            "timezone" => timezone = read_timezone(&field).unwrap_or(timezone),
            "author" => author = field.text(),
            "rights" => rights = field.text(),
            _ => desk.unknown("site", &field),
        }
    }
    if !has_title {
        desk.missing(
            section.at,
            Place::Section("site"),
            "title",
            "a name for readers, such as `title = \"Bản tin các tỉnh\"`",
        );
    }
    if !has_url {
        desk.missing(
            section.at,
            Place::Section("site"),
            "url",
            "the public address, such as `url = \"https://tin.example.vn/\"`",
        );
    }
    let url = url?;
    let tag_is_default = tag.is_none();
    let tag = match tag {
        Some(tag) => tag,
        None => default_tag(&url, section.at, &desk.notes),
    };
    Some(Site { title: title?, subtitle, tag: tag?, tag_is_default, url, language, timezone, author, rights })
}

/// The host of the address and the year in which this program began, with a warning.
fn default_tag(url: &Url, at: usize, notes: &Notes<'_>) -> Option<String> {
    let host = url.host_str().filter(|host| is_dns_name(host));
    let Some(host) = host else {
        notes.absence(
            Note::at(at, format!("[site]: tag is missing, and the host of `{url}` cannot stand in for it"))
                .expected("a domain you hold and the year, such as `tag = \"tin.example.vn,2026\"`"),
        );
        return None;
    };
    let tag = format!("{host},2026");
    notes.warn(
        Note::at(at, format!("[site]: tag is left to its default, `{tag}`"))
            .hint(format!("write `tag = \"{tag}\"`, so that ids stay what they are when the address changes")),
    );
    Some(tag)
}

/// An IANA time zone.
pub(super) fn read_timezone(field: &Field<'_, '_>) -> Option<Tz> {
    field.parsed(|text| {
        text.parse::<Tz>().map_err(|_| {
            let fault = fault("is not a time zone").expected("an IANA name such as `Asia/Ho_Chi_Minh`");
            let offset = ["+7", "+07", "+07:00", "gmt+7", "utc+7", "ict", "asia/hanoi", "asia/ha_noi"];
            if offset.contains(&text.to_ascii_lowercase().as_str()) {
                return fault.hint("did you mean `Asia/Ho_Chi_Minh`?");
            }
            match field.notes().did_you_mean(text, TZ_VARIANTS.iter().map(|zone| zone.name())) {
                Some(hint) => fault.hint(hint),
                None => fault,
            }
        })
    })
}

/// `[server]`
pub(super) fn read_server<'i>(section: Option<&Section<'_, 'i>>, desk: &Desk<'_, 'i>) -> Server {
    let default = || vec![Listen::Tcp(std::net::SocketAddr::from(([127, 0, 0, 1], 8080)))];
    let mut server = Server {
        listen: default(),
        listen_is_default: true,
        socket_mode: DEFAULT_SOCKET_MODE,
        admin: None,
        trusted_proxies: Vec::new(),
        token: None,
    };
    let mut admin_at = 0;
    for field in section.into_iter().flat_map(|section| section.fields(desk, "server")) {
        match field.name() {
            "listen" => {
                server.listen = read_listeners(&field, &desk.folder);
                server.listen_is_default = false;
                if desk.around.sockets_passed {
                    desk.notes.warn(
                        field
                            .wrong("is without effect: systemd passes the sockets")
                            .hint("change `ListenStream=` of `bantin.socket`, or disable that unit"),
                    );
                }
            }
            "admin" => {
                admin_at = field.at();
                server.admin = field.parsed(|text| parse_listen(text, &desk.folder));
            }
            "trusted_proxies" => {
                let networks = field.strings().unwrap_or_default();
                server.trusted_proxies =
                    networks.into_iter().filter_map(|(at, text)| field.parsed_text(at, text, parse_network)).collect();
            }
            "token" => server.token = desk.token(&field),
            "socket_mode" => server.socket_mode = field.parsed(parse_mode).unwrap_or(server.socket_mode),
            _ => desk.unknown("server", &field),
        }
    }
    if let Some(admin) = &server.admin
        // Port 0 is another one each time.
        && !matches!(admin, Listen::Tcp(address) if address.port() == 0)
        && server.listen.contains(admin)
    {
        desk.notes.error(
            Note::at(admin_at, format!("[server]: admin `{admin}` is one of the public addresses of `listen`"))
                .expected("an address of its own: what it shows is not for readers"),
        );
    }
    server
}

fn read_listeners(field: &Field<'_, '_>, folder: &Path) -> Vec<Listen> {
    let mut listen = Vec::new();
    let Some(texts) = field.strings() else {
        return listen;
    };
    if texts.is_empty() {
        field.error(field.wrong("is empty").expected("at least one address such as `\"127.0.0.1:8080\"`"));
    }
    for (at, text) in texts {
        let Some(address) = field.parsed_text(at, text, |text| parse_listen(text, folder)) else { continue };
        if listen.contains(&address) {
            field.error(field.wrong_text(at, text, "is given twice"));
        }
        listen.push(address);
    }
    listen
}

/// `[store]`. Under systemd the database lies in `$STATE_DIRECTORY` unless the file says where.
pub(super) fn read_store<'i>(section: Option<&Section<'_, 'i>>, desk: &Desk<'_, 'i>) -> Store {
    let (mut path, mut keep, mut tidy) = (None, DEFAULT_KEEP, DEFAULT_TIDY.to_owned());
    for field in section.into_iter().flat_map(|section| section.fields(desk, "store")) {
        match field.name() {
            "path" => path = field.path(&desk.folder),
            "keep" => {
                let range = Duration::from_secs(DAY)..=Duration::from_secs(100 * 365 * DAY);
                keep = field.duration(range).unwrap_or(keep);
            }
            "tidy" => {
                if let Some(schedule) = field.raw().filter(|schedule| desk.accepts_schedule(&field, schedule)) {
                    schedule.trim().clone_into(&mut tidy);
                }
            }
            _ => desk.unknown("store", &field),
        }
    }
    let default = || match desk.around.state_directory() {
        Some(directory) => directory.join("bantin.db"),
        None => desk.folder.join("data/bantin.db"),
    };
    Store { path: path.unwrap_or_else(default), keep, tidy }
}

/// `[publish]`; what sources inherit goes into `template`.
pub(super) fn read_publish<'i>(
    section: Option<&Section<'_, 'i>>,
    desk: &Desk<'_, 'i>,
    template: &mut Source,
) -> Publish {
    const FORMATS: &[(&str, Format)] = &[("atom", Format::Atom), ("rss", Format::Rss), ("json", Format::Json)];

    let mut publish = Publish {
        items: 100,
        directory: None,
        content: Content::Summary,
        formats: FORMATS.iter().map(|&(_, format)| format).collect(),
    };
    for field in section.into_iter().flat_map(|section| section.fields(desk, "publish")) {
        match field.name() {
            "items" => {
                let items = field.integer(1..=10_000).and_then(|items| usize::try_from(items).ok());
                publish.items = items.unwrap_or(publish.items);
            }
            "directory" => publish.directory = field.path(&desk.folder),
            "content" => publish.content = field.word(CONTENTS).unwrap_or(publish.content),
            "formats" => publish.formats = field.words(FORMATS).unwrap_or(publish.formats),
            _ => desk.unknown("publish", &field),
        }
    }
    template.content = publish.content;
    publish
}

/// `[stories]`
pub(super) fn read_stories<'i>(section: Option<&Section<'_, 'i>>, desk: &Desk<'_, 'i>) -> Stories {
    let mut stories = Stories::default();
    for field in section.into_iter().flat_map(|section| section.fields(desk, "stories")) {
        match field.name() {
            "window" => {
                let range = Duration::from_secs(DAY)..=Duration::from_secs(365 * DAY);
                stories.window = field.duration(range).unwrap_or(stories.window);
            }
            "same" => stories.same = field.share().unwrap_or(stories.same),
            "related" => stories.related = field.share().unwrap_or(stories.related),
            _ => desk.unknown("stories", &field),
        }
    }
    stories
}

/// `[poll]`; what sources inherit goes into `template`.
pub(super) fn read_poll<'i>(section: Option<&Section<'_, 'i>>, desk: &Desk<'_, 'i>, template: &mut Source) -> Poll {
    let mut poll = Poll { concurrency: 64, host_interval: Duration::from_secs(1), memory: 128 << 20, contact: None };
    let mut has_contact = false;
    let mut max_body_at = section.map_or(0, |section| section.at);
    for field in section.into_iter().flat_map(|section| section.fields(desk, "poll")) {
        match field.name() {
            "concurrency" => {
                let concurrency = field.integer(1..=10_000).and_then(|number| usize::try_from(number).ok());
                poll.concurrency = concurrency.unwrap_or(poll.concurrency);
            }
            "host_interval" => {
                let range = Duration::ZERO..=Duration::from_secs(3600);
                poll.host_interval = field.duration(range).unwrap_or(poll.host_interval);
            }
            "memory" => poll.memory = field.size(1 << 20..=1 << 40).unwrap_or(poll.memory),
            "contact" => {
                has_contact = true;
                poll.contact = field.parsed(parse_contact);
            }
            "max_body" => {
                max_body_at = field.at();
                read_polling(&field, desk, template);
            }
            _ if read_polling(&field, desk, template) => {}
            _ => desk.unknown("poll", &field),
        }
    }
    if template.max_body > poll.memory {
        desk.notes.error(
            Note::at(max_body_at, "[poll]: one body of `max_body` would not fit into `memory`")
                .expected("`memory` to be the greater of the two, by far"),
        );
    }
    if !has_contact {
        desk.notes.warn(
            Note::at(section.map_or(0, |section| section.at), "[poll]: there is no contact").hint(
                "write `contact = \"https://…\"` or a mail address: a webmaster who cannot ask you will block you",
            ),
        );
    }
    poll
}

/// Reads a key that `[poll]` and `[[source]]` share into `source`; `false` where it is none of them.
pub(super) fn read_polling<'i>(field: &Field<'_, 'i>, desk: &Desk<'_, 'i>, source: &mut Source) -> bool {
    match field.name() {
        "schedule" => {
            if let Some(schedule) = field.raw().filter(|schedule| desk.accepts_schedule(field, schedule)) {
                schedule.trim().clone_into(&mut source.schedule);
            }
        }
        "timeout" => {
            let range = Duration::from_secs(1)..=Duration::from_secs(600);
            source.timeout = field.duration(range).unwrap_or(source.timeout);
        }
        "max_body" => source.max_body = field.size(1 << 10..=1 << 30).unwrap_or(source.max_body),
        "user_agent" => {
            if let Some(agent) = desk.secret(field).filter(|agent| is_header_value(field, agent)) {
                source.user_agent = Some(agent);
            }
        }
        "proxy" => {
            if let Some(secret) = desk.secret(field) {
                source.proxy = read_proxy(field, &secret);
            }
        }
        "headers" => read_headers(field, desk, &mut source.headers),
        "robots" => source.robots = read_robots(field).unwrap_or(source.robots.clone()),
        "allow_private_addresses" => {
            source.allow_private_addresses = field.flag().unwrap_or(source.allow_private_addresses);
        }
        "tls_fetch_intermediate" => {
            source.tls_fetch_intermediate = field.flag().unwrap_or(source.tls_fetch_intermediate);
        }
        _ => return false,
    }
    true
}

/// The message names the value only where it stood in the file.
fn read_proxy(field: &Field<'_, '_>, secret: &Secret) -> Option<super::address::Proxy> {
    if secret.expose().is_empty() {
        return None;
    }
    match parse_proxy(secret.expose()) {
        Ok(proxy) => Some(proxy),
        Err(fault) => {
            let note = match secret.origin() {
                SecretOrigin::Plain if !secret.expose().contains('@') => {
                    field.wrong_text(field.at(), secret.expose(), fault.what)
                }
                _ => field.wrong(fault.what),
            };
            field.error(note.expected(fault.expected.unwrap_or_default()));
            None
        }
    }
}

fn read_robots(field: &Field<'_, '_>) -> Option<Robots> {
    use toml::de::DeValue;

    const FORM: &str = "`true`, or the reason why robots.txt is ignored, in quotes";
    match field.value() {
        DeValue::Boolean(true) => Some(Robots::Respect),
        DeValue::Boolean(false) => {
            field.error(field.wrong("is `false`, which gives no reason").expected(FORM));
            None
        }
        DeValue::String(_) => field.text().map(|reason| Robots::Ignore { reason }),
        _ => {
            field.error(field.wrong("is neither").expected(FORM));
            None
        }
    }
}

/// Headers that the fetcher writes itself: a second one would break the request, or our promises.
const OWN_HEADERS: &[&str] = &[
    "accept-encoding",
    "a-im",
    "connection",
    "content-length",
    "expect",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "proxy-connection",
    "range",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// `headers = { NAME = "value", NAME = { env = "…" } }`, added to those that are there; names are made lower-case.
fn read_headers<'i>(field: &Field<'_, 'i>, desk: &Desk<'_, 'i>, headers: &mut BTreeMap<String, Secret>) {
    for header in field.inner("headers.", "a table such as `{ cookie = { credential = \"NAME\" } }`") {
        let name = header.name().to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)) {
            header.error(header.wrong("is not the name of a header"));
        } else if name == "user-agent" {
            header.error(header.wrong("has a key of its own").expected("`user_agent = \"…\"`"));
        } else if OWN_HEADERS.contains(&name.as_str()) {
            header.error(header.wrong("is written by bantin itself and cannot be set"));
        } else if let Some(value) = desk.secret(&header).filter(|value| is_header_value(&header, value)) {
            let is_private = matches!(name.as_str(), "authorization" | "cookie" | "proxy-authorization");
            if is_private && *value.origin() == SecretOrigin::Plain {
                desk.notes.warn(
                    header
                        .wrong("stands in the file in plain text")
                        .hint("write `{ credential = \"NAME\" }`, `{ env = \"NAME\" }` or `{ file = \"PATH\" }`"),
                );
            }
            headers.insert(name, value);
        }
    }
}

/// Visible ASCII and blanks only: what every server takes.
fn is_header_value(field: &Field<'_, '_>, value: &Secret) -> bool {
    let is_fine = value.expose().bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    if !is_fine {
        field.error(field.wrong("cannot be sent in a header").expected("ASCII letters, digits and punctuation only"));
    }
    is_fine
}

/// The folder that relative paths are relative to.
pub(super) fn folder_of(file: Option<&Path>) -> PathBuf {
    file.and_then(Path::parent).map(Path::to_owned).unwrap_or_default()
}
