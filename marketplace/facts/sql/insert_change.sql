-- A step is settled once, so it has one row; the lock of refreshes keeps the ids in the order of commits.
INSERT INTO facts_change (
    settled_at,
    changed_from
)
VALUES (
    %(as_of)s,
    %(changed_from)s
)
