//! Which address gives what, and what publishing changes.

use super::*;

#[tokio::test]
async fn serves_every_address_of_the_contract() {
    let server = start().await;
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/feed.rss", "application/rss+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/topics/dan-van", "text/html; charset=utf-8"),
        ("/topics/dan-van.atom", "application/atom+xml; charset=utf-8"),
        ("/topics/y-te.rss", "application/rss+xml; charset=utf-8"),
        ("/provinces/ninh-binh", "text/html; charset=utf-8"),
        ("/provinces/ninh-binh.json", "application/feed+json; charset=utf-8"),
        ("/sources/bao-quang-ninh", "text/html; charset=utf-8"),
        ("/sources/bao-quang-ninh.atom", "application/atom+xml; charset=utf-8"),
        ("/stories/k3n4hd0ng7xq", "text/html; charset=utf-8"),
        ("/search?q=k%C3%AAnh", "text/html; charset=utf-8"),
        ("/search", "text/html; charset=utf-8"),
        ("/subscribe", "text/html; charset=utf-8"),
        ("/opml.xml", "text/x-opml; charset=utf-8"),
        ("/sources.opml", "text/x-opml; charset=utf-8"),
        ("/feed.css", "text/css; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ] {
        let reply = server.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), content_type, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("content-length"), reply.body.len().to_string(), "{path}");
        assert!(reply.header("vary").contains("Accept-Encoding"), "{path}");
        assert!(reply.header("etag").starts_with('"') && reply.header("etag").len() > 10, "{path}");
        assert!(reply.header("cache-control").starts_with("public, max-age="), "{path}");
        assert!(!reply.headers.contains_key("set-cookie"), "{path}");
        assert!(reply.headers.contains_key("date"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_has_left_is_410() {
    let gone = FeedKey::Topic(TopicId::new("chuyen-cu"));
    let server = start_with(patient(), |edition, _| edition.gone.push(gone)).await;
    for path in [
        "/nowhere",
        "/topics/no-such",
        "/topics/no-such.atom",
        "/provinces/atlantis",
        "/sources/x.rss",
        "/stories/none",
        "/page/200",
    ] {
        let reply = server.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.text().contains("Không có trang này"));
    }
    for path in ["/topics/chuyen-cu", "/topics/chuyen-cu.atom", "/topics/chuyen-cu/page/2"] {
        assert_eq!(server.get(path).await.status, 410, "{path}");
    }
}

#[tokio::test]
async fn moved_addresses_lead_to_present_ones() {
    let server = start().await;
    for (from, to) in [
        ("/topics/dan-van/", "/topics/dan-van"),
        ("/feed.atom/", "/feed.atom"),
        ("/feed", "/feed.atom"),
        ("/topics", "/subscribe"),
        ("/page/1", "/"),
        ("/search/?q=d%C3%AA+s%C3%B4ng&page=2", "/search?q=d%C3%AA+s%C3%B4ng&page=2"),
        ("/feed/?a=b", "/feed.atom?a=b"),
        ("/sources/bao-ha-nam.atom?a=b", "/sources/bao-ninh-binh.atom?a=b"),
        ("/sources/bao-ha-nam.atom", "/sources/bao-ninh-binh.atom"),
        ("/sources/bao-ha-nam", "/sources/bao-ninh-binh"),
        ("/provinces/ha-nam.json", "/provinces/ninh-binh.json"),
    ] {
        let reply = server.get(from).await;
        assert_eq!((reply.status, reply.header("location")), (301, to), "{from}");
    }
}

#[tokio::test]
async fn hostile_addresses_lead_nowhere() {
    let server = start().await;
    for path in [
        "//evil.example/",
        "/..%2f..%2fetc%2fpasswd",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/x",
        "/topics/..;/x",
        "/%00",
        "/%ff%fe",
        "/stories/'%20OR%201=1--",
        "/topics/%3Cscript%3E",
        "/feed.atom%00.html",
        "/\\evil.example",
    ] {
        let reply = server.get(path).await;
        assert!(matches!(reply.status, 400 | 404), "{path}: {}", reply.status);
        assert!(!reply.text().contains("root:") && !reply.headers.contains_key("location"), "{path}");
    }
}

#[tokio::test]
async fn a_search_is_shown_back_escaped() {
    let server = start().await;
    let reply = server.get("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert_eq!(reply.status, 200);
    assert!(!reply.text().contains("<script"));
    assert!(reply.text().contains("&lt;script&gt;"));
    assert!(server.get("/search?q=K%C3%AAnh").await.text().contains("Ba thôn ở xã Đồng Lý"));
}

#[tokio::test]
async fn lists_go_on_page_after_page() {
    let server = start().await;
    let many = (0..95).map(|n| {
        newsroom::entry(
            &format!("tin{n:03}"),
            "bao-quang-ninh",
            "2026-11-20 08:00",
            &format!("Tin số {n:03}"),
            "",
            &["y-te"],
        )
    });
    server.shelf.replace(many.collect());
    let mut seen = Vec::new();
    let mut path = "/topics/y-te".to_owned();
    loop {
        let page = server.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        let text = page.text();
        seen.extend(text.match_indices("Tin số ").map(|(at, _)| text[at..].chars().take(10).collect::<String>()));
        let Some(at) = text.find("rel=\"next\"") else { break };
        let href = &text[at..][text[at..].find("href=\"").unwrap() + 6..];
        path = href[..href.find('"').unwrap()].to_owned();
    }
    assert_eq!(path, "/topics/y-te/page/3");
    assert_eq!(seen.len(), 95);
    seen.dedup();
    assert_eq!(seen.len(), 95);
    assert_eq!(server.get("/topics/y-te/page/4").await.status, 404);
}

#[tokio::test]
async fn health_says_how_readers_are_served() {
    let server = start().await;
    assert_eq!(server.get("/health").await.status, 503);
    server.site.set_health(Health::Fine);
    let reply = server.get("/health").await;
    assert_eq!((reply.status, reply.text().as_str(), reply.header("cache-control")), (200, "ok\n", "no-store"));
    server.site.set_health(Health::Degraded(vec!["polling stopped".to_owned(), "disk\nfull".to_owned()]));
    let reply = server.get("/health").await;
    assert_eq!((reply.status, reply.text().as_str()), (200, "ok, degraded: polling stopped; disk full\n"));
    server.site.set_health(Health::Failing("database unreadable".to_owned()));
    let reply = server.get("/health").await;
    assert_eq!((reply.status, reply.text().as_str()), (503, "failing: database unreadable\n"));
}

#[tokio::test]
async fn published_documents_need_no_library() {
    let server = start().await;
    server.shelf.fail(true);
    let calls = server.shelf.calls();
    for path in ["/", "/feed.atom", "/topics/dan-van", "/topics/dan-van.rss", "/opml.xml", "/subscribe", "/search"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    assert_eq!(server.shelf.calls(), calls);
    let reply = server.get("/stories/k3n4hd0ng7xq").await;
    assert_eq!((reply.status, reply.header("cache-control")), (500, "no-store"));
    assert!(!reply.text().contains("bantin.db"), "what failed is for the log, not for readers");
}

#[tokio::test]
async fn what_is_made_on_request_is_kept_until_something_changes() {
    let server = start().await;
    let first = server.get("/stories/k3n4hd0ng7xq").await;
    let calls = server.shelf.calls();
    assert_eq!(server.get("/stories/k3n4hd0ng7xq").await.header("etag"), first.header("etag"));
    assert_eq!(server.shelf.calls(), calls);
    server.shelf.replace(Vec::new());
    server.site.refresh();
    assert_eq!(server.get("/stories/k3n4hd0ng7xq").await.status, 404);
    server.shelf.replace(newsroom::entries());
    server.site.publish([], now());
    assert_eq!(server.get("/stories/k3n4hd0ng7xq").await.status, 200, "publishing says that something changed");
}

#[tokio::test]
async fn a_library_that_hangs_makes_others_come_back_later() {
    let limits = Limits {
        library_calls: 2,
        library_wait: Duration::from_millis(50),
        library_timeout: Duration::from_millis(200),
        ..patient()
    };
    let server = start_with(limits, |_, _| {}).await;
    server.shelf.hold(true);
    let (one, two) = tokio::join!(server.get("/search?q=a"), server.get("/search?q=b"));
    let three = server.get("/stories/k3n4hd0ng7xq").await;
    for reply in [&one, &two, &three] {
        assert_eq!((reply.status, reply.header("retry-after")), (503, "5"));
    }
    assert_eq!(server.get("/feed.atom").await.status, 200, "published documents do not wait");
    server.shelf.hold(false);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while server.get("/stories/k3n4hd0ng7xq").await.status != 200 {
        assert!(tokio::time::Instant::now() < deadline, "it never recovered");
    }
}

#[tokio::test]
async fn publishing_replaces_documents_at_once_and_leaves_the_same_bytes_alone() {
    let server = start().await;
    let before = server.get("/feed.atom").await;
    let same = documents(&newsroom::masthead(), &server.shelf);
    server.site.publish(same, newsroom::instant("2026-11-23 19:00"));
    let after = server.get("/feed.atom").await;
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.header("last-modified"), before.header("last-modified"));

    // A story is withdrawn: the feed's own `updated` goes back, but its bytes changed now.
    server.shelf.replace(newsroom::entries().split_off(1));
    server.site.publish(documents(&newsroom::masthead(), &server.shelf), newsroom::instant("2026-11-23 19:30"));
    let withdrawn = server.get("/feed.atom").await;
    assert_ne!(withdrawn.header("etag"), before.header("etag"));
    assert_eq!(withdrawn.header("last-modified"), "Mon, 23 Nov 2026 12:30:00 GMT");
    assert!(!withdrawn.text().contains("k3n4hd0ng7xq"));
}

#[tokio::test]
async fn a_new_configuration_replaces_everything() {
    let server = start().await;
    let masthead = Arc::new(newsroom::masthead_with(|config| {
        config.site.title = "Tin mới".to_owned();
        config.topics.remove(0);
    }));
    let documents = publish::standing(&masthead);
    server.site.replace(
        Edition { masthead, documents, gone: Vec::new(), access: Default::default() },
        newsroom::instant("2026-11-23 19:00"),
    );
    assert_eq!(server.get("/topics/dan-van.atom").await.status, 410);
    assert_eq!(server.get("/topics/dan-van").await.status, 410);
    assert!(server.get("/").await.text().contains("Tin mới"));
    assert!(server.get("/feed.atom").await.text().contains("<title>Tin mới</title>"));
}

#[tokio::test]
async fn everything_is_made_on_request_where_nothing_was_published() {
    let server = start_with(patient(), |edition, _| edition.documents.clear()).await;
    let published = documents(&newsroom::masthead(), &server.shelf);
    for document in published.iter().filter(|document| !document.path.is_empty()) {
        let served = server.get(&format!("/{}", document.path)).await;
        assert_eq!(served.body, document.representation.plain()[..], "{}", document.path);
    }
    assert_eq!(server.get("/").await.status, 200);
}

#[tokio::test]
async fn a_site_below_a_path_links_below_it() {
    let server = start_with(patient(), |edition, _| {
        let masthead =
            newsroom::masthead_with(|config| config.site.url = url::Url::parse("https://example.vn/tin/").unwrap());
        edition.masthead = Arc::new(masthead);
        edition.documents.clear();
    })
    .await;
    for path in ["/tin/", "/"] {
        let page = server.get(path).await.text();
        assert!(page.contains("href=\"/tin/topics/dan-van\"") && !page.contains("href=\"/topics"), "{path}");
    }
    assert_eq!(server.get("/tin/topics/dan-van/").await.header("location"), "/tin/topics/dan-van");
    assert!(server.get("/tin/feed.atom").await.text().contains("https://example.vn/tin/feed.atom"));
}
