//! A configuration is read at every start, reload and `check`: ten thousand sources must not be felt.

use std::fmt::Write as _;
use std::time::Duration;

use super::*;

/// A file with `count` sources of about the size of real ones.
fn many(count: usize) -> String {
    let mut text = LEAST.to_owned();
    for n in 0..count {
        let host = n / 8;
        write!(
            text,
            r#"
[[source]]
id       = "bao-thu-{n}"
title    = "Báo Thử số {n} · Kinh tế"
url      = "https://bao{host}.example.vn/rss/chuyen-muc-{n}.rss"
province = "{}"
outlet   = "Báo Thử {host}"
section  = ["kinh-te"]
schedule = "*/{} 6-22 * * *"
"#,
            ["quang-ninh", "Hà Nam", "thanh-hoa", "TP.HCM"][n % 4],
            10 + n % 20,
        )
        .unwrap();
    }
    text + "[[topic]]\nid = \"kinh-te\"\ntitle = \"Kinh tế\"\nstrong = [\"GRDP\"]\n"
}

/// CPU time of this thread: what else the machine does must not decide.
fn cpu() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec that outlives the call.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(outcome, 0, "the clock is there on every Linux");
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

#[test]
fn reading_ten_thousand_sources_takes_less_than_a_twentieth_of_a_second() {
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: the speed of reading a configuration is only asserted in release builds");
        return;
    }
    for (count, most) in [(1_000, 5), (10_000, 50)] {
        let text = many(count);
        let best = (0..7)
            .map(|_| {
                let before = cpu();
                let (config, _) = parse(&text, None, &Surroundings::bare()).unwrap();
                let spent = cpu() - before;
                assert_eq!(config.sources.len(), count);
                spent
            })
            .min()
            .expect("seven runs");
        eprintln!("{count} sources, {} KiB: {best:?}", text.len() >> 10);
        assert!(best < Duration::from_millis(most), "{count} sources took {best:?}");
    }
}

#[test]
fn a_file_in_which_everything_is_wrong_is_told_in_reasonable_time() {
    let text =
        many(3_000).replace("province", "provnce").replace("section  = [\"kinh-te\"]", "section = [\"kinh-tee\"]");
    let before = cpu();
    let Err(ConfigErrors::Invalid { errors, .. }) = parse(&text, None, &Surroundings::bare()) else {
        panic!("it was taken");
    };
    assert_eq!(errors.len(), 6_000);
    assert!(cpu() - before < Duration::from_secs(5));
}

#[test]
fn a_file_that_is_no_toml_at_all_is_told_in_reasonable_time() {
    let page = "<p class=intro>Tin tức & sự kiện</p> = [[[ \"\n".repeat(20_000);
    let one_line = page.replace('\n', " ");
    for text in [page, one_line, "[".repeat(200_000), "a.".repeat(100_000), "x = [[{a=".repeat(50_000)] {
        let before = cpu();
        assert!(parse(&text, None, &Surroundings::bare()).is_err());
        assert!(cpu() - before < Duration::from_secs(5), "{}…", &text[..20]);
    }
}
