-- What a farmer's wallets earn with one version in a round, and what kept them from more. A token that they
-- have only for its boost is not what was farmed.
SELECT
    COALESCE(SUM(line.amount_xp), 0)::BIGINT AS earned_xp,
    COALESCE(BOOL_OR(line.cut_xp > 0 OR line.reason = 'over_cap'), FALSE) AS is_cut,
    COALESCE(BOOL_OR(line.reason = 'not_among_best'), FALSE) AS is_outranked,
    COALESCE(MAX(line.boost_bp), 10000)::INTEGER AS boost_bp
FROM shipments_line AS line
INNER JOIN registry_wallet AS collector ON line.collector_id = collector.id
LEFT JOIN inbox_event AS event ON line.event_id = event.id
WHERE
    line.shipment_id = %(shipment_id)s
    AND line.rule_version_id = %(rule_version_id)s
    AND collector.address = ANY(%(wallets)s::TEXT[])
    AND event.source IS DISTINCT FROM 'boost'
