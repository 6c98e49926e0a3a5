SELECT COALESCE(SUM(signal.weight), 0) AS score
FROM fairness_signal AS signal
WHERE signal.sale_key = %(sale_key)s
