//! What the store knows from before that polls go by: of sources, of hosts, and what robots.txt files said.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::setup::Setup;
use super::writer::HOST;
use crate::model::{Map, SourceId};
use crate::schedule::{Host, HostState, SourceState};
use crate::store::StoreError;
use crate::store::sqlite::SqliteLibrary;

/// What the store knows from before that polls go by.
#[derive(Debug, Default)]
pub struct Known {
    /// Of sources.
    pub states: Map<SourceId, Arc<SourceState>>,
    /// Of hosts.
    pub hosts: BTreeMap<Host, HostState>,
    /// What robots.txt files said, by site.
    pub robots: Vec<(String, String)>,
}

impl Known {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn read(setup: &Setup, library: &SqliteLibrary) -> Result<Self, StoreError> {
        Ok(Self {
            states: load_states(setup, library)?,
            hosts: load_hosts(library)?,
            robots: library.meta_with_prefix(ROBOTS)?,
        })
    }
}

/// What the store knows of sources, by their present ids. A state that cannot be read counts as none.
pub fn load_states(setup: &Setup, library: &SqliteLibrary) -> Result<Map<SourceId, Arc<SourceState>>, StoreError> {
    // The ids that sources were renamed from, and how old each is.
    let mut former: Map<&str, (&SourceId, usize)> = Map::default();
    for source in &setup.sources {
        for (age, id) in source.was.iter().enumerate() {
            former.entry(id.as_str()).or_insert((&source.id, age));
        }
    }
    let mut states = Map::with_capacity_and_hasher(setup.sources.len(), Default::default());
    let mut renamed = Vec::new();
    library.states(|name, lasting, latest| {
        if let Some(source) = setup.source(name) {
            states.extend(SourceState::read(lasting, latest).map(|state| (source.id.clone(), Arc::new(state))));
        } else if let Some(&(id, age)) = former.get(name) {
            // What lasts is kept anew under the present id, with whatever else may stand there.
            let state = SourceState::read(lasting, latest).map(|state| SourceState { unkept: true, ..state });
            renamed.extend(state.map(|state| (age, id, state)));
        }
    })?;
    // What is kept under the present id counts, else under the latest of those before it.
    renamed.sort_by_key(|(age, ..)| *age);
    for (_, id, state) in renamed {
        states.entry(id.clone()).or_insert_with(|| Arc::new(state));
    }
    Ok(states)
}

/// Keys of the facts that tell what the robots.txt of a site said.
pub const ROBOTS: &str = "robots:";

/// What the store knows of hosts.
pub fn load_hosts(library: &SqliteLibrary) -> Result<BTreeMap<Host, HostState>, StoreError> {
    Ok(library
        .meta_with_prefix(HOST)?
        .into_iter()
        .filter_map(|(name, json)| Some((serde_json::from_value(name.into()).ok()?, serde_json::from_str(&json).ok()?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Surroundings};
    use crate::store::sqlite::Store;

    #[test]
    fn a_renamed_source_is_known_by_its_present_name_else_by_the_latest_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bantin.db");
        let mut store = Store::open(&path).expect("a new file opens");
        let mut tx = store.begin().expect("a batch begins");
        for (id, gone) in [("a1", 11), ("a2", 12), ("a", 10), ("b1", 21), ("b2", 22), ("c", 0), ("c1", 31), ("x", 99)] {
            let no = tx.source(&SourceId::new(id), &[], "https://a.example/").expect("a row");
            let lasting = if gone == 0 { "not JSON".to_owned() } else { format!(r#"{{"gone":{gone}}}"#) };
            tx.save_latest(no, "[]").expect("kept");
            tx.save_lasting(no, "https://a.example/", &lasting).expect("kept");
        }
        tx.commit().expect("the batch is kept");
        let source = |id: &str, was: &str| {
            format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.example/\"\nwas = [{was}]\n")
        };
        let text = [
            "[site]\ntitle = \"T\"\nurl = \"https://tin.example.vn/\"\n".to_owned(),
            source("a", r#""a2", "a1""#),
            source("b", r#""b2", "b1""#),
            source("c", r#""c1""#),
            source("d", ""),
        ]
        .concat();
        let (config, _) = config::parse(&text, None, &Surroundings::bare()).expect("a good configuration");
        let setup = Setup::new(config).expect("good schedules");
        let library = SqliteLibrary::open(&path, setup.catalog()).expect("the file opens");
        let states = load_states(&setup, &library).expect("the database answers");
        let mut known: Vec<_> = states.iter().map(|(id, state)| (id.as_str(), state.gone, state.unkept)).collect();
        known.sort_unstable();
        assert_eq!(known, [("a", 10, false), ("b", 22, true), ("c", 31, true)]);
    }
}
