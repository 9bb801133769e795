-- The states of a recipient are a closed list. The rows are read once, and none is written.

ALTER TABLE recipient ADD CONSTRAINT recipient_state
    CHECK (state IN ('planned', 'printed', 'posted', 'sent', 'returned', 'forgotten'));
