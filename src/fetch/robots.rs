//! robots.txt: what a site asks of programs that read its pages (RFC 9309). Pure.
//!
//! We ask for listing pages a few times an hour and count as a crawler there; a feed is put up to be fetched by programs
//! and needs no permission.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The name we go by in robots.txt.
pub const AGENT: &str = "bantin";
/// What must at least be read (RFC 9309 section 2.5); what stands further down is passed over.
pub(super) const MOST_BYTES: usize = 500 * 1024;
/// Rules beyond this are passed over.
const MOST_RULES: usize = 5_000;
/// A longer pattern than any path we would ask for.
const LONGEST_PATTERN: usize = 2_048;
/// Longest `crawl-delay` that is honoured: with a few sources on a host it still lets them all be polled in time.
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// What a robots.txt says to us.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Robots {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rule {
    allow: bool,
    /// Percent-encoding normalised; without the `$` that anchors it.
    pattern: String,
    anchored: bool,
}

impl Robots {
    /// Reads the groups for `bantin`, or those for everybody where there are none.
    ///
    /// Anything else that may stand there (an HTML page, nonsense) allows everything.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_BYTES)]);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let (mut ours, mut everybodys) = (None, Self::default());
        // Which of the two the lines now being read are for.
        let (mut for_us, mut for_everybody) = (false, false);
        let mut in_names = false;
        for line in text.split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or("");
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if matches!(key.as_str(), "user-agent" | "useragent") {
                if !in_names {
                    (for_us, for_everybody) = (false, false);
                }
                in_names = true;
                for_everybody |= value == "*";
                if value.split('/').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(AGENT)) {
                    for_us = true;
                    // That there is a group for us counts even if it forbids nothing.
                    ours.get_or_insert_with(Self::default);
                }
                continue;
            }
            // Other lines (`Sitemap`) may stand anywhere and end nothing.
            if !matches!(key.as_str(), "allow" | "disallow" | "crawl-delay") {
                continue;
            }
            in_names = false;
            if for_us && let Some(ours) = &mut ours {
                ours.add(&key, value);
            }
            if for_everybody {
                everybodys.add(&key, value);
            }
        }
        ours.unwrap_or(everybodys)
    }

    fn add(&mut self, key: &str, value: &str) {
        if key == "crawl-delay" {
            let delay = value.parse::<f64>().ok().filter(|delay| *delay > 0.0);
            self.crawl_delay =
                delay.map(|delay| Duration::try_from_secs_f64(delay).unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY));
            return;
        }
        // An empty `Disallow` forbids nothing.
        if value.is_empty() || value.len() > LONGEST_PATTERN || self.rules.len() >= MOST_RULES {
            return;
        }
        let (pattern, anchored) = value.strip_suffix('$').map_or((value, false), |pattern| (pattern, true));
        self.rules.push(Rule { allow: key == "allow", pattern: normalise(pattern), anchored });
    }

    /// Whether a path with its query may be asked for. The longest rule that matches decides, the friendlier one of two
    /// equally long ones; without any, it may.
    pub fn allows(&self, path_and_query: &str) -> bool {
        let path = normalise(path_and_query);
        self.rules
            .iter()
            .filter(|rule| rule.matches(&path))
            .max_by_key(|rule| (rule.pattern.len() + usize::from(rule.anchored), rule.allow))
            .is_none_or(|rule| rule.allow)
    }

    /// The pause the site asks for between two requests, within bounds.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let mut parts = self.pattern.split('*');
        let first = parts.next().unwrap_or("");
        let Some(mut rest) = path.strip_prefix(first) else { return false };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return !self.anchored || rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() && self.anchored {
                return rest.ends_with(part);
            }
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

