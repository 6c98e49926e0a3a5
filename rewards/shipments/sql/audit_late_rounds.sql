-- Late lines of rounds that were approved, for a round that was not approved before them.
SELECT
    shipment.slug,
    late_for.slug AS late_for,
    late_for.state,
    COUNT(*) AS lines
FROM shipments_line AS line
INNER JOIN shipments_shipment AS shipment ON line.shipment_id = shipment.id
LEFT JOIN shipments_shipment AS late_for ON line.for_shipment_id = late_for.id
WHERE
    line.for_shipment_id <> line.shipment_id
    AND shipment.approved_at IS NOT NULL
    AND shipment.state <> 'cancelled'
    AND (
        late_for.approved_at IS NULL
        OR late_for.approved_at > shipment.approved_at
        OR late_for.state = 'cancelled'
    )
GROUP BY
    shipment.slug,
    late_for.slug,
    late_for.state
ORDER BY
    shipment.slug,
    late_for.slug
