-- Writes the entries that were not posted before, and counts. Nothing is written while an account is not
-- open yet, because accounts have to be opened before anything of the post is locked. A key that exists
-- already is left alone, whoever wrote it; compare_entries then looks whether it says the same. All posts
-- insert in the order of keys, so that two posts of the same entries never wait for each other.
WITH placed AS MATERIALIZED (
    {placed}
),

gap AS (
    SELECT count(*) AS entries
    FROM placed
    WHERE placed.debit_account_id IS NULL OR placed.credit_account_id IS NULL
),

posted AS (
    INSERT INTO ledger_transfer (
        debit_account_id, credit_account_id, amount_xp, shipment_id, posted_at, key, reason, payload_hash
    )
    SELECT
        placed.debit_account_id,
        placed.credit_account_id,
        placed.amount_xp,
        placed.shipment_id,
        %(posted_at)s,
        placed.key,
        placed.reason,
        ledger_payload_hash(
            placed.key,
            placed.debit_account_id,
            placed.credit_account_id,
            placed.amount_xp,
            placed.reason,
            placed.shipment_id
        )
    FROM placed
    WHERE (SELECT gap.entries FROM gap) = 0
    ORDER BY placed.key COLLATE "C"
    ON CONFLICT (key) DO NOTHING
    RETURNING amount_xp
)

SELECT
    (SELECT count(*) FROM placed) AS entries,
    (SELECT gap.entries FROM gap) AS unplaced,
    count(*) AS new,
    coalesce(sum(posted.amount_xp), 0)::bigint AS amount_xp
FROM posted
