-- The collectors whom another shipment that was not cancelled pays for the same rule, as they are now:
-- who was joined to another collector since is paid as that one, and who was part of a collector that was
-- paid, and left it since, was paid with it.
WITH paid AS (
    SELECT DISTINCT
        line.collector_id,
        shipment.planned_at
    FROM shipments_line AS line
    INNER JOIN shipments_shipment AS shipment ON line.shipment_id = shipment.id
    INNER JOIN rules_ruleversion AS version ON line.rule_version_id = version.id
    WHERE
        version.rule_id = %(rule_id)s
        AND line.amount_xp > 0
        AND shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
        AND shipment.id <> ALL(%(not_counting)s)
)

SELECT wallet.collector_id
FROM paid
INNER JOIN registry_wallet AS wallet ON paid.collector_id = wallet.id
UNION
SELECT wallet.collector_id
FROM paid
INNER JOIN registry_link AS link
    ON
        paid.collector_id = link.collector_id
        AND paid.planned_at >= link.linked_at
        AND (link.ended_at IS NULL OR paid.planned_at < link.ended_at)
INNER JOIN registry_wallet AS wallet ON link.wallet_id = wallet.id
