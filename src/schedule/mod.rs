//! When to poll: cron, offsets, due times, back-off, publisher's hints. Pure.
//!
//! | file | decides |
//! |---|---|
//! | `cron` | which times an expression names |
//! | `due` | when a source is due, out of facts: [`next_due`] |
//! | `apply` | what a poll changes in these facts: [`apply`] |
//! | `state`, `validators`, `rhythm`, `host`, `brief` | what the facts are, and how they are kept |
//! | `habits` | whether a portal still is as it was: [`Habits`] |
//! | `network` | whether a failure is our own: [`Network`] |
//! | `concern` | what there is to tell a sysadmin: [`concerns`] |
//! | `plan` | the next 24 hours: [`plan`] |
//!
//! The loop that uses it keeps a [`SourceState`] per source and a [`HostState`] per host, both stored as they are:
//!
//! ```text
//! state.settle_url(&source.url);                              // when a configuration is loaded
//! let due = next_due(&timetable, &state, &host, now);         // whenever state or clock changed
//! let facts = …poll state.effective_url(&source.url)…;        // `fetch`
//! let notices = apply(&mut state, &mut host, &facts, now);    // then store both, log the notices
//! ```

mod apply;
mod brief;
mod concern;
mod cron;
mod due;
mod habits;
mod host;
mod network;
mod plan;
mod rhythm;
mod state;
mod validators;

pub use self::apply::{CONFIRMATION_SPACING, CONFIRMATIONS, Notice, apply, forgive};
pub use self::concern::{CERTIFICATE_WARNING, Concern, concerns};
pub use self::cron::{Cron, CronError};
pub use self::due::{Because, Due, Timetable, held_until, next_due, timetables};
pub use self::habits::Habits;
pub use self::host::{Hold, Host, HostState};
pub use self::network::{Network, NetworkChange, NetworkVerdict, network_verdict};
pub use self::plan::{HostPlan, Plan, PlannedRequest, PlannedSource, plan};
pub use self::rhythm::{Rhythm, Silence};
pub use self::state::{Adopted, Moving, PollFacts, Renaming, SourceState, Standing};
pub use self::validators::{Opaque, Validators};
