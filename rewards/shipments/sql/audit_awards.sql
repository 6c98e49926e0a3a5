-- Awards that are not the sum of their lines, and sums that have no award.
SELECT
    shipment.slug,
    COALESCE(award.collector_id, line.collector_id) AS collector_id,
    COALESCE(award.amount_xp, 0) AS award_xp,
    COALESCE(line.amount_xp, 0) AS lines_xp
FROM shipments_award AS award
FULL JOIN (
    SELECT
        shipment_id,
        collector_id,
        SUM(amount_xp)::BIGINT AS amount_xp
    FROM shipments_line
    GROUP BY
        shipment_id,
        collector_id
    HAVING SUM(amount_xp) > 0
) AS line ON award.shipment_id = line.shipment_id AND award.collector_id = line.collector_id
INNER JOIN shipments_shipment AS shipment ON COALESCE(award.shipment_id, line.shipment_id) = shipment.id
WHERE award.amount_xp IS DISTINCT FROM line.amount_xp
ORDER BY
    shipment.slug,
    collector_id
