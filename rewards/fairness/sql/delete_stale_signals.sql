-- Signals of what was retold that are not among the fresh ones, or are there with other evidence.
DELETE FROM fairness_signal AS stale
USING retold
WHERE
    stale.token = retold.token
    AND NOT EXISTS (
        SELECT FROM fresh_signal AS fresh
        WHERE
            fresh.sale_key = stale.sale_key
            AND fresh.signal = stale.signal
            AND fresh.token = stale.token
            AND fresh.weight = stale.weight
            AND fresh.evidence = stale.evidence
    )
