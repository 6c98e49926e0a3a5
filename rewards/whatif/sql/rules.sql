-- What each rule pays in two plans, and to how many; the largest first.
SELECT
    rule.slug,
    rule.title,
    COALESCE(SUM(line.amount_xp) FILTER (WHERE line.shipment_id = %(before)s), 0)::BIGINT AS before_xp,
    COALESCE(SUM(line.amount_xp) FILTER (WHERE line.shipment_id = %(after)s), 0)::BIGINT AS after_xp,
    COUNT(DISTINCT line.collector_id) FILTER (WHERE line.shipment_id = %(before)s AND line.amount_xp > 0)
        AS collectors_before,
    COUNT(DISTINCT line.collector_id) FILTER (WHERE line.shipment_id = %(after)s AND line.amount_xp > 0)
        AS collectors_after
FROM shipments_line AS line
INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
WHERE line.shipment_id IN (%(before)s, %(after)s)
GROUP BY
    rule.slug,
    rule.title
ORDER BY
    GREATEST(
        COALESCE(SUM(line.amount_xp) FILTER (WHERE line.shipment_id = %(before)s), 0),
        COALESCE(SUM(line.amount_xp) FILTER (WHERE line.shipment_id = %(after)s), 0)
    ) DESC,
    rule.slug ASC
