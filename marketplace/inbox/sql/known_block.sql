-- The batch that took in these bytes, whole and without a problem, if there is one.
SELECT
    batch.told_count,
    batch.moved_count
FROM inbox_batch AS batch
WHERE
    batch.format = %(format)s
    AND batch.fingerprint = %(fingerprint)s
