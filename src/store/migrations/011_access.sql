-- Who may use the pages: what they sign in with, who is signed in, the tokens of tills that are programs. All as hashes.

CREATE TABLE secret (
    role TEXT PRIMARY KEY CHECK (role IN ('owner', 'till')),
    hash TEXT NOT NULL                                 -- Argon2, with its salt and cost
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    hash    BLOB PRIMARY KEY,                          -- of the cookie
    role    TEXT NOT NULL CHECK (role IN ('owner', 'till')),
    till    TEXT NOT NULL DEFAULT '',
    ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE till_token (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    till       TEXT NOT NULL,
    made_on    INTEGER NOT NULL,
    revoked_on INTEGER
) STRICT;

-- What such a till was answered, so that the same request gets the same answer; kept for two days.
CREATE TABLE till_answer (
    token_id     INTEGER NOT NULL REFERENCES till_token (id),
    key          TEXT NOT NULL,
    request      BLOB NOT NULL,                        -- hash of what was asked
    status       INTEGER NOT NULL,
    body         TEXT NOT NULL,
    recipient_id INTEGER REFERENCES recipient (id),
    at           TEXT NOT NULL,
    PRIMARY KEY (token_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX till_answer_recipient ON till_answer (recipient_id);
CREATE INDEX till_answer_at ON till_answer (at);
