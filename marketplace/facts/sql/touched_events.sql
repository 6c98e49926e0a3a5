CREATE TEMPORARY TABLE touched_event ON COMMIT DROP AS
SELECT event.*
FROM (SELECT DISTINCT scope FROM touched) AS touched
INNER JOIN inbox_event AS event ON touched.scope = event.scope
