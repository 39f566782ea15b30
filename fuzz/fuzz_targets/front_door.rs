//! Any bytes through the front door: an answer that can be reported, never a panic.
#![no_main]

use bantin::extract::report::report_line;
use bantin::extract::{Input, Kind, Unreadable, read};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://tin.example.vn/rss").expect("a constant address");
    let result = read(&Input {
        bytes,
        content_type: None,
        url: Some(&url),
        kind: Kind::Auto,
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        date_order: None,
        now: chrono::DateTime::UNIX_EPOCH,
    });
    assert_ne!(result.as_ref().err(), Some(&Unreadable::Panicked));
    if let Ok(document) = &result {
        for item in &document.items {
            assert!(item.link.as_deref().is_none_or(|link| Url::parse(link).is_ok()), "{:?}", item.link);
        }
    }
    report_line("x", &result);
});
