//! The tables, and how an older file becomes a present one. Migrations only grow.

use rusqlite::Connection;

/// `PRAGMA application_id` of our files: "bant" in ASCII, so that `file` and people can tell them from others.
pub(super) const APPLICATION_ID: i32 = 0x6261_6e74;

/// Every step from an empty file to the present schema; step `n` makes `PRAGMA user_version` `n + 1`.
///
/// A step is never edited once released: a change is a further step.
pub(super) const MIGRATIONS: &[&str] =
    &[include_str!("0001_ground.sql"), include_str!("0002_latest.sql"), include_str!("0003_polls.sql")];

/// Brings `connection` to the present schema.
///
/// Returns the version found if it is newer than ours; nothing has been changed then.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<Result<(), i64>> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Ok(Err(found));
    }
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        // Immediate: two processes that start at once take turns instead of both migrating.
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let now: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if now == step as i64 {
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", step as i64 + 1)?;
        }
        tx.commit()?;
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_of_polls_of_an_older_file_is_taken_over_in_order() {
        let mut db = Connection::open_in_memory().expect("memory is there");
        for step in &MIGRATIONS[..2] {
            db.execute_batch(step).expect("an older step runs");
        }
        db.pragma_update(None, "user_version", 2).expect("the version is set");
        db.execute_batch(
            "INSERT INTO source(no, id, url) VALUES (1, 's', 'https://a.example/');
             INSERT INTO poll VALUES (1, 20, 'timeout', 'no answer', NULL, 0, 9, 0, 0, 0, 0),
                                     (1, 10, 'new-items', NULL, 200, 5, 7, 3, 2, 1, 4);",
        )
        .expect("polls are kept");
        assert_eq!(migrate(&mut db).expect("it migrates"), Ok(()));
        let polls: Vec<String> = db
            .prepare("SELECT concat_ws(' ', source, at, outcome, detail, status, bytes, duration_ms, new, updated, dropped, clamped) FROM poll")
            .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
            .expect("polls are read");
        assert_eq!(polls, ["1 10 new-items 200 5 7 3 2 1 4", "1 20 timeout no answer 0 9 0 0 0 0"]);
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("there is one");
        assert_eq!(version, MIGRATIONS.len() as i64);
    }
}
