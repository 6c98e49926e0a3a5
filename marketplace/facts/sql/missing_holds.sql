-- Sorted, so that all of them are found before the first is written: a plan that reads the table for each
-- fresh row would otherwise read what it writes, and take hours on the first events.
SELECT fresh.*
FROM fresh_hold AS fresh
WHERE
    NOT EXISTS (
        SELECT FROM facts_hold AS known
        WHERE
            known.key = fresh.key
            AND known.wallet_id = fresh.wallet_id
            AND known.part = fresh.part
    )
ORDER BY
    fresh.token,
    fresh.started_at,
    fresh.key,
    fresh.wallet_id,
    fresh.part
