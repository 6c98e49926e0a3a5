-- Each stretch of units that came with one move and left with one move is a hold.
WITH kept AS (
    {kept}
)

SELECT
    arrival.settlement AS key,
    arrival.to_id AS wallet_id,
    (ROW_NUMBER() OVER (
        PARTITION BY arrival.settlement, arrival.to_id
        ORDER BY kept.in_seq, kept.in_step, kept.low
    ) - 1)::INTEGER AS part,
    arrival.to_collector_id AS collector_id,
    arrival.collection_id,
    arrival.token,
    TRUE AS edition,
    arrival.event_id,
    kept.quantity::BIGINT AS quantity,
    arrival.at AS started_at,
    departure.at AS ended_at
FROM kept
INNER JOIN edition_moved AS arrival
    ON kept.token = arrival.token AND kept.in_seq = arrival.seq AND kept.in_step = arrival.step
LEFT JOIN edition_moved AS departure
    ON kept.token = departure.token AND kept.out_seq = departure.seq AND kept.out_step = departure.step
WHERE
    departure.seq IS NULL
    OR (departure.at > arrival.at AND departure.settlement <> arrival.settlement)
