-- What is inserted is not there yet: a rebuild emptied the table, a refresh asks for what is missing.
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
