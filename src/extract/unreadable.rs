//! Why a document could not be read, and what to do about it.

use std::time::Duration;

/// Why a document gave nothing. Each says in one sentence what was found and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing was sent.
    #[error("the body is empty: the server sends nothing at this address, look it up in a browser")]
    Empty,
    /// A web page where a feed was expected.
    #[error("the body is an HTML page, not a feed: {}", feed_hint(.feed_links))]
    Html {
        /// The feeds that the page links to, absolute.
        feed_links: Vec<String>,
    },
    /// A page without the list of articles that was looked for.
    #[error("no list of articles was found: {reason}; run `bantin inspect` on the address")]
    NoList {
        /// What is missing.
        reason: String,
        /// The feeds that the page links to, absolute.
        feed_links: Vec<String>,
    },
    /// A page without the text of an article.
    #[error(
        "the page has no text that could be recognised as an article: say with `article = {{ body = … }}` where it is"
    )]
    NoArticle,
    /// A JSON document without the list that was looked for.
    #[error("no list of items was found: {reason}; correct `items` in `[source.json]`")]
    NoItems {
        /// What is missing.
        reason: String,
    },
    /// A page that says something went wrong on the server.
    #[error(
        "the body is an error page (`{title}`): the server reports a fault with status 200, wait or look the address up"
    )]
    ErrorPage {
        /// What the page calls itself.
        title: String,
    },
    /// A page that asks for a name and a password.
    #[error("the body is a login page (`{title}`): the address needs an account, use a public one")]
    LoginPage {
        /// What the page calls itself.
        title: String,
    },
    /// A page that wants to know whether we are a browser.
    #[error(
        "the body is a challenge for browsers (`{title}`): a firewall keeps programs out, ask the publisher to let feed readers in"
    )]
    Challenge {
        /// What the page calls itself.
        title: String,
    },
    /// A picture.
    #[error("the body is a picture ({format}), not a feed: correct the address")]
    Image {
        /// Which format.
        format: &'static str,
    },
    /// Another kind of file.
    #[error("the body is {format}, not a feed: correct the address")]
    Binary {
        /// Which format, with article.
        format: &'static str,
    },
    /// Compressed data that does not unpack, or unpacks to too much.
    #[error("the body is compressed data that does not unpack: the server sends it damaged or compressed twice")]
    Compressed,
    /// A sitemap where a feed was expected.
    #[error("the body is a sitemap, not a feed: set `kind = \"sitemap\"` if it is a news sitemap")]
    Sitemap,
    /// A list of feeds.
    #[error("the body is an OPML list of feeds, not a feed: read it with `bantin import`")]
    Opml,
    /// JSON that is no JSON Feed.
    #[error(
        "the body is JSON, but not a JSON Feed: set `kind = \"json\"` and say with `[source.json]` where the items are"
    )]
    Json,
    /// XML that is no feed.
    #[error("the body is XML with the root `{root}`, not a feed: correct the address")]
    OtherXml {
        /// The name of the root element.
        root: String,
    },
    /// Text without any markup.
    #[error("the body is plain text (`{start}`), not a feed: correct the address")]
    PlainText {
        /// How it begins.
        start: String,
    },
    /// Elements are nested deeper than the limit, and nothing else was found.
    #[error("elements are nested more than {limit} deep: this is not a feed but an attack or a program's mistake")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// More items than the limit, and none of use among them.
    #[error(
        "there are more than {limit} items and nothing in them: this is not a feed but an attack or a program's mistake"
    )]
    TooManyItems {
        /// The limit.
        limit: usize,
    },
    /// More bytes than the limit.
    #[error("the document has {bytes} bytes, the limit is {limit}: ask for a shorter feed")]
    TooLarge {
        /// How many there are.
        bytes: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A document of the right kind that nothing could be got out of.
    #[error("the document is damaged beyond repair: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
    /// A library gave up in a way that it should not.
    #[error("reading the document failed inside the program: please report it with the document")]
    Panicked,
    /// Reading took longer than allowed and was given up.
    #[error("reading the document took longer than {} ms and was given up: please report it with the document", .limit.as_millis())]
    TooSlow {
        /// The limit.
        limit: Duration,
    },
    /// There is no room: documents that take too long are still being read.
    #[error("too many documents are being read at once: it will be tried again")]
    Busy,
    /// The file could not be opened (`bantin read` only).
    #[error("the file cannot be read: {reason}")]
    File {
        /// Why.
        reason: String,
    },
}

impl Unreadable {
    /// A short stable name, for outcomes and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty-body",
            Self::Html { .. } => "html",
            Self::NoList { .. } => "no-list",
            Self::NoArticle => "no-article",
            Self::NoItems { .. } => "no-items",
            Self::ErrorPage { .. } => "error-page",
            Self::LoginPage { .. } => "login-page",
            Self::Challenge { .. } => "challenge",
            Self::Image { .. } => "image",
            Self::Binary { .. } => "binary",
            Self::Compressed => "compressed",
            Self::Sitemap => "sitemap",
            Self::Opml => "opml",
            Self::Json => "json",
            Self::OtherXml { .. } => "other-xml",
            Self::PlainText { .. } => "plain-text",
            Self::TooDeep { .. } => "too-deep",
            Self::TooManyItems { .. } => "too-many-items",
            Self::TooLarge { .. } => "too-large",
            Self::Malformed { .. } => "malformed",
            Self::Panicked => "panicked",
            Self::TooSlow { .. } => "too-slow",
            Self::Busy => "busy",
            Self::File { .. } => "file",
        }
    }
}

fn feed_hint(feed_links: &[String]) -> String {
    match feed_links {
        [] => "correct the address, or set `kind = \"html\"` to read the page itself".to_owned(),
        [one] => format!("use the feed it links to, `{one}`"),
        [first, more @ ..] => format!("use one of the {} feeds it links to, such as `{first}`", more.len() + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_in_one_sentence_what_to_do() {
        assert_eq!(
            Unreadable::Html { feed_links: vec!["https://tin.example/rss".to_owned()] }.to_string(),
            "the body is an HTML page, not a feed: use the feed it links to, `https://tin.example/rss`"
        );
        assert_eq!(
            Unreadable::TooDeep { limit: 200 }.to_string(),
            "elements are nested more than 200 deep: this is not a feed but an attack or a program's mistake"
        );
    }
}
