-- What the sweeper has to look into at an instant: one statement, since most of the time it is nothing.
SELECT
    (
        SELECT MIN(batch.received_at)
        FROM inbox_batch AS batch
        WHERE batch.settled_at IS NULL
    ) AS events_since,
    COALESCE(BOOL_OR(shipment.state = 'approved' AND shipment.ships_at <= %(as_of)s), FALSE) AS starts,
    COALESCE(BOOL_OR(shipment.state = 'shipping'), FALSE) AS shipping,
    COALESCE(
        BOOL_OR(shipment.state IN ('draft', 'planned') AND shipment.plan_due_at <= %(as_of)s), FALSE
    ) AS plans
FROM shipments_shipment AS shipment
WHERE shipment.state IN ('draft', 'planned', 'approved', 'shipping')
