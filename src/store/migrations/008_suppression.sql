-- Email addresses that are not written to any more, whoever in the book has them.

CREATE TABLE suppression (
    hash      BLOB NOT NULL,                           -- the address, hashed with the shop's key
    reason    TEXT NOT NULL CHECK (reason IN ('complaint', 'unsubscribed', 'hard_bounce', 'refused', 'mailbox_full')),
    address   TEXT NOT NULL DEFAULT '',                -- readable for as long as somebody in the book has it
    on_day    INTEGER NOT NULL,
    source    TEXT NOT NULL DEFAULT '',
    lifted_on INTEGER,                                 -- the day from which it no longer counts
    PRIMARY KEY (hash, reason)
) STRICT, WITHOUT ROWID;
