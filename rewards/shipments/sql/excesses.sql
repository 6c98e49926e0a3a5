-- What in a plan is over a limit, with the names that people know.
SELECT
    excess.name,
    rule.title AS rule,
    wallet.address AS collector,
    excess.day,
    excess.limit_xp::BIGINT,
    excess.amount_xp::BIGINT,
    excess.places
FROM shipments_list_excesses(%(shipment_id)s) AS excess
LEFT JOIN rules_rule AS rule ON excess.rule_id = rule.id
LEFT JOIN registry_wallet AS wallet ON excess.collector_id = wallet.id
ORDER BY
    excess.name DESC,
    rule.slug ASC
