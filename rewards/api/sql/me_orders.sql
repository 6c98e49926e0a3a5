-- The listings and bids of a collector that rest, the oldest first.
SELECT
    ROW_NUMBER() OVER (ORDER BY resting.placed_at, resting.order_id, resting.scope) AS number,
    COUNT(*) OVER () AS total,
    JSON_BUILD_ARRAY(API_INSTANT(resting.placed_at), resting.order_id, resting.scope) AS place,
    JSON_BUILD_OBJECT(
        'side', resting.side,
        'collection', collection.slug,
        'contract', event.contract,
        'token_id', event.token_id,
        'trait', resting.trait,
        'quantity', resting.quantity,
        'price', resting.price::TEXT,
        'currency', resting.currency,
        'decimals', event.decimals,
        'placed_at', API_INSTANT(resting.placed_at),
        'ends_at', API_INSTANT(resting.ended_at)
    ) AS item
FROM (
    SELECT placed.*
    FROM signed_in
    INNER JOIN registry_wallet AS own ON signed_in.collector_id = own.collector_id
    INNER JOIN facts_order AS placed ON own.id = placed.maker_id
    WHERE
        placed.placed_at <= %(as_of)s::TIMESTAMPTZ
        AND (placed.ended_at IS NULL OR placed.ended_at > %(as_of)s::TIMESTAMPTZ)
        AND (placed.placed_at, placed.order_id, placed.scope) > (
            %(after_at)s::TIMESTAMPTZ, %(after_order)s::UUID, %(after_scope)s::UUID
        )
    ORDER BY placed.placed_at, placed.order_id, placed.scope
    LIMIT %(limit)s::BIGINT + 1
) AS resting
INNER JOIN registry_collection AS collection ON resting.collection_id = collection.id
INNER JOIN inbox_event AS event ON resting.event_id = event.id
