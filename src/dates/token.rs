//! Cuts a date string into numbers, words and marks, and knows every word by its meaning.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::words::{Sense, sense_of};

/// The longest word of the dictionary is shorter; a longer one is nothing we know.
const MAX_FOLDED: usize = 32;

/// One piece of a date string. Positions are bytes of the raw text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// White space stood before it.
    pub spaced: bool,
}

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// A run of ASCII digits; `value` is right for up to 18 of them.
    Number { value: u64, digits: usize },
    /// A run of letters.
    Word(Sense),
    /// Any other character; dashes, colons and commas of all scripts are the ASCII ones.
    Mark(char),
}

/// Cuts at most `max` tokens from the beginning of `raw` and appends them to `tokens`.
pub(super) fn cut(raw: &str, max: usize, tokens: &mut Vec<Token>) {
    let bytes = raw.as_bytes();
    let mut at = 0;
    let mut spaced = false;
    while at < bytes.len() && tokens.len() < max {
        let start = at;
        let byte = bytes[at];
        let kind = if byte.is_ascii_digit() {
            let mut value: u64 = 0;
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                value = value.wrapping_mul(10).wrapping_add(u64::from(bytes[at] - b'0'));
                at += 1;
            }
            Kind::Number { value, digits: at - start }
        } else {
            let c = char_at(raw, at);
            if full_width_digit(c).is_some() {
                let (mut value, mut digits) = (0u64, 0);
                while let Some(digit) = raw[at..].chars().next().and_then(full_width_digit) {
                    value = value.wrapping_mul(10).wrapping_add(digit);
                    digits += 1;
                    at += c.len_utf8();
                }
                Kind::Number { value, digits }
            } else if is_letter(c) {
                let (end, sense) = word(raw, at);
                at = end;
                Kind::Word(sense)
            } else {
                at += c.len_utf8();
                match mark(c) {
                    Some(' ') => {
                        spaced = true;
                        continue;
                    }
                    Some(c) => Kind::Mark(c),
                    None => continue,
                }
            }
        };
        tokens.push(Token { kind, start, end: at, spaced });
        spaced = false;
    }
}

/// `２`: what keyboards for East Asian scripts write.
fn full_width_digit(c: char) -> Option<u64> {
    ('\u{ff10}'..='\u{ff19}').contains(&c).then(|| u64::from(c) - 0xff10)
}

fn char_at(raw: &str, at: usize) -> char {
    raw[at..].chars().next().expect("at stands before the end, on the border of a character")
}

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { (c.is_alphabetic() || is_combining_mark(c)) && c != '\u{aa}' }
}

/// Ideographs are words of their own: 2022年12月20日火曜日 has no spaces.
fn is_ideograph(c: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&c)
}

/// The ASCII mark a character stands for; a blank for white space, `None` for characters without width.
fn mark(c: char) -> Option<char> {
    match c {
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\u{ff0b}' => Some('+'),
        '\u{ff1a}' | '\u{2236}' => Some(':'),
        '\u{ff0c}' | '\u{3001}' => Some(','),
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' => Some('/'),
        '\u{ff08}' => Some('('),
        '\u{ff09}' => Some(')'),
        '\u{2019}' | '\u{2032}' | '\u{b4}' | '`' => Some('\''),
        '\u{2033}' | '\u{201d}' => Some('"'),
        '\u{ff5c}' => Some('|'),
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c => Some(c),
    }
}

/// Reads the word that begins at `start`: its end, and what it means.
fn word(raw: &str, start: usize) -> (usize, Sense) {
    let mut folded = [0u8; MAX_FOLDED];
    let mut len = 0;
    let mut fits = true;
    let mut end = start;
    let mut push = |c: char| {
        if len + c.len_utf8() <= MAX_FOLDED {
            len += c.encode_utf8(&mut folded[len..]).len();
        } else {
            fits = false;
        }
    };
    for c in raw[start..].chars() {
        if !is_letter(c) || (end > start && is_ideograph(c)) {
            break;
        }
        end += c.len_utf8();
        fold(c, &mut push);
        if is_ideograph(c) {
            break;
        }
    }
    if !fits {
        return (end, Sense::Unknown);
    }
    let folded = std::str::from_utf8(&folded[..len]).unwrap_or_default();
    (end, sense_of(folded))
}

/// Lower case, without marks: `Tháng`, `THÁNG` and its NFD form are all `thang`.
fn fold(c: char, push: &mut impl FnMut(char)) {
    if c.is_ascii() {
        return push(c.to_ascii_lowercase());
    }
    match c {
        'đ' | 'Đ' | 'ð' | 'Ð' => return push('d'),
        'ł' | 'Ł' => return push('l'),
        'ø' | 'Ø' => return push('o'),
        'ı' => return push('i'),
        'ς' => return push('σ'),
        'ß' => {
            push('s');
            return push('s');
        }
        'æ' | 'Æ' => {
            push('a');
            return push('e');
        }
        _ => {}
    }
    // Hangul and kana would fall into pieces that nobody writes in a dictionary.
    if c >= '\u{2000}' {
        return push(c);
    }
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |part| {
            if !is_combining_mark(part) {
                push(if part == 'ς' { 'σ' } else { part });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn senses(raw: &str) -> Vec<Kind> {
        let mut tokens = Vec::new();
        cut(raw, 100, &mut tokens);
        tokens.iter().map(|t| t.kind).collect()
    }

    #[test]
    fn composed_decomposed_and_bare_words_mean_the_same() {
        let composed = senses("Tháng");
        assert_eq!(composed, [Kind::Word(Sense::Thang)]);
        assert_eq!(senses("Tha\u{301}ng"), composed);
        assert_eq!(senses("THANG"), composed);
    }

    #[test]
    fn ideographs_stand_alone() {
        assert_eq!(senses("2022年12月").len(), 4);
    }

    #[test]
    fn stops_at_the_limit() {
        let mut tokens = Vec::new();
        cut(&"1 a ".repeat(1000), 10, &mut tokens);
        assert_eq!(tokens.len(), 10);
    }

    #[test]
    fn positions_are_those_of_the_raw_text() {
        let raw = "\u{200b}Ngày\u{a0}20";
        let mut tokens = Vec::new();
        cut(raw, 10, &mut tokens);
        let pieces: Vec<_> = tokens.iter().map(|t| (&raw[t.start..t.end], t.spaced)).collect();
        assert_eq!(pieces, [("Ngày", false), ("20", true)]);
    }
}
