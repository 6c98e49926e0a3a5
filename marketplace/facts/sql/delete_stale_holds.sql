-- Rows of what was touched that are not among the fresh ones, or are there with other content.
DELETE FROM facts_hold AS stale
USING (SELECT DISTINCT scope FROM touched) AS touched
WHERE
    stale.token = touched.scope
    AND NOT EXISTS (
        SELECT FROM fresh_hold AS fresh
        WHERE
            fresh.key = stale.key
            AND fresh.wallet_id = stale.wallet_id
            AND fresh.part = stale.part
            AND (
                fresh.collector_id,
                fresh.collection_id,
                fresh.token,
                fresh.edition,
                fresh.event_id,
                fresh.quantity,
                fresh.started_at,
                fresh.ended_at
            ) IS NOT DISTINCT FROM (
                stale.collector_id,
                stale.collection_id,
                stale.token,
                stale.edition,
                stale.event_id,
                stale.quantity,
                stale.started_at,
                stale.ended_at
            )
    )
