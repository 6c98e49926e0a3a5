-- The orders of the collections that the list ``own`` names, each with its place by price on its side of the
-- book, the floor and the top bid, as they stood at the last full hour.
WITH rate AS (
    -- The day's rate of each currency; of several the last in the order of events counts.
    SELECT DISTINCT ON (currency)
        currency,
        price AS rate_wei
    FROM inbox_event
    WHERE
        kind = 'rate'
        AND at >= DATE_TRUNC('day', %(as_of)s, 'UTC')
        AND at < DATE_TRUNC('day', %(as_of)s, 'UTC') + INTERVAL '24 hours'
    ORDER BY
        currency ASC,
        at DESC,
        block DESC,
        tx_index DESC,
        log_index DESC,
        key DESC,
        source DESC
),

priced AS (
    SELECT
        resting.order_id,
        resting.scope,
        resting.side,
        resting.collection_id,
        resting.placed_at,
        CASE
            WHEN resting.currency IN ('ETH', 'WETH') THEN resting.price
            ELSE DIV(resting.price * rate.rate_wei, ('1e' || event.decimals)::NUMERIC)
        END AS price_wei,
        resting.placed_at <= hour.at AS in_book,
        -- Orders that count once take one place.
        COUNT(*) OVER (
            PARTITION BY
                maker.collector_id,
                resting.side,
                resting.collection_id,
                resting.token,
                resting.trait
            ORDER BY
                resting.placed_at,
                resting.order_id,
                resting.scope
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) = 0 AS has_place
    FROM facts_order AS resting
    INNER JOIN registry_wallet AS maker ON resting.maker_id = maker.id
    CROSS JOIN (SELECT DATE_TRUNC('hour', %(as_of)s, 'UTC') AS at) AS hour
    LEFT JOIN rate ON resting.currency = rate.currency
    LEFT JOIN inbox_event AS event
        ON resting.event_id = event.id AND resting.currency NOT IN ('ETH', 'WETH')
    WHERE
        resting.collection_id IN (SELECT own.collection_id FROM own)
        AND resting.placed_at <= %(as_of)s
        AND (resting.ended_at IS NULL OR resting.ended_at > hour.at)
)

SELECT
    priced.*,
    CASE
        WHEN priced.in_book AND priced.has_place AND priced.price_wei IS NOT NULL
            THEN ROW_NUMBER() OVER (
                PARTITION BY
                    priced.collection_id,
                    priced.side,
                    priced.in_book AND priced.has_place AND priced.price_wei IS NOT NULL
                ORDER BY
                    CASE priced.side WHEN 'listing' THEN priced.price_wei ELSE -priced.price_wei END,
                    priced.placed_at,
                    priced.order_id,
                    priced.scope
            )
    END AS place,
    MIN(priced.price_wei) FILTER (WHERE priced.in_book AND priced.side = 'listing') OVER collection_book
        AS floor_wei,
    MAX(priced.price_wei) FILTER (WHERE priced.in_book AND priced.side = 'bid') OVER collection_book
        AS top_bid_wei
FROM priced
WINDOW collection_book AS (PARTITION BY priced.collection_id)
