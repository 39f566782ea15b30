//! Where logs go: the journal where it is ours, plain text on a terminal, JSON on request.

use std::os::unix::fs::MetadataExt as _;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// The form of log lines on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging. `filter` is a level or a list of directives; what cannot be read of it counts as `info`.
///
/// Does nothing if logging has been started before.
pub fn start(filter: &str, form: Form) {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .parse_lossy(filter);
    let journal = stderr_is_the_journal().then(tracing_journald::layer).and_then(Result::ok).map(|layer| {
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
    let json = (journal.is_none() && form == Form::Json)
        .then(|| tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).boxed());
    // An error means that a test or an embedding program has a subscriber already, which then is the one to use.
    let _ = tracing_subscriber::registry().with(filter).with(journal).with(text).with(json).try_init();
}

/// Whether stderr leads to the journal: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)); being set alone
/// proves nothing, since children inherit it.
fn stderr_is_the_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let Ok(stderr) = std::fs::metadata("/dev/stderr") else { return false };
    stream == format!("{}:{}", stderr.dev(), stderr.ino())
}
