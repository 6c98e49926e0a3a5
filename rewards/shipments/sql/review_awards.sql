-- What a plan awards, a row a collector.
SELECT award.amount_xp
FROM shipments_award AS award
WHERE award.shipment_id = %(shipment_id)s
