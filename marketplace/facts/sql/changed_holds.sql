-- The earliest instant at which some fresh hold differs from what is written. A hold that now ends otherwise
-- differs from the earlier of its ends on, as far as units are concerned; any other from its start on.
WITH piece AS (
    SELECT
        key,
        collector_id,
        collection_id,
        token,
        started_at,
        COALESCE(ended_at, 'infinity') AS ended_at,
        quantity
    FROM fresh_hold
    UNION ALL
    SELECT
        known.key,
        known.collector_id,
        known.collection_id,
        known.token,
        known.started_at,
        COALESCE(known.ended_at, 'infinity') AS ended_at,
        -known.quantity
    FROM facts_hold AS known
    INNER JOIN (SELECT DISTINCT scope FROM touched) AS touched ON known.token = touched.scope
),

other_end AS (
    SELECT
        key,
        collector_id,
        collection_id,
        token,
        started_at,
        ended_at,
        SUM(quantity) AS units
    FROM piece
    GROUP BY
        key,
        collector_id,
        collection_id,
        token,
        started_at,
        ended_at
    HAVING SUM(quantity) <> 0
),

other_hold AS (
    SELECT
        CASE WHEN SUM(units) = 0 THEN MIN(ended_at) ELSE started_at END AS changed_from
    FROM other_end
    GROUP BY
        key,
        collector_id,
        collection_id,
        token,
        started_at
)

SELECT MIN(changed_from) AS changed_from
FROM other_hold
