-- Lines of one round that are named one by one, in that order, each as a group of its own.
SELECT
    line.*,
    named.place AS place_in_round,
    1 AS line_count,
    line.amount_xp AS total_xp,
    1 AS round_line_count
FROM
    UNNEST(
        %(collectors)s::BIGINT[],
        %(versions)s::BIGINT[],
        %(subjects)s::UUID[],
        %(paid_shipments)s::BIGINT[]
    )
    WITH ORDINALITY AS named (collector_id, rule_version_id, subject, for_shipment_id, place)
INNER JOIN shipments_line AS line
    ON
        line.shipment_id = %(shipment_id)s
        AND named.collector_id = line.collector_id
        AND named.rule_version_id = line.rule_version_id
        AND named.subject = line.subject
        AND named.for_shipment_id = line.for_shipment_id
