//! The versions of the database: a list that only grows; an entry is never edited once it has landed.

use rusqlite::Connection;

use super::fault;
use crate::error::{Error, Result};

/// Version `n` is what the first `n` entries make.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_shop.sql"),
    include_str!("migrations/002_people.sql"),
    include_str!("migrations/003_purchase_same.sql"),
    include_str!("migrations/004_personal_line.sql"),
    include_str!("migrations/005_counter.sql"),
    include_str!("migrations/006_outbox.sql"),
    include_str!("migrations/007_waves.sql"),
    include_str!("migrations/008_suppression.sql"),
    include_str!("migrations/009_answers.sql"),
    include_str!("migrations/010_till.sql"),
    include_str!("migrations/011_access.sql"),
    include_str!("migrations/012_kept.sql"),
    include_str!("migrations/013_amounts.sql"),
];

/// Marks the file as ours: "RGLR".
const APPLICATION_ID: i64 = 0x5247_4C52;

/// Refuses a file that is somebody else's, or that a newer version of the program made.
pub(super) fn recognise(connection: &Connection) -> Result<()> {
    let application: i64 = pragma(connection, "application_id")?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).map_err(fault::of)?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(Error::new("this is a database of another program")
            .hint("move that file away, and copy a backup to its place as regulars.db"));
    }
    let version = version(connection)?;
    if version > MIGRATIONS.len() {
        return Err(Error::new(format!(
            "the database is of version {version}, and this program knows versions up to {}",
            MIGRATIONS.len()
        ))
        .hint("use the newer Regulars that wrote it"));
    }
    Ok(())
}

/// Brings the database to the newest version, each step in a transaction of its own.
pub(super) fn run(connection: &mut Connection) -> Result<()> {
    let done = version(connection)?;
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let step = connection.transaction().map_err(fault::of)?;
        step.execute_batch(sql).map_err(fault::of)?;
        step.pragma_update(None, "user_version", i64::try_from(index + 1).unwrap_or(i64::MAX)).map_err(fault::of)?;
        step.pragma_update(None, "application_id", APPLICATION_ID).map_err(fault::of)?;
        step.commit().map_err(fault::of)?;
    }
    Ok(())
}

/// The version that the file has.
pub(super) fn version(connection: &Connection) -> Result<usize> {
    Ok(usize::try_from(pragma(connection, "user_version")?).unwrap_or(0))
}

fn pragma(connection: &Connection, name: &str) -> Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(fault::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_that_went_before_there_were_reminders_are_of_wave_0() {
        let mut connection = Connection::open_in_memory().expect("a database");
        for sql in &MIGRATIONS[..6] {
            connection.execute_batch(sql).expect("an old version");
        }
        let old = "INSERT INTO campaign (id, slug, name, state, as_of, dated, channel, one_per, planned_at, fingerprint) \
                   VALUES (1, 'x', 'x', 'sending', 0, 0, 'email', 'customer', '', ''); \
                   INSERT INTO recipient (id, campaign_id, ref, name, arm) VALUES (7, 1, 'C-1', 'Ana', 'mailed'); \
                   INSERT INTO outbox (recipient_id, state, message_key, attempt) VALUES (7, 'in_doubt', 'key', 2); \
                   PRAGMA user_version = 6; PRAGMA foreign_keys = ON;";
        connection.execute_batch(old).expect("rows");
        run(&mut connection).expect("the newest version");
        let sql = "SELECT count(*) FROM outbox WHERE recipient_id = 7 AND wave = 0 AND state = 'in_doubt' \
                   AND message_key = 'key' AND attempt = 2";
        assert_eq!(connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count"), 1);
    }
}
