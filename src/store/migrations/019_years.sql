-- Whom nobody wrote to, being held out, neither came nor missed: their years in a row go on as they were. How many campaigns in
-- a row somebody missed is kept beside how many they came to.

ALTER TABLE recipient ADD COLUMN prior_missed INTEGER NOT NULL DEFAULT 0; -- how many campaigns in a row they had missed before

DROP VIEW response;
CREATE VIEW response AS
SELECT c.slug AS campaign,
       m.customer_id,
       r.id AS recipient_id,
       CASE WHEN r.arm = 'held_out' THEN 'held_out'
            WHEN d.recipient_id IS NOT NULL THEN 'redeemed'
            WHEN r.returned_on IS NOT NULL AND (s.recipient_id IS NULL OR s.returned_on IS NOT NULL) THEN 'undeliverable'
            ELSE 'not_redeemed' END AS response,
       d.redeemed_on,
       COALESCE(d.spend_minor, 0) AS gift_spend_minor,
       CASE WHEN d.recipient_id IS NOT NULL THEN r.prior_years + 1
            WHEN r.arm = 'held_out' THEN r.prior_years
            ELSE 0 END AS years_running,
       CASE WHEN d.recipient_id IS NOT NULL THEN 0
            WHEN r.arm = 'held_out' THEN r.prior_missed
            WHEN r.returned_on IS NOT NULL AND (s.recipient_id IS NULL OR s.returned_on IS NOT NULL) THEN r.prior_missed
            ELSE r.prior_missed + 1 END AS years_missed
FROM campaign c
JOIN recipient r ON r.campaign_id = c.id
JOIN recipient_member m ON m.recipient_id = r.id
LEFT JOIN second_piece s ON s.recipient_id = r.id
LEFT JOIN redemption d ON d.recipient_id = r.id AND d.undone_at IS NULL
WHERE c.state <> 'void';

-- Those of plans made before: counted back over the campaigns that each follows, until one that they came to.
WITH RECURSIVE past (recipient_id, customer_id, campaign, missed, came, depth) AS (
    SELECT r.id, r.customer_id, c.follows, 0, 0, 0 FROM recipient r JOIN campaign c ON c.id = r.campaign_id
    WHERE r.customer_id IS NOT NULL AND c.follows <> ''
    UNION ALL
    SELECT p.recipient_id, p.customer_id, c.follows, p.missed + (v.response = 'not_redeemed'), v.response = 'redeemed', p.depth + 1
    FROM past p JOIN response v ON v.campaign = p.campaign AND v.customer_id = p.customer_id
    JOIN campaign c ON c.slug = p.campaign AND c.state <> 'void'
    WHERE p.came = 0 AND p.campaign <> '' AND p.depth < 50
)
UPDATE recipient SET prior_missed = (SELECT MAX(p.missed) FROM past p WHERE p.recipient_id = recipient.id)
WHERE id IN (SELECT recipient_id FROM past);
