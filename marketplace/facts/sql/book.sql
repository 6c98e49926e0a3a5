-- The hourly book of a window: for each collection the lowest listing and the highest bid that rest at
-- the beginning of an hour, hours with the same two put together. Orders that rest through all hours set
-- a mark, so that only those which better it are looked at hour by hour.
CREATE TEMPORARY TABLE book ON COMMIT DROP AS
WITH bounds AS (
    SELECT
        DATE_TRUNC('hour', %(window_start)s::TIMESTAMPTZ) AS first_hour,
        DATE_TRUNC('hour', %(window_end)s::TIMESTAMPTZ - INTERVAL '1 microsecond') AS last_hour
),

-- In the window's first hour, whatever rests when the window opens was there when the hour began or is
-- left out, because its price is kept from its own beginning on.
placed AS (
    SELECT
        price.collection_id,
        price.side,
        price.price_wei,
        CASE
            WHEN price.starts_at <= %(window_start)s THEN bounds.first_hour
            ELSE DATE_TRUNC('hour', price.starts_at + INTERVAL '1 hour' - INTERVAL '1 microsecond')
        END AS from_hour,
        DATE_TRUNC('hour', price.ends_at - INTERVAL '1 microsecond') AS to_hour
    FROM order_price AS price
    CROSS JOIN bounds
    WHERE price.ends_at > price.starts_at
),

mark AS (
    SELECT
        placed.collection_id,
        placed.side,
        CASE placed.side WHEN 'listing' THEN MIN(placed.price_wei) ELSE MAX(placed.price_wei) END AS price_wei
    FROM placed
    CROSS JOIN bounds
    WHERE
        placed.from_hour <= bounds.first_hour
        AND placed.to_hour >= bounds.last_hour
    GROUP BY
        placed.collection_id,
        placed.side
),

hourly AS (
    SELECT
        mark.collection_id,
        mark.side,
        mark.price_wei,
        hour.at AS hour_at
    FROM mark
    CROSS JOIN bounds
    CROSS JOIN LATERAL GENERATE_SERIES(bounds.first_hour, bounds.last_hour, INTERVAL '1 hour') AS hour (at)
    UNION ALL
    SELECT
        placed.collection_id,
        placed.side,
        placed.price_wei,
        hour.at AS hour_at
    FROM placed
    LEFT JOIN mark ON placed.collection_id = mark.collection_id AND placed.side = mark.side
    CROSS JOIN LATERAL GENERATE_SERIES(placed.from_hour, placed.to_hour, INTERVAL '1 hour') AS hour (at)
    WHERE
        mark.price_wei IS NULL
        OR (placed.side = 'listing' AND placed.price_wei < mark.price_wei)
        OR (placed.side = 'bid' AND placed.price_wei > mark.price_wei)
),

best AS (
    SELECT
        collection_id,
        hour_at,
        MIN(price_wei) FILTER (WHERE side = 'listing') AS floor_wei,
        MAX(price_wei) FILTER (WHERE side = 'bid') AS top_bid_wei
    FROM hourly
    GROUP BY
        collection_id,
        hour_at
),

followed AS (
    SELECT
        *,
        LAG(hour_at) OVER collection_order AS hour_before,
        LAG(floor_wei) OVER collection_order AS floor_before,
        LAG(top_bid_wei) OVER collection_order AS top_bid_before
    FROM best
    WINDOW collection_order AS (PARTITION BY collection_id ORDER BY hour_at)
),

numbered AS (
    SELECT
        *,
        COUNT(*) FILTER (
            WHERE (hour_before, floor_before, top_bid_before)
            IS DISTINCT FROM (hour_at - INTERVAL '1 hour', floor_wei, top_bid_wei)
        ) OVER (PARTITION BY collection_id ORDER BY hour_at) AS stretch
    FROM followed
)

SELECT
    collection_id,
    MIN(hour_at) AS starts_at,
    MAX(hour_at) + INTERVAL '1 hour' AS ends_at,
    MIN(floor_wei) AS floor_wei,
    MIN(top_bid_wei) AS top_bid_wei
FROM numbered
GROUP BY
    collection_id,
    stretch
