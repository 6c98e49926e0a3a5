-- Of each collector that is named with a rule and a reason the first such line of the round's own time, and
-- the first that is late, in that order.
SELECT
    line.collector_id,
    line.rule_version_id,
    line.subject,
    line.for_shipment_id,
    line.reason,
    rule.slug AS rule,
    wallet.address
FROM
    UNNEST(%(rules)s::TEXT[], %(reasons)s::TEXT[], %(collectors)s::BIGINT[])
    WITH ORDINALITY AS wanted (rule, reason, collector_id, place)
INNER JOIN rules_rule AS rule ON wanted.rule = rule.slug
INNER JOIN registry_wallet AS wallet ON wanted.collector_id = wallet.id
INNER JOIN LATERAL (
    SELECT DISTINCT ON (planned.for_shipment_id <> planned.shipment_id) planned.*
    FROM shipments_line AS planned
    INNER JOIN rules_ruleversion AS version ON planned.rule_version_id = version.id
    WHERE
        planned.shipment_id = %(shipment_id)s
        AND planned.collector_id = wanted.collector_id
        AND planned.reason = wanted.reason
        AND version.rule_id = rule.id
    ORDER BY
        planned.for_shipment_id <> planned.shipment_id,
        planned.subject,
        planned.for_shipment_id
) AS line ON TRUE
ORDER BY
    wanted.place,
    line.for_shipment_id <> %(shipment_id)s
