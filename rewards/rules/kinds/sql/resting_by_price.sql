SELECT
    weighed.order_id,
    weighed.scope,
    weighed.starts_at,
    weighed.ends_at,
    weighed.weight_bp::NUMERIC AS weight_bp,
    10000 AS rank_weight_bp
FROM ({weighed}) AS weighed
