-- The earliest instant of a fresh sale that is not written so, or of a written one that is not fresh.
WITH told AS (
    SELECT
        key,
        token,
        collection_id,
        seller_id,
        buyer_id,
        price_wei,
        at,
        1 AS fresh
    FROM fresh_sale
    UNION ALL
    SELECT
        known.key,
        known.token,
        known.collection_id,
        known.seller_id,
        known.buyer_id,
        known.price_wei,
        known.at,
        -1 AS fresh
    FROM facts_sale AS known
    INNER JOIN (SELECT DISTINCT scope FROM touched) AS touched ON known.token = touched.scope
),

other_sale AS (
    SELECT at AS changed_from
    FROM told
    GROUP BY
        key,
        token,
        collection_id,
        seller_id,
        buyer_id,
        price_wei,
        at
    HAVING SUM(fresh) <> 0
)

SELECT MIN(changed_from) AS changed_from
FROM other_sale
