-- The collectors whom another shipment that was not cancelled pays for the same rule, as they are now:
-- who was joined to another collector since is paid as that one.
SELECT wallet.collector_id
FROM shipments_line AS paid
INNER JOIN shipments_shipment AS shipment ON paid.shipment_id = shipment.id
INNER JOIN rules_ruleversion AS version ON paid.rule_version_id = version.id
INNER JOIN registry_wallet AS wallet ON paid.collector_id = wallet.id
WHERE
    version.rule_id = %(rule_id)s
    AND paid.amount_xp > 0
    AND shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
    AND shipment.id <> ALL(%(not_counting)s)
