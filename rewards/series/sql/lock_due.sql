-- The series whose next draft is due the longest; one that another sweeper is at is passed over.
SELECT series.id
FROM series_series AS series
WHERE
    series.state = 'on'
    AND series.next_due_at <= %(as_of)s
    AND (series.retry_at IS NULL OR series.retry_at <= %(as_of)s)
ORDER BY
    series.next_due_at,
    series.id
LIMIT 1
FOR UPDATE SKIP LOCKED
