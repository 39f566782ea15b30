//! Any text as HTML: what comes out of the cleaner holds nothing that runs, and cleaning it again changes nothing much.
#![no_main]

use bantin::text::html::{plain_title, sanitise, to_text};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|html: &str| {
    let base = Url::parse("https://tin.example.vn/a/").expect("a constant address");
    let clean = sanitise(html, Some(&base));
    let lower = clean.to_lowercase();
    for tag in ["<script", "<style", "<iframe", "<object", "<embed", "<form", "<svg", "<base", "<meta", "<link"] {
        assert!(!lower.contains(tag), "{tag} in {clean}");
    }
    to_text(html);
    plain_title(html);
});
