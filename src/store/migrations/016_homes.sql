-- Addresses are one however they are written (St, Street), and a mailbox may stand in the second line alone: who lives together
-- is worked out anew for every card that has no number.
UPDATE customer SET home = 0 WHERE home <> 0;
DROP INDEX customer_home_unknown;
CREATE INDEX customer_home_unknown ON customer (id) WHERE home = 0 AND (street <> '' OR street2 <> '');
