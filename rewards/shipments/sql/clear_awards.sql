DELETE FROM shipments_award
WHERE shipment_id = %(shipment_id)s
