-- The wallets of who has signed in, the one that stands for the collector first.
WITH signed_in AS ({signed_in})

SELECT
    JSON_BUILD_OBJECT(
        'items', JSON_AGG(
            JSON_BUILD_OBJECT(
                'address', wallet.address,
                'stands', wallet.id = wallet.collector_id,
                'linked_at', API_INSTANT(link.linked_at),
                'is_settling', EXISTS (
                    SELECT 1
                    FROM registry_link AS pending
                    WHERE
                        (pending.wallet_id = wallet.id OR pending.collector_id = wallet.id)
                        AND (
                            pending.settled_at IS NULL
                            OR (pending.ended_at IS NOT NULL AND pending.end_settled_at IS NULL)
                        )
                )
            )
            ORDER BY wallet.id <> wallet.collector_id, link.linked_at, wallet.id
        )
    )::TEXT AS body
FROM signed_in
INNER JOIN registry_wallet AS wallet ON signed_in.collector_id = wallet.collector_id
LEFT JOIN registry_link AS link ON wallet.id = link.wallet_id AND link.ended_at IS NULL
GROUP BY signed_in.collector_id
