SELECT fresh.*
FROM fresh_hold AS fresh
WHERE NOT EXISTS (
    SELECT FROM facts_hold AS known
    WHERE
        known.key = fresh.key
        AND known.wallet_id = fresh.wallet_id
        AND known.part = fresh.part
)
