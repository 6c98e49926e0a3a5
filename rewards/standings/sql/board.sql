-- The first places of the latest snapshot and those around a collector. Who is named is asked now and not
-- when the snapshot was taken: who makes a page private or opts out is named by no page from then on.
WITH latest AS (
    SELECT
        snapshot.id,
        snapshot.taken_at,
        snapshot.collector_count
    FROM standings_snapshot AS snapshot
    ORDER BY snapshot.id DESC
    LIMIT 1
),

own AS (
    SELECT standing.position
    FROM latest
    INNER JOIN standings_standing AS standing ON latest.id = standing.snapshot_id
    WHERE standing.collector_id = %(collector_id)s
),

-- A LIMIT says that these are few rows, which are read by their key, however many the snapshot has.
shown AS (
    SELECT leader.*
    FROM latest
    CROSS JOIN
        LATERAL (
            SELECT standing.*
            FROM standings_standing AS standing
            WHERE standing.snapshot_id = latest.id
            ORDER BY standing.position
            LIMIT %(first)s::BIGINT
        ) AS leader
    UNION
    SELECT neighbour.*
    FROM latest
    CROSS JOIN own
    CROSS JOIN
        LATERAL (
            SELECT standing.*
            FROM standings_standing AS standing
            WHERE
                standing.snapshot_id = latest.id
                AND standing.position >= own.position - %(around)s::BIGINT
                AND standing.position <= own.position + %(around)s::BIGINT
            ORDER BY standing.position
            LIMIT 2 * %(around)s::BIGINT + 1
        ) AS neighbour
)

SELECT
    latest.taken_at,
    latest.collector_count,
    shown.position,
    shown.place,
    shown.balance_xp,
    wallet.address,
    COALESCE(shown.collector_id = %(collector_id)s, FALSE) AS is_own,
    EXISTS(
        SELECT 1
        FROM standings_optout AS own_choice
        WHERE own_choice.collector_id = %(collector_id)s
    ) AS opted_out,
    wallet.id = wallet.collector_id
    AND COALESCE(
        choice.is_public,
        NOT EXISTS (
            SELECT 1
            FROM registry_link AS link
            WHERE link.wallet_id = shown.collector_id OR link.collector_id = shown.collector_id
        )
    )
    AND NOT EXISTS (
        SELECT 1
        FROM standings_optout AS opt_out
        WHERE opt_out.collector_id = shown.collector_id
    ) AS is_named
FROM latest
LEFT JOIN shown ON TRUE
LEFT JOIN registry_wallet AS wallet ON shown.collector_id = wallet.id
LEFT JOIN identity_pagechoice AS choice ON shown.collector_id = choice.collector_id
ORDER BY shown.position ASC
