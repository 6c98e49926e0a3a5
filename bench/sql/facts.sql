-- The facts of docs/explanation/facts.md in DuckDB's words. It leaves out what the synthetic market does not
-- have: linked wallets, and editions in custody.
CREATE OR REPLACE TEMP VIEW event AS
SELECT
    * REPLACE (
        COALESCE(block, 9223372036854775807) AS block,
        COALESCE(tx_index, 9223372036854775807) AS tx_index,
        COALESCE(log_index, 9223372036854775807) AS log_index
    )
FROM inbox_event;

CREATE OR REPLACE TABLE sale AS
WITH told_sale AS (
    SELECT *
    FROM event
    WHERE kind = 'sale'
    QUALIFY ROW_NUMBER() OVER (PARTITION BY trade ORDER BY "at", block, tx_index, log_index, key, source) = 1
),

rate AS (
    SELECT DISTINCT ON (currency, "at"::DATE)
        currency,
        "at"::DATE AS day,
        price
    FROM event
    WHERE kind = 'rate'
    ORDER BY currency, "at"::DATE, "at" DESC, block DESC, tx_index DESC, log_index DESC, key DESC, source DESC
)

SELECT
    told_sale.id AS event_id,
    told_sale.trade AS key,
    told_sale.scope AS token,
    known.id AS collection_id,
    seller.id AS seller_id,
    buyer.id AS buyer_id,
    told_sale.quantity,
    told_sale.price,
    told_sale.currency,
    CASE
        WHEN told_sale.currency IN ('ETH', 'WETH') THEN told_sale.price
        ELSE (told_sale.price * rate.price) // (10::HUGEINT ** told_sale.decimals)::HUGEINT
    END AS price_wei,
    told_sale."at",
    told_sale.order_id
FROM told_sale
INNER JOIN registry_collection AS known ON told_sale.collection = known.slug
INNER JOIN registry_wallet AS seller ON told_sale.from_wallet = seller.address
INNER JOIN registry_wallet AS buyer ON told_sale.to_wallet = buyer.address
LEFT JOIN rate ON told_sale.currency = rate.currency AND told_sale."at"::DATE = rate.day;

-- What moves: transfers and mints, and sales that no transfer tells as well.
CREATE OR REPLACE TEMP TABLE move AS
WITH edition AS (
    SELECT scope FROM event WHERE quantity > 1 OR standard = 'erc1155'
    UNION
    SELECT scope FROM event WHERE kind = 'mint' GROUP BY scope HAVING COUNT(DISTINCT settlement) > 1
),

custody AS (
    SELECT DISTINCT address FROM event WHERE kind = 'custody'
),

transferred AS (
    SELECT DISTINCT settlement FROM event WHERE kind IN ('mint', 'transfer')
)

SELECT
    event.id AS event_id,
    event.scope AS token,
    event.settlement,
    event."at",
    event.block,
    event.tx_index,
    event.log_index,
    event.key,
    event.source,
    event.quantity,
    edition.scope IS NOT NULL AS edition,
    known.id AS collection_id,
    sender.id AS from_id,
    sender.collector_id AS from_collector_id,
    receiver.id AS to_id,
    receiver.collector_id AS to_collector_id
FROM event
INNER JOIN registry_collection AS known ON event.collection = known.slug
LEFT JOIN registry_wallet AS sender ON event.from_wallet = sender.address
LEFT JOIN registry_wallet AS receiver ON event.to_wallet = receiver.address
LEFT JOIN edition ON event.scope = edition.scope
LEFT JOIN transferred ON event.settlement = transferred.settlement
WHERE
    (event.to_wallet NOT IN (SELECT address FROM custody))
    AND (
        event.kind IN ('mint', 'transfer')
        OR (
            event.kind = 'sale'
            AND transferred.settlement IS NULL
            AND event.id IN (SELECT event_id FROM sale)
        )
    );

-- A settlement is one change of hands: it stands where its first move stands and ends where its last ends.
-- Nearly all of them have one move.
CREATE OR REPLACE TEMP TABLE moved AS
WITH many AS (
    SELECT settlement FROM move WHERE NOT edition GROUP BY settlement HAVING COUNT(*) > 1
)

SELECT move.*
FROM move
WHERE NOT edition AND settlement NOT IN (SELECT settlement FROM many)
UNION ALL
SELECT
    * REPLACE (
        LAST_VALUE(to_id) OVER whole AS to_id,
        LAST_VALUE(to_collector_id) OVER whole AS to_collector_id
    )
FROM move
WHERE NOT edition AND settlement IN (SELECT settlement FROM many)
WINDOW whole AS (
    PARTITION BY settlement
    ORDER BY "at", block, tx_index, log_index, key, source
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
)
QUALIFY ROW_NUMBER() OVER (PARTITION BY settlement ORDER BY "at", block, tx_index, log_index, key, source) = 1;

