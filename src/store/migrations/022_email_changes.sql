-- Emails of a plan that go to another address than the one that was planned: the book's, on the owner's word.
CREATE TABLE email_change (
    id           INTEGER PRIMARY KEY,
    recipient_id INTEGER NOT NULL REFERENCES recipient(id),
    old_email    TEXT NOT NULL,
    new_email    TEXT NOT NULL,
    at           TEXT NOT NULL
) STRICT;
CREATE INDEX email_change_recipient ON email_change (recipient_id);
