-- The rounds that have not gone out, the nearest first. Nothing else is public about them.
SELECT
    shipment.id,
    shipment.window_start,
    shipment.window_end,
    COALESCE(shipment.ships_at, shipment.window_end) AS due_at
FROM shipments_shipment AS shipment
WHERE shipment.state IN ('draft', 'planned', 'approved')
ORDER BY due_at ASC, shipment.id ASC
LIMIT %(coming_limit)s::BIGINT
