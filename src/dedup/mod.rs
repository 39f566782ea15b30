//! Which story an item belongs to: fingerprints in, verdict with evidence out.
//!
//! About a quarter of Vietnamese online news is reposted: portals carry the provincial paper's article with a credit
//! line, papers carry each other, summaries travel without their text. On the way, articles lose and gain sentences,
//! captions, credits and titles, and are written with other Unicode, case, white space and dates. Meanwhile bulletins
//! (weather, prices, lotteries, visits) are nine tenths the same every day and in every province, and are *not* copies.
//!
//! | step | file | |
//! |---|---|---|
//! | read | `tokens` | one pass over the text: words and canonical numbers as hashes, without what republishing adds |
//! | sign | `signature` | fingerprints by which any long common run is found, hashes by which the same text is |
//! | find | `index` | the few stored items that may be the same story |
//! | compare | `compare`, `align` | what the two texts share, word for word |
//! | object | `differ`, `titles` | what contradicts their being one: other days, numbers, provinces, people |
//! | decide | `decide`, `evidence` | which story it joins, which are related, and the sentences that say why |
//! | choose | `origin` | which item of a story the others were copied from |
//!
//! All of it is a pure function of items, candidates and thresholds: same items in the same order give the same
//! stories. Nothing here reads a clock or a database; the index in SQLite is the store's.
//!
//! ```
//! use bantin::dedup::{self, Candidate, Subject, Thresholds};
//!
//! let paper = dedup::sign(
//!     "Khánh thành cầu Bến Đá",
//!     "Sáng 5/6, UBND tỉnh khánh thành cầu Bến Đá nối hai xã ven sông. Cầu dài 312 m, rộng 9 m, vốn 87 tỷ đồng.",
//! );
//! let portal = dedup::sign(
//!     "KHÁNH THÀNH CẦU BẾN ĐÁ",
//!     "(BHN) - Sáng 05-6, Ủy ban nhân dân tỉnh khánh thành cầu Bến Đá nối hai xã ven sông.\nNguồn: Báo Hà Nam",
//! );
//! let at = chrono::DateTime::UNIX_EPOCH;
//! let subject = |signature| Subject { signature, published: at, link: None, credit: None, outlets: &[] };
//! let stored = [Candidate { id: 1, story: 7, item: subject(&paper) }];
//! let verdict = dedup::decide(&subject(&portal), &stored, &Thresholds::default());
//! assert_eq!(verdict.joins.map(|joins| joins.story), Some(7));
//! ```

mod abbreviations;
mod align;
mod compare;
mod decide;
mod differ;
mod eval;
mod evidence;
mod fold;
mod index;
mod junk;
mod markup;
mod origin;
mod places;
mod search;
mod signature;
mod titles;
mod tokens;

pub use self::compare::{Comparison, compare};
pub use self::decide::{Candidate, Match, Subject, Thresholds, Verdict, decide};
pub use self::differ::Differences;
pub use self::eval::{EvalError, Evaluation, Judged, eval};
pub use self::evidence::{Evidence, Grounds, Refusal};
pub use self::index::{
    Enough, Hit, Index, MOST_CANDIDATES, MOST_POSTINGS, MOST_SAME, MemoryIndex, Traces, candidates, traces,
};
pub use self::origin::{Member, origin};
pub use self::search::{Known, KnownItems, SignatureCache, judge};
pub use self::signature::{SHINGLE, SHORTEST_EXACT, SIGNATURE_VERSION, Signature, sign};
pub use self::titles::{TitleConflict, Titles};
pub use self::tokens::{Flags, MAX_TOKENS, Number, TokenText, number};
