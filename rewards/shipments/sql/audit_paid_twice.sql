-- What two rounds that were approved paid twice: of late lines, a subject for which all lines for one round
-- together count more than the late ones say that it is worth; of sales, two rounds that both paid one. Lines
-- are taken by the collector they were for: who was joined to another since had subjects of their own.
WITH line AS (
    SELECT
        line.*,
        shipment.slug,
        version.rule_id,
        CASE
            WHEN COALESCE(version.params ->> 'pot_xp', version.params ->> 'pot_xp_per_day') IS NULL
                THEN line.amount_xp + line.cut_xp
            ELSE line.amount_xp
        END AS counted_xp
    FROM shipments_line AS line
    INNER JOIN shipments_shipment AS shipment ON line.shipment_id = shipment.id
    INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
    WHERE shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
),

late_subject AS (
    SELECT
        for_shipment_id,
        rule_version_id,
        collector_id,
        subject,
        MAX(earlier_xp + cut_xp + amount_xp) AS whole_xp
    FROM line
    WHERE for_shipment_id <> shipment_id
    GROUP BY
        for_shipment_id,
        rule_version_id,
        collector_id,
        subject
)

SELECT
    late_for.slug,
    late_subject.collector_id,
    late_subject.subject::TEXT AS subject,
    SUM(line.counted_xp)::BIGINT AS counted_xp,
    late_subject.whole_xp::BIGINT AS whole_xp
FROM late_subject
INNER JOIN shipments_shipment AS late_for ON late_subject.for_shipment_id = late_for.id
INNER JOIN line
    ON
        late_subject.for_shipment_id = line.for_shipment_id
        AND late_subject.rule_version_id = line.rule_version_id
        AND late_subject.collector_id = line.collector_id
        AND late_subject.subject = line.subject
GROUP BY
    late_for.slug,
    late_subject.collector_id,
    late_subject.subject,
    late_subject.whole_xp
-- A subject that is worth less than it was paid keeps that: only what a late line paid can be too much.
HAVING
    SUM(line.counted_xp) > late_subject.whole_xp
    AND SUM(line.counted_xp) FILTER (WHERE line.for_shipment_id <> line.shipment_id) > 0
UNION ALL
SELECT
    MAX(line.slug) AS slug,
    line.collector_id,
    line.subject::TEXT AS subject,
    SUM(line.amount_xp)::BIGINT AS counted_xp,
    MAX(line.amount_xp)::BIGINT AS whole_xp
FROM line
INNER JOIN rules_rule AS rule ON line.rule_id = rule.id
WHERE
    rule.kind = ANY(%(at_an_instant)s)
    AND line.amount_xp > 0
    AND line.earlier_xp = 0
GROUP BY
    line.rule_id,
    line.collector_id,
    line.subject
HAVING COUNT(DISTINCT line.for_shipment_id) > 1
ORDER BY
    slug,
    collector_id,
    subject
