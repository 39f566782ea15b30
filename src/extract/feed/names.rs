//! The words of all feed formats, brought to one vocabulary.

use crate::extract::xml::namespaces::{Vocabulary, lower};

/// What an element means, whichever format and spelling it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    // Structure.
    Rss,
    RdfRoot,
    Feed,
    Channel,
    Item,
    Image,
    TextInput,
    // Texts of feeds and items.
    Title,
    AltTitle,
    Subtitle,
    Description,
    Summary,
    Content,
    Encoded,
    XhtmlBody,
    AltSummary,
    Rights,
    Generator,
    Language,
    // Identity and addresses.
    Id,
    Guid,
    Link,
    Url,
    Enclosure,
    Source,
    Identifier,
    Comments,
    // Dates.
    PubDate,
    Published,
    Created,
    Issued,
    Updated,
    LastBuildDate,
    DublinDate,
    // People and labels.
    Author,
    Contributor,
    ManagingEditor,
    WebMaster,
    Creator,
    Publisher,
    ItunesAuthor,
    Person,
    Email,
    Category,
    Subject,
    // Hints.
    Ttl,
    SkipHours,
    Hour,
    SkipDays,
    Day,
    UpdatePeriod,
    UpdateFrequency,
    UpdateBase,
    // Media.
    MediaGroup,
    MediaContent,
    MediaThumbnail,
    MediaTitle,
    MediaDescription,
    MediaCredit,
    ItunesImage,
    /// One of ours that means nothing here but ends an element that was left open (`docs`, `cloud`, `rating`).
    Known,
    /// An element of HTML, or a foreign one.
    Unknown,
}

impl Name {
    /// What `local` means in `vocabulary`. Case does not matter.
    pub fn of(vocabulary: Vocabulary, local: &str) -> Self {
        let mut buffer = [0_u8; 24];
        let Some(local) = lower(local, &mut buffer) else { return Self::Unknown };
        match vocabulary {
            Vocabulary::Core | Vocabulary::Atom => core(local),
            Vocabulary::Rdf => match local {
                "rdf" => Self::RdfRoot,
                _ => Self::Unknown,
            },
            Vocabulary::Dublin => match local {
                "title" => Self::AltTitle,
                "description" | "abstract" => Self::AltSummary,
                "date" => Self::DublinDate,
                "issued" => Self::Issued,
                "created" => Self::Created,
                "modified" => Self::Updated,
                "creator" | "author" => Self::Creator,
                "contributor" => Self::Contributor,
                "publisher" => Self::Publisher,
                "subject" => Self::Subject,
                "rights" => Self::Rights,
                "language" => Self::Language,
                "identifier" => Self::Identifier,
                _ => Self::Known,
            },
            Vocabulary::Content => match local {
                "encoded" => Self::Encoded,
                _ => Self::Unknown,
            },
            Vocabulary::Media => match local {
                "group" => Self::MediaGroup,
                "content" => Self::MediaContent,
                "thumbnail" => Self::MediaThumbnail,
                "title" => Self::MediaTitle,
                "description" => Self::MediaDescription,
                "credit" => Self::MediaCredit,
                _ => Self::Unknown,
            },
            Vocabulary::Itunes => match local {
                "author" => Self::ItunesAuthor,
                "summary" | "subtitle" | "description" => Self::AltSummary,
                "title" => Self::AltTitle,
                "image" => Self::ItunesImage,
                "keywords" | "explicit" | "duration" | "episode" | "episodetype" | "season" | "block" => Self::Known,
                _ => Self::Unknown,
            },
            Vocabulary::Syndication => match local {
                "updateperiod" => Self::UpdatePeriod,
                "updatefrequency" => Self::UpdateFrequency,
                "updatebase" => Self::UpdateBase,
                _ => Self::Known,
            },
            Vocabulary::Xhtml => match local {
                "body" => Self::XhtmlBody,
                _ => Self::Unknown,
            },
            Vocabulary::Xml | Vocabulary::Foreign => Self::Unknown,
        }
    }

    /// Whether the element also exists in HTML, so that it may stand inside a text with markup.
    pub fn is_also_html(self, local: &str) -> bool {
        match self {
            Self::Title | Self::Link | Self::Source | Self::Summary | Self::Image | Self::Content => true,
            _ => is_html(local),
        }
    }

