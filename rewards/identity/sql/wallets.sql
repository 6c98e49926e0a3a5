-- The wallets of a collector, the one that stands for it first, with when each was linked and whether the
-- facts have that already.
SELECT
    wallet.id AS wallet_id,
    wallet.address,
    wallet.id = wallet.collector_id AS stands,
    link.linked_at,
    EXISTS(
        SELECT 1
        FROM registry_link AS pending
        WHERE
            (pending.wallet_id = wallet.id OR pending.collector_id = wallet.id)
            AND (
                pending.settled_at IS NULL
                OR (pending.ended_at IS NOT NULL AND pending.end_settled_at IS NULL)
            )
    ) AS is_settling
FROM registry_wallet AS wallet
LEFT JOIN registry_link AS link ON wallet.id = link.wallet_id AND link.ended_at IS NULL
WHERE wallet.collector_id = %(collector_id)s
ORDER BY
    wallet.id <> wallet.collector_id,
    link.linked_at,
    wallet.id
