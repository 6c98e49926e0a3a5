-- The signals of all sales of the retold tokens. Who sold and who bought are collectors, so that more wallets
-- hide nothing. What custody does is not a trade between people. A token with units is bought again and again
-- by honest people, and whose unit it was cannot be told, so the last two signals leave it out.
WITH custody AS (
    SELECT notice.address
    FROM inbox_event AS notice
    WHERE notice.kind = 'custody'
),

edition AS (
    SELECT retold.token
    FROM retold
    INNER JOIN facts_hold AS hold ON retold.token = hold.token
    WHERE hold.edition
    GROUP BY retold.token
),

sold AS (
    SELECT
        sale.key,
        sale.token,
        sale.at,
        sale.price_wei,
        seller.collector_id AS seller_id,
        buyer.collector_id AS buyer_id,
        event.block,
        event.tx_index,
        event.log_index,
        event.key AS event_key,
        event.source,
        retold.token IN (SELECT edition.token FROM edition) AS is_edition
    FROM retold
    INNER JOIN facts_sale AS sale ON retold.token = sale.token
    INNER JOIN inbox_event AS event ON sale.event_id = event.id
    INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
    INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
    WHERE
        seller.address NOT IN (SELECT custody.address FROM custody)
        AND buyer.address NOT IN (SELECT custody.address FROM custody)
),

apart AS (
    SELECT
        *,
        ROW_NUMBER() OVER in_order AS place,
        seller_id = LAG(buyer_id) OVER in_order AS follows,
        ABS(price_wei - LAG(price_wei) OVER in_order) AS step_wei
    FROM sold
    WHERE seller_id <> buyer_id
    WINDOW in_order AS (PARTITION BY token ORDER BY at, block, tx_index, log_index, event_key, source)
),

-- The nearest sale of the same token the other way round.
back_and_forth AS (
    SELECT DISTINCT ON (one.key)
        one.key,
        one.token,
        other.key AS other_key,
        FLOOR(EXTRACT(EPOCH FROM other.at - one.at))::BIGINT AS seconds
    FROM apart AS one
    INNER JOIN apart AS other
        ON
            one.token = other.token
            AND one.seller_id = other.buyer_id
            AND one.buyer_id = other.seller_id
    WHERE
        other.at >= one.at - INTERVAL '720 hours'
        AND other.at <= one.at + INTERVAL '720 hours'
    ORDER BY
        one.key,
        GREATEST(other.at - one.at, one.at - other.at),
        other.at,
        other.key
),

-- A sale is one of three within 30 days exactly where it is so together with two neighbours.
bought AS (
    SELECT
        key,
        token,
        COUNT(*) OVER near AS times,
        COALESCE(at - LAG(at, 2) OVER in_order <= INTERVAL '720 hours', FALSE)
        OR COALESCE(LEAD(at, 1) OVER in_order - LAG(at, 1) OVER in_order <= INTERVAL '720 hours', FALSE)
        OR COALESCE(LEAD(at, 2) OVER in_order - at <= INTERVAL '720 hours', FALSE) AS is_often
    FROM apart
    WHERE NOT is_edition
    WINDOW
        in_order AS (PARTITION BY token, buyer_id ORDER BY at, key),
        near AS (
            PARTITION BY token, buyer_id ORDER BY at
            RANGE BETWEEN INTERVAL '720 hours' PRECEDING AND INTERVAL '720 hours' FOLLOWING
        )
),

resold AS (
    SELECT
        key,
        COUNT(*) OVER near AS times,
        COALESCE(at - LAG(at, 2) OVER in_order <= INTERVAL '720 hours', FALSE)
        OR COALESCE(LEAD(at, 1) OVER in_order - LAG(at, 1) OVER in_order <= INTERVAL '720 hours', FALSE)
        OR COALESCE(LEAD(at, 2) OVER in_order - at <= INTERVAL '720 hours', FALSE) AS is_often
    FROM apart
    WHERE NOT is_edition
    WINDOW
        in_order AS (PARTITION BY token, seller_id ORDER BY at, key),
        near AS (
            PARTITION BY token, seller_id ORDER BY at
            RANGE BETWEEN INTERVAL '720 hours' PRECEDING AND INTERVAL '720 hours' FOLLOWING
        )
),

-- Runs of two to five sales, each by the buyer of the one before, from an owner back to the same within 30
-- days. Nobody is left with more than a twentieth of the highest price, gained or lost.
cycle AS (
    SELECT
        opening.token,
        opening.place AS first_place,
        closing.place AS last_place,
        closing.place - opening.place + 1 AS sales,
        FLOOR(EXTRACT(EPOCH FROM closing.at - opening.at))::BIGINT AS seconds
    FROM apart AS opening
    INNER JOIN apart AS closing
        ON
            opening.token = closing.token
            AND opening.seller_id = closing.buyer_id
            AND opening.place < closing.place
            AND opening.place >= closing.place - 4
    INNER JOIN apart AS within
        ON
            opening.token = within.token
            AND opening.place <= within.place
            AND closing.place >= within.place
    WHERE
        closing.at - opening.at <= INTERVAL '720 hours'
        AND NOT opening.is_edition
    GROUP BY
        opening.token,
        opening.place,
        opening.at,
        opening.price_wei,
        closing.place,
        closing.at,
        closing.price_wei
    HAVING
        BOOL_AND(within.follows OR within.place = opening.place)
        AND COUNT(within.price_wei) = COUNT(*)
        AND 20 * GREATEST(
            MAX(within.step_wei) FILTER (WHERE within.place > opening.place),
            ABS(closing.price_wei - opening.price_wei)
        ) <= MAX(within.price_wei)
),

-- Of several cycles through a sale the shortest tells the most.
closed_cycle AS (
    SELECT DISTINCT ON (one.key)
        one.key,
        one.token,
        cycle.sales,
        cycle.seconds
    FROM apart AS one
    INNER JOIN cycle
        ON
            one.token = cycle.token
            AND one.place >= cycle.first_place
            AND one.place <= cycle.last_place
    ORDER BY
        one.key,
        cycle.sales,
        cycle.seconds,
        cycle.first_place
)

SELECT
    key AS sale_key,
    'buyer_is_seller' AS signal,
    token,
    %(buyer_is_seller)s::SMALLINT AS weight,
    JSONB_BUILD_OBJECT() AS evidence
FROM sold
WHERE seller_id = buyer_id
UNION ALL
SELECT
    key AS sale_key,
    'back_and_forth' AS signal,
    token,
    %(back_and_forth)s::SMALLINT AS weight,
    JSONB_BUILD_OBJECT('other', other_key, 'seconds', seconds) AS evidence
FROM back_and_forth
UNION ALL
SELECT
    bought.key AS sale_key,
    'bought_three_times' AS signal,
    bought.token,
    %(bought_three_times)s::SMALLINT AS weight,
    JSONB_BUILD_OBJECT(
        'bought', CASE WHEN bought.is_often THEN bought.times END,
        'sold', CASE WHEN resold.is_often THEN resold.times END
    ) AS evidence
FROM bought
INNER JOIN resold ON bought.key = resold.key
WHERE bought.is_often OR resold.is_often
UNION ALL
SELECT
    key AS sale_key,
    'closed_cycle' AS signal,
    token,
    %(closed_cycle)s::SMALLINT AS weight,
    JSONB_BUILD_OBJECT('sales', sales, 'seconds', seconds) AS evidence
FROM closed_cycle
