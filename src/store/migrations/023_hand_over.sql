-- What is handed over again is the same email, and an outbox that is older than what was sent is known as such anywhere.

ALTER TABLE outbox ADD COLUMN dated_at TEXT;        -- the moment in its Date, once its bytes may have left

-- Until now an email was dated at noon of its campaign's day, or of its reminder's. One that was tried keeps that; one that
-- got another address since then has bytes that nobody was given yet.
UPDATE outbox SET dated_at =
    (SELECT strftime('%Y-%m-%dT12:00:00+00:00', COALESCE(w.dated, c.dated) * 86400, 'unixepoch')
     FROM recipient r JOIN campaign c ON c.id = r.campaign_id
     LEFT JOIN reminder w ON w.campaign_id = c.id AND w.wave = outbox.wave
     WHERE r.id = outbox.recipient_id)
WHERE at IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM email_change e WHERE e.recipient_id = outbox.recipient_id AND e.at >= outbox.at);

-- What the owner has decided about an email that was in doubt, failed, or waited: how it stood before.
CREATE TABLE outbox_decision (
    id           INTEGER PRIMARY KEY,
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    wave         INTEGER NOT NULL,
    verdict      TEXT NOT NULL CHECK (verdict IN ('sent', 'again')),
    old_state    TEXT NOT NULL CHECK (old_state IN ('queued', 'sending', 'sent', 'failed', 'in_doubt')),
    old_due_at   TEXT,
    at           TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_decision_recipient ON outbox_decision (recipient_id);

-- How far the outbox has come: grows with everything that a run writes down.
CREATE TABLE outbox_step (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    step INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_step (id, step) SELECT 1, COALESCE(max(step), 0) FROM outbox_run;
ALTER TABLE outbox_run DROP COLUMN step;

-- A shop of an older version: its record of what was sent goes by the path of its folder.
INSERT INTO setting (key, value) SELECT 'sent_by_path', x'01' FROM setting WHERE key = 'shop_key';
