-- The rounds that were approved before and have a rule in common with this one, of whose time something
-- came to be known that no plan that counts has seen: neither their own nor one that looked at them again. A
-- plan that looked counts no longer when a round whose payments it reckoned with was cancelled since.
SELECT
    round.id AS shipment_id,
    rule.slug AS rule
FROM shipments_shipmentrule AS paid
INNER JOIN shipments_shipment AS round ON paid.shipment_id = round.id
INNER JOIN rules_rule AS rule ON paid.rule_id = rule.id
WHERE
    rule.slug = ANY(%(rules)s)
    AND round.id <> %(shipment_id)s
    AND round.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
    AND EXISTS (
        SELECT FROM facts_change AS change
        WHERE
            change.changed_from < round.window_end
            AND change.id > round.facts_change
            AND change.id > (
                SELECT COALESCE(MAX(other.facts_change), 0)
                FROM shipments_shipment AS other
                WHERE
                    other.id <> %(shipment_id)s
                    AND other.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
                    AND other.plan_inputs @> JSONB_BUILD_ARRAY(
                        JSONB_BUILD_OBJECT('rule', rule.slug, 'late_for', JSONB_BUILD_ARRAY(round.slug))
                    )
                    AND NOT EXISTS (
                        SELECT
                        FROM JSONB_ARRAY_ELEMENTS(other.plan_inputs) AS input (said)
                        CROSS JOIN JSONB_ARRAY_ELEMENTS_TEXT(input.said -> 'paid_by') AS payer (slug)
                        INNER JOIN shipments_shipment AS gone ON payer.slug = gone.slug
                        WHERE
                            input.said ->> 'rule' = rule.slug
                            AND gone.state = 'cancelled'
                    )
            )
    )
ORDER BY
    round.window_start,
    round.id,
    rule.slug
