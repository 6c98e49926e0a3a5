INSERT INTO facts_sale (
    event_id,
    key,
    token,
    collection_id,
    seller_id,
    buyer_id,
    quantity,
    price,
    currency,
    price_wei,
    at,
    order_id
)
SELECT
    event_id,
    key,
    token,
    collection_id,
    seller_id,
    buyer_id,
    quantity,
    price,
    currency,
    price_wei,
    at,
    order_id
FROM ({sales}) AS fresh
-- A row that did not change is there already: what changed was deleted before.
ON CONFLICT (event_id) DO NOTHING
