-- Rows of what was touched that are not among the fresh ones, or are there with other content.
DELETE FROM facts_order AS stale
USING (SELECT DISTINCT scope FROM touched) AS touched
WHERE
    stale.scope = touched.scope
    AND NOT EXISTS (
        SELECT FROM fresh_order AS fresh
        WHERE
            fresh.order_id = stale.order_id
            AND fresh.scope = stale.scope
            AND (
                fresh.event_id,
                fresh.side,
                fresh.maker_id,
                fresh.token,
                fresh.collection_id,
                fresh.trait,
                fresh.quantity,
                fresh.price,
                fresh.currency,
                fresh.placed_at,
                fresh.ended_at,
                fresh.end_reason
            ) IS NOT DISTINCT FROM (
                stale.event_id,
                stale.side,
                stale.maker_id,
                stale.token,
                stale.collection_id,
                stale.trait,
                stale.quantity,
                stale.price,
                stale.currency,
                stale.placed_at,
                stale.ended_at,
                stale.end_reason
            )
    )
