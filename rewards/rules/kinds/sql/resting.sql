-- A line for each order of one side that rests in the span. Orders of one collector on one thing count
-- once: a later one counts from when the earlier ones are gone.
WITH resting AS (
    SELECT
        placed.order_id,
        placed.scope,
        placed.event_id,
        placed.token,
        placed.collection_id,
        placed.currency,
        placed.placed_at,
        placed.ended_at,
        maker.collector_id,
        MAX(COALESCE(placed.ended_at, 'infinity')) OVER (
            PARTITION BY
                maker.collector_id,
                placed.collection_id,
                placed.token,
                placed.trait
            ORDER BY
                placed.placed_at,
                placed.order_id,
                placed.scope
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS stacked_until
    FROM facts_order AS placed
    INNER JOIN registry_wallet AS maker ON placed.maker_id = maker.id
    WHERE
        placed.side = %(side)s
        AND placed.placed_at < %(ends_at)s
        AND (placed.ended_at IS NULL OR placed.ended_at > %(starts_at)s)
        -- What ended when it was placed never rested.
        AND (placed.ended_at IS NULL OR placed.ended_at > placed.placed_at)
),

counted AS (
    {counted}
),

live AS (
    SELECT
        live_from,
        live_until
    FROM UNNEST(
        %(live_from)s::TIMESTAMPTZ[],
        %(live_until)s::TIMESTAMPTZ[]
    ) AS live (live_from, live_until)
),

stretch AS (
    SELECT
        resting.order_id,
        resting.scope,
        counted.weight_bp * counted.rank_weight_bp AS weight,
        EXTRACT(
            EPOCH FROM
            LEAST(counted.ends_at, live.live_until)
            - GREATEST(counted.starts_at, live.live_from, resting.stacked_until)
        ) AS seconds
    FROM counted
    INNER JOIN resting ON counted.order_id = resting.order_id AND counted.scope = resting.scope
    INNER JOIN live ON counted.starts_at < live.live_until AND counted.ends_at > live.live_from
    WHERE
        LEAST(counted.ends_at, live.live_until)
        > GREATEST(counted.starts_at, live.live_from, resting.stacked_until)
),

summed AS (
    SELECT
        order_id,
        scope,
        SUM(seconds) FILTER (WHERE weight > 0) AS seconds,
        SUM(seconds * weight) AS weighed_seconds
    FROM stretch
    GROUP BY
        order_id,
        scope
)

SELECT
    resting.collector_id,
    MD5(resting.order_id::TEXT || resting.scope::TEXT)::UUID AS subject,
    resting.event_id,
    resting.token,
    GREATEST(resting.placed_at, %(starts_at)s) AS at,
    FLOOR(COALESCE(summed.seconds, 0)) AS quantity,
    NULL::INTEGER AS hold_days,
    COALESCE(summed.weighed_seconds, 0) * %(micro_xp_per_hour)s AS numerator,
    360000000000000000::NUMERIC AS denominator,
    CASE
        WHEN NOT (%(any_collection)s OR resting.collection_id = ANY(%(collections)s::INTEGER[]))
            THEN 'other_collection'
        WHEN
            EXTRACT(
                EPOCH FROM LEAST(COALESCE(resting.ended_at, %(window_end)s), %(window_end)s)
                - resting.placed_at
            )
            < %(minimum_rest_seconds)s
            THEN 'rested_too_short'
        WHEN summed.seconds IS NOT NULL
            THEN NULL
        WHEN summed.order_id IS NOT NULL
            THEN 'not_among_best'
        WHEN resting.stacked_until >= LEAST(COALESCE(resting.ended_at, %(ends_at)s), %(ends_at)s)
            THEN 'stacked'
        WHEN
            NOT EXISTS (
                SELECT FROM order_price AS price
                WHERE price.order_id = resting.order_id AND price.scope = resting.scope
            )
            THEN 'no_rate'
        WHEN
            NOT EXISTS (
                SELECT FROM live
                WHERE
                    resting.placed_at < live.live_until
                    AND (resting.ended_at IS NULL OR resting.ended_at > live.live_from)
            )
            THEN 'paused'
        WHEN
            NOT EXISTS (
                SELECT FROM book
                WHERE
                    book.collection_id = resting.collection_id
                    AND book.starts_at < LEAST(COALESCE(resting.ended_at, %(ends_at)s), %(ends_at)s)
                    AND book.ends_at > GREATEST(resting.placed_at, %(starts_at)s)
                    AND CASE %(reference)s WHEN 'floor' THEN book.floor_wei ELSE book.top_bid_wei END > 0
            )
            THEN 'no_book'
        ELSE 'price_too_far'
    END AS reason
FROM resting
LEFT JOIN summed ON resting.order_id = summed.order_id AND resting.scope = summed.scope
