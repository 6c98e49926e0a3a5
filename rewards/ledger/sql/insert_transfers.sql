-- Writes the entries that were not posted before, and counts. Nothing is written while an account is not
-- open yet, because accounts have to be opened before anything of the post is locked. A key that exists
-- already is left alone, whoever wrote it. All posts insert in the order of keys, so that two posts of the
-- same entries never wait for each other. Whole batches come again, so only where the lowest key is known
-- are the others looked up first; that is cheaper than running into each of them.
WITH entry AS MATERIALIZED (
    {placed}
),

again AS (
    SELECT
        (
            SELECT transfer.id
            FROM ledger_transfer AS transfer
            WHERE transfer.key = (SELECT min(entry.key COLLATE "C") FROM entry)
        ) IS NOT NULL AS is_likely
),

compared AS MATERIALIZED (
    SELECT
        entry.*,
        CASE WHEN (SELECT again.is_likely FROM again) THEN (
            SELECT transfer.payload_hash
            FROM ledger_transfer AS transfer
            WHERE transfer.key = entry.key
        ) END AS known_hash
    FROM entry
),

counted AS (
    SELECT
        count(*) AS entries,
        count(*) FILTER (
            WHERE compared.debit_account_id IS NULL OR compared.credit_account_id IS NULL
        ) AS unplaced,
        count(DISTINCT compared.key) FILTER (WHERE compared.known_hash = compared.payload_hash) AS known
    FROM compared
),

posted AS (
    INSERT INTO ledger_transfer (
        debit_account_id, credit_account_id, amount_xp, shipment_id, posted_at, key, reason, payload_hash
    )
    SELECT
        compared.debit_account_id,
        compared.credit_account_id,
        compared.amount_xp,
        compared.shipment_id,
        %(posted_at)s,
        compared.key,
        compared.reason,
        compared.payload_hash
    FROM compared
    WHERE compared.known_hash IS NULL AND (SELECT counted.unplaced FROM counted) = 0
    ORDER BY compared.key COLLATE "C"
    ON CONFLICT (key) DO NOTHING
    RETURNING amount_xp
)

SELECT
    counted.entries,
    counted.unplaced,
    counted.known,
    (SELECT count(*) FROM posted) AS new,
    (SELECT coalesce(sum(posted.amount_xp), 0)::bigint FROM posted) AS amount_xp
FROM counted
