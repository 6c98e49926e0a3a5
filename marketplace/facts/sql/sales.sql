-- A sale told twice is one sale: the first telling stands.
WITH told_sale AS (
    SELECT DISTINCT ON (event.trade) event.*
    FROM {events} AS event
    WHERE event.kind = 'sale'
    ORDER BY event.trade, event.at, event.block, event.tx_index, event.log_index, event.key, event.source
),

rate AS ({rates})

SELECT
    sale.id AS event_id,
    sale.trade AS key,
    sale.scope AS token,
    collection.id AS collection_id,
    seller.id AS seller_id,
    buyer.id AS buyer_id,
    sale.quantity,
    sale.price,
    sale.currency,
    CASE
        WHEN sale.currency IN ('ETH', 'WETH') THEN sale.price
        -- A product beyond what a price can be comes from a rate in the wrong unit; it is no rate.
        WHEN sale.price * rate.rate_wei < ('1e' || (78 + sale.decimals))::NUMERIC
            THEN DIV(sale.price * rate.rate_wei, ('1e' || sale.decimals)::NUMERIC)
    END AS price_wei,
    sale.at,
    sale.order_id
FROM told_sale AS sale
INNER JOIN registry_collection AS collection ON sale.collection = collection.slug
INNER JOIN registry_wallet AS seller ON sale.from_wallet = seller.address
INNER JOIN registry_wallet AS buyer ON sale.to_wallet = buyer.address
LEFT JOIN rate
    ON
        sale.currency = rate.currency
        AND (sale.at AT TIME ZONE 'UTC')::DATE = rate.day
