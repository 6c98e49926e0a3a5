-- What is left when everybody has taken back what was theirs.
SELECT
    step.token,
    0 AS holder,
    step.seq,
    0 AS step,
    step.to_custody AS incoming,
    step.quantity - COALESCE(taken.quantity, 0) AS quantity
FROM edition_step AS step
LEFT JOIN (
    SELECT
        token,
        in_seq AS seq,
        SUM(quantity) AS quantity
    FROM returned
    GROUP BY
        token,
        in_seq
    UNION ALL
    SELECT
        token,
        out_seq,
        SUM(quantity)
    FROM returned
    GROUP BY
        token,
        out_seq
) AS taken ON step.token = taken.token AND step.seq = taken.seq
WHERE
    step.to_custody <> step.from_custody
    AND step.quantity > COALESCE(taken.quantity, 0)
