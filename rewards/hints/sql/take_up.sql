-- Count that a worker takes the work up, whether or not a hint for it was ever noted.
INSERT INTO hints_hint AS known (key, due_at, leased_until, attempts)
VALUES (%(key)s, %(due_at)s, %(leased_until)s, 1)
ON CONFLICT (key) DO UPDATE
    SET
        due_at = GREATEST(known.due_at, excluded.due_at),
        leased_until = excluded.leased_until,
        attempts = CASE WHEN known.due_at < excluded.due_at THEN 1 ELSE known.attempts + 1 END
RETURNING known.attempts
