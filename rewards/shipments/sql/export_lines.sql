SELECT
    shipment.slug AS shipment,
    wallet.address AS collector,
    rule.slug AS rule,
    version.number AS version,
    event.source,
    event.key AS event_key,
    event.collection,
    event.token_id,
    line.subject::TEXT AS subject,
    line.quantity::TEXT AS quantity,
    line.hold_days,
    line.base_micro_xp,
    line.boost_bp,
    line.amount_xp,
    line.reason,
    line.cut_xp,
    paid_round.slug AS for_round,
    line.earlier_xp
FROM shipments_line AS line
INNER JOIN shipments_shipment AS shipment ON line.shipment_id = shipment.id
INNER JOIN registry_wallet AS wallet ON line.collector_id = wallet.id
INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
INNER JOIN shipments_shipment AS paid_round ON line.for_shipment_id = paid_round.id
LEFT JOIN inbox_event AS event ON line.event_id = event.id
WHERE line.shipment_id = %(shipment_id)s
ORDER BY
    wallet.address,
    rule.slug,
    version.number,
    line.subject,
    paid_round.slug
