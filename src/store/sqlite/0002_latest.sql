-- What every poll of a source changes, beside its row, which most polls leave as it is.
CREATE TABLE source_latest (
    source    INTEGER PRIMARY KEY REFERENCES source(no),
    latest    TEXT NOT NULL                -- facts of the last poll, JSON: when, how, since when
);
