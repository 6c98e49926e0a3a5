UPDATE inbox_batch
SET
    event_count = %(event_count)s,
    moved_count = %(moved_count)s,
    fingerprint = %(fingerprint)s
WHERE id = %(batch_id)s
