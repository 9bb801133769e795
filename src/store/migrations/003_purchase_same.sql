-- What makes two purchases the same one gets an index of its own: a first load is faster when it is made afterwards.

CREATE TABLE purchase_before AS SELECT * FROM purchase;
CREATE TABLE purchase_item_before AS SELECT * FROM purchase_item;
DROP TABLE purchase_item;
DROP TABLE purchase;

CREATE TABLE purchase (
    id             INTEGER PRIMARY KEY,
    source         TEXT NOT NULL,
    receipt        TEXT NOT NULL DEFAULT '',
    ref            TEXT NOT NULL DEFAULT '',           -- as the file had it; kept for sales that are not linked yet
    customer_id    INTEGER REFERENCES customer (id),
    day            INTEGER NOT NULL,
    amount_minor   INTEGER NOT NULL,
    quantity_milli INTEGER,                            -- thousandths, over all items
    same           BLOB NOT NULL,                      -- what makes two rows the same purchase, hashed
    nth            INTEGER NOT NULL                    -- which of several purchases that are alike
) STRICT;

CREATE TABLE purchase_item (
    purchase_id    INTEGER NOT NULL REFERENCES purchase (id) ON DELETE CASCADE,
    line           INTEGER NOT NULL,
    item           TEXT NOT NULL,
    quantity_milli INTEGER,
    amount_minor   INTEGER NOT NULL,
    PRIMARY KEY (purchase_id, line)
) STRICT, WITHOUT ROWID;

INSERT INTO purchase (id, source, receipt, ref, customer_id, day, amount_minor, quantity_milli, same, nth)
SELECT id, source, receipt, ref, customer_id, day, amount_minor, quantity_milli, same, nth FROM purchase_before;
INSERT INTO purchase_item (purchase_id, line, item, quantity_milli, amount_minor)
SELECT purchase_id, line, item, quantity_milli, amount_minor FROM purchase_item_before;
DROP TABLE purchase_item_before;
DROP TABLE purchase_before;

CREATE UNIQUE INDEX purchase_same ON purchase (same, nth);
CREATE INDEX purchase_customer ON purchase (customer_id, day, amount_minor);
CREATE INDEX purchase_unlinked ON purchase (ref) WHERE customer_id IS NULL AND ref <> '';
