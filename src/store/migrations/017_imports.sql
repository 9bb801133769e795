-- What was imported, who and what came with it, and what it replaced: so that an import can be taken back.

CREATE TABLE import (
    id              INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL CHECK (kind IN ('customers', 'purchases', 'past_campaign')),
    file            TEXT NOT NULL,                     -- its name, without folders
    at              TEXT NOT NULL,
    added           INTEGER NOT NULL DEFAULT 0,
    changed         INTEGER NOT NULL DEFAULT 0,
    cards_after     INTEGER NOT NULL,                  -- the cards that it added have larger numbers than this
    purchases_after INTEGER NOT NULL,                  -- and so have its purchases
    undone_at       TEXT
) STRICT;

-- Which import added a row; 0 when none that is still to be undone did.
ALTER TABLE customer ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customer_tag ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customer_merge ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0; -- added the card that went
ALTER TABLE consent ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE circumstance ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE purchase ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0;
-- Which import gave a purchase its customer, when that came later than the purchase.
ALTER TABLE purchase ADD COLUMN linked_by INTEGER NOT NULL DEFAULT 0;
-- Whether the card was changed by hand.
ALTER TABLE customer ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;

-- What an import replaced on cards that were there. Until it is undone.
CREATE TABLE replaced_field (
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    field       TEXT NOT NULL,                         -- a column of customer
    import_id   INTEGER NOT NULL,
    before      TEXT NOT NULL,
    after       TEXT NOT NULL,
    PRIMARY KEY (customer_id, field, import_id)
) STRICT, WITHOUT ROWID;

-- Purchases as they were before an import changed or deleted them.
CREATE TABLE replaced_purchase (
    id             INTEGER PRIMARY KEY,
    purchase_id    INTEGER NOT NULL,
    import_id      INTEGER NOT NULL,
    source         TEXT NOT NULL,
    receipt        TEXT NOT NULL,
    ref            TEXT NOT NULL,
    customer_id    INTEGER REFERENCES customer (id) ON DELETE SET NULL,
    day            INTEGER NOT NULL,
    amount_minor   INTEGER NOT NULL,
    quantity_milli INTEGER,
    same           BLOB NOT NULL,
    nth            INTEGER NOT NULL,
    added_by       INTEGER NOT NULL,                   -- the import that added the purchase
    linked_by      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX replaced_purchase_once ON replaced_purchase (purchase_id, import_id);
CREATE INDEX replaced_purchase_customer ON replaced_purchase (customer_id);

CREATE TABLE replaced_item (
    replaced_id    INTEGER NOT NULL REFERENCES replaced_purchase (id) ON DELETE CASCADE,
    line           INTEGER NOT NULL,
    item           TEXT NOT NULL,
    quantity_milli INTEGER,
    amount_minor   INTEGER NOT NULL,
    PRIMARY KEY (replaced_id, line)
) STRICT, WITHOUT ROWID;

-- Without it, each card that is deleted is looked for among all recipients.
CREATE INDEX recipient_customer ON recipient (customer_id);
