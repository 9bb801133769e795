-- How far the mailbox was read that comes over IMAP: a folder of somebody at a server, by UIDVALIDITY and UID (RFC 9051).
CREATE TABLE imap_folder (
    account      TEXT NOT NULL,                        -- user@host:port
    folder       TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    last_uid     INTEGER NOT NULL,
    PRIMARY KEY (account, folder)
) STRICT;
-- Messages that were read and left to the owner.
CREATE TABLE imap_left (
    account TEXT NOT NULL,
    folder  TEXT NOT NULL,
    uid     INTEGER NOT NULL,
    PRIMARY KEY (account, folder, uid)
) STRICT;
