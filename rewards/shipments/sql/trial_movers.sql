-- The collectors whose XP differs most between two plans of one round.
SELECT
    wallet.address,
    COALESCE(earlier.amount_xp, 0) AS before_xp,
    COALESCE(later.amount_xp, 0) AS after_xp
FROM (SELECT * FROM shipments_award WHERE shipment_id = %(before)s) AS earlier
FULL JOIN (SELECT * FROM shipments_award WHERE shipment_id = %(after)s) AS later
    ON earlier.collector_id = later.collector_id
INNER JOIN registry_wallet AS wallet
    ON COALESCE(earlier.collector_id, later.collector_id) = wallet.id
WHERE earlier.amount_xp IS DISTINCT FROM later.amount_xp
ORDER BY
    ABS(COALESCE(later.amount_xp, 0) - COALESCE(earlier.amount_xp, 0)) DESC,
    wallet.address ASC
LIMIT %(mover_limit)s
