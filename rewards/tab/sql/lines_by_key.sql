-- Lines of any rounds by all that names them, each as a group of its own.
SELECT
    line.*,
    1 AS place_in_round,
    1 AS line_count,
    line.amount_xp AS total_xp,
    1 AS round_line_count
FROM
    UNNEST(
        %(shipments)s::BIGINT[],
        %(collectors)s::BIGINT[],
        %(versions)s::BIGINT[],
        %(subjects)s::UUID[],
        %(paid_shipments)s::BIGINT[]
    ) AS named (shipment_id, collector_id, rule_version_id, subject, for_shipment_id)
INNER JOIN shipments_line AS line
    ON
        named.shipment_id = line.shipment_id
        AND named.collector_id = line.collector_id
        AND named.rule_version_id = line.rule_version_id
        AND named.subject = line.subject
        AND named.for_shipment_id = line.for_shipment_id
