//! What had to be put right in a document, counted by kind, in words that can be sent to its publisher.

use std::borrow::Cow;

use crate::model::Problem;

/// A kind of fault. Each has a short stable name and a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The bytes are not in the encoding that the document or its server states.
    WrongEncoding,
    /// The document names an encoding nobody knows, or none while it needs one.
    UnknownEncoding,
    /// Single bytes that are invalid in an otherwise right encoding.
    StrayBytes,
    /// Text that was encoded as UTF-8 twice.
    TwiceEncoded,
    /// The whole document is escaped inside another.
    Escaped,
    /// Characters that XML 1.0 forbids.
    ForbiddenCharacters,
    /// The body was compressed once more than the server says.
    Compressed,
    /// Something stands before the document.
    LeadingJunk,
    /// Something stands after it.
    TrailingJunk,
    /// More than one XML declaration, or one that is not at the beginning.
    StrayDeclaration,
    /// `&` that begins no reference.
    BareAmpersand,
    /// `<` that opens nothing.
    BareLessThan,
    /// References to what is no character.
    BadReference,
    /// HTML's named entities without a declaration.
    HtmlEntity,
    /// Entities of a DTD used beyond the limit.
    EntityExpansion,
    /// Tags cut short by the next, attribute values without closing quote.
    BrokenTag,
    /// Attribute values without quotes.
    UnquotedAttribute,
    /// Elements that are never closed.
    MissingEndTag,
    /// End tags that close nothing.
    WrongEndTag,
    /// CDATA sections or comments that are never closed.
    UnclosedSection,
    /// The document ends too early.
    CutOff,
    /// Prefixes that are used and never declared.
    UndeclaredPrefix,
    /// `<rss>` without a version, or with one that never existed.
    Version,
    /// Items outside the channel, a channel that ends early or is missing.
    Misplaced,
    /// Element names in the wrong case.
    WrongCase,
    /// Markup where only text is allowed.
    MarkupInText,
    /// A content type that Atom does not know.
    BadType,
    /// An item with nothing in it.
    EmptyItem,
    /// The same id on two items.
    RepeatedId,
    /// A date that cannot be read.
    BadDate,
    /// An address that is none, or relative without anything to resolve it by.
    BadLink,
    /// Elements nested deeper than the limit.
    TooDeep,
    /// More items than the limit.
    TooManyItems,
    /// Texts, lists, attributes or namespaces beyond their limits.
    TooLong,
    /// JSON that breaks the rules of JSON.
    BadJson,
    /// JSON Feed values of another type than the specification's.
    WrongJsonType,
}

impl Fault {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongEncoding => "wrong-encoding",
            Self::UnknownEncoding => "unknown-encoding",
            Self::StrayBytes => "stray-bytes",
            Self::TwiceEncoded => "twice-encoded",
            Self::Escaped => "escaped-document",
            Self::ForbiddenCharacters => "forbidden-characters",
            Self::Compressed => "compressed",
            Self::LeadingJunk => "leading-junk",
            Self::TrailingJunk => "trailing-junk",
            Self::StrayDeclaration => "stray-declaration",
            Self::BareAmpersand => "bare-ampersand",
            Self::BareLessThan => "bare-less-than",
            Self::BadReference => "bad-reference",
            Self::HtmlEntity => "html-entity",
            Self::EntityExpansion => "entity-expansion",
            Self::BrokenTag => "broken-tag",
            Self::UnquotedAttribute => "unquoted-attribute",
            Self::MissingEndTag => "missing-end-tag",
            Self::WrongEndTag => "wrong-end-tag",
            Self::UnclosedSection => "unclosed-section",
            Self::CutOff => "cut-off",
            Self::UndeclaredPrefix => "undeclared-prefix",
            Self::Version => "rss-version",
            Self::Misplaced => "misplaced-element",
            Self::WrongCase => "wrong-case",
            Self::MarkupInText => "markup-in-text",
            Self::BadType => "bad-content-type",
            Self::EmptyItem => "empty-item",
            Self::RepeatedId => "repeated-id",
            Self::BadDate => "bad-date",
            Self::BadLink => "bad-link",
            Self::TooDeep => "too-deep",
            Self::TooManyItems => "too-many-items",
            Self::TooLong => "too-long",
            Self::BadJson => "bad-json",
            Self::WrongJsonType => "wrong-json-type",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::WrongEncoding => "the bytes are not in the encoding that is stated",
            Self::UnknownEncoding => "the encoding is not stated, or its name is unknown",
            Self::StrayBytes => "bytes are invalid in the document's encoding and were read as windows-1252",
            Self::TwiceEncoded => "the text was encoded as UTF-8 twice",
            Self::Escaped => "the feed is escaped inside another document",
            Self::ForbiddenCharacters => "characters that XML forbids were removed",
            Self::Compressed => "the body is compressed although the server does not say so",
            Self::LeadingJunk => "something stands before the document",
            Self::TrailingJunk => "something stands after the document",
            Self::StrayDeclaration => "an XML declaration stands where none may be",
            Self::BareAmpersand => "`&` should be written `&amp;`",
            Self::BareLessThan => "`<` should be written `&lt;`",
            Self::BadReference => "a numeric reference names no character that XML allows",
            Self::HtmlEntity => "a named entity of HTML is not declared in XML",
            Self::EntityExpansion => "entities of the DTD are used more than the limit of 1 MiB allows",
            Self::BrokenTag => "a tag has no end or an attribute value no closing quote",
            Self::UnquotedAttribute => "an attribute value has no quotes",
            Self::MissingEndTag => "an element is never closed",
            Self::WrongEndTag => "an end tag closes nothing",
            Self::UnclosedSection => "a CDATA section or comment is never closed",
            Self::CutOff => "the document ends too early; the complete items were kept",
            Self::UndeclaredPrefix => "a namespace prefix is not declared",
            Self::Version => "the version of `<rss>` is missing or unknown",
            Self::Misplaced => "an element stands outside the channel it belongs to",
            Self::WrongCase => "an element's name is written in the wrong case",
            Self::MarkupInText => "unescaped markup stands where only text is allowed",
            Self::BadType => "a `type` is none that Atom knows",
            Self::EmptyItem => "an item has no title, address, id or text and was dropped",
            Self::RepeatedId => "an id stands on more than one item",
            Self::BadDate => "a date cannot be read",
            Self::BadLink => "an address cannot be used",
            Self::TooDeep => "elements are nested more than 200 deep; what lies deeper was skipped",
            Self::TooManyItems => "there are more than 10000 items; the first were kept",
            Self::TooLong => "a text or list is longer than the limit and was cut",
            Self::BadJson => "the JSON is not well-formed",
            Self::WrongJsonType => "a value is of another type than JSON Feed requires",
        }
    }
}

