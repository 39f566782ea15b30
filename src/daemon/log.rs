//! Where logs go: the journal where it is ours, plain text on a terminal, JSON on request.

use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant as Moment;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber, warn};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use super::burst::{Bursts, Held, Kind};

/// The form of log lines on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Of the lines that tell of held ones: they are never held back themselves.
const SUMMARY: &str = "bantin::summary";

/// Characters of a held line that its summary repeats.
const LONGEST_EXAMPLE: usize = 400;

/// What the one logger of this process holds back.
static BURSTS: LazyLock<Mutex<Bursts>> = LazyLock::new(Mutex::default);

/// Starts logging. `filter` is a level or a list of directives; what cannot be read of it counts as `info`. JSON goes to
/// stderr also where that is the journal.
///
/// Does nothing if logging has been started before.
pub fn start(filter: &str, form: Form) {
    start_with(filter, form, None);
}

/// Likewise for a daemon, which holds back bursts of equal warnings. Somebody has to call [`tell_held`] now and then.
pub fn start_calm(filter: &str, form: Form) {
    start_with(filter, form, Some(Calm));
}

fn start_with(filter: &str, form: Form, calm: Option<Calm>) {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .parse_lossy(filter);
    let to_journal = form == Form::Text && stderr_is_the_journal();
    let journal = to_journal.then(tracing_journald::layer).and_then(Result::ok).map(|layer| {
        // Fields keep their names (`source.id` becomes SOURCE_ID), and levels get the priorities that admins filter by:
        // the crate's own choice shows `info` as a notice.
        layer.with_field_prefix(None).with_priority_mappings(tracing_journald::PriorityMappings {
            info: tracing_journald::Priority::Informational,
            debug: tracing_journald::Priority::Debug,
            trace: tracing_journald::Priority::Debug,
            ..tracing_journald::PriorityMappings::new()
        })
    });
    let to_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let colour = to_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let text = (journal.is_none() && form == Form::Text)
        .then(|| tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colour));
    // Fields beside `timestamp`, `level` and `message`; those of the poll or request they belong to in `span`.
    let json = (form == Form::Json).then(|| {
        let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
        layer.with_writer(std::io::stderr).boxed()
    });
    // An error means that a test or an embedding program has a subscriber already, which then is the one to use.
    let _ = tracing_subscriber::registry().with(filter).with(calm).with(journal).with(text).with(json).try_init();
}

/// Tells what was held back of bursts whose minute is over by `now`.
pub fn tell_held(now: Moment) {
    tell(lock().take_overdue(now));
}

/// Tells what is held back at the end of the program.
pub fn tell_all_held() {
    tell(lock().take_all());
}

fn tell(held: Vec<Held>) {
    for Held { lines, last } in held {
        warn!(target: SUMMARY, held = lines, "… and {lines} more like it in the last minute: {last}");
    }
}

fn lock() -> std::sync::MutexGuard<'static, Bursts> {
    BURSTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds back bursts of warnings and errors, for all that write.
struct Calm;

impl<S: Subscriber> Layer<S> for Calm {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        // Levels grow with their detail.
        if *metadata.level() > Level::WARN || metadata.target() == SUMMARY {
            return true;
        }
        let mut said = Said::default();
        event.record(&mut said);
        let place = (metadata.file().unwrap_or_default(), metadata.line().unwrap_or_default());
        let kind = Kind { place, outcome: said.outcome };
        lock().judge(kind, Moment::now(), || said.message.chars().take(LONGEST_EXAMPLE).collect())
    }
}

/// What a line says, as far as it decides whether it is told.
#[derive(Default)]
struct Said {
    message: String,
    outcome: String,
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "outcome" => value.clone_into(&mut self.outcome),
            "message" => value.clone_into(&mut self.message),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.message, "{value:?}");
        }
    }
}

/// Whether stderr leads to the journal: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)); being set alone
/// proves nothing, since children inherit it.
fn stderr_is_the_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let Ok(stderr) = std::fs::metadata("/dev/stderr") else { return false };
    stream == format!("{}:{}", stderr.dev(), stderr.ino())
}
