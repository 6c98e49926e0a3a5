-- What is there already is the same, since others were taken away before.
INSERT INTO fairness_signal (
    sale_key,
    signal,
    token,
    weight,
    evidence
)
SELECT
    sale_key,
    signal,
    token,
    weight,
    evidence
FROM fresh_signal
ORDER BY
    sale_key,
    signal
ON CONFLICT (sale_key, signal) DO NOTHING
