SELECT
    line.reason,
    rule.slug AS rule,
    COUNT(*) AS lines,
    COUNT(DISTINCT line.collector_id) AS collectors,
    SUM(line.amount_xp)::BIGINT AS amount_xp
FROM shipments_line AS line
INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
WHERE line.shipment_id = %(shipment_id)s
GROUP BY
    line.reason,
    rule.slug
ORDER BY
    rule.slug ASC,
    SUM(line.amount_xp) DESC,
    COUNT(*) DESC,
    line.reason ASC
