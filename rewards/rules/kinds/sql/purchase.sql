-- A line for each sale of the span and its buyer (or its seller). Base XP is so much a purchase, and so
-- much per ETH.
SELECT
    paid.collector_id,
    sale.key AS subject,
    sale.event_id,
    sale.token,
    sale.at,
    sale.price_wei AS quantity,
    NULL::INTEGER AS hold_days,
    %(micro_xp_per_purchase)s::NUMERIC * 1000000000000000000
    + %(micro_xp_per_eth)s::NUMERIC * COALESCE(sale.price_wei, 0) AS numerator,
    1000000000000000000000000::NUMERIC AS denominator,
    CASE
        WHEN seller.collector_id = buyer.collector_id
            THEN 'own_wallets'
        WHEN sale.key IN ({washed})
            THEN 'wash_trade'
        WHEN NOT (%(any_collection)s OR sale.collection_id = ANY(%(collections)s::INTEGER[]))
            THEN 'other_collection'
        WHEN %(sales)s = 'first' AND NOT first_sale.is_first
            THEN 'not_first_sale'
        WHEN %(sales)s = 'resale' AND first_sale.is_first
            THEN 'not_resale'
        WHEN sale.price_wei IS NULL AND (%(micro_xp_per_eth)s > 0 OR %(minimum_price_wei)s > 0)
            THEN 'no_rate'
        WHEN sale.price_wei < %(minimum_price_wei)s
            THEN 'below_minimum'
        WHEN
            NOT EXISTS (
                SELECT
                FROM
                    UNNEST(
                        %(live_from)s::TIMESTAMPTZ[],
                        %(live_until)s::TIMESTAMPTZ[]
                    ) AS live (live_from, live_until)
                WHERE sale.at >= live.live_from AND sale.at < live.live_until
            )
            THEN 'paused'
    END AS reason
FROM facts_sale AS sale
INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
INNER JOIN registry_wallet AS paid
    ON paid.id = CASE %(pays)s WHEN 'seller' THEN sale.seller_id ELSE sale.buyer_id END
CROSS JOIN
    LATERAL (
        SELECT
            %(sales)s = 'all' OR NOT EXISTS (
                SELECT
                FROM facts_sale AS earlier
                WHERE
                    earlier.token = sale.token
                    AND (earlier.at, earlier.key) < (sale.at, sale.key)
            ) AS is_first
    ) AS first_sale
WHERE
    sale.at >= %(starts_at)s
    AND sale.at < %(ends_at)s
    AND paid.address NOT IN (
        SELECT custody.address FROM inbox_event AS custody
        WHERE custody.kind = 'custody'
    )
