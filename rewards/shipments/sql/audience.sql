-- The collectors whom every filter of an audience lets through.
SELECT collector.id AS collector_id
FROM registry_wallet AS collector
LEFT JOIN (
    SELECT
        buyer.collector_id,
        SUM(sale.price_wei) AS spent_wei
    FROM facts_sale AS sale
    INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
    INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
    WHERE
        sale.at >= %(window_start)s
        AND sale.at < %(window_end)s
        AND buyer.collector_id <> seller.collector_id
        AND sale.key NOT IN ({washed})
    GROUP BY buyer.collector_id
) AS bought ON collector.id = bought.collector_id
WHERE
    collector.id = collector.collector_id
    AND (NOT %(bought_in_window)s OR bought.collector_id IS NOT NULL)
    AND COALESCE(bought.spent_wei, 0) >= %(minimum_spend_wei)s
    AND (
        %(in_cohort)s::TEXT IS NULL
        OR collector.id IN (
            SELECT wallet.collector_id
            FROM rules_cohort AS cohort
            INNER JOIN rules_cohortmember AS member ON cohort.id = member.cohort_id
            INNER JOIN registry_wallet AS wallet ON member.address = wallet.address
            WHERE cohort.slug = %(in_cohort)s
        )
    )
    AND (
        %(not_in_cohort)s::TEXT IS NULL
        OR collector.id NOT IN (
            SELECT wallet.collector_id
            FROM rules_cohort AS cohort
            INNER JOIN rules_cohortmember AS member ON cohort.id = member.cohort_id
            INNER JOIN registry_wallet AS wallet ON member.address = wallet.address
            WHERE cohort.slug = %(not_in_cohort)s
        )
    )
    AND (
        %(first_seen_before)s::TIMESTAMPTZ IS NULL
        OR collector.id IN (
            SELECT hold.collector_id
            FROM facts_hold AS hold
            WHERE hold.started_at < %(first_seen_before)s::TIMESTAMPTZ
            UNION
            SELECT maker.collector_id
            FROM facts_order AS placed
            INNER JOIN registry_wallet AS maker ON placed.maker_id = maker.id
            WHERE placed.placed_at < %(first_seen_before)s::TIMESTAMPTZ
        )
    )
    AND (
        %(random_share_bp)s::INTEGER IS NULL
        OR MOD(('x' || LEFT(MD5(%(seed)s || ':' || collector.address), 8))::BIT(32)::BIGINT, 10000)
        < %(random_share_bp)s
    )
