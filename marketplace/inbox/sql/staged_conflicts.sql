-- The staged lines that tell something else than the accepted event, with the fields that differ. The
-- instant and the place in the chain count only for an event that names no transaction.
WITH judged AS (
    {judged}
)

SELECT
    staged.place,
    event.source,
    event.key,
    ARRAY_TO_STRING(
        ARRAY[
            CASE WHEN staged.kind IS DISTINCT FROM event.kind THEN 'kind' END,
            CASE WHEN staged.chain IS DISTINCT FROM event.chain THEN 'chain' END,
            CASE WHEN staged.contract IS DISTINCT FROM event.contract THEN 'contract' END,
            CASE WHEN staged.collection IS DISTINCT FROM event.collection THEN 'collection' END,
            CASE WHEN staged.token_id IS DISTINCT FROM event.token_id THEN 'token_id' END,
            CASE WHEN staged.trait IS DISTINCT FROM event.trait THEN 'trait' END,
            CASE WHEN staged.quantity IS DISTINCT FROM event.quantity THEN 'quantity' END,
            CASE WHEN staged.standard IS DISTINCT FROM event.standard THEN 'standard' END,
            CASE WHEN staged.from_wallet IS DISTINCT FROM event.from_wallet THEN 'from' END,
            CASE WHEN staged.to_wallet IS DISTINCT FROM event.to_wallet THEN 'to' END,
            CASE WHEN staged.maker IS DISTINCT FROM event.maker THEN 'maker' END,
            CASE WHEN staged.price IS DISTINCT FROM event.price THEN 'price' END,
            CASE WHEN staged.currency IS DISTINCT FROM event.currency THEN 'currency' END,
            CASE WHEN staged.decimals IS DISTINCT FROM event.decimals THEN 'decimals' END,
            CASE WHEN staged.order_key IS DISTINCT FROM event.order_key THEN 'order_key' END,
            CASE WHEN staged.expires_at IS DISTINCT FROM event.expires_at THEN 'expires_at' END,
            CASE WHEN staged.tx_hash IS DISTINCT FROM event.tx_hash THEN 'tx_hash' END,
            CASE WHEN staged.address IS DISTINCT FROM event.address THEN 'address' END,
            CASE WHEN staged.tx_hash IS NULL AND staged.at <> event.at THEN 'at' END,
            CASE
                WHEN
                    staged.tx_hash IS NULL
                    AND (
                        staged.block IS DISTINCT FROM event.block
                        OR staged.tx_index IS DISTINCT FROM event.tx_index
                        OR staged.log_index IS DISTINCT FROM event.log_index
                    )
                    THEN 'position'
            END
        ],
        ', '
    ) AS fields
FROM judged
INNER JOIN inbox_staged AS staged
    ON judged.place = staged.place
INNER JOIN inbox_event AS event
    ON staged.id = event.id
WHERE judged.is_conflict
ORDER BY staged.place
