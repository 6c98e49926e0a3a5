-- Shipments to plan, the longest due first. One waits for the first plan of an earlier window that a rule of
-- it pays, since what was paid before counts for it; but not for one that did not come through so far.
SELECT
    shipment.slug,
    shipment.plan_due_at
FROM shipments_shipment AS shipment
WHERE
    shipment.state IN ('draft', 'planned')
    AND shipment.plan_due_at <= %(as_of)s
    AND NOT EXISTS (
        SELECT
        FROM shipments_shipmentrule AS mine
        INNER JOIN shipments_shipmentrule AS theirs
            ON
                mine.rule_id = theirs.rule_id
                AND mine.window_start >= theirs.window_end
        INNER JOIN shipments_shipment AS earlier ON theirs.shipment_id = earlier.id
        WHERE
            mine.shipment_id = shipment.id
            AND theirs.counts
            AND earlier.state = 'draft'
            AND earlier.plan_due_at <= %(as_of)s
            AND earlier.slug <> ALL(%(troubled)s)
    )
ORDER BY
    shipment.plan_due_at,
    shipment.window_start,
    shipment.id
