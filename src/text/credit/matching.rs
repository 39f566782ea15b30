//! Which outlet of `feeds.toml` a credit names.

use super::super::fold::{folded, stripped};

/// Tells whether a credit names an outlet, by its name or one of its other names.
///
/// Case, tone placement, `Báo` and `báo điện tử` in front, `online` behind and common abbreviations make no difference; a
/// host names the newspaper it is made of (`baohanam.com.vn`, Báo Hà Nam). A credit of several outlets names each of them.
pub fn matches_outlet(credit: &str, outlet: &str, aliases: &[String]) -> bool {
    let whole = std::iter::once(credit);
    let parts = credit
        .split([',', ';', '/', '(', ')', '|'])
        .flat_map(|part| part.split(" - "))
        .flat_map(|part| part.split(" và "));
    let names: Vec<&str> = whole.chain(parts).map(str::trim).filter(|part| !part.is_empty()).collect();
    std::iter::once(outlet)
        .chain(aliases.iter().map(String::as_str))
        .filter(|known| !known.trim().is_empty())
        .any(|known| names.iter().any(|name| same_outlet(name, known)))
}

fn same_outlet(one: &str, other: &str) -> bool {
    match (host_of(one), host_of(other)) {
        (Some(one), Some(other)) => one == other,
        (Some(host), None) => host_names(&host, other),
        (None, Some(host)) => host_names(&host, one),
        (None, None) => {
            let (one, other) = (core(one), core(other));
            let bare = |name: &str| stripped(name);
            // A name typed without marks is compared without them.
            let unmarked = bare(&one) == one || bare(&other) == other;
            !one.is_empty() && (one == other || unmarked && bare(&one) == bare(&other))
        }
    }
}

/// The name by which outlets are compared: folded, abbreviations written out, without what kind of newspaper it is.
fn core(name: &str) -> String {
    let mut name = folded(name);
    for (short, long) in [
        ("ttđt", "thông tin điện tử"),
        ("tt-đt", "thông tin điện tử"),
        ("tt đt", "thông tin điện tử"),
        ("ubnd", "uỷ ban nhân dân"),
        ("ptth", "phát thanh truyền hình"),
        ("pt-th", "phát thanh truyền hình"),
        ("pt&th", "phát thanh truyền hình"),
        ("tp.", "thành phố "),
        ("tp ", "thành phố "),
    ] {
        name = name.replace(&folded(short), &folded(long));
    }
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric() && c != '&' && c != '+')
        .filter(|word| !word.is_empty() && !["tỉnh", "và", "&"].contains(word))
        .collect();
    let mut words = words.as_slice();
    for front in [&["báo", "điện", "tử"][..], &["bao", "dien", "tu"], &["báo"], &["bao"]] {
        if let Some(rest) = words.strip_prefix(front).filter(|rest| !rest.is_empty()) {
            words = rest;
            break;
        }
    }
    for back in [&["online"][..], &["điện", "tử"], &["dien", "tu"], &["onl"]] {
        words = words.strip_suffix(back).filter(|rest| !rest.is_empty()).unwrap_or(words);
    }
    words.join(" ")
}

/// The host that a text is, or the address it is: lower case, without `www.`. One that has words around it is neither.
pub(super) fn host_of(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        return None;
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let (name, top) = host.rsplit_once('.')?;
    let plain =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let known = text.contains("://")
        || matches!(top, "vn" | "com" | "net" | "org" | "info" | "gov" | "edu" | "tv" | "asia" | "news");
    (known && plain(name) && plain(top)).then(|| host.to_owned())
}

/// Whether a label of `host` is the name, written together: `baohanam`, `hanam` with `báo` in front.
fn host_names(host: &str, name: &str) -> bool {
    let together = |text: &str| stripped(&folded(text)).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (full, core) = (together(name), together(&core(name)));
    let newspaper = full.starts_with("bao");
    !core.is_empty()
        && host.split('.').rev().skip(1).any(|label| {
            let label = label.replace('-', "");
            label == full
                || label == format!("bao{core}") && newspaper
                || label == core && core.len() > 4 && !newspaper
                || label == core && newspaper && !host.ends_with("gov.vn") && core.len() > 3
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_match(credit: &str, outlet: &str, expected: bool) {
        assert_eq!(matches_outlet(credit, outlet, &[]), expected, "{credit:?} is {outlet:?}");
    }

    #[test]
    fn a_credit_matches_its_outlet_in_every_spelling() {
        check_match("Báo Hà Nam", "Báo Hà Nam", true);
        check_match("BÁO HÀ NAM", "Báo Hà Nam", true);
        check_match("báo điện tử Hà Nam", "Báo Hà Nam", true);
        check_match("Báo Hà Nam điện tử", "Báo Hà Nam", true);
        check_match("Hà Nam Online", "Báo Hà Nam", true);
        check_match("Bao Ha Nam", "Báo Hà Nam", true);
        check_match("Báo Hoà Bình", "Báo Hòa Bình", true);
        check_match("baohanam.com.vn", "Báo Hà Nam", true);
        check_match("https://www.baohanam.com.vn/tin-1.html", "Báo Hà Nam", true);
        check_match("Báo Hà Nam", "baohanam.com.vn", true);
        check_match("Cổng TTĐT tỉnh Hà Nam", "Cổng thông tin điện tử Hà Nam", true);
        check_match("TTXVN/Tin Tức", "Báo Tin tức", true);
        check_match("BBC, Dân trí", "Dân trí", true);
        check_match("vnexpress.net", "VnExpress", true);
        check_match("Đài PT-TH Hà Nam", "Đài Phát thanh và Truyền hình Hà Nam", true);
        assert!(matches_outlet("HNO", "Báo Hà Nội Mới", &["HNO".to_owned()]));
    }

    #[test]
    fn a_credit_of_another_outlet_does_not_match() {
        check_match("Báo Hà Nam", "Báo Hà Nội", false);
        check_match("Báo Hà Nam", "Đài Phát thanh và Truyền hình Hà Nam", false);
        check_match("hanam.gov.vn", "Báo Hà Nam", false);
        check_match("baohanam.com.vn", "Báo Hà Nội", false);
        check_match("Báo", "Báo Hà Nam", false);
        check_match("", "Báo Hà Nam", false);
        check_match("Báo Hà Nam", "", false);
        check_match("Báo Bão", "Báo Báo", false);
    }
}
