//! The versions of the database: an append-only list; an entry is never edited after its release.

use rusqlite::{Connection, TransactionBehavior};

use super::fault;
use crate::error::{Error, Result};

/// Version `n` is the result of the first `n` entries.
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
    include_str!("migrations/014_till_record.sql"),
    include_str!("migrations/015_views.sql"),
    include_str!("migrations/016_homes.sql"),
    include_str!("migrations/017_imports.sql"),
    include_str!("migrations/018_recipient_state.sql"),
    include_str!("migrations/019_years.sql"),
    include_str!("migrations/020_till_changes.sql"),
    include_str!("migrations/021_wishes.sql"),
    include_str!("migrations/022_email_changes.sql"),
    include_str!("migrations/023_hand_over.sql"),
    include_str!("migrations/024_imap.sql"),
    include_str!("migrations/025_layout.sql"),
];

/// Marks the file as ours: "RGLR".
const APPLICATION_ID: i64 = 0x5247_4C52;

/// Rejects a file that is not ours, or that a newer version of the program made.
pub(super) fn recognise(connection: &Connection) -> Result<()> {
    // The tables first: if there are any, the mark was written with them.
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).map_err(fault::of)?;
    let application: i64 = pragma(connection, "application_id")?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(Error::new("this is a database of another program")
            .hint("put a backup back with `regulars restore FILE`, which keeps that file next to it"));
    }
    let version = version(connection)?;
    if version > MIGRATIONS.len() {
        return Err(Error::new(format!(
            "the database is of version {version}, and this program reads versions up to {}",
            MIGRATIONS.len()
        ))
        .hint("use the newer Regulars that wrote it"));
    }
    Ok(())
}

/// Migrates the database to the newest version, each step in its own transaction. If two programs do so at once, one
/// waits for the other at each step.
pub(super) fn run(connection: &mut Connection) -> Result<()> {
    let done = version(connection)?;
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault::of)?;
        if version(&step)? > index {
            continue;
        }
        step.execute_batch(sql).map_err(fault::of)?;
        step.pragma_update(None, "user_version", i64::try_from(index + 1).unwrap_or(i64::MAX)).map_err(fault::of)?;
        step.pragma_update(None, "application_id", APPLICATION_ID).map_err(fault::of)?;
        step.commit().map_err(fault::of)?;
    }
    Ok(())
}

