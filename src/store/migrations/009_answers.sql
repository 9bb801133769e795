-- What came back about emails, and the second piece of whom the first did not reach.

-- One row for each report, so that a folder can be read again; without a hash, what the mail server said by itself.
CREATE TABLE email_answer (
    id           INTEGER PRIMARY KEY,
    recipient_id INTEGER REFERENCES recipient (id),
    hash         BLOB UNIQUE,                          -- of the report's own Message-ID, else of its bytes
    kind         TEXT NOT NULL CHECK (kind IN ('bounced', 'undelivered', 'mailbox_full', 'complaint', 'unsubscribed')),
    said         TEXT NOT NULL DEFAULT '',             -- the status and the words of the report
    on_day       INTEGER NOT NULL
) STRICT;
CREATE INDEX email_answer_recipient ON email_answer (recipient_id);
-- Whose email a report is about: by the Message-ID that it returns, or by the address.
CREATE INDEX outbox_key ON outbox (message_key);
CREATE INDEX recipient_email ON recipient (LOWER(email)) WHERE email <> '';

-- By the other channel, where the campaign allows it: at most one for each recipient.
CREATE TABLE second_piece (
    recipient_id INTEGER PRIMARY KEY REFERENCES recipient (id),
    channel      TEXT NOT NULL CHECK (channel IN ('letter', 'email')),
    state        TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'printed', 'posted', 'sent', 'returned')),
    since        INTEGER NOT NULL,                     -- the day on which the first was known to be lost
    posted_on    INTEGER,
    returned_on  INTEGER
) STRICT;

DROP VIEW response;
CREATE VIEW response AS
SELECT c.slug AS campaign,
       m.customer_id,
       r.id AS recipient_id,
       CASE WHEN r.arm = 'held_out' THEN 'held_out'
            WHEN d.recipient_id IS NOT NULL THEN 'redeemed'
            WHEN r.returned_on IS NOT NULL AND (s.recipient_id IS NULL OR s.returned_on IS NOT NULL) THEN 'undeliverable'
            ELSE 'not_redeemed' END AS response,
       d.redeemed_on,
       COALESCE(d.spend_minor, 0) AS gift_spend_minor,
       CASE WHEN d.recipient_id IS NULL THEN 0 ELSE r.prior_years + 1 END AS years_running
FROM campaign c
JOIN recipient r ON r.campaign_id = c.id
JOIN recipient_member m ON m.recipient_id = r.id
LEFT JOIN second_piece s ON s.recipient_id = r.id
LEFT JOIN redemption d ON d.recipient_id = r.id AND d.undone_at IS NULL
WHERE c.state <> 'void';
