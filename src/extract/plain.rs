//! One line of plain text out of whatever stood in a title, a name or a label.

use super::limits::MAX_LINE_BYTES;
use crate::text::clean_line;
use crate::text::html::plain_title;

pub use super::feed::floor;
pub use crate::text::nfc;

/// A title that may hold HTML, escaped once or more: tags removed, entities resolved, white space folded, NFC.
pub fn title(html: &str) -> String {
    plain_title(floor(html, MAX_LINE_BYTES))
}

/// A line of text as it is meant to be shown: white space folded, NFC.
pub fn line(text: &str) -> String {
    clean_line(floor(text, MAX_LINE_BYTES)).into_owned()
}
