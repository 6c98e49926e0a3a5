-- What is inserted is not there yet: a rebuild emptied the table, a refresh asks for what is missing.
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
