//! The sample newsroom: a dozen papers that do not exist, with the feeds, the habits and the faults of real ones.
//!
//! Content only: [`respond`] says what is answered to a request as a function of the address, the validators that came
//! with it and how long the demo has run; the server that speaks HTTP is elsewhere. Nothing is read from disk and no clock
//! is asked. All events and people are invented; the provinces are real.
//!
//! A story is carried by four papers (two of them with a credit line, one as a summary only); a paper has a second feed
//! with `https` links to the same articles; weather and gold bulletins of two days differ in their numbers and must stay
//! apart. One feed is broken, one slow, one gone, one never changes after the start. Two portals have no feed: their lists
//! and articles are read from their pages, and one of them is redesigned after a minute. New articles keep coming.

mod articles;
mod documents;
mod portals;

use std::fmt::Write as _;
use std::time::Duration;

use self::articles::{Article, published};
use self::documents::{Channel, Form, escape};
use self::portals::{PORTALS, Portal};
use crate::model::Instant;

/// How long the slow paper takes to answer: long enough to be seen, short enough for everything to stand in ten seconds.
const SLOWNESS: Duration = Duration::from_secs(2);

/// One feed of the newsroom.
struct Feed {
    /// The id of its source, and the first part of its addresses.
    id: &'static str,
    /// Whose articles it gives.
    paper: &'static str,
    title: &'static str,
    outlet: &'static str,
    province: &'static str,
    path: &'static str,
    form: Form,
    rank: i32,
    /// Articles of these categories only; all if empty.
    categories: &'static [&'static str],
    delay: Duration,
}

const FEEDS: &[Feed] = &[
    Feed {
        id: "bao-dong-bang",
        paper: "bao-dong-bang",
        title: "Báo Đồng Bằng",
        outlet: "Báo Đồng Bằng",
        province: "Ninh Bình",
        path: "/bao-dong-bang/rss.xml",
        form: Form::Rss,
        rank: 10,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "bao-dong-bang-doi-song",
        paper: "bao-dong-bang",
        title: "Báo Đồng Bằng · Đời sống",
        outlet: "Báo Đồng Bằng",
        province: "Ninh Bình",
        path: "/bao-dong-bang/doi-song.rss",
        form: Form::RssSection,
        rank: 9,
        categories: &["Giáo dục", "Y tế", "Môi trường"],
        delay: Duration::ZERO,
    },
    Feed {
        id: "bao-mien-nui",
        paper: "bao-mien-nui",
        title: "Báo Miền Núi",
        outlet: "Báo Miền Núi",
        province: "Hà Giang",
        path: "/bao-mien-nui/rss/tin-moi.rss",
        form: Form::RssEncodedTwice,
        rank: 5,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "bao-cua-bien",
        paper: "bao-cua-bien",
        title: "Báo Cửa Biển",
        outlet: "Báo Cửa Biển",
        province: "Hải Phòng",
        path: "/bao-cua-bien/rss",
        form: Form::RssBroken,
        rank: 5,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "tin-mien-trung",
        paper: "tin-mien-trung",
        title: "Tin Miền Trung",
        outlet: "Tin Miền Trung",
        province: "Nghệ An",
        path: "/tin-mien-trung/index.rdf",
        form: Form::Rdf,
        rank: 5,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "bao-cao-nguyen",
        paper: "bao-cao-nguyen",
        title: "Báo Cao Nguyên",
        outlet: "Báo Cao Nguyên",
        province: "Đắk Lắk",
        path: "/bao-cao-nguyen/atom.xml",
        form: Form::AtomXhtml,
        rank: 5,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "ban-tin-nha-nong",
        paper: "ban-tin-nha-nong",
        title: "Bản tin Nhà Nông",
        outlet: "Bản tin Nhà Nông",
        province: "Đồng Tháp",
        path: "/ban-tin-nha-nong/feed",
        form: Form::AtomHtml,
        rank: 0,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "dai-song-hau",
        paper: "dai-song-hau",
        title: "Đài Sông Hậu",
        outlet: "Đài Sông Hậu",
        province: "Cần Thơ",
        path: "/dai-song-hau/feed.json",
        form: Form::Json,
        rank: 0,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "cong-hoa-lu",
        paper: "cong-hoa-lu",
        title: "Cổng thông tin Hoa Lư",
        outlet: "Cổng thông tin Hoa Lư",
        province: "Hà Nam",
        path: "/cong-hoa-lu/rss.aspx",
        form: Form::RssNumbered,
        rank: -1,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "ban-tin-hang-ngay",
        paper: "ban-tin-hang-ngay",
        title: "Bản tin Hằng Ngày",
        outlet: "Bản tin Hằng Ngày",
        province: "Ninh Bình",
        path: "/ban-tin-hang-ngay/rss.xml",
        form: Form::Rss,
        rank: 0,
        categories: &[],
        delay: Duration::ZERO,
    },
    Feed {
        id: "tin-nhanh-phuong-nam",
        paper: "tin-nhanh-phuong-nam",
        title: "Tin Nhanh Phương Nam",
        outlet: "Tin Nhanh Phương Nam",
        province: "TP.HCM",
        path: "/tin-nhanh-phuong-nam/rss.xml",
        form: Form::RssSummary,
        rank: 0,
        categories: &[],
        delay: SLOWNESS,
    },
];

