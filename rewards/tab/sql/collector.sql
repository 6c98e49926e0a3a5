-- The collector behind a wallet: the balance, the rounds to come, the levels of the season that goes on or
-- was the last, and whether others may see the page. XP that a round paid to a joined wallet's account counts
-- before the sweeper has forwarded it.
SELECT
    wallet.address,
    wallet.collector_id,
    (
        SELECT COALESCE(SUM(account.balance_xp), 0)::bigint
        FROM registry_wallet AS own
        INNER JOIN ledger_account AS account ON account.kind = 'collector' AND own.id = account.holder_id
        WHERE own.collector_id = wallet.collector_id
    ) AS balance_xp,
    (
        SELECT
            JSON_AGG(
                JSON_BUILD_OBJECT(
                    'window_start', coming.window_start,
                    'window_end', coming.window_end,
                    'due_at', coming.due_at
                )
                ORDER BY coming.due_at, coming.id
            )
        FROM ({announced}) AS coming
    ) AS to_come,
    (
        SELECT season.levels::json
        FROM rules_season AS season
        ORDER BY
            (season.starts_at <= %(as_of)s AND season.ends_at > %(as_of)s) DESC,
            season.ends_at DESC
        LIMIT 1
    ) AS levels,
    -- Two pages with one balance would tell that they are one person's, so only the wallet that stands for a
    -- collector has a page for others; and none has one after a link, which would show it in what came in,
    -- unless the collector says so.
    wallet.id = wallet.collector_id
    AND COALESCE(
        choice.is_public,
        NOT EXISTS (
            SELECT 1
            FROM registry_link AS link
            WHERE link.wallet_id = wallet.id OR link.collector_id = wallet.id
        )
    ) AS is_public
FROM registry_wallet AS wallet
LEFT JOIN identity_pagechoice AS choice ON wallet.collector_id = choice.collector_id
WHERE wallet.address = %(address)s;
