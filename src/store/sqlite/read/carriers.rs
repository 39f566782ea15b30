//! Who carries a story: sources as readers are told of them.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{Catalog, from_json};
use crate::model::{Carrier, EntrySource, FeedMeta, ProvinceSlug, SourceId};
use crate::store::sqlite::write::instant;

/// Sources already looked up while a page is put together.
pub(super) struct Sources<'a> {
    db: &'a Connection,
    catalog: &'a Catalog,
    known: HashMap<i64, Known>,
}

/// What readers are told of a source.
pub(super) struct Known {
    pub(super) source: EntrySource,
    pub(super) province: Option<ProvinceSlug>,
    pub(super) full_content: bool,
}

impl<'a> Sources<'a> {
    pub(super) fn new(db: &'a Connection, catalog: &'a Catalog) -> Self {
        Self { db, catalog, known: HashMap::new() }
    }

    pub(super) fn get(&mut self, no: i64) -> rusqlite::Result<&Known> {
        if !self.known.contains_key(&no) {
            let (id, url, meta) = self
                .db
                .prepare_cached(
                    "SELECT id, url, coalesce(document, '{}')
                     FROM source LEFT JOIN source_document ON source = no WHERE no = ?1",
                )?
                .query_row([no], |row| {
                    Ok((
                        SourceId::new(row.get::<_, String>(0)?),
                        row.get::<_, String>(1)?,
                        from_json::<FeedMeta>(&row.get::<_, String>(2)?),
                    ))
                })?;
            let configured = self.catalog.sources.get(&id);
            let title = configured
                .and_then(|source| source.title.clone())
                .or_else(|| meta.title.clone().filter(|title| !title.trim().is_empty()))
                .unwrap_or_else(|| id.to_string());
            let known = Known {
                source: EntrySource {
                    title,
                    outlet: configured.and_then(|source| source.outlet.clone()),
                    url: configured.map_or(url, |source| source.url.clone()),
                    id: configured.is_some().then_some(id),
                    meta,
                },
                province: configured.and_then(|source| source.province.clone()),
                full_content: configured.is_some_and(|source| source.full_content),
            };
            self.known.insert(no, known);
        }
        Ok(&self.known[&no])
    }
}

/// Everyone who carried a story, in order of time.
pub(super) fn carriers(
    db: &Connection,
    sources: &mut Sources<'_>,
    story: i64,
    origin: i64,
) -> rusqlite::Result<Vec<Carrier>> {
    let rows: Vec<(i64, i64, String, Option<String>, i64)> = db
        .prepare_cached(
            "SELECT no, source, title, link, min(coalesce(published, first_seen), first_seen) AS at FROM item
             WHERE story = ?1 ORDER BY at, no",
        )?
        .query_map([story], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter()
        .map(|(no, source, title, link, at)| {
            Ok(Carrier {
                source: sources.get(source)?.source.clone(),
                title,
                link,
                published: instant(at),
                is_origin: no == origin,
            })
        })
        .collect()
}
