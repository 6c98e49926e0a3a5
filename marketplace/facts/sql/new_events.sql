-- The events to settle. All others named their wallets and collections when it was their turn.
SELECT *
FROM inbox_event
WHERE batch_id = ANY(%(batches)s)
