-- The best orders of each hour, as they stood when it began: the better price first, then the older.
SELECT
    ranked.order_id,
    ranked.scope,
    ranked.starts_at,
    ranked.ends_at,
    ranked.weight_bp::NUMERIC AS weight_bp,
    CASE
        WHEN CARDINALITY(%(rank_weights_bp)s::INTEGER[]) = 0 THEN 10000
        ELSE (%(rank_weights_bp)s::INTEGER[])[ranked.place]
    END AS rank_weight_bp
FROM (
    SELECT
        weighed.order_id,
        weighed.scope,
        weighed.weight_bp,
        GREATEST(weighed.starts_at, hour.at) AS starts_at,
        LEAST(weighed.ends_at, hour.at + INTERVAL '1 hour') AS ends_at,
        ROW_NUMBER() OVER (
            PARTITION BY weighed.collection_id, hour.at
            ORDER BY
                CASE %(side)s WHEN 'listing' THEN weighed.price_wei ELSE -weighed.price_wei END,
                placed.placed_at,
                weighed.order_id,
                weighed.scope
        )::INTEGER AS place
    FROM ({weighed}) AS weighed
    INNER JOIN facts_order AS placed
        ON weighed.order_id = placed.order_id AND weighed.scope = placed.scope
    CROSS JOIN LATERAL GENERATE_SERIES(
        DATE_TRUNC('hour', weighed.starts_at + INTERVAL '1 hour' - INTERVAL '1 microsecond'),
        DATE_TRUNC('hour', weighed.ends_at - INTERVAL '1 microsecond'),
        INTERVAL '1 hour'
    ) AS hour (at)
) AS ranked
WHERE ranked.place <= %(best)s
