-- Batches that nobody was told of lately: whoever sends their hints notes until when it counts.
UPDATE shipments_batch
SET leased_until = %(leased_until)s
WHERE
    id IN (
        SELECT batch.id
        FROM shipments_batch AS batch
        INNER JOIN shipments_shipment AS shipment ON batch.shipment_id = shipment.id
        WHERE
            batch.state = 'pending'
            AND (batch.leased_until IS NULL OR batch.leased_until <= %(as_of)s)
            AND shipment.state = 'shipping'
        ORDER BY
            batch.shipment_id,
            batch.number
        FOR UPDATE OF batch SKIP LOCKED
    )
RETURNING id
