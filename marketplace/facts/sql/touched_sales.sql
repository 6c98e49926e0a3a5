-- The days are compared for equality, so that collection and day are hashed together: a span of time would
-- be compared with every sale of its collection.
SELECT sale.*
FROM facts_sale AS sale
INNER JOIN (SELECT DISTINCT collection_id, day FROM touched_day) AS touched
    ON
        sale.collection_id = touched.collection_id
        AND (sale.at AT TIME ZONE 'UTC')::DATE = touched.day
