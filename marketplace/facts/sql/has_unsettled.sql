-- Whether events of batches that are yet to settle were read already, along with the others of their scopes.
SELECT COUNT(*) > 0 AS has_unsettled
FROM inbox_batch AS batch
WHERE
    batch.settled_at IS NULL
    AND batch.id IN (SELECT touched_event.batch_id FROM touched_event)
