//! The canonical form of a link: what two addresses of one article have in common.
//!
//! Observed (`sources.md`, addresses and identity): one feed switches from `http` to `https`; `www.` comes and goes; a
//! trailing slash too; aggregators and newsletters add their parameters (`?vnn_source=trangchu&vnn_medium=moinong5`).
//! The form is for comparing only and is never shown or requested.

use url::Url;

/// Parameters that say where a reader came from, never which article is meant. A name that ends in `*` is a prefix.
const TRACKING_PARAMS: &[&str] = &[
    "utm_*",
    "vnn_*",
    "zarsrc",
    "zalo_*",
    "fbclid",
    "gclid",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "_ga",
    "_gl",
    "ncid",
    "cmpid",
    "ref_src",
    "s_cid",
    "spm",
    "gidzl",
    "at_*",
    "pk_*",
    "mtm_*",
    "hsa_*",
    "_hsenc",
    "_hsmi",
    "mkt_tok",
    "oly_*",
    "vero_*",
    "wt_mc",
    "xtor",
    "share_source",
    "share_medium",
];

/// Returns the form of `link` by which links are compared: no scheme, user, `www.`, default port, fragment, tracking
/// parameters or trailing slash; host in lower case; the other parameters keep their order (it can matter), as does the
/// case of the path.
///
/// `None` for what is not an `http(s)` address, and for a bare host: that is a site, not an article.
///
/// ```
/// use bantin::normalise::canonical_link;
/// let one = canonical_link("http://www.baoquangninh.vn/le-hoi-3312.html?utm_source=zalo#binh-luan");
/// assert_eq!(one, canonical_link("https://baoquangninh.vn/le-hoi-3312.html"));
/// assert_eq!(one.as_deref(), Some("baoquangninh.vn/le-hoi-3312.html"));
/// ```
pub fn canonical_link(link: &str) -> Option<String> {
    let url = Url::parse(link.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let mut canonical = host.trim_end_matches('.').to_owned();
    if let Some(port) = url.port() {
        // The other scheme's default port is no difference either: `http://host:443` is never meant.
        if port != 80 && port != 443 {
            canonical.push_str(&format!(":{port}"));
        }
    }
    let path = url.path().trim_end_matches('/');
    push_decoded(path, &mut canonical);
    let mut separator = '?';
    for pair in url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or(pair);
        if !is_tracking(name) {
            canonical.push(separator);
            push_decoded(pair, &mut canonical);
            separator = '&';
        }
    }
    (!path.is_empty() || separator == '&').then_some(canonical)
}

fn is_tracking(name: &str) -> bool {
    TRACKING_PARAMS.iter().any(|param| match param.strip_suffix('*') {
        Some(prefix) => {
            name.len() > prefix.len() && name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        }
        None => name.eq_ignore_ascii_case(param),
    })
}

/// Appends `text` with escapes of unreserved characters undone and the hex digits of the others in upper case
/// (RFC 3986 §6.2.2): `%7Euser` and `~user` are one path.
fn push_decoded(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
                at += 3;
            }
            Some(byte) => {
                out.push_str(&format!("%{byte:02X}"));
                at += 3;
            }
            None => {
                let rest = &text[at..];
                let next = rest.chars().next().expect("at is a character boundary before the end");
                out.push(next);
                at += next.len_utf8();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(link: &str, expected: &str) {
        assert_eq!(canonical_link(link).as_deref(), Some(expected), "{link}");
    }

    #[test]
    fn ignores_scheme_and_www() {
        check("http://www.bao.example/a/1.html", "bao.example/a/1.html");
        check("https://bao.example/a/1.html", "bao.example/a/1.html");
    }

    #[test]
    fn ignores_the_fragment_and_a_trailing_slash() {
        check("https://bao.example/a/1/#binh-luan", "bao.example/a/1");
    }

    #[test]
    fn ignores_tracking_parameters_and_keeps_the_others_in_order() {
        check("https://bao.example/xem?utm_source=x&id=7&UTM_Medium=y&cat=2", "bao.example/xem?id=7&cat=2");
        check("https://bao.example/tin-1.html?vnn_source=trangchu&vnn_medium=moinong5", "bao.example/tin-1.html");
    }

    #[test]
    fn keeps_the_case_of_the_path_and_lowers_that_of_the_host() {
        check("https://BAO.Example/Tin/ABC", "bao.example/Tin/ABC");
    }

    #[test]
    fn writes_escapes_one_way() {
        check("https://bao.example/%7euser/l%c3%a0ng", "bao.example/~user/l%C3%A0ng");
        check("https://bao.example/~user/làng", "bao.example/~user/l%C3%A0ng");
    }

    #[test]
    fn keeps_a_port_that_is_not_the_scheme_s() {
        check("http://bao.example:8080/1", "bao.example:8080/1");
        check("http://bao.example:80/1", "bao.example/1");
    }

    #[test]
    fn a_bare_site_names_no_article() {
        assert_eq!(canonical_link("https://bao.example/"), None);
        assert_eq!(canonical_link("https://bao.example/?utm_source=x"), None);
        check("https://bao.example/?p=12", "bao.example?p=12");
    }

    #[test]
    fn what_is_not_a_web_address_has_no_form() {
        for link in ["", "mailto:a@b.example", "javascript:alert(1)", "/a/1", "tag:b.example,2026:1"] {
            assert_eq!(canonical_link(link), None, "{link}");
        }
    }
}
