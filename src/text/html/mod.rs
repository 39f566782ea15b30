//! HTML from sources: made safe to publish, and made plain text.
//!
//! | file | what it is for |
//! |---|---|
//! | `sanitise.rs`, `quick.rs` | safe HTML, by our own quick pass or by ammonia |
//! | `plain.rs` | bodies, titles and summaries as plain text |
//! | `rewrite.rs`, `link.rs` | tags and addresses written anew |
//! | `element.rs` | the allow-list, and how elements nest |
//! | `load.rs` | what a fragment would cost the real parser |
//! | `token.rs`, `entity.rs` | HTML cut into tags and text; character references |

mod element;
mod entity;
mod link;
mod load;
mod plain;
mod quick;
mod rewrite;
mod sanitise;
mod token;

pub use self::plain::{plain_title, summary_of, to_text};
pub use self::sanitise::sanitise;
