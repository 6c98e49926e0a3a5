-- A shipment is shipped when no batch of it is left to do.
UPDATE shipments_shipment AS shipment
SET
    state = 'shipped',
    shipped_at = %(as_of)s
WHERE
    shipment.state = 'shipping'
    AND (%(shipment_id)s::BIGINT IS NULL OR shipment.id = %(shipment_id)s)
    AND NOT EXISTS (
        SELECT FROM shipments_batch AS batch
        WHERE
            batch.shipment_id = shipment.id
            AND batch.state <> 'done'
    )
RETURNING shipment.id