    /// Whether the element is so much an item's own that a foreign element before it must be over.
    pub fn ends_foreign(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::Link
                | Self::Guid
                | Self::Id
                | Self::PubDate
                | Self::Published
                | Self::Updated
                | Self::Description
                | Self::Summary
                | Self::Content
                | Self::Encoded
                | Self::Category
                | Self::Creator
        )
    }

    /// Whether the element holds words rather than a value.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::AltTitle
                | Self::MediaTitle
                | Self::Subtitle
                | Self::Category
                | Self::Subject
                | Self::Rights
                | Self::Author
                | Self::Creator
                | Self::Person
        )
    }

    /// Whether the element holds other elements that we read, rather than text.
    pub fn is_container(self) -> bool {
        matches!(
            self,
            Self::Rss
                | Self::RdfRoot
                | Self::Feed
                | Self::Channel
                | Self::Item
                | Self::Image
                | Self::TextInput
                | Self::SkipHours
                | Self::SkipDays
                | Self::MediaGroup
                | Self::MediaContent
        )
    }
}

fn core(local: &str) -> Name {
    match local {
        "rss" => Name::Rss,
        "rdf" => Name::RdfRoot,
        "feed" => Name::Feed,
        "channel" => Name::Channel,
        "item" | "entry" => Name::Item,
        "image" => Name::Image,
        "textinput" => Name::TextInput,
        "title" => Name::Title,
        "subtitle" | "tagline" => Name::Subtitle,
        "description" | "info" | "abstract" => Name::Description,
        "summary" => Name::Summary,
        "content" | "fullitem" | "encoded" => Name::Content,
        "rights" | "copyright" => Name::Rights,
        "generator" => Name::Generator,
        "language" => Name::Language,
        "id" => Name::Id,
        "guid" => Name::Guid,
        "link" => Name::Link,
        "url" | "uri" | "homepage" => Name::Url,
        "enclosure" => Name::Enclosure,
        "source" => Name::Source,
        "comments" => Name::Comments,
        "pubdate" => Name::PubDate,
        "published" => Name::Published,
        "created" => Name::Created,
        "issued" => Name::Issued,
        "updated" | "modified" => Name::Updated,
        "lastbuilddate" => Name::LastBuildDate,
        "date" => Name::DublinDate,
        "author" => Name::Author,
        "contributor" => Name::Contributor,
        "managingeditor" => Name::ManagingEditor,
        "webmaster" => Name::WebMaster,
        "creator" => Name::Creator,
        "publisher" => Name::Publisher,
        "name" => Name::Person,
        "email" => Name::Email,
        "category" => Name::Category,
        "subject" => Name::Subject,
        "ttl" => Name::Ttl,
        "skiphours" => Name::SkipHours,
        "hour" => Name::Hour,
        "skipdays" => Name::SkipDays,
        "day" => Name::Day,
        "docs" | "cloud" | "rating" | "icon" | "logo" | "width" | "height" | "items" => Name::Known,
        _ => Name::Unknown,
    }
}

/// Whether `local` is an element of HTML that people write inside texts.
pub fn is_html(local: &str) -> bool {
    let mut buffer = [0_u8; 12];
    let Some(local) = lower(local, &mut buffer) else { return false };
    matches!(
        local,
        "a" | "abbr"
            | "acronym"
            | "address"
            | "article"
            | "aside"
            | "audio"
            | "b"
            | "bdo"
            | "big"
            | "blockquote"
            | "br"
            | "button"
            | "caption"
            | "center"
            | "cite"
            | "code"
            | "col"
            | "dd"
            | "del"
            | "details"
            | "dfn"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "embed"
            | "figcaption"
            | "figure"
            | "font"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "i"
            | "iframe"
            | "img"
            | "input"
            | "ins"
            | "kbd"
            | "label"
            | "li"
            | "main"
            | "mark"
            | "nav"
            | "noscript"
            | "object"
            | "ol"
            | "p"
            | "param"
            | "picture"
            | "pre"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "script"
            | "section"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "style"
            | "sub"
            | "sup"
            | "svg"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "time"
            | "tr"
            | "tt"
            | "u"
            | "ul"
            | "var"
            | "video"
            | "wbr"
    )
}
