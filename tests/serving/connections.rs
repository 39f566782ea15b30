//! Limits of connections, stopping, sockets.

use super::*;

#[tokio::test]
async fn stops_when_told_and_finishes_what_is_under_way() {
    let mut server = start().await;
    server.shelf.hold(true);
    let address = server.address;
    let waiting = tokio::spawn(async move {
        let stream = TcpStream::connect(address).await.unwrap();
        reply_to(stream, b"GET /search?q=k HTTP/1.1\r\nHost: x\r\n\r\n").await
    });
    let idle = TcpStream::connect(address).await.unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let calls = server.shelf.calls();
    while server.shelf.calls() == calls {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.stop.take().unwrap().send(()).unwrap();
    server.shelf.hold(false);
    assert_eq!(waiting.await.unwrap().expect("an answer").status, 200);
    tokio::time::timeout(PATIENCE, server.task).await.expect("stops in time").unwrap();
    drop(idle);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn who_is_connected_before_the_stop_and_asks_just_after_it_is_answered() {
    let mut server = start_with(Limits { first_request: PATIENCE, ..patient() }, |_, _| {}).await;
    let mut early = TcpStream::connect(server.address).await.unwrap();
    // Connections are taken in order: once a later one has been answered, the early one is ours.
    let later = TcpStream::connect(server.address).await.unwrap();
    assert!(reply_to(later, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.is_some());
    server.stop.take().unwrap().send(()).unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while TcpStream::connect(server.address).await.is_ok() {
        assert!(tokio::time::Instant::now() < deadline, "it goes on listening");
    }
    let hung_up = tokio::time::timeout(Duration::from_millis(100), early.read_u8()).await;
    assert!(hung_up.is_err(), "it is given time to ask: {hung_up:?}");
    let reply = reply_to(early, b"GET /feed.atom HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(reply.expect("an answer").status, 200);
    tokio::time::timeout(PATIENCE, server.task).await.expect("stops in time").unwrap();
}

#[tokio::test]
async fn silent_and_endless_requests_are_cut_off() {
    let limits = Limits { header_timeout: Duration::from_millis(150), ..patient() };
    let server = start_with(limits, |_, _| {}).await;
    // Says nothing at all.
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    // Begins, and never ends.
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.write_all(b"GET /feed.atom HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
    for stream in [&mut silent, &mut slow] {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "the connection stayed open");
    }
    // Says far too much.
    let stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!("GET /feed.atom HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(40_000));
    let reply = reply_to(stream, request.as_bytes()).await;
    assert!(reply.is_none_or(|reply| reply.status == 431));
}

/// What a limit of a connection is in a test, tried one after the other: on a busy machine a short one may be over before the
/// question is there.
const TRIED: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(2), Duration::from_secs(15)];

/// Asks once on a connection that the server has to end by one of its limits.
async fn is_answered_and_closed(limited: impl Fn(Duration) -> Limits) {
    for limit in TRIED {
        let server = start_with(limited(limit), |_, _| {}).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut all = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut all)).await;
        assert!(closed.is_ok(), "the connection stayed open");
        if !all.is_empty() {
            assert!(all.starts_with(b"HTTP/1.1 503"));
            return;
        }
    }
    panic!("it was closed without an answer each time");
}

#[tokio::test]
async fn a_quiet_connection_is_closed_after_its_answer() {
    is_answered_and_closed(|limit| Limits { header_timeout: limit, ..patient() }).await;
}

#[tokio::test]
async fn a_connection_ends_with_its_lifetime() {
    is_answered_and_closed(|limit| Limits { connection_lifetime: limit, header_timeout: PATIENCE * 2, ..patient() })
        .await;
}

#[tokio::test]
async fn more_connections_than_allowed_wait_their_turn() {
    for limit in TRIED {
        let server = start_with(Limits { connections: 2, header_timeout: limit, ..patient() }, |_, _| {}).await;
        let connect = || async { TcpStream::connect(server.address).await.unwrap() };
        let _idle = (connect().await, connect().await);
        // The idle ones are cut off, then it is this one's turn.
        let reply = reply_to(connect().await, b"GET /feed.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        if let Some(reply) = reply {
            assert_eq!(reply.status, 200);
            return;
        }
    }
    panic!("it was never answered");
}

#[tokio::test]
async fn an_address_of_other_letters_is_answered_too() {
    let server = start().await;
    for (path, status, location) in [
        ("/search/?q=đê&page=1", 301, Some("/search?q=%C4%91%C3%AA&page=1")),
        ("/search?q=đê", 200, None),
        ("/đê/", 404, None),
    ] {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let reply = reply_to(stream, request.as_bytes()).await.expect(path);
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(reply.headers.get("location").map(String::as_str), location, "{path}");
    }
}

#[tokio::test]
async fn serves_over_a_socket_in_the_file_system() {
    let server = start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("http.sock");
    let listener = Listener::Unix(UnixListener::bind(&path).unwrap());
    let task = tokio::spawn(serve(Arc::clone(&server.site), vec![listener], std::future::pending()));
    let stream = UnixStream::connect(&path).await.unwrap();
    let reply = reply_to(stream, b"GET /feed.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert_eq!(reply.status, 200);
    task.abort();
}

#[tokio::test]
async fn many_requests_go_over_one_connection() {
    let server = start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = "GET /feed.css HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20);
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    let text = String::from_utf8_lossy(&all);
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 20);
    assert_eq!(text.matches("HTTP/1.1 503").count(), 1);
}
