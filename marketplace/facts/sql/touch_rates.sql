-- A new rate changes what the sales of its currency and day were worth.
INSERT INTO touched (scope)
SELECT DISTINCT sale.token
FROM facts_sale AS sale
INNER JOIN inbox_event AS rate
    ON
        sale.currency = rate.currency
        AND (sale.at AT TIME ZONE 'UTC')::DATE = (rate.at AT TIME ZONE 'UTC')::DATE
WHERE
    rate.kind = 'rate'
    AND rate.batch_id = ANY(%(batches)s)
-- The table has no key: a scope that is there twice is read once.
