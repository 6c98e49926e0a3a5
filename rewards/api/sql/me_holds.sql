-- The open holds of a collector, the longest first.
SELECT
    ROW_NUMBER() OVER (ORDER BY held.started_at, held.key, held.wallet_id, held.part) AS number,
    COUNT(*) OVER () AS total,
    JSON_BUILD_ARRAY(API_INSTANT(held.started_at), held.key, held.wallet_id, held.part) AS place,
    JSON_BUILD_OBJECT(
        'collection', collection.slug,
        'contract', event.contract,
        'token_id', event.token_id,
        'quantity', held.quantity,
        'verified', collection.verified,
        'started_at', API_INSTANT(held.started_at),
        'hold_days', FLOOR(EXTRACT(EPOCH FROM %(as_of)s::TIMESTAMPTZ - held.started_at) / 86400)::INT
    ) AS item
FROM (
    SELECT hold.*
    FROM signed_in
    INNER JOIN facts_hold AS hold ON signed_in.collector_id = hold.collector_id
    WHERE
        hold.started_at <= %(as_of)s::TIMESTAMPTZ
        AND (hold.ended_at IS NULL OR hold.ended_at > %(as_of)s::TIMESTAMPTZ)
        AND (hold.started_at, hold.key, hold.wallet_id, hold.part) > (
            %(after_at)s::TIMESTAMPTZ, %(after_key)s::UUID, %(after_wallet)s::BIGINT, %(after_part)s::BIGINT
        )
    ORDER BY hold.started_at, hold.key, hold.wallet_id, hold.part
    LIMIT %(limit)s::BIGINT + 1
) AS held
INNER JOIN registry_collection AS collection ON held.collection_id = collection.id
INNER JOIN inbox_event AS event ON held.event_id = event.id
