-- The shipments of the last days on which one was through, with their UTC day.
SELECT
    through.id,
    through.day
FROM (
    SELECT
        id,
        (shipped_at AT TIME ZONE 'UTC')::DATE AS day,
        DENSE_RANK() OVER (ORDER BY (shipped_at AT TIME ZONE 'UTC')::DATE DESC) AS place
    FROM shipments_shipment
    WHERE state IN ('shipped', 'sealed')
) AS through
WHERE through.place <= %(day_limit)s
ORDER BY through.id
