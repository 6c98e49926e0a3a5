-- The batch, if it is still to be posted and nobody else is at it.
SELECT
    batch.id,
    batch.shipment_id,
    batch.number,
    batch.first_collector_id,
    batch.last_collector_id,
    batch.award_count,
    batch.amount_xp,
    batch.attempts
FROM shipments_batch AS batch
WHERE
    batch.id = %(batch_id)s
    AND batch.state = 'pending'
FOR UPDATE SKIP LOCKED
