//! A progress bar on long work, where stderr is a terminal; nothing elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of `total` steps.
pub fn bar(total: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {elapsed}  {wide_msg}")
        .expect("the template is a constant that a test has seen");
    let bar = ProgressBar::new(total).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// One step further, with a word on what it was.
pub fn step(bar: &ProgressBar, what: &str) {
    if !bar.is_hidden() {
        bar.set_message(what.to_owned());
        bar.inc(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_understood() {
        assert!(ProgressStyle::with_template("{bar:30} {pos}/{len}  {elapsed}  {wide_msg}").is_ok());
    }
}
