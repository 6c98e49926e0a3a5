-- The best orders of each hour, as they stood when it began, or the window: the better price first, then
-- the older. The others are there with a weight of nothing, so that their lines can say so. Stacked orders
-- have no place, so that nobody pushes others out with orders that count once.
SELECT
    ranked.order_id,
    ranked.scope,
    ranked.starts_at,
    ranked.ends_at,
    ranked.weight_bp::NUMERIC AS weight_bp,
    CASE
        WHEN NOT ranked.was_there OR ranked.place > %(best)s THEN 0
        WHEN CARDINALITY(%(rank_weights_bp)s::INTEGER[]) = 0 THEN 10000
        ELSE (%(rank_weights_bp)s::INTEGER[])[ranked.place]
    END AS rank_weight_bp
FROM (
    SELECT
        standing.*,
        ROW_NUMBER() OVER (
            PARTITION BY
                standing.collection_id,
                standing.hour_at,
                standing.was_there
            ORDER BY
                CASE %(side)s WHEN 'listing' THEN standing.price_wei ELSE -standing.price_wei END,
                standing.placed_at,
                standing.order_id,
                standing.scope
        )::INTEGER AS place
    FROM (
        SELECT
            weighed.order_id,
            weighed.scope,
            weighed.collection_id,
            weighed.price_wei,
            weighed.weight_bp,
            placed.placed_at,
            hour.at AS hour_at,
            GREATEST(weighed.starts_at, hour.at) AS starts_at,
            LEAST(weighed.ends_at, hour.at + INTERVAL '1 hour') AS ends_at,
            GREATEST(weighed.starts_at, placed.stacked_until)
            <= GREATEST(hour.at, %(window_start)s) AS was_there
        FROM ({weighed}) AS weighed
        INNER JOIN resting AS placed
            ON weighed.order_id = placed.order_id AND weighed.scope = placed.scope
        CROSS JOIN LATERAL GENERATE_SERIES(
            DATE_TRUNC('hour', weighed.starts_at),
            DATE_TRUNC('hour', weighed.ends_at - INTERVAL '1 microsecond'),
            INTERVAL '1 hour'
        ) AS hour (at)
    ) AS standing
) AS ranked
