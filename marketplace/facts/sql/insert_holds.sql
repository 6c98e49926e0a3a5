INSERT INTO facts_hold (
    key,
    wallet_id,
    part,
    collector_id,
    collection_id,
    token,
    edition,
    event_id,
    quantity,
    started_at,
    ended_at
)
SELECT
    key,
    wallet_id,
    part,
    collector_id,
    collection_id,
    token,
    edition,
    event_id,
    quantity,
    started_at,
    ended_at
FROM ({holds}) AS fresh
-- A row that did not change is there already: what changed was deleted before.
ON CONFLICT (key, wallet_id, part) DO NOTHING
