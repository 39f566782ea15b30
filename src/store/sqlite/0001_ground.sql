-- The ground: sources, items, identities, stories, their places in feeds, polls, search.
-- Instants are whole seconds since 1970, UTC.

-- A fact about this file: rules by which topics were given, counters.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A source that was ever polled. Rows outlive the configuration, so that its items keep a name.
CREATE TABLE source (
    no        INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,        -- as in feeds.toml; a rename (`was`) changes it here
    url       TEXT NOT NULL,               -- the address last polled
    state     TEXT NOT NULL DEFAULT '{}'   -- facts of polling, JSON: validators, streaks, holds
);

-- What the last document of a source was. Beside its row, not in it: every poll writes that one, and most change nothing here.
CREATE TABLE source_document (
    source    INTEGER PRIMARY KEY REFERENCES source(no),
    document  TEXT NOT NULL DEFAULT '{}',  -- what it says of itself, JSON
    problems  TEXT NOT NULL,               -- what was repaired in it, JSON
    seen      BLOB NOT NULL                -- hashes (8 bytes each, sorted) of its items
);

-- One poll that reached an outcome.
CREATE TABLE poll (
    source      INTEGER NOT NULL REFERENCES source(no),
    at          INTEGER NOT NULL,          -- seconds; of two polls within one the later stays
    outcome     TEXT NOT NULL,             -- kebab-case name
    detail      TEXT,                      -- one sentence, where the name is not enough
    status      INTEGER,                   -- HTTP
    bytes       INTEGER NOT NULL,          -- on the wire
    duration_ms INTEGER NOT NULL,
    new         INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    dropped     INTEGER NOT NULL,          -- items with nothing in them
    clamped     INTEGER NOT NULL,          -- items whose date lay in the future
    PRIMARY KEY (source, at)
) WITHOUT ROWID;

-- One article as one source gave it.
CREATE TABLE item (
    no         INTEGER PRIMARY KEY,
    source     INTEGER NOT NULL REFERENCES source(no),
    story      INTEGER NOT NULL REFERENCES story(no),
    raw_hash   INTEGER NOT NULL,           -- of all the source gave: equal means nothing to do
    words_hash INTEGER NOT NULL,           -- of the words: a change moves `updated`
    published  INTEGER,                    -- the source's date
    updated    INTEGER NOT NULL,           -- last change of words
    first_seen INTEGER NOT NULL,
    included   INTEGER NOT NULL,           -- when it first stood in its source's feed
    date_from  TEXT NOT NULL,
    atom_id    TEXT NOT NULL,
    guid       TEXT,
    link       TEXT,
    title      TEXT NOT NULL,
    credit     TEXT,
    language   TEXT,
    summary    TEXT NOT NULL,              -- plain text
    extra      TEXT NOT NULL,              -- authors, categories, images, enclosures, rights, publisher named: JSON
    evidence   TEXT,                       -- why it joined its story, a sentence; NULL for the first of a story
    content    TEXT,                       -- sanitised HTML
    body       TEXT                        -- plain text, only where it is not the content's
);
CREATE INDEX item_by_story ON item(story);
CREATE INDEX item_by_source ON item(source, included, published);

-- An identity that is never forgotten: a 64-bit hash of what names an item (guid, link, title and date of a source;
-- absolute id or canonical link of anybody). The item's row may have been pruned: then the item is old, not new.
CREATE TABLE identity (
    key  INTEGER PRIMARY KEY,
    item INTEGER NOT NULL
);

