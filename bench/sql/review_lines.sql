-- Lines of one round: each collector has a purchase and two holds, and every fourth line brings nothing, for
-- the reason that its rule has.
INSERT INTO shipments_line (
    shipment_id,
    collector_id,
    rule_version_id,
    subject,
    quantity,
    hold_days,
    base_micro_xp,
    boost_bp,
    cut_xp,
    amount_xp,
    reason,
    for_shipment_id
)
SELECT
    %(shipment_id)s,
    drawn.collector_id,
    drawn.rule_version_id,
    drawn.subject,
    1000000000000000000,
    CASE WHEN drawn.kind = 'holding' THEN CASE WHEN drawn.is_empty THEN 3 ELSE 90 END END,
    drawn.drawn_xp * 1000000,
    10000,
    0,
    CASE WHEN drawn.is_empty THEN 0 ELSE drawn.drawn_xp END,
    CASE
        WHEN NOT drawn.is_empty THEN 'earned'
        WHEN drawn.kind = 'holding' THEN 'under_minimum_days'
        ELSE 'below_minimum'
    END,
    %(shipment_id)s
FROM (
    SELECT
        collector.id AS collector_id,
        version.id AS rule_version_id,
        rule.kind,
        MD5(CONCAT_WS(' ', %(shipment_id)s::BIGINT, collector.id, version.id, part.nth))::UUID AS subject,
        1 + (10.0 ^ (MOD(ABS(HASHINT8(collector.id + %(shipment_id)s)), 4000) / 1000.0))::BIGINT AS drawn_xp,
        MOD(collector.id + version.id + part.nth, 4) = 3 AS is_empty
    FROM GENERATE_SERIES(%(first)s::BIGINT, %(last)s::BIGINT) AS collector (id)
    CROSS JOIN rules_ruleversion AS version
    INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
    CROSS JOIN GENERATE_SERIES(1, 2) AS part (nth)
    WHERE rule.kind = 'holding' OR (rule.kind = 'purchase' AND part.nth = 1)
) AS drawn
