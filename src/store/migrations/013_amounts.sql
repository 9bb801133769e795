-- Amounts at the till without a gift, and amounts that are changed: the receipt of an event, and of a later one that takes it
-- back or changes its amount, the event that it is about. Nothing that was written down is changed itself.

ALTER TABLE redemption_event ADD COLUMN receipt TEXT NOT NULL DEFAULT '';
ALTER TABLE redemption_event ADD COLUMN about INTEGER REFERENCES redemption_event (id);
CREATE INDEX redemption_event_about ON redemption_event (about) WHERE about IS NOT NULL;
