-- Whether batches name custody addresses or rates, which touch more than their own scope.
SELECT DISTINCT kind
FROM inbox_event
WHERE
    kind IN ('custody', 'rate')
    AND batch_id = ANY(%(batches)s)
