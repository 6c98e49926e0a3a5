-- The first collections by what was traded in the 30 days before the window opened.
SELECT ranked.collection_id
FROM (
    SELECT
        sale.collection_id,
        SUM(sale.price_wei) AS volume_wei
    FROM facts_sale AS sale
    INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
    INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
    WHERE
        sale.at >= %(window_start)s - INTERVAL '720 hours'
        AND sale.at < %(window_start)s
        AND seller.collector_id <> buyer.collector_id
        AND sale.key NOT IN ({washed})
    GROUP BY sale.collection_id
    HAVING
        SUM(sale.price_wei) > 0
        -- A custody address is no buyer, as in daily volume.
        AND COUNT(DISTINCT buyer.collector_id) FILTER (
            WHERE buyer.address NOT IN (
                SELECT custody.address FROM inbox_event AS custody WHERE custody.kind = 'custody'
            )
        ) >= %(minimum_buyers)s
) AS ranked
INNER JOIN registry_collection AS collection ON ranked.collection_id = collection.id
ORDER BY
    ranked.volume_wei DESC,
    collection.slug ASC
LIMIT %(count)s
