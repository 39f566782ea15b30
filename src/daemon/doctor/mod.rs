//! `bantin doctor`: what an installation needs and has. [`gather`] collects facts and changes nothing, [`judge`] is pure
//! and makes findings of them, each with what to do about it.

pub mod facts;
pub mod gather;
mod judge;

pub use judge::{judge, network};

use serde::Serialize;

/// What a finding is about, in the order in which findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// `feeds.toml` and what it names.
    Configuration,
    /// The database file, its folder and its file system.
    Database,
    /// What is polled.
    Sources,
    /// Names and connections.
    Network,
    /// The time.
    Clock,
    /// The daemon and its units.
    Service,
}

impl Area {
    /// The name as tables show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Database => "database",
            Self::Sources => "sources",
            Self::Network => "network",
            Self::Clock => "clock",
            Self::Service => "service",
        }
    }
}

/// How much a sysadmin should care, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, and something is left to do or could not be looked at.
    Note,
    /// Works, and will not for ever.
    Warning,
    /// Does not work.
    Broken,
}

impl Level {
    /// The name as tables show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }
}

/// One thing that was looked at, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// How bad it is.
    pub level: Level,
    /// What was found, a sentence without full stop.
    pub finding: String,
    /// What to do about it; `None` where nothing needs to be done.
    pub advice: Option<String>,
}
