//! Any bytes decoded: text that XML may carry.
#![no_main]

use bantin::extract::decode::decode;
use bantin::extract::problems::Problems;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Option<&str>, &[u8])| {
    let (content_type, bytes) = input;
    let mut problems = Problems::default();
    let decoded = decode(bytes, content_type, Some("tin.example.vn"), &mut problems);
    let is_clean = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(decoded.text.chars().all(is_clean));
    problems.into_list();
});