-- An article that a listing links to and whose page is read, too. It becomes an item when its page has been read, or
-- when that has been given up; afterwards the row says what it was made of.
CREATE TABLE article (
    source    INTEGER NOT NULL REFERENCES source(no),
    key       INTEGER NOT NULL,            -- hash of its address
    words     INTEGER NOT NULL,            -- hash of what the listing said of it, counters and dates left out: another one means "changed"
    stage     INTEGER NOT NULL,            -- 0 its page is to be read, 1 it is to become an item, 2 it is one
    is_item   INTEGER NOT NULL,            -- whether it has been one before
    place     INTEGER NOT NULL,            -- in its listing, from the top
    is_first  INTEGER NOT NULL,            -- whether it stood in the first listing that the source ever gave
    due       INTEGER NOT NULL,            -- when its page may be read
    tries     INTEGER NOT NULL DEFAULT 0,  -- how often its page could not be read
    listed    TEXT,                        -- what the listing said, JSON; NULL once it is an item
    page      TEXT,                        -- the same with what its page said, JSON; NULL unless it was read
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE INDEX article_by_stage ON article(source, stage, due) WHERE stage < 2;

-- One or more items that are the same article text.
CREATE TABLE story (
    no        INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,        -- of its page
    entry_id  TEXT NOT NULL,               -- atom:id it was first published under; never changes
    origin    INTEGER NOT NULL,            -- the item that the others were copied from
    published INTEGER NOT NULL,            -- article date for ordering, clamped to when we saw it
    included  INTEGER NOT NULL,            -- when it first stood in the merged feed
    changed   INTEGER NOT NULL DEFAULT 0,  -- when other words were last shown because the origin became another item
    items     INTEGER NOT NULL DEFAULT 1,
    topics    TEXT NOT NULL DEFAULT '',    -- ids, best first, separated by blanks
    withdrawn INTEGER NOT NULL DEFAULT 0,  -- since when it is shown nowhere: taken down, or merged into another; 0: shown
    merged_into INTEGER                    -- the story that a person joined it to: it has no items, its page leads there
);
CREATE INDEX story_by_inclusion ON story(included, published);
CREATE INDEX story_by_date ON story(published);

-- Two stories that are alike but not the same, each told to the readers of the other.
CREATE TABLE related (
    story INTEGER NOT NULL REFERENCES story(no),
    other INTEGER NOT NULL REFERENCES story(no),
    PRIMARY KEY (story, other)
) WITHOUT ROWID;

-- Two stories that a person has taken apart, each row in both directions: an item of one never joins the other.
CREATE TABLE apart (
    story INTEGER NOT NULL REFERENCES story(no),
    other INTEGER NOT NULL REFERENCES story(no),
    PRIMARY KEY (story, other)
) WITHOUT ROWID;

-- What a person decided, for good. Items and stories may have been pruned since.
CREATE TABLE decision (
    no    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    what  TEXT NOT NULL,                   -- `split`, `merge`, `takedown`
    story INTEGER NOT NULL,                -- which was split, which the other was merged into, which was taken down
    other INTEGER,                         -- which came out of it, which was merged into it
    other_key TEXT                         -- its key
);
CREATE INDEX decision_by_story ON decision(story);
CREATE INDEX decision_by_other ON decision(other);

-- A story's place in the feed of a topic or province.
CREATE TABLE entry (
    story     INTEGER NOT NULL REFERENCES story(no),
    feed      INTEGER NOT NULL REFERENCES feed(no),
    included  INTEGER NOT NULL,
    published INTEGER NOT NULL,
    PRIMARY KEY (story, feed)
) WITHOUT ROWID;
CREATE INDEX entry_by_inclusion ON entry(feed, included, published, story);
CREATE INDEX entry_by_date ON entry(feed, published, story);

-- A feed that we publish, and whether its files are behind.
CREATE TABLE feed (
    no        INTEGER PRIMARY KEY,
    path      TEXT NOT NULL UNIQUE,        -- `feed`, `topics/ID`, `provinces/SLUG`
    changed   INTEGER NOT NULL DEFAULT 0,  -- number of its last change
    rendered  INTEGER NOT NULL DEFAULT 0   -- number of the change that its files show
);

-- A document that we published with a date of change: what it was when its bytes last changed, and when that was.
-- Rows outlive the configuration, so that no date ever goes back.
CREATE TABLE document (
    path    TEXT PRIMARY KEY,              -- `feed.atom`, `topics/ID.rss`, `opml.xml`
    etag    TEXT NOT NULL,                 -- of its plain bytes
    changed INTEGER NOT NULL
) WITHOUT ROWID;

-- Words of each story's origin without marks, for search; the row's number is the story's.
-- Order and marks of words are checked on the text itself, so positions need not be kept.
CREATE VIRTUAL TABLE words USING fts5(
    plain, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

-- For people who like SQL.
CREATE VIEW items AS
    SELECT item.atom_id AS id, source.id AS source, story.key AS story, item.title, item.link,
           strftime('%Y-%m-%dT%H:%M:%SZ', item.published, 'unixepoch') AS published,
           strftime('%Y-%m-%dT%H:%M:%SZ', item.updated, 'unixepoch') AS updated,
           strftime('%Y-%m-%dT%H:%M:%SZ', item.first_seen, 'unixepoch') AS first_seen,
           item.credit, item.language
    FROM item JOIN source ON source.no = item.source JOIN story ON story.no = item.story;
CREATE VIEW stories AS
    SELECT story.key, (SELECT atom_id FROM item WHERE item.no = story.origin) AS origin,
           strftime('%Y-%m-%dT%H:%M:%SZ', story.published, 'unixepoch') AS published,
           strftime('%Y-%m-%dT%H:%M:%SZ', story.included, 'unixepoch') AS first_published,
           story.items
    FROM story WHERE withdrawn = 0;
