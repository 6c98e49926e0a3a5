-- Sorted, so that all of them are found before the first is written: a plan that reads the table for each
-- fresh row would otherwise read what it writes, and take hours on the first events.
SELECT fresh.*
FROM fresh_order AS fresh
WHERE
    NOT EXISTS (
        SELECT FROM facts_order AS known
        WHERE
            known.order_id = fresh.order_id
            AND known.scope = fresh.scope
    )
ORDER BY
    fresh.scope,
    fresh.placed_at,
    fresh.order_id