/// The source that has been shut down.
const GONE: &str = "/dien-dan-cu/rss.xml";

/// A request, as far as the newsroom cares.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Where the newsroom is reached, without a slash at the end: `http://127.0.0.1:41231`. Links begin with it.
    pub base: &'a str,
    /// The path asked for, with or without a query.
    pub path: &'a str,
    /// The `If-None-Match` header.
    pub if_none_match: Option<&'a str>,
    /// The `If-Modified-Since` header.
    pub if_modified_since: Option<&'a str>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for a 304.
    pub body: Vec<u8>,
    /// How long to wait before answering.
    pub delay: Duration,
}

impl Response {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }
}

/// Answers a request when the demo that began at `start` has run for `elapsed`.
///
/// The same request at the same moment gets the same answer, byte for byte; feeds have strong validators and answer 304
/// as long as nothing new has come.
pub fn respond(ask: &Ask<'_>, elapsed: Duration, start: Instant) -> Response {
    let path = ask.path.split(['?', '#']).next().unwrap_or_default();
    if let Some(feed) = FEEDS.iter().find(|feed| feed.path == path) {
        return answer_feed(feed, ask, elapsed, start);
    }
    if let Some(portal) = PORTALS.iter().find(|portal| portal.path == path) {
        let articles = published(portal.id, start, elapsed);
        return plain(200, "text/html; charset=utf-8", portals::listing(portal, &articles, elapsed));
    }
    match path {
        "/" => {
            let feeds = FEEDS.iter().map(|feed| (feed.title, feed.path));
            let papers = feeds.chain(PORTALS.iter().map(|portal| (portal.title, portal.path)));
            let papers = papers.map(|(title, path)| (title, format!("{}{path}", ask.base)));
            plain(200, "text/html; charset=utf-8", documents::front(papers))
        }
        "/robots.txt" => plain(200, "text/plain", "User-agent: *\nAllow: /\n".to_owned()),
        GONE => plain(410, "text/plain; charset=utf-8", "Diễn đàn đã ngừng hoạt động.\n".to_owned()),
        _ => answer_page(path, elapsed, start)
            .unwrap_or_else(|| plain(404, "text/plain; charset=utf-8", "Không có trang này.\n".to_owned())),
    }
}

fn plain(status: u16, media_type: &str, body: String) -> Response {
    Response {
        status,
        headers: vec![("content-type", media_type.to_owned())],
        body: body.into_bytes(),
        delay: Duration::ZERO,
    }
}

fn answer_feed(feed: &Feed, ask: &Ask<'_>, elapsed: Duration, start: Instant) -> Response {
    let mut articles = published(feed.paper, start, elapsed);
    if !feed.categories.is_empty() {
        articles.retain(|article| feed.categories.contains(&article.category));
    }
    let channel = Channel {
        title: feed.title,
        home: format!("{}/{}/", ask.base, feed.paper),
        address: format!("{}{}", ask.base, feed.path),
    };
    let body = documents::feed(feed.form, &channel, &articles, |article| link(feed, ask.base, article));
    let etag = format!("\"{:016x}\"", xxhash_rust::xxh3::xxh3_64(body.as_bytes()));
    let last_modified = documents::last_modified(&articles).unwrap_or_default();
    // If-None-Match alone decides where both are sent (RFC 9110 §13.2.2).
    let is_known = match (ask.if_none_match, ask.if_modified_since) {
        (Some(tags), _) => tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*"),
        (None, Some(date)) => date == last_modified,
        (None, None) => false,
    };
    let mut response = plain(200, feed.form.media_type(), body);
    response.delay = feed.delay;
    if is_known {
        response.status = 304;
        response.headers.clear();
        response.body.clear();
    }
    response.headers.push(("etag", etag));
    response.headers.push(("last-modified", last_modified));
    response
}

