CREATE TEMPORARY TABLE inbox_staged ON COMMIT DROP AS
SELECT
    0 AS place,
    event.*
FROM inbox_event AS event
WITH NO DATA
