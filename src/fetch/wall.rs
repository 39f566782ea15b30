//! Recognising what stands before a document: login forms and "are you human" pages. Pure.
//!
//! Observed on Vietnamese sites and their protection services: a short page whose script sets a cookie and reloads
//! (`document.cookie="D1N=…"`, testcookie's `toNumbers`, vDDoS), Cloudflare's "Just a moment…", DDoS-Guard, captchas;
//! and portals that answer every address with their login form once a section is no longer public. An article or a
//! listing that merely has a login box must never be taken for one, so a long page counts only by the marks that the
//! services leave, and a login form only where there is hardly anything else.

use crate::model::Wall;

/// Marks that only challenge pages have, in lower case.
const CHALLENGE_MARKS: &[&str] = &[
    "cf-browser-verification",
    "cf_chl_opt",
    "/cdn-cgi/challenge-platform/",
    "challenge-error-text",
    "ddos-guard",
    "_incapsula_resource",
    "awswafcookiedomainlist",
    "gokuprops",
    "vddosw3data",
    "__bot_check",
    "slowaes.decrypt",
    "jschl-answer",
];
/// Titles that only challenge pages have, in lower case.
const CHALLENGE_TITLES: &[&str] = &[
    "just a moment...",
    "attention required! | cloudflare",
    "checking your browser",
    "ddos protection",
    "one moment, please...",
    "security check",
    "please wait...",
    "xác minh",
    "kiểm tra trình duyệt",
];
/// Marks in a page that does nothing but set a cookie and come back, in lower case: one of each row.
const COOKIE_AND_BACK: [&[&str]; 2] =
    [&["document.cookie"], &["location.reload", "location.href", "location.replace", "location ="]];
/// A page with a script that sets a cookie is a challenge only if there is next to nothing else.
const SHORT_PAGE_BYTES: usize = 8 * 1024;
/// How much of a page is looked at.
const LOOKED_AT_BYTES: usize = 64 * 1024;
/// Text of a page beyond which a login form is only a box beside something.
const LOGIN_PAGE_WORDS: usize = 150;
/// Parts of paths that login pages have.
const LOGIN_PATHS: &[&str] = &["login", "signin", "sign-in", "dang-nhap", "dangnhap", "/cas/", "/sso/", "/auth/"];

/// Tells whether `body`, served at `path`, is a login or challenge page.
///
/// Documents that are not HTML never are. `path` is that of the final address, after redirects.
pub fn recognise(body: &[u8], path: &str) -> Option<Wall> {
    let page = &body[..body.len().min(LOOKED_AT_BYTES)];
    let page = String::from_utf8_lossy(page).to_lowercase();
    if !is_html(&page) {
        return None;
    }
    let title =
        between(&page, "<title", "</title").map_or("", |rest| rest.split_once('>').map_or("", |(_, title)| title));
    let title = title.trim();
    if CHALLENGE_TITLES.iter().any(|mark| title.starts_with(mark))
        || CHALLENGE_MARKS.iter().any(|mark| page.contains(mark))
    {
        return Some(Wall::Challenge);
    }
    if body.len() <= SHORT_PAGE_BYTES
        && page.contains("<script")
        && COOKIE_AND_BACK.iter().all(|marks| marks.iter().any(|mark| page.contains(mark)))
    {
        return Some(Wall::Challenge);
    }
    let asks_password =
        page.contains("type=\"password\"") || page.contains("type='password'") || page.contains("type=password");
    let path = path.to_lowercase();
    let at_login = LOGIN_PATHS.iter().any(|part| path.contains(part));
    if asks_password && (at_login || words(&page) <= LOGIN_PAGE_WORDS) {
        return Some(Wall::Login);
    }
    None
}

