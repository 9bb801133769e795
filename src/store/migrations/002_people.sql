-- Who has died or moved, who is the same person as another, who asked to be forgotten.

ALTER TABLE customer ADD COLUMN deceased INTEGER NOT NULL DEFAULT 0;
-- The address that is no longer theirs, folded; post stops for as long as the card still has it.
ALTER TABLE customer ADD COLUMN moved_from TEXT NOT NULL DEFAULT '';

-- When that was learnt and from whom; what counts now stands in the customer's row.
CREATE TABLE circumstance (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    what        TEXT NOT NULL CHECK (what IN ('deceased', 'moved')),
    state       TEXT NOT NULL CHECK (state IN ('yes', 'no')),
    on_day      INTEGER NOT NULL,
    source      TEXT NOT NULL
) STRICT;
CREATE INDEX circumstance_customer ON circumstance (customer_id);

-- References that now mean another card.
CREATE TABLE customer_alias (
    ref         TEXT PRIMARY KEY CHECK (ref <> ''),
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_alias_customer ON customer_alias (customer_id);

-- Each time that two cards became one. A merge that was undone stays, without what it kept.
CREATE TABLE customer_merge (
    id          INTEGER PRIMARY KEY,
    ref         TEXT NOT NULL,                         -- the card that went
    into_ref    TEXT NOT NULL,                         -- the card that it went into
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE, -- who has it now
    at          TEXT NOT NULL,
    undone_at   TEXT,
    kept        TEXT NOT NULL                          -- the card that went, and everything that moved: JSON
) STRICT;
CREATE INDEX customer_merge_customer ON customer_merge (customer_id);

-- References of people who were forgotten, hashed with the shop's key, so that no import brings them back.
CREATE TABLE forgotten (
    hash   BLOB PRIMARY KEY,
    on_day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people who were forgotten bought while a campaign of theirs ran: days and amounts, so that its report stays.
CREATE TABLE forgotten_purchase (
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    day          INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL
) STRICT;
CREATE INDEX forgotten_purchase_recipient ON forgotten_purchase (recipient_id, day);

-- What the people of a recipient bought, those forgotten since as well.
CREATE VIEW recipient_purchase AS
SELECT m.recipient_id, p.day, p.amount_minor
FROM recipient_member m JOIN purchase p ON p.customer_id = m.customer_id
UNION ALL
SELECT recipient_id, day, amount_minor FROM forgotten_purchase;
