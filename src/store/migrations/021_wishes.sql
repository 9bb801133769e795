-- What was said to the shop and outlasts every list, and addresses to which mail could not be delivered.

CREATE TABLE suppression_all (
    hash      BLOB NOT NULL,                           -- the address, hashed with the shop's key
    reason    TEXT NOT NULL CHECK (reason IN ('complaint', 'unsubscribed', 'opted_out', 'hard_bounce', 'refused', 'mailbox_full')),
    address   TEXT NOT NULL DEFAULT '',                -- readable for as long as somebody in the book has it
    on_day    INTEGER NOT NULL,
    source    TEXT NOT NULL DEFAULT '',
    lifted_on INTEGER,                                 -- the day from which it no longer counts
    PRIMARY KEY (hash, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO suppression_all (hash, reason, address, on_day, source, lifted_on)
SELECT hash, reason, address, on_day, source, lifted_on FROM suppression;
DROP TABLE suppression;
ALTER TABLE suppression_all RENAME TO suppression;

-- Who gets no email and no letter; whoever has the same address is asked for here.
CREATE INDEX customer_email_opt_out ON customer (LOWER(TRIM(email))) WHERE email_consent = 'no' AND email <> '';
CREATE INDEX customer_post_opt_out ON customer (home) WHERE post_consent = 'no' AND home <> 0;
CREATE VIEW email_opt_out AS
SELECT id, ref, email FROM customer WHERE email_consent = 'no' AND email <> '';
CREATE VIEW post_opt_out AS
SELECT id, home, first_name, last_name, full_name, suffix, company FROM customer WHERE post_consent = 'no' AND home <> 0;

-- Older versions let a list take back an opt-out that no list had brought.
UPDATE customer SET email_consent = 'no' WHERE email_consent = 'yes' AND EXISTS (SELECT 1 FROM consent s
    WHERE s.customer_id = customer.id AND s.channel = 'email' AND s.state = 'no' AND s.import_id = 0 AND s.source <> 'import'
    AND NOT EXISTS (SELECT 1 FROM consent l WHERE l.customer_id = s.customer_id AND l.channel = s.channel AND l.id > s.id
                    AND l.import_id = 0 AND l.source <> 'import'));
UPDATE customer SET post_consent = 'no' WHERE post_consent <> 'no' AND EXISTS (SELECT 1 FROM consent s
    WHERE s.customer_id = customer.id AND s.channel = 'post' AND s.state = 'no' AND s.import_id = 0 AND s.source <> 'import'
    AND NOT EXISTS (SELECT 1 FROM consent l WHERE l.customer_id = s.customer_id AND l.channel = s.channel AND l.id > s.id
                    AND l.import_id = 0 AND l.source <> 'import'));

-- Sales of nobody by their email: a card that has it alone finds them.
CREATE INDEX purchase_unlinked_email ON purchase (LOWER(ref)) WHERE customer_id IS NULL AND INSTR(ref, '@') > 0;

-- Addresses from which a letter came back. They belong to no card: everybody who has such an address is meant.
CREATE TABLE undeliverable_address (
    id          INTEGER PRIMARY KEY,
    home        INTEGER NOT NULL,                      -- the number of the address, as in customer
    campaign    TEXT NOT NULL DEFAULT '',              -- whose letter came back; none when the owner says so
    on_day      INTEGER NOT NULL,
    source      TEXT NOT NULL DEFAULT '',
    lifted_on   INTEGER,                               -- the day from which it no longer counts
    lifted_by   TEXT NOT NULL DEFAULT '',
    customer_id INTEGER,                               -- whose address it is, until their card has a number for it
    street      TEXT NOT NULL DEFAULT ''               -- their street then
) STRICT;
CREATE INDEX undeliverable_address_home ON undeliverable_address (home) WHERE lifted_on IS NULL;

-- The number of the address that a letter goes to.
ALTER TABLE recipient ADD COLUMN home INTEGER NOT NULL DEFAULT 0;

-- Letters that came back before, where the card still has the street and the postcode of the letter.
INSERT INTO undeliverable_address (home, campaign, on_day, customer_id, street)
SELECT c.home, k.slug, CASE WHEN s.channel = 'letter' AND s.returned_on IS NOT NULL THEN s.returned_on ELSE r.returned_on END, CASE WHEN c.home = 0 THEN c.id END, CASE WHEN c.home = 0 THEN c.street ELSE '' END
FROM recipient r JOIN campaign k ON k.id = r.campaign_id JOIN customer c ON c.id = r.customer_id
LEFT JOIN second_piece s ON s.recipient_id = r.id
WHERE ((r.channel = 'letter' AND r.returned_on IS NOT NULL) OR (s.channel = 'letter' AND s.returned_on IS NOT NULL))
AND c.street <> '' AND c.postcode = r.postcode AND INSTR(r.fields, c.street) > 0;
