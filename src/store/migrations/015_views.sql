-- What other rooms read of a table without knowing how its owner keeps it.

-- The redemptions that stand: of a recipient one at most.
CREATE VIEW redeemed AS
SELECT id, recipient_id, redeemed_on, redeemed_at, spend_minor, till, receipt FROM redemption WHERE undone_at IS NULL;

-- How far each email has come.
CREATE VIEW email_progress AS
SELECT recipient_id, wave, state, at FROM outbox;

-- In whose words an email came back.
CREATE VIEW email_report AS
SELECT recipient_id, said FROM email_answer;
