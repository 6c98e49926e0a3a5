-- The touched tokens that have sales, or had some. One that is listed already is looked at once.
INSERT INTO facts_retold (token)
SELECT touched.scope
FROM touched
WHERE
    EXISTS (SELECT FROM facts_sale AS known WHERE known.token = touched.scope)
    OR touched.scope IN (SELECT fresh.token FROM fresh_sale AS fresh)
GROUP BY touched.scope
ON CONFLICT (token) DO NOTHING
