-- Batches that are to be posted without waiting for a lease from before the halt. Of one that somebody has
-- locked its lease runs out by itself; to wait for them, who wait for this shipment, would be a deadlock.
UPDATE shipments_batch
SET leased_until = NULL
WHERE
    id IN (
        SELECT batch.id
        FROM shipments_batch AS batch
        WHERE
            batch.shipment_id = %(shipment_id)s
            AND batch.state = 'pending'
            AND batch.leased_until IS NOT NULL
        FOR UPDATE OF batch SKIP LOCKED
    )
