-- Rows of what was touched that are not among the fresh ones, or are there with other content.
DELETE FROM facts_volumeday AS stale
USING (SELECT DISTINCT collection_id, day FROM touched_day) AS touched
WHERE
    stale.collection_id = touched.collection_id
    AND stale.day = touched.day
    AND NOT EXISTS (
        SELECT FROM fresh_volume_day AS fresh
        WHERE
            fresh.collection_id = stale.collection_id
            AND fresh.day = stale.day
            AND (
                fresh.sale_count,
                fresh.buyer_count,
                fresh.volume_wei
            ) IS NOT DISTINCT FROM (
                stale.sale_count,
                stale.buyer_count,
                stale.volume_wei
            )
    )
