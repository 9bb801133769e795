-- The customer book, what was bought, the campaigns and what came of them.
-- Days are whole days since 1970-01-01; moments are ISO text in the shop's time; money is minor units; absent text is ''.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE customer (
    id            INTEGER PRIMARY KEY,
    ref           TEXT NOT NULL UNIQUE CHECK (ref <> ''),
    title         TEXT NOT NULL DEFAULT '',
    first_name    TEXT NOT NULL DEFAULT '',
    last_name     TEXT NOT NULL DEFAULT '',
    full_name     TEXT NOT NULL DEFAULT '',
    suffix        TEXT NOT NULL DEFAULT '',
    spouse        TEXT NOT NULL DEFAULT '',
    company       TEXT NOT NULL DEFAULT '',
    street        TEXT NOT NULL DEFAULT '',
    street2       TEXT NOT NULL DEFAULT '',
    city          TEXT NOT NULL DEFAULT '',
    state         TEXT NOT NULL DEFAULT '',
    postcode      TEXT NOT NULL DEFAULT '',
    country       TEXT NOT NULL DEFAULT '',
    email         TEXT NOT NULL DEFAULT '',
    phone         TEXT NOT NULL DEFAULT '',
    birthday      TEXT NOT NULL DEFAULT '',
    notes         TEXT NOT NULL DEFAULT '',
    post_consent  TEXT NOT NULL DEFAULT 'unknown' CHECK (post_consent IN ('yes', 'no', 'unknown')),
    email_consent TEXT NOT NULL DEFAULT 'unknown' CHECK (email_consent IN ('yes', 'no', 'unknown')),
    household_id  INTEGER NOT NULL DEFAULT 0,          -- the smallest customer id of the household
    put_together  TEXT NOT NULL DEFAULT ''             -- the same text for people put together by hand
) STRICT;
CREATE INDEX customer_household ON customer (household_id);

