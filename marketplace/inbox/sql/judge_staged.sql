-- What became of each staged line, now that every id of them is in the inbox. Who says nothing about the
-- standard of a token does not contradict who does: senders that tell one event may know more or less of it.
SELECT
    staged.place,
    event.batch_id = %(batch_id)s
    AND staged.place = MIN(staged.place) OVER (PARTITION BY staged.id) AS is_new,
    staged.content <> event.content
    AND (
        (staged.standard IS NULL) = (event.standard IS NULL)
        OR (
            staged.kind,
            staged.chain,
            staged.contract,
            staged.collection,
            staged.token_id,
            staged.trait,
            staged.quantity,
            staged.from_wallet,
            staged.to_wallet,
            staged.maker,
            staged.price,
            staged.currency,
            staged.decimals,
            staged.order_key,
            staged.expires_at,
            staged.tx_hash,
            staged.address
        ) IS DISTINCT FROM (
            event.kind,
            event.chain,
            event.contract,
            event.collection,
            event.token_id,
            event.trait,
            event.quantity,
            event.from_wallet,
            event.to_wallet,
            event.maker,
            event.price,
            event.currency,
            event.decimals,
            event.order_key,
            event.expires_at,
            event.tx_hash,
            event.address
        )
        OR (
            staged.tx_hash IS NULL
            AND (staged.at, staged.block, staged.tx_index, staged.log_index)
            IS DISTINCT FROM (event.at, event.block, event.tx_index, event.log_index)
        )
    ) AS is_conflict,
    (
        staged.at <> event.at
        OR staged.block IS DISTINCT FROM event.block
        OR staged.tx_index IS DISTINCT FROM event.tx_index
        OR staged.log_index IS DISTINCT FROM event.log_index
    ) AS is_moved
FROM inbox_staged AS staged
INNER JOIN inbox_event AS event
    ON staged.id = event.id
