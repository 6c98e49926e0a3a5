-- What a plan's lines say, by rule and reason, and how near the collectors come that are nearest to two
-- marks: the bits in which their numbers differ from it (a or b, less a and b).
WITH counted AS (
    SELECT
        line.rule_version_id,
        line.reason,
        COUNT(*) AS lines,
        SUM(line.amount_xp) AS amount_xp,
        MIN((line.collector_id | %(first_mark)s) - (line.collector_id & %(first_mark)s)) AS first_nearest,
        MIN((line.collector_id | %(second_mark)s) - (line.collector_id & %(second_mark)s)) AS second_nearest
    FROM shipments_line AS line
    WHERE line.shipment_id = %(shipment_id)s
    GROUP BY
        line.rule_version_id,
        line.reason
),

-- A collector can have lines under two versions of a rule. Counted apart from the sums, since those would be
-- made a number of any length once for each collector.
met AS (
    SELECT
        one.rule_id,
        one.reason,
        COUNT(*) AS collectors
    FROM (
        SELECT DISTINCT
            version.rule_id,
            line.reason,
            line.collector_id
        FROM shipments_line AS line
        INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
        WHERE line.shipment_id = %(shipment_id)s
    ) AS one
    GROUP BY
        one.rule_id,
        one.reason
)

SELECT
    rule.slug AS rule,
    rule.title,
    counted.reason,
    SUM(counted.lines)::BIGINT AS lines,
    met.collectors,
    SUM(counted.amount_xp)::BIGINT AS amount_xp,
    MIN(counted.first_nearest) AS first_nearest,
    MIN(counted.second_nearest) AS second_nearest
FROM counted
INNER JOIN rules_ruleversion AS version ON counted.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
INNER JOIN met ON rule.id = met.rule_id AND counted.reason = met.reason
GROUP BY
    rule.id,
    counted.reason,
    met.collectors
ORDER BY
    rule.slug ASC,
    SUM(counted.amount_xp) DESC,
    SUM(counted.lines) DESC,
    counted.reason ASC
