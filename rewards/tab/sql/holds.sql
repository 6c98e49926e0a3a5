-- A collector's open holds, nearest to a step of the curves first, and how many there are in all.
WITH step AS (
    SELECT
        given.collection,
        given.only_verified,
        given.days
    FROM UNNEST(
        %(step_collections)s::text[],
        %(step_verified)s::boolean[],
        %(step_days)s::int[]
    ) AS given (collection, only_verified, days)
),

held AS (
    SELECT
        hold.event_id,
        hold.quantity,
        hold.started_at,
        hold.key,
        hold.part,
        collection.slug AS collection,
        collection.verified,
        FLOOR(EXTRACT(EPOCH FROM %(as_of)s - hold.started_at) / 86400)::int AS hold_days
    FROM facts_hold AS hold
    INNER JOIN registry_collection AS collection ON hold.collection_id = collection.id
    WHERE
        hold.collector_id = %(collector_id)s
        AND hold.started_at <= %(as_of)s
        AND (hold.ended_at IS NULL OR hold.ended_at > %(as_of)s)
),

nearest AS (
    SELECT
        held.*,
        COUNT(*) OVER () AS hold_count,
        (
            SELECT MIN(step.days)
            FROM step
            WHERE
                step.days > held.hold_days
                AND (step.collection IS NULL OR step.collection = held.collection)
                AND (held.verified OR NOT step.only_verified)
        ) - held.hold_days AS days_to_go
    FROM held
    ORDER BY days_to_go ASC NULLS LAST, held.started_at ASC, held.key ASC, held.part ASC
    LIMIT %(hold_limit)s
)

SELECT
    event.contract,
    nearest.collection,
    nearest.verified,
    event.token_id,
    nearest.quantity,
    nearest.started_at,
    nearest.hold_days,
    nearest.hold_count
FROM nearest
INNER JOIN inbox_event AS event ON nearest.event_id = event.id
ORDER BY nearest.days_to_go ASC NULLS LAST, nearest.started_at ASC, nearest.key ASC, nearest.part ASC;
