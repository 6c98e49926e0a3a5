-- Two plans of one round side by side: their sums, and how many collectors have more and fewer.
WITH award AS (
    SELECT
        collector_id,
        COALESCE(SUM(amount_xp) FILTER (WHERE shipment_id = %(before)s), 0)::BIGINT AS before_xp,
        COALESCE(SUM(amount_xp) FILTER (WHERE shipment_id = %(after)s), 0)::BIGINT AS after_xp
    FROM shipments_award
    WHERE shipment_id IN (%(before)s, %(after)s)
    GROUP BY collector_id
),

of_rule AS (
    SELECT
        COALESCE(SUM(line.amount_xp) FILTER (WHERE line.shipment_id = %(before)s), 0)::BIGINT AS before_xp,
        COALESCE(SUM(line.amount_xp) FILTER (WHERE line.shipment_id = %(after)s), 0)::BIGINT AS after_xp
    FROM shipments_line AS line
    INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
    WHERE line.shipment_id IN (%(before)s, %(after)s) AND version.rule_id = %(rule_id)s
)

SELECT
    COALESCE(SUM(award.before_xp), 0)::BIGINT AS before_xp,
    COALESCE(SUM(award.after_xp), 0)::BIGINT AS after_xp,
    (SELECT of_rule.before_xp FROM of_rule) AS rule_before_xp,
    (SELECT of_rule.after_xp FROM of_rule) AS rule_after_xp,
    COUNT(*) FILTER (WHERE award.before_xp > 0) AS collectors_before,
    COUNT(*) FILTER (WHERE award.after_xp > 0) AS collectors_after,
    COUNT(*) FILTER (WHERE award.after_xp > award.before_xp) AS collectors_up,
    COUNT(*) FILTER (WHERE award.after_xp < award.before_xp) AS collectors_down
FROM award