/// The address of an article, as the feed writes it.
fn link(feed: &Feed, base: &str, article: &Article) -> String {
    let link = format!("{base}/{}/{}.html", article.paper, article.slug);
    match feed.form {
        Form::RssSection => format!("{}?utm_source=rss&utm_medium=doi-song", link.replacen("http://", "https://", 1)),
        _ => link,
    }
}

/// The page of an article, or the front page of a paper.
fn answer_page(path: &str, elapsed: Duration, start: Instant) -> Option<Response> {
    let (paper, rest) = path.strip_prefix('/')?.split_once('/')?;
    if let Some(portal) = PORTALS.iter().find(|portal| portal.id == paper) {
        return portal_page(portal, rest, elapsed, start);
    }
    let feed = FEEDS.iter().find(|feed| feed.paper == paper)?;
    let articles = published(feed.paper, start, elapsed);
    if rest.is_empty() {
        let links = articles.iter().map(|article| {
            format!("<li><a href=\"/{}/{}.html\">{}</a></li>\n", article.paper, article.slug, escape(&article.title))
        });
        let body = format!(
            "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{0}</title>\
             <link rel=\"alternate\" href=\"{1}\"></head>\n<body><h1>{0}</h1>\n<ul>\n{2}</ul>\n</body></html>\n",
            escape(feed.outlet),
            feed.path,
            links.collect::<String>(),
        );
        return Some(plain(200, "text/html; charset=utf-8", body));
    }
    let slug = rest.strip_suffix(".html")?;
    let article = articles.iter().find(|article| article.slug == slug)?;
    // As real counters do: another number at every visit.
    let visits = 12 + elapsed.as_secs() / 3;
    Some(plain(200, "text/html; charset=utf-8", documents::page(feed.outlet, article, visits)))
}

fn portal_page(portal: &Portal, rest: &str, elapsed: Duration, start: Instant) -> Option<Response> {
    let slug = rest.strip_suffix(".html")?;
    let articles = published(portal.id, start, elapsed);
    let article = articles.iter().find(|article| article.slug == slug)?;
    Some(plain(200, "text/html; charset=utf-8", portals::page(portal, article, elapsed)))
}

/// The demo's own `feeds.toml`: polls the newsroom at `base` (`http://127.0.0.1:PORT`, no slash at the end) every few
/// seconds, serves readers at `listen` (`127.0.0.1:PORT`) and shows its status at `admin`. Paths are relative to the folder
/// of the file.
pub fn config_toml(base: &str, listen: &str, admin: &str) -> String {
    let mut out = format!(
        r#"# The demo's own configuration: papers that do not exist, polled every few seconds.

[site]
title    = "Bản tin chạy thử"
subtitle = "Mười tờ báo không có thật, mỗi tin một lần"
url      = "http://{listen}/"
tag      = "bantin.example,2026"
author   = "bantin"

[server]
listen = ["{listen}"]
admin  = "{admin}"

[store]
path = "bantin.db"

[poll]
# Never so often out there. Here it is our own machine, and nobody wants to wait.
schedule      = "*/5 * * * * *"
host_interval = "0s"
timeout       = "10s"
contact       = "https://bantin.example/"
# The newsroom answers on this machine.
allow_private_addresses = true

[publish]
directory = "public"
content   = "full"
"#
    );
    for feed in FEEDS {
        let _ = write!(
            out,
            r#"
[[source]]
id       = "{}"
title    = "{}"
url      = "{base}{}"
province = "{}"
outlet   = "{}"
rank     = {}
"#,
            feed.id, feed.title, feed.path, feed.province, feed.outlet, feed.rank,
        );
    }
    out.push_str(
        "\n# Portals without a feed: their pages are read, the second one by selectors until it is redesigned.\n",
    );
    for portal in &PORTALS {
        let _ = write!(
            out,
            r#"
[[source]]
id       = "{}"
title    = "{}"
url      = "{base}{}"
province = "{}"
{}"#,
            portal.id, portal.title, portal.path, portal.province, portal.keys,
        );
    }
    let _ = write!(
        out,
        r#"
# It has been shut down and answers 410: see how `bantin sources` shows it.
[[source]]
id       = "dien-dan-cu"
title    = "Diễn đàn Cũ"
url      = "{base}{GONE}"
province = "Huế"
outlet   = "Diễn đàn Cũ"
"#
    );
    out.push_str(TOPICS);
    out
}

/// A few topics with words enough for the articles of the newsroom.
const TOPICS: &str = include_str!("texts/topics.toml");

#[cfg(test)]
mod tests;
