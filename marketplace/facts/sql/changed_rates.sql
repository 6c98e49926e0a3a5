-- The earliest day of the rates to settle: what orders cost on it may be another price now. The facts of
-- orders keep the price as it was told, and so do not show it.
SELECT MIN(DATE_TRUNC('day', rate.at, 'UTC')) AS changed_from
FROM inbox_event AS rate
WHERE
    rate.kind = 'rate'
    AND rate.batch_id = ANY(%(batches)s)
