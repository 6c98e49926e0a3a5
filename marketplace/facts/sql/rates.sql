-- What a whole unit of a currency is worth in wei on a UTC day: the last that was told for that day.
SELECT DISTINCT ON (currency, day)
    currency,
    (at AT TIME ZONE 'UTC')::DATE AS day,
    price AS rate_wei
FROM inbox_event
WHERE kind = 'rate'
ORDER BY
    currency ASC,
    day ASC,
    at DESC,
    block DESC,
    tx_index DESC,
    log_index DESC,
    key DESC,
    source DESC
