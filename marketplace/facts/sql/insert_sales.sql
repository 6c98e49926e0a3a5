-- What is inserted is not there yet: a rebuild emptied the table, a refresh asks for what is missing.
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
