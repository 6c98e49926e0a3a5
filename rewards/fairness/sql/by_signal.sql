SELECT
    signal.signal,
    COUNT(*) AS sales
FROM fairness_signal AS signal
GROUP BY signal.signal
ORDER BY
    sales DESC,
    signal.signal ASC
