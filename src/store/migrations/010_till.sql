-- The till's pages: what stands on the receipt, and which request an event answers, so that one pressed twice counts once.

ALTER TABLE redemption ADD COLUMN receipt TEXT NOT NULL DEFAULT '';
ALTER TABLE redemption_event ADD COLUMN request TEXT;
CREATE UNIQUE INDEX redemption_event_request ON redemption_event (request) WHERE request IS NOT NULL;
CREATE INDEX redemption_event_day ON redemption_event (on_day);
CREATE INDEX redemption_day ON redemption (redeemed_on);
