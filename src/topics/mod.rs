//! Which topics a story falls under, and by which rule.
//!
//! A topic is a set of rules (see [`Topic`](crate::config::Topic)): `strong` words, of which one in title or lead is enough; `weak` ones, of
//! which it takes two different ones, or one beside the section; `none`, which keep a story out; patterns for the rest.
//! `provinces`, `sources` and `tags` restrict a topic, and a topic with nothing else takes everything they admit. What
//! the editor of a source chose (its `section`, an item's category) counts first, words second.
//!
//! All words of all topics are found in one pass over the folded text; see `words.rs` for how they match.
//!
//! ```
//! use bantin::model::{SourceId, TopicId};
//! use bantin::topics::{Matcher, Subject};
//!
//! let matcher = Matcher::new(&bantin::topics::shipped());
//! let source = SourceId::new("cong-ttdt-ninh-binh");
//! let hits = matcher.classify(&Subject { title: "Hội nghị tổng kết phong trào “Dân vận khéo”", ..Subject::of(&source) });
//! assert_eq!(hits[0].topic, TopicId::new("dan-van"));
//! assert_eq!(hits[0].evidence[0].to_string(), "strong word `dân vận khéo` in the title");
//! ```

mod check;
mod eval;
mod evidence;
mod finder;
mod matcher;
mod shipped;
mod words;

pub use self::check::{Useless, useless};
pub use self::eval::{EvalError, eval};
pub use self::evidence::{Evidence, Place, Strength};
pub use self::matcher::{Hit, Matcher, Subject, lead_and_body};
pub use self::shipped::{SHIPPED, shipped};
