-- A batch that brought nothing, and whose bytes cannot be skipped another time, is no batch.
DELETE FROM inbox_batch
WHERE id = %(batch_id)s
