//! What the sysadmin's page says of whom.

use chrono::TimeDelta;

use super::*;
use crate::config::{Surroundings, parse};
use crate::schedule::Silence;

fn now() -> Instant {
    Instant::from_timestamp(1_795_417_500, 0).expect("a time")
}

fn hours(count: i64) -> Instant {
    now() - TimeDelta::hours(count)
}

fn masthead(language: &str) -> Masthead {
    let text = format!(
        "[site]\ntitle = \"Bản tin\"\nurl = \"https://tin.example.vn/\"\ntag = \"tin.example.vn,2026\"\nlanguage = \"{language}\"\n\
         [poll]\ncontact = \"https://tin.example.vn/about\"\n"
    );
    let (config, _) = parse(&text, None, &Surroundings::bare()).expect("it is good");
    Masthead::new(&config, Vec::new(), None)
}

fn source(id: &str, concerns: Vec<Concern>) -> SourceStatus {
    SourceStatus {
        id: SourceId::new(id),
        title: format!("Báo <{id}>"),
        url: format!("https://{id}.example.vn/rss"),
        enabled: true,
        outcome: Some(Outcome::NotModified),
        succeeded_at: Some(hours(50)),
        newest: Some(hours(3)),
        usual_gap_seconds: Some(7200),
        next_poll: Some(now() + TimeDelta::minutes(12)),
        robots_ignored: None,
        concerns,
    }
}

fn view(sources: Vec<SourceStatus>) -> StatusView {
    StatusView {
        now: now(),
        started: hours(30),
        troubles: Vec::new(),
        database: "/var/lib/bantin/bantin.db".to_owned(),
        database_bytes: 300 << 20,
        disk_free_bytes: Some(12 << 30),
        backed_up_at: None,
        sources,
    }
}

#[test]
fn a_broken_source_is_told_with_since_when_why_and_what_to_do() {
    let broken = Concern::Broken { outcome: Outcome::NotFound, since: hours(5), failures: 9 };
    let page = status(&masthead("en"), &view(vec![source("a", vec![broken.clone()])]));
    for part in [
        "Broken (1)",
        "Báo &lt;a&gt;",
        "there is nothing at this address (HTTP 404) (since 5 hours ago, 9 times in a row)",
        "look for its new address with",
        "https://a.example.vn/rss",
        "Last success</dt><dd>2 days ago",
        "in 12 minutes",
    ] {
        assert!(page.contains(part), "`{part}` in {page}");
    }
    let page = status(&masthead("vi"), &view(vec![source("a", vec![broken])]));
    for part in ["Hỏng (1)", "không có gì ở địa chỉ này (HTTP 404) (từ 5 giờ trước, 9 lần liền)", "bantin inspect"]
    {
        assert!(page.contains(part), "`{part}` in {page}");
    }
}

#[test]
fn sources_that_are_broken_alike_are_told_together() {
    let broken = |outcome: Outcome| vec![Concern::Broken { outcome, since: hours(5), failures: 9 }];
    let few = vec![source("a", broken(Outcome::NotFound)), source("b", broken(Outcome::NotFound))];
    let page = status(&masthead("en"), &view(few.clone()));
    assert_eq!(page.matches("there is nothing at this address").count(), 2, "each finds its own");
    let mut many = few;
    many.extend([source("x", broken(Outcome::Gone)), source("c", broken(Outcome::NotFound))]);
    let page = status(&masthead("en"), &view(many));
    assert_eq!(page.matches("there is nothing at this address (HTTP 404) (3 sources)").count(), 1, "{page}");
    assert_eq!(page.matches("after a redesign feeds often move").count(), 1, "{page}");
    assert_eq!(page.matches("since 5 hours ago, 9 times in a row").count(), 4, "{page}");
    for part in ["Broken (4)", "https://a.example.vn/rss", "https://c.example.vn/rss", "Báo &lt;x&gt;"] {
        assert!(page.contains(part), "`{part}` in {page}");
    }
}

#[test]
fn silence_moves_and_certificates_have_groups_of_their_own() {
    let silence = Silence { since: hours(24 * 9), usual_gap_seconds: 7200, longest_gap_seconds: 50_400 };
    let sources = vec![
        source("im", vec![Concern::Silent(silence)]),
        source("di", vec![Concern::Moved { url: "https://moi.example.vn/rss".to_owned(), at: hours(2) }]),
        source("cc", vec![Concern::Certificate { expires: now() + TimeDelta::days(6) }]),
    ];
    let page = status(&masthead("vi"), &view(sources));
    for part in [
        "9 ngày nay không có tin mới; thường khoảng 2 giờ một tin, lần nghỉ dài nhất gần đây là 14 giờ",
        "url = &quot;https://moi.example.vn/rss&quot;",
        "6 ngày nữa",
    ] {
        assert!(page.contains(part), "`{part}` in {page}");
    }
    assert!(!page.contains("Mọi nguồn đang bật đều bình thường"));
}

#[test]
fn all_is_well_is_said_only_when_it_is() {
    let well = "Every enabled source is fine.";
    assert!(status(&masthead("en"), &view(vec![source("a", Vec::new())])).contains(well));
    let mut troubled = view(vec![source("a", Vec::new())]);
    troubled.troubles.push("polling: the disk is full".to_owned());
    let page = status(&masthead("en"), &troubled);
    assert!(!page.contains(well));
    assert!(page.contains("polling: the disk is full"));
    let disabled = SourceStatus { enabled: false, ..source("a", Vec::new()) };
    assert!(status(&masthead("en"), &view(vec![disabled])).contains("No source is enabled"));
}

#[test]
fn what_sources_say_stays_text_and_other_schemes_are_no_links() {
    let mut hostile = source("a", Vec::new());
    hostile.title = "<script>alert(1)</script>".to_owned();
    let cause = "<img src=x onerror=alert(1)>".to_owned();
    hostile.concerns = vec![Concern::Broken { outcome: Outcome::Unreadable { cause }, since: hours(1), failures: 1 }];
    hostile.url = "javascript:alert(1)".to_owned();
    let page = status(&masthead("vi"), &view(vec![hostile]));
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("href=\"javascript:"), "{page}");
}

#[test]
fn the_policy_names_the_stylesheet_of_the_page() {
    assert!(status_policy().starts_with("default-src 'none'; style-src 'sha256-"));
    assert!(!STYLE.contains('<') && !STYLE.contains("url("));
}
