//! Which of an entry's links is the article.

/// A link of an item or feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// Absolute.
    pub href: String,
    /// As given, lower case; `alternate` where none is.
    pub rel: String,
    /// Media type as given, lower case; empty where none is.
    pub media_type: String,
    /// Length in bytes as given.
    pub length: Option<u64>,
}

impl Link {
    /// Makes a link of the attributes of a `link` element.
    pub fn new(href: String, rel: Option<&str>, media_type: Option<&str>, length: Option<&str>) -> Self {
        let rel = rel.map(str::trim).filter(|rel| !rel.is_empty()).unwrap_or("alternate").to_ascii_lowercase();
        // Registered relations may be written as addresses.
        let rel = rel.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            href,
            rel,
            media_type: media_type.unwrap_or_default().trim().to_ascii_lowercase(),
            length: length.and_then(|length| length.trim().parse().ok()),
        }
    }

    fn is_html(&self) -> bool {
        self.media_type.is_empty() || self.media_type.contains("html")
    }
}

/// The article among the links of an entry: the first alternate that is HTML, else the first alternate, else the address
/// that the entry calls canonical.
///
/// `related`, `via`, `self` and the rest never are.
pub fn article(links: &[Link]) -> Option<&Link> {
    let alternates = || links.iter().filter(|link| link.rel == "alternate");
    let canonical = || links.iter().find(|link| link.rel == "canonical");
    alternates().find(|link| link.is_html()).or_else(|| alternates().next()).or_else(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(href: &str, rel: Option<&str>, media_type: Option<&str>) -> Link {
        Link::new(href.to_owned(), rel, media_type, None)
    }

    #[track_caller]
    fn check(links: &[Link], expected: Option<&str>) {
        assert_eq!(article(links).map(|link| link.href.as_str()), expected);
    }

    #[test]
    fn prefers_html() {
        check(
            &[
                link("a", Some("via"), None),
                link("b", None, Some("application/pdf")),
                link("c", None, Some("text/html")),
            ],
            Some("c"),
        );
    }

    #[test]
    fn never_takes_another_relation() {
        check(&[link("a", Some("related"), None), link("b", Some("self"), None)], None);
    }

    #[test]
    fn takes_what_is_called_canonical_where_there_is_no_other() {
        check(&[link("a", Some("canonical"), None)], Some("a"));
        check(&[link("a", Some("canonical"), None), link("b", None, None)], Some("b"));
    }

    #[test]
    fn understands_relations_written_as_addresses() {
        check(&[link("a", Some("http://www.iana.org/assignments/relation/alternate"), None)], Some("a"));
    }
}
