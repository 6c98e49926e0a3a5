-- Awards in the order of their collectors, cut into slices of equal size.
INSERT INTO shipments_batch (
    shipment_id,
    number,
    first_collector_id,
    last_collector_id,
    award_count,
    amount_xp,
    state,
    attempts,
    problem
)
SELECT
    %(shipment_id)s,
    numbered.number,
    MIN(numbered.collector_id),
    MAX(numbered.collector_id),
    COUNT(*),
    SUM(numbered.amount_xp),
    'pending',
    0,
    ''
FROM (
    SELECT
        collector_id,
        amount_xp,
        (ROW_NUMBER() OVER (ORDER BY collector_id) - 1) / %(batch_size)s + 1 AS number
    FROM shipments_award
    WHERE shipment_id = %(shipment_id)s
) AS numbered
GROUP BY numbered.number
-- A second cut of the same shipment leaves the first as it is.
ON CONFLICT (shipment_id, number) DO NOTHING
