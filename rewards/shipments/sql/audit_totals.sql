-- Shipments whose totals, batches or account do not agree with their awards and their state.
SELECT
    shipment.slug,
    shipment.state,
    shipment.total_xp,
    COALESCE(award.amount_xp, 0) AS awards_xp,
    batch.amount_xp AS batches_xp,
    COALESCE(account.balance_xp, 0) AS held_xp,
    CASE
        WHEN shipment.state IN ('approved', 'shipping', 'halted')
            THEN shipment.total_xp - COALESCE(batch.done_xp, 0)
        ELSE 0
    END AS due_xp
FROM shipments_shipment AS shipment
LEFT JOIN (
    SELECT
        shipment_id,
        SUM(amount_xp)::BIGINT AS amount_xp
    FROM shipments_award
    GROUP BY shipment_id
) AS award ON shipment.id = award.shipment_id
LEFT JOIN (
    SELECT
        shipment_id,
        SUM(amount_xp)::BIGINT AS amount_xp,
        SUM(amount_xp) FILTER (WHERE state = 'done')::BIGINT AS done_xp
    FROM shipments_batch
    GROUP BY shipment_id
) AS batch ON shipment.id = batch.shipment_id
LEFT JOIN ledger_account AS account ON shipment.id = account.holder_id AND account.kind = 'shipment'
WHERE
    shipment.plan_digest IS NOT NULL
    AND (
        shipment.total_xp <> COALESCE(award.amount_xp, 0)
        OR (
            shipment.state IN ('shipping', 'halted', 'shipped', 'sealed')
            AND COALESCE(batch.amount_xp, 0) <> shipment.total_xp
        )
        OR COALESCE(account.balance_xp, 0) <> CASE
            WHEN shipment.state IN ('approved', 'shipping', 'halted')
                THEN shipment.total_xp - COALESCE(batch.done_xp, 0)
            ELSE 0
        END
    )
ORDER BY shipment.slug
