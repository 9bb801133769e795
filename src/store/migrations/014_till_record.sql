-- The record of the till holds the customer and the code apart, and its kinds are a closed list.

CREATE TABLE redemption_event_apart (
    id           INTEGER PRIMARY KEY,
    outcome      TEXT NOT NULL CHECK (outcome IN ('accepted', 'already_redeemed', 'expired', 'not_yet', 'unknown', 'void',
                                                  'honoured_again', 'bought', 'changed', 'undone', 'returned')),
    recipient_id INTEGER REFERENCES recipient (id),    -- the letter, where one is involved
    code         TEXT NOT NULL DEFAULT '',             -- of the letter, or as it was typed
    ref          TEXT NOT NULL DEFAULT '',             -- the customer, where no letter and no code are involved
    at           TEXT NOT NULL,
    on_day       INTEGER NOT NULL,
    spend_minor  INTEGER,
    till         TEXT NOT NULL DEFAULT '',
    receipt      TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    request      TEXT,                                 -- the same again gets the same answer
    about        INTEGER REFERENCES redemption_event_apart (id), -- the event that this one takes back or changes
    arrived_at   TEXT,                                 -- of a visit that a till stored: when it reached this machine
    put_aside_at TEXT,                                 -- and when the owner was done with it
    CHECK (ref = '' OR (recipient_id IS NULL AND code = ''))
) STRICT;

-- Without a letter, an amount and what corrects it name the customer; so does a claim of somebody who has no letter, which
-- is told from a mistyped code by the reference being in the book.
INSERT INTO redemption_event_apart (id, outcome, recipient_id, code, ref, at, on_day, spend_minor, till, receipt, reason,
    request, about, arrived_at, put_aside_at)
SELECT e.id, e.outcome, e.recipient_id, CASE WHEN e.names_customer THEN '' ELSE e.code END,
    CASE WHEN e.names_customer THEN e.code ELSE '' END, e.at, e.on_day, e.spend_minor, e.till, e.receipt, e.reason,
    e.request, e.about, e.arrived_at, e.put_aside_at
FROM (SELECT o.*, o.recipient_id IS NULL AND (o.outcome = 'bought' OR o.about IS NOT NULL OR TRIM(o.code) IN
    (SELECT ref FROM customer UNION ALL SELECT ref FROM customer_alias)) AS names_customer FROM redemption_event o) e
ORDER BY e.id;
DROP TABLE redemption_event;
ALTER TABLE redemption_event_apart RENAME TO redemption_event;
CREATE INDEX redemption_event_recipient ON redemption_event (recipient_id);
CREATE UNIQUE INDEX redemption_event_request ON redemption_event (request) WHERE request IS NOT NULL;
CREATE INDEX redemption_event_day ON redemption_event (on_day);
CREATE INDEX redemption_event_kept ON redemption_event (arrived_at) WHERE arrived_at IS NOT NULL AND put_aside_at IS NULL;
CREATE INDEX redemption_event_about ON redemption_event (about) WHERE about IS NOT NULL;
CREATE INDEX redemption_event_ref ON redemption_event (ref) WHERE ref <> '';
