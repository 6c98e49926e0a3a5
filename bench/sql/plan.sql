-- Lines and awards of the bench's round in DuckDB's words: one rule for purchases, one for holding, and a
-- boost by each collector's best hold in the collections with the most volume. Instants are in microseconds.
CREATE OR REPLACE TEMP TABLE span AS
SELECT
    TIMESTAMP :window_start AS window_start,
    TIMESTAMP :window_end AS window_end;

CREATE OR REPLACE TEMP TABLE top_collection AS
SELECT sale.collection_id
FROM facts_sale AS sale
INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
INNER JOIN registry_collection AS collection ON sale.collection_id = collection.id
CROSS JOIN span
WHERE
    sale."at" >= span.window_start - INTERVAL 30 DAY
    AND sale."at" < span.window_start
    AND seller.collector_id <> buyer.collector_id
GROUP BY sale.collection_id, collection.slug
HAVING SUM(sale.price_wei) > 0 AND COUNT(DISTINCT buyer.collector_id) >= :minimum_buyers
ORDER BY SUM(sale.price_wei) DESC, collection.slug
LIMIT :top_volume;

CREATE OR REPLACE TEMP TABLE boost AS
WITH curve AS (
    SELECT
        UNNEST(:boost_days) AS days,
        UNNEST(:boost_bp) AS bp
),

best AS (
    SELECT
        collector_id,
        MAX(DATEDIFF('second', started_at, window_end) // 86400) AS hold_days
    FROM facts_hold
    CROSS JOIN span
    WHERE
        started_at < window_end
        AND (ended_at IS NULL OR ended_at >= window_end)
        AND collection_id IN (SELECT collection_id FROM top_collection)
    GROUP BY collector_id
)

SELECT
    best.collector_id,
    COALESCE(MAX(curve.bp), 10000) AS boost_bp
FROM best
LEFT JOIN curve ON best.hold_days >= curve.days
GROUP BY best.collector_id;

CREATE OR REPLACE TABLE line AS
WITH earned AS (
    SELECT
        buyer.collector_id,
        :purchase_version AS rule_version_id,
        sale.key AS subject,
        sale.event_id,
        sale.token,
        sale.price_wei AS quantity,
        NULL::INTEGER AS hold_days,
        :micro_xp_per_purchase::HUGEINT * 1000000000000000000
        + :micro_xp_per_eth::HUGEINT * COALESCE(sale.price_wei, 0) AS numerator,
        1000000000000000000000000::HUGEINT AS denominator,
        CASE
            WHEN seller.collector_id = buyer.collector_id THEN 'own_wallets'
            WHEN sale.price_wei IS NULL THEN 'no_rate'
            WHEN sale.price_wei < :minimum_price_wei::HUGEINT THEN 'below_minimum'
        END AS reason
    FROM facts_sale AS sale
    INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
    INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
    CROSS JOIN span
    WHERE
        sale."at" >= span.window_start
        AND sale."at" < span.window_end
        AND buyer.address NOT IN (SELECT address FROM inbox_event WHERE kind = 'custody')
    UNION ALL
    SELECT
        collector_id,
        :holding_version,
        key,
        MIN(event_id),
        token,
        SUM(quantity * seconds),
        MAX(hold_days),
        SUM(quantity * seconds) * 10000 * :micro_xp_per_token_day::HUGEINT,
        864000000000000::HUGEINT,
        CASE WHEN MAX(hold_days) < :minimum_days THEN 'under_minimum_days' END
    FROM (
        SELECT
            *,
            DATEDIFF(
                'second',
                GREATEST(started_at, window_start),
                LEAST(COALESCE(ended_at, window_end), window_end)
            )::HUGEINT AS seconds,
            (DATEDIFF('second', started_at, LEAST(COALESCE(ended_at, window_end), window_end)) // 86400)::INTEGER
                AS hold_days
        FROM facts_hold
        CROSS JOIN span
        WHERE started_at < window_end AND (ended_at IS NULL OR ended_at > window_start)
    ) AS piece
    GROUP BY collector_id, key, token
),

boosted AS (
    SELECT
        earned.*,
        CASE WHEN earned.reason IS NULL THEN COALESCE(boost.boost_bp, 10000) ELSE 10000 END AS boost_bp
    FROM earned
    LEFT JOIN boost ON earned.collector_id = boost.collector_id
),

rounded AS (
    SELECT
        *,
        CASE WHEN reason IS NULL THEN (numerator * boost_bp) // (denominator * 10000) ELSE 0 END AS amount_xp
    FROM boosted
)

SELECT
    :shipment_id AS shipment_id,
    collector_id,
    rule_version_id,
    subject,
    event_id,
    token,
    quantity,
    hold_days,
    CASE WHEN reason IS NULL THEN (numerator * 1000000) // denominator ELSE 0 END AS base_micro_xp,
    boost_bp,
    0 AS cut_xp,
    amount_xp,
    COALESCE(reason, CASE WHEN amount_xp = 0 THEN 'rounds_to_zero' ELSE 'earned' END) AS reason,
    -- Every line of a first round is for its own time.
    :shipment_id AS for_shipment_id,
    0::BIGINT AS earlier_xp
FROM rounded;

CREATE OR REPLACE TABLE award AS
SELECT
    shipment_id,
    collector_id,
    SUM(amount_xp)::BIGINT AS amount_xp
FROM line
GROUP BY shipment_id, collector_id
HAVING SUM(amount_xp) > 0;
