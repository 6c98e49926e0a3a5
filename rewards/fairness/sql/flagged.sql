-- Sales that signals speak against, the newest first, with the last decision about each.
WITH scored AS (
    SELECT
        signal.sale_key,
        SUM(signal.weight)::INTEGER AS score,
        JSON_OBJECT_AGG(
            signal.signal, signal.evidence ORDER BY signal.weight DESC, signal.signal ASC
        ) AS signals
    FROM fairness_signal AS signal
    GROUP BY signal.sale_key
    HAVING SUM(signal.weight) >= %(threshold)s
)

SELECT
    sale.key,
    sale.at,
    collection.slug AS collection,
    event.token_id,
    seller.address AS seller,
    buyer.address AS buyer,
    sale.price_wei,
    scored.score,
    scored.signals,
    latest.verdict,
    latest.reason,
    latest.decided_by,
    latest.decided_at
FROM scored
INNER JOIN facts_sale AS sale ON scored.sale_key = sale.key
INNER JOIN inbox_event AS event ON sale.event_id = event.id
INNER JOIN registry_collection AS collection ON sale.collection_id = collection.id
INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
LEFT JOIN LATERAL (
    SELECT decision.*
    FROM fairness_decision AS decision
    WHERE decision.sale_key = sale.key
    ORDER BY decision.id DESC
    LIMIT 1
) AS latest ON TRUE
WHERE
    (latest.id IS NOT NULL) = %(decided)s
    AND (
        %(after)s::UUID IS NULL
        OR (sale.at, sale.key) < (
            SELECT
                page.at,
                page.key
            FROM facts_sale AS page
            WHERE page.key = %(after)s::UUID
        )
    )
ORDER BY
    sale.at DESC,
    sale.key DESC
LIMIT %(most)s
