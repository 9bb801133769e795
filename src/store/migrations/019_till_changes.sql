-- What a till changed on cards, with what was there before, until the owner has seen it; and visits that a till stored while it
-- was offline without giving the gift out.

CREATE TABLE till_change (
    id           INTEGER PRIMARY KEY,
    customer_id  INTEGER REFERENCES customer (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('new_address', 'new_note', 'new_card')),
    note_id      INTEGER,                              -- the note, as long as it is one
    before       TEXT NOT NULL DEFAULT '',             -- of an address: its fields as JSON; of a note: what it is about
    after        TEXT NOT NULL DEFAULT '',             -- the same, or the text of the note
    at           TEXT NOT NULL,
    on_day       INTEGER NOT NULL,
    till         TEXT NOT NULL DEFAULT '',
    request      TEXT,                                 -- the same again makes no second card
    undone_at    TEXT,
    put_aside_at TEXT                                  -- when the owner was done with it
) STRICT;
CREATE INDEX till_change_customer ON till_change (customer_id);
CREATE INDEX till_change_day ON till_change (on_day);
CREATE UNIQUE INDEX till_change_request ON till_change (request) WHERE request IS NOT NULL;
CREATE INDEX till_change_open ON till_change (id) WHERE undone_at IS NULL AND put_aside_at IS NULL;

ALTER TABLE redemption_event ADD COLUMN promised INTEGER NOT NULL DEFAULT 0;
