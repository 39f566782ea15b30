//! RSS of every version, RDF and Atom to items, in one pass over the tokens.
//!
//! Feeds are read here rather than repaired for another parser: repairing means tokenizing, keeping a stack and knowing the
//! vocabulary anyway, and what is then left to the other parser is a second pass with limits and gaps of its own (`feed-rs`
//! 3.0 panics on five short inputs, drops `skipHours`, `source`, `isPermaLink` and `xml:base`, and takes twice the time).
//!
//! There is no tree: a stack of the open elements, the text of at most one element being collected, the item being read.
//! The formats share one vocabulary ([`names`]), so a feed may mix them, as many do. Whatever is wrong is put right where
//! it is met and counted; the rules that decide which element a stray tag belongs to are in [`balance`].

mod balance;
mod capture;
mod dates;
mod item;
mod link;
mod meta;
mod names;
mod person;
mod reader;
mod root;
mod scope;
mod values;

pub use self::capture::{escape, floor, looks_like_html};
pub use self::names::is_html;
pub use self::reader::{Context, Found, read};
pub use self::root::{Root, find_root};
