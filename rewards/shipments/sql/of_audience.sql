-- What would have earned belongs to somebody whom the shipment is not for.
SELECT
    line.collector_id,
    line.subject,
    line.event_id,
    line.token,
    line.at,
    line.quantity,
    line.hold_days,
    line.numerator,
    line.denominator,
    CASE
        WHEN line.reason IS NULL AND audience.collector_id IS NULL THEN 'not_in_audience'
        ELSE line.reason
    END AS reason
FROM ({lines}) AS line
LEFT JOIN ({audience}) AS audience ON line.collector_id = audience.collector_id
