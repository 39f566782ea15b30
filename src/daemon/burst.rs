//! Bursts of equal warnings, summarised: when a hundred sources fail alike, the first few are told and the rest counted.
//!
//! Two lines are alike when the same place in the program says them about the same outcome. Nothing here asks what time it
//! is, and nothing writes: [`Bursts::judge`] says whether a line is told, [`Bursts::take_overdue`] what was held back.

use std::collections::HashMap;
use std::time::{Duration, Instant as Moment};

/// Lines of one kind that are told within one [`WINDOW`]: as many as a person reads before skipping the rest.
pub const ALLOWED: u64 = 20;

/// How long lines of a kind are counted together.
pub const WINDOW: Duration = Duration::from_secs(60);

/// Kinds that are counted at once; there are some dozen places that warn and some dozen outcomes. Beyond it, all is told.
const MOST_KINDS: usize = 1024;

/// What makes two lines alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    /// The place in the program: file and line.
    pub place: (&'static str, u32),
    /// The name of the outcome, where the line is about one.
    pub outcome: String,
}

/// Lines that were held back in a window that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How many.
    pub lines: u64,
    /// The last of them.
    pub last: String,
}

/// The kinds of lines told lately.
#[derive(Debug, Default)]
pub struct Bursts {
    kinds: HashMap<Kind, Window>,
}

#[derive(Debug)]
struct Window {
    began: Moment,
    lines: u64,
    last: String,
}

impl Bursts {
    /// Whether a line is told. `text` is called only for one that is held back. A window that is over begins anew; what it
    /// held must have been taken before, or is added to the next.
    pub fn judge(&mut self, kind: Kind, now: Moment, text: impl FnOnce() -> String) -> bool {
        if self.kinds.len() >= MOST_KINDS && !self.kinds.contains_key(&kind) {
            return true;
        }
        let window = self.kinds.entry(kind).or_insert_with(|| Window { began: now, lines: 0, last: String::new() });
        // One that holds something waits to be taken first, so that its lines are counted for the minute they came in.
        if now.saturating_duration_since(window.began) >= WINDOW && window.lines <= ALLOWED {
            *window = Window { began: now, lines: 0, last: String::new() };
        }
        window.lines += 1;
        if window.lines <= ALLOWED {
            return true;
        }
        window.last = text();
        false
    }

    /// What was held back in windows that are over by `now`, all of it once; quiet kinds are forgotten.
    pub fn take_overdue(&mut self, now: Moment) -> Vec<Held> {
        self.take(|window| now.saturating_duration_since(window.began) >= WINDOW)
    }

    /// What has been held back so far: the program ends.
    pub fn take_all(&mut self) -> Vec<Held> {
        self.take(|_| true)
    }

    fn take(&mut self, is_over: impl Fn(&Window) -> bool) -> Vec<Held> {
        let mut held = Vec::new();
        self.kinds.retain(|_, window| {
            let over = is_over(window);
            if over && window.lines > ALLOWED {
                held.push(Held { lines: window.lines - ALLOWED, last: std::mem::take(&mut window.last) });
            }
            !over
        });
        // A map has no order of its own.
        held.sort_by(|one, two| two.lines.cmp(&one.lines).then_with(|| one.last.cmp(&two.last)));
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(line: u32, outcome: &str) -> Kind {
        Kind { place: ("engine.rs", line), outcome: outcome.to_owned() }
    }

    /// Says `count` lines at once; returns how many were told.
    fn say(bursts: &mut Bursts, kind: &Kind, now: Moment, count: u64) -> usize {
        (0..count).filter(|n| bursts.judge(kind.clone(), now, || format!("line {n}"))).count()
    }

    #[test]
    fn the_first_are_told_and_the_rest_counted() {
        let (mut bursts, start) = (Bursts::default(), Moment::now());
        assert_eq!(say(&mut bursts, &kind(1, "timeout"), start, ALLOWED + 57), 20);
        assert_eq!(bursts.take_overdue(start + WINDOW / 2), [], "the minute is not over");
        let held = bursts.take_overdue(start + WINDOW);
        assert_eq!(held, [Held { lines: 57, last: "line 76".to_owned() }]);
        assert_eq!(bursts.take_overdue(start + WINDOW), [], "once");
        assert_eq!(say(&mut bursts, &kind(1, "timeout"), start + WINDOW, 3), 3, "a new minute");
    }

    #[test]
    fn few_lines_are_all_told_and_leave_nothing() {
        let (mut bursts, start) = (Bursts::default(), Moment::now());
        for minute in 0..10 {
            assert_eq!(say(&mut bursts, &kind(1, ""), start + WINDOW * minute, ALLOWED), 20);
        }
        assert_eq!(bursts.take_all(), []);
    }

    #[test]
    fn other_places_and_outcomes_are_not_held_back_with_them() {
        let (mut bursts, start) = (Bursts::default(), Moment::now());
        say(&mut bursts, &kind(1, "timeout"), start, 100);
        assert_eq!(say(&mut bursts, &kind(1, "not-found"), start, 1), 1);
        assert_eq!(say(&mut bursts, &kind(2, "timeout"), start, 1), 1);
    }

    #[test]
    fn nothing_held_is_lost_when_nobody_takes_it_in_time() {
        let (mut bursts, start) = (Bursts::default(), Moment::now());
        say(&mut bursts, &kind(1, ""), start, ALLOWED + 5);
        say(&mut bursts, &kind(1, ""), start + WINDOW * 3, 2);
        assert_eq!(bursts.take_overdue(start + WINDOW * 3)[0].lines, 7);
    }

    #[test]
    fn what_is_held_at_the_end_is_told() {
        let (mut bursts, start) = (Bursts::default(), Moment::now());
        say(&mut bursts, &kind(1, "a"), start, ALLOWED + 1);
        say(&mut bursts, &kind(1, "b"), start, ALLOWED + 2);
        assert_eq!(bursts.take_all().iter().map(|held| held.lines).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn kinds_without_end_take_no_memory_without_end() {
        let (mut bursts, start) = (Bursts::default(), Moment::now());
        for line in 0..100_000 {
            assert!(bursts.judge(kind(line, ""), start, String::new));
        }
        assert_eq!(bursts.kinds.len(), MOST_KINDS);
        bursts.take_overdue(start + WINDOW);
        assert!(bursts.kinds.is_empty());
    }
}
