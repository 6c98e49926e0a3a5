SELECT COUNT(*) AS waiting
FROM (
    SELECT signal.sale_key
    FROM fairness_signal AS signal
    WHERE signal.sale_key NOT IN (SELECT decision.sale_key FROM fairness_decision AS decision)
    GROUP BY signal.sale_key
    HAVING SUM(signal.weight) >= %(threshold)s
) AS undecided