/// Writes every byte in the one way that two writings of the same path have in common: letters, digits and `-._~` as they
/// are, other encoded bytes with capital hexadecimal digits, bytes beyond ASCII encoded.
fn normalise(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut normal = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let encoded = (byte == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let (value, was_encoded) = encoded.map_or((byte, false), |value| (value, true));
        at += if was_encoded { 3 } else { 1 };
        let plain = value.is_ascii_alphanumeric() || b"-._~".contains(&value);
        if plain || (!was_encoded && value.is_ascii_graphic()) {
            normal.push(char::from(value));
        } else {
            normal.push_str(&format!("%{value:02X}"));
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(robots: &str, path: &str, allowed: bool) {
        assert_eq!(Robots::parse(robots.as_bytes()).allows(path), allowed, "{robots:?} {path}");
    }

    const ALL: &str = "User-agent: *\n";

    #[test]
    fn nothing_said_is_nothing_forbidden() {
        for robots in
            ["", "\n\n", "Sitemap: http://bao.example.vn/s.xml", "<html><body>404</body></html>", "Disallow: /"]
        {
            check(robots, "/tin-tuc", true);
        }
        check(&format!("{ALL}Disallow:"), "/tin-tuc", true);
    }

    #[test]
    fn the_group_for_us_counts_before_the_one_for_everybody() {
        let robots = "User-agent: *\nDisallow: /\n\nUser-agent: Bantin/1.0\nDisallow: /admin\n";
        check(robots, "/tin-tuc", true);
        check(robots, "/admin/x", false);
        check("User-agent: *\nAllow: /\nUser-agent: bantin\nDisallow: /\n", "/tin-tuc", false);
        check("User-agent: *\nDisallow: /\nUser-agent: bantin\nDisallow:\n", "/tin-tuc", true);
        check("User-agent: bantinbot\nDisallow: /\n", "/tin-tuc", true);
    }

    #[test]
    fn groups_for_the_same_name_are_one_group() {
        let robots = "user-agent: a\nuser-agent: bantin\ndisallow: /a\n\nuser-agent: b\ndisallow: /b\n\nuser-agent: bantin\ndisallow: /c\n";
        check(robots, "/a", false);
        check(robots, "/b", true);
        check(robots, "/c", false);
    }

    #[test]
    fn the_longest_rule_decides_and_the_friendlier_of_two() {
        let robots = format!("{ALL}Disallow: /tin\nAllow: /tin-tuc\n");
        check(&robots, "/tin-tuc/1", true);
        check(&robots, "/tin/1", false);
        check(&format!("{ALL}Disallow: /tin\nAllow: /tin\n"), "/tin", true);
    }

    #[test]
    fn stars_stand_for_anything_and_dollars_for_the_end() {
        let robots = format!("{ALL}Disallow: /*.aspx$\nDisallow: /*?print=\nDisallow: /a*b*c\n");
        check(&robots, "/Trang/x.aspx", false);
        check(&robots, "/Trang/x.aspx?page=2", true);
        check(&robots, "/tin?print=1", false);
        check(&robots, "/a-b-c-d", false);
        check(&robots, "/a-c-b", true);
        check(&format!("{ALL}Disallow: /$"), "/", false);
        check(&format!("{ALL}Disallow: /$"), "/x", true);
        check(&format!("{ALL}Disallow: /*a$"), "/banana", false);
    }

    #[test]
    fn paths_are_compared_however_they_are_encoded() {
        check(&format!("{ALL}Disallow: /tin-tức"), "/tin-t%E1%BB%A9c/1", false);
        check(&format!("{ALL}Disallow: /tin-t%e1%bb%a9c"), "/tin-tức", false);
        check(&format!("{ALL}Disallow: /%7Euser"), "/~user", false);
        check(&format!("{ALL}Disallow: /a%2Fb"), "/a/b", true);
        check(&format!("{ALL}Disallow: /100%"), "/100%", false);
    }

    #[test]
    fn comments_marks_and_other_line_ends_are_understood() {
        check("\u{feff}User-Agent : * # all\r\nDISALLOW : /x # that\r\n", "/x", false);
        check("User-agent: *\rDisallow: /x\r", "/x", false);
        check("User-agent: *\nSitemap: http://bao.example.vn/s\nDisallow: /x\n", "/x", false);
    }

    #[test]
    fn crawl_delay_is_honoured_within_bounds() {
        let delay = |value: &str| Robots::parse(format!("{ALL}Crawl-delay: {value}\n").as_bytes()).crawl_delay();
        assert_eq!(delay("2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(delay("86400"), Some(LONGEST_DELAY));
        assert_eq!(delay("1e300"), Some(LONGEST_DELAY));
        assert_eq!(delay("-1"), None);
        assert_eq!(delay("NaN"), None);
        assert_eq!(delay("soon"), None);
    }

    #[test]
    fn a_huge_file_is_read_only_so_far() {
        let robots = format!("{ALL}Disallow: /x\n{}Disallow: /y\n", "Disallow: /z\n".repeat(60_000));
        check(&robots, "/x", false);
        check(&robots, "/y", true);
    }

    proptest! {
        #[test]
        fn never_panics(robots in "(User-agent: \\*\n)?(((Dis)?allow|Crawl-delay): [/a*$%0-9ế]{0,9}\n){0,9}", path in "/[a*$%0-9ế/]{0,20}") {
            let _ = Robots::parse(robots.as_bytes()).allows(&path);
        }

        #[test]
        fn a_rule_without_signs_is_a_prefix(rule in "/[a-c]{0,3}", path in "/[a-c]{0,5}") {
            let robots = Robots::parse(format!("{ALL}Disallow: {rule}").as_bytes());
            prop_assert_eq!(robots.allows(&path), !path.starts_with(&rule));
        }
    }
}
