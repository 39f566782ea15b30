//! Validators, codings, methods and headers.

use super::*;

fn ungzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

fn unbrotlied(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).unwrap();
    out
}

#[tokio::test]
async fn sends_each_coding_with_a_tag_of_its_own() {
    let server = start().await;
    let plain = server.get("/feed.atom").await;
    let gzip = server.ask("GET", "/feed.atom", &[("Accept-Encoding", "gzip")]).await;
    let brotli = server.ask("GET", "/feed.atom", &[("Accept-Encoding", "gzip, br")]).await;
    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(brotli.header("content-encoding"), "br");
    assert_eq!(ungzipped(&gzip.body), plain.body);
    assert_eq!(unbrotlied(&brotli.body), plain.body);
    assert!(brotli.body.len() < gzip.body.len() && gzip.body.len() < plain.body.len());
    let tags = [plain.header("etag"), gzip.header("etag"), brotli.header("etag")];
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
}

/// A file server and we give the same bytes, for each coding.
#[tokio::test]
async fn files_hold_the_bytes_that_are_served() {
    let server = start().await;
    let directory = tempfile::tempdir().unwrap();
    let documents = documents(&newsroom::masthead(), &server.shelf);
    publish::files::write(directory.path(), &documents).unwrap();
    for document in &documents {
        for (coding, accepted) in [(Coding::Identity, ""), (Coding::Gzip, "gzip"), (Coding::Brotli, "br")] {
            if document.representation.encoded(coding).is_none() {
                continue;
            }
            let served = server.ask("GET", &format!("/{}", document.path), &[("Accept-Encoding", accepted)]).await;
            let file = directory.path().join(format!("{}{}", document.file, coding.file_suffix()));
            assert_eq!(served.body, std::fs::read(&file).unwrap(), "{} {accepted}", document.file);
        }
    }
}

#[tokio::test]
async fn answers_304_with_the_headers_of_the_200_and_no_body() {
    let server = start().await;
    for accepted in ["", "gzip", "br"] {
        let full = server.ask("GET", "/feed.atom", &[("Accept-Encoding", accepted)]).await;
        let etag = full.header("etag").to_owned();
        for given in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
            let reply =
                server.ask("GET", "/feed.atom", &[("Accept-Encoding", accepted), ("If-None-Match", &given)]).await;
            assert_eq!(reply.status, 304, "{given}");
            assert!(reply.body.is_empty());
            for name in ["etag", "vary", "cache-control", "last-modified"] {
                assert_eq!(reply.header(name), full.header(name));
            }
            assert!(!reply.headers.contains_key("content-encoding") && reply.headers.contains_key("date"));
        }
        let other = [("Accept-Encoding", accepted), ("If-None-Match", "\"other\"")];
        assert_eq!(server.ask("GET", "/feed.atom", &other).await.status, 200);
    }
}

#[tokio::test]
async fn a_tag_of_another_coding_is_not_the_same_document() {
    let server = start().await;
    let plain = server.get("/feed.rss").await;
    let headers = [("Accept-Encoding", "gzip"), ("If-None-Match", plain.header("etag"))];
    assert_eq!(server.ask("GET", "/feed.rss", &headers).await.status, 200);
}

#[tokio::test]
async fn answers_304_by_date_unless_a_tag_is_given() {
    let server = start().await;
    let full = server.get("/feed.json").await;
    let date = full.header("last-modified").to_owned();
    assert_eq!(server.ask("GET", "/feed.json", &[("If-Modified-Since", &date)]).await.status, 304);
    let both = [("If-Modified-Since", date.as_str()), ("If-None-Match", "\"other\"")];
    assert_eq!(server.ask("GET", "/feed.json", &both).await.status, 200);
    let before = [("If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT")];
    assert_eq!(server.ask("GET", "/feed.json", &before).await.status, 200);
    assert_eq!(server.ask("GET", "/feed.json", &[("If-Modified-Since", "soon")]).await.status, 200);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let server = start().await;
    for path in ["/feed.atom", "/", "/stories/k3n4hd0ng7xq", "/nowhere", "/health", "/topics/"] {
        for accepted in ["", "gzip, br"] {
            let mut get = server.ask("GET", path, &[("Accept-Encoding", accepted)]).await;
            let mut head = server.ask("HEAD", path, &[("Accept-Encoding", accepted)]).await;
            for reply in [&mut get, &mut head] {
                reply.headers.remove("date");
            }
            assert_eq!(head.headers, get.headers, "{path}");
            assert_eq!(head.status, get.status);
            assert!(head.body.is_empty() && !get.body.is_empty());
        }
    }
}

