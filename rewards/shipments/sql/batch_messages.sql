-- What is told of each award of a batch: the wallet that stands for its collector, and none that is linked to
-- it.
SELECT
    'award:' || award.shipment_id || ':' || award.collector_id AS key,
    JSONB_BUILD_OBJECT(
        'round', shipment.slug,
        'title', shipment.title,
        'wallet', wallet.address,
        'amount_xp', award.amount_xp
    ) AS data
FROM shipments_award AS award
INNER JOIN shipments_shipment AS shipment ON award.shipment_id = shipment.id
INNER JOIN registry_wallet AS wallet ON award.collector_id = wallet.id
WHERE
    award.shipment_id = %(shipment_id)s
    AND award.collector_id BETWEEN %(first_collector_id)s AND %(last_collector_id)s
