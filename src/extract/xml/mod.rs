//! Reading XML as it is met, not as it is specified: tokens, attributes, references, namespaces.
//!
//! Nothing here knows what a feed is, and nothing here can fail: what cannot be markup is text.

pub mod attrs;
pub mod namespaces;
pub mod refs;
pub mod token;
