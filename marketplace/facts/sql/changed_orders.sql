-- The earliest instant at which some fresh order differs from what is written. An order that now ends
-- otherwise differs from the earlier of its ends on; any other from its placing on.
WITH told AS (
    SELECT
        order_id,
        scope,
        side,
        maker_id,
        collection_id,
        quantity,
        price,
        currency,
        placed_at,
        COALESCE(ended_at, 'infinity') AS ended_at,
        1 AS fresh
    FROM fresh_order
    UNION ALL
    SELECT
        known.order_id,
        known.scope,
        known.side,
        known.maker_id,
        known.collection_id,
        known.quantity,
        known.price,
        known.currency,
        known.placed_at,
        COALESCE(known.ended_at, 'infinity') AS ended_at,
        -1 AS fresh
    FROM facts_order AS known
    INNER JOIN (SELECT DISTINCT scope FROM touched) AS touched ON known.scope = touched.scope
),

other_order AS (
    SELECT
        CASE
            WHEN SUM(fresh) <> 0 THEN placed_at
            -- The same order with two ends, or with one end told twice.
            WHEN MIN(ended_at) < MAX(ended_at) THEN MIN(ended_at)
        END AS changed_from
    FROM told
    GROUP BY
        order_id,
        scope,
        side,
        maker_id,
        collection_id,
        quantity,
        price,
        currency,
        placed_at
)

SELECT MIN(changed_from) AS changed_from
FROM other_order
