-- Take note that a worker takes the batch up, unless it is done or somebody is at it: whoever waited here
-- for somebody that hangs would hang too. What keeps two workers apart is the lock of the post itself.
UPDATE shipments_batch
SET
    attempts = attempts + 1,
    leased_until = %(leased_until)s
WHERE id IN (
    SELECT batch.id
    FROM shipments_batch AS batch
    INNER JOIN shipments_shipment AS shipment ON batch.shipment_id = shipment.id
    WHERE
        batch.id = %(batch_id)s
        AND batch.state = 'pending'
        -- A hint that comes while the shipment is halted is no try.
        AND shipment.state = 'shipping'
    FOR UPDATE OF batch SKIP LOCKED
)
