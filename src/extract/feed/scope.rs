//! Where in a feed something stands.

/// The innermost element around something that gives it its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The feed itself: root or channel.
    Feed,
    /// An item or entry.
    Item,
    /// The picture of a feed or item.
    Image,
    /// An input field nobody uses, or anything else whose content is none of ours.
    Ignored,
    /// The feed that an item was taken from.
    Source,
    /// A person with name, mail address and page.
    Person,
    /// A media element of an item.
    Media,
    /// `skipHours` or `skipDays`.
    Skip,
}
