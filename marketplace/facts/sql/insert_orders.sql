-- What is inserted is not there yet: a rebuild emptied the table, a refresh asks for what is missing.
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
