//! Vietnamese text: folding, syllables, NFC; HTML to clean HTML and to plain text.
//!
//! | file | what it is for |
//! |---|---|
//! | `clean.rs` | text as it is kept and shown: NFC, fit for XML, white space in order |
//! | `fold.rs` | text as it is compared: one form for all spellings of a word |
//! | `latin.rs`, `chars.rs` | the tables both are made with |
//! | `credit.rs`, `noise.rs` | credit lines and page noise of republished texts |
//! | `query.rs` | what a reader types into the search box |
//! | `syllable.rs` | the syllables of a folded text; slugs |
//! | `html/` | HTML made safe, HTML made plain text, titles, summaries |
//!
//! Everything here is a function of its arguments and takes time linear in them.

mod chars;
pub mod clean;
pub mod credit;
pub mod fold;
pub mod html;
mod latin;
pub mod noise;
pub mod query;
pub mod syllable;

pub use self::clean::{clean, clean_line, clean_paragraphs, nfc};
pub use self::fold::{fold, fold_pattern, folded, has_marks, strip_marks, stripped};
pub use self::html::{plain_title, sanitise, summary_of, to_text};
pub use self::query::Query;
pub(crate) use self::syllable::is_word;
pub use self::syllable::{Syllables, once, slug, spaced, syllables};
