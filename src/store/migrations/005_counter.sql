-- Finding people at the counter while the words are typed, and who lives at one address, in a book of a million.

-- The address as it is compared, as a number; 0 without a street.
ALTER TABLE customer ADD COLUMN home INTEGER NOT NULL DEFAULT 0;
CREATE INDEX customer_home ON customer (home) WHERE home <> 0;
-- Whether they have left that address.
ALTER TABLE customer ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
UPDATE customer SET moved = 1 WHERE moved_from <> '';
-- Cards that were there before this column.
CREATE INDEX customer_home_unknown ON customer (id) WHERE home = 0 AND street <> '';
CREATE INDEX customer_together ON customer (put_together) WHERE put_together <> '';
CREATE INDEX customer_email ON customer (LOWER(email)) WHERE email <> '';

-- The words of names (n…) and towns (c…), and four digits of telephone numbers (p…), each with the ids of the customers
-- who have it, ascending, as differences. Complete when the setting `words` says so.
CREATE TABLE customer_word (
    word      TEXT PRIMARY KEY,
    customers BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- People of whom the owner said that they are two.
CREATE TABLE not_the_same (
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    other_id    INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    on_day      INTEGER NOT NULL,
    PRIMARY KEY (customer_id, other_id),
    CHECK (customer_id < other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX not_the_same_other ON not_the_same (other_id);
