SELECT
    shipment.slug AS shipment,
    wallet.address AS collector,
    award.amount_xp
FROM shipments_award AS award
INNER JOIN shipments_shipment AS shipment ON award.shipment_id = shipment.id
INNER JOIN registry_wallet AS wallet ON award.collector_id = wallet.id
WHERE award.shipment_id = %(shipment_id)s
ORDER BY wallet.address
