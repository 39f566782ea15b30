-- The history of polls, no longer checked against `source` row by row: rows of sources never go, and of 211 pages that the
-- writer read for 1,000 polls that changed nothing, 118 were for that check. The facts of the last poll are kept in another
-- form since then, too, which an older bantin could not read.
CREATE TABLE poll_of_any (
    source      INTEGER NOT NULL,          -- `no` of a source
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
INSERT INTO poll_of_any SELECT * FROM poll ORDER BY source, at;
DROP TABLE poll;
ALTER TABLE poll_of_any RENAME TO poll;
