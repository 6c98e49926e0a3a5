-- … and as they are now. A day that is there twice is read once.
INSERT INTO touched_day (collection_id, day)
SELECT DISTINCT
    collection_id,
    (at AT TIME ZONE 'UTC')::DATE
FROM fresh_sale
