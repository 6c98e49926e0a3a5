-- The keys of the sales that count as wash trades: what staff confirmed, and what reaches the threshold and
-- was not cleared. Without a threshold there are none.
SELECT suspect.sale_key
FROM (
    SELECT signal.sale_key
    FROM fairness_signal AS signal
    WHERE %(wash_threshold)s::INTEGER IS NOT NULL
    GROUP BY signal.sale_key
    HAVING SUM(signal.weight) >= %(wash_threshold)s::INTEGER
    UNION
    SELECT confirmed.sale_key
    FROM fairness_decision AS confirmed
    WHERE
        %(wash_threshold)s::INTEGER IS NOT NULL
        AND confirmed.verdict = 'confirmed'
) AS suspect
WHERE COALESCE((
    SELECT latest.verdict
    FROM fairness_decision AS latest
    WHERE latest.sale_key = suspect.sale_key
    ORDER BY latest.id DESC
    LIMIT 1
), 'confirmed') <> 'cleared'
