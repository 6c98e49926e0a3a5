-- The scopes that the events to settle name: tokens, makers' places, and orders by what they are on.
CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
SELECT event.scope
FROM inbox_event AS event
WHERE
    event.batch_id = ANY(%(batches)s)
    AND event.scope IS NOT NULL
UNION
SELECT placed.scope
FROM inbox_event AS event
INNER JOIN facts_order AS placed ON event.order_id = placed.order_id
WHERE event.batch_id = ANY(%(batches)s)