/// Whether the file has the version of this program.
pub(super) fn is_current(connection: &Connection) -> Result<bool> {
    Ok(version(connection)? == MIGRATIONS.len())
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
    use crate::domain::{Arm, CampaignState, Column, Delivery, OnePer, OutboxState, PieceState};

    #[test]
    fn emails_that_went_before_there_were_reminders_are_of_wave_0() {
        let mut connection = Connection::open_in_memory().expect("a database");
        for sql in &MIGRATIONS[..6] {
            connection.execute_batch(sql).expect("an old version");
        }
        let campaign = "INSERT INTO campaign (id, slug, name, state, as_of, dated, channel, one_per, planned_at, fingerprint) \
                        VALUES (1, 'x', 'x', ?1, 0, 0, ?2, ?3, '', '')";
        let forms = [CampaignState::Sending.as_str(), Delivery::Email.as_str(), OnePer::Customer.as_str()];
        connection.execute(campaign, forms).expect("a campaign");
        let recipient = "INSERT INTO recipient (id, campaign_id, ref, name, arm) VALUES (7, 1, 'C-1', 'Ana', ?1)";
        connection.execute(recipient, [Arm::Mailed.as_str()]).expect("a recipient");
        let email = "INSERT INTO outbox (recipient_id, state, message_key, attempt) VALUES (7, ?1, 'key', 2)";
        let in_doubt = [OutboxState::InDoubt.as_str()];
        connection.execute(email, in_doubt).expect("an email");
        connection.execute_batch("PRAGMA user_version = 6; PRAGMA foreign_keys = ON;").expect("an old version");
        run(&mut connection).expect("the newest version");
        let sql = "SELECT count(*) FROM outbox WHERE recipient_id = 7 AND wave = 0 AND state = ?1 \
                   AND message_key = 'key' AND attempt = 2";
        assert_eq!(connection.query_row(sql, in_doubt, |row| row.get::<_, i64>(0)).expect("a count"), 1);
    }

    #[test]
    fn an_email_that_an_older_version_tried_keeps_the_date_of_its_campaign() {
        let mut connection = Connection::open_in_memory().expect("a database");
        for sql in &MIGRATIONS[..22] {
            connection.execute_batch(sql).expect("an old version");
        }
        // March 1, 2024; its reminder is of March 31. 1 was not tried; 2 was deferred, 3 is to be sent again, 4 is in
        // doubt; 5 got another address after it had failed, 6 while it waited, 7 before it failed.
        let old = "INSERT INTO campaign (id, slug, name, state, as_of, dated, channel, one_per, planned_at, fingerprint) \
                   VALUES (1, 'x', 'x', 'sending', 0, 19783, 'email', 'customer', '', ''); \
                   INSERT INTO recipient (id, campaign_id, ref, name, arm) SELECT value, 1, 'P-' || value, '', 'mailed' \
                   FROM json_each('[1,2,3,4,5,6,7]'); \
                   INSERT INTO outbox (recipient_id, wave, state, message_key, attempt, at) VALUES \
                   (1, 0, 'queued', 'k', 0, NULL), (2, 0, 'queued', 'k', 1, '2024-03-02T09:00:00'), \
                   (3, 0, 'queued', 'k', 0, '2024-03-02T09:00:00'), (4, 0, 'in_doubt', 'k', 1, '2024-03-02T09:00:00'), \
                   (5, 0, 'queued', 'k', 0, '2024-03-02T09:00:00'), (6, 0, 'queued', 'k', 1, '2024-03-02T09:00:00'), \
                   (7, 0, 'failed', 'k', 1, '2024-03-02T09:00:00'), (7, 1, 'failed', 'k', 1, '2024-03-31T09:00:00'); \
                   INSERT INTO email_change (recipient_id, old_email, new_email, at) VALUES (5, '', '', '2024-03-02T09:00:00'), \
                   (6, '', '', '2024-03-03T09:00:00'), (7, '', '', '2024-03-01T09:00:00'); \
                   INSERT INTO reminder VALUES (1, 1, 19813); \
                   INSERT INTO outbox_run (campaign_id, wave, began_at, step) VALUES (1, 0, '', 7), (1, 1, '', 12); \
                   INSERT INTO setting VALUES ('shop_key', x'01'); \
                   PRAGMA user_version = 22; PRAGMA foreign_keys = ON;";
        connection.execute_batch(old).expect("rows");
        run(&mut connection).expect("the newest version");
        let mut statement = connection
            .prepare("SELECT COALESCE(dated_at, '') FROM outbox ORDER BY recipient_id, wave")
            .expect("a statement");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        let rows: Vec<String> = rows.map(|row| row.expect("a row")).collect();
        let (own, reminder) = ("2024-03-01T12:00:00+00:00", "2024-03-31T12:00:00+00:00");
        assert_eq!(rows, ["", own, own, own, "", "", own, reminder]);
        let step = connection.query_row("SELECT step FROM outbox_step", [], |row| row.get::<_, i64>(0));
        assert_eq!(step.expect("a step"), 12);
        let sql = "SELECT count(*) FROM setting WHERE key = 'sent_by_path'";
        let by_path =
            |connection: &Connection| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
        assert_eq!(by_path(&connection), 1);
        let mut new = Connection::open_in_memory().expect("a database");
        run(&mut new).expect("the newest version");
        assert_eq!(by_path(&new), 0, "a new shop has no record by its path");
    }

    #[test]
    fn the_record_of_the_till_holds_customers_and_codes_apart() {
        let mut connection = Connection::open_in_memory().expect("a database");
        for sql in &MIGRATIONS[..13] {
            connection.execute_batch(sql).expect("an old version");
        }
        let old = "INSERT INTO campaign (id, slug, name, state, as_of, dated, channel, one_per, planned_at, fingerprint) \
                   VALUES (1, 'x', 'x', 'posted', 0, 0, 'letter', 'customer', '', ''); \
                   INSERT INTO recipient (id, campaign_id, ref, name, arm, code) VALUES (7, 1, 'C-1', 'Ana', 'mailed', '7K3M-9QXA'); \
                   INSERT INTO customer (id, ref) VALUES (1, 'C-1'); \
                   INSERT INTO redemption_event (id, recipient_id, code, outcome, at, on_day, spend_minor, about) VALUES \
                   (1, 7, '7K3M-9QXA', 'accepted', '', 0, 100, NULL), (2, 7, '7K3M-9QXA', 'changed', '', 0, 90, 1), \
                   (3, NULL, 'C-9', 'bought', '', 0, 80, NULL), (4, NULL, 'C-9', 'undone', '', 0, 80, 3), \
                   (5, NULL, '', 'bought', '', 0, 70, NULL), (6, NULL, 'C-1', 'unknown', '', 0, NULL, NULL), \
                   (7, NULL, '7K3M', 'unknown', '', 0, NULL, NULL), (8, 7, '7K3M-9QXA', 'returned', '', 0, NULL, NULL); \
                   PRAGMA user_version = 13; PRAGMA foreign_keys = ON;";
        connection.execute_batch(old).expect("rows");
        run(&mut connection).expect("the newest version");
        let sql = "SELECT code || '/' || ref || '/' || COALESCE(about, '') FROM redemption_event ORDER BY id";
        let mut statement = connection.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        let rows: Vec<String> = rows.map(|row| row.expect("a row")).collect();
        let code = "7K3M-9QXA";
        let expected = [
            format!("{code}//"),
            format!("{code}//1"),
            "/C-9/".to_owned(),
            "/C-9/3".to_owned(),
            "//".to_owned(),
            "/C-1/".to_owned(),
            "7K3M//".to_owned(),
            format!("{code}//"),
        ];
        assert_eq!(rows, expected);
        let other = "INSERT INTO redemption_event (outcome, at, on_day) VALUES ('given', '', 0)";
        assert!(connection.execute(other, []).is_err(), "the kinds are a closed list");
    }

    #[test]
    fn years_missed_are_counted_back_over_the_campaigns_that_were_followed() {
        let mut connection = Connection::open_in_memory().expect("a database");
        for sql in &MIGRATIONS[..18] {
            connection.execute_batch(sql).expect("an old version");
        }
        // Ana does not come, is in the control group, does not come; Bo does not come, comes, does not come; Cy is only
        // in the last year.
        let old = "INSERT INTO customer (id, ref) VALUES (1, 'C-1'), (2, 'C-2'), (3, 'C-3'); \
                   INSERT INTO campaign (id, slug, name, state, as_of, dated, follows, channel, one_per, planned_at, fingerprint) VALUES \
                   (1, 'a', '', 'posted', 0, 0, '', 'letter', 'customer', '', ''), (2, 'b', '', 'posted', 0, 0, 'a', 'letter', 'customer', '', ''), \
                   (3, 'c', '', 'posted', 0, 0, 'b', 'letter', 'customer', '', ''), (4, 'd', '', 'planned', 0, 0, 'c', 'letter', 'customer', '', ''); \
                   INSERT INTO recipient (id, campaign_id, ref, customer_id, name, arm) VALUES \
                   (11, 1, 'C-1', 1, '', 'mailed'), (12, 1, 'C-2', 2, '', 'mailed'), (21, 2, 'C-1', 1, '', 'held_out'), \
                   (22, 2, 'C-2', 2, '', 'mailed'), (31, 3, 'C-1', 1, '', 'mailed'), (32, 3, 'C-2', 2, '', 'mailed'), \
                   (41, 4, 'C-1', 1, '', 'mailed'), (42, 4, 'C-2', 2, '', 'mailed'), (43, 4, 'C-3', 3, '', 'mailed'); \
                   INSERT INTO recipient_member (recipient_id, customer_id) SELECT id, customer_id FROM recipient; \
                   INSERT INTO redemption (recipient_id, redeemed_on, redeemed_at, spend_minor) VALUES (22, 0, '', 1); \
                   PRAGMA user_version = 18; PRAGMA foreign_keys = ON;";
        connection.execute_batch(old).expect("rows");
        run(&mut connection).expect("the newest version");
        let mut statement =
            connection.prepare("SELECT id, prior_missed FROM recipient ORDER BY id").expect("a statement");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        let rows: Vec<(i64, i64)> = rows.map(|row| row.expect("a row")).collect();
        assert_eq!(rows, [(11, 0), (12, 0), (21, 1), (22, 1), (31, 1), (32, 0), (41, 2), (42, 1), (43, 0)]);
    }

    #[test]
    fn the_states_of_a_recipient_are_those_that_the_program_knows() {
        let mut connection = Connection::open_in_memory().expect("a database");
        run(&mut connection).expect("the newest version");
        let campaign = "INSERT INTO campaign (id, slug, name, state, as_of, dated, channel, one_per, planned_at, fingerprint) \
                        VALUES (1, 'x', 'x', ?1, 0, 0, ?2, ?3, '', '')";
        let forms = [CampaignState::Sending.as_str(), Delivery::Email.as_str(), OnePer::Customer.as_str()];
        connection.execute(campaign, forms).expect("a campaign");
        let recipient = "INSERT INTO recipient (campaign_id, ref, name, arm, state) VALUES (1, ?1, '', ?2, ?1)";
        let insert = |state: &str| connection.execute(recipient, [state, Arm::Mailed.as_str()]);
        for state in PieceState::ALL {
            assert!(insert(state.as_str()).is_ok(), "{state}");
        }
        for other in ["", "lost", "Planned", CampaignState::Printing.as_str()] {
            assert!(insert(other).is_err(), "{other}");
        }
    }
}
