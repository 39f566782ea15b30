//! Web pages: the articles that a listing links to, and the article of its page.
//!
//! Half of the provincial portals have no feed. What they have is a page that lists the latest articles, written by one of
//! about a dozen content systems, redesigned every other year. So there are three ways to read one, each the fallback of
//! the one before: selectors of the source, the shipped profile of its family ([`profile`]), and the page by itself.
//!
//! | file | what it is for |
//! |---|---|
//! | `tame.rs` | makes a page harmless before a tree is built from it |
//! | `page.rs` | the tree, its address, and the questions all others ask of them |
//! | `select.rs`, `profile.rs` | selectors as they are written, and `data/profiles.toml` |
//! | `links.rs`, `discover.rs` | finding the list of a page: links, what they claim, what is furniture |
//! | `fields.rs`, `listing.rs` | title, date, lead and picture of each block; the items |
//! | `body.rs` | finding the text of an article page |
//! | `parts/` | that text as paragraphs, pictures and tables |
//! | `habits.rs` | captions, placeholders, by-lines, credits, lists of other articles |
//! | `headline.rs`, `around.rs`, `meta.rs` | what stands around the text and in the head: title, date, lead, author |
//! | `article.rs` | all of it together |
//!
//! Functions of their arguments: the clock comes in by [`Context`](crate::dates::Context), and the same page gives the same
//! items. What they never do: fetch, or clean the HTML that they hand on (`normalise` does).
//!
//! ```
//! use bantin::{dates::Context, extract::html::listing};
//! use url::Url;
//!
//! let page = "<ul><li><a href='/tin/khanh-thanh-cau-ben-say-100001.html'>Khánh thành cầu Bến Sậy</a> (20/12/2022)</li>
//!             <li><a href='/tin/thu-vien-luu-dong-100002.html'>Thư viện lưu động về vùng cao</a> (19/12/2022)</li></ul>";
//! let cx = Context { zone: chrono_tz::Asia::Ho_Chi_Minh, order: None, now: None };
//! let found = listing(page, &Url::parse("https://tinh.example/tin/").unwrap(), None, &cx);
//! assert_eq!(found.items.len(), 2);
//! assert_eq!(found.items[0].published.unwrap().to_rfc3339(), "2022-12-20T00:00:00+07:00");
//! ```

mod around;
mod article;
mod body;
mod discover;
mod fields;
mod habits;
mod headline;
pub(crate) mod links;
mod listing;
mod meta;
pub(crate) mod page;
mod parts;
pub mod profile;
pub mod select;
pub(crate) mod tame;

pub use self::article::{Article, ArticleHint, article};
pub(crate) use self::discover::known_blocks;
pub(crate) use self::fields::{Block, Fields, read_by_itself as read_fields};
pub(crate) use self::links::names_same_article;
pub use self::listing::{Listing, listing};
pub(crate) use self::listing::{escape, read_date};
pub(crate) use self::meta::{calls_itself_article, own_address};
