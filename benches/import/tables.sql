-- The tables of customers and purchases as PostgreSQL has them, with the same keys and indexes.
DROP TABLE IF EXISTS purchase, customer;

CREATE TABLE customer (
    id BIGINT PRIMARY KEY, ref TEXT NOT NULL UNIQUE CHECK (ref <> ''),
    title TEXT NOT NULL DEFAULT '', first_name TEXT NOT NULL DEFAULT '', last_name TEXT NOT NULL DEFAULT '',
    full_name TEXT NOT NULL DEFAULT '', suffix TEXT NOT NULL DEFAULT '', spouse TEXT NOT NULL DEFAULT '',
    company TEXT NOT NULL DEFAULT '', street TEXT NOT NULL DEFAULT '', street2 TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT '', postcode TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '', email TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '',
    birthday TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '',
    post_consent TEXT NOT NULL DEFAULT 'unknown' CHECK (post_consent IN ('yes', 'no', 'unknown')),
    email_consent TEXT NOT NULL DEFAULT 'unknown' CHECK (email_consent IN ('yes', 'no', 'unknown')),
    household_id BIGINT NOT NULL DEFAULT 0, put_together TEXT NOT NULL DEFAULT '', home BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX customer_household ON customer (household_id);
CREATE INDEX customer_home ON customer (home) WHERE home <> 0;
CREATE INDEX customer_together ON customer (put_together) WHERE put_together <> '';
CREATE INDEX customer_email ON customer (LOWER(email)) WHERE email <> '';

CREATE TABLE purchase (
    id BIGINT PRIMARY KEY, source TEXT NOT NULL, receipt TEXT NOT NULL DEFAULT '', ref TEXT NOT NULL DEFAULT '',
    customer_id BIGINT REFERENCES customer (id), day BIGINT NOT NULL, amount_minor BIGINT NOT NULL,
    quantity_milli BIGINT, same BYTEA NOT NULL, nth BIGINT NOT NULL
);
CREATE UNIQUE INDEX purchase_same ON purchase (same, nth);
CREATE INDEX purchase_customer ON purchase (customer_id, day, amount_minor);
CREATE INDEX purchase_unlinked ON purchase (ref) WHERE customer_id IS NULL AND ref <> '';
