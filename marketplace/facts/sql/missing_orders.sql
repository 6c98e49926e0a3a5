SELECT fresh.*
FROM fresh_order AS fresh
WHERE NOT EXISTS (
    SELECT FROM facts_order AS known
    WHERE
        known.order_id = fresh.order_id
        AND known.scope = fresh.scope
)
