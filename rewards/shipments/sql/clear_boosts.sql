DELETE FROM shipments_boost
WHERE shipment_id = %(shipment_id)s
