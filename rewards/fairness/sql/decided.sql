-- A digest of the last decisions about the sales before an instant.
SELECT
    ENCODE(
        SHA256(CONVERT_TO(
            COALESCE(
                STRING_AGG(latest.sale_key || ' ' || latest.verdict, CHR(10) ORDER BY latest.sale_key), ''
            ),
            'UTF8'
        )),
        'hex'
    ) AS digest
FROM (
    SELECT DISTINCT ON (decision.sale_key)
        decision.sale_key,
        decision.verdict
    FROM fairness_decision AS decision
    ORDER BY
        decision.sale_key ASC,
        decision.id DESC
) AS latest
INNER JOIN facts_sale AS sale ON latest.sale_key = sale.key
WHERE sale.at < %(before)s
