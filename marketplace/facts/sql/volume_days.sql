SELECT
    sale.collection_id,
    (sale.at AT TIME ZONE 'UTC')::DATE AS day,
    COUNT(*) AS sale_count,
    COUNT(DISTINCT buyer.collector_id) FILTER (
        WHERE buyer.address NOT IN (
            SELECT custody.address FROM inbox_event AS custody WHERE custody.kind = 'custody'
        )
    ) AS buyer_count,
    COALESCE(SUM(sale.price_wei), 0) AS volume_wei
FROM ({sales}) AS sale
INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
WHERE seller.collector_id <> buyer.collector_id
GROUP BY
    sale.collection_id,
    (sale.at AT TIME ZONE 'UTC')::DATE
