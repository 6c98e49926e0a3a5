-- The awards of flagged collectors. These are few, so each award is looked up by its key.
SELECT
    COUNT(*) AS award_count,
    COALESCE(SUM(award.amount_xp), 0)::BIGINT AS amount_xp
FROM ({flagged}) AS flagged
INNER JOIN shipments_award AS award
    ON
        award.shipment_id = %(shipment_id)s
        AND flagged.collector_id = award.collector_id
