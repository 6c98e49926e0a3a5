-- Up to one line more than a page, the latest round first; each is a group of its own.
SELECT
    line.*,
    1 AS place_in_round,
    1 AS line_count,
    line.amount_xp AS total_xp,
    1 AS round_line_count
FROM ({signed_in}) AS signed_in
INNER JOIN registry_wallet AS own ON signed_in.collector_id = own.collector_id
CROSS JOIN shipments_shipment AS shipment
INNER JOIN shipments_line AS line ON shipment.id = line.shipment_id AND own.id = line.collector_id
WHERE
    shipment.state IN ('shipping', 'halted', 'shipped', 'sealed')
    AND (%(round)s::TEXT IS NULL OR shipment.slug = %(round)s::TEXT)
    AND shipment.id <= %(before_shipment)s::BIGINT
    AND (
        line.shipment_id, line.collector_id, line.rule_version_id, line.subject, line.for_shipment_id
    ) < (
        %(before_shipment)s::BIGINT,
        %(before_collector)s::BIGINT,
        %(before_version)s::BIGINT,
        %(before_subject)s::UUID,
        %(before_for)s::BIGINT
    )
ORDER BY
    line.shipment_id DESC,
    line.collector_id DESC,
    line.rule_version_id DESC,
    line.subject DESC,
    line.for_shipment_id DESC
LIMIT %(limit)s::BIGINT + 1
