//! Which vocabulary a name belongs to.
//!
//! Feeds write the same namespace in many ways (with and without the last slash, https, capitals, years of drafts), use
//! prefixes they never declare, and declare prefixes they misspell. So an address is compared in a reduced form, and an
//! unknown address or a missing declaration falls back on what the prefix means everywhere else.

use crate::extract::limits::MAX_NAMESPACES;

/// A vocabulary that items are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// RSS of any version, RDF's `RDF`, names without namespace, default namespaces nobody knows.
    Core,
    /// Atom 1.0, 0.3 and the drafts between.
    Atom,
    /// `rdf:`
    Rdf,
    /// Dublin Core elements and terms.
    Dublin,
    /// `content:`
    Content,
    /// Media RSS.
    Media,
    /// iTunes and Google Play podcasts.
    Itunes,
    /// `sy:`
    Syndication,
    /// XHTML.
    Xhtml,
    /// `xml:`
    Xml,
    /// Nothing we read.
    Foreign,
}

/// The bindings in scope, innermost last.
#[derive(Debug, Clone, Default)]
pub struct Namespaces<'a> {
    bindings: Vec<(&'a str, Vocabulary)>,
    /// Whether there were more bindings than we remember.
    pub overflow: bool,
}

impl<'a> Namespaces<'a> {
    /// How many bindings there are; give it to [`Self::restore`] when the element ends.
    pub fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets the bindings made since `mark`.
    pub fn restore(&mut self, mark: usize) {
        self.bindings.truncate(mark);
    }

    /// Binds `prefix` (empty for the default namespace) to the vocabulary of `uri`.
    ///
    /// An unknown default namespace on the root (`on_root`) is some version of RSS; further in it is foreign markup.
    pub fn bind(&mut self, prefix: &'a str, uri: &str, on_root: bool) {
        if self.bindings.len() >= MAX_NAMESPACES {
            self.overflow = true;
            return;
        }
        let vocabulary = by_address(uri)
            .unwrap_or_else(|| if prefix.is_empty() && !on_root { Vocabulary::Foreign } else { by_prefix(prefix) });
        self.bindings.push((prefix, vocabulary));
    }

    /// Binds `prefix` to `vocabulary`, whatever is declared: for the prefix of a root element that we recognise.
    pub fn adopt(&mut self, prefix: &'a str, vocabulary: Vocabulary) {
        self.bindings.push((prefix, vocabulary));
    }

    /// The vocabulary of `prefix` (empty: the default namespace), and whether the prefix was declared.
    pub fn vocabulary(&self, prefix: &str) -> (Vocabulary, bool) {
        self.bindings
            .iter()
            .rev()
            .find(|(bound, _)| bound.eq_ignore_ascii_case(prefix))
            .map_or_else(|| (by_prefix(prefix), false), |&(_, vocabulary)| (vocabulary, true))
    }
}

/// Splits a qualified name into prefix (empty if none) and local name.
pub fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

fn by_prefix(prefix: &str) -> Vocabulary {
    let mut buffer = [0_u8; 16];
    let Some(lower) = lower(prefix, &mut buffer) else { return Vocabulary::Foreign };
    match lower {
        "" | "rss" | "rss1" | "rss10" | "rss11" | "rss2" | "rss20" | "rss090" | "rss091" | "rss092" | "rss200" => {
            Vocabulary::Core
        }
        "atom" | "atom10" | "atom03" | "a10" | "atom1" => Vocabulary::Atom,
        "rdf" => Vocabulary::Rdf,
        "dc" | "dcterms" | "dct" | "dcterm" | "dc11" => Vocabulary::Dublin,
        "content" => Vocabulary::Content,
        "media" | "mrss" | "yahoo" => Vocabulary::Media,
        "itunes" | "googleplay" => Vocabulary::Itunes,
        "sy" | "syn" => Vocabulary::Syndication,
        "xhtml" | "html" | "h" | "xh" => Vocabulary::Xhtml,
        "xml" => Vocabulary::Xml,
        _ => Vocabulary::Foreign,
    }
}

