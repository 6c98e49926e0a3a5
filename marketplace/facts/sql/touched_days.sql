-- The days whose volume may change: those of the touched sales as they were.
CREATE TEMPORARY TABLE touched_day ON COMMIT DROP AS
SELECT DISTINCT
    sale.collection_id,
    (sale.at AT TIME ZONE 'UTC')::DATE AS day
FROM facts_sale AS sale
INNER JOIN (SELECT DISTINCT scope FROM touched) AS touched ON sale.token = touched.scope
