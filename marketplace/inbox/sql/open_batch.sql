-- Nothing comes back where another ingest has just taken in the same bytes: they are known then.
INSERT INTO inbox_batch (
    format,
    fingerprint,
    event_count,
    told_count
)
VALUES (
    %(format)s,
    %(fingerprint)s,
    %(told_count)s,
    %(told_count)s
)
ON CONFLICT (format, fingerprint) DO NOTHING
RETURNING id
