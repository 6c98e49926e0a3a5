-- The other rounds that pay each of some rules and were approved, by the rules' names.
SELECT
    rule.slug AS rule,
    ARRAY_AGG(shipment.slug ORDER BY shipment.slug) AS rounds
FROM shipments_shipmentrule AS paid
INNER JOIN shipments_shipment AS shipment ON paid.shipment_id = shipment.id
INNER JOIN rules_rule AS rule ON paid.rule_id = rule.id
WHERE
    rule.slug = ANY(%(rules)s)
    AND shipment.id <> %(shipment_id)s
    AND shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
GROUP BY rule.slug
