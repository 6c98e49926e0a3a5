-- Failed batches as if nobody had taken them up, with what they were before.
UPDATE shipments_batch AS batch
SET
    state = 'pending',
    attempts = 0,
    leased_until = NULL,
    problem = ''
FROM (
    SELECT
        id,
        problem
    FROM shipments_batch
    WHERE
        shipment_id = %(shipment_id)s
        AND state = 'failed'
    FOR UPDATE
) AS failed
WHERE batch.id = failed.id
RETURNING
    batch.number,
    failed.problem
