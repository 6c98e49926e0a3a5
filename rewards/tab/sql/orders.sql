-- A collector's listings and bids that rest at an instant, nearest to the floor first, with the book of their
-- collections as it stood at the last full hour: that is what an hour is paid by.
WITH own AS (
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
        ) > 0 AS is_stacked,
        COUNT(*) OVER () AS order_count
    FROM registry_wallet AS wallet
    INNER JOIN facts_order AS placed ON wallet.id = placed.maker_id
    WHERE
        wallet.collector_id = %(collector_id)s
        AND placed.placed_at <= %(as_of)s
        AND (placed.ended_at IS NULL OR placed.ended_at > %(as_of)s)
),

ranked AS ({ranked})

SELECT
    own.side,
    own.trait,
    own.quantity AS units,
    own.price,
    own.currency,
    own.placed_at,
    own.ended_at AS ends_at,
    own.is_stacked,
    own.order_count,
    collection.slug AS collection,
    collection.verified,
    event.contract,
    event.token_id,
    event.decimals,
    ranked.price_wei,
    ranked.floor_wei,
    ranked.top_bid_wei,
    ranked.place
FROM own
INNER JOIN ranked ON own.order_id = ranked.order_id AND own.scope = ranked.scope
INNER JOIN registry_collection AS collection ON own.collection_id = collection.id
INNER JOIN inbox_event AS event ON own.event_id = event.id
ORDER BY
    ABS(ranked.price_wei - ranked.floor_wei) / NULLIF(ranked.floor_wei, 0) ASC NULLS LAST,
    own.placed_at ASC,
    own.order_id ASC,
    own.scope ASC
LIMIT %(order_limit)s;
