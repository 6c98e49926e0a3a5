SELECT fresh.*
FROM fresh_sale AS fresh
WHERE NOT EXISTS (
    SELECT FROM facts_sale AS known
    WHERE
        known.event_id = fresh.event_id
)
