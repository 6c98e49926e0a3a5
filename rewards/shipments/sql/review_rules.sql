-- What each rule paid in a round that went out.
SELECT
    rule.slug,
    rule.title,
    SUM(paid.amount_xp)::BIGINT AS amount_xp
FROM (
    SELECT
        line.rule_version_id,
        SUM(line.amount_xp) AS amount_xp
    FROM shipments_line AS line
    WHERE line.shipment_id = %(shipment_id)s AND line.amount_xp > 0
    GROUP BY line.rule_version_id
) AS paid
INNER JOIN rules_ruleversion AS version ON paid.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
GROUP BY
    rule.slug,
    rule.title
