-- Each order ends with the first of the things that can end it.
WITH placed AS (
    SELECT DISTINCT ON (event.order_id, event.scope)
        event.order_id,
        event.scope,
        event.id AS event_id,
        event.kind AS side,
        wallet.id AS maker_id,
        event.token_id IS NOT NULL AS on_token,
        collection.id AS collection_id,
        event.trait,
        event.quantity,
        event.price,
        event.currency,
        event.expires_at,
        event.at,
        COALESCE(event.block, 9223372036854775807) AS block,
        COALESCE(event.tx_index, 9223372036854775807) AS tx_index,
        COALESCE(event.log_index, 9223372036854775807) AS log_index,
        event.key,
        event.source
    FROM {events} AS event
    INNER JOIN registry_collection AS collection ON event.collection = collection.slug
    INNER JOIN registry_wallet AS wallet ON event.maker = wallet.address
    WHERE event.kind IN ('listing', 'bid')
    ORDER BY
        event.order_id,
        event.scope,
        event.at,
        event.block,
        event.tx_index,
        event.log_index,
        event.key,
        event.source
),

followed AS (
    SELECT
        *,
        LEAD(at) OVER (
            PARTITION BY scope, side, maker_id
            ORDER BY at, block, tx_index, log_index, key, source
        ) AS replaced_at
    FROM placed
),

filled AS (
    SELECT
        step.order_id,
        step.scope,
        MIN(step.at) AS at
    FROM (
        SELECT
            placed.order_id,
            placed.scope,
            placed.quantity,
            sale.at,
            SUM(sale.quantity) OVER (PARTITION BY placed.order_id, placed.scope ORDER BY sale.at) AS sold
        FROM placed
        INNER JOIN facts_sale AS sale ON placed.order_id = sale.order_id
    ) AS step
    WHERE step.sold >= step.quantity
    GROUP BY
        step.order_id,
        step.scope
),

cancelled AS (
    SELECT
        placed.order_id,
        MIN(event.at) AS at
    FROM placed
    INNER JOIN inbox_event AS event ON placed.order_id = event.scope
    WHERE event.kind = 'cancel'
    GROUP BY placed.order_id
),

stranded AS (
    SELECT
        placed.order_id,
        placed.scope,
        MIN(leaving.at) AS at
    FROM placed
    INNER JOIN (
        SELECT token, NULL::BIGINT AS left_id, to_id, at, block, tx_index, log_index, key, source
        FROM moved
        UNION ALL
        SELECT token, wallet_id, NULL, at, block, tx_index, log_index, key, source
        FROM ({emptied}) AS emptied
    ) AS leaving
        ON
            placed.scope = leaving.token
            AND placed.maker_id IS DISTINCT FROM leaving.to_id
            AND placed.maker_id = COALESCE(leaving.left_id, placed.maker_id)
    WHERE
        placed.side = 'listing'
        AND (leaving.at, leaving.block, leaving.tx_index, leaving.log_index, leaving.key, leaving.source)
        > (placed.at, placed.block, placed.tx_index, placed.log_index, placed.key, placed.source)
    GROUP BY
        placed.order_id,
        placed.scope
),

possible AS (
    SELECT
        followed.*,
        CASE WHEN filled.at IS NOT NULL THEN GREATEST(filled.at, followed.at) END AS filled_at,
        CASE WHEN cancelled.at IS NOT NULL THEN GREATEST(cancelled.at, followed.at) END AS cancelled_at,
        CASE
            WHEN followed.expires_at IS NOT NULL THEN GREATEST(followed.expires_at, followed.at)
        END AS expired_at,
        stranded.at AS stranded_at
    FROM followed
    LEFT JOIN filled ON followed.order_id = filled.order_id AND followed.scope = filled.scope
    LEFT JOIN cancelled ON followed.order_id = cancelled.order_id
    LEFT JOIN stranded ON followed.order_id = stranded.order_id AND followed.scope = stranded.scope
),

ended AS (
    SELECT
        *,
        LEAST(filled_at, cancelled_at, expired_at, replaced_at, stranded_at) AS ended_at
    FROM possible
)

SELECT
    order_id,
    scope,
    event_id,
    side,
    maker_id,
    CASE WHEN on_token THEN scope END AS token,
    collection_id,
    trait,
    quantity,
    price,
    currency,
    at AS placed_at,
    ended_at,
    CASE
        WHEN ended_at IS NULL THEN NULL
        WHEN filled_at = ended_at THEN 'filled'
        WHEN cancelled_at = ended_at THEN 'cancelled'
        WHEN expired_at = ended_at THEN 'expired'
        WHEN replaced_at = ended_at THEN 'replaced'
        ELSE 'stranded'
    END AS end_reason
FROM ended
