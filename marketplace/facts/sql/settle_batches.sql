UPDATE inbox_batch
SET settled_at = %(as_of)s
WHERE
    id = ANY(%(batches)s)
    AND settled_at IS NULL
