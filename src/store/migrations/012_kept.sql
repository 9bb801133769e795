-- What a till kept while it could not reach this machine: when it arrived here, and when the owner was done with it.

ALTER TABLE redemption_event ADD COLUMN arrived_at TEXT;
ALTER TABLE redemption_event ADD COLUMN put_aside_at TEXT;
CREATE INDEX redemption_event_kept ON redemption_event (arrived_at) WHERE arrived_at IS NOT NULL AND put_aside_at IS NULL;
