//! Every way in which a host of the farm can answer badly, and what each is to be called.

use std::io::Write;
use std::time::Duration;

use super::Reply;

/// An RSS document of twenty items.
pub fn feed(number: usize) -> String {
    let items: String = (0..20)
        .map(|item| format!("<item><title>Tin số {item} của nguồn {number}</title><link>http://bao.example/{number}/{item}</link></item>"))
        .collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Nguồn {number}</title>{items}</channel></rss>")
}

/// Packs.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Packs.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Packs.
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 4096, 1, 22).write_all(bytes).expect("memory");
    packed
}

/// Packs.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A way to answer badly, and what it is to be called.
#[derive(Clone)]
pub struct Misconduct {
    /// Where it is done.
    pub path: &'static str,
    /// The name of its outcome.
    pub name: &'static str,
    /// How.
    pub reply: Reply,
}

/// Every way there is, each at a path of its own. `/to` and the bombs are 2 MiB.
pub fn misconduct() -> Vec<Misconduct> {
    let bomb = vec![b' '; 2 << 20];
    let page = |title: &str| {
        format!("<!DOCTYPE html><html><head><title>{title}</title></head><body><p>Trang</p></body></html>")
    };
    let html = |page: String| Reply::body("text/html; charset=utf-8", page);
    let login = "<html><body><form><input type=\"password\"></form></body></html>".to_owned();
    let slow_body = Reply::raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{}", "x".repeat(99_999)));
    [
        ("/khong-co", "not-found", Reply::status(404)),
        ("/da-dong", "gone", Reply::status(410)),
        ("/cam", "forbidden", Reply::status(403)),
        ("/cham-lai", "throttled", Reply::status(429).header("Retry-After", 600)),
        ("/bao-tri", "throttled", Reply::status(503).header("Retry-After", 600)),
        ("/loi", "server-error", Reply::status(500)),
        ("/am-tra", "unexpected-status", Reply::status(418)),
        ("/thu-thach", "login-or-challenge", html(page("Just a moment...")).with_status(403)),
        ("/kiem-tra", "login-or-challenge", html(page("Just a moment..."))),
        ("/dang-nhap", "login-or-challenge", html(login)),
        ("/trang", "html-instead-of-feed", html(page("Tin tức"))),
        ("/im-lang", "timeout-answer", Reply::hang()),
        ("/nho-giot", "timeout-body", slow_body.trickling_on(Duration::from_millis(10))),
        ("/dut", "interrupted", Reply::reset()),
        ("/nua-chung", "interrupted", Reply::feed(feed(0)).truncated()),
        (
            "/nua-goi",
            "interrupted",
            Reply::feed({
                let whole = gzip(feed(0).as_bytes());
                whole[..whole.len() / 2].to_vec()
            })
            .encoded("gzip"),
        ),
        ("/bat-tan", "too-large", Reply::feed(feed(0)).endless()),
        ("/to", "too-large", Reply::feed(bomb.clone())),
        ("/bom-gzip", "too-large", Reply::feed(gzip(&bomb)).encoded("gzip")),
        ("/bom-deflate", "too-large", Reply::feed(zlib(&bomb)).encoded("deflate")),
        ("/bom-brotli", "too-large", Reply::feed(brotli(&bomb)).encoded("br")),
        ("/bom-zstd", "too-large", Reply::feed(zstd(&bomb)).encoded("zstd")),
        ("/goi-sai", "bad-encoding", Reply::feed(vec![7; 500]).encoded("gzip")),
        ("/vong", "redirect-loop", Reply::redirect(302, "/vong")),
        ("/khong-dau", "bad-redirect", Reply::redirect(301, "gopher://bao.example/")),
        ("/vao-trong", "blocked-address", Reply::redirect(302, "http://127.0.0.1:9/")),
        ("/khong-http", "unreadable", Reply::raw("220 ftp.example.vn FTP\r\n")),
    ]
    .into_iter()
    .map(|(path, name, reply)| Misconduct { path, name, reply })
    .collect()
}

/// Whether an outcome is called as it should be. On a busy machine the time of a request may be up before it has come as far as it
/// was meant to, so any time-out passes for another; which phase is named is the subject of tests/fetching.
pub fn is_called(found: &str, expected: &str) -> bool {
    found == expected || (is_timeout(found) && is_timeout(expected))
}

/// Whether a name is that of a time-out.
pub fn is_timeout(name: &str) -> bool {
    name.starts_with("timeout-")
}

/// The names of every way in which a poll can fail by what the other side does, and which a farm has to show.
pub const FAILURES: [&str; 33] = [
    "html-instead-of-feed",
    "login-or-challenge",
    "gone",
    "not-found",
    "forbidden",
    "throttled",
    "server-error",
    "unexpected-status",
    "timeout-dns",
    "timeout-connect",
    "timeout-tls",
    "timeout-answer",
    "timeout-body",
    "dns",
    "refused",
    "interrupted",
    "tls-expired",
    "tls-not-yet-valid",
    "tls-wrong-name",
    "tls-unknown-issuer",
    "tls-incomplete-chain",
    "tls-too-old",
    "tls-pin-mismatch",
    "tls-other",
    "too-large",
    "redirect-loop",
    "bad-redirect",
    "bad-encoding",
    "blocked-address",
    "robots",
    "unreadable",
    "proxy",
    "empty",
];
