//! Whether a credit line means an outlet.

use super::fold;

/// Words before the name of an outlet that say nothing about which one it is.
const PREFIXES: [&str; 6] = ["theo", "nguon", "tin", "bao", "tapchi", "www"];

/// Endings of an outlet's domain that a credit line may leave out.
const SUFFIXES: [&str; 6] = ["comvn", "orgvn", "govvn", "netvn", "vn", "com"];

/// Tells whether `credit` (`Báo Hà Nam`, `baohanam.com.vn`) names the outlet called `outlet` (`Hà Nam`, `Báo Hà Nam`).
///
/// Accents, case, spaces, a leading `Báo` and the ending of a domain do not matter; anything else does, so that
/// `Hà Nam` is not `Báo Hà Nam mới`.
pub(super) fn same_outlet(credit: &str, outlet: &str) -> bool {
    let (credit, outlet) = (core(credit), core(outlet));
    !credit.is_empty() && credit == outlet
}

/// The letters of a name without what outlets add to it.
fn core(name: &str) -> String {
    let mut letters = String::new();
    for c in name.chars().take(200) {
        match fold::table().get(c as usize) {
            Some(&class) if (class & !fold::UPPER).is_ascii_alphanumeric() => {
                letters.push((class & !fold::UPPER) as char)
            }
            Some(&fold::SLOW) | None => fold::decompose(c, |part, _| letters.push(part)),
            Some(_) => {}
        }
    }
    let mut core = letters.as_str();
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| core.strip_prefix(prefix)).filter(|rest| rest.len() > 2) {
        core = rest;
    }
    if let Some(rest) = SUFFIXES.iter().find_map(|suffix| core.strip_suffix(suffix)).filter(|rest| rest.len() > 2) {
        core = rest;
    }
    core.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(credit: &str, outlet: &str, expected: bool) {
        assert_eq!(same_outlet(credit, outlet), expected, "{credit} / {outlet}");
    }

    #[test]
    fn an_outlet_is_known_by_its_name_in_any_dress() {
        check("Báo Hà Nam", "Báo Hà Nam", true);
        check("HÀ NAM", "Báo Hà Nam", true);
        check("Theo Báo Hà Nam", "Hà Nam", true);
        check("baohanam.com.vn", "Báo Hà Nam", true);
        check("www.baohanam.vn", "Báo Hà Nam", true);
    }

    #[test]
    fn another_outlet_is_another() {
        check("Báo Hà Nam", "Báo Hà Tĩnh", false);
        check("TTXVN", "Báo Hà Nam", false);
        check("Báo Hà Nam mới", "Báo Hà Nam", false);
        check("", "", false);
        check("...", "—", false);
    }
}
