INSERT INTO facts_volumeday (
    collection_id,
    day,
    sale_count,
    buyer_count,
    volume_wei
)
SELECT
    collection_id,
    day,
    sale_count,
    buyer_count,
    volume_wei
FROM ({volume_days}) AS fresh
-- A row that did not change is there already: what changed was deleted before.
ON CONFLICT (collection_id, day) DO NOTHING
