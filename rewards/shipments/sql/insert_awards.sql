-- A plan clears its rows first, so a row that is there already is an error.
INSERT INTO shipments_award (
    shipment_id,
    collector_id,
    amount_xp
)
SELECT
    shipment_id,
    collector_id,
    SUM(amount_xp)::BIGINT
FROM shipments_line
WHERE shipment_id = %(shipment_id)s
GROUP BY
    shipment_id,
    collector_id
HAVING SUM(amount_xp) > 0
