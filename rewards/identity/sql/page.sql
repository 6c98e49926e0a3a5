-- Whether others may see the page of a collector: as it chose, else unless it ever had linked wallets.
WITH linked AS (
    SELECT COUNT(*) > 0 AS was_linked
    FROM registry_link AS link
    WHERE link.wallet_id = %(collector_id)s OR link.collector_id = %(collector_id)s
)

SELECT
    wallet.address,
    linked.was_linked,
    COALESCE(choice.is_public, NOT linked.was_linked) AS is_public
FROM registry_wallet AS wallet
CROSS JOIN linked
LEFT JOIN identity_pagechoice AS choice ON wallet.id = choice.collector_id
WHERE wallet.id = %(collector_id)s