#[derive(Debug, Clone)]
struct Seen {
    fault: Fault,
    count: u32,
    sample: Option<String>,
}

/// The faults of one document, each with its count and the first value that showed it.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    seen: Vec<Seen>,
}

impl Problems {
    /// Counts `fault` once.
    pub fn note(&mut self, fault: Fault) {
        self.add(fault, 1);
    }

    /// Counts `fault` once; the first `sample` is kept for the message.
    pub fn note_with(&mut self, fault: Fault, sample: &str) {
        let seen = self.entry(fault);
        seen.count = seen.count.saturating_add(1);
        if seen.sample.is_none() && !sample.trim().is_empty() {
            seen.sample = Some(excerpt(sample).into_owned());
        }
    }

    /// Counts `fault` `count` times (nothing where `count` is 0).
    pub fn add(&mut self, fault: Fault, count: u32) {
        if count > 0 {
            let seen = self.entry(fault);
            seen.count = seen.count.saturating_add(count);
        }
    }

    /// Counts everything that `other` did.
    pub fn append(&mut self, other: Self) {
        for Seen { fault, count, sample } in other.seen {
            let seen = self.entry(fault);
            seen.count = seen.count.saturating_add(count);
            seen.sample = seen.sample.take().or(sample);
        }
    }

    /// Whether `fault` was met.
    pub fn has(&self, fault: Fault) -> bool {
        self.seen.iter().any(|seen| seen.fault == fault)
    }

    fn entry(&mut self, fault: Fault) -> &mut Seen {
        let at = self.seen.iter().position(|seen| seen.fault == fault).unwrap_or_else(|| {
            self.seen.push(Seen { fault, count: 0, sample: None });
            self.seen.len() - 1
        });
        &mut self.seen[at]
    }

    /// The problems, in the order in which they were first met.
    pub fn into_list(self) -> Vec<Problem> {
        self.seen
            .into_iter()
            .map(|Seen { fault, count, sample }| {
                let sentence = fault.sentence();
                let message = match sample {
                    Some(sample) => format!("{sentence}, first in `{sample}`"),
                    None => sentence.to_owned(),
                };
                Problem { code: fault.code().to_owned(), message, count }
            })
            .collect()
    }
}

/// At most about 60 characters of the first line of `sample`, without control characters.
fn excerpt(sample: &str) -> Cow<'_, str> {
    let line = sample.trim().lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((end, _)) => Cow::Owned(format!("{}…", &line[..end])),
        None => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::limits;

    #[test]
    fn counts_by_kind_and_keeps_the_first_value() {
        let mut problems = Problems::default();
        problems.note_with(Fault::BadDate, "  ngày mai\nkia");
        problems.note_with(Fault::BadDate, "32/13/2026");
        problems.add(Fault::BareAmpersand, 0);
        problems.add(Fault::BareAmpersand, 3);
        let list = problems.into_list();
        assert_eq!(list.len(), 2);
        assert_eq!((list[0].code.as_str(), list[0].count), ("bad-date", 2));
        assert_eq!(list[0].message, "a date cannot be read, first in `ngày mai`");
        assert_eq!((list[1].code.as_str(), list[1].count), ("bare-ampersand", 3));
    }

    #[test]
    fn names_the_limits_as_they_are() {
        assert!(Fault::TooDeep.sentence().contains(&format!("{} deep", limits::MAX_DEPTH)));
        assert!(Fault::TooManyItems.sentence().contains(&format!("{} items", limits::MAX_ITEMS)));
        assert!(Fault::EntityExpansion.sentence().contains(&format!("{} MiB", limits::MAX_EXPANSION_BYTES >> 20)));
    }

    #[test]
    fn cuts_long_values() {
        let mut problems = Problems::default();
        problems.note_with(Fault::BadLink, &"ấ".repeat(500));
        assert!(problems.into_list()[0].message.chars().count() < 120);
    }
}
