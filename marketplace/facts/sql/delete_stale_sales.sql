-- Rows of what was touched that are not among the fresh ones, or are there with other content.
DELETE FROM facts_sale AS stale
USING (SELECT DISTINCT scope FROM touched) AS touched
WHERE
    stale.token = touched.scope
    AND NOT EXISTS (
        SELECT FROM fresh_sale AS fresh
        WHERE
            fresh.event_id = stale.event_id
            AND (
                fresh.key,
                fresh.token,
                fresh.collection_id,
                fresh.seller_id,
                fresh.buyer_id,
                fresh.quantity,
                fresh.price,
                fresh.currency,
                fresh.price_wei,
                fresh.at,
                fresh.order_id
            ) IS NOT DISTINCT FROM (
                stale.key,
                stale.token,
                stale.collection_id,
                stale.seller_id,
                stale.buyer_id,
                stale.quantity,
                stale.price,
                stale.currency,
                stale.price_wei,
                stale.at,
                stale.order_id
            )
    )