CREATE TABLE customer_tag (
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    tag         TEXT NOT NULL,
    PRIMARY KEY (customer_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE preference (
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    key         TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (customer_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_note (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    on_day      INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('call', 'visit', 'praise', 'complaint', 'idea')),
    text        TEXT NOT NULL,
    minutes     INTEGER NOT NULL DEFAULT 0 CHECK (minutes >= 0),
    resolved_on INTEGER                                -- complaints only: the day it was put right
) STRICT;
CREATE INDEX contact_note_customer ON contact_note (customer_id, on_day);

-- Every yes and no that was ever recorded; the newest of a channel stands in the customer's row.
CREATE TABLE consent (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    channel     TEXT NOT NULL CHECK (channel IN ('post', 'email')),
    state       TEXT NOT NULL CHECK (state IN ('yes', 'no', 'unknown')),
    on_day      INTEGER NOT NULL,
    source      TEXT NOT NULL
) STRICT;
CREATE INDEX consent_customer ON consent (customer_id);

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
    nth            INTEGER NOT NULL,                   -- which of several purchases that are alike
    UNIQUE (same, nth)
) STRICT;
CREATE INDEX purchase_customer ON purchase (customer_id, day, amount_minor);
CREATE INDEX purchase_unlinked ON purchase (ref) WHERE customer_id IS NULL AND ref <> '';

CREATE TABLE purchase_item (
    purchase_id    INTEGER NOT NULL REFERENCES purchase (id) ON DELETE CASCADE,
    line           INTEGER NOT NULL,
    item           TEXT NOT NULL,
    quantity_milli INTEGER,
    amount_minor   INTEGER NOT NULL,
    PRIMARY KEY (purchase_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign (
    id              INTEGER PRIMARY KEY,
    slug            TEXT NOT NULL,                     -- the file's name without .toml
    name            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('planned', 'printing', 'sending', 'posted', 'closed', 'void')),
    as_of           INTEGER NOT NULL,
    dated           INTEGER NOT NULL,                  -- the date that the letters carry
    follows         TEXT NOT NULL DEFAULT '',
    channel         TEXT NOT NULL,
    one_per         TEXT NOT NULL,
    gift_name       TEXT NOT NULL DEFAULT '',
    unit_cost_minor INTEGER NOT NULL DEFAULT 0,
    postage_minor   INTEGER NOT NULL DEFAULT 0,
    claim_until     INTEGER,
    planned_at      TEXT NOT NULL,
    posted_on       INTEGER,
    fingerprint     TEXT NOT NULL
) STRICT;
-- A plan that was replaced stays, as void, so that its codes are still known.
CREATE UNIQUE INDEX campaign_slug ON campaign (slug) WHERE state <> 'void';

-- What the plan was made from: the campaign file, its templates and images, shop.toml.
CREATE TABLE campaign_file (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id),
    path        TEXT NOT NULL,
    content     BLOB NOT NULL,
    PRIMARY KEY (campaign_id, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE recipient (
    id          INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES campaign (id),
    ref         TEXT NOT NULL,
    customer_id INTEGER REFERENCES customer (id),
    name        TEXT NOT NULL,
    arm         TEXT NOT NULL CHECK (arm IN ('mailed', 'held_out')),
    by_hand     INTEGER NOT NULL DEFAULT 0,            -- included by the owner, so no part of the comparison by lot
    branch      TEXT NOT NULL DEFAULT '',
    channel     TEXT NOT NULL DEFAULT '' CHECK (channel IN ('', 'letter', 'email')),
    number      INTEGER,                               -- the place in posting order; the held-out have none
    code        TEXT UNIQUE,
    postcode    TEXT NOT NULL DEFAULT '',
    email       TEXT NOT NULL DEFAULT '',
    fields      TEXT NOT NULL DEFAULT '{}',            -- everything a template may print, as it was that day
    prior_years INTEGER NOT NULL DEFAULT 0,            -- how many campaigns in a row they had come to before
    state       TEXT NOT NULL DEFAULT 'planned',
    returned_on INTEGER,                               -- the day the mail came back
    UNIQUE (campaign_id, ref)
) STRICT;

CREATE TABLE recipient_member (
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    customer_id  INTEGER NOT NULL REFERENCES customer (id),
    PRIMARY KEY (recipient_id, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recipient_member_customer ON recipient_member (customer_id);

CREATE TABLE left_out (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id),
    ref         TEXT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (campaign_id, ref)
) STRICT, WITHOUT ROWID;

-- A code is redeemed once: of a recipient's rows only one is not undone. An undone row stays.
CREATE TABLE redemption (
    id           INTEGER PRIMARY KEY,
    recipient_id INTEGER NOT NULL REFERENCES recipient (id),
    redeemed_on  INTEGER NOT NULL,
    redeemed_at  TEXT NOT NULL,
    spend_minor  INTEGER NOT NULL DEFAULT 0,
    till         TEXT NOT NULL DEFAULT '',
    undone_at    TEXT
) STRICT;
CREATE UNIQUE INDEX redemption_once ON redemption (recipient_id) WHERE undone_at IS NULL;

-- Everything that happened at the till, refusals too; nothing here is ever changed or deleted.
CREATE TABLE redemption_event (
    id           INTEGER PRIMARY KEY,
    recipient_id INTEGER REFERENCES recipient (id),
    code         TEXT NOT NULL DEFAULT '',
    outcome      TEXT NOT NULL,
    at           TEXT NOT NULL,
    on_day       INTEGER NOT NULL,
    spend_minor  INTEGER,
    till         TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX redemption_event_recipient ON redemption_event (recipient_id);

-- What segments and follow-ups ask about an earlier campaign: one row a member of each recipient.
CREATE VIEW response AS
SELECT c.slug AS campaign,
       m.customer_id,
       r.id AS recipient_id,
       CASE WHEN r.arm = 'held_out' THEN 'held_out'
            WHEN d.recipient_id IS NOT NULL THEN 'redeemed'
            WHEN r.returned_on IS NOT NULL THEN 'undeliverable'
            ELSE 'not_redeemed' END AS response,
       d.redeemed_on,
       COALESCE(d.spend_minor, 0) AS gift_spend_minor,
       CASE WHEN d.recipient_id IS NULL THEN 0 ELSE r.prior_years + 1 END AS years_running
FROM campaign c
JOIN recipient r ON r.campaign_id = c.id
JOIN recipient_member m ON m.recipient_id = r.id
LEFT JOIN redemption d ON d.recipient_id = r.id AND d.undone_at IS NULL
WHERE c.state <> 'void';