CREATE OR REPLACE TEMP TABLE edition_moved AS
SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY token ORDER BY "at", block, tx_index, log_index, key, source) AS seq
FROM move
WHERE edition AND from_id IS DISTINCT FROM to_id;

CREATE OR REPLACE TABLE hold AS
WITH owner AS (
    SELECT
        *,
        LAG(to_collector_id) OVER (PARTITION BY token ORDER BY "at", block, tx_index, log_index, key, source) AS had_it
    FROM moved
),

change AS (
    SELECT
        *,
        LEAD("at") OVER (PARTITION BY token ORDER BY "at", block, tx_index, log_index, key, source) AS ended_at
    FROM owner
    WHERE to_collector_id IS DISTINCT FROM had_it
),

flow AS (
    SELECT token, to_collector_id AS holder, seq, TRUE AS incoming, quantity
    FROM edition_moved
    WHERE to_collector_id IS NOT NULL
    UNION ALL
    SELECT token, from_collector_id, seq, FALSE, quantity
    FROM edition_moved
    WHERE from_collector_id IS NOT NULL
),

running AS (
    SELECT
        *,
        SUM(CASE WHEN incoming THEN quantity ELSE 0 END) OVER queue AS came,
        SUM(CASE WHEN incoming THEN 0 ELSE quantity END) OVER queue AS went
    FROM flow
    WINDOW queue AS (PARTITION BY token, holder ORDER BY seq)
),

placed AS (
    SELECT
        *,
        GREATEST(MAX(went - came) OVER (PARTITION BY token, holder ORDER BY seq), 0) AS missing,
        MAX(went) OVER (PARTITION BY token, holder) AS gone
    FROM running
),

arrival AS (
    SELECT
        *,
        came - quantity + missing AS low,
        came + missing AS high
    FROM placed
    WHERE incoming
),

kept AS (
    SELECT
        arrival.token,
        arrival.seq AS in_seq,
        departure.seq AS out_seq,
        GREATEST(arrival.low, departure.went - departure.quantity) AS low,
        LEAST(arrival.high, departure.went) AS high
    FROM arrival
    INNER JOIN placed AS departure
        ON
            arrival.token = departure.token
            AND arrival.holder = departure.holder
            AND NOT departure.incoming
            AND departure.went - departure.quantity < arrival.high
            AND departure.went > arrival.low
    UNION ALL
    SELECT token, seq, NULL, GREATEST(low, gone), high
    FROM arrival
    WHERE high > gone
)

SELECT
    settlement AS key,
    to_id AS wallet_id,
    0 AS part,
    to_collector_id AS collector_id,
    collection_id,
    token,
    FALSE AS edition,
    event_id,
    1 AS quantity,
    "at" AS started_at,
    ended_at
FROM change
WHERE
    to_collector_id IS NOT NULL
    AND (ended_at IS NULL OR ended_at > "at")
UNION ALL
SELECT
    came.settlement,
    came.to_id,
    ROW_NUMBER() OVER (PARTITION BY came.settlement, came.to_id ORDER BY kept.in_seq, kept.low) - 1,
    came.to_collector_id,
    came.collection_id,
    came.token,
    TRUE,
    came.event_id,
    kept.high - kept.low,
    came."at",
    went."at"
FROM kept
INNER JOIN edition_moved AS came ON kept.token = came.token AND kept.in_seq = came.seq
LEFT JOIN edition_moved AS went ON kept.token = went.token AND kept.out_seq = went.seq
WHERE
    went.seq IS NULL
    OR (went."at" > came."at" AND went.settlement <> came.settlement);

CREATE OR REPLACE TABLE orders AS
WITH first_told AS (
    SELECT
        event.id,
        event.order_id,
        event.scope,
        event.kind,
        event.token_id,
        event.trait,
        event.quantity,
        event.price,
        event.currency,
        event.expires_at,
        event."at",
        event.block,
        event.tx_index,
        event.log_index,
        event.key,
        event.source,
        known.id AS collection_id,
        wallet.id AS maker_id
    FROM event
    INNER JOIN registry_collection AS known ON event.collection = known.slug
    INNER JOIN registry_wallet AS wallet ON event.maker = wallet.address
    WHERE event.kind IN ('listing', 'bid')
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY event.order_id, event.scope
        ORDER BY event."at", event.block, event.tx_index, event.log_index, event.key, event.source
    ) = 1
),

placed AS (
    SELECT
        *,
        LEAD("at") OVER (
            PARTITION BY scope, kind, maker_id
            ORDER BY "at", block, tx_index, log_index, key, source
        ) AS replaced_at
    FROM first_told
),

