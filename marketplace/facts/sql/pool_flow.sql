SELECT
    token,
    0 AS holder,
    seq,
    0 AS step,
    to_custody AS incoming,
    quantity
FROM edition_step
WHERE to_custody <> from_custody
