-- What the orders of a window cost in wei: in ETH always the same, else by each day's rate. Days
-- without a rate are left out.
CREATE TEMPORARY TABLE order_price ON COMMIT DROP AS
WITH resting AS (
    SELECT
        order_id,
        scope,
        side,
        collection_id,
        price,
        currency,
        event_id,
        GREATEST(placed_at, %(window_start)s) AS starts_at,
        LEAST(COALESCE(ended_at, %(window_end)s), %(window_end)s) AS ends_at
    FROM facts_order
    WHERE
        placed_at < %(window_end)s
        AND (ended_at IS NULL OR ended_at > %(window_start)s)
),

rate AS ({rates})

SELECT
    order_id,
    scope,
    side,
    collection_id,
    price AS price_wei,
    starts_at,
    ends_at
FROM resting
WHERE currency IN ('ETH', 'WETH')
UNION ALL
SELECT
    resting.order_id,
    resting.scope,
    resting.side,
    resting.collection_id,
    DIV(resting.price * rate.rate_wei, ('1e' || event.decimals)::NUMERIC),
    GREATEST(resting.starts_at, rate.day::TIMESTAMP AT TIME ZONE 'UTC'),
    LEAST(resting.ends_at, (rate.day + 1)::TIMESTAMP AT TIME ZONE 'UTC')
FROM resting
INNER JOIN inbox_event AS event ON resting.event_id = event.id
INNER JOIN rate
    ON
        resting.currency = rate.currency
        AND resting.starts_at < (rate.day + 1)::TIMESTAMP AT TIME ZONE 'UTC'
        AND resting.ends_at > rate.day::TIMESTAMP AT TIME ZONE 'UTC'
WHERE resting.currency NOT IN ('ETH', 'WETH')
