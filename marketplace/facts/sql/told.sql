-- What mints, transfers and sales tell about tokens, narrow: wallets by number, nobody as empty.
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
WITH custody AS (
    SELECT DISTINCT address FROM inbox_event WHERE kind = 'custody'
),

edition AS (
    SELECT scope FROM {events} AS event
    WHERE quantity > 1 OR standard = 'erc1155'
    UNION
    SELECT scope FROM (
        SELECT DISTINCT
            scope,
            settlement
        FROM {events} AS event
        WHERE kind = 'mint'
    ) AS minting
    GROUP BY scope
    HAVING COUNT(*) > 1
)

SELECT
    event.scope AS token,
    event.settlement,
    event.id AS event_id,
    event.at,
    COALESCE(event.block, 9223372036854775807) AS block,
    COALESCE(event.tx_index, 9223372036854775807) AS tx_index,
    COALESCE(event.log_index, 9223372036854775807) AS log_index,
    event.key,
    event.source,
    event.kind = 'sale' AS is_sale,
    edition.scope IS NOT NULL AS edition,
    event.quantity,
    collection.id AS collection_id,
    sender.id AS from_id,
    sender.collector_id AS from_collector_id,
    left_custody.address IS NOT NULL AS from_custody,
    receiver.id AS to_id,
    receiver.collector_id AS to_collector_id,
    into_custody.address IS NOT NULL AS to_custody
FROM {events} AS event
INNER JOIN registry_collection AS collection ON event.collection = collection.slug
LEFT JOIN registry_wallet AS sender ON event.from_wallet = sender.address
LEFT JOIN registry_wallet AS receiver ON event.to_wallet = receiver.address
LEFT JOIN custody AS left_custody ON event.from_wallet = left_custody.address
LEFT JOIN custody AS into_custody ON event.to_wallet = into_custody.address
LEFT JOIN edition ON event.scope = edition.scope
WHERE
    event.kind IN ('mint', 'transfer')
    OR (event.kind = 'sale' AND event.id IN (SELECT sale.event_id FROM {sales} AS sale))
