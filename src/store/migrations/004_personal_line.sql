-- What the owner adds by hand to one piece of a plan: a line of their own, and who signs it. The plan itself stays.

CREATE TABLE personal_line (
    recipient_id INTEGER PRIMARY KEY REFERENCES recipient (id),
    line         TEXT NOT NULL DEFAULT '',
    signer       TEXT NOT NULL DEFAULT '',             -- when it is not whom the plan says
    written_at   TEXT NOT NULL
) STRICT;
