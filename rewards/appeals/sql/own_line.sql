-- A line of a round, if it is one of a collector's, whichever of its wallets it came to. Of a sale between
-- two own wallets each has a line; the wallet that stands for the collector comes first.
SELECT
    line.shipment_id,
    line.collector_id,
    line.rule_version_id,
    line.subject,
    line.for_shipment_id
FROM shipments_shipment AS shipment
INNER JOIN shipments_line AS line ON shipment.id = line.shipment_id
INNER JOIN registry_wallet AS own ON line.collector_id = own.id
WHERE
    shipment.slug = %(round)s
    AND shipment.state IN ('shipping', 'halted', 'shipped', 'sealed')
    AND own.collector_id = %(collector_id)s
    AND line.rule_version_id = %(rule_version_id)s
    AND line.subject = %(subject)s
    AND line.for_shipment_id = %(for_shipment_id)s
ORDER BY
    own.id <> own.collector_id,
    own.id
LIMIT 1
