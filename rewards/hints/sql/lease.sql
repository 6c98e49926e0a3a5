-- Which of these hints are to be sent now, noted as sent. Of two sweepers the second waits for the first
-- and then finds the lease: one of them sends. Work that became due anew begins to count anew.
INSERT INTO hints_hint AS known (key, due_at, leased_until)
SELECT
    wanted.key,
    wanted.due_at,
    %(leased_until)s
FROM UNNEST(%(keys)s::TEXT[], %(due_at)s::TIMESTAMPTZ[]) AS wanted (key, due_at)
ORDER BY wanted.key
ON CONFLICT (key) DO UPDATE
    SET
        due_at = excluded.due_at,
        leased_until = excluded.leased_until,
        attempts = CASE WHEN known.due_at < excluded.due_at THEN 0 ELSE known.attempts END
    WHERE
    known.leased_until <= %(as_of)s
    OR known.due_at < excluded.due_at
RETURNING known.key
