//! `feeds.toml` to types, every problem at once; provinces; durations and sizes.
//!
//! The types are the contract with the floors above; `read` (to come beside them) is the only way to make them.

mod types;

pub use self::types::*;
