//! Any text read as a date, with every order and clock.
#![no_main]

use bantin::config::DateOrder;
use bantin::dates::{Context, find, from_dateline, from_url, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (choice, text) = input;
    let order = [None, Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst)][usize::from(choice % 3)];
    let now = (choice % 2 == 0).then_some(chrono::DateTime::UNIX_EPOCH);
    let context = Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order, now };
    parse(text, &context);
    if let Some((range, _)) = find(text, &context) {
        assert!(text.get(range).is_some());
    }
    from_url(text, &context);
    from_dateline(text, &context, None);
});
