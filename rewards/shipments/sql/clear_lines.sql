DELETE FROM shipments_line
WHERE shipment_id = %(shipment_id)s
