-- A new custody address changes who held every token that ever moved into it or out of it.
INSERT INTO touched (scope)
SELECT DISTINCT moved.scope
FROM inbox_event AS moved
WHERE
    moved.scope IS NOT NULL
    AND (
        moved.to_wallet IN (
            SELECT custody.address FROM inbox_event AS custody
            WHERE custody.kind = 'custody' AND custody.batch_id = ANY(%(batches)s)
        )
        OR moved.from_wallet IN (
            SELECT custody.address FROM inbox_event AS custody
            WHERE custody.kind = 'custody' AND custody.batch_id = ANY(%(batches)s)
        )
    )
-- The table has no key: a scope that is there twice is read once.
