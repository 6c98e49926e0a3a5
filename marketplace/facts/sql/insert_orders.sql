INSERT INTO facts_order (
    order_id,
    scope,
    event_id,
    side,
    maker_id,
    token,
    collection_id,
    trait,
    quantity,
    price,
    currency,
    placed_at,
    ended_at,
    end_reason
)
SELECT
    order_id,
    scope,
    event_id,
    side,
    maker_id,
    token,
    collection_id,
    trait,
    quantity,
    price,
    currency,
    placed_at,
    ended_at,
    end_reason
FROM ({orders}) AS fresh
-- A row that did not change is there already: what changed was deleted before.
ON CONFLICT (order_id, scope) DO NOTHING
