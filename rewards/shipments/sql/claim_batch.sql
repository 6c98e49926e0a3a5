-- Take note that a worker takes the batch up. It is not what keeps two workers apart: the row lock is.
UPDATE shipments_batch
SET
    attempts = attempts + 1,
    leased_until = %(leased_until)s
WHERE
    id = %(batch_id)s
    AND state = 'pending'
