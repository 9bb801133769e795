-- Reminders: pieces go in waves. Wave 0 is the campaign's own piece, 1, 2 … are its reminders; each recipient gets at most
-- one a wave.

CREATE TABLE outbox_in_waves (
    id           INTEGER PRIMARY KEY,
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    wave         INTEGER NOT NULL DEFAULT 0 CHECK (wave >= 0),
    state        TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'in_doubt')),
    message_key  TEXT NOT NULL,                        -- its Message-ID, the same each time that it is tried
    run          INTEGER NOT NULL DEFAULT 0,           -- the run that had it last
    attempt      INTEGER NOT NULL DEFAULT 0,           -- how often the mail server was asked to take it
    first_at     TEXT,                                 -- when that was for the first time
    due_at       TEXT,                                 -- not again before this moment
    at           TEXT,                                 -- when it came into this state
    reply        TEXT NOT NULL DEFAULT '',             -- what the mail server said, or what broke off
    UNIQUE (recipient_id, wave)
) STRICT;
INSERT INTO outbox_in_waves (recipient_id, state, message_key, run, attempt, first_at, due_at, at, reply)
    SELECT recipient_id, state, message_key, run, attempt, first_at, due_at, at, reply FROM outbox ORDER BY recipient_id;
DROP TABLE outbox;
ALTER TABLE outbox_in_waves RENAME TO outbox;
CREATE INDEX outbox_state ON outbox (state, at);

ALTER TABLE outbox_run ADD COLUMN wave INTEGER NOT NULL DEFAULT 0;
-- Whether what a run left over may go on without the owner: not after a limit, and not when the owner stopped it.
ALTER TABLE outbox_run ADD COLUMN goes_on INTEGER NOT NULL DEFAULT 0;

-- A reminder that has begun to go out.
CREATE TABLE reminder (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id),
    wave        INTEGER NOT NULL CHECK (wave > 0),
    dated       INTEGER NOT NULL,                      -- the date that all its pieces carry: the day of the first
    PRIMARY KEY (campaign_id, wave)
) STRICT, WITHOUT ROWID;

-- A reminder that was printed; that it is here is what keeps it from being printed again by itself.
CREATE TABLE reminder_letter (
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    wave         INTEGER NOT NULL CHECK (wave > 0),
    batch        INTEGER NOT NULL,                     -- which print run of this reminder it came with, from 1
    printed_on   INTEGER NOT NULL,
    PRIMARY KEY (recipient_id, wave)
) STRICT, WITHOUT ROWID;
