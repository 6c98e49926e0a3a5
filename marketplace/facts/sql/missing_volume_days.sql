-- Sorted, so that all of them are found before the first is written: a plan that reads the table for each
-- fresh row would otherwise read what it writes, and take hours on the first events.
SELECT fresh.*
FROM fresh_volume_day AS fresh
WHERE
    NOT EXISTS (
        SELECT FROM facts_volumeday AS known
        WHERE
            known.collection_id = fresh.collection_id
            AND known.day = fresh.day
    )
ORDER BY
    fresh.collection_id,
    fresh.day