filled AS (
    SELECT
        order_id,
        scope,
        MIN("at") AS "at"
    FROM (
        SELECT
            placed.order_id,
            placed.scope,
            placed.quantity,
            sale."at",
            SUM(sale.quantity) OVER (PARTITION BY placed.order_id, placed.scope ORDER BY sale."at") AS sold
        FROM placed
        INNER JOIN sale ON placed.order_id = sale.order_id
    ) AS step
    WHERE sold >= quantity
    GROUP BY order_id, scope
),

cancelled AS (
    SELECT
        order_id,
        MIN("at") AS "at"
    FROM event
    WHERE kind = 'cancel'
    GROUP BY order_id
),

summed AS (
    SELECT
        *,
        SUM(units) OVER (PARTITION BY token, wallet_id ORDER BY seq) AS balance
    FROM (
        SELECT token, to_id AS wallet_id, quantity AS units, seq, "at", block, tx_index, log_index, key, source
        FROM edition_moved
        WHERE to_id IS NOT NULL
        UNION ALL
        SELECT token, from_id, -quantity, seq, "at", block, tx_index, log_index, key, source
        FROM edition_moved
        WHERE from_id IS NOT NULL
    ) AS change
),

clipped AS (
    SELECT
        *,
        balance + GREATEST(MAX(-balance) OVER (PARTITION BY token, wallet_id ORDER BY seq), 0) AS kept
    FROM summed
),

emptied AS (
    SELECT *
    FROM clipped
    QUALIFY
        units < 0
        AND kept = 0
        AND LAG(kept, 1, 0) OVER (PARTITION BY token, wallet_id ORDER BY seq) > 0
),

leaving AS (
    SELECT token, NULL AS left_id, to_id, "at", block, tx_index, log_index, key, source
    FROM moved
    UNION ALL
    SELECT token, wallet_id, NULL, "at", block, tx_index, log_index, key, source
    FROM emptied
),

stranded AS (
    SELECT
        placed.order_id,
        placed.scope,
        MIN(leaving."at") AS "at"
    FROM placed
    INNER JOIN leaving
        ON
            placed.scope = leaving.token
            AND placed.maker_id IS DISTINCT FROM leaving.to_id
            AND placed.maker_id = COALESCE(leaving.left_id, placed.maker_id)
            AND leaving."at" >= placed."at"
    WHERE
        placed.kind = 'listing'
        AND (
            leaving."at" > placed."at"
            OR (leaving.block, leaving.tx_index, leaving.log_index, leaving.key, leaving.source)
            > (placed.block, placed.tx_index, placed.log_index, placed.key, placed.source)
        )
    GROUP BY placed.order_id, placed.scope
),

possible AS (
    SELECT
        placed.*,
        CASE WHEN filled."at" IS NOT NULL THEN GREATEST(filled."at", placed."at") END AS filled_at,
        CASE WHEN cancelled."at" IS NOT NULL THEN GREATEST(cancelled."at", placed."at") END AS cancelled_at,
        CASE WHEN placed.expires_at IS NOT NULL THEN GREATEST(placed.expires_at, placed."at") END AS expired_at,
        stranded."at" AS stranded_at
    FROM placed
    LEFT JOIN filled ON placed.order_id = filled.order_id AND placed.scope = filled.scope
    LEFT JOIN cancelled ON placed.order_id = cancelled.order_id
    LEFT JOIN stranded ON placed.order_id = stranded.order_id AND placed.scope = stranded.scope
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
    id AS event_id,
    kind AS side,
    maker_id,
    CASE WHEN token_id IS NOT NULL THEN scope END AS token,
    collection_id,
    trait,
    quantity,
    price,
    currency,
    "at" AS placed_at,
    ended_at,
    CASE
        WHEN ended_at IS NULL THEN NULL
        WHEN filled_at = ended_at THEN 'filled'
        WHEN cancelled_at = ended_at THEN 'cancelled'
        WHEN expired_at = ended_at THEN 'expired'
        WHEN replaced_at = ended_at THEN 'replaced'
        ELSE 'stranded'
    END AS end_reason
FROM ended;

CREATE OR REPLACE TABLE volume_day AS
SELECT
    sale.collection_id,
    sale."at"::DATE AS day,
    COUNT(*) AS sale_count,
    COUNT(DISTINCT buyer.collector_id) FILTER (
        WHERE buyer.address NOT IN (SELECT address FROM event WHERE kind = 'custody')
    ) AS buyer_count,
    COALESCE(SUM(sale.price_wei), 0) AS volume_wei
FROM sale
INNER JOIN registry_wallet AS seller ON sale.seller_id = seller.id
INNER JOIN registry_wallet AS buyer ON sale.buyer_id = buyer.id
WHERE seller.collector_id <> buyer.collector_id
GROUP BY sale.collection_id, sale."at"::DATE;
