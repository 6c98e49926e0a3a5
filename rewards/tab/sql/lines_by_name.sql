-- Lines of one round that are named one by one, in that order, each as a group of its own.
SELECT
    line.*,
    named.place AS place_in_round,
    1 AS line_count,
    line.amount_xp AS total_xp,
    1 AS round_line_count
FROM
    UNNEST(%(collectors)s::BIGINT[], %(versions)s::BIGINT[], %(subjects)s::UUID[])
    WITH ORDINALITY AS named (collector_id, rule_version_id, subject, place)
INNER JOIN LATERAL (
    -- A subject may have a line for the round's own time and a late one; then its own stands for both.
    SELECT one.*
    FROM shipments_line AS one
    WHERE
        one.shipment_id = %(shipment_id)s
        AND named.collector_id = one.collector_id
        AND named.rule_version_id = one.rule_version_id
        AND named.subject = one.subject
    ORDER BY one.for_shipment_id <> one.shipment_id, one.for_shipment_id
    LIMIT 1
) AS line ON TRUE
