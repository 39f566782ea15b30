//! Atom, RSS, JSON Feed, OPML and pages as bytes; files replaced atomically.
