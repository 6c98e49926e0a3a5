SELECT fresh.*
FROM fresh_volume_day AS fresh
WHERE NOT EXISTS (
    SELECT FROM facts_volumeday AS known
    WHERE
        known.collection_id = fresh.collection_id
        AND known.day = fresh.day
)
