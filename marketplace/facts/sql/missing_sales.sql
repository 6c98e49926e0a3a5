-- Sorted, so that all of them are found before the first is written: a plan that reads the table for each
-- fresh row would otherwise read what it writes, and take hours on the first events.
SELECT fresh.*
FROM fresh_sale AS fresh
WHERE
    NOT EXISTS (
        SELECT FROM facts_sale AS known
        WHERE
            known.event_id = fresh.event_id
    )
ORDER BY
    fresh.token,
    fresh.at,
    fresh.event_id
