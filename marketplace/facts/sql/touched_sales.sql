SELECT sale.*
FROM facts_sale AS sale
INNER JOIN (SELECT DISTINCT collection_id, day FROM touched_day) AS touched
    ON
        sale.collection_id = touched.collection_id
        AND sale.at >= touched.day::TIMESTAMP AT TIME ZONE 'UTC'
        AND sale.at < (touched.day + 1)::TIMESTAMP AT TIME ZONE 'UTC'
