//! Raw item to item: identity ladder, canonical link, sanitised HTML, text, hashes.