/// Whether the first thing in it, behind declarations and comments, is a tag of HTML.
fn is_html(page: &str) -> bool {
    let mut rest = page.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    loop {
        let behind = if rest.starts_with("<?") {
            rest.split_once("?>")
        } else if rest.starts_with("<!--") {
            rest.split_once("-->")
        } else {
            return ["<!doctype html", "<html", "<head", "<body", "<script", "<meta", "<title"]
                .iter()
                .any(|tag| rest.starts_with(tag));
        };
        match behind {
            Some((_, behind)) => rest = behind.trim_start(),
            None => return false,
        }
    }
}

/// What stands between the first `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

/// Counts the words outside of tags, scripts and styles, roughly; stops when there are clearly many.
fn words(page: &str) -> usize {
    let mut count = 0;
    let mut rest = page;
    while let Some((text, tag)) = rest.split_once('<') {
        count += text.split_whitespace().count();
        if count > LOGIN_PAGE_WORDS {
            return count;
        }
        let end = if tag.starts_with("script") {
            tag.find("</script")
        } else if tag.starts_with("style") {
            tag.find("</style")
        } else {
            Some(0)
        };
        let Some(end) = end else { return count };
        rest = tag[end..].split_once('>').map_or("", |(_, behind)| behind);
    }
    count + rest.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, path: &str, expected: Option<Wall>) {
        assert_eq!(recognise(body.as_bytes(), path), expected, "{body:.80}");
    }

    const LOGIN_FORM: &str = "<form><input name=u><input type=\"password\" name=p><button>Đăng nhập</button></form>";

    #[test]
    fn a_script_that_sets_a_cookie_and_comes_back_is_a_challenge() {
        check(
            "<html><body><script>document.cookie=\"D1N=0a1b\"+\"; path=/\";window.location.reload(true);</script></body></html>",
            "/rss/home.rss",
            Some(Wall::Challenge),
        );
    }

    #[test]
    fn challenges_are_known_by_their_titles_and_marks() {
        check("<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", "/", Some(Wall::Challenge));
        let marked = format!(
            "<html><body>{}<script src='/cdn-cgi/challenge-platform/x'></script></body></html>",
            "x ".repeat(9000)
        );
        check(&marked, "/", Some(Wall::Challenge));
    }

    #[test]
    fn a_page_with_nothing_but_a_login_form_is_a_login_page() {
        check(&format!("<html><title>Cổng thông tin</title><body>{LOGIN_FORM}</body></html>"), "/", Some(Wall::Login));
        let with_texts =
            format!("<html><body>{}{LOGIN_FORM}</body></html>", "<p>hướng dẫn sử dụng hệ thống</p>".repeat(50));
        check(&with_texts, "/tai-khoan/dang-nhap", Some(Wall::Login));
    }

    #[test]
    fn a_page_that_has_a_login_box_beside_its_news_is_a_page() {
        let news = format!(
            "<html><body>{LOGIN_FORM}{}</body></html>",
            "<p>Hội nghị triển khai nhiệm vụ năm mới</p>".repeat(50)
        );
        check(&news, "/tin-tuc", None);
    }

    #[test]
    fn a_page_with_statistics_scripts_is_a_page() {
        let page = format!(
            "<html><body><script>document.cookie='seen=1';if(x)location.reload()</script>{}</body></html>",
            "<p>Bà con xã vùng cao thu hoạch lúa</p>".repeat(300)
        );
        check(&page, "/", None);
    }

    #[test]
    fn feeds_that_speak_of_logins_are_feeds() {
        check("<?xml version=\"1.0\"?><rss><channel><title>Just a moment...</title></channel></rss>", "/login", None);
        check("{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"<html> type=password\"}", "/", None);
        check(
            "<!-- x --><?xml version=\"1.0\"?><feed><title><![CDATA[<html><title>Security check]]></title></feed>",
            "/",
            None,
        );
        check("", "/", None);
    }

    #[test]
    fn pages_may_begin_with_declarations_and_comments() {
        check(
            "<?xml version=\"1.0\"?>\n<!-- x -->\n<!DOCTYPE html><title>Security check</title>",
            "/",
            Some(Wall::Challenge),
        );
    }
}
