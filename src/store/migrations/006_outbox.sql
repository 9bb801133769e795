-- Emails on their way: each recipient's at most once, what cannot be known is in doubt.

CREATE TABLE outbox (
    recipient_id INTEGER PRIMARY KEY REFERENCES recipient (id),
    state        TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'in_doubt')),
    message_key  TEXT NOT NULL,                        -- its Message-ID, the same each time that it is tried
    run          INTEGER NOT NULL DEFAULT 0,           -- the run that had it last
    attempt      INTEGER NOT NULL DEFAULT 0,           -- how often the mail server was asked to take it
    first_at     TEXT,                                 -- when that was for the first time
    due_at       TEXT,                                 -- not again before this moment
    at           TEXT,                                 -- when it came into this state
    reply        TEXT NOT NULL DEFAULT ''              -- what the mail server said, or what broke off
) STRICT;
CREATE INDEX outbox_state ON outbox (state, at);

-- Each run of the sender. The step grows with everything that is written down, so that an older copy of this file is known.
CREATE TABLE outbox_run (
    id          INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES campaign (id),
    began_at    TEXT NOT NULL,
    step        INTEGER NOT NULL
) STRICT;
