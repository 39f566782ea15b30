//! How much a document may ask of us. Every limit is named in the error or problem that it causes.

/// Bytes of one document after decompression and decoding: above every feed ever measured but one (50 MB, generated).
pub const MAX_DOCUMENT_BYTES: usize = 64 << 20;

/// Item elements looked at in one document. The longest Vietnamese feeds have about 1,000 items (VietnamNet), podcast
/// archives some 5,000; 34 MB of `<item/>` have 5 million.
pub const MAX_ITEMS: usize = 10_000;

/// Elements inside each other, text with markup not counted. Real feeds stay below 15.
pub const MAX_DEPTH: usize = 200;

/// Attributes of one element that are looked at. Real feeds stay below 40 (namespaces on the root).
pub const MAX_ATTRIBUTES: usize = 256;

/// Namespace bindings in scope at once.
pub const MAX_NAMESPACES: usize = 256;

/// Bytes of one line of text: a title, a name, a label, a date.
pub const MAX_LINE_BYTES: usize = 8 << 10;

/// Bytes of one address or id. Browsers and servers stop at about 8 KB.
pub const MAX_LINK_BYTES: usize = 8 << 10;

/// Bytes of the body or summary of one item. The largest seen in a feed is 0.9 MB (pictures inlined as `data:`).
pub const MAX_BODY_BYTES: usize = 4 << 20;

/// Authors, categories, pictures, files, links or dates of one item, each.
pub const MAX_LIST: usize = 100;

/// Entities of an internal DTD that are remembered.
pub const MAX_ENTITIES: usize = 256;

/// Bytes that one entity of an internal DTD may stand for.
pub const MAX_ENTITY_BYTES: usize = 1 << 10;

/// Bytes that all uses of such entities in one document may add.
pub const MAX_EXPANSION_BYTES: usize = 1 << 20;

/// How far the internal subset of a DTD may reach.
pub const MAX_DOCTYPE_BYTES: usize = 1 << 20;

/// Bytes of a script among the elements of a feed, as hosters of free sites add.
pub const MAX_SCRIPT_BYTES: usize = 32 << 10;
