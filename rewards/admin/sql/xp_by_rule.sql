-- What each rule paid in some shipments.
SELECT
    line.shipment_id,
    rule.slug,
    rule.title,
    SUM(line.amount_xp)::BIGINT AS amount_xp
FROM shipments_line AS line
INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
WHERE line.shipment_id = ANY(%(shipment_ids)s) AND line.amount_xp > 0
GROUP BY
    line.shipment_id,
    rule.slug,
    rule.title