fn by_address(uri: &str) -> Option<Vocabulary> {
    let mut buffer = [0_u8; 80];
    let lower = lower(uri.trim(), &mut buffer)?;
    let lower = lower.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    let lower = lower.trim_end_matches(['/', '#']);
    Some(match lower {
        "" => Vocabulary::Core,
        "w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/pie"
        | "purl.org/echo"
        | "example.com/necho"
        | "example.com/newformat"
        | "uri/of/echo/namespace" => Vocabulary::Atom,
        "w3.org/1999/02/22-rdf-syntax-ns" => Vocabulary::Rdf,
        "purl.org/rss/1.0"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "backend.userland.com/rss"
        | "backend.userland.com/rss2"
        | "backend.userland.com/rss091"
        | "backend.userland.com/rss092"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss/rss.html"
        | "purl.org/net/rss1.1"
        | "hackcraft.net/rss/1.0"
        | "rssboard.org/rss-specification"
        | "my.netscape.com/publish/formats/rss-0.91.dtd"
        | "purl.org/rss/2.0" => Vocabulary::Core,
        "purl.org/dc/elements/1.1"
        | "purl.org/dc/elements/1.0"
        | "purl.org/dc/terms"
        | "purl.org/metadata/dublin_core" => Vocabulary::Dublin,
        "purl.org/rss/1.0/modules/content" | "purl.org/rss/modules/content" => Vocabulary::Content,
        "search.yahoo.com/mrss" | "search.yahoo.com/rss" | "video.search.yahoo.com/mrss" | "rssboard.org/media-rss" => {
            Vocabulary::Media
        }
        "itunes.com/dtds/podcast-1.0.dtd"
        | "itunes.com/dtds/podcast-1.0"
        | "google.com/schemas/play-podcasts/1.0"
        | "google.com/schemas/play-podcasts/1.0/play-podcasts.xsd"
        | "apple.com/itunes/podcasts" => Vocabulary::Itunes,
        "purl.org/rss/1.0/modules/syndication" | "purl.org/rss/modules/syndication" => Vocabulary::Syndication,
        "w3.org/1999/xhtml" | "w3.org/tr/xhtml1" | "w3.org/tr/xhtml1/strict" => Vocabulary::Xhtml,
        "w3.org/xml/1998/namespace" => Vocabulary::Xml,
        _ => return None,
    })
}

/// `text` in lower case, if it is ASCII and fits.
pub fn lower<'b>(text: &str, buffer: &'b mut [u8]) -> Option<&'b str> {
    let buffer = buffer.get_mut(..text.len())?;
    buffer.copy_from_slice(text.as_bytes());
    buffer.make_ascii_lowercase();
    std::str::from_utf8(buffer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: &str, uri: &str, expected: Vocabulary) {
        let mut namespaces = Namespaces::default();
        namespaces.bind(prefix, uri, true);
        assert_eq!(namespaces.vocabulary(prefix).0, expected, "{prefix}={uri}");
    }

    #[test]
    fn knows_an_address_in_every_spelling() {
        check("m", "http://search.yahoo.com/mrss", Vocabulary::Media);
        check("m", "https://search.yahoo.com/mrss/", Vocabulary::Media);
        check("i", "http://www.itunes.com/DTDs/Podcast-1.0.dtd", Vocabulary::Itunes);
        check("", "http://purl.org/atom/ns#", Vocabulary::Atom);
    }

    #[test]
    fn falls_back_on_the_prefix() {
        check("dc", "http://khong.example/ai/biet", Vocabulary::Dublin);
        check("", "http://khong.example/ai/biet", Vocabulary::Core);
        check("gi", "http://khong.example/ai/biet", Vocabulary::Foreign);
        assert_eq!(Namespaces::default().vocabulary("Media").0, Vocabulary::Media);
    }

    #[test]
    fn takes_an_unknown_default_namespace_for_rss_on_the_root_only() {
        let mut namespaces = Namespaces::default();
        namespaces.bind("", "http://khong.example/rss", true);
        assert_eq!(namespaces.vocabulary("").0, Vocabulary::Core);
        namespaces.bind("", "com-wordpress:feed-additions:1", false);
        assert_eq!(namespaces.vocabulary("").0, Vocabulary::Foreign);
    }

    #[test]
    fn forgets_bindings_when_an_element_ends() {
        let mut namespaces = Namespaces::default();
        namespaces.bind("", "http://www.w3.org/2005/Atom", true);
        let mark = namespaces.mark();
        namespaces.bind("", "http://www.w3.org/1999/xhtml", false);
        assert_eq!(namespaces.vocabulary("").0, Vocabulary::Xhtml);
        namespaces.restore(mark);
        assert_eq!(namespaces.vocabulary("").0, Vocabulary::Atom);
    }
}