/// The server strips bodies of its own accord; whoever calls `answer` without one must not depend on that.
#[tokio::test]
async fn head_has_no_body_without_a_server_either() {
    let server = start().await;
    let request = hyper::Request::head("/feed.atom").body(()).unwrap();
    let response = answer(&server.site, &request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(hyper::body::Body::size_hint(response.body()).exact(), Some(0));
    assert_ne!(response.headers()["content-length"], "0");
}

#[tokio::test]
async fn other_methods_are_refused_with_what_is_allowed() {
    let server = start().await;
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let reply = server.ask(method, "/feed.atom", &[("Content-Length", "0")]).await;
        assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD, OPTIONS"), "{method}");
    }
}

#[tokio::test]
async fn readers_in_other_pages_may_read_feeds() {
    let server = start().await;
    for path in ["/feed.json", "/topics/dan-van.atom", "/opml.xml"] {
        assert_eq!(server.get(path).await.header("access-control-allow-origin"), "*");
    }
    let reply = server.ask("OPTIONS", "/feed.json", &[("Access-Control-Request-Headers", "if-none-match")]).await;
    assert_eq!(reply.status, 204);
    assert!(reply.header("access-control-allow-headers").contains("If-None-Match"));
    assert!(!server.get("/").await.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn pages_may_load_nothing_and_be_framed_by_nobody() {
    let server = start().await;
    for path in ["/", "/topics/dan-van", "/stories/k3n4hd0ng7xq", "/search?q=x", "/subscribe", "/nowhere"] {
        let policy = server.get(path).await.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("http"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn pictures_are_allowed_only_where_bodies_are_published() {
    let server = start_with(patient(), |edition, _| {
        let masthead = newsroom::masthead_with(|config| Arc::make_mut(&mut config.sources[0]).content = Content::Full);
        edition.masthead = Arc::new(masthead);
    })
    .await;
    let story = server.get("/stories/k3n4hd0ng7xq").await;
    assert!(story.header("content-security-policy").contains("img-src data: https: http:"));
    assert!(!server.get("/").await.header("content-security-policy").contains("https:"));
}

#[tokio::test]
async fn browsers_get_feeds_as_xml_with_a_stylesheet_and_readers_do_not() {
    let server = start().await;
    let browser = ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    let shown = server.ask("GET", "/feed.atom", &[browser]).await;
    let read = server.ask("GET", "/feed.atom", &[("Accept", "application/atom+xml,*/*;q=0.1")]).await;
    assert_eq!(shown.header("content-type"), "application/xml; charset=utf-8");
    assert_eq!(read.header("content-type"), "application/atom+xml; charset=utf-8");
    assert_eq!(shown.body, read.body);
    assert!(shown.text().contains("<?xml-stylesheet type=\"text/css\" href=\"/feed.css\"?>"));
    assert_ne!(shown.header("etag"), read.header("etag"));
    assert_eq!(read.header("vary"), "Accept-Encoding, Accept");
    let again = server.ask("GET", "/feed.atom", &[browser, ("If-None-Match", shown.header("etag"))]).await;
    assert_eq!(again.status, 304);
    let json = server.ask("GET", "/feed.json", &[browser]).await;
    assert_eq!(
        (json.header("content-type"), json.header("vary")),
        ("application/feed+json; charset=utf-8", "Accept-Encoding")
    );
}

#[tokio::test]
async fn no_document_was_modified_in_the_future() {
    let server = start_with(patient(), |edition, shelf| {
        let mut entries = newsroom::entries();
        entries[0].updated = newsroom::instant("2031-01-01 00:00");
        shelf.replace(entries);
        edition.documents = documents(&edition.masthead, shelf);
    })
    .await;
    for path in ["/feed.atom", "/sources/bao-ninh-binh.atom"] {
        assert_eq!(server.get(path).await.header("last-modified"), "Mon, 23 Nov 2026 11:00:00 GMT", "{path}");
    }
}

#[tokio::test]
async fn counts_requests_by_kind_and_status() {
    let server = start().await;
    let etag = server.get("/feed.atom").await.header("etag").to_owned();
    server.ask("GET", "/feed.atom", &[("If-None-Match", &etag)]).await;
    server.get("/nowhere").await;
    let counts = server.site.counters().requests();
    let count = |kind: &str, status: u16| {
        counts.iter().find(|count| count.kind == kind && count.status == status).map_or(0, |count| count.requests)
    };
    assert_eq!((count("feed", 200), count("feed", 304), count("other", 404)), (1, 1, 1));
    assert!(server.site.counters().bytes() > 1000);
}
