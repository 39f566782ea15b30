//! Sorting single characters: which are white space, which are invisible, which XML forbids, which are quotes or dashes.

/// How folding treats a character that is not a letter of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Kept as it is.
    Plain,
    /// White space of any width.
    Space,
    /// Takes no room: zero-width characters, soft hyphens, direction marks, controls.
    Invisible,
    /// Written as this instead (quotes, dashes, the ellipsis, full-width forms).
    As(&'static str),
}

/// Sorts any character; letters come out [`Kind::Plain`].
pub(super) fn kind(c: char) -> Kind {
    match c {
        '\t'..='\r' | ' ' => Kind::Space,
        '\0'..='\x1F' | '\x7F' => Kind::Invisible,
        '`' => Kind::As("'"),
        '!'..='~' => Kind::Plain,
        '\u{A0}' | '\u{85}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' => {
            Kind::Space
        }
        '\u{205F}' | '\u{3000}' => Kind::Space,
        '\u{80}'..='\u{9F}' | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' => Kind::Invisible,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => Kind::Invisible,
        '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' => Kind::Invisible,
        '\u{E0000}'..='\u{E0FFF}' => Kind::Invisible,
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '〝' | '〞' | '＂' => Kind::As("\""),
        '‘' | '’' | '‚' | '‛' | '′' | '´' | '‹' | '›' | 'ʼ' | 'ʹ' | 'ˈ' | '＇' => Kind::As("'"),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⁃' | '﹘' | '﹣' | '－' => Kind::As("-"),
        '…' => Kind::As("..."),
        '×' => Kind::As("x"),
        '÷' => Kind::As("/"),
        _ => Kind::Plain,
    }
}

/// Tells whether XML 1.0 can carry `c` at all (production 2, `Char`).
#[inline]
pub(super) fn in_xml(c: char) -> bool {
    !matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')
}

/// Tells whether `c` is white space for people: Unicode's `White_Space`, NBSP included.
#[inline]
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// Tells whether `c` may go from text that is shown: it takes no room and joins nothing.
///
/// U+200C and U+200D stay, because scripts and emoji are spelt with them.
#[inline]
pub(super) fn is_litter(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{AD}' | '\u{2060}')
}
