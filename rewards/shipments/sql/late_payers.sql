-- The rounds that were approved and pay late for a round.
SELECT DISTINCT shipment.slug
FROM shipments_line AS line
INNER JOIN shipments_shipment AS shipment ON line.shipment_id = shipment.id
WHERE
    line.for_shipment_id = %(shipment_id)s
    AND line.for_shipment_id <> line.shipment_id
    AND shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
ORDER BY shipment.slug
