-- The listings and bids of a collector that rest, the oldest first, each with the book of its collection
-- at the last full hour: that is what an hour is paid by.
WITH resting_own AS (
    SELECT
        placed.*,
        -- A later order on the same thing counts only when the earlier ones are gone.
        COUNT(*) OVER (
            PARTITION BY
                placed.side,
                placed.collection_id,
                placed.token,
                placed.trait
            ORDER BY
                placed.placed_at,
                placed.order_id,
                placed.scope
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) > 0 AS is_stacked
    FROM signed_in
    INNER JOIN registry_wallet AS wallet ON signed_in.collector_id = wallet.collector_id
    INNER JOIN facts_order AS placed ON wallet.id = placed.maker_id
    WHERE
        placed.placed_at <= %(as_of)s::TIMESTAMPTZ
        AND (placed.ended_at IS NULL OR placed.ended_at > %(as_of)s::TIMESTAMPTZ)
),

own AS (
    SELECT *
    FROM resting_own
    WHERE
        (resting_own.placed_at, resting_own.order_id, resting_own.scope) > (
            %(after_at)s::TIMESTAMPTZ, %(after_order)s::UUID, %(after_scope)s::UUID
        )
    ORDER BY resting_own.placed_at, resting_own.order_id, resting_own.scope
    LIMIT %(limit)s::BIGINT + 1
),

ranked AS ({ranked})

SELECT
    ROW_NUMBER() OVER (ORDER BY own.placed_at, own.order_id, own.scope) AS number,
    COUNT(*) OVER () AS total,
    JSON_BUILD_ARRAY(API_INSTANT(own.placed_at), own.order_id, own.scope) AS place,
    JSON_BUILD_OBJECT(
        'side', own.side,
        'collection', collection.slug,
        'contract', event.contract,
        'token_id', event.token_id,
        'trait', own.trait,
        'quantity', own.quantity,
        'price', own.price::TEXT,
        'currency', own.currency,
        'decimals', event.decimals,
        'placed_at', API_INSTANT(own.placed_at),
        'ends_at', API_INSTANT(own.ended_at),
        'book', JSON_BUILD_OBJECT(
            'verified', collection.verified,
            'is_stacked', own.is_stacked,
            'place', ranked.place,
            'price_wei', ranked.price_wei,
            'floor_wei', ranked.floor_wei,
            'top_bid_wei', ranked.top_bid_wei
        )
    ) AS item
FROM own
INNER JOIN ranked ON own.order_id = ranked.order_id AND own.scope = ranked.scope
INNER JOIN registry_collection AS collection ON own.collection_id = collection.id
INNER JOIN inbox_event AS event ON own.event_id = event.id
