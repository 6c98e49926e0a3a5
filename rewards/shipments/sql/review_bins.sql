-- How many awards lie between two bounds, and their sum, by the number of the lower bound.
SELECT
    WIDTH_BUCKET(amount_xp, %(bounds)s::BIGINT[]) AS number,
    COUNT(*) AS award_count,
    SUM(amount_xp)::BIGINT AS amount_xp
FROM shipments_award
WHERE shipment_id = %(shipment_id)s
GROUP BY 1
ORDER BY 1
