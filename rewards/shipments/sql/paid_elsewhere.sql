-- Rounds that were approved since a plan was made and pay what the plan pays, too: a sale that an earlier
-- telling moved into another round's time meanwhile. Only what has no length can be paid in two rounds so.
SELECT
    other.slug,
    COUNT(*) AS sales
FROM shipments_line AS own
INNER JOIN rules_ruleversion AS version ON own.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
INNER JOIN rules_ruleversion AS other_version ON rule.id = other_version.rule_id
INNER JOIN shipments_shipment AS other
    ON
        own.shipment_id <> other.id
        AND other.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
        AND other.approved_at >= %(planned_at)s
INNER JOIN shipments_line AS line
    ON
        other.id = line.shipment_id
        AND other_version.id = line.rule_version_id
        AND own.subject = line.subject
WHERE
    own.shipment_id = %(shipment_id)s
    AND rule.kind = ANY(%(at_an_instant)s)
    AND own.amount_xp > 0
    AND own.earlier_xp = 0
    AND line.amount_xp > 0
    AND line.earlier_xp = 0
    AND own.for_shipment_id <> line.for_shipment_id
GROUP BY other.slug
ORDER BY other.slug
